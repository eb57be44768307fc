package index

import (
	"context"
	"strconv"

	"lethe/offchain"
)

func patientRow(p *offchain.Patient) []any { return []any{&p.ID, &p.State, seconds{&p.Created}} }

func (t *tx) Patient(ctx context.Context, id string) (offchain.Patient, error) {
	return one(ctx, t, "patient", patientRow,
		`SELECT id, state, created FROM patients WHERE tenant = $1 AND id = $2`, t.store.tenant, id)
}

func (t *tx) Patients(ctx context.Context) ([]offchain.PatientCount, error) {
	return several(ctx, t, "patients", func(p *offchain.PatientCount) []any { return []any{&p.ID, &p.Records} },
		`SELECT p.id, (SELECT count(*) FROM records r WHERE r.tenant = p.tenant AND r.patient = p.id)
		   FROM patients p WHERE p.tenant = $1 AND p.state <> 'erased' ORDER BY p.id`, t.store.tenant)
}

func identifierRow(i *offchain.Identifier) []any { return []any{&i.Blind, &i.System, &i.Patient} }

func (t *tx) PatientsByBlind(ctx context.Context, blind [][]byte) ([]offchain.Identifier, error) {
	return several(ctx, t, "identifiers", identifierRow,
		`SELECT blind, system, patient FROM identifiers WHERE tenant = $1 AND blind IN `+list(len(blind)), args(t, blind)...)
}

func (t *tx) Identifiers(ctx context.Context, patient string) ([]offchain.Identifier, error) {
	return several(ctx, t, "identifiers", identifierRow,
		`SELECT blind, system, patient FROM identifiers WHERE tenant = $1 AND patient = $2`, t.store.tenant, patient)
}

const selectCompartments = `SELECT c.id, c.patient, c.name, c.key_name, k.wrapped, c.created
	FROM compartments c JOIN wrapped_keys k ON k.tenant = c.tenant AND k.compartment = c.id WHERE c.tenant = $1 AND `

func compartmentRow(c *offchain.Compartment) []any {
	return []any{&c.ID, &c.Patient, &c.Name, &c.KeyName, &c.Wrapped, seconds{&c.Created}}
}

func (t *tx) Compartments(ctx context.Context, patient string) ([]offchain.Compartment, error) {
	return several(ctx, t, "compartments", compartmentRow,
		selectCompartments+`c.patient = $2 ORDER BY c.name`, t.store.tenant, patient)
}

func (t *tx) Compartment(ctx context.Context, id string) (offchain.Compartment, error) {
	return one(ctx, t, "compartment", compartmentRow, selectCompartments+`c.id = $2`, t.store.tenant, id)
}

func (t *tx) CompartmentsByKey(ctx context.Context, names []string) ([]offchain.Compartment, error) {
	return several(ctx, t, "compartments", compartmentRow,
		selectCompartments+`c.key_name IN `+list(len(names)), args(t, names)...)
}

func (t *tx) Imported(ctx context.Context, patient string, digest []byte) (bool, error) {
	return one(ctx, t, "import", func(b *bool) []any { return []any{b} },
		`SELECT EXISTS (SELECT 1 FROM imports WHERE tenant = $1 AND patient = $2 AND digest = $3)`, t.store.tenant, patient, digest)
}

const selectObjects = `SELECT id, patient, compartment, key, size, created FROM objects WHERE tenant = $1 AND `

func objectRow(o *offchain.Object) []any {
	return []any{&o.ID, &o.Patient, &o.Compartment, &o.Key, &o.Size, seconds{&o.Created}}
}

func (t *tx) Object(ctx context.Context, id string) (offchain.Object, error) {
	return one(ctx, t, "object", objectRow, selectObjects+`id = $2`, t.store.tenant, id)
}

func (t *tx) Objects(ctx context.Context, patient string) ([]offchain.Object, error) {
	return several(ctx, t, "objects", objectRow, selectObjects+`patient = $2 ORDER BY id`, t.store.tenant, patient)
}

const selectRecords = `SELECT id, patient, compartment, object, bundle, start, length, sealed FROM records WHERE tenant = $1 AND `

func recordRow(r *offchain.Record) []any {
	return []any{&r.ID, &r.Patient, &r.Compartment, &r.Object, &r.Bundle, &r.Offset, &r.Length, &r.Sealed}
}

func (t *tx) Record(ctx context.Context, id string) (offchain.Record, error) {
	return one(ctx, t, "record", recordRow, selectRecords+`id = $2`, t.store.tenant, id)
}

func (t *tx) Records(ctx context.Context, patient string) ([]offchain.Record, error) {
	return several(ctx, t, "records", recordRow, selectRecords+`patient = $2 ORDER BY seq`, t.store.tenant, patient)
}

func (t *tx) RecordRefs(ctx context.Context, patient string) ([]offchain.RecordRef, error) {
	return several(ctx, t, "records", func(r *offchain.RecordRef) []any { return []any{&r.ID, &r.Compartment} },
		`SELECT id, compartment FROM records WHERE tenant = $1 AND patient = $2 ORDER BY seq`, t.store.tenant, patient)
}

const selectBundles = `SELECT id, patient, compartment, size FROM bundles WHERE tenant = $1 AND `

func bundleRow(b *offchain.Bundle) []any { return []any{&b.ID, &b.Patient, &b.Compartment, &b.Size} }

