package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// Connections of a process: writers take turns, so that one is enough for them.
const (
	readers        = 8
	queueHands     = 4
	connectTimeout = 10 * time.Second
	lifetime       = 30 * time.Minute
	idleTime       = 5 * time.Minute
)

// settings are a connection's where its URL has none. They bound what a dead or stuck process can keep from the others: above all
// a tenant's turn to write.
func settings() map[string]string {
	return map[string]string{
		"application_name":                    "lethe",
		"statement_timeout":                   "60s",
		"lock_timeout":                        "30s",
		"idle_in_transaction_session_timeout": "60s",
	}
}

func postgres() dialect {
	return dialect{
		changes:  &sql.TxOptions{Isolation: sql.LevelReadCommitted}, // what a turn reads is what the one before it has written
		snapshot: &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		begin:    `SELECT set_config('lethe.tenant', $1, true), pg_advisory_xact_lock(hashtext('lethe.writers'), hashtext($1))`,
		look:     `SELECT set_config('lethe.tenant', $1, true)`,
		lockRow:  ` FOR UPDATE SKIP LOCKED`,
		atLength: `SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`,
		moveOn: `SELECT setval(s, greatest(nextval(s), (SELECT max(seq) FROM %[1]s)))
			FROM (SELECT pg_get_serial_sequence('%[1]s', 'seq')::regclass AS s) AS sequence`,
		poll:    time.Second,
		driver:  func(db *sql.DB) riverdriver.Driver[*sql.Tx] { return riverdatabasesql.New(db) },
		refused: refused,
		scrub:   rewrite,
	}
}

func (s *Store) openPostgres(ctx context.Context, cfg Config) error {
	s.dialect = postgres()
	conf, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return err
	}
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = connectTimeout
	}
	s.write, s.queue = pool(conf, 1, nil), pool(conf, queueHands, nil)
	s.read = pool(conf, readers, map[string]string{"default_transaction_read_only": "on"})
	var owner, above bool
	if err := s.write.QueryRowContext(ctx, whoIsThis).Scan(&owner, &above); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if above {
		s.log.Warn("the database role is above row-level security: nothing but the queries keeps tenants apart")
	}
	if err = isCurrent(ctx, s.queue); err != nil && owner {
		err = migratePostgres(ctx, conf, s.log)
	}
	return err
}

// whoIsThis asks whether this role owns the schema, or may make it, and whether it is above row-level security.
const whoIsThis = `SELECT
	coalesce((SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'lethe'),
		has_database_privilege(current_database(), 'CREATE')),
	(SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)`

// pool opens a pool of at most n connections, with some settings that the URL does not change.
func pool(conf *pgx.ConnConfig, n int, fixed map[string]string) *sql.DB {
	conf = conf.Copy()
	all := settings()
	maps.Copy(all, conf.RuntimeParams)
	maps.Copy(all, fixed)
	all["search_path"] = "lethe"
	conf.RuntimeParams = all
	db := stdlib.OpenDB(*conf)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxLifetime(lifetime)
	db.SetConnMaxIdleTime(idleTime)
	return db
}

// Migrate brings the schema of a PostgreSQL database up to date, as its owner, who may write to the database's catalog the first
// time. Two that start at once take turns.
//
// It makes the group roles lethe_serve, lethe_work, lethe_erase and lethe_witness where they are missing and the owner may make
// roles, and gives each that exists the rights that its process needs, and no others. Processes log in as members of them.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	conf, err := pgx.ParseConfig(url)
	if err == nil {
		err = migratePostgres(ctx, conf, log)
	}
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

func migratePostgres(ctx context.Context, conf *pgx.ConnConfig, log *slog.Logger) (err error) {
	db := pool(conf, 3, map[string]string{"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"})
	defer func() { err = errors.Join(err, db.Close()) }()
	lock, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // the lock ends with its connection, which the pool's end closes
	if err := alone(ctx, lock); err != nil {
		return fmt.Errorf("migrate: wait for another that migrates: %w", err)
	}
	if err := makeSchema(ctx, db); err != nil {
		return fmt.Errorf("migrate: make the schema: %w", err)
	}
	if err := migrate(ctx, db, goose.DialectPostgres, postgresSteps, riverdatabasesql.New(db)); err != nil {
		return err
	}
	if err := grantRoles(ctx, db, log); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return isCurrent(ctx, db)
}

