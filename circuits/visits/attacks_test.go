package visits

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

// lie is an attack by somebody who has the site's key, may choose the tree of participants, and makes everything else fit.
type lie struct {
	of    func(s *scene) *trialtest.Person // whose event it is; nil: plain's
	event trial.Event                      // of the last slot; none: a visit
	do    func(s *scene, c *Circuit, l *slot)
}

func (l lie) batch(t testing.TB, s *scene) *Circuit {
	t.Helper()
	p, e := s.plain, l.event
	if l.of != nil {
		p = l.of(s)
	}
	if e.Kind == trial.None {
		e.Kind, e.Phase = trial.Visit, 1
	}
	e.When = at - 10
	return s.batch(t, at, step{p, e})
}

// lies by the items of the package's list.
func lies() map[string]lie {
	all := map[string]lie{}
	for _, some := range []map[string]lie{ofStates(), ofSites(), ofParticipants(), ofEvents(), ofOrder(), ofConsents()} {
		for name, l := range some {
			all[name] = l
		}
	}
	return all
}

func serious() trial.Event    { return trial.Event{Kind: trial.SeriousEvent} }
func unblinding() trial.Event { return trial.Event{Kind: trial.Unblinding} }
func anonymous() trial.Event  { return trial.Event{Kind: trial.Anonymisation, Entry: field.Uint64(99)} }

// 1 and 9. A part that is 2^width too large, with the next one less by one, packs to the same digest.
func ofStates() map[string]lie {
	return map[string]lie{
		"state: time below its bound, so back-dated": {do: func(_ *scene, c *Circuit, l *slot) {
			b := &c.Batch.Before
			c.Time, l.When = power(b.Time, -5, 0), power(b.Time, -10, 0)
			b.Time, b.Batches = power(b.Time, -1, 40), power(b.Batches, 1, 0)
		}},
		"state: back-dated": {do: func(_ *scene, c *Circuit, l *slot) {
			c.Time, l.When = power(c.Batch.Before.Time, -1, 0), power(c.Batch.Before.Time, -10, 0)
		}},
		"state: batches begin again": {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Batches = power(0, -1, 0) }},
		"state: batches are full":    {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.Batches = 1<<16 - 1 }},
		"state: participants over their bound, so no flag": {event: serious(), do: func(_ *scene, c *Circuit, _ *slot) {
			b := &c.Batch.Before
			b.Participants, b.SinceFlag, c.Safety = power(b.Participants, 1, 16), 0, 0
		}},
		"state: since the flag below zero": {event: serious(), do: func(_ *scene, c *Circuit, _ *slot) {
			c.Batch.Before.SinceFlag, c.Safety = power(0, -1, 0), 0
		}},
		"state: since the flag over its bound": {event: serious(), do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Before.SinceFlag = 1<<22 - 1 }},
		"flag: not raised":                     {event: serious(), do: func(_ *scene, c *Circuit, _ *slot) { c.Safety = 0 }},
		"flag: raised":                         {do: func(_ *scene, c *Circuit, _ *slot) { c.Safety = 1 }},
		"time: over its bound":                 {do: func(_ *scene, c *Circuit, _ *slot) { c.Time = power(5, 1, 40) }},
		"protocol: a version half there":       {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Versions[3].Present = 5 }},
		"protocol: from over its bound": {do: func(_ *scene, c *Circuit, _ *slot) {
			v := &c.Batch.Protocol.Versions[0]
			v.From, v.Until = power(v.From, 1, 40), power(v.Until, -1, 0)
		}},
		"protocol: until over its bound": {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Versions[2].Until = field.Random() }},
		"protocol: safety over its bound, so no flag": {event: serious(), do: func(_ *scene, c *Circuit, _ *slot) {
			p := &c.Batch.Protocol
			p.Safety, p.Lateness, c.Safety = power(p.Safety, 1, 22), power(p.Lateness, -1, 0), 0
		}},
		"protocol: lateness below zero": {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Lateness = power(0, -1, 0) }},
	}
}

// 2. The sites.
func ofSites() map[string]lie {
	ghost := func(high bool) lie {
		return lie{do: func(s *scene, c *Circuit, l *slot) {
			root, index := circuittest.Ghost(s.t, trial.SiteLeaf(s.Sites[0].Public()), high, c.Batch.Path[:])
			c.Batch.Protocol.Sites, l.Participant.Site = root, index
		}}
	}
	return map[string]lie{
		"site: a ghost, low":              ghost(false),
		"site: a ghost, high":             ghost(true),
		"site: another's key":             {do: func(s *scene, c *Circuit, _ *slot) { c.Batch.Preimage = gadget.PointOf(s.Sites[1].Public().Preimage()) }},
		"site: none of the protocol's":    {do: func(_ *scene, c *Circuit, _ *slot) { c.Batch.Protocol.Sites = field.Random() }},
		"site: another's participant":     {do: func(_ *scene, _ *Circuit, l *slot) { l.Participant.Site = 1 }},
		"site: in another's place":        {do: func(_ *scene, c *Circuit, l *slot) { c.Batch.Path[0].Position[0], l.Participant.Site = 1, 1 }},
		"site: in another's place, above": {do: func(_ *scene, c *Circuit, l *slot) { c.Batch.Path[1].Position[1], l.Participant.Site = 1, 8 }},
	}
}

