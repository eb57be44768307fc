package consent

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/soundness"
)

// forged are attacks by somebody who may choose the tree and has the key.
func forged() map[string]func(t *testing.T, s *scenario, c *Circuit) {
	ghost := func(index uint32, high bool) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			as := s.claims()
			as.index = index
			c.GrantsRoot, _ = circuittest.Ghost(t, s.settleAgain(t, c, as), high, c.Grant.Path[:])
		}
	}
	elsewhere := func(level int) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			as := s.claims()
			as.index += 1 << (2 * level)
			s.settleAgain(t, c, as)
			c.Grant.Path[level].Position[0] = 1
		}
	}
	odd := func(name string) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			c.Signature = circuittest.OddSignatures(t, s.key, s.settleAgain(t, c, s.claims()))[name]
		}
	}
	return map[string]func(t *testing.T, s *scenario, c *Circuit){
		"grant: a ghost, low":                      ghost(2, false),
		"grant: a ghost, high":                     ghost(4, true),
		"grant: elsewhere than it names":           elsewhere(0),
		"grant: elsewhere than it names, a branch": elsewhere(1),
		"signature: R in x":                        odd("R in x"),
		"signature: R in y":                        odd("R in y"),
		"signature: S + order":                     odd("S + order"),
		"signature: of another leaf": func(t *testing.T, s *scenario, c *Circuit) {
			signed := c.Signature
			c.Grant.From = now - 50
			s.settleAgain(t, c, s.claims())
			c.Signature = signed
		},
		"tag: another's": func(t *testing.T, s *scenario, c *Circuit) {
			tag := c.Tag
			c.Secret = field.Random()
			s.settleAgain(t, c, s.claims())
			c.Tag = tag
		},
	}
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	c := soundness.Campaign{
		Statement: Statement(), True: map[string]frontend.Circuit{"custodial": newScenario(t).circuit(t)},
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
			as := s.claims()
			breakIt(c, &as)
			s.settleAgain(t, c, as)
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
