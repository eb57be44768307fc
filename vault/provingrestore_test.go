package vault

import (
	"testing"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/registry"
)

// An index that is put back to before something ended. The log, which was not put back, knows better.

// putBackIndex lets something happen, and puts the index back to before it; all that happened is in the log.
func (s *provingSite) putBackIndex(happens func()) {
	s.t.Helper()
	s.logs()
	s.stop()
	kept := s.t.TempDir()
	s.copyTo(kept)
	s.start()
	happens()
	s.logs()
	s.stop()
	s.putBack(kept, indexDir)
	s.start()
}

// letsIn says whether a provider who has kept their copies of the trees is let in.
func (s *provingSite) letsIn(d *doctor, g *permit) bool {
	s.t.Helper()
	c, err := s.Challenge(s.t.Context(), asked(g))
	if err != nil {
		return false
	}
	_, err = s.present(s.witness(d, g, c, 0), c)
	return err == nil
}

// Threat 45: a withdrawn grant stays withdrawn.
func TestThreat45WithdrawalOutlivesAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	s.putBackIndex(func() { s.withdraw(g) })
	if s.letsIn(s.doctors[0], g) {
		t.Fatal("a withdrawn grant is back with the index")
	}
	s.publish()
	if s.copies[registry.Grants].Leaf(g.Index) != registry.Tombstone() {
		t.Error("no tombstone after the restore")
	}
}

// Threat 45: a provider who was revoked stays so.
func TestThreat45RevocationOutlivesAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	s.putBackIndex(func() {
		copies := s.copies[registry.Providers].Clone()
		s.accredit(registry.Providers, remove(s.doctors[0].index))
		s.copies[registry.Providers] = copies
	})
	if s.letsIn(s.doctors[0], g) {
		t.Error("a revoked provider is let in again")
	}
}

// Threats 44 and 45: a key that was lost, and replaced, stays so.
func TestThreat45RecoveryOutlivesAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	thief := *c
	s.putBackIndex(func() { must(t, errorOf(s.Bind(t.Context(), s.recovery(c)))) })
	if errorOf(s.Give(t.Context(), s.given(s.permit(&thief)))) == nil {
		t.Error("a key that was replaced signs grants again")
	}
}

// Threat 44: a registrar's word for a recovery is good once: whoever has kept it does not bring a key back that was replaced.
func TestThreat44RecoveriesAreNotReplayed(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	first := s.recovery(c)
	must(t, errorOf(s.Bind(t.Context(), first)))
	must(t, errorOf(s.Bind(t.Context(), s.recovery(c))))
	if errorOf(s.Bind(t.Context(), first)) == nil {
		t.Error("a recovery is carried out twice")
	}
}

// Threats 27 and 48: the evidence that an anonymous reader leaves is part of what the log's entry says.
func TestThreat27EvidenceIsInTheLog(t *testing.T) {
	entry := disclosure{At: 1, Actor: anonymous, Purpose: "TREAT", Salt: newSalt(), Evidence: &evidence{Escrow: []byte{1}}}
	other := entry
	other.Evidence = &evidence{Escrow: []byte{2}}
	by := entry
	by.Authorization = "another"
	if entryOf(entry.opening("id")) == entryOf(other.opening("id")) || entryOf(entry.opening("id")) == entryOf(by.opening("id")) {
		t.Error("the entry of a disclosure says nothing of its evidence, or of the authorization that it stands on")
	}
}

// Threat 44: what a binding, a grant and a withdrawal answer with is what a receipt is asked for with; a recovery shows in it.
func TestThreat44BindingsAndGrantsHaveReceipts(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	bound, err := s.Bind(t.Context(), s.recovery(c))
	must(t, err)
	g := s.give(c)
	withdrawn := s.withdraw(g)
	s.logs()
	binding := facts(t, s.receipt(bound.Receipt))
	if len(binding) != 1 || binding[0][""] != string(anchor.KeyBound) || binding[0]["recovery"] == "" {
		t.Errorf("of a recovery: %v", binding)
	}
	grant := facts(t, s.receipt(withdrawn.Receipt))
	if len(grant) != 2 || grant[0][""] != string(anchor.GrantGiven) || grant[1][""] != string(anchor.GrantWithdrawn) ||
		grant[1]["leaf"] != field.Text(g.Leaf()) {
		t.Errorf("of a withdrawal: %v", grant)
	}
}

