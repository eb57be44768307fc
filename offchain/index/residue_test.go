package index_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"lethe/offchain"
)

// files are the files of a table, of its indexes and of what is kept beside it.
const files = `SELECT pg_relation_filepath(c.oid)
	FROM pg_class c, (SELECT oid, reltoastrelid FROM pg_class WHERE oid = $1::text::regclass) AS t
	WHERE c.oid IN (t.oid, t.reltoastrelid) OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (t.oid, t.reltoastrelid))`

// carveTable searches the files of a table, as they are on disk, and says where each table had its files.
func carveTable(t *testing.T, admin *sql.DB, table string, secrets map[string][]byte) (found, paths []string) {
	t.Helper()
	do(t, admin, `CHECKPOINT`)
	rows, err := admin.QueryContext(t.Context(), files, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var path string
		if err := rows.Scan(&path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	for _, path := range paths {
		data := ask[[]byte](t, admin, `SELECT pg_read_binary_file($1)`, path)
		for name, secret := range secrets {
			if bytes.Contains(data, secret) {
				found = append(found, name)
			}
		}
	}
	return found, paths
}

// fortyPeople adds them, and gives what is to be looked for of those with an even number, and of the others.
func fortyPeople(t *testing.T, s offchain.Store) (dead, living map[string][]byte) {
	t.Helper()
	dead, living = map[string][]byte{}, map[string][]byte{}
	for i := range 40 {
		id := fmt.Sprintf("p%03d", i)
		wrapped := bytes.Repeat(fmt.Appendf(nil, "<wrapped %03d>", i), 8)
		blind := fmt.Appendf(nil, "<blind identifier %03d, 32 bytes>", i)
		of := living
		if i%2 == 0 {
			of = dead
		}
		of[id+" wrapped"], of[id+" blind"] = wrapped[:13], blind[:22]
		err := s.InTx(t.Context(), func(tx offchain.Tx) error {
			return insert(t.Context(), tx, id, wrapped, []byte("sealed"), blind)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dead, living
}

// Carving the table's files after an erasure finds no wrapped key and no identifier of it, and those of the living still.
func TestThreat43PostgresResidue(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	admin := connect(t, above)
	dead, living := fortyPeople(t, openURL(t, owner, "main"))
	s := openURL(t, login(t, admin, owner, "lethe_erase"), "main")
	carve := func(secrets map[string][]byte) (found, paths []string) {
		for _, table := range []string{"lethe.wrapped_keys", "lethe.identifiers"} {
			f, p := carveTable(t, admin, table, secrets)
			found, paths = append(found, f...), append(paths, p...)
		}
		return found, paths
	}
	before, paths := carve(dead)
	if len(before) < len(dead) {
		t.Fatalf("before the erasure, only %q of %d are found", before, len(dead))
	}
	for i := 0; i < 40; i += 2 {
		id := fmt.Sprintf("p%03d", i)
		err := s.InTx(t.Context(), func(tx offchain.Tx) error {
			return errors.Join(tx.WipeCompartments(t.Context(), []string{id + "-c"}), tx.WipeIdentity(t.Context(), id))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if wiped, _ := carve(dead); len(wiped) == 0 {
		t.Error("nothing is left even before Scrub: this test does not show what it does")
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, _ := carve(dead); len(found) > 0 {
		t.Errorf("found after the erasure: %q", found)
	}
	if found, _ := carve(living); len(found) < len(living) {
		t.Errorf("of the living only %d are found, of %d", len(found), len(living))
	}
	for _, path := range paths {
		if size := ask[int64](t, admin, `SELECT coalesce((pg_stat_file($1, true)).size, 0)`, path); size > 0 {
			t.Errorf("the old file %s has %d bytes still", path, size)
		}
	}
}

// A wipe that is under way when a scrub begins is not its matter; one that is finished is, whoever still looks at what was there.
func TestScrubTakesItsTurnBesideWriters(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	a, b := openURL(t, at, "a"), openURL(t, at, "b")
	ctx, cancel := context.WithCancel(t.Context())
	writing := make(chan error, 1)
	go func() {
		var err error
		for i := 0; err == nil && ctx.Err() == nil; i++ {
			id := fmt.Sprint("p", i)
			err = a.InTx(t.Context(), func(tx offchain.Tx) error {
				return errors.Join(insert(t.Context(), tx, id, []byte("w"), []byte("s"), []byte(id)),
					tx.WipeCompartments(t.Context(), []string{id + "-c"}))
			})
		}
		writing <- err
	}()
	for range 5 {
		if err := b.Scrub(t.Context()); err != nil {
			t.Error(err)
		}
	}
	cancel()
	if err := <-writing; err != nil {
		t.Error(err)
	}
}
