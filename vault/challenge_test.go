package vault

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/registry"
)

// Threat 46: the set that a reader is hidden in is that of this subject's grants for this scope, purpose and basis; as the patient
// learns which organisation it was, it is the smallest of those.
func TestThreat46SetIsCountedOverTheSubjectsGrants(t *testing.T) {
	s := newProvingSite(t, func(p *Proving) { p.Threshold = 0 })
	c := s.citizen(identity.Own)
	set := func(scope ...string) int64 {
		t.Helper()
		r := ChallengeRequest{Patient: c.Patient, Scope: scope, Purpose: "TREAT", Basis: identity.BasisConsent, Key: thumbprint}
		got, err := s.Challenge(t.Context(), r)
		if Code(err) == "not-granted" || Code(err) == "grant-not-published" {
			return 0
		}
		must(t, err)
		return got.AnonymitySet
	}
	want := func(when string, care, identity int64) {
		t.Helper()
		if a, b := set("care"), set("identity", "care"); a != care || b != identity {
			t.Errorf("%s: hidden among %d for care and %d with the identity, want %d and %d", when, a, b, care, identity)
		}
	}
	to := func(name string) func(*identity.Grant) {
		return func(g *identity.Grant) { g.Grantee = identity.Organisation(name) }
	}
	want("no grant", 0, 0)
	s.give(c)
	want("before it is published", 0, 0)
	s.publish()
	want("the hospital", 3, 3)
	s.give(c)
	s.give(s.citizen(identity.Own), to(clinic))
	s.give(c, to(clinic), func(g *identity.Grant) { g.Purpose = 2 })
	s.give(c, to(clinic), func(g *identity.Grant) { g.Basis = identity.BasisLaw })
	s.give(c, to(clinic), func(g *identity.Grant) { g.From = s.unix() + 60 })
	passing := s.give(c, to(clinic), func(g *identity.Grant) { g.Until = s.unix() + 30 })
	s.publish()
	want("the hospital twice, the clinic, and what covers something else", 2, 2)
	s.clock.move(time.Duration(passing.Until-s.unix()) * time.Second)
	want("when a grant is over", 3, 3)
	s.clock.move(time.Minute)
	want("when another begins", 2, 2)
	for name, g := range map[string]*permit{
		"an organisation of nobody": s.permit(c, to("nobody's practice")),
		"a single provider":         s.permit(c, func(g *identity.Grant) { g.Grantee = s.doctors[0].Identity }),
	} {
		must(t, errorOf(s.Give(t.Context(), s.given(g))))
		s.publish()
		want(name, 1, 1)
		s.withdraw(g)
	}
	want("without them", 2, 2)
	s.give(c, to("nobody's practice"), func(g *identity.Grant) { g.Scope = 0b010 })
	s.publish()
	want("an organisation of nobody for care alone", 1, 2)
	revoked := remove(s.doctors[4].index)
	revoked.Organisation = &s.doctors[4].Organisation
	s.accredit(registry.Providers, revoked)
	want("when one of the clinic is revoked", 1, 1)
}

// Who asks for what no grant covers is told what has become of it.
func TestChallengeSaysWhyNothingIsCovered(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	want := func(code string) {
		t.Helper()
		_, err := s.Challenge(t.Context(), asked(&permit{of: c, Grant: identity.Grant{Purpose: 1, Basis: identity.BasisConsent}}))
		wantCode(t, "asked for care", err, code)
	}
	want("not-granted")
	s.give(c, func(g *identity.Grant) { g.Purpose = 2 })
	s.give(c, func(g *identity.Grant) { g.Scope = 0b101 })
	want("not-granted")
	g := s.give(c)
	want("grant-not-published")
	s.publish()
	s.withdraw(g)
	want("grant-withdrawn")
	later := s.give(c, func(g *identity.Grant) { g.From = s.unix() + 60 })
	s.publish()
	want("grant-expired")
	waiting := s.give(c)
	last := s.give(c)
	s.withdraw(last)
	want("grant-not-published") // not what became of another one
	s.withdraw(waiting)
	s.publish()
	s.clock.move(time.Minute)
	s.challenge(later)
	s.clock.move(30 * 24 * time.Hour)
	want("grant-withdrawn")
}

