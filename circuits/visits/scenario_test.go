package visits

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
	few  = 3
	last = few - 1
)

// small is the statement on few slots.
func small() circuits.Statement {
	s := Statement(1)
	s.ID, s.New = "visits-of-three", func() frontend.Circuit { return empty(few) }
	return s
}

var solvesFew = circuittest.Solver(small())

// at is the time of the batches that are attacked.
const at = trialtest.Amended + 100

// scene is a trial under way. Its batches change nothing of it.
type scene struct {
	*trialtest.World
	plain     *trialtest.Person // one visit, in phase 1, and one serious event
	withdrawn *trialtest.Person // since now + 5
	expired   *trialtest.Person // whose consent, to version 2, ends before the batches
	revoked   *trialtest.Person // whose grant is no longer in the tree
	deferred  *trialtest.Person
	places    *field.Tree

	t       testing.TB
	settled bool // the lie has made its own paths
}

func newScene(t testing.TB) *scene {
	t.Helper()
	w := trialtest.New(t)
	one := func() *trialtest.Person { return w.Person(t, identity.Own) }
	s := &scene{World: w, plain: one(), withdrawn: one(), expired: one(), revoked: one(), deferred: one(), places: field.NewTree(trial.Levels)}
	if s.withdrawn.Tag.Cmp(&s.plain.Tag) > 0 {
		s.plain, s.withdrawn = s.withdrawn, s.plain // somebody comes before plain in the order of tags
	}
	w.Enrol(t, now, s.plain, s.withdrawn, s.expired, s.revoked)
	s.enrol(t, trial.Event{Kind: trial.Enrolment, Tag: s.deferred.Tag, When: now, Deferred: true})
	b := newBatch(t, w, now+10)
	b.add(t, s.plain, visit(now+5, 1))
	b.add(t, s.plain, trial.Event{Kind: trial.SeriousEvent, When: now + 5})
	b.add(t, s.withdrawn, trial.Event{Kind: trial.Withdrawal, When: now + 5})
	b.end()
	w.Consent(t, s.expired, 1, trialtest.Amended+50)
	again := w.Begin(t, true, trialtest.Amended+10)
	e := trial.Event{Kind: trial.Reconsent, Tag: s.expired.Tag, When: trialtest.Amended + 10, Version: 1}
	if _, err := again.Reconsent(e, s.expired.Given()); err != nil {
		t.Fatal(err)
	}
	_, w.Cohort = again.End()
	w.Withdraw(s.revoked)
	for i, p := range w.Cohort.Places() {
		s.places.Set(field.Change{Index: uint32(i), Leaf: p.Leaf()})
	}
	return s
}

func (s *scene) enrol(t testing.TB, e trial.Event) {
	t.Helper()
	b := s.Begin(t, true, now)
	if _, err := b.Enrol(e, trial.Consent{}); err != nil {
		t.Fatal(err)
	}
	_, s.Cohort = b.End()
}

// step is an event of somebody.
type step struct {
	of    *trialtest.Person
	event trial.Event
}

// batch is an assignment whose last slots are events, and whose others are none; it is true.
func (s *scene) batch(t testing.TB, time uint64, steps ...step) *Circuit {
	t.Helper()
	b := newBatch(t, s.World, time)
	for _, st := range steps {
		b.add(t, st.of, st.event)
	}
	b.Witness.Seal, b.GrantsRoot = b.World.Seal(t, b.Batch), b.Grants.Root()
	c, err := b.assign(few)
	if err != nil {
		t.Fatal(err)
	}
	used := slices.IndexFunc(c.Slots, func(sl slot) bool { return slices.Index(sl.Is[:], frontend.Variable(1)) < 0 })
	if used < 0 {
		return c
	}
	for i := used; i < few; i++ {
		c.Slots[i].Participant = gadget.ParticipantOf(s.Cohort.Places()[0])
		if err := gadget.AssignPath("head", c.Slots[i].Path[:], s.places.Path(0)); err != nil {
			t.Fatal(err)
		}
	}
	c.Slots = slices.Concat(c.Slots[used:], c.Slots[:used])
	return c
}

// settle makes everything of an assignment that follows from its numbers again, whatever these are: the tree before, the paths, the digests
// of states and protocol, and the signature of the site whose key it has. Afterwards only what the numbers themselves break is broken.
func (s *scene) settle(t testing.TB, c *Circuit) {
	t.Helper()
	leaves := compute(t, c, func(api frontend.API, c *Circuit) ([]frontend.Variable, error) { return c.leaves(api) })
	tree, touched := s.places.Clone(), map[uint32]bool{}
	for i := range c.Slots {
		if at := place(c.Slots[i].Path[:]); !touched[at] {
			tree.Set(field.Change{Index: at, Leaf: leaves[2*i]})
			touched[at] = true
		}
	}
	c.Batch.Before.Root = tree.Root()
	for i := range c.Slots {
		at := place(c.Slots[i].Path[:])
		if err := gadget.AssignPath("test", c.Slots[i].Path[:], tree.Path(at)); err != nil {
			t.Fatal(err)
		}
		tree.Set(field.Change{Index: at, Leaf: leaves[2*i+1]})
	}
	s.close(t, c)
}

// close makes the digests and the signature of an assignment again.
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
	c.OldState, c.Protocol = e[3], e[4]
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

// leaves are those of each slot's participant, before and after.
func (c *Circuit) leaves(api frontend.API) (out []frontend.Variable, err error) {
	h, err := gadget.NewHasher(api)
	b := &builder{Circuit: c, api: api, h: h}
	for i, s := range c.Slots {
		var event frontend.Variable = 0
		for _, is := range s.Is[:kinds-1] {
			event = api.Add(event, is)
		}
		out = append(out, s.Participant.Leaf(api, h), b.after(i, event).Leaf(api, h))
	}
	return out, err
}

// outcome is what the site signs, the new state and the flag.
func outcome(api frontend.API, c *Circuit) ([]frontend.Variable, error) {
	b, err := c.begin(api)
	if err != nil {
		return nil, err
	}
	b.slots()
	message, digest := c.Batch.Outcome(api, b.h, c.inputs(), b.end())
	return []frontend.Variable{message, digest, b.raised}, nil
}

// place is where a path leads; 0 if its positions are none.
func place(path []gadget.Step) (at uint32) {
	for i := len(path) - 1; i >= 0; i-- {
		for j := 1; j >= 0; j-- {
			e := circuittest.Element(path[i].Position[j])
			at = at<<1 | uint32(e.Uint64()&1)
		}
	}
	return at
}

// power is v + factor·2^width.
func power(v frontend.Variable, factor int64, width uint) field.Element {
	e, by := circuittest.Element(v), field.Element{}
	by.SetBigInt(new(big.Int).Lsh(big.NewInt(factor), width))
	return *e.Add(&e, &by)
}
