package party

import (
	"fmt"
	"time"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
)

// Terms are what a grant is to say, before its place is known.
type Terms struct {
	Service, Patient string
	Subject          identity.Subject
	Grantee          Public
	Scope            uint16
	Purpose          uint8
	From, Until      time.Time
	Basis            identity.Basis
	Text             string // of the terms that the grant stands on
}

// Give makes a grant for a place, signed by a patient, a registrar or a representative, and the note for its grantee.
func (s *Secret) Give(t Terms, place uint32) (vault.GrantGiven, *Note, error) {
	grantee, err := t.Grantee.Grantee()
	if err != nil {
		return vault.GrantGiven{}, nil, err
	}
	key, err := s.SigningKey()
	if err != nil {
		return vault.GrantGiven{}, nil, err
	}
	defer key.Zero()
	view := field.Random()
	n := &Note{Service: t.Service, Patient: t.Patient, Subject: t.Subject, View: view, Signer: key.Public()}
	n.Grant = identity.Grant{
		Subject: t.Subject.Handle(), Grantee: grantee, Scope: t.Scope, Purpose: t.Purpose, From: uint64(t.From.Unix()), Until: uint64(t.Until.Unix()),
		Basis: t.Basis, Role: identity.SignerRole(t.Basis), Terms: field.Digest("terms", []byte(t.Text)), Index: place, Salt: field.Random(),
		ViewHash: identity.ViewHash(view),
	}
	if err := n.Grant.Check(); err != nil {
		return vault.GrantGiven{}, nil, err
	}
	if n.Signature, err = key.Sign(n.Grant.Leaf()); err != nil {
		return vault.GrantGiven{}, nil, err
	}
	g := vault.GrantGiven{Patient: t.Patient, Grant: n.Grant, Signature: n.Signature}
	if t.Basis != identity.BasisConsent {
		issuer, err := s.Public.Issuer()
		if err != nil {
			return g, nil, err
		}
		g.Signer, n.SignerUntil = &issuer, issuer.Until
	}
	if t.Grantee.Kind == Organisation {
		g.Inbox = &grantee
		g.Note, err = n.Seal(t.Grantee)
	}
	return g, n, err
}

// Withdraw signs the end of a grant.
func (s *Secret) Withdraw(index uint32, leaf field.Element, basis identity.Basis, now time.Time) (vault.Withdrawal, error) {
	key, err := s.SigningKey()
	if err != nil {
		return vault.Withdrawal{}, err
	}
	defer key.Zero()
	w := vault.Withdrawal{Index: index, Time: uint64(now.Unix())}
	if w.Signature, err = key.Sign(identity.WithdrawalMessage(leaf, w.Time)); err != nil {
		return w, err
	}
	if basis != identity.BasisConsent {
		issuer, err := s.Public.Issuer()
		if err != nil {
			return w, err
		}
		w.Signer = &issuer
	}
	return w, nil
}

// GivenAs is a grant as its patient's file keeps it.
func GivenAs(t Terms, n *Note) Given {
	return Given{
		Service: t.Service, Patient: t.Patient, Index: n.Grant.Index, Grantee: t.Grantee.Name, ID: Element(n.Grant.Grantee), View: Element(n.View),
		Leaf: Element(n.Grant.Leaf()), Note: n.Encode(),
	}
}

// Bind signs that a patient's key is theirs, as a recovery when it takes a lost one's place.
func (s *Secret) Bind(service, patient string, who Public, recovery bool) (b vault.Binding, err error) {
	if b.Subject, err = who.Subject(); err != nil {
		return b, err
	}
	if b.Registrar, err = s.Public.Issuer(); err != nil {
		return b, err
	}
	key, err := s.SigningKey()
	if err != nil {
		return b, err
	}
	defer key.Zero()
	b.Patient, b.Recovery = patient, recovery
	b.Signature, err = key.Sign(bindingMessage(service, b))
	return b, err
}

