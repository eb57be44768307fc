package gadget

import (
	"crypto/rand"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	native "github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/std/math/bits"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

// part is one gadget as a circuit: its inputs, and what must hold of them.
type part struct {
	In     []frontend.Variable
	define func(api frontend.API, h *Hasher, c *Curve, in []frontend.Variable)
}

func (p *part) Define(api frontend.API) error {
	h, err := NewHasher(api)
	if err != nil {
		return err
	}
	c, err := NewCurve(api)
	if err != nil {
		return err
	}
	p.define(api, h, c, p.In)
	return nil
}

type define = func(api frontend.API, h *Hasher, c *Curve, in []frontend.Variable)

func compile(t testing.TB, inputs int, d define) constraint.ConstraintSystem {
	t.Helper()
	return compileCircuit(t, &part{In: make([]frontend.Variable, inputs), define: d})
}

func compileCircuit(t testing.TB, c frontend.Circuit) constraint.ConstraintSystem {
	t.Helper()
	cs, err := frontend.Compile(fr.Modulus(), r1cs.NewBuilder, c)
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

func solves(t testing.TB, cs constraint.ConstraintSystem, in ...frontend.Variable) bool {
	t.Helper()
	return solvesCircuit(t, cs, &part{In: in})
}

func solvesCircuit(t testing.TB, cs constraint.ConstraintSystem, assignment frontend.Circuit) bool {
	t.Helper()
	w, err := frontend.NewWitness(assignment, fr.Modulus())
	if err != nil {
		t.Fatal(err)
	}
	return cs.IsSolved(w) == nil
}

func point(v []frontend.Variable) Point { return Point{X: v[0], Y: v[1]} }

func newKey(t testing.TB) *identity.SigningKey {
	t.Helper()
	k, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// What the package's documentation says a part costs, in constraints.
func TestPartsCostWhatIsDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		inputs, want int
		define       define
	}{
		"Hash": {7, 363, func(_ frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) { h.Hash("x", in...) }},
		"Node": {4, 264, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
			h.Node(api, [field.Arity]frontend.Variable(in))
		}},
		"Root": {7, 270, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
			Root(api, h, in[0], []Step{{[field.Arity]frontend.Variable(in[1:5]), [2]frontend.Variable{in[5], in[6]}}})
		}},
		"Scalar":       {1, 308, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) { Scalar(api, in[0]) }},
		"FixedBase":    {ScalarBits, 501, func(_ frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) { c.FixedBase(in) }},
		"VariableBase": {ScalarBits + 2, 1502, func(_ frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) { c.VariableBase(point(in), in[2:]) }},
		"KeyPoint":     {2, 20, func(_ frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) { c.KeyPoint(point(in)) }},
		"Signature": {6, 2998, func(_ frontend.API, h *Hasher, c *Curve, in []frontend.Variable) {
			c.AssertSignature(h, point(in), in[2], Signature{R: point(in[3:]), S: in[5]})
		}},
		"Attestation.Message": {21, 893, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
			a := Attestation{Identity: in[0], Key: in[1], Schema: in[2], From: in[3], Until: in[4], Values: [16]frontend.Variable(in[5:])}
			a.Message(api, h)
		}},
		"Policy.Digest": {2 + 8*policy.Literals, 2 * 363, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
			policyIn(in).Digest(api, h)
		}},
		"Policy.AssertHolds": {18 + 8*policy.Literals, 3695, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
			policyIn(in[16:]).AssertHolds(api, [16]frontend.Variable(in))
		}},
	} {
		cs := compile(t, c.inputs, c.define)
		if got := cs.GetNbConstraints(); got != c.want {
			t.Errorf("%s: %d constraints, documented are %d", name, got, c.want)
		}
		if n := len(cs.GetCommitments().(constraint.Groth16Commitments)); n != 0 {
			t.Errorf("%s: %d commitments", name, n)
		}
	}
}

// policyIn takes a policy's parts in their order.
func policyIn(in []frontend.Variable) (p Policy) {
	p.Scope, p.Schema = in[0], in[1]
	for i := range p.Literals {
		part := in[2+8*i:]
		p.Literals[i] = Literal{part[0], part[1], part[2], part[3], [4]frontend.Variable(part[4:8])}
	}
	return p
}

func TestHashesAreTheNativeOnes(t *testing.T) {
	for n := range field.MaxInputs + 1 {
		cs := compile(t, n+1, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
			api.AssertIsEqual(h.Hash("test", in[1:]...), in[0])
		})
		in := make([]field.Element, n)
		all := make([]frontend.Variable, n+1)
		for i := range in {
			in[i] = field.Random()
			all[i+1] = in[i]
		}
		all[0] = field.Hash("test", in...)
		if !solves(t, cs, all...) {
			t.Errorf("%d inputs: another hash", n)
		}
		if all[0] = field.Hash("tesu", in...); solves(t, cs, all...) {
			t.Errorf("%d inputs: the tag does not count", n)
		}
	}
}

