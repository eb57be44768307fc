package authorization

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/twistededwards"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/soundness"
)

// forged are attacks by somebody who may choose the trees and has the signer's key.
func forged() map[string]func(t *testing.T, s *scenario, c *Circuit) {
	odd := func(name string) func(*testing.T, *scenario, *Circuit) {
		return func(t *testing.T, s *scenario, c *Circuit) {
			c.Signature = circuittest.OddSignatures(t, s.registrar, s.Grant.Leaf())[name]
		}
	}
	return map[string]func(t *testing.T, s *scenario, c *Circuit){
		"signature: R in x":    odd("R in x"),
		"signature: R in y":    odd("R in y"),
		"signature: S + order": odd("S + order"),
		"signature: of another leaf": func(t *testing.T, s *scenario, c *Circuit) {
			signed := c.Signature
			c.Grant.From = now - 50
			s.settleAgain(t, c, s.registrar)
			c.Signature = signed
		},
		"subject: another's tag": func(t *testing.T, s *scenario, c *Circuit) {
			tag := c.SubjectTag
			c.Subject.Salt = field.Random()
			s.settleAgain(t, c, s.registrar)
			c.SubjectTag = tag
		},
		"pseudonym: another's": func(t *testing.T, s *scenario, c *Circuit) {
			was := c.Pseudonym
			c.Read = 18
			s.settleAgain(t, c, s.registrar)
			c.Pseudonym = was
		},
		"provider: another's secret": func(t *testing.T, s *scenario, c *Circuit) {
			c.Provider.Secret = field.Random()
			e := circuittest.Element(c.Provider.Secret)
			c.Pseudonym = identity.Pseudonym(e, s.Request.Service, s.Request.Epoch, s.Read)
			c.Escrow = s.sealed(t, e, s.View).Digest()
		},
		"grant: another view": func(t *testing.T, s *scenario, c *Circuit) {
			c.Grant.View = field.Random()
			c.Escrow = s.sealed(t, s.Secret, circuittest.Element(c.Grant.View)).Digest()
		},
		"signer: a registrar for a consent": func(t *testing.T, s *scenario, c *Circuit) {
			c.Asked.Basis = int(identity.BasisConsent)
			s.settleAgain(t, c, s.registrar)
		},
		"signer: a registrar for a representative": func(t *testing.T, s *scenario, c *Circuit) {
			c.Asked.Basis = int(identity.BasisRepresentative)
			s.settleAgain(t, c, s.registrar)
		},
	}
}

// ghosts are leaves in no tree, at positions that are no bits.
func ghosts() map[string]func(t *testing.T, s *scenario, c *Circuit) {
	return map[string]func(t *testing.T, s *scenario, c *Circuit){
		"provider: a ghost, low": func(t *testing.T, s *scenario, c *Circuit) {
			c.ProvidersRoot, _ = circuittest.Ghost(t, s.Provider.Leaf(), false, c.Provider.Path[:])
		},
		"provider: a ghost, high": func(t *testing.T, s *scenario, c *Circuit) {
			c.ProvidersRoot, _ = circuittest.Ghost(t, s.Provider.Leaf(), true, c.Provider.Path[:])
		},
		"signer: a ghost, low": func(t *testing.T, s *scenario, c *Circuit) {
			c.IssuersRoot, _ = circuittest.Ghost(t, s.issuer().Leaf(), false, c.Signer.Path[:])
		},
		"signer: a ghost, high": func(t *testing.T, s *scenario, c *Circuit) {
			c.IssuersRoot, _ = circuittest.Ghost(t, s.issuer().Leaf(), true, c.Signer.Path[:])
		},
		"grant: a ghost, low": func(t *testing.T, s *scenario, c *Circuit) {
			s.Grant.Index = 2
			c.GrantsRoot, _ = circuittest.Ghost(t, s.resign(t, c), false, c.Grant.Path[:])
		},
		"grant: a ghost, high": func(t *testing.T, s *scenario, c *Circuit) {
			s.Grant.Index = 4
			c.GrantsRoot, _ = circuittest.Ghost(t, s.resign(t, c), true, c.Grant.Path[:])
		},
	}
}

// escrows are attacks in which one part of the escrow is that of another challenge, or of another auditor.
func escrows() map[string]func(s *scenario, old, fresh *sealing) {
	return map[string]func(s *scenario, old, fresh *sealing){
		"escrow: another scalar": func(_ *scenario, old, fresh *sealing) { fresh.t = old.t },
		"escrow: another R":      func(_ *scenario, old, fresh *sealing) { r := old.base(); fresh.r = &r },
		"escrow: another mask of the person": func(_ *scenario, old, fresh *sealing) {
			fresh.person = old.personMask()
		},
		"escrow: another mask of the organisation": func(_ *scenario, old, fresh *sealing) {
			fresh.organisation = old.organisationMask()
		},
	}
}

