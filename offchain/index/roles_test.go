package index_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/indextest"
)

// login makes a user of the test's own, a member of a role if one is given, and gives its URL.
func login(t testing.TB, admin *sql.DB, at, role string) string {
	t.Helper()
	name := "lethe_test_" + strings.ToLower(rand.Text()[:12])
	do(t, admin, `CREATE ROLE `+name+` LOGIN PASSWORD 'test'`)
	t.Cleanup(func() { do(t, admin, `DROP ROLE `+name) })
	if role != "" {
		do(t, admin, `GRANT `+role+` TO `+name)
	}
	return as(t, at, name, ask[string](t, admin, `SELECT current_database()`))
}

// verbs are tried without a row that they would concern: rights are looked at before rows.
var verbs = map[byte]string{
	'S': `SELECT tenant FROM lethe.%`,
	'I': `INSERT INTO lethe.% SELECT * FROM (SELECT (NULL::lethe.%).*) AS none WHERE false`,
	'U': `UPDATE lethe.% SET tenant = '' WHERE false`,
	'D': `DELETE FROM lethe.% WHERE false`,
}

// What each process may do with each table: select, insert, update, delete. What is not written is refused.
var allowed = map[string]string{ // serve, work, erase, witness
	"patients":          "SIU  -    SIU  -",
	"identifiers":       "SI   -    SD   -",
	"compartments":      "SI   -    SID  S",
	"wrapped_keys":      "SI   -    SIUD S",
	"objects":           "SI   -    SID  S",
	"records":           "SI   -    SIUD -",
	"bundles":           "SI   -    SD   -",
	"bundle_sources":    "SI   -    SD   -",
	"imports":           "SI   -    SD   -",
	"disclosures":       "SI   -    SUD  -",
	"tombstones":        "S    -    SID  -",
	"cases":             "SIU  S    SU   S",
	"ledger_applied":    "S    -    SI   -",
	"intents":           "SIUD -    SIUD -",
	"settings":          "SIU  SIU  SIU  S",
	"log_entries":       "SI   SIU  SIUD -",
	"chain_attempts":    "S    SIU  S    -",
	"leases":            "SIU  SIU  SIU  -",
	"sessions":          "SIUD -    SD   -",
	"revocations":       "SI   -    SID  -",
	"questions":         "S    -    SID  SU",
	"registry_leaves":   "SIU  SIU  SIU  -",
	"registry_versions": "SI   SI   S    -",
	"bindings":          "SIU  -    SUD  -",
	"grants":            "SIU  -    SUD  -",
	"notes":             "SI   -    S    -",
	"spent":             "SID  SD   S    -",
	"tokens":            "SID  SD   SD   -",
}

func TestThreat21EachRoleIsRefusedWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	openURL(t, owner, "main")
	admin := connect(t, above)
	n := ask[int](t, admin, `SELECT count(*) FROM information_schema.columns
		WHERE table_schema = 'lethe' AND column_name = 'tenant'`)
	if n != len(allowed) {
		t.Errorf("the schema has %d tables with a tenant, and this test knows %d", n, len(allowed))
	}
	for i, role := range []string{"lethe_serve", "lethe_work", "lethe_erase", "lethe_witness"} {
		db := connect(t, login(t, admin, owner, role))
		for table, rights := range allowed {
			for verb, statement := range verbs {
				_, err := db.ExecContext(t.Context(), strings.ReplaceAll(statement, "%", table))
				if may := strings.ContainsRune(strings.Fields(rights)[i], rune(verb)); may != (err == nil) || err != nil && !denied(err) {
					t.Errorf("%s, %c on %s: %v, allowed: %v", role, verb, table, err, may)
				}
			}
		}
		_, err := db.ExecContext(t.Context(), `SELECT lethe.rewrite('wrapped_keys')`)
		if may := role == "lethe_erase"; may != (err == nil) {
			t.Errorf("%s rewrites: %v, allowed: %v", role, err, may)
		}
		for _, statement := range []string{
			`TRUNCATE lethe.tombstones`, `CREATE TABLE lethe.mine ()`, `ALTER TABLE lethe.grants DISABLE ROW LEVEL SECURITY`,
		} {
			if _, err := db.ExecContext(t.Context(), statement); !denied(err) {
				t.Errorf("%s: %s: %v", role, statement, err)
			}
		}
	}
}

// denied is SQLSTATE insufficient_privilege.
func denied(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == "42501"
}

