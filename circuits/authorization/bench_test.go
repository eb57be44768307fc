package authorization

import (
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
	b.ReportMetric(float64(k.Manifest.Constraints), "constraints")
	for b.Loop() {
		c, err := s.Assign()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := prover.Prove(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
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
