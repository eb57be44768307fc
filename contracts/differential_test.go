package contracts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
)

// smallest is the size up to which every pair of sizes, and every index, is compared.
const smallest = 130

// A claim is what a verifier is asked: that a tree grew from one size to another (a, b: the sizes; x, y: the roots), or that
// a leaf is in a tree (a: its index; b: the size; x: its hash; y: the root).
type claim struct {
	a, b  uint64
	x, y  []byte
	proof [][]byte
}

// A subject is one of the two algorithms, as it is here and as it is in github.com/transparency-dev/merkle.
type subject struct {
	reference func(claim) error
	pack      func(claim) []byte
}

var consistency = subject{
	reference: func(c claim) error {
		return proof.VerifyConsistency(rfc6962.DefaultHasher, c.a, c.b, c.proof, c.x, c.y)
	},
	pack: func(c claim) []byte {
		return NewRFC6962Harness().PackVerifyConsistency(c.a, c.b, words(c.proof), [32]byte(c.x), [32]byte(c.y))
	},
}

var inclusion = subject{
	reference: func(c claim) error {
		return proof.VerifyInclusion(rfc6962.DefaultHasher, c.a, c.b, c.x, c.proof, c.y)
	},
	pack: func(c claim) []byte {
		return NewRFC6962Harness().PackVerifyInclusion(c.a, c.b, [32]byte(c.x), words(c.proof), [32]byte(c.y))
	},
}

// differential asks both implementations and counts the verdicts.
type differential struct {
	*chain
	subject
	harness           common.Address
	accepted, refused int
}

func newDifferential(t *testing.T, s subject) *differential {
	d := &differential{chain: newChain(t), subject: s}
	d.harness, _ = d.create(admin, common.FromHex(RFC6962HarnessMetaData.Bin), nil)
	t.Cleanup(func() { t.Logf("%d claims accepted by both, %d refused by both", d.accepted, d.refused) })
	return d
}

// agree compares the verdicts on a claim and returns them.
func (d *differential) agree(c claim) bool {
	d.t.Helper()
	ret, _ := d.call(d.harness, d.pack(c))
	want := d.reference(c) == nil
	if got := ret[31] == 1; got != want {
		d.t.Fatalf("contract says %v, reference %v: %d, %d, %x, %x, proof %x", got, want, c.a, c.b, c.x, c.y, c.proof)
	}
	if want {
		d.accepted++
	} else {
		d.refused++
	}
	return want
}

// holds compares the verdicts on a claim that is true, and on mutants of it.
func (d *differential) holds(rnd *rand.Rand, c claim) {
	d.t.Helper()
	if !d.agree(c) {
		d.t.Fatalf("true claim refused: %d, %d", c.a, c.b)
	}
	for range scaled(4, 1) {
		d.agree(mutations[rnd.IntN(len(mutations))](rnd, c))
	}
}

// mutations make another claim of a claim: mostly a false one.
var mutations = []func(*rand.Rand, claim) claim{
	func(rnd *rand.Rand, c claim) claim { c.x = flip(rnd, c.x); return c },
	func(rnd *rand.Rand, c claim) claim { c.y = flip(rnd, c.y); return c },
	func(_ *rand.Rand, c claim) claim { c.x, c.y = c.y, c.x; return c },
	func(_ *rand.Rand, c claim) claim { c.x = c.y; return c },
	func(_ *rand.Rand, c claim) claim { c.x, c.proof = c.y, nil; return c },
	func(_ *rand.Rand, c claim) claim { c.a, c.b = c.b, c.a; return c },
	func(_ *rand.Rand, c claim) claim { c.a++; return c },
	func(_ *rand.Rand, c claim) claim { c.a--; return c },
	func(_ *rand.Rand, c claim) claim { c.b++; return c },
	func(_ *rand.Rand, c claim) claim { c.b--; return c },
	func(rnd *rand.Rand, c claim) claim { c.a = rnd.Uint64() >> rnd.UintN(64); return c },
	func(rnd *rand.Rand, c claim) claim { c.b = rnd.Uint64() >> rnd.UintN(64); return c },
	func(_ *rand.Rand, c claim) claim { c.proof = nil; return c },
	func(rnd *rand.Rand, c claim) claim { c.y, c.proof = above(rnd, c.y, c.proof); return c },
	func(rnd *rand.Rand, c claim) claim {
		longer := c
		longer.y, longer.proof = above(rnd, c.y, c.proof)
		longer.x = rfc6962.DefaultHasher.HashChildren(longer.proof[len(c.proof)], c.x)
		return longer
	},
	func(rnd *rand.Rand, c claim) claim { return c.edit(rnd, flipOne) },
	func(rnd *rand.Rand, c claim) claim { return c.edit(rnd, dropOne) },
	func(rnd *rand.Rand, c claim) claim { return c.edit(rnd, doubleOne) },
	func(rnd *rand.Rand, c claim) claim { return c.edit(rnd, swapTwo) },
	func(rnd *rand.Rand, c claim) claim {
		at := rnd.IntN(len(c.proof) + 1)
		c.proof = slices.Insert(slices.Clone(c.proof), at, randomHash(rnd))
		return c
	},
}

