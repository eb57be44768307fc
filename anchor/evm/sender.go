package evm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
	"lethe/contracts"
)

// TrailerWords is what the number of 32-byte words behind the arguments of submit is a multiple of.
const TrailerWords = 8

// MaxErased is how many erased keys one submission announces at most. Nodes refuse transactions above 128 KiB.
const MaxErased = anchor.MaxErased

// DefaultWatch is how many blocks a confirmed attempt is watched for re-orgs.
const DefaultWatch uint64 = 256

// DefaultRaiseAfter is how long an attempt waits before its fee is raised: some ten blocks of Ethereum's main net.
const DefaultRaiseAfter = 2 * time.Minute

// ErrInFlight says that an attempt waits to be mined: there is one at a time.
var ErrInFlight = errors.New("an attempt is in flight")

// SenderConfig says who sends checkpoints.
type SenderConfig struct {
	Reader  *Reader
	Signer  Signer // of the submitter; nobody else may send with it
	Journal anchor.Journal
	// Confirmations is the number of blocks on top of one that make it confirmed, at least 1.
	Confirmations uint64
	// Watch is how many blocks deep confirmed attempts are still looked at; 0 stands for DefaultWatch.
	Watch uint64
	// MaxFee is the ceiling, in wei for each gas, of what is paid; nil stands for 500 gwei.
	MaxFee *big.Int
	// RaiseAfter is how long an attempt waits for a block before its fee is raised; 0 stands for DefaultRaiseAfter.
	RaiseAfter time.Duration
	// Now tells the time; nil stands for time.Now.
	Now func() time.Time
	// Step is called at each of CrashPoints, where a test ends the process. It may be nil.
	Step func(point string)
}

// Points between which nothing is done that is not either durable or repeated.
const (
	pointSigned            = "anchor.attempt-signed"
	pointStored            = "anchor.attempt-stored"
	pointSent              = "anchor.sent"
	pointSubmittedRecorded = "anchor.submitted-recorded"
	pointMinedSeen         = "anchor.mined-seen"
	pointMinedRecorded     = "anchor.mined-recorded"
	pointConfirmedSeen     = "anchor.confirmed-seen"
	pointConfirmedRecorded = "anchor.confirmed-recorded"
)

// CrashPoints names the moments at which a process that dies leaves another state behind, in their order.
func CrashPoints() []string {
	return []string{
		pointSigned, pointStored, pointSent, pointSubmittedRecorded,
		pointMinedSeen, pointMinedRecorded, pointConfirmedSeen, pointConfirmedRecorded,
	}
}

// Sender brings checkpoints to the contract: it signs a transaction, stores it, sends it, and follows it through re-orgs. It
// is safe for concurrent use; a second Sender with the same key loses a race for each nonce, and neither sends one twice.
type Sender struct {
	*account
	journal       anchor.Journal
	confirmations uint64
	watch         uint64
	raiseAfter    time.Duration
	now           func() time.Time
	step          func(string)
	mu            sync.Mutex // one writer of the journal
}

