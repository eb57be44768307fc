package vault

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/registry"
)

// Each proof here is a true one, of something else than was asked for.
func TestThreat14And47ProofsOfSomethingElseAreRefused(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	research := s.give(g.of, func(g *identity.Grant) { g.Purpose = 5 })
	care := s.give(g.of, func(g *identity.Grant) { g.Basis = identity.BasisCare })
	elsewhere := s.give(s.citizen(identity.Own))
	inCustody := s.give(s.citizen(identity.Custodial))
	s.publish()
	d := s.doctors[0]
	request := func(change func(*identity.Request)) func(Challenge) *authorization.Witness {
		return func(c Challenge) *authorization.Witness {
			change(&c.Request)
			return s.witness(d, g, c, 0)
		}
	}
	for i, r := range []struct {
		code  string
		asked *permit
		prove func(Challenge) *authorization.Witness
	}{
		{"scope-differs", g, request(func(r *identity.Request) { r.Scope = 0b001 })},
		{"purpose-differs", g, func(c Challenge) *authorization.Witness {
			c.Request.Purpose = research.Purpose
			return s.witness(d, research, c, 0)
		}},
		{"basis-differs", g, func(c Challenge) *authorization.Witness {
			c.Request.Basis = care.Basis
			return s.witness(d, care, c, 0)
		}},
		{"time-differs", g, request(func(r *identity.Request) { r.Time-- })},
		{"epoch-differs", g, request(func(r *identity.Request) { r.Epoch++ })},
		{"epoch-differs", g, request(func(r *identity.Request) { r.Epoch-- })},
		{"reads-differ", g, request(func(r *identity.Request) { r.K++ })},
		{"service-differs", g, request(func(r *identity.Request) { r.Service++ })},
		{"subject-differs", g, func(c Challenge) *authorization.Witness { return s.witness(d, elsewhere, c, 0) }},
		{"custody-differs", inCustody, func(c Challenge) *authorization.Witness { return s.claimedAsOwn(d, inCustody, c) }},
		{"auditor-differs", g, func(c Challenge) *authorization.Witness {
			c.Auditor = newSigningKey(t).Public()
			return s.witness(d, g, c, 0)
		}},
		{"root-unknown", g, func(c Challenge) *authorization.Witness { return s.ghost(g, c) }},
	} {
		if testing.Short() && i%4 != 0 {
			continue
		}
		c := s.challenge(r.asked)
		proof, escrow := prove(t, r.prove(c))
		s.refused("another thing", r.code, func() error {
			_, err := s.Authorize(t.Context(), presentation(t, c, proof, escrow), thumbprint)
			return err
		})
	}
	s.token(d, g, 0) // none of it has used anything up
}

// claimedAsOwn proves for a custodial subject as if they held their key themselves, by a tree of the prover's own.
func (s *provingSite) claimedAsOwn(d *doctor, g *permit, c Challenge) *authorization.Witness {
	s.t.Helper()
	of := *g.of
	of.Custody = identity.Own
	claimed := &permit{Grant: g.Grant, of: &of, view: g.view}
	claimed.Subject = of.Handle()
	claimed.signature = sign(s.t, of.key, claimed.Leaf())
	c.Request.Custody = identity.Own
	w := s.witness(d, claimed, c, 0)
	w.GrantPath = s.invented(registry.Grants, g.Index, claimed.Leaf())
	return w
}

// ghost proves as a provider of the hospital who is in no tree but their own.
func (s *provingSite) ghost(g *permit, c Challenge) *authorization.Witness {
	s.t.Helper()
	d := &doctor{Provider: s.doctors[0].Provider, secret: field.Random(), index: 9}
	d.Identity = identity.ProviderIdentity(d.secret)
	w := s.witness(d, g, c, 0)
	w.ProviderPath = s.invented(registry.Providers, d.index, d.Leaf())
	return w
}

// invented is a path in a tree that is like the published one, but for a leaf.
func (s *provingSite) invented(k registry.Kind, index uint32, leaf field.Element) []field.Step {
	s.t.Helper()
	tree, err := registry.NewTree(k)
	must(s.t, err)
	for i, l := range s.copies[k].Leaves() {
		if l != registry.Empty() && uint32(i) != index {
			must(s.t, tree.Apply([]registry.Change{{Index: uint32(i), Leaf: l}}))
		}
	}
	must(s.t, tree.Apply([]registry.Change{{Index: index, Leaf: leaf}}))
	path, err := tree.Path(index)
	must(s.t, err)
	return path
}

// roots are those of the copies, by the names that they have in proofs.
func (s *provingSite) roots() map[string]field.Element {
	return map[string]field.Element{
		"providersRoot": s.copies[registry.Providers].Root(), "issuersRoot": s.copies[registry.Issuers].Root(),
		"grantsRoot": s.copies[registry.Grants].Root(),
	}
}

