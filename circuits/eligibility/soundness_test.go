package eligibility

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/soundness"
)

// forged are attacks by somebody who may choose the tree and has the attester's key.
func forged() map[string]func(t *testing.T, s *scenario, c *Circuit) {
	ghost := func(high bool) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			c.IssuersRoot, _ = circuittest.Ghost(t, s.issuer().Leaf(), high, c.Attester.Path[:])
		}
	}
	odd := func(name string) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			c.Signature = circuittest.OddSignatures(t, s.attester, s.Attestation.Message())[name]
		}
	}
	return map[string]func(t *testing.T, s *scenario, c *Circuit){
		"attester: a ghost, low":  ghost(false),
		"attester: a ghost, high": ghost(true),
		"signature: R in x":       odd("R in x"),
		"signature: R in y":       odd("R in y"),
		"signature: S + order":    odd("S + order"),
		"signature: of another attestation": func(t *testing.T, s *scenario, c *Circuit) {
			signed := c.Signature
			c.Attested.From = now - 50
			s.settleAgain(t, c, identity.Attester)
			c.Signature = signed
		},
		"tag: another's": func(t *testing.T, s *scenario, c *Circuit) {
			tag := c.Tag
			c.Secret = field.Random()
			s.settleAgain(t, c, identity.Attester)
			c.Tag = tag
		},
		"policy: another": func(t *testing.T, s *scenario, c *Circuit) {
			digest := c.Policy
			c.Asked.Literals[0].Low = 17
			s.settleAgain(t, c, identity.Attester)
			c.Policy = digest
		},
	}
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	c := soundness.Campaign{
		Statement: Statement(), True: map[string]frontend.Circuit{"a trial's": newScenario(t).circuit(t)},
		Attacks: map[string]soundness.Attack{}, Reasons: reasons,
	}
	attack := func(name string, do func(s *scenario, c *Circuit)) {
		s := newScenario(t)
		good, bad := s.circuit(t), s.circuit(t)
		do(s, bad)
		c.Attacks[name] = soundness.Attack{True: good, False: bad}
	}
	for name, breakIt := range alone() {
		attack(name, func(s *scenario, c *Circuit) {
			role := identity.Attester
			breakIt(c, &role)
			s.settleAgain(t, c, role)
		})
	}
	for name := range newScenario(t).unfitting(t) {
		attack(name, func(s *scenario, c *Circuit) { s.unfitting(t)[name](c) })
	}
	for name, forge := range forged() {
		attack(name, func(s *scenario, c *Circuit) { forge(t, s, c) })
	}
	c.Run(t)
}

var reasons = map[string]string{
	"context": "any context is as good as another for the one who proves; what binds it is its place in the verifying key",
}
