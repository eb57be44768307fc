package indextest

import (
	"context"
	"errors"
	"testing"
	"time"

	"lethe/offchain"
)

func entry(n byte, subject, compartment string) offchain.LogEntry {
	return offchain.LogEntry{Entry: [32]byte{n}, Subject: subject, Compartment: compartment}
}

func placed(e offchain.LogEntry, at uint64) offchain.LogEntry {
	e.Position = &at
	return e
}

func pending(limit int) func(context.Context, offchain.Queries) ([]offchain.LogEntry, error) {
	return func(ctx context.Context, q offchain.Queries) ([]offchain.LogEntry, error) {
		return q.PendingEntries(ctx, limit)
	}
}

func entriesOf(subject string) func(context.Context, offchain.Queries) ([]offchain.LogEntry, error) {
	return func(ctx context.Context, q offchain.Queries) ([]offchain.LogEntry, error) {
		return q.EntriesOf(ctx, subject)
	}
}

func entriesGetPositionsOnce(t *testing.T, s offchain.Store) {
	a, b, c := entry(1, "r1", "k"), entry(2, "r1", "k"), entry(3, "case", "")
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.InsertEntries(ctx, []offchain.LogEntry{c, a, b}), tx.InsertEntries(ctx, []offchain.LogEntry{a}))
	})
	equal(t, "pending", look(t, s, pending(9)), []offchain.LogEntry{c, a, b})
	equal(t, "pending, two at most", look(t, s, pending(2)), []offchain.LogEntry{c, a})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		unknown := placed(entry(9, "", ""), 8)
		return tx.PlaceEntries(ctx, []offchain.LogEntry{placed(c, 0), placed(a, 7), unknown})
	})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.PlaceEntries(ctx, []offchain.LogEntry{placed(a, 70)}), tx.InsertEntries(ctx, []offchain.LogEntry{a}))
	})
	equal(t, "pending", look(t, s, pending(9)), []offchain.LogEntry{b})
	equal(t, "entries of r1", look(t, s, entriesOf("r1")), []offchain.LogEntry{placed(a, 7), b})
	equal(t, "totals", look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.EntryTotals, error) {
		return q.EntryTotals(ctx)
	}), offchain.EntryTotals{Placed: 2, Pending: 1})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.ForgetPositions(ctx) })
	equal(t, "pending for a new log", look(t, s, pending(9)), []offchain.LogEntry{c, a, b})
	err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.PlaceEntries(t.Context(), []offchain.LogEntry{b}) })
	if err == nil {
		t.Fatal("an entry was placed nowhere")
	}
}

func announcedEntries(t *testing.T, s offchain.Store) {
	a, b, c := entry(1, "case", ""), entry(2, "case", ""), entry(3, "case", "")
	a.Announce, c.Announce = true, true
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.InsertEntries(ctx, []offchain.LogEntry{a, b, c}),
			tx.PlaceEntries(ctx, []offchain.LogEntry{placed(a, 5), placed(b, 6), placed(c, 7)}))
	})
	for _, span := range []struct {
		from, to uint64
		want     []offchain.LogEntry
	}{{0, 9, []offchain.LogEntry{placed(a, 5), placed(c, 7)}}, {5, 7, []offchain.LogEntry{placed(a, 5)}}, {6, 7, nil}} {
		equal(t, "announced", look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.LogEntry, error) {
			return q.AnnouncedEntries(ctx, span.from, span.to)
		}), span.want)
	}
}

func keyNames(t *testing.T, s offchain.Store) {
	p, q := newPerson("p"), newPerson("q")
	change(t, s, p.insert)
	change(t, s, q.insert)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.WipeCompartments(ctx, []string{q.other.ID}) })
	equal(t, "key names", look(t, s, func(ctx context.Context, q offchain.Queries) ([]string, error) { return q.KeyNames(ctx) }),
		[]string{p.care.KeyName, q.care.KeyName, p.other.KeyName})
}

func wipeUnlinksLogEntries(t *testing.T, s offchain.Store) {
	p := newPerson("p")
	change(t, s, p.insert)
	in, waiting := entry(1, "p-r0", p.care.ID), entry(2, "p-r1", p.care.ID)
	other := entry(3, "p-d", p.other.ID)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.InsertEntries(ctx, []offchain.LogEntry{in, waiting, other}),
			tx.PlaceEntries(ctx, []offchain.LogEntry{placed(in, 0), placed(other, 1)}),
			tx.WipeCompartments(ctx, []string{p.care.ID}))
	})
	equal(t, "of a wiped record", len(look(t, s, entriesOf("p-r0")))+len(look(t, s, entriesOf("p-r1"))), 0)
	equal(t, "still to be logged", look(t, s, pending(9)), []offchain.LogEntry{entry(2, "", "")})
	equal(t, "of another compartment", look(t, s, entriesOf("p-d")), []offchain.LogEntry{placed(other, 1)})
}

func movedRecordKeepsItsEntry(t *testing.T, s offchain.Store) {
	p := newPerson("p")
	change(t, s, p.insert)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		moved := p.records[0]
		moved.Compartment = p.other.ID
		return errors.Join(tx.InsertEntries(ctx, []offchain.LogEntry{entry(1, moved.ID, p.care.ID)}), tx.MoveRecord(ctx, moved),
			tx.WipeCompartments(ctx, []string{p.care.ID}))
	})
	equal(t, "entries", look(t, s, entriesOf("p-r0")), []offchain.LogEntry{entry(1, "p-r0", p.other.ID)})
}

func attemptsAreReplaced(t *testing.T, s offchain.Store) {
	all := func() []offchain.Attempt {
		return look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Attempt, error) { return q.Attempts(ctx) })
	}
	save := func(a offchain.Attempt) {
		change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.SaveAttempt(ctx, a) })
	}
	first := offchain.Attempt{
		Transaction: [32]byte{1}, Nonce: 4, Raw: []byte("raw"), State: "stored", Log: 1, Size: 1 << 40, Root: [32]byte{2}, Created: created,
	}
	second := first
	second.Transaction, second.Nonce = [32]byte{3}, 5
	save(first)
	save(second)
	equal(t, "stored", all(), []offchain.Attempt{first, second})
	first.State, first.Block, first.BlockHash, first.Time = "mined", 9, [32]byte{4}, created.Add(time.Second)
	save(first)
	second.State = "failed"
	save(second)
	equal(t, "replaced", all(), []offchain.Attempt{first})
}

func leaseIsHeldByOne(t *testing.T, s offchain.Store) {
	take := func(name, holder string, at time.Duration) error {
		return s.InTx(t.Context(), func(tx offchain.Tx) error {
			return tx.TakeLease(t.Context(), name, holder, created.Add(at), created.Add(at+10*time.Second))
		})
	}
	for _, step := range []struct {
		name, holder string
		at           time.Duration
		held         bool
	}{
		{"log", "a", 0, false},
		{"log", "b", 5 * time.Second, true},
		{"other", "b", 5 * time.Second, false},
		{"log", "a", 9 * time.Second, false},  // renewed, until 19
		{"log", "b", 19 * time.Second, true},  // not before it has ended
		{"log", "b", 20 * time.Second, false}, // taken over
		{"log", "a", 21 * time.Second, true},
	} {
		err := take(step.name, step.holder, step.at)
		if errors.Is(err, offchain.ErrHeld) != step.held || (err != nil) != step.held {
			t.Fatalf("%s by %s at %s: %v", step.name, step.holder, step.at, err)
		}
	}
}
