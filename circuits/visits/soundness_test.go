package visits

import (
	"slices"
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
			message := compute(s.t, c, outcome)[0]
			c.Batch.Signature = circuittest.OddSignatures(s.t, s.Sites[0], message)[name]
		}
	}
	signed := func(do func(s *scene, c *Circuit, l *slot)) func(*scene, *Circuit, *slot) {
		return func(s *scene, c *Circuit, l *slot) {
			was := c.Batch.Signature
			do(s, c, l)
			s.settle(s.t, c)
			c.Batch.Signature = was
		}
	}
	public := func(of func(c *Circuit) *frontend.Variable) func(*scene, *Circuit, *slot) {
		return func(s *scene, c *Circuit, l *slot) {
			is := of(c)
			was := *is
			l.Entry = field.Uint64(7)
			s.settle(s.t, c)
			if *is = was; circuittest.Element(was) == circuittest.Element(c.Trial) {
				s.t.Error("nothing was changed")
			}
		}
	}
	return map[string]func(s *scene, c *Circuit, l *slot){
		"trial":    func(_ *scene, c *Circuit, _ *slot) { c.Trial = field.Random() },
		"oldState": func(_ *scene, c *Circuit, _ *slot) { c.OldState = field.Random() },
		"newState": public(func(c *Circuit) *frontend.Variable { return &c.NewState }),
		"protocol": func(_ *scene, c *Circuit, _ *slot) { c.Protocol = field.Random() },
		"site: another's key beside its signature": func(s *scene, c *Circuit, _ *slot) { c.Batch.Preimage = gadget.PointOf(s.Sites[1].Public().Preimage()) },
		"signature: R in x":                        odd("R in x"),
		"signature: R in y":                        odd("R in y"),
		"signature: S + order":                     odd("S + order"),
		"signed: other data":                       signed(func(_ *scene, _ *Circuit, l *slot) { l.Entry = field.Uint64(7) }),
		"signed: another time":                     signed(func(_ *scene, _ *Circuit, l *slot) { l.When = at - 9 }),
		"signed: another phase":                    signed(func(_ *scene, _ *Circuit, l *slot) { l.Phase = 2 }),
		"signed: another one's":                    signed(func(_ *scene, _ *Circuit, l *slot) { l.Participant.Tag = field.Uint64(7) }),
		"signed: nothing happened":                 signed(func(_ *scene, _ *Circuit, l *slot) { l.Is[0] = 0 }),
		"signed: another correction": signed(func(_ *scene, _ *Circuit, l *slot) {
			l.Is[0], l.Is[int(trial.Correction)-firstKind], l.Replaced = 0, 1, 5
		}),
		"participant: another history": func(_ *scene, _ *Circuit, l *slot) { l.Participant.History = field.Random() },
		"participant: fewer visits":    func(_ *scene, _ *Circuit, l *slot) { l.Participant.Visits = 0 },
	}
}

