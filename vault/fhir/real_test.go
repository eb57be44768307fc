package fhir

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// realDocuments returns the files of LETHE_FHIR_DATA, and skips the test without it.
func realDocuments(tb testing.TB) map[string][]byte {
	tb.Helper()
	dir := os.Getenv("LETHE_FHIR_DATA")
	if dir == "" {
		tb.Skip("LETHE_FHIR_DATA names no folder of FHIR bundles")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		tb.Fatalf("no bundles in LETHE_FHIR_DATA: %v", err)
	}
	docs := map[string][]byte{}
	for _, name := range names {
		if docs[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			tb.Fatal(err)
		}
	}
	return docs
}

// Spans, types and ids are what encoding/json finds on its own.
func TestScanRealDocuments(t *testing.T) {
	for name, data := range realDocuments(t) {
		doc, err := Scan(bytes.NewReader(data), DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if doc.Size != int64(len(data)) || doc.SHA256 != sha256.Sum256(data) {
			t.Errorf("%s: size or hash is not that of the file", name)
		}
		resources := spansOf(t, data)
		if len(resources) != len(doc.Entries) {
			t.Errorf("%s: %d entries, want %d", name, len(doc.Entries), len(resources))
			continue
		}
		for i, e := range doc.Entries {
			var want struct{ ResourceType, ID string }
			if err := json.Unmarshal(resources[i], &want); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(data[e.Offset:e.End()], resources[i]) || e.Type != want.ResourceType || e.ID != want.ID {
				t.Errorf("%s: entry %d is not resource %d", name, i, i)
			}
		}
		if p := doc.Patient; doc.Bundle && (p == nil || doc.Entries[p.Entry].Type != "Patient" || len(p.Identifiers) == 0) {
			t.Errorf("%s: patient not found", name)
		}
	}
}

// A real bundle with the Patient of another one in its place is two patients'.
func TestScanRealBundleOfAnotherPatient(t *testing.T) {
	type found struct {
		data    []byte
		patient Span
	}
	var bundles []found
	for _, data := range realDocuments(t) {
		doc, err := Scan(bytes.NewReader(data), DefaultLimits())
		if err == nil && doc.Bundle && doc.Patient != nil {
			bundles = append(bundles, found{data, doc.Entries[doc.Patient.Entry].Span})
		}
	}
	for i, to := range bundles {
		from := bundles[(i+1)%len(bundles)]
		resource := from.data[from.patient.Offset:from.patient.End()]
		mixed := bytes.Join([][]byte{to.data[:to.patient.Offset], resource, to.data[to.patient.End():]}, nil)
		// Its fullUrl goes with it.
		id, other := resourceID(t, to.data[to.patient.Offset:to.patient.End()]), resourceID(t, resource)
		mixed = bytes.Replace(mixed, []byte(`"fullUrl": "urn:uuid:`+id), []byte(`"fullUrl": "urn:uuid:`+other), 1)
		if _, err := Scan(bytes.NewReader(mixed), DefaultLimits()); !errors.Is(err, ErrTwoPatients) {
			t.Errorf("bundle %d: %v", i, err)
		}
	}
}

func resourceID(t *testing.T, resource []byte) string {
	t.Helper()
	var p struct{ ID string }
	if err := json.Unmarshal(resource, &p); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func BenchmarkScan(b *testing.B) {
	docs, size := realDocuments(b), 0
	for _, data := range docs {
		size += len(data)
	}
	run := func(name string, read func([]byte) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, data := range docs {
					if err := read(data); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
	run("Scan", func(data []byte) error {
		_, err := Scan(bytes.NewReader(data), DefaultLimits())
		return err
	})
	run("jsonValid", func(data []byte) error {
		if !json.Valid(data) {
			return errors.New("not valid")
		}
		return nil
	})
	run("jsonTokens", func(data []byte) error {
		for dec := json.NewDecoder(bytes.NewReader(data)); ; {
			if _, err := dec.Token(); err != nil {
				if err == io.EOF {
					return nil
				}
				return err
			}
		}
	})
}
