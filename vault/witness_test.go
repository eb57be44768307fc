package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
)

// everything is all stores that a backup has; the chain is not one of them.
var everything = []string{keysDir, indexDir, objectsDir, ledgerDir, logDir}

// refusesAll checks that nothing is read, for a reason.
func (s *site) refusesAll(id string, reason error) {
	s.t.Helper()
	_, err := s.get(id)
	is(s.t, err, ErrQuarantined)
	is(s.t, err, reason)
}

// Threat 42: after a start nothing decrypts until a witness has answered. One that has answered may be away for a while.
func TestThreat42NoWitnessSinceTheStart(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.logs()
	s.stop()
	s.chain.down = true
	s.open()
	for range 2 {
		err := s.Recover(t.Context())
		is(t, err, ErrQuarantined)
		is(t, err, ErrNoWitness)
		is(t, err, anchor.ErrUnreachable)
		s.refusesAll(done.Bundle, ErrNoWitness)
		s.clock.move(guardInterval)
	}
	s.chain.down = false
	s.reads(done.Bundle, person(1).bundle(1))
	s.chain.down = true
	for range 3 {
		s.clock.move(guardInterval)
		s.reads(done.Bundle, person(1).bundle(1))
		s.logs()
	}
	s.wantLogged()
	s.stop()
	s.open()
	is(t, s.Recover(t.Context()), ErrNoWitness) // an earlier start's answer is not this one's
}

// Threat 42: a copy of the ledger outside stands in for the chain, so that everything is read and taken in. The log is not
// written before the chain says how far it had come.
func TestThreat42LedgerOutside(t *testing.T) {
	s := siteIn(t, t.TempDir(), "main")
	s.configure = func(c *Config) { c.LedgerOutside = true }
	s.chain.down = true
	s.start()
	done := s.take(person(1).bundle(1))
	s.clock.move(guardInterval)
	s.reads(done.Bundle, person(1).bundle(1))
	is(t, s.SequenceLog(t.Context(), offchain.SequenceLog{}), ErrNoWitness)
	must(t, s.Settle(t.Context()))
	if s.tlog.started || len(s.logged()) != 0 {
		t.Fatal("the log was written to")
	}
	s.chain.down = false
	s.clock.move(guardInterval)
	s.reads(done.Bundle, person(1).bundle(1))
	s.logs()
	s.wantLogged()
}

// Threat 42: two persons, by name, attest for one start that nothing was put back, and the log has it.
func TestThreat42Attestation(t *testing.T) {
	for name, c := range map[string]struct {
		persons []string
		reason  error
	}{
		"nobody": {nil, ErrNoWitness}, "one": {[]string{"A. Person"}, ErrInvalid},
		"the same twice": {[]string{"A. Person", "A. Person"}, ErrInvalid}, "the same, spelt otherwise": {[]string{"A. Person", "a. person "}, ErrInvalid},
		"three": {[]string{"A", "B", "C"}, ErrInvalid}, "one without a name": {[]string{"", "B. Person"}, ErrInvalid},
		"two lines": {[]string{"A.\nPerson", "B. Person"}, ErrInvalid}, "hidden": {[]string{"A. Person", "B\u202e"}, ErrInvalid},
		"long": {[]string{"A. Person", strings.Repeat("b", maxText+1)}, ErrInvalid}, "two": {[]string{"A. Person", "B. Person"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			done := s.take(person(1).bundle(1))
			s.logs()
			s.stop()
			s.chain.down = true
			s.configure = func(cfg *Config) { cfg.Attested = c.persons }
			s.open()
			err := s.Recover(t.Context())
			if c.reason != nil {
				is(t, err, ErrQuarantined)
				s.refusesAll(done.Bundle, c.reason)
				return
			}
			must(t, err)
			s.attested(t, done)
		})
	}
}

