package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	_ "github.com/jackc/pgx/v5/stdlib"

	"lethe/anchor/evm"
)

// servers are those that `make up` starts, with a database, buckets and an account of the test's own.
type servers struct {
	t    testing.TB
	home string // of the configuration and its secrets
	file string // of the configuration
}

// onTheServers skips by name when one is missing.
func onTheServers(t testing.TB) *servers {
	t.Helper()
	for _, name := range []string{
		"LETHE_TEST_VAULT", "LETHE_TEST_S3", "LETHE_TEST_S3_OTHER", "LETHE_TEST_POSTGRES", "LETHE_TEST_GETH", "LETHE_TEST_GETH_WS",
	} {
		if os.Getenv(name) == "" {
			t.Skipf("%s names no server: `make up` starts one", name)
		}
	}
	s := &servers{t: t, home: t.TempDir()}
	t.Setenv("VAULT_TOKEN", os.Getenv("LETHE_TEST_VAULT_TOKEN"))
	s.file = s.write("lethe.yaml", fmt.Sprintf(`
keys:
  vault: {address: %q, ca: %q}
objects:
  s3: %s
ledger:
  s3: %s
index:
  postgres: {file: %q}
anchor:
  rpc: [%q, %q]
  submitter_key: {file: %q}
  confirmations: 2
  max_delay: 30s
trials: {sponsor_key: %q, board_key: %q, sequencer_key: %q}
`, os.Getenv("LETHE_TEST_VAULT"), os.Getenv("LETHE_TEST_CA"), s.bucket("LETHE_TEST_S3", 0), s.bucket("LETHE_TEST_S3_OTHER", 1),
		s.database(), os.Getenv("LETHE_TEST_GETH"), os.Getenv("LETHE_TEST_GETH_WS"), s.account("submitter"), s.account("sponsor"), s.account("board"), s.account("sequencer")))
	return s
}

func (s *servers) write(name, text string) string {
	s.t.Helper()
	file := filepath.Join(s.home, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// own is a name of the test's own.
func own() string { return "test-" + strings.ToLower(rand.Text()[:12]) }

func (s *servers) bucket(variable string, lockDays int) string {
	s.t.Helper()
	u, err := url.Parse(os.Getenv(variable))
	if err != nil {
		s.t.Fatal(err)
	}
	password, _ := u.User.Password()
	return fmt.Sprintf("{url: %q, ca: %q, bucket: %s, lock_days: %d, access_key: {file: %q}, secret_key: {file: %q}}",
		u.Scheme+"://"+u.Host, os.Getenv("LETHE_TEST_CA"), own(), lockDays, s.write(variable+".access", u.User.Username()),
		s.write(variable+".secret", password))
}

// database makes a database that is dropped at the end, and returns the file with its URL.
func (s *servers) database() string {
	s.t.Helper()
	u, err := url.Parse(os.Getenv("LETHE_TEST_POSTGRES"))
	if err != nil {
		s.t.Fatal(err)
	}
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		s.t.Fatal(err)
	}
	name := strings.ReplaceAll(own(), "-", "_")
	if _, err := db.ExecContext(s.t.Context(), "CREATE DATABASE "+name); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_, err := db.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		if err != nil {
			s.t.Error(err)
		}
		db.Close()
	})
	u.Path = "/" + name
	return s.write("postgres.url", u.String())
}

// account makes an account with ten ether, and returns the file with its key.
func (s *servers) account(name string) string {
	s.t.Helper()
	client, err := evm.Dial(s.t.Context(), os.Getenv("LETHE_TEST_GETH"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer client.Close()
	key, err := crypto.GenerateKey()
	if err != nil {
		s.t.Fatal(err)
	}
	var rich []string
	if err := client.CallContext(s.t.Context(), &rich, "eth_accounts"); err != nil || len(rich) == 0 {
		s.t.Fatalf("no development account: %v", err)
	}
	account := crypto.PubkeyToAddress(key.PublicKey)
	send := map[string]any{"from": rich[0], "to": account, "value": hexutil.EncodeUint64(10 * params.Ether)}
	if err := client.CallContext(s.t.Context(), nil, "eth_sendTransaction", send); err != nil {
		s.t.Fatal(err)
	}
	for has := (hexutil.Big{}); has.ToInt().Sign() == 0; time.Sleep(100 * time.Millisecond) {
		if err := client.CallContext(s.t.Context(), &has, "eth_getBalance", account, "latest"); err != nil {
			s.t.Fatal(err)
		}
	}
	return s.write(name+".key", fmt.Sprintf("%x", crypto.FromECDSA(key)))
}

// The demo tells the same story on the servers that users run: its result has the same members, and nothing of a person stands in what
// the servers keep and log, Vault's audit log included.
func TestDemoOnServers(t *testing.T) {
	s, data := onTheServers(t), testData(t)
	state, audit := filepath.Join(t.TempDir(), "state"), filepath.Join(os.Getenv("LETHE_BACKENDS"), "vault", "audit.log")
	e := lethe(t, "", "vault", "setup", "--config", s.file, "--audit-file", audit)
	if e.code != 0 {
		t.Fatal(e.stderr)
	}
	e = lethe(t, "", "demo", "--config", s.file, "--expendable", "--data", data, "--dir", state, "--json", "-v")
	if e.code != 0 {
		t.Fatal(e.stderr)
	}
	var here map[string]any
	if err := json.Unmarshal([]byte(e.stdout), &here); err != nil {
		t.Fatal(err)
	}
	embedded, err := json.Marshal(demoResult{})
	if err != nil {
		t.Fatal(err)
	}
	var there map[string]any
	if err := json.Unmarshal(embedded, &there); err != nil {
		t.Fatal(err)
	}
	if a, b := slices.Sorted(maps.Keys(here)), slices.Sorted(maps.Keys(there)); !slices.Equal(a, b) {
		t.Errorf("members: %q, embedded: %q", a, b)
	}
	if here["trial_participants"] != 2.0 || here["publication_refused"] == "" {
		t.Errorf("the trial: %v", here)
	}
	if here["read_after_erasure"] != "erased" || here["read_after_restore"] != "erased" || here["read_after_withdrawal"] != "grant-withdrawn" {
		t.Errorf("%v", here)
	}
	secrets, runs := personal(t, data), uniqueRuns(t, data)
	search(t, "what was printed", []byte(e.stdout+e.stderr), secrets, runs)
	searched := 0
	for _, root := range []string{state, os.Getenv("LETHE_BACKENDS")} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) { // a server has moved it since it was listed; so it may below
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(name)
			if os.IsNotExist(err) {
				return nil
			}
			search(t, name, content, secrets, runs)
			searched += len(content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(audit); err != nil || searched < 1<<20 {
		t.Errorf("searched %d bytes, audit log: %v", searched, err)
	}
	t.Logf("searched %d MiB of the servers' files and logs", searched>>20)
}
