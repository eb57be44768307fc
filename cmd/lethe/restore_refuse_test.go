package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/offchain/ledger"
	"lethe/vault"
)

// Killed at any point, a restore is no state: commands refuse the folder, and running it again completes it.
func TestKillDuringRestore(t *testing.T) {
	t.Parallel()
	base := newGuarded(t, 2)
	base.backup(t)
	must[erased](t, base.with("erase", base.patients[0], "--ground", "17.1.b", "--yes")...)
	other := newGuarded(t, 1)
	other.backup(t)
	for _, point := range []string{
		"restore.public", "restore.certificates", "restore.keys", "restore.chain", "restore.log", "restore.object", "restore.object:4",
		"restore.objects", "restore.index", "restore.complete",
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			h := base.elsewhere(t)
			killed(t, point, h.restoreArgs(h.to)...)
			commands := [][]string{{"import", bundleFile(t, 3)}}
			if point == "restore.objects" {
				commands = append(commands, []string{"patients"}, []string{"log", "status"}, []string{"backup", "--to", h.to},
					[]string{"restore", "--from", other.to, "--keeper", other.keeper})
			}
			for _, args := range commands {
				refuses(t, "was not completely restored", h.with(args...)...)
			}
			must[restored](t, h.restoreArgs(h.to)...)
			must[[]vault.PatientInfo](t, h.with("patients")...)
			h.wantErased(t, 0)
			h.wantReadable(t, 1)
			h.wantConsistent(t)
		})
	}
}

// Nothing is restored over what is there, and the stores are left as they were.
func TestRestoreNeedsEmptyStores(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	g.backup(t)
	before := filesIn(t, g.dir)
	refuses(t, "is not empty", g.restoreArgs(g.to)...)
	after := filesIn(t, g.dir)
	delete(before, filepath.Join(g.dir, lockFile))
	for name, content := range before {
		if string(after[name]) != string(content) {
			t.Errorf("%s was changed", name)
		}
	}
	for _, store := range []string{keysFolder, indexFolder, publicFolder, logFolder} {
		h := g.elsewhere(t)
		noError(t, os.MkdirAll(filepath.Join(h.dir, store), 0o700))
		noError(t, os.WriteFile(filepath.Join(h.dir, store, "x"), []byte("x"), 0o600))
		refuses(t, "is not empty", h.restoreArgs(g.to)...)
		if left := filesIn(t, h.dir); len(left) != 2 { // and the lock
			t.Errorf("%s: %d files", store, len(left))
		}
	}
	h := g.elsewhere(t)
	noError(t, os.MkdirAll(filepath.Join(h.dir, objectsFolder, "main"), 0o700))
	noError(t, os.WriteFile(filepath.Join(h.dir, objectsFolder, "main", "x"), []byte("x"), 0o600))
	refuses(t, "below main/", h.restoreArgs(g.to)...)
}

// A store that is lost alone is put back alone.
func TestSingleStoresAreRestored(t *testing.T) {
	t.Parallel()
	base := newGuarded(t, 2)
	base.backup(t)
	must[erased](t, base.with("erase", base.patients[0], "--ground", "17.1.b", "--yes")...)
	for only, lost := range map[string][]string{
		"index": {indexFolder}, "keys": {keysFolder}, "objects": {objectsFolder}, "objects,log": {objectsFolder,
			logFolder}, "public": {publicFolder},
		"index,keys": {indexFolder, keysFolder},
	} {
		t.Run(only, func(t *testing.T) {
			t.Parallel()
			g := base.clone(t)
			doomed := []string{}
			for _, store := range lost {
				noError(t, os.RemoveAll(filepath.Join(g.dir, store)))
			}
			r := must[restored](t, append(g.restoreArgs(g.to), "--only", only)...)
			if len(r.Parts) < len(lost) {
				t.Fatalf("%+v", r)
			}
			must[[]vault.PatientInfo](t, g.with("patients")...)
			g.wantErased(t, 0)
			g.wantReadable(t, 1)
			if g.alive(t, doomed) > 0 {
				t.Fatal("a key of the erased patient is alive")
			}
		})
	}
	refuses(t, "is not empty", append(base.restoreArgs(base.to), "--only", "index")...)
	if e := lethe(t, "", append(base.restoreArgs(base.to), "--only", "ledger")...); e.code != 1 ||
		!strings.Contains(e.stderr, "none of index, keys, objects, log, trials and public") {
		t.Errorf("exit %d\n%s", e.code, e.stderr)
	}
}

// Without a witness, or with one that is older than the backup, nothing is restored; --no-witness says that this is meant.
func TestRestoreWantsAWitness(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 2)
	none := filepath.Join(t.TempDir(), "none.yaml")
	noError(t, os.WriteFile(none, nil, 0o600))
	g.backup(t)
	h := g.elsewhere(t)
	h.config = none
	refuses(t, "neither the erasure ledger nor the chain is left", h.restoreArgs(g.to)...)
	if r := must[restored](t, append(h.restoreArgs(g.to), "--no-witness")...); r.Witness != "" {
		t.Fatalf("%+v", r)
	}
	h.wantReadable(t, 0)

	must[erased](t, g.with("erase", g.patients[0], "--ground", "17.1.b", "--yes")...)
	younger := g.backup(t)
	h = g.elsewhere(t)
	h.config = none
	refuses(t, "had 1 entries when the backup was made, and is not found", append(h.restoreArgs(younger.Backup), "--no-witness")...)
	entry, err := os.ReadFile(filepath.Join(g.copies, ledgerFolder, "0000000000000001"))
	noError(t, err)
	stranger := newGuarded(t, 1)
	must[erased](t, stranger.with("erase", stranger.patients[0], "--ground", "17.1.b", "--yes")...)
	h = g.elsewhere(t)
	h.config = stranger.config
	refuses(t, "is of another state folder", h.restoreArgs(younger.Backup)...)
	noError(t, os.Remove(filepath.Join(stranger.copies, filepath.FromSlash(copyMark))))
	refuses(t, "not the one that had 1", h.restoreArgs(younger.Backup)...)

	h = g.elsewhere(t)
	h.config = none
	noError(t, os.MkdirAll(filepath.Join(h.dir, ledgerFolder), 0o700)) // the ledger's file itself will do
	noError(t, os.WriteFile(filepath.Join(h.dir, ledgerFolder, ledger.FileName), append(entry, '\n'), 0o600))
	if r := must[restored](t, h.restoreArgs(younger.Backup)...); r.Ledger != 1 || r.Behind != 0 {
		t.Fatalf("%+v", r)
	}
	h.wantErased(t, 0)
	h.wantReadable(t, 1)
}

// An erasure that kept something, carried out after the backup, whose copy is lost: what the backup holds may be the only copy
// of what the law keeps. Nothing decrypts, and a person must decide; docs/backup.md says so.
func TestRestoringBeforeAPartialErasureIsQuarantine(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 2)
	g.backup(t)
	must[erased](t, append(eraseArgs(g.folder, 0), "--config", g.config)...)
	h := g.elsewhere(t)
	must[restored](t, h.restoreArgs(g.to)...)
	refuses(t, "before what the law keeps was copied", h.with("patients")...)
	refuses(t, "before what the law keeps was copied", g.with("restore-drill", "--from", g.to, "--keeper", g.keeper)...)
	g.backup(t) // right after it, all is well
	h = g.elsewhere(t)
	must[restored](t, h.restoreArgs(g.to)...)
	must[[]vault.PatientInfo](t, h.with("patients")...)
	h.wantReadable(t, 1)
}
