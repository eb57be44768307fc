package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/vault"
)

// When the copy was made that is put back: before the erasure was asked for, at a point of it at which the process dies, or after its
// end.
const (
	beforeErasure = "before it was requested"
	afterErasure  = "certified and anchored"
)

var campaignMoments = []string{
	beforeErasure, "erase.tombstoned", "erase.ledgered", "erase.keys-destroyed", "erase.index-scrubbed", afterErasure,
}

var campaignStores = []string{vaultStore, databaseStore, objectStores, tileStore, chainStore, allButChain, everyStore, withoutCopy}

// cell is one experiment of the matrix, and what came of it.
type cell struct {
	stores, moment string

	victim, other resident
	ids, objects  []string // the victim's
	keys          []stolen
	certificate   string

	alive   int  // keys of the victim that the witness's credential opens with what was put back, before anything has started
	shows   bool // an object of the victim
	reopen  time.Duration
	refused string // why the first start did not open
	said    []string
	did     string // what had to be done then
	reads   int    // ways of reading that were tried
	opened  int    // and succeeded
	answer  string
}

// Threat 42: old copies of each store, and of all, from each moment of an erasure, are put back after it has ended.
func TestThreat42RestoreMatrixOnServers(t *testing.T) {
	cells := []cell{
		{stores: vaultStore, moment: beforeErasure}, {stores: databaseStore, moment: "erase.keys-destroyed"},
		{stores: allButChain, moment: beforeErasure},
	}
	onTheServers(t) // or skip
	if os.Getenv("LETHE_CAMPAIGN") != "" {
		cells = nil
		for _, m := range campaignMoments {
			for _, s := range campaignStores {
				cells = append(cells, cell{stores: s, moment: m})
			}
		}
	}
	n := startNode(t)
	sites := map[bool]*site{} // with and without a copy of the ledger elsewhere
	for i := range cells {
		c := &cells[i]
		alone := c.stores == withoutCopy
		if sites[alone] == nil {
			sites[alone] = newSite(t, onTheServers(t), func(cfg *config) {
				if alone {
					cfg.Ledger = ledgerConfig{}
				}
			})
		}
		s := sites[alone]
		if !t.Run(c.stores+"/"+c.moment, func(t *testing.T) { s.t = t; c.run(s, n) }) {
			sites[alone] = nil // whatever it left behind
		}
	}
	reportCells(t, cells)
}

func (c *cell) run(s *site, n *node) {
	t := s.t
	c.victim, c.other = s.takeIn(), s.takeIn()
	c.holdings(s)
	if n := s.unwraps(c.keys); n != len(c.keys) || n == 0 {
		t.Fatalf("%d of %d keys open before the erasure", n, len(c.keys))
	}
	older := c.erase(s, n)
	outside := s.mirror()
	s.putBack(n, older, storesOf(c.stores))
	c.alive, c.shows = s.unwraps(c.keys), s.bucket().has(t, c.objects)
	c.start(s, outside)
	c.judge(t)
}

// holdings are what the victim has: what can be read, the wrapped keys, and the objects.
func (c *cell) holdings(s *site) {
	s.opened(func(st *state) { c.ids = s.everythingOf(st, c.victim.patient) })
	c.keys = s.wrapped(c.victim.patient)
	c.objects = column(s.t, s.database(), "SELECT key FROM objects WHERE patient = '"+c.victim.patient+"'")
}

// erase erases the victim to the end, and takes copies at a moment of it. The vault lives on before they are put back.
func (c *cell) erase(s *site, n *node) (l *loot) {
	t, chain := s.t, slices.Contains(storesOf(c.stores), chainStore)
	args := s.with("erase", c.victim.patient, "--ground", "17.1.b", "--yes")
	switch c.moment {
	case beforeErasure:
		l = s.take(n, chain)
		must[erased](t, args...)
	case afterErasure:
		must[erased](t, args...)
		must[vault.AnchorInfo](t, s.with("log", "anchor")...)
		l = s.take(n, chain)
	default:
		killed(t, c.moment, args...)
		l = s.take(n, chain)
	}
	s.takeIn()
	must[vault.AnchorInfo](t, s.with("log", "anchor")...)
	s.opened(func(st *state) {
		cases, err := st.Cases(t.Context())
		noError(t, err)
		if n := len(cases); n == 0 || cases[n-1].State != "anchored" {
			t.Fatalf("the erasure has not ended: %+v", cases)
		}
		c.certificate = cases[len(cases)-1].Certificate
	})
	return l
}

