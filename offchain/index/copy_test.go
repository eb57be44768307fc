package index_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/indextest"
)

// filled is a store in SQLite with something of everything, and three jobs of which one stands for two.
func filled(t *testing.T, dir string) *index.Store {
	t.Helper()
	s := open(t, dir, "main")
	indextest.Fill(t, s)
	enqueue(t, s, offchain.ExecuteErasure{Case: "c1"}, offchain.SequenceLog{}, offchain.SequenceLog{},
		offchain.ExecuteErasure{Case: "c0"})
	return s
}

func enqueue(t *testing.T, s *index.Store, jobs ...offchain.Job) {
	t.Helper()
	for _, job := range jobs {
		if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.Enqueue(t.Context(), job) }); err != nil {
			t.Fatal(err)
		}
	}
}

// await waits for a job that is run.
func await(t *testing.T, runs <-chan offchain.Job) offchain.Job {
	t.Helper()
	select {
	case job := <-runs:
		return job
	case <-time.After(20 * time.Second):
		t.Fatal("no job ran")
		return nil
	}
}

// same compares what all queries of the port say.
func same(t *testing.T, got, want offchain.Store) {
	t.Helper()
	g, w := indextest.Contents(t, got), indextest.Contents(t, want)
	for query, is := range g {
		if is != w[query] {
			t.Errorf("%s: %s, want %s", query, is, w[query])
		}
	}
}

func TestCopyKeepsEverythingInBothDirections(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lite := filled(t, dir)
	at, _ := postgres(t)
	postgres, back := openURL(t, at, "main"), open(t, t.TempDir(), "main")
	other := openURL(t, at, "other-tenant") // is neither in the way nor taken along
	enqueue(t, other, offchain.SequenceLog{})
	if err := other.InTx(t.Context(), func(tx offchain.Tx) error {
		return tx.InsertNote(t.Context(), []byte("inbox"), []byte("another's"))
	}); err != nil {
		t.Fatal(err)
	}
	there, err := index.Copy(t.Context(), lite, postgres)
	if err != nil {
		t.Fatal(err)
	}
	returned, err := index.Copy(t.Context(), postgres, back)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(there, returned) || there.Jobs != 3 {
		t.Errorf("there %+v, back %+v", there, returned)
	}
	everyTable(t, dir, there)
	same(t, postgres, lite)
	same(t, back, lite)
	for _, s := range []*index.Store{postgres, back} {
		runs := make(chan offchain.Job, 9)
		work(t, s, func(_ context.Context, job offchain.Job) error { runs <- job; return nil })
		got := []offchain.Job{await(t, runs), await(t, runs), await(t, runs)}
		wanted := []offchain.Job{offchain.SequenceLog{}, offchain.ExecuteErasure{Case: "c0"}, offchain.ExecuteErasure{Case: "c1"}}
		for _, job := range wanted {
			if !slices.Contains(got, job) {
				t.Errorf("jobs %+v, without %+v", got, job)
			}
		}
		addsAfter(t, s)
	}
}

// everyTable compares what was copied with all tables of a database that have a tenant, and finds rows in each.
func everyTable(t *testing.T, dir string, c index.Copied) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, index.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	n := ask[int](t, db, `SELECT count(*) FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
		WHERE s.type = 'table' AND c.name = 'tenant'`)
	if n != len(c.Tables) {
		t.Errorf("%d tables have a tenant, and %d were copied", n, len(c.Tables))
	}
	for _, table := range c.Tables {
		if rows := ask[int64](t, db, `SELECT count(*) FROM `+table.Name); rows != table.Rows || rows == 0 {
			t.Errorf("%s has %d rows, and %d were copied", table.Name, rows, table.Rows)
		}
	}
}