// Each process does its part by its own role, and is refused another's.
func TestProcessesWorkUnderTheirRoles(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	indextest.Fill(t, openURL(t, owner, "main"))
	admin := connect(t, above)
	process := func(role string) *index.Store { return openURL(t, login(t, admin, owner, role), "main") }
	server, worker := process("lethe_serve"), process("lethe_work")
	eraser, witness := process("lethe_erase"), process("lethe_witness")
	change := func(s *index.Store, fn func(context.Context, offchain.Tx) error) error {
		return s.InTx(t.Context(), func(tx offchain.Tx) error { return fn(t.Context(), tx) })
	}
	wipe := func(ctx context.Context, tx offchain.Tx) error { return tx.WipeCompartments(ctx, []string{"p1-care"}) }
	forget := func(ctx context.Context, tx offchain.Tx) error { return tx.DeleteTombstones(ctx, "c0") }
	for name, s := range map[string]*index.Store{"serve": server, "work": worker, "witness": witness} {
		if err := errors.Join(change(s, wipe), change(s, forget)); !denied(err) {
			t.Errorf("%s wipes: %v", name, err)
		}
		if err := s.Scrub(t.Context()); !denied(err) {
			t.Errorf("%s scrubs: %v", name, err)
		}
	}
	if err := witness.View(t.Context(), func(q offchain.Queries) error {
		_, err := q.Compartment(t.Context(), "p1-care")
		return err
	}); err != nil {
		t.Errorf("the witness reads what it has to unwrap: %v", err)
	}
	runs := make(chan offchain.Job, 2)
	only := func(s *index.Store, h index.Handlers) {
		stop, err := s.Work(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stop(context.WithoutCancel(t.Context())) })
	}
	only(worker, index.Handlers{SequenceLog: func(_ context.Context, job offchain.SequenceLog) error { runs <- job; return nil }})
	only(eraser, index.Handlers{ExecuteErasure: func(ctx context.Context, job offchain.ExecuteErasure) error {
		runs <- job
		return errors.Join(change(eraser, wipe), eraser.Scrub(ctx))
	}})
	for range 2 { // the second finds a job that waits
		err := change(server, func(ctx context.Context, tx offchain.Tx) error { return tx.Enqueue(ctx, offchain.SequenceLog{}) })
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	}
	if err := change(server, func(ctx context.Context, tx offchain.Tx) error {
		return tx.Enqueue(ctx, offchain.ExecuteErasure{Case: "c1"})
	}); err != nil {
		t.Errorf("serve: %v", err)
	}
	await(t, runs)
	await(t, runs)
}

// What each process does by the port, all of it under its own role.
func TestEachRoleDoesItsOwnPart(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	openURL(t, owner, "main")
	admin := connect(t, above)
	for _, part := range []struct {
		role string
		does func(context.Context, offchain.Tx) error
	}{{"lethe_serve", serve}, {"lethe_work", workLog}, {"lethe_erase", erase}, {"lethe_witness", testify}} { // each goes on with what the one before has left
		s := openURL(t, login(t, admin, owner, part.role), "main")
		if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return part.does(t.Context(), tx) }); err != nil {
			t.Errorf("%s: %v", part.role, err)
		}
	}
}

var (
	someDay   = time.Unix(1<<30, 0)
	someCase  = offchain.Case{ID: "c", Wrapped: []byte{}, File: []byte{}}
	someEntry = offchain.LogEntry{Entry: [32]byte{1}, Subject: "p", Compartment: "p-c"}
)

func serve(ctx context.Context, tx offchain.Tx) error {
	bound := offchain.Binding{Patient: "p", Compartment: "p-c", Sealed: []byte{}, Mark: []byte{}}
	_, err := tx.ReserveLeaf(ctx, "grants", 9)
	_, revoked := tx.Revoke(ctx, offchain.Revocation{Patient: "p"})
	announced := []offchain.Intent{{Kind: offchain.IntentKey, Name: "l"}, {Kind: offchain.IntentKey, Name: "m"}}
	return errors.Join(err, revoked, tx.InsertIntents(ctx, announced), tx.TakeIntents(ctx, "", []string{"l"}), tx.LeaveIntents(ctx, []string{"m"}),
		tx.PutSession(ctx, offchain.Session{Holder: "a"}), tx.PutSession(ctx, offchain.Session{Holder: "a"}),
		tx.PutSession(ctx, offchain.Session{Holder: "b"}), tx.EndSession(ctx, "b"), tx.TakeLease(ctx, "preparing", "a", someDay, someDay),
		tx.Enqueue(ctx, offchain.PrepareErasure{Case: "c"}), tx.Enqueue(ctx, offchain.ExecuteErasure{Case: "c"}),
		insert(ctx, tx, "p", []byte("w"), []byte("s"), []byte("b")), tx.SetPatientState(ctx, "p", offchain.PatientPreparing),
		tx.InsertIntents(ctx, []offchain.Intent{{Kind: offchain.IntentKey, Name: "k"}}), tx.DeleteIntents(ctx, []string{"k"}),
		tx.InsertObject(ctx, offchain.Object{ID: "o", Key: "o"}), tx.InsertImport(ctx, "p", []byte("d")),
		tx.InsertBundle(ctx, offchain.Bundle{ID: "b", Sources: []string{"o"}}),
		tx.InsertDisclosure(ctx, offchain.Disclosure{ID: "d", Sealed: []byte{1}}),
		tx.InsertEntries(ctx, []offchain.LogEntry{someEntry, someEntry}),
		tx.PutSetting(ctx, "n", []byte{}), tx.PutSetting(ctx, "n", []byte{}),
		tx.InsertCase(ctx, someCase), tx.UpdateCase(ctx, someCase),
		tx.SetLeaf(ctx, "grants", 0, [32]byte{1}, nil), tx.PublishLeaves(ctx, offchain.TreeVersion{Kind: "grants", Version: 1}),
		tx.InsertBinding(ctx, bound), tx.ReplaceBinding(ctx, bound), tx.RaiseFloor(ctx, "p", 1),
		tx.InsertGrant(ctx, offchain.Grant{Patient: "p", Compartment: "p-c", Sealed: []byte{}}), tx.EndGrant(ctx, 0, someDay),
		tx.InsertNote(ctx, []byte{}, []byte{}), tx.Spend(ctx, "u", []byte{}, someDay), tx.Expire(ctx, someDay),
		tx.InsertToken(ctx, offchain.Token{Patient: "p", Claims: []byte{}}), tx.RevokeTokens(ctx, "p"))
}

