package index

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"lethe/offchain"
)

func (t *tx) InsertPatient(ctx context.Context, p offchain.Patient) error {
	return t.insert(ctx, "add patient", `INSERT INTO patients (tenant, id, state, created) VALUES ($1, $2, $3, $4)`,
		t.store.tenant, p.ID, p.State, p.Created.Unix())
}

func (t *tx) SetPatientState(ctx context.Context, id string, state offchain.PatientState) error {
	return t.exec(ctx, "set patient's state", `UPDATE patients SET state = $1 WHERE tenant = $2 AND id = $3`,
		state, t.store.tenant, id)
}

func (t *tx) InsertIdentifier(ctx context.Context, i offchain.Identifier) error {
	return t.insert(ctx, "add identifier", `INSERT INTO identifiers (tenant, blind, system, patient) VALUES ($1, $2, $3, $4)`,
		t.store.tenant, i.Blind, i.System, i.Patient)
}

func (t *tx) InsertCompartment(ctx context.Context, c offchain.Compartment) error {
	err := t.insert(ctx, "add compartment",
		`INSERT INTO compartments (tenant, id, patient, name, key_name, created) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.store.tenant, c.ID, c.Patient, c.Name, c.KeyName, c.Created.Unix())
	if err != nil {
		return err
	}
	return t.insert(ctx, "add wrapped key", `INSERT INTO wrapped_keys (tenant, compartment, wrapped) VALUES ($1, $2, $3)`,
		t.store.tenant, c.ID, c.Wrapped)
}

// wipes overwrite before they delete. In SQLite secure_delete zeroes what is freed, and the overwriting makes that true of a page
// image in the log as well; PostgreSQL keeps the row's old versions until Scrub.
var wipes = []string{
	`UPDATE wrapped_keys SET wrapped = zeroblob(length(wrapped)) WHERE tenant = $1 AND compartment = $2`,
	`DELETE FROM wrapped_keys WHERE tenant = $1 AND compartment = $2`,
	`UPDATE records SET sealed = zeroblob(length(sealed))` + within,
	`DELETE FROM records` + within,
	`DELETE FROM bundle_sources WHERE tenant = $1 AND bundle IN (SELECT id FROM bundles` + within + `)`,
	`DELETE FROM bundles` + within,
	`DELETE FROM objects` + within,
	`UPDATE disclosures SET sealed = zeroblob(length(sealed))` + within,
	`DELETE FROM disclosures` + within,
	`UPDATE bindings SET sealed = zeroblob(length(sealed))` + within,
	`DELETE FROM bindings` + within,
	`UPDATE grants SET sealed = zeroblob(length(sealed))` + within,
	`DELETE FROM grants` + within,
	`DELETE FROM imports WHERE tenant = $1 AND patient = ` + whose,
	`DELETE FROM log_entries WHERE tenant = $1 AND compartment = $2 AND position IS NOT NULL`,
	`UPDATE log_entries SET subject = '', compartment = '' WHERE tenant = $1 AND compartment = $2`, // still to be logged, of nobody
	`DELETE FROM compartments WHERE tenant = $1 AND id = $2`,
}

// within are the rows in a compartment. They are found among its patient's, which there is an index of.
const (
	within = ` WHERE tenant = $1 AND compartment = $2 AND patient = ` + whose
	whose  = `(SELECT patient FROM compartments WHERE tenant = $1 AND id = $2)`
)

func (t *tx) WipeCompartments(ctx context.Context, ids []string) error {
	for _, id := range ids {
		for _, statement := range wipes {
			if err := t.exec(ctx, "wipe compartment", statement, t.store.tenant, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) WipeIdentity(ctx context.Context, patient string) error {
	for _, statement := range []string{
		`DELETE FROM identifiers WHERE tenant = $1 AND patient = $2`,
		`UPDATE patients SET state = 'erased' WHERE tenant = $1 AND id = $2`,
	} {
		if err := t.exec(ctx, "wipe identity", statement, t.store.tenant, patient); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertTombstones(ctx context.Context, all []offchain.Tombstone) error {
	values := make([]any, 0, 4*len(all))
	for _, v := range all {
		values = append(values, t.store.tenant, v.ID, v.Case, v.At.Unix())
	}
	_, err := t.insertAll(ctx, "add tombstones", `tombstones (tenant, id, case_id, at)`, 4, values)
	return err
}

func (t *tx) DeleteTombstones(ctx context.Context, caseID string) error {
	return t.exec(ctx, "delete tombstones", `DELETE FROM tombstones WHERE tenant = $1 AND case_id = $2`, t.store.tenant, caseID)
}

func (t *tx) PutSetting(ctx context.Context, name string, value []byte) error {
	return t.exec(ctx, "put setting",
		`INSERT INTO settings (tenant, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value`,
		t.store.tenant, name, value)
}

func (t *tx) InsertIntents(ctx context.Context, intents []offchain.Intent) error {
	values := make([]any, 0, 4*len(intents))
	for _, i := range intents {
		values = append(values, t.store.tenant, i.Name, i.Kind, i.Holder)
	}
	added, err := t.insertAll(ctx, "add intents", `intents (tenant, name, kind, holder)`, 4, values)
	return allAdded("add intents", added, len(intents), err)
}

func (t *tx) DeleteIntents(ctx context.Context, names []string) error {
	_, err := t.deleteIntents(ctx, nil, names)
	return wrap("delete intents", err)
}

func (t *tx) TakeIntents(ctx context.Context, holder string, names []string) error {
	n, err := t.deleteIntents(ctx, &holder, names)
	if err == nil && n != int64(len(names)) {
		err = sql.ErrNoRows
	}
	return wrap("take intents", err)
}

// deleteIntents says how many there were, of one holder if one is given.
func (t *tx) deleteIntents(ctx context.Context, holder *string, names []string) (deleted int64, err error) {
	for some := range slices.Chunk(names, 1000) {
		query, values := `DELETE FROM intents WHERE tenant = $1 AND name IN `+list(len(some)), args(t, some)
		if holder != nil {
			query, values = query+` AND holder = $`+strconv.Itoa(len(some)+2), append(values, *holder)
		}
		done, err := t.ExecContext(ctx, query, values...)
		if err != nil {
			return deleted, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return deleted, err
		}
		deleted += n
	}
	return deleted, nil
}

func (t *tx) LeaveIntents(ctx context.Context, names []string) error {
	for _, n := range names {
		err := t.exec(ctx, "leave intent", `UPDATE intents SET holder = '' WHERE tenant = $1 AND name = $2`, t.store.tenant, n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) InsertObject(ctx context.Context, o offchain.Object) error {
	return t.insert(ctx, "add object",
		`INSERT INTO objects (tenant, id, patient, compartment, key, size, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.store.tenant, o.ID, o.Patient, o.Compartment, o.Key, o.Size, o.Created.Unix())
}

func (t *tx) InsertRecords(ctx context.Context, rs []offchain.Record) error {
	values := make([]any, 0, 9*len(rs))
	for _, r := range rs {
		values = append(values, t.store.tenant, r.ID, r.Patient, r.Compartment, r.Object, r.Bundle, r.Offset, r.Length, r.Sealed)
	}
	added, err := t.insertAll(ctx, "add records",
		`records (tenant, id, patient, compartment, object, bundle, start, length, sealed)`, 9, values)
	return allAdded("add records", added, len(rs), err)
}

func (t *tx) MoveRecord(ctx context.Context, r offchain.Record) error {
	err := t.exec(ctx, "move record",
		`UPDATE records SET compartment = $1, object = $2, bundle = '', start = $3, length = $4, sealed = $5
		WHERE tenant = $6 AND id = $7`,
		r.Compartment, r.Object, r.Offset, r.Length, r.Sealed, t.store.tenant, r.ID)
	if err != nil {
		return err
	}
	return t.exec(ctx, "move record's log entries", `UPDATE log_entries SET compartment = $1 WHERE tenant = $2 AND subject = $3`,
		r.Compartment, t.store.tenant, r.ID)
}

func (t *tx) InsertBundle(ctx context.Context, b offchain.Bundle) error {
	err := t.insert(ctx, "add bundle", `INSERT INTO bundles (tenant, id, patient, compartment, size) VALUES ($1, $2, $3, $4, $5)`,
		t.store.tenant, b.ID, b.Patient, b.Compartment, b.Size)
	for i, o := range b.Sources {
		if err != nil {
			break
		}
		err = t.insert(ctx, "add bundle", `INSERT INTO bundle_sources (tenant, bundle, position, object) VALUES ($1, $2, $3, $4)`,
			t.store.tenant, b.ID, i, o)
	}
	return err
}

func (t *tx) InsertImport(ctx context.Context, patient string, digest []byte) error {
	return t.insert(ctx, "note import", `INSERT INTO imports (tenant, patient, digest) VALUES ($1, $2, $3)`,
		t.store.tenant, patient, digest)
}

func (t *tx) InsertDisclosure(ctx context.Context, d offchain.Disclosure) error {
	return t.insert(ctx, "add disclosure",
		`INSERT INTO disclosures (tenant, id, patient, compartment, sealed) VALUES ($1, $2, $3, $4, $5)`,
		t.store.tenant, d.ID, d.Patient, d.Compartment, d.Sealed)
}

func (t *tx) InsertCase(ctx context.Context, c offchain.Case) error {
	return t.insert(ctx, "add case",
		`INSERT INTO cases (tenant, id, patient, state, key_name, wrapped, file, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.store.tenant, c.ID, c.Patient, c.State, c.KeyName, c.Wrapped, c.File, c.Created.Unix())
}

func (t *tx) UpdateCase(ctx context.Context, c offchain.Case) error {
	return wrap("update case", changed(t.ExecContext(ctx, `UPDATE cases SET state = $1, file = $2 WHERE tenant = $3 AND id = $4`,
		c.State, c.File, t.store.tenant, c.ID)))
}

func (t *tx) MarkApplied(ctx context.Context, seq uint64) error {
	return t.exec(ctx, "mark ledger position",
		`INSERT INTO ledger_applied (tenant, seq) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.store.tenant, int64(seq))
}