// Participants whose leaf can be read in two ways.
func ofParticipants() map[string]lie {
	expired := func(s *scene) *trialtest.Person { return s.expired }
	return map[string]lie{
		"participant: site over its bound": {of: expired, event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			p := &l.Participant
			l.Is = [kinds]frontend.Variable{0, 0, 0, 0, 0, 0, 0, 0, 0}
			p.Site, p.GrantIndex = 256, power(p.GrantIndex, -1, 0)
		}},
		"participant: another site's, by a grant at no place": {event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			one := field.Uint64(256) // (1 + 256·index) / 256: the leaf is that of site 1
			one.Inverse(&one)
			index := circuittest.Element(l.Participant.GrantIndex)
			l.Participant.GrantIndex = *index.Add(&index, &one)
		}},
		"participant: the consent's end over its bound": {of: expired, do: func(_ *scene, _ *Circuit, l *slot) {
			l.Participant.GrantUntil, l.Participant.Version[0] = power(l.Participant.GrantUntil, 1, 40), 0
		}},
		"participant: custodial twice, so a phase less": {do: func(_ *scene, _ *Circuit, l *slot) {
			l.Participant.Custodial, l.Participant.Phase, l.Phase = 2, 0, 0
		}},
		"participant: phase over its bound": {event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			l.Participant.Phase, l.Participant.Visits = 9, 0
		}},
		"participant: visits below zero": {do: func(_ *scene, _ *Circuit, l *slot) { l.Participant.Visits = power(0, -1, 0) }},
		"participant: visits are full":   {do: func(_ *scene, _ *Circuit, l *slot) { l.Participant.Visits = 1<<16 - 1 }},
		"participant: events below zero": {event: serious(), do: func(_ *scene, _ *Circuit, l *slot) { l.Participant.Events = power(0, -1, 0) }},
		"participant: events are full":   {event: serious(), do: func(_ *scene, _ *Circuit, l *slot) { l.Participant.Events = 1<<16 - 1 }},
		"participant: anonymised": {event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			l.Participant.Tag = power(5, 1, 120)
			l.Participant.Next = l.Participant.Tag
		}},
		"participant: the head of the list": {event: unblinding(), do: func(s *scene, c *Circuit, l *slot) {
			l.Participant, l.Path = c.Slots[0].Participant, c.Slots[0].Path
		}},
		"participant: in another tree": {do: func(s *scene, c *Circuit, l *slot) {
			l.Path[trial.Levels-1].Children[3] = field.Random()
			s.settled = true
		}},
		"participant: a ghost, low":  ghostly(0),
		"participant: a ghost, high": ghostly(1),
	}
}

// ghostly is of somebody who is not in the tree: twice a position picks something between two places, of which the second is made to fit.
func ghostly(bit int) lie {
	return lie{do: func(s *scene, c *Circuit, l *slot) {
		l.Participant.Tag = field.Uint64(77)
		ghost := compute(s.t, c, func(api frontend.API, c *Circuit) ([]frontend.Variable, error) { return c.leaves(api) })[2*last]
		half, between := field.Uint64(2), s.places.Leaf(0)
		half.Inverse(&half)
		ghost.Sub(&ghost, &between).Mul(&ghost, &half)
		between.Add(&between, &ghost)
		tree := s.places.Clone()
		tree.Set(field.Change{Index: 1 << bit, Leaf: between})
		for i := range c.Slots {
			_ = gadget.AssignPath("test", c.Slots[i].Path[:], tree.Path(0))
		}
		c.Batch.Before.Root = tree.Root()
		l.Path[0].Position[bit] = 2
		s.settled = true
	}}
}

