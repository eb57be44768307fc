package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
)

// The restore guard of every process measures the stores against the erasure ledger, and the ledger against the contract (witness.go), which are
// kept outside them: at start, and again when the last check is older than a cached key may be. A store that is behind was put back: nothing decrypts until the ledger's
// erasures have been carried out on it again and that was verified.

// guardInterval is how old a check may be when something is decrypted; cached keys live no longer.
const guardInterval = 60 * time.Second

type guard struct {
	mu           sync.Mutex
	floor        *anchor.Accepted // what the contract has shown this process last
	attested     bool             // two persons vouch for this start
	contradicted error            // why what the contract has shown last does not go with this state; nil when it does
	open         bool
	checked      time.Time
	next         int // of the ledger's entries, to be looked at key by key
	failures     map[string]error
}

// admit refuses to serve while the guard is not satisfied.
func (s *Service) admit(ctx context.Context) error {
	if err := s.reads(); err != nil {
		return err
	}
	s.guard.mu.Lock()
	open, fresh := s.guard.open, s.cfg.Now().Sub(s.guard.checked) < guardInterval
	s.guard.mu.Unlock()
	if open && fresh {
		return nil
	}
	return s.checkRestore(ctx)
}

func (g *guard) set(open bool, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open, g.checked = open, now
}

// failed remembers why the last attempt at a case stopped, for those who wait for it.
func (g *guard) failed(id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failures == nil {
		g.failures = map[string]error{}
	}
	g.failures[id] = err
}

func (s *Service) failure(id string) error {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	return s.guard.failures[id]
}

// checkRestore compares, replays what a restored store has forgotten, and opens the service only when all agree. A process that cannot
// destroy stays closed until the one that can has replayed it; one that knows of no keys compares the log with the contract.
func (s *Service) checkRestore(ctx context.Context) error {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	var err error
	switch {
	case s.cfg.Eraser != nil:
		err = s.alone(ctx, leaseErasing, s.compareStores)
	case s.cfg.Census != nil:
		err = s.compareStores(ctx)
	default:
		err = s.consult(ctx)
	}
	s.guard.set(err == nil, s.cfg.Now())
	if err == nil {
		return nil
	}
	s.cache.DropAll()
	s.cfg.Logger.Error("quarantined", "reason", err.Error())
	if errors.Is(err, keys.ErrUnavailable) || errors.Is(err, offchain.ErrUnavailable) { // it is closed all the same, and there is nothing to settle
		return fmt.Errorf("the stores cannot be compared with what is outside: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrQuarantined, err)
}

// compareStores compares everything with everything that is outside it.
func (s *Service) compareStores(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.replayFromLog(ctx); err != nil {
		return err
	}
	return s.consult(ctx)
}

// errWaitsForEraser says that a store was put back, and that this process cannot mend it.
var errWaitsForEraser = errors.New("the process that erases has to carry it out again")

// position is how far the restorable stores have come.
type position struct {
	count    uint64                   // of the key store
	applied  map[uint64]bool          // of the index
	underway map[string]offchain.Case // that this index knows to be unfinished: their own steps carry them through
}

func (s *Service) position(ctx context.Context) (p position, err error) {
	p.underway = map[string]offchain.Case{}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		if p.applied, err = q.Applied(ctx); err != nil {
			return err
		}
		open, err := q.OpenCases(ctx)
		for _, c := range open {
			p.underway[c.ID] = c
		}
		return err
	})
	if err != nil {
		return p, err
	}
	if p.count, err = s.cfg.Census.Count(ctx); err != nil {
		return p, fmt.Errorf("read the key store's counter: %w", err)
	}
	return p, nil
}

// settle holds key store, index and objects to the ledger. Another process may be erasing meanwhile: what an erasure writes later is
// looked at earlier, so that nothing but a restored store contradicts. An erasure enters the ledger, turns the counter, is noted in the
// index, and is certified, in this order.
func (s *Service) settle(ctx context.Context) error {
	known, err := s.cfg.Ledger.Entries(ctx)
	if err != nil {
		return err
	}
	certified, err := s.cfg.Ledger.Certified(ctx)
	if err != nil {
		return err
	}
	p, err := s.position(ctx)
	if err != nil {
		return err
	}
	entries, err := s.cfg.Ledger.Entries(ctx)
	if err != nil {
		return err
	}
	last := uint64(len(entries))
	if ahead := max(p.count, maxSeq(p.applied)); ahead > last {
		return fmt.Errorf("the erasure ledger has %d entries, but %d erasures were carried out: put the newest copy of the ledger back", last, ahead)
	}
	if err := knowsCertified(certified, entries); err != nil {
		return err
	}
	deep := s.guard.turn(len(known))
	for i, e := range known {
		behind, err := s.forgot(ctx, e, p, deep(i))
		if err != nil {
			return err
		}
		if behind && s.cfg.Eraser == nil {
			return fmt.Errorf("a store was put back to before entry %d of the erasure ledger: %w", e.Seq, errWaitsForEraser)
		}
		if behind {
			s.cfg.Logger.Warn("a store was put back: an erasure is carried out again", "case", e.Case, "entry", e.Seq)
			if err := s.replay(ctx, e); err != nil {
				return fmt.Errorf("carry out ledger entry %d again: %w", e.Seq, err)
			}
		}
	}
	return nil
}

