package gadget

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	native "github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
	"github.com/consensys/gnark-crypto/ecc/twistededwards"
	"github.com/consensys/gnark/frontend"
	edwards "github.com/consensys/gnark/std/algebra/native/twistededwards"
)

// ScalarBits is how many bits n of a scalar a multiplication takes: it multiplies by 2^249 + 2n + 1, an odd number that is at least
// 2^249 + 1 and at most 3·2^249 − 1, which is below the order of the group (1.512·2^250).
//
// That is what makes incomplete formulas safe here. [VariableBase] starts at 2 and takes m to 2m ± 1, so every m on the way is a whole
// number between 2 and the order, never 1, −1 or 0 modulo the order, and no addition meets a point with itself, its negative or
// nothing, whatever bits a prover chooses.
const ScalarBits = 249

// Point is a point of Baby Jubjub in Edwards form.
type Point = edwards.Point

// Curve does arithmetic on Baby Jubjub: gnark's complete formulas in Edwards form, and multiplications in Montgomery form, where
// a step takes 3 constraints instead of 6.
type Curve struct {
	api frontend.API
	edwards.Curve
	a, b *big.Int // of B·v² = u³ + A·u² + u
}

// montgomery is a point in Montgomery form; the neutral element has none.
type montgomery struct{ u, v frontend.Variable }

// NewCurve prepares a circuit over BN254's scalar field for Baby Jubjub.
func NewCurve(api frontend.API) (*Curve, error) {
	e, err := edwards.NewEdCurve(api, twistededwards.BN254)
	if err != nil {
		return nil, err
	}
	a, b := montgomeryParameters()
	return &Curve{api: api, Curve: e, a: a, b: b}, nil
}

// montgomeryParameters are A = 2(a+d)/(a−d) and B = 4/(a−d) (Bernstein et al., "Twisted Edwards Curves", theorem 3.2).
func montgomeryParameters() (a, b *big.Int) {
	curve := native.GetEdwardsCurve()
	var sum, inverse, A, B fr.Element
	sum.Add(&curve.A, &curve.D)
	inverse.Sub(&curve.A, &curve.D).Inverse(&inverse)
	A.Mul(&sum, &inverse).Double(&A)
	B.SetUint64(4).Mul(&B, &inverse)
	return A.BigInt(new(big.Int)), B.BigInt(new(big.Int))
}

// KeyPoint gives A = [8]A′ for an A′ that it puts on the curve, and refuses the neutral element: A then lies in the group of prime
// order and generates it.
func (c *Curve) KeyPoint(preimage Point) Point {
	c.AssertIsOnCurve(preimage)
	a := c.Double(c.Double(c.Double(preimage)))
	c.api.AssertIsDifferent(a.X, 0) // in that group only the neutral element has x = 0
	return a
}

// AssertEqual says that two points are the same.
func (c *Curve) AssertEqual(p, q Point) {
	c.api.AssertIsEqual(p.X, q.X)
	c.api.AssertIsEqual(p.Y, q.Y)
}

// VariableBase gives [2^249 + 2n + 1]P for the bits of n, least significant first. P generates the group of prime order.
func (c *Curve) VariableBase(p Point, n []frontend.Variable) Point {
	base := c.toMontgomery(p)
	acc := c.double(base)
	for i := len(n) - 1; i >= 0; i-- {
		v := c.api.Mul(base.v, c.api.Sub(c.api.Mul(n[i], 2), 1)) // base or its negative
		acc = c.doubleAndAdd(acc, montgomery{base.u, v})
	}
	return c.toEdwards(acc)
}

// toMontgomery takes a point other than (0, ±1): u = (1+y)/(1−y), v = u/x.
func (c *Curve) toMontgomery(p Point) montgomery {
	u := c.api.DivUnchecked(c.api.Add(1, p.Y), c.api.Sub(1, p.Y))
	return montgomery{u, c.api.DivUnchecked(u, p.X)}
}

// toEdwards takes a point of the group of prime order: x = u/v, y = (u−1)/(u+1).
func (c *Curve) toEdwards(p montgomery) Point {
	return Point{X: c.api.DivUnchecked(p.u, p.v), Y: c.api.DivUnchecked(c.api.Sub(p.u, 1), c.api.Add(p.u, 1))}
}

// double needs a point of an order other than 2.
func (c *Curve) double(p montgomery) montgomery {
	uu := c.api.Mul(p.u, p.u)
	slope := c.api.DivUnchecked(c.api.Add(c.api.Mul(uu, 3), c.api.Mul(p.u, c.a, 2), 1), c.api.Mul(p.v, c.b, 2))
	u := c.api.Sub(c.third(slope, p.u), p.u)
	return montgomery{u, c.api.Sub(c.api.Mul(slope, c.api.Sub(p.u, u)), p.v)}
}

// add needs points that are neither equal nor each other's negatives.
func (c *Curve) add(p, q montgomery) montgomery {
	slope := c.api.DivUnchecked(c.api.Sub(q.v, p.v), c.api.Sub(q.u, p.u))
	u := c.api.Sub(c.third(slope, p.u), q.u)
	return montgomery{u, c.api.Sub(c.api.Mul(slope, c.api.Sub(p.u, u)), p.v)}
}

// doubleAndAdd is (p + q) + p without the second coordinate of the sum between; it needs p ≠ ±q and 2p ≠ −q.
func (c *Curve) doubleAndAdd(p, q montgomery) montgomery {
	first := c.api.DivUnchecked(c.api.Sub(q.v, p.v), c.api.Sub(q.u, p.u))
	between := c.api.Sub(c.third(first, p.u), q.u)
	second := c.api.Sub(c.api.DivUnchecked(c.api.Mul(p.v, 2), c.api.Sub(p.u, between)), first)
	u := c.api.Sub(c.third(second, p.u), between)
	return montgomery{u, c.api.Sub(c.api.Mul(second, c.api.Sub(p.u, u)), p.v)}
}

// third is B·slope² − A − u, from which the other point's u is still to be taken.
func (c *Curve) third(slope, u frontend.Variable) frontend.Variable {
	return c.api.Sub(c.api.Mul(c.api.Mul(slope, slope), c.b), c.a, u)
}
