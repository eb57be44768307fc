package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/iotest"

	"lethe/vault/fhir"
	"lethe/vault/fhir/synthetic"
)

func TestImportSplitsABundleIntoOneObjectForEachCompartment(t *testing.T) {
	s := newSite(t)
	document := person(1).bundle(1)
	done := s.take(document)
	if !done.NewPatient || done.Skipped || done.Records != 4 || done.Objects != 4 || done.Bytes != int64(len(document)) {
		t.Fatalf("%+v", done)
	}
	same(t, "compartments of objects",
		s.texts(`SELECT c.name FROM objects o JOIN compartments c ON c.id = o.compartment`),
		[]string{"care", "care", "identity", "billing"}) // one of care's two is the manifest
	s.tidy()
}

func TestImportGivesBundlesAndRecordsBackByteForByte(t *testing.T) {
	s := newSite(t)
	for name, document := range map[string][]byte{"small": person(1).bundle(1), "synthetic": synthetic.Cohort(7).Bundle(3)} {
		t.Run(name, func(t *testing.T) {
			scanned, err := fhir.Scan(bytes.NewReader(document), fhir.DefaultLimits())
			must(t, err)
			done := s.take(document)
			s.reads(done.Bundle, document)
			readRanges(t, s, done.Bundle, document)
			records := s.records(done.Patient)
			if len(records) != len(scanned.Entries) {
				t.Fatalf("%d records of %d entries", len(records), len(scanned.Entries))
			}
			step := max(1, len(records)/25)
			for i := 0; i < len(records); i += step {
				span := scanned.Entries[i].Span
				s.reads(records[i].ID, document[span.Offset:span.End()])
			}
			readRanges(t, s, records[0].ID, document[scanned.Entries[0].Offset:scanned.Entries[0].End()])
		})
	}
}

// readRanges reads parts of a content at places that matter: the ends, the borders of chunks, many odd ones.
func readRanges(t *testing.T, s *site, id string, want []byte) {
	t.Helper()
	c, err := s.Read(t.Context(), id, reader)
	must(t, err)
	defer c.Close()
	size := int64(len(want))
	if c.Size() != size {
		t.Fatalf("size %d, want %d", c.Size(), size)
	}
	for _, at := range []int64{0, 1, size / 3, 16<<10 - 1, 16 << 10, size - 1, size} {
		for _, n := range []int64{0, 1, 17, 16 << 10, size} {
			if at < 0 || at > size || n > size-at {
				continue
			}
			part, err := c.Range(at, n)
			must(t, err)
			have, err := io.ReadAll(part)
			must(t, err)
			if !bytes.Equal(have, want[at:at+n]) {
				t.Fatalf("range %d+%d differs", at, n)
			}
		}
	}
	for _, bad := range [][2]int64{{-1, 1}, {0, size + 1}, {size + 1, 0}, {size + 1, -1}, {1, size}, {1 << 62, 1 << 62}} {
		_, err := c.Range(bad[0], bad[1])
		is(t, err, ErrRange)
	}
}

func TestImportAddsASecondBundleToAKnownPatient(t *testing.T) {
	s := newSite(t)
	first := s.take(person(1).bundle(1))
	keys := len(s.keyFiles())
	second := s.take(person(1).bundle(2))
	if second.Patient != first.Patient || second.NewPatient || second.Bundle == first.Bundle || second.Skipped {
		t.Fatalf("%+v after %+v", second, first)
	}
	if n := len(s.records(first.Patient)); n != 8 {
		t.Errorf("%d records", n)
	}
	if n := len(s.keyFiles()); n != keys {
		t.Errorf("%d keys became %d: a compartment has one", keys, n)
	}
	s.reads(first.Bundle, person(1).bundle(1))
	s.reads(second.Bundle, person(1).bundle(2))
	s.tidy()
}

func TestImportAddsAnIdentifierThatIsNew(t *testing.T) {
	s, p := newSite(t), person(1)
	first := s.take(p.bundleWith(1, p.number(mrn)))
	if second := s.take(p.bundleWith(2, p.number(mrn), p.number(national))); second.Patient != first.Patient {
		t.Fatalf("%+v", second)
	}
	found, err := s.FindPatient(t.Context(), p.number(national))
	must(t, err)
	if found != first.Patient {
		t.Errorf("found %s", found)
	}
	_, err = s.FindPatient(t.Context(), person(2).number(national))
	is(t, err, ErrNotFound)
}

