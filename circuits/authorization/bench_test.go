package authorization

import (
	"syscall"
	"testing"

	"lethe/circuits"
)

func BenchmarkProve(b *testing.B) {
	s := newScenario(b)
	k, err := keysOnce()
	if err != nil {
		b.Fatal(err)
	}
	prover := circuits.NewProver(k)
	for b.Loop() {
		c, err := s.Assign()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := prover.Prove(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(k.Manifest.Constraints), "constraints")
	b.ReportMetric(peakMB(), "peak-MB")
}

// peakMB is the most memory that this process has held so far.
func peakMB() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Maxrss) / 1024 // kilobytes on Linux
}

func BenchmarkVerify(b *testing.B) {
	s := newScenario(b)
	p := prove(b, s)
	v := p.keys.Verifier()
	for b.Loop() {
		if err := v.Verify(p.proof); err != nil {
			b.Fatal(err)
		}
	}
}
