package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/anchor/evm"
	"lethe/anchor/tlog"
	"lethe/vault"
)

// Every named point of an import, an erasure and a replay is one at which the process is killed with SIGKILL. The next start
// finishes or rolls back, once: no certificate early, no orphan, nothing lost.

func allPoints() []string {
	return slices.Concat(vault.CrashPoints(), tlog.CrashPoints(), evm.CrashPoints())
}

func TestCrashPointsAreManyAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range allPoints() {
		if seen[p] {
			t.Errorf("%s is listed twice", p)
		}
		seen[p] = true
	}
	if len(seen) < 30 {
		t.Errorf("only %d crash points", len(seen))
	}
}

// points are those of a prefix, and more, or some of them.
func points(prefix string, more ...string) (all []string) {
	for _, p := range allPoints() {
		if strings.HasPrefix(p, prefix) {
			all = append(all, p)
		}
	}
	return some(append(all, more...))
}

// some are all of them with LETHE_EVERY, else a third, each time others.
func some[T any](all []T) []T {
	if everyStep {
		return all
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:(len(all)+2)/3]
}

// killed runs a command that must die at a crash point.
func killed(t *testing.T, point string, args ...string) {
	t.Helper()
	if e := lethe(t, point, args...); !e.killed {
		t.Fatalf("the point was not reached: exit %d\n%s", e.code, e.stderr)
	}
}

func TestKillDuringImport(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 1)
	for _, point := range points("import.", "import.key-made:3", "import.object-committed:2") {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			killed(t, point, "import", bundleFile(t, 1), "--dir", f.dir)

			before := len(must[[]vault.PatientInfo](t, "patients", "--dir", f.dir))
			f.wantConsistent(t)
			if want := map[bool]int{true: 2, false: 1}[point == "import.committed"]; before != want {
				t.Fatalf("%d patients after the crash, want %d", before, want)
			}
			again := must[importResult](t, "import", bundleFile(t, 1), "--dir", f.dir)
			if again.Patients != 1 || again.Skipped != before-1 {
				t.Fatalf("imported again: %+v", again)
			}
			f.takeIn(t, 1) // finds the patient, and stores nothing
			if len(f.patients) != 2 {
				t.Fatalf("%d patients", len(f.patients))
			}
			f.wantReadable(t, 0)
			f.wantReadable(t, 1)
			f.wantConsistent(t)
		})
	}
}

// eraseArgs erase a patient and keep the billing, so that every step has something to do.
func eraseArgs(f folder, patient int) []string {
	return []string{
		"erase", f.patients[patient], "--ground", "17.1.b", "--yes", "--dir", f.dir, "--retain", "billing",
		"--retain-ground", "17.3.b", "--retain-law", "tax code", "--retain-until", "2036-12-31",
	}
}

func TestKillDuringErasure(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 2)
	billing := base.recordsOf(t, 0, "billing")
	for _, point := range points("erase.", "erase.key-destroyed:2", "erase.object-deleted:2") {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			killed(t, point, eraseArgs(f, 0)...)
			early := point != "erase.certificate-written" && point != "erase.certified"
			if n := len(f.certificates(t)); early && n > 0 {
				t.Fatalf("%d certificates at %s", n, point)
			}

			must[[]vault.PatientInfo](t, "patients", "--dir", f.dir)
			if point == "erase.case-key-made" { // nothing was approved yet
				f.wantReadable(t, 0)
				f.wantConsistent(t)
				must[erased](t, eraseArgs(f, 0)...)
			}
			f.wantErased(t, 0)
			f.wantReadable(t, 1)
			f.wantKept(t, billing)
			f.wantConsistent(t)
			if found := f.certificates(t); len(found) != 1 || found[0].Ledger.Entry != 1 {
				t.Fatalf("certificates: %+v", found)
			}
		})
	}
}

