package keys

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
)

func TestSizes(t *testing.T) {
	for _, tt := range []struct{ plain, cipher int64 }{
		{0, 72}, {1, 73}, {16383, 16455}, {16384, 16472}, {16385, 16473}, {1 << 30, 1<<30 + 56 + (65536+1)*16},
		{1<<52 - 1, 56 + 1<<38*16400 - 1}, // the longest message
	} {
		if got := CiphertextSize(tt.plain); got != tt.cipher {
			t.Errorf("CiphertextSize(%d) = %d, want %d", tt.plain, got, tt.cipher)
		}
		if got, err := PlaintextSize(tt.cipher); got != tt.plain || err != nil {
			t.Errorf("PlaintextSize(%d) = %d, %v, want %d", tt.cipher, got, err, tt.plain)
		}
	}
	for _, plain := range []int64{-1, math.MinInt64, 1 << 52, math.MaxInt64} {
		if got := CiphertextSize(plain); got != -1 {
			t.Errorf("CiphertextSize(%d) = %d, want -1", plain, got)
		}
	}
	for _, cipher := range []int64{
		math.MinInt64, -1, 0, 55, 56, 71, 56 + 16400, 56 + 16400 + 15, 56 + 1<<38*16400, 56 + 1<<38*16400 + 16, math.MaxInt64,
	} {
		if got, err := PlaintextSize(cipher); !errors.Is(err, ErrCorrupt) || got != 0 {
			t.Errorf("PlaintextSize(%d) = %d, %v, want ErrCorrupt", cipher, got, err)
		}
	}
}

func TestChunkCounterIsBounded(t *testing.T) {
	key := testKey(t, "bound")
	e, err := NewEncrypter(io.Discard, key, nil)
	must(t, err)
	e.cur.next = maxChunks - 1
	if _, err := e.Write(make([]byte, ChunkSize)); err != nil {
		t.Fatalf("the last chunk number: %v", err)
	}
	if err := e.Close(); !errors.Is(err, errTooLong) {
		t.Errorf("one chunk too many: %v", err)
	}

	d, err := NewDecrypter(bytes.NewReader(seal(t, key, "", nil)), key, nil)
	must(t, err)
	d.cur.next = maxChunks
	if _, err := io.ReadAll(d); !errors.Is(err, ErrCorrupt) || !errors.Is(err, errTooLong) {
		t.Errorf("one chunk too many: %v", err)
	}
}

// TestThreat07NoncesDiffer checks the nonces of one message; its key is used for that message alone.
func TestThreat07NoncesDiffer(t *testing.T) {
	m, err := derive(testKey(t, "nonces"), make([]byte, saltSize), nil)
	must(t, err)
	seen := make(map[[nonceSize]byte]uint64)
	for _, start := range []uint64{0, 1<<16 - 500, 1<<32 - 500, maxChunks - 1000} {
		c := cursor{message: m, next: start}
		for range 1000 {
			k := c.next
			must(t, c.step())
			if before, ok := seen[c.nonce]; ok {
				t.Fatalf("chunks %d and %d share a nonce", before, k)
			}
			seen[c.nonce] = k
		}
	}
}

func TestThreat07HeadersUnique(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 20_000
	}
	key := testKey(t, "headers")
	type part [16]byte // of a uniformly random value: enough to tell 10^6 of them apart
	salts, commitments := make([]part, n), make([]part, n)
	var header bytes.Buffer
	for i := range n {
		header.Reset()
		_, err := NewEncrypter(&header, key, nil)
		must(t, err)
		salts[i], commitments[i] = part(header.Bytes()), part(header.Bytes()[saltSize:])
	}
	for name, parts := range map[string][]part{"salts": salts, "commitments, derived with the keys": commitments} {
		slices.SortFunc(parts, func(a, b part) int { return bytes.Compare(a[:], b[:]) })
		if unique := len(slices.Compact(parts)); unique != n {
			t.Errorf("%s: %d of %d differ", name, unique, n)
		}
	}
}