// start opens what was put back, does what is asked for until it opens, and tries every way to what was erased meanwhile.
func (c *cell) start(s *site, outside string) {
	s.said.Reset()
	began := time.Now()
	err := s.withState(s.t.Context(), func(st *state) error {
		c.reopen = time.Since(began)
		c.try(s, st)
		return nil
	})
	if err != nil {
		c.reopen, c.refused = time.Since(began), oneLine(err)
		c.tryKeys(s)
	}
	c.said = reasons(s.said.String())
	c.settle(s, outside)
	s.opened(func(st *state) {
		c.try(s, st)
		s.wantBytes(st, c.other)
	})
	must[auditResult](s.t, s.with("log", "audit")...)
	if _, err := os.Stat(c.certificate); err == nil { // where it was not put back with the rest
		if v := must[verdict](s.t, s.with("verify", c.certificate)...); !v.Valid || !v.Anchored {
			s.t.Errorf("the certificate does not verify any more: %+v", v)
		}
	}
}

// try reads everything that was erased, on every way.
func (c *cell) try(s *site, st *state) {
	n, answer := opens(s.t, st, c.ids)
	c.reads, c.opened, c.answer = c.reads+len(c.ids), c.opened+n, answer
	c.tryKeys(s)
}

func (c *cell) tryKeys(s *site) {
	c.reads += len(c.keys)
	c.opened += s.unwraps(c.keys)
}

// settle brings the vault to where everything works, by the hints that it gives.
func (c *cell) settle(s *site, outside string) {
	e := lethe(s.t, "", s.with("log", "anchor")...)
	if e.code == 0 {
		return
	}
	c.did = oneLine(errors.New(strings.TrimSpace(e.stderr)))
	if !strings.Contains(e.stderr, "log restore") {
		s.t.Fatalf("it says nothing that helps:\n%s", e.stderr)
	}
	must[map[string]uint64](s.t, s.with("log", "restore", "--from", outside)...)
	must[vault.AnchorInfo](s.t, s.with("log", "anchor")...)
	c.did = "`lethe log restore` from a mirror"
}

// reasons are what a start says of stores that were put back.
func reasons(log string) (found []string) {
	for line := range strings.Lines(log) {
		for _, about := range []string{"carried out again", "goes on", "behind the contract", "quarantined"} {
			if _, text, ok := strings.Cut(line, "msg="); ok && strings.Contains(line, about) {
				found = append(found, strings.TrimSpace(text))
			}
		}
	}
	return found
}

// outcome names what came of a cell.
func (c *cell) outcome() string {
	said := strings.Join(c.said, " ")
	switch {
	case c.opened > 0:
		return "**undetected**: it is readable again"
	case c.refused != "":
		return "quarantined: " + c.refused
	case strings.Contains(said, "carried out again"):
		return "detected, erased again"
	case strings.Contains(said, "behind the contract"):
		return "detected by the contract"
	case strings.Contains(said, "goes on"):
		return "the erasure goes on from there, and ends again"
	case c.alive == 0 && !c.shows:
		return "harmless: nothing of what was erased came back"
	}
	return "unexplained"
}

func (c *cell) judge(t *testing.T) {
	t.Helper()
	t.Logf("%s: %d keys alive, objects there: %v; open after %s, %d ways tried; said %s; then %s",
		c.outcome(), c.alive, c.shows, c.reopen, c.reads, c.said, cmp.Or(c.did, "nothing was to be done"))
	if c.stores == withoutCopy && c.moment == beforeErasure {
		if c.opened == 0 {
			t.Error("docs/erasure.md says that nobody can detect this")
		}
		return
	}
	if c.opened > 0 || c.outcome() == "unexplained" {
		t.Errorf("%s: %d of %d ways to what was erased succeed", c.outcome(), c.opened, c.reads)
	}
}

// reportCells writes the matrix.
func reportCells(t *testing.T, cells []cell) {
	dir := os.Getenv("LETHE_REPORT")
	if dir == "" {
		return
	}
	var b strings.Builder
	b.WriteString("| put back | copied | keys alive | objects there | came of it | ways tried, open | reopened after | to be done |\n" +
		"|---|---|---|---|---|---|---|---|\n")
	for _, c := range cells {
		fmt.Fprintf(&b, "| %s | %s | %d | %v | %s | %d, %d | %s | %s |\n", c.stores, strings.TrimPrefix(c.moment, "erase."), c.alive,
			c.shows, c.outcome(), c.reads, c.opened, c.reopen.Round(time.Millisecond), cmp.Or(c.did, "nothing"))
	}
	noError(t, os.WriteFile(filepath.Join(dir, "restore-matrix.md"), []byte(b.String()), 0o600))
}
