// Package identity is the formulas of persons, grants and disclosures, natively: what the service, its clients and the tests of
// circuits compute outside a circuit, equal bit for bit to what a proof shows inside. Hashes are [field.Hash], each under a tag
// of its own.
//
// Keys are points of the prime-order subgroup of Baby Jubjub (ERC-2494) in the form -x² + y² = 1 + dx²y², and never the identity;
// every parser refuses what its writer would not give. Signatures are Schnorr's in the manner of EdDSA (RFC 8032), with a nonce
// from SHA-512, a Poseidon2 challenge that [Clamp] bounds to 249 free bits, and no cofactor in the equation. On one core of a
// server, signing takes 0.05 ms, verifying 0.09 ms, opening an escrow 0.4 ms, a hash 0.02 ms.
//
// The field's and the integers' arithmetic below is not constant time. A secret scalar is therefore multiplied in two random
// shares, so that time tells nothing of it alone; and what the arithmetic leaves in memory, Zero cannot reach.
//
// All functions may be called concurrently; only Zero needs its key to itself.
package identity

import "errors"

var (
	// ErrInvalid says that bytes or values are not of the form that is asked for: an encoding that no writer gives, a point
	// outside the subgroup, a field out of its bounds, which the error names.
	ErrInvalid = errors.New("invalid")
	// ErrSignature says that a signature is not one of this message by this key.
	ErrSignature = errors.New("signature does not verify")
	// ErrOpening says that an opening does not show what this escrow holds.
	ErrOpening = errors.New("opening does not verify")
)
