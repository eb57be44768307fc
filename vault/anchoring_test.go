package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/anchor"
	"lethe/offchain"
	"lethe/vault/certificate"
)

// anchors anchors at once, as often as it takes to confirm what was sent.
func (s *site) anchors() {
	s.t.Helper()
	must(s.t, s.AnchorNow(s.t.Context(), nil))
}

// grow has something new to anchor.
func (s *site) grow() {
	s.t.Helper()
	s.take(person(len(s.texts(`SELECT id FROM patients`))).bundle(1))
	s.logs()
}

// Anchoring is due a quarter of the published delay after the last attempt, or at once when asked; never without anything new,
// nor while an attempt waits.
func TestAnchorSchedule(t *testing.T) {
	s := newSite(t)
	delay := s.cfg.Network.MaxDelay
	for i, c := range []struct {
		grows      bool
		wait       time.Duration
		now, slow  bool
		sent       int
		confirmed  uint64
		accepted   int
		whatIsSaid string
	}{
		{false, 0, true, false, 0, 0, 1, "an empty log"},
		{true, 0, false, false, 1, 4, 2, "the first"},
		{true, 0, false, false, 1, 4, 2, "too early"},
		{false, delay/4 - time.Second, false, false, 1, 4, 2, "a second too early"},
		{false, time.Second, false, false, 2, 8, 3, "a quarter of the delay later"},
		{false, delay, true, false, 2, 8, 3, "nothing new"},
		{true, 0, true, false, 3, 12, 4, "due after that delay"},
		{true, 0, true, false, 4, 16, 5, "asked for"},
		{true, delay, false, true, 5, 16, 5, "sent, and in no block"},
		{true, delay, true, true, 5, 16, 5, "one attempt at a time"},
		{false, 0, false, true, 5, 16, 5, "still"},
	} {
		if c.grows {
			s.grow()
		}
		s.clock.move(c.wait)
		s.chain.slow = c.slow
		must(t, s.Anchor(t.Context(), c.now))
		newest, err := s.newestConfirmed(t.Context())
		if must(t, err); len(s.chain.sent) != c.sent || newest.Size != c.confirmed || len(s.chain.accepted) != c.accepted {
			t.Fatalf("%d, %s: %d sent, %d confirmed, %d accepted", i, c.whatIsSaid, len(s.chain.sent), newest.Size, len(s.chain.accepted))
		}
	}
	s.chain.slow = false
	s.chain.mine()
	s.anchors()
	older := s.chain.sent[0].Checkpoint
	must(t, anchor.VerifyConsistency(anchor.Checkpoint{Root: sha256.Sum256(nil)}, older, s.chain.sent[0].Proof))
	for _, sub := range s.chain.sent[1:] {
		if sub.OldSize != older.Size {
			t.Errorf("the proof is from %d, the contract has %d", sub.OldSize, older.Size)
		}
		must(t, anchor.VerifyConsistency(older, sub.Checkpoint, sub.Proof))
		older = sub.Checkpoint
	}
	if older.Size != uint64(len(s.logged())) {
		t.Errorf("%d entries, %d anchored", len(s.logged()), older.Size)
	}
}

// A clock that was ahead when something was last sent does not stop the schedule.
func TestAnchorScheduleAfterAClockThatWasAhead(t *testing.T) {
	s := newSite(t)
	s.clock.move(24 * time.Hour)
	s.grow()
	s.anchors()
	s.clock.move(-24 * time.Hour)
	s.grow()
	must(t, s.Anchor(t.Context(), false))
	if len(s.chain.sent) != 2 {
		t.Errorf("%d sent", len(s.chain.sent))
	}
}

