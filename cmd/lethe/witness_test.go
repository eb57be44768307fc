package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/anchor"
	"lethe/vault"
)

// allStores are those that a backup of the state folder has. The chain is not one of them: nobody's backup brings it back.
var allStores = []string{keysFolder, indexFolder, objectsFolder, ledgerFolder, logFolder, publicFolder}

// Threat 42: everything is put back to one earlier moment, the chain is not. The contract says how far the log had come, and which keys
// were erased by then: they are destroyed again before anything decrypts, and the log is not signed over.
func TestThreat42EverythingPutBackButTheChain(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	older := f.clone(t)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	before := must[logStatus](t, "log", "status", "--dir", f.dir)
	mirror := filepath.Join(t.TempDir(), "mirror")
	copyTo(t, filepath.Join(f.dir, logFolder, "0"), mirror)
	for _, s := range allStores {
		f.replace(t, older, s)
	}

	f.wantErased(t, 0)
	f.wantReadable(t, 1)
	f.wantErased(t, 0)
	s := must[logStatus](t, "log", "status", "--dir", f.dir)
	if !strings.Contains(s.Log.Problem, "behind") || s.Anchor.Accepted != before.Anchor.Accepted || s.Log.Size >= before.Log.Size || s.Log.Pending == 0 {
		t.Fatalf("a log that was put back is written to: %+v", s)
	}
	if e := lethe(t, "", "log", "anchor", "--dir", f.dir); e.code == 0 {
		t.Fatalf("anchored:\n%s", e.stdout)
	}

	must[map[string]uint64](t, "log", "restore", "--from", mirror, "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	s = must[logStatus](t, "log", "status", "--dir", f.dir)
	if s.Log.Problem != "" || s.Log.Pending != 0 || s.Log.Size <= before.Log.Size || s.Anchor.Confirmed != s.Log.Size {
		t.Fatalf("after the lost entries are back: %+v", s)
	}
	must[auditResult](t, "log", "audit", "--dir", f.dir)
	f.wantErased(t, 0)
	f.wantReadable(t, 1)
	if e := lethe(t, "", "log", "restore", "--from", mirror, "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, "newer mirror") {
		t.Errorf("brought back from a mirror that is behind: exit %d %s%s", e.code, e.stdout, e.stderr)
	}
}

// Threat 42: what the law keeps was put back with the rest. Its originals are the only copy then, and are not destroyed.
func TestThreat42KeptRecordsAreNotDestroyedWithTheirOriginals(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	older := f.clone(t)
	must[erased](t, eraseArgs(f, 0)...)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	for _, s := range allStores {
		f.replace(t, older, s)
	}
	keys := len(f.names(t, keysFolder, "transit", 2))
	f.wantQuarantine(t)
	if left := len(f.names(t, keysFolder, "transit", 2)); left != keys {
		t.Fatalf("%d of %d keys are left", left, keys)
	}
}

// The log's folder and its copy are put back, the index is not: it knows more entries than the log has.
func TestALogPutBackIsNotSignedOver(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	older := f.clone(t)
	f.takeIn(t, 1) // shown, not anchored
	for _, s := range []string{logFolder, filepath.Join(objectsFolder, "log")} {
		f.replace(t, older, s)
	}
	f.takeIn(t, 2)
	if s := must[logStatus](t, "log", "status", "--dir", f.dir); !strings.Contains(s.Log.Problem, "behind") {
		t.Fatalf("%+v", s)
	}
	f.wantReadable(t, 2)
}

// A folder that is lost is built again from its copy.
func TestALostLogFolderIsRestoredFromItsCopy(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	before := must[logStatus](t, "log", "status", "--dir", f.dir)
	if err := os.RemoveAll(filepath.Join(f.dir, logFolder)); err != nil {
		t.Fatal(err)
	}
	killed(t, "log.restored", "patients", "--dir", f.dir)
	after := must[logStatus](t, "log", "status", "--dir", f.dir)
	if after.Log != before.Log {
		t.Fatalf("%+v, before %+v", after.Log, before.Log)
	}
	f.takeIn(t, 2)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	f.wantLogged(t)
}

// Threat 52: the entries that were lost are nowhere. A successor goes on after its delay, everything that is known enters it, and
// receipts of the old log stay valid.
func TestThreat52ASuccessorOfALostLog(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "lethe.yaml")
	if err := os.WriteFile(config, []byte("anchor:\n  successor_delay: 8s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := folder{dir: filepath.Join(t.TempDir(), "state")}
	must[importResult](t, "import", bundleFile(t, 0), "--dir", f.dir, "--config", config)
	f.takeIn(t, 0)
	older := f.clone(t)
	f.takeIn(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	old := filepath.Join(t.TempDir(), "old.json")
	must[receiptResult](t, "receipt", f.recordsOf(t, 1, "identity")[0].ID, "--output", old, "--dir", f.dir)
	for _, s := range []string{logFolder, filepath.Join(objectsFolder, "log")} {
		f.replace(t, older, s)
	}
	if e := lethe(t, "", "log", "anchor", "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, "behind") {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}

	must[map[string]any](t, "chain", "successor", "propose", "--dir", f.dir)
	must[struct{}](t, "chain", "successor", "cancel", "--dir", f.dir)
	if e := lethe(t, "", "chain", "successor", "open", "--dir", f.dir); e.code == 0 {
		t.Fatal("a cancelled successor was opened")
	}
	must[map[string]any](t, "chain", "successor", "propose", "--dir", f.dir)
	if e := lethe(t, "", "chain", "successor", "open", "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, "TooEarly") {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Second) { // the chain's clock is the machine's
		e := lethe(t, "", "chain", "successor", "open", "--dir", f.dir)
		if e.code == 0 {
			break
		}
		if !strings.Contains(e.stderr, "TooEarly") || time.Now().After(deadline) {
			t.Fatalf("exit %d\n%s", e.code, e.stderr)
		}
	}

	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	f.wantLogged(t)
	f.wantReadable(t, 0)
	f.wantReadable(t, 1)
	again := filepath.Join(t.TempDir(), "again.json")
	must[receiptResult](t, "receipt", f.recordsOf(t, 1, "identity")[0].ID, "--output", again, "--dir", f.dir)
	for _, file := range []string{old, again} {
		if v := must[verdict](t, "verify", file, "--dir", f.dir); !v.Issuer || !v.Anchored {
			t.Errorf("%s: %+v", file, v)
		}
	}
}

// Threat 42: everything is put back to a time before an erasure, and a successor is opened over it. What the old log had announced is
// still found, before the new one begins; also when the old stores are put back once more after that.
func TestThreat42ASuccessorForgetsNoErasure(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "lethe.yaml")
	if err := os.WriteFile(config, []byte("anchor:\n  successor_delay: 1s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := folder{dir: filepath.Join(t.TempDir(), "state")}
	must[importResult](t, "import", bundleFile(t, 0), "--dir", f.dir, "--config", config)
	f.takeIn(t, 0)
	f.takeIn(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	older := f.clone(t)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	for _, s := range allStores {
		f.replace(t, older, s)
	}
	must[map[string]any](t, "chain", "successor", "propose", "--dir", f.dir)
	time.Sleep(3 * time.Second)
	must[map[string]any](t, "chain", "successor", "open", "--dir", f.dir)
	f.wantErased(t, 0)
	f.wantReadable(t, 1)

	// An erasure that only the new log knows, over an index that has noted positions of the old one.
	must[erased](t, "erase", f.patients[1], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	for _, s := range []string{keysFolder, indexFolder, objectsFolder, ledgerFolder} {
		at := filepath.Join(f.dir, s)
		log := filepath.Join(t.TempDir(), "log")
		if s == objectsFolder { // the new log's second place stays
			copyTo(t, filepath.Join(at, "log"), log)
		}
		f.replace(t, older, s)
		if s == objectsFolder {
			if err := os.RemoveAll(filepath.Join(at, "log")); err != nil {
				t.Fatal(err)
			}
			copyTo(t, log, filepath.Join(at, "log"))
		}
	}
	f.wantErased(t, 1)
	f.wantErased(t, 0)

	for _, s := range allStores {
		f.replace(t, older, s)
	}
	f.wantQuarantine(t) // the contract is at a log that this state does not know
	must[map[string]any](t, "chain", "successor", "open", "--dir", f.dir)
	f.wantErased(t, 0)
}

// Threat 42: after everything was put back, entries were added on the word of two persons. The log has a history of its own then, which
// is not the contract's, however long it is.
func TestThreat42AShorterForkIsOne(t *testing.T) {
	f := newFolder(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	older := f.clone(t)
	f.takeIn(t, 1)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	f.takeIn(t, 2)
	f.takeIn(t, 3)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	for _, s := range allStores {
		f.replace(t, older, s)
	}
	wrong := []string{"--attest", "A. Person", "--attest", "B. Person", "--config", unplugged(t), "--dir", f.dir}
	must[importResult](t, append([]string{"import", bundleFile(t, 2)}, wrong...)...)
	must[importResult](t, append([]string{"import", bundleFile(t, 3)}, wrong...)...)
	f.wantQuarantine(t)
	if s := must[logStatus](t, "log", "status", "--dir", f.dir); !strings.Contains(s.Quarantine, "contract accepted") {
		t.Fatalf("%+v", s)
	}
	if e := lethe(t, "", "log", "audit", "--dir", f.dir); e.code == 0 {
		t.Fatalf("the audit passes:\n%s", e.stdout)
	}
}

// Threat 42: a ledger's second copy is a witness once the chain has agreed with it, and only where it is: not in the state folder, not an
// empty folder that stands where the disk was.
func TestThreat42WhichLedgerCopyIsAWitness(t *testing.T) {
	f := newFolder(t, 1)
	elsewhere := t.TempDir()
	write := func(copies, chain string) string {
		config := filepath.Join(t.TempDir(), "lethe.yaml")
		if err := os.WriteFile(config, []byte("ledger:\n  copy: "+copies+"\n"+chain), 0o600); err != nil {
			t.Fatal(err)
		}
		return config
	}
	for _, inside := range []string{f.dir, filepath.Join(f.dir, "ledger"), filepath.Join(f.dir, "x", "..", "copy")} {
		if e := lethe(t, "", "patients", "--dir", f.dir, "--config", write(inside, "")); e.code == 0 || !strings.Contains(e.stderr, "ledger.copy") {
			t.Errorf("%s: exit %d %s", inside, e.code, e.stderr)
		}
	}
	dead, err := os.ReadFile(unplugged(t))
	if err != nil {
		t.Fatal(err)
	}
	read := func(config string) ended {
		out := filepath.Join(t.TempDir(), "out.json")
		return lethe(t, "", "record", "get", f.bundles[0], "--output", out, "--dir", f.dir, "--config", config)
	}
	for range 2 { // the first start makes the folder
		if e := read(write(elsewhere, string(dead))); e.code == 0 {
			t.Fatal("a copy that no chain has agreed with is a witness")
		}
	}
	attested := []string{"--attest", "A. Person", "--attest", "B. Person", "--dir", f.dir, "--config", write(elsewhere, string(dead))}
	must[[]vault.PatientInfo](t, append([]string{"patients"}, attested...)...)
	if e := read(write(elsewhere, string(dead))); e.code == 0 {
		t.Fatal("two persons have made the copy a witness for later starts")
	}
	must[[]vault.PatientInfo](t, "patients", "--dir", f.dir, "--config", write(elsewhere, ""))
	if e := read(write(elsewhere, string(dead))); e.code != 0 {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
	if e := read(write(t.TempDir(), string(dead))); e.code == 0 {
		t.Fatal("an empty folder is a witness")
	}
	other, others := newFolder(t, 1), t.TempDir()
	must[[]vault.PatientInfo](t, "patients", "--dir", other.dir, "--config", write(others, ""))
	for _, chain := range []string{"", string(dead)} {
		if e := read(write(others, chain)); e.code == 0 || !strings.Contains(e.stderr, "another state folder") {
			t.Fatalf("the copy of another vault: exit %d %s", e.code, e.stderr)
		}
	}
}

// A log that is shorter than what was accepted does not pass an audit, nor does a damaged tile of either place.
func TestAuditNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	for _, place := range []string{filepath.Join(objectsFolder, "log/0/tile/entries/000"), filepath.Join(logFolder, "0/tile/entries/000")} {
		g := f.clone(t)
		name := filepath.Join(g.dir, place)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		data[100] ^= 1
		if err := os.Chmod(name, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if e := lethe(t, "", "log", "audit", "--dir", g.dir); e.code == 0 || !strings.Contains(e.stderr, "tile/entries/000") {
			t.Errorf("%s: exit %d %s%s", place, e.code, e.stdout, e.stderr)
		}
	}
	for _, place := range []string{filepath.Join(objectsFolder, "log"), logFolder} { // nothing of it is left
		if err := os.RemoveAll(filepath.Join(f.dir, place)); err != nil {
			t.Fatal(err)
		}
	}
	if e := lethe(t, "", "log", "audit", "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, "0 are shown here") {
		t.Errorf("a log that is lost: exit %d %s%s", e.code, e.stdout, e.stderr)
	}
}

// An index that has had a log does not begin another one because the file that names it is gone.
func TestALostNetworkFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	if err := os.Remove(filepath.Join(f.dir, publicFolder, networkName)); err != nil {
		t.Fatal(err)
	}
	if e := lethe(t, "", "patients", "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, networkName) {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
}

// A published key that is not the key store's is noticed before anything is signed that nobody could verify.
func TestAnotherKeyOfTheLogIsRefused(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	p := &program{dir: f.dir}
	n, err := p.readNetwork(p.publicDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, n.LogKey, err = anchor.NewSigner(n.Origin, make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	if err := p.publishNetwork(networkName, n); err != nil {
		t.Fatal(err)
	}
	if e := lethe(t, "", "patients", "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, "another key of the log") {
		t.Fatalf("exit %d\n%s%s", e.code, e.stdout, e.stderr)
	}
}

// unplugged is a configuration whose chain does not answer.
func unplugged(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := l.Addr().String()
	l.Close()
	t.Setenv("LETHE_TEST_SUBMITTER", strings.Repeat("17", 32))
	config := filepath.Join(t.TempDir(), "lethe.yaml")
	text := "anchor:\n  rpc: [http://" + dead + "]\n  submitter_key: {env: LETHE_TEST_SUBMITTER}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

// Threat 42: no witness answers after a start. Nothing decrypts until one does, or two persons attest that nothing was put back;
// what is done then reaches the chain when it is back.
func TestThreat42NoWitnessAnswers(t *testing.T) {
	f := newFolder(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	config := unplugged(t)
	get := func(args ...string) ended {
		out := filepath.Join(t.TempDir(), "out.json")
		return lethe(t, "", append([]string{"record", "get", f.bundles[0], "--output", out, "--dir", f.dir, "--config", config}, args...)...)
	}
	for _, args := range [][]string{{}, {"--attest", "A. Person"}, {"--attest", "A. Person", "--attest", "A. Person"}} {
		if e := get(args...); e.code == 0 || !strings.Contains(e.stderr, "quarantined") || !strings.Contains(e.stderr, "hint:") {
			t.Fatalf("%v: exit %d\n%s", args, e.code, e.stderr)
		}
	}
	two := []string{"--attest", "A. Person", "--attest", "B. Person"}
	if e := get(two...); e.code != 0 {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
	import1 := append([]string{"import", bundleFile(t, 1), "--dir", f.dir, "--config", config}, two...)
	must[importResult](t, import1...)
	s := must[logStatus](t, append([]string{"log", "status", "--dir", f.dir, "--config", config}, two...)...)
	if s.Anchor.Reachable || s.Anchor.Waiting == 0 || s.Log.Pending > 1 { // one is that of this start's attestation
		t.Fatalf("%+v", s)
	}
	if e := get(); e.code == 0 {
		t.Fatal("an earlier start's attestation was taken for this one")
	}

	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir) // plugged in again
	if s := must[logStatus](t, "log", "status", "--dir", f.dir); s.Anchor.Waiting != 0 || s.Anchor.Confirmed != s.Log.Size {
		t.Fatalf("%+v", s)
	}
	f.wantReadable(t, 0)
}

// wantLogged checks that everything the index has stands in the log once, and that the log agrees with all checkpoints.
func (f folder) wantLogged(t *testing.T) {
	t.Helper()
	db := f.openIndex(t)
	if waiting := column(t, db, "SELECT hex(entry) FROM log_entries WHERE position IS NULL"); len(waiting) > 0 {
		t.Fatalf("%d entries wait", len(waiting))
	}
	counts := column(t, db, "SELECT count(*) || ' ' || count(DISTINCT position) || ' ' || (max(position) + 1) FROM log_entries")
	audit := must[auditResult](t, "log", "audit", "--dir", f.dir)
	words := strings.Fields(counts[0])
	if words[0] != words[1] || words[0] != words[2] {
		t.Fatalf("entries, positions, end: %s; the log has %d", counts[0], audit.Size)
	}
	missing := column(t, db, "SELECT id FROM records WHERE id NOT IN (SELECT subject FROM log_entries) UNION ALL SELECT id FROM disclosures WHERE id NOT IN (SELECT subject FROM log_entries)")
	if len(missing) > 0 {
		t.Fatalf("%d records and disclosures are not in the log", len(missing))
	}
}
