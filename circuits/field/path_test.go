package field

import "testing"

// testPath is a path of three levels, at positions 2, 0 and 3, over a leaf, and the root it leads to.
func testPath() (leaf, root Element, path []Step) {
	leaf = Digest("test", []byte("leaf"))
	root = leaf
	for level, position := range []uint8{2, 0, 3} {
		s := Step{Position: position}
		for i := range s.Children {
			s.Children[i] = Uint64(uint64(10*level + i))
		}
		s.Children[position] = root
		path, root = append(path, s), Node(s.Children)
	}
	return leaf, root, path
}

func TestClimb(t *testing.T) {
	leaf, root, path := testPath()
	if got, ok := Climb(leaf, path); !ok || got != root {
		t.Errorf("%s, %v, want %s", Text(got), ok, Text(root))
	}
	if got, ok := Climb(leaf, nil); !ok || got != leaf {
		t.Errorf("a tree of one leaf: %s, %v", Text(got), ok)
	}
	if _, ok := Climb(Uint64(1), path); ok {
		t.Error("another leaf climbs")
	}
	for level := range path {
		for position := range uint8(Arity + 4) {
			_, _, moved := testPath()
			moved[level].Position = position
			if _, ok := Climb(leaf, moved); ok != (position == path[level].Position) {
				t.Errorf("level %d, position %d: %v", level, position, ok)
			}
		}
		for i := range path[level].Children {
			_, _, changed := testPath()
			changed[level].Children[i] = Uint64(99)
			if got, ok := Climb(leaf, changed); ok && got == root {
				t.Errorf("level %d: another child %d gives the same root", level, i)
			}
		}
		if got, ok := Climb(leaf, path[:level]); ok && got == root {
			t.Errorf("%d steps give the root of three", level)
		}
	}
}