// The schedule works by itself, goes on after a time without a chain, and ends with its context.
func TestKeepAnchoring(t *testing.T) {
	s := siteIn(t, t.TempDir(), "main")
	s.configure = func(c *Config) { c.Network.MaxDelay = time.Second }
	s.start()
	s.grow()
	s.unplug(true)
	ctx, cancel := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() { s.KeepAnchoring(ctx) })
	defer busy.Wait()
	defer cancel()
	for !bytes.Contains(s.log.bytes(), []byte("anchoring waits")) {
		time.Sleep(time.Millisecond)
	}
	s.unplug(false)
	for newest := (anchor.Attempt{}); newest.Size != 4; time.Sleep(time.Millisecond) {
		var err error
		newest, err = s.newestConfirmed(t.Context())
		must(t, err)
	}
}

func (s *site) unplug(down bool) {
	s.chain.mu.Lock()
	defer s.chain.mu.Unlock()
	s.chain.down = down
}

// What holds without a chain: everything is read, taken in and erased, up to the certificate that says so; then it catches up.
func TestThreat42ChainUnplugged(t *testing.T) {
	s := newSite(t)
	other := s.take(person(100).bundle(1))
	s.anchors()
	s.chain.down = true
	s.clock.move(s.cfg.Network.MaxDelay)
	v := s.victim(false)
	must(t, s.execute(v.caseID))
	s.reads(other.Bundle, person(100).bundle(1))
	for _, now := range []bool{false, true} {
		is(t, s.Anchor(t.Context(), now), anchor.ErrUnreachable)
	}
	is(t, s.AnchorNow(t.Context(), nil), anchor.ErrUnreachable)
	v.wantErased(nil)
	s.chain.down = false
	must(t, s.Anchor(t.Context(), false))
	s.anchors()
	if s.state(v.caseID) != string(stateAnchored) || s.edition(v.caseID).Chain != "confirmed" {
		t.Errorf("the case is %s", s.state(v.caseID))
	}
}

// Each submission announces the keys that died since the checkpoint that the contract has, and no others.
func TestSubmissionsAnnounceErasedKeys(t *testing.T) {
	s := newSite(t)
	s.grow()
	s.anchors()
	var want [][]string
	for _, partial := range []bool{false, true} {
		var keys []string
		for range 2 {
			v := s.victim(partial)
			must(t, s.execute(v.caseID))
			for _, c := range v.held {
				keys = append(keys, erasedKeyOf(c.KeyName, partial))
			}
		}
		want = append(want, keys)
		s.anchors()
	}
	s.grow()
	s.anchors()
	want = append([][]string{nil}, append(want, nil)...)
	if len(s.chain.sent) != len(want) {
		t.Fatalf("%d submissions", len(s.chain.sent))
	}
	for i, sub := range s.chain.sent {
		var have []string
		for _, e := range sub.Erased {
			have = append(have, hex.EncodeToString(e[:]))
		}
		same(t, "erased keys", have, want[i])
	}
}

// More keys than one transaction takes go with several checkpoints, each with those that it covers.
func TestManyErasedKeysGoWithSeveralCheckpoints(t *testing.T) {
	s := newSite(t)
	enter := func(from, n int) {
		all := make([]offchain.LogEntry, n)
		for i := range all {
			all[i] = offchain.LogEntry{Entry: sha256.Sum256([]byte{byte(from), byte(i), byte(i >> 8)}), Subject: "case", Announce: true}
		}
		must(t, s.index.InTx(t.Context(), func(tx offchain.Tx) error { return enterLog(t.Context(), tx, all...) }))
		s.logs()
	}
	for i := range 3 {
		enter(i, anchor.MaxErased/2)
	}
	s.anchors()
	covered := uint64(0)
	for i, n := range []int{anchor.MaxErased, anchor.MaxErased / 2} {
		sub := s.chain.sent[i]
		if covered += uint64(n); len(sub.Erased) != n || sub.Checkpoint.Size != covered {
			t.Errorf("submission %d: %d keys, %v", i, len(sub.Erased), sub.Checkpoint)
		}
	}
	enter(3, anchor.MaxErased+1) // in one checkpoint
	if err := s.Anchor(t.Context(), true); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("sent: %v", err)
	}
}

