package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lethe/offchain"
)

func (t *tx) InsertEntries(ctx context.Context, entries []offchain.LogEntry) error {
	values := make([]any, 0, 5*len(entries))
	for _, e := range entries {
		values = append(values, t.store.tenant, e.Entry[:], e.Subject, e.Compartment, number(e.Announce))
	}
	_, err := t.insertAll(ctx, "add log entries", `log_entries (tenant, entry, subject, compartment, announce)`, 5, values)
	return err
}

func (t *tx) PlaceEntries(ctx context.Context, placed []offchain.LogEntry) error {
	for len(placed) > 0 {
		n := atOnce(len(placed))
		values := []any{t.store.tenant}
		for _, e := range placed[:n] {
			if e.Position == nil {
				return errors.New("index: place log entries: an entry has no position")
			}
			values = append(values, e.Entry[:], int64(*e.Position))
		}
		if err := t.exec(ctx, "place log entries", placing(n), values...); err != nil {
			return err
		}
		placed = placed[n:]
	}
	return nil
}

// placing gives so many entries their positions.
func placing(n int) string {
	var positions, entries strings.Builder
	for i := range n {
		entry := "$" + strconv.Itoa(2*i+2)
		positions.WriteString(" WHEN " + entry + " THEN CAST($" + strconv.Itoa(2*i+3) + " AS bigint)")
		entries.WriteString(", " + entry)
	}
	return `UPDATE log_entries SET position = CASE entry` + positions.String() + ` END
		WHERE tenant = $1 AND position IS NULL AND entry IN (NULL` + entries.String() + `)`
}

func (t *tx) ForgetPositions(ctx context.Context) error {
	return t.exec(ctx, "forget positions", `UPDATE log_entries SET position = NULL WHERE tenant = $1`, t.store.tenant)
}

const entryColumns = `SELECT entry, subject, compartment, announce, position FROM log_entries WHERE tenant = $1 `

func (t *tx) PendingEntries(ctx context.Context, limit int) ([]offchain.LogEntry, error) {
	return several(ctx, t, "list pending log entries", entryFields,
		entryColumns+`AND position IS NULL ORDER BY seq LIMIT $2`, t.store.tenant, limit)
}

func (t *tx) EntriesOf(ctx context.Context, subject string) ([]offchain.LogEntry, error) {
	return several(ctx, t, "list log entries", entryFields, entryColumns+`AND subject = $2 ORDER BY seq`, t.store.tenant, subject)
}

func (t *tx) AnnouncedEntries(ctx context.Context, from, to uint64) ([]offchain.LogEntry, error) {
	return several(ctx, t, "list announced log entries", entryFields,
		entryColumns+`AND announce = 1 AND position >= $2 AND position < $3 ORDER BY position`, t.store.tenant, int64(from), int64(to))
}

func (t *tx) KeyNames(ctx context.Context) ([]string, error) {
	return several(ctx, t, "list key names", func(name *string) []any { return []any{name} },
		`SELECT key_name FROM compartments WHERE tenant = $1 ORDER BY key_name`, t.store.tenant)
}

func entryFields(e *offchain.LogEntry) []any {
	return []any{hash{&e.Entry}, &e.Subject, &e.Compartment, &e.Announce, position{&e.Position}}
}

func (t *tx) EntryTotals(ctx context.Context) (offchain.EntryTotals, error) {
	return one(ctx, t, "count log entries", func(n *offchain.EntryTotals) []any { return []any{&n.Placed, &n.Pending} },
		`SELECT count(position), count(*) - count(position) FROM log_entries WHERE tenant = $1`, t.store.tenant)
}

func (t *tx) Attempts(ctx context.Context) ([]offchain.Attempt, error) {
	return several(ctx, t, "list transactions", attemptFields,
		`SELECT transaction_hash, nonce, raw, state, log, size, root, block, block_hash, block_time, created FROM chain_attempts
		WHERE tenant = $1 AND state <> 'failed' ORDER BY seq`, t.store.tenant)
}

func attemptFields(a *offchain.Attempt) []any {
	return []any{
		hash{&a.Transaction}, &a.Nonce, &a.Raw, &a.State, &a.Log, &a.Size, hash{&a.Root}, &a.Block, hash{&a.BlockHash},
		orNever{&a.Time}, seconds{&a.Created},
	}
}

func (t *tx) SaveAttempt(ctx context.Context, a offchain.Attempt) error {
	var mined int64
	if !a.Time.IsZero() {
		mined = a.Time.Unix()
	}
	if a.Raw == nil {
		a.Raw = []byte{}
	}
	return t.exec(ctx, "save transaction", `INSERT INTO chain_attempts
		(tenant, transaction_hash, nonce, raw, state, log, size, root, block, block_hash, block_time, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (tenant, transaction_hash) DO UPDATE SET
		state = excluded.state, block = excluded.block, block_hash = excluded.block_hash, block_time = excluded.block_time`,
		t.store.tenant, a.Transaction[:], int64(a.Nonce), a.Raw, a.State, a.Log, int64(a.Size), a.Root[:],
		int64(a.Block), a.BlockHash[:], mined, a.Created.Unix())
}

func (t *tx) TakeLease(ctx context.Context, name, holder string, now, until time.Time) error {
	_, err := one(ctx, t, "take lease", func(h *string) []any { return []any{h} },
		`INSERT INTO leases (tenant, name, holder, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant, name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.holder = excluded.holder OR leases.until < $5 RETURNING holder`,
		t.store.tenant, name, holder, until.UnixMilli(), now.UnixMilli())
	if errors.Is(err, offchain.ErrNotFound) {
		return fmt.Errorf("index: lease %s: %w", name, offchain.ErrHeld)
	}
	return err
}

// number is how a flag is kept.
func number(flag bool) int64 {
	if flag {
		return 1
	}
	return 0
}

// hash scans 32 bytes.
type hash struct{ to *[32]byte }

func (h hash) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(h.to) {
		return fmt.Errorf("a hash is %d bytes", len(h.to))
	}
	copy(h.to[:], b)
	return nil
}

// position scans a position that may not be there yet.
type position struct{ to **uint64 }

func (p position) Scan(v any) error {
	var n sql.Null[int64]
	if err := n.Scan(v); err != nil || !n.Valid {
		*p.to = nil
		return err
	}
	at := uint64(n.V)
	*p.to = &at
	return nil
}

// orNever scans a Unix time in seconds of which 0 means that it has not come.
type orNever struct{ to *time.Time }

func (o orNever) Scan(v any) error {
	if v == int64(0) {
		*o.to = time.Time{}
		return nil
	}
	return seconds(o).Scan(v)
}
