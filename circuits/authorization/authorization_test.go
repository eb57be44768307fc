package authorization

import (
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
)

func TestTrueStatementsAreProvable(t *testing.T) {
	for name, change := range map[string]func(*scenario){
		"consent": func(*scenario) {},
		"consent, custodial": func(s *scenario) {
			s.Subject.Custody, s.Request.Custody = identity.Custodial, identity.Custodial
		},
		"a representative's consent": func(s *scenario) { s.basis(identity.BasisRepresentative) },
		"care":                       func(s *scenario) { s.basis(identity.BasisCare) },
		"emergency":                  func(s *scenario) { s.basis(identity.BasisEmergency) },
		"law":                        func(s *scenario) { s.basis(identity.BasisLaw) },
		"for one provider":           func(s *scenario) { s.Grant.Grantee = s.Provider.Identity },
		"at the first moment":        func(s *scenario) { s.Grant.From = now },
		"at the last moment":         func(s *scenario) { s.Grant.Until, s.Provider.Until, s.SignerUntil = now+1, now+1, now+1 },
		"the only read of an epoch":  func(s *scenario) { s.Request.K, s.Read = 1, 0 },
		"at the largest numbers": func(s *scenario) {
			s.Request.Service, s.Request.Epoch, s.Request.K, s.Read = 1<<64-1, 1<<32-1, 1<<16-1, 1<<16-2
			s.Request.Scope, s.Grant.Scope, s.Request.Purpose, s.Grant.Purpose = 1<<16-1, 1<<16-1, 255, 255
			s.Grant.Until, s.Provider.Until, s.SignerUntil, s.Request.Time, s.Grant.Index = 1<<40-1, 1<<40-1, 1<<40-1, 1<<40-2, 1<<28-1
		},
	} {
		s := newScenario(t)
		change(s)
		s.settle(t)
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !solves(t, s.circuit(t)) {
			t.Errorf("%s: cannot be proven", name)
		}
	}
}

// A consent's signer stands in no tree, and the proof shows the tree's root all the same.
func TestAConsentGoesWithAnyTreeOfIssuers(t *testing.T) {
	s := newScenario(t)
	for _, tree := range [][]field.Step{circuittest.PathTo(field.Random(), 0, IssuerLevels), circuittest.PathTo(field.Element{}, 0, IssuerLevels)} {
		s.SignerPath = tree
		c := s.circuit(t)
		if circuittest.Element(c.IssuersRoot) != field.Root(tree) || !solves(t, c) {
			t.Error("cannot be proven beside this tree")
		}
	}
}

func (s *scenario) basis(b identity.Basis) {
	s.Grant.Basis, s.Request.Basis, s.Grant.Role = b, b, identity.SignerRole(b)
}
