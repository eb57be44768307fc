package enrolment

import (
	"errors"
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

const now = trialtest.Start + trialtest.Day

var solves = circuittest.Solver(Statement(1))

// enrolling is a batch under way, with what it stands on.
type enrolling struct {
	*trialtest.World
	Witness
}

func newBatch(t testing.TB, w *trialtest.World, time uint64, version uint8) *enrolling {
	t.Helper()
	return &enrolling{w, Witness{Batch: w.Begin(t, true, time), Version: version, Policy: w.Policy, Context: field.Random()}}
}

// add takes an event in, with the person's consent and attestation where it needs them.
func (b *enrolling) add(t testing.TB, p *trialtest.Person, e trial.Event) {
	t.Helper()
	e.Tag, e.Entry = p.Tag, field.Random()
	entry, given := Entry{Event: e, Identity: p.Subject.Identity}, trial.Consent{}
	if !e.Deferred {
		given = p.Given()
		entry.Grant = &Grant{Subject: p.Subject, Grant: p.Grant, Signature: p.GrantSignature}
	}
	if !e.Ineligible {
		path, until := b.AttesterPath()
		entry.Attestation = &Attestation{
			Attestation: p.Attestation, Attester: b.Attester.Public(), AttesterUntil: until, Path: path, Signature: p.AttestationSignature,
		}
	}
	if e.Kind == trial.Enrolment {
		moves, err := b.Batch.Enrol(e, given)
		if err != nil {
			t.Fatal(err)
		}
		entry.Moves = moves[:]
	} else {
		move, err := b.Batch.Reconsent(e, given)
		if err != nil {
			t.Fatal(err)
		}
		entry.Moves = []trial.Move{move}
	}
	b.Entries = append(b.Entries, entry)
}

// seal has the batch signed, and gives its assignment.
func (b *enrolling) seal(t testing.TB) *Circuit { return b.sealed(t, 1) }

func (b *enrolling) sealed(t testing.TB, version int) *Circuit {
	t.Helper()
	b.Witness.Seal = b.World.Seal(t, b.Batch)
	b.GrantsRoot, b.IssuersRoot = b.Grants.Root(), b.Issuers.Root()
	for _, e := range b.Entries {
		if e.Grant != nil {
			e.Grant.Path = b.Grants.Path(e.Grant.Grant.Index)
		}
	}
	c, err := b.Assign(version)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func enrolment(when uint64) trial.Event { return trial.Event{Kind: trial.Enrolment, When: when} }

func TestWholeBatches(t *testing.T) {
	w := trialtest.New(t)
	own, custodial, ineligible, deferred := w.Person(t, identity.Own), w.Person(t, identity.Custodial), w.Person(t, identity.Own), w.Person(t, identity.Own)
	b := newBatch(t, w, now, 0)
	b.add(t, own, enrolment(now))
	e := enrolment(now - 10)
	e.Custodial = true
	b.add(t, custodial, e)
	e = enrolment(now)
	e.Ineligible = true
	b.add(t, ineligible, e)
	e = enrolment(now)
	e.Deferred = true
	b.add(t, deferred, e)
	if !solves(t, b.seal(t)) {
		t.Fatal("four enrolments are refused")
	}
	_, w.Cohort = b.Batch.End()

	w.Consent(t, own, 1, trial.Forever)
	w.Consent(t, deferred, 1, trial.Forever)
	b = newBatch(t, w, trialtest.Amended+50, 1)
	b.add(t, own, trial.Event{Kind: trial.Reconsent, When: trialtest.Amended + 1, Version: 1})
	b.add(t, deferred, trial.Event{Kind: trial.Reconsent, When: trialtest.Amended + 50, Version: 1})
	if !solves(t, b.seal(t)) {
		t.Fatal("two re-consents are refused")
	}
	_, w.Cohort = b.Batch.End()
	if b = newBatch(t, w, trialtest.Superseded, 0); !solves(t, b.seal(t)) {
		t.Error("a batch without an event is refused")
	}
	got := w.Cohort.State()
	want := trial.Deviations{Ineligible: 1, Deferred: 1}
	if got.Participants != 4 || got.Activity != (trial.Activity{Custodial: 1, Reconsents: 2}) || got.Deviations != want {
		t.Errorf("%+v", got)
	}
}

// TestThreat44AConsentByAnotherKeyIsRefused: who may write the tree of grants knows everybody's public file, and has a key of their own; of somebody whom an attester knows they can give
// no consent, at first or again.
func TestThreat44AConsentByAnotherKeyIsRefused(t *testing.T) {
	w := trialtest.New(t)
	p := w.Person(t, identity.Own)
	forged := func(again bool) bool {
		e := enrolment(now)
		if again {
			e.Kind = trial.Reconsent
		}
		b, of := newBatch(t, w, now, 0), *p
		of.Key = circuittest.NewKey(t)
		of.Subject.Key = of.Key.Public()
		w.Consent(t, &of, 0, trial.Forever)
		b.add(t, &of, e)
		b.Witness.Seal = w.Seal(t, b.Batch)
		b.GrantsRoot, b.IssuersRoot = w.Grants.Root(), w.Issuers.Root()
		b.Entries[0].Grant.Path = w.Grants.Path(b.Entries[0].Grant.Grant.Index)
		if err := b.Check(); !errors.Is(err, ErrNotTheirs) {
			t.Errorf("again %t: %v", again, err)
		}
		c, err := b.assign(Slots(1))
		if err != nil {
			t.Fatal(err)
		}
		return solves(t, c)
	}
	if forged(false) {
		t.Error("an enrolment by a key that nobody attested is taken")
	}
	w.Enrol(t, now, p)
	if forged(true) {
		t.Error("a re-consent by a key that nobody attested is taken")
	}
}

func TestCounts(t *testing.T) { circuittest.WantCounts(t, Statement(1), 128_266, 9) }
