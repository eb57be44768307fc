package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"lethe/offchain"
	"lethe/vault/fhir"
)

// Import is a document to take in: a FHIR R4 JSON document, or, with a Type, any file.
type Import struct {
	// Open opens the document from its start. It is called twice; the content must be the same both times.
	Open func() (io.ReadCloser, error)
	// Patient names whose it is. FHIR documents that identify a patient need none.
	Patient string
	// Type files the document as one record of this type, unread. Empty reads it as FHIR.
	Type string
}

// Imported is what an import stored.
type Imported struct {
	Patient          string
	NewPatient       bool
	Bundle           string // the bundle's id, empty for a single record
	Record           string // the single record's id, empty for a bundle
	Records, Objects int
	Bytes            int64
	Skipped          bool // the same document was taken in before: nothing was stored
}

// importTries bounds how often an import starts again because another one of the same patient came first.
const importTries = 3

// Import takes a document in, whole or not at all. Errors: [ErrInvalid], [ErrNoPatient], [ErrIdentifierHeld], [ErrErasing],
// [ErrErased], [ErrChanged], [ErrQuarantined], and those of [fhir.Scan].
func (s *Service) Import(ctx context.Context, in Import) (Imported, error) {
	if err := s.admit(ctx); err != nil {
		return Imported{}, err
	}
	in.Open = interruptible(ctx, in.Open)
	doc, err := s.read(in)
	if err != nil {
		return Imported{}, err
	}
	s.cfg.Step("import.scanned")
	for try := 1; ; try++ {
		done, err := s.importOnce(ctx, in, doc)
		if !errors.Is(err, offchain.ErrExists) && !errors.Is(err, ErrConflict) {
			return done, err
		}
		if try == importTries {
			return done, fmt.Errorf("%w: another import or an erasure of the same patient", ErrConflict)
		}
	}
}

// interruptible makes reading end when ctx does.
func interruptible(ctx context.Context, open func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		src, err := open()
		if err != nil {
			return nil, err
		}
		return &untilDone{ctx, src}, nil
	}
}

type untilDone struct {
	ctx context.Context
	io.ReadCloser
}

func (r *untilDone) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}

func (s *Service) importOnce(ctx context.Context, in Import, doc *document) (done Imported, err error) {
	who, err := s.identify(ctx, in, doc)
	if err != nil || who.seen {
		return Imported{Patient: who.id, Skipped: who.seen}, err
	}
	im := &importing{staging: staging{s: s}, in: in, doc: doc, who: who}
	defer im.zero()
	defer func() {
		if err != nil {
			err = errors.Join(im.overtaken(ctx, err), im.abandon(ctx))
		}
	}()
	if err = im.prepare(ctx); err != nil {
		return done, err
	}
	if err = im.store(ctx); err != nil {
		return done, err
	}
	s.cfg.Step("import.objects-committed")
	if err = im.commit(ctx, func(tx offchain.Tx) error { return im.insert(ctx, tx) }); err != nil {
		return done, err
	}
	s.cfg.Step("import.committed")
	return im.result(), nil
}

// overtaken gives an erasure that came meanwhile as the reason why an import failed.
func (im *importing) overtaken(ctx context.Context, err error) error {
	if im.who.isNew {
		return err
	}
	var now error
	_ = im.s.cfg.Store.View(context.WithoutCancel(ctx), func(q offchain.Queries) error { // when it fails too, the first error stands
		now = im.who.current(ctx, q)
		return nil
	})
	if errors.Is(now, ErrErased) || errors.Is(now, ErrErasing) || errors.Is(now, ErrConflict) {
		return now
	}
	return err
}

// document is what the first pass learnt.
type document struct {
	*fhir.Document
	whole  bool         // filed as one record, byte for byte
	layout *fhir.Layout // of a bundle
}

// read makes the first pass.
func (s *Service) read(in Import) (*document, error) {
	src, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	if in.Type != "" {
		return readFile(src, in, s.cfg.Limits.MaxBytes)
	}
	scanned, err := fhir.Scan(src, s.cfg.Limits)
	if err != nil {
		return nil, err
	}
	if !scanned.Bundle {
		scanned.Entries[0].Span = fhir.Span{Length: scanned.Size}
		return &document{Document: scanned, whole: true}, nil
	}
	layout, err := fhir.Split(scanned, func(e fhir.Entry) string { return s.cfg.Compartments.Of(e.Type) })
	if err != nil {
		return nil, fmt.Errorf("lay out bundle: %w", err)
	}
	return &document{Document: scanned, layout: layout}, nil
}

