package identity

import (
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"

	"lethe/circuits/field"
)

// SigningKeySize is the length of an encoded [SigningKey] in bytes.
const SigningKeySize = 64

const redacted = "[redacted]"

// SigningKey is a secret scalar and the prefix of its nonces, in memory that can be zeroed. It never prints, logs or marshals
// them. Copies of the struct share them.
type SigningKey struct {
	public PublicKey
	box    *box
}

// box stands between, so that even fmt's reflection on an unexported field that holds a key shows an address: for a verb that
// does not fit, it follows one pointer.
type box struct {
	*secrets
}

type secrets struct {
	scalar Scalar // not 0, unless zeroed
	prefix [32]byte
}

// NewSigningKey draws a key from a source of uniformly random bytes, such as [crypto/rand.Reader]: 96 of them, the first 64
// reduced, so that the scalar is uniform up to 2^-261. It fails only with the source.
func NewSigningKey(random io.Reader) (*SigningKey, error) {
	var b [96]byte
	defer clear(b[:])
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, fmt.Errorf("new signing key: %w", err)
	}
	one := big.NewInt(1)
	a := new(big.Int).SetBytes(b[:64])
	a.Mod(a, new(big.Int).Sub(order, one)).Add(a, one)
	defer wipe(a)
	return newSigningKey(scalarOf(a), [32]byte(b[64:])), nil
}

// ParseSigningKey reads what Bytes writes: a scalar that is neither 0 nor at or above the order, and any prefix. All else is
// [ErrInvalid]. The caller still owns b and should clear it.
func ParseSigningKey(b []byte) (*SigningKey, error) {
	if len(b) != SigningKeySize {
		return nil, fmt.Errorf("signing key: %w: %d bytes, want %d", ErrInvalid, len(b), SigningKeySize)
	}
	s := Scalar(b[:32])
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	if s.isZero() {
		return nil, fmt.Errorf("signing key: %w: scalar is zero", ErrInvalid)
	}
	return newSigningKey(s, [32]byte(b[32:])), nil
}

func newSigningKey(scalar Scalar, prefix [32]byte) *SigningKey {
	a := scalar.BigInt()
	defer wipe(a)
	return &SigningKey{public: PublicKey{blinded(curve.Base, a)}, box: &box{&secrets{scalar, prefix}}}
}

// Bytes is the scalar, big-endian, and the prefix: a secret, which the caller clears. It is nil for a key that holds nothing.
func (k *SigningKey) Bytes() []byte {
	if k.IsZero() {
		return nil
	}
	return append(k.box.scalar[:], k.box.prefix[:]...)
}

// Public is the key that verifies. It outlives Zero.
func (k *SigningKey) Public() PublicKey { return k.public }

// Zero overwrites the secrets. A zeroed key is refused wherever it is used; zeroing it again is harmless.
func (k *SigningKey) Zero() {
	if k != nil && k.box != nil {
		*k.box.secrets = secrets{}
	}
}

// IsZero reports whether the key was zeroed or holds nothing.
func (k *SigningKey) IsZero() bool { return k == nil || k.box == nil || k.box.scalar.isZero() }

// Sign signs one element. The nonce is SHA-512("lethe/v1/nonce" ‖ 0x00 ‖ prefix ‖ message) mod ℓ, so that a message has one
// signature. It fails for a zeroed key alone.
func (k *SigningKey) Sign(message field.Element) (Signature, error) {
	a, err := k.scalar()
	if err != nil {
		return Signature{}, fmt.Errorf("sign: %w", err)
	}
	defer wipe(a)
	nonce, err := k.nonce("nonce", message)
	if err != nil {
		return Signature{}, fmt.Errorf("sign: %w", err)
	}
	defer wipe(nonce)
	r := blinded(curve.Base, nonce)
	return Signature{R: r, S: respond(nonce, ChallengeScalar(r, k.public, message), a)}, nil
}

// scalar is a copy, which the caller wipes.
func (k *SigningKey) scalar() (*big.Int, error) {
	if k.IsZero() {
		return nil, errors.New("the signing key is zeroed")
	}
	return k.box.scalar.BigInt(), nil
}

// nonce is one number for each use and message, which the caller wipes.
func (k *SigningKey) nonce(use string, message field.Element) (*big.Int, error) {
	h := sha512.New()
	h.Write([]byte("lethe/v1/" + use + "\x00"))
	h.Write(k.box.prefix[:])
	h.Write(field.Bytes(message))
	n := new(big.Int).SetBytes(h.Sum(nil))
	if n.Mod(n, order).Sign() == 0 {
		return nil, errors.New("the nonce is zero")
	}
	return n, nil
}

// respond is nonce + challenge·scalar mod ℓ.
func respond(nonce, challenge, scalar *big.Int) Scalar {
	product := new(big.Int).Mul(challenge, scalar)
	defer wipe(product)
	return scalarOf(new(big.Int).Mod(product.Add(product, nonce), order))
}

// String implements [fmt.Stringer] without the secrets.
func (k SigningKey) String() string { return redacted }

// GoString implements [fmt.GoStringer] without the secrets.
func (k SigningKey) GoString() string { return redacted }

// Format implements [fmt.Formatter]: every verb gives the same word.
func (k SigningKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements [slog.LogValuer] without the secrets.
func (k SigningKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler], and so JSON, without the secrets.
func (k SigningKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }
