package identity

import (
	"fmt"

	"lethe/circuits/field"
)

// Custody says who holds a subject's keys.
type Custody uint8

// Custodies.
const (
	Own       Custody = 0 // the person, alone
	Custodial Custody = 1 // an institution, for the person
)

// String is "own" or "custodial".
func (c Custody) String() string {
	switch c {
	case Own:
		return "own"
	case Custodial:
		return "custodial"
	}
	return fmt.Sprintf("custody(%d)", uint8(c))
}

func (c Custody) check() error {
	if c > Custodial {
		return fmt.Errorf("%w: custody %d", ErrInvalid, uint8(c))
	}
	return nil
}

// Subject is a person of whom data are kept. The salt, a random element, keeps a handle from being guessed.
type Subject struct {
	Key      PublicKey
	Identity field.Element // of the person's secret, see IdentityOf
	Custody  Custody
	Salt     field.Element
}

// Handle is what grants and the log name a subject by.
func (s Subject) Handle() field.Element {
	a := s.Key.Point
	return field.Hash(field.TagSubject, a.X, a.Y, s.Identity, number(s.Custody), s.Salt)
}

// IdentityOf is the identity commitment of a subject's secret, a random element.
//
//nolint:revive // "Of" alone would not say of what
func IdentityOf(secret field.Element) field.Element {
	return field.Hash(field.TagIdentity, secret)
}

// BindingMessage is what a registrar signs to say that a handle is the person's at that [Place].
func BindingMessage(handle field.Element, custody Custody, place field.Element) field.Element {
	return field.Hash(field.TagBinding, handle, number(custody), place)
}

// Place names the vault and the patient that a binding is for, in whatever form its registrar writes both.
func Place(name []byte) field.Element { return field.Digest("place", name) }

// SubjectTag is what a proof shows of its subject: another one for each challenge.
func SubjectTag(handle, challenge field.Element) field.Element {
	return field.Hash(field.TagSubjectTag, handle, challenge)
}
