package evm

import (
	"testing"

	"lethe/anchor"
)

// Whatever is shown as confirmed has its blocks on top, in the present chain, at the moment it is recorded.
func (w *world) neverConfirmsEarly(confirmations uint64) {
	w.journal.onSave = func(a anchor.Attempt) {
		if a.State != anchor.AttemptMined && a.State != anchor.AttemptConfirmed {
			if a.Block != 0 || !a.Time.IsZero() {
				w.Errorf("attempt is %s, and in block %d", a.State, a.Block)
			}
			return
		}
		stands, err := w.reader.stands(w.Context(), a.Block, a.BlockHash)
		if err != nil || !stands {
			w.Errorf("shown as %s in a block that is not in the chain (%v)", a.State, err)
		}
		if a.State == anchor.AttemptConfirmed && w.head() < a.Block+confirmations {
			w.Errorf("shown as confirmed in block %d with head %d", a.Block, w.head())
		}
	}
}

// A re-org of any depth from 1 to 40 takes back an attempt that was shown as mined, one block short of confirmed; it is sent
// again, mined again, and accepted once.
func TestThreat17ReorgAfterMined(t *testing.T) {
	w := newWorld(t)
	for depth := 1; depth <= 40; depth++ {
		w.neverConfirmsEarly(uint64(depth))
		s := w.sender(uint64(depth))
		a := w.send(s, w.grow(1))
		w.mine(depth)
		w.want(s, a.Transaction, anchor.AttemptMined)
		w.fork(depth)
		w.acceptedAgain(s, a)
	}
	if nonce := w.nonce("submitter"); nonce != 40 {
		t.Errorf("40 checkpoints took %d transactions", nonce)
	}
}

// So does one of depth 2 to 41 an attempt that was shown as confirmed, by 1 to 40 blocks on top.
func TestThreat17ReorgAfterConfirmed(t *testing.T) {
	w := newWorld(t)
	for depth := 1; depth <= 40; depth++ {
		w.neverConfirmsEarly(uint64(depth))
		s := w.sender(uint64(depth))
		a := w.send(s, w.grow(1))
		w.mine(depth + 1)
		w.want(s, a.Transaction, anchor.AttemptConfirmed)
		w.fork(depth + 1)
		w.acceptedAgain(s, a)
	}
	if nonce := w.nonce("submitter"); nonce != 40 {
		t.Errorf("40 checkpoints took %d transactions", nonce)
	}
}

// acceptedAgain follows an attempt whose block was dropped until it is confirmed.
func (w *world) acceptedAgain(s *Sender, a anchor.Attempt) {
	w.Helper()
	w.want(s, a.Transaction, anchor.AttemptSubmitted)
	w.mine(1)
	w.want(s, a.Transaction, anchor.AttemptMined)
	w.mine(int(s.confirmations))
	w.want(s, a.Transaction, anchor.AttemptConfirmed)
	if n := w.acceptances(0, a.Size); n != 1 {
		w.Fatalf("%d confirmations: accepted %d times", s.confirmations, n)
	}
}

// A re-org that drops several confirmed attempts brings them back in their order.
func TestThreat17ReorgDropsSeveral(t *testing.T) {
	w := newWorld(t)
	w.neverConfirmsEarly(2)
	s := w.sender(2)
	var attempts []anchor.Attempt
	for range 5 {
		attempts = append(attempts, w.anchored(s, 2))
	}
	w.fork(15)
	changed, err := s.Follow(t.Context())
	if err != nil || len(changed) != 5 {
		t.Fatalf("changed %d, %v", len(changed), err)
	}
	w.mine(3)
	for _, a := range attempts {
		w.want(s, a.Transaction, anchor.AttemptConfirmed)
		if n := w.acceptances(0, a.Size); n != 1 {
			t.Errorf("size %d accepted %d times", a.Size, n)
		}
	}
}

// An attempt below the watched blocks is left alone, one within them is not.
func TestThreat17WatchesOnlySoDeep(t *testing.T) {
	w := newWorld(t)
	s := w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: 1, Watch: 5})
	old := w.anchored(s, 1)
	w.mine(5)
	young := w.anchored(s, 1)
	w.fork(9)
	w.want(s, old.Transaction, anchor.AttemptConfirmed)
	w.fork(1) // both are gone: the head is still deep enough for the first not to be looked at
	if state := w.follow(s, young.Transaction); state != anchor.AttemptSubmitted {
		t.Errorf("young attempt is %s", state)
	}
}