func TestPathsLeadWhereTheNativeOnesDo(t *testing.T) {
	cs := compile(t, 8, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
		path := []Step{{[field.Arity]frontend.Variable(in[1:5]), [2]frontend.Variable{in[5], in[6]}}}
		api.AssertIsEqual(Root(api, h, in[0], path), in[7])
	})
	var c [field.Arity]field.Element
	for i := range c {
		c[i] = field.Random()
	}
	for leaf := range c {
		for at := range c {
			in := []frontend.Variable{c[leaf], c[0], c[1], c[2], c[3], at & 1, at >> 1, field.Node(c)}
			if solves(t, cs, in...) != (leaf == at) {
				t.Errorf("child %d at place %d", leaf, at)
			}
			if in[7] = field.Random(); solves(t, cs, in...) {
				t.Error("another root")
			}
		}
	}
}

// A position that is no bit would choose something between the children, which can be made to be anything.
func TestThreat47AGhostLeafIsRefused(t *testing.T) {
	cs := compile(t, 7, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
		Root(api, h, in[0], []Step{{[field.Arity]frontend.Variable(in[1:5]), [2]frontend.Variable{in[5], in[6]}}})
	})
	for bit := range 2 {
		var c [field.Arity]field.Element
		for i := range c {
			c[i] = field.Random()
		}
		ghost := field.Random()
		var way, step field.Element
		way.Sub(&ghost, &c[0])
		step.Sub(&c[1<<bit], &c[0])
		at := []frontend.Variable{0, 0}
		at[bit] = *way.Div(&way, &step)
		if solves(t, cs, ghost, c[0], c[1], c[2], c[3], at[0], at[1]) {
			t.Errorf("position bit %d may be any number", bit)
		}
	}
}

func TestMultiplications(t *testing.T) {
	key := newKey(t).Public().Point
	g := native.GetEdwardsCurve().Base
	mod := new(big.Int).Lsh(big.NewInt(1), ScalarBits)
	fixed := compile(t, 3, func(api frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertEqual(c.FixedBase(Bits(api, in[0], ScalarBits)), point(in[1:]))
	})
	variable := compile(t, 5, func(api frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertEqual(c.VariableBase(point(in[1:]), Bits(api, in[0], ScalarBits)), point(in[3:]))
	})
	numbers := []*big.Int{big.NewInt(0), big.NewInt(1), new(big.Int).Sub(mod, big.NewInt(1))}
	for range 5 {
		n, err := rand.Int(rand.Reader, mod)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	for _, n := range numbers {
		k := new(big.Int).Lsh(n, 1)
		k.Add(k, mod).Add(k, big.NewInt(1))
		if p := times(g, k); !solves(t, fixed, n, p.X, p.Y) {
			t.Errorf("[2^249 + 2·%v + 1]G", n)
		}
		if p := times(key, k); !solves(t, variable, n, key.X, key.Y, p.X, p.Y) {
			t.Errorf("[2^249 + 2·%v + 1]P", n)
		}
		if p := times(key, new(big.Int).Add(k, big.NewInt(1))); solves(t, variable, n, key.X, key.Y, p.X, p.Y) {
			t.Errorf("[2^249 + 2·%v + 2]P", n)
		}
	}
}

func TestWholeScalarsOfTheBase(t *testing.T) {
	cs := compile(t, 3, func(api frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertEqual(c.FixedBaseFull(Bits(api, in[0], orderBits)), point(in[1:]))
	})
	order := native.GetEdwardsCurve().Order
	last := new(big.Int).Sub(&order, big.NewInt(1))
	some, err := rand.Int(rand.Reader, &order)
	if err != nil {
		t.Fatal(err)
	}
	low := lowMask()
	for _, s := range []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(2), low, new(big.Int).Add(low, big.NewInt(1)), last, some} {
		p := multiple(s)
		if !solves(t, cs, s, p.X, p.Y) {
			t.Errorf("[%v]G", s)
		}
		if q := multiple(new(big.Int).Add(s, big.NewInt(1))); solves(t, cs, s, q.X, q.Y) {
			t.Errorf("[%v + 1]G", s)
		}
	}
}