// Threat 42: an answer that cannot be is not the absence of one: nobody's word stands against it, nor a copy of the ledger, nor that it was
// good before.
func TestThreat42AnImpossibleAnswerIsOne(t *testing.T) {
	lie := errors.New("the providers contradict each other")
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.chain.lies = lie
	s.clock.move(guardInterval)
	s.refusesAll(done.Bundle, lie)
	s.stop()
	s.configure = func(cfg *Config) { cfg.Attested, cfg.LedgerOutside = []string{"A. Person", "B. Person"}, true }
	s.open()
	is(t, s.Recover(t.Context()), ErrQuarantined)
	s.refusesAll(done.Bundle, lie)
	s.chain.lies = nil
	s.clock.move(guardInterval)
	s.reads(done.Bundle, person(1).bundle(1))
}

// attested checks what an attestation opens, for how long, and what is left of it.
func (s *site) attested(t *testing.T, done Imported) {
	t.Helper()
	s.clock.move(guardInterval)
	s.reads(done.Bundle, person(1).bundle(1))
	s.logs()
	s.wantLogged()
	names := s.texts(`SELECT subject FROM log_entries WHERE subject LIKE 'attested-%'`)
	if len(names) != 1 {
		t.Fatalf("%d attestations", len(names))
	}
	o := s.attestation(names[0])
	if said, err := DescribeOpening(o); err != nil || !slices.Contains(said, Field{"attested by", "A. Person, B. Person"}) ||
		!slices.Contains(said, Field{"at", "2026-03-01T09:00:00Z"}) || o.Type != anchor.RestoreDenied {
		t.Errorf("%v, %v", said, err)
	}
	if !slices.Contains(s.logged(), entryOf(o)) {
		t.Error("the log does not have it")
	}
	s.stop()
	s.configure = nil
	s.open()
	is(t, s.Recover(t.Context()), ErrNoWitness)
	s.stop()
	s.chain.down = false
	s.configure = func(cfg *Config) { cfg.Attested = []string{"A. Person", "B. Person"} }
	s.start()
	if again := s.texts(`SELECT subject FROM log_entries WHERE subject LIKE 'attested-%'`); !slices.Equal(again, names) {
		t.Error("attested where a witness answers")
	}
}

// Two starts in one second are two attestations, and each can be opened.
func TestThreat42EveryAttestationIsKept(t *testing.T) {
	s := siteIn(t, t.TempDir(), "main")
	s.chain.down = true
	s.configure = func(cfg *Config) { cfg.Attested = []string{"A. Person", "B. Person"} }
	s.start()
	s.restartIf(true)
	s.logs()
	s.wantLogged()
	names := s.texts(`SELECT subject FROM log_entries`)
	if len(names) != 2 {
		t.Fatalf("%d attestations", len(names))
	}
	var opened []string
	for _, name := range names {
		opened = append(opened, entryOf(s.attestation(name)))
	}
	same(t, "attestations", opened, s.logged())
}

// attestation opens what an attestation's entry hides.
func (s *site) attestation(name string) (o anchor.Opening) {
	s.t.Helper()
	k, err := s.loadControl(s.t.Context())
	must(s.t, err)
	key, err := s.openKey(s.t.Context(), k.compartment())
	must(s.t, err)
	defer key.Zero()
	sealed, err := hex.DecodeString(s.text(`SELECT hex(value) FROM settings WHERE name = ?`, name))
	must(s.t, err)
	plain, err := keys.Open(key, s.context(k.compartment(), name), sealed)
	must(s.t, err)
	var l logged
	must(s.t, decode(plain, &l))
	o = anchor.Opening{Type: anchor.Type(l.Type), Payload: l.Payload}
	copy(o.Salt[:], l.Salt)
	return o
}

// fork makes the contract have another history than the log.
func (s *site) fork() {
	s.t.Helper()
	size, err := s.tlog.Size(s.t.Context())
	must(s.t, err)
	other := anchor.Accepted{Size: size, Root: sha256.Sum256([]byte("another history")), Block: 9}
	s.chain.accepted = append(s.chain.accepted, other)
}