// edition is a case's certificate, of which everything that it says of the log and the chain has been verified.
func (s *site) edition(id string) certificate.Certificate {
	s.t.Helper()
	c, _, err := certificate.Verify(s.certificate(id))
	must(s.t, err)
	key, err := s.cfg.Network.Verifier()
	must(s.t, err)
	entries, err := s.ledger.Entries(s.t.Context())
	must(s.t, err)
	names := entries[c.Ledger.Entry-1].Keys
	if c.Log.Key != s.cfg.Network.LogKey || c.Log.Origin != "example.org/log" || len(c.Log.Keys) != len(names) || len(names) == 0 {
		s.t.Fatalf("%d keys, the certificate says %+v", len(names), c.Log)
	}
	for i, k := range c.Log.Keys {
		p, err := anchor.ParseInclusion([]byte(k.Proof), key)
		must(s.t, err)
		entry := erasedKeyOf(names[i], entries[c.Ledger.Entry-1].Retained != "")
		if k.Entry != entry || k.KeyID != hashHex(keyIDDomain, names[i]) {
			s.t.Errorf("entry %s, %s; want %s", k.Entry, k.KeyID, entry)
		}
		raw, _ := hex.DecodeString(entry)
		must(s.t, p.Verify(anchor.Hash(raw)))
		if c.Anchor != nil && (c.Anchor.Size != p.Checkpoint.Size || c.Anchor.Root != hex.EncodeToString(p.Checkpoint.Root[:])) {
			s.t.Errorf("the proof is of %v, the anchor is %+v", p.Checkpoint, c.Anchor)
		}
	}
	if (c.Chain == "confirmed") != (c.Anchor != nil) || (c.Chain == "pending") != (c.Edition == 1) {
		s.t.Errorf("edition %d: %s, %+v", c.Edition, c.Chain, c.Anchor)
	}
	return c
}

// wantAnchored checks that a certificate names the block that now has the newest checkpoint.
func (s *site) wantAnchored(id string, edition int) {
	s.t.Helper()
	c, on := s.edition(id), s.chain.accepted[len(s.chain.accepted)-1]
	want := certificate.Anchor{
		ChainID: 7, Contract: "0x00000000000000000000000000000000000000A1", Size: on.Size, Root: hex.EncodeToString(on.Root[:]),
		Block: on.Block, BlockHash: hex.EncodeToString(on.BlockHash[:]), Transaction: hex.EncodeToString(on.Transaction[:]),
		Time: stamp(on.Time),
	}
	if c.Edition != edition || c.Anchor == nil || *c.Anchor != want {
		s.t.Fatalf("edition %d, want %d: %+v, want %+v", c.Edition, edition, c.Anchor, want)
	}
}

// Threat 17: a certificate says "confirmed" when it is, not before; when its block is replaced, an edition follows that says so.
func TestThreat17EditionsOfTheCertificate(t *testing.T) {
	for _, partial := range []bool{false, true} {
		s := newSite(t)
		v := s.victim(partial)
		must(t, s.execute(v.caseID))
		first := s.certificate(v.caseID)
		stays := func(what string, file []byte) {
			t.Helper()
			must(t, s.Anchor(t.Context(), false))
			if !bytes.Equal(s.certificate(v.caseID), file) {
				t.Fatalf("%s: the certificate was replaced", what)
			}
		}
		if c := s.edition(v.caseID); c.Edition != 1 {
			t.Fatalf("%+v", c)
		}
		stays("the log lacks the execution", first) // and the contract has the rest
		if newest, err := s.newestConfirmed(t.Context()); err != nil || newest.Size != s.tlog.Shown().Size || newest.Size == 0 {
			t.Fatalf("%d confirmed, %v: the test proves nothing", newest.Size, err)
		}
		s.clock.move(s.cfg.Network.MaxDelay)
		s.chain.slow = true
		s.logs()
		stays("submitted", first)
		stays("submitted", first)
		s.chain.mine()
		stays("mined", first)
		must(t, s.Anchor(t.Context(), false))
		s.wantAnchored(v.caseID, 2)
		second := s.certificate(v.caseID)
		stays("confirmed", second)

		s.chain.reorg()
		stays("submitted again", second)
		stays("mined again", second)
		must(t, s.Anchor(t.Context(), false))
		s.wantAnchored(v.caseID, 3)
		third := s.certificate(v.caseID)
		s.chain.slow = false
		s.grow()
		s.anchors()
		stays("a later checkpoint", third)
		s.wantExecuted(v.caseID, first)
	}
}

