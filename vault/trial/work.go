package trial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
)

// work carries the first of the queue one step on, or to its end.
type work struct {
	*Sequencer
	record   *Record
	protocol *Protocol
	progress func(Step)
}

func (w *work) tell(doing string, args ...any) {
	if w.progress != nil {
		w.progress(Step{w.record.Cohort.State().Batches + 1, fmt.Sprintf(doing, args...)})
	}
}

// next proves the first of the queue, unless that was done, and has it accepted. Where the chain has it already, it is only written
// down: the answer was lost.
func (w *work) next(ctx context.Context) error {
	id := w.protocol.ID
	on, err := w.cfg.Chain.Standing(ctx, id)
	if err != nil {
		return err
	}
	if c := w.record.Current; c != nil && on.State == c.State {
		w.tell("found on the chain")
		return w.accepted(ctx, "")
	}
	if on.State != w.record.Cohort.State().Digest() || on.Protocol != w.protocol.Rollup.Digest() {
		return ErrDiverged
	}
	if on.Closed {
		return w.dropAll(ctx, ErrClosed)
	}
	if on.Paused && len(w.record.Queue[0].Events.Reports) > 0 && w.record.Queue[0].Events.Reports[0].enrols() {
		return w.drop(fmt.Errorf("%w: %w", errUnprovable, ErrPaused)) // what waits behind it does not wait for the board
	}
	sendable, err := w.sendable(ctx, on)
	if err != nil {
		return err
	}
	if !sendable {
		if err := w.prove(ctx, on); err != nil {
			return w.drop(err)
		}
	}
	w.tell("sending")
	transaction, err := w.cfg.Chain.Batch(ctx, id, w.record.Current.Proof)
	if errors.Is(err, ErrRefused) {
		return w.refused(ctx, err)
	}
	if err != nil {
		return err // whether it was taken is not known: the next run asks
	}
	return w.accepted(ctx, transaction)
}

// refused looks whether what the contract refuses is there already, by a transaction whose answer was lost; else what it stands on is no longer fresh, and the
// next run proves again.
func (w *work) refused(ctx context.Context, refusal error) error {
	on, err := w.cfg.Chain.Standing(ctx, w.protocol.ID)
	if err != nil {
		return errors.Join(refusal, err)
	}
	if on.State == w.record.Current.State {
		return w.accepted(ctx, "")
	}
	return errors.Join(refusal, w.keep(nil))
}

// dropAll takes everything out of the queue, for a reason that holds for all.
func (w *work) dropAll(ctx context.Context, reason error) error {
	w.cfg.Log.WarnContext(ctx, "what waited in a trial can no longer be taken", "submissions", len(w.record.Queue), "reason", reason)
	return w.update(w.protocol.ID, func(r *Record) error {
		for _, waits := range r.Queue {
			r.Dropped = append(r.Dropped, Dropped{Submission: waits.ID, Reason: reason.Error()})
		}
		r.done(len(r.Queue))
		return nil
	})
}

// ErrDropped says that events that were taken in can no longer be proven, such as an enrolment whose consent was withdrawn in the meantime. They are no
// longer waiting: the site submits what is left of them again.
var ErrDropped = errors.New("the events can no longer be proven, and wait no longer")

// drop takes the first of the queue out of it where the reason is that it cannot be proven, whatever is tried.
func (w *work) drop(reason error) error {
	if !errors.Is(reason, errUnprovable) {
		return reason
	}
	return errors.Join(fmt.Errorf("%w: %w", ErrDropped, reason), w.update(w.protocol.ID, func(r *Record) error {
		r.Dropped = append(r.Dropped, Dropped{Submission: r.Queue[0].ID, Reason: reason.Error()})
		r.done(1)
		return nil
	}))
}

// keep keeps a batch that was proven.
func (w *work) keep(c *Current) error {
	w.record.Current = c
	return w.update(w.protocol.ID, func(r *Record) error {
		r.Current = c
		return nil
	})
}

// errUnprovable is a reason that lies in the events.
var errUnprovable = errors.New("cannot be proven")

