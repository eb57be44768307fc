package enrolment

import (
	"maps"
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

// lie is an attack by somebody who has the keys of the site, of the attester and of the person, may choose all trees, and makes everything else
// fit: do comes before that, and after what has to stay broken.
type lie struct {
	again     bool // a re-consent; else an enrolment
	idle      bool // no event at all
	do, after func(s *scene, c *Circuit, l *slot)
}

func (l lie) of(s *scene) *trialtest.Person {
	if l.again {
		return s.enrolled
	}
	return s.fresh
}

func (l lie) batch(t testing.TB, s *scene) *Circuit {
	t.Helper()
	switch {
	case l.idle:
		return s.batch(t, at, 0)
	case l.again:
		return s.batch(t, at, 0, entrant{s.enrolled, trial.Event{Kind: trial.Reconsent, When: at - 10}})
	}
	return s.batch(t, at, 0, entrant{s.fresh, enrolment(at - 10)})
}

// tell makes a batch a lie.
func (l lie) tell(t testing.TB, s *scene, c *Circuit) {
	t.Helper()
	if l.do != nil {
		l.do(s, c, &c.Slots[last])
	}
	s.settle(t, c, l.of(s))
	if l.after != nil {
		l.after(s, c, &c.Slots[last])
		s.close(t, c)
	}
}

func lies() map[string]lie {
	all := map[string]lie{}
	for _, some := range []map[string]lie{ofStates(), ofSites(), ofVersions(), ofEvents(), ofGrants(), ofAttestations(), ofPolicies(), ofNeighbours(), ofPlaces()} {
		maps.Copy(all, some)
	}
	return all
}

// 1. A part that is 2^width too large, with the next one less by one, packs to the same digest.
func ofStates() map[string]lie {
	return map[string]lie{
		"state: time below its bound, so back-dated": {do: func(_ *scene, c *Circuit, l *slot) {
			b := &c.Batch.Before
			b.Time = trialtest.Amended
			c.Time, l.When = power(b.Time, -5, 0), power(b.Time, -10, 0)
			b.Time, b.Batches = power(b.Time, -1, 40), power(b.Batches, 1, 0)
		}},
		"state: back-dated": {do: func(_ *scene, c *Circuit, l *slot) {
			c.Batch.Before.Time, c.Time, l.When = at, at-1, at-10
		}},
		"state: batches begin again":              {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Batches = power(0, -1, 0) }},
		"state: batches are full":                 {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Batches = 1<<16 - 1 }},
		"state: participants over their bound":    {again: true, do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Participants = 1 << 16 }},
		"state: since the flag below zero":        {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.SinceFlag = power(0, -1, 0) }},
		"state: a flag":                           {do: func(_ *scene, c *Circuit, _ *slot) { c.Safety = 1 }},
		"time: over its bound":                    {do: func(_ *scene, c *Circuit, _ *slot) { c.Time = power(5, 1, 40) }},
		"protocol: a version half there":          {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Versions[3].Present = 5 }},
		"protocol: from over its bound":           {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Versions[1].From = power(5, 1, 40) }},
		"protocol: until over its bound":          {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Versions[2].Until = field.Random() }},
		"protocol: safety over its bound":         {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Safety = power(5, 1, 22) }},
		"protocol: lateness below zero, so late":  {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Lateness = power(0, -1, 0) }},
		"protocol: lateness below zero, too much": {idle: true, do: func(_ *scene, c *Circuit, l *slot) { c.Batch.Protocol.Lateness = power(0, -1, 39) }},
	}
}

// 2. The sites.
func ofSites() map[string]lie {
	ghost := func(high bool) lie {
		return lie{do: func(s *scene, c *Circuit, _ *slot) {
			c.Batch.Protocol.Sites, _ = circuittest.Ghost(s.t, trial.SiteLeaf(s.Sites[0].Public()), high, c.Batch.Path[:])
		}}
	}
	return map[string]lie{
		"site: a ghost, low":  ghost(false),
		"site: a ghost, high": ghost(true),
		"site: another's key": {do: func(s *scene, c *Circuit, _ *slot) {
			c.Batch.Preimage = gadget.PointOf(s.Sites[1].Public().Preimage())
		}},
		"site: none of the protocol's": {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Sites = field.Random() }},
		"site: in another's place":     {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Path[0].Position[0] = 1 }},
	}
}

