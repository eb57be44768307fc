package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/api"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

// A whole trial, and the same story with few people and the small statements, in minutes.
func wholeTrial() extent {
	return extent{participants: 256, sites: 4, large: true, enrols: 17, records: 50, safety: 6, few: 8, lateness: time.Minute, claims: 6}
}

func smallTrial() extent {
	return extent{participants: 12, sites: 3, enrols: 4, records: 8, safety: 3, few: 2, lateness: 40 * time.Second, claims: 2}
}

// TestTrialOf256 runs a whole trial to its publication and a verification by somebody else, on the chain of the state folder and on geth.
func TestTrialOf256(t *testing.T) {
	if os.Getenv("LETHE_CAMPAIGN") == "" {
		t.Skip("SKIPPED: it takes half an hour; LETHE_CAMPAIGN=1 runs it")
	}
	t.Run("embedded", func(t *testing.T) { newCourse(t, wholeTrial(), false).conduct() })
	t.Run("geth", func(t *testing.T) { newCourse(t, wholeTrial(), true).conduct() })
}

func TestTrialOfTwelve(t *testing.T) {
	if !everyStep {
		t.Skip("SKIPPED: it takes minutes: LETHE_EVERY=1 runs it")
	}
	t.Run("embedded", func(t *testing.T) { newCourse(t, smallTrial(), false).conduct() })
	t.Run("geth", func(t *testing.T) { newCourse(t, smallTrial(), true).conduct() })
}

// conduct runs the trial from the first consent to the verification of what was published.
func (c *course) conduct() {
	c.t.Helper()
	began := time.Now()
	c.open(c.gather)
	c.register()
	c.open(func(d *trialDesk) {
		c.begin(d)
		c.amend(d)
		c.goOn(d)
	})
	c.claim(0)
	c.end()
	c.claim(1)
	c.figures.took("the whole trial", began)
	c.verified()
}

// register puts the contracts on the chain, and registers and funds the trial.
func (c *course) register() {
	c.t.Helper()
	began, large := time.Now(), []string{}
	if c.large {
		large = append(large, "--large")
	}
	c.trial(append([]string{"setup", "--key-delay", "1s"}, large...)...)
	time.Sleep(2 * time.Second) // until the keys can be used
	c.trial(append([]string{"create", c.plan(1)}, large...)...)
	c.trial("fund", courseTrial, "100000000")
	c.figures.took("setting up, with keys of development where there were none yet, and registering", began)
}

// begin enrols people, has a flag raised on the way, and records three rounds of visits and what else happens.
func (c *course) begin(d *trialDesk) {
	c.t.Helper()
	split := c.participants * 3 / 5 / c.enrols * c.enrols
	early, later := c.people[:split], c.people[split:]
	c.enrol(d, early, false)
	c.record(d, c.visits(early)...)
	if flags := c.record(d, of(rollup.SeriousEvent, early[:c.safety-1]...)...); slices.Contains(flags, true) {
		c.t.Errorf("a flag is raised by %d serious events", c.safety-1)
	}
	if flags := c.record(d, of(rollup.SeriousEvent, early[0])...); !flags[0] {
		c.t.Errorf("no flag is raised by %d serious events", c.safety)
	}
	c.wantPaused(d, later[0])
	_, err := d.LiftFlagWithResponse(c.t.Context(), field.Text(c.id), api.Reason{Reason: "expected, and treated"})
	noError(c.t, err)
	c.enrol(d, later, false)
	c.record(d, slices.Concat(c.visits(later), c.visits(c.people), c.visits(c.people))...)
	some := func(i int) []*member { return c.people[i*c.few : (i+1)*c.few] }
	c.record(d, slices.Concat(of(rollup.Correction, some(0)...), of(rollup.Withdrawal, some(1)...), of(rollup.Discontinuation, some(2)...),
		of(rollup.Unblinding, some(3)...), of(rollup.LostToFollowUp, some(4)[:1]...))...)
}

