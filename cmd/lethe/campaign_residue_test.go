package main

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/vault/certificate"
)

// places are parts of the servers' folders, the first match of a path counts.
var places = []struct{ name, below string }{
	{"PostgreSQL, tables", "postgres/data/base"},
	{"PostgreSQL, write-ahead log", "postgres/data/pg_wal"},
	{"PostgreSQL, the rest", "postgres"},
	{"Vault, storage", "vault/raft/vault.db"},
	{"Vault, raft log", "vault/raft"},
	{"Vault, audit log", "vault/audit.log"},
	{"Vault, the rest", "vault"},
	{"MinIO", "minio"},
	{"versitygw, locked", "versitygw"},
}

// carved counts, by place and kind of secret, how many stand there.
type carved map[[2]string]int

// carveServers searches every file of the servers' folders. Buffers are written out before.
func (s *site) carveServers(secrets map[string][][]byte) carved {
	t := s.t
	t.Helper()
	_, err := s.database().ExecContext(t.Context(), "CHECKPOINT")
	noError(t, err)
	root := os.Getenv("LETHE_BACKENDS")
	seen := map[[2]string]map[int]bool{}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) { // a server moved it meanwhile
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		path, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			return nil
		}
		in := placeOf(path)
		for kind, all := range secrets {
			for i, secret := range all {
				if at := [2]string{in, kind}; bytes.Contains(data, secret) || strings.Contains(path, string(secret)) {
					if seen[at] == nil {
						seen[at] = map[int]bool{}
					}
					seen[at][i] = true
				}
			}
		}
		return err
	})
	noError(t, err)
	found := carved{}
	for at, which := range seen {
		found[at] = len(which)
	}
	return found
}

func placeOf(path string) string {
	for _, p := range places {
		if strings.HasPrefix(filepath.ToSlash(path), p.below) {
			return p.name
		}
	}
	return "elsewhere"
}

// Kinds of what is searched for.
const (
	wrappedSecret = "wrapped keys"
	blindSecret   = "blind identifiers"
	keyNameSecret = "names of keys"
	objectSecret  = "objects' keys"
)

// secretsOf are what the stores hold of a patient that an erasure is to take away.
func (s *site) secretsOf(r resident) map[string][][]byte {
	db := s.database()
	found := map[string][][]byte{}
	for _, k := range s.wrapped(r.patient) {
		found[wrappedSecret] = append(found[wrappedSecret], bytes.TrimPrefix(k.wrapped, []byte("vault:v1:"))[:48])
		found[keyNameSecret] = append(found[keyNameSecret], []byte(k.name))
	}
	for _, blind := range column(s.t, db, "SELECT encode(blind, 'hex') FROM identifiers WHERE patient = '"+r.patient+"'") {
		raw, err := hex.DecodeString(blind)
		noError(s.t, err)
		found[blindSecret] = append(found[blindSecret], raw)
	}
	for _, key := range column(s.t, db, "SELECT key FROM objects WHERE patient = '"+r.patient+"'") {
		found[objectSecret] = append(found[objectSecret], []byte(key))
	}
	return found
}

// Threat 43: after an erasure the servers' folders are searched for what had led to the keys, and what is found is what docs/erasure.md and
// the certificate say: gone from the live tables, and from write-ahead and raft logs by the second date.
func TestThreat43ResidueOnServers(t *testing.T) {
	servers := onTheServers(t)
	if _, err := os.ReadDir(filepath.Join(os.Getenv("LETHE_BACKENDS"), "postgres", "data")); err != nil {
		t.Skipf("LETHE_BACKENDS names no folder of servers that can be searched: %v", err)
	}
	s := newSite(t, servers, func(c *config) { c.Retention.BackupsDays = 35 })
	victim, other := s.takeIn(), s.takeIn()
	dead, living := s.secretsOf(victim), s.secretsOf(other)
	before := s.carveServers(dead)
	tables := [2]string{"PostgreSQL, tables", wrappedSecret}
	blinds := [2]string{tables[0], blindSecret}
	if before[tables] != len(dead[wrappedSecret]) || before[blinds] != len(dead[blindSecret]) || before[tables] == 0 {
		t.Fatalf("the search does not find what is there: %v", before)
	}
	done := must[erased](t, s.with("erase", victim.patient, "--ground", "17.1.b", "--yes")...)
	after := s.carveServers(dead)
	for _, kind := range []string{wrappedSecret, blindSecret} {
		if n := after[[2]string{tables[0], kind}]; n > 0 {
			t.Errorf("%d %s are in the tables' files", n, kind)
		}
	}
	for at, n := range after {
		if at[1] != keyNameSecret && at[1] != objectSecret && at[0] != "PostgreSQL, write-ahead log" {
			t.Errorf("%s: %d %s", at[0], n, at[1])
		}
	}
	if n := s.carveServers(living)[tables]; n != len(living[wrappedSecret]) {
		t.Errorf("of the living patient's %d wrapped keys %d are found", len(living[wrappedSecret]), n)
	}
	if n := s.unwraps(s.wrapped(other.patient)); n != len(living[wrappedSecret]) {
		t.Errorf("%d of the living patient's keys open", n)
	}
	s.wantTwoDates(done.Certificate)
	for _, tidy := range []string{"VACUUM", "SELECT pg_switch_wal()"} { // what a database does by itself, in its time
		_, err := s.database().ExecContext(t.Context(), tidy)
		noError(t, err)
	}
	reportResidue(t, dead, before, after, s.carveServers(dead))
}

// wantTwoDates reads from the certificate when what is found in logs and backups is to be gone, and that it does not claim more.
func (s *site) wantTwoDates(file string) {
	s.t.Helper()
	data, err := os.ReadFile(file)
	noError(s.t, err)
	c, _, err := certificate.Verify(data)
	noError(s.t, err)
	live, err := time.Parse(time.RFC3339, c.Gone.Live)
	noError(s.t, err)
	if !strings.HasPrefix(c.Gone.Backups, live.AddDate(0, 0, 35).Format(time.DateOnly)) {
		s.t.Errorf("gone from live systems %s, from backups %q", c.Gone.Live, c.Gone.Backups)
	}
	if !slices.ContainsFunc(c.DoesNotProve, func(text string) bool { return strings.Contains(text, "residue") }) {
		s.t.Errorf("residue is not named: %q", c.DoesNotProve)
	}
}

// reportResidue writes what was found, by store.
func reportResidue(t *testing.T, secrets map[string][][]byte, before, after, later carved) {
	t.Helper()
	var b strings.Builder
	b.WriteString("| where | what | before | after | after VACUUM and a switch of the log |\n|---|---|---|---|---|\n")
	for _, p := range append(slices.Clone(places), struct{ name, below string }{"elsewhere", ""}) {
		for _, kind := range []string{wrappedSecret, blindSecret, keyNameSecret, objectSecret} {
			if at := [2]string{p.name, kind}; cmp.Or(before[at], after[at]) > 0 {
				fmt.Fprintf(&b, "| %s | %s | %d of %d | %d | %d |\n", p.name, kind, before[at], len(secrets[kind]), after[at], later[at])
			}
		}
	}
	t.Log("\n" + b.String())
	if dir := os.Getenv("LETHE_REPORT"); dir != "" {
		noError(t, os.WriteFile(filepath.Join(dir, "residue.md"), []byte(b.String()), 0o600))
	}
}
