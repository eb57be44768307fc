package main

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/vault"
	"lethe/vault/certificate"
)

// Old copies of the stores are put back after an erasure: the erased patient stays erased, and the others are readable once
// the guard has replayed.

func TestThreat01And02RestoredStores(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 2)
	older := base.clone(t)
	base.wantReadable(t, 0)
	base.wantReadable(t, 1) // the first reading is younger than the old copies
	must[erased](t, "erase", base.patients[0], "--ground", "17.1.b", "--yes", "--dir", base.dir)
	for name, stores := range map[string][]string{
		"keys": {keysFolder}, "index": {indexFolder}, "keys and index": {keysFolder, indexFolder}, "objects": {objectsFolder},
		"keys, index and objects": {keysFolder, indexFolder, objectsFolder}, "ledger": {ledgerFolder},
		"keys, index and ledger": {keysFolder, indexFolder, ledgerFolder},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			for _, s := range stores {
				f.replace(t, older, s)
			}
			f.wantErased(t, 0)
			f.wantReadable(t, 1)
			f.wantErased(t, 0)
			must[[]vault.CaseInfo](t, "erasures", "--dir", f.dir)
		})
	}
}

// Everything put back, the chain with it, is what nothing can detect; docs/erasure.md says so. The test keeps that sentence true.
func TestRestoringAllWitnessesIsUndetectable(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	older := f.clone(t)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	for _, s := range allStores {
		f.replace(t, older, s)
	}
	f.replace(t, older, chainFolder)
	f.wantReadable(t, 0)
}

// With the ledger's second copy in a place of its own, it can be.
func TestALedgerCopyElsewhereDetectsEverythingPutBack(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	config := filepath.Join(t.TempDir(), "lethe.yaml")
	if err := os.WriteFile(config, []byte("ledger:\n  copy: "+t.TempDir()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	older := f.clone(t)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir, "--config", config)
	for _, s := range []string{keysFolder, indexFolder, objectsFolder, ledgerFolder} {
		f.replace(t, older, s)
	}
	if e := lethe(t, "", "records", f.patients[0], "--dir", f.dir, "--config", config); e.code == 0 {
		t.Fatalf("the erased patient is back:\n%s", e.stdout)
	}
	f.wantReadable(t, 1)
}

// A ledger that is older than what was carried out is no witness: nothing decrypts.
func TestQuarantineWhenTheLedgerIsLost(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	for _, name := range []string{filepath.Join(ledgerFolder, "erasures.jsonl"), filepath.Join(objectsFolder, "ledger")} {
		if err := os.RemoveAll(filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	f.wantQuarantine(t)
}

// Also when the stores that know better were put back with it: the certificates are witnesses, too.
func TestQuarantineWhenACertificateIsNotInTheLedger(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	older := f.clone(t)
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	for _, store := range []string{keysFolder, indexFolder, objectsFolder} {
		f.replace(t, older, store)
	}
	if err := os.Remove(filepath.Join(f.dir, ledgerFolder, "erasures.jsonl")); err != nil {
		t.Fatal(err)
	}
	f.wantQuarantine(t)
}

func (f folder) wantQuarantine(t *testing.T) {
	t.Helper()
	e := lethe(t, "", "record", "get", f.bundles[1], "--output", filepath.Join(t.TempDir(), "x"), "--dir", f.dir)
	if e.code == 0 || !strings.Contains(e.stderr, "quarantined") || !strings.Contains(e.stderr, "hint:") {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
}

// A key store put back to before an approved case has lost the case's key. Nothing was destroyed yet, so the case is rolled back
// and can be filed again; the vault works.
func TestAnErasureWhoseKeyIsLostIsRolledBack(t *testing.T) {
	t.Parallel()
	base := newFolder(t, 2)
	for _, point := range []string{"erase.approved", "erase.retained-readable", "erase.tombstoned"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			f := base.clone(t)
			killed(t, point, eraseArgs(f, 0)...)
			f.replace(t, base, keysFolder)
			f.wantReadable(t, 0)
			f.wantReadable(t, 1)
			if cases := must[[]vault.CaseInfo](t, "erasures", "--dir", f.dir); len(cases) != 1 || cases[0].State != "rolled-back" {
				t.Fatalf("cases %+v", cases)
			}
			must[erased](t, eraseArgs(f, 0)...)
			f.wantErased(t, 0)
			if n := len(f.certificates(t)); n != 1 {
				t.Fatalf("%d certificates", n)
			}
		})
	}
}

// The wrapped keys that the index held are in no file of the index after the erasure; that of the access log, which is kept as
// evidence, is the only one that stays.
func TestThreat43WrappedKeysCarvedFromTheIndex(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	wrapped := f.wrappedKeys(t, f.patients[0])
	if len(wrapped) < 3 {
		t.Fatalf("%d wrapped keys", len(wrapped))
	}
	if found := f.carve(t, wrapped); found == 0 {
		t.Fatal("the carver finds nothing even before the erasure")
	}
	must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	if found := f.carve(t, wrapped); found > 0 {
		t.Fatalf("%d of %d wrapped keys are still in the index's files", found, len(wrapped))
	}
}

func (f folder) wrappedKeys(t *testing.T, patient string) (wrapped [][]byte) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(f.dir, indexFolder, "index.db")+"?_pragma=query_only(ON)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	query := "SELECT hex(k.wrapped) FROM wrapped_keys k JOIN compartments c ON c.id = k.compartment WHERE c.name <> 'disclosures' AND c.patient = '" + patient + "'"
	for _, text := range column(t, db, query) {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		wrapped = append(wrapped, raw)
	}
	return wrapped
}

// carve counts which secrets stand in the index's files, whole or in any 16-byte piece.
func (f folder) carve(t *testing.T, secrets [][]byte) (found int) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(f.dir, indexFolder))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, e := range files {
		data, err := os.ReadFile(filepath.Join(f.dir, indexFolder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	for _, s := range secrets {
		for i := 0; i+16 <= len(s); i += 16 {
			if bytes.Contains(all, s[i:i+16]) {
				found++
				break
			}
		}
	}
	return found
}

func TestVerifyRefusesFlippedBits(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	done := must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	if v := must[verdict](t, "verify", done.Certificate, "--dir", f.dir); !v.Valid || v.Case != done.Case {
		t.Fatalf("%+v", v)
	}
	data, err := os.ReadFile(done.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	everywhere := 1
	if !everyStep { // vault/certificate flips all of a shorter one's
		everywhere = 29
	}
	for i := rand.IntN(everywhere); i < len(data); i += everywhere {
		for bit := range 8 {
			data[i] ^= 1 << bit
			if _, _, err := certificate.Verify(data); err == nil {
				t.Fatalf("accepted with bit %d of byte %d flipped", bit, i)
			}
			data[i] ^= 1 << bit
		}
	}
	data[len(data)/2] ^= 1
	altered := filepath.Join(t.TempDir(), "altered.json")
	if err := os.WriteFile(altered, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if e := lethe(t, "", "verify", altered, "--dir", f.dir); e.code == 0 || !strings.HasPrefix(e.stderr, "lethe: ") {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
}