// edit changes a copy of the proof at a random place; an empty one stays as it is.
func (c claim) edit(rnd *rand.Rand, change func(rnd *rand.Rand, proof [][]byte, at int) [][]byte) claim {
	if len(c.proof) > 0 {
		c.proof = change(rnd, slices.Clone(c.proof), rnd.IntN(len(c.proof)))
	}
	return c
}

func flipOne(rnd *rand.Rand, proof [][]byte, at int) [][]byte {
	proof[at] = flip(rnd, proof[at])
	return proof
}

func dropOne(_ *rand.Rand, proof [][]byte, at int) [][]byte { return slices.Delete(proof, at, at+1) }

func doubleOne(_ *rand.Rand, proof [][]byte, at int) [][]byte {
	return slices.Insert(proof, at, proof[at])
}

func swapTwo(rnd *rand.Rand, proof [][]byte, at int) [][]byte {
	other := rnd.IntN(len(proof))
	proof[at], proof[other] = proof[other], proof[at]
	return proof
}

// above makes up a level over the root, and a proof that goes on to it.
func above(rnd *rand.Rand, root []byte, proof [][]byte) ([]byte, [][]byte) {
	left := randomHash(rnd)
	return rfc6962.DefaultHasher.HashChildren(left, root), append(slices.Clone(proof), left)
}

func flip(rnd *rand.Rand, hash []byte) []byte {
	hash = slices.Clone(hash)
	hash[rnd.IntN(len(hash))] ^= 1 << rnd.IntN(8)
	return hash
}

func TestConsistencyAgreesOnEverySmallPair(t *testing.T) {
	d, rnd, tree := newDifferential(t, consistency), rand.New(rand.NewPCG(1, 1)), smallTree()
	for m := uint64(0); m <= smallest; m++ {
		for n := uint64(0); n <= smallest; n++ {
			hashes, err := tree.ConsistencyProof(min(m, n), max(m, n))
			if err != nil {
				t.Fatal(err)
			}
			c := claim{a: m, b: n, x: tree.HashAt(m), y: tree.HashAt(n), proof: hashes}
			if m <= n {
				d.holds(rnd, c)
			} else if d.agree(c) {
				t.Fatalf("a tree shrank from %d to %d", m, n)
			}
		}
	}
}

func TestInclusionAgreesOnEverySmallPair(t *testing.T) {
	d, rnd, tree := newDifferential(t, inclusion), rand.New(rand.NewPCG(2, 2)), smallTree()
	for index := uint64(0); index <= smallest; index++ {
		for size := uint64(0); size <= smallest; size++ {
			if index >= size {
				if d.agree(claim{a: index, b: size, x: tree.HashAt(size), y: tree.HashAt(size)}) {
					t.Fatalf("leaf %d of a tree of %d", index, size)
				}
				continue
			}
			hashes, err := tree.InclusionProof(index, size)
			if err != nil {
				t.Fatal(err)
			}
			c := claim{a: index, b: size, x: tree.LeafHash(index), y: tree.HashAt(size), proof: hashes}
			d.holds(rnd, c)
		}
	}
}

func TestConsistencyAgreesOnRandomTrees(t *testing.T) {
	d, rnd := newDifferential(t, consistency), rand.New(rand.NewPCG(3, 3))
	for range scaled(10_000, 1_000) {
		n := rnd.Uint64() >> (1 + rnd.UintN(62))
		m := n - rnd.Uint64N(n+1)>>rnd.UintN(64)
		g := randomGrowth(t, rnd, m, n)
		d.holds(rnd, claim{a: m, b: n, x: g.root1, y: g.root2, proof: g.proof})
	}
}

func TestInclusionAgreesOnRandomTrees(t *testing.T) {
	d, rnd := newDifferential(t, inclusion), rand.New(rand.NewPCG(4, 4))
	for range scaled(10_000, 1_000) {
		c := includeLeaf(t, rnd, 1+rnd.Uint64()>>(1+rnd.UintN(62)), randomHash(rnd))
		d.holds(rnd, c)
	}
}

// The tests above compare with an implementation; this one compares with the tree that implementations share.
func TestHarnessKnowsPublishedTree(t *testing.T) {
	d := newDifferential(t, inclusion)
	roots := testonly.RootHashes()
	tree := testonly.New(rfc6962.DefaultHasher)
	tree.AppendData(testonly.LeafInputs()...)
	for size := uint64(1); size < uint64(len(roots)); size++ {
		for index := range size {
			hashes, err := tree.InclusionProof(index, size)
			if err != nil {
				t.Fatal(err)
			}
			if !d.agree(claim{a: index, b: size, x: tree.LeafHash(index), y: roots[size], proof: hashes}) {
				t.Errorf("leaf %d of the published tree of %d is refused", index, size)
			}
		}
	}
}

// scaled is the number of cases; -short, which the race detector is run with, takes the smaller.
func scaled(full, short int) int {
	if testing.Short() {
		return short
	}
	return full
}

func smallTree() *testonly.Tree {
	tree := testonly.New(rfc6962.DefaultHasher)
	for i := range smallest {
		tree.AppendData(fmt.Appendf(nil, "entry %d", i))
	}
	return tree
}
