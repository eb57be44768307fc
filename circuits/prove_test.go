package circuits

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/logger"

	"lethe/circuits/field"
)

func TestProve(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	if p.Statement != "cubic" || p.Version != 1 || p.VerifyingKey != k.Manifest.VerifyingKey {
		t.Errorf("%+v", p)
	}
	want := map[string]field.Element{"y": field.Uint64(35), "square": field.Uint64(9)}
	minusTwo := field.Uint64(2)
	want["context"] = *minusTwo.Neg(&minusTwo)
	if len(p.Public) != len(want) {
		t.Errorf("public inputs: %v", p.Public)
	}
	for name, e := range want {
		if got := p.Public[name]; got != e {
			t.Errorf("%s: %s, want %s", name, field.Text(got), field.Text(e))
		}
	}
	if err := k.Verifier().Verify(p); err != nil {
		t.Error(err)
	}
	if again := mustProve(t, k, three()); again.Points() == p.Points() {
		t.Error("two proofs are the same: they are not randomised")
	}
}

const canary = 7777771234577777

func TestThreat06ErrorsHoldNoWitness(t *testing.T) {
	k := newKeys(t, cubicStatement())
	for says, assignment := range map[string]*cubic{
		"constraint 4":    {X: canary, Y: canary, Square: canary, Context: canary},
		"constraint":      {X: 3, Y: 35, Square: canary, Context: 1},
		"square: not set": {X: canary, Y: canary, Context: canary},
		"X: not set":      {Y: canary, Square: canary, Context: canary},
		"y: not set, or not a number": {
			X: canary, Y: fmt.Sprintf("0x%dg", canary), Square: canary, Context: canary,
		},
		"or not a number": {X: 1.5, Y: canary, Square: canary, Context: canary},
		"X":               {X: (*big.Int)(nil), Y: canary, Square: canary, Context: canary},
	} {
		_, err := NewProver(k).Prove(t.Context(), assignment)
		wantError(t, err, nil, says)
		if err == nil || strings.Contains(err.Error(), fmt.Sprint(canary)) {
			t.Errorf("%s: a value is in the error: %v", says, err)
		}
		if unsatisfied := strings.HasPrefix(says, "constraint"); errors.Is(err, ErrUnsatisfied) != unsatisfied {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestProveRefusesOtherCircuits(t *testing.T) {
	prover := NewProver(newKeys(t, cubicStatement()))
	for says, assignment := range map[string]frontend.Circuit{
		"is a *circuits.boolean, not a *circuits.cubic": &boolean{*three()},
		"is a <nil>":               nil,
		"has 0 public inputs, not": (*cubic)(nil),
	} {
		_, err := prover.Prove(t.Context(), assignment)
		wantError(t, err, nil, says)
	}
}

// A hint that fails says what it was given. That, too, is kept back.
func TestProveHintFails(t *testing.T) {
	s := functionStatement(func(api frontend.API, c *function) {
		found, err := api.Compiler().NewHint(failingHint, 1, c.X)
		if err != nil {
			panic(err)
		}
		api.AssertIsEqual(api.Mul(found[0], c.A), c.B)
	})
	_, err := NewProver(newKeys(t, s)).Prove(t.Context(), &function{A: 1, B: 2, X: canary})
	wantError(t, err, ErrUnsatisfied, "function/v1")
	if strings.Contains(err.Error(), fmt.Sprint(canary)) {
		t.Error(err)
	}
}

func failingHint(_ *big.Int, in, _ []*big.Int) error { return fmt.Errorf("no result for %v", in) }

func TestProveIsCancelled(t *testing.T) {
	k := newKeys(t, cubicStatement())
	prover := NewProver(k)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := prover.Prove(cancelled, three())
	wantError(t, err, context.Canceled, "cubic/v1")

	prover.turn <- struct{}{} // somebody else proves
	_, err = prover.Prove(cancelled, three())
	wantError(t, err, context.Canceled, "")
	<-prover.turn
	for checks := range 2 {
		ctx := &countdown{Context: t.Context(), checks: checks}
		switch _, err := prover.Prove(ctx, three()); {
		case checks < 1 && !errors.Is(err, context.Canceled):
			t.Errorf("cancelled at check %d: %v", checks, err)
		case checks == 1 && err != nil:
			t.Errorf("asked for a second time: %v", err)
		}
	}
	mustProve(t, k, three())
}

// countdown is cancelled after it was asked a number of times.
type countdown struct {
	context.Context
	checks int
}

func (c *countdown) Err() error {
	if c.checks--; c.checks < 0 {
		return context.Canceled
	}
	return nil
}

func TestProveConcurrently(t *testing.T) {
	k := newKeys(t, cubicStatement())
	prover := NewProver(k)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			x := uint64(i)
			p, err := prover.Prove(t.Context(), &cubic{X: x, Y: x*x*x + x + 5, Square: x * x, Context: i})
			if err == nil {
				err = k.Verifier().Verify(p)
			}
			if err != nil || p.Public["context"] != field.Uint64(x) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// A proof that does not verify, as from keys that fit in all that can be seen, is not handed out.
func TestProveVerifies(t *testing.T) {
	k := newKeys(t, cubicStatement())
	pk := *k.proving
	pk.G1.K = append(pk.G1.K[1:len(pk.G1.K):len(pk.G1.K)], pk.G1.K[0])
	spoiled, err := NewKeys(k.Circuit, Ceremony, &pk, k.verifier.key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProver(spoiled).Prove(t.Context(), three())
	wantError(t, err, ErrProof, "")
	if p != nil {
		t.Error("handed out all the same")
	}
}

// leakChild fails to prove in a process where gnark logs to standard output, as it does outside tests.
func leakChild(through string) error {
	logger.Set(logger.Logger().Output(os.Stdout).Level(0))
	wrong := &cubic{X: 3, Y: canary, Square: 9, Context: 1}
	if through == "gnark" {
		system, err := frontend.Compile(fr.Modulus(), r1cs.NewBuilder, new(cubic))
		if err != nil {
			return err
		}
		w, err := frontend.NewWitness(wrong, fr.Modulus())
		if err != nil {
			return err
		}
		_, err = system.Solve(w)
		return unsatisfied(err)
	}
	c, err := Compile(cubicStatement())
	if err != nil {
		return err
	}
	k, err := setUp(c)
	if err != nil {
		return err
	}
	_, err = NewProver(k).Prove(context.Background(), wrong)
	return err
}

func TestThreat06NothingIsLogged(t *testing.T) {
	for through, logged := range map[string]bool{"gnark": true, "circuits": false} {
		cmd := child(t.Context(), "leak", through)
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err == nil || !strings.Contains(errs.String(), ErrUnsatisfied.Error()) {
			t.Fatalf("%s: %v: %s", through, err, errs.String())
		}
		if strings.Contains(out.String(), fmt.Sprint(canary)) != logged || !logged && out.Len() != 0 {
			t.Errorf("through %s, standard output: %s", through, out.String())
		}
		if strings.Contains(errs.String(), fmt.Sprint(canary)) {
			t.Errorf("through %s, error: %s", through, errs.String())
		}
	}
}
