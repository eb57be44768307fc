// Package authorization is the statement by which a provider reads without saying who they are:
//
// "I am an accredited provider. A live grant of this subject covers my organisation, or me, for this scope and purpose, now. My
// organisation is encrypted to the patient, and I to the auditor."
//
// Public, in this order:
//
//	providersRoot  root of the tree of accredited providers
//	issuersRoot    root of the tree of registrars, representatives and attesters
//	grantsRoot     root of the tree of grants
//	subjectTag     H("subject-tag", handle, challenge): whose record, for those who know the handle
//	request        service ‖ scope ‖ purpose ‖ basis ‖ custody ‖ time ‖ epoch ‖ k (identity.Request)
//	challenge      what the verifier gave for this one proof
//	pseudonym      H("pseudonym", secret, service, epoch, i) for an i < k: not linkable, at most k of them in an epoch
//	auditor        digest of the auditor's key, whose order and curve the verifier has checked
//	escrow         digest of (R, person, organisation), which the verifier keeps
//
// What is proven, each a test of this package breaks alone:
//
//  1. the request is made of parts within their bounds;
//  2. provider: the leaf of a secret that the prover knows is in the tree, and until is after the request's time;
//  3. subject: the tag is that of a handle made of a key, an identity, the request's custody and a salt;
//  4. grant: a leaf of this handle with the request's purpose and basis is in the tree, at the index that it names;
//  5. from ≤ time < until, and every class of the request's scope is one of the grant's;
//  6. the grantee is the provider's organisation or the provider;
//  7. signer: the subject's own key if the basis is consent, else a key that is in the tree of issuers at the time, with the role that the
//     basis asks for; and the grant says that role;
//  8. the signature over the grant's leaf is the signer's;
//  9. the pseudonym is the provider's, for this service and epoch, with i < k;
//  10. the escrow holds the provider's leaf under the auditor's key, and the organisation under the grant's view secret.
//
// What is not: that the grant's subject is a person whom the registration authority has bound (the verifier knows the handle, and looks),
// that the roots are fresh, the time is now and the challenge is new (the verifier compares them).
package authorization

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// Levels of the trees, of four children a node.
const (
	ProviderLevels = 10
	IssuerLevels   = 6
	GrantLevels    = 14
)

// Circuit is the statement, with its witness. Assign makes one from native values.
type Circuit struct {
	ProvidersRoot frontend.Variable `gnark:"providersRoot,public"`
	IssuersRoot   frontend.Variable `gnark:"issuersRoot,public"`
	GrantsRoot    frontend.Variable `gnark:"grantsRoot,public"`
	SubjectTag    frontend.Variable `gnark:"subjectTag,public"`
	Request       frontend.Variable `gnark:"request,public"`
	Challenge     frontend.Variable `gnark:"challenge,public"`
	Pseudonym     frontend.Variable `gnark:"pseudonym,public"`
	Auditor       frontend.Variable `gnark:"auditor,public"`
	Escrow        frontend.Variable `gnark:"escrow,public"`

	Asked      request
	Provider   provider
	Subject    subject
	Grant      grant
	Signer     signer
	Signature  gadget.Signature
	Read       frontend.Variable // i, which of the epoch's k reads this is
	AuditorKey gadget.Point
}

type request struct{ Service, Scope, Purpose, Basis, Custody, Time, Epoch, K frontend.Variable }

type provider struct {
	Secret, Organisation, Roles, Until frontend.Variable
	Path                               [ProviderLevels]gadget.Step
}

type subject struct {
	Key            gadget.Point
	Identity, Salt frontend.Variable
}

type grant struct {
	Grantee, Scope, From, Until, Role, Terms, Salt, View frontend.Variable
	Path                                                 [GrantLevels]gadget.Step
}

type signer struct {
	Preimage gadget.Point // A′ of the key A = [8]A′
	Until    frontend.Variable
	Path     [IssuerLevels]gadget.Step
}

// prover is a circuit under definition.
type prover struct {
	*Circuit
	api frontend.API
	h   *gadget.Hasher
	c   *gadget.Curve
}

// Define implements [frontend.Circuit]; the numbers are those of the package's list.
func (c *Circuit) Define(api frontend.API) error {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return err
	}
	curve, err := gadget.NewCurve(api)
	if err != nil {
		return err
	}
	p := prover{c, api, h, curve}
	scope := p.request()                              // 1
	id, leaf := p.provider()                          // 2
	handle := p.subject()                             // 3
	grant := p.grant(handle)                          // 4
	p.covers(scope)                                   // 5
	p.grantee(id)                                     // 6
	key := p.signer()                                 // 7
	curve.AssertSignature(h, key, grant, c.Signature) // 8
	p.pseudonym()                                     // 9
	p.escrow(leaf)                                    // 10
	return nil
}

// request bounds the parts and puts them together; it gives the scope's bits.
func (p prover) request() (scope []frontend.Variable) {
	r := p.Asked
	scope = gadget.Bits(p.api, r.Scope, identity.ScopeBits)
	for _, part := range []struct {
		value frontend.Variable
		width int
	}{
		{r.Service, identity.ServiceBits}, {r.Purpose, identity.PurposeBits}, {r.Custody, identity.CustodyBits},
		{r.Time, identity.TimeBits}, {r.Epoch, identity.EpochBits}, {r.K, identity.KBits},
	} {
		gadget.Bits(p.api, part.value, part.width)
	}
	p.known(r.Basis)
	shift := func(high frontend.Variable, width int, low frontend.Variable) frontend.Variable {
		return p.api.Add(p.api.Mul(high, 1<<width), low)
	}
	packed := shift(r.Service, identity.ScopeBits, r.Scope)
	packed = shift(packed, identity.PurposeBits, r.Purpose)
	packed = shift(packed, identity.BasisBits, r.Basis)
	packed = shift(packed, identity.CustodyBits, r.Custody)
	packed = shift(packed, identity.TimeBits, r.Time)
	packed = shift(packed, identity.EpochBits, r.Epoch)
	p.api.AssertIsEqual(shift(packed, identity.KBits, r.K), p.Request)
	return scope
}

