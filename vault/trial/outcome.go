package trial

import (
	"fmt"
	"slices"

	rollup "lethe/circuits/trial"
)

// Stage is how far a submission has come.
type Stage string

// Stages.
const (
	Unknown  Stage = "unknown"  // it was never taken in
	Waiting  Stage = "waiting"  // it is to be proven, and to be taken by the contract
	Accepted Stage = "accepted" // the contract has taken it, as a batch
	Refused  Stage = "refused"  // it could no longer be proven: the site submits what is left of it again
)

// Outcome is what has come of a submission.
type Outcome struct {
	State  Stage
	Batch  *Batch // when it was accepted
	Reason string // when it was refused

	Deviations map[string]uint32 // that its batch counted, by rollup.DeviationNames; none where it counted none
}

// Outcome is what has come of the submission with an id.
func (r *Record) Outcome(id string) Outcome {
	if slices.ContainsFunc(r.Queue, func(w *Queued) bool { return w.ID == id }) {
		return Outcome{State: Waiting}
	}
	if i := slices.IndexFunc(r.Batches, func(b Batch) bool { return b.Submission == id }); i >= 0 {
		return Outcome{State: Accepted, Batch: &r.Batches[i], Deviations: r.counted(i)}
	}
	if i := slices.IndexFunc(r.Dropped, func(d Dropped) bool { return d.Submission == id }); i >= 0 {
		return Outcome{State: Refused, Reason: r.Dropped[i].Reason}
	}
	return Outcome{State: Unknown}
}

// counted are the deviations of a batch: what it has added.
func (r *Record) counted(batch int) map[string]uint32 {
	var before rollup.Deviations
	if batch > 0 {
		before = r.Batches[batch-1].State.Deviations
	}
	added, earlier := map[string]uint32{}, before.Lanes()
	for lane, n := range r.Batches[batch].State.Deviations.Lanes() {
		if n > earlier[lane] {
			added[rollup.DeviationNames[lane]] = n - earlier[lane]
		}
	}
	return added
}

// isNew refuses, as [ErrRepeated], events of which one was recorded, or waits: what a site's system sends again would count twice.
func (r *Record) isNew(sub *Submission) error {
	for i, report := range sub.Reports {
		known := slices.ContainsFunc(r.Queue, func(waits *Queued) bool {
			return slices.ContainsFunc(waits.Events.Reports, func(w Report) bool { return w.Tag == report.Tag && report.repeats(w.Event) })
		})
		if place, there := r.Cohort.Find(report.Tag); there {
			known = known || slices.ContainsFunc(r.Events[place-1], report.repeats)
		}
		if known {
			return fmt.Errorf("event %d: %w", i+1, ErrRepeated)
		}
	}
	return nil
}

// repeats says whether two events are the same one: of a kind, at a time, with the same data.
func (r Report) repeats(e rollup.Event) bool {
	return !r.Entry.IsZero() && r.Kind == e.Kind && r.Entry == e.Entry && r.When == e.When
}