// 3 and 4. The events.
func ofEvents() map[string]lie {
	const gone = 5
	return map[string]lie{
		"event: two of one kind less one of another": {event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			l.Is[int(trial.Unblinding)-firstKind], l.Is[int(trial.Correction)-firstKind] = 2, power(0, -1, 0)
		}},
		"event: before all time": {do: func(_ *scene, _ *Circuit, l *slot) { l.When = power(0, -1, 0) }},
		"event: after the batch": {do: func(_ *scene, c *Circuit, l *slot) { l.When = power(c.Time, 1, 0) }},
		"event: phase over its bound": {do: func(_ *scene, _ *Circuit, l *slot) {
			l.Participant.Phase, l.Phase = 7, 8
		}},
		"event: a withdrawal is taken back": {of: func(s *scene) *trialtest.Person { return s.withdrawn }, event: unblinding(),
			do: func(_ *scene, _ *Circuit, l *slot) {
				l.Is[int(trial.Unblinding)-firstKind], l.Is[gone] = 0, 1
			}},
	}
}

// 5. The order of tags.
func ofOrder() map[string]lie {
	return map[string]lie{
		"order: anonymised and still named": {event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			l.Is[int(trial.Unblinding)-firstKind], l.Is[int(trial.Anonymisation)-firstKind] = 0, 1
		}},
		"order: no longer named and still there": {event: anonymous(), do: func(_ *scene, _ *Circuit, l *slot) {
			l.Is[int(trial.Anonymisation)-firstKind], l.Is[int(trial.Unblinding)-firstKind] = 0, 1
		}},
		"order: no longer named, in the last slot": {event: unblinding(), do: func(_ *scene, _ *Circuit, l *slot) {
			l.Is[int(trial.Unblinding)-firstKind], l.Is[kinds-1] = 0, 1
		}},
		"order: a person's tag": {event: anonymous(), do: func(_ *scene, _ *Circuit, l *slot) { l.Entry = power(l.Entry, -1, 120) }},
		"order: named by nobody": {event: anonymous(), do: func(_ *scene, c *Circuit, _ *slot) {
			c.Slots[last-1].Participant.Next = field.Uint64(1000)
		}},
		"order: an event beside": {event: anonymous(), do: func(_ *scene, c *Circuit, _ *slot) {
			n := &c.Slots[last-1]
			n.Is[int(trial.Unblinding)-firstKind] = 1
			n.When, n.Participant.Tag, n.Participant.Site = at-10, field.Uint64(5), 0
		}},
		"order: an anonymised one's own neighbour": {event: anonymous(), do: func(_ *scene, c *Circuit, l *slot) {
			n := &c.Slots[last-1]
			n.Path, n.Participant = l.Path, l.Participant
			n.Participant.Tag = power(5, 1, 120)
			n.Participant.Next, l.Participant.Tag = n.Participant.Tag, n.Participant.Tag
			l.Participant.Next = field.Uint64(1000)
		}},
	}
}

// 7. The consent, and the version.
func ofConsents() map[string]lie {
	ghost := func(high bool) lie {
		return lie{do: func(s *scene, c *Circuit, l *slot) {
			root, index := circuittest.Ghost(s.t, circuittest.Element(l.Granted), high, l.GrantPath[:])
			c.GrantsRoot, l.Participant.GrantIndex = root, index
		}}
	}
	return map[string]lie{
		"grant: a ghost, low":  ghost(false),
		"grant: a ghost, high": ghost(true),
		"grant: at another place": {do: func(s *scene, c *Circuit, l *slot) {
			c.GrantsRoot = circuittest.Lead(s.t, circuittest.Element(l.Granted), 77, l.GrantPath[:])
		}},
		"grant: in another tree": {do: func(_ *scene, c *Circuit, _ *slot) { c.GrantsRoot = field.Random() }},
		"grant: not in the tree": {do: func(_ *scene, _ *Circuit, l *slot) { l.Granted = field.Random() }},
		"version: none of the protocol's": {do: func(_ *scene, c *Circuit, l *slot) {
			l.Participant.Version = [2]frontend.Variable{0, 1}
			c.Batch.Protocol.Versions[2].Until = uint64(trial.Forever)
		}},
	}
}

func TestThreat37EachLieIsRefusedAlone(t *testing.T) {
	s := newScene(t)
	s.t = t
	for name, l := range circuittest.Some(lies()) {
		c := l.batch(t, s)
		if s.tell(t, l, c); solvesFew(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
	for name, l := range map[string]lie{"a visit": {}, "an anonymisation": {event: anonymous()}} {
		l.do = func(*scene, *Circuit, *slot) {}
		c := l.batch(t, s)
		if s.tell(t, l, c); !solvesFew(t, c) {
			t.Errorf("%s: a lie about nothing must be true", name)
		}
	}
}

// tell makes a batch a lie.
func (s *scene) tell(t testing.TB, l lie, c *Circuit) {
	t.Helper()
	s.t, s.settled = t, false
	l.do(s, c, &c.Slots[last])
	if s.settled {
		s.close(t, c)
	} else {
		s.settle(t, c)
	}
}
