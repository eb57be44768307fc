package vault

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"
	"time"

	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/registry"
)

// A patient gives a hospital a grant; somebody there reads what it covers, and shows nothing of themselves but what the patient and
// the auditor may open.
func TestWholeWay(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	g := s.give(c)
	s.publish()
	if n := s.challenge(g).AnonymitySet; n != 3 {
		t.Errorf("hidden among %d of three", n)
	}
	token := s.token(s.doctors[1], g, 0)
	if !token.Expires.Equal(s.clock.now().Add(s.config.TokenFor)) || !slices.Equal(token.Scope, []string{"care"}) {
		t.Errorf("token of %v until %v", token.Scope, token.Expires)
	}
	s.readsWithin(token, c)
	s.accountedFor(g, s.doctors[1])
}

// readsWithin checks that a token for care reads what is care, and that the rest is not there.
func (s *provingSite) readsWithin(token Token, c *citizen) {
	s.t.Helper()
	var listed, want []string
	shown, err := s.AuthorizedRecords(s.t.Context(), token.Secret, thumbprint, c.Patient)
	must(s.t, err)
	for _, r := range shown {
		listed = append(listed, r.Type)
	}
	for _, r := range s.records(c.Patient) {
		have, err := s.readBy(token, r.ID)
		if r.Compartment != "care" {
			wantCode(s.t, r.Type, err, "not-found")
			continue
		}
		want = append(want, r.Type)
		if err != nil || !bytes.Equal(have, c.resource(s.t, r.Type)) {
			s.t.Errorf("%s: %q, %v", r.Type, have, err)
		}
	}
	if !slices.Equal(listed, want) || len(want) != 2 {
		s.t.Errorf("listed %v, readable %v", listed, want)
	}
	_, err = s.readBy(token, c.Bundle)
	wantCode(s.t, "a bundle that is care only in part", err, "not-found")
	other := s.citizen(identity.Own)
	_, err = s.readBy(token, s.recordOf(other.Patient, "Observation").ID)
	wantCode(s.t, "somebody else's record", err, "not-found")
	_, err = s.AuthorizedRecords(s.t.Context(), token.Secret, thumbprint, other.Patient)
	wantCode(s.t, "somebody else's records", err, "not-found")
	_, err = s.AuthorizedRead(s.t.Context(), token.Secret, "another key", s.recordOf(c.Patient, "Observation").ID)
	wantCode(s.t, "a stolen token", err, "token-invalid")
	_, err = s.AuthorizedRead(s.t.Context(), token.Secret+"A", thumbprint, s.recordOf(c.Patient, "Observation").ID)
	wantCode(s.t, "a made-up token", err, "token-invalid")
}

// accountedFor checks the access log after readsWithin: the patient finds the organisation in it, the auditor the person.
func (s *provingSite) accountedFor(g *permit, by *doctor) {
	s.t.Helper()
	all, err := s.AccessLog(s.t.Context(), g.of.Patient)
	must(s.t, err)
	if len(all) != 3 || all[0].Evidence == nil || all[0].Record != "" || all[0].Purpose != "TREAT" {
		s.t.Fatalf("access log: %+v", all)
	}
	for _, d := range all[1:] {
		if d.Authorization != all[0].ID || d.Evidence != nil || d.Record == "" || d.Actor != anonymous || d.Purpose != "TREAT" {
			s.t.Errorf("a read in the access log: %+v", d)
		}
	}
	s.opens(g, by, *all[0].Evidence)
}

// opens opens the evidence of an authorization.
func (s *provingSite) opens(g *permit, by *doctor, e Evidence) {
	s.t.Helper()
	digits, err := hex.DecodeString(e.Challenge)
	must(s.t, err)
	challenge, err := field.Parse(digits)
	must(s.t, err)
	escrow, err := identity.ParseEscrow(e.Escrow)
	must(s.t, err)
	if identity.OpenOrganisation(escrow, g.view, challenge) != by.Organisation {
		s.t.Error("the patient does not find the organisation")
	}
	if identity.OpenOrganisation(escrow, field.Random(), challenge) == by.Organisation {
		s.t.Error("the organisation opens without the view")
	}
	auditor, err := identity.ParsePublicKey(e.Auditor)
	must(s.t, err)
	leaf, opening, err := identity.OpenPerson(s.auditor, escrow, challenge)
	must(s.t, err)
	agreed, err := identity.VerifyOpening(auditor, escrow, challenge, opening)
	if err != nil || leaf != by.Leaf() || agreed != leaf {
		s.t.Errorf("the auditor does not find the person (%v)", err)
	}
	if at, ok := s.copies[registry.Providers].Find(leaf); !ok || at != by.index {
		s.t.Error("the person is not in the tree")
	}
}

