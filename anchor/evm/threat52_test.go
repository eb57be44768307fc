package evm

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lethe/anchor"
	"lethe/contracts"
)

// do runs a function that sends a transaction and waits for it.
func (w *world) do(f func(context.Context) error) (err error) {
	w.Helper()
	w.mining(func(ctx context.Context) { err = f(ctx) })
	return err
}

func (w *world) grantSubmitterBy(admin, name string) error {
	w.Helper()
	return w.do(func(ctx context.Context) error {
		return GrantRole(ctx, w.reader, key(admin), contracts.RoleSubmitter, address(name))
	})
}

// The deployed contract refuses growth that is not one, and whoever is not its submitter. Nothing of it is stored or sent.
func TestThreat52RefusesForgedGrowth(t *testing.T) {
	w := newWorld(t)
	s := w.sender(1)
	w.anchored(s, 5)
	sub := w.grow(3)
	forge := func(change func(*Submission)) Submission {
		forged := sub
		forged.Proof = append([]anchor.Hash(nil), sub.Proof...)
		change(&forged)
		return forged
	}
	for _, test := range []struct {
		want string
		sub  Submission
	}{
		{"Inconsistent", forge(func(s *Submission) { s.Checkpoint.Root[0] ^= 1 })},
		{"Inconsistent", forge(func(s *Submission) { s.Proof[0][31] ^= 1 })},
		{"Inconsistent", forge(func(s *Submission) { s.Proof = nil })},
		{"Inconsistent", forge(func(s *Submission) { s.Checkpoint.Size++ })},
		{"NotLatest", forge(func(s *Submission) { s.OldSize-- })},
		{"NotLatest", forge(func(s *Submission) { s.Log = 1 })},
		{"NotGrowing", forge(func(s *Submission) { s.Checkpoint.Size = 5 })},
		{"GrowthTooLarge", forge(func(s *Submission) { s.Checkpoint.Size = 5 + 1001 })},
		{"ZeroRoot", forge(func(s *Submission) { s.Checkpoint.Root = anchor.Hash{} })},
	} {
		if _, err := s.Send(t.Context(), test.sub); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, not %s", err, test.want)
		}
	}
	foreign := w.senderWith(SenderConfig{Signer: KeySigner(key("stranger")), Journal: &journal{}, Confirmations: 1})
	if _, err := foreign.Send(t.Context(), sub); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "Unauthorized") {
		t.Errorf("foreign submitter: %v", err)
	}
	if len(w.journal.attempts) != 1 {
		t.Errorf("%d attempts are stored", len(w.journal.attempts))
	}
	w.mine(1)
	w.anchoredSubmission(s, sub) // the true one is taken
}

func (w *world) anchoredSubmission(s *Sender, sub Submission) anchor.Attempt {
	w.Helper()
	a := w.send(s, sub)
	w.mine(1 + int(s.confirmations))
	w.want(s, a.Transaction, anchor.AttemptConfirmed)
	return a
}

// brick lets the submitter's account grow the log by an entry that nobody has, so that the true log is refused from then on.
func (w *world) brick(s *Sender) (rogue *tree, bricked anchor.Attempt) {
	w.Helper()
	rogue = newTree(testOrigin, 0)
	rogue.grow(5)
	junk := [32]byte{0xbd}
	rogue.AppendData(junk[:])
	bricked = w.anchoredSubmission(w.senderWith(SenderConfig{
		Signer: KeySigner(key("submitter")), Journal: &journal{}, Confirmations: 1,
	}), rogue.grow(1))
	if _, err := s.Send(w.Context(), w.grow(3)); !errors.Is(err, ErrRefused) {
		w.Fatalf("a bricked log grew: %v", err)
	}
	if _, err := s.Follow(w.Context()); err != nil || w.journal.state(bricked.Transaction) != anchor.AttemptConfirmed {
		w.Fatalf("the foreign checkpoint was not found: %v", err)
	}
	return rogue, bricked
}

