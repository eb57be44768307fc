package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// rowsAtOnce are how many rows one statement adds or changes, the most first: of few lengths, so that PostgreSQL has their plans ready, and not of
// many rows, for the driver of SQLite takes time by the square of the parameters.
var rowsAtOnce = []int{16, 4, 1}

// atOnce is how many of so many rows the next statement takes.
func atOnce(left int) int {
	return rowsAtOnce[slices.IndexFunc(rowsAtOnce, func(n int) bool { return n <= left })]
}

// insertAll adds rows of so many columns, many by one statement, and says how many were not there yet.
func (t *tx) insertAll(ctx context.Context, what, into string, columns int, values []any) (added int64, err error) {
	for len(values) > 0 {
		n := atOnce(len(values) / columns)
		done, err := t.ExecContext(ctx, `INSERT INTO `+into+` VALUES `+tuples(n, columns)+` ON CONFLICT DO NOTHING`, values[:n*columns]...)
		if err != nil {
			return added, wrap(what, err)
		}
		fresh, err := done.RowsAffected()
		if err != nil {
			return added, wrap(what, err)
		}
		added, values = added+fresh, values[n*columns:]
	}
	return added, nil
}

// allAdded answers ErrExists where some were there already.
func allAdded(what string, added int64, of int, err error) error {
	if err == nil && added < int64(of) {
		err = wrap(what, offchain.ErrExists)
	}
	return err
}

// tuples are the placeholders of so many rows.
func tuples(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%columns == 0:
			b.WriteString("), ($")
		default:
			b.WriteString(", $")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String() + ")"
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
