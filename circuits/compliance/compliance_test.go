package compliance

import (
	"errors"
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

const now = trialtest.Start + trialtest.Day

var solves = circuittest.Solver(Statement(1))

// cohort is one of so many people, everybody with a visit.
func cohort(t testing.TB, people int) *Witness {
	t.Helper()
	w := trialtest.New(t)
	all := make([]*trialtest.Person, people)
	for i := range all {
		all[i] = w.Person(t, identity.Own)
	}
	w.Enrol(t, now, all...)
	w.Visit(t, now+1, all...)
	return &Witness{Cohort: w.Cohort, Context: field.Random()}
}

func assigned(t testing.TB, w *Witness, chunk int) *Circuit {
	t.Helper()
	c, err := w.Assign(1, chunk)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCohortsOfAllSizes goes around the ends of a branch: with the head of the list, 15 people fill one of 16 places.
func TestCohortsOfAllSizes(t *testing.T) {
	for _, people := range []int{0, 1, 15, 16, 35} {
		w := cohort(t, people)
		chunks, acc := Chunks(1, people), circuittest.Element(0)
		if want := people/16 + 1; chunks != want {
			t.Errorf("%d people: %d chunks", people, chunks)
		}
		for i := range chunks {
			c := assigned(t, w, i)
			if circuittest.Element(c.AccIn) != acc || !solves(t, c) {
				t.Fatalf("%d people: chunk %d is refused, or does not go on", people, i+1)
			}
			acc = circuittest.Element(c.AccOut)
			if last := i == chunks-1; last != acc.IsZero() || last && circuittest.Element(c.ResultsRoot) != Results(w.Cohort.Participants()) {
				t.Errorf("%d people: chunk %d of %d ends wrongly", people, i+1, chunks)
			}
		}
		if _, err := w.Assign(1, chunks); !errors.Is(err, ErrNoSuchChunk) {
			t.Errorf("%d people: one more chunk: %v", people, err)
		}
	}
}

// alone are changes of the second of three chunks, each of which breaks one of the statement's parts and nothing else.
func alone() map[string]func(w *Witness, c *Circuit) {
	digest := func(w *Witness, place, found uint64, results frontend.Variable) field.Element {
		return come{place, found, circuittest.Element(results)}.digest(w.Cohort.State())
	}
	return map[string]func(w *Witness, c *Circuit){
		"counters: one less":    func(_ *Witness, c *Circuit) { c.Counters = circuittest.Plus(c.Counters, -1) },
		"deviations: one more":  func(_ *Witness, c *Circuit) { c.Deviations = 1 },
		"state: another trial":  func(_ *Witness, c *Circuit) { c.Trial = 5 },
		"state: other counters": func(_ *Witness, c *Circuit) { c.Now.Activity, c.Counters = 0, c.Now.Participants },
		"begins at nothing":     func(_ *Witness, c *Circuit) { c.First, c.AccIn = 1, 0 },
		"begins elsewhere": func(w *Witness, c *Circuit) {
			c.From.Place = 32
			c.AccIn = digest(w, 32, 16, c.From.Results)
			c.AccOut = digest(w, 48, 32, Results(w.Cohort.Participants()[:31]))
		},
		"a place left out":       func(_ *Witness, c *Circuit) { c.Places[4].There = 0 },
		"another's history":      func(_ *Witness, c *Circuit) { c.Places[4].History = 7 },
		"results of another end": func(_ *Witness, c *Circuit) { c.AccOut = field.Random() },
		"results before the end": func(_ *Witness, c *Circuit) { c.ResultsRoot = c.From.Results },
		"last before the end":    func(_ *Witness, c *Circuit) { c.Last, c.AccOut = 1, 0 },
	}
}

func TestThreat37EveryPartIsNeeded(t *testing.T) {
	w := cohort(t, 35)
	for name, breakIt := range alone() {
		c := assigned(t, w, 1)
		breakIt(w, c)
		if solves(t, c) {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestThreat50NobodyIsLeftOutAtTheEnd ends a chain of proofs before the last branch, and with a branch left out.
func TestThreat50NobodyIsLeftOutAtTheEnd(t *testing.T) {
	w := cohort(t, 35)
	results := Results(w.Cohort.Participants()[:31])
	c := assigned(t, w, 1)
	c.Last, c.AccOut, c.ResultsRoot = 1, 0, results
	if solves(t, c) {
		t.Error("the end after two of three branches is taken")
	}
	c = assigned(t, w, 2)
	skipped := come{32, 16, Results(w.Cohort.Participants()[:15])}
	c.From = progress{skipped.place, skipped.found, skipped.results}
	c.AccIn = skipped.digest(w.Cohort.State())
	c.ResultsRoot = func() (e field.Element) {
		e = skipped.results
		for _, p := range w.Cohort.Participants()[31:] {
			e = field.Hash(field.TagResults, e, p.History)
		}
		return e
	}()
	if solves(t, c) {
		t.Error("a chain without its second branch is taken")
	}
}

// TestVersionsGoOnWhereTheLastOneEnded takes one chain through two versions: what comes next is a place, not a branch of either size.
func TestVersionsGoOnWhereTheLastOneEnded(t *testing.T) {
	w := cohort(t, 70)
	larger := circuittest.Solver(Statement(2))
	fourth, err := w.Assign(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Assign(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if fourth.AccOut != second.AccIn || !solves(t, fourth) || !larger(t, second) {
		t.Error("64 places and then the branch of 64 after them are refused")
	}
	c, state := assigned(t, w, 1), w.Cohort.State()
	all := reached(w.Cohort.Places(), 64)
	c.From = progress{all.place, all.found, all.results}
	c.AccIn = all.digest(state)
	settle(t, c, false)
	if solves(t, c) {
		t.Error("the second branch of 16 is taken after the first of 64, which held it")
	}
}

// An anonymised participant stays in their place: nothing of the closing changes but the history.
func TestErasureDoesNotStopClosing(t *testing.T) {
	w := trialtest.New(t)
	people := []*trialtest.Person{w.Person(t, identity.Own), w.Person(t, identity.Own), w.Person(t, identity.Own)}
	w.Enrol(t, now, people...)
	w.Visit(t, now+1, people...)
	visits := w.Cohort.State().Activity.Visits
	for i, p := range people {
		b := w.Begin(t, false, now+2)
		if _, err := b.Record(trial.Event{Kind: trial.Anonymisation, Tag: p.Tag, When: now + 2, Entry: field.Uint64(uint64(i))}); err != nil {
			t.Fatal(err)
		}
		_, w.Cohort = b.End()
		c := assigned(t, &Witness{Cohort: w.Cohort, Context: field.Random()}, 0)
		s := w.Cohort.State()
		if !solves(t, c) || s.Participants != 3 || s.Activity.Visits != visits || s.Activity.Anonymisations != uint32(i+1) {
			t.Errorf("%d of three are anonymised: %+v", i+1, s)
		}
		c.Places[i+1].There = 0
		if settle(t, c, false); solves(t, c) {
			t.Error("the anonymised one is left out")
		}
	}
}

func TestCounts(t *testing.T) {
	for version, want := range []int{15_813, 54_759, 211_357} {
		circuittest.WantCounts(t, Statement(version+1), want, 8)
	}
	if Statement(4).Check() == nil || Statement(0).Check() == nil {
		t.Error("a version that there is not")
	}
}
