package circuits

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
)

// Circuit is a compiled statement: a rank-1 constraint system. It never changes.
type Circuit struct {
	Statement    Statement
	Constraints  int
	PublicInputs int  // without the constant one
	SHA256       Hash // of what WriteR1CS writes

	system *cs.R1CS
}

// Compile checks a statement and compiles it. It refuses public inputs that stand in no constraint, which gnark accepts though
// any value would do for them, and circuits that need a commitment, which costs a verifier on chain 120,000 gas. On two
// cores 20,000 constraints take 0.3 s, 500,000 take 7 s.
func Compile(s Statement) (*Circuit, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	compiled, err := frontend.Compile(fr.Modulus(), r1cs.NewBuilder, s.New())
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", s.Name(), err)
	}
	system := compiled.(*cs.R1CS)
	system.Logs = nil // what a circuit prints is its witness
	c := &Circuit{
		Statement: s, Constraints: system.GetNbConstraints(), PublicInputs: system.GetNbPublicVariables() - 1, system: system,
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("compile %s: %w", s.Name(), err)
	}
	h := sha256.New()
	if err := c.WriteR1CS(h); err != nil {
		return nil, fmt.Errorf("compile %s: %w", s.Name(), err)
	}
	h.Sum(c.SHA256[:0])
	return c, nil
}

// R1CS is gnark's form of the circuit, for a ceremony. It must not be changed.
func (c *Circuit) R1CS() *cs.R1CS { return c.system }

func (c *Circuit) check() error {
	if n := len(c.system.CommitmentInfo.(constraint.Groth16Commitments)); n != 0 {
		return fmt.Errorf("the circuit needs %d commitments", n)
	}
	bound := make([]bool, c.PublicInputs+1)
	for l := range c.expressions() {
		for _, t := range l {
			if w := t.WireID(); w < len(bound) {
				bound[w] = true
			}
		}
	}
	var free []string
	for i, name := range c.Statement.Public {
		if !bound[i+1] {
			free = append(free, name)
		}
	}
	if free != nil {
		return fmt.Errorf("public inputs in no constraint: %s", strings.Join(free, ", "))
	}
	return nil
}

// expressions are the linear combinations of all constraints L · R = O, three for each. What is yielded is valid until the next.
func (c *Circuit) expressions() func(yield func(constraint.LinearExpression) bool) {
	return func(yield func(constraint.LinearExpression) bool) {
		it := c.system.GetR1CIterator()
		for r := it.Next(); r != nil; r = it.Next() {
			if !yield(r.L) || !yield(r.R) || !yield(r.O) {
				return
			}
		}
	}
}
