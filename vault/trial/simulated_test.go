package trial

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	"lethe/circuits/visits"
)

// trapdoor is what nobody knows of a verifying key: with it, proofs of anything are made that hold.
type trapdoor struct {
	verifier                  *circuits.Verifier
	alpha, beta, gamma, delta field.Element
	inputs                    []field.Element
}

func newTrapdoor(t *testing.T, s circuits.Statement) *trapdoor {
	t.Helper()
	d := &trapdoor{alpha: field.Random(), beta: field.Random(), gamma: field.Random(), delta: field.Random()}
	key := &groth16.VerifyingKey{}
	key.G1.Alpha, key.G1.Beta, key.G1.Delta = times1(d.alpha), times1(d.beta), times1(d.delta)
	key.G2.Beta, key.G2.Gamma, key.G2.Delta = times2(d.beta), times2(d.gamma), times2(d.delta)
	for range len(s.Public) + 1 {
		x := field.Random()
		d.inputs, key.G1.K = append(d.inputs, x), append(key.G1.K, times1(x))
	}
	var written bytes.Buffer
	_, err := key.WriteTo(&written)
	must(t, err)
	d.verifier, err = circuits.NewVerifier(s, written.Bytes(), sha256.Sum256(written.Bytes()))
	must(t, err)
	return d
}

func times1(e field.Element) (p bn254.G1Affine) {
	_, _, g, _ := bn254.Generators()
	return *p.ScalarMultiplication(&g, e.BigInt(new(big.Int)))
}

func times2(e field.Element) (p bn254.G2Affine) {
	_, _, _, g := bn254.Generators()
	return *p.ScalarMultiplication(&g, e.BigInt(new(big.Int)))
}

// simulate gives a proof's public inputs points for which they hold: ab = αβ + γ Σ xᵢKᵢ + δc.
func (d *trapdoor) simulate(p *circuits.Proof) {
	a, b, c := field.Random(), field.Random(), field.Element{}
	sum := d.inputs[0]
	for i, name := range d.verifier.Statement().Public {
		x := p.Public[name]
		sum.Add(&sum, x.Mul(&x, &d.inputs[i+1]))
	}
	var ab, of, sums fr.Element
	ab.Mul(&a, &b)
	of.Mul(&d.alpha, &d.beta)
	sums.Mul(&sum, &d.gamma)
	c.Sub(&ab, &of).Sub(&c, &sums).Div(&c, &d.delta)
	p.VerifyingKey, p.A, p.B, p.C = d.verifier.Key(), times1(a), times2(b), times1(c)
}

// trapdoors are of the statements that small batches are proven by.
type trapdoors map[string]*trapdoor

func newTrapdoors(t *testing.T) trapdoors {
	t.Helper()
	return trapdoors{"enrolment": newTrapdoor(t, enrolment.Statement(1)), "visits": newTrapdoor(t, visits.Statement(1))}
}

// prove checks the constraints, as solved does, and makes a proof that verifies.
func (d trapdoors) prove(ctx context.Context, s circuits.Statement, assignment frontend.Circuit) (*circuits.Proof, error) {
	p, err := solved(ctx, s, assignment)
	if err == nil && d[s.ID] != nil {
		d[s.ID].simulate(p)
	}
	return p, err
}

func (d trapdoors) verifier(statement string, _ int) (*circuits.Verifier, error) {
	return d[statement].verifier, nil
}
