package identity

import (
	"fmt"

	"lethe/circuits/field"
)

func checkTime(name string, t uint64) error {
	if t >= 1<<TimeBits {
		return fmt.Errorf("%w: %s %d is not below 2^%d", ErrInvalid, name, t, TimeBits)
	}
	return nil
}

// Provider is one accredited person or device that reads.
type Provider struct {
	Identity     field.Element // of the provider's secret, see ProviderIdentity
	Organisation field.Element // see Organisation
	Roles        uint16        // a set, one bit each
	Until        uint64        // Unix seconds, below 2^40
}

// Check refuses, as [ErrInvalid], what no circuit takes.
func (p Provider) Check() error {
	if err := checkTime("until", p.Until); err != nil {
		return fmt.Errorf("provider: %w", err)
	}
	return nil
}

// Leaf is the provider's leaf in the tree of providers.
func (p Provider) Leaf() field.Element {
	return field.Hash(field.TagProvider, p.Identity, p.Organisation, number(p.Roles), number(p.Until))
}

// ProviderIdentity is the identity commitment of a provider's secret, a random element.
func ProviderIdentity(secret field.Element) field.Element {
	return field.Hash(field.TagProviderIdentity, secret)
}

// Organisation is an organisation by its name, byte for byte.
func Organisation(name string) field.Element { return field.Digest("organisation", []byte(name)) }

// Pseudonym is a provider's i-th name towards a service in an epoch. Names of one provider cannot be linked without the secret; a
// proof shows that i is below the service's limit.
func Pseudonym(secret field.Element, service uint64, epoch uint32, i uint16) field.Element {
	return field.Hash(field.TagPseudonym, secret, number(service), number(epoch), number(i))
}

// Role is what a key may sign as.
type Role uint8

// Roles. Self is a subject's own and stands in no tree.
const (
	Self           Role = 0
	Registrar      Role = 1
	Representative Role = 2
	Attester       Role = 3
)

// String is the role in lower case.
func (r Role) String() string {
	switch r {
	case Self:
		return "self"
	case Registrar:
		return "registrar"
	case Representative:
		return "representative"
	case Attester:
		return "attester"
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// Issuer is a key that is accredited to sign for others.
type Issuer struct {
	Key   PublicKey
	Role  Role   // but not Self
	Until uint64 // Unix seconds, below 2^40
}

// Check refuses, as [ErrInvalid], what no circuit takes.
func (i Issuer) Check() error {
	if err := i.Key.Check(); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if i.Role == Self || i.Role > Attester {
		return fmt.Errorf("issuer: %w: role %v", ErrInvalid, i.Role)
	}
	if err := checkTime("until", i.Until); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	return nil
}

// Leaf is the issuer's leaf in the tree of issuers.
func (i Issuer) Leaf() field.Element {
	a := i.Key.Point
	return field.Hash(field.TagIssuer, a.X, a.Y, number(i.Role), number(i.Until))
}