// wantExecuted checks that the log knows the first edition by its hash.
func (s *site) wantExecuted(id string, first []byte) {
	s.t.Helper()
	r, err := s.Receipt(s.t.Context(), id, reader)
	must(s.t, err)
	var p executedPayload
	last, sum := r.Entries[len(r.Entries)-1], sha256.Sum256(first)
	must(s.t, decode(last.Payload, &p))
	if last.Type != anchor.ErasureExecuted || !bytes.Equal(p.Certificate, sum[:]) || p.Ledger != s.edition(id).Ledger.Entry {
		s.t.Errorf("%s %+v", last.Type, p)
	}
}

// Threats 17 and 40: whatever fails, or ends the process, while a block is replaced: the certificate comes to name the new one.
func TestThreat17FaultsWhileABlockIsReplaced(t *testing.T) {
	s := newSite(t)
	v := s.victim(false)
	must(t, s.execute(v.caseID))
	s.anchors()
	broken := map[string]int{}
	replaced := func(at int, how outcome, restart bool) (reached bool) {
		s.chain.reorg()
		for range 2 {
			must(t, s.Anchor(t.Context(), false)) // submitted, mined
		}
		s.ports.watch(func(i int, _ string) outcome { return map[bool]outcome{true: how}[i == at] })
		err := s.Anchor(t.Context(), false)
		calls := s.ports.seen()
		if reached = at < len(calls); reached {
			is(t, err, errFault)
			broken[calls[at]]++
		}
		s.restartIf(restart)
		must(t, s.Anchor(t.Context(), false))
		c, on := s.edition(v.caseID), s.chain.accepted[len(s.chain.accepted)-1]
		if c.Anchor.Block != on.Block {
			t.Errorf("call %d broken, restarted %v: the certificate names block %d, it is in %d", at, restart, c.Anchor.Block, on.Block)
		}
		return reached
	}
	for way := range 4 {
		for at := 0; replaced(at, []outcome{fails, answerLost}[way%2], way > 1); at++ {
		}
	}
	if broken["ledger.PutCertificate"] == 0 || broken["store.InTx"] < 4 || broken["store.View"] < 8 {
		t.Errorf("broken: %v", broken)
	}
}

// The process ends while an edition is written: the same is written again.
func TestThreat40CrashBetweenEditions(t *testing.T) {
	s, older := newSite(t), t.TempDir()
	v := s.victim(false)
	must(t, s.execute(v.caseID))
	s.onStep = func(at string) {
		if at == "anchor.certificate-written" {
			s.onStep = nil
			s.copyTo(older)
		}
	}
	s.anchors()
	want := s.certificate(v.caseID)
	s.stop()
	s.putBack(older, keysDir, indexDir, objectsDir, ledgerDir, logDir)
	s.start()
	must(t, s.Anchor(t.Context(), false))
	if s.wantAnchored(v.caseID, 2); !bytes.Equal(s.certificate(v.caseID), want) || s.state(v.caseID) != string(stateAnchored) {
		t.Error("another edition")
	}
}

// Threat 27: an index that was altered gets no certificate whose proofs do not hold.
func TestThreat27AlteredPositionsGetNoCertificate(t *testing.T) {
	s := newSite(t)
	v := s.victim(false)
	s.onStep = func(at string) {
		if at == "erase."+string(stateScrubbed) {
			s.alter(`UPDATE log_entries SET position = 0 WHERE position = (SELECT max(position) FROM log_entries WHERE announce = 1)`)
		}
	}
	if err := s.execute(v.caseID); err == nil || s.certificate(v.caseID) != nil || s.state(v.caseID) != string(stateScrubbed) {
		t.Fatalf("%v, the case is %s", err, s.state(v.caseID))
	}
}