// The incomplete formulas are used with whole numbers for which they are complete: this follows the multiples of the base through both
// multiplications, for all scalars at once, as the interval that they lie in.
func TestNoExceptionalCaseIsReachable(t *testing.T) {
	order := native.GetEdwardsCurve().Order
	one := big.NewInt(1)
	low, high := big.NewInt(2), big.NewInt(2) // of VariableBase's m, before its first step
	for step := range ScalarBits {
		// (m ± 1)P + mP: m ≠ ±1 and 2m ± 1 ≠ 0 modulo the order, as 1 < m and 2m + 1 < order
		next := new(big.Int).Add(new(big.Int).Lsh(high, 1), one)
		if low.Cmp(one) <= 0 || next.Cmp(&order) >= 0 {
			t.Fatalf("step %d: m may be %v to %v", step, low, high)
		}
		low = new(big.Int).Sub(new(big.Int).Lsh(low, 1), one)
		high = next
	}
	for at := 0; at < ScalarBits; at += windowBits {
		// an entry is an odd multiple of 2^at, at most 7·2^at, and the windows below add up to less than 2^at
		entry := new(big.Int).Lsh(big.NewInt(7), uint(at))
		below := new(big.Int).Sub(new(big.Int).Lsh(one, uint(at)), one)
		if sum := new(big.Int).Add(entry, below); sum.Cmp(&order) >= 0 || below.Cmp(new(big.Int).Lsh(one, uint(at))) >= 0 {
			t.Fatalf("window at bit %d", at)
		}
	}
}

func TestNumbersAboveABoundAreRefused(t *testing.T) {
	const n = 12
	for _, bound := range []int64{0, 1, 0b1010_1100_0111, 0b0111_0000_1111, 0b1111_1111_1111, 0b1000_0000_0000, 0b0000_0000_0110} {
		cs := compile(t, n, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
			assertBitsAtMost(api, in, big.NewInt(bound))
			api.AssertIsBoolean(in[0]) // so that there is a constraint when any number will do
		})
		for v := range int64(1 << n) {
			if v > 40 && v < bound-40 || v > bound+40 && v%61 != 0 {
				continue
			}
			digits := make([]frontend.Variable, n)
			for i := range digits {
				digits[i] = v >> i & 1
			}
			if solves(t, cs, digits...) != (v <= bound) {
				t.Fatalf("%d ≤ %d", v, bound)
			}
		}
	}
}

func TestScalarsHaveOneDecomposition(t *testing.T) {
	digits := compile(t, fr.Bits+1, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
		var sum frontend.Variable = 0
		for i, b := range in[1:] {
			api.AssertIsBoolean(b)
			sum = api.Add(sum, api.Mul(b, new(big.Int).Lsh(big.NewInt(1), uint(i))))
		}
		api.AssertIsEqual(sum, in[0])
		assertBitsAtMost(api, in[1:], new(big.Int).Sub(fr.Modulus(), big.NewInt(1)))
	})
	for _, v := range []*big.Int{big.NewInt(0), big.NewInt(5), new(big.Int).Sub(fr.Modulus(), big.NewInt(1))} {
		for _, twice := range []bool{false, true} {
			n := new(big.Int).Set(v)
			if twice {
				n.Add(n, fr.Modulus())
			}
			if n.BitLen() > fr.Bits {
				continue
			}
			in := []frontend.Variable{v}
			for i := range fr.Bits {
				in = append(in, n.Bit(i))
			}
			if solves(t, digits, in...) == twice {
				t.Errorf("%v written as %v", v, n)
			}
		}
	}
}

// A prover may hand the solver any digits; only those below the modulus are taken.
func TestAScalarsDigitsCannotBeThoseAboveTheModulus(t *testing.T) {
	cs := compile(t, 1, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) { Scalar(api, in[0]) })
	w, err := frontend.NewWitness(&part{In: []frontend.Variable{5}}, fr.Modulus())
	if err != nil {
		t.Fatal(err)
	}
	for extra, want := range map[*big.Int]bool{big.NewInt(0): true, fr.Modulus(): false} {
		digits := func(_ *big.Int, in, out []*big.Int) error {
			v := new(big.Int).Add(in[0], extra)
			for i := range out {
				out[i].SetUint64(uint64(v.Bit(i)))
			}
			return nil
		}
		var options []solver.Option
		for _, h := range bits.GetHints() {
			options = append(options, solver.OverrideHint(solver.GetHintID(h), digits))
		}
		if got := cs.IsSolved(w, options...) == nil; got != want {
			t.Errorf("digits of 5 + %v: solved %v", extra, got)
		}
	}
}

