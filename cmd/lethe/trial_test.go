package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lethe/api"
	"lethe/vault/party"
	"lethe/vault/trial"
)

// trialClinic is a clinic that is a site of a trial, with people who can take part.
type trialClinic struct {
	*clinic
	amended time.Time
}

const (
	trialName   = "NCT1"
	firstTerms  = "what I consent to"
	secondTerms = "what I consent to now"
)

func newTrialClinic(t *testing.T) *trialClinic {
	t.Helper()
	c := &trialClinic{clinic: newClinic(t), amended: time.Now().Add(-time.Minute).UTC().Truncate(time.Second)}
	c.takeIn(t, 1)
	c.run("party", "new", "trial", "--name", trialName, "--output", c.file("trial"))
	c.run("party", "new", "site", "--name", "site", "--output", c.file("site"))
	c.run("party", "new", "patient", "--name", "second", "--output", c.file("second"))
	c.asks("anybody", anybody)
	stop := c.serve()
	c.attester("attester")
	c.run("issuer", "enrol", c.public("registrar"), "--accreditor", c.file("accreditor"))
	for i, who := range []string{"patient", "second"} {
		c.run("patient", "bind", c.patients[i], "--subject", c.public(who), "--registrar", c.file("registrar"))
		c.run("attest", c.patients[i], "--schema", c.in("schema.yaml"), "--subject", c.public(who), "--attester", c.file("attester"),
			"--output", c.in(who+"-attestation.json"))
		c.consents(i, who, firstTerms)
	}
	stop()
	return c
}

