package contracts

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/rfc6962"
)

var update = flag.Bool("update", false, "write gas.golden")

const (
	gasFile = "gas.golden"
	batch   = 65_536
	// budget of a transaction that anchors a batch: 2 gas for each record.
	budget = 2 * batch
)

const gasHeader = `# Gas of whole transactions, with the 21,000 of each and its calldata, by the rules of Osaka in go-ethereum's EVM;
# of views ("call") without what a transaction would add; and sizes of the deployed code in bytes.
# A change of the contracts or of the compiler shows here. go test ./contracts -run Golden -update
`

func TestGasIsGolden(t *testing.T) {
	figures := map[string]uint64{}
	measureDeployment(t, figures)
	measureSubmissions(t, figures)
	measureSuccessor(t, figures)
	measureRegistry(t, figures)
	measureTrials(t, figures)
	got := gasHeader + table(figures)
	if *update {
		if err := os.WriteFile(gasFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(gasFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := lineDiff(string(want), got); diff != "" {
		t.Errorf("gas is not what %s says; if it should not be, run with -update:\n%s", gasFile, diff)
	}
}

// A checkpoint of 65,536 records stays within 2 gas for each, wherever it falls in a log of up to 2^30 entries. The longest
// proof with the most hashes is that of the step over a power of two from just below.
func TestSubmitCostsAtMostTwoGasPerRecord(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	sizes := []uint64{1<<30 - 1, 1 << 30, 1<<30 + 1, 1<<30 - batch, 1<<30 - batch - 1, 0}
	for range 100 {
		sizes = append(sizes, rnd.Uint64N(1<<30))
	}
	for _, size := range sizes {
		if gas := submitGas(t, rnd, size, batch); gas > budget {
			t.Errorf("from %d entries: %d gas for %d records", size, gas, batch)
		}
	}
}

func measureDeployment(t *testing.T, figures map[string]uint64) {
	d := deploy(t, batch)
	for name, gas := range d.gas {
		figures["deploy "+name] = gas
	}
	figures["size CheckpointLog"] = uint64(len(d.state.GetCode(d.log)))
	figures["size RootRegistry"] = uint64(len(d.state.GetCode(d.registry)))
}

func measureSubmissions(t *testing.T, figures map[string]uint64) {
	rnd := rand.New(rand.NewPCG(6, 6))
	figures["submit 65536 entries to 0"] = submitGas(t, rnd, 0, batch)
	figures["submit 1 entry to 2^30-1"] = submitGas(t, rnd, 1<<30-1, 1)
	for _, level := range []int{10, 20, 30} {
		size := uint64(1) << level
		figures[fmt.Sprintf("submit 65536 entries to 2^%d", level)] = submitGas(t, rnd, size, batch)
		figures[fmt.Sprintf("submit 65536 entries to 2^%d-1 (longest proof)", level)] = submitGas(t, rnd, size-1, batch)
		figures[fmt.Sprintf("submit 65536 entries to 2^%d..2^%d (mean of 64)", level, level+1)] = meanSubmitGas(t, rnd, size)
		figures[fmt.Sprintf("call verifyInclusion at 2^%d", level)] = inclusionGas(t, rnd, size)
	}
}

func meanSubmitGas(t *testing.T, rnd *rand.Rand, size uint64) uint64 {
	var sum uint64
	for range 64 {
		sum += submitGas(t, rnd, size+rnd.Uint64N(size), batch)
	}
	return sum / 64
}

// submitGas is the gas of adding entries to a log of that size.
func submitGas(t *testing.T, rnd *rand.Rand, size, entries uint64) uint64 {
	t.Helper()
	d := deploy(t, 1<<40)
	g := randomGrowth(t, rnd, size, size+entries)
	if size > 0 {
		d.send(submitter, d.log, submit(0, size, [32]byte(g.root1), nil))
	}
	return d.send(submitter, d.log, submit(size, size+entries, [32]byte(g.root2), words(g.proof)))
}

func inclusionGas(t *testing.T, rnd *rand.Rand, size uint64) uint64 {
	d := deploy(t, 1<<40)
	entry := randomHash(rnd)
	c := includeLeaf(t, rnd, size, rfc6962.DefaultHasher.HashLeaf(entry))
	d.send(submitter, d.log, submit(0, size, [32]byte(c.y), nil))
	ret, gas := d.call(d.log, NewCheckpointLog().PackVerifyInclusion(0, size, c.a, [32]byte(entry), words(c.proof)))
	if ret[31] != 1 {
		t.Fatal("inclusion was not verified")
	}
	return gas
}

func measureSuccessor(t *testing.T, figures map[string]uint64) {
	d, log := deploy(t, batch), NewCheckpointLog()
	propose := log.PackProposeSuccessor("log.example/records-2", 0, [32]byte(rfc6962.DefaultHasher.EmptyRoot()))
	figures["proposeSuccessor"] = d.send(recovery, d.log, propose)
	figures["cancelSuccessor"] = d.send(guardian, d.log, log.PackCancelSuccessor())
	d.send(recovery, d.log, propose)
	d.time += 7 * 24 * 3600
	figures["openSuccessor"] = d.send(recovery, d.log, log.PackOpenSuccessor())
}

func measureRegistry(t *testing.T, figures map[string]uint64) {
	d, registry := deploy(t, batch), NewRootRegistry()
	kind, err := Kind("grants")
	if err != nil {
		t.Fatal(err)
	}
	first, second := [32]byte{1, 2, 3}, [32]byte{2, 3, 4}
	publish := func(root [32]byte) uint64 { return d.send(publisher, d.registry, registry.PackPublish(kind, root)) }
	figures["openKind"] = d.send(registrar, d.registry, registry.PackOpenKind(kind, FirstPublisherRole, 3600, true))
	figures["publish first root"] = publish(first)
	figures["publish same root"] = publish(first)
	figures["publish next root"] = publish(second)
	_, figures["call isFresh"] = d.call(d.registry, registry.PackIsFresh(kind, second, 60))
}

func table(figures map[string]uint64) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		fmt.Fprintf(&b, "%-52s %9d\n", name, figures[name])
	}
	return b.String()
}

// lineDiff names the lines that are only in one of two sorted texts.
func lineDiff(want, got string) string {
	var b strings.Builder
	wanted, gotten := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range wanted {
		if !slices.Contains(gotten, line) {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	for _, line := range gotten {
		if !slices.Contains(wanted, line) {
			fmt.Fprintf(&b, "+ %s\n", line)
		}
	}
	return b.String()
}
