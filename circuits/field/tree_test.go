package field

import "testing"

// definition is a tree's root by its definition, all nodes one by one.
func definition(leaves []Element, levels int) Element {
	if levels == 0 {
		return leaves[0]
	}
	var above []Element
	for i := 0; i < len(leaves); i += Arity {
		above = append(above, Node([Arity]Element(leaves[i:i+Arity])))
	}
	return definition(above, levels-1)
}

func TestTree(t *testing.T) {
	const levels = 3
	tree, all := NewTree(levels), make([]Element, 64)
	for i, index := range []uint32{5, 0, 63, 17, 5} {
		all[index] = Uint64(uint64(100 + i))
		tree.Set(Change{index, all[index]})
		if tree.Root() != definition(all, levels) {
			t.Fatalf("after place %d: not the root of the definition", index)
		}
	}
	before := tree.Root()
	other := tree.Clone()
	other.Set(Change{1, Uint64(7)}, Change{62, Uint64(8)})
	all[1], all[62] = Uint64(7), Uint64(8)
	if other.Root() != definition(all, levels) || tree.Root() != before {
		t.Error("a copy that changes: not its own root, or the first has changed")
	}
	for _, index := range []uint32{0, 62, 40} {
		root, ok := Climb(other.Leaf(index), other.Path(index))
		if !ok || root != other.Root() {
			t.Errorf("place %d: its path does not lead to the root", index)
		}
	}
	if other.Size() != 64 || other.Capacity() != 64 || len(other.Leaves()) != 64 || NewTree(levels).Size() != 0 {
		t.Error("sizes")
	}
}
