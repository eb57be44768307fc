package keys

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// KeySize is the size of a [Key] in bytes.
const KeySize = 32

const redacted = "[redacted]"

// Key is a 256-bit secret, such as a compartment key (KEK), in a buffer that can be zeroed. It never prints, logs or marshals
// its bytes. Copies of the struct share the buffer. A Key may be used concurrently as long as nobody calls Zero meanwhile.
type Key struct {
	box *box
}

// box stands between, so that even fmt's reflection on an unexported field that holds a Key shows an address and no secret.
type box struct {
	secret *[KeySize]byte
}

func emptyKey() *Key { return &Key{&box{new([KeySize]byte)}} }

// NewKey returns a new key from the operating system's random source.
func NewKey() *Key {
	k := emptyKey()
	rand.Read(k.Bytes()) // never fails: crypto/rand ends the process instead
	return k
}

// KeyFrom copies b, which must be of [KeySize] bytes and uniformly random. The caller still owns b and should clear it. Zeros
// alone count as a zeroed key.
func KeyFrom(b []byte) (*Key, error) {
	if len(b) != KeySize {
		return nil, fmt.Errorf("keys: a key has %d bytes, not %d", KeySize, len(b))
	}
	k := emptyKey()
	copy(k.Bytes(), b)
	return k, nil
}

// Bytes returns the key's own buffer, not a copy: it is valid until Zero. It is nil for a Key that holds nothing.
func (k *Key) Bytes() []byte {
	if k == nil || k.box == nil {
		return nil
	}
	return k.box.secret[:]
}

// Zero overwrites the key. A zeroed key is refused wherever it is used; zeroing it again is harmless.
func (k *Key) Zero() { clear(k.Bytes()) }

// Clone returns a copy in a buffer of its own, which the caller zeroes.
func (k *Key) Clone() *Key {
	c := emptyKey()
	copy(c.Bytes(), k.Bytes())
	return c
}

// IsZero reports whether the key was zeroed or holds nothing.
func (k *Key) IsZero() bool {
	var zero [KeySize]byte
	b := k.Bytes()
	return b == nil || subtle.ConstantTimeCompare(b, zero[:]) == 1
}

// String implements [fmt.Stringer] without the secret.
func (k Key) String() string { return redacted }

// GoString implements [fmt.GoStringer] without the secret.
func (k Key) GoString() string { return redacted }

// Format implements [fmt.Formatter]: every verb gives the same word.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements [slog.LogValuer] without the secret.
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler], and so JSON, without the secret.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }
