package indextest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

func revocationsAreNumbered(t *testing.T, s offchain.Store) {
	var numbers []int64
	for i := range 3 {
		change(t, s, func(ctx context.Context, tx offchain.Tx) error {
			n, err := tx.Revoke(ctx, offchain.Revocation{Patient: "p", Keys: i > 0, At: created.Add(time.Duration(i) * time.Hour)})
			numbers = append(numbers, n)
			return err
		})
	}
	after := func(n int64) []offchain.Revocation {
		return look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Revocation, error) {
			return q.Revocations(ctx, n)
		})
	}
	equal(t, "after the first", after(numbers[0]), []offchain.Revocation{
		{Seq: numbers[1], Patient: "p", Keys: true, At: created.Add(time.Hour)},
		{Seq: numbers[2], Patient: "p", Keys: true, At: created.Add(2 * time.Hour)},
	})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.ForgetRevocations(ctx, created.AddDate(1, 0, 0))
	})
	equal(t, "left after all were forgotten", len(after(0)), 1)
	last := look(t, s, func(ctx context.Context, q offchain.Queries) (int64, error) { return q.LastRevocation(ctx) })
	equal(t, "last", last, numbers[2])
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		n, err := tx.Revoke(ctx, offchain.Revocation{Patient: "p", At: created})
		if n <= last {
			t.Errorf("number %d comes again after %d", n, last)
		}
		return err
	})
}

func sessionsAreRenewed(t *testing.T, s offchain.Store) {
	get := func() []offchain.Session {
		return look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Session, error) { return q.Sessions(ctx) })
	}
	first := offchain.Session{Holder: "a", Seen: 1, Until: created.Add(time.Millisecond)}
	later := offchain.Session{Holder: "a", Seen: 2, Until: created.Add(time.Second)}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.PutSession(ctx, first) })
	equal(t, "begun", get(), []offchain.Session{first})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.PutSession(ctx, later), tx.EndSession(ctx, "never"))
	})
	equal(t, "renewed", get(), []offchain.Session{later})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.EndSession(ctx, "a") })
	equal(t, "ended", len(get()), 0)
}

func questionsAreAnswered(t *testing.T, s offchain.Store) {
	q := offchain.Question{ID: "q", Asked: []byte("asked"), At: created}
	get := func() offchain.Question {
		return look(t, s, func(ctx context.Context, of offchain.Queries) (offchain.Question, error) {
			return of.Question(ctx, "q")
		})
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.InsertQuestion(ctx, q) })
	if got := get(); got.Answer != nil {
		t.Errorf("an answer before there is one: %v", got.Answer)
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.AnswerQuestion(ctx, "q", []byte("yes")) })
	q.Answer = []byte("yes")
	equal(t, "answered", get(), q)
	err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.AnswerQuestion(t.Context(), "never", []byte("yes")) })
	if !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("an answer to nothing: %v, want ErrNotFound", err)
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.DeleteQuestion(ctx, "q") })
	err = s.View(t.Context(), func(of offchain.Queries) error { _, err := of.Question(t.Context(), "q"); return err })
	if !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("a deleted question: %v, want ErrNotFound", err)
	}
}

// intentsAreTakenOnce: what somebody has cleaned up cannot be completed any more.
func intentsAreTakenOnce(t *testing.T, s offchain.Store) {
	mine := []offchain.Intent{{Kind: offchain.IntentKey, Name: "a", Holder: "p"}, {Kind: offchain.IntentKey, Name: "b", Holder: "p"}}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.InsertIntents(ctx, mine) })
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.LeaveIntents(ctx, []string{"b", "never"}) })
	left := look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Intent, error) { return q.Intents(ctx) })
	mine[1].Holder = ""
	equal(t, "left", left, mine)
	take := func(names ...string) error {
		return s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.TakeIntents(t.Context(), "p", names) })
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.DeleteIntents(ctx, []string{"b"}) })
	if err := take("a", "b"); !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("taking what is gone: %v, want ErrNotFound", err)
	}
	if err := take("a"); err != nil {
		t.Error(err)
	}
}
