// Package consent is the statement by which somebody shows that they consented, and not who they are:
//
// "A person I am gave this grant, live, for these terms."
//
// Public, in this order:
//
//	grantsRoot  root of the tree of grants
//	grantee     whom the consent is given to: a trial, an organisation, a provider
//	terms       digest of the text that was consented to
//	request     purpose ‖ basis ‖ custody ‖ time (Request)
//	tag         H("tag", identity, grantee): the person, for this grantee alone
//	context     what the proof is bound to
//
// What is proven, each a test of this package breaks alone:
//
//  1. the request is made of parts within their bounds, and its basis is consent;
//  2. the prover knows the secret of the identity, and the handle is made of it, a key, the request's custody and a salt;
//  3. grant: a leaf of this handle with this grantee, these terms and the request's purpose and basis is in the tree, at the index that it
//     names, with the role of somebody who signs for themselves;
//  4. from ≤ time < until;
//  5. the signature over the grant's leaf is that of the handle's key;
//  6. the tag is the identity's, for this grantee.
//
// What is not: which classes of data the grant covers (the terms say), that the handle is a person whom a registrar has bound, that
// the root is fresh and the time is now (the verifier compares them), and, where the custody is an institution's, that the person knows.
// A consent that a representative gave is not one of these: its signer stands in the tree of issuers, which is not looked at.
package consent

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// GrantLevels is the height of the tree of grants, of four children a node.
const GrantLevels = 14

// Circuit is the statement, with its witness. Assign makes one from native values.
type Circuit struct {
	GrantsRoot frontend.Variable `gnark:"grantsRoot,public"`
	Grantee    frontend.Variable `gnark:"grantee,public"`
	Terms      frontend.Variable `gnark:"terms,public"`
	Request    frontend.Variable `gnark:"request,public"`
	Tag        frontend.Variable `gnark:"tag,public"`
	Context    frontend.Variable `gnark:"context,public"`

	Asked     asked
	Secret    frontend.Variable
	Salt      frontend.Variable
	Preimage  gadget.Point // A′ of the key A = [8]A′
	Grant     grant
	Signature gadget.Signature
}

type asked struct{ Purpose, Custody, Time frontend.Variable }

type grant struct {
	Scope, From, Until, Salt, ViewHash frontend.Variable
	Path                               [GrantLevels]gadget.Step
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
	c.request(api)                               // 1
	key := curve.KeyPoint(c.Preimage)            // 2
	id := h.Hash(field.TagIdentity, c.Secret)    //
	leaf := c.leaf(api, h, c.handle(h, key, id)) // 3
	api.AssertIsEqual(gadget.Root(api, h, leaf, c.Grant.Path[:]), c.GrantsRoot)
	gadget.Bits(api, c.Grant.From, identity.TimeBits) // 4
	gadget.AssertAtMost(api, c.Grant.From, c.Asked.Time, identity.TimeBits)
	gadget.AssertLess(api, c.Asked.Time, c.Grant.Until, identity.TimeBits)
	curve.AssertSignature(h, key, leaf, c.Signature)                    // 5
	api.AssertIsEqual(h.Hash(field.TagPersonTag, id, c.Grantee), c.Tag) // 6
	api.Mul(c.Context, c.Context)                                       // a public input that stands in no constraint binds nothing
	return nil
}

// request bounds the parts and puts them together.
func (c *Circuit) request(api frontend.API) {
	a := c.Asked
	gadget.Bits(api, a.Purpose, identity.PurposeBits)
	gadget.Bits(api, a.Custody, identity.CustodyBits)
	gadget.Bits(api, a.Time, identity.TimeBits)
	packed := api.Add(api.Mul(a.Purpose, 1<<identity.BasisBits), int(identity.BasisConsent))
	packed = api.Add(api.Mul(packed, 1<<identity.CustodyBits), a.Custody)
	packed = api.Add(api.Mul(packed, 1<<identity.TimeBits), a.Time)
	api.AssertIsEqual(packed, c.Request)
}

func (c *Circuit) handle(h *gadget.Hasher, key gadget.Point, id frontend.Variable) frontend.Variable {
	return gadget.Subject{Key: key, Identity: id, Custody: c.Asked.Custody, Salt: c.Salt}.Handle(h)
}

func (c *Circuit) leaf(api frontend.API, h *gadget.Hasher, handle frontend.Variable) frontend.Variable {
	g := c.Grant
	return gadget.Grant{
		Subject: handle, Grantee: c.Grantee, Scope: g.Scope, Purpose: c.Asked.Purpose, From: g.From, Until: g.Until,
		Basis: int(identity.BasisConsent), Role: int(identity.Self), Terms: c.Terms, Index: gadget.Index(api, g.Path[:]),
		Salt: g.Salt, ViewHash: g.ViewHash,
	}.Leaf(h)
}
