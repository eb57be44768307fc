package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lethe/vault"
)

// campaign is one site behind proxies, and what is known of its patients.
type campaign struct {
	*site
	rng     *rand.Rand
	proxies map[string]*proxy
	socket  string  // the configuration whose chain is reached by websocket
	planned []fault // one of each kind, then again

	living, erased []resident
	scans          map[string]int // by patient, how many files that go into the bucket in parts
	anchor         bool           // in every story
	patience       time.Duration  // after which whoever waits for a command kills it
	tally          map[string]*tally
}

// tally is what faults of one kind did.
type tally struct{ runs, struck, failed, killed int }

// Faults on the way to each server, at random moments of a short story: a patient is taken in, another is read, another erased, and the
// log anchored. Afterwards the faults end, the program is started again, and nothing is wrong, lost, doubled or left over.
func TestFaultsOnServers(t *testing.T) {
	s := onTheServers(t)
	runs, seed := 12, uint64(time.Now().UnixNano())
	if n, err := strconv.Atoi(os.Getenv("LETHE_CAMPAIGN")); err == nil {
		if runs = n; n == 1 {
			runs = 200
		}
	}
	if n, err := strconv.ParseUint(os.Getenv("LETHE_CAMPAIGN_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("%d runs, LETHE_CAMPAIGN_SEED=%d", runs, seed)
	all, through := proxies(t)
	c := &campaign{site: newSite(t, s, through), proxies: all, patience: 4 * time.Second, scans: map[string]int{}, tally: map[string]*tally{}}
	if runs > 12 {
		c.anchor, c.patience = true, 8*time.Second
	}
	settings, err := os.ReadFile(c.settings)
	noError(t, err)
	c.socket = s.write("socket.yaml", strings.Replace(string(settings), "http://"+all[toGeth].address, "ws://"+all[toSocket].address, 1))
	c.rng = rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a seed that is printed, no secret
	for range 2 {
		c.living = append(c.living, c.takeIn())
	}
	for i := range runs {
		if !t.Run(fmt.Sprint(i), func(t *testing.T) { c.t = t; c.run(t) }) {
			break // the next ones would start from there
		}
	}
	c.t = t
	c.wantAnchoredOnce()
	c.report(runs, seed)
}

// run is one story with a fault, and what must be so after it.
func (c *campaign) run(t *testing.T) {
	f, at := c.nextFault(), c.rng.IntN(4)
	if strings.Contains(f.kind, "rotate") || strings.Contains(f.kind, "delete") {
		at = 3
	}
	switch f.server {
	case toGeth, toSocket:
		at = 4
	case toCopy:
		at = 3
	}
	file, scan := c.nextBundle(), c.scan()
	c.rng.Shuffle(len(c.living), func(i, j int) { c.living[i], c.living[j] = c.living[j], c.living[i] })
	victim, owner, target := c.living[0], c.living[1], c.anyone()
	out := filepath.Join(t.TempDir(), "out.json")
	var done [5]bool
	for i, args := range [][]string{
		{"import", file}, scanArgs(scan, owner), {"record", "get", target.bundle, "--output", out},
		{"erase", victim.patient, "--ground", "17.1.b", "--yes"}, {"log", "anchor"},
	} {
		if i == at {
			c.proxies[f.server].arm(f)
		}
		if i == 1 && f.server != toMinio || i == 4 && !c.anchor && f.server != toGeth && f.server != toSocket {
			continue
		}
		done[i] = c.attempt(f, args)
	}
	struck := c.proxies[f.server].heal()
	c.count(f).struck += min(struck, 1)
	t.Logf("%s: %s after %d, from step %d: struck %d times; done %v", f.server, f.kind, f.after, at, struck, done)
	c.wantRead(target, out, done[2])
	c.settle(file, victim, done[0], done[3])
	if f.server == toMinio {
		c.settleScan(scan, owner, done[1])
	}
	c.wantNothingLeft()
}

// nextFault takes every kind in turn, in an order of its own in each round.
func (c *campaign) nextFault() fault {
	if len(c.planned) == 0 {
		for server, of := range faultKinds() {
			for _, kind := range of {
				c.planned = append(c.planned, fault{server: server, kind: kind})
			}
		}
		slices.SortFunc(c.planned, func(a, b fault) int { return strings.Compare(a.server+a.kind, b.server+b.kind) })
		c.rng.Shuffle(len(c.planned), func(i, j int) { c.planned[i], c.planned[j] = c.planned[j], c.planned[i] })
	}
	f := c.planned[0]
	c.planned = c.planned[1:]
	switch {
	case f.kind == reset || f.kind == cut:
		f.times, f.after = 1+c.rng.IntN(3), c.rng.IntN(40)
	case f.kind == slow:
		f.after = c.rng.IntN(10)
	case f.kind == blackHole:
		f.after, f.heals = c.rng.IntN(40), time.Duration(c.rng.IntN(2)*(500+c.rng.IntN(3000)))*time.Millisecond
	case f.kind == lostPut && f.server == toCopy:
		f.times, f.after = 1, c.rng.IntN(3)
	case f.kind == lostCommit || f.kind == lostPut:
		f.times, f.after = 1+c.rng.IntN(2), c.rng.IntN(12)
	case strings.HasPrefix(f.kind, "answer lost"):
		f.times, f.after = 1+c.rng.IntN(2), c.rng.IntN(3)
	}
	return f
}

func (c *campaign) anyone() resident {
	if n := len(c.erased); n > 0 && c.rng.IntN(3) == 0 {
		return c.erased[c.rng.IntN(n)]
	}
	return c.living[c.rng.IntN(len(c.living))]
}

func (c *campaign) count(f fault) *tally {
	key := f.server + " | " + f.kind
	if c.tally[key] == nil {
		c.tally[key] = &tally{}
	}
	return c.tally[key]
}

// attempt runs a command for as long as anybody waits, and says whether it reported that it was done.
func (c *campaign) attempt(f fault, args []string) bool {
	ctx, cancel := context.WithTimeout(c.t.Context(), c.patience)
	defer cancel()
	settings := c.settings
	if f.server == toSocket {
		settings = c.socket
	}
	cmd := exec.CommandContext(ctx, os.Args[0], append(args, "--dir", c.dir, "--config", settings)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	count := c.count(f)
	if args[0] == "import" {
		count.runs++
	}
	switch {
	case ctx.Err() != nil:
		count.killed++
	case err != nil:
		count.failed++
		c.t.Logf("lethe %s: %s", args[0], strings.TrimSpace(said.String()))
	}
	if bytes.Contains(said.Bytes(), []byte("panic")) {
		c.t.Errorf("lethe %s:\n%s", args[0], said.Bytes())
	}
	return err == nil
}

// wantRead checks what was read under a fault: nothing of the erased, and every byte of the living.
func (c *campaign) wantRead(r resident, out string, done bool) {
	c.t.Helper()
	have, err := os.ReadFile(out)
	if !done && os.IsNotExist(err) {
		return
	}
	noError(c.t, err) // what stands under that name is whole, also when the command failed afterwards
	want, err := os.ReadFile(r.file)
	noError(c.t, err)
	if slices.Contains(c.erased, r) || !bytes.Equal(have, want) {
		c.t.Errorf("patient %s was read: %d bytes, want %d", r.patient, len(have), len(want))
	}
}

// settle starts the program again, compares what is there with what was said, and ends what was not done.
func (c *campaign) settle(file string, victim resident, imported, ended bool) {
	t := c.t
	t.Helper()
	gone := false
	c.opened(func(st *state) {
		_, err := read(t.Context(), st, victim.bundle)
		gone = errors.Is(err, vault.ErrErased)
		if err != nil && !gone || ended && !gone {
			t.Fatalf("after an erasure (reported: %v): %v", ended, err)
		}
		if !gone {
			c.wantBytes(st, victim)
		}
	})
	if !gone {
		must[erased](t, c.with("erase", victim.patient, "--ground", "17.1.b", "--yes")...)
	}
	c.living = slices.DeleteFunc(c.living, func(r resident) bool { return r == victim })
	c.erased = append(c.erased, victim)
	again := must[importResult](t, c.with("import", file)...)
	if imported && again.Skipped != 1 {
		t.Fatalf("an import that was reported is not there: %+v", again)
	}
	c.opened(func(st *state) { c.living = append(c.living, c.newcomer(st, file)); c.wantAll(st) })
}

// scan writes a file that is larger than what goes into the bucket at once.
func (c *campaign) scan() string {
	data := make([]byte, 9<<20)
	_, _ = rand.NewChaCha8([32]byte{byte(c.made), byte(c.made >> 8)}).Read(data)
	return c.servers.write("scan.dcm", string(data))
}

func scanArgs(file string, owner resident) []string {
	return []string{"import", file, "--patient", owner.patient, "--type", "Media"}
}

// settleScan imports the file again, which is then there once, whole.
func (c *campaign) settleScan(file string, owner resident, done bool) {
	t := c.t
	t.Helper()
	if again := must[importResult](t, c.with(scanArgs(file, owner)...)...); done && again.Skipped != 1 {
		t.Fatalf("an import that was reported is not there: %+v", again)
	}
	c.scans[owner.patient]++
	want, err := os.ReadFile(file)
	noError(t, err)
	c.opened(func(st *state) {
		records, err := st.Records(t.Context(), owner.patient)
		noError(t, err)
		found := 0
		for _, r := range records {
			if r.Type != "Media" {
				continue
			}
			have, err := read(t.Context(), st, r.ID)
			noError(t, err)
			if found++; found == c.scans[owner.patient] && !bytes.Equal(have, want) {
				t.Fatal("a file came back changed")
			}
		}
		if found != c.scans[owner.patient] {
			t.Fatalf("%d files, want %d", found, c.scans[owner.patient])
		}
	})
}

// newcomer is the one patient that was not known before.
func (c *campaign) newcomer(st *state, file string) (r resident) {
	t := c.t
	t.Helper()
	all, err := st.Patients(t.Context())
	noError(t, err)
	for _, p := range all {
		if c.known[p.ID] {
			continue
		}
		if c.known[p.ID] = true; r.patient != "" {
			t.Fatal("a patient is there twice")
		}
		r.patient, r.file = p.ID, file
	}
	held, err := st.Bundles(t.Context(), r.patient)
	noError(t, err)
	if len(held) != 1 {
		t.Fatalf("%d bundles of a new patient", len(held))
	}
	r.bundle = held[0].ID
	return r
}

// wantAll reads everybody: the living whole, the erased not at all; each of these was erased once, with a certificate.
func (c *campaign) wantAll(st *state) {
	t := c.t
	t.Helper()
	for _, r := range c.living {
		c.wantBytes(st, r)
	}
	for _, r := range c.erased {
		if _, err := read(t.Context(), st, r.bundle); !errors.Is(err, vault.ErrErased) {
			t.Fatalf("reading an erased patient: %v", err)
		}
	}
	cases, err := st.Cases(t.Context())
	noError(t, err)
	for _, v := range cases {
		if v.State != "certified" && v.State != "anchored" || v.Certificate == "" {
			t.Fatalf("an erasure has not ended: %+v", v)
		}
	}
	if len(cases) != len(c.erased) {
		t.Fatalf("%d erasures of %d patients", len(cases), len(c.erased))
	}
}
