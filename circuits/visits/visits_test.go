package visits

import (
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

const now = trialtest.Start + trialtest.Day

var solves = circuittest.Solver(Statement(1))

// recording is a batch under way, with what it stands on.
type recording struct {
	*trialtest.World
	Witness
}

func newBatch(t testing.TB, w *trialtest.World, time uint64) *recording {
	t.Helper()
	return &recording{w, Witness{Batch: w.Begin(t, false, time), IssuersRoot: field.Random(), Context: field.Random()}}
}

// add takes an event in.
func (r *recording) add(t testing.TB, p *trialtest.Person, e trial.Event) {
	t.Helper()
	e.Tag = p.Tag
	if e.Entry.IsZero() {
		e.Entry = field.Uint64(12345)
	}
	moves, err := r.Batch.Record(e)
	if err != nil {
		t.Fatal(err)
	}
	entry := Entry{Event: e, Moves: moves}
	if e.Kind == trial.Visit {
		index := moves[0].Before.GrantIndex
		entry.Granted, entry.GrantPath = r.Grants.Leaf(index), r.Grants.Path(index)
	}
	r.Entries = append(r.Entries, entry)
}

// seal has the batch signed, and gives its assignment.
func (r *recording) seal(t testing.TB) *Circuit {
	t.Helper()
	r.Witness.Seal, r.GrantsRoot = r.World.Seal(t, r.Batch), r.Grants.Root()
	c, err := r.Assign(1)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// end makes the cohort after the batch the world's.
func (r *recording) end() {
	_, r.World.Cohort = r.Batch.End()
}

func visit(when uint64, phase uint8) trial.Event {
	return trial.Event{Kind: trial.Visit, When: when, Phase: phase}
}

// enrolled is a world with three people in it.
func enrolled(t testing.TB) (*trialtest.World, []*trialtest.Person) {
	t.Helper()
	w := trialtest.New(t)
	people := []*trialtest.Person{w.Person(t, identity.Own), w.Person(t, identity.Custodial), w.Person(t, identity.Own)}
	w.Enrol(t, now, people...)
	return w, people
}

func TestAllKindsOfEvents(t *testing.T) {
	w, p := enrolled(t)
	b := newBatch(t, w, now+100)
	for _, e := range []trial.Event{visit(now+1, 0), visit(now+2, 1), {Kind: trial.Unblinding, When: now + 3},
		{Kind: trial.Correction, When: now + 4, Replaced: field.Uint64(12345), Entry: field.Uint64(3)}, {Kind: trial.SeriousEvent, When: now + 5}} {
		b.add(t, p[0], e)
	}
	b.add(t, p[1], trial.Event{Kind: trial.LostToFollowUp, When: now + 1})
	b.add(t, p[1], trial.Event{Kind: trial.Discontinuation, When: now + 6})
	b.add(t, p[2], trial.Event{Kind: trial.Withdrawal, When: now + 7})
	if !solves(t, b.seal(t)) {
		t.Fatal("eight events are refused")
	}
	b.end()
	b = newBatch(t, w, now+200)
	b.add(t, p[0], trial.Event{Kind: trial.SeriousEvent, When: now + 150})
	b.add(t, p[1], trial.Event{Kind: trial.Anonymisation, When: now + 160, Entry: field.Uint64(99)})
	b.add(t, p[0], visit(now+170, 1))
	c := b.seal(t)
	if c.Safety != 1 || !solves(t, c) {
		t.Fatal("a flag and an anonymisation are refused")
	}
	b.end()
	got := w.Cohort.State()
	want := trial.Activity{Custodial: 1, Visits: 3, SeriousEvents: 2, Withdrawals: 1, Discontinuations: 1, Lost: 1, Unblindings: 1, Corrections: 1,
		Anonymisations: 1}
	if got.Activity != want || got.Deviations != (trial.Deviations{}) || got.SinceFlag != 0 {
		t.Errorf("%+v", got)
	}
}

// TestThreat50EachDeviationIsCountedOnce makes histories with exactly one deviation.
func TestThreat50EachDeviationIsCountedOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		make func(t *testing.T, w *trialtest.World, p *trialtest.Person, r func(uint64) *recording) *recording
		want trial.Deviations
	}{
		"no consent: withdrawn": {func(t *testing.T, w *trialtest.World, p *trialtest.Person, at func(uint64) *recording) *recording {
			w.Withdraw(p)
			b := at(now + 10)
			b.add(t, p, visit(now+5, 0))
			return b
		}, trial.Deviations{NoConsent: 1}},
		"no consent: before it": {func(t *testing.T, w *trialtest.World, p *trialtest.Person, at func(uint64) *recording) *recording {
			b := at(now + 10)
			b.add(t, p, visit(now-5, 0))
			return b
		}, trial.Deviations{NoConsent: 1}},
		"no consent: deferred": {func(t *testing.T, w *trialtest.World, _ *trialtest.Person, at func(uint64) *recording) *recording {
			later := w.Person(t, identity.Own)
			b := w.Begin(t, true, now+1)
			if _, err := b.Enrol(trial.Event{Kind: trial.Enrolment, Tag: later.Tag, When: now, Deferred: true}, trial.Consent{}); err != nil {
				t.Fatal(err)
			}
			_, w.Cohort = b.End()
			with := at(now + 10)
			with.add(t, later, visit(now+5, 0))
			return with
		}, trial.Deviations{Deferred: 1, NoConsent: 1}},
		"superseded": {func(t *testing.T, w *trialtest.World, p *trialtest.Person, at func(uint64) *recording) *recording {
			b := at(trialtest.Superseded)
			b.add(t, p, visit(trialtest.Superseded, 0))
			return b
		}, trial.Deviations{Superseded: 1}},
		"phase": {func(t *testing.T, w *trialtest.World, p *trialtest.Person, at func(uint64) *recording) *recording {
			b := at(now + 10)
			b.add(t, p, visit(now+5, 2))
			return b
		}, trial.Deviations{Phase: 1}},
		"after withdrawal": {func(t *testing.T, w *trialtest.World, p *trialtest.Person, at func(uint64) *recording) *recording {
			b := at(now + 10)
			b.add(t, p, trial.Event{Kind: trial.Withdrawal, When: now + 3})
			b.add(t, p, visit(now+3, 0)) // before it, as far as anybody knows
			b.add(t, p, visit(now+4, 0))
			return b
		}, trial.Deviations{AfterWithdrawal: 1}},
		"late": {func(t *testing.T, w *trialtest.World, p *trialtest.Person, at func(uint64) *recording) *recording {
			b := at(now + 20*trialtest.Day)
			b.add(t, p, trial.Event{Kind: trial.Unblinding, When: now + 10*trialtest.Day})
			b.add(t, p, trial.Event{Kind: trial.Unblinding, When: now + 10*trialtest.Day - 1})
			return b
		}, trial.Deviations{Late: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w, p := enrolled(t)
			b := tc.make(t, w, p[0], func(time uint64) *recording { return newBatch(t, w, time) })
			c := b.seal(t)
			if !solves(t, c) {
				t.Error("refused")
			}
			b.end()
			if got := w.Cohort.State().Deviations; got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
			c.NewState = claimsNone(b)
			if solves(t, c) {
				t.Error("a state that claims none is taken")
			}
		})
	}
}

// claimsNone is the state after a batch of which no deviation is counted.
func claimsNone(b *recording) field.Element {
	_, after := b.Batch.End()
	s := after.State()
	s.Deviations = b.Batch.Before().Deviations
	return s.Digest()
}

func TestCounts(t *testing.T) { circuittest.WantCounts(t, Statement(1), 90_479, 9) }
