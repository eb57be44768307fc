// Package canonical is the one encoding of everything that is bound into a key, hashed, signed or sealed: deterministic CBOR (RFC 8949,
// section 4.2.1) of plain types, structs as arrays. Reading refuses what writing would not have made, as far as a map written twice, an
// indefinite length, or an unknown field can be refused.
package canonical

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

var encMode = mustMode(cbor.CoreDetEncOptions().EncMode())

var decMode = mustMode(cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	IndefLength:       cbor.IndefLengthForbidden,
	ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
	MaxArrayElements:  1 << 24,
}.DecMode())

func mustMode[M any](m M, err error) M {
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

// Encode writes a value. Values are our own and plain (strings, numbers, bytes), so it cannot fail; a type that has no encoding is a mistake
// of the program and panics.
func Encode(v any) []byte {
	b, err := encMode.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("canonical encoding of %T: %v", v, err))
	}
	return b
}

// Decode reads a value.
func Decode(b []byte, v any) error {
	if err := decMode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("not a %T of this version: %w", v, err)
	}
	return nil
}