const postgresSteps = "migrations/postgres"

// alone takes the lock of those who migrate, without holding a snapshot while it waits: some steps wait for all of those to end.
func alone(ctx context.Context, conn *sql.Conn) error {
	for {
		var taken bool
		err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtext('lethe.migrate'), 0)`).Scan(&taken)
		if err != nil || taken {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func makeSchema(ctx context.Context, db *sql.DB) error {
	var there bool
	err := db.QueryRowContext(ctx, `SELECT to_regnamespace('lethe') IS NOT NULL`).Scan(&there)
	if err == nil && !there {
		_, err = db.ExecContext(ctx, `CREATE SCHEMA lethe`)
	}
	return err
}

// isCurrent refuses a schema that another version of this program has made, or none.
func isCurrent(ctx context.Context, db *sql.DB) error {
	schema, err := steps(db, goose.DialectPostgres, postgresSteps)
	if err != nil {
		return err
	}
	sources := schema.ListSources()
	want := sources[len(sources)-1].Version
	var is int64
	err = db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&is)
	switch {
	case err != nil:
		return fmt.Errorf("no schema that this role can read; has `lethe migrate` been run by its owner? %w", err)
	case is > want:
		return fmt.Errorf("the schema has version %d, and this program knows %d: run a newer program", is, want)
	case is < want:
		return fmt.Errorf("the schema has version %d, and this program needs %d: run `lethe migrate` as its owner", is, want)
	}
	queue, err := queueSteps(riverdatabasesql.New(db))
	if err != nil {
		return err
	}
	found, err := queue.Validate(ctx)
	if err == nil && !found.OK {
		err = fmt.Errorf("the job queue's schema is not current (%v): run `lethe migrate` as its owner", found.Messages)
	}
	return err
}

// refused says that the server has answered a commit with an error that left the session alive: it did not commit then. What ends
// the session may come after the commit.
func refused(err error) bool {
	var said *pgconn.PgError
	return errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, sql.ErrTxDone) ||
		errors.As(err, &said) && said.SeverityUnlocalized == "ERROR"
}

// rewrite writes anew the tables that held keys and identifiers, once no snapshot is left in which what was deleted before the
// call is still to be seen: such rows would be kept.
func rewrite(ctx context.Context, db *sql.DB) error {
	var horizon string
	if err := db.QueryRowContext(ctx, `SELECT pg_snapshot_xmax(pg_current_snapshot())::text`).Scan(&horizon); err != nil {
		return fmt.Errorf("ask for the present: %w", err)
	}
	for {
		var past bool
		if err := db.QueryRowContext(ctx, isPast, horizon).Scan(&past); err != nil {
			return fmt.Errorf("look for older snapshots: %w", err)
		}
		if past {
			break
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("wait for older snapshots: %w", err)
		}
	}
	for _, table := range []string{"wrapped_keys", "identifiers"} { // one after the other, so that they wait for no reader of both
		if err := rewriteTable(ctx, db, table); err != nil {
			return fmt.Errorf("rewrite %s: %w", table, err)
		}
	}
	return nil
}

// isPast says whether every transaction below $1 has ended, prepared ones included, and whoever may still look at what they
// deleted: sessions of this database, and replicas that report theirs, directly or through a slot.
const isPast = `SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 AND NOT EXISTS (
		SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND age(backend_xmin) > age($1::text::xid8::xid)
			AND (datname = current_database() OR datname IS NULL))
	AND NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE age(xmin) > age($1::text::xid8::xid))`

func rewriteTable(ctx context.Context, db *sql.DB, table string) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // after a commit it does nothing
	if _, err := t.ExecContext(ctx, postgres().atLength); err != nil {
		return err
	}
	if _, err := t.ExecContext(ctx, `SELECT rewrite($1)`, table); err != nil {
		return err
	}
	return t.Commit()
}
