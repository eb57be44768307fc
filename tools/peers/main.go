// Command peers measures proofs of this project beside those of others, by turns in one run, and prints medians as a table.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/iden3/go-rapidsnark/prover"

	"lethe/circuits"
)

func main() {
	rounds := flag.Int("rounds", 7, "proofs of each, by turns")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *rounds)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int) error {
	fmt.Println("| depth | constraints, ours | Semaphore's | prove, ours | rapidsnark, its witness given | its witness | snarkjs | ours / rapidsnark | ours / snarkjs |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, depth := range []int{16, 20, 32} {
		if err := compare(ctx, depth, rounds); err != nil {
			return fmt.Errorf("depth %d: %w", depth, err)
		}
	}
	return nil
}

// peer is Semaphore's own circuit with what its proof needs.
type peer struct {
	Key         string  `json:"key"`
	Constraints int     `json:"constraints"`
	WitnessMS   float64 `json:"witness_ms"`
	key, wtns   []byte
}

func compare(ctx context.Context, depth, rounds int) error {
	keys, err := circuits.Develop(ctx, "", statement(depth), nil)
	if err != nil {
		return err
	}
	p, err := newPeer(ctx, depth)
	if err != nil {
		return err
	}
	var ours, rapid, snark []float64
	one := circuits.NewProver(keys)
	for range rounds {
		took, err := milliseconds(func() error { return proveOurs(ctx, one, depth) })
		if err != nil {
			return err
		}
		ours = append(ours, took)
		if took, err = milliseconds(func() error { _, _, err := prover.Groth16ProverRaw(p.key, p.wtns); return err }); err != nil {
			return err
		}
		rapid = append(rapid, took)
		var js struct {
			ProveMS float64 `json:"prove_ms"`
		}
		if err := node(ctx, &js, strconv.Itoa(depth)); err != nil {
			return err
		}
		snark = append(snark, js.ProveMS)
	}
	o, r, s := median(ours), median(rapid), median(snark)
	fmt.Printf("| %d | %d | %d | %.0f ms | %.0f ms | %.0f ms | %.0f ms | %.2f | %.2f |\n",
		depth, keys.Manifest.Constraints, p.Constraints, o, r, p.WitnessMS, s, o/r, o/s)
	return nil
}

// proveOurs makes the whole of a proof, its witness as well.
func proveOurs(ctx context.Context, p *circuits.Prover, depth int) error {
	a, err := assignment(depth)
	if err != nil {
		return err
	}
	_, err = p.Prove(ctx, a)
	return err
}

func newPeer(ctx context.Context, depth int) (p peer, err error) {
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return p, err
	}
	defer os.RemoveAll(dir)
	witness := filepath.Join(dir, "semaphore.wtns")
	if err := node(ctx, &p, strconv.Itoa(depth), witness); err != nil {
		return p, err
	}
	if p.key, err = os.ReadFile(p.Key); err != nil {
		return p, err
	}
	p.wtns, err = os.ReadFile(witness)
	return p, err
}

func node(ctx context.Context, answer any, args ...string) error {
	cmd := exec.CommandContext(ctx, "node", append([]string{"witness.mjs"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("node witness.mjs: %w", err)
	}
	return json.Unmarshal(out, answer)
}

func milliseconds(do func() error) (float64, error) {
	from := time.Now()
	err := do()
	return float64(time.Since(from).Microseconds()) / 1000, err
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
