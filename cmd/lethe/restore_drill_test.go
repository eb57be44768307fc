package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/anchor"
	"lethe/vault"
)

// drillArgs drills into a scratch folder of the test's own.
func (g guarded) drillArgs(t *testing.T, more ...string) (scratch string, args []string) {
	t.Helper()
	scratch = t.TempDir()
	return scratch, g.with(append([]string{"restore-drill", "--from", g.to, "--keeper", g.keeper, "--scratch", scratch}, more...)...)
}

// A drill proves that the backup opens, carries out what it has forgotten, and changes nothing: not the state folder, its chain
// and log, the ledger's copy, the backups or the keeper's folder. Its scratch folder is gone afterwards.
func TestDrillProvesTheBackupAndChangesNothing(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 2)
	g.backup(t)
	must[erased](t, g.with("erase", g.patients[0], "--ground", "17.1.b", "--yes")...)
	must[vault.AnchorInfo](t, g.with("log", "anchor")...)
	before := map[string]map[string][]byte{}
	for _, dir := range []string{g.dir, g.copies, g.to, g.keeper} {
		before[dir] = filesIn(t, dir)
		delete(before[dir], filepath.Join(g.dir, lockFile)) // says who had it last
	}
	scratch, args := g.drillArgs(t)
	r := must[drillReport](t, args...)
	if r.Ledger != 1 || r.Replayed != 1 || r.Dead < 3 || r.Alive != 0 || len(r.Failed) > 0 || r.Patients != 1 || r.Read < 3 ||
		r.Age <= 0 || r.Took < r.Restored+r.Opened {
		t.Fatalf("%+v", r)
	}
	if r.Witness != "the erasure ledger and the chain" {
		t.Errorf("witness: %s", r.Witness)
	}
	_, args = g.drillArgs(t, "--all")
	if all := must[drillReport](t, args...); all.Read < 100 || all.Read <= r.Read || all.ReadBytes <= r.ReadBytes {
		t.Errorf("with everything: %+v", all)
	}
	for dir, was := range before {
		is := filesIn(t, dir)
		delete(is, filepath.Join(g.dir, lockFile))
		for name, content := range was {
			if string(is[name]) != string(content) {
				t.Errorf("%s was changed", name)
			}
		}
		if a, b := slices.Sorted(maps.Keys(was)), slices.Sorted(maps.Keys(is)); !slices.Equal(a, b) {
			t.Errorf("%s: %d files, then %d", dir, len(a), len(b))
		}
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left in the scratch folder: %v, %v", left, err)
	}
}

// A drill goes on beside a service at work, with the chain of the backup.
func TestDrillBesideAService(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	g.backup(t)
	unlock, err := lock(filepath.Join(g.dir, lockFile))
	noError(t, err)
	defer unlock()
	_, args := g.drillArgs(t)
	e := lethe(t, "", args...)
	if e.code != 0 || !strings.Contains(e.stderr, "is in use") || !strings.Contains(e.stdout, "RTO") ||
		!strings.Contains(e.stdout, "RPO") {
		t.Fatalf("exit %d\n%s%s", e.code, e.stdout, e.stderr)
	}
}

// What a drill cannot read or open, it names, fails, and leaves nothing.
func TestDrillFailsOnWhatIsNotGood(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	b := g.backup(t)
	for name, spoil := range map[string]func() (undo func()){
		"an object of the log is missing": func() func() {
			return without(t, filepath.Join(g.to, "0001", objectsFolder, "log", "0", "tile", "entries"))
		},
		"the keys are missing": func() func() { return without(t, filepath.Join(b.Backup, partKeys+archiveEnd)) },
		"the ledger's copy is another's": func() func() {
			other := newGuarded(t, 1)
			must[erased](t, other.with("erase", other.patients[0], "--ground", "17.1.b", "--yes")...)
			mine := filepath.Join(g.copies, ledgerFolder)
			copyTo(t, filepath.Join(other.copies, ledgerFolder), mine)
			_ = os.WriteFile(filepath.Join(mine, "0000000000000001"), []byte("{}"), 0o600)
			return func() { noError(t, os.RemoveAll(mine)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			undo := spoil()
			scratch, args := g.drillArgs(t)
			if e := lethe(t, "", args...); e.code != 1 || !strings.HasPrefix(e.stderr[strings.Index(e.stderr, "lethe: "):], "lethe: ") {
				t.Errorf("exit %d\n%s%s", e.code, e.stdout, e.stderr)
			}
			if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
			undo()
		})
	}
	_, args := g.drillArgs(t)
	must[drillReport](t, args...)
}

// without moves something away.
func without(t *testing.T, name string) (undo func()) {
	t.Helper()
	away := filepath.Join(t.TempDir(), "away")
	noError(t, os.Rename(name, away))
	return func() { noError(t, os.Rename(away, name)) }
}

// The parts of a drill that could say something to the world do not.
func TestDrillIsSilent(t *testing.T) {
	l, s := silentWriter{}, silentSender{}
	_, appended := l.Append(t.Context(), nil)
	_, published := l.Publish(t.Context())
	_, sent := s.Send(t.Context(), anchor.Submission{})
	_, pending := s.Pending(t.Context())
	for what, err := range map[string]error{"start": l.Start(t.Context(), nil), "append": appended, "publish": published,
		"send": sent, "pending": pending} {
		if err == nil {
			t.Errorf("%s was done", what)
		}
	}
	p := &program{dir: t.TempDir()}
	p.config.Anchor.SubmitterSigner.URL = "https://signer.example"
	noError(t, p.anonymousAccount())
	a, err := p.submitter(t.Context())
	noError(t, err)
	noError(t, p.anonymousAccount())
	b, err := p.submitter(t.Context())
	noError(t, err)
	if p.config.Anchor.SubmitterSigner.URL != "" || a.Address() == b.Address() {
		t.Error("the account is one that somebody knows")
	}
}
