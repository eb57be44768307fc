package anchor

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// vectors are from testdata/vectors.mjs, which shares no code with this package.
type vectors struct {
	Origin, Seed, VKey string
	ErasedKey          struct{ Name, Entry string }
	Checkpoints        []struct {
		Note        string
		Consistency []string
	}
	Entries []struct{ Type, Salt, Payload, Entry, Proof string }
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	must(t, err)
	var v vectors
	must(t, json.Unmarshal(data, &v))
	if len(v.Entries) != 21 || len(v.Checkpoints) != 22 {
		t.Fatalf("%d entries, %d checkpoints", len(v.Entries), len(v.Checkpoints))
	}
	return v
}

func (v vectors) verifier(t testing.TB) note.Verifier {
	t.Helper()
	key, err := newVerifier(v.VKey)
	must(t, err)
	return key
}

func (v vectors) opening(t testing.TB, i int) Opening {
	t.Helper()
	e := v.Entries[i]
	return Opening{Type: Type(e.Type), Salt: unhex(t, e.Salt), Payload: unhexBytes(t, e.Payload)}
}

// receipt proves entries 2, 3 and 20 of the vectors.
func (v vectors) receipt(t testing.TB) Receipt {
	t.Helper()
	r := Receipt{LogKey: v.VKey}
	for _, i := range []int{2, 3, 20} {
		p, err := ParseInclusion([]byte(v.Entries[i].Proof), v.verifier(t))
		must(t, err)
		r.Entries = append(r.Entries, Proven{Opening: v.opening(t, i), Inclusion: p})
	}
	return r
}

func unhexBytes(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	must(t, err)
	return b
}

func unhex(t testing.TB, s string) Hash {
	t.Helper()
	return Hash(unhexBytes(t, s))
}

// flips calls f with every byte of data changed in several ways, one at a time.
func flips(data []byte, f func(place int, flipped []byte)) {
	for i := range data {
		for _, mask := range []byte{0x01, 0x02, 0x20, 0x40, 0x80, 0xff} {
			flipped := append([]byte{}, data...)
			flipped[i] ^= mask
			f(i, flipped)
		}
	}
}

func TestVectorsAreWhatNodeMakes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	made, err := exec.CommandContext(t.Context(), node, "testdata/vectors.mjs").Output()
	must(t, err)
	kept, err := os.ReadFile("testdata/vectors.json")
	must(t, err)
	if !bytes.Equal(made, kept) {
		t.Error("testdata/vectors.json is not what testdata/vectors.mjs makes")
	}
}

func TestVectorsOfEntries(t *testing.T) {
	v := readVectors(t)
	for i, e := range v.Entries {
		if got := v.opening(t, i).Entry(); got != unhex(t, e.Entry) {
			t.Errorf("entry %d is %x, not %s", i, got, e.Entry)
		}
	}
	if got := ErasedKey(v.ErasedKey.Name); got != unhex(t, v.ErasedKey.Entry) {
		t.Errorf("erased key is %x, not %s", got, v.ErasedKey.Entry)
	}
}

func TestVectorsOfProofs(t *testing.T) {
	v := readVectors(t)
	for i, e := range v.Entries {
		p, err := ParseInclusion([]byte(e.Proof), v.verifier(t))
		must(t, err)
		if p.Index != uint64(i) || string(p.Marshal()) != e.Proof {
			t.Errorf("proof %d reads as %+v", i, p)
		}
		must(t, p.Verify(unhex(t, e.Entry)))
		if err := p.Verify(unhex(t, v.Entries[(i+1)%21].Entry)); err == nil {
			t.Errorf("proof %d proves another entry", i)
		}
	}
}

func TestVectorsOfCheckpoints(t *testing.T) {
	v := readVectors(t)
	signer, vkey, err := NewSigner(v.Origin, unhexBytes(t, v.Seed))
	must(t, err)
	if vkey != v.VKey {
		t.Fatalf("verifier key %s, not %s", vkey, v.VKey)
	}
	newest, err := ParseCheckpoint([]byte(v.Checkpoints[21].Note), v.verifier(t))
	must(t, err)
	for size, want := range v.Checkpoints {
		c, err := ParseCheckpoint([]byte(want.Note), v.verifier(t))
		must(t, err)
		if c.Size != uint64(size) || c.Origin != v.Origin || string(c.Note) != want.Note {
			t.Errorf("checkpoint %d reads as %+v", size, c)
		}
		signed, err := Checkpoint{Size: c.Size, Root: c.Root}.Sign(signer)
		must(t, err)
		if string(signed.Note) != want.Note {
			t.Errorf("checkpoint %d is signed as %s", size, signed.Note)
		}
		must(t, VerifyConsistency(c, newest, hashes(t, want.Consistency)))
	}
}

func hashes(t testing.TB, s []string) []Hash {
	t.Helper()
	var out []Hash
	for _, h := range s {
		out = append(out, unhex(t, h))
	}
	return out
}
