package eligibility

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

func TestTrueStatementsAreProvable(t *testing.T) {
	for name, change := range map[string]func(*scenario){
		"as it is":            func(*scenario) {},
		"at the first moment": func(s *scenario) { s.Attestation.From = now },
		"at the last moment":  func(s *scenario) { s.Attestation.Until, s.AttesterUntil = now+1, now+1 },
		"all places used": func(s *scenario) {
			for len(s.Policy.Clauses) < policy.Literals-2 {
				s.Policy.Clauses = append(s.Policy.Clauses, policy.Clause{{Attribute: egfr, Low: 7200, High: 7200}})
			}
		},
		"at the largest numbers": func(s *scenario) {
			s.Time, s.Attestation.From, s.Attestation.Until, s.AttesterUntil = 1<<40-2, 1<<40-2, 1<<40-1, 1<<40-1
			s.Attestation.Values[egfr] = identity.KnownValue(1<<24 - 1)
		},
		"at the smallest": func(s *scenario) {
			s.Attestation.Values[egfr], s.Policy.Clauses[3][0].Low = identity.KnownValue(0), 0
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

// The circuit and the native policy say the same of random policies and values.
func TestPoliciesHoldWhereTheNativeOnesDo(t *testing.T) {
	r := rand.New(rand.NewPCG(uint64(now), 1)) //nolint:gosec // the same policies every time
	count := map[bool]int{}
	for range 60 {
		s := newScenario(t)
		s.Policy.Clauses = randomClauses(r)
		for i := range s.Attestation.Values {
			if s.Attestation.Values[i] = identity.KnownValue(r.Uint32N(8)); r.IntN(3) == 0 {
				s.Attestation.Values[i] = 0
			}
		}
		s.settle(t)
		want := s.Policy.Holds(s.Attestation.Values)
		if got := solves(t, s.circuit(t)); got != want {
			t.Fatalf("%v of %+v: proven %v", s.Attestation.Values, s.Policy.Clauses, got)
		}
		count[want]++
	}
	if count[true] < 10 || count[false] < 10 {
		t.Errorf("%v", count)
	}
}

func randomClauses(r *rand.Rand) []policy.Clause {
	clauses := make([]policy.Clause, 1+r.IntN(3))
	for i := range clauses {
		clauses[i] = make(policy.Clause, 1+r.IntN(4))
		for j := range clauses[i] {
			low := r.Uint32N(8)
			clauses[i][j] = policy.Literal{
				Attribute: uint8(r.IntN(16)), Low: low, High: low + r.Uint32N(4), Outside: r.IntN(2) == 0,
			}
		}
	}
	return clauses
}

// alone are attacks in which all that follows from what is broken (hashes, root, signature, public inputs) is made to fit.
func alone() map[string]func(c *Circuit, role *identity.Role) {
	literal := func(i int, do func(l *gadget.Literal)) func(*Circuit, *identity.Role) {
		return func(c *Circuit, _ *identity.Role) { do(&c.Asked.Literals[i]) }
	}
	value := func(i int, v frontend.Variable) func(*Circuit, *identity.Role) {
		return func(c *Circuit, _ *identity.Role) { c.Attested.Values[i] = v }
	}
	known := 1 << identity.ValueBits
	return map[string]func(c *Circuit, role *identity.Role){
		"attester: another role":                 func(_ *Circuit, role *identity.Role) { *role = identity.Registrar },
		"attester: expired at this moment":       func(c *Circuit, _ *identity.Role) { c.Attester.Until = now },
		"attestation: expired at this moment":    func(c *Circuit, _ *identity.Role) { c.Attested.Until = now },
		"attestation: until over its bound":      func(c *Circuit, _ *identity.Role) { c.Attested.Until = circuittest.Plus(0, 40) },
		"attestation: not begun":                 func(c *Circuit, _ *identity.Role) { c.Attested.From = now + 1 },
		"attestation: begins before all time":    func(c *Circuit, _ *identity.Role) { c.Attested.From = circuittest.Plus(0, -1) },
		"value: too small":                       value(age, known+17),
		"value: too large":                       value(age, known+76),
		"value: unknown":                         value(age, 0),
		"value: unknown, with a number":          value(age, 54),
		"value: over its bound":                  value(8, 3*known+5),
		"value: unknown, with a number, outside": func(c *Circuit, _ *identity.Role) { c.Attested.Values[pregnant], c.Attested.Values[sex] = 5, known+2 },
		"value: below its bound":                 value(8, circuittest.Plus(0, -1)),
		"value: neither literal of a clause":     value(hba1c, known+65),
		"value: within what is to be outside": func(c *Circuit, _ *identity.Role) {
			c.Attested.Values[pregnant], c.Attested.Values[sex] = known+1, known+2
		},
		"value: unknown is not outside":        func(c *Circuit, _ *identity.Role) { c.Attested.Values[pregnant], c.Attested.Values[sex] = 0, known+2 },
		"literal: another bound":               literal(0, func(l *gadget.Literal) { l.Low = 55 }),
		"literal: negated":                     literal(0, func(l *gadget.Literal) { l.Outside = 1 }),
		"literal: another attribute":           literal(0, func(l *gadget.Literal) { l.Attribute[0] = 1 }),
		"literal: the clause ends before":      literal(3, func(l *gadget.Literal) { l.End, l.Outside = 1, 0 }),
		"literal: low far below zero":          literal(0, func(l *gadget.Literal) { l.Low = circuittest.Plus(-5, 27) }),
		"literal: high far above":              literal(0, func(l *gadget.Literal) { l.High = 1 << 27 }),
		"literal: low far below all":           literal(0, func(l *gadget.Literal) { l.Low = field.Random() }),
		"literal: outside is no bit":           literal(43, func(l *gadget.Literal) { l.Outside = 2 }),
		"literal: end is no bit":               literal(0, func(l *gadget.Literal) { l.End = 2 }),
		"literal: an attribute's bit is none":  literal(43, func(l *gadget.Literal) { l.Attribute[0] = 2 }),
		"literal: an attribute between others": literal(0, func(l *gadget.Literal) { l.Attribute[0], l.Attribute[1] = 2, circuittest.Plus(0, -1) }),
	}
}

func TestThreat37EachConstraintRefusesAlone(t *testing.T) {
	for name, breakIt := range alone() {
		s := newScenario(t)
		c, role := s.circuit(t), identity.Attester
		s.settleAgain(t, c, role)
		if !solves(t, c) {
			t.Fatal("the statement must be true before it is broken")
		}
		breakIt(c, &role)
		if s.settleAgain(t, c, role); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

// unfitting are attacks in which the witness does not fit what is public, or itself.
func (s *scenario) unfitting(t testing.TB) map[string]func(c *Circuit) {
	other := circuittest.NewKey(t)
	return map[string]func(c *Circuit){
		"issuersRoot":          func(c *Circuit) { c.IssuersRoot = field.Random() },
		"policy":               func(c *Circuit) { c.Policy = field.Random() },
		"tag":                  func(c *Circuit) { c.Tag = identity.Tag(field.Random(), s.Policy.Scope) },
		"time":                 func(c *Circuit) { c.Time = now + 50 },
		"secret":               func(c *Circuit) { c.Secret = field.Random() },
		"attested: key":        func(c *Circuit) { c.Attested.Key = field.Random() },
		"attested: from":       func(c *Circuit) { c.Attested.From = now - 101 },
		"attested: until":      func(c *Circuit) { c.Attested.Until = now + 101 },
		"attested: a value":    func(c *Circuit) { c.Attested.Values[age] = uint32(identity.KnownValue(55)) },
		"policy: scope":        func(c *Circuit) { c.Asked.Scope = field.Random() },
		"policy: schema":       func(c *Circuit) { c.Asked.Schema = field.Random() },
		"policy: a bound":      func(c *Circuit) { c.Asked.Literals[0].Low = 17 },
		"policy: unused place": func(c *Circuit) { c.Asked.Literals[43].Low = 1 },
		"policy: an end":       func(c *Circuit) { c.Asked.Literals[0].End = 0 },
		"attester: until":      func(c *Circuit) { c.Attester.Until = now + 11 },
		"attester: another":    func(c *Circuit) { c.Attester.Preimage = gadget.PointOf(other.Public().Preimage()) },
		"attester: no point":   func(c *Circuit) { c.Attester.Preimage.X = circuittest.Plus(c.Attester.Preimage.X, 0) },
		"signature: R":         func(c *Circuit) { c.Signature.R = gadget.PointOf(other.Public().Point) },
		"signature: S":         func(c *Circuit) { c.Signature.S = circuittest.Plus(c.Signature.S, 0) },
		"another's signature": func(c *Circuit) {
			c.Signature = gadget.SignatureOf(circuittest.Sign(t, other, s.Attestation.Message()))
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

func TestReasonsAreGivenBeforeTheWork(t *testing.T) {
	for want, change := range map[error]func(*scenario){
		ErrNotAttested:      func(s *scenario) { s.Secret = field.Random() },
		ErrNotAccredited:    func(s *scenario) { s.Path = circuittest.PathTo(field.Random(), 1, IssuerLevels) },
		ErrExpired:          func(s *scenario) { s.Time = s.Attestation.From - 1 },
		ErrSchema:           func(s *scenario) { s.Policy.Schema = field.Random() },
		ErrNotEligible:      func(s *scenario) { s.Policy.Clauses[0][0].Low = 55 },
		policy.ErrInvalid:   func(s *scenario) { s.Policy.Clauses = nil },
		identity.ErrInvalid: func(s *scenario) { s.Attestation.Values[9] = 1 },
	} {
		s := newScenario(t)
		change(s)
		if _, err := s.Assign(); !errors.Is(err, want) {
			t.Errorf("assigned with %v, want %v", err, want)
		}
	}
	for want, change := range map[error]func(*scenario){
		ErrNotAttested:   func(s *scenario) { s.Signature.S[31] ^= 1 },
		ErrNotAccredited: func(s *scenario) { s.AttesterUntil = now; s.settle(t) },
		ErrExpired:       func(s *scenario) { s.Attestation.Until = now; s.settle(t) },
		ErrNotEligible:   func(s *scenario) { s.Attestation.Values[age] = 0; s.settle(t) },
	} {
		s := newScenario(t)
		if change(s); !errors.Is(s.Check(), want) {
			t.Errorf("%v, want %v", s.Check(), want)
		}
	}
}

func TestConstraintsAreCounted(t *testing.T) { circuittest.WantCounts(t, Statement(), 11168, 5) }

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
