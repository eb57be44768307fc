// Package eligibility is the statement by which somebody shows that they may take part, in a trial or a plan, and nothing else about them:
//
// "My accredited, unexpired attestation satisfies this policy."
//
// Public, in this order:
//
//	issuersRoot  root of the tree of registrars, representatives and attesters
//	policy       digest of the policy: what it is for, by which schema, and what it asks (policy.Policy)
//	tag          H("tag", identity, scope): the person, for the policy's scope alone
//	time         Unix seconds
//	context      what the proof is bound to
//
// What is proven, each a test of this package breaks alone:
//
//  1. the prover knows the secret of the identity that is attested;
//  2. the signature over the attestation is that of a key which is in the tree of issuers as an attester, until after the time;
//  3. from ≤ time < until, of the attestation, whose bounds are the time's as well;
//  4. the attestation is of the policy's schema, and every clause of the policy holds of its values: of what is unknown nothing holds;
//  5. the tag is the identity's, for the policy's scope.
//
// What is not: that the policy is the one that the verifier means and one that asks for anything (they compute the digest of a policy
// that they have checked), that the root is fresh and the time is now, that the attester was told the truth, and whose key the attestation names.
package eligibility

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// IssuerLevels is the height of the tree of issuers, of four children a node.
const IssuerLevels = 6

// Circuit is the statement, with its witness. Assign makes one from native values.
type Circuit struct {
	IssuersRoot frontend.Variable `gnark:"issuersRoot,public"`
	Policy      frontend.Variable `gnark:"policy,public"`
	Tag         frontend.Variable `gnark:"tag,public"`
	Time        frontend.Variable `gnark:"time,public"`
	Context     frontend.Variable `gnark:"context,public"`

	Secret    frontend.Variable
	Attested  attested
	Asked     asked
	Attester  attester
	Signature gadget.Signature
}

// attested is what the attestation says beside the identity, which is the secret's, and the schema, which is the policy's.
type attested struct {
	Key, From, Until frontend.Variable
	Values           [identity.Attributes]frontend.Variable
}

// asked is the policy.
type asked = gadget.Policy

type attester struct {
	Preimage gadget.Point // A′ of the key A = [8]A′
	Until    frontend.Variable
	Path     [IssuerLevels]gadget.Step
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
	id := h.Hash(field.TagIdentity, c.Secret)            // 1
	key := c.attester(api, h, curve)                     // 2
	message := c.attested(id).Message(api, h)            //
	curve.AssertSignature(h, key, message, c.Signature)  //
	c.lasts(api)                                         // 3
	api.AssertIsEqual(c.Asked.Digest(api, h), c.Policy)  // 4
	c.Asked.AssertHolds(api, c.Attested.Values)          //
	tag := h.Hash(field.TagPersonTag, id, c.Asked.Scope) // 5
	api.AssertIsEqual(tag, c.Tag)                        //
	api.Mul(c.Context, c.Context)                        // a public input that stands in no constraint binds nothing
	return nil
}

func (c *Circuit) attested(id frontend.Variable) gadget.Attestation {
	a := c.Attested
	return gadget.Attestation{Identity: id, Key: a.Key, Schema: c.Asked.Schema, From: a.From, Until: a.Until, Values: a.Values}
}

// attester gives the key that the signature has to be of.
func (c *Circuit) attester(api frontend.API, h *gadget.Hasher, curve *gadget.Curve) gadget.Point {
	a := c.Attester
	key := curve.KeyPoint(a.Preimage)
	leaf := gadget.Issuer{Key: key, Role: int(identity.Attester), Until: a.Until}.Leaf(h)
	api.AssertIsEqual(gadget.Root(api, h, leaf, a.Path[:]), c.IssuersRoot)
	gadget.AssertLess(api, c.Time, a.Until, identity.TimeBits)
	return key
}

func (c *Circuit) lasts(api frontend.API) {
	gadget.AssertAtMost(api, c.Attested.From, c.Time, identity.TimeBits)
	gadget.AssertLess(api, c.Time, c.Attested.Until, identity.TimeBits)
}
