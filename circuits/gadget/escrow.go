package gadget

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
)

// Escrow is what a reader leaves behind: who they are, encrypted to the auditor, and their organisation, encrypted to the patient.
type Escrow struct {
	R                    Point
	Person, Organisation frontend.Variable
}

// Seal encrypts the leaf of a provider to the auditor's key and their organisation to whoever shares view. The scalar comes from the
// provider's secret and the challenge. The auditor's key generates the group of prime order, which the verifier has checked, who knows it
// by its digest.
func (c *Curve) Seal(h *Hasher, secret, challenge frontend.Variable, auditor Point, leaf, organisation, view frontend.Variable) Escrow {
	t := Scalar(c.api, h.Hash(field.TagEscrow, secret, challenge))
	shared := c.VariableBase(auditor, t)
	return Escrow{
		R:            c.FixedBase(t),
		Person:       c.api.Add(leaf, h.Hash(field.TagEscrowPerson, shared.X, shared.Y, challenge)),
		Organisation: c.api.Add(organisation, h.Hash(field.TagMask, view, challenge)),
	}
}

// Digest is the one public input that stands for an escrow.
func (e Escrow) Digest(h *Hasher) frontend.Variable {
	return h.Hash(field.TagEscrowDigest, e.R.X, e.R.Y, e.Person, e.Organisation)
}