func TestImportStoresTheSameDocumentOnce(t *testing.T) {
	s := newSite(t)
	a, b := s.take(person(1).bundle(1)).Patient, s.take(person(2).bundle(1)).Patient
	scan, observation := []byte("a scan"), []byte(`{"resourceType":"Observation"}`)
	imports := map[string]Import{
		"bundle":   {Open: opener(person(1).bundle(1))},
		"file":     {Open: opener(scan), Patient: a, Type: "DICOM"},
		"resource": {Open: opener(observation), Patient: a},
	}
	for name, in := range imports {
		first, err := s.Import(t.Context(), in)
		must(t, err)
		if wantSkipped := name == "bundle"; first.Skipped != wantSkipped {
			t.Errorf("%s: %+v", name, first)
		}
		objects := len(s.objectKeys())
		again, err := s.Import(t.Context(), in)
		must(t, err)
		if !again.Skipped || again.Patient != a || again.Records+again.Objects != 0 || len(s.objectKeys()) != objects {
			t.Errorf("%s again: %+v, %d objects became %d", name, again, objects, len(s.objectKeys()))
		}
	}
	if other := s.file(b, "DICOM", scan); other.Skipped || other.Patient != b {
		t.Errorf("the same file of another patient: %+v", other)
	}
	if other := s.file(a, "PDF", scan); other.Skipped {
		t.Errorf("the same bytes as another type: %+v", other)
	}
	s.tidy()
}

func TestImportOfAPatientWithoutIdentifiers(t *testing.T) {
	s := newSite(t)
	first := s.take(person(1).bundleWith(1))
	if again := s.take(person(1).bundleWith(1)); !again.Skipped || again.Patient != first.Patient {
		t.Errorf("the same document: %+v", again)
	}
	if other := s.take(person(1).bundleWith(2)); other.Patient == first.Patient || !other.NewPatient {
		t.Errorf("another document that nothing links to the first: %+v", other)
	}
}

// Filing one person's data under another is worse than not filing it.
func TestImportRefusesWhenInDoubtWhoseItIs(t *testing.T) {
	s, p, q := newSite(t), person(1), person(2)
	a := s.take(p.bundleWith(1, p.number(mrn), p.number(national))).Patient
	s.take(q.bundle(1))
	other := func(system string) fhir.Identifier { return person(9).number(system) }
	about := func(ids ...fhir.Identifier) []byte {
		return []byte(fmt.Sprintf(`{"resourceType":"List","entry":[{}],"subject":{"identifier":%s}}`, identifierJSON(ids[0])))
	}
	tests := map[string]struct {
		in   Import
		want error
	}{
		"two holders":                       {Import{Open: opener(p.bundleWith(2, p.number(mrn), q.number(mrn)))}, ErrIdentifierHeld},
		"a match and a contradiction":       {Import{Open: opener(p.bundleWith(2, p.number(mrn), other(national)))}, ErrIdentifierHeld},
		"named patient, held by another":    {Import{Open: opener(q.bundle(2)), Patient: a}, ErrIdentifierHeld},
		"named subject, held by another":    {Import{Open: opener(about(q.number(mrn))), Patient: a}, ErrIdentifierHeld},
		"nobody":                            {Import{Open: opener([]byte(`{"resourceType":"Observation"}`))}, ErrNoPatient},
		"a subject that is not known":       {Import{Open: opener(about(other(mrn)))}, ErrNoPatient},
		"named patient that does not exist": {Import{Open: opener(p.bundle(2)), Patient: "0000"}, ErrIdentifierHeld},
		"file of nobody":                    {Import{Open: opener([]byte("x")), Type: "PDF"}, ErrInvalid},
		"file of who does not exist":        {Import{Open: opener([]byte("x")), Type: "PDF", Patient: "0000"}, ErrNotFound},
		"type that is a path":               {Import{Open: opener([]byte("x")), Type: "../PDF", Patient: a}, ErrInvalid},
		"type that is too long":             {Import{Open: opener([]byte("x")), Type: string(bytes.Repeat([]byte("a"), 65)), Patient: a}, ErrInvalid},
	}
	objects, keys := s.objectKeys(), s.keyFiles()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			done, err := s.Import(t.Context(), tt.in)
			if !errors.Is(err, tt.want) || done.Records > 0 {
				t.Errorf("%+v, %v, want %v", done, err, tt.want)
			}
		})
	}
	same(t, "objects", s.objectKeys(), objects)
	same(t, "keys", s.keyFiles(), keys)
	s.tidy()
	if done, err := s.Import(t.Context(), Import{Open: opener(about(p.number(mrn)))}); err != nil || done.Patient != a {
		t.Errorf("a subject that is known: %+v, %v", done, err)
	}
}

