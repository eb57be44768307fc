package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/vault/attest"
	"lethe/vault/criteria"
	"lethe/vault/party"
)

// Criteria by the example's schema: whom everybody of the cohort matches, nobody, and what is not known of anybody, its results
// being old.
const (
	anybody   = "  - age: 18..110\n  - any: [{sex: male}, {sex: female}]\n"
	nobody    = "  - age: 18..110\n  - sex: other\n"
	whoKnows  = "  - age: 18..110\n  - hba1c: 5.7..6.4\n"
	challenge = "a challenge"
)

// asks writes a file of criteria, with the example's schema beside it.
func (c *clinic) asks(name, lines string) string {
	c.t.Helper()
	schema, err := os.ReadFile("../../docs/examples/cardiometabolic.yaml")
	if err != nil {
		c.t.Fatal(err)
	}
	text := "format: lethe/criteria/v1\nname: " + name + "\nfor: NCT1\nschema: schema.yaml\nall:\n" + lines
	file := filepath.Join(c.files, name+".yaml")
	for name, data := range map[string][]byte{file: []byte(text), c.in("schema.yaml"): schema} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	return file
}

// identifier is one that the first patient's bundle has, as commands take it.
func (c *clinic) identifier() string {
	c.t.Helper()
	data, err := os.ReadFile(bundleFile(c.t, 0))
	noError(c.t, err)
	var b struct {
		Entry []struct {
			Resource struct {
				ResourceType string
				Identifier   []struct{ System, Value string }
			}
		}
	}
	_ = json.Unmarshal(data, &b) // other resources have an identifier of another shape
	for _, e := range b.Entry {
		if e.Resource.ResourceType == "Patient" {
			return e.Resource.Identifier[0].System + "|" + e.Resource.Identifier[0].Value
		}
	}
	c.t.Fatal("no patient in the bundle")
	return ""
}

func (c *clinic) in(name string) string { return filepath.Join(c.files, name) }

// attester makes an attester, enrolled.
func (c *clinic) attester(name string) {
	c.t.Helper()
	c.run("party", "new", "attester", "--name", name, "--output", c.file(name))
	c.run("issuer", "enrol", c.public(name), "--accreditor", c.file("accreditor"))
}

func (c *clinic) attesting(attester, output string) []string {
	return []string{
		"attest", c.patients[0], "--schema", c.in("schema.yaml"), "--subject", c.public("patient"), "--attester", c.file(attester), "--output", c.in(output),
	}
}

func (c *clinic) proving(criteria, attestation, output string) []string {
	return []string{
		"prove", "eligibility", "--attestation", c.in(attestation), "--criteria", criteria, "--subject", c.file("patient"), "--context", challenge,
		"--output", c.in(output),
	}
}

func TestAPersonProvesThatTheyMayTakePart(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.serve()
	matching := c.asks("anybody", anybody)
	c.attester("attester")
	made := decoded[attested](t, c.run(append(c.attesting("attester", "attestation.json"), "--json")...))
	c.wantAttested(made)
	checked := decoded[checkedCriteria](t, c.run("criteria", "check", matching, "--json"))
	if checked.Places != 3 || checked.Schema != made.Schema || checked.Clauses[1].Words != "sex is male, or sex is female" {
		t.Errorf("%+v", checked)
	}
	c.run(c.proving(matching, "attestation.json", "proof.json")...)
	c.wantShown("proof.json", checked, matching)
	c.wantNoProofOfWhatIsNot()
	c.wantRevoked(matching)
}

