package field

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
)

// vectors are from testdata/vectors.mjs, which shares no code with this package and derives the constants of both permutations
// from the Grain LFSR itself.
type vectors struct {
	Permutations []struct{ Input, Output []string }
	Nodes        []struct {
		Children []string
		Node     string
	}
	Hashes []struct {
		Tag   Tag
		Input []string
		Hash  string
	}
	Digests []struct{ Domain, Data, Digest string }
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	noError(t, err)
	noError(t, json.Unmarshal(data, &v))
	if len(v.Permutations) != 12 || len(v.Nodes) != 6 || len(v.Hashes) != 40 || len(v.Digests) != 12 {
		t.Fatalf("%d, %d, %d, %d vectors", len(v.Permutations), len(v.Nodes), len(v.Hashes), len(v.Digests))
	}
	return v
}

func elements(t testing.TB, texts []string) []Element {
	t.Helper()
	es := make([]Element, len(texts))
	for i, s := range texts {
		e, err := ParseText(s)
		noError(t, err)
		es[i] = e
	}
	return es
}

func TestVectors(t *testing.T) {
	v := readVectors(t)
	permutations := map[int]*poseidon2.Permutation{Arity: nodePermutation, MaxInputs + 1: hashPermutation}
	for i, p := range v.Permutations {
		state := elements(t, p.Input)
		noError(t, permutations[len(state)].Permutation(state))
		for j, e := range state {
			if Text(e) != p.Output[j] {
				t.Errorf("permutation %d: element %d is %s, want %s", i, j, Text(e), p.Output[j])
			}
		}
	}
	for i, n := range v.Nodes {
		if got := Text(Node([Arity]Element(elements(t, n.Children)))); got != n.Node {
			t.Errorf("node %d: %s, want %s", i, got, n.Node)
		}
	}
	for _, h := range v.Hashes {
		if got := Text(Hash(h.Tag, elements(t, h.Input)...)); got != h.Hash {
			t.Errorf("hash of %q and %d elements: %s, want %s", h.Tag, len(h.Input), got, h.Hash)
		}
	}
	for _, d := range v.Digests {
		data, err := hex.DecodeString(d.Data)
		noError(t, err)
		if got := Text(Digest(d.Domain, data)); got != d.Digest {
			t.Errorf("digest of %s in %q: %s, want %s", d.Data, d.Domain, got, d.Digest)
		}
	}
}

// TestPublishedVectors: what others publish for the permutations of 0, 1, 2, ..., first and last element: Barretenberg for
// t = 4 (poseidon2_params.hpp), co-snarks (poseidon2_bn254_t8.rs) for t = 8.
func TestPublishedVectors(t *testing.T) {
	for _, c := range []struct {
		permutation *poseidon2.Permutation
		width       int
		first, last string
	}{
		{nodePermutation, Arity, "01bd538c2ee014ed5141b29e9ae240bf8db3fe5b9a38629a9647cf8d76c01737",
			"2e11c5cff2a22c64d01304b778d78f6998eff1ab73163a35603f54794c30847a"},
		{hashPermutation, MaxInputs + 1, "1d1a50bcde871247856df135d56a4ca61af575f1140ed9b1503c77528cf345df",
			"0b19bfa00c8f1d505074130e7f8b49a8624b1905e280ceca5ba11099b081b265"},
	} {
		state := make([]Element, c.width)
		for i := range state {
			state[i] = Uint64(uint64(i))
		}
		noError(t, c.permutation.Permutation(state))
		if first, last := Text(state[0]), Text(state[c.width-1]); first != c.first || last != c.last {
			t.Errorf("t = %d: %s ... %s", c.width, first, last)
		}
	}
}

func TestVectorsAreWhatNodeMakes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	made, err := exec.Command(node, "testdata/vectors.mjs").Output()
	noError(t, err)
	kept, err := os.ReadFile("testdata/vectors.json")
	noError(t, err)
	if !bytes.Equal(made, kept) {
		t.Error("testdata/vectors.json is not what testdata/vectors.mjs makes")
	}
}
