package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lethe/offchain"
)

// Processes that share the stores hear of each other through the index. One that may hold opened keys keeps a session there, which ends by
// itself: without it, nothing is read. An erasure has every session carry its revocation out, or waits until it has ended, before a key
// is destroyed. What one process at a time may do is held by a lease.

const (
	// sessionTerm is how long a process that cannot reach the index may go on reading with keys that it has opened.
	sessionTerm = 15 * time.Second
	// sessionLook is how often a process looks for revocations.
	sessionLook = 500 * time.Millisecond
	// sessionSkew is how far the clocks of processes may be apart.
	sessionSkew = 5 * time.Second
	// revocationsKept is how long revocations and unanswered questions are remembered: longer than any session.
	revocationsKept = time.Hour
	// poll is how often a process looks for what it waits for.
	poll = 100 * time.Millisecond
)

// session is this process's.
type session struct {
	mu    sync.Mutex
	seen  int64
	until time.Time // as it is known to stand in the index
}

// keepsSession says whether this process has one: it opens patients' keys, and others destroy them.
func (s *Service) keepsSession() bool { return s.cfg.Shared && s.cfg.Keys != nil }

// reads refuses while the session is over, when another process may destroy keys without asking this one.
func (s *Service) reads() error {
	if !s.keepsSession() {
		return nil
	}
	s.session.mu.Lock()
	defer s.session.mu.Unlock()
	if s.cfg.Now().Before(s.session.until) {
		return nil
	}
	return fmt.Errorf("%w: this process cannot hear of erasures", offchain.ErrUnavailable)
}

// start begins the session of a process that was not running: what it had announced before is left to who cleans up.
func (s *Service) start(ctx context.Context) error {
	if !s.keepsSession() {
		return nil
	}
	if err := s.beginSession(ctx); err != nil {
		return err
	}
	announced, err := s.announced(ctx)
	if err != nil {
		return err
	}
	mine := slices.DeleteFunc(announced, func(i offchain.Intent) bool { return i.Holder != s.cfg.Holder })
	if len(mine) == 0 {
		return nil
	}
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.LeaveIntents(ctx, names(mine)) })
}

// beginSession drops whatever was opened before, and begins with what is revoked from now on.
func (s *Service) beginSession(ctx context.Context) error {
	s.cache.DropAll()
	s.open.endAll(offchain.ErrUnavailable)
	var last int64
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		last, err = q.LastRevocation(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.renewSession(ctx, last, s.cfg.Now().Add(sessionTerm))
}

// renewSession says what this process has carried out, and until when it may be relied on to look again. It has to be done before a
// time, by which another process would take this one's keys for dropped.
func (s *Service) renewSession(ctx context.Context, seen int64, before time.Time) error {
	until := s.cfg.Now().Add(sessionTerm)
	if err := s.cfg.Store.RenewSession(ctx, offchain.Session{Holder: s.cfg.Holder, Seen: seen, Until: until}); err != nil {
		return err
	}
	s.session.mu.Lock()
	defer s.session.mu.Unlock()
	if !s.cfg.Now().Before(before) {
		return fmt.Errorf("%w: the session was over before it was renewed", offchain.ErrUnavailable)
	}
	s.session.seen, s.session.until = seen, until
	return nil
}

// KeepSession carries out what other processes revoke, until ctx ends; then it ends the session.
func (s *Service) KeepSession(ctx context.Context) {
	if !s.keepsSession() {
		return
	}
	tick := time.NewTicker(sessionLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.endSession(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		}
		if err := s.hear(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("this process cannot hear of erasures, and reads nothing once its session is over", "error", Code(err))
		}
	}
}

// hear looks once.
func (s *Service) hear(ctx context.Context) error {
	if s.reads() != nil { // it is over: whatever was revoked meanwhile was not waited for
		return s.beginSession(ctx)
	}
	s.session.mu.Lock()
	seen, until := s.session.seen, s.session.until
	s.session.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, until.Sub(s.cfg.Now()))
	defer cancel()
	var news []offchain.Revocation
	var last int64
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if last, err = q.LastRevocation(ctx); err != nil {
			return err
		}
		news, err = q.Revocations(ctx, seen)
		return err
	})
	if err != nil {
		return err
	}
	if last < seen { // the index was put back: its numbers begin again
		return s.beginSession(ctx)
	}
	for _, r := range news {
		s.carryOut(r)
		seen = r.Seq
	}
	if len(news) == 0 && until.Sub(s.cfg.Now()) > sessionTerm*2/3 {
		return nil
	}
	return s.renewSession(ctx, seen, until)
}

