package identity

import (
	"errors"
	"strings"
	"testing"

	"lethe/circuits/field"
)

func testSubject(t testing.TB) Subject {
	return Subject{Key: testKey(t, "subject").Public(), Identity: IdentityOf(element("sk")), Custody: Own, Salt: element("salt")}
}

func testGrant(t testing.TB) Grant {
	return Grant{
		Subject: testSubject(t).Handle(), Grantee: Organisation("Hospital"), Scope: 5, Purpose: 1,
		From: 1_700_000_000, Until: 1_900_000_000, Basis: BasisConsent, Role: Self, Terms: element("terms"), Index: 77,
		Salt: element("salt"), ViewHash: ViewHash(element("view")),
	}
}

func TestEveryFieldOfAHashCounts(t *testing.T) {
	eachFieldCounts(t, testSubject(t), Subject.Handle)
	eachFieldCounts(t, testGrant(t), Grant.Leaf)
	eachFieldCounts(t, Provider{ProviderIdentity(element("sk")), Organisation("Hospital"), 3, 1_900_000_000}, Provider.Leaf)
	eachFieldCounts(t, Issuer{testKey(t, "issuer").Public(), Registrar, 1_900_000_000}, Issuer.Leaf)
	eachFieldCounts(t, Escrow{testKey(t, "r").Public().Point, element("person"), element("organisation")}, Escrow.Digest)
	type auditor struct{ Key PublicKey }
	eachFieldCounts(t, auditor{testKey(t, "auditor").Public()}, func(v auditor) field.Element { return AuditorDigest(v.Key) })
	type binding struct {
		Handle  field.Element
		Custody Custody
		Place   field.Element
	}
	eachFieldCounts(t, binding{element("handle"), Own, Place([]byte("vault"))},
		func(v binding) field.Element { return BindingMessage(v.Handle, v.Custody, v.Place) })
	type withdrawal struct {
		Leaf field.Element
		Time uint64
	}
	eachFieldCounts(t, withdrawal{element("leaf"), 1_900_000_000},
		func(v withdrawal) field.Element { return WithdrawalMessage(v.Leaf, v.Time) })
}

// TestThreat13TagsAndPseudonyms: each is the same for the same inputs, and another one where any of them differs.
func TestThreat13TagsAndPseudonyms(t *testing.T) {
	type tag struct{ Handle, Challenge field.Element }
	eachFieldCounts(t, tag{element("handle"), element("challenge")},
		func(v tag) field.Element { return SubjectTag(v.Handle, v.Challenge) })
	type pseudonym struct {
		Secret  field.Element
		Service uint64
		Epoch   uint32
		I       uint16
	}
	of := func(v pseudonym) field.Element { return Pseudonym(v.Secret, v.Service, v.Epoch, v.I) }
	eachFieldCounts(t, pseudonym{element("sk"), 1, 20_000, 0}, of)
	seen := map[field.Element]bool{}
	for service := range uint64(3) {
		for epoch := range uint32(3) {
			for i := range uint16(3) {
				seen[of(pseudonym{element("sk"), service, epoch, i})] = true
			}
		}
	}
	if len(seen) != 27 {
		t.Errorf("%d pseudonyms of 27", len(seen))
	}
}

// TestHashesOfDifferentUsesDiffer: the same element taken for a subject's and for a provider's secret, a view, and so on.
func TestHashesOfDifferentUsesDiffer(t *testing.T) {
	e, handle := element("e"), element("handle")
	seen := map[field.Element]string{}
	for name, h := range map[string]field.Element{
		"identity": IdentityOf(e), "provider": ProviderIdentity(e), "view": ViewHash(e), "tag": SubjectTag(handle, e),
		"pseudonym": Pseudonym(handle, 0, 0, 0), "withdrawal": WithdrawalMessage(handle, 0), "mask": organisationMask(handle, e),
		"binding": BindingMessage(handle, Own, e), "organisation": Organisation("x"), "place": Place([]byte("x")),
	} {
		if other, ok := seen[h]; ok {
			t.Errorf("%s is %s", name, other)
		}
		seen[h] = name
	}
}