// A token for everything reads the bundle as it came, until its time is over.
func TestWholeBundleIsReadByProof(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own), func(g *identity.Grant) { g.Scope = 0b111 })
	s.publish()
	r := asked(g)
	r.Scope = []string{"identity", "care", "billing"}
	c, err := s.Challenge(t.Context(), r)
	must(t, err)
	token, err := s.present(s.witness(s.doctors[0], g, c, 0), c)
	must(t, err)
	s.clock.move(s.config.TokenFor - time.Second)
	if have, err := s.readBy(token, g.of.Bundle); err != nil || !bytes.Equal(have, g.of.document) {
		t.Errorf("%d bytes of %d, %v", len(have), len(g.of.document), err)
	}
	s.clock.move(time.Second)
	_, err = s.readBy(token, g.of.Bundle)
	wantCode(t, "a token whose time is over", err, "token-invalid")
}

func TestEveryBasisLetsIn(t *testing.T) {
	s := newProvingSite(t, func(p *Proving) { p.Threshold = 1 })
	own := s.citizen(identity.Own)
	permits := []*permit{s.give(s.citizen(identity.Custodial))}
	for b := identity.BasisRepresentative; b <= identity.BasisLaw; b++ {
		permits = append(permits, s.give(own, func(g *identity.Grant) { g.Basis = b }))
	}
	single := s.give(own, func(g *identity.Grant) { g.Grantee = s.doctors[4].Identity })
	s.publish()
	for i, g := range permits {
		c := s.challenge(g)
		if c.Request.Basis != g.Basis || c.Request.Custody != g.of.Custody {
			t.Errorf("%v: asked for %v, %v", g.Basis, c.Request.Basis, c.Request.Custody)
		}
		if testing.Short() && i%2 != 0 {
			continue
		}
		if _, err := s.present(s.witness(s.doctors[i%3], g, c, uint16(i/3)), c); err != nil {
			t.Errorf("%v, %v: %v", g.Basis, g.of.Custody, err)
		}
	}
	s.token(s.doctors[4], single, 0)
	_, err := s.witness(s.doctors[3], single, s.challenge(single), 0).Assign()
	is(t, err, authorization.ErrGrantee)
}

// Threat 16: a withdrawal holds at once, for the root that it has not reached yet too.
func TestThreat16WithdrawalHoldsBeforeItIsPublished(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	g, stands := s.give(c), s.give(c)
	unhurt := s.give(s.citizen(identity.Own))
	s.publish()
	token, elsewhere := s.token(s.doctors[0], g, 0), s.token(s.doctors[0], unhurt, 1)
	record := s.recordOf(c.Patient, "Observation").ID
	_, err := s.readBy(token, record)
	must(t, err)
	waiting := s.challenge(g)
	proof, escrow := prove(t, s.witness(s.doctors[0], g, waiting, 2))
	old, other := presentation(t, waiting, proof, escrow), newShown(t, s, unhurt, 3)

	done := s.withdraw(g)
	if !done.At.Equal(s.clock.now()) || done.EffectiveElsewhere.Sub(done.At) != s.config.PublishEvery+s.config.MaxRootAge {
		t.Errorf("withdrawn %+v", done)
	}
	_, err = s.readBy(token, record)
	wantCode(t, "a token after the withdrawal", err, "token-invalid")
	_, err = s.readBy(elsewhere, s.recordOf(unhurt.of.Patient, "Observation").ID)
	must(t, err)
	s.refused("a proof by the old root", "grant-withdrawn", func() error {
		_, err := s.Authorize(t.Context(), old, thumbprint)
		return err
	})
	s.publish()
	s.refused("the same after the new root", "grant-withdrawn", func() error {
		_, err := s.Authorize(t.Context(), old, thumbprint)
		return err
	})
	_, err = s.witness(s.doctors[0], g, waiting, 2).Assign()
	is(t, err, authorization.ErrNotGranted)
	other.accepted()                 // by the old root: it is about another patient
	s.token(s.doctors[0], stands, 2) // what stands works by the new root, with the read that was refused
}