// Threat 46: below the threshold the answer is another way, and nothing is left behind.
func TestThreat46SmallSetsAreRefused(t *testing.T) {
	s := newProvingSite(t, func(p *Proving) { p.Threshold = 3 })
	c := s.citizen(identity.Own)
	g := s.give(c)
	small := s.give(s.citizen(identity.Own), func(g *identity.Grant) { g.Grantee = identity.Organisation(clinic) })
	single := s.give(s.citizen(identity.Own), func(g *identity.Grant) { g.Grantee = s.doctors[0].Identity })
	s.publish()
	s.challenge(g)
	for name, g := range map[string]*permit{"two": small, "one": single} {
		s.refused(name, "anonymity-set-too-small", func() error { return errorOf(s.Challenge(t.Context(), asked(g))) })
	}
}

func TestChallengesAreCheckedBeforeTheyAreGivenOut(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	unbound := s.take(person(7).bundle(1)).Patient
	s.publish()
	for name, r := range map[string]struct {
		code   string
		change func(*ChallengeRequest)
	}{
		"no key":            {"invalid-request", func(r *ChallengeRequest) { r.Key = "" }},
		"too long a key":    {"invalid-request", func(r *ChallengeRequest) { r.Key = strings.Repeat("k", maxThumbprint+1) }},
		"no scope":          {"invalid-request", func(r *ChallengeRequest) { r.Scope = nil }},
		"such a scope":      {"invalid-request", func(r *ChallengeRequest) { r.Scope = []string{"care", "Care"} }},
		"no purpose":        {"invalid-request", func(r *ChallengeRequest) { r.Purpose = "" }},
		"such a purpose":    {"invalid-request", func(r *ChallengeRequest) { r.Purpose = "HMARKT" }},
		"nobody":            {"not-granted", func(r *ChallengeRequest) { r.Patient = newID() }},
		"no patient":        {"not-granted", func(r *ChallengeRequest) { r.Patient = "" }},
		"without a key":     {"not-granted", func(r *ChallengeRequest) { r.Patient = unbound }},
		"such a basis":      {"not-granted", func(r *ChallengeRequest) { r.Basis = 6 }},
		"more than given":   {"not-granted", func(r *ChallengeRequest) { r.Scope = []string{"billing"} }},
		"for another thing": {"not-granted", func(r *ChallengeRequest) { r.Purpose = "HRESCH" }},
	} {
		ask := asked(g)
		r.change(&ask)
		s.refused(name, r.code, func() error { return errorOf(s.Challenge(t.Context(), ask)) })
	}
	longest := asked(g)
	longest.Key = strings.Repeat("k", maxThumbprint)
	c, err := s.Challenge(t.Context(), longest)
	must(t, err)
	if _, err := s.Authorize(t.Context(), Presentation{Challenge: c.ID}, longest.Key); Code(err) != "proof-invalid" {
		t.Errorf("the longest key's challenge: %v", err)
	}
}