// shown is a proof that is ready to be presented.
type shown struct {
	*provingSite
	g      *permit
	c      Challenge
	proof  *circuits.Proof
	escrow []byte
}

func newShown(t testing.TB, s *provingSite, g *permit, read uint16) *shown {
	t.Helper()
	p := &shown{provingSite: s, g: g, c: s.challenge(g)}
	p.proof, p.escrow = prove(t, s.witness(s.doctors[0], g, p.c, read))
	return p
}

func (p *shown) presented() Presentation { return presentation(p.t, p.c, p.proof, p.escrow) }

// refusedAs checks that a presentation is refused, and leaves nothing behind.
func (p *shown) refusedAs(what, code string, pr Presentation, key string) {
	p.t.Helper()
	p.refused(what, code, func() error {
		_, err := p.Authorize(p.t.Context(), pr, key)
		return err
	})
}

func (p *shown) accepted() {
	p.t.Helper()
	_, err := p.Authorize(p.t.Context(), p.presented(), thumbprint)
	must(p.t, err)
}

// altered is the same proof with other public inputs.
func (p *shown) altered(inputs map[string]field.Element) Presentation {
	p.t.Helper()
	other := *p.proof
	other.Public = maps.Clone(p.proof.Public)
	maps.Copy(other.Public, inputs)
	return presentation(p.t, p.c, &other, p.escrow)
}

// Threat 14: a proof that was copied does nothing for who has copied it, nor a second time for who has made it.
func TestThreat14CopiedProofsAreRefused(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	p := newShown(t, s, g, 0)
	good := p.presented()
	p.refusedAs("with another client's key", "challenge-invalid", good, "another key")
	again := good
	again.Challenge = s.challenge(g).ID
	p.refusedAs("for another challenge", "challenge-differs", again, thumbprint)
	service := s.config.Service
	s.config.Service = "example.org/another-vault"
	p.refusedAs("at another service that has the secret", "service-differs", good, thumbprint)
	s.config.Service = service
	s.clock.move(s.config.ChallengeFor)
	p.refusedAs("when the challenge is over", "challenge-invalid", good, thumbprint)
	s.clock.move(-time.Second)
	malleated := *p.proof // what anybody makes of a proof: (−A, −B, C)
	malleated.A.Neg(&p.proof.A)
	malleated.B.Neg(&p.proof.B)
	must(t, s.config.Verifier.Verify(&malleated))
	p.accepted()
	p.refusedAs("a second time", "challenge-used", good, thumbprint)
	p.refusedAs("malleated", "challenge-used", presentation(t, p.c, &malleated, p.escrow), thumbprint)
	again = presentation(t, s.challenge(g), &malleated, p.escrow)
	p.refusedAs("malleated, for another challenge", "challenge-differs", again, thumbprint)
}

// Threat 47: the evidence is the one that the proof is about.
func TestThreat47AnotherEscrowIsRefused(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	p := newShown(t, s, g, 0)
	other, err := s.witness(s.doctors[1], g, p.c, 0).Escrow()
	must(t, err)
	cut := p.escrow[:len(p.escrow)-1]
	outside := bytes.Clone(p.escrow)
	copy(outside, bytes.Repeat([]byte{0xff}, 32))
	for name, escrow := range map[string][]byte{
		"of another provider": other.Bytes(), "none": nil, "cut": cut, "longer": append(bytes.Clone(p.escrow), 0),
		"off the curve": outside,
	} {
		pr := p.presented()
		pr.Escrow = escrow
		p.refusedAs(name, "escrow-differs", pr, thumbprint)
	}
	p.accepted()
}

// Threats 15 and 41: every public input counts, and has one form.
func TestThreat15And41EachPublicInputIsBound(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	earlier := s.roots()
	s.enrol(hospital)
	s.accredit(registry.Issuers, enter(2, field.Random()))
	s.publish()
	p := newShown(t, s, g, 0)
	codes := map[string]string{
		"providersRoot": "root-unknown", "issuersRoot": "root-unknown", "grantsRoot": "root-unknown", "subjectTag": "subject-differs",
		"request": "reads-differ", "challenge": "challenge-differs", "pseudonym": "proof-invalid", "auditor": "auditor-differs",
		"escrow": "escrow-differs",
	}
	if len(p.proof.Public) != len(codes) {
		t.Fatalf("%d public inputs", len(p.proof.Public))
	}
	one := field.Uint64(1)
	for name, value := range p.proof.Public {
		next := *new(field.Element).Add(&value, &one)
		p.refusedAs(name+" + 1", codes[name], p.altered(map[string]field.Element{name: next}), thumbprint)
		above := new(big.Int).Add(value.BigInt(new(big.Int)), ecc.BN254.ScalarField())
		pr := p.presented()
		pr.Proof = bytes.Replace(pr.Proof, []byte(field.Text(value)), fmt.Appendf(nil, "%064x", above), 1)
		p.refusedAs(name+" + r", "proof-invalid", pr, thumbprint)
	}
	for name, root := range earlier { // which may still be proven against, but was not
		p.refusedAs("another "+name, "proof-invalid", p.altered(map[string]field.Element{name: root}), thumbprint)
	}
	p.accepted()
}

