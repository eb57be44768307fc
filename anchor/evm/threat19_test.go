package evm

import (
	"errors"
	"testing"

	"lethe/anchor"
)

// crash is what a Step panics with in the place of a process that dies.
type crash struct{}

// dying runs f and says whether it died at a point of a sender.
func dying(f func()) (died bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(crash); !ok {
				panic(r)
			}
			died = true
		}
	}()
	f()
	return false
}

// A process that dies at any point leaves a journal from which the next one brings the checkpoint to the contract, once, with
// one transaction and no nonce used twice.
func TestThreat19DiesAtEachPoint(t *testing.T) {
	w := newWorld(t)
	for i, point := range CrashPoints() {
		t.Run(point, func(t *testing.T) {
			sub, reached := w.grow(3), false
			s := w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: 2, Step: func(p string) {
				if p == point {
					reached = true
					panic(crash{})
				}
			}})
			died := dying(func() {
				w.send(s, sub)
				w.mine(1)
				s.Follow(t.Context())
				w.mine(2)
				s.Follow(t.Context())
			})
			if !died || !reached {
				t.Fatal("the point was not reached")
			}
			next := w.sender(2)
			if _, err := next.Follow(t.Context()); err != nil {
				t.Fatal(err)
			}
			if w.journal.stateOf(sub) == "" { // nothing was stored: the caller begins again
				w.send(next, sub)
			}
			w.mine(3)
			if _, err := next.Follow(t.Context()); err != nil {
				t.Fatal(err)
			}
			if state := w.journal.stateOf(sub); state != anchor.AttemptConfirmed {
				t.Fatalf("checkpoint is %q", state)
			}
			if n := w.acceptances(0, sub.Checkpoint.Size); n != 1 {
				t.Errorf("accepted %d times", n)
			}
			if nonce := w.nonce("submitter"); nonce != uint64(i+1) {
				t.Errorf("%d checkpoints took %d transactions", i+1, nonce)
			}
		})
	}
	nonces := map[uint64]bool{}
	for _, a := range w.journal.attempts {
		if nonces[a.Nonce] {
			t.Errorf("nonce %d was signed twice", a.Nonce)
		}
		nonces[a.Nonce] = true
	}
}

func (j *journal) stateOf(sub Submission) (state anchor.AttemptState) {
	for _, a := range j.attempts {
		if a.Log == sub.Log && a.Size == sub.Checkpoint.Size {
			state = a.State
		}
	}
	return state
}

// Two senders with one key and two journals: one of them wins the nonce, the other finds out and learns the winner's.
func TestThreat19TwoSendersOnOneKey(t *testing.T) {
	w := newWorld(t)
	first, second := w.sender(2), w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: &journal{}, Confirmations: 2})
	sub := w.grow(2)
	won := w.send(first, sub)
	lost, err := second.Send(t.Context(), sub)
	if err == nil || lost.State != anchor.AttemptStored || lost.Nonce != won.Nonce {
		t.Fatalf("second attempt with one nonce: %+v, %v", lost, err)
	}
	w.mine(1)
	if state := w.follow(second, lost.Transaction); state != anchor.AttemptStored {
		t.Fatalf("before the other is confirmed the attempt is %q", state)
	}
	w.mine(2)
	w.want(first, won.Transaction, anchor.AttemptConfirmed)
	w.want(second, lost.Transaction, anchor.AttemptFailed)
	w.want(second, won.Transaction, anchor.AttemptConfirmed) // found on the chain
	if nonce := w.nonce("submitter"); nonce != 1 {
		t.Errorf("%d transactions", nonce)
	}
	if n := w.acceptances(0, 2); n != 1 {
		t.Errorf("accepted %d times", n)
	}
	w.anchored(second, 1) // and goes on after it
}

// A nonce that went to a transaction of another purpose: the attempt fails once that one is confirmed.
func TestThreat19NonceGoesToAnother(t *testing.T) {
	w := newWorld(t)
	s := w.sender(2)
	a := w.send(s, w.grow(2))
	w.mine(1)
	w.fork(1) // drops it from the pool too
	head, err := w.reader.head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	to := address("stranger")
	other, err := s.sign(t.Context(), head, a.Nonce, &to, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := other.MarshalBinary()
	if err := s.account.send(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	w.mine(1)
	w.want(s, a.Transaction, anchor.AttemptSubmitted)
	w.mine(2)
	w.want(s, a.Transaction, anchor.AttemptFailed)
	if pending, err := s.Pending(t.Context()); err != nil || pending != nil {
		t.Fatalf("pending %v, %v", pending, err)
	}
	w.last = 0
	w.anchored(s, 1)
}

// A transaction that is mined and reverted is a failed attempt: another submitter was faster.
func TestThreat19RevertedIsFailed(t *testing.T) {
	w := newWorld(t)
	if err := w.grantSubmitterBy("admin", "stranger"); err != nil {
		t.Fatal(err)
	}
	s := w.sender(1)
	rival := w.senderWith(SenderConfig{Signer: KeySigner(key("stranger")), Journal: &journal{}, Confirmations: 1})
	sub := w.grow(2)
	a, b := w.send(s, sub), w.send(rival, sub)
	w.mine(2)
	states := []anchor.AttemptState{w.follow(s, a.Transaction), w.follow(rival, b.Transaction)}
	if states[0] == states[1] || states[0] != anchor.AttemptFailed && states[1] != anchor.AttemptFailed {
		t.Fatalf("states %v", states)
	}
	if n := w.acceptances(0, 2); n != 1 {
		t.Errorf("accepted %d times", n)
	}
}

// Bytes that a node has already count as sent.
func TestThreat19SendingAgainIsHarmless(t *testing.T) {
	w := newWorld(t)
	s := w.sender(1)
	a := w.send(s, w.grow(1))
	for range 3 {
		w.want(s, a.Transaction, anchor.AttemptSubmitted)
	}
	w.mine(2)
	w.want(s, a.Transaction, anchor.AttemptConfirmed)
	if _, err := s.Send(t.Context(), Submission{Checkpoint: anchor.Checkpoint{Size: 1}}); !errors.Is(err, ErrRefused) {
		t.Errorf("the same size again: %v", err)
	}
}

// A transaction that waits is mined between looking for it and sending it again: the node says that its nonce is used, which is no failure.
func TestThreat19MinedWhileItIsSentAgain(t *testing.T) {
	w := newWorld(t)
	armed := false
	reader := w.newReader(w.liar(func(method string, answer any) any {
		if armed && method == "eth_getTransactionReceipt" {
			armed = false
			w.mine(1)
		}
		return answer
	}))
	s := w.senderWith(SenderConfig{Reader: reader, Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: 1})
	a := w.send(s, w.grow(3))
	armed = true
	if changed, err := s.Follow(t.Context()); err != nil || len(changed) != 0 || armed {
		t.Fatalf("%v, %v, %v", changed, err, armed)
	}
	w.want(s, a.Transaction, anchor.AttemptMined)
	if n := w.acceptances(0, 3); n != 1 {
		t.Fatalf("%d acceptances", n)
	}
}
