package indextest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"lethe/offchain"
)

// writersTakeTurns counts with read and write, from two processes.
func writersTakeTurns(t *testing.T, db Database) {
	stores := []offchain.Store{db.Open("main"), db.Open("main")}
	change(t, stores[0], func(ctx context.Context, tx offchain.Tx) error { return tx.PutSetting(ctx, "n", []byte{0}) })
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			for range 10 {
				err := stores[i%2].InTx(t.Context(), func(tx offchain.Tx) error {
					v, err := tx.Setting(t.Context(), "n")
					if err != nil {
						return err
					}
					return tx.PutSetting(t.Context(), "n", []byte{v[0] + 1})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	n := look(t, stores[0], func(ctx context.Context, q offchain.Queries) ([]byte, error) { return q.Setting(ctx, "n") })
	equal(t, "increments", n, []byte{80})
}

// closuresRunOnce has two processes write what the other has just read: neither fails, and neither is run again.
func closuresRunOnce(t *testing.T, db Database) {
	stores := []offchain.Store{db.Open("main"), db.Open("main")}
	var runs atomic.Int32
	var writers sync.WaitGroup
	for i := range 2 {
		writers.Go(func() {
			for range 10 {
				err := stores[i].InTx(t.Context(), func(tx offchain.Tx) error {
					runs.Add(1)
					_, err := tx.Cases(t.Context())
					_, missing := tx.Setting(t.Context(), "n")
					if !errors.Is(missing, offchain.ErrNotFound) {
						err = errors.Join(err, missing)
					}
					return errors.Join(err, tx.PutSetting(t.Context(), "n", []byte{1}))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	equal(t, "runs of 20 closures", runs.Load(), 20)
}

// tenantsDoNotMeet shows that a tenant finds nothing of another's by any query, and changes nothing of it.
func tenantsDoNotMeet(t *testing.T, db Database) {
	a, b := db.Open("a"), db.Open("b")
	Fill(t, a)
	before := Contents(t, a)
	empty := Contents(t, db.Open("c"))
	equal(t, "what another tenant finds", Contents(t, b), empty)
	p := newPerson("p1")
	change(t, b, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.WipeCompartments(ctx, []string{p.care.ID, p.other.ID}), tx.WipeIdentity(ctx, "p1"),
			tx.DeleteTombstones(ctx, "c0"), tx.DeleteIntents(ctx, []string{"k1"}), tx.ForgetPositions(ctx), tx.RevokeTokens(ctx, "p1"),
			tx.Expire(ctx, created.AddDate(9, 0, 0)), tx.MoveRecord(ctx, p.records[0]), tx.RaiseFloor(ctx, "p1", 99),
			tx.EndGrant(ctx, 5, created), tx.SetPatientState(ctx, "p1", offchain.PatientErasing))
	})
	err := b.InTx(t.Context(), func(tx offchain.Tx) error {
		return tx.UpdateCase(t.Context(), offchain.Case{ID: "c0", File: []byte{}})
	})
	if !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("another tenant's case: %v, want ErrNotFound", err)
	}
	equal(t, "what its owner finds", Contents(t, a), before)
}