// Before any work a prover is told why nothing can be proven.
func TestProverIsToldWhy(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	care := s.give(g.of, func(g *identity.Grant) { g.Basis = identity.BasisCare })
	waiting := s.permit(g.of)
	s.publish()
	d, c := s.doctors[0], s.challenge(g)
	for name, w := range map[string]struct {
		change func(*authorization.Witness)
		want   error
	}{
		"expired":               {func(w *authorization.Witness) { w.Request.Time = g.Until }, authorization.ErrExpired},
		"not begun":             {func(w *authorization.Witness) { w.Request.Time = g.From - 1 }, authorization.ErrExpired},
		"scope":                 {func(w *authorization.Witness) { w.Request.Scope = 0b110 }, authorization.ErrScope},
		"purpose":               {func(w *authorization.Witness) { w.Request.Purpose = 2 }, authorization.ErrPurpose},
		"basis":                 {func(w *authorization.Witness) { w.Request.Basis = identity.BasisLaw }, authorization.ErrBasis},
		"subject":               {func(w *authorization.Witness) { w.Subject.Salt = field.Random() }, authorization.ErrSubject},
		"custody":               {func(w *authorization.Witness) { w.Request.Custody = identity.Custodial }, authorization.ErrCustody},
		"reads":                 {func(w *authorization.Witness) { w.Read = w.Request.K }, authorization.ErrReads},
		"view":                  {func(w *authorization.Witness) { w.View = field.Random() }, authorization.ErrNotGranted},
		"accreditation is over": {func(w *authorization.Witness) { w.Request.Time = d.Until }, authorization.ErrNotAccredited},
		"somebody else's name": {
			func(w *authorization.Witness) { w.Provider = s.doctors[1].Provider }, authorization.ErrNotAccredited,
		},
		"signature": {func(w *authorization.Witness) { w.Signature = care.signature }, authorization.ErrSigner},
	} {
		wit := s.witness(d, g, c, 0)
		w.change(wit)
		if _, err := wit.Assign(); !errors.Is(err, w.want) {
			t.Errorf("%s: %v, want %v", name, err, w.want)
		}
	}
	_, err := s.witness(s.doctors[3], g, c, 0).Assign()
	is(t, err, authorization.ErrGrantee)
	_, err = s.witness(d, waiting, c, 0).Assign()
	is(t, err, authorization.ErrNotGranted)
	s.accredit(registry.Issuers, remove(0))
	_, err = s.witness(d, care, s.challenge(care), 0).Assign()
	is(t, err, authorization.ErrSigner)
}

// A provider has so many reads in an epoch, and none twice.
func TestReadsOfAnEpochAreCounted(t *testing.T) {
	s := newProvingSite(t, func(p *Proving) { p.Reads = 1 })
	g := s.give(s.citizen(identity.Own))
	s.publish()
	s.token(s.doctors[0], g, 0)
	c := s.challenge(g)
	w := s.witness(s.doctors[0], g, c, 0)
	s.refused("a read again", "pseudonym-used", func() error {
		_, err := s.present(w, c)
		return err
	})
	w.Read = 1
	_, err := w.Assign()
	is(t, err, authorization.ErrReads)
	s.token(s.doctors[1], g, 0)
	s.clock.move(s.config.Epoch)
	s.token(s.doctors[0], g, 0)
}

// What is spent is forgotten when it cannot be used any more, and not before.
func TestSpentValuesAreKeptUntilTheyAreWorthNothing(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	c := s.challenge(g)
	_, err := s.present(s.witness(s.doctors[0], g, c, 0), c)
	must(t, err)
	for _, step := range []struct {
		at   time.Time
		left []string
	}{
		{c.Expires, []string{"challenge", "pseudonym"}},
		{c.Expires.Add(time.Second), []string{"pseudonym"}},
		{s.config.epochEnd(c.Request.Epoch).Add(s.config.ChallengeFor), []string{"pseudonym"}},
		{s.config.epochEnd(c.Request.Epoch).Add(s.config.ChallengeFor + time.Second), nil},
	} {
		s.clock.move(step.at.Sub(s.clock.now()))
		s.expire()
		if have := s.texts(`SELECT used FROM spent WHERE used <> 'handle' ORDER BY used`); !slices.Equal(have, step.left) {
			t.Errorf("at %v: %v, want %v", step.at, have, step.left)
		}
	}
	if n := s.text(`SELECT count(*) FROM tokens`); n != "0" {
		t.Errorf("%s tokens whose time is over", n)
	}
}
