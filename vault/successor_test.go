package vault

import (
	"crypto/sha256"
	"os"
	"testing"

	"lethe/anchor"
)

// succeed stops the site, and opens a successor of its log, which has no entry yet.
func (s *site) succeed() {
	s.t.Helper()
	s.stop()
	must(s.t, os.RemoveAll(s.folder(logDir)))
	s.chain.accepted = append(s.chain.accepted, s.chain.inBlock(anchor.Accepted{Log: 1, Root: sha256.Sum256(nil)}))
	s.configure = func(cfg *Config) { cfg.Network.Log = 1 }
}

// What was sent of an earlier log neither delays the first checkpoint of its successor, nor is shown as that.
func TestASuccessorHasAScheduleOfItsOwn(t *testing.T) {
	s := newSite(t)
	s.grow()
	s.anchors()
	s.grow()
	s.succeed()
	s.start()
	if info, err := s.AnchorStatus(t.Context()); err != nil || info.State != "" || info.Log != 1 || info.Confirmed != 0 {
		t.Errorf("nothing was sent yet: %+v, %v", info, err)
	}
	s.logs()
	must(t, s.Anchor(t.Context(), false))
	if n := len(s.chain.sent); n != 2 || s.chain.sent[1].Log != 1 || s.chain.sent[1].OldSize != 0 || s.chain.sent[1].Checkpoint.Size != 8 {
		t.Errorf("%d sent: %+v", n, s.chain.sent)
	}
	s.wantLogged()
}

// Threat 42: what was erased before a successor only the chain knows, so neither two persons nor the ledger's copy stand in for it over
// an index that has not followed yet.
func TestThreat42TheChainMustAnswerForASuccessor(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.logs()
	s.anchors()
	s.succeed()
	s.configure = func(cfg *Config) {
		cfg.Network.Log, cfg.Attested, cfg.LedgerOutside = 1, []string{"A. Person", "B. Person"}, true
	}
	s.chain.down = true
	s.open()
	is(t, s.Recover(t.Context()), ErrNoWitness)
	s.refusesAll(done.Bundle, ErrNoWitness)
	s.chain.down = false
	must(t, s.Recover(t.Context()))
	s.restartIf(true)
	s.stop()
	s.chain.down = true
	s.start() // it has followed: they stand in again
	s.reads(done.Bundle, person(1).bundle(1))
}

// Threat 42: everything was put back to a time before an erasure, and a successor was opened over it.
func TestThreat42ErasedBeforeTheSuccessor(t *testing.T) {
	h, entry := anchoredHistory(t, false)
	h.restore("before", "before", nil)
	h.succeed()
	h.start()
	h.dead(t, entry)
}
