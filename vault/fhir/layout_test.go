package fhir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"
)

func byType(e Entry) string { return DefaultCompartments().Of(e.Type) }

// apart splits a document into its sources.
func apart(l *Layout, doc []byte) ([]*bytes.Buffer, error) {
	bufs, dst := make([]*bytes.Buffer, len(l.Sources)+1), make([]io.Writer, len(l.Sources)+1)
	for i := range bufs {
		bufs[i] = new(bytes.Buffer)
		dst[i] = bufs[i]
	}
	return bufs, l.Copy(dst, bytes.NewReader(doc))
}

func together(l *Layout, bufs []*bytes.Buffer) io.ReaderAt {
	sources := make([]io.ReaderAt, len(bufs))
	for i, b := range bufs {
		sources[i] = bytes.NewReader(b.Bytes())
	}
	return l.ReaderAt(sources)
}

func TestSplit(t *testing.T) {
	text := bundle(entry(`{"resourceType":"Patient"}`), entry(`{"resourceType":"Claim"}`), entry(`{"resourceType":"Patient1"}`), entry(`{"resourceType":"Invoice"}`))
	l, err := Split(mustScan(t, text), byType)
	if err != nil {
		t.Fatal(err)
	}
	bufs, err := apart(l, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"identity", "billing", "care"}; !reflect.DeepEqual(l.Sources, want) {
		t.Errorf("sources %v", l.Sources)
	}
	want := []string{
		bundle(entry(""), entry(""), entry(""), entry("")),
		`{"resourceType":"Patient"}`, `{"resourceType":"Claim"}{"resourceType":"Invoice"}`, `{"resourceType":"Patient1"}`,
	}
	for i, b := range bufs {
		if b.String() != want[i] || l.SourceSize(i) != int64(len(want[i])) {
			t.Errorf("source %d has %d bytes: %s", i, l.SourceSize(i), b)
		}
	}
	if l.Size() != int64(len(text)) || l.SourceSize(4) != 0 || l.SourceSize(-1) != 0 {
		t.Errorf("size %d, want %d", l.Size(), len(text))
	}
}

// Pieces say where each entry of the document stands in its source.
func TestPieces(t *testing.T) {
	doc := mustScan(t, smallBundle)
	l, err := Split(doc, byType)
	if err != nil {
		t.Fatal(err)
	}
	bufs, err := apart(l, []byte(smallBundle))
	if err != nil {
		t.Fatal(err)
	}
	var found []Span
	for p := range l.Pieces() {
		source := bufs[p.Source].String()[p.InSource:][:p.Length]
		if source != smallBundle[p.InDocument:][:p.Length] {
			t.Errorf("piece %+v is %q", p, source)
		}
		if p.Source > 0 {
			found = append(found, Span{p.InDocument, p.Length})
		}
	}
	for i, e := range doc.Entries {
		if e.Span != found[i] {
			t.Errorf("entry %d stands at %v", i, found[i])
		}
	}
	for range l.Pieces() {
		break // an iteration may stop early
	}
}

func TestSplitRefuses(t *testing.T) {
	in := func(spans ...Span) *Document {
		doc := &Document{Size: 10}
		for _, s := range spans {
			doc.Entries = append(doc.Entries, Entry{Span: s})
		}
		return doc
	}
	named := func(Entry) string { return "care" }
	n := 0
	tests := map[string]struct {
		doc *Document
		of  func(Entry) string
	}{
		"negative offset": {in(Span{-1, 2}), named},
		"negative length": {in(Span{3, -1}), named},
		"empty":           {in(Span{3, 0}), named},
		"overlap":         {in(Span{1, 3}, Span{3, 3}), named},
		"past the end":    {in(Span{8, 3}), named},
		"behind the end":  {in(Span{11, 1}), named},
		"no compartment":  {in(Span{1, 1}), func(Entry) string { return "" }},
		"not text":        {in(Span{1, 1}), func(Entry) string { return "\xff" }},
		"long name":       {in(Span{1, 1}), func(Entry) string { return strings.Repeat("a", 65) }},
		"many sources": {
			func() *Document {
				doc := &Document{Size: 1000}
				for i := range 257 {
					doc.Entries = append(doc.Entries, Entry{Span: Span{int64(i), 1}})
				}
				return doc
			}(),
			func(Entry) string { n++; return fmt.Sprint(n) },
		},
	}
	for name, tt := range tests {
		if l, err := Split(tt.doc, tt.of); err == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// drawBundle makes a bundle with white space, gaps and resources of any size.
func drawBundle(t *rapid.T) string {
	space := rapid.StringMatching(`[ \n\t]{0,5}`)
	types := rapid.SampledFrom([]string{"Observation", "Claim", "AuditEvent", "RelatedPerson", "Invoice"})
	text := rapid.StringMatching(`[a-z{}\[\],:é]{0,40}`)
	one := rapid.Custom(func(t *rapid.T) string {
		s := space.Draw(t, "space")
		if rapid.IntRange(0, 5).Draw(t, "kind") == 0 {
			return s + `{"request":{"method":"DELETE"}}` + s
		}
		return fmt.Sprintf(`%s{%s"resource":%s{"a":"%s","resourceType":"%s"%s}}`, s, s, s, text.Draw(t, "text"), types.Draw(t, "type"), s)
	})
	entries := rapid.SliceOfN(one, 0, 12).Draw(t, "entries")
	s := space.Draw(t, "around")
	return s + `{"type":"collection","entry":[` + strings.Join(entries, ",") + `],"resourceType":"Bundle"}` + s
}

func TestLayoutReproducesDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawBundle(t)
		doc, err := scan(text)
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		l, err := Split(doc, byType)
		if err != nil {
			t.Fatal(err)
		}
		data, err := l.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var again Layout
		if err := again.UnmarshalBinary(data); err != nil || !reflect.DeepEqual(&again, l) {
			t.Fatalf("%+v became %+v: %v", l, again, err)
		}
		bufs, err := apart(l, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		whole := together(&again, bufs)
		from := rapid.IntRange(0, len(text)).Draw(t, "from")
		to := rapid.IntRange(from, len(text)).Draw(t, "to")
		got := make([]byte, to-from)
		if n, err := whole.ReadAt(got, int64(from)); n != len(got) || err != nil && from < len(text) {
			t.Fatalf("read %d of %d bytes: %v", n, len(got), err)
		}
		if string(got) != text[from:to] {
			t.Fatalf("%d to %d is %q", from, to, got)
		}
	})
}

