package party

import (
	"fmt"

	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/registry"
)

// Copies are a provider's copies of the trees.
type Copies struct{ Providers, Issuers, Grants *registry.Copy }

// Witness puts together what a provider proves an authorization with. Reasons why it cannot be are those of package authorization.
func (s *Secret) Witness(
	c Copies, n *Note, request identity.Request, challenge field.Element, auditor identity.PublicKey, read uint16,
) (*authorization.Witness, error) {
	who, err := s.Public.Provider()
	if err != nil {
		return nil, err
	}
	if s.Secret == nil {
		return nil, fmt.Errorf("%w: it has no secret", ErrFile)
	}
	w := &authorization.Witness{
		Secret: field.Element(*s.Secret), Provider: who, Subject: n.Subject, Grant: n.Grant, View: n.View, Signer: n.Signer,
		SignerUntil: n.SignerUntil, Signature: n.Signature, Request: request, Challenge: challenge, Read: read, Auditor: auditor,
		SignerPath: c.Issuers.AnyPath(),
	}
	place, ok := c.Providers.Find(who.Leaf())
	if !ok {
		return nil, authorization.ErrNotAccredited
	}
	if w.ProviderPath, err = c.Providers.Path(place); err != nil {
		return nil, err
	}
	if c.Grants.Leaf(n.Grant.Index) != n.Grant.Leaf() {
		return nil, authorization.ErrNotGranted
	}
	if w.GrantPath, err = c.Grants.Path(n.Grant.Index); err != nil {
		return nil, err
	}
	if n.Grant.Basis != identity.BasisConsent {
		place, ok := c.Issuers.Find(identity.Issuer{Key: n.Signer, Role: n.Grant.Role, Until: n.SignerUntil}.Leaf())
		if !ok {
			return nil, authorization.ErrSigner
		}
		if w.SignerPath, err = c.Issuers.Path(place); err != nil {
			return nil, err
		}
	}
	return w, w.Check()
}

// NextRead takes the next pseudonym of an epoch: authorization.ErrReads when all k are used. Save the file before it is shown to anybody,
// so that a crash loses one and never shows one twice.
func (s *Secret) NextRead(service string, epoch uint32, k uint16) (uint16, error) {
	for i := range s.Reads {
		if r := &s.Reads[i]; r.Service == service && r.Epoch == epoch {
			if r.Used >= k {
				return 0, authorization.ErrReads
			}
			r.Used++
			return r.Used - 1, nil
		}
	}
	kept := s.Reads[:0]
	for _, r := range s.Reads { // epochs that are over
		if r.Service != service || r.Epoch > epoch {
			kept = append(kept, r)
		}
	}
	s.Reads = append(kept, Reads{Service: service, Epoch: epoch, Used: 1})
	return 0, nil
}
