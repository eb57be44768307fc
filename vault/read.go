package vault

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"lethe/keys"
	"lethe/offchain"
	"lethe/vault/fhir"
)

// Access says who reads, and what for: it goes into the patient's access log before the first byte.
type Access struct {
	Actor   string // who reads: "local custodian", later a provider's organisation or a pseudonym
	Purpose string // HL7 v3 PurposeOfUse code, such as TREAT

	authorization string   // the disclosure that a token stands on
	token         [32]byte // its hash; zero for who is known
}

// stands says that the token by which somebody reads, if any, has not been revoked.
func (a Access) stands(ctx context.Context, q offchain.Queries) error {
	if a.token == ([32]byte{}) {
		return nil
	}
	_, err := q.Token(ctx, a.token)
	if errors.Is(err, offchain.ErrNotFound) {
		return ErrToken
	}
	return err
}

// Content is an open record or bundle. An erasure of its patient ends it: reads answer [ErrErased] from then on.
type Content struct {
	ID, Type string
	byToken  bool
	size     int64
	src      io.ReaderAt
	closers  []io.Closer
	revoked  atomic.Pointer[error] // why reading has ended
	reads    func() error          // whether this process may read at all
	release  func()
}

var _ io.ReaderAt = (*Content)(nil)

// Size is the content's length in bytes.
func (c *Content) Size() int64 { return c.size }

// ReadAt implements [io.ReaderAt]; no byte of a chunk that was tampered with is given out.
func (c *Content) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ended(); err != nil {
		return 0, err
	}
	n, err := c.src.ReadAt(p, off)
	if why := c.ended(); why != nil { // while it was read
		clear(p[:n])
		return 0, why
	}
	return n, err
}

// ended says why nothing more is read.
func (c *Content) ended() error {
	if why := c.revoked.Load(); why != nil {
		return *why
	}
	return c.reads()
}

// Range is a part of the content as a stream; [ErrRange] when it is not within it. A negative length means up to the end.
func (c *Content) Range(offset, length int64) (*io.SectionReader, error) {
	if length < 0 {
		length = c.size - offset
	}
	if offset < 0 || length < 0 || offset > c.size || length > c.size-offset {
		return nil, fmt.Errorf("%w: it is %d bytes long", ErrRange, c.size)
	}
	return io.NewSectionReader(c, offset, length), nil
}

// Close ends reading.
func (c *Content) Close() error {
	c.release()
	return c.close()
}

func (c *Content) close() (err error) {
	for _, o := range c.closers {
		err = errors.Join(err, o.Close())
	}
	return err
}

// Read opens a record or a bundle by its id, after noting the disclosure. Errors: [ErrNotFound], [ErrErased], [ErrErasing],
// [ErrQuarantined], and those of keys and stores (see Code).
func (s *Service) Read(ctx context.Context, id string, who Access) (*Content, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	return s.readIf(ctx, id, who, func(string, []string) bool { return true })
}

// readIf is Read for whoever may read what lies in these compartments of this patient; to others it is not there.
func (s *Service) readIf(ctx context.Context, id string, who Access, may func(patient string, compartments []string) bool) (*Content, error) {
	at, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if !may(at.patient(), at.compartments()) {
		return nil, ErrNotFound
	}
	c := &Content{ID: id, byToken: who.token != [32]byte{}, reads: s.reads}
	c.release = s.open.add(at.patient(), c) // before the disclosure finds everything alive: what begins to be erased afterwards ends it
	if err := s.fill(ctx, c, at, who); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// fill opens the content while the disclosure is noted. Nothing is given out before both are done.
func (s *Service) fill(ctx context.Context, c *Content, at found, who Access) error {
	filled := make(chan error, 1)
	go func() {
		if at.record.ID != "" {
			filled <- s.fillRecord(ctx, c, at)
		} else {
			filled <- s.fillBundle(ctx, c, at)
		}
	}()
	noted := s.discloseIn(ctx, at.accessLog, at.patient(), c.ID, who)
	err := <-filled
	if noted != nil {
		return fmt.Errorf("note the disclosure: %w", noted)
	}
	if why := c.ended(); why != nil {
		return why
	}
	if err == nil {
		return nil
	}
	if _, _, now := s.locate(ctx, c.ID); now != nil { // an erasure that began meanwhile, which may be why
		return now
	}
	return err
}

// found is a record or a bundle, the objects that it lies in, and the compartment of its patient's access log, zero when there is none yet.
type found struct {
	record    offchain.Record
	bundle    offchain.Bundle
	sources   []source
	accessLog offchain.Compartment
}

// source is an object with its compartment as the index has them.
type source struct {
	object      offchain.Object
	compartment offchain.Compartment
}

func (f *found) patient() string { return f.record.Patient + f.bundle.Patient } // one of the two is empty

func (f *found) compartments() (names []string) {
	for _, src := range f.sources {
		names = append(names, src.compartment.Name)
	}
	return names
}

// find looks once at everything that the index has of what is to be read.
func (s *Service) find(ctx context.Context, id string) (f found, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		if f.record, f.bundle, err = locate(ctx, q, id); err != nil {
			return err
		}
		objects := f.bundle.Sources
		if f.record.ID != "" {
			objects = []string{f.record.Object}
		}
		held, err := q.Compartments(ctx, f.patient())
		if err != nil {
			return err
		}
		for _, object := range objects {
			src, err := sourceOf(ctx, q, held, object)
			if err != nil {
				return err
			}
			f.sources = append(f.sources, src)
		}
		if i := slices.IndexFunc(held, func(c offchain.Compartment) bool { return c.Name == disclosuresCompartment }); i >= 0 {
			f.accessLog = held[i]
		}
		return nil
	})
	return f, err
}

