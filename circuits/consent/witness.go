package consent

import (
	"errors"
	"fmt"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// names are the public inputs in their order.
var names = []string{"grantsRoot", "grantee", "terms", "request", "tag", "context"}

// Statement is the circuit under its name.
func Statement() circuits.Statement {
	return circuits.Statement{ID: "consent", Version: 1, Public: names, New: func() frontend.Circuit { return &Circuit{} }}
}

// Request is what is public of a consent beside whom it is for: its basis is always identity.BasisConsent.
type Request struct {
	Purpose uint8
	Custody identity.Custody
	Time    uint64 // Unix seconds, below 2^40
}

// bits of the basis, the custody and the time in a packed request.
const (
	basisAt   = identity.CustodyBits + identity.TimeBits
	purposeAt = identity.BasisBits + basisAt
)

// Pack is the request as one element: purpose, 8 bits; basis, 4; custody, 4; time, 40. What is out of its bounds is identity.ErrInvalid.
func (r Request) Pack() (field.Element, error) {
	if r.Time >= 1<<identity.TimeBits || r.Custody > identity.Custodial {
		return field.Element{}, fmt.Errorf("request: %w: custody %d, time %d", identity.ErrInvalid, r.Custody, r.Time)
	}
	n := uint64(r.Purpose)<<purposeAt | uint64(identity.BasisConsent)<<basisAt | uint64(r.Custody)<<identity.TimeBits | r.Time
	return field.Uint64(n), nil
}

// Unpack reads what Pack gives; all else is identity.ErrInvalid.
func Unpack(e field.Element) (Request, error) {
	if !e.IsUint64() {
		return Request{}, fmt.Errorf("request: %w: more than 64 bits", identity.ErrInvalid)
	}
	n := e.Uint64()
	r := Request{
		Purpose: uint8(n >> purposeAt), Custody: identity.Custody(n >> identity.TimeBits & (1<<identity.CustodyBits - 1)),
		Time: n & (1<<identity.TimeBits - 1),
	}
	if again, err := r.Pack(); err != nil || again != e {
		return Request{}, fmt.Errorf("request: %w: its basis is not consent, or it is none", identity.ErrInvalid)
	}
	return r, nil
}

// Reasons why a consent cannot be proven. A prover is told before the work; a verifier never sees such a proof.
var (
	ErrNotGranted = errors.New("the grant is not in the tree of grants")
	ErrNotYours   = errors.New("the grant is another person's, or the secret is")
	ErrNoConsent  = errors.New("the grant is not a consent that its subject signed")
	ErrExpired    = errors.New("the grant is not in force at this time")
)

// Witness is everything that a person knows, of which a verifier learns the public inputs and no more.
type Witness struct {
	Secret    field.Element // of the identity
	Subject   identity.Subject
	Grant     identity.Grant
	Path      []field.Step
	Signature identity.Signature // the subject's, of the grant's leaf
	Time      uint64             // Unix seconds
	Context   field.Element
}

// Check says why nothing can be proven.
func (w *Witness) Check() error {
	g := w.Grant
	if err := errors.Join(g.Check(), w.Subject.Key.Check()); err != nil {
		return err
	}
	_, granted := field.Climb(g.Leaf(), w.Path)
	switch {
	case w.Subject.Identity != identity.IdentityOf(w.Secret) || g.Subject != w.Subject.Handle():
		return ErrNotYours
	case g.Basis != identity.BasisConsent || identity.Verify(w.Subject.Key, g.Leaf(), w.Signature) != nil:
		return ErrNoConsent
	case w.Time < g.From || g.Until <= w.Time:
		return ErrExpired
	case !granted:
		return ErrNotGranted
	}
	return nil
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
	g := w.Grant
	request, err := Request{g.Purpose, w.Subject.Custody, w.Time}.Pack()
	if err != nil {
		return nil, err
	}
	c := &Circuit{
		GrantsRoot: field.Root(w.Path), Grantee: g.Grantee, Terms: g.Terms, Request: request,
		Tag: identity.Tag(w.Subject.Identity, g.Grantee), Context: w.Context,
		Asked:  asked{Purpose: g.Purpose, Custody: int(w.Subject.Custody), Time: w.Time},
		Secret: w.Secret, Salt: w.Subject.Salt, Preimage: gadget.PointOf(w.Subject.Key.Preimage()),
		Grant:     grant{Scope: g.Scope, From: g.From, Until: g.Until, Salt: g.Salt, ViewHash: g.ViewHash},
		Signature: gadget.SignatureOf(w.Signature),
	}
	return c, gadget.AssignPath("grant", c.Grant.Path[:], w.Path)
}
