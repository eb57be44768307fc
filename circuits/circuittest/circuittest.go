// Package circuittest is what the tests of all statements share: keys and paths to make a scenario of, and whether an assignment
// satisfies a circuit.
package circuittest

import (
	"crypto/rand"
	"math/big"
	"sync"
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// NewKey draws a signing key.
func NewKey(t testing.TB) *identity.SigningKey {
	t.Helper()
	k, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Sign is the key's signature over a message.
func Sign(t testing.TB, k *identity.SigningKey, message field.Element) identity.Signature {
	t.Helper()
	sig, err := k.Sign(message)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// PathTo is a path to a leaf in a tree whose other nodes are anything.
func PathTo(leaf field.Element, index uint32, levels int) []field.Step {
	path := make([]field.Step, levels)
	for i := range path {
		for j := range path[i].Children {
			path[i].Children[j] = field.Random()
		}
		path[i].Position = uint8(index % field.Arity)
		path[i].Children[path[i].Position] = leaf
		leaf = field.Node(path[i].Children)
		index /= field.Arity
	}
	return path
}

// Lead fills an assignment's path so that it leads to a leaf, and gives the root.
func Lead(t testing.TB, leaf field.Element, index uint32, to []gadget.Step) field.Element {
	t.Helper()
	path := PathTo(leaf, index, len(to))
	if err := gadget.AssignPath("test", to, path); err != nil {
		t.Fatal(err)
	}
	return field.Root(path)
}

// Element is a variable's value.
func Element(v frontend.Variable) (e field.Element) {
	if _, err := e.SetInterface(v); err != nil {
		panic(err)
	}
	return e
}

// Plus is v + 2^width, or v − 1 when width is negative.
func Plus(v frontend.Variable, width int) field.Element {
	e, by := Element(v), field.Element{}
	if width < 0 {
		by.SetInt64(-1)
	} else {
		by.SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(width)))
	}
	return *e.Add(&e, &by)
}

// Solver compiles a statement once and says whether assignments satisfy every constraint.
func Solver(s circuits.Statement) func(testing.TB, frontend.Circuit) bool {
	compiled := sync.OnceValues(func() (*circuits.Circuit, error) { return circuits.Compile(s) })
	return func(t testing.TB, assignment frontend.Circuit) bool {
		t.Helper()
		c, err := compiled()
		if err != nil {
			t.Fatal(err)
		}
		w, err := frontend.NewWitness(assignment, c.R1CS().Field())
		if err != nil {
			t.Fatal(err)
		}
		return c.R1CS().IsSolved(w) == nil
	}
}
