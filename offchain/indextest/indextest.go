// Package indextest is the conformance suite of [offchain.Store]: every sentence of the port's contract, run on each database.
package indextest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"lethe/offchain"
)

// Database is an empty database of one test's own. What it opens and starts ends with the test.
type Database struct {
	// Open opens the database for a tenant, as one more process.
	Open func(tenant string) offchain.Store
	// Work works the jobs of a store's tenant, and gives how to stop and wait. A job whose run fails is tried again.
	Work func(s offchain.Store, run func(context.Context, offchain.Job) error) (stop func())
}

// Run runs the suite. fresh gives an empty database.
func Run(t *testing.T, fresh func(t *testing.T) Database) {
	for name, test := range map[string]func(*testing.T, offchain.Store){
		"RowsReadBack":              rowsReadBack,
		"AbsentIsNotFound":          absentIsNotFound,
		"TwiceIsExists":             twiceIsExists,
		"TransactionOutlivesExists": transactionOutlivesExists,
		"ErrorRollsBack":            errorRollsBack,
		"PanicRollsBack":            panicRollsBack,
		"EndedContextRollsBack":     endedContextRollsBack,
		"ViewsAreSnapshots":         viewsAreSnapshots,
		"ViewsDoNotWrite":           viewsDoNotWrite,
		"ListsAreInByteOrder":       listsAreInByteOrder,
		"EmptyIsNotAbsent":          emptyIsNotAbsent,
		"WipeTakesTheCompartment":   wipeTakesTheCompartment,
		"WipeIdentity":              wipeIdentity,
		"MoveRecord":                moveRecord,
		"OpenCases":                 openCases,
		"Tombstones":                tombstones,
		"ManyRowsAtOnce":            manyRowsAtOnce,
		"IntentsComeAndGo":          intentsComeAndGo,
		"IdentifiersAreHeldByOne":   identifiersAreHeldByOne,
		"ScrubWaitsForOpenReaders":  scrubWaits,
		"EnqueueOnlyWithItsChanges": enqueueRollsBack,
		"EntriesGetPositionsOnce":   entriesGetPositionsOnce,
		"AnnouncedEntries":          announcedEntries,
		"KeyNames":                  keyNames,
		"WipeUnlinksLogEntries":     wipeUnlinksLogEntries,
		"MovedRecordKeepsItsEntry":  movedRecordKeepsItsEntry,
		"AttemptsAreReplaced":       attemptsAreReplaced,
		"LeaseIsHeldByOne":          leaseIsHeldByOne,
		"LeavesArePublishedAtOnce":  leavesArePublishedTogether,
		"VersionsByRootAndNumber":   versionsByRootAndNumber,
		"PlacesAreGivenOutOnce":     placesAreGivenOutOnce,
		"GrantsGoWithCompartment":   grantsGoWithTheirCompartment,
		"ValuesAreSpentOnce":        valuesAreSpentOnce,
		"TokensAreRevokedByPatient": tokensAreRevokedByPatient,
		"NotesAreReadInOrder":       notesAreReadInOrder,
		"RevocationsAreNumbered":    revocationsAreNumbered,
		"SessionsAreRenewed":        sessionsAreRenewed,
		"QuestionsAreAnswered":      questionsAreAnswered,
		"IntentsAreTakenOnce":       intentsAreTakenOnce,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t).Open("main"))
		})
	}
	for name, test := range map[string]func(*testing.T, Database){
		"WritersTakeTurns":                writersTakeTurns,
		"ClosuresRunOnce":                 closuresRunOnce,
		"Threat21TenantsDoNotMeet":        tenantsDoNotMeet,
		"JobsRunOnceCommitted":            jobsRunOnceCommitted,
		"JobsAreTheirTenants":             jobsAreTheirTenants,
		"LogJobsAreOneForAllThatWait":     logJobsAreOne,
		"LogJobsReachWhatWasEnteredFirst": logJobsReachEverything,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

var created = time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC)

