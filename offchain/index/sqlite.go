package index

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // database/sql's driver
)

// FileName is the SQLite database's name in its folder.
const FileName = "index.db"

func sqlite() dialect {
	return dialect{
		poll:    100 * time.Millisecond,
		driver:  func(db *sql.DB) riverdriver.Driver[*sql.Tx] { return riversqlite.New(db) },
		refused: func(error) bool { return true },
		scrub:   truncateLog,
	}
}

func (s *Store) openSQLite(ctx context.Context, cfg Config) (err error) {
	s.dialect = sqlite()
	if err = os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(cfg.Dir, FileName)
	if err = restrict(file); err != nil {
		return err
	}
	if s.write, err = sql.Open("sqlite", dsn(file, "_txlock=immediate", "_pragma=journal_mode(WAL)")); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	s.queue = s.write
	if err = migrate(ctx, s.write, goose.DialectSQLite3, "migrations/sqlite", s.driver(s.write)); err != nil {
		return err
	}
	if err = s.takeOverJobs(ctx); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", dsn(file, "_pragma=query_only(ON)")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	return nil
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

// takeOverJobs makes jobs this tenant's that were queued when queues had no tenants, and a folder one tenant.
func (s *Store) takeOverJobs(ctx context.Context) error {
	for _, queue := range []string{queueErasures, queueLog} {
		_, err := s.write.ExecContext(ctx, `UPDATE river_job SET queue = $1 WHERE queue = $2`, s.ofTenant(queue), queue)
		if err != nil {
			return fmt.Errorf("take over jobs: %w", err)
		}
	}
	return nil
}

// truncateLog copies the write-ahead log into the zeroed pages and truncates it.
func truncateLog(ctx context.Context, db *sql.DB) error {
	for {
		var busy, frames, done int
		err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done)
		if err == nil && busy != 0 {
			err = pause(ctx, 20*time.Millisecond)
		} else if err == nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("empty the write-ahead log: %w", err)
		}
	}
}