// addsAfter adds rows to what was copied: they come last.
func addsAfter(t *testing.T, s *index.Store) {
	t.Helper()
	ctx := t.Context()
	err := s.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(tx.InsertNote(ctx, []byte("inbox"), []byte("third")),
			tx.InsertRecords(ctx, []offchain.Record{{ID: "0-new", Patient: "p1", Sealed: []byte{1}}}),
			tx.InsertEntries(ctx, []offchain.LogEntry{{Subject: "p1-r0"}}),
			tx.InsertCase(ctx, offchain.Case{ID: "0-new", Wrapped: []byte{}, File: []byte{}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(ctx, func(q offchain.Queries) error {
		notes, e1 := q.Notes(ctx, []byte("inbox"), 0, 9)
		records, e2 := q.Records(ctx, "p1")
		entries, e3 := q.EntriesOf(ctx, "p1-r0")
		cases, e4 := q.Cases(ctx)
		if len(notes) != 3 || string(notes[2].Message) != "third" || records[len(records)-1].ID != "0-new" ||
			entries[len(entries)-1].Entry != [32]byte{} || cases[len(cases)-1].ID != "0-new" {
			t.Errorf("what was added is not last: %+v, %+v, %+v, %+v", notes, records, entries, cases)
		}
		return errors.Join(e1, e2, e3, e4)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCopyRefusesATargetThatIsNotEmptyOrAnotherTenants(t *testing.T) {
	t.Parallel()
	from, to := filled(t, t.TempDir()), open(t, t.TempDir(), "main")
	if _, err := index.Copy(t.Context(), from, open(t, t.TempDir(), "other")); err == nil {
		t.Error("copied to another tenant")
	}
	enqueue(t, to, offchain.SequenceLog{})
	if _, err := index.Copy(t.Context(), from, to); !errors.Is(err, offchain.ErrExists) {
		t.Errorf("beside a job: %v", err)
	}
	one := open(t, t.TempDir(), "main")
	if err := put(t.Context(), one, "n"); err != nil {
		t.Fatal(err)
	}
	if _, err := index.Copy(t.Context(), from, one); !errors.Is(err, offchain.ErrExists) {
		t.Errorf("beside a row: %v", err)
	}
	if _, err := index.Copy(t.Context(), from, from); !errors.Is(err, offchain.ErrExists) {
		t.Errorf("onto itself: %v", err)
	}
}

// A target that keeps something else than it was given is found out, and left empty.
func TestCopyComparesWhatItHasWritten(t *testing.T) {
	t.Parallel()
	at, above := postgres(t)
	from, to := filled(t, t.TempDir()), openURL(t, at, "main")
	admin := connect(t, above)
	do(t, admin, `CREATE FUNCTION lethe.alter_it() RETURNS trigger LANGUAGE plpgsql
		AS 'BEGIN NEW.message := ''other''; RETURN NEW; END'`)
	do(t, admin, `CREATE TRIGGER alter_it BEFORE INSERT ON lethe.notes FOR EACH ROW EXECUTE FUNCTION lethe.alter_it()`)
	if _, err := index.Copy(t.Context(), from, to); !contains(err, "table notes") {
		t.Errorf("err = %v", err)
	}
	if rows := ask[int](t, admin, `SELECT count(*) FROM lethe.patients`); rows != 0 {
		t.Errorf("%d patients were left", rows)
	}
}

// A folder of the version before tenants had wrapped keys and queues of their own opens, with its keys and its jobs.
func TestAFolderOfTheVersionBeforeOpens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, index.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	schema, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := schema.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	do(t, db, `INSERT INTO compartments (tenant, id, patient, name, key_name, created) VALUES ('main', 'c', 'p', 'care', 'k', 1)`)
	do(t, db, `INSERT INTO wrapped_keys (compartment, wrapped) VALUES ('c', x'0102')`)
	s := open(t, dir, "main")
	enqueue(t, s, offchain.ExecuteErasure{Case: "old"})
	do(t, db, `UPDATE river_job SET queue = 'erasures'`)
	s = open(t, dir, "main")
	runs := make(chan offchain.Job, 1)
	work(t, s, func(_ context.Context, job offchain.Job) error { runs <- job; return nil })
	if job := await(t, runs); job != (offchain.ExecuteErasure{Case: "old"}) {
		t.Errorf("job %+v", job)
	}
	err = s.View(t.Context(), func(q offchain.Queries) error {
		c, err := q.Compartment(t.Context(), "c")
		if err == nil && !slices.Equal(c.Wrapped, []byte{1, 2}) {
			t.Errorf("wrapped key %x", c.Wrapped)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
