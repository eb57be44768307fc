package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/vault/api"

	"lethe/keys/transit"
	"lethe/vault"
)

// wantNothingLeft compares the stores with the index: no orphan, nothing lost, nothing under way.
func (c *campaign) wantNothingLeft() {
	t := c.t
	t.Helper()
	db := c.database()
	var there []string
	for _, o := range c.bucket().list(t, true) {
		key := strings.TrimPrefix(o.Key, c.bucket().prefix)
		if strings.HasPrefix(key, "main/") || strings.HasPrefix(key, c.config.Tenant+"/") {
			there = append(there, key)
		}
	}
	wantSame(t, "objects", column(t, db, "SELECT key FROM objects"), there)
	names := column(t, db, "SELECT key_name FROM compartments UNION ALL SELECT key_name FROM cases")
	have := c.keyNames()
	if len(have) != len(names)+1 { // and the control key
		t.Fatalf("%d keys in the key store, %d in the index and one for control", len(have), len(names))
	}
	for _, name := range names {
		if !slices.Contains(have, name) {
			t.Fatalf("key %s… is lost", name[:8])
		}
	}
	for _, query := range []string{
		"SELECT name FROM intents", "SELECT id FROM compartments WHERE id NOT IN (SELECT compartment FROM wrapped_keys)",
		"SELECT patient FROM bundles GROUP BY patient HAVING count(*) > 1",
		"SELECT subject FROM log_entries WHERE subject IN (SELECT id FROM records) GROUP BY subject HAVING count(*) > 1",
		"SELECT id FROM records WHERE id NOT IN (SELECT subject FROM log_entries)",
	} {
		if left := column(t, db, query); len(left) > 0 {
			t.Fatalf("%s: %v", query, left)
		}
	}
}

// keyNames lists the patients' keys in Vault, as its administrator.
func (s *site) keyNames() (names []string) {
	s.t.Helper()
	cfg := api.DefaultConfig()
	cfg.Address = os.Getenv("LETHE_TEST_VAULT")
	noError(s.t, cfg.ConfigureTLS(&api.TLSConfig{CACert: os.Getenv("LETHE_TEST_CA")}))
	client, err := api.NewClient(cfg)
	noError(s.t, err)
	client.SetToken(os.Getenv("LETHE_TEST_VAULT_TOKEN"))
	found, err := client.Logical().ListWithContext(s.t.Context(), transit.DefaultMount(s.config.Tenant)+"/keys")
	noError(s.t, err)
	list, ok := found.Data["keys"].([]any)
	if !ok {
		s.t.Fatalf("%v", found.Data)
	}
	for _, name := range list {
		if name := fmt.Sprint(name); !strings.HasPrefix(name, "lethe-") {
			names = append(names, name)
		}
	}
	return names
}

// wantAnchoredOnce anchors everything, and compares the log, the journal and the chain.
func (c *campaign) wantAnchoredOnce() {
	t := c.t
	t.Helper()
	must[vault.AnchorInfo](t, c.with("log", "anchor")...)
	audit := must[auditResult](t, c.with("log", "audit")...)
	db := c.database()
	row := column(t, db, `SELECT count(*) || ' ' || count(DISTINCT size) || ' ' || count(DISTINCT nonce) FROM chain_attempts
		WHERE state = 'confirmed' AND size > 0`)
	if want := fmt.Sprintf("%d %[1]d %[1]d", audit.Anchored); row[0] != want {
		t.Errorf("confirmed attempts, sizes, nonces: %s; the contract has accepted %d", row[0], audit.Anchored)
	}
	row = column(t, db, "SELECT count(*) || ' ' || count(DISTINCT position) || ' ' || count(CASE WHEN position < "+fmt.Sprint(audit.Size)+
		" THEN 1 END) FROM log_entries")
	if w := strings.Fields(row[0]); w[0] != w[1] || w[0] != w[2] {
		t.Errorf("log entries, positions, in the log: %s", row[0])
	}
	if n := len(certificatesIn(t, c.dir)); n != len(c.erased) {
		t.Errorf("%d certificates of %d erasures", n, len(c.erased))
	}
	for _, name := range certificatesIn(t, c.dir) {
		if v := must[verdict](t, c.with("verify", name)...); !v.Valid {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func certificatesIn(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, ledgerFolder, "certificates", "*.json"))
	noError(t, err)
	return found
}

// report writes what faults there were.
func (c *campaign) report(runs int, seed uint64) {
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs, seed %d: %d patients erased, %d living; nothing wrong, lost, doubled or left over: %v\n\n",
		runs, seed, len(c.erased), len(c.living), !c.t.Failed())
	b.WriteString("| server | fault | runs | struck | commands that failed or were refused | killed |\n|---|---|---|---|---|---|\n")
	for _, key := range slices.Sorted(maps.Keys(c.tally)) {
		n := c.tally[key]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", key, n.runs, n.struck, n.failed, n.killed)
	}
	c.t.Log("\n" + b.String())
	if dir := os.Getenv("LETHE_REPORT"); dir != "" {
		noError(c.t, os.WriteFile(filepath.Join(dir, "faults.md"), []byte(b.String()), 0o600))
	}
}
