package enrolment

import (
	"math/big"
	"slices"
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/soundness"
	"lethe/circuits/trial"
	"lethe/circuits/trial/trialtest"
)

// few are the slots of the statement that attacks are made on; the last one holds what is attacked.
const (
	few  = 2
	last = few - 1
)

// small is the statement on few slots.
func small() circuits.Statement {
	s := Statement(1)
	s.ID, s.New = "enrolment-of-two", func() frontend.Circuit { return empty(few) }
	return s
}

var solvesFew = circuittest.Solver(small())

// at is the time of the batches that are attacked.
const at = trialtest.Amended + 100

// scene is a trial under way, in which enrolled takes part. Its batches change nothing of it.
type scene struct {
	*trialtest.World
	fresh, custodial, enrolled, withdrawn, first *trialtest.Person // first comes before all others in the order of tags, fresh after all who take part

	places *field.Tree
	t      testing.TB
}

func newScene(t testing.TB) *scene {
	t.Helper()
	w := trialtest.New(t)
	one := func() *trialtest.Person { return w.Person(t, identity.Own) }
	s := &scene{World: w, fresh: one(), custodial: w.Person(t, identity.Custodial), enrolled: one(), withdrawn: one(), first: one(), t: t}
	w.Enrol(t, now, s.enrolled, s.withdrawn)
	b := w.Begin(t, false, now)
	if _, err := b.Record(trial.Event{Kind: trial.Withdrawal, Tag: s.withdrawn.Tag, When: now}); err != nil {
		t.Fatal(err)
	}
	_, w.Cohort = b.End()
	s.places = field.NewTree(trial.Levels)
	for i, p := range w.Cohort.Places() {
		s.places.Set(field.Change{Index: uint32(i), Leaf: p.Leaf()})
	}
	for head := w.Cohort.Places()[0]; s.first.Tag.Cmp(&head.Next) > 0; {
		s.first = one()
	}
	for slices.ContainsFunc(w.Cohort.Places(), func(p trial.Participant) bool { return s.fresh.Tag.Cmp(&p.Tag) < 0 }) {
		s.fresh = one()
	}
	return s
}

// batch is an assignment whose last slots are events of people, and whose first is none where there is one only; it is true.
func (s *scene) batch(t testing.TB, time uint64, version uint8, events ...entrant) *Circuit {
	t.Helper()
	b := newBatch(t, s.World, time, version)
	for _, e := range events {
		e.event.Version = version
		b.add(t, e.of, e.event)
	}
	b.Witness.Seal = b.World.Seal(t, b.Batch)
	b.GrantsRoot, b.IssuersRoot = b.Grants.Root(), b.Issuers.Root()
	for _, e := range b.Entries {
		if e.Grant != nil {
			e.Grant.Path = b.Grants.Path(e.Grant.Grant.Index)
		}
	}
	c, err := b.assign(few)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) == 1 {
		c.Slots[1].Neighbour = gadget.ParticipantOf(s.Cohort.Places()[0])
		c.Slots[0], c.Slots[1] = c.Slots[1], c.Slots[0]
		lead(t, c.Slots[0].NeighbourPath[:], s.places.Path(0))
	}
	return c
}

// entrant is an event of somebody.
type entrant struct {
	of    *trialtest.Person
	event trial.Event
}

// made is what the circuit makes of a slot: leaves of the neighbour, of the neighbour after it, of who is new, of the grant and of the
// attester, and what the attester signs.
type made struct{ before, after, joins, grant, issuer, message field.Element }

func (s *scene) made(t testing.TB, c *Circuit) (policy field.Element, slots []made) {
	t.Helper()
	out := compute(t, c, func(api frontend.API, c *Circuit) ([]frontend.Variable, error) { return c.made(api) })
	for e := out[1:]; len(e) > 0; e = e[6:] {
		slots = append(slots, made{e[0], e[1], e[2], e[3], e[4], e[5]})
	}
	return out[0], slots
}

func (c *Circuit) made(api frontend.API) ([]frontend.Variable, error) {
	b, err := c.begin(api)
	if err != nil {
		return nil, err
	}
	b.choose()
	out := []frontend.Variable{c.Policy.Digest(api, b.h)}
	for i := range c.Slots {
		s := &c.Slots[i]
		tag := gadget.TrialTag(api, b.h, s.Identity, c.Trial)
		grant, _ := b.grant(s, 0)
		a := s.Attestation
		after, joins := b.change(s, tag, grant, b.event(s).Extend(api, b.h, api.Mul(s.Again, s.Neighbour.History)))
		issuer := gadget.Issuer{Key: b.curve.KeyPoint(a.Preimage), Role: int(identity.Attester), Until: a.AttesterUntil}.Leaf(b.h)
		message := gadget.Attestation{Identity: s.Identity, Key: a.Key, Schema: c.Policy.Schema, From: a.From, Until: a.Until, Values: a.Values}.Message(api, b.h)
		out = append(out, s.Neighbour.Leaf(api, b.h), after.Leaf(api, b.h), joins.Leaf(api, b.h), grant, issuer, message)
	}
	return out, nil
}