// 3. The version: two of it is something between others.
func ofVersions() map[string]lie {
	return map[string]lie{
		"version: twice the second": {do: func(_ *scene, c *Circuit, _ *slot) {
			first, second := c.Batch.Protocol.Versions[0], &c.Batch.Protocol.Versions[1]
			c.Version[0], second.From, second.Until = 2, first.From, first.Until
		}},
		"version: twice the third": {do: func(_ *scene, c *Circuit, _ *slot) {
			c.Version[1], c.Batch.Protocol.Versions[2] = 2, c.Batch.Protocol.Versions[0]
		}},
		"version: none of the protocol's": {do: func(_ *scene, c *Circuit, _ *slot) {
			c.Version[1], c.Batch.Protocol.Versions[2] = 1, c.Batch.Protocol.Versions[0]
			c.Batch.Protocol.Versions[2].Present = 0
		}},
		"version: other criteria": {after: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Versions[0].Policy = field.Random() }},
		"version: criteria of another trial": {do: func(_ *scene, c *Circuit, _ *slot) {
			c.Policy.Scope = field.Random()
		}},
	}
}

// 2, 3 and 9. The events.
func ofEvents() map[string]lie {
	return map[string]lie{
		"event: custodial twice":          {do: func(_ *scene, _ *Circuit, l *slot) { l.Custodial = 2 }},
		"event: no consent, again":        {again: true, do: func(_ *scene, _ *Circuit, l *slot) { l.Deferred = 1 }},
		"event: before all time":          {idle: true, do: func(_ *scene, _ *Circuit, l *slot) { l.When = power(0, -1, 0) }},
		"event: after the batch":          {do: func(_ *scene, _ *Circuit, l *slot) { l.When = at + 1 }},
		"event: before the version":       {do: func(_ *scene, c *Circuit, l *slot) { c.Batch.Protocol.Versions[0].From = at - 9 }},
		"event: none, marked as deferred": {idle: true, do: func(_ *scene, _ *Circuit, l *slot) { l.Deferred = 1 }},
	}
}

// 5. The grant.
func ofGrants() map[string]lie {
	leads := func(index uint32, change func(s *scene, g *identity.Grant)) lie {
		return lie{after: func(s *scene, c *Circuit, l *slot) {
			g := s.fresh.Grant
			change(s, &g)
			c.GrantsRoot = circuittest.Lead(s.t, g.Leaf(), index, l.Grant.Path[:])
		}}
	}
	ghost := func(high bool, index uint32) lie {
		return lie{after: func(s *scene, c *Circuit, l *slot) {
			g := s.fresh.Grant
			g.Index = index
			_, slots := s.made(s.t, c)
			c.GrantsRoot, _ = circuittest.Ghost(s.t, slots[last].grant, high, l.Grant.Path[:])
			_, slots = s.made(s.t, c)
			c.GrantsRoot, _ = circuittest.Ghost(s.t, slots[last].grant, high, l.Grant.Path[:])
			l.Grant.Signature = gadget.SignatureOf(circuittest.Sign(s.t, s.fresh.Key, slots[last].grant))
		}}
	}
	odd := func(name string) lie {
		return lie{after: func(s *scene, c *Circuit, l *slot) {
			_, slots := s.made(s.t, c)
			l.Grant.Signature = circuittest.OddSignatures(s.t, s.fresh.Key, slots[last].grant)[name]
		}}
	}
	return map[string]lie{
		"grant: a ghost, low":           ghost(false, 2),
		"grant: a ghost, high":          ghost(true, 4),
		"grant: on another basis":       leads(7, func(_ *scene, g *identity.Grant) { g.Index, g.Basis = 7, identity.BasisCare }),
		"grant: by a representative":    leads(7, func(_ *scene, g *identity.Grant) { g.Index, g.Role = 7, identity.Representative }),
		"grant: of other terms":         leads(7, func(_ *scene, g *identity.Grant) { g.Index, g.Terms = 7, field.Random() }),
		"grant: to another trial":       leads(7, func(_ *scene, g *identity.Grant) { g.Index, g.Grantee = 7, field.Random() }),
		"grant: at another place":       leads(7, func(_ *scene, g *identity.Grant) {}),
		"grant: of somebody else":       leads(7, func(s *scene, g *identity.Grant) { *g = s.first.Grant }),
		"grant: in another tree":        {after: func(_ *scene, c *Circuit, _ *slot) { c.GrantsRoot = field.Random() }},
		"grant: begins before all time": {do: func(_ *scene, _ *Circuit, l *slot) { l.Grant.From = power(0, -1, 0) }},
		"grant: ends over its bound":    {do: func(_ *scene, _ *Circuit, l *slot) { l.Grant.Until = power(5, 1, 40) }},
		"grant: not begun":              {do: func(_ *scene, _ *Circuit, l *slot) { l.Grant.From = at - 9 }},
		"grant: expired at this moment": {do: func(_ *scene, _ *Circuit, l *slot) { l.Grant.Until = at - 10 }},
		"grant: signed with R in x":     odd("R in x"),
		"grant: signed with R in y":     odd("R in y"),
		"grant: signed with S + order":  odd("S + order"),
		"grant: signed before it was changed": {
			do:    func(_ *scene, _ *Circuit, l *slot) { l.Grant.Salt = field.Random() },
			after: func(s *scene, _ *Circuit, l *slot) { l.Grant.Signature = gadget.SignatureOf(s.fresh.GrantSignature) },
		},
		"grant: signed by somebody else's": {after: func(s *scene, c *Circuit, l *slot) { l.Grant.Signature = gadget.SignatureOf(s.first.GrantSignature) }},
	}
}

