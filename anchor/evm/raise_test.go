package evm

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
)

// waiting is a sender whose clock the test moves.
type waiting struct {
	*Sender
	at time.Time
}

func (w *world) waiting(cfg SenderConfig) *waiting {
	w.Helper()
	s := &waiting{at: time.Unix(1_800_000_000, 0)}
	cfg.Signer, cfg.Journal, cfg.Confirmations, cfg.Now = KeySigner(key("submitter")), w.journal, 2, func() time.Time { return s.at }
	s.Sender = w.senderWith(cfg)
	return s
}

func (w *world) transaction(a anchor.Attempt) *types.Transaction {
	w.Helper()
	var tx types.Transaction
	if err := tx.UnmarshalBinary(a.Raw); err != nil {
		w.Fatal(err)
	}
	return &tx
}

// Row 19: an attempt that waits too long is sent again with a higher fee, under the same nonce, and counts once whichever is mined.
func TestThreat19FeesAreRaised(t *testing.T) {
	w := newWorld(t)
	s := w.waiting(SenderConfig{})
	first := w.send(s.Sender, w.grow(3))
	w.want(s.Sender, first.Transaction, anchor.AttemptSubmitted)
	if n := len(w.journal.attempts); n != 1 {
		t.Fatalf("%d attempts before the time", n)
	}
	for i := range 2 {
		s.at = s.at.Add(DefaultRaiseAfter)
		w.want(s.Sender, first.Transaction, anchor.AttemptSubmitted)
		if n := len(w.journal.attempts); n != i+2 {
			t.Fatalf("%d attempts after %d times", n, i+1)
		}
		before, after := w.transaction(w.journal.attempts[i]), w.transaction(w.journal.attempts[i+1])
		if after.Nonce() != before.Nonce() || string(after.Data()) != string(before.Data()) {
			t.Fatal("another transaction")
		}
		for what, fee := range map[string][2]*big.Int{
			"tip": {before.GasTipCap(), after.GasTipCap()}, "fee": {before.GasFeeCap(), after.GasFeeCap()},
		} {
			least := new(big.Int).Div(new(big.Int).Mul(fee[0], big.NewInt(raisePercent)), big.NewInt(100))
			if fee[1].Cmp(least) <= 0 {
				t.Errorf("%s went from %d to %d", what, fee[0], fee[1])
			}
		}
	}
	last := w.journal.attempts[2]
	w.mine(1)
	w.want(s.Sender, last.Transaction, anchor.AttemptMined)
	if pending, err := s.Pending(t.Context()); err != nil || pending != nil {
		t.Fatalf("%v waits, %v", pending, err)
	}
	w.mine(2)
	w.want(s.Sender, last.Transaction, anchor.AttemptConfirmed)
	w.want(s.Sender, first.Transaction, anchor.AttemptFailed)
	if n := w.acceptances(0, 3); n != 1 || w.nonce("submitter") != 1 {
		t.Errorf("accepted %d times, %d transactions", n, w.nonce("submitter"))
	}
	w.anchored(s.Sender, 2)
}

// The lower of two is mined when the higher was stored and never sent.
func TestThreat19TheOlderOfTwoIsMined(t *testing.T) {
	w := newWorld(t)
	raising := false
	s := w.waiting(SenderConfig{Step: func(p string) {
		if raising && p == pointStored {
			panic(crash{})
		}
	}})
	first := w.send(s.Sender, w.grow(3))
	s.at, raising = s.at.Add(time.Hour), true
	if !dying(func() { s.Follow(t.Context()) }) {
		t.Fatal("it was not raised")
	}
	raised := w.journal.attempts[1]
	w.mine(3)
	next := w.sender(2)
	w.want(next, first.Transaction, anchor.AttemptConfirmed)
	w.want(next, raised.Transaction, anchor.AttemptFailed)
	if n := w.acceptances(0, 3); n != 1 || w.nonce("submitter") != 1 {
		t.Errorf("accepted %d times, %d transactions", n, w.nonce("submitter"))
	}
	w.anchored(next, 2)
}

// A fee is never raised above the ceiling: the attempt waits, and is sent as it is.
func TestFeesHaveACeiling(t *testing.T) {
	w := newWorld(t)
	probe := w.waiting(SenderConfig{})
	head, err := w.reader.head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, fee, err := probe.fees(t.Context(), head)
	if err != nil {
		t.Fatal(err)
	}
	s := w.waiting(SenderConfig{MaxFee: fee})
	first := w.send(s.Sender, w.grow(1))
	s.at = s.at.Add(time.Hour)
	w.want(s.Sender, first.Transaction, anchor.AttemptSubmitted)
	if n := len(w.journal.attempts); n != 1 {
		t.Errorf("%d attempts", n)
	}
	w.mine(3)
	w.want(s.Sender, first.Transaction, anchor.AttemptConfirmed)
}

// Row 19: an attempt behind a nonce that nobody uses, as a re-org can leave one, does not wait for ever.
func TestThreat19GapsAreFilled(t *testing.T) {
	w := newWorld(t)
	s, sub := w.sender(2), w.grow(2)
	head, err := w.reader.head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data, err := calldata(sub)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := s.sign(t.Context(), head, 1, &w.CheckpointLog, nil, data)
	if err != nil {
		t.Fatal(err)
	}
	behind := anchor.Attempt{Size: sub.Checkpoint.Size, Root: sub.Checkpoint.Root}
	if err := s.keepAndSend(t.Context(), tx, &behind); err != nil {
		t.Fatal(err)
	}
	w.want(s, behind.Transaction, anchor.AttemptSubmitted)
	if n := len(w.journal.attempts); n != 2 || w.journal.attempts[1].Nonce != 0 || !isFiller(w.journal.attempts[1]) {
		t.Fatalf("attempts: %+v", w.journal.attempts)
	}
	w.mine(1)
	w.want(s, behind.Transaction, anchor.AttemptMined)
	w.mine(2)
	w.want(s, behind.Transaction, anchor.AttemptConfirmed)
	if filler := w.journal.attempts[1]; filler.State != anchor.AttemptConfirmed {
		t.Errorf("the filler is %q", filler.State)
	}
	if n := w.acceptances(0, 2); n != 1 || w.nonce("submitter") != 2 {
		t.Errorf("accepted %d times, %d transactions", n, w.nonce("submitter"))
	}
	w.anchored(s, 3)
}
