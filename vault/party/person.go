package party

import (
	"fmt"
	"time"

	"lethe/circuits/consent"
	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/vault/attest"
	"lethe/vault/registry"
)

// Attest signs values of a schema as those of a patient, from a moment until another, as an attester whom an accreditor has
// enrolled.
func (s *Secret) Attest(schema *attest.Schema, of Public, r *attest.Result, from time.Time) (*attest.Signed, error) {
	who, err := of.Subject()
	if err != nil {
		return nil, err
	}
	issuer, err := s.Public.Issuer()
	if err != nil {
		return nil, err
	}
	digest, err := schema.Digest()
	if err != nil {
		return nil, err
	}
	key, err := s.SigningKey()
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	return attest.Sign(identity.Attestation{
		Identity: who.Identity, Key: identity.KeyDigest(who.Key), Schema: digest, From: uint64(from.Unix()), Until: uint64(r.Until.Unix()),
		Values: r.Values,
	}, key, issuer.Until)
}

// Moment is when something is proven, and what the proof is bound to.
type Moment struct {
	Time    time.Time
	Context field.Element // see identity.Context
}

// Consents puts together what a patient proves a consent with that they have given. Reasons why it cannot be are those of package
// consent.
func (s *Secret) Consents(grants *registry.Copy, n *Note, at Moment) (*consent.Witness, error) {
	secret, err := s.person()
	if err != nil {
		return nil, err
	}
	w := &consent.Witness{
		Secret: secret, Subject: n.Subject, Grant: n.Grant, Signature: n.Signature, Time: uint64(at.Time.Unix()), Context: at.Context,
	}
	if grants.Leaf(n.Grant.Index) != n.Grant.Leaf() {
		return nil, consent.ErrNotGranted
	}
	if w.Path, err = grants.Path(n.Grant.Index); err != nil {
		return nil, err
	}
	return w, w.Check()
}

// Satisfies puts together what a person proves with that their attestation satisfies a policy. Reasons why it cannot be are those
// of package eligibility.
func (s *Secret) Satisfies(issuers *registry.Copy, a *attest.Signed, asked policy.Policy, at Moment) (*eligibility.Witness, error) {
	secret, err := s.person()
	if err != nil {
		return nil, err
	}
	w := &eligibility.Witness{
		Secret: secret, Attestation: a.Attestation, Attester: a.Attester, AttesterUntil: a.AccreditedUntil, Signature: a.Signature,
		Policy: asked, Time: uint64(at.Time.Unix()), Context: at.Context,
	}
	place, ok := issuers.Find(identity.Issuer{Key: a.Attester, Role: identity.Attester, Until: a.AccreditedUntil}.Leaf())
	if !ok {
		return nil, eligibility.ErrNotAccredited
	}
	if w.Path, err = issuers.Path(place); err != nil {
		return nil, err
	}
	return w, w.Check()
}

// person is a patient's secret.
func (s *Secret) person() (field.Element, error) {
	if s.Kind != Patient || s.Secret == nil {
		return field.Element{}, fmt.Errorf("%w: a patient's is needed", ErrFile)
	}
	return field.Element(*s.Secret), nil
}

// Consented finds the consents in a patient's file that can be proven with a service: the one of a place, or all when there is
// none named. [ErrNote] when the file has no note of that place, as of grants of before.
func (s *Secret) Consented(service string, place *uint32) (notes []*Note, err error) {
	for _, g := range s.Given {
		if g.Service != service || place != nil && g.Index != *place || place == nil && len(g.Note) == 0 {
			continue
		}
		n, err := DecodeNote(g.Note)
		if err != nil {
			return nil, fmt.Errorf("grant %d: %w", g.Index, err)
		}
		notes = append(notes, n)
	}
	return notes, nil
}
