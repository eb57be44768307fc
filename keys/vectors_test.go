package keys

import (
	"bytes"
	"crypto/fips140"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

// A vector comes from testdata/vectors.mjs, an implementation that shares no code with this one.
type vector struct {
	Name, Seed, Key, Salt, Context, Ciphertext, SHA256 string
	Size                                               int
}

func vectors(t *testing.T) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	must(t, err)
	var vs []vector
	must(t, json.Unmarshal(data, &vs))
	if len(vs) != 24 {
		t.Fatalf("%d vectors, want 24", len(vs))
	}
	return vs
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	must(t, err)
	return b
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			key, err := KeyFrom(unhex(t, v.Key))
			must(t, err)
			salt, context, plain := unhex(t, v.Salt), unhex(t, v.Context), plaintext(v.Seed, v.Size)

			var streamed bytes.Buffer
			e, err := newEncrypter(&streamed, key, context, salt)
			must(t, err)
			_, err = io.CopyBuffer(onlyWriter{e}, onlyReader{bytes.NewReader(plain)}, make([]byte, 10_007))
			must(t, err)
			must(t, e.Close())
			sealed, err := sealWithSalt(key, salt, context, plain)
			must(t, err)
			if !bytes.Equal(streamed.Bytes(), sealed) {
				t.Error("Encrypter and Seal differ")
			}
			if sum := sha256.Sum256(sealed); hex.EncodeToString(sum[:]) != v.SHA256 {
				t.Error("ciphertext differs from the vector's")
			}
			if v.Ciphertext != "" {
				sealed = unhex(t, v.Ciphertext)
			}
			accepted(t, sealed, key, string(context), plain)
		})
	}
}

func TestVectorsAreWhatNodeMakes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	made, err := exec.Command(node, "testdata/vectors.mjs").Output()
	must(t, err)
	kept, err := os.ReadFile("testdata/vectors.json")
	must(t, err)
	if !bytes.Equal(made, kept) {
		t.Error("testdata/vectors.json is not what testdata/vectors.mjs makes")
	}
}

// TestFIPS140 runs the vectors in a process of its own with GODEBUG=fips140=on.
func TestFIPS140(t *testing.T) {
	if os.Getenv("GODEBUG") == "fips140=on" {
		if !fips140.Enabled() {
			t.Fatal("FIPS 140 mode is not on")
		}
		TestVectors(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFIPS140$", "-test.v")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=on")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("PASS: TestFIPS140/five_chunks")) {
		t.Errorf("%v\n%s", err, out)
	}
}
