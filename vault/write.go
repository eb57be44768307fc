package vault

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault/fhir"
)

// description is what a record's sealed row says.
type description struct {
	_              struct{} `cbor:",toarray"`
	Type           string
	SHA256         []byte // of the record's bytes as received
	Received       int64  // Unix seconds
	Salt           []byte // of the record's entry in the log
	Object         string // where it lies, so that an altered index is found out
	Offset, Length int64
}

// store makes the second pass: it encrypts the document into its objects, and describes the records.
func (im *importing) store(ctx context.Context) error {
	src, err := im.in.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	seen := &counting{hash: sha256.New()}
	document := io.TeeReader(src, seen)
	if im.doc.whole {
		err = im.storeWhole(ctx, document)
	} else {
		err = im.storeBundle(ctx, document)
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(document, 1)); err != nil { // one byte more is a change already
		return err
	}
	if seen.n != im.doc.Size || [sha256.Size]byte(seen.hash.Sum(nil)) != im.doc.SHA256 {
		return ErrChanged
	}
	return nil
}

type counting struct {
	hash hash.Hash
	n    int64
}

func (c *counting) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.hash.Write(p)
}

// storeWhole stores the document as one record, whose hash is the document's: store compares that with what went in.
func (im *importing) storeWhole(ctx context.Context, document io.Reader) error {
	p := im.parts[0]
	p.size = im.doc.Size
	p.hashes = &spanHasher{left: []int64{im.doc.Size}, sums: [][sha256.Size]byte{im.doc.SHA256}}
	return im.write(ctx, im.parts, func(out []io.Writer) error {
		_, err := io.CopyBuffer(out[0], io.LimitReader(document, im.doc.Size), make([]byte, 256<<10))
		return err
	})
}

// storeBundle stores a bundle as one object for each compartment and a manifest.
func (im *importing) storeBundle(ctx context.Context, document io.Reader) error {
	id, err := newRecordID()
	if err != nil {
		return err
	}
	im.bundle = id
	for i, name := range im.doc.layout.Sources {
		var mine []fhir.Entry
		for _, e := range im.doc.Entries {
			if im.s.cfg.Compartments.Of(e.Type) == name {
				mine = append(mine, e)
			}
		}
		im.parts[i+1].take(mine)
	}
	head, err := manifestHead(im.doc.layout)
	if err != nil {
		return err
	}
	im.parts[0].size = int64(len(head)) + im.doc.layout.SourceSize(0)
	return im.write(ctx, im.parts, func(out []io.Writer) error {
		if _, err := out[0].Write(head); err != nil {
			return err
		}
		return im.doc.layout.Copy(out, io.LimitReader(document, im.doc.Size))
	})
}

// A manifest is the length of the layout (8 bytes, big-endian), the layout, and what is left of the bundle.
const manifestLength = 8

func manifestHead(l *fhir.Layout) ([]byte, error) {
	layout, err := l.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	return append(binary.BigEndian.AppendUint64(nil, uint64(len(layout))), layout...), nil
}

// take gives a part the resources that it will hold, in order.
func (p *part) take(entries []fhir.Entry) {
	lengths := make([]int64, len(entries))
	for i, e := range entries {
		lengths[i] = e.Length
		p.size += e.Length
	}
	p.hashes = &spanHasher{left: lengths, hash: sha256.New()}
	p.hashes.close()
}

// write encrypts into all parts at once, and makes them durable.
func (im *importing) write(ctx context.Context, parts []*part, fill func([]io.Writer) error) (err error) {
	sealed := make([]*sealedWriter, len(parts))
	out := make([]io.Writer, len(parts))
	defer func() {
		for _, w := range sealed {
			if w != nil {
				w.out.Abort()
			}
		}
	}()
	for i, p := range parts {
		if sealed[i], err = im.create(ctx, p.compartment, p.object); err != nil {
			return err
		}
		out[i] = sealed[i]
		if p.hashes != nil && !p.hashes.done() {
			out[i] = io.MultiWriter(sealed[i], p.hashes)
		}
	}
	im.s.cfg.Step("import.objects-started")
	if err = fill(out); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return ErrChanged
		}
		return err
	}
	im.s.cfg.Step("import.objects-written")
	for i, p := range parts {
		if err = im.finish(sealed[i], p.size); err != nil {
			return err
		}
		im.s.cfg.Step("import.object-committed")
	}
	return nil
}

