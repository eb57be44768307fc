package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
)

// FuzzScan: a document is refused with an *Error that lies in it, or accepted, and then every span is a JSON object of
// that type, and the document can be taken apart and put together again.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		smallBundle, "{}", `{"resourceType":"Patient"}`, "\xef\xbb\xbf{}", `{"resourceType":"Basic"}{}`,
		bundle(entry(`{"resourceType":"Basic","subject":[{"reference":"Patient?identifier=a|b"}]}`), `{"request":{}}`),
		bundle(entry(`{"resourceType":"Claim","patient":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"}]}`)),
		`{"a":[[[1e999]]],"resource\u0054ype":"Bundle","type":"collection"}`,
	} {
		f.Add([]byte(seed))
	}
	lim := Limits{MaxBytes: 1 << 16, MaxResource: 1 << 14, MaxEntries: 100, MaxDepth: 16}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Scan(bytes.NewReader(data), lim)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > int64(len(data)) || e.Line != 1+bytes.Count(data[:e.Offset], []byte{'\n'}) {
				t.Fatalf("%#v", err)
			}
			return
		}
		checkEntries(t, doc, data)
		l, err := Split(doc, byType)
		if err != nil {
			t.Fatal(err)
		}
		bufs, err := apart(l, data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(together(l, bufs), 0, l.Size()))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("put together: %q, %v", got, err)
		}
	})
}

func checkEntries(t *testing.T, doc *Document, data []byte) {
	t.Helper()
	if doc.Size != int64(len(data)) || !json.Valid(data) {
		t.Fatalf("%d bytes accepted as %d", len(data), doc.Size)
	}
	end := int64(0)
	for i, e := range doc.Entries {
		if e.Offset < end || e.Length <= 0 || e.End() > doc.Size {
			t.Fatalf("entry %d stands at %v", i, e.Span)
		}
		end = e.End()
		var members map[string]json.RawMessage
		var typ string
		if err := json.Unmarshal(data[e.Offset:end], &members); err != nil || data[e.Offset] != '{' {
			t.Fatalf("entry %d: %v", i, err)
		}
		if err := json.Unmarshal(members["resourceType"], &typ); err != nil || typ != e.Type {
			t.Fatalf("entry %d is %q, not %q: %v", i, typ, e.Type, err)
		}
	}
	if p := doc.Patient; p != nil && doc.Entries[p.Entry].Type != "Patient" {
		t.Fatalf("patient %+v", p)
	}
}

// FuzzLayout: what is accepted has one encoding, and its sizes add up.
func FuzzLayout(f *testing.F) {
	f.Add([]byte("\x83\x01\x80\x80"))
	f.Add([]byte("\x83\x01\x82\x61a\x61b\x86\x00\x01\x01\x19\x01\x00\x02\x01"))
	f.Add([]byte("\x83\x01\x80\x82\x00\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var l Layout
		if l.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := l.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x became %x: %v", data, again, err)
		}
		sum := int64(0)
		for i := range len(l.Sources) + 1 {
			sum += l.SourceSize(i)
		}
		if sum != l.Size() || sum < 0 {
			t.Fatalf("sources of %d bytes make %d", sum, l.Size())
		}
		if n, err := l.ReaderAt(nil).ReadAt(make([]byte, 1), 0); n != 0 || err == nil {
			t.Fatalf("%d bytes out of nothing", n)
		}
	})
}

// FuzzCompartments: every type has a compartment that resources may be filed in.
func FuzzCompartments(f *testing.F) {
	f.Add(defaultCompartments)
	f.Add([]byte("default: care\ntypes: {Patient: identity}"))
	f.Add([]byte("default: &a care\ntypes: {Patient: *a}\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ReadCompartments(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, name := range append([]string{"Patient", ""}, keys(c.types)...) {
			switch c.Of(name) {
			case "identity", "care", "billing", "disclosures":
			default:
				t.Fatalf("%q is filed under %q", name, c.Of(name))
			}
		}
	})
}

func keys(m map[string]string) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}
