package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"lethe/vault"
)

// benchData is the folder of bundles that is imported: real ones where there are some.
func benchData(b *testing.B) []string {
	b.Helper()
	dir := os.Getenv("LETHE_FHIR_DATA")
	if dir == "" {
		made, err := cohort()
		if err != nil {
			b.Fatal(err)
		}
		dir = made
	}
	return expand([]string{dir}, false).files
}

func benchState(b *testing.B) *state {
	b.Helper()
	p := &program{stdout: io.Discard, stderr: io.Discard, dir: filepath.Join(b.TempDir(), "state")}
	if err := p.configure(); err != nil {
		b.Fatal(err)
	}
	st, err := p.openState(context.Background(), true)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return st
}

// benchImport imports all files and returns the results.
func benchImport(b *testing.B, st *state, files []string) (all []vault.Imported) {
	b.Helper()
	for _, name := range files {
		done, err := st.Import(b.Context(), vault.Import{Open: func() (io.ReadCloser, error) { return os.Open(name) }})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, done)
	}
	return all
}

// BenchmarkImport takes bundles into a new state folder, every commit fsynced. The yardstick is writing the same files to the
// same file system and fsyncing each.
func BenchmarkImport(b *testing.B) {
	files := benchData(b)
	records := 0
	for b.Loop() {
		b.StopTimer()
		st := benchState(b)
		b.StartTimer()
		var bytes int64
		for _, done := range benchImport(b, st, files) {
			bytes += done.Bytes
			records += done.Records
		}
		b.SetBytes(bytes)
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkCopyAndSync is the yardstick of BenchmarkImport.
func BenchmarkCopyAndSync(b *testing.B) {
	files := benchData(b)
	for b.Loop() {
		var total int64
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			f, err := os.Create(filepath.Join(b.TempDir(), "copy"))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := f.Write(data); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
			total += int64(len(data))
		}
		b.SetBytes(total)
	}
}

// BenchmarkReadBundle reads whole bundles back, with the disclosure noted before the first byte of each.
func BenchmarkReadBundle(b *testing.B) {
	files := benchData(b)
	st := benchState(b)
	imported := benchImport(b, st, files)
	b.ResetTimer()
	for b.Loop() {
		var total int64
		for _, done := range imported {
			content, err := st.Read(b.Context(), done.Bundle, custodian())
			if err != nil {
				b.Fatal(err)
			}
			part, err := content.Range(0, -1)
			if err != nil {
				b.Fatal(err)
			}
			n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, part, make([]byte, 1<<20))
			if err != nil {
				b.Fatal(err)
			}
			total += n
			if err := content.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(total)
	}
}
