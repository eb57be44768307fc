package party

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"lethe/circuits/field"
	"lethe/vault"
	"lethe/vault/registry"
)

func TestAccreditationsAreSignedOverWhatComesOut(t *testing.T) {
	w := newTown(t)
	before := w.copies.Providers.Version
	other := newParty(t, Provider, "dr y")
	other.Public.Until = uint64(now.Unix()) + 5
	a := w.enrol(t, w.copies.Providers, other)
	v, err := note.NewVerifier(w.accreditor.Public.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(a.Note, note.VerifierList(v))
	want := vault.AccreditationText("service", registry.Providers, before+1, w.copies.Providers.Root(), now)
	if err != nil || opened.Text != want {
		t.Errorf("%v: %v", err, opened)
	}
	m, err := w.accreditor.Member("dr y", Provider)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.accreditor.Revoke("service", w.copies.Providers, m, now); err != nil {
		t.Fatal(err)
	}
	if w.copies.Providers.Leaf(m.Index) != registry.Tombstone() {
		t.Error("not removed")
	}
	if _, err := w.accreditor.Revoke("service", w.copies.Providers, m, now); !errors.Is(err, ErrNotEnrolled) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := w.accreditor.Member("dr z", Provider); !errors.Is(err, ErrNotEnrolled) {
		t.Errorf("a stranger: %v", err)
	}
	if got, ok := w.accreditor.Named(field.Element(m.Leaf)); !ok || got.Name != "dr y" {
		t.Error("a revoked member is still known by their leaf")
	}
	if _, _, err := w.accreditor.Enrol("service", w.copies.Providers, w.patient.Public, now); !errors.Is(err, ErrFile) {
		t.Errorf("a patient enrolled as a provider: %v", err)
	}
}

// One leaf for a person: a renewal ends the leaf before, a revocation all of them, also one that a failed attempt has left in the register.
func TestRevocationEndsEveryLeafOfAPerson(t *testing.T) {
	w := newTown(t)
	first, err := w.accreditor.Member("provider", Provider)
	if err != nil {
		t.Fatal(err)
	}
	phantom := first
	phantom.Leaf, phantom.Index = Element(field.Random()), 0
	w.accreditor.Members = append([]Member{phantom}, w.accreditor.Members...)
	w.provider.Public.Until++
	w.enrol(t, w.copies.Providers, w.provider)
	if w.copies.Providers.Leaf(first.Index) != registry.Tombstone() {
		t.Error("a renewal leaves the leaf before")
	}
	w.accreditor.MarkRevoked(first)
	if _, err := w.accreditor.Revoke("service", w.copies.Providers, first, now); err != nil {
		t.Fatal(err)
	}
	for i, leaf := range w.copies.Providers.Leaves() {
		if leaf != registry.Tombstone() {
			t.Errorf("place %d still stands", i)
		}
	}
}

func TestPeopleOfOneNameAreToldApart(t *testing.T) {
	w := newTown(t)
	bobs := []*Secret{newParty(t, Provider, "bob"), newParty(t, Provider, "bob")}
	for _, bob := range bobs {
		bob.Public.Until = uint64(now.Unix()) + 5
		w.enrol(t, w.copies.Providers, bob)
	}
	if _, err := w.accreditor.Member("bob", Provider); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("one of two: %v", err)
	}
	m, err := w.accreditor.MemberOf(bobs[1].Public)
	if err != nil || !bytes.Equal(m.ID, field.Bytes(field.Element(*bobs[1].Public.Identity))) {
		t.Errorf("by the public file: %v", err)
	}
}

// Threat 44: an accreditor signs for everybody who is in the tree, so nobody may be there whom they did not put there.
func TestThreat44AnAccreditorSignsOverNobodyElsesLeaf(t *testing.T) {
	w := newTown(t)
	if err := w.copies.Providers.Apply([]registry.Change{{Index: 9, Leaf: field.Random()}}); err != nil {
		t.Fatal(err)
	}
	other := newParty(t, Provider, "dr y")
	if _, _, err := w.accreditor.Enrol("service", w.copies.Providers, other.Public, now); !errors.Is(err, ErrForeign) {
		t.Errorf("signed over a stranger: %v", err)
	}
}

// Threat 45: whoever was revoked and stands in the tree again, as after a restore of the service, is removed with the next change.
func TestThreat45TheNextChangeRemovesWhoIsBack(t *testing.T) {
	w := newTown(t)
	m, err := w.accreditor.Member("provider", Provider)
	if err != nil {
		t.Fatal(err)
	}
	w.accreditor.MarkRevoked(m)
	other := newParty(t, Provider, "dr y")
	other.Public.Until = uint64(now.Unix()) + 5
	w.enrol(t, w.copies.Providers, other)
	if w.copies.Providers.Leaf(m.Index) != registry.Tombstone() {
		t.Error("a revoked provider stands in a tree that was signed anew")
	}
}
