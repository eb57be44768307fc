package consent

import (
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

const now = 1_800_000_000

// scenario is a person and what they consented to, all of it true.
type scenario struct {
	Witness
	key *identity.SigningKey
}

func newScenario(t testing.TB) *scenario {
	s := &scenario{key: circuittest.NewKey(t)}
	s.Secret, s.Time, s.Context = field.Random(), now, identity.Context([]byte("a challenge"))
	s.Subject = identity.Subject{
		Key: s.key.Public(), Identity: identity.IdentityOf(s.Secret), Custody: identity.Custodial, Salt: field.Random(),
	}
	s.Grant = identity.Grant{
		Grantee: field.Digest("trial", []byte("a trial")), Scope: 0b110, Purpose: 3, From: now - 100, Until: now + 100,
		Basis: identity.BasisConsent, Terms: field.Digest("terms", []byte("text")), Index: 130, Salt: field.Random(), ViewHash: field.Random(),
	}
	s.settle(t)
	return s
}

// settle makes everything that follows from the rest again: handle, signature, path.
func (s *scenario) settle(t testing.TB) {
	t.Helper()
	s.Grant.Subject = s.Subject.Handle()
	s.Signature = circuittest.Sign(t, s.key, s.Grant.Leaf())
	s.Path = circuittest.PathTo(s.Grant.Leaf(), s.Grant.Index, GrantLevels)
}

func (s *scenario) circuit(t testing.TB) *Circuit {
	t.Helper()
	c, err := s.assign()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// claims are what the circuit has as constants, and the place that the grant names.
type claims struct {
	basis identity.Basis
	role  identity.Role
	index uint32
}

func (s *scenario) claims() claims {
	return claims{identity.BasisConsent, identity.Self, s.Grant.Index}
}

// settleAgain makes everything of an assignment that follows from its numbers again, whatever these are, and gives the grant's leaf. Afterwards
// only what the numbers themselves break is broken.
func (s *scenario) settleAgain(t testing.TB, c *Circuit, as claims) (leaf field.Element) {
	t.Helper()
	e, number := circuittest.Element, func(n int) field.Element { return field.Uint64(uint64(n)) }
	id, key := identity.IdentityOf(e(c.Secret)), s.key.Public()
	handle := field.Hash(field.TagSubject, key.Point.X, key.Point.Y, id, e(c.Asked.Custody), e(c.Salt))
	g, basis := c.Grant, number(int(as.basis))
	what := field.Hash(field.TagGrant, handle, e(c.Grantee), e(g.Scope), e(c.Asked.Purpose), e(g.From), e(g.Until), basis)
	leaf = field.Hash(field.TagGrantTerms, what, number(int(as.role)), e(c.Terms), number(int(as.index)), e(g.Salt), e(g.ViewHash))
	c.GrantsRoot = circuittest.Lead(t, leaf, s.Grant.Index, c.Grant.Path[:])
	c.Preimage, c.Signature = gadget.PointOf(key.Preimage()), gadget.SignatureOf(circuittest.Sign(t, s.key, leaf))
	c.Tag = identity.Tag(id, e(c.Grantee))
	packed := e(c.Asked.Purpose)
	for _, part := range []struct {
		value field.Element
		width uint
	}{{basis, identity.BasisBits}, {e(c.Asked.Custody), identity.CustodyBits}, {e(c.Asked.Time), identity.TimeBits}} {
		shift := field.Uint64(1 << part.width)
		packed.Mul(&packed, &shift).Add(&packed, &part.value)
	}
	c.Request = packed
	return leaf
}

var solves = circuittest.Solver(Statement())
