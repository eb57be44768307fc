package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/vault/party"
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
	c.refused("trial setup", "trial", "create", c.plan(1))
	at := decoded[trialContracts](t, c.trial("setup", "--json"))
	time.Sleep(1100 * time.Millisecond) // until the keys can be used
	c.trial("create", c.plan(1))
	c.refused("there already", "trial", "create", c.plan(1))
	if err := os.RemoveAll(filepath.Join(c.dir, trialsFolder)); err != nil { // as if it had been cut off before the record
		t.Fatal(err)
	}
	c.trial("create", c.plan(1))
	c.trial("fund", trialName, "100000")
	enrolled := decoded[submitted](t, c.trial(c.enrolling("patient")...))
	c.refused("already enrolled", append([]string{"trial"}, c.enrolling("patient")...)...)
	visit := []string{"visit", trialName, "--site", c.file("site"), "--participant", enrolled.Events[0].Participant, "--json"}
	c.trial(visit...)

	opening := c.in("opening.json")
	c.trial("opening", trialName, "--subject", c.public("patient"), "--output", opening)
	claim := []string{"trial", "claim", trialName, opening, "--subject", c.file("patient"), "--to", "0x1111111111111111111111111111111111111111", "--fee", "10"}
	c.run(claim...)
	c.refused("NullifierUsed", claim...)
	c.refused("no such visit", append(claim, "--visit", "2")...)

	c.trial("amend", c.plan(2))
	stop := c.serve()
	c.consents(0, "patient", secondTerms)
	stop()
	c.trial("visit", trialName, "--site", c.file("site"), "--subject", c.public("patient")) // under the first version: a deviation
	c.trial(append(c.enrolling("patient"), "--again")...)
	c.refused("not closed", "trial", "publish", trialName, "--output", c.in("results.json"))

	events := c.in("events.yaml")
	text := fmt.Sprintf("- {kind: visit, participant: %s, phase: 1}\n- {kind: serious-event, participant: %s}\n", enrolled.Events[0].Participant, enrolled.Events[0].Participant)
	if err := os.WriteFile(events, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if done := decoded[submitted](t, c.trial("event", trialName, events, "--site", c.file("site"), "--json")); !done.Flag {
		t.Errorf("%+v", done)
	}
	c.trial("close", trialName)
	c.refused("FlagOpen", "trial", "publish", trialName, "--output", c.in("results.json"))
	c.trial("board", "lift", trialName, "--reason", "expected, and treated")
	c.trial("publish", trialName, "--output", c.in("results.json"))
	c.trial("timeline", trialName, "--output", c.in("timeline.svg"))
	status := decoded[trialStatus](t, c.trial("status", trialName, "--json"))
	if !status.Agrees || status.Participants != 1 || status.Activity["visits"] != 3 || status.Deviations["version superseded"] != 1 {
		t.Errorf("%+v", status)
	}
	c.verifyTrial(at)
}

// verifyTrial asks the contract as a regulator does.
func (c *trialClinic) verifyTrial(at trialContracts) {
	c.t.Helper()
	url := c.folder.public(c.t).rpc
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
}