// Threats 27 and 42: a log that contradicts the contract was altered. Nothing decrypts, is signed or destroyed
// from then on, and two persons' word does not help.
func TestThreat27ForkIsQuarantined(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.anchors()
	id := s.approve(request(s.take(person(2).bundle(1)).Patient))
	s.fork()
	s.clock.move(guardInterval)
	s.refusesAll(done.Bundle, anchor.ErrFork)
	held, signed := s.keyFiles(), len(s.logged())
	is(t, s.SequenceLog(t.Context(), offchain.SequenceLog{}), ErrQuarantined)
	is(t, s.Anchor(t.Context(), true), ErrQuarantined)
	s.stop()
	s.configure = func(cfg *Config) { cfg.Attested, cfg.LedgerOutside = []string{"A. Person", "B. Person"}, true }
	s.open()
	is(t, s.Recover(t.Context()), anchor.ErrFork)
	s.refusesAll(done.Bundle, anchor.ErrFork)
	if same(t, "keys", s.keyFiles(), held); len(s.logged()) != signed || s.tlog.started || s.state(id) != string(stateApproved) {
		t.Errorf("%d entries, %d before; the case is %s", len(s.logged()), signed, s.state(id))
	}
}

// Threats 27 and 42: who has altered the log, and was found out, does not get round that by unplugging the chain.
func TestThreat27ForkStaysQuarantinedWithoutAChain(t *testing.T) {
	for name, unplugged := range map[string]bool{"answered before": false, "attested before": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			done := s.take(person(1).bundle(1))
			s.anchors()
			if unplugged {
				s.stop()
				s.chain.down = true
				s.configure = func(cfg *Config) { cfg.Attested = []string{"A. Person", "B. Person"} }
				s.start()
				s.chain.down = false
			}
			s.fork()
			s.clock.move(guardInterval)
			s.refusesAll(done.Bundle, anchor.ErrFork)
			s.chain.down = true
			s.clock.move(guardInterval)
			_, err := s.get(done.Bundle)
			is(t, err, ErrQuarantined)
		})
	}
}

// Threats 27 and 42: everything was put back, and written to on the word of two persons. The log is shorter than what the contract has
// accepted, and another one where they part.
func TestThreat27ShorterForkIsQuarantined(t *testing.T) {
	s, older := newSite(t), t.TempDir()
	done := s.take(person(0).bundle(1))
	s.copyTo(older)
	for range 3 {
		s.grow()
		s.anchors()
	}
	s.stop()
	s.putBack(older, everything...)
	s.chain.down = true
	s.configure = func(cfg *Config) { cfg.Attested = []string{"A. Person", "B. Person"} }
	s.start()
	s.grow()
	accepted, size := s.chain.accepted, uint64(len(s.logged()))
	if size < accepted[1].Size || size >= accepted[len(accepted)-1].Size {
		t.Fatalf("%d entries: the test proves nothing", size)
	}
	s.stop()
	s.chain.down = false
	s.open()
	is(t, s.Recover(t.Context()), anchor.ErrFork)
	s.refusesAll(done.Bundle, anchor.ErrFork)
}

// anchoredHistory is a history of which the contract knows.
func anchoredHistory(t *testing.T, partial bool) (h *history, entry offchain.LedgerEntry) {
	h = keepHistory(t, partial)
	h.anchors()
	entry, there := h.ledgerEntry()
	if !there || h.chain.accepted[len(h.chain.accepted)-1].Size != uint64(len(h.logged())) {
		t.Fatal("no erasure is anchored: the test proves nothing")
	}
	return h, entry
}

// dead checks that what an erasure destroyed is gone, whoever has carried it out.
func (h *history) dead(t *testing.T, entry offchain.LedgerEntry) {
	t.Helper()
	for _, name := range entry.Keys {
		if slices.Contains(h.keyFiles(), name) {
			t.Error("a key of the erasure is alive")
		}
	}
	for _, key := range entry.Objects {
		if slices.Contains(h.objectKeys(), key) {
			t.Error("an object of the erasure is there")
		}
	}
	if len(entry.Keys) == 0 || len(entry.Objects) == 0 {
		t.Error("nothing was erased: the test proves nothing")
	}
	if _, err := h.get(h.Bundle); !slices.Contains([]string{"erased", "not-found"}, Code(err)) {
		t.Errorf("the erased bundle: %v", err)
	}
	if err := h.readable(h.other.Bundle, person(100).bundle(1)); err != nil {
		t.Errorf("the other patient: %v", err)
	}
}

