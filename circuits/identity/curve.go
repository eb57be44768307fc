package identity

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"

	"lethe/circuits/field"
)

// Point is a point of Baby Jubjub in affine coordinates.
type Point = twistededwards.PointAffine

// PublicKeySize is the length of an encoded point, and so of a public key, in bytes.
const PublicKeySize = 32

var (
	curve  = twistededwards.GetEdwardsCurve()
	order  = &curve.Order // of the subgroup, a prime of 251 bits
	eighth = new(big.Int).ModInverse(big.NewInt(8), order)
)

// PublicKey is the key of a subject, a registrar, an issuer or an auditor. Whoever makes one from a Point calls Check.
type PublicKey struct {
	Point Point
}

// ParsePublicKey reads what Bytes writes. All else is [ErrInvalid]: another length, a y that is not below the modulus, a sign on
// x = 0, points off the curve or outside the prime-order subgroup, the identity.
func ParsePublicKey(b []byte) (PublicKey, error) {
	p, err := parsePoint(b)
	if err != nil {
		return PublicKey{}, fmt.Errorf("public key: %w", err)
	}
	k := PublicKey{p}
	if err := k.Check(); err != nil {
		return PublicKey{}, err
	}
	return k, nil
}

// Bytes is the one encoding: y as 32 bytes, little-endian, its top bit set where x is the larger of the two roots (as RFC 8032
// does, by size instead of parity).
func (k PublicKey) Bytes() []byte { return k.Point.Marshal() }

// Check refuses, as [ErrInvalid], what is no key: points off the curve or outside the prime-order subgroup, and the identity.
func (k PublicKey) Check() error {
	if err := checkPoint(k.Point); err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	return nil
}

// Preimage is [1/8 mod ℓ]A, eight times which is the key: a circuit that is given this point and multiplies it by 8 has a key of
// the prime-order subgroup without any other check.
func (k PublicKey) Preimage() Point { return times(k.Point, eighth) }

// Equal compares two public keys.
func (k PublicKey) Equal(other PublicKey) bool { return k.Point.Equal(&other.Point) }

func parsePoint(b []byte) (Point, error) {
	var p Point
	if len(b) != PublicKeySize {
		return Point{}, fmt.Errorf("%w: %d bytes, want %d", ErrInvalid, len(b), PublicKeySize)
	}
	if _, err := p.SetBytes(b); err != nil || !p.IsOnCurve() || !bytes.Equal(p.Marshal(), b) {
		return Point{}, fmt.Errorf("%w: not the encoding of a point", ErrInvalid)
	}
	return p, nil
}

func checkPoint(p Point) error {
	switch {
	case !p.IsInSubGroup():
		return fmt.Errorf("%w: not in the prime-order subgroup", ErrInvalid)
	case p.IsZero():
		return fmt.Errorf("%w: the identity", ErrInvalid)
	}
	return nil
}

// times is [k]P, in a time that depends on k. For the generator there is a table.
func times(p Point, k *big.Int) Point {
	if p.Equal(&curve.Base) {
		return *new(Point).ScalarMultiplicationBase(k)
	}
	return *new(Point).ScalarMultiplication(&p, k)
}

// blinded is [k]P for a secret k and a P of the subgroup, as [k-s]P + [s]P with a random s.
func blinded(p Point, k *big.Int) Point {
	var b [64]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	s := new(big.Int).SetBytes(b[:])
	s.Mod(s, order)
	rest := new(big.Int).Sub(k, s)
	defer wipe(s, rest)
	return sum(times(p, rest.Mod(rest, order)), times(p, s))
}

func sum(p, q Point) Point { return *p.Add(&p, &q) }

// wipe clears integers as far as they can be reached: what arithmetic has copied stays until the memory is used again.
func wipe(ns ...*big.Int) {
	for _, n := range ns {
		words := n.Bits()
		clear(words[:cap(words)])
		n.SetInt64(0)
	}
}

// Scalar is an integer below the order ℓ of the subgroup, as 32 bytes, big-endian. Scalars are equal when == says so.
type Scalar [32]byte

// BigInt is the scalar as an integer.
func (s Scalar) BigInt() *big.Int { return new(big.Int).SetBytes(s[:]) }

func scalarOf(n *big.Int) (s Scalar) {
	n.FillBytes(s[:])
	return s
}

// isZero takes the same time for all scalars: some are secret.
func (s Scalar) isZero() bool { return subtle.ConstantTimeCompare(s[:], make([]byte, len(s))) == 1 }

func (s Scalar) check() error {
	if bytes.Compare(s[:], order.FillBytes(make([]byte, len(s)))) >= 0 {
		return fmt.Errorf("%w: scalar not below the order", ErrInvalid)
	}
	return nil
}

func number[T ~uint8 | ~uint16 | ~uint32 | ~uint64](n T) field.Element {
	return field.Uint64(uint64(n))
}

// Clamp is 2^249 + 2·(e mod 2^249) + 1: odd, and between 2^249 and 3·2^249, which is below ℓ. In this range a double-and-add with
// incomplete formulas meets no exceptional case inside a circuit, whatever a prover chooses.
func Clamp(e field.Element) *big.Int {
	n := e.BigInt(new(big.Int))
	top := new(big.Int).Lsh(big.NewInt(1), 249)
	n.Mod(n, top).Lsh(n, 1)
	return n.Add(n, top).SetBit(n, 0, 1)
}