// place gives the entry a position.
func place(ctx context.Context, tx offchain.Tx) error {
	e := someEntry
	e.Position = new(uint64)
	return errors.Join(tx.TakeLease(ctx, "log", "w", someDay, someDay), tx.PlaceEntries(ctx, []offchain.LogEntry{e}))
}

func workLog(ctx context.Context, tx offchain.Tx) error {
	_, err := tx.PendingEntries(ctx, 9)
	return errors.Join(err, place(ctx, tx), tx.ForgetPositions(ctx), place(ctx, tx),
		tx.SaveAttempt(ctx, offchain.Attempt{Created: someDay}), tx.SaveAttempt(ctx, offchain.Attempt{Created: someDay}),
		tx.PublishLeaves(ctx, offchain.TreeVersion{Kind: "grants", Version: 2}),
		tx.InsertEntries(ctx, []offchain.LogEntry{{Entry: [32]byte{2}}}),
		tx.PutSetting(ctx, "log", []byte{}), tx.Expire(ctx, someDay), tx.Enqueue(ctx, offchain.SequenceLog{}))
}

func erase(ctx context.Context, tx offchain.Tx) error {
	_, err := tx.Revoke(ctx, offchain.Revocation{Patient: "p", Keys: true})
	return errors.Join(err, tx.InsertQuestion(ctx, offchain.Question{ID: "q", Asked: []byte{}, At: someDay}), tx.Enqueue(ctx, offchain.AnswerQuestion{ID: "q"}),
		tx.InsertQuestion(ctx, offchain.Question{ID: "r", Asked: []byte{}}), tx.DeleteQuestion(ctx, "r"), tx.EndSession(ctx, "a"),
		tx.ForgetRevocations(ctx, someDay), tx.TakeLease(ctx, "eraser", "e", someDay, someDay), tx.LeaveIntents(ctx, []string{"m"}),
		tx.InsertTombstones(ctx, []offchain.Tombstone{{ID: "p", Case: "c"}}), tx.SetPatientState(ctx, "p", offchain.PatientErasing),
		tx.UpdateCase(ctx, someCase), tx.EndGrant(ctx, 0, someDay), tx.RaiseFloor(ctx, "p", 2),
		tx.SetLeaf(ctx, "grants", 0, [32]byte{3}, nil), tx.RevokeTokens(ctx, "p"),
		tx.MoveRecord(ctx, offchain.Record{ID: "p-0", Sealed: []byte{}}), place(ctx, tx), tx.MarkApplied(ctx, 1),
		tx.WipeCompartments(ctx, []string{"p-c"}), tx.WipeIdentity(ctx, "p"), tx.DeleteTombstones(ctx, "c"),
		tx.InsertCompartment(ctx, offchain.Compartment{ID: "kept", Wrapped: []byte{1}}), tx.Enqueue(ctx, offchain.SequenceLog{}))
}

func testify(ctx context.Context, tx offchain.Tx) error {
	_, err := tx.Question(ctx, "q")
	return errors.Join(err, tx.AnswerQuestion(ctx, "q", []byte("yes")))
}

func TestAnOwnerThatMayNotMakeRolesMigratesWithout(t *testing.T) {
	t.Parallel()
	owner, above := postgres(t)
	admin := connect(t, above)
	do(t, admin, `ALTER ROLE `+ask[string](t, connect(t, owner), `SELECT current_user`)+` NOCREATEROLE`)
	if err := index.Migrate(t.Context(), owner, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	openURL(t, owner, "main")
}
