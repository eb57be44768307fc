package authorization

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/soundness"
)

// forged are attacks by somebody who may choose the trees and has the signer's key.
func forged() map[string]func(t *testing.T, s *scenario, c *Circuit) {
	odd := func(name string) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			c.Signature = circuittest.OddSignatures(t, s.registrar, s.Grant.Leaf())[name]
		}
	}
	return map[string]func(t *testing.T, s *scenario, c *Circuit){
		"provider: a ghost, low": func(t *testing.T, s *scenario, c *Circuit) {
			c.ProvidersRoot, _ = circuittest.Ghost(t, s.Provider.Leaf(), false, c.Provider.Path[:])
		},
		"provider: a ghost, high": func(t *testing.T, s *scenario, c *Circuit) {
			c.ProvidersRoot, _ = circuittest.Ghost(t, s.Provider.Leaf(), true, c.Provider.Path[:])
		},
		"signer: a ghost, low": func(t *testing.T, s *scenario, c *Circuit) {
			c.IssuersRoot, _ = circuittest.Ghost(t, s.issuer().Leaf(), false, c.Signer.Path[:])
		},
		"signer: a ghost, high": func(t *testing.T, s *scenario, c *Circuit) {
			c.IssuersRoot, _ = circuittest.Ghost(t, s.issuer().Leaf(), true, c.Signer.Path[:])
		},
		"grant: a ghost, low": func(t *testing.T, s *scenario, c *Circuit) {
			s.Grant.Index = 2
			c.GrantsRoot, _ = circuittest.Ghost(t, s.resign(t, c), false, c.Grant.Path[:])
		},
		"grant: a ghost, high": func(t *testing.T, s *scenario, c *Circuit) {
			s.Grant.Index = 4
			c.GrantsRoot, _ = circuittest.Ghost(t, s.resign(t, c), true, c.Grant.Path[:])
		},
		"signature: R in x":    odd("R in x"),
		"signature: R in y":    odd("R in y"),
		"signature: S + order": odd("S + order"),
		"signature: of another leaf": func(t *testing.T, s *scenario, c *Circuit) {
			signed := c.Signature
			c.Grant.From = now - 50
			s.settleAgain(t, c, s.registrar)
			c.Signature = signed
		},
		"subject: another's tag": func(t *testing.T, s *scenario, c *Circuit) {
			tag := c.SubjectTag
			c.Subject.Salt = field.Random()
			s.settleAgain(t, c, s.registrar)
			c.SubjectTag = tag
		},
		"pseudonym: another's": func(t *testing.T, s *scenario, c *Circuit) {
			was := c.Pseudonym
			c.Read = 18
			s.settleAgain(t, c, s.registrar)
			c.Pseudonym = was
		},
		"consent signed by a registrar": nil,
	}
}

// resign signs the grant again as it is, and gives its leaf.
func (s *scenario) resign(t *testing.T, c *Circuit) field.Element {
	t.Helper()
	s.settleAgain(t, c, s.registrar)
	return s.Grant.Leaf()
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	c := soundness.Campaign{
		Statement: Statement(),
		True:      map[string]frontend.Circuit{"care": ofCare(t).circuit(t), "consent": newScenario(t).circuit(t)},
		Attacks:   map[string]soundness.Attack{}, Reasons: map[string]string{},
	}
	attack := func(name string, do func(s *scenario, c *Circuit)) {
		s := ofCare(t)
		good, bad := s.circuit(t), s.circuit(t)
		do(s, bad)
		c.Attacks[name] = soundness.Attack{True: good, False: bad}
	}
	for name, breakIt := range alone() {
		attack(name, func(s *scenario, c *Circuit) {
			breakIt(s, c)
			s.settleAgain(t, c, s.registrar)
		})
	}
	for name, breakIt := range unfitting(t) {
		attack(name, breakIt)
	}
	for name, forge := range forged() {
		if forge == nil {
			s := newScenario(t)
			good, bad := s.circuit(t), s.circuit(t)
			s.settleAgain(t, bad, s.registrar) // what it signs is still a consent
			c.Attacks[name] = soundness.Attack{True: good, False: bad}
			continue
		}
		attack(name, func(s *scenario, c *Circuit) { forge(t, s, c) })
	}
	c.Run(t)
}
