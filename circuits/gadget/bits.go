package gadget

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/std/math/bits"
)

// Bits decomposes v into n bits, least significant first, and so bounds it: v < 2^n. n is below the size of the field, 254, where
// the decomposition is the only one.
func Bits(api frontend.API, v frontend.Variable, n int) []frontend.Variable {
	return bits.ToBinary(api, v, bits.WithNbDigits(n))
}

// AssertLess says that a < b, for an a that was bounded to n bits. It bounds b as well: b − a − 1 has n bits, so b is at most 2^(n+1).
func AssertLess(api frontend.API, a, b frontend.Variable, n int) {
	Bits(api, api.Sub(b, a, 1), n)
}

// AssertAtMost says that a ≤ b. Both must have been bounded to n bits.
func AssertAtMost(api frontend.API, a, b frontend.Variable, n int) {
	Bits(api, api.Sub(b, a), n)
}

// Less is 1 if a < b, else 0. Both must have been bounded to n bits.
func Less(api frontend.API, a, b frontend.Variable, n int) frontend.Variable {
	return Bits(api, api.Add(api.Sub(b, a, 1), new(big.Int).Lsh(big.NewInt(1), uint(n))), n+1)[n]
}

// AssertIf says that a = b where there is a 1, and nothing where there is a 0.
func AssertIf(api frontend.API, there, a, b frontend.Variable) {
	api.AssertIsEqual(api.Mul(there, api.Sub(a, b)), 0)
}

// AssertSubset says that every bit of part is a bit of whole. Both are bits already.
func AssertSubset(api frontend.API, part, whole []frontend.Variable) {
	for i := range part {
		api.AssertIsEqual(api.Mul(part[i], whole[i]), part[i])
	}
}

// assertBitsAtMost says that a number given as bits (least significant first) is at most a constant of the same length.
//
// From the top, let z count the bits that are 0 where the constant's are 1. As long as z = 0 the number equals the constant so far, and
// then it must have no bit in the following run of the constant's zeros. With s the sum of the bits in that run, both at once are: there is
// a q with s = z·q. That is one constraint for each run of zeros.
func assertBitsAtMost(api frontend.API, digits []frontend.Variable, bound *big.Int) {
	var z, s frontend.Variable = 0, 0
	for i := len(digits) - 1; i >= 0; i-- {
		if bound.Bit(i) == 1 {
			z = api.Add(z, api.Sub(1, digits[i]))
			continue
		}
		s = api.Add(s, digits[i])
		if i > 0 && bound.Bit(i-1) == 0 {
			continue
		}
		assertZeroWith(api, s, z)
		s = 0
	}
}

// assertZeroWith says that s is 0 if z is.
func assertZeroWith(api frontend.API, s, z frontend.Variable) {
	if c, ok := api.Compiler().ConstantValue(z); ok && c.Sign() == 0 { // above the constant's highest bit
		api.AssertIsEqual(s, 0)
		return
	}
	api.DivUnchecked(s, z) // the constraint is z·q = s; the prover takes q = 0 when both are 0
}

// canonicalBits are the 254 bits of an element, in the only decomposition that is below the modulus.
func canonicalBits(api frontend.API, v frontend.Variable) []frontend.Variable {
	digits := bits.ToBinary(api, v, bits.WithNbDigits(fr.Bits), bits.OmitModulusCheck())
	assertBitsAtMost(api, digits, new(big.Int).Sub(fr.Modulus(), big.NewInt(1)))
	return digits
}
