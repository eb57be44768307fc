package indextest

import (
	"context"
	"errors"
	"testing"

	"lethe/offchain"
)

func totals(t *testing.T, s offchain.Store) offchain.Totals {
	t.Helper()
	return look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.Totals, error) { return q.Totals(ctx) })
}

func errorRollsBack(t *testing.T, s offchain.Store) {
	mine := errors.New("mine")
	err := s.InTx(t.Context(), func(tx offchain.Tx) error {
		return errors.Join(newPerson("p1").insert(t.Context(), tx), mine)
	})
	if !errors.Is(err, mine) {
		t.Fatalf("err = %v", err)
	}
	equal(t, "totals", totals(t, s), offchain.Totals{})
}

func panicRollsBack(t *testing.T, s offchain.Store) {
	func() {
		defer func() { _ = recover() }()
		_ = s.InTx(t.Context(), func(tx offchain.Tx) error {
			_ = newPerson("p1").insert(t.Context(), tx)
			panic("half way")
		})
	}()
	add(t, s, "p2") // the writer is free again
	equal(t, "totals", totals(t, s).Patients, 1)
}

func viewsAreSnapshots(t *testing.T, s offchain.Store) {
	add(t, s, "p1")
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		before, err := q.Totals(ctx)
		if err != nil {
			return err
		}
		add(t, s, "p2")
		after, err := q.Totals(ctx)
		equal(t, "within a view", after, before)
		return err
	})
	equal(t, "after it", totals(t, s).Patients, 2)
}

func viewsDoNotWrite(t *testing.T, s offchain.Store) {
	err := s.View(t.Context(), func(q offchain.Queries) error {
		tx, ok := q.(offchain.Tx)
		if !ok {
			return errors.New("not a Tx, so it cannot write")
		}
		return tx.InsertPatient(t.Context(), newPerson("p1").patient)
	})
	if err == nil {
		t.Fatal("a view wrote")
	}
}

// A closure may look at ErrExists and go on.
func transactionOutlivesExists(t *testing.T, s offchain.Store) {
	add(t, s, "p1")
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		if err := tx.InsertPatient(ctx, newPerson("p1").patient); !errors.Is(err, offchain.ErrExists) {
			t.Errorf("the same patient: %v, want ErrExists", err)
		}
		return newPerson("p2").insert(ctx, tx)
	})
	equal(t, "patients", totals(t, s).Patients, 2)
}

func endedContextRollsBack(t *testing.T, s offchain.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	err := s.InTx(ctx, func(tx offchain.Tx) error {
		err := newPerson("p1").insert(ctx, tx)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v, want context.Canceled", err)
	}
	add(t, s, "p2") // the writer is free again
	equal(t, "totals", totals(t, s).Patients, 1)
}

func enqueueRollsBack(t *testing.T, s offchain.Store) {
	err := s.InTx(t.Context(), func(tx offchain.Tx) error {
		return errors.Join(tx.Enqueue(t.Context(), offchain.ExecuteErasure{Case: "c"}), errors.New("no"))
	})
	if err == nil {
		t.Fatal("the error was lost")
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.Enqueue(ctx, offchain.ExecuteErasure{Case: "c"})
	})
}
