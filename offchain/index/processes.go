package index

import (
	"context"
	"fmt"
	"time"

	"lethe/offchain"
)

func (t *tx) Sessions(ctx context.Context) ([]offchain.Session, error) {
	return several(ctx, t, "sessions", func(s *offchain.Session) []any { return []any{&s.Holder, &s.Seen, millis{&s.Until}} },
		`SELECT holder, seen, until FROM sessions WHERE tenant = $1 ORDER BY holder`, t.store.tenant)
}

func (t *tx) PutSession(ctx context.Context, s offchain.Session) error {
	return t.exec(ctx, "put session", `INSERT INTO sessions (tenant, holder, seen, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant, holder) DO UPDATE SET seen = excluded.seen, until = excluded.until`,
		t.store.tenant, s.Holder, s.Seen, s.Until.UnixMilli())
}

// RenewSession implements [offchain.Store].
func (s *Store) RenewSession(ctx context.Context, session offchain.Session) error {
	return s.transact(ctx, s.queue, s.changes, s.look, func(q *tx) error { return q.PutSession(ctx, session) })
}

func (t *tx) EndSession(ctx context.Context, holder string) error {
	return t.exec(ctx, "end session", `DELETE FROM sessions WHERE tenant = $1 AND holder = $2`, t.store.tenant, holder)
}

func (t *tx) Revocations(ctx context.Context, after int64) ([]offchain.Revocation, error) {
	return several(ctx, t, "revocations", func(r *offchain.Revocation) []any {
		return []any{&r.Seq, &r.Patient, &r.Keys, seconds{&r.At}}
	}, `SELECT seq, patient, keys, at FROM revocations WHERE tenant = $1 AND seq > $2 ORDER BY seq`, t.store.tenant, after)
}

func (t *tx) LastRevocation(ctx context.Context) (int64, error) {
	return one(ctx, t, "last revocation", func(n *int64) []any { return []any{n} },
		`SELECT COALESCE(MAX(seq), 0) FROM revocations WHERE tenant = $1`, t.store.tenant)
}

func (t *tx) Revoke(ctx context.Context, r offchain.Revocation) (int64, error) {
	return one(ctx, t, "add revocation", func(n *int64) []any { return []any{n} },
		`INSERT INTO revocations (tenant, patient, keys, at) VALUES ($1, $2, $3, $4) RETURNING seq`,
		t.store.tenant, r.Patient, number(r.Keys), r.At.Unix())
}

// ForgetRevocations keeps the newest one, so that its number is known.
func (t *tx) ForgetRevocations(ctx context.Context, before time.Time) error {
	err := t.exec(ctx, "forget revocations", `DELETE FROM revocations WHERE tenant = $1 AND at < $2
		AND seq < (SELECT MAX(seq) FROM revocations WHERE tenant = $1)`, t.store.tenant, before.Unix())
	if err != nil {
		return err
	}
	return t.exec(ctx, "forget questions", `DELETE FROM questions WHERE tenant = $1 AND at < $2`, t.store.tenant, before.Unix())
}

func (t *tx) Question(ctx context.Context, id string) (offchain.Question, error) {
	return one(ctx, t, "question", func(q *offchain.Question) []any { return []any{&q.ID, &q.Asked, &q.Answer, seconds{&q.At}} },
		`SELECT id, asked, answer, at FROM questions WHERE tenant = $1 AND id = $2`, t.store.tenant, id)
}

func (t *tx) InsertQuestion(ctx context.Context, q offchain.Question) error {
	return t.insert(ctx, "add question", `INSERT INTO questions (tenant, id, asked, at) VALUES ($1, $2, $3, $4)`,
		t.store.tenant, q.ID, q.Asked, q.At.Unix())
}

func (t *tx) AnswerQuestion(ctx context.Context, id string, answer []byte) error {
	return wrap("answer question", changed(t.ExecContext(ctx, `UPDATE questions SET answer = $1 WHERE tenant = $2 AND id = $3`,
		answer, t.store.tenant, id)))
}

func (t *tx) DeleteQuestion(ctx context.Context, id string) error {
	return t.exec(ctx, "delete question", `DELETE FROM questions WHERE tenant = $1 AND id = $2`, t.store.tenant, id)
}

// millis scans a time that is kept in milliseconds.
type millis struct{ to *time.Time }

func (m millis) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("time is %T, not a number of milliseconds", v)
	}
	*m.to = time.UnixMilli(n).UTC()
	return nil
}
