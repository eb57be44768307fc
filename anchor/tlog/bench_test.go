package tlog

import (
	"fmt"
	"testing"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"

	"lethe/anchor"
)

// BenchmarkAppend is to disk, without Publish.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 256, 4096} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			l := newPlace(b).start(b)
			batch := entries(0, n, "")
			for b.Loop() {
				_, err := l.Append(b.Context(), batch)
				must(b, err)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// BenchmarkTesseraAlone is the yardstick of BenchmarkAppend: the same batches given to Tessera with the same options.
func BenchmarkTesseraAlone(b *testing.B) {
	for _, n := range []int{1, 256, 4096} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			driver, err := posix.New(b.Context(), posix.Config{Path: b.TempDir()})
			must(b, err)
			signer, _, err := anchor.NewSigner("example.org/yardstick", make([]byte, 32))
			must(b, err)
			appender, shutdown, _, err := tessera.NewAppender(b.Context(), driver, tessera.NewAppendOptions().
				WithCheckpointSigner(signer).WithCheckpointInterval(signInterval).WithCheckpointRepublishInterval(0).WithBatching(batchSize, batchAge))
			must(b, err)
			batch, futures := entries(0, n, ""), make([]tessera.IndexFuture, n)
			for b.Loop() {
				for i := range batch {
					futures[i] = appender.Add(b.Context(), tessera.NewEntry(batch[i][:]))
				}
				for _, position := range futures {
					_, err := position()
					must(b, err)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "entries/s")
			must(b, shutdown(b.Context()))
		})
	}
}

// BenchmarkPublish is of 256 entries more, to a Copy in memory.
func BenchmarkPublish(b *testing.B) {
	l := newPlace(b).start(b)
	for i := 1; b.Loop(); i++ {
		grow(b, l, i*256, "")
	}
}

func BenchmarkInclusion(b *testing.B) {
	const n = 20_000
	l := filled(b, n).open(b)
	c := l.Shown()
	entry := entries(n/3, n/3+1, "")[0]
	for b.Loop() {
		proof, err := l.Inclusion(b.Context(), n/3, n)
		must(b, err)
		must(b, anchor.VerifyInclusion(c, n/3, entry, proof))
	}
}

// BenchmarkAudit is of a Copy in memory.
func BenchmarkAudit(b *testing.B) {
	const n = 20_000
	p := filled(b, n)
	c := p.open(b).Shown()
	for b.Loop() {
		_, err := Audit(b.Context(), p.copy, c, nil, nil)
		must(b, err)
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "entries/s")
}