func TestComparisons(t *testing.T) {
	const n = 8
	less := compile(t, 2, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
		Bits(api, in[0], n)
		AssertLess(api, in[0], in[1], n)
	})
	most := compile(t, 2, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
		Bits(api, in[0], n)
		Bits(api, in[1], n)
		AssertAtMost(api, in[0], in[1], n)
	})
	whether := compile(t, 3, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
		Bits(api, in[0], n)
		Bits(api, in[1], n)
		api.AssertIsEqual(Less(api, in[0], in[1], n), in[2])
	})
	subset := compile(t, 2, func(api frontend.API, _ *Hasher, _ *Curve, in []frontend.Variable) {
		AssertSubset(api, Bits(api, in[0], n), Bits(api, in[1], n))
	})
	for _, a := range []int{0, 1, 7, 8, 254, 255} {
		for _, b := range []int{0, 1, 7, 8, 254, 255} {
			if is := bit(a < b); !solves(t, whether, a, b, is) || solves(t, whether, a, b, 1-is) {
				t.Errorf("whether %d < %d", a, b)
			}
			if solves(t, less, a, b) != (a < b) || solves(t, most, a, b) != (a <= b) || solves(t, subset, a, b) != (a&^b == 0) {
				t.Errorf("%d and %d", a, b)
			}
		}
	}
	if solves(t, less, 256, 300) || solves(t, most, -1, 3) || solves(t, less, 3, -1) || solves(t, less, -3, 3) {
		t.Error("numbers beyond their bounds are compared")
	}
}

func TestKeysAreOfPrimeOrder(t *testing.T) {
	cs := compile(t, 4, func(_ frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertEqual(c.KeyPoint(point(in)), point(in[2:]))
	})
	key := newKey(t).Public()
	pre := key.Preimage()
	if !solves(t, cs, pre.X, pre.Y, key.Point.X, key.Point.Y) {
		t.Error("a key")
	}
	two := new(native.PointAffine)
	two.Y.SetInt64(-1) // of order 2
	moved := *new(native.PointAffine).Add(&pre, two)
	if !solves(t, cs, moved.X, moved.Y, key.Point.X, key.Point.Y) {
		t.Error("[8] takes what is not of prime order away")
	}
	var neutral native.PointAffine
	neutral.Y.SetOne()
	for name, p := range map[string]native.PointAffine{"the neutral element": neutral, "a point of order 2": *two} {
		if solves(t, cs, p.X, p.Y, 0, 1) {
			t.Errorf("%s made a key", name)
		}
	}
	shifted := pre
	shifted.X.Add(&shifted.X, new(fr.Element).SetOne())
	off := compile(t, 2, func(_ frontend.API, _ *Hasher, c *Curve, in []frontend.Variable) { c.KeyPoint(point(in)) })
	if solves(t, off, shifted.X, shifted.Y) || !solves(t, off, pre.X, pre.Y) {
		t.Error("a point that is not on the curve")
	}
}

func TestSignaturesAreTheNativeOnes(t *testing.T) {
	cs := compile(t, 6, func(_ frontend.API, h *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertSignature(h, c.KeyPoint(point(in)), in[2], Signature{R: point(in[3:]), S: in[5]})
	})
	for range 5 {
		key, message := newKey(t), field.Random()
		sig, err := key.Sign(message)
		if err != nil {
			t.Fatal(err)
		}
		pre := key.Public().Preimage()
		in := []frontend.Variable{pre.X, pre.Y, message, sig.R.X, sig.R.Y, sig.S.BigInt()}
		if !solves(t, cs, in...) {
			t.Fatal("a signature that verifies natively")
		}
		for i := range in {
			bad := append([]frontend.Variable{}, in...)
			if bad[i] = field.Random(); solves(t, cs, bad...) {
				t.Errorf("input %d changed", i)
			}
		}
	}
}

// Somebody with the key can make R differ from [S]G − [c]A in one coordinate alone.
func TestBothCoordinatesOfASignatureCount(t *testing.T) {
	cs := compile(t, 6, func(_ frontend.API, h *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertSignature(h, c.KeyPoint(point(in)), in[2], Signature{R: point(in[3:]), S: in[5]})
	})
	key, message := newKey(t), field.Random()
	order := native.GetEdwardsCurve().Order
	secret := new(big.Int).SetBytes(key.Bytes()[:32])
	pre := key.Public().Preimage()
	nonce := big.NewInt(987654321)
	for name, move := range map[string]func(*native.PointAffine){
		"neither": func(*native.PointAffine) {},
		"x":       func(r *native.PointAffine) { r.X.Neg(&r.X) },
		"y":       func(r *native.PointAffine) { r.Y.Neg(&r.Y) },
	} {
		r := multiple(nonce)
		move(&r)
		s := identity.ChallengeScalar(r, key.Public(), message)
		s.Mul(s, secret).Add(s, nonce).Mod(s, &order)
		if solves(t, cs, pre.X, pre.Y, message, r.X, r.Y, s) != (name == "neither") {
			t.Errorf("R moved in %s", name)
		}
	}
}