func bindingMessage(service string, b vault.Binding) field.Element {
	place := vault.PlaceOf(service, b.Patient)
	if b.Recovery {
		place = vault.RecoveryOf(service, b.Patient)
	}
	return identity.BindingMessage(b.Subject.Handle(), b.Subject.Custody, place)
}

// Yield signs, with the key that is bound now, that another takes its place.
func (s *Secret) Yield(service string, b vault.Binding) (*identity.Signature, error) {
	key, err := s.SigningKey()
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	sig, err := key.Sign(bindingMessage(service, b))
	return &sig, err
}

// OpenOrganisation says whose provider has read, of the organisations that the patient has given grants to; false when none of them fits.
// A grant to a single provider hides their organisation's name behind its element, which is given then.
func (s *Secret) OpenOrganisation(e identity.Escrow, challenge field.Element) (name string, ok bool) {
	for _, g := range s.Given {
		organisation := identity.OpenOrganisation(e, field.Element(g.View), challenge)
		if organisation == field.Element(g.ID) {
			return g.Grantee, true
		}
	}
	return "", false
}

// Opened is an escrow that the auditor has opened: whose leaf it holds, and what proves it.
type Opened struct {
	Auditor   Hex     `json:"auditor"`
	Challenge Element `json:"challenge"`
	Escrow    Hex     `json:"escrow"`
	Leaf      Element `json:"leaf"`
	Opening   Hex     `json:"opening"` // Chaum–Pedersen, see identity.Opening
	Proof     []byte  `json:"proof"`   // the proof file that the escrow came with
}

// Open opens an escrow, as the auditor.
func (s *Secret) Open(escrow []byte, challenge field.Element, proof []byte) (o Opened, err error) {
	e, err := identity.ParseEscrow(escrow)
	if err != nil {
		return o, err
	}
	key, err := s.SigningKey()
	if err != nil {
		return o, err
	}
	defer key.Zero()
	leaf, opening, err := identity.OpenPerson(key, e, challenge)
	return Opened{s.Public.Key, Element(challenge), escrow, Element(leaf), opening.Bytes(), proof}, err
}

// Verify checks that an opening is what it says: that the escrow was left by whoever had the provider's secret, as the proof shows that came
// with it, and that it is this leaf's, by the auditor's key. A wrong accusation verifies by neither.
func (o Opened) Verify(v *circuits.Verifier) error {
	if err := o.verifyProof(v); err != nil {
		return fmt.Errorf("the proof of the reading: %w", err)
	}
	return o.verifyOpening()
}

// verifyProof says that the proof holds and is about this escrow, this challenge and this auditor.
func (o Opened) verifyProof(v *circuits.Verifier) error {
	proof, err := circuits.ParseProof(o.Proof)
	if err != nil {
		return err
	}
	if err := v.Verify(proof); err != nil {
		return err
	}
	shown, err := authorization.PublicOf(proof)
	if err != nil {
		return err
	}
	e, err := identity.ParseEscrow(o.Escrow)
	if err != nil {
		return err
	}
	auditor, err := identity.ParsePublicKey(o.Auditor)
	if err != nil {
		return err
	}
	if shown.Escrow != e.Digest() || shown.Challenge != field.Element(o.Challenge) || shown.Auditor != identity.AuditorDigest(auditor) {
		return fmt.Errorf("%w: the proof is about another reading", identity.ErrOpening)
	}
	return nil
}

func (o Opened) verifyOpening() error {
	key, err := identity.ParsePublicKey(o.Auditor)
	if err != nil {
		return err
	}
	e, err := identity.ParseEscrow(o.Escrow)
	if err != nil {
		return err
	}
	opening, err := identity.ParseOpening(o.Opening)
	if err != nil {
		return err
	}
	leaf, err := identity.VerifyOpening(key, e, field.Element(o.Challenge), opening)
	if err == nil && leaf != field.Element(o.Leaf) {
		err = fmt.Errorf("%w: it is of another provider", identity.ErrOpening)
	}
	return err
}