// amend puts another version into force, to which nearly everybody consents.
func (c *course) amend(d *trialDesk) {
	c.t.Helper()
	c.amended = time.Now().UTC().Truncate(time.Second)
	a, _, err := readPlan(c.plan(2))
	noError(c.t, err)
	_, err = d.ConsentToAmendmentWithResponse(c.t.Context(), field.Text(c.id), planOf(a))
	noError(c.t, err)
	_, err = d.AmendTrialWithResponse(c.t.Context(), field.Text(c.id), planOf(a))
	noError(c.t, err)
	time.Sleep(time.Second) // until consents to the first version are superseded
	active := c.active()
	active = active[:len(active)-c.few]
	c.consent(d, courseTerms[1], active)
	c.enrol(d, active, true)
}

// active are who takes part now.
func (c *course) active() (all []*member) {
	for _, m := range c.people {
		if !m.gone {
			all = append(all, m)
		}
	}
	return all
}

// goOn records three more rounds, visits that are recorded late, and the anonymisation of one participant, whose records are erased.
func (c *course) goOn(d *trialDesk) {
	c.t.Helper()
	c.record(d, slices.Concat(c.visits(c.people), c.visits(c.people), c.visits(c.people))...)
	people := c.active()
	flags := c.record(d, slices.Concat(c.late(d, people[:2*c.few]), of(rollup.SeriousEvent, people[:c.safety-1]...), of(rollup.Correction, people[:c.few]...))...)
	if slices.Contains(flags, true) {
		c.t.Errorf("serious events of before the last flag are counted again")
	}
	c.erased = people[2*c.few]
	c.record(d, slices.Concat(of(rollup.Withdrawal, people[c.few:2*c.few]...), of(rollup.Anonymisation, c.erased))...)
}

// end closes the trial: nothing is published before it is closed, nor before what it has come to is verified.
func (c *course) end() {
	c.t.Helper()
	c.run("erase", c.erased.patient, "--ground", "17.1.b", "--yes")
	publish := []string{"trial", "publish", courseTrial, "--output", c.in("results.json")}
	c.refused("not closed", publish...)
	c.open(func(*trialDesk) {
		sponsor, err := c.house.sponsor()
		noError(c.t, err)
		_, err = sponsor.Close(c.t.Context(), hashOf(c.id))
		noError(c.t, err)
		_, _, err = c.house.seq.Publish(c.t.Context(), c.id)
		if !errors.Is(err, trial.ErrRefused) || !strings.Contains(err.Error(), "NotVerified") {
			c.t.Errorf("published before it is verified: %v", err)
		}
	})
	began := time.Now()
	c.trial("close", courseTrial)
	c.figures.took("closing, with the proof of what the trial has come to", began)
	began = time.Now()
	c.run(publish...)
	c.figures.took("publishing", began)
	c.trial("timeline", courseTrial, "--output", c.in("timeline.svg"))
}

// claim has participants claim visits, the first ones before the trial is closed and others after it. Nothing is paid twice.
func (c *course) claim(turn int) {
	c.t.Helper()
	for i, m := range c.active()[turn*c.claims : (turn+1)*c.claims] {
		opening := c.in(fmt.Sprintf("%s-opening-%d.json", m.name, turn))
		c.trial("opening", courseTrial, "--subject", c.public(m.name), "--output", opening)
		to := fmt.Sprintf("0x%040x", 0xc0ffee0000+turn*c.claims+i)
		claim := []string{"trial", "claim", courseTrial, opening, "--subject", c.file(m.name), "--visit", "2", "--to", to, "--fee", "10"}
		began := time.Now()
		c.run(claim...)
		c.figures.took("claim, by a command of its own", began)
		c.paid = append(c.paid, to)
		if i == 0 {
			c.refused("NullifierUsed", claim...)
		}
	}
}