func change(t *testing.T, s offchain.Store, fn func(context.Context, offchain.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s offchain.Store, fn func(context.Context, offchain.Queries) error) {
	t.Helper()
	if err := s.View(t.Context(), func(q offchain.Queries) error { return fn(t.Context(), q) }); err != nil {
		t.Fatal(err)
	}
}

// look reads one value.
func look[T any](t *testing.T, s offchain.Store, get func(context.Context, offchain.Queries) (T, error)) (v T) {
	t.Helper()
	view(t, s, func(ctx context.Context, q offchain.Queries) (err error) {
		v, err = get(ctx, q)
		return err
	})
	return v
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: %+v, want %+v", what, got, want)
	}
}

// person is a patient with everything an index can hold of one.
type person struct {
	patient     offchain.Patient
	identifier  offchain.Identifier
	care, other offchain.Compartment
	object      offchain.Object
	records     []offchain.Record
	bundle      offchain.Bundle
	disclosure  offchain.Disclosure
	digest      []byte
}

func newPerson(id string) person {
	p := person{patient: offchain.Patient{ID: id, State: offchain.PatientActive, Created: created}}
	p.identifier = offchain.Identifier{Blind: []byte("blind-" + id), System: []byte("system"), Patient: id}
	p.care = offchain.Compartment{ID: id + "-care", Patient: id, Name: "care", KeyName: "key-" + id, Wrapped: []byte("wrapped-care-" + id), Created: created}
	p.other = offchain.Compartment{ID: id + "-other", Patient: id, Name: "disclosures", KeyName: "key2-" + id, Wrapped: []byte("wrapped-other-" + id), Created: created}
	p.object = offchain.Object{ID: id + "-o", Patient: id, Compartment: p.care.ID, Key: "main/aa/" + id, Size: 30, Created: created}
	for i := range 3 {
		p.records = append(p.records, offchain.Record{
			ID: fmt.Sprintf("%s-r%d", id, i), Patient: id, Compartment: p.care.ID, Object: p.object.ID, Bundle: id + "-b",
			Offset: int64(10 * i), Length: 10, Sealed: []byte("sealed-" + id),
		})
	}
	p.bundle = offchain.Bundle{ID: id + "-b", Patient: id, Compartment: p.care.ID, Size: 30, Sources: []string{p.object.ID, p.object.ID}}
	p.disclosure = offchain.Disclosure{ID: id + "-d", Patient: id, Compartment: p.other.ID, Sealed: []byte("sealed-disclosure")}
	p.digest = []byte("digest-" + id)
	return p
}

func (p person) insert(ctx context.Context, tx offchain.Tx) error {
	return errors.Join(
		tx.InsertPatient(ctx, p.patient), tx.InsertIdentifier(ctx, p.identifier), tx.InsertCompartment(ctx, p.care),
		tx.InsertCompartment(ctx, p.other), tx.InsertObject(ctx, p.object), tx.InsertRecords(ctx, p.records),
		tx.InsertBundle(ctx, p.bundle), tx.InsertDisclosure(ctx, p.disclosure), tx.InsertImport(ctx, p.patient.ID, p.digest))
}

func add(t *testing.T, s offchain.Store, ids ...string) (all []person) {
	t.Helper()
	for _, id := range ids {
		p := newPerson(id)
		change(t, s, p.insert)
		all = append(all, p)
	}
	return all
}

func rowsReadBack(t *testing.T, s offchain.Store) {
	p := add(t, s, "p1", "p2")[0]
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		patient, e1 := q.Patient(ctx, "p1")
		counts, e2 := q.Patients(ctx)
		ids, e3 := q.PatientsByBlind(ctx, [][]byte{p.identifier.Blind, []byte("unknown")})
		compartments, e4 := q.Compartments(ctx, "p1")
		byKey, e5 := q.CompartmentsByKey(ctx, []string{"key-p1", "never"})
		records, e6 := q.Records(ctx, "p1")
		refs, e12 := q.RecordRefs(ctx, "p1")
		bundle, e7 := q.Bundle(ctx, p.bundle.ID)
		disclosures, e8 := q.Disclosures(ctx, "p1")
		imported, e9 := q.Imported(ctx, "p1", p.digest)
		elsewhere, e10 := q.Imported(ctx, "p2", p.digest)
		totals, e11 := q.Totals(ctx)
		equal(t, "patient", patient, p.patient)
		equal(t, "patients", counts, []offchain.PatientCount{{ID: "p1", Records: 3}, {ID: "p2", Records: 3}})
		equal(t, "identifiers", ids, []offchain.Identifier{p.identifier})
		equal(t, "compartments", compartments, []offchain.Compartment{p.care, p.other})
		equal(t, "by key", byKey, []offchain.Compartment{p.care})
		equal(t, "records", records, p.records)
		equal(t, "references", refs[2], offchain.RecordRef{ID: p.records[2].ID, Compartment: p.care.ID})
		equal(t, "bundle", bundle, p.bundle)
		equal(t, "disclosures", disclosures, []offchain.Disclosure{p.disclosure})
		equal(t, "imported", []bool{imported, elsewhere}, []bool{true, false})
		equal(t, "totals", totals, offchain.Totals{Patients: 2, Records: 6, Objects: 2, Bytes: 60})
		return errors.Join(e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12)
	})
	nobody := look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Identifier, error) {
		return q.PatientsByBlind(ctx, nil)
	})
	equal(t, "no identifiers", nobody, nil)
}