// wantAttested looks at the attestation, at what was said about it, and at the access log.
func (c *clinic) wantAttested(made attested) {
	c.t.Helper()
	info, err := os.Stat(c.in("attestation.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		c.t.Errorf("the attestation's file: %v, %v", info, err)
	}
	data, _ := os.ReadFile(c.in("attestation.json"))
	a, err := attest.Decode(data)
	if err != nil || a.Until != uint64(made.Until.Unix()) || made.Until.After(made.From.AddDate(0, 0, 30)) {
		c.t.Fatalf("%v until %s: %v", a, made.Until, err)
	}
	read := map[string]bool{}
	for _, r := range made.Readings {
		if r.Record != "" {
			read[r.Record] = true
		}
		if r.Attribute == "hba1c" && (r.Known || r.Why == "") {
			c.t.Errorf("%+v: the cohort's results are old", r)
		}
	}
	inLog := 0
	for _, e := range decoded[[]disclosed](c.t, c.run("access-log", c.patients[0], "--json")) {
		if e.Purpose == "HOPERAT" {
			inLog++
		}
	}
	if inLog != made.Records || len(read) == 0 || made.Records < len(read) {
		c.t.Errorf("%d records were read, %d values are from them, and %d readings are in the access log", made.Records, len(read), inLog)
	}
}

// wantShown verifies a proof against what was meant, and finds it refused for anything else.
func (c *clinic) wantShown(proof string, checked checkedCriteria, matching string) {
	c.t.Helper()
	file := c.in(proof)
	v := decoded[verdict](c.t, c.run("verify", file, "--criteria", matching, "--context", challenge, "--max-age", "10m", "--json"))
	if !v.Valid || !v.Issuer || v.Proof == nil || v.Proof.Statement != "eligibility/v1" || v.Proof.Setup != circuits.Development || !v.Proof.Insecure ||
		len(v.NotChecked) != 0 || !slices.ContainsFunc(v.Checked, func(s string) bool { return strings.Contains(s, "tree of issuers is the newest") }) {
		c.t.Errorf("%+v", v)
	}
	shown := map[string]shownInput{}
	for _, in := range v.Proof.Public {
		shown[in.Name] = in
	}
	when, err := time.Parse(time.RFC3339, shown["time"].Words)
	if shown["policy"].Value != checked.Policy || shown["policy"].Words != "anybody, for NCT1" || err != nil || time.Since(when) > time.Hour {
		c.t.Errorf("%+v", shown)
	}
	bare := lethe(c.t, "", "verify", file) // by this user's own key, without a service
	if bare.code != 0 || strings.Count(bare.stdout, "not checked:") != 5 || !strings.Contains(bare.stdout, "WARNING") {
		c.t.Errorf("exit %d\n%s%s", bare.code, bare.stdout, bare.stderr)
	}
	c.refused("policy differs from --criteria", "verify", file, "--criteria", c.asks("nobody", nobody))
	c.refused("context differs from --context", "verify", file, "--context", "another")
	c.refused("has no grantee", "verify", file, "--grantee", c.public("hospital"))
	c.refused("not within", "verify", file, "--max-age", "1m", "--at", "2035-01-01T00:00:00Z")
	c.refused("not within", "verify", file, "--max-age", "1m", "--at", "2025-01-01T00:00:00Z")
	c.refused("goes with --max-age", "verify", file, "--at", "2025-01-01T00:00:00Z")
	c.refused("not a proof", "verify", matching, "--context", challenge)
	c.wantAlteredRefused(file)
}

// wantAlteredRefused changes each public input and each point of a proof alone, and its form.
func (c *clinic) wantAlteredRefused(file string) {
	c.t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	p, err := circuits.ParseProof(data)
	if err != nil {
		c.t.Fatal(err)
	}
	verifier := &program{config: defaultConfig(), log: slog.New(slog.DiscardHandler)}
	want := func(what string, want error, change func(*circuits.Proof)) {
		c.t.Helper()
		other := *p
		other.Public = maps.Clone(p.Public)
		change(&other)
		altered, err := other.Marshal()
		if err != nil {
			c.t.Fatal(err)
		}
		_, err = verifier.verifyProof(c.t.Context(), altered, verifyOptions{public: filepath.Join(c.dir, publicFolder)})
		if !errors.Is(err, want) || err == nil != (want == nil) {
			c.t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	want("nothing", nil, func(*circuits.Proof) {})
	for name := range p.Public {
		want("another "+name, circuits.ErrProof, func(p *circuits.Proof) { p.Public[name] = field.Random() })
		want("no "+name, circuits.ErrMalformed, func(p *circuits.Proof) { delete(p.Public, name) })
	}
	want("another A", circuits.ErrProof, func(p *circuits.Proof) { p.A.Neg(&p.A) })
	want("another C", circuits.ErrProof, func(p *circuits.Proof) { p.C.Neg(&p.C) })
	want("another key", circuits.ErrWrongKey, func(p *circuits.Proof) { p.VerifyingKey[0]++ })
	unknown := c.in("unknown.json")
	if err := os.WriteFile(unknown, bytes.Replace(data, []byte(`"version": 1`), []byte(`"version": 9`), 1), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.refused("version 9, which is not known here", "verify", unknown)
}

// wantNoProofOfWhatIsNot finds that who does not match, of whom it is not known, or who is somebody else, proves nothing.
func (c *clinic) wantNoProofOfWhatIsNot() {
	c.t.Helper()
	for name, lines := range map[string]string{"nobody": nobody, "who-knows": whoKnows} {
		file := c.asks(name, lines)
		c.refused("does not satisfy the policy", c.proving(file, "attestation.json", name+".json")...)
		if _, err := os.Stat(c.in(name + ".json")); err == nil {
			c.t.Errorf("%s: a proof was written", name)
		}
		want := map[string]criteria.Verdict{"nobody": criteria.Fails, "who-knows": criteria.Unknown}[name]
		e := decoded[explainedCriteria](c.t, c.run("criteria", "explain", file, c.in("attestation.json"), "--json"))
		if e.Matches || len(e.Clauses) != 2 || e.Clauses[0].Verdict != criteria.Holds || e.Clauses[1].Verdict != want {
			c.t.Errorf("%s: %+v", name, e)
		}
	}
	c.run("party", "new", "patient", "--name", "mallory", "--output", c.file("mallory"))
	stolen := c.proving(c.in("anybody.yaml"), "attestation.json", "stolen.json")
	stolen[slices.Index(stolen, c.file("patient"))] = c.file("mallory")
	c.refused("another person's", stolen...)
	c.refused("is a registrar's", "attest", c.patients[0], "--schema", c.in("schema.yaml"), "--subject", c.public("patient"), "--attester",
		c.file("registrar"), "--output", c.in("x.json"))
	c.refused("file already exists", c.attesting("attester", "attestation.json")...)
	c.refused("says nothing", append(c.attesting("attester", "x.json"), "--days", "0")...)
	c.refused("line 6: the schema cardiometabolic has no attribute", "criteria", "check", c.asks("wrong", "  - weight: 3\n"))
}

// wantRevoked ends the attester's accreditation: nothing is attested or proven by them any more, and what was proven is of an
// older tree.
func (c *clinic) wantRevoked(matching string) {
	c.t.Helper()
	c.run("party", "new", "attester", "--name", "stranger", "--output", c.file("stranger"))
	c.refused("not accredited", c.attesting("stranger", "x.json")...)
	c.run("issuer", "revoke", "attester", "--accreditor", c.file("accreditor"))
	c.refused("not accredited", c.attesting("attester", "x.json")...)
	c.refused("not accredited", c.proving(matching, "attestation.json", "again.json")...)
	c.refused("is not the newest", "verify", c.in("proof.json"), "--criteria", matching)
}

func TestAPersonProvesTheirConsent(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.serve()
	c.run("issuer", "enrol", c.public("registrar"), "--accreditor", c.file("accreditor"))
	known := c.identifier()
	c.refused("no patient here has that identifier", "patient", "bind", known+"x", "--subject", c.public("patient"), "--registrar", c.file("registrar"))
	c.run("patient", "bind", known, "--subject", c.public("patient"), "--registrar", c.file("registrar"))
	proof := c.in("consent.json")
	proving := []string{"prove", "consent", "--subject", c.file("patient"), "--context", challenge, "--output", proof}
	c.refused("not in the tree of grants", proving...)
	c.give("--patient", known, "--terms", "for my treatment", "--note", c.in("note"))
	c.run(proving...)
	v := decoded[verdict](t, c.run("verify", proof, "--grantee", c.public("hospital"), "--terms", "for my treatment", "--context", challenge, "--max-age", "10m", "--json"))
	if !v.Valid || v.Proof.Statement != "consent/v1" || len(v.NotChecked) != 0 {
		t.Errorf("%+v", v)
	}
	request := v.Proof.Public[slices.IndexFunc(v.Proof.Public, func(in shownInput) bool { return in.Name == "request" })]
	if !strings.HasPrefix(request.Words, "purpose TREAT, basis consent, custody own, time 20") {
		t.Errorf("%+v", request)
	}
	c.refused("terms differs from --terms", "verify", proof, "--terms", "for anything")
	c.refused("grantee differs from --grantee", "verify", proof, "--grantee", c.public(c.provider(0)))
	c.run("party", "new", "trial", "--name", "NCT1", "--output", c.file("trial"))
	c.refused("grantee differs from --grantee", "verify", proof, "--grantee", c.public("trial"))
	c.wantWhichGrant(proving)
	c.wantNoConsentAfterwards(proving)
}

// wantWhichGrant has two grants, of which one must be named, and a file of before, which does not hold the notes.
func (c *clinic) wantWhichGrant(proving []string) {
	c.t.Helper()
	c.give("--terms", "for research", "--purpose", "HRESCH")
	if e := lethe(c.t, "", c.args("verify", c.in("consent.json"))...); e.code != 0 || !strings.Contains(e.stdout, "which still counts") {
		c.t.Errorf("by the tree that was fetched before the second grant: exit %d\n%s%s", e.code, e.stdout, e.stderr)
	}
	c.refused("holds 2 grants", append(proving, "--patient", c.patients[0])...)
	c.refused("not in the tree of grants", append(proving, "--patient", strings.Repeat("0", 32))...)
	own, err := party.Read(c.file("patient"), party.Patient)
	if err != nil {
		c.t.Fatal(err)
	}
	second := own.Given[1].Index
	c.run(append(proving, "--grant", decimal(second))...)
	c.run("verify", c.in("consent.json"), "--terms", "for research")
	for i := range own.Given {
		own.Given[i].Note = nil
	}
	if err := own.Save(c.file("patient")); err != nil {
		c.t.Fatal(err)
	}
	c.refused("not a grant note", append(proving, "--grant", decimal(second))...)
	c.run(append(proving, "--note", c.in("note"))...)
	stolen := append(slices.Clone(proving), "--note", c.in("note"))
	c.run("party", "new", "patient", "--name", "mallory", "--output", c.file("mallory"))
	stolen[slices.Index(stolen, c.file("patient"))] = c.file("mallory")
	c.refused("another person's", stolen...)
}

// wantNoConsentAfterwards withdraws, and waits until the tree without the grant is published.
func (c *clinic) wantNoConsentAfterwards(proving []string) {
	c.t.Helper()
	own, err := party.Read(c.file("patient"), party.Patient)
	if err != nil {
		c.t.Fatal(err)
	}
	c.run("grant", "withdraw", decimal(own.Given[0].Index), "--subject", c.file("patient"))
	for range 100 {
		e := lethe(c.t, "", c.args(append(proving, "--note", c.in("note"))...)...)
		if e.code != 0 && strings.Contains(e.stderr, "not in the tree of grants") {
			c.refused("is not the newest", "verify", c.in("consent.json"))
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Error("a withdrawn consent can be proven")
}

func decimal(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
