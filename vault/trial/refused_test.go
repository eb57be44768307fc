package trial

import (
	"bytes"
	"errors"
	"testing"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
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
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("what waits: %v", err)
	}
	if err := w.seq.Submit(t.Context(), w.submission(w.person(41).enrols(start))); !errors.Is(err, ErrClosed) {
		t.Errorf("what is new: %v", err)
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

func TestASiteThatThereIsNot(t *testing.T) {
	w := newWorld(t)
	sub := w.submission(w.person(40).enrols(start))
	sub.Site = 1
	if err := w.seq.Submit(t.Context(), sub); !errors.Is(err, ErrSubmission) {
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
