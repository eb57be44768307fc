package gadget

import (
	"math/big"

	native "github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
)

// orderBits is the length of the group's order.
const orderBits = 251

// Signature is a signature on Baby Jubjub: R = [k]G and S = k + c·a modulo the order, for a key A = [a]G.
type Signature struct {
	R Point
	S frontend.Variable
}

// Scalar takes a hash to the bits of n, the low 249 of its 254, for the multiplications by 2^249 + 2n + 1.
func Scalar(api frontend.API, hash frontend.Variable) []frontend.Variable {
	return canonicalBits(api, hash)[:ScalarBits]
}

// WholeScalar gives the 251 bits of a scalar, which it says is below the group's order, for [Curve.FixedBaseFull].
func (c *Curve) WholeScalar(s frontend.Variable) []frontend.Variable {
	digits := Bits(c.api, s, orderBits)
	order := native.GetEdwardsCurve().Order
	assertBitsAtMost(c.api, digits, new(big.Int).Sub(&order, big.NewInt(1)))
	return digits
}

// AssertSignature says that sig is key's signature over a message: [S]G = R + [c]A with S below the order and
// c = 2^249 + 2·(H(R, A, message) mod 2^249) + 1. The key is one that [Curve.KeyPoint] gave. R needs no check of its own: it is
// equal to a point that is on the curve.
func (c *Curve) AssertSignature(h *Hasher, key Point, message frontend.Variable, sig Signature) {
	c.AssertEqual(c.signed(h, key, message, sig), sig.R)
}

// AssertSignatureIf says it where there is a 1. Where there is a 0, S is below the order and nothing else is said.
func (c *Curve) AssertSignatureIf(h *Hasher, there frontend.Variable, key Point, message frontend.Variable, sig Signature) {
	r := c.signed(h, key, message, sig)
	AssertIf(c.api, there, r.X, sig.R.X)
	AssertIf(c.api, there, r.Y, sig.R.Y)
}

// signed is [S]G − [c]A, which is R if the signature is good.
func (c *Curve) signed(h *Hasher, key Point, message frontend.Variable, sig Signature) Point {
	s := c.WholeScalar(sig.S)
	challenge := Scalar(c.api, h.Hash(field.TagSignature, sig.R.X, sig.R.Y, key.X, key.Y, message))
	return c.Add(c.FixedBaseFull(s), c.Neg(c.VariableBase(key, challenge)))
}
