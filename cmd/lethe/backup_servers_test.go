package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"lethe/offchain/archive"
	"lethe/vault"
)

// On servers a backup is made beside a process at work, and is put back into an empty database, an empty part of a bucket, an
// empty state folder, and all of Vault. What was erased since is erased again by the ledger's bucket and the chain; the other
// patient reads byte for byte.
func TestBackupOnServers(t *testing.T) {
	s := newSite(t, onTheServers(t), func(c *config) { c.Retention.BackupsDays = 70 })
	victim, other := s.takeIn(), s.takeIn()
	to, keeper := t.TempDir(), t.TempDir()
	must[archive.Epoch](t, s.with("backup", "epoch", "new", "--keeper", keeper, "--to", to)...)
	var b backupResult
	s.opened(func(*state) { b = must[backupResult](t, s.with("backup", "--to", to)...) })
	if b.Keys != keysVault || b.Objects < 8 {
		t.Fatalf("%+v", b)
	}
	must[verified](t, s.with("backup", "verify", b.Backup, "--keeper", keeper)...)
	keyless := must[backupResult](t, s.with("backup", "--to", to, "--without-keys")...)
	if keyless.Keys != keysNone || keyless.NewObjects > 3 { // the log may have grown
		t.Fatalf("%+v", keyless)
	}
	refuses(t, "the key store is not in this backup", s.with("restore-drill", "--from", keyless.Backup, "--keeper", keeper)...)
	loot := s.wrapped(victim.patient)
	must[erased](t, s.with("erase", victim.patient, "--ground", "17.1.b", "--yes")...)
	must[vault.AnchorInfo](t, s.with("log", "anchor")...)
	if n := s.unwraps(loot); n > 0 || len(loot) < 3 {
		t.Fatalf("%d of %d keys open after the erasure", n, len(loot))
	}
	from := []string{"--from", b.Backup, "--keeper", keeper}
	refuses(t, "of no value", s.with(append([]string{"restore-drill"}, from...)...)...)
	drill := must[drillReport](t, s.with(append([]string{"restore-drill", "--expendable", "--all"}, from...)...)...)
	if drill.Ledger != 1 || drill.Replayed != 1 || drill.Alive > 0 || drill.Dead < 3 || len(drill.Failed) > 0 || drill.Read < 100 {
		t.Fatalf("%+v", drill)
	}
	t.Logf("drill: %+v", drill)

	restore := append([]string{"restore"}, from...)
	refuses(t, "is not empty", s.with(append(restore, "--replace-vault")...)...)
	s.lose()
	refuses(t, "would replace what is there", s.with(restore...)...)
	snapshot := filepath.Join(t.TempDir(), "vault.snapshot")
	must[restored](t, s.with(append(restore, "--only", "keys", "--vault-snapshot", snapshot)...)...)
	if info, err := os.Stat(snapshot); err != nil || info.Size() < 1000 {
		t.Fatalf("%v, %v", info, err)
	}
	killed(t, "restore.index-copied", s.with(append(restore, "--replace-vault")...)...)
	r := must[restored](t, s.with(append(restore, "--replace-vault")...)...)
	if r.Ledger != 1 || r.Behind != 1 || r.Witness != "the erasure ledger and the chain" {
		t.Fatalf("%+v", r)
	}
	if n := s.unwraps(loot); n != len(loot) {
		t.Fatalf("%d of %d keys open before the first start: the test would show nothing", n, len(loot))
	}
	s.opened(func(st *state) {
		s.wantBytes(st, other)
		if _, why := opens(t, st, []string{victim.bundle}); why != "erased" {
			t.Errorf("the erased patient answers %q", why)
		}
	})
	if n := s.unwraps(loot); n > 0 {
		t.Errorf("%d keys of the erased patient open", n)
	}
}

// lose takes everything away but Vault, which can only be replaced, the chain and the ledger's bucket.
func (s *site) lose() {
	s.t.Helper()
	s.dir = filepath.Join(s.t.TempDir(), "restored")
	s.config.Index.Postgres = secret{File: s.servers.database()}
	s.config.Objects.S3.Prefix += "-again"
	text, err := yaml.Marshal(s.config)
	noError(s.t, err)
	s.settings = s.servers.write("again.yaml", strings.TrimSpace(string(text)))
}