// Threat 45: who was revoked signs nothing either, and the accreditor's word settles it.
func TestThreat45ARevokedRegistrarSignsNothingAfterAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	revoke := func() { s.accredit(registry.Issuers, remove(0)) }
	var before *registry.Copy
	s.putBackIndex(func() {
		before = s.copies[registry.Issuers].Clone()
		revoke()
	})
	s.copies[registry.Issuers] = before
	care := s.permit(c, func(g *identity.Grant) { g.Basis = identity.BasisCare })
	wantCode(t, "a grant that a revoked registrar signs", errorOf(s.Give(t.Context(), s.given(care))), "accreditation-ended")
	revoke()
	g := s.give(c)
	s.publish()
	if !s.letsIn(s.doctors[0], g) {
		t.Error("once the accreditor has signed again, nobody is let in")
	}
}

// Threat 45: a grant that was given and withdrawn after the moment that the index is put back to is not given again.
func TestThreat45WithdrawnGrantIsNotGivenToAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	g := s.permit(s.citizen(identity.Own))
	s.publish()
	before := s.copies[registry.Grants].Clone()
	s.putBackIndex(func() {
		must(t, errorOf(s.Give(t.Context(), s.given(g))))
		s.publish()
		s.withdraw(g)
	})
	s.copies[registry.Grants] = before
	wantCode(t, "a withdrawn grant that is given again", errorOf(s.Give(t.Context(), s.given(g))), "grant-withdrawn")
}

// Threats 44 and 45: of several keys that followed each other after that moment, none but the last is bound again.
func TestThreat45ReplacedKeyIsNotBoundToAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	var stolen Binding
	s.putBackIndex(func() {
		stolen = s.recovery(c)
		must(t, errorOf(s.Bind(t.Context(), stolen)))
		must(t, errorOf(s.Bind(t.Context(), s.recovery(c))))
	})
	wantCode(t, "a replaced key that is bound again", errorOf(s.Bind(t.Context(), stolen)), "conflict")
}

// Threat 45: the accreditor's older notes bring nobody back who was enrolled and revoked since.
func TestThreat45OlderNotesToAnOlderIndex(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	d := &doctor{secret: field.Random(), index: s.copies[registry.Providers].Size()}
	d.Provider = s.doctors[0].Provider
	d.Identity = identity.ProviderIdentity(d.secret)
	before := s.copies[registry.Providers].Clone()
	enrol := s.accreditation(registry.Providers, enter(d.index, d.Leaf()))
	s.putBackIndex(func() {
		must(t, errorOf(s.Accredit(t.Context(), registry.Providers, enrol)))
		s.accredit(registry.Providers, remove(d.index))
	})
	s.copies[registry.Providers] = before
	must(t, errorOf(s.Accredit(t.Context(), registry.Providers, enrol)))
	s.fetch(registry.Providers)
	if s.letsIn(d, g) {
		t.Error("a revoked provider comes back with the note of their enrolment")
	}
}

// Threats 42 and 45: when the log was put back with the index, nobody knows what has ended, and nobody is let in.
func TestThreat42NobodyIsLetInByALogThatIsBehind(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	s.logs()
	s.stop()
	kept := t.TempDir()
	s.copyTo(kept)
	s.start()
	s.withdraw(g)
	s.logs()
	s.anchors()
	s.stop()
	s.putBack(kept, indexDir, logDir)
	s.start()
	if s.letsIn(s.doctors[0], g) {
		t.Error("providers are let in by a log that lacks what has ended")
	}
	for what, err := range map[string]error{ // before anything else is looked at
		"a challenge":   errorOf(s.Challenge(t.Context(), ChallengeRequest{})),
		"a proof":       errorOf(s.Authorize(t.Context(), Presentation{}, "")),
		"a binding":     errorOf(s.Bind(t.Context(), Binding{})),
		"another grant": errorOf(s.Give(t.Context(), GrantGiven{})),
	} {
		wantCode(t, what, err, "quarantined")
	}
}
