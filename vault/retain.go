package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// What the law keeps is copied, before anything is destroyed, into the retained compartment under a key of its own, and read
// back. A manifest beside it in the object store holds the wrapped key and the places, so that the copy can be found and
// opened again when the index is put back to a time before it.

// retainedManifest is that object. Only random names stand in the clear.
type retainedManifest struct {
	_                                   struct{} `cbor:",toarray"`
	Format                              uint
	Case, Patient, Compartment, KeyName string
	Wrapped, Sealed                     []byte
}

// retainedContents is the manifest's sealed part.
type retainedContents struct {
	_       struct{} `cbor:",toarray"`
	Object  string
	Key     string
	Size    int64
	Created int64
	Records []retainedRecord
}

type retainedRecord struct {
	_              struct{} `cbor:",toarray"`
	ID             string
	Offset, Length int64
	Sealed         []byte
}

const maxManifest = 256 << 20

// copyRetained is step 0. A copy that an earlier attempt committed is found in the case file.
func (e *execution) copyRetained(ctx context.Context) (err error) {
	if len(e.file.Kept) == 0 {
		return nil
	}
	st := &staging{s: e.Service}
	defer st.zero()
	defer func() {
		if err != nil {
			err = errors.Join(err, st.abandon(ctx))
		}
	}()
	target, place, manifest, err := e.placeRetained(ctx, st)
	if err != nil {
		return err
	}
	records, err := e.writeRetained(ctx, st, target, place)
	if err != nil {
		return err
	}
	e.cfg.Step("erase.retained-written")
	if manifest.Size, err = e.writeManifest(ctx, target, st.objects[0], manifest.Key, records); err != nil {
		return err
	}
	st.objects = append(st.objects, manifest)
	e.cfg.Step("erase.retained-manifest-written")
	e.file.Retained = retainedCopy{
		Compartment: target.ID, Object: place.ID, Manifest: manifest.Key, Records: len(records), Bytes: st.objects[0].Size,
	}
	if _, err := e.openManifest(ctx, e.row.ID, manifest.Key); err != nil {
		return fmt.Errorf("read back what is kept: %w", err)
	}
	e.cfg.Step("erase.retained-read-back")
	err = st.commit(ctx, func(tx offchain.Tx) error { return e.save(ctx, tx, stateRetained) })
	if err == nil {
		e.row.State = string(stateRetained)
	}
	return err
}

// placeRetained names what will be written: the copy and its manifest.
func (e *execution) placeRetained(ctx context.Context, st *staging) (target compartment, copied, manifest offchain.Object, err error) {
	held, err := e.compartments(ctx, e.row.Patient)
	if err != nil {
		return target, copied, manifest, err
	}
	at := slices.IndexFunc(held, func(c offchain.Compartment) bool { return c.Name == retainedCompartment })
	var row offchain.Compartment
	if at >= 0 {
		row = held[at]
	} else {
		row = st.plan(e.row.Patient, retainedCompartment)
	}
	copied, manifest = st.place(row), st.place(row)
	if err = st.announce(ctx); err != nil {
		return target, copied, manifest, err
	}
	if at >= 0 {
		target, err = st.use(ctx, row)
	} else {
		target, err = st.make(ctx, row)
	}
	return target, copied, manifest, err
}

// writeRetained copies the records into one object and describes them anew, for their new compartment.
func (e *execution) writeRetained(ctx context.Context, st *staging, target compartment, place offchain.Object) ([]retainedRecord, error) {
	w, err := st.create(ctx, target, place)
	if err != nil {
		return nil, err
	}
	defer w.out.Abort()
	var size int64
	var records []retainedRecord
	for _, id := range e.file.Kept {
		d, n, err := e.copyRecord(ctx, w, id)
		if err != nil {
			return nil, fmt.Errorf("copy record %s: %w", id, err)
		}
		r := offchain.Record{ID: id, Object: place.ID, Offset: size, Length: n}
		if err := e.describe(&r, target, d); err != nil {
			return nil, err
		}
		records = append(records, retainedRecord{ID: id, Offset: size, Length: n, Sealed: r.Sealed})
		size += n
	}
	return records, st.finish(w, size)
}

// copyRecord copies a record's bytes, and checks that they are those that were received.
func (e *execution) copyRecord(ctx context.Context, w io.Writer, id string) (d description, n int64, err error) {
	var r offchain.Record
	err = e.cfg.Store.View(ctx, func(q offchain.Queries) error {
		r, err = q.Record(ctx, id)
		return err
	})
	if err != nil {
		return d, 0, err
	}
	src, c, err := e.openByID(ctx, r.Object)
	if err != nil {
		return d, 0, err
	}
	defer src.Close()
	defer c.key.Zero()
	if d, err = e.described(c, r); err != nil {
		return d, 0, err
	}
	hash := sha256.New()
	n, err = io.Copy(io.MultiWriter(w, hash), io.NewSectionReader(src, r.Offset, r.Length))
	if err == nil && (n != r.Length || !bytes.Equal(hash.Sum(nil), d.SHA256)) {
		err = keys.ErrCorrupt
	}
	return d, n, err
}

