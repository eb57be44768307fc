package index

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lethe/offchain"
)

const selectVersions = `SELECT kind, version, lowest, root, at, note FROM registry_versions WHERE tenant = $1 AND kind = $2 `

func versionRow(v *offchain.TreeVersion) []any {
	return []any{&v.Kind, &v.Version, &v.Floor, hash{&v.Root}, seconds{&v.At}, &v.Note}
}

func (t *tx) TreeVersion(ctx context.Context, kind string) (offchain.TreeVersion, error) {
	return one(ctx, t, "tree's version", versionRow, selectVersions+`ORDER BY version DESC LIMIT 1`, t.store.tenant, kind)
}

func (t *tx) TreeVersionOf(ctx context.Context, kind string, root [32]byte) (offchain.TreeVersion, error) {
	return one(ctx, t, "tree's version", versionRow, selectVersions+`AND root = $3 ORDER BY version DESC LIMIT 1`,
		t.store.tenant, kind, root[:])
}

func (t *tx) TreeVersionAt(ctx context.Context, kind string, version uint64) (offchain.TreeVersion, error) {
	return one(ctx, t, "tree's version", versionRow, selectVersions+`AND version = $3`, t.store.tenant, kind, int64(version))
}

const selectLeaves = `SELECT place, value, version, next, grouped FROM registry_leaves WHERE tenant = $1 AND kind = $2 `

func leafRow(l *offchain.Leaf) []any {
	return []any{&l.Index, maybeHash{&l.Value}, &l.Version, maybeHash{&l.Next}, &l.Group}
}

func (t *tx) Leaves(ctx context.Context, kind string, after, upTo uint64) ([]offchain.Leaf, error) {
	return several(ctx, t, "leaves", leafRow, selectLeaves+`AND version > $3 AND version <= $4 ORDER BY place`,
		t.store.tenant, kind, int64(after), int64(upTo))
}

func (t *tx) PendingLeaves(ctx context.Context, kind string) ([]offchain.Leaf, error) {
	return several(ctx, t, "leaves", leafRow, selectLeaves+`AND next IS NOT NULL ORDER BY place`, t.store.tenant, kind)
}

func (t *tx) Leaf(ctx context.Context, kind string, index uint32) (offchain.Leaf, error) {
	return one(ctx, t, "leaf", leafRow, selectLeaves+`AND place = $3`, t.store.tenant, kind, index)
}

func (t *tx) CountLeaves(ctx context.Context, kind string, group []byte) (int64, error) {
	return one(ctx, t, "leaves", func(n *int64) []any { return []any{n} },
		`SELECT count(*) FROM registry_leaves WHERE tenant = $1 AND kind = $2 AND grouped = $3 AND value IS NOT NULL`,
		t.store.tenant, kind, group)
}

func (t *tx) ReserveLeaf(ctx context.Context, kind string, capacity uint32) (uint32, error) {
	place, err := one(ctx, t, "reserve leaf", func(n *uint32) []any { return []any{n} },
		`INSERT INTO registry_leaves (tenant, kind, place)
		SELECT $1, $2, next FROM (
			SELECT coalesce(max(place), -1) + 1 AS next FROM registry_leaves WHERE tenant = $1 AND kind = $2) AS places
		WHERE next < $3 RETURNING place`, t.store.tenant, kind, int64(capacity))
	if errors.Is(err, offchain.ErrNotFound) {
		return 0, fmt.Errorf("index: reserve leaf of %s: %w", kind, offchain.ErrFull)
	}
	return place, err
}

func (t *tx) SetLeaf(ctx context.Context, kind string, index uint32, next [32]byte, group []byte) error {
	if group == nil {
		group = []byte{}
	}
	return t.exec(ctx, "set leaf",
		`INSERT INTO registry_leaves (tenant, kind, place, next, grouped) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant, kind, place) DO UPDATE SET next = excluded.next, grouped = excluded.grouped`,
		t.store.tenant, kind, index, next[:], group)
}

func (t *tx) PublishLeaves(ctx context.Context, v offchain.TreeVersion) error {
	newest, err := t.TreeVersion(ctx, v.Kind)
	if err != nil && !errors.Is(err, offchain.ErrNotFound) {
		return err
	}
	if v.Version != newest.Version+1 {
		return fmt.Errorf("index: publish %s %d over %d: %w", v.Kind, v.Version, newest.Version, offchain.ErrExists)
	}
	err = t.exec(ctx, "publish leaves",
		`UPDATE registry_leaves SET value = next, next = NULL, version = $1 WHERE tenant = $2 AND kind = $3 AND next IS NOT NULL`,
		int64(v.Version), t.store.tenant, v.Kind)
	if err != nil {
		return err
	}
	if v.Note == nil {
		v.Note = []byte{}
	}
	return t.insert(ctx, "add tree's version",
		`INSERT INTO registry_versions (tenant, kind, version, lowest, root, at, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.store.tenant, v.Kind, int64(v.Version), int64(v.Floor), v.Root[:], v.At.Unix(), v.Note)
}

func bindingRow(b *offchain.Binding) []any {
	return []any{&b.Patient, &b.Compartment, &b.Sealed, &b.Mark, &b.Floor}
}

func (t *tx) Binding(ctx context.Context, patient string) (offchain.Binding, error) {
	return one(ctx, t, "binding", bindingRow,
		`SELECT patient, compartment, sealed, mark, lowest FROM bindings WHERE tenant = $1 AND patient = $2`, t.store.tenant, patient)
}

func (t *tx) InsertBinding(ctx context.Context, b offchain.Binding) error {
	return t.insert(ctx, "add binding",
		`INSERT INTO bindings (tenant, patient, compartment, sealed, mark, lowest) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.store.tenant, b.Patient, b.Compartment, b.Sealed, b.Mark, int64(b.Floor))
}

