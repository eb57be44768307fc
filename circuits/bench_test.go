package circuits

import (
	"testing"

	"github.com/consensys/gnark/frontend"
)

const benchConstraints = 20_000

// squares is a chain of squarings: sparse, as the constraints of hashes are not, so that proving is all that is measured.
func squares(api frontend.API, c *function) {
	x := api.Add(c.X, c.A, c.B)
	for range benchConstraints - 1 {
		x = api.Add(api.Mul(x, x), 1)
	}
	api.AssertIsDifferent(x, 0)
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		mustCompile(b, functionStatement(squares))
	}
}

func BenchmarkProve(b *testing.B) {
	prover := NewProver(newKeys(b, functionStatement(squares)))
	for b.Loop() {
		if _, err := prover.Prove(b.Context(), &function{A: 1, B: 2, X: 3}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	k := newKeys(b, cubicStatement())
	p := mustProve(b, k, three())
	for b.Loop() {
		if err := k.Verifier().Verify(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseProof(b *testing.B) {
	text := mustMarshal(b, mustProve(b, newKeys(b, cubicStatement()), three()))
	for b.Loop() {
		if _, err := ParseProof(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	k := newKeys(b, functionStatement(squares))
	if _, err := k.Write(dir); err != nil {
		b.Fatal(err)
	}
	pin, err := k.Write(dir)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := load(dir, k.Circuit, pin); err != nil {
			b.Fatal(err)
		}
	}
}