func (e *execution) writeManifest(ctx context.Context, c compartment, o offchain.Object, key string, records []retainedRecord) (int64, error) {
	contents := encode(retainedContents{Object: o.ID, Key: o.Key, Size: o.Size, Created: o.Created.Unix(), Records: records})
	sealed, err := keys.Seal(c.key, e.context(c.Compartment, "manifest:"+e.row.ID), contents)
	if err != nil {
		return 0, fmt.Errorf("seal manifest: %w", err)
	}
	m := retainedManifest{
		Format: formatVersion, Case: e.row.ID, Patient: c.Patient, Compartment: c.ID, KeyName: c.KeyName, Wrapped: c.Wrapped, Sealed: sealed,
	}
	data := encode(m)
	return int64(len(data)), offchain.WriteAll(ctx, e.cfg.Objects, key, data)
}

// retainedSet is a manifest, opened and checked.
type retainedSet struct {
	compartment offchain.Compartment
	objects     []offchain.Object // the copy, and the manifest itself
	records     []offchain.Record
}

// openManifest reads a case's manifest from the object store alone, and has every record that it lists read.
func (s *Service) openManifest(ctx context.Context, caseID, key string) (set retainedSet, err error) {
	m, size, err := s.readManifest(ctx, caseID, key)
	if err != nil {
		return set, err
	}
	contents, err := s.seer().retained(ctx, caseID, key)
	if err != nil {
		return set, err
	}
	row := m.row(s.now())
	set = contents.rows(row)
	set.objects = append(set.objects, offchain.Object{
		ID: newID(), Patient: row.Patient, Compartment: row.ID, Key: key, Size: size, Created: unix(contents.Created),
	})
	return set, nil
}

// readManifest reads a manifest, without what is sealed in it.
func (s *Service) readManifest(ctx context.Context, caseID, key string) (m retainedManifest, size int64, err error) {
	data, err := offchain.ReadAll(ctx, s.cfg.Objects, key, maxManifest)
	if err == nil {
		err = decode(data, &m)
	}
	if err == nil && m.Case != caseID {
		err = fmt.Errorf("manifest of another case: %w", keys.ErrCorrupt)
	}
	return m, int64(len(data)), err
}

func (m *retainedManifest) row(now time.Time) offchain.Compartment {
	return offchain.Compartment{
		ID: m.Compartment, Patient: m.Patient, Name: retainedCompartment, KeyName: m.KeyName, Wrapped: m.Wrapped, Created: now,
	}
}

func (s eyes) retained(ctx context.Context, caseID, manifest string) (contents retainedContents, err error) {
	m, _, err := s.readManifest(ctx, caseID, manifest)
	if err != nil {
		return contents, err
	}
	row := m.row(s.now())
	kek, err := s.with.Unwrap(ctx, keys.Name(m.KeyName), m.Wrapped, s.associated(row))
	if err != nil {
		return contents, fmt.Errorf("open the key of what is kept: %w", err)
	}
	defer kek.Zero()
	plain, err := keys.Open(kek, s.context(row, "manifest:"+m.Case), m.Sealed)
	if err != nil {
		return contents, fmt.Errorf("open manifest: %w", err)
	}
	if err := decode(plain, &contents); err != nil {
		return contents, err
	}
	return contents, s.checkRetained(ctx, compartment{row, kek}, contents.rows(row))
}

func (m *retainedContents) rows(c offchain.Compartment) retainedSet {
	set := retainedSet{compartment: c, objects: []offchain.Object{
		{ID: m.Object, Patient: c.Patient, Compartment: c.ID, Key: m.Key, Size: m.Size, Created: unix(m.Created)},
	}}
	for _, r := range m.Records {
		set.records = append(set.records, offchain.Record{
			ID: r.ID, Patient: c.Patient, Compartment: c.ID, Object: m.Object, Offset: r.Offset, Length: r.Length, Sealed: r.Sealed,
		})
	}
	return set
}

// checkRetained reads every record of a copy and compares it with what was received.
func (s *Service) checkRetained(ctx context.Context, c compartment, set retainedSet) error {
	src, err := s.openObject(ctx, c, set.objects[0])
	if err != nil {
		return err
	}
	defer src.Close()
	for _, r := range set.records {
		d, err := s.described(c, r)
		if err != nil {
			return err
		}
		hash := sha256.New()
		if _, err := io.Copy(hash, io.NewSectionReader(src, r.Offset, r.Length)); err != nil {
			return fmt.Errorf("kept record %s: %w", r.ID, err)
		}
		if !bytes.Equal(hash.Sum(nil), d.SHA256) {
			return fmt.Errorf("kept record %s: %w", r.ID, keys.ErrCorrupt)
		}
	}
	return nil
}

// openRetained reads the case's copy again, from the object store, as the last thing before reading ends.
func (e *execution) openRetained(ctx context.Context) ([]offchain.Record, error) {
	if e.file.Retained.Manifest == "" {
		return nil, nil
	}
	set, err := e.openManifest(ctx, e.row.ID, e.file.Retained.Manifest)
	if err != nil {
		return nil, fmt.Errorf("read what is kept: %w", err)
	}
	return set.records, nil
}