func absentIsNotFound(t *testing.T, s offchain.Store) {
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		_, e1 := q.Patient(ctx, "x")
		_, e2 := q.Record(ctx, "x")
		_, e3 := q.Bundle(ctx, "x")
		_, e4 := q.Object(ctx, "x")
		_, e5 := q.Compartment(ctx, "x")
		_, e6 := q.Case(ctx, "x")
		_, e7 := q.Tombstone(ctx, "x")
		_, e8 := q.Setting(ctx, "x")
		_, e9 := q.Binding(ctx, "x")
		_, e10 := q.Grant(ctx, 1)
		_, e11 := q.Token(ctx, [32]byte{1})
		_, e12 := q.TreeVersion(ctx, "x")
		_, e13 := q.Leaf(ctx, "x", 0)
		for i, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13} {
			if !errors.Is(err, offchain.ErrNotFound) {
				t.Errorf("query %d: %v, want ErrNotFound", i+1, err)
			}
		}
		return nil
	})
	err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.UpdateCase(t.Context(), offchain.Case{ID: "x", File: []byte{}}) })
	if !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("UpdateCase: %v, want ErrNotFound", err)
	}
}

func twiceIsExists(t *testing.T, s offchain.Store) {
	p := add(t, s, "p1")[0]
	for name, insert := range map[string]func(context.Context, offchain.Tx) error{
		"patient":     func(ctx context.Context, tx offchain.Tx) error { return tx.InsertPatient(ctx, p.patient) },
		"identifier":  func(ctx context.Context, tx offchain.Tx) error { return tx.InsertIdentifier(ctx, p.identifier) },
		"compartment": func(ctx context.Context, tx offchain.Tx) error { return tx.InsertCompartment(ctx, p.care) },
		"object":      func(ctx context.Context, tx offchain.Tx) error { return tx.InsertObject(ctx, p.object) },
		"records":     func(ctx context.Context, tx offchain.Tx) error { return tx.InsertRecords(ctx, p.records) },
		"bundle":      func(ctx context.Context, tx offchain.Tx) error { return tx.InsertBundle(ctx, p.bundle) },
		"import":      func(ctx context.Context, tx offchain.Tx) error { return tx.InsertImport(ctx, "p1", p.digest) },
		"same name": func(ctx context.Context, tx offchain.Tx) error {
			c := p.care
			c.ID, c.KeyName = "another", "another"
			return tx.InsertCompartment(ctx, c)
		},
	} {
		err := s.InTx(t.Context(), func(tx offchain.Tx) error { return insert(t.Context(), tx) })
		if !errors.Is(err, offchain.ErrExists) {
			t.Errorf("%s: %v, want ErrExists", name, err)
		}
	}
}

