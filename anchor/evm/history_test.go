package evm

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
)

// Everything that was accepted is listed, oldest first, as Accepted has it; and a provider that leaves an event out is found out.
func TestThreat18HistoryLeavesNothingOut(t *testing.T) {
	w := newWorld(t)
	if history, err := w.reader.History(t.Context(), 0); err != nil || len(history) != 0 {
		t.Fatalf("of an empty log: %v, %v", history, err)
	}
	s := w.sender(1)
	var want []anchor.Accepted
	for _, n := range []int{7, 1, 20} {
		w.anchored(s, n)
		latest, err := w.reader.Latest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, latest)
	}
	history, err := w.reader.History(t.Context(), 0)
	if err != nil || !slices.Equal(history, want) {
		t.Fatalf("%v\n%+v, want\n%+v", err, history, want)
	}
	if later, err := w.reader.History(t.Context(), 1); err != nil || len(later) != 0 {
		t.Fatalf("of a log that is not open: %v, %v", later, err)
	}
	if _, err := w.newReader(w.liar(omitEvent)).History(t.Context(), 0); !errors.Is(err, ErrContradiction) {
		t.Fatalf("an event was left out: %v", err)
	}
}

// A provider that has stopped, or still catches up, counts as not answering.
func TestThreat18OldHead(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	cfg := ReaderConfig{
		Clients: []*rpc.Client{w.RPC()}, ChainID: w.reader.providers[0].chainID, CheckpointLog: w.reader.contract,
		MaxHeadAge: time.Hour, Now: func() time.Time { return now },
	}
	r, err := NewReader(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Latest(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Hour)
	if _, err := r.Latest(t.Context()); !errors.Is(err, anchor.ErrUnreachable) {
		t.Fatalf("a head two hours old: %v", err)
	}
	w.mine(1)
	now = time.Now()
	if _, err := r.Latest(t.Context()); err != nil {
		t.Fatal(err)
	}
}
