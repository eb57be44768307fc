// Package trialtest is a trial to test with: a protocol of two versions, two sites, an attester, and people who consent.
package trialtest

import (
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/circuits/trial"
)

// Moments of the trial, Unix seconds.
const (
	Start      = 1_900_000_000
	Amended    = Start + 100_000 // the second version begins
	Superseded = Start + 200_000 // and the first one ends
	Day        = 86_400
	expires    = Start + 1_000*Day
)

// Heights of the trees of grants and issuers.
const (
	grantLevels  = 14
	issuerLevels = 6
)

// World is a trial with all that its proofs stand on.
type World struct {
	Trial    field.Element
	Protocol trial.Protocol
	Policy   policy.Policy // of both versions: attribute 0 is at least 18
	Sites    [2]*identity.SigningKey
	Attester *identity.SigningKey
	Grants   *field.Tree
	Issuers  *field.Tree
	Cohort   *trial.Cohort

	sites *field.Tree
}

// New is a trial in which nobody takes part yet.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{
		Trial: policy.Scope("test"), Attester: circuittest.NewKey(t), Grants: field.NewTree(grantLevels), Issuers: field.NewTree(issuerLevels),
		sites: field.NewTree(trial.SiteLevels),
	}
	for i := range w.Sites {
		w.Sites[i] = circuittest.NewKey(t)
		w.sites.Set(field.Change{Index: uint32(i), Leaf: trial.SiteLeaf(w.Sites[i].Public())})
	}
	w.Issuers.Set(field.Change{Index: 3, Leaf: w.issuer().Leaf()})
	w.Policy = policy.Policy{Scope: w.Trial, Schema: field.Uint64(77), Clauses: []policy.Clause{{{Attribute: 0, Low: 18, High: 120}}}}
	w.Protocol = trial.Protocol{Safety: 2, Lateness: 10 * Day, Sites: w.sites.Root(), Plan: field.Uint64(71), Versions: []trial.Version{
		{Terms: field.Uint64(1001), Policy: w.Policy.Digest(), From: Start, Until: Superseded},
		{Terms: field.Uint64(1002), Policy: w.Policy.Digest(), From: Amended, Until: trial.Forever},
	}}
	w.Cohort = trial.NewCohort(w.Trial)
	return w
}

func (w *World) issuer() identity.Issuer {
	return identity.Issuer{Key: w.Attester.Public(), Role: identity.Attester, Until: expires}
}

// AttesterPath leads to the attester, who is accredited until the second value.
func (w *World) AttesterPath() ([]field.Step, uint64) { return w.Issuers.Path(3), expires }

// Seal is a site's signature over a batch.
func (w *World) Seal(t testing.TB, b *trial.Batch) trial.Seal {
	t.Helper()
	key := w.Sites[b.Site]
	return trial.Seal{
		Site: key.Public(), Path: w.sites.Path(uint32(b.Site)),
		Signature: circuittest.Sign(t, key, trial.BatchMessage(w.Trial, b.Digest())),
	}
}

// Setting is a batch's, at a time, of the first site.
func (w *World) Setting(enrols bool, time uint64) trial.Setting {
	return trial.Setting{Enrols: enrols, Protocol: w.Protocol, Time: time, Live: func(index uint32, leaf field.Element) bool {
		return !leaf.IsZero() && w.Grants.Leaf(index) == leaf
	}}
}

// Begin starts a batch of the first site.
func (w *World) Begin(t testing.TB, enrols bool, time uint64) *trial.Batch {
	t.Helper()
	b, err := w.Cohort.Begin(w.Setting(enrols, time))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Person is somebody with a consent and an attestation.
type Person struct {
	Secret  field.Element
	Key     *identity.SigningKey
	Subject identity.Subject
	Tag     field.Element

	Grant          identity.Grant
	GrantSignature identity.Signature

	Attestation          identity.Attestation
	AttestationSignature identity.Signature
}

// Person is somebody who has consented to the first version and is 42.
func (w *World) Person(t testing.TB, custody identity.Custody) *Person {
	t.Helper()
	p := &Person{Secret: field.Random(), Key: circuittest.NewKey(t)}
	id := identity.IdentityOf(p.Secret)
	p.Subject = identity.Subject{Key: p.Key.Public(), Identity: id, Custody: custody, Salt: field.Random()}
	p.Tag = trial.Tag(id, w.Trial)
	w.Consent(t, p, 0, expires)
	p.Attestation = identity.Attestation{Identity: id, Key: identity.KeyDigest(p.Key.Public()), Schema: w.Policy.Schema, From: Start, Until: expires}
	w.Attest(t, p, 42)
	return p
}

// Consent makes the person consent to a version, in a new place of the tree.
func (w *World) Consent(t testing.TB, p *Person, version int, until uint64) {
	t.Helper()
	p.Grant = identity.Grant{
		Subject: p.Subject.Handle(), Grantee: w.Trial, Scope: 7, Purpose: 3, From: Start, Until: until, Basis: identity.BasisConsent,
		Terms: w.Protocol.Versions[version].Terms, Index: w.Grants.Size(), Salt: field.Random(), ViewHash: field.Random(),
	}
	p.GrantSignature = circuittest.Sign(t, p.Key, p.Grant.Leaf())
	w.Grants.Set(field.Change{Index: p.Grant.Index, Leaf: p.Grant.Leaf()})
}

// Attest makes the attester say the person's age.
func (w *World) Attest(t testing.TB, p *Person, age uint32) {
	t.Helper()
	p.Attestation.Values[0] = identity.KnownValue(age)
	p.AttestationSignature = circuittest.Sign(t, w.Attester, p.Attestation.Message())
}

// Withdraw takes the person's grant out of the tree.
func (w *World) Withdraw(p *Person) {
	w.Grants.Set(field.Change{Index: p.Grant.Index, Leaf: field.Uint64(1)})
}

// Given is the person's consent as a batch takes it.
func (p *Person) Given() trial.Consent {
	return trial.Consent{Leaf: p.Grant.Leaf(), Index: p.Grant.Index, From: p.Grant.From, Until: p.Grant.Until}
}

// Enrol takes people in, at a time, without a proof.
func (w *World) Enrol(t testing.TB, time uint64, people ...*Person) {
	t.Helper()
	b := w.Begin(t, true, time)
	for _, p := range people {
		e := trial.Event{Kind: trial.Enrolment, Tag: p.Tag, When: time, Custodial: p.Subject.Custody != identity.Own}
		if _, err := b.Enrol(e, p.Given()); err != nil {
			t.Fatal(err)
		}
	}
	_, w.Cohort = b.End()
}

// Visit records visits of people, at a time, without a proof.
func (w *World) Visit(t testing.TB, time uint64, people ...*Person) {
	t.Helper()
	b := w.Begin(t, false, time)
	for _, p := range people {
		if _, err := b.Record(trial.Event{Kind: trial.Visit, Tag: p.Tag, When: time, Entry: field.Random()}); err != nil {
			t.Fatal(err)
		}
	}
	_, w.Cohort = b.End()
}
