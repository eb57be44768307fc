package field

import "slices"

// Change is a place's new value.
type Change struct {
	Index uint32
	Leaf  Element
}

// Tree is a tree of a fixed depth in memory, of [Arity] children a node; a place that was never used is zero. A change takes 0.02 ms a level. It
// is not safe for concurrent use.
type Tree struct {
	levels [][]Element // from the leaves up, each as long as it is used; the last is the root
	empty  []Element   // the value of an unused node of each level
}

// NewTree makes an empty tree of levels above the leaves; more than 15 are none.
func NewTree(levels int) *Tree {
	levels = min(levels, 15)
	t := &Tree{levels: make([][]Element, levels+1), empty: make([]Element, levels+1)}
	for i := range levels {
		e := t.empty[i]
		t.empty[i+1] = Node([Arity]Element{e, e, e, e})
	}
	return t
}

// Root is the tree's root.
func (t *Tree) Root() Element { return t.node(len(t.levels)-1, 0) }

// Size is one more than the highest place that was ever used.
func (t *Tree) Size() uint32 { return uint32(len(t.levels[0])) }

// Capacity is how many places there are.
func (t *Tree) Capacity() uint32 { return 1 << (2 * (len(t.levels) - 1)) }

// Leaf is the value of a place.
func (t *Tree) Leaf(index uint32) Element { return t.node(0, int(index)) }

// Leaves are the values of all places below Size.
func (t *Tree) Leaves() []Element { return slices.Clone(t.levels[0]) }

// Clone is a copy that changes by itself.
func (t *Tree) Clone() *Tree {
	c := &Tree{levels: make([][]Element, len(t.levels)), empty: t.empty}
	for i, l := range t.levels {
		c.levels[i] = slices.Clone(l)
	}
	return c
}

func (t *Tree) node(level, i int) Element {
	if i < len(t.levels[level]) {
		return t.levels[level][i]
	}
	return t.empty[level]
}

// Set gives places, which must be below Capacity, their values, and makes every node above them once.
func (t *Tree) Set(changes ...Change) {
	touched := make([]uint32, len(changes))
	for i, c := range changes {
		t.grow(0, int(c.Index))
		t.levels[0][c.Index] = c.Leaf
		touched[i] = c.Index
	}
	for level := range len(t.levels) - 1 {
		for i := range touched {
			touched[i] /= Arity
		}
		slices.Sort(touched)
		touched = slices.Compact(touched)
		for _, i := range touched {
			t.grow(level+1, int(i))
			t.levels[level+1][i] = Node(t.children(level, i))
		}
	}
}

func (t *Tree) grow(level, i int) {
	for len(t.levels[level]) <= i {
		t.levels[level] = append(t.levels[level], t.empty[level])
	}
}

func (t *Tree) children(level int, parent uint32) (c [Arity]Element) {
	for i := range c {
		c[i] = t.node(level, int(parent)*Arity+i)
	}
	return c
}

// Path leads from a place to the root, whatever is there.
func (t *Tree) Path(index uint32) []Step {
	path := make([]Step, len(t.levels)-1)
	for level := range path {
		path[level] = Step{Children: t.children(level, index/Arity), Position: uint8(index % Arity)}
		index /= Arity
	}
	return path
}
