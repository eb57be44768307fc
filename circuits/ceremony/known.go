package ceremony

import (
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// guessable is how many secrets are tried: 1 to this, and their negatives.
const guessable = 1 << 16

// checkSecrets refuses points [k]G in G1 whose k anybody can guess, or that are infinity: what each is of stands beside it.
func checkSecrets(points map[string]bn254.G1Affine) error {
	wanted := make(map[fp.Element][]string, len(points)) // by the first coordinate, which k and −k share
	for name, p := range points {
		if p.IsInfinity() {
			return refuse(Guessable, "%s is 0", name)
		}
		wanted[p.X] = append(wanted[p.X], name)
	}
	g, _, base, _ := bn254.Generators()
	multiples := make([]bn254.G1Jac, guessable)
	multiples[0] = g
	for i := 1; i < len(multiples); i++ {
		multiples[i].Set(&multiples[i-1]).AddMixed(&base)
	}
	for i, p := range bn254.BatchJacobianToAffineG1(multiples) {
		if names := wanted[p.X]; names != nil {
			return refuse(Guessable, "%s is ±%d", names[0], i+1)
		}
	}
	return nil
}