// NewSender checks a configuration. It speaks to nobody yet.
func NewSender(cfg SenderConfig) (*Sender, error) {
	switch {
	case cfg.Reader == nil:
		return nil, errors.New("sender of checkpoints: Reader is nil")
	case cfg.Signer == nil:
		return nil, errors.New("sender of checkpoints: Signer is nil")
	case cfg.Journal == nil:
		return nil, errors.New("sender of checkpoints: Journal is nil")
	case cfg.Confirmations == 0:
		return nil, errors.New("sender of checkpoints: Confirmations is 0")
	case cfg.MaxFee != nil && cfg.MaxFee.Sign() <= 0:
		return nil, errors.New("sender of checkpoints: MaxFee is not positive")
	case cfg.RaiseAfter < 0:
		return nil, errors.New("sender of checkpoints: RaiseAfter is negative")
	}
	if cfg.Watch == 0 {
		cfg.Watch = DefaultWatch
	}
	if cfg.Watch < cfg.Confirmations {
		return nil, errors.New("sender of checkpoints: Watch is less than Confirmations")
	}
	if cfg.RaiseAfter == 0 {
		cfg.RaiseAfter = DefaultRaiseAfter
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Step == nil {
		cfg.Step = func(string) {}
	}
	return &Sender{
		account: newAccount(cfg.Reader, cfg.Signer, cfg.MaxFee), journal: cfg.Journal,
		confirmations: cfg.Confirmations, watch: cfg.Watch, raiseAfter: cfg.RaiseAfter, now: cfg.Now, step: cfg.Step,
	}, nil
}

// Address is the account of the submitter, which pays.
func (s *Sender) Address() common.Address { return s.address }

// Submission is a checkpoint as the contract takes it, with at most MaxErased erased keys that are announced with it.
type Submission = anchor.Submission

// calldata packs a submission. Random words fill the trailer, so that how many erasures there were does not show.
func calldata(s Submission) ([]byte, error) {
	if len(s.Erased) > MaxErased {
		return nil, fmt.Errorf("%d erased keys in one submission, more than %d", len(s.Erased), MaxErased)
	}
	data, err := contracts.NewCheckpointLog().TryPackSubmit(s.Log, s.OldSize, s.Checkpoint.Size, s.Checkpoint.Root, s.Proof)
	if err != nil {
		return nil, err
	}
	words := max(TrailerWords, (len(s.Erased)+TrailerWords-1)/TrailerWords*TrailerWords)
	for _, word := range s.Erased {
		data = append(data, word[:]...)
	}
	padding := make([]byte, (words-len(s.Erased))*anchor.HashSize)
	_, _ = rand.Read(padding) // never fails (crypto/rand)
	return append(data, padding...), nil
}

// Send signs the transaction of a submission, stores the attempt and then sends it. It is ErrInFlight while another waits and
// ErrRefused when the contract would not take it: nothing was stored then. An attempt that is returned with an error was
// stored, and is sent by Follow.
func (s *Sender) Send(ctx context.Context, sub Submission) (anchor.Attempt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.prepare(ctx, sub)
	if err != nil {
		return anchor.Attempt{}, fmt.Errorf("anchoring %s: %w", sub.Checkpoint, err)
	}
	attempt := anchor.Attempt{Log: sub.Log, Size: sub.Checkpoint.Size, Root: sub.Checkpoint.Root}
	if err = s.keepAndSend(ctx, tx, &attempt); err != nil {
		err = fmt.Errorf("anchoring %s: %w", sub.Checkpoint, err)
	}
	return attempt, err
}

// prepare signs the next attempt. Its nonce is beyond those of the journal, also where a provider does not know of them.
func (s *Sender) prepare(ctx context.Context, sub Submission) (*types.Transaction, error) {
	attempts, err := s.journal.Attempts(ctx)
	if err != nil {
		return nil, err
	}
	if waiting := inFlight(attempts); waiting != nil {
		return nil, fmt.Errorf("%w: transaction %s", ErrInFlight, common.Hash(waiting.Transaction))
	}
	data, err := calldata(sub)
	if err != nil {
		return nil, err
	}
	head, err := s.r.head(ctx)
	if err != nil {
		return nil, err
	}
	nonce, err := s.nonceAt(ctx, head.Hash())
	if err != nil {
		return nil, err
	}
	for _, a := range attempts {
		if len(a.Raw) > 0 {
			nonce = max(nonce, a.Nonce+1)
		}
	}
	return s.sign(ctx, head, nonce, &s.r.contract, nil, data)
}

// submit sends an attempt that is in the journal, the same bytes each time, and records that a node has taken it.
func (s *Sender) submit(ctx context.Context, a *anchor.Attempt) error {
	if err := s.send(ctx, a.Raw); err != nil {
		return err
	}
	s.step(pointSent)
	if a.State == anchor.AttemptSubmitted {
		return nil
	}
	submitted := *a
	submitted.State = anchor.AttemptSubmitted
	if err := s.journal.Save(ctx, submitted); err != nil {
		return err
	}
	*a = submitted
	s.step(pointSubmittedRecorded)
	return nil
}

// Pending is the attempt that is stored or submitted, nil when there is none.
func (s *Sender) Pending(ctx context.Context) (*anchor.Attempt, error) {
	attempts, err := s.journal.Attempts(ctx)
	if err != nil {
		return nil, err
	}
	return inFlight(attempts), nil
}

// inFlight is an attempt that no block has, and no block has another of its nonce.
func inFlight(attempts []anchor.Attempt) *anchor.Attempt {
	done := map[uint64]bool{}
	for _, a := range attempts {
		if len(a.Raw) > 0 && !waits(a) {
			done[a.Nonce] = true
		}
	}
	for _, a := range attempts {
		if waits(a) && !done[a.Nonce] {
			return &a
		}
	}
	return nil
}

func waits(a anchor.Attempt) bool {
	return a.State == anchor.AttemptStored || a.State == anchor.AttemptSubmitted
}
