// Package index keeps the index: whose objects are whose, wrapped keys, blind identifiers, cases, and the job queue (River).
// SQLite is the embedded default, one file in WAL mode with secure_delete: deleted content is overwritten with zeros, and
// Scrub empties the write-ahead log. One writer handle (a single connection, River included) makes writers take turns; a
// read-only pool serves snapshots beside it. A commit costs one fsync (synchronous=FULL).
package index

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"lethe/offchain"
)

//go:embed migrations/*.sql
var migrations embed.FS

// FileName is the database's name in its folder.
const FileName = "index.db"

// Config says how to open an index.
type Config struct {
	Dir    string       // the folder that holds the database; made when missing
	Tenant string       // the organisation whose rows are seen; required
	Log    *slog.Logger // required
}

// Store is an index in SQLite.
type Store struct {
	tenant string
	log    *slog.Logger
	write  *sql.DB
	read   *sql.DB
	jobs   *river.Client[*sql.Tx]
}

var _ offchain.Store = (*Store)(nil)

// Open opens or makes the index and brings its schema up to date.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Dir == "" || cfg.Tenant == "" || cfg.Log == nil {
		return nil, errors.New("index: Dir, Tenant and Log are required")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("index folder: %w", err)
	}
	s := &Store{tenant: cfg.Tenant, log: cfg.Log}
	if err := s.open(ctx, filepath.Join(cfg.Dir, FileName)); err != nil {
		return nil, errors.Join(fmt.Errorf("index: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, file string) (err error) {
	if err = restrict(file); err != nil {
		return err
	}
	if s.write, err = sql.Open("sqlite", dsn(file, "_txlock=immediate", "_pragma=journal_mode(WAL)")); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if err = s.migrate(ctx); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", dsn(file, "_pragma=query_only(ON)")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	s.jobs, err = river.NewClient(riversqlite.New(s.write), &river.Config{Logger: quiet(s.log)})
	return err
}

// restrict makes the database file readable by its owner alone before SQLite does; its log takes over the mode.
func restrict(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(file string, options ...string) string {
	s := "file:" + (&url.URL{Path: file}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=secure_delete(ON)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)"
	for _, o := range options {
		s += "&" + o
	}
	return s
}

func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	schema, err := goose.NewProvider(goose.DialectSQLite3, s.write, files)
	if err != nil {
		return err
	}
	if _, err := schema.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	queue, err := rivermigrate.New(riversqlite.New(s.write), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := queue.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}

// Close closes the index. Stop the jobs first.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// InTx implements [offchain.Store].
func (s *Store) InTx(ctx context.Context, fn func(offchain.Tx) error) error {
	return s.transact(ctx, s.write, func(q *tx) error { return fn(q) })
}

// View implements [offchain.Store].
func (s *Store) View(ctx context.Context, fn func(offchain.Queries) error) error {
	return s.transact(ctx, s.read, func(q *tx) error { return fn(q) })
}

func (s *Store) transact(ctx context.Context, db *sql.DB, fn func(*tx) error) (err error) {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("index: begin: %w", err)
	}
	defer func() { // after a commit it does nothing; after an error or a panic it frees the connection
		if back := t.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("index: roll back: %w", back))
		}
	}()
	if err := fn(&tx{Tx: t, store: s}); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("index: commit: %w", err)
	}
	return nil
}

// Scrub implements [offchain.Store]: it copies the write-ahead log into the zeroed pages and truncates it, waiting for
// readers to leave their snapshots.
func (s *Store) Scrub(ctx context.Context) error {
	for {
		var busy, frames, done int
		err := s.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done)
		if err != nil {
			return fmt.Errorf("index: empty the write-ahead log: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("index: empty the write-ahead log: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tx is one transaction within a tenant.
type tx struct {
	*sql.Tx
	store *Store
}

var _ offchain.Tx = (*tx)(nil)

func (t *tx) exec(ctx context.Context, what, query string, args ...any) error {
	_, err := t.ExecContext(ctx, query, args...)
	return wrap(what, err)
}

func wrap(what string, err error) error {
	var failed *sqlitedriver.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		err = offchain.ErrNotFound
	case errors.As(err, &failed) && (failed.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE):
		err = offchain.ErrExists
	}
	return fmt.Errorf("index: %s: %w", what, err)
}

// one scans a single row; several scans them all.
func one[T any](ctx context.Context, t *tx, what string, scan func(*T) []any, query string, args ...any) (T, error) {
	var v T
	err := t.QueryRowContext(ctx, query, args...).Scan(scan(&v)...)
	return v, wrap(what, err)
}

func several[T any](ctx context.Context, t *tx, what string, scan func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap(what, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(scan(&v)...); err != nil {
			return nil, wrap(what, err)
		}
		all = append(all, v)
	}
	return all, wrap(what, rows.Err())
}

// seconds scans a Unix time in seconds, UTC.
type seconds struct{ to *time.Time }

func (s seconds) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("time is %T, not a number of seconds", v)
	}
	*s.to = time.Unix(n, 0).UTC()
	return nil
}
