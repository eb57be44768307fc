package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/rpc"

	"lethe/offchain"
	"lethe/vault"
)

// benchData is the folder of bundles that is imported: real ones where there are some.
func benchData(b *testing.B) []string {
	b.Helper()
	return expand([]string{testData(b)}, false).files
}

func benchState(b *testing.B) *state { return embedded(b, nil).opened(b) }

// embedded is the program with a new state folder; step is told where the service is.
func embedded(b *testing.B, step func(string)) *program {
	b.Helper()
	p := &program{stdout: io.Discard, stderr: io.Discard, dir: filepath.Join(b.TempDir(), "state"), step: step}
	if err := p.configure(); err != nil {
		b.Fatal(err)
	}
	return p
}

// opened opens the state folder until the benchmark ends.
func (p *program) opened(b *testing.B) *state {
	b.Helper()
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

// BenchmarkSequence brings the entries of imported bundles into the log: taken from the index, appended, noted, and shown in a
// checkpoint whose tiles are in the object store.
func BenchmarkSequence(b *testing.B) {
	files := benchData(b)
	entries := uint64(0)
	for b.Loop() {
		b.StopTimer()
		p := &program{stdout: io.Discard, stderr: io.Discard, dir: filepath.Join(b.TempDir(), "state")}
		if err := p.configure(); err != nil {
			b.Fatal(err)
		}
		st := &state{} // without jobs, which would do it meanwhile
		if err := errors.Join(p.makeDir(), st.open(b.Context(), p), st.Recover(b.Context())); err != nil {
			b.Fatal(err)
		}
		benchImport(b, st, files)
		b.StartTimer()
		if err := st.SequenceLog(b.Context(), offchain.SequenceLog{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		entries += st.log.Shown().Size
		if err := st.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
}

// benchReceipts is a state with everything anchored, and the ids of all records.
func benchReceipts(b *testing.B) (*state, []string) {
	b.Helper()
	st := benchState(b)
	var ids []string
	for _, done := range benchImport(b, st, benchData(b)) {
		records, err := st.Records(b.Context(), done.Patient)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range records {
			ids = append(ids, r.ID)
		}
	}
	if err := st.AnchorNow(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	return st, ids
}

// BenchmarkReceipt makes receipts of single records, each noted as a disclosure.
func BenchmarkReceipt(b *testing.B) {
	st, ids := benchReceipts(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		r, err := st.Receipt(b.Context(), ids[i%len(ids)], custodian())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Marshal(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
}

// BenchmarkVerifyReceipt verifies one: its own proofs and signature, and beside that with the chain asked by RPC.
func BenchmarkVerifyReceipt(b *testing.B) {
	st, ids := benchReceipts(b)
	r, err := st.Receipt(b.Context(), ids[0], custodian())
	if err != nil {
		b.Fatal(err)
	}
	data, err := r.Marshal()
	if err != nil {
		b.Fatal(err)
	}
	for name, who := range map[string]trust{
		"proofs": {network: &st.network, noChain: "not asked"}, "and chain": {network: &st.network, providers: []*rpc.Client{st.chain.RPC()}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if v, err := who.verifyReceipt(b.Context(), data); err != nil || !v.Issuer {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEd25519 is the yardstick of BenchmarkVerifyReceipt: the one signature that is in it.
func BenchmarkEd25519(b *testing.B) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 100)
	signature := ed25519.Sign(private, message)
	for b.Loop() {
		if !ed25519.Verify(public, message, signature) {
			b.Fatal("not verified")
		}
	}
}

// BenchmarkAnchorDelay is the least time from a change of state to its confirmation on the embedded chain, without the schedule.
func BenchmarkAnchorDelay(b *testing.B) {
	st, ids := benchReceipts(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		content, err := st.Read(b.Context(), ids[i%len(ids)], custodian())
		if err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(content.Close(), st.AnchorNow(b.Context(), nil)); err != nil {
			b.Fatal(err)
		}
	}
}
