package fhir

import (
	"bufio"
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Scan reads a document to its end. It refuses with an [*Error]; what r fails with is wrapped in one. Its memory is
// bounded by the limits, not by the document. A document without a patient is no error: the caller decides.
func Scan(r io.Reader, lim Limits) (*Document, error) {
	if err := lim.check(); err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(r, 64<<10)
	// RFC 8259 §8.1: a byte order mark is not to be sent. It would be told as a stray character otherwise.
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		return nil, place{0, 1, -1}.fail(ErrBroken, "the document starts with a byte order mark")
	}
	s := &scanner{stream: newStream(in, lim), doc: &Document{}, types: map[string]string{}, whose: newWhose()}
	if err := s.document(); err != nil {
		return nil, err
	}
	return s.doc, nil
}

// scanner reads a document's envelope.
type scanner struct {
	*stream
	doc   *Document
	types map[string]string // one string per resource type, not one per resource
	whose *whose

	bundleType   string
	bundleTypeAt place
}

// document reads the whole. What it is can be known at its end only: resourceType may stand anywhere.
func (s *scanner) document() error {
	if _, err := s.expect(jsontext.KindBeginObject, "the document"); err != nil {
		return err
	}
	top := &resource{at: s.at(s.offset() - 1), Entry: Entry{Span: Span{Offset: s.offset() - 1}}}
	if err := s.members(func(name string) error { return s.topMember(top, name) }); err != nil {
		return err
	}
	top.Length = s.offset() - top.Offset
	if err := s.end(); err != nil {
		return err
	}
	if err := s.conclude(top); err != nil {
		return err
	}
	s.doc.Size = s.meter.size
	s.meter.sum.Sum(s.doc.SHA256[:0])
	return s.whose.conclude(s.doc)
}

func (s *scanner) topMember(top *resource, name string) (err error) {
	switch name {
	case "type":
		if s.dec.PeekKind() != jsontext.KindString { // other resources have other types here
			return s.skip()
		}
		s.bundleType, err = s.text("Bundle.type")
		s.bundleTypeAt = s.here()
		return err
	case "entry":
		if err := s.checkBundleType(top); err != nil {
			return err
		}
		err := s.array("entry", s.bundleEntry)
		s.entry = -1
		return err
	default:
		return s.resourceMember(top, name)
	}
}

// checkBundleType refuses as soon as enough is known.
func (s *scanner) checkBundleType(top *resource) error {
	if top.Type != "Bundle" || s.bundleType == "" || s.bundleType == "transaction" || s.bundleType == "collection" {
		return nil
	}
	return s.bundleTypeAt.fail(ErrBundleType, "")
}

// conclude tells the Bundle from the single resource.
func (s *scanner) conclude(top *resource) error {
	switch {
	case top.Type == "Bundle" && s.bundleType == "":
		return top.at.fail(ErrBundleType, "it has no type")
	case top.Type == "Bundle":
		s.doc.Bundle, s.doc.BundleType = true, s.bundleType
		return s.checkBundleType(top)
	case len(s.doc.Entries) > 0:
		return top.at.fail(ErrNotFHIR, "entries hold resources, but the document is not a Bundle")
	}
	return s.file(top, "")
}

// bundleEntry reads one element of Bundle.entry.
func (s *scanner) bundleEntry() error {
	if err := s.endPiece(s.offset()); err != nil {
		return err
	}
	if s.entry++; s.entry >= s.lim.MaxEntries {
		return s.fail(ErrTooBig, "more than %d entries", s.lim.MaxEntries)
	}
	var res *resource
	var fullURL string
	err := s.object("entry", func(name string) (err error) {
		switch name {
		case "fullUrl":
			fullURL, err = s.text("fullUrl")
		case "resource":
			res, err = s.resource()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	s.whose.named(fullURL)
	if res == nil {
		return nil
	}
	if res.Type == "Bundle" {
		return res.at.fail(ErrNotFHIR, "a Bundle inside a Bundle")
	}
	return s.file(res, fullURL)
}

// file records a resource that has been read.
func (s *scanner) file(res *resource, fullURL string) error {
	if res.Type == "" {
		return res.at.fail(ErrNotFHIR, "a resource without resourceType")
	}
	if name, ok := s.types[res.Type]; ok {
		res.Type = name
	}
	s.types[res.Type] = res.Type
	s.doc.Entries = append(s.doc.Entries, res.Entry)
	if res.Type == "Patient" {
		return s.whose.patientIs(res, fullURL, len(s.doc.Entries)-1)
	}
	return s.whose.about(res)
}