// sourceOf looks up an object, and its compartment unless that is among those that are known.
func sourceOf(ctx context.Context, q offchain.Queries, known []offchain.Compartment, object string) (src source, err error) {
	if src.object, err = q.Object(ctx, object); err != nil {
		return src, err
	}
	if i := slices.IndexFunc(known, func(c offchain.Compartment) bool { return c.ID == src.object.Compartment }); i >= 0 {
		src.compartment = known[i]
		return src, nil
	}
	src.compartment, err = q.Compartment(ctx, src.object.Compartment)
	return src, err
}

// locate finds a record or bundle that may be read.
func (s *Service) locate(ctx context.Context, id string) (r offchain.Record, b offchain.Bundle, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		r, b, err = locate(ctx, q, id)
		return err
	})
	return r, b, err
}

func locate(ctx context.Context, q offchain.Queries, id string) (r offchain.Record, b offchain.Bundle, err error) {
	if err := alive(ctx, q, id); err != nil {
		return r, b, err
	}
	if r, err = q.Record(ctx, id); errors.Is(err, offchain.ErrNotFound) {
		b, err = q.Bundle(ctx, id)
	}
	if err != nil {
		return r, b, notFound(err)
	}
	return r, b, readable(ctx, q, r.Patient+b.Patient)
}

// alive refuses what has a tombstone.
func alive(ctx context.Context, q offchain.Queries, id string) error {
	_, err := q.Tombstone(ctx, id)
	switch {
	case err == nil:
		return ErrErased
	case errors.Is(err, offchain.ErrNotFound):
		return nil
	}
	return err
}

// readable says whether a patient's data may be read.
func readable(ctx context.Context, q offchain.Queries, patient string) error {
	p, err := q.Patient(ctx, patient)
	switch {
	case err != nil:
		return notFound(err)
	case p.State == offchain.PatientErasing || p.State == offchain.PatientErased:
		return ErrErased
	}
	return nil
}

// openByID opens an object for reading, with its compartment, whose key the caller zeroes.
func (s *Service) openByID(ctx context.Context, object string) (r *objectReader, c compartment, err error) {
	var src source
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		src, err = sourceOf(ctx, q, nil, object)
		return err
	})
	if err != nil {
		return nil, c, err
	}
	return s.openSource(ctx, src)
}

func (s *Service) openSource(ctx context.Context, src source) (*objectReader, compartment, error) {
	key, err := s.openKey(ctx, src.compartment)
	if err != nil {
		return nil, compartment{}, err
	}
	c := compartment{src.compartment, key}
	r, err := s.openObject(ctx, c, src.object)
	if err != nil {
		key.Zero()
		return nil, compartment{}, err
	}
	return r, c, nil
}

func (s *Service) fillRecord(ctx context.Context, c *Content, at found) error {
	r := at.record
	src, comp, err := s.openSource(ctx, at.sources[0])
	if err != nil {
		return err
	}
	defer comp.key.Zero()
	c.closers = append(c.closers, src)
	d, err := s.described(comp, r)
	if err != nil {
		return err
	}
	if r.Length > src.Size() || r.Offset > src.Size()-r.Length {
		return fmt.Errorf("record %s lies outside its object: %w", r.ID, keys.ErrCorrupt)
	}
	ahead := &readAhead{src: src}
	c.closers = append(c.closers, ahead)
	c.Type, c.size, c.src = d.Type, r.Length, io.NewSectionReader(ahead, r.Offset, r.Length)
	return nil
}

// bundleType is the type of what Read gives for a bundle.
const bundleType = "Bundle"

