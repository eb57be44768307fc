// Package index keeps the index: whose objects are whose, wrapped keys, blind identifiers, cases, and the job queue (River).
//
// SQLite is the embedded default, one file in WAL mode with secure_delete: deleted content is overwritten with zeros, and
// Scrub empties the write-ahead log. One writer handle (a single connection, River included) makes writers take turns; a
// read-only pool serves snapshots beside it. A commit costs one fsync (synchronous=FULL).
//
// PostgreSQL (15 or newer) serves several processes and tenants from one database. A tenant's writers take turns by an advisory
// lock, also across processes, so that nothing is run twice; row-level security keeps tenants apart below the queries, and each
// process has a database role that can do its own work and no more (see [Migrate]). A transaction costs three round trips beside
// its own, and one flush of the server's log; jobs are found by polling once a second, as the driver cannot listen.
//
// What Scrub leaves in PostgreSQL: the server's write-ahead log, its archives, replicas, base backups, and the freed blocks of
// the replaced files, until each is recycled; and dead versions of rows sealed under wiped keys, until their place in the page is
// used again (a plain vacuum does not overwrite it). That something
// is gone can be claimed from the day on which the last of these is gone. The checkpoint that hurries the first along is the
// operator's to order, not the service's.
package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"lethe/offchain"
)

// Config says how to open an index: in SQLite by Dir, or in PostgreSQL by URL.
type Config struct {
	Dir    string       // the folder that holds the SQLite database; made when missing
	URL    string       // of the PostgreSQL database, as libpq reads it: postgres://user:password@host:port/name?sslmode=verify-full
	Tenant string       // the organisation whose rows are seen; required
	Log    *slog.Logger // required
}

func (c Config) check() error {
	switch {
	case (c.Dir == "") == (c.URL == ""):
		return errors.New("index: one of Config.Dir and Config.URL is required, and not both")
	case c.Tenant == "":
		return errors.New("index: Config.Tenant is required")
	case c.Log == nil:
		return errors.New("index: Config.Log is required")
	}
	return nil
}

// Store is an index. It is safe for concurrent use.
type Store struct {
	dialect
	tenant string
	log    *slog.Logger
	write  *sql.DB // one connection: the writers of a process take turns
	read   *sql.DB
	queue  *sql.DB // River's; in SQLite the writer's
	jobs   *river.Client[*sql.Tx]
}

var _ offchain.Store = (*Store)(nil)

// dialect is what the databases differ in. The queries are one text for both.
type dialect struct {
	changes  *sql.TxOptions // of InTx
	snapshot *sql.TxOptions // of View
	begin    string         // the first statement of InTx, given the tenant; none if empty
	look     string         // the first statement of View, given the tenant; none if empty
	lockRow  string         // locks the row that is found, passing over those that others hold
	atLength string         // lifts the limits on how long a transaction's statements may take; none if empty
	moveOn   string         // moves the sequence of the table %[1]s past what was put in with its number; none if empty
	poll     time.Duration  // how often the job queue is looked at
	driver   func(*sql.DB) riverdriver.Driver[*sql.Tx]
	refused  func(error) bool // whether a commit that failed is known to have changed nothing
	scrub    func(context.Context, *sql.DB) error
}

// Open opens or makes the index and brings its schema up to date. In PostgreSQL only the schema's owner does that; for any other
// role, a schema that is not this program's is an error that says what to run.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Store{tenant: cfg.Tenant, log: cfg.Log}
	open := s.openSQLite
	if cfg.URL != "" {
		open = s.openPostgres
	}
	err := open(ctx, cfg)
	if err == nil {
		s.jobs, err = river.NewClient(s.driver(s.queue), &river.Config{Logger: quiet(s.log)})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("index: %w", err), s.Close())
	}
	return s, nil
}

// Close closes the index. Stop the jobs first.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.read, s.queue, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// InTx implements [offchain.Store]. An error at the commit says when it is not known whether the changes were made.
func (s *Store) InTx(ctx context.Context, fn func(offchain.Tx) error) error {
	return s.transact(ctx, s.write, s.changes, s.begin, func(q *tx) error { return fn(q) })
}

// View implements [offchain.Store].
func (s *Store) View(ctx context.Context, fn func(offchain.Queries) error) error {
	return s.transact(ctx, s.read, s.snapshot, s.look, func(q *tx) error { return fn(q) })
}

// notBegun says that the database could not be asked, unless it is the caller who gave up.
func notBegun(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w: %w", offchain.ErrUnavailable, err)
}

func (s *Store) transact(ctx context.Context, db *sql.DB, options *sql.TxOptions, first string, fn func(*tx) error) (err error) {
	t, err := db.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("index: begin: %w", notBegun(ctx, err))
	}
	defer func() { // after a commit it does nothing; after an error or a panic it frees the connection
		if back := t.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("index: roll back: %w", back))
		}
	}()
	if first != "" {
		if _, err := t.ExecContext(ctx, first, s.tenant); err != nil {
			return fmt.Errorf("index: begin: %w", notBegun(ctx, err))
		}
	}
	if err := fn(&tx{Tx: t, store: s}); err != nil {
		return err
	}
	return s.commit(ctx, t)
}

func (s *Store) commit(ctx context.Context, t *sql.Tx) error {
	err := ctx.Err()
	if err == nil {
		if err = t.Commit(); err != nil && !s.refused(err) {
			return fmt.Errorf("index: commit: the outcome is not known, the changes may have been made: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("index: commit: %w", err)
	}
	return nil
}

// Scrub implements [offchain.Store]. It waits for readers to leave their snapshots, as long as the context allows.
func (s *Store) Scrub(ctx context.Context) error {
	if err := s.scrub(ctx, s.write); err != nil {
		return fmt.Errorf("index: scrub: %w", err)
	}
	return nil
}

// pause waits before a condition is looked at again.
func pause(ctx context.Context, long time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(long):
		return nil
	}
}

// ofTenant names something of this tenant's that all tenants of a database share a name space for, in at most 64 letters.
func (s *Store) ofTenant(name string) string {
	return fmt.Sprintf("%s-%x", name, sha256.Sum256([]byte(s.tenant)))[:len(name)+1+32]
}