func (t *tx) ReplaceBinding(ctx context.Context, b offchain.Binding) error {
	return t.exec(ctx, "replace binding",
		`UPDATE bindings SET compartment = $1, sealed = $2, mark = $3, lowest = CASE WHEN lowest < $4 THEN $4 ELSE lowest END
		WHERE tenant = $5 AND patient = $6`,
		b.Compartment, b.Sealed, b.Mark, int64(b.Floor), t.store.tenant, b.Patient)
}

func (t *tx) RaiseFloor(ctx context.Context, patient string, floor uint64) error {
	return t.exec(ctx, "raise floor", `UPDATE bindings SET lowest = $1 WHERE tenant = $2 AND patient = $3 AND lowest < $1`,
		int64(floor), t.store.tenant, patient)
}

const selectGrants = `SELECT place, patient, compartment, sealed, created, ended FROM grants WHERE tenant = $1 AND `

func grantRow(g *offchain.Grant) []any {
	return []any{&g.Index, &g.Patient, &g.Compartment, &g.Sealed, seconds{&g.Created}, orNever{&g.Ended}}
}

func (t *tx) Grant(ctx context.Context, index uint32) (offchain.Grant, error) {
	return one(ctx, t, "grant", grantRow, selectGrants+`place = $2`, t.store.tenant, index)
}

func (t *tx) Grants(ctx context.Context, patient string) ([]offchain.Grant, error) {
	return several(ctx, t, "grants", grantRow, selectGrants+`patient = $2 ORDER BY place`, t.store.tenant, patient)
}

func (t *tx) InsertGrant(ctx context.Context, g offchain.Grant) error {
	return t.insert(ctx, "add grant",
		`INSERT INTO grants (tenant, place, patient, compartment, sealed, created) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.store.tenant, g.Index, g.Patient, g.Compartment, g.Sealed, g.Created.Unix())
}

func (t *tx) EndGrant(ctx context.Context, index uint32, at time.Time) error {
	return t.exec(ctx, "end grant", `UPDATE grants SET ended = $1 WHERE tenant = $2 AND place = $3 AND ended = 0`,
		at.Unix(), t.store.tenant, index)
}

func (t *tx) Notes(ctx context.Context, inbox []byte, after int64, limit int) ([]offchain.Note, error) {
	return several(ctx, t, "notes", func(n *offchain.Note) []any { return []any{&n.Seq, &n.Message} },
		`SELECT seq, message FROM notes WHERE tenant = $1 AND inbox = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
		t.store.tenant, inbox, after, limit)
}

func (t *tx) InsertNote(ctx context.Context, inbox, message []byte) error {
	return t.insert(ctx, "add note", `INSERT INTO notes (tenant, inbox, message) VALUES ($1, $2, $3)`,
		t.store.tenant, inbox, message)
}

func (t *tx) Spend(ctx context.Context, use string, value []byte, until time.Time) error {
	return t.insert(ctx, "spend "+use, `INSERT INTO spent (tenant, used, value, until) VALUES ($1, $2, $3, $4)`,
		t.store.tenant, use, value, until.Unix())
}

func (t *tx) Spent(ctx context.Context, use string, value []byte) (bool, error) {
	return one(ctx, t, "spent value", func(b *bool) []any { return []any{b} },
		`SELECT EXISTS (SELECT 1 FROM spent WHERE tenant = $1 AND used = $2 AND value = $3)`, t.store.tenant, use, value)
}

func (t *tx) Token(ctx context.Context, sum [32]byte) (offchain.Token, error) {
	return one(ctx, t, "token", func(k *offchain.Token) []any {
		return []any{hash{&k.Hash}, &k.Patient, &k.Claims, seconds{&k.Until}}
	}, `SELECT hash, patient, claims, until FROM tokens WHERE tenant = $1 AND hash = $2`, t.store.tenant, sum[:])
}

func (t *tx) InsertToken(ctx context.Context, k offchain.Token) error {
	return t.insert(ctx, "add token", `INSERT INTO tokens (tenant, hash, patient, claims, until) VALUES ($1, $2, $3, $4, $5)`,
		t.store.tenant, k.Hash[:], k.Patient, k.Claims, k.Until.Unix())
}

func (t *tx) RevokeTokens(ctx context.Context, patient string) error {
	return t.exec(ctx, "revoke tokens", `DELETE FROM tokens WHERE tenant = $1 AND patient = $2`, t.store.tenant, patient)
}

func (t *tx) Expire(ctx context.Context, now time.Time) error {
	for _, statement := range []string{
		`DELETE FROM spent WHERE tenant = $1 AND until < $2`,
		`DELETE FROM tokens WHERE tenant = $1 AND until < $2`,
	} {
		if err := t.exec(ctx, "expire", statement, t.store.tenant, now.Unix()); err != nil {
			return err
		}
	}
	return nil
}

// maybeHash scans 32 bytes that may not be there.
type maybeHash struct{ to **[32]byte }

func (m maybeHash) Scan(v any) error {
	*m.to = nil
	if v == nil {
		return nil
	}
	*m.to = new([32]byte)
	return hash{*m.to}.Scan(v)
}
