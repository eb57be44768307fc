package contracts

import (
	"math/rand/v2"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

var ranges = compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

// growth is a tree of size1 leaves that grew to size2, with the proof of it.
type growth struct {
	size1, size2 uint64
	root1, root2 []byte
	proof        [][]byte
}

// randomGrowth makes a growth between any two sizes in logarithmic time: the complete subtrees that old and new tree consist
// of get random hashes, as if somebody knew the leaves below.
func randomGrowth(t testing.TB, rnd *rand.Rand, size1, size2 uint64) growth {
	t.Helper()
	known := map[compact.NodeID][]byte{}
	visit := func(id compact.NodeID, hash []byte) { known[id] = hash }
	tree := randomRange(t, rnd, 0, size1, visit)
	g := growth{size1: size1, size2: size2, root1: rootOf(t, tree)}
	if err := tree.AppendRange(randomRange(t, rnd, size1, size2, visit), visit); err != nil {
		t.Fatal(err)
	}
	g.root2 = rootOf(t, tree)
	nodes, err := proof.Consistency(size1, size2)
	if err != nil {
		t.Fatal(err)
	}
	hashes := make([][]byte, len(nodes.IDs))
	for i, id := range nodes.IDs {
		hashes[i] = known[id]
	}
	if g.proof, err = nodes.Rehash(hashes, rfc6962.DefaultHasher.HashChildren); err != nil {
		t.Fatal(err)
	}
	return g
}

func randomRange(t testing.TB, rnd *rand.Rand, begin, end uint64, visit compact.VisitFn) *compact.Range {
	t.Helper()
	ids := compact.RangeNodes(begin, end, nil)
	hashes := make([][]byte, len(ids))
	for i, id := range ids {
		hashes[i] = randomHash(rnd)
		visit(id, hashes[i])
	}
	r, err := ranges.NewRange(begin, end, hashes)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rootOf(t testing.TB, r *compact.Range) []byte {
	t.Helper()
	if r.End() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func randomHash(rnd *rand.Rand) []byte {
	hash := make([]byte, 32)
	for i := range hash {
		hash[i] = byte(rnd.Uint32())
	}
	return hash
}

// words gives hashes the type that the bindings take.
func words(hashes [][]byte) [][32]byte {
	out := make([][32]byte, len(hashes))
	for i, h := range hashes {
		out[i] = [32]byte(h)
	}
	return out
}

// includeLeaf puts a leaf at a random index of a tree of that size, with its proof: the subtrees beside its path get random
// hashes.
func includeLeaf(t testing.TB, rnd *rand.Rand, size uint64, leafHash []byte) claim {
	t.Helper()
	c := claim{a: rnd.Uint64N(size), b: size, x: leafHash}
	nodes, err := proof.Inclusion(c.a, size)
	if err != nil {
		t.Fatal(err)
	}
	hashes := make([][]byte, len(nodes.IDs))
	for i := range hashes {
		hashes[i] = randomHash(rnd)
	}
	if c.proof, err = nodes.Rehash(hashes, rfc6962.DefaultHasher.HashChildren); err != nil {
		t.Fatal(err)
	}
	if c.y, err = proof.RootFromInclusionProof(rfc6962.DefaultHasher, c.a, size, c.x, c.proof); err != nil {
		t.Fatal(err)
	}
	return c
}