// Threat 42: everything is put back to each moment of an erasure, the chain is not.
func TestThreat42EverythingPutBackButTheChain(t *testing.T) {
	for _, partial := range []bool{false, true} {
		h, entry := anchoredHistory(t, partial)
		newest, again := t.TempDir(), h.chain.keep()
		h.copyTo(newest)
		for _, moment := range h.taken {
			if partial && h.between(moment, "erase.keys-destroyed", "erase.certified") {
				continue // as in the other
			}
			t.Run(moment, func(t *testing.T) {
				again()
				h.restore(moment, moment, nil)
				size, ledgered := len(h.logged()), false
				if _, ledgered = h.ledgerEntry(); partial && !ledgered {
					h.destroysNothing(t)
				} else {
					must(t, h.Recover(t.Context()))
					h.dead(t, entry)
					is(t, h.SequenceLog(t.Context(), offchain.SequenceLog{}), anchor.ErrBehind)
					must(t, h.Recover(t.Context())) // and it stays so
					h.dead(t, entry)
				}
				if len(h.logged()) != size || h.tlog.started {
					t.Errorf("%d entries, %d were put back", len(h.logged()), size)
				}
				h.stop()
				h.putBack(newest, logDir) // the log is found again
				h.open()
				h.logFound(t, entry, partial, ledgered)
			})
		}
	}
}

// destroysNothing checks that the vault is quarantined and leaves the originals of what the law keeps alone.
func (h *history) destroysNothing(t *testing.T) {
	t.Helper()
	held, objects := h.keyFiles(), h.objectKeys()
	is(t, h.Recover(t.Context()), ErrQuarantined)
	h.quarantined(t)
	same(t, "keys", h.keyFiles(), held)
	same(t, "objects", h.objectKeys(), objects)
}

// logFound starts with the log that the contract knows: everything goes on, unless only the originals have what the law keeps.
func (h *history) logFound(t *testing.T, entry offchain.LedgerEntry, partial, ledgered bool) {
	t.Helper()
	if partial && !ledgered {
		h.destroysNothing(t)
		return
	}
	must(t, h.Recover(t.Context()))
	h.dead(t, entry)
	if partial {
		h.wantKept(t)
	}
	h.anchors()
	h.wantLoggedOnce(t)
}

// wantLoggedOnce checks that no entry stands in the log twice, and none waits.
func (h *history) wantLoggedOnce(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range h.logged() {
		if seen[e] {
			t.Error("an entry stands in the log twice")
		}
		seen[e] = true
	}
	if left := h.texts(`SELECT subject FROM log_entries WHERE position IS NULL`); len(left) > 0 {
		t.Errorf("%d entries wait", len(left))
	}
}

// Threat 42: all stores but the log are put back, before anything is anchored: the log names the keys that died.
func TestThreat42EverythingPutBackButTheLog(t *testing.T) {
	for _, partial := range []bool{false, true} {
		h := keepHistory(t, partial)
		h.logs()
		newest, again := t.TempDir(), h.chain.keep()
		entry, _ := h.ledgerEntry()
		h.copyTo(newest)
		if len(h.chain.sent) > 0 {
			t.Fatal("anchored: the test proves nothing")
		}
		for _, moment := range h.taken[:slices.Index(h.taken, "erase.keys-destroyed")] { // later on there is nothing to destroy
			t.Run(moment, func(t *testing.T) {
				again()
				h.stop()
				for _, f := range everything {
					from := h.at(moment)
					if f == logDir {
						from = newest
					}
					h.putBack(from, f)
				}
				h.open()
				_, ledgered := h.ledgerEntry()
				h.logFound(t, entry, partial, ledgered)
			})
		}
	}
}

// Threat 42: everything was put back, and the contract does not say what was erased since. Nothing decrypts.
func TestThreat42ContractThatDoesNotSayWhatWasErased(t *testing.T) {
	h, entry := anchoredHistory(t, false)
	h.restore("before", "before", nil)
	h.chain.mute = true
	h.destroysNothing(t)
	h.chain.mute = false
	must(t, h.Recover(t.Context()))
	h.dead(t, entry)
}
