package trial

import (
	"bytes"
	"errors"
	"testing"

	"lethe/circuits/compliance"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/circuits/visits"
)

// TestThreat50AChainWithAnotherStateIsNotGoneOnFrom: nothing is sent, and nothing is shown, once the record and the contract differ.
func TestThreat50AChainWithAnotherStateIsNotGoneOnFrom(t *testing.T) {
	for name, change := range map[string]func(*Standing){
		"state":    func(on *Standing) { on.State = field.Uint64(5) },
		"protocol": func(on *Standing) { on.Protocol = field.Uint64(5) },
	} {
		w := newWorld(t)
		must(t, w.seq.Submit(t.Context(), w.submission(w.person(40).enrols(start))))
		change(&w.chain.Standing)
		if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDiverged) {
			t.Errorf("another %s: %v", name, err)
		}
		if len(w.record().Queue) != 1 || w.chain.Batches != 0 {
			t.Errorf("another %s: something was done", name)
		}
	}
	w := newWorld(t)
	w.chain.Closed, w.chain.Standing.State = true, field.Uint64(5)
	if err := w.seq.Comply(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDiverged) {
		t.Errorf("compliance of another state: %v", err)
	}
}

func TestThreat51AClosedTrialTakesNothing(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	sub := w.submission(p.enrols(start))
	must(t, w.seq.Submit(t.Context(), sub))
	w.chain.Closed = true
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if o := w.record().Outcome(sub.ID()); o.State != Refused || o.Reason != ErrClosed.Error() || w.chain.Batches != 0 {
		t.Errorf("what waited: %+v", o)
	}
	must(t, w.seq.Comply(t.Context(), w.protocol.ID, nil)) // nothing stands in its way
	if err := w.seq.Submit(t.Context(), w.submission(w.person(41).enrols(start))); !errors.Is(err, ErrClosed) {
		t.Errorf("what is new: %v", err)
	}
}

// TestThreat50WhatAFlagStopsStopsNothingElse: an enrolment that waits when a flag is raised is not what the next event waits for.
func TestThreat50WhatAFlagStopsStopsNothingElse(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	w.submit(p.enrols(start))
	enrols, visit := w.submission(w.person(50).enrols(start)), w.submission(p.event(rollup.Visit, start))
	must(t, w.seq.Submit(t.Context(), enrols))
	must(t, w.seq.Submit(t.Context(), visit))
	w.chain.Paused = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDropped) || !errors.Is(err, ErrPaused) {
		t.Errorf("%v", err)
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if r := w.record(); r.Outcome(enrols.ID()).State != Refused || r.Outcome(visit.ID()).State != Accepted {
		t.Errorf("%+v, %+v", r.Outcome(enrols.ID()), r.Outcome(visit.ID()))
	}
}

// TestThreat50ABatchOfASizeThatIsNotPinnedIsRefused before it is taken in, for the contract would refuse it for ever.
func TestThreat50ABatchOfASizeThatIsNotPinnedIsRefused(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	w.submit(p.enrols(start))
	nine := func(of uint64) (all []Report) {
		for i := range visits.Slots(1) + 1 {
			e := p.event(rollup.Unblinding, start)
			e.Entry = field.Uint64(100*of + uint64(i))
			all = append(all, e)
		}
		return all
	}
	w.chain.Pinned = Pins{visits.Statement(1).Name(): true}
	if err := w.seq.Submit(t.Context(), w.submission(nine(1)...)); !errors.Is(err, ErrTooMany) || len(w.record().Queue) != 0 {
		t.Errorf("%v", err)
	}
	must(t, w.seq.Submit(t.Context(), w.submission(nine(2)[1:]...)))
	w.chain.Pinned[visits.Statement(2).Name()] = true
	must(t, w.seq.Submit(t.Context(), w.submission(nine(3)...)))
}

