package index_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql's driver

	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/indextest"
)

// server is a PostgreSQL server for tests: a superuser's URL of any of its databases.
const server = "LETHE_TEST_POSTGRES"

// postgres makes a database of the test's own, whose owner may make roles, and gives the URLs of its owner and of the superuser.
func postgres(t testing.TB) (owner, above string) {
	t.Helper()
	at := os.Getenv(server)
	if at == "" {
		t.Skipf("%s is not set: no PostgreSQL server to test with", server)
	}
	name := "lethe_test_" + strings.ToLower(rand.Text()[:12])
	admin := connect(t, at)
	do(t, admin, `CREATE ROLE `+name+` LOGIN CREATEROLE PASSWORD 'test'`)
	// sorted as people would, which no list of the index is
	do(t, admin, `CREATE DATABASE `+name+` OWNER `+name+` TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en'`)
	t.Cleanup(func() {
		do(t, admin, `DROP DATABASE `+name+` WITH (FORCE)`)
		do(t, admin, `DROP ROLE `+name)
	})
	return as(t, at, name, name), as(t, at, "", name)
}

// as is a server's URL with another user, where one is given, and another database.
func as(t testing.TB, at, user, database string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		u.User = url.UserPassword(user, "test")
	}
	u.Path = "/" + database
	return u.String()
}

func connect(t testing.TB, at string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func do(t testing.TB, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, statement string, args ...any,
) {
	t.Helper()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func ask[T any](t testing.TB, db *sql.DB, query string, args ...any) (v T) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func openURL(t testing.TB, at, tenant string) *index.Store {
	t.Helper()
	return opened(t, index.Config{URL: at, Tenant: tenant, Log: slog.New(slog.DiscardHandler)})
}

// All run in one database, each with tenants of its own: to each it has to look as if it were alone.
func TestPostgresConforms(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	openURL(t, at, "main")
	indextest.Run(t, func(t *testing.T) indextest.Database {
		ours := rand.Text()
		return indextest.Database{
			Open: func(tenant string) offchain.Store { return openURL(t, at, tenant+ours) },
			Work: func(s offchain.Store, run func(context.Context, offchain.Job) error) func() { return work(t, s, run) },
		}
	})
}

func TestTwoThatMigrateAtOnceBothSucceed(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			if err := index.Migrate(t.Context(), at, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	openURL(t, at, "main")
}

// A table with a tenant that has no policy would show every tenant's rows.
func TestThreat21EveryTableWithATenantHasItsPolicy(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	openURL(t, owner, "main")
	bare := ask[int](t, connect(t, above), `SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE a.attname = 'tenant' AND c.relkind = 'r' AND c.relnamespace = 'lethe'::regnamespace
		AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid))`)
	if bare > 0 {
		t.Errorf("%d tables have a tenant and no policy", bare)
	}
}

func TestThreat21RowsOfOtherTenantsAreOutOfReachOfAnyQuery(t *testing.T) {
	t.Parallel()
	owner, _ := postgres(t)
	indextest.Fill(t, openURL(t, owner, "a"))
	db := connect(t, owner)
	count := func(tenant string) (n int) {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if tenant != "" {
			do(t, tx, `SELECT set_config('lethe.tenant', $1, true)`, tenant)
		}
		if err := tx.QueryRowContext(t.Context(), `SELECT count(*) FROM lethe.wrapped_keys`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if a, b, none := count("a"), count("b"), count(""); a != 3 || b != 0 || none != 0 {
		t.Errorf("a sees %d wrapped keys of its 3, b %d, and whoever names no tenant %d", a, b, none)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	do(t, tx, `SELECT set_config('lethe.tenant', 'b', true)`)
	if _, err := tx.ExecContext(t.Context(), `INSERT INTO lethe.settings (tenant, name, value) VALUES ('a', 'n', '')`); err == nil {
		t.Error("b wrote a row of a")
	}
}

func TestARoleThatDoesNotOwnTheSchemaSaysWhatToRun(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	admin := connect(t, above)
	stranger := login(t, admin, owner, "")
	for _, step := range []struct{ prepare, says string }{
		{`SELECT 1`, "lethe migrate"}, // no schema
		{`UPDATE lethe.goose_db_version SET version_id = 99 WHERE version_id = 1`, "newer program"},
		{`DELETE FROM lethe.goose_db_version WHERE version_id > 0`, "lethe migrate"},
	} {
		do(t, admin, step.prepare)
		_, err := index.Open(t.Context(), index.Config{URL: stranger, Tenant: "main", Log: slog.New(slog.DiscardHandler)})
		if err == nil || !contains(err, step.says) {
			t.Errorf("%s: %v, want %q", step.prepare, err, step.says)
		}
		if step.prepare == `SELECT 1` {
			openURL(t, owner, "main")
			user, _ := url.Parse(stranger)
			do(t, admin, `GRANT lethe_witness TO `+user.User.Username())
			openURL(t, stranger, "main") // current
		}
	}
}

// A worker that takes the waiting job before the transaction that relies on it has ended would leave that transaction's entries.
func TestAWaitingLogJobIsHeldUntilWhoReliesOnItHasCommitted(t *testing.T) {
	t.Parallel()
	at, above := postgres(t)
	s, worker := openURL(t, at, "main"), connect(t, above)
	const take = `SELECT id FROM lethe.river_job WHERE state = 'available' FOR UPDATE SKIP LOCKED`
	enqueue := func(then func()) {
		t.Helper()
		err := s.InTx(t.Context(), func(tx offchain.Tx) error {
			err := tx.Enqueue(t.Context(), offchain.SequenceLog{})
			then()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	enqueue(func() {})
	enqueue(func() {
		var id int64
		if err := worker.QueryRowContext(t.Context(), take).Scan(&id); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("a worker took job %d, %v", id, err)
		}
	})
	taking, err := worker.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer taking.Rollback()
	do(t, taking, take)
	enqueue(func() {}) // does not wait for the worker either
	if n := ask[int](t, worker, `SELECT count(*) FROM lethe.river_job`); n != 2 {
		t.Errorf("%d jobs, want the one that is being taken, and one more", n)
	}
}

func TestScrubWaitsForSnapshotsAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	at, above := postgres(t)
	s := openURL(t, at, "main")
	reader, err := connect(t, above).BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	do(t, reader, `SELECT 1 FROM pg_class`)
	indextest.Fill(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Scrub(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside an older snapshot: %v", err)
	}
	reader.Rollback()
	if err := s.Scrub(t.Context()); err != nil {
		t.Error(err)
	}
}