// consents has somebody consent to the trial, and waits until it is published.
func (c *trialClinic) consents(i int, who, terms string) {
	c.t.Helper()
	note := c.in(who + ".note")
	_ = os.Remove(note)
	c.run("grant", "give", "--patient", c.patients[i], "--subject", c.file(who), "--to", c.public("trial"), "--purpose", "CLINTRL", "--terms", terms, "--note", note)
	for range 100 {
		if !strings.Contains(c.run("grant", "list", c.patients[i]), "waits") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatal("the consent is never published")
}

// plan writes the protocol with so many versions.
func (c *trialClinic) plan(versions int) string {
	c.t.Helper()
	site, err := party.ReadPublic(c.public("site"), party.Site)
	if err != nil {
		c.t.Fatal(err)
	}
	text := "format: lethe/trial/v1\nname: " + trialName + "\nversions:\n" +
		"  - {terms: " + firstTerms + ", criteria: anybody.yaml, from: 2020-01-01T00:00:00Z}\n"
	if versions == 2 {
		text += fmt.Sprintf("  - {terms: %s, criteria: anybody.yaml, from: %s, reconsent_by: %s}\n", secondTerms,
			c.amended.Format(time.RFC3339), c.amended.Add(time.Second).Format(time.RFC3339))
	}
	text += fmt.Sprintf("phases: [treatment, follow-up]\nsites: [{name: Hospital, key: %x}]\nsafety_threshold: 1\nrecorded_late_after: 24h\n", []byte(site.Key)) +
		"thresholds: {version superseded: 1}\ncompensation: [\"1000\", \"2000\"]\n"
	name := c.in("plan.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return name
}

func (c *trialClinic) trial(args ...string) string {
	c.t.Helper()
	return c.run(append([]string{"trial"}, args...)...)
}

func (c *trialClinic) enrolling(who string) []string {
	return []string{"enrol", trialName, "--site", c.file("site"), "--subject", c.public(who), "--consent", c.in(who + ".note"),
		"--attestation", c.in(who + "-attestation.json"), "--json"}
}

// TestATrialByItsCommands runs a small trial from its creation to its publication, as its users do.
func TestATrialByItsCommands(t *testing.T) {
	if !everyStep {
		t.Skip("SKIPPED: it takes minutes, and keys of four statements: LETHE_EVERY=1 runs it")
	}
	c := newTrialClinic(t)
	c.refused("no contracts of trials yet", "trial", "create", c.plan(1))
	at := decoded[trialContracts](t, c.trial("setup", "--json"))
	begun := filepath.Join(c.dir, trialsBegun)
	noError(t, os.Rename(filepath.Join(c.dir, publicFolder, trialsFile), begun)) // as if it had been cut off
	kept, err := os.ReadFile(begun)
	noError(t, err)
	noError(t, os.WriteFile(begun, bytes.Replace(kept, fmt.Append(nil, at.ChainID), []byte("5"), 1), 0o600))
	c.refused("on another chain", "trial", "setup")
	noError(t, os.WriteFile(begun, kept, 0o600))
	if again := decoded[trialContracts](t, c.trial("setup", "--json")); again != at {
		t.Errorf("set up again: %+v, not %+v", again, at)
	}
	c.refused("there already", "trial", "setup")
	time.Sleep(1100 * time.Millisecond) // until the keys can be used
	c.trial("create", c.plan(1))
	c.refused("there already", "trial", "create", c.plan(1))
	if err := os.RemoveAll(filepath.Join(c.dir, trialsFolder)); err != nil { // as if it had been cut off before the record
		t.Fatal(err)
	}
	c.trial("create", c.plan(1))
	c.trial("fund", trialName, "100000")
	c.refused("--consent stands 1 times", append([]string{"trial"}, append(c.enrolling("patient"), "--subject", c.public("second"))...)...)
	enrolled := decoded[submitted](t, c.trial(c.enrolling("patient")...))
	c.refused("already enrolled", append([]string{"trial"}, c.enrolling("patient")...)...)
	visit := []string{"visit", trialName, "--site", c.file("site"), "--participant", enrolled.Events[0].Participant, "--json"}
	c.killedWhileProving(visit...)
	c.trial("work", trialName)

	opening := c.in("opening.json")
	c.trial("opening", trialName, "--subject", c.public("patient"), "--output", opening)
	claim := []string{"trial", "claim", trialName, opening, "--subject", c.file("patient"), "--to", "0x1111111111111111111111111111111111111111", "--fee", "10"}
	c.refused("participant's place of this trial", "trial", "claim", "OTHER-1", opening, "--subject", c.file("patient"), "--to", "0x1111111111111111111111111111111111111111")
	c.run(claim...)
	c.refused("NullifierUsed", claim...)
	c.refused("no such visit", append(claim, "--visit", "2")...)

	c.refused("NotConsented", "trial", "amend", c.plan(2))
	c.trial("board", "consent", c.plan(2))
	c.trial("amend", c.plan(2))
	stop := c.serve()
	defer stop()
	c.consents(0, "patient", secondTerms)
	late := decoded[submitted](t, c.trial("visit", trialName, "--site", c.file("site"), "--subject", c.public("patient"), "--url", c.origin, "--token", c.token("site"), "--json"))
	if len(late.Deviations) != 1 || late.Deviations["version superseded"] != 1 { // under the first version
		t.Errorf("what was counted is not said: %+v", late)
	}
	c.wantByToken()
	c.trial(append(c.enrolling("patient"), "--again")...)
	c.refused("not closed", "trial", "publish", trialName, "--output", c.in("results.json"))

	events := c.in("events.yaml")
	text := fmt.Sprintf("- {kind: visit, participant: %s, phase: 1}\n", enrolled.Events[0].Participant)
	if err := os.WriteFile(events, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c.trial("event", trialName, events, "--site", c.file("site"))
	bundle := c.bundle(enrolled.Events[0].Participant)
	if done := decoded[submitted](t, c.trial("event", trialName, "--fhir", bundle, "--site", c.file("site"), "--json")); !done.Flag {
		t.Errorf("%+v", done)
	}
	c.refused("it was recorded already", "trial", "event", trialName, "--fhir", bundle, "--site", c.file("site"))
	c.archives("interim")
	c.trial("close", trialName)
	c.refused("FlagOpen", "trial", "publish", trialName, "--output", c.in("results.json"))
	c.trial("board", "lift", trialName, "--reason", "expected, and treated")
	c.trial("publish", trialName, "--output", c.in("results.json"))
	c.trial("timeline", trialName, "--output", c.in("timeline.svg"))
	c.trial("publish", trialName, "--output", c.in("again.json"))
	status := decoded[api.TrialStatus](t, c.trial("status", trialName, "--json"))
	if !status.ChainAgrees || !status.Published || status.Participants != 1 || status.Activity["visits"] != 3 || status.Deviations["version superseded"] != 1 {
		t.Errorf("%+v", status)
	}
	c.archives("published")
	stop()
	if e := lethe(t, "", c.args("erase", c.patients[0], "--ground", "17.1.b", "--preview")...); e.code != 0 ||
		!strings.Contains(e.stderr, "kind: anonymisation, participant: "+enrolled.Events[0].Participant) {
		t.Errorf("an erasure does not say what a trial keeps: exit %d, %s", e.code, e.stderr)
	}
	c.verifyTrial(at)
}

// killedWhileProving runs a command about the trial, and kills it in the middle of its proof.
func (c *trialClinic) killedWhileProving(args ...string) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), os.Args[0], c.args(append([]string{"trial"}, args...)...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	said, err := cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "proving") {
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil {
		c.t.Error("it was not killed")
	}
}

func (c *trialClinic) token(role string) string {
	c.t.Helper()
	args := []string{"token", "--role", role, "--subject", "somebody", "--json"}
	if role == "patient" {
		args = append(args, "--patient", c.patients[0])
	}
	return decoded[map[string]string](c.t, c.run(args...))["token"]
}

// wantByToken asks as those who are elsewhere: a patient gets their own opening, counters are the regulator's, and a site does nothing that is not its own.
func (c *trialClinic) wantByToken() {
	c.t.Helper()
	as := func(role string, args ...string) []string {
		return append(append([]string{"trial"}, args...), "--url", c.origin, "--token", c.token(role))
	}
	own := c.in("own.json")
	c.run(as("patient", "opening", trialName, "--output", own)...)
	if o, err := readOpening(own); err != nil || len(o.Events) != 3 {
		c.t.Errorf("the patient's opening: %+v, %v", o, err)
	}
	for role, sees := range map[string]bool{"regulator": true, "site": false} {
		s := decoded[api.TrialStatus](c.t, c.run(append(as(role, "status", trialName), "--json")...))
		if (s.Activity["visits"] == 2) != sees || s.Batches == 0 {
			c.t.Errorf("%s sees %+v", role, s)
		}
	}
	c.refused("role does not allow", as("site", "close", trialName)...)
	c.refused("role does not allow", as("sponsor", "board", "lift", trialName, "--reason", "none")...)
}

// bundle is a serious event as the site's system has it.
func (c *trialClinic) bundle(tag string) string {
	c.t.Helper()
	text := fmt.Sprintf(`{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "AdverseEvent", "actuality": "actual",
  "subject": {"identifier": {"system": %q, "value": %q}}, "date": %q,
  "seriousness": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness", "code": "Serious"}]}}}]}`,
		trial.ParticipantSystem(trialID(trialName)), tag, time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	name := c.in("bundle.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return name
}

// archives exports the trial as it is.
func (c *trialClinic) archives(stage string) {
	c.t.Helper()
	dir := c.in(stage)
	if made := decoded[map[string]string](c.t, c.trial("export", trialName, "--output", dir, "--json")); made["stage"] != stage {
		c.t.Errorf("%v", made)
	}
	c.refused("file already exists", "trial", "export", trialName, "--output", dir)
}

// verifyArchive has an archive checked by its own verifier with the contract, and with snarkjs where that is there.
func (c *trialClinic) verifyArchive(url, stage, says string) {
	c.t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		c.t.Log("SKIPPED: node is not on the PATH")
		return
	}
	args := []string{c.in(filepath.Join(stage, "verify.mjs")), "--rpc", url}
	snarkjs := "../../circuits/testdata/snarkjs/node_modules/snarkjs"
	if _, err := os.Stat(snarkjs); err == nil {
		args = append(args, "--snarkjs", snarkjs)
	}
	out, err := exec.CommandContext(c.t.Context(), node, args...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the contract says the same, state by state"+says+"\n") {
		c.t.Errorf("%s: %v\n%s", stage, err, out)
	}
	c.t.Logf("%s\n%s", stage, out)
}

// verifyWithCast runs every line of docs/verify-with-cast.md about a trial, in its archive.
func (c *trialClinic) verifyWithCast(url string, at trialContracts) {
	c.t.Helper()
	path := os.Getenv("PATH")
	for _, tool := range []string{"../../contracts/node_modules/.bin/cast", "../../circuits/testdata/snarkjs/node_modules/.bin/snarkjs"} {
		if _, err := os.Stat(tool); err != nil {
			c.t.Logf("SKIPPED: %s is not installed", tool)
			return
		}
		bin, err := filepath.Abs(filepath.Dir(tool))
		if err != nil {
			c.t.Fatal(err)
		}
		path = bin + ":" + path
	}
	_, script := castScripts(c.t)
	run := func(edit ...string) (string, error) {
		bash := exec.CommandContext(c.t.Context(), "bash", "-c", strings.NewReplacer(edit...).Replace(script))
		bash.Dir, bash.Env = c.in("published"), append(os.Environ(), "PATH="+path, "RPC="+url, "TRIALS="+at.TrialRegistry, "NAME="+trialName)
		out, err := bash.CombinedOutput()
		return string(out), err
	}
	want := regexp.MustCompile(`(?s)^\(0x.*\nverified at \d{10}, published at \d{10}\nparticipants, .*:\n1 0 1 3 1 0 0 0 0 0 0 0\n` +
		`ineligible, .*:\n0 0 0 1 0 0 0 0 0 0 0 0\nthe archive is whole\nresults.json is what was published\nwith the root that was verified\n` +
		`the key is the contract's\n.*OK!.*of this trial\nfrom its first state\nto its second\nfor this chain and contract\n$`)
	if out, err := run(); err != nil || !want.MatchString(out) {
		c.t.Fatalf("%v\n%s", err, out)
	}
	for what, edit := range map[string][2]string{
		"another document": {"sha256sum results.json", "sha256sum record.json"}, "another key": {"sha256sum keys/enrolment", "sha256sum keys/visits"},
		"another proof": {"0001.proof.json", "0002.proof.json"}, "another state": {`"$ID" 1)`, `"$ID" 2)`},
	} {
		if out, err := run(edit[0], edit[1]); err == nil && want.MatchString(out) {
			c.t.Errorf("%s:\n%s", what, out)
		}
	}
}

// verifyTrial asks the contract as a regulator does.
func (c *trialClinic) verifyTrial(at trialContracts) {
	c.t.Helper()
	url := c.folder.public(c.t).rpc
	c.verifyArchive(url, "interim", "; it was closed, verified or published since")
	c.verifyArchive(url, "published", "")
	c.verifyWithCast(url, at)
	verify := []string{"trial", "verify", trialName, "--rpc", url, "--contract", at.TrialRegistry, "--keys", "--results"}
	v := decoded[trialVerdict](c.t, c.run(append(verify, c.in("results.json"), "--json")...))
	if v.Results != "agree" || v.Participants != 1 || v.Activity["serious events"] != 1 || v.Published.IsZero() || len(v.NotProven) == 0 || len(v.Keys) != 4 {
		c.t.Errorf("%+v", v)
	}
	if v := decoded[trialVerdict](c.t, c.run("trial", "verify", trialName, "--rpc", url, "--contract", at.TrialRegistry, "--plan", c.plan(2), "--json")); v.Plan != "agree" {
		c.t.Errorf("%+v", v)
	}
	c.refused("is not the protocol that is in force", "trial", "verify", trialName, "--rpc", url, "--contract", at.TrialRegistry, "--plan", c.plan(1))
	document, err := os.ReadFile(c.in("results.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	altered := filepath.Join(c.files, "altered.json")
	if err := os.WriteFile(altered, []byte(strings.Replace(string(document), `"visits": 3`, `"visits": 4`, 1)), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.refused("not a document of results that holds together", append(verify, altered)...)
	if err := os.WriteFile(altered, append(document, '\n'), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.refused("not the one that was published", append(verify, altered)...)
}
