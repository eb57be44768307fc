package indextest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"lethe/offchain"
)

// Fill puts something of everything that an index holds into an empty store, in an order of its own where lists have one.
func Fill(t *testing.T, s offchain.Store) {
	t.Helper()
	add(t, s, "p2", "p1")
	p := newPerson("p1")
	for _, some := range []func(context.Context, offchain.Tx) error{fillCases, fillLog, fillTrees, fillProcesses} {
		change(t, s, some)
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		second := p.records[0]
		second.ID, second.Sealed = "p1-a", []byte{0, 0xff, '\''}
		return errors.Join(tx.PutSetting(ctx, "control", []byte("value")), tx.PutSetting(ctx, "empty", []byte{}),
			tx.InsertRecords(ctx, []offchain.Record{second}),
			tx.WipeCompartments(ctx, []string{"p2-care"}), // leaves gaps in the sequences
			tx.InsertBinding(ctx, offchain.Binding{Patient: "p1", Compartment: "p1-care", Sealed: []byte{}, Mark: []byte("m"), Floor: 1}),
			tx.InsertGrant(ctx, offchain.Grant{Index: 5, Patient: "p1", Compartment: "p1-care", Sealed: []byte("g"), Created: created}),
			tx.InsertGrant(ctx, offchain.Grant{Index: 4, Patient: "p1", Compartment: "p1-care", Sealed: []byte("g"), Created: created}),
			tx.EndGrant(ctx, 5, created.Add(time.Hour)),
			tx.InsertNote(ctx, []byte("inbox"), []byte("first")), tx.InsertNote(ctx, []byte("inbox"), []byte("second")),
			tx.Spend(ctx, "challenge", []byte("spent"), created.AddDate(1, 0, 0)),
			tx.InsertToken(ctx, offchain.Token{Hash: *value(1), Patient: "p1", Claims: []byte("claims"), Until: created.AddDate(1, 0, 0)}))
	})
}

func fillCases(ctx context.Context, tx offchain.Tx) error {
	var all []error
	for i, state := range []string{"requested", "approved", "certified"} {
		c := offchain.Case{ID: fmt.Sprint("c", 2-i), Patient: "p1", State: state, KeyName: "k", Created: created}
		c.Wrapped, c.File = []byte{1}, []byte{2}
		all = append(all, tx.InsertCase(ctx, c))
	}
	return errors.Join(append(all, tx.MarkApplied(ctx, 1), tx.MarkApplied(ctx, math.MaxInt64),
		tx.InsertTombstones(ctx, []offchain.Tombstone{{ID: "gone", Case: "c0", At: created}}),
		tx.InsertIntents(ctx, []offchain.Intent{{Kind: offchain.IntentObject, Name: "o1", Holder: "a"}, {Kind: offchain.IntentKey, Name: "k1"}}))...)
}

func fillProcesses(ctx context.Context, tx offchain.Tx) error {
	_, first := tx.Revoke(ctx, offchain.Revocation{Patient: "p1", At: created})
	_, second := tx.Revoke(ctx, offchain.Revocation{Patient: "p1", Keys: true, At: created})
	return errors.Join(first, second, tx.PutSession(ctx, offchain.Session{Holder: "serve", Seen: 1, Until: created.Add(time.Millisecond)}),
		tx.InsertQuestion(ctx, offchain.Question{ID: "q1", Asked: []byte("asked"), At: created}),
		tx.InsertQuestion(ctx, offchain.Question{ID: "q2", Asked: []byte("asked"), At: created}),
		tx.AnswerQuestion(ctx, "q2", []byte("answer")))
}

