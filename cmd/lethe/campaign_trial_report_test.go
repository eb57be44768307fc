package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dustin/go-humanize"

	"lethe/api"
	"lethe/vault/trial"
)

// figures are how long steps took, in the order in which the first of each kind was taken.
type figures struct {
	order []string
	times map[string][]time.Duration
}

func newFigures() *figures { return &figures{times: map[string][]time.Duration{}} }

func (f *figures) took(what string, began time.Time) {
	if f.times[what] == nil {
		f.order = append(f.order, what)
	}
	f.times[what] = append(f.times[what], time.Since(began))
}

// verified has somebody who knows a node and the contract verify the trial, compares every counter with those that the test has kept, and reports.
func (c *course) verified() {
	c.t.Helper()
	var at trialContracts
	data, err := os.ReadFile(filepath.Join(c.dir, publicFolder, trialsFile))
	noError(c.t, err)
	at = decoded[trialContracts](c.t, string(data))
	status := decoded[api.TrialStatus](c.t, c.trial("status", courseTrial, "--json"))
	if !status.ChainAgrees || status.Waiting != 0 || int(status.Batches) != len(c.done) {
		c.t.Errorf("%+v, and %d batches were accepted", status, len(c.done))
	}
	wants(c.t, c.tally, status.Participants, status.Activity, status.Deviations)
	if c.rpc == "" {
		c.rpc = c.folder.public(c.t).rpc
	}
	began := time.Now()
	v := must[trialVerdict](c.t, "trial", "verify", courseTrial, "--rpc", c.rpc, "--contract", at.TrialRegistry, "--keys",
		"--plan", c.plan(2), "--results", c.in("results.json"))
	c.figures.took("verifying, with the plan, the results and the keys", began)
	wants(c.t, c.tally, v.Participants, v.Activity, v.Deviations)
	if v.Published.IsZero() || v.Flag || v.Plan != "agree" || v.Results != "agree" || len(v.Keys) != len(trialStatements(c.large)) {
		c.t.Errorf("%+v", v)
	}
	c.weighRecord()
	read := readReceipts(c.t, c.rpc, at, c.done)
	wantPaid(c.t, c.rpc, c.paid)
	if c.large {
		read.wantWithin(c.t)
	}
	c.tell(read)
}

// weighRecord reads and writes the record once more, as every step of a batch does.
func (c *course) weighRecord() {
	c.t.Helper()
	began := time.Now()
	r, err := (&trial.Folder{Path: filepath.Join(c.dir, trialsFolder)}).Load(c.id)
	noError(c.t, err)
	c.figures.took("reading the record, all of which is checked", began)
	began = time.Now()
	noError(c.t, (&trial.Folder{Path: c.t.TempDir()}).Save(c.id, r))
	c.figures.took("writing the record", began)
}

// wantWithin holds the gas to what docs/trials.md says of it.
func (g *receipts) wantWithin(t *testing.T) {
	t.Helper()
	for what, most := range map[string]uint64{
		"submit enrolment/v2, 17 events": 17 * 25_000, "submit visits/v2, 50 events": 50 * 7_500, "deploy the verifier of a statement": 700_000,
	} {
		if n := len(g.used[what]); n == 0 || slices.Max(g.used[what]) > most {
			t.Errorf("%s, %d times: %v gas, at most %d is meant", what, n, g.used[what], most)
		}
	}
}

// tell writes the report into LETHE_REPORT, when that names a folder.
func (c *course) tell(read *receipts) {
	c.t.Helper()
	dir := os.Getenv("LETHE_REPORT")
	if dir == "" {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## On %s\n\n", c.chain)
	fmt.Fprintf(&b, "Commit %s; %s.\n\n", c.commit, machine(c.t))
	c.tellExtent(&b)
	b.WriteString("\n| step | times | median | longest |\n|---|---|---|---|\n")
	for _, what := range c.figures.order {
		times := slices.Sorted(slices.Values(c.figures.times[what]))
		fmt.Fprintf(&b, "| %s | %d | %.1f s | %.1f s |\n", what, len(times), times[len(times)/2].Seconds(), times[len(times)-1].Seconds())
	}
	b.WriteString("\n| transaction | times | gas, median | most |\n|---|---|---|---|\n")
	for _, what := range slices.Sorted(maps.Keys(read.used)) {
		gas := slices.Sorted(slices.Values(read.used[what]))
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", what, len(gas), comma(gas[len(gas)/2]), comma(gas[len(gas)-1]))
	}
	name := strings.Map(func(r rune) rune { return map[bool]rune{true: r, false: '-'}[r >= 'a' && r <= 'z'] }, strings.ToLower(filepath.Base(c.t.Name())))
	noError(c.t, os.WriteFile(filepath.Join(dir, "trial-"+name+".md"), []byte(b.String()), 0o600))
}

func comma(n uint64) string { return humanize.Comma(int64(n)) } //nolint:gosec // of gas and bytes

// tellExtent says what the trial was.
func (c *course) tellExtent(b *strings.Builder) {
	c.t.Helper()
	generated := 0
	for _, m := range c.people {
		if m.generated {
			generated++
		}
	}
	size := func(name string) string {
		info, err := os.Stat(name)
		noError(c.t, err)
		return comma(uint64(info.Size())) //nolint:gosec // not negative
	}
	record := filepath.Join((&trial.Folder{Path: filepath.Join(c.dir, trialsFolder)}).Of(c.id), "record.json")
	fmt.Fprintf(b, "| | |\n|---|---|\n| participants | %d: %d of real bundles, %d of generated ones; %d more may not take part |\n", len(c.people),
		len(c.people)-generated, generated, len(c.others))
	fmt.Fprintf(b, "| events, batches, sites | %s, %d, %d |\n", comma(uint64(c.tally.events)), len(c.done), c.sites) //nolint:gosec // small
	for _, counted := range []map[string]uint32{c.tally.activity, c.tally.deviations} {
		for _, name := range slices.Sorted(maps.Keys(counted)) {
			fmt.Fprintf(b, "| %s | %d |\n", name, counted[name])
		}
	}
	fmt.Fprintf(b, "| claims paid | %d; two of them again, and refused |\n| record.json, document of results | %s, %s bytes |\n", len(c.paid), size(record), size(c.in("results.json")))
	fmt.Fprintf(b, "| most memory, of the process that proves batches | %d MB |\n", peak(c.t)>>20)
}

// peak is the most memory that this process has held, in bytes.
func peak(t *testing.T) (bytes int64) {
	t.Helper()
	var self syscall.Rusage
	noError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &self))
	return self.Maxrss << 10
}

func commit(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "describe", "--always", "--dirty").Output()
	noError(t, err)
	return strings.TrimSpace(string(out))
}

// machine is where the figures are from.
func machine(t *testing.T) string {
	t.Helper()
	model := "an unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name\t: "); ok {
				model = strings.TrimSpace(name)
			}
		}
	}
	var memory syscall.Sysinfo_t
	noError(t, syscall.Sysinfo(&memory))
	return fmt.Sprintf("%d cores of %s, %d GiB of memory, %s, %s", runtime.NumCPU(), model, memory.Totalram*uint64(memory.Unit)>>30, runtime.GOOS, runtime.Version())
}
