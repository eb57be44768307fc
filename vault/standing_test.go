package vault

import (
	"context"
	"errors"
	"testing"
	"time"

	"lethe/anchor"
)

func (s *site) standing() Standing {
	s.t.Helper()
	n, err := s.Standing(s.t.Context())
	must(s.t, err)
	return n
}

// The delay begins when a checkpoint is shown and ends with its confirmation, whether or not the chain can be asked; what a
// restart forgets of it the journal knows.
func TestStandingMeasuresTheAnchorsDelay(t *testing.T) {
	s := newSite(t)
	s.grow()
	wantDelay := func(want time.Duration) {
		t.Helper()
		if n := s.standing(); n.Delay != want || n.MaxDelay != s.cfg.Network.MaxDelay {
			t.Errorf("delay %s of %s, want %s", n.Delay, n.MaxDelay, want)
		}
	}
	wantDelay(0)
	s.clock.move(time.Minute)
	wantDelay(time.Minute)
	s.chain.down = true
	s.grow()
	s.clock.move(time.Minute)
	wantDelay(2 * time.Minute)
	s.chain.down, s.chain.slow = false, true
	must(t, s.Anchor(t.Context(), true))
	wantDelay(2 * time.Minute)
	s.stop()
	s.clock.move(time.Hour)
	s.start()
	wantDelay(time.Hour) // since it was sent
	s.chain.mine()
	must(t, s.Anchor(t.Context(), true))
	wantDelay(0)
	if n := s.standing(); n.Confirmed != n.Shown || n.Shown == 0 || n.Entries != n.Shown || n.Waiting != 0 {
		t.Errorf("%+v", n)
	}
}

// A checkpoint that was confirmed does not hide that a later one waits.
func TestStandingMeasuresFromTheFirstCheckpointThatWaits(t *testing.T) {
	s := newSite(t)
	s.grow()
	must(t, s.Anchor(t.Context(), true))
	s.clock.move(time.Hour)
	s.grow()
	s.clock.move(time.Second)
	if n := s.standing(); n.Delay != time.Second || n.Confirmed == 0 || n.Confirmed == n.Shown {
		t.Errorf("%+v", n)
	}
}

func TestShowingsAreBounded(t *testing.T) {
	var l showings
	start := time.Unix(1e9, 0)
	for i := range uint64(2 * maxShowings) {
		l.add(i+1, start.Add(time.Duration(i)*time.Second))
	}
	if len(l.all) != maxShowings {
		t.Errorf("%d are remembered", len(l.all))
	}
	for size, want := range map[uint64]time.Duration{
		0: 0, 9: 9 * time.Second, 2*maxShowings - 1: (maxShowings - 1) * time.Second, 2 * maxShowings: time.Hour,
	} {
		m := showings{all: append([]showing(nil), l.all...)}
		if at := m.oldestBeyond(size, start.Add(time.Hour)).Sub(start); at != want {
			t.Errorf("beyond %d: after %s, want %s", size, at, want)
		}
	}
}

// An erasure counts in its state until it is anchored, and is overdue a month after its request was received: not after it was
// approved.
func TestStandingCountsErasures(t *testing.T) {
	s := newSite(t)
	r := request(s.take(person(0).bundle(1)).Patient)
	r.At = s.clock.now().Add(-20 * 24 * time.Hour) // in February, a month of 28 days
	id := s.approve(r)
	want := func(state string, overdue int) {
		t.Helper()
		n := s.standing()
		for _, st := range ErasureStates() {
			if (n.Erasures[st] == 1) != (st == state) || n.Overdue != overdue {
				t.Errorf("want %s, %d overdue: %v, %d", state, overdue, n.Erasures, n.Overdue)
				return
			}
		}
	}
	want("approved", 0)
	if _, err := s.Cases(t.Context()); err != nil { // opens the file
		t.Fatal(err)
	}
	s.clock.move(7 * 24 * time.Hour)
	want("approved", 0)
	s.clock.move(2 * 24 * time.Hour)
	want("approved", 1)
	s.chain.down = true
	must(t, s.execute(id))
	want("certified", 0)
	s.chain.down = false
	s.logs()
	must(t, s.Anchor(t.Context(), true))
	want("none", 0)
}

func TestStandingCountsTheCache(t *testing.T) {
	s := newSite(t)
	done := s.take(person(0).bundle(1))
	before := s.standing().Cache
	for range 3 {
		if _, err := s.get(done.Bundle); err != nil {
			t.Fatal(err)
		}
	}
	if after := s.standing().Cache; after.Hits <= before.Hits || after.Held == 0 {
		t.Errorf("%+v, then %+v", before, after)
	}
}

// Standing asks no chain, no key store and no object store: it answers when all of them are gone.
func TestStandingNeedsTheIndexAlone(t *testing.T) {
	s := newSite(t)
	s.grow()
	s.cfg.Chain, s.cfg.Sender, s.cfg.Keys, s.cfg.Witness, s.cfg.Eraser, s.cfg.Objects = nil, nil, nil, nil, nil, nil
	if n := s.standing(); n.Quarantined || n.Shown == 0 {
		t.Errorf("%+v", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Standing(ctx); err == nil {
		t.Error("the index could not be asked, and that is no error")
	}
}

// Serves compares again while the vault is quarantined, so that it opens when what was wrong has passed.
func TestServesTriesAgain(t *testing.T) {
	s := siteIn(t, t.TempDir(), "main")
	s.chain.down = true
	s.open()
	must(t, s.ensureControl(t.Context()))
	err := s.Serves(t.Context())
	if !errors.Is(err, ErrQuarantined) || !errors.Is(err, anchor.ErrUnreachable) || !s.standing().Quarantined {
		t.Errorf("without a witness: %v", err)
	}
	s.chain.down = false
	if err := s.Serves(t.Context()); err != nil || s.standing().Quarantined {
		t.Errorf("with one: %v", err)
	}
	s.cfg.Chain = nil // it is not asked again
	must(t, s.Serves(t.Context()))
}
