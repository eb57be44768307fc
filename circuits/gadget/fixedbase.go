package gadget

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	native "github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
	"github.com/consensys/gnark/frontend"
)

// windowBits is how many digits of a scalar choose one entry of a table of constants.
const windowBits = 3

// FixedBase gives [2^249 + 2n + 1]G for the bits of n, least significant first; G is the base point.
func (c *Curve) FixedBase(n []frontend.Variable) Point {
	signed := c.signedSum(multiple(big.NewInt(1)), n)
	// Σ ±2^i = 2n − (2^249 − 1), which 2^250 completes
	return c.Add(signed, constant(multiple(new(big.Int).Lsh(big.NewInt(1), ScalarBits+1))))
}

// FixedBaseFull gives [s]G for the 251 bits of a whole scalar s below the group's order.
func (c *Curve) FixedBaseFull(s []frontend.Variable) Point {
	// with H = [1/2]G: Σ ±2^i over the low bits is [2·low − (2^249 − 1)]H; what is missing depends on the high bits, and is one of four
	// constants that the complete formula adds
	order := native.GetEdwardsCurve().Order
	half := new(big.Int).ModInverse(big.NewInt(2), &order)
	signed := c.signedSum(multiple(half), s[:ScalarBits])
	var rest [4]native.PointAffine
	for high := range rest {
		k := big.NewInt(int64(high))
		k.Lsh(k, ScalarBits+1).Add(k, lowMask()).Mul(k, half)
		rest[high] = multiple(k.Mod(k, &order))
	}
	return c.Add(signed, c.choose(rest, s[ScalarBits:]))
}

func lowMask() *big.Int {
	m := new(big.Int).Lsh(big.NewInt(1), ScalarBits)
	return m.Sub(m, big.NewInt(1))
}

// choose picks one of four points by two bits.
func (c *Curve) choose(from [4]native.PointAffine, b []frontend.Variable) Point {
	both := c.api.Mul(b[0], b[1])
	pick := func(e [4]fr.Element) frontend.Variable {
		m := monomials(e)
		return c.api.Add(m[0], c.api.Mul(b[0], m[1]), c.api.Mul(b[1], m[2]), c.api.Mul(both, m[3]))
	}
	var x, y [4]fr.Element
	for i, p := range from {
		x[i], y[i] = p.X, p.Y
	}
	return Point{X: pick(x), Y: pick(y)}
}

// signedSum gives [Σ ±2^i]base over 249 bits, + where a bit is 1. A window's three bits choose among ±1, ±3, ±5 and ±7 times
// 8^j. The sum of the windows below is odd and smaller than 8^j, so the addition never meets equal or opposite points.
func (c *Curve) signedSum(base native.PointAffine, n []frontend.Variable) Point {
	var acc montgomery
	for i := 0; i < len(n); i += windowBits {
		entry := c.window(base, n[i:i+windowBits])
		if i == 0 {
			acc = entry
		} else {
			acc = c.add(acc, entry)
		}
		for range windowBits {
			base.Double(&base)
		}
	}
	return c.toEdwards(acc)
}

// window picks [±1 ±2 ±4]base by three bits, in 3 constraints.
func (c *Curve) window(base native.PointAffine, b []frontend.Variable) montgomery {
	var u, v [8]fr.Element
	odd, twice := base, *new(native.PointAffine).Double(&base)
	for i := range 4 { // 1, 3, 5 and 7 times the base, and their negatives
		u[4+i], v[4+i] = affineMontgomery(odd)
		u[3-i] = u[4+i]
		v[3-i].Neg(&v[4+i])
		odd.Add(&odd, &twice)
	}
	both := c.api.Mul(b[0], b[1])
	pick := func(e [8]fr.Element) frontend.Variable {
		low, high := monomials([4]fr.Element(e[:4])), monomials([4]fr.Element(e[4:]))
		for i := range high {
			high[i].Sub(&high[i], &low[i])
		}
		linear := func(m [4]fr.Element) frontend.Variable {
			return c.api.Add(m[0], c.api.Mul(b[0], m[1]), c.api.Mul(b[1], m[2]), c.api.Mul(both, m[3]))
		}
		return c.api.Add(linear(low), c.api.Mul(b[2], linear(high)))
	}
	return montgomery{pick(u), pick(v)}
}

// monomials turns the values at the bits 00, 10, 01, 11 into the coefficients of 1, b0, b1 and b0·b1.
func monomials(at [4]fr.Element) (m [4]fr.Element) {
	m[0] = at[0]
	m[1].Sub(&at[1], &at[0])
	m[2].Sub(&at[2], &at[0])
	m[3].Sub(&at[3], &at[2]).Sub(&m[3], &m[1])
	return m
}

// multiple is [k]G.
func multiple(k *big.Int) native.PointAffine { return times(native.GetEdwardsCurve().Base, k) }

func times(p native.PointAffine, k *big.Int) (q native.PointAffine) {
	order := native.GetEdwardsCurve().Order
	q.ScalarMultiplication(&p, new(big.Int).Mod(k, &order))
	return q
}

// affineMontgomery is the point in Montgomery form; it is not (0, ±1).
func affineMontgomery(p native.PointAffine) (u, v fr.Element) {
	one := fr.One()
	var top, bottom fr.Element
	top.Add(&one, &p.Y)
	bottom.Sub(&one, &p.Y)
	u.Div(&top, &bottom)
	v.Div(&u, &p.X)
	return u, v
}

func constant(p native.PointAffine) Point { return Point{X: p.X, Y: p.Y} }
