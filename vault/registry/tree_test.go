package registry

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lethe/circuits/field"
)

func newTree(t testing.TB, k Kind) *Tree {
	t.Helper()
	tree, err := NewTree(k)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func leaf(n uint64) field.Element { return field.Hash("test", field.Uint64(n)) }

// naive computes a root by the definition: every node of a small tree, and the empty ones above.
func naive(k Kind, leaves []field.Element) field.Element {
	level, empty := slices.Clone(leaves), Empty()
	for range k.Levels() {
		for len(level)%field.Arity != 0 || len(level) == 0 {
			level = append(level, empty)
		}
		var above []field.Element
		for i := 0; i < len(level); i += field.Arity {
			above = append(above, field.Node([field.Arity]field.Element(level[i:i+field.Arity])))
		}
		level, empty = above, field.Node([field.Arity]field.Element{empty, empty, empty, empty})
	}
	return level[0]
}

func TestRootIsThatOfTheDefinition(t *testing.T) {
	tree := newTree(t, Issuers)
	want := []field.Element{}
	if tree.Root() != naive(Issuers, want) {
		t.Fatal("the empty tree's root")
	}
	for i := range uint32(70) {
		want = append(want, leaf(uint64(i)))
		if err := tree.Apply([]Change{{i, leaf(uint64(i))}}); err != nil {
			t.Fatal(err)
		}
	}
	want[17] = Tombstone()
	if err := tree.Apply([]Change{{17, Tombstone()}}); err != nil {
		t.Fatal(err)
	}
	if tree.Root() != naive(Issuers, want) || tree.Size() != 70 {
		t.Error("one change after another does not give the root of all")
	}
}

func TestEveryPathLeadsToTheRoot(t *testing.T) {
	tree := newTree(t, Grants)
	places := []uint32{0, 1, 5, 63, 64, 4095, 70_000, tree.Capacity() >> 8}
	var changes []Change
	for _, i := range places {
		changes = append(changes, Change{i, leaf(uint64(i))})
	}
	if err := tree.Apply(changes); err != nil {
		t.Fatal(err)
	}
	for _, i := range places {
		path, err := tree.Path(i)
		if root, ok := field.Climb(leaf(uint64(i)), path); err != nil || !ok || root != tree.Root() {
			t.Errorf("place %d: its path does not lead to the root (%v)", i, err)
		}
		if at, ok := tree.Find(leaf(uint64(i))); !ok || at != i {
			t.Errorf("place %d: found at %d", i, at)
		}
	}
	path := tree.AnyPath()
	if root, ok := field.Climb(leaf(0), path); len(path) != Grants.Levels() || !ok || root != tree.Root() {
		t.Error("the path of a tree that plays no part must be one of its own")
	}
}

func TestThreat38AnEmptyPlaceHasNoPath(t *testing.T) {
	tree := newTree(t, Providers)
	if err := tree.Apply([]Change{{3, leaf(3)}, {4, Tombstone()}}); err != nil {
		t.Fatal(err)
	}
	for _, i := range []uint32{0, 4, 5, tree.Capacity(), tree.Capacity() + 3, 1<<32 - 1} {
		if _, err := tree.Path(i); !errors.Is(err, ErrNoLeaf) {
			t.Errorf("place %d: got %v", i, err)
		}
	}
	for _, v := range []field.Element{Empty(), Tombstone(), leaf(9)} {
		if i, ok := tree.Find(v); ok {
			t.Errorf("%s was found at %d", field.Text(v), i)
		}
	}
}

func TestThreat45APlaceIsUsedOnce(t *testing.T) {
	tree := newTree(t, Grants)
	steps := []struct {
		name string
		to   field.Element
		want error
	}{
		{"nothing is not a leaf", Empty(), ErrNoLeaf},
		{"a grant", leaf(1), nil},
		{"the same again", leaf(1), ErrUsed},
		{"another over it", leaf(2), ErrUsed},
		{"emptied", Empty(), ErrNoLeaf},
		{"withdrawn", Tombstone(), nil},
		{"withdrawn again", Tombstone(), ErrUsed},
		{"put back", leaf(1), ErrUsed},
		{"another there", leaf(2), ErrUsed},
		{"emptied", Empty(), ErrNoLeaf},
	}
	for _, s := range steps {
		before := tree.Root()
		if err := tree.Apply([]Change{{8, s.to}}); !errors.Is(err, s.want) {
			t.Errorf("%s: got %v, want %v", s.name, err, s.want)
		}
		if s.want != nil && tree.Root() != before {
			t.Errorf("%s: refused, and changed the tree", s.name)
		}
	}
}

func TestChangesAreAllOrNone(t *testing.T) {
	tree := newTree(t, Providers)
	before := tree.Root()
	for name, c := range map[string][]Change{
		"outside":           {{1, leaf(1)}, {tree.Capacity(), leaf(2)}},
		"twice in one":      {{1, leaf(1)}, {1, leaf(2)}},
		"removed, put back": {{1, leaf(1)}, {1, Tombstone()}, {1, leaf(1)}},
	} {
		if err := tree.Apply(c); err == nil || tree.Root() != before || tree.Size() != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := tree.Apply([]Change{{1, leaf(1)}, {1, Tombstone()}}); err != nil {
		t.Errorf("given and withdrawn before anyone saw it: %v", err)
	}
	if _, err := NewTree("patients"); err == nil {
		t.Error("a tree that there is not")
	}
}

// A copy that is kept up by deltas, from whatever version to whatever other, is the tree; and the model of a tree is a map.
func TestCopiesFollowByDeltas(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		source, err := NewCopy(Issuers)
		if err != nil {
			r.Fatal(err)
		}
		model := map[uint32]field.Element{}
		changed := map[uint32]uint64{}
		versions := []*Copy{copyOf(t, source)}
		for range rapid.IntRange(1, 5).Draw(r, "versions") {
			source.Version++
			for range rapid.IntRange(0, 6).Draw(r, "changes") {
				i := rapid.Uint32Range(0, 40).Draw(r, "place")
				to := leaf(uint64(rapid.IntRange(0, 1000).Draw(r, "leaf")))
				if _, ok := model[i]; ok {
					to = Tombstone()
				}
				if source.Apply([]Change{{i, to}}) == nil {
					model[i], changed[i] = to, source.Version
				}
			}
			versions = append(versions, copyOf(t, source))
		}
		behind := versions[rapid.IntRange(0, len(versions)-1).Draw(r, "from")]
		d := &Delta{Kind: Issuers, From: behind.Version, To: source.Version, Root: source.Root()}
		for i := range uint32(41) {
			if changed[i] > behind.Version {
				d.Changes = append(d.Changes, Change{i, model[i]})
			}
		}
		if err := behind.Update(reencoded(t, d)); err != nil {
			r.Fatal(err)
		}
		for i := range uint32(41) {
			if behind.Leaf(i) != model[i] {
				r.Fatalf("place %d differs from the model", i)
			}
		}
	})
}

