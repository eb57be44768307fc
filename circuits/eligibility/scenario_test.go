package eligibility

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

const now = 1_800_000_000

// scenario is a person, what is attested of them and what is asked, all of it true.
type scenario struct {
	Witness
	attester *identity.SigningKey
}

// attributes of the scenario's schema.
const (
	age, sex, hba1c, pregnant, egfr = 0, 1, 2, 3, 15
)

func newScenario(t testing.TB) *scenario {
	s := &scenario{attester: circuittest.NewKey(t)}
	s.Secret, s.Time, s.Context = field.Random(), now, identity.Context([]byte("a challenge"))
	k := identity.KnownValue
	s.Attestation = identity.Attestation{
		Identity: identity.IdentityOf(s.Secret), Key: identity.KeyDigest(circuittest.NewKey(t).Public()),
		Schema: field.Digest("schema", []byte("a schema")), From: now - 100, Until: now + 100,
		Values: [identity.Attributes]identity.Value{age: k(54), sex: k(1), hba1c: k(61), pregnant: k(0), egfr: k(7200)},
	}
	s.Policy = policy.Policy{
		Scope: field.Digest("trial", []byte("a trial")), Schema: s.Attestation.Schema,
		Clauses: []policy.Clause{
			{{Attribute: age, Low: 18, High: 75}},
			{{Attribute: hba1c, Low: 57, High: 64}, {Attribute: 7, Low: 1, High: 1}},
			{{Attribute: pregnant, Low: 1, High: 1, Outside: true}, {Attribute: sex, Low: 1, High: 1}},
			{{Attribute: egfr, Low: 6000, High: 1<<24 - 1}},
		},
	}
	s.Attester, s.AttesterUntil = s.attester.Public(), now+10
	s.settle(t)
	return s
}

// settle makes everything that follows from the rest again: signature and path.
func (s *scenario) settle(t testing.TB) {
	t.Helper()
	s.Signature = circuittest.Sign(t, s.attester, s.Attestation.Message())
	s.Path = circuittest.PathTo(s.issuer().Leaf(), 321, IssuerLevels)
}

func (s *scenario) circuit(t testing.TB) *Circuit {
	t.Helper()
	c, err := s.assign()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// settleAgain makes everything of an assignment that follows from its numbers again, whatever these are. Afterwards only what the numbers
// themselves break is broken. The role is the attester's in the tree.
func (s *scenario) settleAgain(t testing.TB, c *Circuit, role identity.Role) {
	t.Helper()
	e := circuittest.Element
	id, key := identity.IdentityOf(e(c.Secret)), s.attester.Public()
	a := c.Attested
	half := identity.Attributes / 2
	message := field.Hash(field.TagAttestation, id, e(a.Key), e(c.Asked.Schema), pack(identity.TimeBits, a.Until, a.From),
		pack(identity.ValueBits+1, a.Values[:half]...), pack(identity.ValueBits+1, a.Values[half:]...))
	c.Signature = gadget.SignatureOf(circuittest.Sign(t, s.attester, message))
	c.Attester.Preimage = gadget.PointOf(key.Preimage())
	issuer := field.Hash(field.TagIssuer, key.Point.X, key.Point.Y, field.Uint64(uint64(role)), e(c.Attester.Until))
	c.IssuersRoot = circuittest.Lead(t, issuer, 321, c.Attester.Path[:])
	c.Tag = identity.Tag(id, e(c.Asked.Scope))

	in := []field.Element{e(c.Asked.Scope), e(c.Asked.Schema)}
	for i := 0; i < policy.Literals; i += policy.PerElement {
		var places []frontend.Variable
		for _, l := range c.Asked.Literals[i : i+policy.PerElement] {
			meta := pack(1, append(l.Attribute[:], l.Outside, l.End)...)
			places = append(places, pack(policy.BoundBits, l.Low, l.High, meta))
		}
		in = append(in, pack(2*policy.BoundBits+policy.AttributeBits+2, places...))
	}
	c.Policy = field.Hash(field.TagPolicyMore, append([]field.Element{field.Hash(field.TagPolicy, in[:7]...)}, in[7:]...)...)
}

// pack puts numbers of a width into one, the first lowest.
func pack(width uint, parts ...frontend.Variable) (packed field.Element) {
	shift := field.Uint64(1 << width)
	for i := len(parts) - 1; i >= 0; i-- {
		v := circuittest.Element(parts[i])
		packed.Mul(&packed, &shift).Add(&packed, &v)
	}
	return packed
}

var solves = circuittest.Solver(Statement())
