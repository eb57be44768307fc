package identity

import (
	"errors"
	"math/big"
	"testing"

	"lethe/circuits/field"
)

func TestSignAndVerify(t *testing.T) {
	k := testKey(t, "k")
	for _, m := range []field.Element{{}, field.Uint64(1), element("m"), field.Random()} {
		s := testSign(t, k, m)
		if err := Verify(k.Public(), m, s); err != nil {
			t.Errorf("%s: %v", field.Text(m), err)
		}
		if s != testSign(t, k, m) {
			t.Error("a message has two signatures")
		}
		if err := Verify(testKey(t, "other").Public(), m, s); !errors.Is(err, ErrSignature) {
			t.Errorf("another key: %v", err)
		}
		if err := Verify(k.Public(), element("other"), s); !errors.Is(err, ErrSignature) {
			t.Errorf("another message: %v", err)
		}
	}
	if testSign(t, k, field.Uint64(1)).R == testSign(t, k, field.Uint64(2)).R {
		t.Error("a nonce is used twice")
	}
}

func TestSignatureHasOneEncoding(t *testing.T) {
	k, m := testKey(t, "k"), element("m")
	others := strict(t, testSign(t, k, m).Bytes(), ParseSignature, Signature.Bytes)
	if len(others) < 200 {
		t.Errorf("only %d flipped signatures parse", len(others))
	}
	for _, s := range others {
		if err := Verify(k.Public(), m, s); !errors.Is(err, ErrSignature) {
			t.Errorf("%x: %v", s.Bytes(), err)
		}
	}
}

// plus is a scalar that may be too large for one.
func (s Scalar) plus(n *big.Int) (sum Scalar) {
	new(big.Int).Add(s.BigInt(), n).FillBytes(sum[:])
	return sum
}

func TestThreat34MalleatedSignature(t *testing.T) {
	k, m := testKey(t, "k"), element("m")
	pk, s := k.Public(), testSign(t, k, m)
	forms := map[string]Signature{
		"S + ℓ":            {s.R, s.S.plus(order)},
		"S + 2ℓ":           {s.R, s.S.plus(new(big.Int).Lsh(order, 1))},
		"S + 1":            {s.R, s.S.plus(big.NewInt(1))},
		"-R":               {*new(Point).Neg(&s.R), s.S},
		"-S":               {s.R, scalarOf(new(big.Int).Sub(order, s.S.BigInt()))},
		"-R, -S":           {*new(Point).Neg(&s.R), scalarOf(new(big.Int).Sub(order, s.S.BigInt()))},
		"no R":             {Point{}, s.S},
		"R off the curve":  {Point{X: s.R.X, Y: s.R.X}, s.S},
		"nothing":          {},
		"another's R":      {testSign(t, testKey(t, "other"), m).R, s.S},
		"another's S":      {s.R, testSign(t, testKey(t, "other"), m).S},
		"the identity's R": {torsion(t)[0], Scalar{}},
	}
	for i, small := range torsion(t)[1:] {
		forms["R moved by small order "+string(rune('1'+i))] = Signature{sum(s.R, small), s.S}
	}
	for name, f := range forms {
		if err := Verify(pk, m, f); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, n := range []*big.Int{order, new(big.Int).Lsh(order, 1)} {
		b := append(s.R.Marshal(), make([]byte, 32)...)
		large := s.S.plus(n)
		copy(b[32:], large[:])
		if _, err := ParseSignature(b); !errors.Is(err, ErrInvalid) {
			t.Errorf("S + %x parses: %v", n, err)
		}
	}
}

// TestThreat34KeysOutsideTheSubgroup: for a key [a]G + T with T of small order, and so for T alone, somebody who knows a finds
// signatures that fulfil the equation. They are refused for the key's sake.
func TestThreat34KeysOutsideTheSubgroup(t *testing.T) {
	small, m := torsion(t), element("m")
	for _, a := range []*big.Int{new(big.Int), testKey(t, "k").box.scalar.BigInt()} {
		for i, moved := range small {
			key := PublicKey{sum(times(curve.Base, a), moved)}
			if key.Check() == nil {
				continue // a's own key
			}
			fulfilled := 0
			for n := range 64 {
				nonce := big.NewInt(int64(n + 1))
				r := sum(times(curve.Base, nonce), small[n%8])
				c := ChallengeScalar(r, key, m)
				s := respond(nonce, c, a)
				left, right := times(curve.Base, s.BigInt()), sum(r, times(key.Point, c))
				if !left.Equal(&right) {
					continue
				}
				fulfilled++
				if err := Verify(key, m, Signature{r, s}); !errors.Is(err, ErrSignature) {
					t.Errorf("moved by small order %d: %v", i, err)
				}
			}
			if fulfilled == 0 {
				t.Errorf("moved by small order %d: no signature fulfils the equation, which shows nothing", i)
			}
		}
	}
}

func TestChallengeBindsAll(t *testing.T) {
	type parts struct {
		R       Point
		Key     PublicKey
		Message field.Element
	}
	v := parts{testKey(t, "r").Public().Point, testKey(t, "k").Public(), element("m")}
	eachFieldCounts(t, v, func(p parts) (e field.Element) {
		e.SetBigInt(ChallengeScalar(p.R, p.Key, p.Message))
		return e
	})
}

func BenchmarkSign(b *testing.B) {
	k, m := testKey(b, "k"), element("m")
	for b.Loop() {
		testSign(b, k, m)
	}
}

func BenchmarkVerify(b *testing.B) {
	k, m := testKey(b, "k"), element("m")
	pk, s := k.Public(), testSign(b, k, m)
	for b.Loop() {
		noError(b, Verify(pk, m, s))
	}
}
