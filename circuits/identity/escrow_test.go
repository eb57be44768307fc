package identity

import (
	"errors"
	"math/big"
	"testing"

	"lethe/circuits/field"
)

// escrowed is an escrow with all that opens it.
type escrowed struct {
	Escrow
	auditor    *SigningKey
	disclosure Disclosure
}

func testEscrow(t testing.TB, name string) escrowed {
	t.Helper()
	auditor := testKey(t, "auditor")
	d := Disclosure{
		Auditor: auditor.Public(), Challenge: element("challenge " + name), Provider: element("leaf " + name),
		Organisation: Organisation("Hospital " + name), View: element("view " + name),
	}
	e, n, err := SealEscrow(element("sk "+name), d)
	noError(t, err)
	if r := times(curve.Base, n); !r.Equal(&e.R) || n.Bit(249) == n.Bit(250) || n.Bit(0) != 1 {
		t.Errorf("t = %x is not clamped, or not R's logarithm", n)
	}
	return escrowed{e, auditor, d}
}

func (e escrowed) open(t testing.TB) Opening {
	t.Helper()
	leaf, o, err := OpenPerson(e.auditor, e.Escrow, e.disclosure.Challenge)
	noError(t, err)
	if leaf != e.disclosure.Provider {
		t.Errorf("opened to %s", field.Text(leaf))
	}
	return o
}

func TestEscrowOpens(t *testing.T) {
	a, b := testEscrow(t, "a"), testEscrow(t, "b")
	leaf, err := VerifyOpening(a.auditor.Public(), a.Escrow, a.disclosure.Challenge, a.open(t))
	if err != nil || leaf != a.disclosure.Provider {
		t.Errorf("opened to %s, %v", field.Text(leaf), err)
	}
	if OpenOrganisation(a.Escrow, a.disclosure.View, a.disclosure.Challenge) != Organisation("Hospital a") {
		t.Error("the view does not open the organisation")
	}
	for name, got := range map[string]field.Element{
		"another view":      OpenOrganisation(a.Escrow, b.disclosure.View, a.disclosure.Challenge),
		"another challenge": OpenOrganisation(a.Escrow, a.disclosure.View, b.disclosure.Challenge),
		"another escrow":    OpenOrganisation(b.Escrow, a.disclosure.View, a.disclosure.Challenge),
		"no mask at all":    a.Organisation,
	} {
		if got == Organisation("Hospital a") || got == Organisation("Hospital b") {
			t.Errorf("%s opens the organisation", name)
		}
	}
}

// TestEscrowsOfOneProviderDiffer: nothing of an escrow repeats under another challenge, and none of its parts is what it hides.
func TestEscrowsOfOneProviderDiffer(t *testing.T) {
	d := testEscrow(t, "a").disclosure
	seen := map[field.Element]bool{d.Provider: true, d.Organisation: true}
	for i := range 10 {
		d.Challenge = field.Uint64(uint64(i))
		e, _, err := SealEscrow(element("sk"), d)
		noError(t, err)
		again, _, err := SealEscrow(element("sk"), d)
		noError(t, err)
		if e != again {
			t.Error("a challenge has two escrows")
		}
		for _, part := range []field.Element{e.R.X, e.R.Y, e.Person, e.Organisation, e.Digest()} {
			if seen[part] {
				t.Errorf("escrow %d: %s repeats", i, field.Text(part))
			}
			seen[part] = true
		}
	}
}

func TestThreat47EscrowToNobody(t *testing.T) {
	d := testEscrow(t, "a").disclosure
	for i, small := range torsion(t) {
		keys := []PublicKey{{small}, {sum(d.Auditor.Point, small)}}
		for _, key := range keys {
			bad := d
			bad.Auditor = key
			if _, _, err := SealEscrow(element("sk"), bad); !errors.Is(err, ErrInvalid) && key != d.Auditor {
				t.Errorf("auditor's key of small order %d: %v", i, err)
			}
		}
	}
	d.Auditor = PublicKey{}
	if e, n, err := SealEscrow(element("sk"), d); !errors.Is(err, ErrInvalid) || n != nil || e != (Escrow{}) {
		t.Errorf("no auditor: %v", err)
	}
}

// TestThreat47WrongOpening: an auditor who says another provider, or says it of another reading, is refuted.
func TestThreat47WrongOpening(t *testing.T) {
	a, b := testEscrow(t, "a"), testEscrow(t, "b")
	o, ch, pk := a.open(t), a.disclosure.Challenge, a.auditor.Public()
	other := testKey(t, "other")
	refused := func(name string, key PublicKey, e Escrow, challenge field.Element, o Opening) {
		t.Helper()
		if leaf, err := VerifyOpening(key, e, challenge, o); !errors.Is(err, ErrOpening) || !leaf.IsZero() {
			t.Errorf("%s: %s, %v", name, field.Text(leaf), err)
		}
	}
	refused("another auditor", other.Public(), a.Escrow, ch, o)
	refused("the auditor's negative", PublicKey{*new(Point).Neg(&pk.Point)}, a.Escrow, ch, o)
	refused("another escrow", pk, b.Escrow, ch, o)
	refused("another challenge", pk, a.Escrow, b.disclosure.Challenge, o)
	refused("another's opening", pk, a.Escrow, ch, b.open(t))
	refused("no opening", pk, a.Escrow, ch, Opening{})
	refused("no auditor", PublicKey{}, a.Escrow, ch, o)
	refused("no escrow", pk, Escrow{}, ch, o)
	for name, changed := range changedOneByOne(t, o) {
		refused("another "+name, pk, a.Escrow, ch, changed)
	}
	for name, changed := range changedOneByOne(t, a.Escrow) {
		if name != "Organisation" { // of which it says nothing
			refused("another "+name, pk, changed, ch, o)
		}
	}
	large := Opening{o.X, o.E, o.S.plus(order)}
	refused("S + ℓ", pk, a.Escrow, ch, large)
	if _, err := ParseOpening(large.Bytes()); !errors.Is(err, ErrInvalid) {
		t.Errorf("S + ℓ parses: %v", err)
	}
	_, forged, err := OpenPerson(other, a.Escrow, ch)
	noError(t, err)
	refused("made with another key", pk, a.Escrow, ch, forged)
	refused("X of another key", pk, a.Escrow, ch, Opening{forged.X, o.E, o.S})
}

