package enrolment

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/soundness"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

// unfitting are attacks in which the witness does not fit what is public, or what the site has signed.
func unfitting() map[string]func(s *scene, c *Circuit, l *slot) {
	odd := func(name string) func(*scene, *Circuit, *slot) {
		return func(s *scene, c *Circuit, _ *slot) {
			c.Batch.Signature = circuittest.OddSignatures(s.t, s.Sites[0], compute(s.t, c, outcome)[0])[name]
		}
	}
	signed := func(do func(c *Circuit, l *slot)) func(*scene, *Circuit, *slot) {
		return func(s *scene, c *Circuit, l *slot) {
			was := c.Batch.Signature
			do(c, l)
			s.settle(s.t, c, s.fresh)
			c.Batch.Signature = was
		}
	}
	return map[string]func(s *scene, c *Circuit, l *slot){
		"trial":    func(_ *scene, c *Circuit, _ *slot) { c.Trial = field.Random() },
		"oldState": func(_ *scene, c *Circuit, _ *slot) { c.OldState = field.Random() },
		"newState: another's": func(s *scene, c *Circuit, l *slot) {
			was := c.NewState
			l.Entry = field.Uint64(7)
			s.settle(s.t, c, s.fresh)
			c.NewState = was
		},
		"protocol": func(_ *scene, c *Circuit, _ *slot) { c.Protocol = field.Random() },
		"site: another's key beside its signature": func(s *scene, c *Circuit, _ *slot) { c.Batch.Preimage = gadget.PointOf(s.Sites[1].Public().Preimage()) },
		"grant: another's key": func(s *scene, _ *Circuit, l *slot) {
			l.Grant.Preimage = gadget.PointOf(s.first.Key.Public().Preimage())
		},
		"attester: another": func(s *scene, _ *Circuit, l *slot) {
			l.Attestation.Preimage = gadget.PointOf(s.first.Key.Public().Preimage())
		},
		"signature: R in x":        odd("R in x"),
		"signature: R in y":        odd("R in y"),
		"signature: S + order":     odd("S + order"),
		"signed: other data":       signed(func(_ *Circuit, l *slot) { l.Entry = field.Uint64(7) }),
		"signed: another time":     signed(func(_ *Circuit, l *slot) { l.When = at - 9 }),
		"signed: as ineligible":    signed(func(_ *Circuit, l *slot) { l.Ineligible = 1 }),
		"signed: as deferred":      signed(func(_ *Circuit, l *slot) { l.Deferred = 1 }),
		"signed: nothing happened": signed(func(_ *Circuit, l *slot) { l.New = 0 }),
	}
}

func TestThreat37WhatDoesNotFitIsRefused(t *testing.T) {
	s := newScene(t)
	for name, breakIt := range circuittest.Some(unfitting()) {
		c := lie{}.batch(t, s)
		if breakIt(s, c, &c.Slots[last]); solvesFew(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

// others are batches beside which a plain enrolment is held: what a group of constraints computes differs in one of them.
func (s *scene) others(t testing.TB) map[string]*Circuit {
	t.Helper()
	of := func(change func(e *trial.Event)) *Circuit {
		e := enrolment(at - 10)
		change(&e)
		return s.batch(t, at, 0, entrant{s.fresh, e})
	}
	others := map[string]*Circuit{
		"a re-consent":             s.batch(t, at, 0, entrant{s.enrolled, trial.Event{Kind: trial.Reconsent, When: at - 10}}),
		"a re-consent, unattested": s.batch(t, at, 0, entrant{s.enrolled, trial.Event{Kind: trial.Reconsent, When: at - 10, Ineligible: true}}),
		"ineligible":               of(func(e *trial.Event) { e.Ineligible = true }),
		"deferred":                 of(func(e *trial.Event) { e.Deferred = true }),
		"neither":                  of(func(e *trial.Event) { e.Deferred, e.Ineligible = true, true }),
		"at another time":          of(func(e *trial.Event) { e.When = at - 9 }),
		"of an institution":        s.batch(t, at, 0, entrant{s.custodial, trial.Event{Kind: trial.Enrolment, When: at - 10, Custodial: true}}),
		"who comes first":          s.batch(t, at, 0, entrant{s.first, enrolment(at - 10)}),
		"nothing":                  s.batch(t, at, 0),
		"two":                      s.batch(t, at, 0, entrant{s.first, enrolment(at - 11)}, entrant{s.fresh, enrolment(at - 10)}),
		"superseded":               s.batch(t, trialtest.Superseded+5, 0, entrant{s.fresh, enrolment(trialtest.Superseded)}),
		"late":                     s.batch(t, now+20*trialtest.Day, 0, entrant{s.fresh, enrolment(now)}),
		"nothing, afterward":       s.batch(t, now+20*trialtest.Day, 0),
	}
	others["of the second version"], _ = s.ofTheSecond(t)
	others["a re-consent at the fourth place"] = s.atTheFourth(t)
	return others
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	s := newScene(t)
	c := soundness.Campaign{
		Statement: small(), True: map[string]frontend.Circuit{"an enrolment": lie{}.batch(t, s), "a re-consent": lie{again: true}.batch(t, s),
			"two": s.batch(t, at, 0, entrant{s.first, enrolment(at - 11)}, entrant{s.fresh, enrolment(at - 10)})},
		Attacks: map[string]soundness.Attack{}, Gaps: circuittest.Some(s.gaps(t)), Reasons: reasons,
	}
	c.True["nothing"] = lie{idle: true}.batch(t, s)
	c.True["criteria with an or"] = s.either(t, 42)
	c.Attacks["criteria: neither"] = soundness.Attack{True: c.True["criteria with an or"], False: s.either(t, 30)}
	for name, l := range circuittest.Some(lies()) {
		good, bad := c.True["an enrolment"], l.batch(t, s)
		if l.again {
			good = c.True["a re-consent"]
		} else if l.idle {
			good = c.True["nothing"]
		}
		l.tell(t, s, bad)
		c.Attacks[name] = soundness.Attack{True: good, False: bad}
	}
	for name, breakIt := range circuittest.Some(unfitting()) {
		bad := copied(c.True["an enrolment"].(*Circuit)) // with its signatures
		breakIt(s, bad, &bad.Slots[last])
		if _, twice := c.Attacks[name]; twice {
			t.Fatalf("two attacks are called %s", name)
		}
		c.Attacks[name] = soundness.Attack{True: c.True["an enrolment"], False: bad}
	}
	c.Run(t)
}

var reasons = map[string]string{
	"context":                        "any context is as good as another for the one who proves; what binds it is its place in the verifying key",
	"Batch_Protocol_Versions_Terms":  absent,
	"Batch_Protocol_Versions_Policy": absent,
	"b.slots() › b.slot(&b.Slots[i]) › api.AssertIsBoolean(there)": "a slot that is both would need a tag that is the neighbour's and lies after it " +
		"(again, between)",
	"b.slots() › b.slot(&b.Slots[i]) › b.attestation(s, api.Sub(there, s.Ineligible), key) › b.Policy.AssertHoldsIf(api, api.Mul(there, s.New), a.Values) › " +
		"p.AssertHolds(api, values) › api.AssertIsBoolean(l.End)": "it is a product of two bits here, each of which is held to be one before",
}

const absent = "a version that the protocol does not have is 0 in its digest, whatever is said of it, and no event is under it"
