package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/archive"
	"lethe/offchain/index"
	"lethe/offchain/ledger"
	"lethe/offchain/object"
	"lethe/vault"
)

// guarded is a state folder with a second copy of the ledger elsewhere, a place for backups, and a keeper of their keys.
type guarded struct {
	folder
	config, copies, to, keeper string
}

const guardedConfig = `ledger:
  copy: COPY
retention:
  backups_days: 70
`

// newGuarded takes some bundles in, and makes the first epoch.
func newGuarded(t *testing.T, bundles int) guarded {
	t.Helper()
	g := guarded{folder: newFolder(t, bundles), copies: t.TempDir(), to: t.TempDir(), keeper: t.TempDir()}
	g.config = filepath.Join(t.TempDir(), "lethe.yaml")
	noError(t, os.WriteFile(g.config, []byte(strings.ReplaceAll(guardedConfig, "COPY", g.copies)), 0o600))
	must[[]vault.PatientInfo](t, g.with("patients")...) // the chain agrees, and the copy is a witness from here on
	must[archive.Epoch](t, g.with("backup", "epoch", "new", "--keeper", g.keeper, "--to", g.to)...)
	return g
}

// with adds the state folder and the configuration to a command line.
func (g guarded) with(args ...string) []string {
	return append(args, "--dir", g.dir, "--config", g.config)
}

// backup makes a backup.
func (g guarded) backup(t *testing.T) backupResult {
	t.Helper()
	return must[backupResult](t, g.with("backup", "--to", g.to)...)
}

// refuses runs a command that must say what is wrong, and what to do.
func refuses(t *testing.T, why string, args ...string) {
	t.Helper()
	e := lethe(t, "", args...)
	if e.code != 1 || !strings.Contains(e.stderr, why) || !strings.Contains(e.stderr, "hint: ") {
		t.Errorf("lethe %s: exit %d, want %q with a hint\n%s", strings.Join(args, " "), e.code, why, e.stderr)
	}
}

// elsewhere is the same with another, empty state folder.
func (g guarded) elsewhere(t *testing.T) guarded {
	t.Helper()
	g.dir = filepath.Join(t.TempDir(), "restored")
	return g
}

func (g guarded) restoreArgs(from string) []string {
	return g.with("restore", "--from", from, "--keeper", g.keeper)
}

// Everything is lost but what is outside the backup on purpose: the second copy of the ledger. The patient who was erased after
// the backup stays erased, the other reads byte for byte.
func TestBackupRestoredWithTheLedgersCopyAlone(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 2)
	record := filepath.Join(trialsFolder, "0123", "record.json")
	noError(t, os.MkdirAll(filepath.Dir(filepath.Join(g.dir, record)), 0o700))
	noError(t, os.WriteFile(filepath.Join(g.dir, record), []byte("a trial's"), 0o600))
	b := g.backup(t)
	doomed := g.keysOf(t, 0)
	must[erased](t, g.with("erase", g.patients[0], "--ground", "17.1.b", "--yes")...)
	noError(t, os.RemoveAll(g.dir))
	h := g.elsewhere(t)
	r := must[restored](t, h.restoreArgs(g.to)...)
	if r.Backup != b.Backup || r.Ledger != 1 || r.Behind != 1 || r.Witness != "the erasure ledger" || r.Objects != b.Objects {
		t.Fatalf("%+v", r)
	}
	if alive := h.alive(t, doomed); alive != len(doomed) || alive < 3 {
		t.Fatalf("%d of %d keys are alive before the first start: the test would show nothing", alive, len(doomed))
	}
	if got, err := os.ReadFile(filepath.Join(h.dir, record)); string(got) != "a trial's" {
		t.Errorf("a trial's record: %q, %v", got, err)
	}
	must[[]vault.PatientInfo](t, h.with("patients")...)
	h.wantForgotten(t, doomed)
	if v := must[logStatus](t, h.with("log", "status")...); v.Log.Problem != "" {
		t.Fatalf("%+v", v)
	}
	again := h.backup(t) // what was restored can be backed up
	if again.Ledger != 1 {
		t.Fatalf("%+v", again)
	}
}

// Everything is lost but the chain: the keys that were erased since the backup are announced there.
func TestBackupRestoredWithTheChainAlone(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 2)
	g.config = filepath.Join(t.TempDir(), "none.yaml")
	noError(t, os.WriteFile(g.config, nil, 0o600))
	g.backup(t)
	doomed := g.keysOf(t, 0)
	must[erased](t, g.with("erase", g.patients[0], "--ground", "17.1.b", "--yes")...)
	must[vault.AnchorInfo](t, g.with("log", "anchor")...)
	h := g.elsewhere(t)
	copyTo(t, filepath.Join(g.dir, chainFolder), filepath.Join(h.dir, chainFolder))
	noError(t, os.RemoveAll(g.dir))
	if r := must[restored](t, h.restoreArgs(g.to)...); r.Witness != "the chain" || slices.Contains(r.Parts, partChain) {
		t.Fatalf("%+v", r)
	}
	must[[]vault.PatientInfo](t, h.with("patients")...)
	h.wantForgotten(t, doomed)
}

