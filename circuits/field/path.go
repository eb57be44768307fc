package field

// Step is one level of a path from a leaf to the root of a tree: the node's four children, and which one of them is the path's.
type Step struct {
	Children [Arity]Element
	Position uint8
}

// Climb gives the root that a path leads to; false when a step's own child is not the node below.
func Climb(leaf Element, path []Step) (root Element, ok bool) {
	root = leaf
	for _, s := range path {
		if s.Position >= Arity || s.Children[s.Position] != root {
			return Element{}, false
		}
		root = Node(s.Children)
	}
	return root, true
}

// Root is where a path leads to, by its last step alone: the rest may not hold together. A path of no steps leads nowhere, to zero.
func Root(path []Step) Element {
	if len(path) == 0 {
		return Element{}
	}
	return Node(path[len(path)-1].Children)
}

// PathOver is a path from a leaf at the first place of a tree in which nothing else is: one for a proof in which the tree plays no part.
func PathOver(leaf Element, levels int) []Step {
	path := make([]Step, levels)
	for i := range path {
		path[i].Children[0] = leaf
		leaf = Node(path[i].Children)
	}
	return path
}
