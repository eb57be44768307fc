package compensation

import (
	"errors"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
)

// names are the public inputs in their order.
var names = []string{"trial", "state", "visit", "nullifier", "context"}

// Statement is the circuit under its name.
func Statement() circuits.Statement {
	return circuits.Statement{ID: "compensation", Version: 1, Public: names, New: func() frontend.Circuit { return &Circuit{} }}
}

// Reasons why nothing can be claimed. A prover is told before the work; a verifier never sees such a proof.
var (
	ErrNotTaking = errors.New("this person does not take part, or the state is another")
	ErrCustodial = errors.New("an institution holds this person's keys, and pays them itself")
	ErrNoVisit   = errors.New("no such visit was recorded")
)

// Nullifier is what a claim of a visit is known by: nobody can claim it twice, and nobody who lacks the secret can tell whose it is.
func Nullifier(secret, of field.Element, visit uint16) field.Element {
	return field.Hash(field.TagCompensation, secret, of, field.Uint64(uint64(visit)))
}

// Witness is what a participant knows: their secret, and the opening of their leaf.
type Witness struct {
	Secret      field.Element
	State       trial.State
	Participant trial.Participant
	Path        []field.Step
	Visit       uint16 // from 1
	Context     field.Element
}

// Check says why nothing can be proven.
func (w *Witness) Check() error {
	root, ok := field.Climb(w.Participant.Leaf(), w.Path)
	switch {
	case !ok || root != w.State.Root || w.Participant.Tag != trial.Tag(identity.IdentityOf(w.Secret), w.State.Trial):
		return ErrNotTaking
	case w.Participant.Custodial:
		return ErrCustodial
	case w.Visit < 1 || w.Visit > w.Participant.Visits:
		return ErrNoVisit
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
	c := &Circuit{
		Trial: w.State.Trial, State: w.State.Digest(), Visit: w.Visit, Nullifier: Nullifier(w.Secret, w.State.Trial, w.Visit), Context: w.Context,
		Secret: w.Secret, Now: gadget.TrialStateOf(w.State), Participant: gadget.ParticipantOf(w.Participant),
	}
	return c, gadget.AssignPath("participant", c.Path[:], w.Path)
}
