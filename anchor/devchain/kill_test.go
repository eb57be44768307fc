package devchain

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// childFolder asks the test's binary to be the process that is killed.
const childFolder = "DEVCHAIN_CHILD_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		fmt.Fprintln(os.Stderr, beKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// beKilled sends transactions and says which block each is in, for as long as it lives.
func beKilled(dir string) error {
	ctx := context.Background()
	c, err := Open(ctx, testConfig(dir))
	if err != nil {
		return err
	}
	nonce, err := c.Client().NonceAt(ctx, payerAddress, nil)
	if err != nil {
		return err
	}
	for ; ; nonce++ {
		if err := c.Client().SendTransaction(ctx, transfer(payer, nonce)); err != nil {
			return err
		}
		if err := c.Mine(1 + int(nonce%3)); err != nil {
			return err
		}
		number, err := c.Client().BlockNumber(ctx)
		if err != nil {
			return err
		}
		fmt.Println(number, nonce+1)
	}
}

// Whatever the moment a process is killed at, its chain opens again with every block that was shown, and the state of each.
func TestSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	for round := range 6 {
		blocks, transactions := killChild(t, dir, time.Duration(rand.IntN(250))*time.Millisecond)
		c := open(t, testConfig(dir))
		nonce, err := c.Client().NonceAt(t.Context(), payerAddress, nil)
		if err != nil {
			t.Fatal(err)
		}
		if head(t, c) < blocks || nonce < transactions || received(t, c) != int64(nonce) {
			t.Fatalf("round %d: %d blocks and %d transactions were shown; now %d blocks, nonce %d, %d wei received",
				round, blocks, transactions, head(t, c), nonce, received(t, c))
		}
		c.Close()
	}
}

// killChild runs a child until it has shown a block and a while longer, kills it, and returns what it showed last.
func killChild(t *testing.T, dir string, while time.Duration) (blocks, transactions uint64) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childFolder+"="+dir)
	child.Stderr = os.Stderr
	shown, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(shown)
	for started := false; lines.Scan(); started = true {
		if !started {
			time.AfterFunc(while, func() { _ = child.Process.Kill() })
		}
		if _, err := fmt.Sscan(lines.Text(), &blocks, &transactions); err != nil {
			t.Fatal(err)
		}
	}
	_ = child.Wait()
	if blocks == 0 {
		t.Fatal("the child showed no block")
	}
	return blocks, transactions
}
