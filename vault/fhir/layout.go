package fhir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"sort"
	"unicode/utf8"
)

// Layout says how a document is put together again from one stream per source: the compartments of its resources, and
// source 0, the remainder, which holds what stands around the resources. Layouts come from [Split] and
// [Layout.UnmarshalBinary]; the methods of one made by hand may panic.
type Layout struct {
	Sources []string // the compartments, in order of first use; Sources[i-1] is source i
	Parts   []Part   // in document order
}

// Part is a run of the document's bytes that stands in one source, right after that source's previous part.
type Part struct {
	Source int // 0 is the remainder, i > 0 is Layout.Sources[i-1]
	Length int64
}

// Piece is a part with its places.
type Piece struct {
	Part
	InDocument int64 // offset in the document
	InSource   int64 // offset in the part's source
}

// Bounds of a layout.
const (
	maxSources    = 256
	maxSourceName = 64      // bytes
	maxParts      = 1 << 22 // two for each entry, and one
)

// Split lays a document out; of names the compartment of an entry.
func Split(doc *Document, of func(Entry) string) (*Layout, error) {
	l := &Layout{Sources: []string{}, Parts: make([]Part, 0, 2*len(doc.Entries)+1)}
	at := int64(0)
	for i, entry := range doc.Entries {
		if entry.Offset < at || entry.Length <= 0 || entry.Length > doc.Size-entry.Offset {
			return nil, fmt.Errorf("fhir: split: entry %d does not stand in the document after the one before", i)
		}
		l.add(0, entry.Offset-at)
		l.add(l.source(of(entry)), entry.Length)
		at = entry.End()
	}
	l.add(0, doc.Size-at)
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("fhir: split: %w", err)
	}
	return l, nil
}

func (l *Layout) add(source int, length int64) {
	if length != 0 {
		l.Parts = append(l.Parts, Part{source, length})
	}
}

// source returns the number of a compartment, a new one at first use.
func (l *Layout) source(name string) int {
	i := slices.Index(l.Sources, name)
	if i < 0 {
		i = len(l.Sources)
		l.Sources = append(l.Sources, name)
	}
	return i + 1
}

// check holds a layout to its one form: sources named once and used in order, no empty part, a size that can be
// counted.
func (l *Layout) check() error {
	if len(l.Sources) > maxSources || len(l.Parts) > maxParts {
		return fmt.Errorf("layout: more than %d sources or %d parts", maxSources, maxParts)
	}
	for i, name := range l.Sources {
		if name == "" || len(name) > maxSourceName || !utf8.ValidString(name) || slices.Contains(l.Sources[:i], name) {
			return fmt.Errorf("layout: source %d has no name of its own of 1 to %d bytes", i+1, maxSourceName)
		}
	}
	used, size := 0, int64(0)
	for i, p := range l.Parts {
		switch {
		case p.Source < 0 || p.Source > min(used+1, len(l.Sources)):
			return fmt.Errorf("layout: part %d is of source %d, which does not come next", i, p.Source)
		case p.Length <= 0 || p.Length > math.MaxInt64-size:
			return fmt.Errorf("layout: part %d has no possible length", i)
		}
		used, size = max(used, p.Source), size+p.Length
	}
	if used != len(l.Sources) {
		return fmt.Errorf("layout: source %d is not used", used+1)
	}
	return nil
}

// Size is the number of bytes of the document.
func (l *Layout) Size() (size int64) {
	for _, p := range l.Parts {
		size += p.Length
	}
	return size
}

// SourceSize is the number of bytes of a source; 0 is the remainder.
func (l *Layout) SourceSize(i int) (size int64) {
	for _, p := range l.Parts {
		if p.Source == i {
			size += p.Length
		}
	}
	return size
}

// Pieces yields the parts in document order with their places.
func (l *Layout) Pieces() iter.Seq[Piece] {
	return func(yield func(Piece) bool) {
		at, inSource := int64(0), make([]int64, len(l.Sources)+1)
		for _, p := range l.Parts {
			if !yield(Piece{p, at, inSource[p.Source]}) {
				return
			}
			at += p.Length
			inSource[p.Source] += p.Length
		}
	}
}

// Copy reads the document once, in constant memory, and writes each part to the writer of its source: dst[0] takes the
// remainder. A document shorter or longer than the layout is an error; whether it is the one scanned is for the caller
// to check, by its hash. What was written before an error is no document.
func (l *Layout) Copy(dst []io.Writer, src io.Reader) error {
	if len(dst) != len(l.Sources)+1 {
		return fmt.Errorf("layout: copy: %d writers for %d sources", len(dst), len(l.Sources)+1)
	}
	in, buf := bufio.NewReaderSize(src, 64<<10), make([]byte, 32<<10)
	for i, p := range l.Parts {
		n, err := io.CopyBuffer(dst[p.Source], io.LimitReader(in, p.Length), buf)
		if err == nil && n < p.Length {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("layout: copy part %d: %w", i, err)
		}
	}
	switch _, err := in.ReadByte(); err {
	case io.EOF:
		return nil
	case nil:
		return errors.New("layout: copy: the document is longer than its layout")
	default:
		return fmt.Errorf("layout: copy: %w", err)
	}
}

// ReaderAt returns the document, put together from its sources: sources[0] is the remainder. A source may be nil, or
// missing; reading a range that needs it fails. The result may be used by several goroutines when the sources may; it
// costs 32 bytes per part.
func (l *Layout) ReaderAt(sources []io.ReaderAt) io.ReaderAt {
	return &joined{pieces: slices.Collect(l.Pieces()), sources: slices.Clone(sources), size: l.Size()}
}

type joined struct {
	pieces  []Piece
	sources []io.ReaderAt
	size    int64
}

var _ io.ReaderAt = (*joined)(nil)

func (j *joined) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("layout: read: negative offset")
	}
	if off >= j.size {
		return 0, io.EOF
	}
	next := sort.Search(len(j.pieces), func(i int) bool { return j.pieces[i].InDocument > off })
	for i := next - 1; n < len(p) && i < len(j.pieces); i++ {
		got, err := j.readPiece(p[n:], j.pieces[i], off+int64(n)-j.pieces[i].InDocument)
		n += got
		if err != nil {
			return n, fmt.Errorf("layout: read part %d of source %d: %w", i, j.pieces[i].Source, err)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readPiece reads what a piece has for p, from skip bytes into it.
func (j *joined) readPiece(p []byte, piece Piece, skip int64) (int, error) {
	if piece.Source >= len(j.sources) || j.sources[piece.Source] == nil {
		return 0, errors.New("no such source")
	}
	p = p[:min(int64(len(p)), piece.Length-skip)]
	n, err := j.sources[piece.Source].ReadAt(p, piece.InSource+skip)
	switch {
	case n == len(p):
		return n, nil
	case err == nil || err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}
