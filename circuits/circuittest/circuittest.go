// Package circuittest is what the tests of all statements share: keys and paths to make a scenario of, and whether an assignment
// satisfies a circuit.
package circuittest

import (
	"crypto/rand"
	"maps"
	"math/big"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
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

// compiled are the statements that were compiled before, by their names.
var compiled sync.Map

// Compile compiles a statement, once in a process.
func Compile(t testing.TB, s circuits.Statement) *circuits.Circuit {
	t.Helper()
	once, _ := compiled.LoadOrStore(s.Name(), sync.OnceValues(func() (*circuits.Circuit, error) { return circuits.Compile(s) }))
	c, err := once.(func() (*circuits.Circuit, error))()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Solver says whether assignments satisfy every constraint of a statement.
func Solver(s circuits.Statement) func(testing.TB, frontend.Circuit) bool {
	return func(t testing.TB, assignment frontend.Circuit) bool {
		t.Helper()
		c := Compile(t, s)
		w, err := frontend.NewWitness(assignment, c.R1CS().Field())
		if err != nil {
			t.Fatal(err)
		}
		return c.R1CS().IsSolved(w) == nil
	}
}

// Some are every sixth of what a test of a large statement tries, by name; all of it with LETHE_CAMPAIGN set.
func Some[T any](all map[string]T) map[string]T {
	if os.Getenv("LETHE_CAMPAIGN") != "" {
		return all
	}
	some := map[string]T{}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if i%6 == 0 {
			some[name] = all[name]
		}
	}
	return some
}

// WantCounts holds a statement to its numbers of constraints and public inputs, so that none changes unseen.
func WantCounts(t *testing.T, s circuits.Statement, constraints, public int) {
	t.Helper()
	if c := Compile(t, s); c.Constraints != constraints || c.PublicInputs != public {
		t.Errorf("%d constraints and %d public inputs; if that is meant, the statement has a new version", c.Constraints, c.PublicInputs)
	}
}

// OddSignatures are signatures that somebody who has the key can make and that do not verify, but for one constraint each: R's x or y is
// another's, or S is the order too large.
func OddSignatures(t testing.TB, k *identity.SigningKey, message field.Element) map[string]gadget.Signature {
	t.Helper()
	curve := twistededwards.GetEdwardsCurve()
	secret := new(big.Int).SetBytes(k.Bytes()[:32])
	odd := map[string]gadget.Signature{}
	for nonce := big.NewInt(987654321); odd["S + order"].S == nil; nonce.Add(nonce, big.NewInt(1)) {
		for name, move := range map[string]func(r *identity.Point){
			"R in x":    func(r *identity.Point) { r.X.Neg(&r.X) },
			"R in y":    func(r *identity.Point) { r.Y.Neg(&r.Y) },
			"S + order": func(*identity.Point) {},
		} {
			r := *new(identity.Point).ScalarMultiplication(&curve.Base, nonce)
			move(&r)
			s := identity.ChallengeScalar(r, k.Public(), message)
			s.Mul(s, secret).Add(s, nonce).Mod(s, &curve.Order)
			if name == "S + order" && s.Add(s, &curve.Order).BitLen() > curve.Order.BitLen() {
				continue
			}
			odd[name] = gadget.Signature{R: gadget.PointOf(r), S: s}
		}
	}
	return odd
}

// Ghost fills an assignment's path from a leaf that is not in the tree, by a position that is no bit: 2 in the lowest level's low or high
// place, which picks something between the children. It gives the root, and the index by the positions.
func Ghost(t testing.TB, leaf field.Element, high bool, to []gadget.Step) (root field.Element, index uint64) {
	t.Helper()
	var way field.Element
	half := field.Uint64(2)
	half.Inverse(&half)
	path := PathTo(leaf, 0, len(to))
	c := &path[0].Children
	c[0] = field.Random()
	way.Sub(&leaf, &c[0]).Mul(&way, &half).Add(&way, &c[0]) // half the way from the first child to the leaf
	if index = 2; high {
		index, c[2] = 4, way
	} else {
		c[1] = way
	}
	for i, node := 1, field.Node(*c); i < len(path); i++ {
		path[i].Children[0] = node
		node = field.Node(path[i].Children)
	}
	if err := gadget.AssignPath("test", to, path); err != nil {
		t.Fatal(err)
	}
	to[0].Position[bit(high)] = 2
	return field.Root(path), index
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