// Bytes that are no proof of this statement by this key.
func TestNoProofIsRefused(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	p := newShown(t, s, g, 0)
	good := p.presented().Proof
	swapped := *p.proof
	swapped.A, swapped.C = swapped.C, swapped.A
	otherKey, otherStatement := *p.proof, *p.proof
	otherKey.VerifyingKey[0] ^= 1
	otherStatement.Version++
	for name, data := range map[string][]byte{
		"none": nil, "cut": good[:len(good)-2], "trailing": append(bytes.Clone(good), '1'),
		"too large":       bytes.Repeat([]byte(" "), circuits.MaxProofSize+1),
		"A and C swapped": presentation(t, p.c, &swapped, nil).Proof, "another key": presentation(t, p.c, &otherKey, nil).Proof,
		"another version":  presentation(t, p.c, &otherStatement, nil).Proof,
		"an input twice":   bytes.Replace(good, []byte(`"auditor"`), []byte(`"escrow"`), 1),
		"an input too few": bytes.Replace(good, []byte(`"pseudonym"`), []byte(`"synonym"`), 1),
	} {
		pr := p.presented()
		pr.Proof = data
		p.refusedAs(name, "proof-invalid", pr, thumbprint)
	}
	p.accepted()
}

// Threat 16: a root that another has taken the place of lasts a while, and then no longer; one that was never there does not.
func TestThreat16OldRootsEnd(t *testing.T) {
	s := newProvingSite(t, func(p *Proving) { p.MaxRootAge = time.Minute })
	g := s.give(s.citizen(identity.Own))
	s.publish()
	p := newShown(t, s, g, 0)
	s.enrol(hospital)
	s.accredit(registry.Issuers, enter(2, field.Random()))
	s.publish()
	s.clock.move(s.config.MaxRootAge + time.Second)
	for name := range s.roots() {
		newest := s.roots()
		delete(newest, name)
		p.refusedAs(name+" alone too old", "root-stale", p.altered(newest), thumbprint)
	}
	p.refusedAs("newer roots than were proven", "proof-invalid", p.altered(s.roots()), thumbprint)
	p.refusedAs("too old", "root-stale", p.presented(), thumbprint)
	s.clock.move(-time.Second)
	p.accepted()
}

// A provider whose accreditation has ended is refused by the root that still has them, with everybody who proves by it.
func TestEndedAccreditationIsRefused(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	care := s.give(g.of, func(g *identity.Grant) { g.Basis = identity.BasisCare })
	s.publish()
	p := newShown(t, s, g, 0)
	s.accredit(registry.Providers, remove(s.doctors[0].index))
	p.refusedAs("a provider who was revoked", "accreditation-ended", p.presented(), thumbprint)
	_, err := s.witness(s.doctors[0], g, p.c, 0).Assign()
	is(t, err, authorization.ErrNotAccredited)
	s.doctors = s.doctors[1:]
	p = newShown(t, s, care, 0)
	s.accredit(registry.Issuers, remove(0))
	p.refusedAs("a grant by a registrar who was revoked", "accreditation-ended", p.presented(), thumbprint)
	s.token(s.doctors[0], g, 0)
}

// A challenge comes back as it was given out, or not at all.
func TestForgedChallengesAreRefused(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	id := s.challenge(g).ID
	raw, err := base64.RawURLEncoding.DecodeString(id)
	must(t, err)
	forged := []string{"", "A", id[:len(id)-1], id + "A", id + "=", id + "\n", " " + id, strings.Repeat("A", 1<<16)}
	for i := range raw {
		flipped := bytes.Clone(raw)
		flipped[i] ^= 1
		forged = append(forged, base64.RawURLEncoding.EncodeToString(flipped), base64.RawURLEncoding.EncodeToString(raw[:i]))
	}
	s.config.Secret = bytes.Clone(s.config.Secret)
	s.config.Secret[0] ^= 1
	forged = append(forged, s.challenge(g).ID)
	s.config.Secret[0] ^= 1
	before := s.trace()
	for _, id := range forged {
		_, err := s.Authorize(t.Context(), Presentation{Challenge: id}, thumbprint)
		wantCode(t, "challenge "+id[:min(len(id), 20)], err, "challenge-invalid")
	}
	_, err = s.Authorize(t.Context(), Presentation{Challenge: id}, thumbprint)
	wantCode(t, "the one that was given out", err, "proof-invalid")
	if !slices.Equal(before, s.trace()) {
		t.Error("a forged challenge has left something")
	}
}
