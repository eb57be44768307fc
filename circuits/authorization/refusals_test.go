package authorization

import (
	"errors"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

// alone are attacks that are true but for one thing. What follows from it (hashes, roots, signature, public inputs) is made to fit, so that
// the one constraint that is named refuses.
func alone() map[string]func(*scenario, *Circuit) {
	return map[string]func(*scenario, *Circuit){
		// 1. A part that is 2^width too large, with the next one less by one, packs to the same request.
		"request: k over its bound: K+1 reads": func(s *scenario, c *Circuit) {
			c.Asked.K, c.Asked.Epoch, c.Read = circuittest.Plus(c.Asked.K, 16), circuittest.Plus(c.Asked.Epoch, -1), 1<<16-1
		},
		"request: epoch over its bound": func(s *scenario, c *Circuit) {
			c.Asked.Epoch, c.Asked.Time = circuittest.Plus(c.Asked.Epoch, 32), circuittest.Plus(c.Asked.Time, -1)
		},
		"request: time over its bound": func(s *scenario, c *Circuit) {
			c.Asked.Time, c.Asked.Custody = field.Uint64(1<<40+5), circuittest.Plus(c.Asked.Custody, -1)
			c.Grant.From, c.Grant.Until = 1<<40-1, field.Uint64(1<<40+9)
			c.Provider.Until, c.Signer.Until = field.Uint64(1<<40+9), field.Uint64(1<<40+9)
		},
		"request: custody over its bound": func(s *scenario, c *Circuit) {
			c.Asked.Custody, c.Asked.Basis = circuittest.Plus(c.Asked.Custody, 4), circuittest.Plus(c.Asked.Basis, -1)
		},
		"request: purpose over its bound": func(s *scenario, c *Circuit) {
			c.Asked.Purpose, c.Asked.Scope = circuittest.Plus(c.Asked.Purpose, 8), 0b100
		},
		"request: scope over its bound": func(s *scenario, c *Circuit) {
			c.Asked.Scope, c.Asked.Service = circuittest.Plus(c.Asked.Scope, 16), circuittest.Plus(c.Asked.Service, -1)
		},
		"request: service over its bound": func(s *scenario, c *Circuit) { c.Asked.Service = circuittest.Plus(c.Asked.Service, 64) },
		"request: no basis":               func(s *scenario, c *Circuit) { c.Asked.Basis, c.Grant.Role = 0, int(identity.Registrar) },
		"request: a basis that there is not": func(s *scenario, c *Circuit) {
			c.Asked.Basis, c.Grant.Role = 6, int(identity.Registrar)
		},

		// 2. and 5. Times.
		"provider: expired at this moment": func(s *scenario, c *Circuit) { c.Provider.Until = now },
		"grant: expired at this moment":    func(s *scenario, c *Circuit) { c.Grant.Until = now },
		"grant: not begun":                 func(s *scenario, c *Circuit) { c.Grant.From = now + 1 },
		"grant: begins before all time":    func(s *scenario, c *Circuit) { c.Grant.From = circuittest.Plus(0, -1) },
		"grant: scope not covered":         func(s *scenario, c *Circuit) { c.Grant.Scope = 0b11 },
		"grant: scope over its bound":      func(s *scenario, c *Circuit) { c.Grant.Scope = 1<<16 + 0b100 },

		// 6.
		"grantee: another organisation": func(s *scenario, c *Circuit) { c.Grant.Grantee = identity.Organisation("elsewhere") },

		// 7.
		"signer: a role that the basis does not have": func(s *scenario, c *Circuit) { c.Grant.Role = int(identity.Representative) },
		"signer: expired at this moment":              func(s *scenario, c *Circuit) { c.Signer.Until = now },

		// 9.
		"pseudonym: one read more than there are": func(s *scenario, c *Circuit) { c.Read = 20 },
		"pseudonym: a read before the first":      func(s *scenario, c *Circuit) { c.Read = circuittest.Plus(0, -1) },
	}
}

// ofCare is a scenario in which a registrar signs.
func ofCare(t testing.TB) *scenario {
	s := newScenario(t)
	s.basis(identity.BasisCare)
	s.Subject.Custody, s.Request.Custody = identity.Custodial, identity.Custodial
	s.settle(t)
	return s
}

func TestThreat37EachConstraintRefusesAlone(t *testing.T) {
	for name, breakIt := range alone() {
		t.Run(name, func(t *testing.T) {
			s := ofCare(t)
			c := s.circuit(t)
			s.settleAgain(t, c, s.registrar)
			if !solves(t, c) {
				t.Fatal("the statement must be true before it is broken")
			}
			breakIt(s, c)
			s.settleAgain(t, c, s.registrar)
			if solves(t, c) {
				t.Error("it was proven")
			}
		})
	}
}

// unfitting are attacks in which the witness does not fit what is public, or itself.
func unfitting(t testing.TB) map[string]func(*scenario, *Circuit) {
	other := identity.Organisation("elsewhere")
	return map[string]func(*scenario, *Circuit){
		"providersRoot":            func(s *scenario, c *Circuit) { c.ProvidersRoot = field.Random() },
		"issuersRoot":              func(s *scenario, c *Circuit) { c.IssuersRoot = field.Random() },
		"grantsRoot":               func(s *scenario, c *Circuit) { c.GrantsRoot = field.Random() },
		"subjectTag":               func(s *scenario, c *Circuit) { c.SubjectTag = identity.SubjectTag(field.Random(), s.Challenge) },
		"request":                  func(s *scenario, c *Circuit) { c.Request = circuittest.Plus(c.Request, 0) },
		"challenge":                func(s *scenario, c *Circuit) { c.Challenge = field.Random() },
		"pseudonym":                func(s *scenario, c *Circuit) { c.Pseudonym = identity.Pseudonym(field.Random(), 77, 9, 19) },
		"auditor":                  func(s *scenario, c *Circuit) { c.Auditor = identity.AuditorDigest(s.registrar.Public()) },
		"escrow":                   func(s *scenario, c *Circuit) { c.Escrow = field.Random() },
		"request: another part":    func(s *scenario, c *Circuit) { c.Asked.Epoch = 8 },
		"request: custody":         func(s *scenario, c *Circuit) { c.Asked.Custody = 0 },
		"provider: secret":         func(s *scenario, c *Circuit) { c.Provider.Secret = field.Random() },
		"provider: organisation":   func(s *scenario, c *Circuit) { c.Provider.Organisation = other },
		"provider: roles":          func(s *scenario, c *Circuit) { c.Provider.Roles = 7 },
		"provider: until":          func(s *scenario, c *Circuit) { c.Provider.Until = now + 1001 },
		"subject: key":             func(s *scenario, c *Circuit) { c.Subject.Key = gadget.PointOf(s.registrar.Public().Point) },
		"subject: identity":        func(s *scenario, c *Circuit) { c.Subject.Identity = field.Random() },
		"subject: salt":            func(s *scenario, c *Circuit) { c.Subject.Salt = field.Random() },
		"grant: grantee":           func(s *scenario, c *Circuit) { c.Grant.Grantee = identity.ProviderIdentity(s.Secret) },
		"grant: scope":             func(s *scenario, c *Circuit) { c.Grant.Scope = 0b111 },
		"grant: from":              func(s *scenario, c *Circuit) { c.Grant.From = now - 101 },
		"grant: until":             func(s *scenario, c *Circuit) { c.Grant.Until = now + 101 },
		"grant: role":              func(s *scenario, c *Circuit) { c.Grant.Role = 2 },
		"grant: terms":             func(s *scenario, c *Circuit) { c.Grant.Terms = field.Random() },
		"grant: salt":              func(s *scenario, c *Circuit) { c.Grant.Salt = field.Random() },
		"grant: view":              func(s *scenario, c *Circuit) { c.Grant.View = field.Random() },
		"grant: place":             func(s *scenario, c *Circuit) { circuittest.Lead(t, s.Grant.Leaf(), 1235, c.Grant.Path[:]) },
		"signature: R":             func(s *scenario, c *Circuit) { c.Signature.R = gadget.PointOf(s.auditor.Public().Point) },
		"signature: S":             func(s *scenario, c *Circuit) { c.Signature.S = circuittest.Plus(c.Signature.S, 0) },
		"signer: another key":      func(s *scenario, c *Circuit) { c.Signer.Preimage = gadget.PointOf(s.subjectKey.Public().Preimage()) },
		"signer: not on the curve": func(s *scenario, c *Circuit) { c.Signer.Preimage.X = circuittest.Plus(c.Signer.Preimage.X, 0) },
		"read":                     func(s *scenario, c *Circuit) { c.Read = 18 },
		"auditor's key":            func(s *scenario, c *Circuit) { c.AuditorKey = gadget.PointOf(s.registrar.Public().Point) },
	}
}

func TestThreat37WhatDoesNotFitIsRefused(t *testing.T) {
	for name, breakIt := range unfitting(t) {
		t.Run(name, func(t *testing.T) {
			s := ofCare(t)
			c := s.circuit(t)
			if breakIt(s, c); solves(t, c) {
				t.Error("it was proven")
			}
		})
	}
}

func TestThreat44AGrantByAKeyThatMayNotSignIsRefused(t *testing.T) {
	stranger := circuittest.NewKey(t)
	for name, forge := range map[string]func(*scenario){
		"consent signed by a stranger":  func(s *scenario) { s.sign(t, stranger) },
		"consent signed by a registrar": func(s *scenario) { s.sign(t, s.registrar) },
		"care signed by the subject": func(s *scenario) {
			s.basis(identity.BasisCare)
			s.settle(t)
			before := field.Root(s.SignerPath)
			s.sign(t, s.subjectKey)
			s.paths()
			s.SignerPath[IssuerLevels-1].Children[3-s.SignerPath[IssuerLevels-1].Position] = before // a tree of one's own
		},
	} {
		s := newScenario(t)
		issuers := circuittest.PathTo(identity.Issuer{Key: s.registrar.Public(), Role: identity.Registrar, Until: now + 10}.Leaf(), 1, IssuerLevels)
		forge(s)
		s.paths()
		c := s.circuit(t)
		c.IssuersRoot = field.Root(issuers)
		if solves(t, c) {
			t.Errorf("%s: proven", name)
		}
		if err := s.Check(); name != "care signed by the subject" && !errors.Is(err, ErrSigner) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// With the neutral element for a key anybody could sign: [S]G = R + [c]0.
func TestThreat44TheNeutralElementIsNoKey(t *testing.T) {
	s := newScenario(t)
	var neutral identity.Point
	neutral.Y.SetOne()
	s.Subject.Key.Point = neutral
	s.Grant.Subject = s.Subject.Handle()
	r, err := s.registrar.Sign(field.Random())
	if err != nil {
		t.Fatal(err)
	}
	g := twistededwards.GetEdwardsCurve().Base
	s.Signature = identity.Signature{S: r.S, R: *new(identity.Point).ScalarMultiplication(&g, r.S.BigInt())}
	s.paths()
	c := s.circuit(t)
	c.Signer.Preimage = gadget.PointOf(neutral)
	if solves(t, c) {
		t.Error("a key that everybody has was taken")
	}
}

func TestThreat38AnEmptyPlaceIsNoMember(t *testing.T) {
	for _, nothing := range []field.Element{{}, field.Uint64(1)} {
		for name, use := range map[string]func(*scenario, *Circuit){
			"provider": func(s *scenario, c *Circuit) { c.ProvidersRoot = circuittest.Lead(t, nothing, 7, c.Provider.Path[:]) },
			"grant": func(s *scenario, c *Circuit) {
				c.GrantsRoot = circuittest.Lead(t, nothing, s.Grant.Index, c.Grant.Path[:])
			},
		} {
			s := newScenario(t)
			c := s.circuit(t)
			use(s, c)
			if solves(t, c) {
				t.Errorf("%s: %s is a member", name, field.Text(nothing))
			}
		}
	}
}

func TestThreat47AnEscrowToNobodyIsRefused(t *testing.T) {
	s := newScenario(t)
	for name, seal := range map[string]func(d *identity.Disclosure){
		"of another provider":     func(d *identity.Disclosure) { d.Provider = field.Random() },
		"of another organisation": func(d *identity.Disclosure) { d.Organisation = field.Random() },
		"to another auditor":      func(d *identity.Disclosure) { d.Auditor = s.subjectKey.Public() },
		"under another view":      func(d *identity.Disclosure) { d.View = field.Random() },
		"for another challenge":   func(d *identity.Disclosure) { d.Challenge = field.Random() },
	} {
		d := identity.Disclosure{
			Auditor: s.Auditor, Challenge: s.Challenge, Provider: s.Provider.Leaf(), Organisation: s.Provider.Organisation, View: s.View,
		}
		c := s.circuit(t)
		same, _, err := identity.SealEscrow(s.Secret, d)
		if err != nil || circuittest.Element(c.Escrow) != same.Digest() {
			t.Fatal("the escrow of the scenario")
		}
		seal(&d)
		e, _, err := identity.SealEscrow(s.Secret, d)
		if err != nil {
			t.Fatal(err)
		}
		if c.Escrow = e.Digest(); solves(t, c) {
			t.Errorf("%s: proven", name)
		}
	}
}

func TestThreat34AnotherFormOfASignatureIsRefused(t *testing.T) {
	order := twistededwards.GetEdwardsCurve().Order
	for range 100 {
		s := newScenario(t)
		more := new(big.Int).Add(s.Signature.S.BigInt(), &order)
		if more.BitLen() > 251 {
			continue
		}
		c := s.circuit(t)
		if c.Signature.S = more; solves(t, c) {
			t.Error("S + order is taken for S")
		}
		return
	}
	t.Fatal("no signature with a small S in 100")
}

func TestReasonsAreGivenBeforeTheWork(t *testing.T) {
	for want, change := range map[error]func(*scenario){
		ErrNotAccredited: func(s *scenario) { s.ProviderPath = circuittest.PathTo(field.Random(), 1, ProviderLevels) },
		ErrNotGranted:    func(s *scenario) { s.GrantPath = circuittest.PathTo(field.Random(), 1, GrantLevels) },
		ErrExpired:       func(s *scenario) { s.Request.Time = s.Grant.Until },
		ErrScope:         func(s *scenario) { s.Request.Scope = 1 },
		ErrPurpose:       func(s *scenario) { s.Request.Purpose = 4 },
		ErrBasis:         func(s *scenario) { s.Request.Basis = identity.BasisCare },
		ErrSubject:       func(s *scenario) { s.Subject.Salt = field.Random() },
		ErrGrantee:       func(s *scenario) { s.Grant.Grantee = field.Random() },
		ErrCustody:       func(s *scenario) { s.Request.Custody = identity.Custodial },
		ErrSigner:        func(s *scenario) { s.Signature.S[31] ^= 1 },
		ErrReads:         func(s *scenario) { s.Read = s.Request.K },
	} {
		s := newScenario(t)
		change(s)
		if err := s.Check(); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if _, err := s.Assign(); !errors.Is(err, want) {
			t.Errorf("assigned with %v, want %v", err, want)
		}
	}
	s := newScenario(t)
	s.Request.Time = s.Provider.Until
	if err := s.Check(); !errors.Is(err, ErrNotAccredited) {
		t.Errorf("an expired accreditation: %v", err)
	}
}

func TestConstraintsAreCounted(t *testing.T) { circuittest.WantCounts(t, Statement(), 19010, 9) }