// recordsOf lists a patient's records of one compartment.
func (f folder) recordsOf(t *testing.T, patient int, compartment string) (found []vault.RecordInfo) {
	t.Helper()
	for _, r := range must[[]vault.RecordInfo](t, "records", f.patients[patient], "--dir", f.dir) {
		if r.Compartment == compartment {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		t.Fatalf("patient %d has no %s", patient, compartment)
	}
	return found
}

// wantKept checks that the first patient has exactly these records and their identity, and reads some of them.
func (f folder) wantKept(t *testing.T, records []vault.RecordInfo) {
	t.Helper()
	kept := f.recordsOf(t, 0, "retained")
	if len(kept) != len(records) {
		t.Fatalf("%d records kept, want %d", len(kept), len(records))
	}
	for i, r := range records {
		if kept[i].ID != r.ID || kept[i].Size != r.Size || kept[i].Type != r.Type {
			t.Fatalf("kept %+v, want %+v", kept[i], r)
		}
	}
	first := must[got](t, "record", "get", records[0].ID, "--output", t.TempDir()+"/kept.json", "--dir", f.dir)
	if first.Bytes != records[0].Size {
		t.Fatalf("read %d bytes of a kept record, want %d", first.Bytes, records[0].Size)
	}
}

// Between a change of state and its checkpoint: nothing is lost, nothing is in the log twice, and nothing is shown early.
func TestKillOnTheWayIntoTheLog(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", base.dir)
	before := must[logStatus](t, "log", "status", "--dir", base.dir).Log.Size
	for _, point := range points("log.", "log.tile-copied:2") {
		if point == "log.restored" { // TestALostLogFolderIsRestoredFromItsCopy
			continue
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			killed(t, point, "import", bundleFile(t, 1), "--dir", f.dir)
			after := point == "log.checkpoint-shown" || point == "log.positions-noted"
			if shown := f.shownSizes(t); len(shown) == 0 || shown[len(shown)-1] > before != after {
				t.Fatalf("checkpoints of %d were shown, %d before", shown, before)
			}
			must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
			f.takeIn(t, 1) // finds the patient, and stores nothing
			f.wantLogged(t)
			f.wantReadable(t, 1)
			f.wantConsistent(t)
		})
	}
}

// shownSizes lists the checkpoints in the log's copy.
func (f folder) shownSizes(t *testing.T) (sizes []uint64) {
	t.Helper()
	for _, name := range f.names(t, objectsFolder, "log/0/checkpoint", 1) {
		size, err := strconv.ParseUint(name, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	return sizes
}

// Between a checkpoint and its confirmation on the chain: the contract accepts it once, and nothing is called anchored before.
func TestThreat19KillOnTheWayToTheChain(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", base.dir)
	base.takeIn(t, 1)
	record := must[[]vault.RecordInfo](t, "records", base.patients[1], "--dir", base.dir)[0].ID
	for _, point := range points("anchor.") {
		if point == "anchor.certificate-written" { // TestKillWhileACertificateIsAnchored
			continue
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			killed(t, point, "log", "anchor", "--dir", f.dir)
			file := filepath.Join(t.TempDir(), "receipt.json")
			if r := must[receiptResult](t, "receipt", record, "--output", file, "--dir", f.dir); r.Anchored {
				if v := must[verdict](t, "verify", file, "--dir", f.dir); !v.Anchored || v.Block != r.Block {
					t.Fatalf("called anchored, and is not: %+v", v)
				}
			}
			info := must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
			status := must[logStatus](t, "log", "status", "--dir", f.dir)
			if info.Confirmed != status.Log.Size || status.Anchor.Accepted != status.Log.Size {
				t.Fatalf("%+v\n%+v", info, status)
			}
			f.wantAcceptedOnce(t)
			f.wantLogged(t)
		})
	}
}

// wantAcceptedOnce checks that every transaction of the journal was accepted, none of a size twice, and no other one.
func (f folder) wantAcceptedOnce(t *testing.T) {
	t.Helper()
	db := f.openIndex(t)
	if doubled := column(t, db, "SELECT size FROM chain_attempts WHERE state <> 'failed' GROUP BY size HAVING count(*) > 1"); len(doubled) > 0 {
		t.Fatalf("sizes sent twice: %v", doubled)
	}
	if early := column(t, db, "SELECT size FROM chain_attempts WHERE state = 'failed'"); len(early) > 0 {
		t.Fatalf("transactions that failed: %v", early)
	}
	sent, nonces := column(t, db, "SELECT count(*) FROM chain_attempts"), column(t, db, "SELECT count(DISTINCT nonce) FROM chain_attempts")
	if audit := must[auditResult](t, "log", "audit", "--dir", f.dir); fmt.Sprint(audit.Anchored) != sent[0] || sent[0] != nonces[0] {
		t.Fatalf("%s transactions, %s nonces, %d accepted", sent[0], nonces[0], audit.Anchored)
	}
}

// Between a confirmation and the edition of the certificate that names it.
func TestKillWhileACertificateIsAnchored(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	killed(t, "anchor.certificate-written", "log", "anchor", "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	found := f.certificates(t)
	if len(found) != 1 || found[0].Chain != "confirmed" || found[0].Anchor == nil || found[0].Edition != 2 {
		t.Fatalf("%+v", found)
	}
	if cases := must[[]vault.CaseInfo](t, "erasures", "--dir", f.dir); cases[0].State != "anchored" {
		t.Fatalf("%+v", cases)
	}
}

func TestKillDuringReplay(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 2)
	older := base.clone(t)
	must[erased](t, "erase", base.patients[0], "--ground", "17.1.b", "--yes", "--dir", base.dir)
	for _, point := range points("replay.") {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			f.replace(t, older, keysFolder)
			f.replace(t, older, indexFolder)
			killed(t, point, "patients", "--dir", f.dir)
			f.wantErased(t, 0)
			f.wantReadable(t, 1)
			f.wantConsistent(t)
		})
	}
}
