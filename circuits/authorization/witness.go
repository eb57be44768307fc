package authorization

import (
	"errors"
	"fmt"
	"slices"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// names are the public inputs in their order.
var names = []string{
	"providersRoot", "issuersRoot", "grantsRoot", "subjectTag", "request", "challenge", "pseudonym", "auditor", "escrow",
}

// Statement is the circuit under its name.
func Statement() circuits.Statement {
	return circuits.Statement{ID: "authorization", Version: 1, Public: names, New: func() frontend.Circuit { return &Circuit{} }}
}

// Public is what a proof shows.
type Public struct {
	ProvidersRoot, IssuersRoot, GrantsRoot field.Element
	SubjectTag, Request, Challenge         field.Element
	Pseudonym, Auditor, Escrow             field.Element
}

func (p *Public) fields() []*field.Element {
	return []*field.Element{
		&p.ProvidersRoot, &p.IssuersRoot, &p.GrantsRoot, &p.SubjectTag, &p.Request, &p.Challenge, &p.Pseudonym, &p.Auditor, &p.Escrow,
	}
}

// PublicOf reads what a proof of this statement shows.
func PublicOf(proof *circuits.Proof) (p Public, err error) {
	for i, f := range p.fields() {
		v, ok := proof.Public[names[i]]
		if !ok {
			return Public{}, fmt.Errorf("%w: %s is missing", circuits.ErrMalformed, names[i])
		}
		*f = v
	}
	return p, nil
}

// Reasons why an authorization cannot be proven. A prover is told before the work; a verifier never sees such a proof.
var (
	ErrNotAccredited = errors.New("the provider is not accredited, or no longer")
	ErrNotGranted    = errors.New("the grant is not in the tree of grants")
	ErrExpired       = errors.New("the grant is not in force at this time")
	ErrScope         = errors.New("the grant does not cover this scope")
	ErrPurpose       = errors.New("the grant is for another purpose")
	ErrBasis         = errors.New("the grant has another basis")
	ErrSubject       = errors.New("the grant is another subject's")
	ErrGrantee       = errors.New("the grant is for another organisation or provider")
	ErrCustody       = errors.New("who holds the subject's key is not as the request says")
	ErrSigner        = errors.New("whoever signed the grant may not sign it, or no longer")
	ErrReads         = errors.New("all reads of this epoch are used up")
)

// Witness is everything that a provider knows, of which a verifier learns Public and no more.
type Witness struct {
	Secret       field.Element // the provider's
	Provider     identity.Provider
	ProviderPath []field.Step

	Subject   identity.Subject
	Grant     identity.Grant
	View      field.Element // shared by patient and grantee
	GrantPath []field.Step

	Signer      identity.PublicKey
	SignerUntil uint64       // of an issuer; 0 for the subject's own key
	SignerPath  []field.Step // for the subject's own key, any path of the tree of issuers: its root is shown
	Signature   identity.Signature

	Request   identity.Request
	Challenge field.Element
	Read      uint16 // which of the epoch's reads this is, from 0
	Auditor   identity.PublicKey
}

// Check says why nothing can be proven.
func (w *Witness) Check() error {
	g, r := w.Grant, w.Request
	_, accredited := field.Climb(w.Provider.Leaf(), w.ProviderPath)
	_, granted := field.Climb(g.Leaf(), w.GrantPath)
	for _, c := range []struct {
		holds bool
		err   error
	}{
		{accredited && w.Provider.Until > r.Time && w.Provider.Identity == identity.ProviderIdentity(w.Secret), ErrNotAccredited},
		{g.Subject == w.Subject.Handle(), ErrSubject},
		{w.Subject.Custody == r.Custody, ErrCustody},
		{g.Grantee == w.Provider.Organisation || g.Grantee == w.Provider.Identity, ErrGrantee},
		{g.Basis == r.Basis, ErrBasis},
		{g.Purpose == r.Purpose, ErrPurpose},
		{r.Scope&^g.Scope == 0, ErrScope},
		{g.From <= r.Time && r.Time < g.Until, ErrExpired},
		{granted && g.ViewHash == identity.ViewHash(w.View), ErrNotGranted},
		{w.signed(), ErrSigner},
		{w.Read < r.K, ErrReads},
	} {
		if !c.holds {
			return c.err
		}
	}
	return errors.Join(g.Check(), r.Check(), w.Auditor.Check())
}

// signed says whether the grant's signer may be one, and has signed.
func (w *Witness) signed() bool {
	if w.Grant.Basis == identity.BasisConsent {
		if !w.Signer.Equal(w.Subject.Key) {
			return false
		}
	} else if _, ok := field.Climb(w.issuer().Leaf(), w.SignerPath); !ok || w.SignerUntil <= w.Request.Time {
		return false
	}
	return identity.Verify(w.Signer, w.Grant.Leaf(), w.Signature) == nil
}

func (w *Witness) issuer() identity.Issuer {
	return identity.Issuer{Key: w.Signer, Role: w.Grant.Role, Until: w.SignerUntil}
}

// Escrow is what goes with the proof: the provider's leaf for the auditor and the organisation for the patient.
func (w *Witness) Escrow() (identity.Escrow, error) {
	e, t, err := identity.SealEscrow(w.Secret, identity.Disclosure{
		Auditor: w.Auditor, Challenge: w.Challenge, Provider: w.Provider.Leaf(), Organisation: w.Provider.Organisation, View: w.View,
	})
	if err == nil {
		t.SetUint64(0) // the scalar would open it
	}
	return e, err
}

// Public computes what the proof will show. It does not check that there can be one.
func (w *Witness) Public() (Public, error) {
	request, err := w.Request.Pack()
	if err != nil {
		return Public{}, err
	}
	escrow, err := w.Escrow()
	if err != nil {
		return Public{}, err
	}
	return Public{
		ProvidersRoot: field.Root(w.ProviderPath), IssuersRoot: field.Root(w.SignerPath), GrantsRoot: field.Root(w.GrantPath),
		SubjectTag: identity.SubjectTag(w.Subject.Handle(), w.Challenge), Request: request, Challenge: w.Challenge,
		Pseudonym: identity.Pseudonym(w.Secret, w.Request.Service, w.Request.Epoch, w.Read),
		Auditor:   identity.AuditorDigest(w.Auditor), Escrow: escrow.Digest(),
	}, nil
}

// Assign makes the circuit's assignment, after Check.
func (w *Witness) Assign() (*Circuit, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	return w.assign()
}

// assign is Assign for any witness, also one of which the statement is not true.
func (w *Witness) assign() (*Circuit, error) {
	public, err := w.Public()
	if err != nil {
		return nil, err
	}
	r := w.Request
	c := &Circuit{
		ProvidersRoot: public.ProvidersRoot, IssuersRoot: public.IssuersRoot, GrantsRoot: public.GrantsRoot,
		SubjectTag: public.SubjectTag, Request: public.Request, Challenge: public.Challenge,
		Pseudonym: public.Pseudonym, Auditor: public.Auditor, Escrow: public.Escrow,
		Asked: request{
			Service: r.Service, Scope: r.Scope, Purpose: r.Purpose, Basis: int(r.Basis), Custody: int(r.Custody), Time: r.Time, Epoch: r.Epoch, K: r.K,
		},
		Provider: provider{Secret: w.Secret, Organisation: w.Provider.Organisation, Roles: w.Provider.Roles, Until: w.Provider.Until},
		Subject:  subject{Key: gadget.PointOf(w.Subject.Key.Point), Identity: w.Subject.Identity, Salt: w.Subject.Salt},
		Grant: grant{
			Grantee: w.Grant.Grantee, Scope: w.Grant.Scope, From: w.Grant.From, Until: w.Grant.Until, Role: int(w.Grant.Role),
			Terms: w.Grant.Terms, Salt: w.Grant.Salt, View: w.View,
		},
		Signer:     signer{Preimage: gadget.PointOf(w.Signer.Preimage()), Until: w.SignerUntil},
		Signature:  gadget.SignatureOf(w.Signature),
		Read:       w.Read,
		AuditorKey: gadget.PointOf(w.Auditor.Point),
	}
	return c, errors.Join(
		gadget.AssignPath("provider", c.Provider.Path[:], w.ProviderPath),
		gadget.AssignPath("grant", c.Grant.Path[:], w.GrantPath),
		gadget.AssignPath("signer", c.Signer.Path[:], w.signerPath()))
}

// signerPath is the signer's path, and for a consent, whose signer is in no tree, one that holds together and leads nowhere: the circuit
// walks it all the same.
func (w *Witness) signerPath() []field.Step {
	if w.Grant.Basis != identity.BasisConsent {
		return w.SignerPath
	}
	node, path := w.issuer().Leaf(), slices.Clone(w.SignerPath)
	for i := range path {
		path[i].Children[path[i].Position%field.Arity] = node
		node = field.Node(path[i].Children)
	}
	return path
}