func (s *Service) fillBundle(ctx context.Context, c *Content, at found) error {
	b := at.bundle
	var sources []io.ReaderAt
	var manifestSize int64
	for i, from := range at.sources {
		src, comp, err := s.openSource(ctx, from)
		if err != nil {
			return err
		}
		comp.key.Zero()
		c.closers = append(c.closers, src)
		if i == 0 {
			manifestSize = src.Size()
		}
		ahead := &readAhead{src: src}
		c.closers = append(c.closers, ahead)
		sources = append(sources, ahead)
	}
	if len(sources) == 0 {
		return fmt.Errorf("bundle %s has no manifest: %w", b.ID, keys.ErrCorrupt)
	}
	layout, rest, err := readManifest(sources[0], manifestSize)
	if err != nil {
		return err
	}
	if len(layout.Sources) != len(sources)-1 || layout.Size() != b.Size {
		return fmt.Errorf("bundle %s does not fit its manifest: %w", b.ID, keys.ErrCorrupt)
	}
	sources[0] = rest
	c.Type, c.size, c.src = bundleType, b.Size, layout.ReaderAt(sources)
	return nil
}

// readManifest reads a bundle's layout, and gives what was left of the bundle.
func readManifest(src io.ReaderAt, size int64) (*fhir.Layout, io.ReaderAt, error) {
	var head [manifestLength]byte
	if _, err := src.ReadAt(head[:], 0); err != nil {
		return nil, nil, fmt.Errorf("read manifest: %w", err)
	}
	n := binary.BigEndian.Uint64(head[:])
	if size < manifestLength || n > uint64(size-manifestLength) {
		return nil, nil, fmt.Errorf("read manifest: %w", keys.ErrCorrupt)
	}
	encoded := make([]byte, n)
	if _, err := src.ReadAt(encoded, manifestLength); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("read manifest: %w", err)
	}
	layout := new(fhir.Layout)
	if err := layout.UnmarshalBinary(encoded); err != nil {
		return nil, nil, fmt.Errorf("read manifest: %w", err)
	}
	start := manifestLength + int64(n)
	return layout, io.NewSectionReader(src, start, size-start), nil
}

// readAheadSize is how much of an object is decrypted at once for many small reads.
const readAheadSize = 256 << 10

// readAhead serves small reads from a window of what it reads. It is safe for concurrent use.
type readAhead struct {
	src io.ReaderAt

	mu     sync.Mutex
	window []byte
	at     int64
}

func (r *readAhead) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > readAheadSize/4 {
		return r.src.ReadAt(p, off)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if off < r.at || off+int64(len(p)) > r.at+int64(len(r.window)) {
		if err := r.fill(off); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.window[min(off-r.at, int64(len(r.window))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fill reads the window that begins at off; a short one is at the end of the source.
func (r *readAhead) fill(off int64) error {
	if r.window == nil {
		r.window = make([]byte, readAheadSize)
	}
	window := r.window[:readAheadSize]
	n, err := r.src.ReadAt(window, off)
	if err != nil && !errors.Is(err, io.EOF) {
		r.window = r.window[:0]
		return err
	}
	r.window, r.at = window[:n], off
	return nil
}

// Close forgets the plaintext.
func (r *readAhead) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.window[:cap(r.window)])
	r.window = nil
	return nil
}

// openReaders knows what is being read of each patient, so that an erasure can end it.
type openReaders struct {
	mu        sync.Mutex
	byPatient map[string]map[*Content]bool
}

func (o *openReaders) add(patient string, c *Content) (release func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.byPatient == nil {
		o.byPatient = map[string]map[*Content]bool{}
	}
	if o.byPatient[patient] == nil {
		o.byPatient[patient] = map[*Content]bool{}
	}
	o.byPatient[patient][c] = true
	return func() { o.remove(patient, c) }
}

func (o *openReaders) remove(patient string, c *Content) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.byPatient[patient], c)
	if len(o.byPatient[patient]) == 0 {
		delete(o.byPatient, patient)
	}
}

// revoke ends all reading of a patient.
func (o *openReaders) revoke(patient string) {
	o.end(patient, ErrErased, func(*Content) bool { return true })
}

// revokeTokens ends what is read by tokens.
func (o *openReaders) revokeTokens(patient string) {
	o.end(patient, ErrWithdrawn, func(c *Content) bool { return c.byToken })
}

func (o *openReaders) end(patient string, why error, which func(*Content) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for c := range o.byPatient[patient] {
		if which(c) {
			c.revoked.CompareAndSwap(nil, &why)
		}
	}
}

// endAll ends what is being read of everybody.
func (o *openReaders) endAll(why error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, open := range o.byPatient {
		for c := range open {
			c.revoked.CompareAndSwap(nil, &why)
		}
	}
}
