package identity

import (
	"fmt"

	"lethe/circuits/field"
)

// Basis is the ground on which a grant stands.
type Basis uint8

// Bases.
const (
	BasisConsent        Basis = 1 // the subject's
	BasisRepresentative Basis = 2 // a representative's consent
	BasisCare           Basis = 3 // a care relationship
	BasisEmergency      Basis = 4
	BasisLaw            Basis = 5
)

// String is the basis in one lower-case word.
func (b Basis) String() string {
	switch b {
	case BasisConsent:
		return "consent"
	case BasisRepresentative:
		return "representative"
	case BasisCare:
		return "care"
	case BasisEmergency:
		return "emergency"
	case BasisLaw:
		return "law"
	}
	return fmt.Sprintf("basis(%d)", uint8(b))
}

// ParseBasis reads what String writes; all else is [ErrInvalid].
func ParseBasis(s string) (Basis, error) {
	for b := BasisConsent; b <= BasisLaw; b++ {
		if b.String() == s {
			return b, nil
		}
	}
	return 0, fmt.Errorf("%w: basis %q", ErrInvalid, s)
}

func (b Basis) check() error {
	if b < BasisConsent || b > BasisLaw {
		return fmt.Errorf("%w: basis %d", ErrInvalid, uint8(b))
	}
	return nil
}

// noRole is nobody's, so that a basis that does not exist has no signer.
const noRole Role = 0xff

// SignerRole is the role of whoever signs a grant on that basis: the subject, a representative, or else a registrar. A basis
// that does not exist has a role that no key can have.
func SignerRole(b Basis) Role {
	switch b {
	case BasisConsent:
		return Self
	case BasisRepresentative:
		return Representative
	case BasisCare, BasisEmergency, BasisLaw:
		return Registrar
	}
	return noRole
}

// IndexBits bounds the index of a grant in its tree of 14 levels of four.
const IndexBits = 28

// Grant lets a grantee read. It is signed, over its leaf, in the role of SignerRole.
type Grant struct {
	Subject  field.Element // the handle
	Grantee  field.Element // an Organisation or a ProviderIdentity
	Scope    uint16        // a set of data classes, one bit each
	Purpose  uint8
	From     uint64 // Unix seconds, below 2^40
	Until    uint64 // Unix seconds, below 2^40 and not before From
	Basis    Basis
	Role     Role // of who signs
	Terms    field.Element
	Index    uint32        // in the tree, below 2^28
	Salt     field.Element // random, so that the leaf cannot be guessed
	ViewHash field.Element // see ViewHash
}

// Check refuses, as [ErrInvalid], a field out of its bounds, which it names, and a role that does not fit the basis.
func (g Grant) Check() error {
	err := g.Basis.check()
	if err == nil {
		err = checkTime("from", g.From)
	}
	if err == nil {
		err = checkTime("until", g.Until)
	}
	switch {
	case err != nil:
	case g.Until < g.From:
		err = fmt.Errorf("%w: until %d is before from %d", ErrInvalid, g.Until, g.From)
	case g.Role != SignerRole(g.Basis):
		err = fmt.Errorf("%w: role %v does not sign on basis %v", ErrInvalid, g.Role, g.Basis)
	case g.Index >= 1<<IndexBits:
		err = fmt.Errorf("%w: index %d is not below 2^%d", ErrInvalid, g.Index, IndexBits)
	}
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	return nil
}

// Leaf is the grant's leaf in the tree of grants, and what its signature is of: two hashes, for a grant has more fields than one
// takes.
func (g Grant) Leaf() field.Element {
	first := field.Hash(field.TagGrant, g.Subject, g.Grantee, number(g.Scope), number(g.Purpose),
		number(g.From), number(g.Until), number(g.Basis))
	return field.Hash(field.TagGrantTerms, first, number(g.Role), g.Terms, number(g.Index), g.Salt, g.ViewHash)
}

// ViewHash is the commitment to a grant's view: a random element that subject and grantee share, and the service never sees.
// Under it the grantee's organisation tells the subject of each reading, see [OpenOrganisation].
func ViewHash(view field.Element) field.Element { return field.Hash(field.TagView, view) }

// WithdrawalMessage is what the signer of a grant signs to end it, at a time in Unix seconds.
func WithdrawalMessage(leaf field.Element, time uint64) field.Element {
	return field.Hash(field.TagWithdrawal, leaf, number(time))
}
