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
	"time"

	"github.com/consensys/gnark/frontend"
	"github.com/iden3/go-rapidsnark/prover"

	"lethe/circuits"
	"lethe/circuits/eligibility"
	"lethe/circuits/field"
)

func main() {
	rounds := flag.Int("rounds", 7, "proofs of each, by turns")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *rounds, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// contest is one statement on both sides.
type contest struct {
	peer   string // its name for witness.mjs
	ours   circuits.Statement
	assign func() (frontend.Circuit, error)
}

// run measures the statements that are named, or all.
func run(ctx context.Context, rounds int, names []string) error {
	person, err := newPerson()
	if err != nil {
		return err
	}
	fmt.Println("| statement | constraints, ours | circom's | prove, ours | rapidsnark, its witness given | its witness | snarkjs " +
		"| ours / rapidsnark | ours / snarkjs |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, c := range []contest{semaphoreOf(16), semaphoreOf(20), semaphoreOf(32), {"eligibility", eligibility.Statement(), person.assign}} {
		if len(names) > 0 && !slices.Contains(names, c.peer) {
			continue
		}
		if err := c.run(ctx, rounds); err != nil {
			return fmt.Errorf("%s: %w", c.peer, err)
		}
	}
	return nil
}

// peer is a circom circuit with what its proof needs.
type peer struct {
	Key         string  `json:"key"`
	Constraints int     `json:"constraints"`
	WitnessMS   float64 `json:"witness_ms"`
	key, wtns   []byte
}

func (c contest) run(ctx context.Context, rounds int) error {
	keys, err := circuits.Develop(ctx, "", c.ours, nil)
	if err != nil {
		return err
	}
	p, err := newPeer(ctx, c.peer)
	if err != nil {
		return err
	}
	var ours, rapid, snark []float64
	one := circuits.NewProver(keys)
	for range rounds {
		took, err := milliseconds(func() error { return c.prove(ctx, one) })
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
		if err := node(ctx, &js, c.peer); err != nil {
			return err
		}
		snark = append(snark, js.ProveMS)
	}
	o, r, s := median(ours), median(rapid), median(snark)
	fmt.Printf("| %s | %d | %d | %.0f ms | %.0f ms | %.0f ms | %.0f ms | %.2f | %.2f |\n",
		c.peer, keys.Manifest.Constraints, p.Constraints, o, r, p.WitnessMS, s, o/r, o/s)
	return nil
}

// prove makes the whole of our proof, its witness as well.
func (c contest) prove(ctx context.Context, p *circuits.Prover) error {
	a, err := c.assign()
	if err != nil {
		return err
	}
	_, err = p.Prove(ctx, a)
	return err
}

func newPeer(ctx context.Context, name string) (p peer, err error) {
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return p, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is in the temporary folder
	witness := filepath.Join(dir, "peer.wtns")
	if err := node(ctx, &p, name, witness); err != nil {
		return p, err
	}
	if p.key, err = os.ReadFile(p.Key); err != nil {
		return p, err
	}
	p.wtns, err = os.ReadFile(witness)
	return p, err
}

func node(ctx context.Context, answer any, args ...string) error {
	cmd := exec.CommandContext(ctx, "node", append([]string{"witness.mjs"}, args...)...) //nolint:gosec // names of this program's own
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("node witness.mjs: %w", err)
	}
	return json.Unmarshal(out, answer)
}

// pathTo is a path to a leaf, at each place by turns, in a tree whose other nodes are small numbers.
func pathTo(leaf field.Element, levels int) []field.Step {
	path := make([]field.Step, levels)
	for i := range path {
		for j := range path[i].Children {
			path[i].Children[j] = field.Uint64(uint64(field.Arity*i + j + 1))
		}
		path[i].Position = uint8(i % field.Arity)
		path[i].Children[path[i].Position] = leaf
		leaf = field.Node(path[i].Children)
	}
	return path
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
