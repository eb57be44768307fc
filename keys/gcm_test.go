package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// TestThreat11CiphertextUnderTwoKeys crafts a chunk that AES-GCM opens under the derived keys of two input keys: GCM does not
// commit to its key (Dodis, Grubbs, Ristenpart, Woodage, "Fast Message Franking", CRYPTO 2018). The commitment does.
func TestThreat11CiphertextUnderTwoKeys(t *testing.T) {
	keyA, keyB := testKey(t, "key A"), testKey(t, "key B")
	salt := plaintext("salt", saltSize)
	a, b := deriveRaw(t, keyA, salt), deriveRaw(t, keyB, salt)
	chunk := collide(a, b, plaintext("any content", 5*aes.BlockSize))

	plainA, errA := a.gcm.Open(nil, a.nonce, chunk, nil)
	plainB, errB := b.gcm.Open(nil, b.nonce, chunk, nil)
	if errA != nil || errB != nil || bytes.Equal(plainA, plainB) {
		t.Fatalf("the crafted chunk does not open under both keys: %v, %v", errA, errB)
	}
	accepted(t, slices.Concat(salt, a.commitment, chunk), keyA, place, plainA)
	accepted(t, slices.Concat(salt, b.commitment, chunk), keyB, place, plainB)
	for way, decrypt := range decryptions {
		if _, err := decrypt(slices.Concat(salt, a.commitment, chunk), keyB, []byte(place)); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%s: key B on what commits to key A: %v", way, err)
		}
		if _, err := decrypt(slices.Concat(salt, b.commitment, chunk), keyA, []byte(place)); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%s: key A on what commits to key B: %v", way, err)
		}
	}
}

// rawGCM is AES-GCM taken apart: with the hash key, and the mask that the tag is GHASH plus.
type rawGCM struct {
	gcm               cipher.AEAD
	nonce, commitment []byte
	h, mask           element
}

func deriveRaw(t *testing.T, key *Key, salt []byte) rawGCM {
	out, err := hkdf.Expand(sha512.New, key.Bytes(), infoPrefix+string(salt)+place, 76)
	must(t, err)
	block, err := aes.NewCipher(out[:32])
	must(t, err)
	gcm, err := cipher.NewGCM(block)
	must(t, err)
	r := rawGCM{gcm: gcm, nonce: out[32:44], commitment: out[44:]}
	var buf [16]byte
	block.Encrypt(buf[:], buf[:])
	r.h = load(buf[:])
	block.Encrypt(buf[:], append(bytes.Clone(r.nonce), 0, 0, 0, 1))
	r.mask = load(buf[:])
	return r
}

// tag is GHASH (NIST SP 800-38D, 6.4) of whole blocks without additional data, plus the mask.
func (r rawGCM) tag(ct []byte) element {
	var y element
	for block := range slices.Chunk(ct, 16) {
		y = y.add(load(block)).mul(r.h)
	}
	return y.add(element{0, uint64(len(ct)) * 8}).mul(r.h).add(r.mask)
}

// collide sets the first block of ct so that both tags agree, and appends that tag. The first of m blocks enters a tag as its
// product with h^(m+1), so the difference of the tags is linear in it.
func collide(a, b rawGCM, ct []byte) []byte {
	clear(ct[:16])
	diff := a.tag(ct).add(b.tag(ct))
	powA, powB := a.h, b.h
	for range len(ct) / 16 {
		powA, powB = powA.mul(a.h), powB.mul(b.h)
	}
	diff.mul(powA.add(powB).inverse()).store(ct)
	var tag [16]byte
	a.tag(ct).store(tag[:])
	return append(ct, tag[:]...)
}

// element is one of GF(2^128) as GCM writes it: the coefficient of x^0 is the highest bit of the first word.
type element [2]uint64

func load(b []byte) element {
	return element{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func (e element) store(b []byte) {
	binary.BigEndian.PutUint64(b, e[0])
	binary.BigEndian.PutUint64(b[8:], e[1])
}

func (e element) add(f element) element { return element{e[0] ^ f[0], e[1] ^ f[1]} }

func (e element) mul(f element) (z element) {
	for i := range 128 {
		if e[i/64]>>(63-i%64)&1 == 1 {
			z = z.add(f)
		}
		carry := f[1] & 1
		f = element{f[0] >> 1, f[1]>>1 | f[0]<<63}
		f[0] ^= carry * 0xe1 << 56 // x^128 = x^7 + x^2 + x + 1
	}
	return z
}

// inverse is e^(2^128 - 2): the product of e^(2^i) for i from 1 to 127.
func (e element) inverse() element {
	inv := element{1 << 63, 0}
	for range 127 {
		e = e.mul(e)
		inv = inv.mul(e)
	}
	return inv
}
