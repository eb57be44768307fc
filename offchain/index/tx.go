package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"lethe/offchain"
)

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

// insert adds a row, or answers ErrExists. Nothing fails in the database then, so that the transaction can go on.
func (t *tx) insert(ctx context.Context, what, query string, args ...any) error {
	done, err := t.ExecContext(ctx, query+` ON CONFLICT DO NOTHING`, args...)
	return wrap(what, added(done, err))
}

func added(done sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		err = offchain.ErrExists
	}
	return err
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = offchain.ErrNotFound
	}
	return fmt.Errorf("index: %s: %w", what, err)
}

// changed says that one row was.
func changed(done sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err == nil && n != 1 {
		err = sql.ErrNoRows
	}
	return err
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
