package indextest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lethe/offchain"
)

func enqueue(t *testing.T, s offchain.Store, job offchain.Job) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.Enqueue(ctx, job) })
}

// next waits for a job that is run.
func next(t *testing.T, runs <-chan offchain.Job) offchain.Job {
	t.Helper()
	select {
	case job := <-runs:
		return job
	case <-time.After(20 * time.Second):
		t.Fatal("no job ran")
		return nil
	}
}

func quiet(t *testing.T, runs <-chan offchain.Job, long time.Duration) {
	t.Helper()
	select {
	case job := <-runs:
		t.Fatalf("a job ran: %#v", job)
	case <-time.After(long):
	}
}

func jobsRunOnceCommitted(t *testing.T, db Database) {
	s := db.Open("main")
	runs := make(chan offchain.Job, 10)
	failures := 1
	stop := db.Work(s, func(_ context.Context, job offchain.Job) error {
		runs <- job
		if failures--; failures >= 0 {
			return errors.New("try again")
		}
		return nil
	})
	_ = s.InTx(t.Context(), func(tx offchain.Tx) error {
		return errors.Join(tx.Enqueue(t.Context(), offchain.ExecuteErasure{Case: "c0"}), errors.New("no"))
	})
	enqueue(t, s, offchain.ExecuteErasure{Case: "c1"})
	for range 2 {
		equal(t, "job", next(t, runs), offchain.Job(offchain.ExecuteErasure{Case: "c1"}))
	}
	for _, job := range []offchain.Job{offchain.PrepareErasure{Case: "c2"}, offchain.AnswerQuestion{ID: "q"}, offchain.MoveTrial{Trial: "t"}} {
		enqueue(t, s, job)
		equal(t, "job", next(t, runs), job)
	}
	stop()
	quiet(t, runs, 0)
}

// jobsAreTheirTenants has the workers of one tenant leave another's jobs alone, and several processes of a tenant share its own.
func jobsAreTheirTenants(t *testing.T, db Database) {
	a, b := db.Open("a"), db.Open("b")
	ofA, ofB := make(chan offchain.Job, 10), make(chan offchain.Job, 10)
	into := func(runs chan offchain.Job) func(context.Context, offchain.Job) error {
		return func(_ context.Context, job offchain.Job) error {
			runs <- job
			return nil
		}
	}
	enqueue(t, a, offchain.SequenceLog{})
	for i := range 4 {
		enqueue(t, a, offchain.ExecuteErasure{Case: fmt.Sprint("a", i)})
	}
	enqueue(t, b, offchain.SequenceLog{}) // not left out because another tenant's waits
	enqueue(t, b, offchain.ExecuteErasure{Case: "b"})
	db.Work(b, into(ofB))
	first := map[offchain.Job]bool{next(t, ofB): true, next(t, ofB): true} // older ones would come before them
	equal(t, "jobs of b", first, map[offchain.Job]bool{offchain.SequenceLog{}: true, offchain.ExecuteErasure{Case: "b"}: true})
	db.Work(a, into(ofA))
	db.Work(db.Open("a"), into(ofA))
	seen := map[offchain.Job]int{}
	for range 5 {
		seen[next(t, ofA)]++
	}
	quiet(t, ofA, 200*time.Millisecond)
	quiet(t, ofB, 0)
	equal(t, "jobs of a", seen, map[offchain.Job]int{
		offchain.SequenceLog{}: 1, offchain.ExecuteErasure{Case: "a0"}: 1, offchain.ExecuteErasure{Case: "a1"}: 1,
		offchain.ExecuteErasure{Case: "a2"}: 1, offchain.ExecuteErasure{Case: "a3"}: 1,
	})
}

// One waiting job stands for all entries; one that is running does not, as it may have looked already.
func logJobsAreOne(t *testing.T, db Database) {
	s := db.Open("main")
	for range 50 {
		enqueue(t, s, offchain.SequenceLog{})
	}
	runs, goOn := make(chan offchain.Job), make(chan struct{})
	stop := db.Work(s, func(_ context.Context, job offchain.Job) error {
		runs <- job
		<-goOn
		return nil
	})
	next(t, runs)
	enqueue(t, s, offchain.SequenceLog{}) // while it runs
	close(goOn)
	next(t, runs)
	quiet(t, runs, 1200*time.Millisecond)
	stop()
}

// logJobsReachEverything enters things for the log, each with a job, while jobs are taken off the queue and run: after the last
// job nothing is left that none has seen. One that is taken while a transaction relies on it would leave that transaction's.
func logJobsReachEverything(t *testing.T, db Database) {
	s := db.Open("main")
	db.Work(s, func(ctx context.Context, _ offchain.Job) error {
		return s.InTx(ctx, func(tx offchain.Tx) error {
			entries, err := tx.PendingEntries(ctx, 1000)
			for i := range entries {
				at := uint64(entries[i].Entry[0])<<8 + uint64(entries[i].Entry[1])
				entries[i].Position = &at
			}
			return errors.Join(err, tx.PlaceEntries(ctx, entries))
		})
	})
	var writers sync.WaitGroup
	for w := range byte(2) {
		store := db.Open("main")
		writers.Go(func() {
			for i := range byte(40) {
				err := store.InTx(t.Context(), func(tx offchain.Tx) error {
					e := offchain.LogEntry{Entry: [32]byte{w, i}}
					err := errors.Join(tx.Enqueue(t.Context(), offchain.SequenceLog{}), tx.InsertEntries(t.Context(), []offchain.LogEntry{e}))
					time.Sleep(10 * time.Millisecond) // between what it found and its commit
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	for end := time.Now().Add(8 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		n := look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.EntryTotals, error) { return q.EntryTotals(ctx) })
		if n.Pending == 0 {
			equal(t, "placed", n.Placed, 80)
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d entries were left, and no job for them", n.Pending)
		}
	}
}
