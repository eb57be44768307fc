package index_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/index"
)

// What is asked for again while it waits is not queued again; what is running may have looked already.
func TestAPreparationOrATrialWaitsOnce(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(*testing.T) *index.Store{
		"SQLite":     func(t *testing.T) *index.Store { return open(t, t.TempDir(), "main") },
		"PostgreSQL": func(t *testing.T) *index.Store { owner, _ := postgres(t); return openURL(t, owner, "main") },
	} {
		t.Run(name, func(t *testing.T) {
			s := at(t)
			waitsOnce(t, s, func(id string) offchain.Job { return offchain.PrepareErasure{Case: id} })
			waitsOnce(t, s, func(id string) offchain.Job { return offchain.MoveTrial{Trial: id} })
		})
	}
}

func waitsOnce(t *testing.T, s *index.Store, of func(id string) offchain.Job) {
	ask := func(id string) {
		if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.Enqueue(t.Context(), of(id)) }); err != nil {
			t.Error(err)
		}
	}
	for range 3 {
		ask("c1")
		ask("c2")
	}
	runs, again := make(chan offchain.Job, 10), sync.OnceFunc(func() { ask("c2"); ask("last") })
	stop := work(t, s, func(_ context.Context, job offchain.Job) error {
		if runs <- job; job == of("c2") {
			again()
		}
		return nil
	})
	defer stop()
	var ran []offchain.Job
	for len(ran) == 0 || ran[len(ran)-1] != of("last") {
		select {
		case job := <-runs:
			ran = append(ran, job)
		case <-time.After(20 * time.Second):
			t.Fatalf("%v ran, and no more", ran)
		}
	}
	if want := []offchain.Job{of("c1"), of("c2"), of("c2"), of("last")}; !slices.Equal(ran, want) {
		t.Errorf("%v ran, want %v", ran, want)
	}
}

// A session does not end because somebody writes for long.
func TestASessionIsRenewedBesideAWriter(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	writer, other := openURL(t, at, "main"), openURL(t, at, "main")
	short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := writer.InTx(t.Context(), func(tx offchain.Tx) error {
		err := tx.PutSetting(t.Context(), "n", []byte{1})
		for _, s := range []*index.Store{writer, other} {
			err = errors.Join(err, s.RenewSession(short, offchain.Session{Holder: "a", Until: time.Now()}))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
