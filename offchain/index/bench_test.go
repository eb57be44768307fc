package index_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/index"
)

// The indexes that are measured have so many patients with so many records each.
const (
	benchPatients = 200
	benchRecords  = 100
)

// chart is a patient whose rows are put in as an import does.
type chart struct {
	patient      offchain.Patient
	identifiers  []offchain.Identifier
	compartments []offchain.Compartment
	objects      []offchain.Object
	records      []offchain.Record
	entries      []offchain.LogEntry
}

func newChart() *chart {
	c := &chart{patient: offchain.Patient{ID: rand.Text(), State: offchain.PatientActive, Created: time.Now()}}
	for range 3 {
		c.identifiers = append(c.identifiers, offchain.Identifier{Blind: noise(32), System: noise(32), Patient: c.patient.ID})
	}
	for _, name := range []string{"identity", "care", "billing", "disclosures"} {
		part := offchain.Compartment{
			ID: rand.Text(), Patient: c.patient.ID, Name: name, KeyName: rand.Text(), Wrapped: noise(92), Created: time.Now(),
		}
		object := offchain.Object{
			ID: rand.Text(), Patient: c.patient.ID, Compartment: part.ID, Key: "main/" + rand.Text(), Created: time.Now(),
		}
		c.compartments, c.objects = append(c.compartments, part), append(c.objects, object)
	}
	for i := range benchRecords {
		in := i % 3
		r := offchain.Record{
			ID: rand.Text(), Patient: c.patient.ID, Compartment: c.compartments[in].ID, Object: c.objects[in].ID, Bundle: "b" + c.patient.ID,
			Length: 1, Sealed: noise(300),
		}
		c.records = append(c.records, r)
		c.entries = append(c.entries, offchain.LogEntry{Entry: [32]byte(noise(32)), Subject: r.ID, Compartment: r.Compartment})
	}
	return c
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// take is an import's transaction.
func (c *chart) take(ctx context.Context, s *index.Store) error {
	return s.InTx(ctx, func(tx offchain.Tx) error {
		err := tx.InsertPatient(ctx, c.patient)
		for _, i := range c.identifiers {
			err = errors.Join(err, tx.InsertIdentifier(ctx, i))
		}
		for i := range c.compartments {
			err = errors.Join(err, tx.InsertCompartment(ctx, c.compartments[i]), tx.InsertObject(ctx, c.objects[i]))
		}
		b := offchain.Bundle{ID: "b" + c.patient.ID, Patient: c.patient.ID, Compartment: c.compartments[1].ID, Sources: []string{c.objects[1].ID}}
		return errors.Join(err, tx.InsertBundle(ctx, b), tx.InsertRecords(ctx, c.records), tx.InsertEntries(ctx, c.entries),
			tx.InsertImport(ctx, c.patient.ID, noise(32)), tx.Enqueue(ctx, offchain.SequenceLog{}))
	})
}

// find is what a reading looks up.
func (c *chart) find(ctx context.Context, s *index.Store) error {
	return s.View(ctx, func(q offchain.Queries) error {
		if _, err := q.Tombstone(ctx, c.records[0].ID); !errors.Is(err, offchain.ErrNotFound) {
			return fmt.Errorf("a tombstone: %w", err)
		}
		_, record := q.Record(ctx, c.records[0].ID)
		_, patient := q.Patient(ctx, c.patient.ID)
		_, object := q.Object(ctx, c.objects[0].ID)
		_, held := q.Compartments(ctx, c.patient.ID)
		return errors.Join(record, patient, object, held)
	})
}

// disclose is what a reading leaves behind.
func (c *chart) disclose(ctx context.Context, s *index.Store) error {
	d := offchain.Disclosure{ID: rand.Text(), Patient: c.patient.ID, Compartment: c.compartments[3].ID, Sealed: noise(250)}
	return s.InTx(ctx, func(tx offchain.Tx) error {
		_, err := tx.Patient(ctx, c.patient.ID)
		entry := offchain.LogEntry{Entry: [32]byte(noise(32)), Subject: d.ID, Compartment: d.Compartment}
		return errors.Join(err, tx.InsertDisclosure(ctx, d), tx.InsertEntries(ctx, []offchain.LogEntry{entry}),
			tx.Enqueue(ctx, offchain.SequenceLog{}))
	})
}

// bury puts tombstones on everything.
func (c *chart) bury(ctx context.Context, s *index.Store) error {
	all := make([]offchain.Tombstone, len(c.records))
	for i, r := range c.records {
		all[i] = offchain.Tombstone{ID: r.ID, Case: "case", At: time.Now()}
	}
	return s.InTx(ctx, func(tx offchain.Tx) error { return tx.InsertTombstones(ctx, all) })
}

// wipe overwrites and deletes everything, and scrubs what is left of it.
func (c *chart) wipe(ctx context.Context, s *index.Store) error {
	err := s.InTx(ctx, func(tx offchain.Tx) error {
		var ids []string
		for _, part := range c.compartments {
			ids = append(ids, part.ID)
		}
		return errors.Join(tx.WipeCompartments(ctx, ids), tx.WipeIdentity(ctx, c.patient.ID))
	})
	return errors.Join(err, s.Scrub(ctx))
}

// BenchmarkIndex measures what the service asks of an index, in SQLite and in PostgreSQL, in turns within one run; medians. The ratio is
// PostgreSQL's time over SQLite's.
func BenchmarkIndex(b *testing.B) {
	at, _ := postgres(b)
	stores := []*index.Store{open(b, b.TempDir(), "main"), openURL(b, at, "main")}
	charts := fresh(benchPatients)
	for _, c := range charts {
		for _, s := range stores {
			succeeds(b, c.take(b.Context(), s))
		}
	}
	for _, op := range []struct {
		what string
		does func(*chart, context.Context, *index.Store) error
		on   []*chart
	}{
		{"nothing changed", func(_ *chart, ctx context.Context, s *index.Store) error {
			return s.InTx(ctx, func(tx offchain.Tx) error { return tx.PutSetting(ctx, "bench", noise(8)) })
		}, charts},
		{"nothing read", func(_ *chart, ctx context.Context, s *index.Store) error {
			return s.View(ctx, func(q offchain.Queries) error { _, err := q.Setting(ctx, "bench"); return err })
		}, charts},
		{"find", (*chart).find, charts},
		{"disclosure", (*chart).disclose, charts},
		{"import", (*chart).take, nil}, // of new ones
		{"tombstones", (*chart).bury, charts[:40]},
		{"wipe and scrub", (*chart).wipe, charts[:40]},
	} {
		b.Run(op.what, func(b *testing.B) {
			times, on := make([][]time.Duration, len(stores)), op.on
			if on == nil {
				on = fresh(40)
			}
			for _, c := range on {
				for i, s := range stores {
					began := time.Now()
					succeeds(b, op.does(c, b.Context(), s))
					times[i] = append(times[i], time.Since(began))
				}
			}
			sqlite, postgres := median(times[0]), median(times[1])
			b.ReportMetric(sqlite.Seconds()*1e3, "sqlite-ms")
			b.ReportMetric(postgres.Seconds()*1e3, "postgres-ms")
			b.ReportMetric(postgres.Seconds()/sqlite.Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkCopy moves the rows of such an index from SQLite into PostgreSQL and from there into SQLite.
func BenchmarkCopy(b *testing.B) {
	first := open(b, b.TempDir(), "main")
	for _, c := range fresh(benchPatients) {
		succeeds(b, c.take(b.Context(), first))
	}
	for range 3 {
		at, _ := postgres(b)
		second, third := openURL(b, at, "main"), open(b, b.TempDir(), "main")
		for _, move := range []struct {
			to       string
			from, in *index.Store
		}{{"to-postgres", first, second}, {"to-sqlite", second, third}} {
			b.Run(move.to, func(b *testing.B) {
				began := time.Now()
				done, err := index.Copy(b.Context(), move.from, move.in)
				succeeds(b, err)
				rows := int64(0)
				for _, table := range done.Tables {
					rows += table.Rows
				}
				b.ReportMetric(float64(rows)/time.Since(began).Seconds(), "rows/s")
				b.ReportMetric(float64(rows), "rows")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func fresh(n int) []*chart {
	all := make([]*chart, n)
	for i := range all {
		all[i] = newChart()
	}
	return all
}

func succeeds(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}
