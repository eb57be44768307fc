package identity

import (
	"fmt"

	"lethe/circuits/field"
)

// Attributes is how many values an attestation has, and ValueBits how wide each is; what they mean is its schema's to say.
const (
	Attributes = 16
	ValueBits  = 24
)

// Value is one attribute: a number below 2^24, or nothing that is known. The zero value is unknown.
type Value uint32

const known Value = 1 << ValueBits

// KnownValue is a number as a value; it must be below 2^24, see [Attestation.Check].
func KnownValue(n uint32) Value { return known + Value(n) }

// Number is the value's number, false when it is unknown.
func (v Value) Number() (n uint32, ok bool) { return uint32(v &^ known), v >= known }

// check refuses what is neither unknown nor a number below 2^24.
func (v Value) check() error {
	if v != 0 && v>>ValueBits != 1 {
		return fmt.Errorf("%w: value %d", ErrInvalid, uint32(v))
	}
	return nil
}

// Attestation is what an accredited attester says of a person, from one moment until another: the values of a schema's attributes.
// It is secret: whoever has it knows the values.
type Attestation struct {
	Identity field.Element // of the person's secret, see IdentityOf
	Key      field.Element // digest of the person's key, see KeyDigest
	Schema   field.Element
	From     uint64 // Unix seconds, below 2^40
	Until    uint64 // of the same; not before From
	Values   [Attributes]Value
}

// Check refuses, as [ErrInvalid], what no circuit takes, naming the field.
func (a Attestation) Check() error {
	err := checkTime("from", a.From)
	if err == nil {
		err = checkTime("until", a.Until)
	}
	if err == nil && a.Until < a.From {
		err = fmt.Errorf("%w: until %d is before from %d", ErrInvalid, a.Until, a.From)
	}
	for i, v := range a.Values {
		if err == nil && v.check() != nil {
			err = fmt.Errorf("attribute %d: %w", i, v.check())
		}
	}
	if err != nil {
		return fmt.Errorf("attestation: %w", err)
	}
	return nil
}

// Message is what the attester signs. All of it fits one hash: the two times are one element, from ‖ until of 40 bits each, and the
// values two, of eight times 25 bits each, the first lowest; a value's top bit says that it is known. What Check refuses has no such form.
func (a Attestation) Message() field.Element {
	times := number(a.From)
	shift, until := number(uint64(1)<<TimeBits), number(a.Until)
	times.Mul(&times, &shift).Add(&times, &until)
	half := Attributes / 2
	return field.Hash(field.TagAttestation, a.Identity, a.Key, a.Schema, times, packValues(a.Values[:half]), packValues(a.Values[half:]))
}

func packValues(values []Value) (e field.Element) {
	shift := number(uint64(1) << (ValueBits + 1))
	for i := len(values) - 1; i >= 0; i-- {
		v := number(values[i])
		e.Mul(&e, &shift).Add(&e, &v)
	}
	return e
}

// KeyDigest is a public key as one element.
func KeyDigest(k PublicKey) field.Element { return field.Hash(field.TagKey, k.Point.X, k.Point.Y) }

// Tag is what a person is known by within one scope, a trial or a plan: the same there every time, and not linkable to their tags
// elsewhere without the secret. Whoever has seen the identity commitment can compute it.
func Tag(identity, scope field.Element) field.Element {
	return field.Hash(field.TagPersonTag, identity, scope)
}

// Context is what a proof is bound to, from the bytes that say so: a verifier's challenge, or the chain, contract and address that it
// is for. A proof for one context is none for another.
func Context(of []byte) field.Element { return field.Digest("context", of) }
