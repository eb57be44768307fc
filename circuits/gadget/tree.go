package gadget

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
)

// Step is one level of a path: all four children of the node, the path's own among them, and which one that is, in two bits
// (least significant first).
type Step struct {
	Children [field.Arity]frontend.Variable
	Position [2]frontend.Variable
}

// Index is the place of a path's leaf, from the bits of its steps. [Root] bounds them.
func Index(api frontend.API, path []Step) frontend.Variable {
	var index frontend.Variable = 0
	for i := len(path) - 1; i >= 0; i-- {
		at := path[i].Position
		index = api.Add(api.Mul(index, field.Arity), api.Mul(at[1], 2), at[0])
	}
	return index
}

// Root walks a path from a leaf, level by level from the bottom. The caller compares the root with the one that it means.
func Root(api frontend.API, h *Hasher, leaf frontend.Variable, path []Step) frontend.Variable {
	node := leaf
	for _, s := range path {
		api.AssertIsBoolean(s.Position[0])
		api.AssertIsBoolean(s.Position[1])
		c := s.Children
		low := api.Add(c[0], api.Mul(s.Position[0], api.Sub(c[1], c[0])))
		high := api.Add(c[2], api.Mul(s.Position[0], api.Sub(c[3], c[2])))
		api.AssertIsEqual(api.Mul(s.Position[1], api.Sub(high, low)), api.Sub(node, low))
		node = h.Node(api, c)
	}
	return node
}

// RootWith walks a path that [Root] has walked, with another leaf at its place.
func RootWith(api frontend.API, h *Hasher, leaf frontend.Variable, path []Step) frontend.Variable {
	node := leaf
	for _, s := range path {
		both := api.Mul(s.Position[0], s.Position[1])
		at := [field.Arity]frontend.Variable{api.Sub(api.Add(1, both), s.Position[0], s.Position[1]), api.Sub(s.Position[0], both), api.Sub(s.Position[1], both), both}
		c := s.Children
		for i := range c {
			c[i] = api.Add(c[i], api.Mul(at[i], api.Sub(node, c[i])))
		}
		node = h.Node(api, c)
	}
	return node
}

// Branch is the node over 4^k leaves.
func Branch(api frontend.API, h *Hasher, nodes []frontend.Variable) frontend.Variable {
	for len(nodes) > 1 {
		above := make([]frontend.Variable, 0, len(nodes)/field.Arity)
		for ; len(nodes) > 0; nodes = nodes[field.Arity:] {
			above = append(above, h.Node(api, [field.Arity]frontend.Variable(nodes[:field.Arity])))
		}
		nodes = above
	}
	return nodes[0]
}