// Threat 13: what two readings show has nothing in common but what all have; of one provider, too.
func TestThreat13ReadingsAreNotLinked(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	d := s.doctors[0]
	shows := func(read uint16) map[string]field.Element {
		w := s.witness(d, g, s.challenge(g), read)
		must(t, w.Check())
		p, err := w.Public()
		must(t, err)
		return map[string]field.Element{
			"subjectTag": p.SubjectTag, "request": p.Request, "challenge": p.Challenge, "pseudonym": p.Pseudonym, "escrow": p.Escrow,
		}
	}
	first := shows(0)
	same := func(other map[string]field.Element) (names []string) {
		for name, v := range first {
			if other[name] == v {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	wantSame := func(when string, other map[string]field.Element, names ...string) {
		t.Helper()
		if have := same(other); !slices.Equal(have, names) {
			t.Errorf("%s: the same %v, want %v", when, have, names)
		}
	}
	wantSame("the same read again", shows(0), "pseudonym", "request") // which is how it is found out
	wantSame("the next read", shows(1), "request")
	d = s.doctors[1]
	wantSame("another provider", shows(0), "request")
	d = s.doctors[0]
	s.config.Service = "example.org/another"
	wantSame("at another service", shows(0))
	s.config.Service = "example.org/vault"
	s.clock.move(s.config.Epoch)
	wantSame("in the next epoch", shows(0))
	escrow, err := s.witness(d, g, s.challenge(g), 0).Escrow()
	must(t, err)
	again, err := s.witness(d, g, s.challenge(g), 0).Escrow()
	must(t, err)
	if escrow.R.Equal(&again.R) || escrow.Person == again.Person || escrow.Organisation == again.Organisation {
		t.Error("two escrows of one provider have a part in common")
	}
}

// Threat 54: who fetches a tree or an inbox leaves nothing: the stores are only read, and the log says nothing.
func TestThreat54FetchingLeavesNothing(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	organisation := identity.Organisation(hospital)
	var sent [][]byte
	for _, text := range []string{"first", "second"} {
		g := s.given(s.permit(c))
		g.Inbox, g.Note = &organisation, []byte(text)
		must(t, errorOf(s.Give(t.Context(), g)))
		sent = append(sent, g.Note)
	}
	s.publish()
	before, said := s.trace(), s.log.bytes()
	s.ports.watch(nil)
	notes, next, err := s.Inbox(t.Context(), organisation, 0)
	must(t, err)
	if !slices.EqualFunc(notes, sent, bytes.Equal) {
		t.Errorf("an inbox of %q", notes)
	}
	if more, last, err := s.Inbox(t.Context(), organisation, next); err != nil || len(more) != 0 || last != next {
		t.Errorf("after the last: %q, %d, %v", more, last, err)
	}
	if other, _, err := s.Inbox(t.Context(), identity.Organisation(clinic), 0); err != nil || len(other) != 0 {
		t.Errorf("the clinic finds %q, %v", other, err)
	}
	for _, k := range registry.Kinds() {
		must(t, errorOf(s.Delta(t.Context(), k, 0)))
		must(t, errorOf(s.TreeVersion(k)))
	}
	calls := map[string]bool{}
	for _, call := range s.ports.seen() {
		calls[call] = true
	}
	if !maps.Equal(calls, map[string]bool{"store.View": true}) {
		t.Errorf("calls: %v", calls)
	}
	if !slices.Equal(before, s.trace()) || !bytes.Equal(said, s.log.bytes()) {
		t.Error("something is left of it")
	}
}

// An inbox comes in pages, of which none is left out.
func TestInboxesComeInPages(t *testing.T) {
	s := newProvingSite(t)
	inbox := identity.Organisation(hospital)
	const sent = 1234
	s.alter(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO notes (tenant, inbox, message) SELECT 'main', ?, CAST(i AS BLOB) FROM n`, sent, field.Bytes(inbox))
	got, after := 0, int64(0)
	for {
		notes, next, err := s.Inbox(t.Context(), inbox, after)
		must(t, err)
		if len(notes) == 0 {
			break
		}
		for _, n := range notes {
			if got++; string(n) != strconv.Itoa(got) {
				t.Fatalf("note %d is %q", got, n)
			}
		}
		after = next
	}
	if got != sent {
		t.Errorf("%d notes of %d", got, sent)
	}
}

// Without what proving needs, or without being sure of the stores, nothing of it is done.
func TestProvingIsRefusedWhereItIsNotConfigured(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	p := newShown(t, s, g, 0)
	later := s.permit(g.of)
	calls := map[string]func() error{
		"accredit": func() error {
			return errorOf(s.Accredit(t.Context(), registry.Issuers, s.accreditation(registry.Issuers, remove(0))))
		},
		"publish":   func() error { return errorOf(s.PublishGrants(t.Context())) },
		"bind":      func() error { return errorOf(s.Bind(t.Context(), s.binding(g.of))) },
		"give":      func() error { return errorOf(s.Give(t.Context(), s.given(later))) },
		"withdraw":  func() error { return errorOf(s.Withdraw(t.Context(), s.withdrawal(g))) },
		"challenge": func() error { return errorOf(s.Challenge(t.Context(), asked(g))) },
		"authorize": func() error { return errorOf(s.Authorize(t.Context(), p.presented(), thumbprint)) },
		"read":      func() error { return errorOf(s.AuthorizedRead(t.Context(), "token", thumbprint, g.of.Bundle)) },
		"records":   func() error { return errorOf(s.AuthorizedRecords(t.Context(), "token", thumbprint, g.of.Patient)) },
	}
	all := func(code string) {
		t.Helper()
		for name, call := range calls {
			s.refused(name, code, call)
		}
	}
	s.stop()
	s.configure = nil
	s.start()
	all("no-proving")
	s.stop()
	s.configure = func(c *Config) { c.Proving = s.config }
	s.unplug(true)
	s.open() // and not recovered
	all("quarantined")
	s.unplug(false)
	must(t, errorOf(s.PublishGrants(t.Context()))) // which reads the trees now
	must(t, errorOf(s.Authorize(t.Context(), p.presented(), thumbprint)))
}

func TestProvingNamesWhatIsMissing(t *testing.T) {
	good := *newProvingSite(t).config
	must(t, good.check())
	for _, name := range []string{"two\nlines", "zero\x00byte"} { // which would mean other texts to sign
		p := good
		p.Service = name
		if p.check() == nil {
			t.Errorf("a service called %q", name)
		}
	}
	for field, spoil := range map[string]func(*Proving){
		"Verifier": func(p *Proving) { p.Verifier = nil }, "Service": func(p *Proving) { p.Service = "" },
		"Accreditor": func(p *Proving) { p.Accreditor = nil }, "Auditor": func(p *Proving) { p.Auditor = identity.PublicKey{} },
		"Secret":  func(p *Proving) { p.Secret = make([]byte, challengeBytes-1) },
		"Classes": func(p *Proving) { p.Classes = make([]string, maxClasses+1) },
		"Epoch":   func(p *Proving) { p.Epoch = time.Second - 1 }, "Reads": func(p *Proving) { p.Reads = 0 },
		"MaxRootAge": func(p *Proving) { p.MaxRootAge = 0 }, "PublishEvery": func(p *Proving) { p.PublishEvery = -1 },
		"Batch": func(p *Proving) { p.Batch = 0 }, "ChallengeFor": func(p *Proving) { p.ChallengeFor = 0 },
		"TokenFor": func(p *Proving) { p.TokenFor = 0 },
	} {
		p := good
		spoil(&p)
		if err := p.check(); err == nil || !strings.Contains(err.Error(), "."+field) || strings.Count(err.Error(), "Proving.") != 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestPurposesAndScopesHaveNumbers(t *testing.T) {
	for code := 1; code < 256; code++ {
		name := PurposeName(uint8(code))
		if got, err := PurposeCode(name); name != "" && (err != nil || int(got) != code) {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "treat", "TREAT "} {
		_, err := PurposeCode(name)
		is(t, err, ErrInvalid)
	}
	p := &Proving{Classes: []string{"identity", "care", "billing"}}
	for scope := uint16(1); scope < 8; scope++ {
		if got, err := p.Scope(p.ClassNames(scope)); err != nil || got != scope {
			t.Errorf("scope %d: %d, %v", scope, got, err)
		}
	}
	if _, err := p.Scope([]string{"care", "care"}); err != nil {
		t.Errorf("a class twice: %v", err)
	}
}
