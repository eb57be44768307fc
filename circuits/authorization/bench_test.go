package authorization

import (
	"testing"

	"lethe/circuits"
	"lethe/circuits/circuittest"
)

func BenchmarkProve(b *testing.B) {
	s := newScenario(b)
	k, err := circuits.Develop(b.Context(), "", Statement(), nil)
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
	b.ReportMetric(circuittest.PeakMB(), "peak-MB")
}

func BenchmarkVerify(b *testing.B) {
	s := newScenario(b)
	p := prove(b, s)
	v := p.Keys.Verifier()
	for b.Loop() {
		if err := v.Verify(p.Proof); err != nil {
			b.Fatal(err)
		}
	}
}
