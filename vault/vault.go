// Package vault is the service: it takes records in, gives them out to whoever is entitled, and forgets a patient for good by
// destroying the keys. Authorization and the disclosure log come before the first byte, here, so that no front door goes
// round them.
//
// It works against ports (Config); the process that serves, the one that works for the log and the chain, the one that erases and
// the one that witnesses hold different ones, and the embedded default holds all. Who serves cannot destroy keys, and who destroys
// cannot decrypt: what one needs of another it leaves in the index (processes.go, questions.go). No transaction spans a stream, a key
// store's answer or another store.
package vault

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault/fhir"
)

// Eraser is what the erase identity may do: destroy keys, and turn the counter that shows a restored key store.
type Eraser interface {
	keys.Destroyer
	keys.Counter
}

// Config holds the ports and policies of a service.
type Config struct {
	Tenant  string // the organisation: lower-case letters, digits and dashes
	Store   offchain.Store
	Objects offchain.Objects
	Ledger  offchain.Ledger

	Log     Log            // the transparency log
	Chain   anchor.Chain   // the contract, as the witness outside the stores
	Network anchor.Network // what is published of both

	Writer LogWriter // of the log, and
	Sender Sender    // who takes checkpoints to the contract: the process that works

	Keys    keys.Wrapper // makes keys, wraps, unwraps, and
	Blinder keys.Blinder // the keyed blind index: a process that serves
	Census  keys.Census  // which keys there are; where nil, Eraser says it

	Eraser Eraser         // destroys, and
	Signer crypto.Signer  // Ed25519, signs certificates: the process that erases
	Cases  keys.Unwrapper // opens case files; where nil, Keys does

	Witness keys.Unwrapper // shows that decryption works before an erasure, and fails after it

	// Shared says that other processes work on the same stores, under other names (Holder), and that a port which is nil is another's.
	Shared bool

	// Proving lets providers read by proof; nil refuses it.
	Proving *Proving

	Cache        keys.CacheConfig
	Limits       fhir.Limits
	Compartments *fhir.Compartments
	Retention    Retention
	Version      string // of the tool, as certificates name it

	// Holder names this process among those that share the stores, and is the same after a restart. The default is "embedded", for
	// stores that one process has to itself.
	Holder string
	// LedgerOutside says that the ledger's second copy is kept where no restore of the stores reaches it, so that it may stand in
	// for a chain that does not answer at the start.
	LedgerOutside bool
	// Attested names two persons who attest, for this start, that no store was put back; for when no witness answers.
	Attested []string

	Now    func() time.Time // defaults to time.Now
	Logger *slog.Logger     // defaults to discarding
	// Step is called at every point of import and erasure where a crash is worth a test (CrashPoints); nil does nothing.
	Step func(point string)
}

// Retention is the operator's declared policy on what outlives an erasure.
type Retention struct {
	// DisclosuresFor is how long the access log is kept as evidence after an erasure, under DisclosuresGround (17.3.a–e) and
	// DisclosuresLaw.
	DisclosuresFor                    time.Duration
	DisclosuresGround, DisclosuresLaw string
	// BackupsExpire is the longest life of any backup; 0 says that none was declared, and certificates say so.
	BackupsExpire time.Duration
}

var tenantPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// reservedTenants are first segments of object keys with another meaning.
var reservedTenants = map[string]bool{"ledger": true, "log": true, "certificates": true}

func (c *Config) check() error {
	missing := func(name string, absent bool) error {
		if absent {
			return fmt.Errorf("vault: Config.%s is required", name)
		}
		return nil
	}
	if !tenantPattern.MatchString(c.Tenant) || reservedTenants[c.Tenant] {
		return fmt.Errorf("vault: Config.Tenant %q must be lower-case letters, digits and dashes, and not a reserved word", c.Tenant)
	}
	err := errors.Join(
		missing("Store", c.Store == nil), missing("Objects", c.Objects == nil), missing("Ledger", c.Ledger == nil),
		missing("Log", c.Log == nil), missing("Chain", c.Chain == nil), missing("Network", c.Network.Origin == ""),
		missing("Compartments", c.Compartments == nil), missing("Version", c.Version == ""), c.checkProving())
	needs := func(name string, absent bool, with ...bool) { // together with the others of its process
		if absent && (!c.Shared || slices.Contains(with, true)) {
			err = errors.Join(err, missing(name, true))
		}
	}
	needs("Writer", c.Writer == nil, c.Sender != nil)
	needs("Sender", c.Sender == nil, c.Writer != nil)
	needs("Keys", c.Keys == nil, c.Blinder != nil)
	needs("Blinder", c.Blinder == nil, c.Keys != nil)
	needs("Census", c.Census == nil && c.Eraser == nil, c.Keys != nil)
	needs("Eraser", c.Eraser == nil, c.Signer != nil)
	needs("Signer", c.Signer == nil, c.Eraser != nil)
	needs("Cases", c.Cases == nil && c.Keys == nil, c.Eraser != nil)
	needs("Witness", c.Witness == nil)
	if c.Shared {
		err = errors.Join(err, missing("Holder", c.Holder == ""))
	}
	return err
}

