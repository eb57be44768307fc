package keys

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// FuzzDecrypt: arbitrary bytes never panic, all ways of reading agree, and what is accepted has one form only: encrypting the
// plaintext with the same salt gives the same bytes. The input is tried as it is, and with the commitment that its salt asks for.
func FuzzDecrypt(f *testing.F) {
	key := testKey(f, "fuzz")
	f.Fuzz(func(t *testing.T, data []byte) {
		decryptAll(t, key, data)
		if len(data) >= HeaderSize {
			m, err := derive(key, data[:saltSize], []byte(place))
			must(t, err)
			decryptAll(t, key, append(m.header(data[:saltSize], len(data)), data[HeaderSize:]...))
		}
	})
}

func decryptAll(t *testing.T, key *Key, data []byte) {
	want, wantErr := Open(key, []byte(place), data)
	for way, decrypt := range decryptions {
		got, err := decrypt(data, key, []byte(place))
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("%s and Open differ: %v, %v", way, err, wantErr)
		}
	}
	if wantErr != nil {
		return
	}
	again, err := sealWithSalt(key, data[:saltSize], []byte(place), want)
	must(t, err)
	if !bytes.Equal(again, data) {
		t.Error("two ciphertexts of one plaintext under one salt")
	}
}

// FuzzRoundTrip writes a plaintext in random pieces, and reads it back whole and in random ranges.
func FuzzRoundTrip(f *testing.F) {
	key := testKey(f, "fuzz")
	f.Fuzz(func(t *testing.T, data []byte, copies uint16, context []byte, seed uint64) {
		plain := bytes.Repeat(data, int(copies)%2000+1)
		plain = plain[:min(len(plain), 3<<20)]
		random := rand.New(rand.NewPCG(seed, 0))
		var out bytes.Buffer
		e, err := NewEncrypter(&out, key, context)
		must(t, err)
		for rest := plain; len(rest) > 0; {
			n, err := e.Write(rest[:min(len(rest), 1+random.IntN(3*ChunkSize))])
			must(t, err)
			rest = rest[n:]
		}
		must(t, e.Close())
		if int64(out.Len()) != CiphertextSize(int64(len(plain))) {
			t.Errorf("%d bytes of ciphertext for %d", out.Len(), len(plain))
		}
		accepted(t, out.Bytes(), key, string(context), plain)
		r, err := NewReaderAt(bytes.NewReader(out.Bytes()), int64(out.Len()), key, context)
		must(t, err)
		for range 10 {
			off := random.Int64N(int64(len(plain)) + 2)
			sameRange(t, r, io.NewSectionReader(bytes.NewReader(plain), 0, r.Size()), off, random.IntN(len(plain)+2))
		}
	})
}
