package compensation

import (
	"errors"
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

var solves = circuittest.Solver(Statement())

const now = trialtest.Start + trialtest.Day

// claim is that of somebody with two visits, for the second.
func claim(t testing.TB, custody identity.Custody) *Witness {
	t.Helper()
	w := trialtest.New(t)
	other, p := w.Person(t, identity.Own), w.Person(t, custody)
	w.Enrol(t, now, other, p)
	w.Visit(t, now+1, p, other, p)
	place, participant, err := w.Cohort.Opening(p.Tag)
	if err != nil {
		t.Fatal(err)
	}
	return &Witness{Secret: p.Secret, State: w.Cohort.State(), Participant: participant, Path: w.Cohort.Path(place), Visit: 2, Context: field.Random()}
}

func assigned(t testing.TB, w *Witness) *Circuit {
	t.Helper()
	c, err := w.assign()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClaims(t *testing.T) {
	w := claim(t, identity.Own)
	for visit, want := range map[uint16]error{0: ErrNoVisit, 1: nil, 2: nil, 3: ErrNoVisit} {
		w.Visit = visit
		_, err := w.Assign()
		if !errors.Is(err, want) || solves(t, assigned(t, w)) != (want == nil) {
			t.Errorf("visit %d: %v", visit, err)
		}
	}
	w = claim(t, identity.Custodial)
	if _, err := w.Assign(); !errors.Is(err, ErrCustodial) || solves(t, assigned(t, w)) {
		t.Errorf("by an institution: %v", err)
	}
	w = claim(t, identity.Own)
	w.Secret = field.Random()
	if _, err := w.Assign(); !errors.Is(err, ErrNotTaking) || solves(t, assigned(t, w)) {
		t.Errorf("by somebody else: %v", err)
	}
}

// alone are changes each of which breaks one of the statement's parts and nothing else.
func alone() map[string]func(w *Witness, c *Circuit) {
	return map[string]func(w *Witness, c *Circuit){
		"state: another time":      func(_ *Witness, c *Circuit) { c.Now.Time = trial.Forever },
		"state: another trial":     func(w *Witness, c *Circuit) { c.Nullifier = Nullifier(w.Secret, field.Uint64(5), 2); c.Trial = 5 },
		"nullifier: another's":     func(w *Witness, c *Circuit) { c.Nullifier = Nullifier(field.Random(), w.State.Trial, 2) },
		"nullifier: of a visit":    func(w *Witness, c *Circuit) { c.Nullifier = Nullifier(w.Secret, w.State.Trial, 1) },
		"visit: more than made":    func(w *Witness, c *Circuit) { c.Visit, c.Nullifier = 3, Nullifier(w.Secret, w.State.Trial, 3) },
		"visit: none":              func(w *Witness, c *Circuit) { c.Visit, c.Nullifier = 0, Nullifier(w.Secret, w.State.Trial, 0) },
		"participant: more made":   func(_ *Witness, c *Circuit) { c.Participant.Visits = 9 },
		"participant: a neighbour": func(_ *Witness, c *Circuit) { c.Participant.Next = 7 },
	}
}

func TestThreat37EveryPartIsNeeded(t *testing.T) {
	for name, breakIt := range alone() {
		w := claim(t, identity.Own)
		c := assigned(t, w)
		breakIt(w, c)
		if solves(t, c) {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestCounts(t *testing.T) { circuittest.WantCounts(t, Statement(), 4_666, 5) }
