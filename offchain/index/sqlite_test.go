package index_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/indextest"
)

func open(t *testing.T, dir, tenant string) *index.Store {
	t.Helper()
	s, err := index.Open(t.Context(), index.Config{Dir: dir, Tenant: tenant, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSQLiteConforms(t *testing.T) {
	indextest.Run(t, func(t *testing.T) offchain.Store { return open(t, t.TempDir(), "main") })
}

func TestConfigNamesWhatIsMissing(t *testing.T) {
	if _, err := index.Open(t.Context(), index.Config{Dir: t.TempDir()}); err == nil {
		t.Fatal("an index without a tenant was opened")
	}
}

func TestADamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, index.FileName), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := index.Open(t.Context(), index.Config{Dir: dir, Tenant: "main", Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Fatal("opened", s.Close())
	}
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir, "a"), open(t, dir, "b")
	p := offchain.Patient{ID: "p", State: offchain.PatientActive, Created: time.Now()}
	if err := a.InTx(t.Context(), func(tx offchain.Tx) error { return tx.InsertPatient(t.Context(), p) }); err != nil {
		t.Fatal(err)
	}
	err := b.View(t.Context(), func(q offchain.Queries) error {
		_, err := q.Patient(t.Context(), "p")
		return err
	})
	if !errors.Is(err, offchain.ErrNotFound) {
		t.Fatalf("another tenant's patient: %v", err)
	}
}

func TestJobsRunOnceCommittedAndAreTriedAgain(t *testing.T) {
	s := open(t, t.TempDir(), "main")
	runs := make(chan offchain.ExecuteErasure, 10)
	failures := 1
	stop, err := s.Work(t.Context(), index.Handlers{
		ExecuteErasure: func(_ context.Context, job offchain.ExecuteErasure) error {
			runs <- job
			if failures > 0 {
				failures--
				return errors.New("try again")
			}
			return nil
		},
		SequenceLog: func(context.Context, offchain.SequenceLog) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.InTx(t.Context(), func(tx offchain.Tx) error {
		return tx.Enqueue(t.Context(), offchain.ExecuteErasure{Case: "c1"})
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case job := <-runs:
			if job.Case != "c1" {
				t.Fatalf("job %+v", job)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the job did not run")
		}
	}
	if err := stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// One waiting job stands for all entries; one that is running does not, as it may have looked already.
func TestLogJobsAreOneForAllThatWait(t *testing.T) {
	s := open(t, t.TempDir(), "main")
	enqueue := func() {
		t.Helper()
		if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.Enqueue(t.Context(), offchain.SequenceLog{}) }); err != nil {
			t.Fatal(err)
		}
	}
	for range 50 {
		enqueue()
	}
	runs, goOn := make(chan struct{}), make(chan struct{})
	stop, err := s.Work(t.Context(), index.Handlers{
		ExecuteErasure: func(context.Context, offchain.ExecuteErasure) error { return nil },
		SequenceLog: func(context.Context, offchain.SequenceLog) error {
			runs <- struct{}{}
			<-goOn
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-runs
	enqueue() // while it runs
	close(goOn)
	<-runs
	select {
	case <-runs:
		t.Fatal("a third job, where two stood for all")
	case <-time.After(time.Second):
	}
	if err := stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Carving the database's files for what was deleted finds nothing: not the wrapped keys, not the sealed rows, not the blind
// identifiers, whatever else was written and deleted around them.
func TestThreat43ResidueInFreePagesAndWAL(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, "main")
	secrets := map[string][]byte{}
	for i := range 200 {
		id := fmt.Sprintf("p%03d", i)
		wrapped, sealed := bytes.Repeat([]byte(fmt.Sprintf("<wrapped %03d>", i)), 8), bytes.Repeat([]byte(fmt.Sprintf("<sealed %03d>", i)), 40)
		blind := []byte(fmt.Sprintf("<blind identifier %03d, 32 bytes>", i))
		if i%2 == 0 {
			secrets[id+" wrapped"], secrets[id+" sealed"], secrets[id+" blind"] = wrapped[:13], sealed[:12], blind[:22]
		}
		err := s.InTx(t.Context(), func(tx offchain.Tx) error { return insert(t.Context(), tx, id, wrapped, sealed, blind) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if found := carve(t, dir, secrets); len(found) == 0 {
		t.Fatal("the carver finds nothing even before the deletion")
	}
	for i := 0; i < 200; i += 2 {
		id := fmt.Sprintf("p%03d", i)
		err := s.InTx(t.Context(), func(tx offchain.Tx) error {
			return errors.Join(tx.WipeCompartments(t.Context(), []string{id + "-c"}), tx.WipeIdentity(t.Context(), id))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := carve(t, dir, secrets); len(found) > 0 {
		t.Fatalf("found after the deletion: %q", found)
	}
}

func insert(ctx context.Context, tx offchain.Tx, id string, wrapped, sealed, blind []byte) error {
	now := time.Now()
	records := make([]offchain.Record, 20)
	for i := range records {
		records[i] = offchain.Record{ID: fmt.Sprint(id, "-", i), Patient: id, Compartment: id + "-c", Object: "o", Length: 1, Sealed: sealed}
	}
	return errors.Join(
		tx.InsertPatient(ctx, offchain.Patient{ID: id, State: offchain.PatientActive, Created: now}),
		tx.InsertIdentifier(ctx, offchain.Identifier{Blind: blind, System: []byte("s"), Patient: id}),
		tx.InsertCompartment(ctx, offchain.Compartment{ID: id + "-c", Patient: id, Name: "care", KeyName: id, Wrapped: wrapped, Created: now}),
		tx.InsertRecords(ctx, records))
}

// carve searches all files of a folder for some bytes.
func carve(t *testing.T, dir string, secrets map[string][]byte) (found []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range secrets {
			if bytes.Contains(data, secret) {
				found = append(found, f.Name()+": "+name)
			}
		}
	}
	return found
}

func TestTheDatabaseIsTheOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, "main")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}
