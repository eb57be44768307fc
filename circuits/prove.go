package circuits

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/backend/witness"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/schema"

	"lethe/circuits/field"
)

// ErrUnsatisfied is the answer to an assignment of which the statement is not true. It names a constraint by its number, and no
// value.
var ErrUnsatisfied = errors.New("the statement is not true of this assignment")

// Prover proves one statement. It is safe for concurrent use and makes one proof at a time, since that takes all cores. It holds
// the circuit and the proving key, 1 kB for each constraint (20,000: 18 MiB, 500,000: 0.4 GiB), and 1.5 kB more while it proves.
type Prover struct {
	keys *Keys
	turn chan struct{}
}

// NewProver proves with keys.
func NewProver(k *Keys) *Prover { return &Prover{keys: k, turn: make(chan struct{}, 1)} }

// Prove proves the statement of an assignment: a circuit of the statement's type, all inputs set. Where it is not true the answer
// is ErrUnsatisfied. A proof is verified before it is handed out. ctx is heeded while another proof is being made, and
// before the work begins; that runs to its end.
func (p *Prover) Prove(ctx context.Context, assignment frontend.Circuit) (*Proof, error) {
	proof, err := p.prove(ctx, assignment)
	if err != nil {
		return nil, fmt.Errorf("prove %s: %w", p.keys.Circuit.Statement.Name(), err)
	}
	return proof, nil
}

func (p *Prover) prove(ctx context.Context, assignment frontend.Circuit) (*Proof, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c := p.keys.Circuit
	public, w, err := c.witness(assignment)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	made, err := groth16.Prove(c.system, p.keys.proving, w)
	if err != nil {
		return nil, unsatisfied(err) // solving is all of it that can fail
	}
	proof := &Proof{
		Statement: c.Statement.ID, Version: c.Statement.Version, VerifyingKey: p.keys.verifier.hash, Public: public,
		A: made.Ar, B: made.Bs, C: made.Krs,
	}
	if err := p.keys.verifier.Verify(proof); err != nil {
		return nil, err
	}
	return proof, nil
}

// witness reads an assignment, and its public inputs by name. gnark's own reader leaves a goroutine with the values behind where
// one is missing, and prints those that are not numbers.
func (c *Circuit) witness(assignment frontend.Circuit) (map[string]field.Element, witness.Witness, error) {
	if got, want := reflect.TypeOf(assignment), reflect.TypeOf(c.Statement.New()); got != want {
		return nil, nil, fmt.Errorf("the assignment is a %v, not a %v", got, want)
	}
	public, err := assigned(assignment, schema.Public, c.PublicInputs)
	if err != nil {
		return nil, nil, err
	}
	secret, err := assigned(assignment, schema.Secret, c.system.GetNbSecretVariables())
	if err != nil {
		return nil, nil, err
	}
	named := make(map[string]field.Element, len(public))
	for i, name := range c.Statement.Public {
		named[name] = public[i]
	}
	values := make(chan any, len(public)+len(secret))
	for _, e := range append(public, secret...) {
		values <- e
	}
	close(values)
	w, err := witness.New(fr.Modulus())
	if err != nil {
		return nil, nil, err
	}
	return named, w, w.Fill(c.PublicInputs, len(secret), values)
}

// assigned are the values of an assignment's inputs, of which there must be n.
func assigned(assignment frontend.Circuit, v schema.Visibility, n int) ([]field.Element, error) {
	inputs, err := leaves(assignment, v)
	if err != nil {
		return nil, err
	}
	if len(inputs) != n {
		return nil, fmt.Errorf("the assignment has %d %s inputs, not %d", len(inputs), v, n)
	}
	values := make([]field.Element, n)
	for i, in := range inputs {
		if _, err := values[i].SetInterface(in.value); err != nil {
			return nil, fmt.Errorf("%s: not set, or not a number", in.name)
		}
	}
	return values, nil
}

// unsatisfied says where solving failed, and leaves out what gnark says beside that: the values of the witness.
func unsatisfied(err error) error {
	var at *cs.UnsatisfiedConstraintError
	if !errors.As(err, &at) {
		return ErrUnsatisfied
	}
	return fmt.Errorf("%w: constraint %d", ErrUnsatisfied, at.CID)
}