// The recovery drill: a submitter gone rogue grows the log by entries that nobody has. Its role is revoked, a successor
// announced and opened after its delay, and anchoring goes on in log number 1.
func TestThreat52RecoveryDrill(t *testing.T) {
	w := newWorld(t)
	s := w.sender(1)
	erased := anchor.ErasedKey("before")
	w.anchored(s, 5, erased)
	rogue, bricked := w.brick(s)
	steps := []struct {
		name string
		do   func(context.Context) error
		want error
	}{
		{"revoke", func(ctx context.Context) error {
			return RevokeRole(ctx, w.reader, key("admin"), contracts.RoleSubmitter, address("submitter"))
		}, nil},
		{"rogue grows again", func(ctx context.Context) error {
			_, err := s.Send(ctx, rogue.grow(1))
			return err
		}, ErrRefused},
		{"stranger proposes", func(ctx context.Context) error {
			return ProposeSuccessor(ctx, w.reader, key("stranger"), "log.example/2", bricked.Size, bricked.Root)
		}, ErrRefused},
		{"propose", func(ctx context.Context) error {
			return ProposeSuccessor(ctx, w.reader, key("recovery"), "log.example/2", bricked.Size, bricked.Root)
		}, nil},
		{"open too early", func(ctx context.Context) error {
			return OpenSuccessor(ctx, w.reader, key("recovery"))
		}, ErrRefused},
		{"recovery cancels", func(ctx context.Context) error {
			return CancelSuccessor(ctx, w.reader, key("recovery"))
		}, ErrRefused},
		{"new submitter", func(ctx context.Context) error {
			return GrantRole(ctx, w.reader, key("admin"), contracts.RoleSubmitter, address("stranger"))
		}, nil},
		{"time passes", func(context.Context) error { return w.Mine(25) }, nil},
		{"open", func(ctx context.Context) error {
			return OpenSuccessor(ctx, w.reader, key("recovery"))
		}, nil},
	}
	for _, step := range steps {
		if err := w.do(step.do); !errors.Is(err, step.want) {
			t.Fatalf("%s: %v", step.name, err)
		}
		waiting, err := w.reader.Succession(t.Context())
		if err != nil || !waiting.OpensAt.IsZero() && (waiting.Origin != "log.example/2" || waiting.Root != bricked.Root) {
			t.Fatalf("%s: %+v, %v", step.name, waiting, err)
		}
	}
	w.goesOnInSuccessor(erased)
}

func (w *world) goesOnInSuccessor(erased anchor.Hash) {
	w.Helper()
	latest, err := w.reader.Latest(w.Context())
	if err != nil || latest.Log != 1 || latest.Size != 0 {
		w.Fatalf("latest %+v, %v", latest, err)
	}
	w.tree, w.journal = newTree("log.example/2", 1), &journal{}
	s := w.senderWith(SenderConfig{Signer: KeySigner(key("stranger")), Journal: w.journal, Confirmations: 1})
	later := anchor.ErasedKey("after")
	w.anchored(s, 7)
	w.anchored(s, 2, later)
	for _, test := range []struct {
		log   uint32
		size  uint64
		words int
		has   []anchor.Hash
	}{{0, 0, 32, []anchor.Hash{erased, later}}, {0, 5, 24, []anchor.Hash{later}}, {1, 0, 16, []anchor.Hash{later}}, {1, 9, 0, nil}} {
		words, err := w.reader.Erased(w.Context(), test.log, test.size)
		if err != nil || len(words) != test.words {
			w.Fatalf("log %d, size %d: %d words, %v", test.log, test.size, len(words), err)
		}
		found := map[anchor.Hash]bool{}
		for _, word := range words {
			found[word] = true
		}
		for _, want := range test.has {
			if !found[want] {
				w.Errorf("log %d, size %d: an erased key is missing", test.log, test.size)
			}
		}
	}
}

func TestThreat52GuardianCancels(t *testing.T) {
	w := newWorld(t)
	cfg := testDeployment()
	cfg.Roles.Guardian = cfg.Roles.Recovery
	if _, err := Deploy(t.Context(), w.RPC(), key("deployer"), cfg, nil); err == nil || !strings.Contains(err.Error(), "Guardian") {
		t.Fatalf("one account holds recovery and guardian: %v", err)
	}
	latest, err := w.reader.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = w.do(func(ctx context.Context) error {
		return ProposeSuccessor(ctx, w.reader, key("recovery"), "next", latest.Size, latest.Root)
	})
	waiting, readErr := w.reader.Succession(t.Context())
	if err != nil || readErr != nil || waiting.Origin != "next" || waiting.OpensAt.Before(latest.Time.Add(20*time.Second)) {
		t.Fatalf("%+v, %v, %v", waiting, err, readErr)
	}
	if err := w.do(func(ctx context.Context) error { return CancelSuccessor(ctx, w.reader, key("guardian")) }); err != nil {
		t.Fatal(err)
	}
	if waiting, err := w.reader.Succession(t.Context()); err != nil || waiting != (Succession{}) {
		t.Fatalf("%+v, %v", waiting, err)
	}
}
