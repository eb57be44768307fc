package evm

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"lethe/anchor"
	"lethe/contracts"
)

// An attempt goes through its states, and what the contract then says of the checkpoint is what was sent.
func TestSendAndFollow(t *testing.T) {
	w := newWorld(t)
	s := w.sender(2)
	if latest, err := w.reader.Latest(t.Context()); err != nil || latest.Size != 0 || latest.Log != 0 {
		t.Fatalf("latest of a new log: %+v, %v", latest, err)
	}
	if changed, err := s.Follow(t.Context()); err != nil || len(changed) != 0 {
		t.Fatalf("nothing to follow: %v, %v", changed, err)
	}
	sub := w.grow(5)
	a := w.send(s, sub)
	if a.State != anchor.AttemptSubmitted || a.Size != 5 || len(a.Raw) == 0 {
		t.Fatalf("attempt %+v", a)
	}
	if _, err := s.Send(t.Context(), sub); !errors.Is(err, ErrInFlight) {
		t.Fatalf("second attempt: %v", err)
	}
	if pending, err := s.Pending(t.Context()); err != nil || pending == nil || pending.Transaction != a.Transaction {
		t.Fatalf("pending %v, %v", pending, err)
	}
	w.want(s, a.Transaction, anchor.AttemptSubmitted)
	w.mine(2)
	w.want(s, a.Transaction, anchor.AttemptMined)
	w.mine(1)
	w.want(s, a.Transaction, anchor.AttemptConfirmed)
	if pending, err := s.Pending(t.Context()); err != nil || pending != nil {
		t.Fatalf("pending %v, %v", pending, err)
	}
	latest, err := w.reader.Latest(t.Context())
	if err != nil || latest.Size != 5 || latest.Root != sub.Checkpoint.Root || latest.Transaction != a.Transaction {
		t.Fatalf("latest %+v, %v", latest, err)
	}
	kept := w.journal.attempts[0]
	if kept.Block != latest.Block || kept.BlockHash != latest.BlockHash || !kept.Time.Equal(latest.Time) {
		t.Fatalf("journal has %+v, chain %+v", kept, latest)
	}
	if accepted, err := w.reader.Accepted(t.Context(), 0, 5); err != nil || accepted != latest {
		t.Fatalf("accepted %+v, %v", accepted, err)
	}
	for _, size := range []uint64{4, 6} {
		if _, err := w.reader.Accepted(t.Context(), 0, size); !errors.Is(err, anchor.ErrNotAnchored) {
			t.Errorf("size %d: %v", size, err)
		}
	}
	if changed, err := s.Follow(t.Context()); err != nil || len(changed) != 0 {
		t.Fatalf("settled, and yet changed: %v, %v", changed, err)
	}
}

// How many keys were erased does not show but in steps of eight, and what hides them is never the same.
func TestTrailerHidesNumber(t *testing.T) {
	bare := len(contracts.NewCheckpointLog().PackSubmit(0, 0, 1, [32]byte{1}, nil))
	for erased, words := range map[int]int{0: 8, 1: 8, 7: 8, 8: 8, 9: 16, 16: 16, 17: 24} {
		sub := Submission{Checkpoint: anchor.Checkpoint{Size: 1, Root: anchor.Hash{1}}, Erased: make([]anchor.Hash, erased)}
		first, err := calldata(sub)
		second, again := calldata(sub)
		if err != nil || again != nil || len(first) != bare+32*words || len(second) != len(first) {
			t.Errorf("%d keys: %d bytes, not %d words: %v", erased, len(first)-bare, words, err)
		}
		if erased != words && bytes.Equal(first, second) {
			t.Errorf("%d keys: the padding is the same", erased)
		}
	}
}

