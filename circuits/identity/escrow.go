package identity

import (
	"fmt"
	"math/big"

	"lethe/circuits/field"
)

// EscrowSize is the length of an encoded [Escrow] in bytes.
const EscrowSize = PublicKeySize + 2*field.Size

// Disclosure is what an escrow holds, and for whom: the provider for the auditor, the organisation for the subject.
type Disclosure struct {
	Auditor      PublicKey
	Challenge    field.Element // of the service, once
	Provider     field.Element // the provider's leaf
	Organisation field.Element // the provider's
	View         field.Element // of the grant
}

// Escrow accompanies an anonymous reading. It holds both, masked: Person by a Diffie-Hellman secret with the auditor's key
// (ElGamal, whose second half is added in the field), Organisation by a hash of the view.
type Escrow struct {
	R            Point
	Person       field.Element
	Organisation field.Element
}

// SealEscrow makes the escrow of a provider with that secret, and gives the number t with R = [t]G, which the proof needs and
// nobody else may see. Neither is random: a challenge has one escrow. It is [ErrInvalid] where the auditor's key is none.
func SealEscrow(secret field.Element, d Disclosure) (Escrow, *big.Int, error) {
	if err := d.Auditor.Check(); err != nil {
		return Escrow{}, nil, fmt.Errorf("seal escrow: auditor: %w", err)
	}
	t := Clamp(field.Hash(field.TagEscrow, secret, d.Challenge))
	x := blinded(d.Auditor.Point, t)
	person, organisation := personMask(x, d.Challenge), organisationMask(d.View, d.Challenge)
	person.Add(&person, &d.Provider)
	organisation.Add(&organisation, &d.Organisation)
	return Escrow{R: blinded(curve.Base, t), Person: person, Organisation: organisation}, t, nil
}

func personMask(x Point, challenge field.Element) field.Element {
	return field.Hash(field.TagEscrowPerson, x.X, x.Y, challenge)
}

func organisationMask(view, challenge field.Element) field.Element {
	return field.Hash(field.TagMask, view, challenge)
}

// ParseEscrow reads what Bytes writes. All else is [ErrInvalid]: another length, an R that [ParsePublicKey] would refuse,
// elements that are not canonical.
func ParseEscrow(b []byte) (Escrow, error) {
	if len(b) != EscrowSize {
		return Escrow{}, fmt.Errorf("escrow: %w: %d bytes, want %d", ErrInvalid, len(b), EscrowSize)
	}
	r, err := ParsePublicKey(b[:PublicKeySize])
	if err != nil {
		return Escrow{}, fmt.Errorf("escrow: R: %w", err)
	}
	person, err := parseElement(b[PublicKeySize : PublicKeySize+field.Size])
	if err != nil {
		return Escrow{}, fmt.Errorf("escrow: person: %w", err)
	}
	organisation, err := parseElement(b[PublicKeySize+field.Size:])
	if err != nil {
		return Escrow{}, fmt.Errorf("escrow: organisation: %w", err)
	}
	return Escrow{R: r.Point, Person: person, Organisation: organisation}, nil
}

func parseElement(b []byte) (field.Element, error) {
	e, err := field.Parse(b)
	if err != nil {
		return e, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return e, nil
}

// Bytes is the one encoding: R as a public key is encoded, then person and organisation.
func (e Escrow) Bytes() []byte {
	return append(append(e.R.Marshal(), field.Bytes(e.Person)...), field.Bytes(e.Organisation)...)
}

// Digest is what is public of an escrow in a proof.
func (e Escrow) Digest() field.Element {
	return field.Hash(field.TagEscrowDigest, e.R.X, e.R.Y, e.Person, e.Organisation)
}

// AuditorDigest is what is public of the auditor's key in a proof.
func AuditorDigest(auditor PublicKey) field.Element {
	return field.Hash(field.TagAuditor, auditor.Point.X, auditor.Point.Y)
}

// OpenOrganisation takes the mask off with the view of a grant. Whoever has several grants tries each: under any other view the
// result is an element that is no organisation's.
func OpenOrganisation(e Escrow, view, challenge field.Element) field.Element {
	mask := organisationMask(view, challenge)
	return *mask.Sub(&e.Organisation, &mask)
}