// sealing is how an escrow is made, step by step, so that one of them can be another.
type sealing struct {
	auditor              identity.PublicKey
	challenge, view      field.Element
	t                    *big.Int
	r                    *identity.Point
	person, organisation field.Element // masks, zero for the right ones
}

func (s *scenario) sealing(challenge field.Element) *sealing {
	return &sealing{
		auditor: s.Auditor, challenge: challenge, view: s.View, t: identity.Clamp(field.Hash(field.TagEscrow, s.Secret, challenge)),
	}
}

func (s *sealing) base() (r identity.Point) {
	g := twistededwards.GetEdwardsCurve().Base
	r.ScalarMultiplication(&g, s.t)
	return r
}

func (s *sealing) personMask() field.Element {
	var x identity.Point
	x.ScalarMultiplication(&s.auditor.Point, s.t)
	return field.Hash(field.TagEscrowPerson, x.X, x.Y, s.challenge)
}

func (s *sealing) organisationMask() field.Element {
	return field.Hash(field.TagMask, s.view, s.challenge)
}

// escrow puts the parts together.
func (s *sealing) escrow(provider identity.Provider) (e identity.Escrow) {
	none := field.Element{}
	if e.R = s.base(); s.r != nil {
		e.R = *s.r
	}
	if s.person == none {
		s.person = s.personMask()
	}
	if s.organisation == none {
		s.organisation = s.organisationMask()
	}
	leaf := provider.Leaf()
	e.Person.Add(&leaf, &s.person)
	e.Organisation.Add(&provider.Organisation, &s.organisation)
	return e
}

// sealed is the escrow of the scenario's provider, by another secret or view.
func (s *scenario) sealed(t *testing.T, secret, view field.Element) identity.Escrow {
	t.Helper()
	e, _, err := identity.SealEscrow(secret, identity.Disclosure{
		Auditor: s.Auditor, Challenge: s.Challenge, Provider: s.Provider.Leaf(), Organisation: s.Provider.Organisation, View: view,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// resign signs the grant again as it is, and gives its leaf.
func (s *scenario) resign(t *testing.T, c *Circuit) field.Element {
	t.Helper()
	s.settleAgain(t, c, s.registrar)
	return s.Grant.Leaf()
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	c := soundness.Campaign{
		Statement: Statement(),
		True:      map[string]frontend.Circuit{"care": ofCare(t).circuit(t), "consent": newScenario(t).circuit(t)},
		Attacks:   map[string]soundness.Attack{}, Reasons: map[string]string{},
	}
	attack := func(name string, do func(s *scenario, c *Circuit)) {
		s := ofCare(t)
		good, bad := s.circuit(t), s.circuit(t)
		do(s, bad)
		c.Attacks[name] = soundness.Attack{True: good, False: bad}
	}
	for name, breakIt := range alone() {
		attack(name, func(s *scenario, c *Circuit) {
			breakIt(s, c)
			s.settleAgain(t, c, s.registrar)
		})
	}
	for name, breakIt := range unfitting(t) {
		attack(name, breakIt)
	}
	for _, by := range []map[string]func(*testing.T, *scenario, *Circuit){ghosts(), forged()} {
		for name, forge := range by {
			attack(name, func(s *scenario, c *Circuit) { forge(t, s, c) })
		}
	}
	for name, change := range escrows() {
		attack(name, func(s *scenario, c *Circuit) {
			fresh := s.sealing(field.Random())
			change(s, s.sealing(s.Challenge), fresh)
			c.Challenge = fresh.challenge
			s.settleAgain(t, c, s.registrar)
			c.Escrow = fresh.escrow(s.Provider).Digest()
		})
	}
	attack("escrow: for another challenge", func(s *scenario, c *Circuit) {
		was := c.Escrow
		c.Challenge = field.Random()
		s.settleAgain(t, c, s.registrar)
		c.Escrow = was
	})
	attack("escrow: shared with another auditor", func(s *scenario, c *Circuit) {
		was := c.Escrow // the scalar, and so R and what is shared, are the same
		other := circuittest.NewKey(t).Public()
		c.AuditorKey, c.Auditor = gadget.PointOf(other.Point), identity.AuditorDigest(other)
		c.Escrow = was
	})
	consented := newScenario(t)
	s := newScenario(t)
	bad := s.circuit(t)
	s.settleAgain(t, bad, s.registrar)
	c.Attacks["a consent that a registrar signed"] = soundness.Attack{True: s.circuit(t), False: bad}
	late := ofCare(t)
	bad = late.circuit(t)
	bad.Signer.Until = now
	late.settleAgain(t, bad, late.registrar)
	c.Attacks["signer: expired, beside a consent that is not"] = soundness.Attack{True: consented.circuit(t), False: bad}
	c.Run(t)
}