// carryOut ends reading of a patient in this process.
func (s *Service) carryOut(r offchain.Revocation) {
	if !r.Keys {
		s.open.revokeTokens(r.Patient)
		return
	}
	s.cache.DropAll() // whose key is whose is not known once the index was wiped
	s.open.revoke(r.Patient)
}

// endSession stops reading, and says so to those who wait.
func (s *Service) endSession(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sessionSkew)
	defer cancel()
	s.session.mu.Lock()
	s.session.until = time.Time{}
	s.session.mu.Unlock()
	s.cache.DropAll()
	s.open.endAll(offchain.ErrUnavailable)
	if err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.EndSession(ctx, s.cfg.Holder) }); err != nil {
		s.cfg.Logger.Warn("the session was not ended, and ends by itself", "error", Code(err))
	}
}

// revokeEverywhere ends all reading of a patient and has every process drop its keys: it returns once each has done so, or has lost its
// session.
func (s *Service) revokeEverywhere(ctx context.Context, patient string) error {
	s.carryOut(offchain.Revocation{Patient: patient, Keys: true})
	if !s.cfg.Shared {
		return nil
	}
	var number int64
	err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) (err error) {
		number, err = tx.Revoke(ctx, offchain.Revocation{Patient: patient, Keys: true, At: s.now()})
		return err
	})
	for err == nil {
		var waiting []offchain.Session
		if waiting, err = s.unheard(ctx, number); err != nil || len(waiting) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(poll):
		}
	}
	if err != nil {
		return fmt.Errorf("have every process drop keys: %w", err)
	}
	return nil
}

// unheard lists the other processes that may hold keys and have not carried a revocation out.
func (s *Service) unheard(ctx context.Context, number int64) (waiting []offchain.Session, err error) {
	all, err := s.sessions(ctx)
	for _, other := range all {
		if other.Holder != s.cfg.Holder && other.Seen < number {
			waiting = append(waiting, other)
		}
	}
	return waiting, err
}

// sessions lists those that are not over by any clock.
func (s *Service) sessions(ctx context.Context) (live []offchain.Session, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		all, err := q.Sessions(ctx)
		for _, one := range all {
			if s.cfg.Now().Before(one.Until.Add(sessionSkew)) {
				live = append(live, one)
			}
		}
		return err
	})
	return live, err
}

// forgetDead removes sessions that have long been over.
func (s *Service) forgetDead(ctx context.Context, tx offchain.Tx) error {
	all, err := tx.Sessions(ctx)
	for _, one := range all {
		if s.cfg.Now().After(one.Until.Add(revocationsKept)) {
			err = errors.Join(err, tx.EndSession(ctx, one.Holder))
		}
	}
	return err
}

// tellTokens says in a transaction that a patient's tokens have ended, to processes that give something out by one.
func (s *Service) tellTokens(ctx context.Context, tx offchain.Tx, patient string) error {
	if !s.cfg.Shared {
		return nil
	}
	_, err := tx.Revoke(ctx, offchain.Revocation{Patient: patient, At: s.now()})
	return err
}

// tellAll says in a transaction that all reading of a patient ends. Nobody is waited for yet.
func (s *Service) tellAll(ctx context.Context, tx offchain.Tx, patient string) error {
	if !s.cfg.Shared {
		return nil
	}
	_, err := tx.Revoke(ctx, offchain.Revocation{Patient: patient, Keys: true, At: s.now()})
	return err
}