// recordBatch is how many rows are described at a time: a bundle may have a million.
const recordBatch = 1000

// insertRecords describes the records and adds their rows, in the document's order.
func (im *importing) insertRecords(ctx context.Context, tx offchain.Tx) error {
	next := map[string]*cursor{}
	for _, p := range im.parts {
		if p.hashes != nil {
			next[p.compartment.Name] = &cursor{part: p}
		}
	}
	for entries := range slices.Chunk(im.doc.Entries, recordBatch) {
		rows, logged := make([]offchain.Record, len(entries)), make([]offchain.LogEntry, len(entries))
		for i, e := range entries {
			opening, err := im.describe(&rows[i], e, next[im.s.cfg.Compartments.Of(e.Type)])
			if err != nil {
				return err
			}
			logged[i] = offchain.LogEntry{Entry: opening.Entry(), Subject: rows[i].ID, Compartment: rows[i].Compartment}
		}
		if im.doc.whole {
			im.record = rows[0].ID
		}
		if err := errors.Join(tx.InsertRecords(ctx, rows), tx.InsertEntries(ctx, logged)); err != nil {
			return err
		}
	}
	return nil
}

// cursor is how far the records of a part have been described.
type cursor struct {
	part          *part
	offset, index int64
}

// describe makes the row of the next record of a part, and the opening of its entry in the log.
func (im *importing) describe(r *offchain.Record, e fhir.Entry, at *cursor) (anchor.Opening, error) {
	id, err := newRecordID()
	if err != nil {
		return anchor.Opening{}, err
	}
	*r = offchain.Record{ID: id, Object: at.part.object.ID, Bundle: im.bundle, Offset: at.offset, Length: e.Length}
	d := description{Type: e.Type, SHA256: at.part.hashes.sums[at.index][:], Received: im.s.now().Unix(), Salt: newSalt()}
	at.offset += e.Length
	at.index++
	return d.opening(id, e.Length), im.s.describe(r, at.part.compartment, d)
}

// describe puts a record into a compartment, sealing its description and its place for it.
func (s *Service) describe(r *offchain.Record, c compartment, d description) error {
	d.Object, d.Offset, d.Length = r.Object, r.Offset, r.Length
	sealed, err := keys.Seal(c.key, s.context(c.Compartment, "record:"+r.ID), encode(d))
	if err != nil {
		return fmt.Errorf("seal description: %w", err)
	}
	r.Patient, r.Compartment, r.Sealed = c.Patient, c.ID, sealed
	return nil
}

// described opens a record's description.
func (s *Service) described(c compartment, r offchain.Record) (description, error) {
	var d description
	plain, err := keys.Open(c.key, s.context(c.Compartment, "record:"+r.ID), r.Sealed)
	if err != nil {
		return d, fmt.Errorf("open description of record %s: %w", r.ID, err)
	}
	if err := decode(plain, &d); err != nil {
		return d, err
	}
	if d.Object != r.Object || d.Offset != r.Offset || d.Length != r.Length {
		return d, fmt.Errorf("record %s is not where it was put: %w", r.ID, keys.ErrCorrupt)
	}
	return d, nil
}

// spanHasher hashes consecutive spans of what is written to it, each by itself.
type spanHasher struct {
	left []int64
	hash hash.Hash
	n    int64 // of the current span, so far
	sums [][sha256.Size]byte
}

func (h *spanHasher) Write(p []byte) (int, error) {
	total := len(p)
	for ; len(p) > 0; h.close() {
		if h.done() {
			return total - len(p), ErrChanged
		}
		take := min(int64(len(p)), h.left[len(h.sums)]-h.n)
		h.hash.Write(p[:take])
		h.n += take
		p = p[take:]
	}
	return total, nil
}

func (h *spanHasher) done() bool { return len(h.sums) == len(h.left) }

// close ends all spans that are complete, empty ones included.
func (h *spanHasher) close() {
	for len(h.sums) < len(h.left) && h.n == h.left[len(h.sums)] {
		h.sums = append(h.sums, [sha256.Size]byte(h.hash.Sum(nil)))
		h.hash.Reset()
		h.n = 0
	}
}
