package enrolment

import (
	"slices"
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/soundness"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

// gaps hold each of the others beside a plain enrolment, and that beside each.
func (s *scene) gaps(t testing.TB) map[string]soundness.Gap {
	t.Helper()
	gaps, plain := map[string]soundness.Gap{}, lie{}.batch(t, s)
	gap := func(of, beside *Circuit) soundness.Gap {
		return soundness.Gap{True: beside, Other: of, Settle: func(compute soundness.Computer) (frontend.Circuit, error) {
			return settled(s, copied(of), compute)
		}}
	}
	for name, c := range s.others(t) {
		gaps[name], gaps["an enrolment, not "+name] = gap(c, plain), gap(plain, c)
	}
	for name, change := range s.bends(t, plain) {
		beside := change.beside
		if beside == nil {
			beside = plain
		}
		gaps[name] = soundness.Gap{True: beside, Other: change.of, Settle: func(compute soundness.Computer) (frontend.Circuit, error) {
			c := copied(change.of)
			change.do(c, &c.Slots[last])
			s.close(t, c)
			return settled(s, c, compute)
		}}
	}
	return gaps
}

// settled signs what a prover with a gap comes to.
func settled(s *scene, c *Circuit, compute soundness.Computer) (frontend.Circuit, error) {
	out, err := compute(c, func(api frontend.API, c frontend.Circuit) ([]frontend.Variable, error) {
		return outcome(api, c.(*Circuit))
	})
	if err != nil {
		return nil, err
	}
	s.sign(s.t, c, out)
	return c, nil
}

// bend is how a prover, whose circuit goes on with what is so of one true batch, bends another one.
type bend struct {
	of     *Circuit
	do     func(c *Circuit, l *slot)
	beside *Circuit // nil for a plain enrolment
}

func (s *scene) bends(t testing.TB, plain *Circuit) map[string]bend {
	t.Helper()
	second, of := s.ofTheSecond(t)
	version := func(c *Circuit) *gadget.TrialVersion { return &c.Batch.Protocol.Versions[1] }
	return map[string]bend{
		"consent to the terms of before": {second, func(c *Circuit, l *slot) {
			g := of.Grant
			g.Terms = s.World.Protocol.Versions[0].Terms
			c.GrantsRoot = circuittest.Lead(t, g.Leaf(), g.Index, l.Grant.Path[:])
			l.Grant.Signature = gadget.SignatureOf(circuittest.Sign(t, of.Key, g.Leaf()))
			c.Slots[0].Grant = plain.Slots[0].Grant // nobody's, to the same terms
		}, nil},
		"criteria of before":          {second, func(c *Circuit, _ *slot) { version(c).Policy = field.Random() }, nil},
		"before the version began":    {second, func(c *Circuit, _ *slot) { version(c).From = at - 5 }, nil},
		"superseded, and not counted": {second, func(c *Circuit, _ *slot) { version(c).Until = at - 20 }, nil},
		"another's key, as of a deferred consent": {plain, func(_ *Circuit, l *slot) {
			s.attest(l, func(a *identity.Attestation) { a.Key = field.Random() })
		}, s.batch(t, at, 0, entrant{s.fresh, trial.Event{Kind: trial.Enrolment, When: at - 10, Deferred: true}})},
		"too young, as of a re-consent": {plain, func(_ *Circuit, l *slot) {
			s.attest(l, func(a *identity.Attestation) { a.Values[0] = identity.KnownValue(17) })
		}, lie{again: true}.batch(t, s)},
		"another's identity under the tag": {s.batch(t, at, 0, entrant{s.custodial, trial.Event{Kind: trial.Enrolment, When: at - 10, Custodial: true}}),
			func(_ *Circuit, l *slot) {
				where := plain.Slots[last]
				l.Neighbour, l.NeighbourPath, l.PlacePath = where.Neighbour, where.NeighbourPath, where.PlacePath
			}, nil},
	}
}

// attest has the attester say something else of who enrols.
func (s *scene) attest(l *slot, change func(a *identity.Attestation)) {
	a := s.fresh.Attestation
	change(&a)
	l.Attestation.Key, l.Attestation.Values = a.Key, gadget.ValuesOf(a.Values)
	l.Attestation.Signature = gadget.SignatureOf(circuittest.Sign(s.t, s.Attester, a.Message()))
}

// ofTheSecond is a batch under the second version, with who enrols.
func (s *scene) ofTheSecond(t testing.TB) (*Circuit, *trialtest.Person) {
	t.Helper()
	w := *s.World
	p := w.Person(t, identity.Own)
	w.Consent(t, p, 1, trial.Forever)
	return (&scene{World: &w, places: s.places, t: t}).batch(t, at, 1, entrant{p, enrolment(at - 10)}), p
}

// atTheFourth is a re-consent of somebody at place 3, the last child of its node.
func (s *scene) atTheFourth(t testing.TB) *Circuit {
	t.Helper()
	w := *s.World
	p := w.Person(t, identity.Own)
	w.Enrol(t, now, p)
	with := &scene{World: &w, places: s.places.Clone(), t: t}
	for i, p := range w.Cohort.Places() {
		with.places.Set(field.Change{Index: uint32(i), Leaf: p.Leaf()})
	}
	return with.batch(t, at, 0, entrant{p, trial.Event{Kind: trial.Reconsent, When: at - 10}})
}

// either is an enrolment by criteria of which the second are "40 to 50, or up to 17".
func (s *scene) either(t testing.TB, age uint32) *Circuit {
	t.Helper()
	c := lie{}.batch(t, s)
	literal := func(i, low, high, end int) {
		l := &c.Policy.Literals[i]
		l.Low, l.High, l.End = low, high, end
	}
	literal(1, 40, 50, 0)
	literal(2, 0, 17, 1)
	c.Slots[last].Attestation.Values[0] = uint64(identity.KnownValue(age))
	s.settle(t, c, s.fresh)
	return c
}

// copied is a batch that can be changed alone.
func copied(c *Circuit) *Circuit {
	out := *c
	out.Slots = slices.Clone(c.Slots)
	return &out
}