func (c *Config) checkProving() error {
	if c.Proving == nil {
		return nil
	}
	return c.Proving.check()
}

// Service is one tenant's vault. It is safe for concurrent use.
type Service struct {
	cfg   Config
	cache *keys.Cache
	guard guard

	erasing   sync.Mutex           // one erasure at a time, so that the ledger is carried out in its order
	asked     map[string]time.Time // under erasing: when a case was last left to another process to prepare
	writing   writing
	anchoring anchoring
	showings  showings
	requested requestTimes
	open      openReaders
	session   session
	leases    leases

	publishing sync.Mutex // one version of a tree after the other
	trees      trees
	changed    broadcast // closed and replaced at every change of a case
}

// New checks the configuration and makes a service. It is quarantined until Recover has succeeded.
func New(cfg Config) (*Service, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = wallClock
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Holder == "" {
		cfg.Holder = "embedded"
	}
	if cfg.Step == nil {
		cfg.Step = func(string) {}
	}
	if cfg.Limits == (fhir.Limits{}) {
		cfg.Limits = fhir.DefaultLimits()
	}
	if cfg.Census == nil && cfg.Eraser != nil {
		cfg.Census = cfg.Eraser
	}
	cache, err := keys.NewCache(cfg.opens(), cfg.Cache)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	s := &Service{cfg: cfg, cache: cache}
	s.showings.add(cfg.Log.Shown().Size, cfg.Now())
	return s, nil
}

// wallClock is the time by which other processes judge what this one has promised: Go's monotonic reading stands still while a machine
// is suspended.
func wallClock() time.Time { return time.Now().Round(0) }

// opens is what this process opens keys with: a process that serves, all; one that erases, those of case files; another, none.
func (c *Config) opens() keys.Unwrapper {
	switch {
	case c.Keys != nil:
		return c.Keys
	case c.Cases != nil:
		return c.Cases
	}
	return opensNone{}
}

type opensNone struct{}

func (opensNone) Unwrap(context.Context, keys.Name, []byte, []byte) (*keys.Key, error) {
	return nil, errors.New("this process opens no keys")
}

// Close zeroes the cached keys.
func (s *Service) Close() { s.cache.Close() }

// Recover brings the stores to a state that can be served: it settles whether a store was put back (replaying the erasure
// ledger if so), removes what interrupted imports left, and carries unfinished erasures through, each of it in the process whose part
// it is. Nothing decrypts before it has succeeded.
func (s *Service) Recover(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	if err := s.ensureControl(ctx); err != nil {
		return fmt.Errorf("control key: %w", err)
	}
	if err := s.checkRestore(ctx); err != nil {
		return err
	}
	if s.cfg.Writer != nil { // after what its predecessors had announced was erased again
		if err := s.followSuccessor(ctx); err != nil {
			return err
		}
	}
	if s.cfg.Eraser != nil { // not before the guard: what an old index only announces may be what the law keeps
		if err := s.sweep(ctx, true); err != nil {
			return fmt.Errorf("clean up what was interrupted: %w", err)
		}
	}
	if s.cfg.Keys != nil {
		if err := s.recall(ctx); err != nil {
			return fmt.Errorf("look for what has ended: %w", err)
		}
		if err := s.loadTrees(ctx); err != nil {
			return err
		}
	}
	return s.resumeErasures(ctx)
}

func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Second) }

// notFound turns a store's answer into the vault's.
func notFound(err error) error {
	if errors.Is(err, offchain.ErrNotFound) {
		return ErrNotFound
	}
	return err
}

// broadcast wakes everyone who waits for a change.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) signal() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
