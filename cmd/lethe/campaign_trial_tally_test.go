package main

import (
	"maps"
	"testing"
	"time"

	rollup "lethe/circuits/trial"
)

// trialTally is what a trial must come to, counted from what the test has done, without anything of the program.
type trialTally struct {
	participants         uint32
	activity, deviations map[string]uint32
	events               int
}

func newTally() *trialTally {
	n := &trialTally{activity: map[string]uint32{}, deviations: map[string]uint32{}}
	for _, name := range []string{
		"custodial", "re-consents", "visits", "serious events", "withdrawals", "discontinuations", "lost to follow-up", "unblindings", "corrections", "anonymisations",
	} {
		n.activity[name] = 0
	}
	for _, name := range []string{"ineligible", "consent deferred", "no consent", "version superseded", "phase out of order", "after withdrawal", "recorded late"} {
		n.deviations[name] = 0
	}
	return n
}

func (n *trialTally) enrolled(again bool) {
	n.events++
	if again {
		n.activity["re-consents"]++
	} else {
		n.participants++
	}
}

// recorded counts an event, and what a visit deviates from: the participant's phase, and the version that they have consented to.
func (n *trialTally) recorded(e *happening, amended time.Time) {
	n.events++
	n.activity[map[rollup.Kind]string{
		rollup.Visit: "visits", rollup.SeriousEvent: "serious events", rollup.Withdrawal: "withdrawals", rollup.Discontinuation: "discontinuations",
		rollup.LostToFollowUp: "lost to follow-up", rollup.Unblinding: "unblindings", rollup.Correction: "corrections", rollup.Anonymisation: "anonymisations",
	}[e.kind]]++
	if e.late {
		n.deviations["recorded late"]++
	}
	if e.kind != rollup.Visit {
		return
	}
	if step := int(e.phase) - int(e.who.phase); step != 0 && step != 1 {
		n.deviations["phase out of order"]++
	}
	if !amended.IsZero() && e.who.version == 0 && e.when.After(amended) {
		n.deviations["version superseded"]++
	}
	e.who.phase = e.phase
}

// wants compares every counter.
func wants[N uint32 | int64](t *testing.T, n *trialTally, participants N, activity, deviations map[string]N) {
	t.Helper()
	same := func(a N, b uint32) bool { return a == N(b) }
	if participants != N(n.participants) || !maps.EqualFunc(activity, n.activity, same) || !maps.EqualFunc(deviations, n.deviations, same) {
		t.Errorf("participants: %d, counted %d\nactivity:   %v\ncounted:    %v\ndeviations: %v\ncounted:    %v", participants, n.participants,
			activity, n.activity, deviations, n.deviations)
	}
}