func wipeTakesTheCompartment(t *testing.T, s offchain.Store) {
	ps := add(t, s, "p1", "p2")
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.WipeCompartments(ctx, []string{ps[0].care.ID})
	})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.WipeCompartments(ctx, []string{ps[0].care.ID})
	}) // again
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		left, e1 := q.Compartments(ctx, "p1")
		records, e2 := q.Records(ctx, "p1")
		bundles, e3 := q.Bundles(ctx, "p1")
		objects, e4 := q.Objects(ctx, "p1")
		disclosures, e5 := q.Disclosures(ctx, "p1")
		imported, e6 := q.Imported(ctx, "p1", ps[0].digest)
		equal(t, "compartments", left, []offchain.Compartment{ps[0].other})
		equal(t, "rows left", []int{len(records), len(bundles), len(objects), len(disclosures)}, []int{0, 0, 0, 1})
		equal(t, "imported", imported, false)
		others, e7 := q.Records(ctx, "p2")
		equal(t, "the other patient's records", others, ps[1].records)
		return errors.Join(e1, e2, e3, e4, e5, e6, e7)
	})
}

func wipeIdentity(t *testing.T, s offchain.Store) {
	ps := add(t, s, "p1", "p2")
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.WipeIdentity(ctx, "p1") })
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		held, e1 := q.PatientsByBlind(ctx, [][]byte{ps[0].identifier.Blind, ps[1].identifier.Blind})
		p, e2 := q.Patient(ctx, "p1")
		listed, e3 := q.Patients(ctx)
		equal(t, "identifiers", held, []offchain.Identifier{ps[1].identifier})
		equal(t, "state", p.State, offchain.PatientErased)
		equal(t, "listed", len(listed), 1)
		return errors.Join(e1, e2, e3)
	})
}

func moveRecord(t *testing.T, s offchain.Store) {
	p := add(t, s, "p1")[0]
	moved := p.records[1]
	moved.Compartment, moved.Object, moved.Offset, moved.Sealed = p.other.ID, "elsewhere", 7, []byte("sealed anew")
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.MoveRecord(ctx, moved) })
	moved.Bundle = ""
	equal(t, "moved", look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.Record, error) { return q.Record(ctx, moved.ID) }), moved)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.WipeCompartments(ctx, []string{p.care.ID}) })
	left := look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Record, error) { return q.Records(ctx, "p1") })
	equal(t, "left", left, []offchain.Record{moved})
}

func openCases(t *testing.T, s offchain.Store) {
	for i, state := range []string{"approved", "certified", "keys-destroyed", "replayed", "rolled-back"} {
		c := offchain.Case{ID: fmt.Sprint("c", i), Patient: "p", State: state, KeyName: "k", Wrapped: []byte{1}, File: []byte{2}, Created: created}
		change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.InsertCase(ctx, c) })
	}
	ids := func() (ids []string) {
		for _, c := range look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Case, error) { return q.OpenCases(ctx) }) {
			ids = append(ids, c.ID)
		}
		return ids
	}
	equal(t, "open", ids(), []string{"c0", "c2"})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.UpdateCase(ctx, offchain.Case{ID: "c0", State: "certified", File: []byte{3}}),
			tx.MarkApplied(ctx, 1), tx.MarkApplied(ctx, 1), tx.MarkApplied(ctx, 3))
	})
	equal(t, "open", ids(), []string{"c2"})
	c := look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.Case, error) { return q.Case(ctx, "c0") })
	equal(t, "case", c, offchain.Case{ID: "c0", Patient: "p", State: "certified", KeyName: "k", Wrapped: []byte{1}, File: []byte{3}, Created: created})
	applied := look(t, s, func(ctx context.Context, q offchain.Queries) (map[uint64]bool, error) { return q.Applied(ctx) })
	equal(t, "applied", applied, map[uint64]bool{1: true, 3: true})
}

func tombstones(t *testing.T, s offchain.Store) {
	for id, of := range map[string]string{"r1": "c1", "r2": "c2"} {
		v := offchain.Tombstone{ID: id, Case: of, At: created}
		change(t, s, func(ctx context.Context, tx offchain.Tx) error {
			other := offchain.Tombstone{ID: "other " + id, Case: of, At: created}
			return errors.Join(tx.InsertTombstones(ctx, []offchain.Tombstone{v}),
				tx.InsertTombstones(ctx, []offchain.Tombstone{{ID: id, Case: "another", At: created}, other})) // of which one is new
		})
		equal(t, "tombstone", look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.Tombstone, error) { return q.Tombstone(ctx, id) }), v)
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.DeleteTombstones(ctx, "c1") })
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		_, err := q.Tombstone(ctx, "r2")
		if _, gone := q.Tombstone(ctx, "r1"); !errors.Is(gone, offchain.ErrNotFound) {
			t.Errorf("r1: %v, want ErrNotFound", gone)
		}
		return err
	})
}

