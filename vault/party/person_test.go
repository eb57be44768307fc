package party

import (
	"errors"
	"testing"
	"time"

	"lethe/circuits/consent"
	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/vault/attest"
	"lethe/vault/registry"
)

// attested is a town with an attester, who has attested the patient's age.
type attested struct {
	*town
	attester *Secret
	signed   *attest.Signed
	asked    policy.Policy
}

func newAttested(t *testing.T) *attested {
	w := &attested{town: newTown(t)}
	w.attester = newParty(t, Attester, "site")
	w.attester.Public.Until = uint64(now.Unix()) + 10_000
	schema, err := attest.ParseSchema([]byte("format: lethe/schema/v1\nname: x\nversion: 1\nattributes: [{name: age, kind: age}]"))
	if err != nil {
		t.Fatal(err)
	}
	born := []attest.Resource{{Record: "r", JSON: []byte(`{"resourceType":"Patient","birthDate":"1980-01-01"}`)}}
	r, err := schema.Attest(born, now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if w.signed, err = w.attester.Attest(schema, w.patient.Public, r, now); err != nil {
		t.Fatal(err)
	}
	w.asked = policy.Policy{Scope: field.Uint64(1), Schema: w.signed.Schema, Clauses: []policy.Clause{{{Low: 18, High: 75}}}}
	if _, err := w.registrar.Attest(schema, w.provider.Public, r, now); !errors.Is(err, ErrFile) {
		t.Errorf("a provider's values are attested: %v", err)
	}
	if _, err := w.provider.Attest(schema, w.patient.Public, r, now); !errors.Is(err, ErrFile) {
		t.Errorf("a provider attests: %v", err)
	}
	return w
}

func TestEligibilityIsPutTogether(t *testing.T) {
	w := newAttested(t)
	at := Moment{now.Add(time.Minute), identity.Context([]byte("here"))}
	satisfies := func(who *Secret) error {
		wit, err := who.Satisfies(w.copies.Issuers, w.signed, w.asked, at)
		if err == nil && (field.Root(wit.Path) != w.copies.Issuers.Root() || wit.Context != at.Context || wit.Time != uint64(at.Time.Unix())) {
			t.Error("the witness is of another tree or moment")
		}
		return err
	}
	if err := satisfies(w.patient); !errors.Is(err, eligibility.ErrNotAccredited) {
		t.Errorf("before the attester is enrolled: %v", err)
	}
	w.enrol(t, w.copies.Issuers, w.attester)
	if err := satisfies(w.patient); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who  *Secret
		want error
	}{"another person": {newParty(t, Patient, "mallory"), eligibility.ErrNotAttested}, "a provider": {w.provider, ErrFile}} {
		if err := satisfies(c.who); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	at.Time = now.Add(time.Hour)
	if err := satisfies(w.patient); !errors.Is(err, eligibility.ErrExpired) {
		t.Errorf("when it has ended: %v", err)
	}
	at.Time, w.asked.Clauses[0][0].Low = now, 70
	if err := satisfies(w.patient); !errors.Is(err, eligibility.ErrNotEligible) {
		t.Errorf("too young: %v", err)
	}
	place, _ := w.copies.Issuers.Find(mustIssuer(t, w.attester).Leaf())
	if err := w.copies.Issuers.Apply([]registry.Change{{Index: place, Leaf: registry.Tombstone()}}); err != nil {
		t.Fatal(err)
	}
	if err := satisfies(w.patient); !errors.Is(err, eligibility.ErrNotAccredited) {
		t.Errorf("revoked: %v", err)
	}
}

func mustIssuer(t *testing.T, s *Secret) identity.Issuer {
	t.Helper()
	i, err := s.Public.Issuer()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestConsentIsPutTogether(t *testing.T) {
	w := newTown(t)
	terms := w.terms(t, identity.BasisConsent)
	_, n, err := w.patient.Give(terms, 5)
	if err != nil {
		t.Fatal(err)
	}
	before := GivenAs(terms, n)
	before.Index, before.Note = 4, nil
	w.patient.Given = []Given{before, GivenAs(terms, n)}
	at := Moment{now, field.Uint64(3)}
	notes, err := w.patient.Consented("service", nil)
	if err != nil || len(notes) != 1 || notes[0].Grant.Leaf() != n.Grant.Leaf() {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	if _, err := w.patient.Consents(w.copies.Grants, notes[0], at); !errors.Is(err, consent.ErrNotGranted) {
		t.Errorf("before it is published: %v", err)
	}
	if err := w.copies.Grants.Apply([]registry.Change{{Index: 5, Leaf: n.Grant.Leaf()}}); err != nil {
		t.Fatal(err)
	}
	if wit, err := w.patient.Consents(w.copies.Grants, notes[0], at); err != nil || field.Root(wit.Path) != w.copies.Grants.Root() {
		t.Errorf("%v", err)
	}
	if _, err := newParty(t, Patient, "mallory").Consents(w.copies.Grants, notes[0], at); !errors.Is(err, consent.ErrNotYours) {
		t.Errorf("another person's: %v", err)
	}
	for place, want := range map[uint32]int{5: 1, 6: 0} {
		if notes, err := w.patient.Consented("service", &place); err != nil || len(notes) != want {
			t.Errorf("place %d: %d notes, %v", place, len(notes), err)
		}
	}
	four := uint32(4)
	if _, err := w.patient.Consented("service", &four); !errors.Is(err, ErrNote) {
		t.Errorf("a grant of before: %v", err)
	}
	if notes, err := w.patient.Consented("elsewhere", nil); err != nil || len(notes) != 0 {
		t.Errorf("another service: %d notes, %v", len(notes), err)
	}
}
