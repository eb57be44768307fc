package ceremony

import (
	"context"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/consensys/gnark/constraint"

	"lethe/circuits"
)

// initialise is gnark's Phase2.Initialize, to the byte: what phase 2 begins with, and what of the keys no contribution changes.
// It draws nothing. gnark adds up the wires on one core, term by term; here each wire is one sum, and all cores work.
func initialise(
	ctx context.Context, c *circuits.Circuit, srs *mpc.SrsCommons, progress func(string),
) (*mpc.Phase2, *mpc.Phase2Evaluations, error) {
	if n := len(srs.G1.AlphaTau); n != 1<<domainOf(c.Constraints) {
		return nil, nil, refuse(AnotherDomain, "%d powers for %d constraints", n, c.Constraints)
	}
	evals, hidden, err := evaluate(ctx, c, srs, progress)
	if err != nil {
		return nil, nil, err
	}
	p := new(mpc.Phase2)
	_, _, p.Parameters.G1.Delta, p.Parameters.G2.Delta = bn254.Generators()
	p.Parameters.G1.PKK = hidden
	p.Parameters.G1.Z = vanishing(srs.G1.Tau, len(srs.G1.AlphaTau))
	p.Parameters.G1.SigmaCKK, p.Parameters.G2.Sigma, p.Sigmas = [][]bn254.G1Affine{}, []bn254.G2Affine{}, []mpcsetup.UpdateProof{}
	return p, evals, nil
}

// vanishing are [τⁱ(τⁿ−1)], with i from 0 to n−2, in the order in which gnark keeps them: bits reversed.
func vanishing(tau []bn254.G1Affine, n int) []bn254.G1Affine {
	z := make([]bn254.G1Affine, n)
	shift := bits.UintSize - bits.TrailingZeros(uint(n))
	for i := range n - 1 {
		z[bits.Reverse(uint(i))>>shift].Sub(&tau[i+n], &tau[i])
	}
	return z[:n-1]
}

// evaluate gives what no contribution changes, and what βA + αB + C comes to for each hidden wire.
func evaluate(
	ctx context.Context, c *circuits.Circuit, srs *mpc.SrsCommons, progress func(string),
) (*mpc.Phase2Evaluations, []bn254.G1Affine, error) {
	system := c.R1CS()
	internal, secret, public := system.GetNbVariables()
	wires := internal + secret + public
	coefficients, m := newSplitter().all(system.Coefficients), matrices(system)
	commitments := system.CommitmentInfo.(constraint.Groth16Commitments)
	e := new(mpc.Phase2Evaluations)
	e.PublicAndCommitmentCommitted = commitments.GetPublicAndCommitmentCommitted(commitments.CommitmentIndexes(), public)
	e.G1.CKK = [][]bn254.G1Affine{}

	roots := factors(len(srs.G2.Tau))
	progress("Lagrange basis in G2")
	tau2, err := basis[bn254.G2Affine, bn254.G2Jac](ctx, srs.G2.Tau, c.Constraints, multiplier2(roots), twist2())
	if err != nil {
		return nil, nil, err
	}
	progress("right sides in G2")
	e.G2.B, err = sums[bn254.G2Affine, bn254.G2Jac](ctx, wires, coefficients, summand[bn254.G2Affine]{&m[1], tau2})
	if err != nil {
		return nil, nil, err
	}
	progress("Lagrange bases in G1")
	multiply := multiplier1(roots)
	var bases [3]multiples[bn254.G1Affine] // of [τ], [ατ], [βτ]
	for i, powers := range [][]bn254.G1Affine{srs.G1.Tau[:len(srs.G2.Tau)], srs.G1.AlphaTau, srs.G1.BetaTau} {
		if bases[i], err = basis[bn254.G1Affine, bn254.G1Jac](ctx, powers, c.Constraints, multiply, twist1()); err != nil {
			return nil, nil, err
		}
	}
	progress("wires in G1")
	type in = summand[bn254.G1Affine]
	var k []bn254.G1Affine
	for _, s := range []struct {
		to *[]bn254.G1Affine
		of []in
	}{
		{&e.G1.A, []in{{&m[0], bases[0]}}},
		{&e.G1.B, []in{{&m[1], bases[0]}}},
		{&k, []in{{&m[0], bases[2]}, {&m[1], bases[1]}, {&m[2], bases[0]}}},
	} {
		if *s.to, err = sums[bn254.G1Affine, bn254.G1Jac](ctx, wires, coefficients, s.of...); err != nil {
			return nil, nil, err
		}
	}
	e.G1.VKK = k[:public:public]
	return e, k[public:], nil
}

// basis is the Lagrange basis, as far as there are constraints, with odd multiples.
func basis[A, J any, PA point[A, J], PJ jacobian[J, A]](
	ctx context.Context, powers []A, constraints int, multiply func(*J, int), twist func(*A),
) (multiples[A], error) {
	points, err := lagrange[A, J, PA, PJ](ctx, powers, constraints, multiply)
	if err != nil {
		return multiples[A]{}, err
	}
	return newMultiples[A, J, PA, PJ](ctx, points, twist)
}