// refusal checks that an error is ErrInvalid and names what is wrong.
func refusal(t *testing.T, err error, named string) {
	t.Helper()
	if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), named) {
		t.Errorf("error %v, want one that names %q", err, named)
	}
}

func TestGrantCheckNamesTheField(t *testing.T) {
	noError(t, testGrant(t).Check())
	edge := testGrant(t)
	edge.Scope, edge.Purpose, edge.From, edge.Until, edge.Index = 0xffff, 0xff, 1<<40-1, 1<<40-1, 1<<28-1
	edge.Basis, edge.Role = BasisLaw, Registrar
	noError(t, edge.Check())
	for named, spoil := range map[string]func(*Grant){
		"from 1099511627776":    func(g *Grant) { g.From, g.Until = 1<<40, 1<<40 },
		"until 1099511627776":   func(g *Grant) { g.Until = 1 << 40 },
		"before from":           func(g *Grant) { g.Until = g.From - 1 },
		"index 268435456":       func(g *Grant) { g.Index = 1 << 28 },
		"basis 0":               func(g *Grant) { g.Basis = 0 },
		"basis 6":               func(g *Grant) { g.Basis = 6 },
		"role registrar":        func(g *Grant) { g.Role = Registrar },
		"role attester":         func(g *Grant) { g.Role = Attester },
		"on basis care":         func(g *Grant) { g.Basis = BasisCare },
		"on basis law":          func(g *Grant) { g.Basis, g.Role = BasisLaw, Representative },
		"role self does not":    func(g *Grant) { g.Basis = BasisRepresentative },
		"basis 9":               func(g *Grant) { g.Basis, g.Role = 9, SignerRole(9) },
		"role role(4) does not": func(g *Grant) { g.Role = 4 },
	} {
		g := testGrant(t)
		spoil(&g)
		refusal(t, g.Check(), named)
	}
}

func TestSignerRole(t *testing.T) {
	for b, want := range map[Basis]Role{1: Self, 2: Representative, 3: Registrar, 4: Registrar, 5: Registrar} {
		if got := SignerRole(b); got != want {
			t.Errorf("%v is signed by %v, want %v", b, got, want)
		}
	}
	for _, b := range []Basis{0, 6, 255} {
		if r := SignerRole(b); r <= Attester {
			t.Errorf("%v is signed by %v", b, r)
		}
	}
}

func TestProviderAndIssuerCheck(t *testing.T) {
	p := Provider{ProviderIdentity(element("sk")), Organisation("Hospital"), 3, 1<<40 - 1}
	noError(t, p.Check())
	p.Until++
	refusal(t, p.Check(), "until")

	key := testKey(t, "issuer").Public()
	for _, r := range []Role{Registrar, Representative, Attester} {
		noError(t, Issuer{key, r, 1<<40 - 1}.Check())
	}
	refusal(t, Issuer{key, Self, 1}.Check(), "role self")
	refusal(t, Issuer{key, 4, 1}.Check(), "role(4)")
	refusal(t, Issuer{key, Registrar, 1 << 40}.Check(), "until")
	refusal(t, Issuer{PublicKey{sum(key.Point, torsion(t)[4])}, Registrar, 1}.Check(), "public key")
}

func TestNames(t *testing.T) {
	for want, got := range map[string]string{
		"own": Own.String(), "custodial": Custodial.String(), "custody(2)": Custody(2).String(),
		"self": Self.String(), "registrar": Registrar.String(), "representative": Representative.String(),
		"attester": Attester.String(), "role(4)": Role(4).String(), "basis(0)": Basis(0).String(), "basis(6)": Basis(6).String(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for i, name := range []string{"consent", "representative", "care", "emergency", "law"} {
		b, err := ParseBasis(name)
		noError(t, err)
		if b != Basis(i+1) || b.String() != name {
			t.Errorf("%s is %d", name, b)
		}
	}
	for _, s := range []string{"", "Consent", "consent ", "basis(0)", "basis(6)", "1"} {
		_, err := ParseBasis(s)
		refusal(t, err, "basis")
	}
}