// wantForgotten checks that the first patient is erased with their keys, and that the second reads byte for byte.
func (g guarded) wantForgotten(t *testing.T, doomed []string) {
	t.Helper()
	g.wantErased(t, 0)
	g.wantReadable(t, 1)
	if alive := g.alive(t, doomed); alive > 0 {
		t.Fatalf("%d keys of the erased patient are alive", alive)
	}
	g.wantConsistent(t)
}

// keysOf lists the names of a patient's keys, without that of the access log, which stays as evidence.
func (g guarded) keysOf(t *testing.T, patient int) []string {
	t.Helper()
	query := "SELECT key_name FROM compartments WHERE name <> 'disclosures' AND patient = '" + g.patients[patient] + "'"
	return column(t, g.openIndex(t), query)
}

// alive counts the keys that are in the key store.
func (g guarded) alive(t *testing.T, keys []string) (n int) {
	t.Helper()
	have := g.names(t, keysFolder, "transit", 2)
	for _, k := range keys {
		if slices.Contains(have, k) {
			n++
		}
	}
	return n
}

// A second backup archives only what is new, the first one stays as it is, and another epoch archives everything again.
func TestBackupsAreIncrementalWithinAnEpoch(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	first := g.backup(t)
	if first.NewObjects != first.Objects || first.Objects < 4 {
		t.Fatalf("first: %+v", first)
	}
	g.takeIn(t, 1)
	second := g.backup(t)
	if second.NewObjects < 4 || second.NewObjects >= second.Objects || second.Objects <= first.Objects {
		t.Fatalf("second: %+v", second)
	}
	if third := g.backup(t); third.NewObjects != 0 || third.Objects != second.Objects {
		t.Fatalf("third, with nothing new: %+v", third)
	}
	must[verified](t, g.with("backup", "verify", first.Backup, "--keeper", g.keeper)...)
	h := g.elsewhere(t)
	must[restored](t, h.restoreArgs(first.Backup)...)
	if n := len(must[[]vault.PatientInfo](t, h.with("patients")...)); n != 1 {
		t.Fatalf("%d patients of the first backup", n)
	}
	h.wantReadable(t, 0)

	noError(t, os.RemoveAll(filepath.Join(g.dir, publicFolder, epochsFolder)))
	e, err := archive.Keeper(g.keeper).New(archive.Plan{Tenant: "main", Start: time.Now(), Length: day, Keep: day})
	noError(t, err)
	noError(t, e.Publish(filepath.Join(g.dir, publicFolder, epochsFolder)))
	if other := g.backup(t); other.Epoch != 2 || other.NewObjects != other.Objects {
		t.Fatalf("in another epoch: %+v", other)
	}
}

// Nothing of a person stands in clear in what is kept, nor any wrapped key, nor a patient's id.
func TestThreat06NothingInClearInABackup(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 2)
	must[erased](t, g.with("erase", g.patients[0], "--ground", "17.1.b", "--yes")...)
	g.backup(t)
	data := testData(t)
	secrets, runs := personal(t, data), uniqueRuns(t, data)
	for _, id := range g.privateIDs(t) {
		if len(id) >= 16 && !bytes.Contains(id, []byte("/")) { // objects are named by their random keys
			secrets[string(id)] = true
		}
	}
	for _, wrapped := range g.wrappedKeys(t, g.patients[1]) {
		secrets[string(wrapped[:32])] = true
	}
	searched := 0
	for name, content := range filesIn(t, g.to) {
		search(t, name, content, secrets, runs)
		searched += len(content)
	}
	if searched < 1<<20 || len(secrets) < 200 {
		t.Fatalf("searched %d bytes for %d texts", searched, len(secrets))
	}
}

// filesIn reads all files below a folder.
func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	noError(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		found[name], err = os.ReadFile(name)
		return err
	}))
	return found
}

// A large object takes no more memory than a small one, from the first read to the last write.
func TestBackupMemoryIsBounded(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	large := filepath.Join(t.TempDir(), "scan.dcm")
	f, err := os.Create(large)
	noError(t, err)
	noError(t, f.Truncate(192<<20))
	noError(t, f.Close())
	small, small2 := g.peak(t, "backup", "--to", g.to), g.peak(t, g.restoreOf(t)...)
	must[importResult](t, g.with("import", large, "--patient", g.patients[0], "--type", "DICOM")...)
	big, big2 := g.peak(t, "backup", "--to", g.to), g.peak(t, g.restoreOf(t)...)
	t.Logf("backup: %d MiB, with the large object %d; restore: %d, %d", small>>10, big>>10, small2>>10, big2>>10)
	if bound := int64(48 << 10); big > small+bound || big2 > small2+bound {
		t.Errorf("backup %d KiB, then %d; restore %d, then %d", small, big, small2, big2)
	}
}