// readFile makes the first pass over a file that is stored unread.
func readFile(src io.Reader, in Import, limit int64) (*document, error) {
	if in.Patient == "" {
		return nil, fmt.Errorf("%w: a file that is not FHIR needs a patient", ErrInvalid)
	}
	if !typePattern.MatchString(in.Type) {
		return nil, fmt.Errorf("%w: a type is a letter followed by letters, digits, dots or dashes", ErrInvalid)
	}
	hash := sha256.New()
	size, err := io.Copy(hash, io.LimitReader(src, limit+1))
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, fmt.Errorf("%w: larger than %d bytes", fhir.ErrTooBig, limit)
	}
	doc := &fhir.Document{Size: size, Entries: []fhir.Entry{{Span: fhir.Span{Length: size}, Type: in.Type}}}
	hash.Sum(doc.SHA256[:0])
	return &document{Document: doc, whole: true}, nil
}

// importing is one import on its way.
type importing struct {
	staging
	in  Import
	doc *document
	who subject

	parts  []*part // what is written: the manifest first for a bundle, then an object for each compartment
	bundle string
	record string // of a document that is one record
}

// part is one object of the import.
type part struct {
	compartment compartment
	object      offchain.Object
	size        int64 // of the plaintext
	hashes      *spanHasher
}

// prepare names all keys and objects, announces them, and makes or opens the keys.
func (im *importing) prepare(ctx context.Context) error {
	rows := map[string]offchain.Compartment{}
	for _, c := range im.who.compartments {
		rows[c.Name] = c
	}
	objects := im.compartments()
	needed := slices.Clone(objects)
	if im.who.isNew { // the access log's key is made with the patient: docs/adr/0003
		needed = append(needed, disclosuresCompartment)
	}
	for _, name := range needed {
		if _, ok := rows[name]; !ok {
			rows[name] = im.plan(im.who.id, name)
		}
	}
	for _, name := range objects {
		im.parts = append(im.parts, &part{compartment: compartment{Compartment: rows[name]}, object: im.place(rows[name])})
	}
	if err := im.announce(ctx); err != nil {
		return err
	}
	im.s.cfg.Step("import.announced")
	return im.openKeys(ctx, needed, rows)
}

func (im *importing) openKeys(ctx context.Context, needed []string, rows map[string]offchain.Compartment) error {
	open := map[string]compartment{}
	for _, name := range needed {
		if _, done := open[name]; done {
			continue
		}
		c, err := im.makeOrUse(ctx, rows[name])
		if err != nil {
			return err
		}
		open[name] = c
	}
	for _, p := range im.parts {
		p.compartment = open[p.compartment.Name]
	}
	im.s.cfg.Step("import.keys-wrapped")
	return nil
}

func (im *importing) makeOrUse(ctx context.Context, c offchain.Compartment) (compartment, error) {
	if len(c.Wrapped) > 0 {
		return im.use(ctx, c)
	}
	made, err := im.make(ctx, c)
	im.s.cfg.Step("import.key-made")
	return made, err
}

// manifestCompartment keeps what is left of a bundle: it says which resources there were, so it goes with the care data.
const manifestCompartment = "care"

// compartments lists the compartment of each object to be written.
func (im *importing) compartments() []string {
	if im.doc.whole {
		return []string{im.s.cfg.Compartments.Of(im.doc.Entries[0].Type)}
	}
	return append([]string{manifestCompartment}, im.doc.layout.Sources...)
}

// insert is the import's transaction: everything counts from here, or nothing does.
func (im *importing) insert(ctx context.Context, tx offchain.Tx) error {
	if err := im.insertPatient(ctx, tx); err != nil {
		return err
	}
	if im.bundle != "" {
		b := offchain.Bundle{ID: im.bundle, Patient: im.who.id, Compartment: im.parts[0].compartment.ID, Size: im.doc.Size}
		for _, p := range im.parts {
			b.Sources = append(b.Sources, p.object.ID)
		}
		if err := tx.InsertBundle(ctx, b); err != nil {
			return err
		}
	}
	if err := im.insertRecords(ctx, tx); err != nil {
		return err
	}
	if err := tx.InsertImport(ctx, im.who.id, im.who.digest); err != nil {
		return err
	}
	im.s.cfg.Step("import.in-transaction")
	return tx.Enqueue(ctx, offchain.SequenceLog{})
}

func (im *importing) insertPatient(ctx context.Context, tx offchain.Tx) error {
	if im.who.isNew {
		err := tx.InsertPatient(ctx, offchain.Patient{ID: im.who.id, State: offchain.PatientActive, Created: im.s.now()})
		if err != nil {
			return err
		}
	} else if err := im.who.current(ctx, tx); err != nil {
		return err
	}
	for _, i := range im.who.add {
		if err := tx.InsertIdentifier(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) result() Imported {
	return Imported{
		Patient: im.who.id, NewPatient: im.who.isNew, Bundle: im.bundle, Record: im.record,
		Records: len(im.doc.Entries), Objects: len(im.objects), Bytes: im.doc.Size,
	}
}
