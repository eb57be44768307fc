package gadget

import (
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/permutation/poseidon2"

	"lethe/circuits/field"
)

// Hasher is field.Hash and field.Node inside a circuit.
type Hasher struct{ hash, node *poseidon2.Permutation }

// NewHasher prepares the permutations' constants for a circuit over BN254's scalar field.
func NewHasher(api frontend.API) (*Hasher, error) {
	hash, err := poseidon2.NewPoseidon2FromParameters(api, field.MaxInputs+1, field.FullRounds, field.HashPartialRounds)
	if err != nil {
		return nil, err
	}
	node, err := poseidon2.NewPoseidon2FromParameters(api, field.Arity, field.FullRounds, field.NodePartialRounds)
	if err != nil {
		return nil, err
	}
	return &Hasher{hash, node}, nil
}

// Hash is field.Hash. More than seven inputs are a mistake of the circuit and panic when it is compiled.
func (h *Hasher) Hash(tag field.Tag, in ...frontend.Variable) frontend.Variable {
	state := make([]frontend.Variable, field.MaxInputs+1)
	state[0] = tag.Element()
	if copy(state[1:], in) < len(in) {
		panic("gadget: too many inputs for " + string(tag))
	}
	for i := 1 + len(in); i < len(state); i++ {
		state[i] = 0
	}
	must(h.hash.Permutation(state))
	return state[1]
}

// Node is field.Node.
func (h *Hasher) Node(api frontend.API, children [field.Arity]frontend.Variable) frontend.Variable {
	state := children
	must(h.node.Permutation(state[:]))
	return api.Add(state[0], children[0])
}

func must(err error) {
	if err != nil {
		panic(err) // the width is a constant
	}
}
