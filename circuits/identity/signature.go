package identity

import (
	"fmt"
	"math/big"

	"lethe/circuits/field"
)

// SignatureSize is the length of an encoded [Signature] in bytes.
const SignatureSize = PublicKeySize + len(Scalar{})

// Signature is Schnorr's, of one field element: [S]G = R + [c]A, where c is the [ChallengeScalar].
type Signature struct {
	R Point
	S Scalar
}

// ParseSignature reads what Bytes writes. All else is [ErrInvalid]: another length, an R that is not the one encoding of a point
// of the curve, an S not below the order. Whether R is of the subgroup shows in [Verify].
func ParseSignature(b []byte) (Signature, error) {
	if len(b) != SignatureSize {
		return Signature{}, fmt.Errorf("signature: %w: %d bytes, want %d", ErrInvalid, len(b), SignatureSize)
	}
	r, err := parsePoint(b[:PublicKeySize])
	if err != nil {
		return Signature{}, fmt.Errorf("signature: R: %w", err)
	}
	s := Scalar(b[PublicKeySize:])
	if err := s.check(); err != nil {
		return Signature{}, fmt.Errorf("signature: S: %w", err)
	}
	return Signature{R: r, S: s}, nil
}

// Bytes is the one encoding: R as a public key is encoded, then S.
func (s Signature) Bytes() []byte { return append(s.R.Marshal(), s.S[:]...) }

// Verify shows that the signature is the key's, of this message; all else is [ErrSignature]. The key is checked as
// [PublicKey.Check] does, R to be on the curve, S to be below the order; the equation then has no factor that a point of small
// order could hide in.
func Verify(key PublicKey, message field.Element, sig Signature) error {
	if key.Check() != nil || !sig.R.IsOnCurve() || sig.S.check() != nil {
		return ErrSignature
	}
	want := sum(sig.R, times(key.Point, ChallengeScalar(sig.R, key, message)))
	if got := times(curve.Base, sig.S.BigInt()); !got.Equal(&want) {
		return ErrSignature
	}
	return nil
}

// ChallengeScalar is the number c of a signature's equation: [Clamp] of H("signature", R, A, message).
func ChallengeScalar(r Point, key PublicKey, message field.Element) *big.Int {
	a := key.Point
	return Clamp(field.Hash(field.TagSignature, r.X, r.Y, a.X, a.Y, message))
}