func copyOf(t testing.TB, c *Copy) *Copy {
	again, err := ReadCopy(encoded(t, c.Whole()))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func encoded(t testing.TB, d *Delta) []byte {
	b, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func reencoded(t testing.TB, d *Delta) *Delta {
	again := new(Delta)
	if err := again.UnmarshalBinary(encoded(t, d)); err != nil {
		t.Fatal(err)
	}
	return again
}

func TestThreat45AReplayedDeltaIsRefused(t *testing.T) {
	source, _ := NewCopy(Grants)
	if err := source.Apply([]Change{{0, leaf(0)}, {1, leaf(1)}}); err != nil {
		t.Fatal(err)
	}
	source.Version = 1
	first := source.Whole()
	copied := copyOf(t, source)
	if err := source.Apply([]Change{{1, Tombstone()}}); err != nil {
		t.Fatal(err)
	}
	withdrawal := &Delta{Kind: Grants, From: 1, To: 2, Root: source.Root(), Changes: []Change{{1, Tombstone()}}}
	if err := copied.Update(withdrawal); err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*Delta{
		"the version before":           first,
		"the same again":               withdrawal,
		"a version back":               {Kind: Grants, From: 2, To: 1, Root: first.Root},
		"of another tree":              {Kind: Issuers, From: 2, To: 3, Root: source.Root()},
		"the leaf back in a new one":   {Kind: Grants, From: 2, To: 3, Root: first.Root, Changes: []Change{{1, leaf(1)}}},
		"a change that is left out":    {Kind: Grants, From: 2, To: 3, Root: first.Root},
		"an empty place instead of it": {Kind: Grants, From: 2, To: 3, Root: first.Root, Changes: []Change{{1, Empty()}}},
	} {
		if err := copyOf(t, copied).Update(d); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestDeltaHasOneEncoding(t *testing.T) {
	d := &Delta{Kind: Grants, From: 2, To: 7, Root: leaf(0), Changes: []Change{{1, leaf(1)}, {9, Tombstone()}}}
	good := encoded(t, d)
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 1 << rand.IntN(8)
		var got Delta
		if err := got.UnmarshalBinary(bad); err == nil && slices.Equal(encoded(t, &got), good) {
			t.Fatalf("byte %d: another encoding of the same delta", i)
		}
	}
	for n := range good {
		if err := new(Delta).UnmarshalBinary(good[:n]); !errors.Is(err, ErrMalformed) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	swapped := &Delta{Kind: Grants, Changes: []Change{{9, leaf(1)}, {1, leaf(2)}}}
	twice := &Delta{Kind: Grants, Changes: []Change{{9, leaf(1)}, {9, leaf(2)}}}
	for name, b := range map[string][]byte{
		"longer": append(slices.Clone(good), 0), "out of order": encoded(t, swapped), "a place twice": encoded(t, twice),
		"a length of 2^32": append([]byte("lethe registry v1\ngrants\n"), slices.Repeat([]byte{0xff}, deltaFixed)...),
	} {
		if err := new(Delta).UnmarshalBinary(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDelta(f *testing.F) {
	f.Add(encoded(f, &Delta{Kind: Grants, From: 2, To: 7, Root: leaf(0), Changes: []Change{{1, leaf(1)}, {9, Tombstone()}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Delta
		if d.UnmarshalBinary(b) == nil && !slices.Equal(encoded(t, &d), b) {
			t.Error("read, and written differently")
		}
		if c, err := ReadCopy(b); err == nil && c.Root() != d.Root {
			t.Error("a copy with another root")
		}
	})
}

func BenchmarkApply(b *testing.B) {
	tree := newTree(b, Grants)
	for i := range b.N {
		if err := tree.Apply([]Change{{uint32(i) % tree.Capacity(), leaf(uint64(i))}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	changes := make([]Change, 100_000)
	for i := range changes {
		changes[i] = Change{uint32(i), leaf(uint64(i))}
	}
	for b.Loop() {
		if err := newTree(b, Grants).Apply(changes); err != nil {
			b.Fatal(err)
		}
	}
}