// sendable says whether what was proven earlier still moves the chain's state, and the consents that it asked for are as they were.
func (w *work) sendable(ctx context.Context, on Standing) (bool, error) {
	c := w.record.Current
	if c == nil || c.Proof.Public["oldState"] != on.State || c.Proof.Public["protocol"] != on.Protocol {
		return false, nil
	}
	grants, _, err := w.cfg.Trees.Trees(ctx)
	if err != nil {
		return false, err
	}
	live, waits := liveIn(grants), w.record.Queue[0]
	var now []bool
	_, _, err = w.protocol.apply(w.record.Cohort, waits.Events, waits.Consents, c.Time, func(index uint32, leaf field.Element) bool {
		now = append(now, live(index, leaf))
		return now[len(now)-1]
	})
	return err == nil && slices.Equal(now, c.Live), nil
}

// prove proves the first of the queue as of now, and keeps the proof before it is sent.
func (w *work) prove(ctx context.Context, on Standing) error {
	on, err := w.reached(ctx, on)
	if err != nil {
		return err
	}
	grants, issuers, err := w.cfg.Trees.Trees(ctx)
	if err != nil {
		return err
	}
	sub, err := w.open(ctx, w.record.Queue[0])
	if err != nil {
		return err
	}
	current := &Current{Time: max(on.Now, w.record.Cohort.State().Time)}
	noted := func(index uint32, leaf field.Element) bool {
		current.Live = append(current.Live, liveIn(grants)(index, leaf))
		return current.Live[len(current.Live)-1]
	}
	b, err := w.protocol.build(w.record.Cohort, sub, current.Time, noted, on.Pinned, grants, issuers)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnprovable, err)
	}
	w.tell("proving %s, %d events", b.statement.Name(), len(sub.Reports))
	assignment, err := b.assign(w.cfg.Chain.BatchContext(w.protocol.ID, on.Batches))
	if err != nil {
		return err
	}
	if current.Proof, err = w.cfg.Prove(ctx, b.statement, assignment); err != nil {
		return err
	}
	_, after := b.batch.End()
	current.State = after.State().Digest()
	return w.keep(current)
}

// blockPoll is how often a newer block is asked for.
const blockPoll = 200 * time.Millisecond

// reached is the chain's standing once its newest block is not before any of the events: a site may have signed them since that was made. Submit lets in none that is
// later than our own clock, so that this is about the time between two blocks.
func (w *work) reached(ctx context.Context, on Standing) (Standing, error) {
	newest := slices.MaxFunc(w.record.Queue[0].Events.Reports, func(a, b Report) int { return cmp.Compare(a.When, b.When) }).When
	for on.Now < newest {
		select {
		case <-ctx.Done():
			return on, ctx.Err()
		case <-time.After(blockPoll):
		}
		var err error
		if on, err = w.cfg.Chain.Standing(ctx, w.protocol.ID); err != nil {
			return on, err
		}
	}
	return on, nil
}

// accepted writes down what the chain has taken: the batch is applied again, to the consents that were live when it was proven.
func (w *work) accepted(ctx context.Context, transaction string) error {
	waits, then := w.record.Queue[0], w.record.Current.Live
	b, _, err := w.protocol.apply(w.record.Cohort, waits.Events, waits.Consents, w.record.Current.Time, func(uint32, field.Element) (is bool) {
		if len(then) > 0 {
			is, then = then[0], then[1:]
		}
		return is
	})
	if err != nil {
		return err
	}
	flag, after := b.End()
	if after.State().Digest() != w.record.Current.State {
		return fmt.Errorf("%w: applied again, the batch comes to another state", ErrRecord)
	}
	w.tell("accepted")
	w.cfg.Log.InfoContext(ctx, "a trial's state has moved", "batch", after.State().Batches, "events", len(waits.Events.Reports), "flag", flag)
	return w.update(w.protocol.ID, func(r *Record) error {
		r.Batches = append(r.Batches, Batch{after.State().Batches, after.State(), r.Current.Proof, transaction, flag, waits.ID})
		r.keep(waits.Events, after)
		r.Cohort = after
		r.done(1)
		return nil
	})
}

// keep appends the events to those of their participants, without tags.
func (r *Record) keep(sub *Submission, after *rollup.Cohort) {
	r.Events = append(r.Events, make([][]rollup.Event, len(after.Participants())-len(r.Events))...)
	before := r.Cohort
	for _, report := range sub.Reports {
		place, known := before.Find(report.Tag)
		if !known {
			place, _ = after.Find(report.Tag)
		}
		e := report.Event
		e.Tag = field.Element{}
		r.Events[place-1] = append(r.Events[place-1], e)
	}
}
