package enrolment

import (
	"errors"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

// TestThreat50EachDeviationIsCountedOnce makes batches with exactly one deviation.
func TestThreat50EachDeviationIsCountedOnce(t *testing.T) {
	s := newScene(t)
	marked := func(ineligible, deferred bool) trial.Event {
		return trial.Event{Kind: trial.Enrolment, When: at - 10, Ineligible: ineligible, Deferred: deferred}
	}
	for name, tc := range map[string]struct {
		time uint64
		e    trial.Event
		want trial.Deviations
	}{
		"none":              {at, marked(false, false), trial.Deviations{}},
		"ineligible":        {at, marked(true, false), trial.Deviations{Ineligible: 1}},
		"deferred":          {at, marked(false, true), trial.Deviations{Deferred: 1}},
		"superseded":        {trialtest.Superseded, enrolment(trialtest.Superseded), trial.Deviations{Superseded: 1}},
		"late":              {now + 10*trialtest.Day + 1, enrolment(now), trial.Deviations{Late: 1}},
		"not yet late":      {now + 10*trialtest.Day, enrolment(now), trial.Deviations{}},
		"again, attested":   {at, trial.Event{Kind: trial.Reconsent, When: at - 10}, trial.Deviations{}},
		"again, unattested": {at, trial.Event{Kind: trial.Reconsent, When: at - 10, Ineligible: true}, trial.Deviations{Ineligible: 1}},
		"just in force":     {trialtest.Superseded, enrolment(trialtest.Superseded - 1), trial.Deviations{}},
	} {
		of := lie{again: tc.e.Kind == trial.Reconsent}.of(s)
		c := s.batch(t, tc.time, 0, entrant{of, tc.e})
		b := newBatch(t, s.World, tc.time, 0)
		b.add(t, of, tc.e)
		_, after := b.Batch.End()
		state := after.State()
		if got := state.Deviations; got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
		if !solvesFew(t, c) {
			t.Errorf("%s: refused", name)
		}
		state.Root = circuitRoot(s, c)
		if state.Digest() != c.NewState {
			t.Fatalf("%s: the circuit's state is another", name)
		}
		for claim, d := range map[string]trial.Deviations{"none": {}, "twice each": twice(tc.want)} {
			if d == tc.want {
				continue
			}
			lied := state
			lied.Deviations = d
			if c.NewState = lied.Digest(); solvesFew(t, c) {
				t.Errorf("%s: a state that claims %s is taken", name, claim)
			}
		}
	}
}

// circuitRoot is the root of the tree after a batch: its entries are random, so that each batch has its own.
func circuitRoot(s *scene, c *Circuit) field.Element {
	tree := s.places.Clone()
	_, slots := s.made(s.t, c)
	for i := range c.Slots {
		tree.Set(field.Change{Index: place(c.Slots[i].NeighbourPath[:]), Leaf: slots[i].after})
		if !zero(c.Slots[i].New) {
			tree.Set(field.Change{Index: place(c.Slots[i].PlacePath[:]), Leaf: slots[i].joins})
		}
	}
	return tree.Root()
}

func twice(d trial.Deviations) trial.Deviations {
	return trial.Deviations{Ineligible: 2 * d.Ineligible, Deferred: 2 * d.Deferred, Superseded: 2 * d.Superseded, Late: 2 * d.Late}
}

func TestReasonsAreGivenBeforeTheWork(t *testing.T) {
	w := trialtest.New(t)
	p, other := w.Person(t, identity.Own), w.Person(t, identity.Own)
	other.Grant, other.Subject = p.Grant, p.Subject
	for name, tc := range map[string]struct {
		change func(b *enrolling)
		want   error
	}{
		"true":                  {func(*enrolling) {}, nil},
		"no grant":              {func(b *enrolling) { b.Entries[0].Grant = nil }, ErrNotGranted},
		"another's grant":       {func(b *enrolling) { b.Entries[0].Identity = field.Random() }, ErrNotGranted},
		"a grant's path":        {func(b *enrolling) { b.GrantsRoot = field.Random() }, ErrNotGranted},
		"a grant's signature":   {func(b *enrolling) { b.Entries[0].Grant.Signature.S[31] ^= 1 }, ErrNotGranted},
		"other terms":           {func(b *enrolling) { b.Entries[0].Grant.Grant.Terms = field.Random() }, ErrNotGranted},
		"no attestation":        {func(b *enrolling) { b.Entries[0].Attestation = nil }, ErrNotTheirs},
		"no attester":           {func(b *enrolling) { b.IssuersRoot = field.Random() }, ErrNotTheirs},
		"an expired attester":   {func(b *enrolling) { b.Entries[0].Attestation.AttesterUntil = now }, ErrNotTheirs},
		"an attested signature": {func(b *enrolling) { b.Entries[0].Attestation.Signature.S[31] ^= 1 }, ErrNotTheirs},
		"of another key":        {func(b *enrolling) { b.reattest(func(a *identity.Attestation) { a.Key = field.Random() }) }, ErrNotTheirs},
		"not eligible": {func(b *enrolling) {
			b.reattest(func(a *identity.Attestation) { a.Values[0] = identity.KnownValue(17) })
		}, ErrNotEligible},
		"other criteria":         {func(b *enrolling) { b.Witness.Policy.Scope = field.Random() }, trial.ErrNotInForce},
		"no such version":        {func(b *enrolling) { b.Version = 3 }, trial.ErrNotInForce},
		"another version":        {func(b *enrolling) { b.Version = 1 }, trial.ErrNotInForce},
		"another site's seal":    {func(b *enrolling) { b.Witness.Seal.Site = b.Sites[1].Public() }, trial.ErrNoSite},
		"a site's other batch":   {func(b *enrolling) { b.Witness.Seal.Signature.S[31] ^= 1 }, trial.ErrNotSigned},
		"more than it has slots": {func(b *enrolling) { b.Entries = append(b.Entries, make([]Entry, 4)...) }, nil},
	} {
		b := newBatch(t, w, now, 0)
		b.add(t, p, enrolment(now))
		b.seal(t)
		tc.change(b)
		_, err := b.Assign(1)
		if name == "more than it has slots" {
			if _, err = b.assign(4); !errors.Is(err, ErrTooMany) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

// reattest has the attester sign something else of the first entry's person.
func (b *enrolling) reattest(change func(a *identity.Attestation)) {
	a := *b.Entries[0].Attestation
	change(&a.Attestation)
	signature, err := b.Attester.Sign(a.Attestation.Message())
	if err != nil {
		panic(err)
	}
	a.Signature = signature
	b.Entries[0].Attestation = &a
}
