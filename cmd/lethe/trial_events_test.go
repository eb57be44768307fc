package main

import (
	"strings"
	"testing"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

// TestThreat50SlipsAreNotRecorded: what no protocol can mean does not become a deviation that counts for good.
func TestThreat50SlipsAreNotRecorded(t *testing.T) {
	plan := trial.Plan{Phases: []string{"treatment", "follow-up"}}
	for text, want := range map[string]int{"": 0, "0": 0, "1": 1, "treatment": 0, "follow-up": 1, "2": -1, "surgery": -1, "-1": -1, "256": -1} {
		phase, err := phaseOf(plan, text)
		if (err == nil) != (want >= 0) || err == nil && int(phase) != want ||
			err != nil && !strings.Contains(err.Error(), "they are treatment, follow-up, counted from 0") {
			t.Errorf("%q: %d, %v", text, phase, err)
		}
	}
	for _, c := range []struct {
		e    rollup.Event
		says string
	}{
		{rollup.Event{Kind: rollup.Visit, Phase: 1}, ""},
		{rollup.Event{Kind: rollup.Correction}, "event 1: what does it correct?"},
		{rollup.Event{Kind: rollup.Correction, Replaced: field.Uint64(7)}, ""},
		{rollup.Event{Kind: rollup.SeriousEvent}, ""},
	} {
		err := correct([]trial.Report{{Event: c.e}})
		if (err == nil) != (c.says == "") || err != nil && err.Error() != c.says {
			t.Errorf("%v: %v", c.e.Kind, err)
		}
	}
}

// TestEventsAreAListOrABundle: not both, and not neither.
func TestEventsAreAListOrABundle(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"NCT1"}, {"NCT1", "events.yaml", "--fhir", "bundle.json"}} {
		e := lethe(t, "", append([]string{"trial", "event", "--site", "site.json", "--dir", t.TempDir()}, args...)...)
		if e.code == 0 || !strings.Contains(e.stderr, "a list of events or --fhir, one of them") {
			t.Errorf("%v: exit %d, %s", args, e.code, e.stderr)
		}
	}
}

// TestPayee: an address with a wrong digit is refused where its letters are a checksum.
func TestPayee(t *testing.T) {
	const right = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
	for text, ok := range map[string]bool{
		right: true, right[2:]: true, strings.ToLower(right): true, "0x" + strings.ToUpper(right[2:]): true,
		"0x5FbDB2315678afecb367f032d93F642f64180aA3": false, "0x5FbDB2315678afecb367f032d93F642f64180aa4": false, right[:40]: false, "": false,
	} {
		if a, err := payee(text); (err == nil) != ok || ok && a.Hex() != right {
			t.Errorf("%q: %v, %v", text, a, err)
		}
	}
}

// TestExceeded names what stands in the way of publishing.
func TestExceeded(t *testing.T) {
	above := exceeded([]uint32{0, 0, 1, 3, 2, 0, 0}, []uint32{0, 0, 0, 2, 2, 0, 5})
	if got := strings.Join(above, ", "); got != "no consent (1, at most 0), version superseded (3, at most 2)" {
		t.Error(got)
	}
}