// 6. The attestation.
func ofAttestations() map[string]lie {
	const known = 1 << identity.ValueBits
	value := func(i int, v frontend.Variable) lie {
		return lie{do: func(_ *scene, _ *Circuit, l *slot) { l.Attestation.Values[i] = v }}
	}
	of := func(change func(a *attestation)) lie {
		return lie{do: func(_ *scene, _ *Circuit, l *slot) { change(&l.Attestation) }}
	}
	odd := func(name string) lie {
		return lie{after: func(s *scene, c *Circuit, l *slot) {
			_, slots := s.made(s.t, c)
			l.Attestation.Signature = circuittest.OddSignatures(s.t, s.Attester, slots[last].message)[name]
		}}
	}
	ghost := func(high bool) lie {
		return lie{after: func(s *scene, c *Circuit, l *slot) {
			_, slots := s.made(s.t, c)
			c.IssuersRoot, _ = circuittest.Ghost(s.t, slots[last].issuer, high, l.Attestation.Path[:])
		}}
	}
	return map[string]lie{
		"attester: a ghost, low":           ghost(false),
		"attester: a ghost, high":          ghost(true),
		"attester: in another tree":        {after: func(_ *scene, c *Circuit, _ *slot) { c.IssuersRoot = field.Random() }},
		"attester: expired at this moment": of(func(a *attestation) { a.AttesterUntil = at - 10 }),
		"attester: a registrar": {after: func(s *scene, c *Circuit, l *slot) {
			r := identity.Issuer{Key: s.Attester.Public(), Role: identity.Registrar, Until: 1 << 39}
			c.IssuersRoot = circuittest.Lead(s.t, r.Leaf(), 3, l.Attestation.Path[:])
		}},
		"attestation: begins before all time": of(func(a *attestation) { a.From = power(0, -1, 0) }),
		"attestation: ends over its bound":    of(func(a *attestation) { a.Until = power(5, 1, 40) }),
		"attestation: not begun":              of(func(a *attestation) { a.From = at - 9 }),
		"attestation: expired at this moment": of(func(a *attestation) { a.Until = at - 10 }),
		"attestation: too young":              value(0, known+17),
		"attestation: unknown":                value(0, 0),
		"attestation: unknown, with a number": value(8, 5),
		"attestation: a value over its bound": value(8, 3*known+5),
		"attestation: signed with R in x":     odd("R in x"),
		"attestation: signed with R in y":     odd("R in y"),
		"attestation: signed with S + order":  odd("S + order"),
		"attestation: of another key":         of(func(a *attestation) { a.Key = field.Random() }),
		"again: attested of another key":      {again: true, do: func(_ *scene, _ *Circuit, l *slot) { l.Attestation.Key = field.Random() }},
		"again: attested by nobody":           {again: true, after: func(_ *scene, c *Circuit, _ *slot) { c.IssuersRoot = field.Random() }},
		"again: attestation of before":        {again: true, do: func(_ *scene, _ *Circuit, l *slot) { l.Attestation.Until = at - 10 }},
		"again: attested as somebody else": {again: true, after: func(s *scene, _ *Circuit, l *slot) {
			l.Attestation.Signature = gadget.SignatureOf(s.first.AttestationSignature)
		}},
		"attestation: signed for somebody else": {after: func(s *scene, _ *Circuit, l *slot) {
			l.Attestation.Signature = gadget.SignatureOf(s.first.AttestationSignature)
		}},
	}
}

