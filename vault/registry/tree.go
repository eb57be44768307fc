// Package registry is the trees that proofs are about: accredited providers, issuers (registrars, representatives, attesters) and
// grants. A tree has a fixed depth and four children a node (field.Node). A place is used once: EMPTY, then a leaf, then for ever
// TOMBSTONE, so that what was withdrawn cannot come back.
//
// Whoever proves something holds a copy of the whole tree and fetches what has changed since (Delta); there is no way to ask for one leaf
// or one path, because to ask would be to say who asks. A tree of a million leaves takes 43 MB of memory and four seconds to load; a
// change takes 0.2 ms.
package registry

import (
	"errors"
	"fmt"
	"slices"

	"lethe/circuits/field"
)

// Kind names a tree.
type Kind string

// The trees of a network.
const (
	Providers Kind = "providers"
	Issuers   Kind = "issuers"
	Grants    Kind = "grants"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Providers, Issuers, Grants} }

// Levels is a tree's depth; it holds 4^levels leaves: 2^20 providers, 2^12 issuers, 2^28 grants. A kind that there is not has none.
func (k Kind) Levels() int {
	switch k {
	case Providers:
		return 10
	case Issuers:
		return 6
	case Grants:
		return 14
	}
	return 0
}

// Errors that callers branch on.
var (
	// ErrUsed says that a place has had its leaf.
	ErrUsed = errors.New("the place in the tree has been used")
	// ErrFull says that a place lies outside the tree.
	ErrFull = errors.New("the tree has no such place")
	// ErrNoLeaf says that a place holds no leaf that could be proven or removed.
	ErrNoLeaf = errors.New("there is no leaf at this place")
)

// Empty is a place that was never used, and Tombstone one whose leaf was removed. No leaf equals either: leaves are hashes, and finding one
// of these values would be finding a preimage.
func Empty() field.Element { return field.Element{} }

// Tombstone is the value of a place whose leaf was removed.
func Tombstone() field.Element { return field.Uint64(1) }

// Change is a place's new value.
type Change struct {
	Index uint32
	Leaf  field.Element
}

// Tree is a tree in memory, with the rules of a place's life. It is not safe for concurrent use.
type Tree struct{ places *field.Tree }

// NewTree makes an empty tree.
func NewTree(k Kind) (*Tree, error) {
	n := k.Levels()
	if n == 0 {
		return nil, fmt.Errorf("there is no tree %q", k)
	}
	return &Tree{field.NewTree(n)}, nil
}

// Root is the tree's root.
func (t *Tree) Root() field.Element { return t.places.Root() }

// Size is one more than the highest place that was ever used.
func (t *Tree) Size() uint32 { return t.places.Size() }

// Capacity is how many places there are.
func (t *Tree) Capacity() uint32 { return t.places.Capacity() }

// Leaf is the value of a place.
func (t *Tree) Leaf(index uint32) field.Element { return t.places.Leaf(index) }

// Leaves are the values of all places below Size.
func (t *Tree) Leaves() []field.Element { return t.places.Leaves() }

// Apply carries changes out, all or, when one of them is not allowed, none: [ErrUsed], [ErrFull], [ErrNoLeaf].
func (t *Tree) Apply(changes []Change) error {
	if err := t.check(changes); err != nil {
		return err
	}
	set := make([]field.Change, len(changes))
	for i, c := range changes {
		set[i] = field.Change(c)
	}
	t.places.Set(set...)
	return nil
}

// check goes through the changes in their order.
func (t *Tree) check(changes []Change) error {
	changed := map[uint32]field.Element{}
	for _, c := range changes {
		if c.Index >= t.Capacity() {
			return fmt.Errorf("place %d: %w", c.Index, ErrFull)
		}
		old, ok := changed[c.Index]
		if !ok {
			old = t.Leaf(c.Index)
		}
		if err := transition(old, c.Leaf); err != nil {
			return fmt.Errorf("place %d: %w", c.Index, err)
		}
		changed[c.Index] = c.Leaf
	}
	return nil
}

// transition allows EMPTY → leaf, EMPTY → TOMBSTONE (a place that was given out in vain) and leaf → TOMBSTONE.
func transition(from, to field.Element) error {
	switch {
	case to == Empty():
		return ErrNoLeaf
	case from == Empty():
		return nil
	case from != Tombstone() && to == Tombstone():
		return nil
	}
	return ErrUsed
}

// Path leads from a leaf to the root; [ErrNoLeaf] when the place is empty or its leaf was removed.
func (t *Tree) Path(index uint32) ([]field.Step, error) {
	if l := t.Leaf(index); index >= t.Capacity() || l == Empty() || l == Tombstone() {
		return nil, fmt.Errorf("place %d: %w", index, ErrNoLeaf)
	}
	return t.places.Path(index), nil
}

// PathAt is Path for any place, whatever is there: that it is a tombstone is shown as well.
func (t *Tree) PathAt(index uint32) []field.Step { return t.places.Path(index) }

// AnyPath is a path that leads nowhere, for a proof in which this tree plays no part but has its place: it starts at the first place,
// whatever is there.
func (t *Tree) AnyPath() []field.Step { return t.places.Path(0) }

// Find gives the place of a leaf, and whether there is one.
func (t *Tree) Find(leaf field.Element) (index uint32, ok bool) {
	i := slices.Index(t.places.Leaves(), leaf)
	return uint32(max(i, 0)), i >= 0 && leaf != Empty() && leaf != Tombstone()
}
