package main

import (
	"fmt"
	"math/big"

	native "github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
)

// semaphore is the Semaphore v4 statement (https://docs.semaphore.pse.dev/technical-reference/circuits) in this project's gadgets: "I know the
// secret scalar of a commitment in the tree with this root; this is my nullifier for the scope; this is my message." The tree has as many
// leaves, four children a node instead of two, and always its full height.
type semaphore struct {
	Root      frontend.Variable `gnark:"root,public"`
	Nullifier frontend.Variable `gnark:"nullifier,public"`
	Message   frontend.Variable `gnark:"message,public"`
	Scope     frontend.Variable `gnark:"scope,public"`

	Secret frontend.Variable
	Path   []gadget.Step
}

const (
	tagCommitment field.Tag = "semaphore-commitment"
	tagNullifier  field.Tag = "semaphore-nullifier"
)

func (s *semaphore) Define(api frontend.API) error {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return err
	}
	c, err := gadget.NewCurve(api)
	if err != nil {
		return err
	}
	key := c.FixedBaseFull(c.WholeScalar(s.Secret))
	api.AssertIsEqual(gadget.Root(api, h, h.Hash(tagCommitment, key.X, key.Y), s.Path), s.Root)
	api.AssertIsEqual(h.Hash(tagNullifier, s.Scope, s.Secret), s.Nullifier)
	api.Mul(s.Message, s.Message)
	return nil
}

// semaphoreOf is semaphore at a depth of the binary tree, an even one.
func semaphoreOf(depth int) contest {
	return contest{
		peer: fmt.Sprintf("semaphore-%d", depth),
		ours: circuits.Statement{
			ID: "semaphore", Version: depth, Public: []string{"root", "nullifier", "message", "scope"},
			New: func() frontend.Circuit { return &semaphore{Path: make([]gadget.Step, depth/2)} },
		},
		assign: func() (frontend.Circuit, error) { return assignment(depth) },
	}
}

func assignment(depth int) (*semaphore, error) {
	secret := big.NewInt(123456789)
	curve := native.GetEdwardsCurve()
	key := new(native.PointAffine).ScalarMultiplication(&curve.Base, secret)
	path := pathTo(field.Hash(tagCommitment, key.X, key.Y), depth/2)
	var s field.Element
	s.SetBigInt(secret)
	a := &semaphore{
		Root: field.Root(path), Nullifier: field.Hash(tagNullifier, field.Uint64(2), s), Message: 1, Scope: 2, Secret: secret,
		Path: make([]gadget.Step, len(path)),
	}
	return a, gadget.AssignPath("commitment", a.Path, path)
}