// passes gives one document at the first opening and another at the second.
func passes(first []byte, second func() (io.ReadCloser, error)) func() (io.ReadCloser, error) {
	n := 0
	return func() (io.ReadCloser, error) {
		if n++; n == 1 {
			return io.NopCloser(bytes.NewReader(first)), nil
		}
		return second()
	}
}

// endless repeats a document for ever.
type endless struct{ at, document []byte }

func (e *endless) Read(p []byte) (int, error) {
	if len(e.at) == 0 {
		e.at = e.document
	}
	n := copy(p, e.at)
	e.at = e.at[n:]
	return n, nil
}

func TestImportNoticesAFileThatChangesBetweenTheTwoPasses(t *testing.T) {
	s := newSite(t)
	patient := s.take(person(1).bundle(1)).Patient
	seconds := map[string]func(document []byte) io.Reader{
		"empty":         func([]byte) io.Reader { return bytes.NewReader(nil) },
		"one byte less": func(d []byte) io.Reader { return bytes.NewReader(d[:len(d)-1]) },
		"half":          func(d []byte) io.Reader { return bytes.NewReader(d[:len(d)/2]) },
		"one byte more": func(d []byte) io.Reader { return io.MultiReader(bytes.NewReader(d), bytes.NewReader([]byte("\n"))) },
		"a bit flipped": func(d []byte) io.Reader { c := bytes.Clone(d); c[len(c)/2] ^= 1; return bytes.NewReader(c) },
		"endless":       func(d []byte) io.Reader { return &endless{document: d} },
	}
	imports := map[string]struct {
		Import
		document []byte
	}{
		"bundle":   {Import{}, person(2).bundle(1)},
		"resource": {Import{Patient: patient}, []byte(`{"resourceType":"Observation","status":"final"}`)},
		"file":     {Import{Patient: patient, Type: "DICOM"}, bytes.Repeat([]byte("pixels "), 10_000)},
	}
	for kind, in := range imports {
		for how, second := range seconds {
			t.Run(kind+", "+how, func(t *testing.T) {
				in.Open = passes(in.document, func() (io.ReadCloser, error) { return io.NopCloser(second(in.document)), nil })
				_, err := s.Import(t.Context(), in.Import)
				is(t, err, ErrChanged)
				s.tidy()
			})
		}
		in.Open = opener(in.document)
		done, err := s.Import(t.Context(), in.Import)
		if err != nil || done.Skipped {
			t.Errorf("%s, unchanged: %+v, %v", kind, done, err)
		}
	}
}

func TestImportLeavesNothingWhenTheFileCannotBeRead(t *testing.T) {
	s, document, broken := newSite(t), person(1).bundle(1), errors.New("disk error")
	for name, second := range map[string]func() (io.ReadCloser, error){
		"open": func() (io.ReadCloser, error) { return nil, broken },
		"read": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(document[:len(document)/2]), iotest.ErrReader(broken))), nil
		},
		"end": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(document), iotest.ErrReader(broken))), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Import(t.Context(), Import{Open: passes(document, second)})
			is(t, err, broken)
			s.tidy()
		})
	}
	_, err := s.Import(t.Context(), Import{Open: func() (io.ReadCloser, error) { return nil, broken }})
	is(t, err, broken)
	if done := s.take(document); done.Skipped || done.Records != 4 {
		t.Errorf("afterwards: %+v", done)
	}
}

func TestImportsAtTheSameTimeMakeOnePatient(t *testing.T) {
	s := newSite(t)
	const documents, times = 4, 2 // of each
	var wg sync.WaitGroup
	stored := make(chan Imported, documents*times)
	for edition := range documents * times {
		wg.Go(func() {
			done, err := importUntilSettled(t.Context(), s.Service, Import{Open: opener(person(1).bundle(edition % documents))})
			if err != nil {
				t.Error(err)
			}
			stored <- done
		})
	}
	wg.Wait()
	close(stored)
	kept, patients := 0, map[string]bool{}
	for done := range stored {
		patients[done.Patient] = true
		if !done.Skipped {
			kept++
		}
	}
	if len(patients) != 1 || kept != documents || len(s.texts(`SELECT id FROM patients`)) != 1 {
		t.Errorf("%d patients, %d documents stored, want 1 and %d", len(patients), kept, documents)
	}
	s.tidy()
}

// importUntilSettled tries again when another import of the same patient came first, as callers are told to.
func importUntilSettled(ctx context.Context, s *Service, in Import) (done Imported, err error) {
	for range 20 {
		if done, err = s.Import(ctx, in); !errors.Is(err, ErrConflict) {
			break
		}
	}
	return done, err
}
