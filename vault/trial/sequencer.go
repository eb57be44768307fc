package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/circuits/visits"
	"lethe/keys"
	"lethe/vault/registry"
)

// Standing is what the contract says of a trial.
type Standing struct {
	State    field.Element
	Protocol field.Element
	Batches  uint16
	Paused   bool // enrolment, by a flag that the board has not lifted
	Closed   bool
	Now      uint64 // the newest block's time, Unix seconds
	Pinned   Pins   // statements that the trial is proven by
}

// Pins are statements by their names ("visits/v2"), as a trial was registered with them: the contract takes no proof of another.
type Pins map[string]bool

// version is the smallest pinned version of a statement that takes n.
func (p Pins) version(of func(version int) circuits.Statement, slots func(version int) int, n int) (int, error) {
	for version := 1; slots(version) > 0; version++ {
		if slots(version) >= n && p[of(version).Name()] {
			return version, nil
		}
	}
	return 0, fmt.Errorf("%w of this trial: %d", ErrTooMany, n)
}

// Chain is the contract that trials are registered with. Calls return when the transaction counts, with its hash; what the contract refuses
// is an error.
type Chain interface {
	Standing(ctx context.Context, trial field.Element) (Standing, error)
	// BatchContext is what the proof of the batch that follows so many others is bound to.
	BatchContext(trial field.Element, number uint16) field.Element
	// Batch moves the state: ErrRefused when the contract does not take it and never will, any other error when that is not known.
	Batch(ctx context.Context, trial field.Element, p *circuits.Proof) (transaction string, err error)
	// ComplianceContext is what the proofs of a trial's compliance are bound to.
	ComplianceContext(trial field.Element) field.Element
	// Compliance has a proof of a closed trial's compliance verified; one that was verified already is no error.
	Compliance(ctx context.Context, trial field.Element, p *circuits.Proof) error
	// Publish publishes results by their root and the SHA-256 of their document.
	Publish(ctx context.Context, trial, root field.Element, document [32]byte) (transaction string, err error)
}

// Trees are the trees of grants and issuers whose roots the contract knows to be fresh.
type Trees interface {
	Trees(ctx context.Context) (grants, issuers *registry.Copy, err error)
}

// Prover proves a statement; progress is told what is being done.
type Prover func(ctx context.Context, s circuits.Statement, assignment frontend.Circuit) (*circuits.Proof, error)

// Config is what a sequencer works with. All but Now and Log is needed.
type Config struct {
	Store Store
	Chain Chain
	Trees Trees
	Prove Prover
	Keys  Keys
	Now   func() time.Time // nil for the system's clock
	Log   *slog.Logger
}