// opens says whether the equations of an opening hold, whatever its points are.
func opens(key PublicKey, e Escrow, challenge field.Element, o Opening) bool {
	minus := o.E.BigInt(new(big.Int))
	minus.Neg(minus)
	t1 := sum(times(curve.Base, o.S.BigInt()), times(key.Point, minus))
	t2 := sum(times(e.R, o.S.BigInt()), times(o.X, minus))
	return openingChallenge(openingStatement(key, e, o.X, challenge), t1, t2) == o.E
}

// TestThreat47OpeningMovedBySmallOrder: an auditor moves the key, R or X by a point T of small order, and tries nonces until T
// falls out of the equations. X + T would give seven other leaves.
func TestThreat47OpeningMovedBySmallOrder(t *testing.T) {
	honest := testEscrow(t, "a")
	secret, x, ch := honest.auditor.box.scalar.BigInt(), honest.open(t).X, honest.disclosure.Challenge
	for i, small := range torsion(t) {
		key := honest.auditor.Public()
		for _, moved := range []struct {
			name string
			key  PublicKey
			r, x Point
		}{
			{"key", PublicKey{sum(key.Point, small)}, honest.R, x},
			{"R", key, sum(honest.R, small), x},
			{"X", key, honest.R, sum(x, small)},
		} {
			e := Escrow{moved.r, honest.Person, honest.Organisation}
			statement, o := openingStatement(moved.key, e, moved.x, ch), Opening{X: moved.x}
			for n := int64(1); n == 1 || !opens(moved.key, e, ch, o); n++ {
				nonce := big.NewInt(n)
				o.E = openingChallenge(statement, times(curve.Base, nonce), times(honest.R, nonce))
				o.S = respond(nonce, o.E.BigInt(new(big.Int)), secret)
			}
			_, err := VerifyOpening(moved.key, e, ch, o)
			if (err == nil) != (i == 0) || err != nil && !errors.Is(err, ErrOpening) {
				t.Errorf("%s moved by small order %d: %v", moved.name, i, err)
			}
			if _, err := ParseOpening(o.Bytes()); (err == nil) != (i == 0 || moved.name != "X") {
				t.Errorf("%s moved by small order %d parses: %v", moved.name, i, err)
			}
		}
	}
}

// TestOpenPersonRefusesForeignR: [a]R of an R of small order would show a modulo 8.
func TestOpenPersonRefusesForeignR(t *testing.T) {
	e := testEscrow(t, "a")
	for i, small := range torsion(t) {
		for _, r := range []Point{small, sum(e.R, small)} {
			if r.Equal(&e.R) {
				continue
			}
			leaf, o, err := OpenPerson(e.auditor, Escrow{r, e.Person, e.Organisation}, e.disclosure.Challenge)
			if !errors.Is(err, ErrInvalid) || !leaf.IsZero() || o != (Opening{}) {
				t.Errorf("R of small order %d: %v", i, err)
			}
			if _, err := ParseEscrow(Escrow{r, e.Person, e.Organisation}.Bytes()); !errors.Is(err, ErrInvalid) {
				t.Errorf("R of small order %d parses: %v", i, err)
			}
		}
	}
}

func TestEscrowHasOneEncoding(t *testing.T) {
	e := testEscrow(t, "a")
	others := strict(t, e.Bytes(), ParseEscrow, Escrow.Bytes)
	if len(others) < 400 {
		t.Errorf("only %d flipped escrows parse", len(others))
	}
	for _, other := range others {
		if other.Digest() == e.Digest() {
			t.Errorf("%x has the same digest", other.Bytes())
		}
	}
}

func TestOpeningHasOneEncoding(t *testing.T) {
	e := testEscrow(t, "a")
	others := strict(t, e.open(t).Bytes(), ParseOpening, Opening.Bytes)
	if len(others) < 400 {
		t.Errorf("only %d flipped openings parse", len(others))
	}
	for _, o := range others {
		if _, err := VerifyOpening(e.auditor.Public(), e.Escrow, e.disclosure.Challenge, o); !errors.Is(err, ErrOpening) {
			t.Errorf("%x: %v", o.Bytes(), err)
		}
	}
}

func BenchmarkOpenPerson(b *testing.B) {
	e := testEscrow(b, "a")
	for b.Loop() {
		e.open(b)
	}
}

func BenchmarkVerifyOpening(b *testing.B) {
	e := testEscrow(b, "a")
	o, key := e.open(b), e.auditor.Public()
	for b.Loop() {
		_, err := VerifyOpening(key, e.Escrow, e.disclosure.Challenge, o)
		noError(b, err)
	}
}
