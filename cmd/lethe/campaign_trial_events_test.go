package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"

	"lethe/api"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

// happening is an event as the test means it.
type happening struct {
	who   *member
	kind  rollup.Kind
	phase uint8
	late  bool // recorded long after the participant's consent, when it was
	when  time.Time
}

// enrol enrols people in batches, or takes in their consent to the newest version.
func (c *course) enrol(d *trialDesk, people []*member, again bool) {
	c.t.Helper()
	for _, batch := range bySite(people, func(m *member) int { return m.site }, c.enrols) {
		now, reports := c.now(), []trial.Report{}
		for _, m := range batch {
			r := c.enrolling(d, m, again)
			r.When = uint64(now.Unix()) //nolint:gosec // after 1970
			m.consented, m.version = now, int(r.Version)
			reports = append(reports, *r)
		}
		done := c.submit(d, batch[0].site, "enrolments", c.enrols, reports)
		for i, m := range batch {
			m.tag = done.Events[i].Participant
			c.tally.enrolled(again)
		}
	}
}

// bySite makes batches of one site each, of at most so many.
func bySite[T any](all []T, site func(T) int, most int) (batches [][]T) {
	here := map[int][]T{}
	for _, one := range all {
		here[site(one)] = append(here[site(one)], one)
	}
	for _, s := range slices.Sorted(maps.Keys(here)) {
		batches = slices.AppendSeq(batches, slices.Chunk(here[s], most))
	}
	return batches
}

func (c *course) enrolling(d *trialDesk, m *member, again bool) *trial.Report {
	c.t.Helper()
	r, err := d.enrolReport(c.t.Context(), c.id, enrolFlags{
		site: c.file(c.site(m.site)), subject: c.public(m.name), consent: c.note(m), attestation: c.attestation(m), again: again,
	})
	noError(c.t, err)
	return r
}

// protocol is the one in force.
func (c *course) protocol() *trial.Protocol {
	c.t.Helper()
	_, p, err := c.house.record(c.id)
	noError(c.t, err)
	return p
}

// now is the time by the chain, or by our clock where that is later: blocks of the folder's own chain are a second apart at least, however many are made in one.
func (c *course) now() time.Time {
	c.t.Helper()
	on, err := (&trialChain{c.house}).Standing(c.t.Context(), c.id)
	noError(c.t, err)
	return time.Unix(max(time.Now().Unix(), int64(on.Now)), 0) //nolint:gosec // of 40 bits
}

// submit has a site's reports become a batch, and notes how long a full one takes.
func (c *course) submit(d *trialDesk, site int, what string, full int, reports []trial.Report) *submitted {
	c.t.Helper()
	began := time.Now()
	done, err := d.submit(c.t.Context(), c.id, c.file(c.site(site)), reports...)
	noError(c.t, err)
	c.done[done.Transaction] = len(reports)
	if len(reports) == full {
		c.figures.took(fmt.Sprintf("batch of %d %s", full, what), began)
	}
	return done
}

// record records what happened, by site, in batches as large as they may be; it says which batches raised a flag.
func (c *course) record(d *trialDesk, all ...*happening) (flags []bool) {
	c.t.Helper()
	for _, batch := range bySite(all, func(e *happening) int { return e.who.site }, c.records) {
		flags = append(flags, c.recordBatch(d, batch))
	}
	return flags
}

func (c *course) recordBatch(d *trialDesk, batch []*happening) (flag bool) {
	c.t.Helper()
	now, reports := c.now(), []trial.Report{}
	for _, e := range batch {
		if e.when = now; e.late {
			e.when = e.who.consented
		}
		reports = append(reports, *c.report(e))
		c.tally.recorded(e, c.amended)
	}
	done := c.submit(d, batch[0].who.site, "events", c.records, reports)
	for i, e := range batch {
		if e.kind == rollup.Visit {
			e.who.entry = done.Events[i].Entry
		}
	}
	return done.Flag
}

// report is a happening as a site reports it, with data of its own.
func (c *course) report(e *happening) *trial.Report {
	c.t.Helper()
	noError(c.t, os.WriteFile(c.in("data"), fmt.Appendf(nil, "event %d, of %s", c.tally.events, e.who.name), 0o600))
	f := eventFlags{participant: e.who.tag, data: c.in("data"), when: e.when.UTC().Format(time.RFC3339), phase: strconv.Itoa(int(e.phase))}
	if e.kind == rollup.Correction {
		f.replaces = e.who.entry
	}
	r, err := f.report(c.protocol(), e.kind)
	noError(c.t, err)
	return r
}

// visits is one more round of visits for everybody who takes part. Every tenth participant misses a phase in the second round, and comes back to it in the third.
func (c *course) visits(people []*member) (all []*happening) {
	for i, m := range people {
		if m.gone {
			continue
		}
		phase := []uint8{0, 1, 1, 2, 2, 3}[m.rounds]
		if m.rounds == 1 && i%10 == 0 {
			phase = 2
		}
		m.rounds++
		all = append(all, &happening{who: m, kind: rollup.Visit, phase: phase})
	}
	return all
}

// of is the same event of several people.
func of(kind rollup.Kind, people ...*member) (all []*happening) {
	for _, m := range people {
		m.gone = m.gone || slices.Contains([]rollup.Kind{rollup.Withdrawal, rollup.Discontinuation, rollup.LostToFollowUp, rollup.Anonymisation}, kind)
		all = append(all, &happening{who: m, kind: kind})
	}
	return all
}

// late is a visit of each of some people that was on the day of their consent; it waits until that is long enough ago.
func (c *course) late(d *trialDesk, people []*member) (all []*happening) {
	c.t.Helper()
	for _, m := range people {
		for c.now().Before(m.consented.Add(c.lateness + 5*time.Second)) {
			time.Sleep(100 * time.Millisecond)
		}
		all = append(all, &happening{who: m, kind: rollup.Visit, phase: m.phase, late: true})
	}
	return all
}

// wantPaused finds enrolment refused, since a flag is up.
func (c *course) wantPaused(d *trialDesk, m *member) {
	c.t.Helper()
	_, err := d.submit(c.t.Context(), c.id, c.file(c.site(m.site)), *c.enrolling(d, m, false))
	if problem := (&api.Problem{}); !errors.As(err, &problem) || problem.Code() != "enrolment-paused" {
		c.t.Errorf("enrolled while the flag is up: %v", err)
	}
}
