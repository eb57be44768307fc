package vault

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// Standing is what an operator watches. It names nobody and nothing: counts, sizes and durations.
type Standing struct {
	Quarantined bool // by the last comparison of the stores with the outside

	Entries          uint64        // in the log
	Waiting          int           // entries without a position, counted up to 4096
	Shown, Confirmed uint64        // sizes of the newest checkpoints
	Delay            time.Duration // how long the oldest checkpoint that is not confirmed has been shown; 0 when there is none
	MaxDelay         time.Duration // of it, as it is published

	// Erasures counts those of ErasureStates, and Overdue those among them that are not certified a month after the request was
	// received (GDPR Article 12(3)).
	Erasures map[string]int
	Overdue  int

	Cache keys.CacheStats
}

// ErasureStates lists the states of erasures that something is still to be done for: those that are certified wait for the chain.
func ErasureStates() []string {
	all := []string{string(stateApproved)}
	for _, st := range provenStates {
		all = append(all, string(st))
	}
	return append(all, string(stateCertified))
}

// Standing asks the index, the log and memory: no key store, no object store, no chain.
func (s *Service) Standing(ctx context.Context) (Standing, error) {
	n := Standing{
		Quarantined: !s.guard.isOpen(), Shown: s.cfg.Log.Shown().Size, MaxDelay: s.cfg.Network.MaxDelay, Cache: s.cache.Stats(),
		Erasures: map[string]int{},
	}
	var err error
	if n.Entries, err = s.cfg.Log.Size(ctx); err != nil {
		return n, err
	}
	waiting, err := s.pending(ctx)
	if err != nil {
		return n, err
	}
	n.Waiting = len(waiting)
	return n, errors.Join(s.anchorStanding(ctx, &n), s.erasureStanding(ctx, &n))
}

func (s *Service) anchorStanding(ctx context.Context, n *Standing) error {
	all, err := s.attempts(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if s.confirmed(a) {
			n.Confirmed = max(n.Confirmed, a.Size)
		}
	}
	if n.Shown <= n.Confirmed {
		return nil
	}
	since := s.showings.oldestBeyond(n.Confirmed, s.cfg.Now())
	for _, a := range all { // a restart has forgotten the showing, and the journal has not forgotten what was sent
		if a.Log == s.cfg.Network.Log && a.Size > n.Confirmed && a.Created.Before(since) {
			since = a.Created
		}
	}
	n.Delay = max(0, s.cfg.Now().Sub(since))
	return nil
}

func (s *Service) erasureStanding(ctx context.Context, n *Standing) error {
	var open, certified []offchain.Case
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if open, err = q.OpenCases(ctx); err != nil {
			return err
		}
		certified, err = q.CasesIn(ctx, string(stateCertified))
		return err
	})
	for _, c := range open {
		n.Erasures[c.State]++
		if s.cfg.Now().After(monthAfter(s.requested.of(c))) {
			n.Overdue++
		}
	}
	n.Erasures[string(stateCertified)] = len(certified)
	return err
}

// Serves answers nil while the restore guard is satisfied, and this process hears of erasures. When the guard is not, the stores are
// compared with the outside again, and the error says what is wrong: [ErrQuarantined].
func (s *Service) Serves(ctx context.Context) error {
	if err := s.reads(); err != nil {
		return err
	}
	if s.guard.isOpen() {
		return nil
	}
	return s.checkRestore(ctx)
}

// maxShowings bounds what is remembered while no chain answers.
const maxShowings = 1024

// showings remembers when checkpoints were shown first, oldest first.
type showings struct {
	mu  sync.Mutex
	all []showing
}

type showing struct {
	size uint64
	at   time.Time
}

// add notes that a checkpoint is shown. When there are too many the last one stands for those that follow: too long a delay is
// better than too short a one.
func (l *showings) add(size uint64, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.all) - 1
	switch {
	case last >= 0 && size <= l.all[last].size:
	case last == maxShowings-1:
		l.all[last].size = size
	default:
		l.all = append(l.all, showing{size, at})
	}
}

// oldestBeyond says when the first checkpoint larger than a size was shown, or gives now, and forgets those before it.
func (l *showings) oldestBeyond(size uint64, now time.Time) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = slices.DeleteFunc(l.all, func(s showing) bool { return s.size <= size })
	if len(l.all) == 0 {
		return now
	}
	return l.all[0].at
}

// requestTimes remembers when requests for erasure were received, which stands in sealed files, for those that are not finished.
type requestTimes struct {
	mu sync.Mutex
	at map[string]int64 // case → Unix seconds
}

// note is told of every file that is opened, whatever for.
func (r *requestTimes) note(c offchain.Case, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains([]state{stateCertified, stateAnchored, stateReplayed, stateRolledBack}, state(c.State)) {
		delete(r.at, c.ID)
		return
	}
	if r.at == nil {
		r.at = map[string]int64{}
	}
	r.at[c.ID] = at
}

// of is when the request was received; when its file was not opened since the start, when the case was.
func (r *requestTimes) of(c offchain.Case) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.at[c.ID]; ok {
		return unix(at)
	}
	return c.Created
}