func (c *Config) check() error {
	for name, missing := range map[string]bool{
		"Store": c.Store == nil, "Chain": c.Chain == nil, "Trees": c.Trees == nil, "Prove": c.Prove == nil,
		"Keys": c.Keys == nil,
	} {
		if missing {
			return fmt.Errorf("trial: Config.%s: missing", name)
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Sequencer moves trials. It is safe for concurrent use: events are taken in while others are proven.
type Sequencer struct {
	cfg     Config
	step    sync.Mutex // one step of a trial at a time, with the proofs and transactions that it takes
	sealing sync.Mutex // one submission is sealed at a time, and no key destroyed meanwhile
	mu      sync.Mutex // of changes of a record; taken last
}

// update changes a trial's record as it is now.
func (s *Sequencer) update(id field.Element, change func(*Record) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.cfg.Store.Load(id)
	if err == nil {
		err = change(r)
	}
	if err != nil {
		return err
	}
	return s.cfg.Store.Save(id, r)
}

// New makes a sequencer.
func New(cfg Config) (*Sequencer, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return &Sequencer{cfg: cfg}, nil
}

// Errors that callers branch on, beside those of circuits/trial, which say why an event is refused.
var (
	ErrNoSetup  = errors.New("there are no contracts of trials yet")
	ErrExists   = errors.New("the trial is there already")
	ErrRepeated = errors.New("it was recorded already, at the same time and with the same data")
	ErrTooMany  = errors.New("more events than a batch takes")
	ErrPaused   = errors.New("enrolment is paused until the board lifts the flag")
	ErrClosed   = errors.New("the trial is closed")
	ErrWaiting  = errors.New("not while events wait")
	ErrBusy     = errors.New("as many submissions wait as may")
	ErrRefused  = errors.New("the contract refuses it")
	ErrDiverged = errors.New("the chain has another state of this trial than its record")
)

// Create keeps the first record of a trial, as the contract has registered it.
func (s *Sequencer) Create(ctx context.Context, a Amendment) error {
	s.step.Lock()
	defer s.step.Unlock()
	p, err := a.Compile()
	if err != nil {
		return err
	}
	if _, err := s.cfg.Store.Load(p.ID); !errors.Is(err, ErrNoTrial) {
		return errors.Join(err, ErrExists)
	}
	r := &Record{Protocols: []Amendment{a}, Cohort: rollup.NewCohort(p.ID)}
	if err := s.agrees(ctx, r, p); err != nil {
		return err
	}
	return s.cfg.Store.Save(p.ID, r)
}

// Amend keeps another protocol, which the contract has taken.
func (s *Sequencer) Amend(ctx context.Context, a Amendment) error {
	s.step.Lock()
	defer s.step.Unlock()
	p, err := a.Compile()
	if err != nil {
		return err
	}
	r, err := s.amendable(p)
	if err != nil {
		return err
	}
	if err := s.agrees(ctx, r, p); err != nil {
		return err
	}
	return s.update(p.ID, func(r *Record) error {
		r.Protocols = append(r.Protocols, a)
		return nil
	})
}

// MayAmend says why Amend would refuse a protocol, before the contract is asked to take it: the contract sees a hash, and takes any that the board
// consents to.
func (s *Sequencer) MayAmend(p *Protocol) error {
	_, err := s.amendable(p)
	return err
}

// amendable is the record of the trial that a protocol amends.
func (s *Sequencer) amendable(p *Protocol) (*Record, error) {
	r, before, err := s.load(p.ID)
	if err != nil {
		return nil, err
	}
	var all []*Protocol
	for _, a := range r.Protocols {
		earlier, err := a.Compile()
		if err != nil {
			return nil, err
		}
		all = append(all, earlier)
	}
	if err := p.Amends(all...); err != nil {
		return nil, err
	}
	for i, site := range before.Plan.Sites { // what waits is signed by the key of before
		if len(r.Queue) > 0 && !bytes.Equal(site.Key, p.Plan.Sites[i].Key) {
			return nil, fmt.Errorf("%s gets another key: %w", site.Name, ErrWaiting)
		}
	}
	return r, nil
}

// agrees says whether the contract has the record's state and this protocol.
func (s *Sequencer) agrees(ctx context.Context, r *Record, p *Protocol) error {
	on, err := s.cfg.Chain.Standing(ctx, p.ID)
	if err != nil {
		return err
	}
	if on.State != r.Cohort.State().Digest() || on.Protocol != p.Rollup.Digest() {
		return ErrDiverged
	}
	return nil
}

// Record is what a trial has come to.
func (s *Sequencer) Record(id field.Element) (*Record, error) { return s.cfg.Store.Load(id) }

// MaxQueue is how many submissions of a trial may wait.
const MaxQueue = 64

// Submit takes a site's events in, to be proven by Work. They are applied to what the trial will have come to after all that waits:
// what is refused here changes nothing. Events that were taken in before are not taken in again.
func (s *Sequencer) Submit(ctx context.Context, sub *Submission) error {
	on, err := s.cfg.Chain.Standing(ctx, sub.Trial)
	if err != nil {
		return err
	}
	grants, issuers, err := s.cfg.Trees.Trees(ctx)
	if err != nil {
		return err
	}
	s.sealing.Lock()
	defer s.sealing.Unlock()
	r, p, err := s.load(sub.Trial)
	if err != nil {
		return err
	}
	if state := r.Outcome(sub.ID()).State; state == Waiting || state == Accepted {
		return nil
	}
	if err := s.mayTake(r, p, sub, on, grants, issuers); err != nil {
		return err
	}
	waits, err := s.seal(ctx, sub)
	if err != nil {
		return err
	}
	return s.update(sub.Trial, func(r *Record) error {
		r.Queue = append(r.Queue, waits)
		r.Dropped = slices.DeleteFunc(r.Dropped, func(d Dropped) bool { return d.Submission == waits.ID }) // it is handed in again
		if sealed := waits.Sealed; sealed != nil {
			r.Spent = slices.DeleteFunc(r.Spent, func(name keys.Name) bool { return name == sealed.Key })
		}
		return nil
	})
}

// mayTake says why a submission cannot be taken in.
func (s *Sequencer) mayTake(r *Record, p *Protocol, sub *Submission, on Standing, grants, issuers *registry.Copy) error {
	switch {
	case on.Closed || r.Closed:
		return ErrClosed
	case on.Paused && len(sub.Reports) > 0 && sub.Reports[0].enrols():
		return ErrPaused
	case len(r.Queue) >= MaxQueue:
		return ErrBusy
	}
	// first of all: who has not the site's key is told nothing of anybody
	if err := r.signed(p, sub); err != nil {
		return err
	}
	if err := r.isNew(sub); err != nil {
		return err
	}
	cohort, now := r.Cohort, uint64(s.cfg.Now().Unix()) //nolint:gosec // after 1970
	// the newest block may be older than what happened now
	at := func() uint64 { return max(on.Now, now, cohort.State().Time) }
	for _, waits := range r.Queue {
		// what can no longer be applied will be dropped in its turn
		if b, _, err := p.apply(cohort, waits.Events, waits.Consents, at(), liveIn(grants)); err == nil {
			_, cohort = b.End()
		}
	}
	_, err := p.build(cohort, sub, at(), liveIn(grants), on.Pinned, grants, issuers)
	return err
}

func (s *Sequencer) load(id field.Element) (*Record, *Protocol, error) {
	r, err := s.cfg.Store.Load(id)
	if err != nil {
		return nil, nil, err
	}
	p, err := r.Protocol()
	return r, p, err
}

// Step is what Work tells of.
type Step struct {
	Batch uint16
	Doing string // "proving enrolment/v1, 3 events", "sending", "accepted"
}

// String is the step in words.
func (s Step) String() string { return fmt.Sprintf("batch %d: %s", s.Batch, s.Doing) }

// Work proves what waits and has the contract take it, until nothing waits. It goes on where an earlier one was cut off.
func (s *Sequencer) Work(ctx context.Context, id field.Element, progress func(Step)) error {
	for {
		done, err := s.workOnce(ctx, id, progress)
		if failed := s.Forget(ctx, id); failed != nil { // it stands in nobody's way, and is tried again
			s.cfg.Log.WarnContext(ctx, "keys of what waits no longer are not destroyed", "error", failed)
		}
		if done || err != nil {
			return err
		}
	}
}

// workOnce carries the first of what waits to its end; done says that nothing waited.
func (s *Sequencer) workOnce(ctx context.Context, id field.Element, progress func(Step)) (done bool, err error) {
	s.step.Lock()
	defer s.step.Unlock()
	r, p, err := s.load(id)
	if err != nil || len(r.Queue) == 0 {
		return err == nil, err
	}
	w := &work{Sequencer: s, record: r, protocol: p, progress: progress}
	if err := w.next(ctx); err != nil {
		return false, fmt.Errorf("batch %d: %w", r.Cohort.State().Batches+1, err)
	}
	return false, nil
}

// apply applies a submission to a cohort: the batch, and the moves of each of its events. Of what enrolments stand on it takes their consents.
func (p *Protocol) apply(c *rollup.Cohort, sub *Submission, consents []rollup.Consent, time uint64, live live) (*rollup.Batch, [][]rollup.Move, error) {
	if len(sub.Reports) == 0 {
		return nil, nil, fmt.Errorf("%w: no events", ErrSubmission)
	}
	b, err := c.Begin(rollup.Setting{Enrols: sub.Reports[0].enrols(), Protocol: p.Rollup, Time: time, Site: sub.Site, Live: live})
	if err != nil {
		return nil, nil, err
	}
	moves := make([][]rollup.Move, len(sub.Reports))
	for i := range sub.Reports {
		if moves[i], err = applyEvent(b, sub.Reports[i].Event, consents[i]); err != nil {
			return nil, nil, fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	return b, moves, nil
}

func applyEvent(b *rollup.Batch, e rollup.Event, c rollup.Consent) ([]rollup.Move, error) {
	switch e.Kind {
	case rollup.Enrolment:
		moves, err := b.Enrol(e, c)
		return moves[:], err
	case rollup.Reconsent:
		move, err := b.Reconsent(e, c)
		return []rollup.Move{move}, err
	default:
		return b.Record(e)
	}
}

// live says whether a grant's leaf is in the tree of grants at its place.
type live func(index uint32, leaf field.Element) bool

func liveIn(grants *registry.Copy) live {
	return func(index uint32, leaf field.Element) bool { return !leaf.IsZero() && grants.Leaf(index) == leaf }
}

// MaxEvents is how many events of a kind one batch takes; an anonymisation counts as two.
func MaxEvents(enrols bool) int {
	slots := visits.Slots
	if enrols {
		slots = enrolment.Slots
	}
	most := 0
	for version := 1; slots(version) > 0; version++ {
		most = max(most, slots(version))
	}
	return most
}
