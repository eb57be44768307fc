package fhir

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// canary stands in test documents wherever content stands; no error may repeat it.
const canary = "Canary"

func scan(doc string) (*Document, error) { return Scan(strings.NewReader(doc), DefaultLimits()) }

func mustScan(t *testing.T, doc string) *Document {
	t.Helper()
	found, err := scan(doc)
	if err != nil {
		t.Fatalf("%v\nin %.300s", err, doc)
	}
	return found
}

// bundle makes a transaction of entries given as JSON.
func bundle(entries ...string) string {
	return `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",\n") + `]}`
}

func entry(resource string) string { return `{"resource":` + resource + `}` }

const smallBundle = ` {
  "entry": [
    {"fullUrl": "urn:uuid:1", "resource": {"id": "a", "subject": {"reference": "Patient/p"}, "resourceType": "Condition"}},
    {"request": {"method": "DELETE", "url": "Condition/9"}},
    {"resource": {"resourceType": "Patient", "id": "p", "identifier": [
      {"system": "urn:mrn", "value": "1"}, {"system": "urn:mrn"}, {"value": "2"}, {"system": "urn:mrn", "value": "1"},
      {"system": "urn:other", "value": "1"}]}},
    {"resource":{"resourceType":"Condition"}}
  ],
  "type": "collection", "resourceType": "Bundle"
}
`

func TestScanBundle(t *testing.T) {
	doc := mustScan(t, smallBundle)
	if !doc.Bundle || doc.BundleType != "collection" {
		t.Errorf("bundle %v of type %q", doc.Bundle, doc.BundleType)
	}
	if doc.Size != int64(len(smallBundle)) || doc.SHA256 != sha256.Sum256([]byte(smallBundle)) {
		t.Errorf("size %d and hash are not those of the document", doc.Size)
	}
	wantBytes := []string{
		`{"id": "a", "subject": {"reference": "Patient/p"}, "resourceType": "Condition"}`,
		"", // too long to repeat
		`{"resourceType":"Condition"}`,
	}
	wantTypes, wantIDs := []string{"Condition", "Patient", "Condition"}, []string{"a", "p", ""}
	if len(doc.Entries) != len(wantTypes) {
		t.Fatalf("%d entries", len(doc.Entries))
	}
	for i, e := range doc.Entries {
		got := smallBundle[e.Offset:e.End()]
		if e.Type != wantTypes[i] || e.ID != wantIDs[i] || wantBytes[i] != "" && got != wantBytes[i] {
			t.Errorf("entry %d is %s %q: %s", i, e.Type, e.ID, got)
		}
	}
	want := &Patient{Entry: 1, Identifiers: []Identifier{{"urn:mrn", "1"}, {"urn:other", "1"}}}
	if !reflect.DeepEqual(doc.Patient, want) || doc.Subjects != nil {
		t.Errorf("patient %+v, subjects %v", doc.Patient, doc.Subjects)
	}
}

func TestScanSingleResource(t *testing.T) {
	tests := map[string]struct{ doc, typ, id string }{
		"plain":             {`{"resourceType":"Observation","id":"1"}`, "Observation", "1"},
		"type last":         {`{"id":"1","a":[{"b":{}}],"resourceType":"Observation"}`, "Observation", "1"},
		"white space":       {"\r\n\t {\"resourceType\":\"Patient\"}\n\n", "Patient", ""},
		"escaped name":      {`{"resource\u0054ype":"Patien\u0074"}`, "Patient", ""},
		"list with entries": {`{"entry":[{"item":{"reference":"Patient/2"}}],"resourceType":"List"}`, "List", ""},
		"type not a string": {`{"type":[{"text":"x"}],"resourceType":"Encounter"}`, "Encounter", ""},
		"huge number":       {`{"resourceType":"Observation","value":1e999999,"n":-` + strings.Repeat("9", 9999) + `}`, "Observation", ""},
		"bidi and NUL":      {`{"resourceType":"Basic","text":"` + "\u202e" + `\u0000"}`, "Basic", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			doc := mustScan(t, tt.doc)
			if doc.Bundle || len(doc.Entries) != 1 || doc.Size != int64(len(tt.doc)) {
				t.Fatalf("document %+v", doc)
			}
			e := doc.Entries[0]
			if e.Type != tt.typ || e.ID != tt.id || tt.doc[e.Offset:e.End()] != strings.TrimSpace(tt.doc) {
				t.Errorf("entry %+v", e)
			}
			if (doc.Patient != nil) != (tt.typ == "Patient") {
				t.Errorf("patient %+v", doc.Patient)
			}
		})
	}
}

// refusal is a document, and how and where it is refused.
type refusal struct {
	name, doc    string
	kind         error
	offset, line int
	entry        int
	reason       string
}

func checkRefusals(t *testing.T, tests []refusal) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scan(tt.doc)
			e := asError(t, err, tt.kind)
			if e.Offset != int64(tt.offset) || e.Line != tt.line || e.Entry != tt.entry {
				t.Errorf("refused at byte %d, line %d, entry %d, want %d, %d, %d", e.Offset, e.Line, e.Entry, tt.offset, tt.line, tt.entry)
			}
			if !strings.Contains(e.Reason, tt.reason) || tt.reason == "" && e.Reason != "" {
				t.Errorf("reason %q, want %q", e.Reason, tt.reason)
			}
		})
	}
}

const patientEntry = `{"resource":{"resourceType":"Patient","id":"p"}}`

func TestScanRefusesBrokenJSON(t *testing.T) {
	checkRefusals(t, []refusal{
		{"empty", "", ErrBroken, 0, 1, -1, "empty"},
		{"white space only", "\n\n ", ErrBroken, 0, 1, -1, "empty"},
		{"byte order mark", "\xef\xbb\xbf{}", ErrBroken, 0, 1, -1, "byte order mark"},
		{"array", "\n[1]", ErrNotFHIR, 2, 2, -1, "the document is not an object"},
		{"string", `"Canary"`, ErrNotFHIR, 8, 1, -1, "not an object"},
		{"not JSON", "Canary", ErrBroken, 0, 1, -1, ""},
		{"NUL", "{\x00}", ErrBroken, 1, 1, -1, ""},
		{"invalid UTF-8", "{\"a\":\n\"Canary\xff\"}", ErrBroken, 13, 2, -1, ""},
		{"lone surrogate", `{"a":"\ud800"}`, ErrBroken, 6, 1, -1, ""},
		{"duplicate name", `{"Canary":1,"Canary":2}`, ErrBroken, 12, 1, -1, "twice"},
		{"duplicate name in other spelling", `{"id":"1",` + "\n" + `"\u0069d":"2"}`, ErrBroken, 11, 2, -1, "twice"},
		{"trailing object", `{"resourceType":"Basic"} {}`, ErrBroken, 26, 1, -1, "something follows"},
		{"trailing text", "{\"resourceType\":\"Basic\"}\nCanary", ErrBroken, 24, 1, -1, "something follows"},
		{"trailing comma", `{"resourceType":"Basic"},`, ErrBroken, 24, 1, -1, "something follows"},
		{"cut short", `{"resourceType":"Basic"`, ErrBroken, 23, 1, -1, "cut short"},
		{"broken in an entry", bundle(patientEntry, entry("{\"a\":\n Canary}")), ErrBroken, 124, 3, 1, ""},
	})
}

func TestScanRefusesMalformedResources(t *testing.T) {
	checkRefusals(t, []refusal{
		{"no resourceType", `{"id":"Canary"}`, ErrNotFHIR, 0, 1, -1, "without resourceType"},
		{"resourceType a number", `{"resourceType":7}`, ErrNotFHIR, 17, 1, -1, "resourceType is not a string"},
		{"resourceType null", `{"resourceType":null}`, ErrNotFHIR, 20, 1, -1, "resourceType is not a string"},
		{"resourceType no name", `{"resourceType":"Canary!"}`, ErrNotFHIR, 25, 1, -1, "name of a type"},
		{"resourceType starts with a digit", `{"resourceType":"1Canary"}`, ErrNotFHIR, 25, 1, -1, "name of a type"},
		{"resourceType empty", `{"resourceType":""}`, ErrNotFHIR, 18, 1, -1, "name of a type"},
		{"resourceType long", `{"resourceType":"` + strings.Repeat("A", 65) + `"}`, ErrNotFHIR, 83, 1, -1, "name of a type"},
		{"id long", `{"id":"` + strings.Repeat("A", 65) + `"}`, ErrNotFHIR, 73, 1, -1, "id is not"},
		{"id with a path", `{"id":"../Canary"}`, ErrNotFHIR, 17, 1, -1, "id is not"},
		{"id empty", `{"id":""}`, ErrNotFHIR, 8, 1, -1, "id is not"},
		{"identifier a string", `{"identifier":"Canary"}`, ErrNotFHIR, 22, 1, -1, "identifier is not an object"},
		{"identifier value a number", `{"identifier":[{"value":1}]}`, ErrNotFHIR, 25, 1, -1, "value is not a string"},
		{"identifier with NUL", `{"resourceType":"Patient","identifier":[{"system":"a","value":"\u0000"}]}`, ErrNotFHIR, 0, 1, -1, "control"},
		{"subject a string", `{"subject":"Canary"}`, ErrNotFHIR, 19, 1, -1, "subject is not an object"},
		{"reference a number", `{"patient":{"reference":1}}`, ErrNotFHIR, 25, 1, -1, "reference is not a string"},
		{"contained an object", `{"contained":{}}`, ErrNotFHIR, 14, 1, -1, "contained is not an array"},
	})
}

func TestScanRefusesMalformedEntries(t *testing.T) {
	checkRefusals(t, []refusal{
		{"entry an object", `{"entry":{}}`, ErrNotFHIR, 10, 1, -1, "entry is not an array"},
		{"entry of null", `{"entry":[null]}`, ErrNotFHIR, 14, 1, 0, "entry is not an object"},
		{"resource of null", "{\"entry\":[{},\n{\"resource\":null}]}", ErrNotFHIR, 30, 2, 1, "resource is not an object"},
		{"resource without type", bundle(patientEntry, `{}`, entry(`{"id":"Canary"}`)), ErrNotFHIR, 121, 3, 2, "without resourceType"},
		{"fullUrl a number", bundle(`{"fullUrl":1}`), ErrNotFHIR, 67, 1, 0, "fullUrl is not a string"},
		{"nested bundle", bundle(patientEntry, entry(bundle(patientEntry))), ErrNotFHIR, 117, 2, 1, "a Bundle inside a Bundle"},
		{"entries without Bundle", `{"entry":[` + patientEntry + `],"resourceType":"List"}`, ErrNotFHIR, 0, 1, -1, "not a Bundle"},
	})
}

func TestScanRefusesOtherBundles(t *testing.T) {
	checkRefusals(t, []refusal{
		{"batch", "{\"resourceType\":\"Bundle\",\n\"type\":\"batch\"}", ErrBundleType, 40, 2, -1, ""},
		{"batch refused at its entries", `{"type":"batch","resourceType":"Bundle","entry":7}`, ErrBundleType, 15, 1, -1, ""},
		{"unknown bundle type last", `{"entry":[],"resourceType":"Bundle","type":"Canary"}`, ErrBundleType, 51, 1, -1, ""},
		{"no bundle type", `{"resourceType":"Bundle"}`, ErrBundleType, 0, 1, -1, "it has no type"},
		{"bundle type a number", `{"resourceType":"Bundle","type":1}`, ErrBundleType, 0, 1, -1, "it has no type"},
		{"two patients", bundle(patientEntry, patientEntry), ErrTwoPatients, 117, 2, 1, "a second Patient"},
	})
}

// asError checks the kind of an error, that it is of no other kind, and that it repeats nothing of the document.
func asError(t *testing.T, err, kind error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, kind) {
		t.Fatalf("error %v, want %v", err, kind)
	}
	for _, other := range []error{ErrBroken, ErrTooBig, ErrNotFHIR, ErrBundleType, ErrTwoPatients} {
		if other != kind && errors.Is(err, other) {
			t.Errorf("%v is also %v", err, other)
		}
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), canary) {
			t.Errorf("error repeats the document: %v", err)
		}
	}
	return e
}

func TestErrorText(t *testing.T) {
	tests := map[string]*Error{
		"line 12 (byte 345), entry 3: broken JSON":      {Offset: 345, Line: 12, Entry: 3, Err: ErrBroken},
		"line 1 (byte 0): too big: more than 5 entries": {Line: 1, Entry: -1, Reason: "more than 5 entries", Err: ErrTooBig},
	}
	for want, e := range tests {
		if e.Error() != want {
			t.Errorf("%q, want %q", e, want)
		}
	}
}

func TestScanLimits(t *testing.T) {
	wide := func(n int) string {
		var b strings.Builder
		b.WriteString(`{"resourceType":"Basic"`)
		for i := range n {
			b.WriteString(`,"a` + strings.Repeat("b", i) + `":"c"`)
		}
		return b.String() + "}"
	}
	manyIDs := func(n int) string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = `{"system":"s","value":"` + strings.Repeat("v", i+1) + `"}`
		}
		return `{"resourceType":"Patient","identifier":[` + strings.Join(ids, ",") + `]}`
	}
	basic := `{"resourceType":"Basic"}` // 24 bytes
	tests := map[string]struct {
		fits, over string
		lim        Limits
		entry      int
		reason     string
	}{
		"bytes":              {basic, basic + " ", Limits{MaxBytes: 24}, -1, "more than 24 bytes"},
		"resource":           {bundle(entry(sized(80))), bundle(entry(sized(81))), Limits{MaxResource: 80}, 0, "more than 80 bytes in one resource"},
		"single resource":    {basic, `{"resourceType":"Basic1"}`, Limits{MaxResource: 24}, -1, "more than 24 bytes in one resource"},
		"between resources":  {bundle(`{"a":"` + strings.Repeat("b", 70) + `"}`), bundle(`{"a":"` + strings.Repeat("b", 71) + `"}`), Limits{MaxResource: 80}, -1, "more than 80 bytes in one resource or between two"},
		"entries":            {bundle(`{}`, `{}`), bundle(`{}`, `{}`, `{}`), Limits{MaxEntries: 2}, 2, "more than 2 entries"},
		"depth":              {`{"a":[[{}]],"resourceType":"Basic"}`, `{"a":[[{"b":{}}]]}`, Limits{MaxDepth: 4}, -1, "nested deeper than 4"},
		"depth of a bundle":  {bundle(entry(basic)), bundle(entry(`{"a":[]}`)), Limits{MaxDepth: 4}, 0, "nested deeper than 4"},
		"members":            {wide(maxMembers - 1), wide(maxMembers), Limits{}, -1, "more than 1024 members"},
		"identifiers":        {manyIDs(maxIdentifiers), manyIDs(maxIdentifiers + 1), Limits{}, -1, "more than 256 identifiers"},
		"logical identifier": {logical(strings.Repeat("v", 1024)), logical(strings.Repeat("v", 1025)), Limits{}, -1, "more than 1024 bytes in an identifier"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			lim := withDefaults(tt.lim)
			if _, err := Scan(strings.NewReader(tt.fits), lim); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := Scan(strings.NewReader(tt.over), lim)
			e := asError(t, err, ErrTooBig)
			if !strings.Contains(e.Reason, tt.reason) || e.Entry != tt.entry {
				t.Errorf("%v, want %q in entry %d", err, tt.reason, tt.entry)
			}
		})
	}
}

// sized makes a resource of n bytes.
func sized(n int) string {
	const frame = `{"resourceType":"Basic","a":""}`
	return frame[:len(frame)-2] + strings.Repeat("b", n-len(frame)) + frame[len(frame)-2:]
}

func logical(value string) string {
	return `{"resourceType":"Basic","subject":{"identifier":{"system":"s","value":"` + value + `"}}}`
}

func withDefaults(l Limits) Limits {
	d := DefaultLimits()
	if l.MaxBytes > 0 {
		d.MaxBytes = l.MaxBytes
	}
	if l.MaxResource > 0 {
		d.MaxResource = l.MaxResource
	}
	if l.MaxEntries > 0 {
		d.MaxEntries = l.MaxEntries
	}
	if l.MaxDepth > 0 {
		d.MaxDepth = l.MaxDepth
	}
	return d
}

func TestScanRefusesLimitsNotSet(t *testing.T) {
	for i := range 4 {
		lim := DefaultLimits()
		reflect.ValueOf(&lim).Elem().Field(i).SetInt(0)
		if _, err := Scan(strings.NewReader(smallBundle), lim); err == nil || !strings.Contains(err.Error(), "limit") {
			t.Errorf("limit %d not set: %v", i, err)
		}
	}
}

func TestScanTruncatedAtEveryByte(t *testing.T) {
	whole := strings.TrimRight(smallBundle, "\n")
	for i := range whole {
		_, err := scan(whole[:i])
		if e := asError(t, err, ErrBroken); e.Offset > int64(i) {
			t.Errorf("cut at %d: refused at byte %d", i, e.Offset)
		}
	}
	mustScan(t, whole)
}

func TestScanDoesNotDependOnReads(t *testing.T) {
	want := mustScan(t, smallBundle)
	readers := map[string]func(io.Reader) io.Reader{
		"one byte at a time": iotest.OneByteReader, "halves": iotest.HalfReader, "end with the data": iotest.DataErrReader,
	}
	for name, wrap := range readers {
		got, err := Scan(wrap(strings.NewReader(smallBundle)), DefaultLimits())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// The line of an error is counted although the decoder reads ahead.
func TestErrorLineInALongDocument(t *testing.T) {
	lines := strings.Repeat("{},\n", 5000)
	_, err := scan("{\"entry\":[\n" + lines + "{\"resource\":7},\n" + lines + "{}]}")
	e := asError(t, err, ErrNotFHIR)
	if e.Line != 5002 || e.Entry != 5000 || e.Offset != int64(11+len(lines)+13) {
		t.Errorf("refused at %v", e)
	}
}

func TestScanPassesOnReadErrors(t *testing.T) {
	broken := errors.New("the line went down")
	for _, n := range []int{0, 1, 100, len(smallBundle)} {
		in := io.MultiReader(strings.NewReader(smallBundle[:n]), iotest.ErrReader(broken))
		_, err := Scan(in, DefaultLimits())
		if e := asError(t, err, broken); e.Offset > int64(n) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	if _, err := Scan(iotest.TimeoutReader(strings.NewReader(strings.Repeat(" ", 1<<20))), DefaultLimits()); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("timeout: %v", err)
	}
}

// spansOf finds the resources with encoding/json.
func spansOf(t *testing.T, doc []byte) (resources []json.RawMessage) {
	t.Helper()
	var b struct {
		ResourceType string
		Entry        []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(doc, &b); err != nil {
		t.Fatal(err)
	}
	if b.ResourceType != "Bundle" {
		return []json.RawMessage{bytes.TrimSpace(doc)}
	}
	for _, e := range b.Entry {
		if e.Resource != nil {
			resources = append(resources, e.Resource)
		}
	}
	return resources
}
