package consent

import (
	"errors"
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

func TestTrueStatementsAreProvable(t *testing.T) {
	for name, change := range map[string]func(*scenario){
		"custodial":           func(*scenario) {},
		"one's own":           func(s *scenario) { s.Subject.Custody = identity.Own },
		"at the first moment": func(s *scenario) { s.Grant.From = now },
		"at the last moment":  func(s *scenario) { s.Grant.Until = now + 1 },
		"at the largest numbers": func(s *scenario) {
			s.Grant.Scope, s.Grant.Purpose, s.Grant.Until, s.Time, s.Grant.Index = 1<<16-1, 255, 1<<40-1, 1<<40-2, 1<<28-1
		},
	} {
		s := newScenario(t)
		change(s)
		s.settle(t)
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !solves(t, s.circuit(t)) {
			t.Errorf("%s: cannot be proven", name)
		}
	}
}

// alone are attacks in which all that follows from what is broken (hashes, root, signature, public inputs) is made to fit.
func alone() map[string]func(c *Circuit, as *claims) {
	return map[string]func(c *Circuit, as *claims){
		// 1. A part that is 2^width too large, with the next one less by one, packs to the same request.
		"request: time over its bound": func(c *Circuit, _ *claims) {
			c.Asked.Time, c.Asked.Custody = field.Uint64(1<<40+5), circuittest.Plus(c.Asked.Custody, -1)
			c.Grant.From, c.Grant.Until = 1<<40-1, field.Uint64(1<<40+9)
		},
		"request: custody over its bound": func(c *Circuit, _ *claims) { c.Asked.Custody = 17 },
		"request: purpose over its bound": func(c *Circuit, _ *claims) { c.Asked.Purpose = circuittest.Plus(c.Asked.Purpose, 8) },
		"request: another basis":          func(_ *Circuit, as *claims) { as.basis = identity.BasisCare },
		// 3.
		"grant: another role": func(_ *Circuit, as *claims) { as.role = identity.Representative },
		// 4.
		"grant: expired at this moment": func(c *Circuit, _ *claims) { c.Grant.Until = now },
		"grant: not begun":              func(c *Circuit, _ *claims) { c.Grant.From = now + 1 },
		"grant: begins before all time": func(c *Circuit, _ *claims) { c.Grant.From = circuittest.Plus(0, -1) },
	}
}

func TestThreat37EachConstraintRefusesAlone(t *testing.T) {
	for name, breakIt := range alone() {
		s := newScenario(t)
		c, as := s.circuit(t), s.claims()
		s.settleAgain(t, c, as)
		if !solves(t, c) {
			t.Fatal("the statement must be true before it is broken")
		}
		breakIt(c, &as)
		if s.settleAgain(t, c, as); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

// unfitting are attacks in which the witness does not fit what is public, or itself.
func (s *scenario) unfitting(t testing.TB) map[string]func(c *Circuit) {
	other := circuittest.NewKey(t)
	return map[string]func(c *Circuit){
		"grantsRoot":     func(c *Circuit) { c.GrantsRoot = field.Random() },
		"grantee":        func(c *Circuit) { c.Grantee = field.Random() },
		"terms":          func(c *Circuit) { c.Terms = field.Random() },
		"request":        func(c *Circuit) { c.Request = circuittest.Plus(c.Request, 0) },
		"tag":            func(c *Circuit) { c.Tag = identity.Tag(field.Random(), s.Grant.Grantee) },
		"purpose":        func(c *Circuit) { c.Asked.Purpose = 4 },
		"custody":        func(c *Circuit) { c.Asked.Custody = 0 },
		"time":           func(c *Circuit) { c.Asked.Time = now + 1 },
		"secret":         func(c *Circuit) { c.Secret = field.Random() },
		"salt":           func(c *Circuit) { c.Salt = field.Random() },
		"another key":    func(c *Circuit) { c.Preimage = gadget.PointOf(other.Public().Preimage()) },
		"no point":       func(c *Circuit) { c.Preimage.X = circuittest.Plus(c.Preimage.X, 0) },
		"grant: scope":   func(c *Circuit) { c.Grant.Scope = 0b111 },
		"grant: from":    func(c *Circuit) { c.Grant.From = now - 101 },
		"grant: until":   func(c *Circuit) { c.Grant.Until = now + 101 },
		"grant: salt":    func(c *Circuit) { c.Grant.Salt = field.Random() },
		"grant: view":    func(c *Circuit) { c.Grant.ViewHash = field.Random() },
		"grant: place":   func(c *Circuit) { circuittest.Lead(t, s.Grant.Leaf(), 131, c.Grant.Path[:]) },
		"signature: R":   func(c *Circuit) { c.Signature.R = gadget.PointOf(other.Public().Point) },
		"signature: S":   func(c *Circuit) { c.Signature.S = circuittest.Plus(c.Signature.S, 0) },
		"another signer": func(c *Circuit) { c.Signature = gadget.SignatureOf(circuittest.Sign(t, other, s.Grant.Leaf())) },
		"unsigned leaf": func(c *Circuit) {
			c.Signature = gadget.SignatureOf(circuittest.Sign(t, s.key, field.Random()))
		},
	}
}

func TestThreat37WhatDoesNotFitIsRefused(t *testing.T) {
	for name := range newScenario(t).unfitting(t) {
		s := newScenario(t)
		c := s.circuit(t)
		if s.unfitting(t)[name](c); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

// With the neutral element for a key anybody could sign.
func TestThreat44TheNeutralElementIsNoKey(t *testing.T) {
	s := newScenario(t)
	var neutral identity.Point
	neutral.Y.SetOne()
	s.Subject.Key.Point = neutral
	s.Grant.Subject = s.Subject.Handle()
	s.Path = circuittest.PathTo(s.Grant.Leaf(), s.Grant.Index, GrantLevels)
	k := circuittest.NewKey(t)
	s.Signature = identity.Signature{R: k.Public().Point, S: identity.Scalar(k.Bytes()[:32])} // [S]G = R + [c]0
	c := s.circuit(t)
	c.Preimage = gadget.PointOf(neutral)
	if solves(t, c) {
		t.Error("a key that everybody has was taken")
	}
}

func TestReasonsAreGivenBeforeTheWork(t *testing.T) {
	for want, change := range map[error]func(*scenario){
		ErrNotGranted:       func(s *scenario) { s.Path = circuittest.PathTo(field.Random(), 1, GrantLevels) },
		ErrNotYours:         func(s *scenario) { s.Secret = field.Random() },
		ErrNoConsent:        func(s *scenario) { s.Signature.S[31] ^= 1 },
		ErrExpired:          func(s *scenario) { s.Time = s.Grant.Until },
		identity.ErrInvalid: func(s *scenario) { s.Grant.Until = 1 },
	} {
		s := newScenario(t)
		change(s)
		if _, err := s.Assign(); !errors.Is(err, want) {
			t.Errorf("assigned with %v, want %v", err, want)
		}
	}
	for _, other := range []identity.Basis{identity.BasisCare, identity.BasisRepresentative} {
		s := newScenario(t)
		s.Grant.Basis, s.Grant.Role = other, identity.SignerRole(other)
		s.settle(t)
		if _, err := s.Assign(); !errors.Is(err, ErrNoConsent) {
			t.Errorf("a grant on basis %v: %v", other, err)
		}
	}
}

func TestRequestsHaveOneForm(t *testing.T) {
	for _, r := range []Request{{}, {Purpose: 255, Custody: identity.Custodial, Time: 1<<40 - 1}, {3, identity.Own, now}} {
		e, err := r.Pack()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Unpack(e); again != r || err != nil {
			t.Errorf("%+v came back as %+v: %v", r, again, err)
		}
	}
	for _, r := range []Request{{Time: 1 << 40}, {Custody: 2}} {
		if _, err := r.Pack(); !errors.Is(err, identity.ErrInvalid) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, e := range []field.Element{{}, field.Random(), field.Uint64(2 << 44), field.Uint64(1<<44 | 2<<40), field.Uint64(1<<56 | 1<<44)} {
		if r, err := Unpack(e); !errors.Is(err, identity.ErrInvalid) {
			t.Errorf("%s was read as %+v", field.Text(e), r)
		}
	}
}

func TestConstraintsAreCounted(t *testing.T) { circuittest.WantCounts(t, Statement(), 8795, 6) }

func prove(t testing.TB) circuittest.Proven {
	t.Helper()
	c, err := newScenario(t).Assign()
	if err != nil {
		t.Fatal(err)
	}
	return circuittest.Prove(t, Statement(), c)
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) { prove(t).WantBoundInGo(t) }

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) { prove(t).WantCanonical(t) }

func TestThreat41GoAndSolidityAgree(t *testing.T) { prove(t).WantAgreement(t, 34) }

func TestSnarkjsAgrees(t *testing.T) { prove(t).WantSnarkjs(t) }
