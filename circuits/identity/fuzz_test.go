package identity

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"lethe/circuits/field"
)

// oneForm holds a parser to what it accepts: written again, it is what was read.
func oneForm[T any](t *testing.T, data []byte, parse func([]byte) (T, error), write func(T) []byte) (T, bool) {
	t.Helper()
	v, err := parse(data)
	if err != nil && !errors.Is(err, ErrInvalid) {
		t.Errorf("%x: not ErrInvalid: %v", data, err)
	}
	if err == nil && !bytes.Equal(write(v), data) {
		t.Errorf("%x is written again as %x", data, write(v))
	}
	return v, err == nil
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add(testKey(f, "k").Public().Bytes())
	for _, p := range torsion(f) {
		f.Add(p.Marshal())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, ok := oneForm(t, data, ParsePublicKey, PublicKey.Bytes)
		if multiple := times(k.Point, order); ok && (!multiple.IsZero() || k.Point.IsZero()) {
			t.Errorf("%x is outside the subgroup", data)
		}
	})
}

func FuzzParseSigningKey(f *testing.F) {
	f.Add(testKey(f, "k").Bytes())
	f.Add(append(order.Bytes(), make([]byte, 32)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if k, ok := oneForm(t, data, ParseSigningKey, (*SigningKey).Bytes); ok {
			m := field.Digest("fuzz", data)
			noError(t, Verify(k.Public(), m, testSign(t, k, m)))
		}
	})
}

func FuzzParseSignature(f *testing.F) {
	k, m := testKey(f, "k"), element("m")
	pk, s := k.Public(), testSign(f, k, m)
	f.Add(s.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := oneForm(t, data, ParseSignature, Signature.Bytes)
		if ok && (Verify(pk, m, got) == nil) != (got == s) {
			t.Errorf("%x: another signature of the message", data)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	for _, r := range []Request{testRequest(), {Basis: BasisConsent}} {
		f.Add(field.Bytes(pack(f, r)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var e field.Element
		e.SetBigInt(new(big.Int).SetBytes(data))
		r, err := Unpack(e)
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("not ErrInvalid: %v", err)
		}
		if err == nil && pack(t, r) != e {
			t.Errorf("%x is packed again otherwise", data)
		}
	})
}

func FuzzParseEscrow(f *testing.F) {
	e := testEscrow(f, "a")
	f.Add(e.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, ok := oneForm(t, data, ParseEscrow, Escrow.Bytes); ok && checkPoint(e.R) != nil {
			t.Errorf("%x: R is no key", data)
		}
	})
}

func FuzzParseOpening(f *testing.F) {
	e := testEscrow(f, "a")
	key, o := e.auditor.Public(), e.open(f)
	f.Add(o.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := oneForm(t, data, ParseOpening, Opening.Bytes)
		if !ok {
			return
		}
		if _, err := VerifyOpening(key, e.Escrow, e.disclosure.Challenge, got); (err == nil) != (got == o) {
			t.Errorf("%x: another opening of the escrow: %v", data, err)
		}
	})
}

func FuzzParseBasis(f *testing.F) {
	f.Add("consent")
	f.Add("basis(6)")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ParseBasis(s)
		if err == nil && (b.String() != s || b.check() != nil) || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q is %v, %v", s, b, err)
		}
	})
}