// settle makes everything of an assignment that follows from its numbers again, whatever these are: trees, paths, digests, and the signatures
// of the site, of the attester and of the person of the last slot. Afterwards only what the numbers themselves break is broken.
func (s *scene) settle(t testing.TB, c *Circuit, of *trialtest.Person) {
	t.Helper()
	policy, slots := s.made(t, c)
	for i := range c.Batch.Protocol.Versions {
		c.Batch.Protocol.Versions[i].Policy = policy
	}
	s.settleSources(t, c, slots)
	l := &c.Slots[last]
	l.Grant.Signature = gadget.SignatureOf(circuittest.Sign(t, of.Key, slots[last].grant))
	l.Attestation.Signature = gadget.SignatureOf(circuittest.Sign(t, s.Attester, slots[last].message))
	s.settlePlaces(t, c, slots)
	s.close(t, c)
}

// settleSources makes the trees of grants and issuers again.
func (s *scene) settleSources(t testing.TB, c *Circuit, slots []made) {
	t.Helper()
	grants, issuers := s.Grants.Clone(), s.Issuers.Clone()
	for i := range c.Slots {
		if sl := &c.Slots[i]; !zero(sl.New) || !zero(sl.Again) {
			grants.Set(field.Change{Index: place(sl.Grant.Path[:]), Leaf: slots[i].grant})
			issuers.Set(field.Change{Index: place(sl.Attestation.Path[:]), Leaf: slots[i].issuer})
		}
	}
	for i := range c.Slots {
		sl := &c.Slots[i]
		if zero(sl.New) && zero(sl.Again) {
			lead(t, sl.Grant.Path[:], field.PathOver(slots[i].grant, GrantLevels))
			lead(t, sl.Attestation.Path[:], field.PathOver(slots[i].issuer, IssuerLevels))
			continue
		}
		lead(t, sl.Grant.Path[:], grants.Path(place(sl.Grant.Path[:])))
		lead(t, sl.Attestation.Path[:], issuers.Path(place(sl.Attestation.Path[:])))
	}
	c.GrantsRoot, c.IssuersRoot = grants.Root(), issuers.Root()
}

// settlePlaces makes the tree of participants again.
func (s *scene) settlePlaces(t testing.TB, c *Circuit, slots []made) {
	t.Helper()
	tree, touched := s.places.Clone(), map[uint32]bool{}
	for i := range c.Slots {
		if at := place(c.Slots[i].NeighbourPath[:]); !touched[at] {
			tree.Set(field.Change{Index: at, Leaf: slots[i].before})
			touched[at] = true
		}
	}
	c.Batch.Before.Root = tree.Root()
	for i := range c.Slots {
		sl := &c.Slots[i]
		at := place(sl.NeighbourPath[:])
		lead(t, sl.NeighbourPath[:], tree.Path(at))
		tree.Set(field.Change{Index: at, Leaf: slots[i].after})
		if zero(sl.New) {
			continue
		}
		at = place(sl.PlacePath[:])
		lead(t, sl.PlacePath[:], tree.Path(at))
		tree.Set(field.Change{Index: at, Leaf: slots[i].joins})
	}
}

// close makes the digests and the site's signature of an assignment again.
func (s *scene) close(t testing.TB, c *Circuit) {
	t.Helper()
	e := compute(t, c, func(api frontend.API, c *Circuit) ([]frontend.Variable, error) {
		h, err := gadget.NewHasher(api)
		if err != nil {
			return nil, err
		}
		out, err := outcome(api, c)
		return append(out, c.Batch.Before.Digest(api, h, c.Trial), c.Batch.Protocol.Digest(api, h)), err
	})
	c.OldState, c.Protocol = e[2], e[3]
	s.sign(t, c, e)
}

// sign takes what outcome gives over.
func (s *scene) sign(t testing.TB, c *Circuit, e []field.Element) {
	t.Helper()
	key := s.Sites[0]
	if other := s.Sites[1]; circuittest.Element(c.Batch.Preimage.X) == other.Public().Preimage().X {
		key = other
	}
	c.Batch.Signature, c.NewState = gadget.SignatureOf(circuittest.Sign(t, key, e[0])), e[1]
}

// outcome is what the site signs, and the new state.
func outcome(api frontend.API, c *Circuit) ([]frontend.Variable, error) {
	b, err := c.begin(api)
	if err != nil {
		return nil, err
	}
	b.slots()
	message, digest := c.Batch.Outcome(api, b.h, c.inputs(), b.end())
	return []frontend.Variable{message, digest}, nil
}

// compute gives what the circuit itself comes to.
func compute(t testing.TB, c *Circuit, part func(frontend.API, *Circuit) ([]frontend.Variable, error)) []field.Element {
	t.Helper()
	out, err := soundness.Compute(c, func(api frontend.API, c frontend.Circuit) ([]frontend.Variable, error) {
		return part(api, c.(*Circuit))
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lead(t testing.TB, to []gadget.Step, path []field.Step) {
	t.Helper()
	if err := gadget.AssignPath("test", to, path); err != nil {
		t.Fatal(err)
	}
}

// place is where a path leads, by the lowest bits of its positions.
func place(path []gadget.Step) (at uint32) {
	for i := len(path) - 1; i >= 0; i-- {
		for j := 1; j >= 0; j-- {
			e := circuittest.Element(path[i].Position[j])
			at = at<<1 | uint32(e.Uint64()&1)
		}
	}
	return at
}

func zero(v frontend.Variable) bool {
	e := circuittest.Element(v)
	return e.IsZero()
}

// power is v + factor·2^width.
func power(v frontend.Variable, factor int64, width uint) field.Element {
	e, by := circuittest.Element(v), field.Element{}
	by.SetBigInt(new(big.Int).Lsh(big.NewInt(factor), width))
	return *e.Add(&e, &by)
}