// The criteria, which no other criteria have the digest of.
func ofPolicies() map[string]lie {
	literal := func(i int, do func(l *gadget.Literal)) func(*scene, *Circuit, *slot) {
		return func(_ *scene, c *Circuit, _ *slot) { do(&c.Policy.Literals[i]) }
	}
	return map[string]lie{
		"literal: outside is no bit":          {do: literal(43, func(l *gadget.Literal) { l.Outside = 2 })},
		"literal: end is no bit":              {idle: true, do: literal(0, func(l *gadget.Literal) { l.End = 2 })},
		"literal: an attribute's bit is none": {idle: true, do: literal(43, func(l *gadget.Literal) { l.Attribute[0] = 2 })},
		"literal: of an unknown attribute":    {do: literal(0, func(l *gadget.Literal) { l.Attribute[3] = 1 })},
		"literal: unknown is outside": {do: func(_ *scene, c *Circuit, l *slot) {
			c.Policy.Literals[0].Outside, l.Attestation.Values[0] = 1, 0
		}},
		"literal: low far below zero": {do: literal(0, func(l *gadget.Literal) { l.Low = circuittest.Plus(-5, 27) })},
		"literal: low far below all":  {do: literal(0, func(l *gadget.Literal) { l.Low = field.Random() })},
		"literal: high far above":     {do: literal(0, func(l *gadget.Literal) { l.High = 1 << 27 })},
		"literal: a clause that ends too soon": {do: func(_ *scene, c *Circuit, _ *slot) {
			c.Policy.Literals[3].End = 1
		}},
	}
}

// 7 and 8. The neighbour, or who consents again.
func ofNeighbours() map[string]lie {
	of := func(again, idle bool, change func(p *gadget.Participant)) lie {
		return lie{again: again, idle: idle, do: func(_ *scene, c *Circuit, l *slot) {
			change(&l.Neighbour)
			for i := range c.Slots {
				if idle { // all slots have one neighbour
					c.Slots[i].Neighbour = l.Neighbour
				}
			}
		}}
	}
	tag := func(l *slot) field.Element { return trial.Tag(circuittest.Element(l.Identity), policy.Scope("test")) }
	return map[string]lie{
		"neighbour: site over its bound":      of(false, true, func(p *gadget.Participant) { p.Site = 256 }),
		"neighbour: grant's place over it":    of(false, true, func(p *gadget.Participant) { p.GrantIndex = 1 << 28 }),
		"neighbour: consented over its bound": of(false, true, func(p *gadget.Participant) { p.Consented = power(0, 1, 40) }),
		"neighbour: custodial twice":          of(false, true, func(p *gadget.Participant) { p.Custodial = 2 }),
		"neighbour: phase over its bound":     of(false, true, func(p *gadget.Participant) { p.Phase = 8 }),
		"neighbour: visits over their bound":  of(false, true, func(p *gadget.Participant) { p.Visits = 1 << 16 }),
		"neighbour: events over their bound":  of(false, true, func(p *gadget.Participant) { p.Events = 1 << 16 }),
		"neighbour: enrolled already":         {do: func(_ *scene, _ *Circuit, l *slot) { l.Neighbour.Tag = tag(l) }},
		"neighbour: next enrolled already":    {do: func(_ *scene, _ *Circuit, l *slot) { l.Neighbour.Next = tag(l) }},
		"neighbour: after, in the order":      {do: func(_ *scene, _ *Circuit, l *slot) { l.Neighbour.Tag = power(tag(l), 1, 0) }},
		"neighbour: anonymised": {do: func(_ *scene, _ *Circuit, l *slot) {
			l.Neighbour.Tag, l.Neighbour.Next = power(5, 1, 120), power(5, 1, 120)
		}},
		"again: by another":            of(true, false, func(p *gadget.Participant) { p.Tag = power(p.Tag, 1, 0) }),
		"again: at another site":       of(true, false, func(p *gadget.Participant) { p.Site = 1 }),
		"again: after a withdrawal":    of(true, false, func(p *gadget.Participant) { p.Status[0] = 1 }),
		"again: to an earlier version": of(true, false, func(p *gadget.Participant) { p.Version[0] = 1 }),
		"neighbour: in another tree": {again: true, after: func(_ *scene, _ *Circuit, l *slot) {
			l.NeighbourPath[trial.Levels-1].Children[3] = field.Random()
		}},
		"neighbour: a ghost, low":     ghostly(0),
		"neighbour: a ghost, high":    ghostly(1),
		"neighbour: of another state": {after: func(_ *scene, c *Circuit, l *slot) { l.Neighbour.History = field.Random() }},
	}
}

