package index_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/indextest"
)

func open(t testing.TB, dir, tenant string) *index.Store {
	t.Helper()
	return opened(t, index.Config{Dir: dir, Tenant: tenant, Log: slog.New(slog.DiscardHandler)})
}

func opened(t testing.TB, cfg index.Config) *index.Store {
	t.Helper()
	s, err := index.Open(t.Context(), cfg)
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
	t.Parallel()
	indextest.Run(t, func(t *testing.T) indextest.Database {
		dir := t.TempDir()
		return indextest.Database{
			Open: func(tenant string) offchain.Store { return open(t, dir, tenant) },
			Work: func(s offchain.Store, run func(context.Context, offchain.Job) error) func() { return work(t, s, run) },
		}
	})
}

// work works a store's jobs until it is stopped, or the test ends.
func work(t testing.TB, s offchain.Store, run func(context.Context, offchain.Job) error) (stop func()) {
	t.Helper()
	end, err := s.(*index.Store).Work(t.Context(), index.Handlers{
		ExecuteErasure: func(ctx context.Context, job offchain.ExecuteErasure) error { return run(ctx, job) },
		SequenceLog:    func(ctx context.Context, job offchain.SequenceLog) error { return run(ctx, job) },
		PrepareErasure: func(ctx context.Context, job offchain.PrepareErasure) error { return run(ctx, job) },
		AnswerQuestion: func(ctx context.Context, job offchain.AnswerQuestion) error { return run(ctx, job) },
		MoveTrial:      func(ctx context.Context, job offchain.MoveTrial) error { return run(ctx, job) },
	})
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		if err := end(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func TestConfigNamesWhatIsWrong(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for name, cfg := range map[string]index.Config{
		"Config.Tenant":             {Dir: t.TempDir(), Log: log},
		"Config.Log":                {Dir: t.TempDir(), Tenant: "main"},
		"Config.Dir and Config.URL": {Tenant: "main", Log: log},
		"and not both":              {Dir: t.TempDir(), URL: "postgres://localhost/lethe", Tenant: "main", Log: log},
	} {
		if _, err := index.Open(t.Context(), cfg); err == nil || !contains(err, name) {
			t.Errorf("%v, want one that names %s", err, name)
		}
	}
}

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

func TestADamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, index.FileName), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := index.Open(t.Context(), index.Config{Dir: dir, Tenant: "main", Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Fatal("opened", s.Close())
	}
}

// Carving the database's files for what was deleted finds nothing: not the wrapped keys, not the sealed rows, not the blind
// identifiers, whatever else was written and deleted around them.
func TestThreat43ResidueInFreePagesAndWAL(t *testing.T) {
	t.Parallel()
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
