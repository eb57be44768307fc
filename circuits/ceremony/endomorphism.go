package ceremony

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// window is the width of digits: odd ones from −2⁴ to 2⁴, a sixth of all places not zero.
const window = 5

// oddMultiples are how many multiples of each point the digits need: 1, 3, … 15.
const oddMultiples = 1 << (window - 2)

// halves are a scalar k = a + b·λ whose halves have 128 bits, each in non-adjacent form, least first. λ is what the map (x, y)
// ↦ (ω·x, y) multiplies a point by, so that half of the doublings are saved (Gallant, Lambert and Vanstone, CRYPTO 2001). What
// is near to 0 from either side is short: −1 is as cheap as 1.
type halves [2][]int8

// splitter finds halves.
type splitter struct{ lattice ecc.Lattice }

func newSplitter() *splitter {
	s := new(splitter)
	ecc.PrecomputeLattice(fr.Modulus(), inParameter(36, 18, 6, 1), &s.lattice) // λ
	return s
}

// inParameter is a polynomial in the parameter u that BN254 is made from, coefficients from the highest.
func inParameter(coefficients ...int64) *big.Int {
	u, sum := big.NewInt(4965661367192848881), new(big.Int)
	for _, c := range coefficients {
		sum.Mul(sum, u).Add(sum, big.NewInt(c))
	}
	return sum
}

func (s *splitter) split(k fr.Element) (h halves) {
	var whole big.Int
	var buffer [fr.Bits + 1]int8
	minus := k.LexicographicallyLargest() // nearer to 0 from below
	if minus {
		k.Neg(&k)
	}
	parts := ecc.SplitScalar(k.BigInt(&whole), &s.lattice)
	for i := range parts {
		negative := parts[i].Sign() < 0 != minus
		n := ecc.WnafDecomposition(parts[i].Abs(&parts[i]), window, buffer[:])
		h[i] = append([]int8(nil), buffer[:n]...)
		for j := range h[i] {
			if negative {
				h[i][j] = -h[i][j]
			}
		}
	}
	return h
}

func (s *splitter) all(scalars []fr.Element) []halves {
	split := make([]halves, len(scalars))
	for i, k := range scalars {
		split[i] = s.split(k)
	}
	return split
}

// places is how many digits the longer half has.
func (h *halves) places() int { return max(len(h[0]), len(h[1])) }

// root is ω, the cube root of 1 that belongs to λ in G1. In G2 it is ω².
func root() (omega fp.Element) { return *omega.SetBigInt(inParameter(18, 18, 9, 1)) }

// twist1 is the map in G1, and twist2 in G2.
func twist1() func(*bn254.G1Affine) {
	omega := root()
	return func(p *bn254.G1Affine) { p.X.Mul(&p.X, &omega) }
}

func twist2() func(*bn254.G2Affine) {
	omega := root()
	omega.Square(&omega)
	return func(p *bn254.G2Affine) { p.X.MulByElement(&p.X, &omega) }
}

// multiplier1 multiplies points of G1 by scalars that are given by their number: they are split once for all points.
func multiplier1(scalars []fr.Element) func(p *bn254.G1Jac, i int) {
	split, omega := newSplitter().all(scalars), root()
	return func(p *bn254.G1Jac, i int) { split[i].multiply(p, &omega) }
}

func (h *halves) multiply(p *bn254.G1Jac, omega *fp.Element) {
	var odd [2][oddMultiples]bn254.G1Jac
	twice := *p
	twice.DoubleAssign()
	for j := range oddMultiples {
		odd[0][j] = *p
		odd[1][j] = *p
		odd[1][j].X.Mul(&odd[1][j].X, omega)
		p.AddAssign(&twice)
	}
	*p = bn254.G1Jac{}
	for place := h.places() - 1; place >= 0; place-- {
		p.DoubleAssign()
		for i, digits := range h {
			switch {
			case place >= len(digits) || digits[place] == 0:
			case digits[place] > 0:
				p.AddAssign(&odd[i][digits[place]/2])
			default:
				p.SubAssign(&odd[i][-digits[place]/2])
			}
		}
	}
}

// multiplier2 is multiplier1 for G2, where the library's way of splitting in four is the faster.
func multiplier2(scalars []fr.Element) func(p *bn254.G2Jac, i int) {
	return func(p *bn254.G2Jac, i int) {
		var k big.Int
		p.ScalarMultiplication(p, scalars[i].BigInt(&k))
	}
}