// Every state of the anchoring is shown as it is.
func TestAnchorStatus(t *testing.T) {
	s := newSite(t)
	s.take(person(0).bundle(1))
	show := func(what string, want AnchorInfo) {
		t.Helper()
		want.ChainID, want.Contract, want.Confirmations, want.MaxDelay = 7, "0x00000000000000000000000000000000000000A1", 2, "1h0m0s"
		have, err := s.AnchorStatus(t.Context())
		if err != nil || have != want {
			t.Errorf("%s: %+v, %v\nwant %+v", what, have, err, want)
		}
	}
	at := func(block int64) time.Time { return time.Unix(12*block, 0).UTC() }
	show("nothing is logged", AnchorInfo{Reachable: true})
	s.logs()
	s.chain.slow = true
	show("submitted", AnchorInfo{Reachable: true, State: "submitted", Waiting: 4})
	s.chain.mine()
	show("mined", AnchorInfo{Reachable: true, State: "mined", Accepted: 4, Waiting: 4})
	show("confirmed", AnchorInfo{Reachable: true, State: "confirmed", Accepted: 4, Confirmed: 4, Block: 2, Time: at(2)})
	s.grow()
	show("not due", AnchorInfo{Reachable: true, State: "confirmed", Accepted: 4, Confirmed: 4, Block: 2, Time: at(2), Waiting: 4})
	s.chain.down = true
	show("unreachable", AnchorInfo{
		State: "confirmed", Confirmed: 4, Block: 2, Time: at(2), Waiting: 4, Problem: anchor.ErrUnreachable.Error(),
	})
	s.chain.down = false
	s.chain.reorg()
	show("taken back", AnchorInfo{Reachable: true, State: "submitted", Accepted: 4, Waiting: 8})
	show("in another block", AnchorInfo{Reachable: true, State: "mined", Accepted: 4, Waiting: 8})
	show("confirmed", AnchorInfo{Reachable: true, State: "confirmed", Accepted: 4, Confirmed: 4, Block: 3, Time: at(3), Waiting: 4})
	s.ports.watch(func(int, string) outcome { return fails })
	if _, err := s.AnchorStatus(t.Context()); !errors.Is(err, errFault) {
		t.Errorf("an index that does not answer: %v", err)
	}
}

// Whoever waits for a confirmation is told each state once, sends nothing twice meanwhile, and may go.
func TestAnchorNowWaits(t *testing.T) {
	s := newSite(t)
	s.take(person(1).bundle(1))
	s.chain.slow = true
	ctx, cancel := context.WithCancel(t.Context())
	var told []anchor.AttemptState
	gone := s.AnchorNow(ctx, func(st anchor.AttemptState) {
		told = append(told, st)
		cancel()
	})
	is(t, gone, context.Canceled)
	must(t, s.AnchorNow(t.Context(), func(st anchor.AttemptState) {
		told = append(told, st)
		s.chain.mine()
	}))
	want := []anchor.AttemptState{anchor.AttemptSubmitted, anchor.AttemptSubmitted, anchor.AttemptConfirmed}
	if newest, err := s.newestConfirmed(t.Context()); err != nil || newest.Size != 4 || len(s.chain.sent) != 1 || !slices.Equal(told, want) {
		t.Errorf("%d confirmed, %d sent, %v, told %v", newest.Size, len(s.chain.sent), err, told)
	}
}

// Another log than this one is at the contract: nothing is sent to it.
func TestNothingIsSentToASuccessorLog(t *testing.T) {
	s := newSite(t)
	s.grow()
	s.chain.accepted = append(s.chain.accepted, anchor.Accepted{Log: 1, Root: sha256.Sum256(nil)})
	if err := s.Anchor(t.Context(), true); err == nil || len(s.chain.sent) != 0 {
		t.Errorf("%v, %d sent", err, len(s.chain.sent))
	}
	s.clock.move(guardInterval)
	_, err := s.get(s.text(`SELECT id FROM bundles`))
	is(t, err, ErrQuarantined)
}