// forgot says whether a store has forgotten what the ledger says. An erasure under way is the business of who carries it out, while
// this index knows of its tombstones: nothing of its patient is read.
func (s *Service) forgot(ctx context.Context, e offchain.LedgerEntry, p position, deep bool) (bool, error) {
	c, underway := p.underway[e.Case]
	if !underway {
		return s.behind(ctx, e, p, deep)
	}
	if s.cfg.Eraser == nil {
		return state(c.State) == stateApproved || state(c.State) == stateRetained, nil
	}
	return s.putBack(ctx, e, p)
}

// knowsCertified refuses a ledger that does not know an erasure which has a certificate.
func knowsCertified(certified []string, entries []offchain.LedgerEntry) error {
	for _, id := range certified {
		if !slices.ContainsFunc(entries, func(e offchain.LedgerEntry) bool { return e.Case == id }) {
			return fmt.Errorf("the erasure ledger does not know case %s, which has a certificate: put the newest copy of the ledger back", id)
		}
	}
	return nil
}

func maxSeq(applied map[uint64]bool) (top uint64) {
	for n := range applied {
		top = max(top, n)
	}
	return top
}

// deepLook is how many erasures are looked at key by key when the guard was open: the newest, and as many more in turn. The counter and
// the index's notes, which are looked at for all, show a store that was put back as a whole.
const deepLook = 32

// turn says which of some ledger entries are looked at key by key this time: all of them before the guard has opened.
func (g *guard) turn(entries int) func(i int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	from := g.next
	if !g.open || entries <= 2*deepLook {
		return func(int) bool { return true }
	}
	if g.next += deepLook; g.next >= entries {
		g.next = 0
	}
	return func(i int) bool { return i >= entries-deepLook || i >= from && i < from+deepLook }
}

// behind says whether a store has forgotten an entry: the key store's counter or the index's notes fall short of it, a copy
// of the ledger did, or, in a deep look, of what it destroyed a key is alive or the last object is there.
func (s *Service) behind(ctx context.Context, e offchain.LedgerEntry, p position, deep bool) (bool, error) {
	suspect := s.cfg.Ledger.Suspect()
	if p.count < e.Seq || !p.applied[e.Seq] || (suspect > 0 && e.Seq >= suspect && !s.guard.hasOpened()) {
		return true, nil
	}
	if !deep {
		return false, nil
	}
	alive, err := s.keysAlive(ctx, e.Keys)
	if err != nil || alive > 0 {
		return alive > 0, err
	}
	there, err := s.objectsThere(ctx, e.Objects[max(0, len(e.Objects)-1):])
	return there > 0, err
}

// keysAlive counts the keys that are alive.
func (s *Service) keysAlive(ctx context.Context, names []string) (n int, err error) {
	for _, name := range names {
		live, err := s.cfg.Census.Exists(ctx, keys.Name(name))
		if err != nil {
			return n, fmt.Errorf("ask for a key of an erasure: %w", err)
		}
		if live {
			n++
		}
	}
	return n, nil
}

// objectsThere counts the objects that are there.
func (s *Service) objectsThere(ctx context.Context, objects []string) (n int, err error) {
	for _, key := range objects {
		src, err := s.cfg.Objects.Open(ctx, key)
		if errors.Is(err, offchain.ErrNotFound) {
			continue
		}
		if err == nil {
			err = src.Close()
		}
		if err != nil {
			return n, fmt.Errorf("ask for an object of an erasure: %w", err)
		}
		n++
	}
	return n, nil
}

// putBack says whether an unfinished case contradicts the stores in a way that its own steps cannot deal with: one of them was
// put back.
func (s *Service) putBack(ctx context.Context, e offchain.LedgerEntry, p position) (bool, error) {
	c := p.underway[e.Case]
	if own, err := s.keysAlive(ctx, []string{c.KeyName}); err != nil || own == 0 {
		return err == nil, err // without its file it has no steps
	}
	alive, err := s.keysAlive(ctx, e.Keys)
	if err != nil {
		return false, err
	}
	there, err := s.objectsThere(ctx, e.Objects)
	if err != nil {
		return false, err
	}
	switch state(c.State) {
	case stateApproved, stateRetained: // the ledger is entered after that
		return true, nil
	case stateTombstoned, stateLedgered, stateUncached: // the positive control is still to come, and needs keys and objects
		return alive < len(e.Keys) || there < len(e.Objects), nil
	case stateDestroyed, stateUnreadable:
		return alive > 0, nil
	case stateObjectsGone, stateScrubbed:
		return alive > 0 || there > 0, nil
	}
	return false, nil
}

// hasOpened says whether an earlier check of this process succeeded, which has dealt with what opening the ledger showed.
func (g *guard) hasOpened() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.checked.IsZero() && g.open
}