// ghostly is of a neighbour who is not in the tree: twice a position picks something between two places, of which the second is made to fit.
func ghostly(bit int) lie {
	return lie{idle: true, do: func(_ *scene, _ *Circuit, l *slot) { l.Neighbour.Tag = field.Uint64(77) },
		after: func(s *scene, c *Circuit, l *slot) {
			_, slots := s.made(s.t, c)
			tree := s.places.Clone()
			tree.Set(field.Change{Index: 1 << bit, Leaf: halfway(tree.Leaf(0), slots[last].before)})
			for i := range c.Slots {
				lead(s.t, c.Slots[i].NeighbourPath[:], tree.Path(0))
			}
			c.Batch.Before.Root = tree.Root()
			c.Slots[0].Neighbour = gadget.ParticipantOf(s.Cohort.Places()[0])
			l.NeighbourPath[0].Position[bit] = 2
		}}
}

// halfway is what lies between two elements.
func halfway(from, to field.Element) field.Element {
	half := field.Uint64(2)
	half.Inverse(&half)
	to.Sub(&to, &from).Mul(&to, &half)
	return *to.Add(&to, &from)
}

// The place of who is new.
func ofPlaces() map[string]lie {
	// The lowest node of the way to the place has a first child, and a second one half of it: twice the position of the second is an empty one.
	ghost := func(bit int) lie {
		return lie{do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Participants = 1<<(bit+1) - 1 },
			after: func(s *scene, c *Circuit, l *slot) {
				_, slots := s.made(s.t, c)
				tree := s.places.Clone()
				set := func(at uint32, leaf field.Element) { tree.Set(field.Change{Index: at, Leaf: leaf}) }
				set(64, slots[last].before)
				set(0, slots[0].before)
				first := tree.Leaf(0)
				set(1<<bit, halfway(first, field.Element{}))
				c.Batch.Before.Root = tree.Root()
				lead(s.t, c.Slots[0].NeighbourPath[:], tree.Path(0))
				lead(s.t, l.NeighbourPath[:], tree.Path(64))
				set(64, slots[last].after)
				lead(s.t, l.PlacePath[:], tree.Path(0))
				l.PlacePath[0].Position[bit] = 2
			}}
	}
	return map[string]lie{
		"place: a ghost, low":  ghost(0),
		"place: a ghost, high": ghost(1),
		"place: not the next":  {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Participants = 7 }},
		"place: taken": {after: func(s *scene, c *Circuit, l *slot) {
			_, slots := s.made(s.t, c)
			tree := s.places.Clone()
			at := place(l.PlacePath[:])
			tree.Set(field.Change{Index: at, Leaf: field.Random()})
			tree.Set(field.Change{Index: place(l.NeighbourPath[:]), Leaf: slots[last].before})
			c.Batch.Before.Root = tree.Root()
			for i := range c.Slots {
				lead(s.t, c.Slots[i].NeighbourPath[:], tree.Path(place(c.Slots[i].NeighbourPath[:])))
			}
			tree.Set(field.Change{Index: place(l.NeighbourPath[:]), Leaf: slots[last].after})
			lead(s.t, l.PlacePath[:], tree.Path(at))
		}},
		"place: in another tree": {after: func(s *scene, _ *Circuit, l *slot) {
			circuittest.Lead(s.t, field.Element{}, place(l.PlacePath[:]), l.PlacePath[:])
		}},
	}
}

func TestThreat37EachLieIsRefusedAlone(t *testing.T) {
	s := newScene(t)
	for name, l := range circuittest.Some(lies()) {
		c := l.batch(t, s)
		if l.tell(t, s, c); solvesFew(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
	for name, l := range map[string]lie{"an enrolment": {}, "a re-consent": {again: true}, "nothing": {idle: true}} {
		c := l.batch(t, s)
		if l.tell(t, s, c); !solvesFew(t, c) {
			t.Errorf("%s: a lie about nothing must be true", name)
		}
	}
}