func (g guarded) restoreOf(t *testing.T) []string {
	h := g.elsewhere(t)
	return []string{"restore", "--from", g.to, "--keeper", g.keeper, "--dir", h.dir}
}

// peak is the most memory that a run of the program had, in KiB.
func (g guarded) peak(t *testing.T, args ...string) int64 {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], append(g.with(args[0]), args[1:]...)...)
	c.Env = append(os.Environ(), asProgram+"=1", "GOMEMLIMIT=off")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
}

// An erasure that is under way when the backup is made ends in what is restored, as the ledger says that it has elsewhere. What
// the law keeps is readable if its copy had been made by then.
func TestBackupDuringAnErasure(t *testing.T) {
	t.Parallel()
	base := newGuarded(t, 2)
	billing := base.recordsOf(t, 0, "billing")
	type moment struct {
		point  string
		retain bool
	}
	for _, c := range some([]moment{
		{"erase.case-key-made", false}, {"erase.approved", false}, {"erase.tombstoned", false}, {"erase.ledgered", false},
		{"erase.key-destroyed", false}, {"erase.objects-deleted", false}, {"erase.certificate-written", false},
		{"erase.retained-readable", true}, {"erase.tombstoned", true}, {"erase.key-destroyed", true}, {"erase.object-deleted", true},
	}) {
		t.Run(fmt.Sprintf("%s/retain=%v", c.point, c.retain), func(t *testing.T) {
			t.Parallel()
			g := base.clone(t)
			args := []string{"erase", g.patients[0], "--ground", "17.1.b", "--yes", "--config", g.config, "--dir", g.dir}
			if c.retain {
				args = append(eraseArgs(g.folder, 0), "--config", g.config)
			}
			killed(t, c.point, args...)
			g.backup(t)
			doomed := g.keysOf(t, 0)
			lethe(t, "", args...) // goes on, or begins again
			g.wantErased(t, 0)
			noError(t, os.RemoveAll(g.dir))

			h := g.elsewhere(t)
			must[restored](t, h.restoreArgs(g.to)...)
			must[[]vault.PatientInfo](t, h.with("patients")...)
			h.wantErased(t, 0)
			h.wantReadable(t, 1)
			if c.retain {
				h.wantKept(t, billing)
			}
			for _, key := range doomed {
				if !c.retain && h.alive(t, []string{key}) > 0 {
					t.Fatalf("a key of the erased patient is alive")
				}
			}
			h.wantConsistent(t)
		})
	}
}

// clone copies everything that is the state folder's own.
func (g guarded) clone(t *testing.T) guarded {
	t.Helper()
	h := g
	h.folder = g.folder.clone(t)
	h.copies, h.to = t.TempDir(), t.TempDir()
	copyTo(t, g.copies, h.copies)
	copyTo(t, g.to, h.to)
	h.config = filepath.Join(t.TempDir(), "lethe.yaml")
	noError(t, os.WriteFile(h.config, []byte(strings.ReplaceAll(guardedConfig, "COPY", h.copies)), 0o600))
	return h
}

// An erasure that enters the ledger while a backup is made beside a service: what it keeps may have been copied too late for
// the index, or too early. The backup begins again.
func TestBackupBeginsAgainWhenTheLedgerGrows(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	var said, out bytes.Buffer
	grown := false
	p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &said, step: func(at string) {
		if at != "backup.keys" || grown {
			return
		}
		grown = true
		mirror, err := object.OpenLocal(g.copies)
		noError(t, err)
		defer mirror.Close()
		book, err := ledger.Open(t.Context(), filepath.Join(g.dir, ledgerFolder), mirror, nil)
		noError(t, err)
		_, err = book.Append(t.Context(), offchain.LedgerEntry{Case: "c", At: time.Now().UTC().Truncate(time.Second),
			Keys: []string{}, Objects: []string{}})
		noError(t, err)
	}}
	if code := p.run(t.Context(), g.with("backup", "--to", g.to, "--json")); code != 0 {
		t.Fatal(said.String())
	}
	var r backupResult
	noError(t, json.Unmarshal(out.Bytes(), &r))
	if r.Ledger != 1 || !strings.Contains(said.String(), "begins again") {
		t.Fatalf("%+v\n%s", r, &said)
	}
	must[verified](t, g.with("backup", "verify", r.Backup, "--keeper", g.keeper)...)
}

// The service keeps how far it has noted the log's positions under the name that a backup asks for.
func TestTheFrontierIsFound(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	store, err := index.Open(t.Context(), index.Config{Dir: filepath.Join(f.dir, indexFolder), Tenant: "main",
		Log: slog.New(slog.DiscardHandler)})
	noError(t, err)
	defer store.Close()
	if n, err := frontierOf(t.Context(), store); err != nil || n < 100 {
		t.Fatalf("%d, %v", n, err)
	}
}
