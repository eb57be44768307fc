package identity

import (
	"bytes"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"lethe/circuits/field"
)

func TestPublicKeyHasOneEncoding(t *testing.T) {
	for _, name := range []string{"a", "b", "c"} {
		k := testKey(t, name).Public()
		for _, other := range strict(t, k.Bytes(), ParsePublicKey, PublicKey.Bytes) {
			if other.Equal(k) {
				t.Error("a flipped bit gives the same key")
			}
		}
		minus := PublicKey{*new(Point).Neg(&k.Point)}
		if minus.Equal(k) || !bytes.Equal(minus.Bytes()[:31], k.Bytes()[:31]) || minus.Bytes()[31]^k.Bytes()[31] != 0x80 {
			t.Error("a key and its negative differ in the sign alone")
		}
	}
}

// littleEndian is y as an encoded point has it.
func littleEndian(y *big.Int, sign byte) []byte {
	b := make([]byte, PublicKeySize)
	y.FillBytes(b)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	b[31] |= sign
	return b
}

func TestParsePublicKeyRefuses(t *testing.T) {
	k := testKey(t, "k").Public()
	y := k.Point.Y.BigInt(new(big.Int))
	sign := k.Bytes()[31] & 0x80
	cases := map[string][]byte{
		"y above the modulus":      littleEndian(y.Add(y, fr.Modulus()), sign),
		"the identity":             littleEndian(big.NewInt(1), 0),
		"the identity, signed":     littleEndian(big.NewInt(1), 0x80),
		"the identity, y above":    littleEndian(new(big.Int).Add(fr.Modulus(), big.NewInt(1)), 0),
		"the point of order 2":     littleEndian(new(big.Int).Sub(fr.Modulus(), big.NewInt(1)), 0),
		"a point of order 4":       littleEndian(new(big.Int), 0),
		"its negative":             littleEndian(new(big.Int), 0x80),
		"all bits":                 bytes.Repeat([]byte{0xff}, PublicKeySize),
		"a key and something else": append(k.Bytes(), 0),
	}
	for i, p := range torsion(t) {
		cases["of small order"+string(rune('0'+i))] = p.Marshal()
		if i > 0 {
			moved := sum(k.Point, p)
			cases["moved by small order "+string(rune('0'+i))] = moved.Marshal()
		}
	}
	for name, b := range cases {
		if got, err := ParsePublicKey(b); !errors.Is(err, ErrInvalid) || !got.Equal(PublicKey{}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (PublicKey{}).Check(); !errors.Is(err, ErrInvalid) {
		t.Errorf("the zero value: %v", err)
	}
	if err := (PublicKey{Point{X: field.Uint64(1), Y: field.Uint64(2)}}).Check(); !errors.Is(err, ErrInvalid) {
		t.Errorf("a point off the curve: %v", err)
	}
}

// TestSubgroupCheck compares the library's pairing-based check with multiplication by the order, in every coset of the subgroup.
func TestSubgroupCheck(t *testing.T) {
	for i, small := range torsion(t) {
		for range 20 {
			p := sum(times(curve.Base, big.NewInt(rand.Int64())), small)
			multiple := times(p, order)
			if !p.IsOnCurve() || p.IsInSubGroup() != multiple.IsZero() || p.IsInSubGroup() != (i == 0) {
				t.Errorf("coset %d: in subgroup %v, [ℓ]P = 0 %v", i, p.IsInSubGroup(), multiple.IsZero())
			}
		}
	}
}

func TestPreimage(t *testing.T) {
	k := testKey(t, "k").Public()
	p := k.Preimage()
	for range 3 {
		p.Double(&p)
	}
	if !k.Equal(PublicKey{p}) {
		t.Error("eight times the preimage is not the key")
	}
	preimage := k.Preimage()
	if !preimage.IsInSubGroup() {
		t.Error("the preimage is outside the subgroup")
	}
}

// TestMultiplication: a table, the general way and random shares give the same, which additions give.
func TestMultiplication(t *testing.T) {
	p := testKey(t, "k").Public().Point
	want, wantBase := torsion(t)[0], torsion(t)[0]
	for k := range 40 {
		n := big.NewInt(int64(k))
		if got := times(p, n); !got.Equal(&want) {
			t.Errorf("[%d]P", k)
		}
		if got := blinded(p, n); !got.Equal(&want) {
			t.Errorf("[%d]P in shares", k)
		}
		if got := times(curve.Base, n); !got.Equal(&wantBase) {
			t.Errorf("[%d]G", k)
		}
		if n.Int64() != int64(k) {
			t.Error("the scalar was changed")
		}
		want, wantBase = sum(want, p), sum(wantBase, curve.Base)
	}
	big1 := new(big.Int).Sub(order, big.NewInt(1))
	if last, minus := blinded(p, big1), times(p, big.NewInt(-1)); !last.Equal(&minus) {
		t.Error("[ℓ-1]P is not -P")
	}
}

func TestClampBounds(t *testing.T) {
	low := new(big.Int).Lsh(big.NewInt(1), 249)
	low.Add(low, big.NewInt(1))
	high := new(big.Int).Mul(big.NewInt(3), new(big.Int).Lsh(big.NewInt(1), 249))
	high.Sub(high, big.NewInt(1))
	if high.Cmp(order) >= 0 {
		t.Fatal("the range ends above the order")
	}
	check := func(e field.Element) *big.Int {
		c := Clamp(e)
		if c.Cmp(low) < 0 || c.Cmp(high) > 0 || c.Bit(0) != 1 {
			t.Errorf("Clamp(%s) = %x", field.Text(e), c)
		}
		return c
	}
	for range 2000 {
		check(field.Random())
	}
	bits := func(n uint) (e field.Element) {
		e.SetBigInt(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), n), big.NewInt(1)))
		return e
	}
	if check(field.Uint64(0)).Cmp(low) != 0 || check(bits(249)).Cmp(high) != 0 {
		t.Error("the ends of the range are not reached")
	}
	if check(field.Uint64(1)).Cmp(check(field.Uint64(2))) == 0 || check(bits(248)).Cmp(check(bits(249))) == 0 {
		t.Error("the lowest or the highest bit is lost")
	}
}