// What one process at a time does, by the names of its leases. That of the log's writer is in log.go.
const (
	leaseErasing   = "erasing"
	leasePreparing = "preparing"
	leaseTerm      = 30 * time.Second
)

// leases are those that this process holds, and until when. One that was over for a while is lost, also where nobody holds it now: another
// may have held it meanwhile.
type leases struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (l *leases) end(lease string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until[lease]
}

func (l *leases) set(lease string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	l.until[lease] = until
}

// alone runs do while no other process holds a lease. Another's is waited for. do's context ends when the lease cannot be kept.
func (s *Service) alone(ctx context.Context, lease string, do func(context.Context) error) error {
	if !s.cfg.Shared {
		return do(ctx)
	}
	if err := s.awaitLease(ctx, lease); err != nil {
		return err
	}
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	var keeping sync.WaitGroup
	keeping.Go(func() { s.keepLease(held, lease, lose) })
	err := do(held)
	if cause := context.Cause(held); err != nil && cause != nil {
		err = errors.Join(err, cause)
	}
	lose(nil)
	keeping.Wait()
	s.giveBack(context.WithoutCancel(ctx), lease)
	return err
}

func (s *Service) giveBack(ctx context.Context, lease string) {
	ctx, cancel := context.WithTimeout(ctx, sessionSkew)
	defer cancel()
	if err := s.takeLease(ctx, lease, 0); err != nil {
		s.cfg.Logger.Warn("a lease was not given back, and ends by itself", "lease", lease, "error", Code(err))
	}
}

func (s *Service) awaitLease(ctx context.Context, lease string) error {
	var held error
	for {
		err := s.takeLease(ctx, lease, leaseTerm)
		if err == nil {
			return nil
		}
		if !errors.Is(err, offchain.ErrHeld) {
			return errors.Join(err, held) // what was waited for, if ctx ended
		}
		held = err
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), held)
		case <-time.After(poll):
		}
	}
}

func (s *Service) keepLease(ctx context.Context, lease string, lose context.CancelCauseFunc) {
	tick := time.NewTicker(leaseTerm / 6)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		end := s.leases.end(lease).Add(-leaseTerm / 3)
		short, cancel := context.WithTimeout(ctx, max(0, end.Sub(s.cfg.Now()))) // an index that hangs must not outlast it
		err := s.renew(short, lease)
		cancel()
		if errors.Is(err, offchain.ErrHeld) || err != nil && !s.cfg.Now().Before(end) {
			lose(fmt.Errorf("the lease %s was lost: %w", lease, err))
			return
		}
	}
}

// takeLease takes a lease that is free or this process's own; for no time, it gives it back.
func (s *Service) takeLease(ctx context.Context, lease string, term time.Duration) error {
	var now time.Time
	err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		now = s.cfg.Now()
		return tx.TakeLease(ctx, lease, s.cfg.Holder, now, now.Add(term))
	})
	if err == nil {
		s.leases.set(lease, now.Add(term))
	}
	return err
}

// renew keeps a lease that was not lost.
func (s *Service) renew(ctx context.Context, lease string) error {
	until := s.cfg.Now().Add(leaseTerm)
	err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return s.holdsLease(ctx, tx, lease) })
	if err == nil {
		s.leases.set(lease, until)
	}
	return err
}

// holdsLease keeps a lease within a transaction, which does not commit for who has lost it.
func (s *Service) holdsLease(ctx context.Context, tx offchain.Tx, lease string) error {
	if !s.cfg.Shared {
		return nil
	}
	now := s.cfg.Now()
	if now.After(s.leases.end(lease)) {
		return fmt.Errorf("the lease %s was over: %w", lease, offchain.ErrHeld)
	}
	return tx.TakeLease(ctx, lease, s.cfg.Holder, now, now.Add(leaseTerm))
}