// TestACohortIsProvenByTheSmallestThatHoldsIt, of the sizes that the trial has pinned; by chunks of the largest where none does.
func TestACohortIsProvenByTheSmallestThatHoldsIt(t *testing.T) {
	pinned := func(versions ...int) Pins {
		pins := Pins{}
		for _, v := range versions {
			pins[compliance.Statement(v).Name()] = true
		}
		return pins
	}
	for _, c := range []struct {
		pins         Pins
		participants int
		want         int
	}{
		{pinned(1, 2, 3), 15, 1}, {pinned(1, 2, 3), 16, 2}, {pinned(1, 2, 3), 63, 2}, {pinned(1, 2, 3), 64, 3}, {pinned(1, 2, 3), 1000, 3},
		{pinned(1, 3), 16, 3}, {pinned(2), 3, 2}, {pinned(1), 1000, 1},
	} {
		if got := c.pins.cohort(c.participants); got != c.want {
			t.Errorf("%d participants of %v: version %d, not %d", c.participants, c.pins, got, c.want)
		}
	}
}

// TestThreat40ARefusalOfWhatIsThereIsNone: a lost transaction is mined between two looks, so that sending it again is refused.
func TestThreat40ARefusalOfWhatIsThereIsNone(t *testing.T) {
	w := newWorld(t)
	sub := w.submission(w.person(40).enrols(start))
	must(t, w.seq.Submit(t.Context(), sub))
	w.chain.lose = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	taken := w.chain.Standing
	w.chain.Standing.State, w.chain.Standing.Batches = rollup.NewCohort(w.protocol.ID).State().Digest(), 0
	w.chain.late = &taken
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if o := w.record().Outcome(sub.ID()); o.State != Accepted {
		t.Errorf("%+v", o)
	}
}

func TestAnAmendmentThatTheChainDoesNotHaveIsNotKept(t *testing.T) {
	w := newWorld(t)
	if err := w.seq.Amend(t.Context(), w.amendment(2)); !errors.Is(err, ErrDiverged) || len(w.record().Protocols) != 1 {
		t.Errorf("%v", err)
	}
}

func TestAQueueHasAnEnd(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	w.submit(p.enrols(start))
	for i := range uint64(MaxQueue) + 1 {
		e := p.event(rollup.Unblinding, start)
		e.Entry = field.Uint64(i + 1)
		if err := w.seq.Submit(t.Context(), w.submission(e)); err != nil && i < MaxQueue || i == MaxQueue && !errors.Is(err, ErrBusy) {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

// TestABatchAppliedAgainMustComeToItsState: what was live when it was proven is altered in the record, after the chain has taken the batch.
func TestABatchAppliedAgainMustComeToItsState(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	w.submit(p.enrols(start))
	must(t, w.seq.Submit(t.Context(), w.submission(p.event(rollup.Visit, start))))
	w.chain.lose = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, errLost) {
		t.Fatalf("%v", err)
	}
	r := w.record()
	r.Current.Live[0] = !r.Current.Live[0]
	must(t, w.store.Save(w.protocol.ID, r))
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrRecord) {
		t.Errorf("%v", err)
	}
}

func TestPlansThatNoTrialCanFollow(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string][2]string{
		"a threshold of a critical kind":  {"recorded late: 3", "no consent: 3"},
		"a threshold of no kind":          {"recorded late: 3", "bad luck: 3"},
		"criteria of another trial":       {"name: TEST-1", "name: TEST-9"},
		"no date to consent again":        {", reconsent_by: 2030-03-20T17:46:40Z", ""},
		"no terms":                        {"terms: what you consent to now, ", ""},
		"a price that is none":            {`"1000"`, `"-1"`},
		"a lateness that is no time":      {"240h", "soon"},
		"a site's key that is none":       {"key: ", "key: 00"},
		"another format":                  {PlanFormat, "lethe/trial/v9"},
		"a member that there is not":      {"phases:", "stages: []\nphases:"},
		"a version that begins too early": {"2030-03-18T17:46:40Z", "2030-03-16T17:46:40Z"},
	} {
		a := w.amendment(2)
		plan := bytes.Replace(a.Plan, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(plan, a.Plan) {
			t.Errorf("%s: nothing was changed", name)
		}
		a.Plan = plan
		if _, err := a.Compile(); !errors.Is(err, ErrPlan) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
