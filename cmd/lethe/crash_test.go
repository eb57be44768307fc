package main

import (
	"strings"
	"testing"

	"lethe/vault"
)

// Every named point of an import, an erasure and a replay is one at which the process is killed with SIGKILL. The next start
// finishes or rolls back, once: no certificate early, no orphan, nothing lost.

func TestCrashPointsAreManyAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range vault.CrashPoints() {
		if seen[p] {
			t.Errorf("%s is listed twice", p)
		}
		seen[p] = true
	}
	if len(seen) < 30 {
		t.Errorf("only %d crash points", len(seen))
	}
}

func points(prefix string) (all []string) {
	for _, p := range vault.CrashPoints() {
		if strings.HasPrefix(p, prefix) {
			all = append(all, p)
		}
	}
	return all
}

// killed runs a command that must die at a crash point.
func killed(t *testing.T, point string, args ...string) {
	t.Helper()
	if e := lethe(t, point, args...); !e.killed {
		t.Fatalf("the point was not reached: exit %d\n%s", e.code, e.stderr)
	}
}

func TestKillDuringImport(t *testing.T) {
	base := newFolder(t, 1)
	for _, point := range append(points("import."), "import.key-made:3", "import.object-committed:2") {
		t.Run(point, func(t *testing.T) {
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
	base := newFolder(t, 2)
	billing := base.recordsOf(t, 0, "billing")
	for _, point := range append(points("erase."), "erase.key-destroyed:2", "erase.object-deleted:2") {
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

func TestKillDuringReplay(t *testing.T) {
	base := newFolder(t, 2)
	older := base.clone(t)
	must[erased](t, "erase", base.patients[0], "--ground", "17.1.b", "--yes", "--dir", base.dir)
	for _, point := range points("replay.") {
		t.Run(point, func(t *testing.T) {
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