// Rows that are added together stay in their order; one of them that is there already is told, and the others are added.
func manyRowsAtOnce(t *testing.T, s offchain.Store) {
	p := newPerson("p1")
	first := p.records[0]
	p.records = nil
	for i := range 1234 {
		first.ID = fmt.Sprintf("r%d", (i*7)%1234)
		p.records = append(p.records, first)
	}
	change(t, s, p.insert)
	all := func() []offchain.Record {
		return look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Record, error) { return q.Records(ctx, "p1") })
	}
	equal(t, "records", all(), p.records)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		first.ID = "new"
		err := tx.InsertRecords(ctx, append(slices.Clone(p.records[:20]), first))
		if !errors.Is(err, offchain.ErrExists) {
			t.Errorf("added again: %v, want ErrExists", err)
		}
		return nil
	})
	equal(t, "records", all(), append(p.records, first))
}

func intentsComeAndGo(t *testing.T, s offchain.Store) {
	all := []offchain.Intent{{Kind: offchain.IntentKey, Name: "k1"}, {Kind: offchain.IntentObject, Name: "o1"}, {Kind: offchain.IntentObject, Name: "o2"}}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.InsertIntents(ctx, all) })
	get := func() []offchain.Intent {
		return look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Intent, error) { return q.Intents(ctx) })
	}
	equal(t, "intents", get(), all)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.DeleteIntents(ctx, []string{"o1", "k1", "never"})
	})
	equal(t, "intents", get(), all[2:])
}

func identifiersAreHeldByOne(t *testing.T, s offchain.Store) {
	var mu sync.Mutex
	var won []string
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			id := fmt.Sprint("p", i)
			err := s.InTx(t.Context(), func(tx offchain.Tx) error {
				return tx.InsertIdentifier(t.Context(), offchain.Identifier{Blind: []byte("one"), System: []byte("s"), Patient: id})
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, id)
			} else if !errors.Is(err, offchain.ErrExists) {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	held := look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Identifier, error) {
		return q.PatientsByBlind(ctx, [][]byte{[]byte("one")})
	})
	if len(won) != 1 || len(held) != 1 || !slices.Contains(won, held[0].Patient) || !bytes.Equal(held[0].Blind, []byte("one")) {
		t.Fatalf("won %v, held %+v", won, held)
	}
}

func scrubWaits(t *testing.T, s offchain.Store) {
	add(t, s, "p1")
	reading, leave := make(chan struct{}), make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		err := s.View(t.Context(), func(q offchain.Queries) error {
			_, err := q.Totals(t.Context())
			close(reading)
			<-leave
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-reading
	add(t, s, "p2")
	time.AfterFunc(50*time.Millisecond, func() { close(leave) })
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	readers.Wait()
}

// Whatever language a database sorts in by itself.
func listsAreInByteOrder(t *testing.T, s offchain.Store) {
	add(t, s, "a", "B", "é", "Z", "-x", "x-")
	var ids []string
	view(t, s, func(ctx context.Context, q offchain.Queries) error {
		all, err := q.Patients(ctx)
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return err
	})
	equal(t, "patients", ids, []string{"-x", "B", "Z", "a", "x-", "é"})
	names := look(t, s, func(ctx context.Context, q offchain.Queries) ([]string, error) { return q.KeyNames(ctx) })
	if !slices.IsSorted(names) {
		t.Errorf("key names: %v", names)
	}
}

func emptyIsNotAbsent(t *testing.T, s offchain.Store) {
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.PutSetting(ctx, "empty", []byte{}),
			tx.InsertBinding(ctx, offchain.Binding{Patient: "p", Compartment: "c", Sealed: []byte{}, Mark: []byte{}}))
	})
	value := look(t, s, func(ctx context.Context, q offchain.Queries) ([]byte, error) { return q.Setting(ctx, "empty") })
	equal(t, "an empty setting", len(value), 0)
	equal(t, "an emptied binding", len(look(t, s, binding).Sealed), 0)
}
