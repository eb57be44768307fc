package fhir

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// meter counts and hashes what the decoder reads, and stops it at the limits: the decoder alone would buffer a token,
// or white space, of any length.
type meter struct {
	r     io.Reader
	sum   hash.Hash
	size  int64
	lines int
	lim   Limits
	piece int64 // offset at which the current resource, or what stands between two, starts
	err   error // why reading stopped, other than at the end
}

// readAhead is the most that the decoder gets at once, so that what it holds unread stays small.
const readAhead = 64 << 10

var (
	errDocumentTooBig = errors.New("document too big")
	errPieceTooBig    = errors.New("piece too big")
)

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p[:min(len(p), readAhead)])
	switch {
	case m.size+int64(n) > m.lim.MaxBytes:
		m.err = errDocumentTooBig
		return 0, m.err
	case m.size-m.piece-readAhead > m.lim.MaxResource:
		m.err = errPieceTooBig
		return 0, m.err
	case err != nil && err != io.EOF:
		m.err = err
	}
	m.sum.Write(p[:n])
	m.lines += bytes.Count(p[:n], []byte{'\n'})
	m.size += int64(n)
	return n, err
}

// stream reads JSON token by token within the limits, and knows its place.
type stream struct {
	dec   *jsontext.Decoder
	meter *meter
	lim   Limits
	entry int // index in Bundle.entry, -1 outside
}

func newStream(r *bufio.Reader, lim Limits) *stream {
	m := &meter{r: r, sum: sha256.New(), lim: lim}
	return &stream{dec: jsontext.NewDecoder(m), meter: m, lim: lim, entry: -1}
}

// place is a position worth remembering.
type place struct {
	offset int64
	line   int
	entry  int
}

func (p place) fail(kind error, format string, args ...any) error {
	return &Error{Offset: p.offset, Line: p.line, Entry: p.entry, Reason: fmt.Sprintf(format, args...), Err: kind}
}

// offset is that of the first byte after the last token.
func (s *stream) offset() int64 { return s.dec.InputOffset() }

func (s *stream) here() place { return s.at(s.offset()) }

// at gives the place of an offset at or after the current one: lines are counted as they are read, so those that the
// decoder holds unread come off.
func (s *stream) at(offset int64) place {
	unread := s.dec.UnreadBuffer()
	unread = unread[min(max(0, offset-s.offset()), int64(len(unread))):]
	return place{offset, 1 + s.meter.lines - bytes.Count(unread, []byte{'\n'}), s.entry}
}

func (s *stream) fail(kind error, format string, args ...any) error {
	return s.here().fail(kind, format, args...)
}

// broken turns an error of the decoder into ours. The decoder's text quotes the document, so none of it is kept.
func (s *stream) broken(err error) error {
	switch {
	case errors.Is(s.meter.err, errDocumentTooBig):
		return s.fail(ErrTooBig, "more than %d bytes", s.lim.MaxBytes)
	case errors.Is(s.meter.err, errPieceTooBig):
		return s.pieceTooBig()
	case s.meter.err != nil:
		return s.fail(fmt.Errorf("read: %w", s.meter.err), "")
	case errors.Is(err, io.EOF):
		return s.fail(ErrBroken, "the document is empty")
	}
	p, reason := s.here(), ""
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		p = s.at(syntactic.ByteOffset)
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		reason = "a member name stands twice in one object"
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = "the document is cut short"
	}
	return p.fail(ErrBroken, "%s", reason)
}

func (s *stream) pieceTooBig() error {
	return s.fail(ErrTooBig, "more than %d bytes in one resource or between two", s.lim.MaxResource)
}

// endPiece checks the piece that ends at the offset, where the next one starts.
func (s *stream) endPiece(offset int64) error {
	if offset-s.meter.piece > s.lim.MaxResource {
		return s.pieceTooBig()
	}
	s.meter.piece = offset
	return nil
}

// next reads one token. It is valid until the next call.
func (s *stream) next() (jsontext.Token, error) {
	tok, err := s.dec.ReadToken()
	if err != nil {
		return tok, s.broken(err)
	}
	switch tok.Kind() {
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		if s.dec.StackDepth() > s.lim.MaxDepth {
			return tok, s.fail(ErrTooBig, "nested deeper than %d", s.lim.MaxDepth)
		}
	case jsontext.KindString:
		// Names and values are counted one by one, and an object keeps its names to tell duplicates.
		if in, n := s.dec.StackIndex(s.dec.StackDepth()); in == jsontext.KindBeginObject && n > 2*maxMembers {
			return tok, s.fail(ErrTooBig, "more than %d members in one object", maxMembers)
		}
	}
	return tok, nil
}

// skip reads one value of any kind.
func (s *stream) skip() error {
	for depth := s.dec.StackDepth(); ; {
		if _, err := s.next(); err != nil {
			return err
		}
		if s.dec.StackDepth() <= depth {
			return nil
		}
	}
}

// expect reads one token of a kind; what names the place in FHIR's words.
func (s *stream) expect(kind jsontext.Kind, what string) (jsontext.Token, error) {
	tok, err := s.next()
	if err == nil && tok.Kind() != kind {
		err = s.fail(ErrNotFHIR, "%s is not %s", what, kindNames(kind))
	}
	return tok, err
}

func kindNames(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	default:
		return "a string"
	}
}

func (s *stream) text(what string) (string, error) {
	tok, err := s.expect(jsontext.KindString, what)
	if err != nil {
		return "", err
	}
	return tok.String(), nil
}

// object reads an object; read is called after each name and reads the value.
func (s *stream) object(what string, read func(name string) error) error {
	if _, err := s.expect(jsontext.KindBeginObject, what); err != nil {
		return err
	}
	return s.members(read)
}

// members reads the rest of an object.
func (s *stream) members(read func(name string) error) error {
	for s.dec.PeekKind() != jsontext.KindEndObject {
		name, err := s.next()
		if err != nil {
			return err
		}
		if err := read(name.String()); err != nil {
			return err
		}
	}
	_, err := s.next()
	return err
}

// array reads an array; read reads each element.
func (s *stream) array(what string, read func() error) error {
	if _, err := s.expect(jsontext.KindBeginArray, what); err != nil {
		return err
	}
	for s.dec.PeekKind() != jsontext.KindEndArray {
		if err := read(); err != nil {
			return err
		}
	}
	_, err := s.next()
	return err
}

// each reads an array, or what its only element would be: R4 knows both for identifiers and subjects.
func (s *stream) each(what string, read func() error) error {
	if s.dec.PeekKind() == jsontext.KindBeginArray {
		return s.array(what, read)
	}
	return read()
}

// end checks that only white space follows, and reads it.
func (s *stream) end() error {
	switch _, err := s.dec.ReadToken(); {
	case errors.Is(err, io.EOF) && s.meter.err == nil:
		return s.endPiece(s.meter.size)
	case s.meter.err != nil:
		return s.broken(err)
	default:
		return s.fail(ErrBroken, "something follows the document's object")
	}
}