func fillLog(ctx context.Context, tx offchain.Tx) error {
	told, waiting := entry(9, "p1-r0", "p1-care"), entry(2, "p1-r0", "p1-care")
	told.Announce = true
	a := offchain.Attempt{Transaction: [32]byte{8}, Nonce: 4, Raw: []byte("raw"), State: "stored", Size: 1 << 40, Created: created}
	b := a
	b.Transaction, b.Time = [32]byte{7}, created.Add(time.Minute)
	return errors.Join(tx.InsertEntries(ctx, []offchain.LogEntry{told, waiting, entry(1, "c0", "")}),
		tx.PlaceEntries(ctx, []offchain.LogEntry{placed(told, 3)}), tx.SaveAttempt(ctx, a), tx.SaveAttempt(ctx, b),
		tx.TakeLease(ctx, "log", "holder", created, created.AddDate(10, 0, 0)))
}

func fillTrees(ctx context.Context, tx offchain.Tx) error {
	_, err := tx.ReserveLeaf(ctx, tree, 9)
	return errors.Join(err, tx.SetLeaf(ctx, tree, 3, *value(7), []byte("g")), tx.PublishLeaves(ctx, version(1, 0)),
		tx.SetLeaf(ctx, tree, 2, *value(8), nil))
}

// arguments are what Contents asks each query with.
func arguments() map[string][]any {
	p := newPerson("p1")
	return map[string][]any{
		"Patient": {"p1"}, "Patients": {}, "PatientsByBlind": {[][]byte{p.identifier.Blind}}, "Identifiers": {"p1"},
		"Compartments": {"p1"}, "Compartment": {p.care.ID}, "CompartmentsByKey": {[]string{p.care.KeyName, p.other.KeyName}},
		"Imported": {"p1", p.digest}, "Object": {p.object.ID}, "Objects": {"p1"}, "Record": {"p1-a"}, "Records": {"p1"},
		"RecordRefs": {"p1"}, "Bundle": {p.bundle.ID}, "Bundles": {"p1"}, "Disclosures": {"p1"},
		"Disclosure": {p.disclosure.ID}, "Tombstone": {"gone"}, "Case": {"c0"}, "Cases": {},
		"CasesIn": {"certified"}, "OpenCases": {}, "Intents": {}, "Applied": {},
		"PendingEntries": {99}, "EntriesOf": {"p1-r0"}, "AnnouncedEntries": {uint64(0), uint64(99)}, "KeyNames": {}, "EntryTotals": {},
		"Attempts": {}, "Setting": {"control"}, "Totals": {},
		"TreeVersion": {tree}, "TreeVersionOf": {tree, *value(1)}, "TreeVersionAt": {tree, uint64(1)}, "PendingLeaves": {tree},
		"Leaves": {tree, uint64(0), uint64(9)}, "Leaf": {tree, uint32(0)}, "CountLeaves": {tree, []byte("g")}, "Binding": {"p1"},
		"Grant": {uint32(5)}, "Grants": {"p1"}, "Notes": {[]byte("inbox"), int64(0), 99}, "Spent": {"challenge", []byte("spent")},
		"Token": {*value(1)}, "Sessions": {}, "Revocations": {int64(0)}, "LastRevocation": {}, "Question": {"q2"},
	}
}

// Contents asks every query of the port for what Fill has put in, and gives the answers by the query's name, as JSON in which
// bytes that are absent read as empty ones.
func Contents(t *testing.T, s offchain.Store) map[string]string {
	t.Helper()
	all, known := map[string]string{}, arguments()
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		queries := reflect.TypeFor[offchain.Queries]()
		for i := range queries.NumMethod() {
			name := queries.Method(i).Name
			asked, ok := known[name]
			if !ok {
				t.Fatalf("Contents does not know the query %s", name)
			}
			in := []reflect.Value{reflect.ValueOf(ctx)}
			for _, a := range asked {
				in = append(in, reflect.ValueOf(a))
			}
			out := reflect.ValueOf(q).MethodByName(name).Call(in)
			answer, err := json.Marshal(out[0].Interface())
			if err != nil {
				return err
			}
			all[name] = strings.ReplaceAll(string(answer), "null", `""`)
			if err, failed := out[1].Interface().(error); failed && !errors.Is(err, offchain.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	return all
}