func TestThreat37WhatDoesNotFitIsRefused(t *testing.T) {
	s := newScene(t)
	s.t = t
	for name, breakIt := range circuittest.Some(unfitting()) {
		c := lie{}.batch(t, s)
		if breakIt(s, c, &c.Slots[last]); solvesFew(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

// others are batches beside which a plain visit is held: what a group of constraints computes differs in one of them.
func (s *scene) others(t testing.TB) map[string]*Circuit {
	t.Helper()
	one := func(p *trialtest.Person, e trial.Event) *Circuit {
		e.When = at - 10
		return s.batch(t, at, step{p, e})
	}
	others := map[string]*Circuit{
		"a visit of the next phase":   one(s.plain, visit(0, 2)),
		"a visit of another phase":    one(s.plain, visit(0, 4)),
		"a visit of another time":     s.batch(t, at, step{s.plain, visit(at-9, 1)}),
		"a visit, expired":            one(s.expired, visit(0, 0)),
		"a visit, revoked":            one(s.revoked, visit(0, 0)),
		"a visit, deferred":           one(s.deferred, visit(0, 0)),
		"a visit, withdrawn":          one(s.withdrawn, visit(0, 0)),
		"a visit before the consent":  s.batch(t, at, step{s.plain, visit(now-5, 1)}),
		"a visit before withdrawal":   s.batch(t, at, step{s.withdrawn, visit(now+5, 0)}),
		"a visit, superseded":         s.batch(t, trialtest.Superseded+5, step{s.plain, visit(trialtest.Superseded, 1)}),
		"a visit, late":               s.batch(t, now+20*trialtest.Day, step{s.plain, visit(now+20, 1)}),
		"a visit of the last version": s.batch(t, trialtest.Superseded+5, step{s.expired, visit(trialtest.Superseded, 0)}),
		"nothing":                     s.batch(t, at),
		"three visits":                s.batch(t, at, step{s.plain, visit(at-9, 1)}, step{s.plain, visit(at-8, 2)}, step{s.plain, visit(at-7, 3)}),
		"an unblinding, late":         s.batch(t, now+20*trialtest.Day, step{s.plain, trial.Event{Kind: trial.Unblinding, When: now}}),
		"two events beside":           s.batch(t, at, step{s.plain, trial.Event{Kind: trial.SeriousEvent, When: now}}, step{s.expired, visit(now, 0)}),
		"a withdrawal by who is lost": s.batch(t, at, step{s.plain, trial.Event{Kind: trial.LostToFollowUp, When: now}}, step{s.plain, trial.Event{Kind: trial.Withdrawal, When: now}}),
	}
	for k := trial.SeriousEvent; k <= trial.Anonymisation; k++ {
		others[k.String()] = one(s.plain, trial.Event{Kind: k, Entry: field.Uint64(5)})
	}
	others["a serious event"] = others[trial.SeriousEvent.String()]
	return others
}

// gaps hold each of the others beside a plain visit, and that beside each.
func (s *scene) gaps(t testing.TB) map[string]soundness.Gap {
	t.Helper()
	gaps, plain := map[string]soundness.Gap{}, lie{}.batch(t, s)
	gap := func(of, beside *Circuit) soundness.Gap {
		return soundness.Gap{True: beside, Other: of, Settle: func(compute soundness.Computer) (frontend.Circuit, error) {
			out, err := compute(of, func(api frontend.API, c frontend.Circuit) ([]frontend.Variable, error) {
				return outcome(api, c.(*Circuit))
			})
			if err != nil {
				return nil, err
			}
			c := *of
			c.Safety = out[2]
			s.sign(t, &c, out)
			return &c, nil
		}}
	}
	for name, c := range s.others(t) {
		gaps[name], gaps["a visit, not "+name] = gap(c, plain), gap(plain, c)
	}
	gaps["anonymised and still named"] = s.stillNamed(t)
	return gaps
}

// stillNamed anonymises somebody whose neighbour, in the slot before, stays as in a slot without an event.
func (s *scene) stillNamed(t testing.TB) soundness.Gap {
	t.Helper()
	idle, anonymised := lie{}.batch(t, s), lie{event: anonymous()}.batch(t, s)
	idle.Slots[last-1].Participant, idle.Slots[last-1].Path = anonymised.Slots[last-1].Participant, anonymised.Slots[last-1].Path
	return soundness.Gap{True: idle, Other: anonymised, Settle: func(compute soundness.Computer) (frontend.Circuit, error) {
		c := *anonymised
		c.Slots = slices.Clone(c.Slots)
		l := &c.Slots[last]
		if err := gadget.AssignPath("test", l.Path[:], s.places.Path(place(l.Path[:]))); err != nil {
			return nil, err
		}
		out, err := compute(&c, func(api frontend.API, c frontend.Circuit) ([]frontend.Variable, error) {
			return outcome(api, c.(*Circuit))
		})
		if err == nil {
			s.sign(t, &c, out)
		}
		return &c, err
	}}
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	s := newScene(t)
	s.t = t
	c := soundness.Campaign{
		Statement: small(), True: map[string]frontend.Circuit{"a visit": lie{}.batch(t, s), "anonymised": lie{event: anonymous()}.batch(t, s),
			"three visits": s.batch(t, at, step{s.plain, visit(at-9, 1)}, step{s.expired, visit(at-8, 2)}, step{s.revoked, visit(at-7, 3)})},
		Attacks: map[string]soundness.Attack{}, Gaps: circuittest.Some(s.gaps(t)), Reasons: reasons,
	}
	honest := map[trial.Kind]frontend.Circuit{trial.None: c.True["a visit"], trial.Anonymisation: c.True["anonymised"]}
	for name, l := range circuittest.Some(lies()) {
		bad, kind := l.batch(t, s), l.event.Kind
		if honest[kind] == nil {
			honest[kind] = lie{event: l.event}.batch(t, s) // of somebody who has not withdrawn
		}
		s.tell(t, l, bad)
		c.Attacks[name] = soundness.Attack{True: honest[kind], False: bad}
	}
	for name, breakIt := range circuittest.Some(unfitting()) {
		bad := lie{}.batch(t, s)
		breakIt(s, bad, &bad.Slots[last])
		if _, twice := c.Attacks[name]; twice {
			t.Fatalf("two attacks are called %s", name)
		}
		c.Attacks[name] = soundness.Attack{True: honest[trial.None], False: bad}
	}
	c.Run(t)
}

var reasons = map[string]string{
	"context":                               "any context is as good as another for the one who proves; what binds it is its place in the verifying key",
	"issuersRoot":                           unbound,
	"api.Mul(c.IssuersRoot, c.IssuersRoot)": unbound,
	"Batch_Protocol_Versions_Terms":         absent,
	"Batch_Protocol_Versions_Policy":        absent,
}

const (
	unbound = "visits need no issuer; the root stands among the public inputs because both kinds of batches have the same, and is bound by its place in the verifying key"
	absent  = "a version that the protocol does not have is 0 in its digest, whatever is said of it, and no event is under it"
)
