// Package compensation is the statement by which a participant is paid for a visit, and not who they are:
//
// "I take part in this trial and have made at least n visits; pay visit n."
//
// Public, in this order:
//
//	trial      the trial's public id
//	state      digest of a state of the trial (trial.State), a past one too
//	visit      n, from 1
//	nullifier  H("compensation", secret, trial, n): the same for every claim of this visit
//	context    what the proof is bound to: whom to pay, the relayer's fee, the chain, the contract and the trial
//
// What is proven, each a test of this package breaks alone:
//
//  1. the prover knows the secret of an identity;
//  2. a participant with that identity's tag stands in the state;
//  3. their keys are their own, no institution's;
//  4. 1 ≤ n ≤ their visits;
//  5. the nullifier is the identity's, for this trial and visit.
//
// What is not: that the state is one of the trial's (the contract keeps them), what the visit is worth, and that the visit was made as the protocol asks.
package compensation

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/trial"
)

// Circuit is the statement, with its witness. Assign makes one from native values.
type Circuit struct {
	Trial     frontend.Variable `gnark:"trial,public"`
	State     frontend.Variable `gnark:"state,public"`
	Visit     frontend.Variable `gnark:"visit,public"`
	Nullifier frontend.Variable `gnark:"nullifier,public"`
	Context   frontend.Variable `gnark:"context,public"`

	Secret      frontend.Variable
	Now         gadget.TrialState
	Participant gadget.Participant
	Path        [trial.Levels]gadget.Step
}

// Define implements [frontend.Circuit]; the numbers are those of the package's list.
func (c *Circuit) Define(api frontend.API) error {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return err
	}
	id := h.Hash(field.TagIdentity, c.Secret) // 1
	p := c.Participant                        // 2
	p.AssertBounded(api)
	api.AssertIsEqual(p.Tag, gadget.TrialTag(api, h, id, c.Trial))
	api.AssertIsEqual(gadget.Root(api, h, p.Leaf(api, h), c.Path[:]), c.Now.Root)
	c.Now.AssertBounded(api)
	api.AssertIsEqual(c.Now.Digest(api, h, c.Trial), c.State)
	api.AssertIsEqual(p.Custodial, 0)                                      // 3
	gadget.Bits(api, api.Sub(c.Visit, 1), trial.CountBits)                 // 4
	gadget.Bits(api, api.Sub(p.Visits, c.Visit), trial.CountBits)          //
	nullifier := h.Hash(field.TagCompensation, c.Secret, c.Trial, c.Visit) // 5
	api.AssertIsEqual(nullifier, c.Nullifier)
	api.Mul(c.Context, c.Context) // a public input that stands in no constraint binds nothing
	return nil
}