// known says that the basis is one of those that there are, and so bounds it.
func (p prover) known(basis frontend.Variable) {
	var product frontend.Variable = 1
	for b := identity.BasisConsent; b <= identity.BasisLaw; b++ {
		product = p.api.Mul(product, p.api.Sub(basis, int(b)))
	}
	p.api.AssertIsEqual(product, 0)
}

func (p prover) provider() (id, leaf frontend.Variable) {
	v := p.Provider
	id = p.h.Hash(field.TagProviderIdentity, v.Secret)
	leaf = p.h.Hash(field.TagProvider, id, v.Organisation, v.Roles, v.Until)
	root := gadget.Root(p.api, p.h, leaf, v.Path[:])
	p.api.AssertIsEqual(root, p.ProvidersRoot)
	p.lasts(v.Until)
	return id, leaf
}

// lasts says that until is after the request's time.
func (p prover) lasts(until frontend.Variable) {
	gadget.AssertLess(p.api, p.Asked.Time, until, identity.TimeBits)
}

func (p prover) subject() (handle frontend.Variable) {
	s := p.Subject
	handle = gadget.Subject{Key: s.Key, Identity: s.Identity, Custody: p.Asked.Custody, Salt: s.Salt}.Handle(p.h)
	p.api.AssertIsEqual(p.h.Hash(field.TagSubjectTag, handle, p.Challenge), p.SubjectTag)
	return handle
}

func (p prover) grant(handle frontend.Variable) (leaf frontend.Variable) {
	g := p.Grant
	leaf = gadget.Grant{
		Subject: handle, Grantee: g.Grantee, Scope: g.Scope, Purpose: p.Asked.Purpose, From: g.From, Until: g.Until, Basis: p.Asked.Basis,
		Role: g.Role, Terms: g.Terms, Index: gadget.Index(p.api, g.Path[:]), Salt: g.Salt, ViewHash: p.h.Hash(field.TagView, g.View),
	}.Leaf(p.h)
	root := gadget.Root(p.api, p.h, leaf, g.Path[:])
	p.api.AssertIsEqual(root, p.GrantsRoot)
	return leaf
}

func (p prover) covers(scope []frontend.Variable) {
	g := p.Grant
	gadget.Bits(p.api, g.From, identity.TimeBits)
	gadget.AssertAtMost(p.api, g.From, p.Asked.Time, identity.TimeBits)
	p.lasts(g.Until)
	gadget.AssertSubset(p.api, scope, gadget.Bits(p.api, g.Scope, identity.ScopeBits))
}

func (p prover) grantee(id frontend.Variable) {
	g := p.Grant.Grantee
	p.api.AssertIsEqual(p.api.Mul(p.api.Sub(g, p.Provider.Organisation), p.api.Sub(g, id)), 0)
}

// signer gives the key that the signature has to be of.
func (p prover) signer() gadget.Point {
	basis, s := p.Asked.Basis, p.Signer
	consent := p.is(basis, identity.BasisConsent)
	representative := p.is(basis, identity.BasisRepresentative)
	role := p.api.Add(p.api.Mul(consent, int(identity.Self)), p.api.Mul(representative, int(identity.Representative)))
	others := p.api.Sub(1, consent, representative) // care, emergency and law
	p.api.AssertIsEqual(p.Grant.Role, p.api.Add(role, p.api.Mul(others, int(identity.Registrar))))

	key := p.c.KeyPoint(s.Preimage)
	// x alone tells a point of the group of prime order: the other one with it, (x, −y), is not of that order
	p.api.AssertIsEqual(p.api.Mul(consent, p.api.Sub(key.X, p.Subject.Key.X)), 0)

	leaf := gadget.Issuer{Key: key, Role: p.Grant.Role, Until: s.Until}.Leaf(p.h)
	root := gadget.Root(p.api, p.h, leaf, s.Path[:])
	issued := p.api.Sub(1, consent)
	p.api.AssertIsEqual(p.api.Mul(issued, p.api.Sub(root, p.IssuersRoot)), 0)
	p.lasts(p.api.Select(consent, p.Grant.Until, s.Until))
	return key
}

func (p prover) is(basis frontend.Variable, b identity.Basis) frontend.Variable {
	return p.api.IsZero(p.api.Sub(basis, int(b)))
}

func (p prover) pseudonym() {
	a := p.Asked
	gadget.Bits(p.api, p.Read, identity.KBits)
	gadget.AssertLess(p.api, p.Read, a.K, identity.KBits)
	own := p.h.Hash(field.TagPseudonym, p.Provider.Secret, a.Service, a.Epoch, p.Read)
	p.api.AssertIsEqual(own, p.Pseudonym)
}

func (p prover) escrow(leaf frontend.Variable) {
	a := p.AuditorKey
	p.api.AssertIsEqual(p.h.Hash(field.TagAuditor, a.X, a.Y), p.Auditor)
	e := p.c.Seal(p.h, p.Provider.Secret, p.Challenge, a, leaf, p.Provider.Organisation, p.Grant.View)
	p.api.AssertIsEqual(e.Digest(p.h), p.Escrow)
}
