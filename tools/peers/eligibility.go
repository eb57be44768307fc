package main

import (
	"crypto/rand"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

// person is somebody of whom as much is attested and asked as in eligibility.mjs.
type person eligibility.Witness

func newPerson() (*person, error) {
	const now = 1_800_000_000
	attester, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	k, secret, until := identity.KnownValue, field.Uint64(123456789), uint64(now+10)
	a := identity.Attestation{
		Identity: identity.IdentityOf(secret), Key: field.Uint64(5), Schema: field.Uint64(3), From: now - 100, Until: now + 100,
		Values: [identity.Attributes]identity.Value{0: k(54), 1: k(1), 2: k(61), 3: k(0), 15: k(7200)},
	}
	signature, err := attester.Sign(a.Message())
	if err != nil {
		return nil, err
	}
	leaf := identity.Issuer{Key: attester.Public(), Role: identity.Attester, Until: until}.Leaf()
	return &person{
		Secret: secret, Attestation: a, Attester: attester.Public(), AttesterUntil: until,
		Path: pathTo(leaf, eligibility.IssuerLevels), Signature: signature, Policy: asked(), Time: now, Context: field.Uint64(7),
	}, nil
}

func asked() policy.Policy {
	return policy.Policy{
		Scope: field.Uint64(2), Schema: field.Uint64(3),
		Clauses: []policy.Clause{
			{{Attribute: 0, Low: 18, High: 75}},
			{{Attribute: 2, Low: 57, High: 64}, {Attribute: 7, Low: 1, High: 1}},
			{{Attribute: 3, Low: 1, High: 1, Outside: true}, {Attribute: 1, Low: 1, High: 1}},
			{{Attribute: 15, Low: 6000, High: 1<<identity.ValueBits - 1}},
		},
	}
}

// assign checks everything natively, as whoever proves it does.
func (p *person) assign() (frontend.Circuit, error) { return (*eligibility.Witness)(p).Assign() }
