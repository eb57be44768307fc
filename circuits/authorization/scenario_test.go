package authorization

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
)

const now = 1_800_000_000

// scenario is a provider, a patient and everything between them, all of it true.
type scenario struct {
	Witness
	subjectKey, registrar, auditor *identity.SigningKey
}

func newScenario(t testing.TB) *scenario {
	s := &scenario{subjectKey: circuittest.NewKey(t), registrar: circuittest.NewKey(t), auditor: circuittest.NewKey(t)}
	s.Secret, s.View, s.Challenge = field.Random(), field.Random(), field.Digest("challenge", []byte("once"))
	s.Provider = identity.Provider{
		Identity: identity.ProviderIdentity(s.Secret), Organisation: identity.Organisation("general hospital"), Roles: 5, Until: now + 1000,
	}
	s.Subject = identity.Subject{Key: s.subjectKey.Public(), Identity: identity.IdentityOf(field.Random()), Salt: field.Random()}
	s.Grant = identity.Grant{
		Grantee: s.Provider.Organisation, Scope: 0b110, Purpose: 3, From: now - 100, Until: now + 100, Basis: identity.BasisConsent,
		Terms: field.Digest("terms", []byte("text")), Index: 1234, Salt: field.Random(),
	}
	s.Request = identity.Request{Service: 77, Scope: 0b100, Purpose: 3, Basis: identity.BasisConsent, Time: now, Epoch: 9, K: 20}
	s.SignerUntil, s.Auditor, s.Read = now+10, s.auditor.Public(), 19
	s.settle(t)
	return s
}

// settle makes everything that follows from the rest again: hashes, paths, the signature.
func (s *scenario) settle(t testing.TB) {
	t.Helper()
	s.Grant.Subject, s.Grant.ViewHash = s.Subject.Handle(), identity.ViewHash(s.View)
	signer := s.registrar
	if s.Grant.Basis == identity.BasisConsent {
		signer = s.subjectKey
	}
	s.sign(t, signer)
	s.paths()
}

func (s *scenario) sign(t testing.TB, signer *identity.SigningKey) {
	t.Helper()
	s.Signer, s.Signature = signer.Public(), circuittest.Sign(t, signer, s.Grant.Leaf())
}

func (s *scenario) paths() {
	s.ProviderPath = circuittest.PathTo(s.Provider.Leaf(), 4321, ProviderLevels)
	s.GrantPath = circuittest.PathTo(s.Grant.Leaf(), s.Grant.Index, GrantLevels)
	s.SignerPath = circuittest.PathTo(s.issuer().Leaf(), 321, IssuerLevels)
}

func (s *scenario) circuit(t testing.TB) *Circuit {
	t.Helper()
	c, err := s.assign()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// settleAgain makes everything of an assignment that follows from its numbers again, whatever these are: hashes, paths, public inputs and
// the signature, by key. Afterwards only what the numbers themselves break is broken.
func (s *scenario) settleAgain(t testing.TB, c *Circuit, key *identity.SigningKey) {
	t.Helper()
	e := circuittest.Element
	g, r, p := &c.Grant, &c.Asked, &c.Provider
	handle := field.Hash(field.TagSubject, e(c.Subject.Key.X), e(c.Subject.Key.Y), e(c.Subject.Identity), e(r.Custody), e(c.Subject.Salt))
	what := field.Hash(field.TagGrant, handle, e(g.Grantee), e(g.Scope), e(r.Purpose), e(g.From), e(g.Until), e(r.Basis))
	grant := field.Hash(field.TagGrantTerms, what, e(g.Role), e(g.Terms), field.Uint64(uint64(s.Grant.Index)), e(g.Salt),
		field.Hash(field.TagView, e(g.View)))
	provider := field.Hash(field.TagProvider, field.Hash(field.TagProviderIdentity, e(p.Secret)), e(p.Organisation), e(p.Roles), e(p.Until))
	issuer := field.Hash(field.TagIssuer, key.Public().Point.X, key.Public().Point.Y, e(g.Role), e(c.Signer.Until))
	c.GrantsRoot = circuittest.Lead(t, grant, s.Grant.Index, c.Grant.Path[:])
	c.ProvidersRoot = circuittest.Lead(t, provider, 4321, c.Provider.Path[:])
	c.IssuersRoot = circuittest.Lead(t, issuer, 321, c.Signer.Path[:])
	c.Signer.Preimage = gadget.PointOf(key.Public().Preimage())
	c.Signature = gadget.SignatureOf(circuittest.Sign(t, key, grant))

	var packed field.Element
	for _, part := range []struct {
		value frontend.Variable
		width int
	}{{r.Service, 64}, {r.Scope, 16}, {r.Purpose, 8}, {r.Basis, 4}, {r.Custody, 4}, {r.Time, 40}, {r.Epoch, 32}, {r.K, 16}} {
		v, shift := e(part.value), field.Uint64(1<<part.width)
		if part.width == 64 {
			shift = field.Element{}
		}
		packed.Mul(&packed, &shift).Add(&packed, &v)
	}
	c.Request = packed
	c.SubjectTag = field.Hash(field.TagSubjectTag, handle, e(c.Challenge))
	c.Pseudonym = field.Hash(field.TagPseudonym, e(p.Secret), e(r.Service), e(r.Epoch), e(c.Read))
	escrow, _, err := identity.SealEscrow(e(p.Secret), identity.Disclosure{
		Auditor: s.Auditor, Challenge: e(c.Challenge), Provider: provider, Organisation: e(p.Organisation), View: e(g.View),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Escrow = escrow.Digest()
}

var solves = circuittest.Solver(Statement())