// The erased keys of every later checkpoint are listed, whatever their number.
func TestErasedKeysAreAnnounced(t *testing.T) {
	w := newWorld(t)
	s := w.sender(1)
	var keys []anchor.Hash
	for i := range 30 {
		keys = append(keys, anchor.ErasedKey(string(rune('a'+i))))
	}
	for _, erased := range [][]anchor.Hash{keys[:0], keys[:1], keys[1:9], keys[9:30]} {
		w.anchored(s, 3, erased...)
	}
	for _, test := range []struct {
		size  uint64
		words int // with those that hide them
		keys  []anchor.Hash
	}{
		{0, 8 + 8 + 8 + 24, keys}, {3, 8 + 8 + 24, keys}, {4, 8 + 8 + 24, keys}, {6, 8 + 24, keys[1:]}, {9, 24, keys[9:]},
		{12, 0, nil}, {99, 0, nil},
	} {
		words, err := w.reader.Erased(t.Context(), 0, test.size)
		if err != nil || len(words) != test.words {
			t.Fatalf("size %d: %d words, %v", test.size, len(words), err)
		}
		found := map[anchor.Hash]bool{}
		for _, word := range words {
			found[word] = true
		}
		for i, k := range test.keys {
			if !found[k] {
				t.Errorf("size %d: key %d is not announced", test.size, i)
			}
		}
	}
	if words, err := w.reader.Erased(t.Context(), 1, 0); err != nil || len(words) != 0 {
		t.Errorf("a log to come: %d words, %v", len(words), err)
	}
}

func TestSenderConfigIsChecked(t *testing.T) {
	r, j := &Reader{}, &journal{}
	for _, test := range []struct {
		cfg  SenderConfig
		want string
	}{
		{SenderConfig{}, "Reader"},
		{SenderConfig{Reader: r}, "Signer"},
		{SenderConfig{Reader: r, Signer: KeySigner(key("a"))}, "Journal"},
		{SenderConfig{Reader: r, Signer: KeySigner(key("a")), Journal: j}, "Confirmations"},
		{SenderConfig{Reader: r, Signer: KeySigner(key("a")), Journal: j, Confirmations: 9, Watch: 8}, "Watch"},
		{SenderConfig{Reader: r, Signer: KeySigner(key("a")), Journal: j, Confirmations: 9, MaxFee: new(big.Int)}, "MaxFee"},
	} {
		if _, err := NewSender(test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, not one about %s", err, test.want)
		}
	}
}

func TestFeesStayBelowCeiling(t *testing.T) {
	w := newWorld(t)
	low := w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: 1, MaxFee: big.NewInt(1)})
	if _, err := low.Send(t.Context(), w.grow(1)); err == nil || !strings.Contains(err.Error(), "ceiling") {
		t.Fatalf("fee above the ceiling: %v", err)
	}
	w.last = 0
	ceiling := big.NewInt(2 * params.GWei)
	s := w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: 1, MaxFee: ceiling})
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(w.anchored(s, 1).Raw); err != nil {
		t.Fatal(err)
	}
	if tx.Type() != types.DynamicFeeTxType || tx.GasFeeCap().Cmp(ceiling) > 0 || tx.GasTipCap().Cmp(tx.GasFeeCap()) > 0 {
		t.Errorf("type %d, fee %s, tip %s", tx.Type(), tx.GasFeeCap(), tx.GasTipCap())
	}
}

func TestTooManyErasedKeys(t *testing.T) {
	w := newWorld(t)
	if _, err := w.sender(1).Send(t.Context(), w.grow(1, make([]anchor.Hash, MaxErased+1)...)); err == nil {
		t.Fatal("more erased keys than are allowed were sent")
	}
	w.last = 0
	w.anchored(w.sender(1), 1, make([]anchor.Hash, MaxErased)...) // as many as are allowed are taken by a node
}

// A journal that was put back learns the latest checkpoint from the chain, and does not send it again.
func TestFollowBackfills(t *testing.T) {
	w := newWorld(t)
	a := w.anchored(w.sender(2), 4)
	for _, test := range []struct {
		confirmations uint64
		want          anchor.AttemptState
	}{{2, anchor.AttemptConfirmed}, {3, anchor.AttemptMined}} {
		j := &journal{}
		s := w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: j, Confirmations: test.confirmations})
		changed, err := s.Follow(t.Context())
		if err != nil || len(changed) != 1 || len(j.attempts) != 1 {
			t.Fatalf("changed %v, %v", changed, err)
		}
		got := j.attempts[0]
		if got.Transaction != a.Transaction || got.State != test.want || got.Raw != nil || got.Size != 4 || got.Block == 0 {
			t.Errorf("found %+v", got)
		}
	}
	j := &journal{}
	s := w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: j, Confirmations: 2})
	w.want(s, a.Transaction, anchor.AttemptConfirmed)
	w.fork(3) // what was found and is gone cannot be sent again by whoever has not its bytes
	w.want(s, a.Transaction, anchor.AttemptFailed)
}