func TestLayoutReproducesRealDocuments(t *testing.T) {
	for name, data := range realDocuments(t) {
		doc, err := Scan(bytes.NewReader(data), DefaultLimits())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		l, err := Split(doc, byType)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		bufs, err := apart(l, data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := io.ReadAll(io.NewSectionReader(together(l, bufs), 0, l.Size()))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: not the same bytes: %v", name, err)
		}
		if form, err := l.MarshalBinary(); err != nil || len(form) > 40+5*len(l.Parts) {
			t.Errorf("%s: %d bytes for %d parts: %v", name, len(form), len(l.Parts), err)
		}
	}
}

func smallLayout(t *testing.T) (*Layout, []*bytes.Buffer) {
	t.Helper()
	l, err := Split(mustScan(t, smallBundle), byType)
	if err != nil {
		t.Fatal(err)
	}
	bufs, err := apart(l, []byte(smallBundle))
	if err != nil {
		t.Fatal(err)
	}
	return l, bufs
}

func TestReaderAtKeepsItsContract(t *testing.T) {
	l, bufs := smallLayout(t)
	whole := together(l, bufs)
	if err := iotest.TestReader(io.NewSectionReader(whole, 0, l.Size()), []byte(smallBundle)); err != nil {
		t.Error(err)
	}
	if n, err := whole.ReadAt(make([]byte, 4), l.Size()-2); n != 2 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if n, err := whole.ReadAt(make([]byte, 4), l.Size()+2); n != 0 || err != io.EOF {
		t.Errorf("after the end: %d, %v", n, err)
	}
	if _, err := whole.ReadAt(make([]byte, 4), -1); err == nil || err == io.EOF {
		t.Errorf("before the start: %v", err)
	}
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			got := make([]byte, 50)
			if _, err := whole.ReadAt(got, int64(i*20)); err != nil || string(got) != smallBundle[i*20:][:50] {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	readers.Wait()
}

// A source that is gone, or shorter than it was, fails the ranges that need it and no other.
func TestReaderAtWithoutASource(t *testing.T) {
	l, bufs := smallLayout(t)
	gone := errors.New("gone")
	tests := map[string]struct {
		source io.ReaderAt
		want   error
	}{
		"nil":     {nil, nil},
		"short":   {strings.NewReader("{"), io.ErrUnexpectedEOF},
		"failing": {failing{gone}, gone},
	}
	for name, tt := range tests {
		whole := l.ReaderAt([]io.ReaderAt{bytes.NewReader(bufs[0].Bytes()), tt.source, bytes.NewReader(bufs[2].Bytes())})
		_, err := whole.ReadAt(make([]byte, len(smallBundle)), 0)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		patient := make([]byte, 20)
		if _, err := whole.ReadAt(patient, int64(strings.Index(smallBundle, `{"resourceType": "Patient"`))); err != nil {
			t.Errorf("%s: another source: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestCopyRefuses(t *testing.T) {
	l, _ := smallLayout(t)
	discard := []io.Writer{io.Discard, io.Discard, io.Discard}
	gone := errors.New("gone")
	half := smallBundle[:100]
	tests := map[string]struct {
		dst  []io.Writer
		src  io.Reader
		want error
	}{
		"short document":   {discard, strings.NewReader(half), io.ErrUnexpectedEOF},
		"empty document":   {discard, strings.NewReader(""), io.ErrUnexpectedEOF},
		"long document":    {discard, strings.NewReader(smallBundle + " "), nil},
		"failing document": {discard, io.MultiReader(strings.NewReader(half), iotest.ErrReader(gone)), gone},
		"failing at end":   {discard, io.MultiReader(strings.NewReader(smallBundle), iotest.ErrReader(gone)), gone},
		"failing writer":   {[]io.Writer{io.Discard, failingWriter{gone}, io.Discard}, strings.NewReader(smallBundle), gone},
		"missing writer":   {discard[:2], strings.NewReader(smallBundle), nil},
		"spare writer":     {append(discard, io.Discard), strings.NewReader(smallBundle), nil},
	}
	for name, tt := range tests {
		if err := l.Copy(tt.dst, tt.src); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// The binary form is fixed: what was stored must open for ever.
func TestLayoutVector(t *testing.T) {
	l := &Layout{Sources: []string{"identity", "care"}, Parts: []Part{{0, 7}, {1, 300}, {0, 24}, {2, 70000}, {1, 1}}}
	const want = "\x83\x01" + "\x82\x68identity\x64care" + "\x8a\x00\x07\x01\x19\x01\x2c\x00\x18\x18\x02\x1a\x00\x01\x11\x70\x01\x01"
	got, err := l.MarshalBinary()
	if err != nil || string(got) != want {
		t.Errorf("%x, %v", got, err)
	}
	empty, err := new(Layout).MarshalBinary()
	if err != nil || string(empty) != "\x83\x01\x80\x80" {
		t.Errorf("%x, %v", empty, err)
	}
}

func TestUnmarshalLayoutRefuses(t *testing.T) {
	encode := func(v any) string {
		data, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	names, type1 := []string{"a", "b"}, []uint64{0, 1, 1, 1, 2, 1}
	tests := map[string]string{
		"empty":              "",
		"not an array":       encode(map[string]int{"a": 1}),
		"other version":      encode([]any{2, names, type1}),
		"missing field":      encode([]any{1, names}),
		"further field":      encode([]any{1, names, type1, 0}),
		"trailing byte":      encode([]any{1, names, type1}) + "\x00",
		"null for a list":    encode([]any{1, nil, []uint64{0, 1}}),
		"number as string":   encode([]any{1, names, []any{"0", 1}}),
		"negative length":    encode([]any{1, names, []int{0, -1}}),
		"odd list":           encode([]any{1, names, type1[:5]}),
		"empty part":         encode([]any{1, []string{}, []uint64{0, 0}}),
		"sum overflows":      encode([]any{1, []string{}, []uint64{0, 1 << 62, 0, 1 << 62}}),
		"length overflows":   encode([]any{1, []string{}, []uint64{0, 1 << 63}}),
		"unknown source":     encode([]any{1, names, []uint64{1, 1, 2, 1, 3, 1}}),
		"huge source":        encode([]any{1, names, []uint64{1 << 63, 1}}),
		"sources exchanged":  encode([]any{1, names, []uint64{2, 1, 1, 1}}),
		"source not used":    encode([]any{1, names, []uint64{1, 1}}),
		"name twice":         encode([]any{1, []string{"a", "a"}, type1}),
		"no name":            encode([]any{1, []string{"a", ""}, type1}),
		"name not UTF-8":     "\x83\x01\x81\x61\xff\x82\x01\x01",
		"long integer":       "\x83\x18\x01\x80\x80",
		"indefinite length":  "\x9f\x01\x80\x80\xff",
		"tag":                "\xc1\x83\x01\x80\x80",
		"more than there is": "\x83\x01\x80\x9b\x00\x00\x00\x7f\xff\xff\xff\xff",
	}
	for name, data := range tests {
		l := Layout{Sources: []string{"kept"}}
		if err := l.UnmarshalBinary([]byte(data)); err == nil {
			t.Errorf("%s: %+v", name, l)
		}
		if !reflect.DeepEqual(l, Layout{Sources: []string{"kept"}}) {
			t.Errorf("%s: changed to %+v", name, l)
		}
	}
	if err := new(Layout).UnmarshalBinary([]byte(encode([]any{1, names, type1}))); err != nil {
		t.Errorf("the one that is right: %v", err)
	}
}

func TestMarshalLayoutRefuses(t *testing.T) {
	for name, l := range map[string]*Layout{
		"negative source": {Parts: []Part{{-1, 1}}},
		"negative length": {Parts: []Part{{0, -1}}},
		"no such source":  {Parts: []Part{{1, 1}}},
	} {
		if data, err := l.MarshalBinary(); err == nil {
			t.Errorf("%s: %x", name, data)
		}
	}
}