func (t *tx) Bundle(ctx context.Context, id string) (offchain.Bundle, error) {
	b, err := one(ctx, t, "bundle", bundleRow, selectBundles+`id = $2`, t.store.tenant, id)
	if err != nil {
		return b, err
	}
	b.Sources, err = several(ctx, t, "bundle", func(s *string) []any { return []any{s} },
		`SELECT object FROM bundle_sources WHERE tenant = $1 AND bundle = $2 ORDER BY position`, t.store.tenant, id)
	return b, err
}

func (t *tx) Bundles(ctx context.Context, patient string) ([]offchain.Bundle, error) {
	return several(ctx, t, "bundles", bundleRow, selectBundles+`patient = $2 ORDER BY seq`, t.store.tenant, patient)
}

func (t *tx) Disclosure(ctx context.Context, id string) (offchain.Disclosure, error) {
	return one(ctx, t, "disclosure", disclosureRow,
		`SELECT id, patient, compartment, sealed FROM disclosures WHERE tenant = $1 AND id = $2`, t.store.tenant, id)
}

func disclosureRow(d *offchain.Disclosure) []any {
	return []any{&d.ID, &d.Patient, &d.Compartment, &d.Sealed}
}

func (t *tx) Disclosures(ctx context.Context, patient string) ([]offchain.Disclosure, error) {
	return several(ctx, t, "disclosures", disclosureRow,
		`SELECT id, patient, compartment, sealed FROM disclosures WHERE tenant = $1 AND patient = $2 ORDER BY seq`,
		t.store.tenant, patient)
}

func (t *tx) Tombstone(ctx context.Context, id string) (offchain.Tombstone, error) {
	return one(ctx, t, "tombstone", func(v *offchain.Tombstone) []any { return []any{&v.ID, &v.Case, seconds{&v.At}} },
		`SELECT id, case_id, at FROM tombstones WHERE tenant = $1 AND id = $2`, t.store.tenant, id)
}

const selectCases = `SELECT id, patient, state, key_name, wrapped, file, created FROM cases WHERE tenant = $1 AND `

func caseRow(c *offchain.Case) []any {
	return []any{&c.ID, &c.Patient, &c.State, &c.KeyName, &c.Wrapped, &c.File, seconds{&c.Created}}
}

func (t *tx) Case(ctx context.Context, id string) (offchain.Case, error) {
	return one(ctx, t, "case", caseRow, selectCases+`id = $2`, t.store.tenant, id)
}

func (t *tx) Cases(ctx context.Context) ([]offchain.Case, error) {
	return several(ctx, t, "cases", caseRow, selectCases+`TRUE ORDER BY seq`, t.store.tenant)
}

func (t *tx) CasesIn(ctx context.Context, state string) ([]offchain.Case, error) {
	return several(ctx, t, "cases", caseRow, selectCases+`state = $2 ORDER BY seq`, t.store.tenant, state)
}

func (t *tx) OpenCases(ctx context.Context) ([]offchain.Case, error) {
	return several(ctx, t, "cases", caseRow,
		selectCases+`state NOT IN ('certified', 'anchored', 'replayed', 'rolled-back') ORDER BY seq`, t.store.tenant)
}

func (t *tx) Intents(ctx context.Context) ([]offchain.Intent, error) {
	return several(ctx, t, "intents", func(i *offchain.Intent) []any { return []any{&i.Kind, &i.Name, &i.Holder} },
		`SELECT kind, name, holder FROM intents WHERE tenant = $1 ORDER BY kind, name`, t.store.tenant)
}

func (t *tx) Applied(ctx context.Context) (map[uint64]bool, error) {
	seqs, err := several(ctx, t, "ledger position", func(n *uint64) []any { return []any{n} },
		`SELECT seq FROM ledger_applied WHERE tenant = $1`, t.store.tenant)
	applied := make(map[uint64]bool, len(seqs))
	for _, n := range seqs {
		applied[n] = true
	}
	return applied, err
}

func (t *tx) Setting(ctx context.Context, name string) ([]byte, error) {
	return one(ctx, t, "setting", func(v *[]byte) []any { return []any{v} },
		`SELECT value FROM settings WHERE tenant = $1 AND name = $2`, t.store.tenant, name)
}

func (t *tx) Totals(ctx context.Context) (offchain.Totals, error) {
	return one(ctx, t, "totals",
		func(v *offchain.Totals) []any { return []any{&v.Patients, &v.Records, &v.Objects, &v.Bytes} },
		`SELECT (SELECT count(*) FROM patients WHERE tenant = $1 AND state <> 'erased'),
		        (SELECT count(*) FROM records WHERE tenant = $1),
		        (SELECT count(*) FROM objects WHERE tenant = $1),
		        (SELECT CAST(coalesce(sum(size), 0) AS bigint) FROM objects WHERE tenant = $1)`, t.store.tenant)
}

// list is an IN clause's placeholders for n values after the tenant. IN (NULL) is never true.
func list(n int) string {
	places := "(NULL"
	for i := range n {
		places += ", $" + strconv.Itoa(i+2)
	}
	return places + ")"
}

// args puts the tenant before the values of an IN clause.
func args[T any](t *tx, values []T) []any {
	all := []any{t.store.tenant}
	for _, v := range values {
		all = append(all, v)
	}
	return all
}
