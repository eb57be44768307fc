package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// plaintext is the formula of testdata/vectors.mjs: block i is SHA-256(seed || i), the last is cut.
func plaintext(seed string, size int) []byte {
	out := make([]byte, 0, size+sha256.Size)
	for i := uint32(0); len(out) < size; i++ {
		block := sha256.Sum256(binary.BigEndian.AppendUint32([]byte(seed), i))
		out = append(out, block[:]...)
	}
	return out[:size]
}

func testKey(t testing.TB, seed string) *Key {
	t.Helper()
	b := sha256.Sum256([]byte(seed))
	k, err := KeyFrom(b[:])
	must(t, err)
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func seal(t testing.TB, key *Key, context string, plain []byte) []byte {
	t.Helper()
	ct, err := Seal(key, []byte(context), plain)
	must(t, err)
	return ct
}

// onlyReader and onlyWriter hide every other method, such as WriterTo.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

// decryptions are all ways to read a whole message. Each returns what it released.
var decryptions = map[string]func(ct []byte, key *Key, context []byte) ([]byte, error){
	"Open": func(ct []byte, key *Key, context []byte) ([]byte, error) { return Open(key, context, ct) },
	"Read": func(ct []byte, key *Key, context []byte) ([]byte, error) {
		d, err := NewDecrypter(bytes.NewReader(ct), key, context)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(onlyReader{d})
	},
	"WriteTo": func(ct []byte, key *Key, context []byte) ([]byte, error) {
		d, err := NewDecrypter(bytes.NewReader(ct), key, context)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		_, err = d.WriteTo(&out)
		return out.Bytes(), err
	},
	"ReadAt": func(ct []byte, key *Key, context []byte) ([]byte, error) {
		r, err := NewReaderAt(bytes.NewReader(ct), int64(len(ct)), key, context)
		if err != nil {
			return nil, err
		}
		out := make([]byte, r.Size())
		n, err := r.ReadAt(out, 0)
		if err == io.EOF && n == 0 && len(out) == 0 {
			err = nil
		}
		if !bytes.Equal(out[n:], make([]byte, len(out)-n)) {
			return nil, errors.New("bytes of a refused chunk are left in the caller's slice")
		}
		return out[:n], err
	},
}

// refused checks that no way of reading accepts ct, and that what was released before is a prefix of plain, cut between chunks.
func refused(t *testing.T, what string, ct []byte, key *Key, context string, plain []byte) {
	t.Helper()
	for way, decrypt := range decryptions {
		got, err := decrypt(ct, key, []byte(context))
		if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrWrongKey) {
			t.Fatalf("%s, %s: error %v, want ErrCorrupt or ErrWrongKey", what, way, err)
		}
		if len(got)%ChunkSize != 0 || !bytes.HasPrefix(plain, got) {
			t.Fatalf("%s, %s: released %d bytes that are no whole good chunks", what, way, len(got))
		}
	}
}

// accepted checks that every way of reading gives plain.
func accepted(t *testing.T, ct []byte, key *Key, context string, plain []byte) {
	t.Helper()
	for way, decrypt := range decryptions {
		got, err := decrypt(ct, key, []byte(context))
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		if !bytes.Equal(got, plain) {
			t.Fatalf("%s: %d bytes that differ from the %d encrypted", way, len(got), len(plain))
		}
	}
}
