package eligibility

import (
	"errors"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

// names are the public inputs in their order.
var names = []string{"issuersRoot", "policy", "tag", "time", "context"}

// Statement is the circuit under its name.
func Statement() circuits.Statement {
	return circuits.Statement{ID: "eligibility", Version: 1, Public: names, New: func() frontend.Circuit { return &Circuit{} }}
}

// Reasons why eligibility cannot be proven. A prover is told before the work; a verifier never sees such a proof.
var (
	ErrNotAttested   = errors.New("the attestation is another person's, or not its attester's")
	ErrNotAccredited = errors.New("the attester is not accredited, or no longer")
	ErrExpired       = errors.New("the attestation is not in force at this time")
	ErrSchema        = errors.New("the attestation is of another schema than the policy")
	ErrNotEligible   = errors.New("the attestation does not satisfy the policy")
)

// Witness is everything that a person knows, of which a verifier learns the public inputs and no more.
type Witness struct {
	Secret        field.Element // of the identity
	Attestation   identity.Attestation
	Attester      identity.PublicKey
	AttesterUntil uint64 // Unix seconds
	Path          []field.Step
	Signature     identity.Signature // the attester's, of the attestation
	Policy        policy.Policy
	Time          uint64 // Unix seconds
	Context       field.Element
}

// Check says why nothing can be proven.
func (w *Witness) Check() error {
	a := w.Attestation
	if err := errors.Join(a.Check(), w.issuer().Check(), w.Policy.Check()); err != nil {
		return err
	}
	_, accredited := field.Climb(w.issuer().Leaf(), w.Path)
	switch {
	case a.Identity != identity.IdentityOf(w.Secret) || identity.Verify(w.Attester, a.Message(), w.Signature) != nil:
		return ErrNotAttested
	case !accredited || w.AttesterUntil <= w.Time:
		return ErrNotAccredited
	case w.Time < a.From || a.Until <= w.Time:
		return ErrExpired
	case a.Schema != w.Policy.Schema:
		return ErrSchema
	case !w.Policy.Holds(a.Values):
		return ErrNotEligible
	}
	return nil
}

func (w *Witness) issuer() identity.Issuer {
	return identity.Issuer{Key: w.Attester, Role: identity.Attester, Until: w.AttesterUntil}
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
	a := w.Attestation
	c := &Circuit{
		IssuersRoot: field.Root(w.Path), Policy: w.Policy.Digest(), Tag: identity.Tag(a.Identity, w.Policy.Scope), Time: w.Time,
		Context: w.Context, Secret: w.Secret,
		Attested:  attested{Key: a.Key, From: a.From, Until: a.Until, Values: gadget.ValuesOf(a.Values)},
		Asked:     gadget.PolicyOf(w.Policy),
		Attester:  attester{Preimage: gadget.PointOf(w.Attester.Preimage()), Until: w.AttesterUntil},
		Signature: gadget.SignatureOf(w.Signature),
	}
	return c, gadget.AssignPath("attester", c.Attester.Path[:], w.Path)
}
