package visits

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/trial"
)

// TestThreat50ABatchIsTakenOnceAndWhole holds a batch of two events to what its site has signed, when a prover makes everything else fit.
func TestThreat50ABatchIsTakenOnceAndWhole(t *testing.T) {
	s := newScene(t)
	s.t = t
	batch := func() *Circuit {
		return s.batch(t, at, step{s.plain, trial.Event{Kind: trial.SeriousEvent, When: at - 20}}, step{s.expired, trial.Event{Kind: trial.Unblinding, When: at - 10}})
	}
	for name, change := range map[string]func(c *Circuit){
		"reordered": func(c *Circuit) { c.Slots[1], c.Slots[2] = c.Slots[2], c.Slots[1] },
		"one dropped": func(c *Circuit) {
			c.Slots[2].Is = [kinds]frontend.Variable{0, 0, 0, 0, 0, 0, 0, 0, 0}
			c.Slots[2].Entry = 0
		},
		"one edited":   func(c *Circuit) { c.Slots[1].Entry = 7 },
		"one doubled":  func(c *Circuit) { c.Slots[0] = c.Slots[1] },
		"another kind": func(c *Circuit) { c.Slots[1].Is[1], c.Slots[1].Is[int(trial.Correction)-firstKind] = 0, 1 },
	} {
		c := batch()
		signed := c.Batch.Signature
		if change(c); name == "one doubled" {
			c.Slots[1].Participant.Events, c.Slots[1].Participant.History = 2, after(s, c, 0)
		}
		s.settle(t, c)
		c.Safety = flagged(s, c)
		mended := solvesFew(t, c)
		if c.Batch.Signature = signed; solvesFew(t, c) || !mended {
			t.Errorf("%s: taken, or not what the site could have signed: %v", name, mended)
		}
	}
}

// after is the history of a slot's participant after it.
func after(s *scene, c *Circuit, i int) field.Element {
	return compute(s.t, c, func(api frontend.API, c *Circuit) ([]frontend.Variable, error) {
		b, err := c.begin(api)
		if err != nil {
			return nil, err
		}
		return []frontend.Variable{b.after(i, 1).History}, nil
	})[0]
}

func flagged(s *scene, c *Circuit) field.Element { return compute(s.t, c, outcome)[2] }

// TestThreat50ABatchCannotBeTakenAgain gives a later state the events and the signature of a batch that has moved the one before.
func TestThreat50ABatchCannotBeTakenAgain(t *testing.T) {
	s := newScene(t)
	e := step{s.plain, trial.Event{Kind: trial.Unblinding, When: at - 10}}
	first := s.batch(t, at, e)
	b := newBatch(t, s.World, at)
	b.add(t, e.of, e.event)
	b.end()
	for i, p := range s.Cohort.Places() {
		s.places.Set(field.Change{Index: uint32(i), Leaf: p.Leaf()})
	}
	again := s.batch(t, at, e)
	if !solvesFew(t, first) || !solvesFew(t, again) {
		t.Fatal("the same event, signed twice, is refused")
	}
	if again.Batch.Signature = first.Batch.Signature; solvesFew(t, again) {
		t.Error("the same batch is taken twice")
	}
}
