package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lethe/anchor"
	"lethe/offchain"
)

// Sender takes checkpoints to the contract. One attempt is under way at a time.
type Sender interface {
	// Send stores an attempt and sends it.
	Send(ctx context.Context, sub anchor.Submission) (anchor.Attempt, error)
	// Follow looks at every attempt that is not settled, sends again what no block has, and returns those whose state changed.
	Follow(ctx context.Context) ([]anchor.Attempt, error)
	// Pending is the attempt that no block has yet, nil when there is none.
	Pending(ctx context.Context) (*anchor.Attempt, error)
}

// anchoring is what the sender's side remembers.
type anchoring struct {
	sync.Mutex
	current bool // no anchored certificate names another block than the one that its checkpoint stands in
	settled [sha256.Size]byte
}

// AnchorInfo is how the anchoring stands.
type AnchorInfo struct {
	ChainID       uint64    `json:"chain_id"`
	Contract      string    `json:"contract"`
	Log           uint32    `json:"log"`
	Reachable     bool      `json:"reachable"`
	Accepted      uint64    `json:"accepted_size"`  // of the newest checkpoint that the contract shows
	Confirmed     uint64    `json:"confirmed_size"` // of the newest with enough blocks on top
	Block         uint64    `json:"block"`          // of that one
	Time          time.Time `json:"time"`           // of that block
	State         string    `json:"state"`          // of the newest attempt: stored, submitted, mined, confirmed
	Waiting       uint64    `json:"waiting"`        // entries that were shown and are not yet confirmed
	Confirmations uint64    `json:"confirmations"`
	MaxDelay      string    `json:"max_delay"` // published: between an entry's position and its confirmation
	Problem       string    `json:"problem,omitempty"`
}

// anchorPoll is how often the chain is asked while somebody waits for a confirmation.
const anchorPoll = 50 * time.Millisecond

// Anchor follows what was sent to the chain, and sends the newest checkpoint when it is due by the schedule, or at once when now is
// true. An unreachable chain is anchor.ErrUnreachable; what is to be anchored waits.
func (s *Service) Anchor(ctx context.Context, now bool) error {
	s.anchoring.Lock()
	defer s.anchoring.Unlock()
	if !s.guard.isOpen() {
		return ErrQuarantined
	}
	if s.cfg.Sender == nil {
		return s.certifyAgain(ctx)
	}
	if elected, err := s.writes(ctx); err != nil || !elected {
		return err
	}
	if err := s.follow(ctx); err != nil {
		return err
	}
	pending, err := s.cfg.Sender.Pending(ctx)
	if err != nil || pending != nil {
		return err
	}
	due, err := s.due(ctx)
	if err != nil || (!due && !now) {
		return err
	}
	if err := s.submit(ctx); err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	return s.follow(ctx)
}

// AnchorNow brings what waits into the log, anchors it, and waits until that is confirmed. progress is told each state of the
// transactions; it may be nil.
func (s *Service) AnchorNow(ctx context.Context, progress func(anchor.AttemptState)) error {
	if s.cfg.Sender == nil {
		return s.awaitAnchored(ctx)
	}
	if err := s.SequenceLog(ctx, offchain.SequenceLog{}); err != nil {
		return err
	}
	target, told := s.cfg.Log.Shown().Size, anchor.AttemptState("")
	for {
		if err := s.Anchor(ctx, true); err != nil {
			return err
		}
		all, err := s.attempts(ctx)
		if err != nil {
			return err
		}
		if n := len(all); progress != nil && n > 0 && all[n-1].State != told {
			told = all[n-1].State
			progress(told)
		}
		newest, err := s.newestConfirmed(ctx)
		if err != nil || newest.Size >= target {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(anchorPoll):
		}
	}
}

// awaitAnchored waits until another process has anchored what is shown now, on its schedule.
func (s *Service) awaitAnchored(ctx context.Context) error {
	target, err := s.cfg.Log.Size(ctx)
	for err == nil {
		var newest anchor.Attempt
		if newest, err = s.newestConfirmed(ctx); err != nil || newest.Size >= target {
			break
		}
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(poll):
		}
	}
	return err
}

// KeepAnchoring anchors on the schedule until its context ends. The schedule is a quarter of the published delay, so that a lost
// transaction or a re-org does not break it.
func (s *Service) KeepAnchoring(ctx context.Context) {
	if s.cfg.Sender == nil && s.cfg.Signer == nil {
		return
	}
	for {
		if err := s.Anchor(ctx, false); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("anchoring waits", "reason", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.anchorTick()):
		}
	}
}

// anchorTick is how often attempts are followed.
func (s *Service) anchorTick() time.Duration {
	return min(max(s.cfg.Network.MaxDelay/64, anchorPoll), 15*time.Second)
}

func (s *Service) follow(ctx context.Context) error {
	changed, err := s.cfg.Sender.Follow(ctx)
	if err != nil {
		s.anchoring.current = false // what has changed is not told again
		return fmt.Errorf("follow transactions: %w", err)
	}
	for _, a := range changed {
		s.cfg.Logger.Info("transaction", "state", string(a.State), "size", a.Size, "block", a.Block)
		if a.State == anchor.AttemptConfirmed { // perhaps again, in another block
			s.anchoring.current = false
		}
	}
	return s.certifyAgain(ctx)
}

// certifyAgain issues the anchored editions of certificates, in the process that signs them.
func (s *Service) certifyAgain(ctx context.Context) error {
	if s.cfg.Signer == nil {
		return nil
	}
	settled, err := s.settledAttempts(ctx)
	if err != nil {
		return err
	}
	if settled != s.anchoring.settled {
		s.anchoring.current = false
	}
	if err := s.anchorCertificates(ctx, stateCertified); err != nil || s.anchoring.current {
		return err
	}
	err = s.anchorCertificates(ctx, stateAnchored)
	s.anchoring.current, s.anchoring.settled = err == nil, settled
	return err
}

// settledAttempts is a digest of which transactions stand in which blocks: while it stays, so do the certificates that name them.
func (s *Service) settledAttempts(ctx context.Context) (sum [sha256.Size]byte, err error) {
	all, err := s.attempts(ctx)
	h := sha256.New()
	for _, a := range all {
		if s.confirmed(a) {
			h.Write(a.Transaction[:])
			h.Write(a.BlockHash[:])
		}
	}
	copy(sum[:], h.Sum(nil))
	return sum, err
}

// due says whether a quarter of the published delay has passed since something was last sent.
func (s *Service) due(ctx context.Context) (bool, error) {
	last, err := s.lastAttempt(ctx)
	if err != nil || last == nil {
		return true, err
	}
	since := s.cfg.Now().Sub(last.Created)
	return since >= s.cfg.Network.MaxDelay/4 || since < 0, nil // a clock that was ahead must not stop it
}

// lastAttempt is the newest transaction for this log, nil when there is none.
func (s *Service) lastAttempt(ctx context.Context) (last *anchor.Attempt, err error) {
	all, err := s.attempts(ctx)
	for _, a := range all {
		if a.Log == s.cfg.Network.Log {
			last = &a
		}
	}
	return last, err
}

// submit sends the newest shown checkpoint, if the contract does not have it, with the keys that were erased since the one it has.
func (s *Service) submit(ctx context.Context) error {
	shown := s.cfg.Log.Shown()
	latest, err := s.cfg.Chain.Latest(ctx)
	if err != nil {
		return err
	}
	if latest.Log != s.cfg.Network.Log {
		return fmt.Errorf("the contract is at log %d, this is log %d", latest.Log, s.cfg.Network.Log)
	}
	if shown.Size <= latest.Size {
		return nil // a log that is behind is the guard's concern
	}
	erased, err := s.announcedBetween(ctx, latest.Size, shown.Size)
	if err != nil {
		return err
	}
	if len(erased) > anchor.MaxErased { // the next ones go with the next checkpoint
		if shown, erased, err = s.fewer(ctx, latest.Size, erased); err != nil {
			return err
		}
	}
	proof, err := s.cfg.Log.Consistency(ctx, latest.Size, shown.Size)
	if err != nil {
		return err
	}
	s.cfg.Step("anchor.proof-made")
	_, err = s.cfg.Sender.Send(ctx, anchor.Submission{
		Log: latest.Log, OldSize: latest.Size, Checkpoint: shown, Proof: proof, Erased: hashesOf(erased),
	})
	return err
}

// fewer chooses an older checkpoint, which covers no more erased keys than one transaction takes.
func (s *Service) fewer(ctx context.Context, from uint64, erased []offchain.LogEntry) (anchor.Checkpoint, []offchain.LogEntry, error) {
	older, err := s.cfg.Log.ShownUpTo(ctx, *erased[anchor.MaxErased].Position)
	if err == nil && older.Size <= from {
		err = fmt.Errorf("one checkpoint covers more than %d erased keys", anchor.MaxErased)
	}
	if err != nil {
		return older, nil, err
	}
	erased, err = s.announcedBetween(ctx, from, older.Size)
	return older, erased, err
}

func (s *Service) announcedBetween(ctx context.Context, from, to uint64) (entries []offchain.LogEntry, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		entries, err = q.AnnouncedEntries(ctx, from, to)
		return err
	})
	return entries, err
}

func hashesOf(entries []offchain.LogEntry) (hashes []anchor.Hash) {
	for _, e := range entries {
		hashes = append(hashes, e.Entry)
	}
	return hashes
}

// attempts lists the transactions that carry a checkpoint.
func (s *Service) attempts(ctx context.Context) ([]anchor.Attempt, error) {
	all, err := Journal{s.cfg.Store}.Attempts(ctx)
	return slices.DeleteFunc(all, func(a anchor.Attempt) bool { return a.Size == 0 }), err
}

// newestConfirmed is the largest confirmed checkpoint of this log, with size 0 when there is none.
func (s *Service) newestConfirmed(ctx context.Context) (newest anchor.Attempt, err error) {
	all, err := s.attempts(ctx)
	for _, a := range all {
		if s.confirmed(a) && a.Size >= newest.Size {
			newest = a
		}
	}
	return newest, err
}

func (s *Service) confirmed(a anchor.Attempt) bool {
	return a.State == anchor.AttemptConfirmed && a.Log == s.cfg.Network.Log
}

// firstConfirmed is the smallest confirmed checkpoint that covers some positions; nil when there is none yet.
func (s *Service) firstConfirmed(ctx context.Context, size uint64) (first *anchor.Attempt, err error) {
	all, err := s.attempts(ctx)
	for _, a := range all {
		if s.confirmed(a) && a.Size >= size && (first == nil || a.Size < first.Size) {
			first = &a
		}
	}
	return first, err
}

func (s *Service) anchored(a anchor.Attempt) *anchor.Anchored {
	return &anchor.Anchored{ChainID: s.cfg.Network.ChainID, Contract: s.cfg.Network.CheckpointLog, Accepted: anchor.Accepted{
		Log: a.Log, Size: a.Size, Root: a.Root, Block: a.Block, BlockHash: a.BlockHash, Transaction: a.Transaction, Time: a.Time,
	}}
}

// AnchorStatus says how the anchoring stands, after following what is under way. A chain that does not answer is part of it, not an
// error.
func (s *Service) AnchorStatus(ctx context.Context) (AnchorInfo, error) {
	refused := s.Anchor(ctx, false)
	n := s.cfg.Network
	info := AnchorInfo{
		ChainID: n.ChainID, Contract: n.CheckpointLog, Log: n.Log, Confirmations: n.Confirmations, MaxDelay: n.MaxDelay.String(),
	}
	if refused != nil && !errors.Is(refused, ErrQuarantined) {
		info.Problem = refused.Error()
	}
	latest, err := s.cfg.Chain.Latest(ctx)
	if err != nil {
		info.Problem = err.Error()
	} else {
		info.Reachable, info.Accepted = true, latest.Size
	}
	last, err := s.lastAttempt(ctx)
	if err != nil {
		return info, err
	}
	newest, err := s.newestConfirmed(ctx)
	info.Confirmed, info.Block, info.Time = newest.Size, newest.Block, newest.Time
	if shown := s.cfg.Log.Shown().Size; shown > newest.Size {
		info.Waiting = shown - newest.Size
	}
	if last != nil {
		info.State = string(last.State)
		late := s.cfg.Now().Sub(last.Created)
		if last.State != anchor.AttemptConfirmed && late > n.MaxDelay && info.Problem == "" {
			info.Problem = fmt.Sprintf("the published delay is exceeded: the newest transaction was sent %s ago and is %s", late.Round(time.Second), last.State)
		}
	}
	return info, err
}

// anchorCertificates is step 11: certified erasures whose entries a confirmed checkpoint covers get the edition that says so,
// and so do those whose checkpoint a re-org has moved to another block.
func (s *Service) anchorCertificates(ctx context.Context, in state) error {
	var rows []offchain.Case
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		rows, err = q.CasesIn(ctx, string(in))
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.anchorCertificate(ctx, row.ID); err != nil && !errors.Is(err, errCaseKeyLost) {
			return fmt.Errorf("case %s: anchored edition of the certificate: %w", row.ID, err)
		}
	}
	return nil
}

func (s *Service) anchorCertificate(ctx context.Context, id string) error {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	return s.alone(ctx, leaseErasing, func(ctx context.Context) error { return s.anchorAlone(ctx, id) })
}

func (s *Service) anchorAlone(ctx context.Context, id string) error {
	row, key, file, err := s.openCase(ctx, id)
	if err != nil {
		return err
	}
	defer key.Zero()
	e := &execution{Service: s, row: row, key: key, file: file, lease: leaseErasing}
	size, err := e.covered(ctx, e.row.ID)
	if err != nil || size == 0 {
		return err
	}
	at, err := s.firstConfirmed(ctx, size)
	if err != nil || at == nil || file.Anchor.same(at) {
		return err
	}
	file.Anchor = anchorNote{Size: at.Size, Transaction: at.Transaction[:], BlockHash: at.BlockHash[:]}
	if err := e.certifyAnchored(ctx, *at); err != nil {
		return err
	}
	s.cfg.Step("anchor.certificate-written")
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		s.changed.signal()
		return e.save(ctx, tx, stateAnchored)
	})
}

func (n anchorNote) same(a *anchor.Attempt) bool {
	return bytes.Equal(n.Transaction, a.Transaction[:]) && bytes.Equal(n.BlockHash, a.BlockHash[:])
}

// covered is the size that a checkpoint must have to cover all entries of a subject; 0 while one of them has no position.
func (s *Service) covered(ctx context.Context, subject string) (size uint64, err error) {
	entries, err := s.entriesOf(ctx, subject)
	for _, l := range entries {
		if l.Position == nil {
			return 0, err
		}
		size = max(size, *l.Position+1)
	}
	return size, err
}

func (s *Service) entriesOf(ctx context.Context, subject string) (entries []offchain.LogEntry, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		entries, err = q.EntriesOf(ctx, subject)
		return err
	})
	return entries, err
}

// Journal keeps the transactions to the chain in the index.
type Journal struct{ Store offchain.Store }

var _ anchor.Journal = Journal{}

// Attempts implements [anchor.Journal].
func (j Journal) Attempts(ctx context.Context) (all []anchor.Attempt, err error) {
	err = j.Store.View(ctx, func(q offchain.Queries) error {
		rows, err := q.Attempts(ctx)
		for _, r := range rows {
			all = append(all, anchor.Attempt{
				Transaction: r.Transaction, Nonce: r.Nonce, Raw: r.Raw, State: anchor.AttemptState(r.State), Log: r.Log, Size: r.Size,
				Root: r.Root, Block: r.Block, BlockHash: r.BlockHash, Time: r.Time, Created: r.Created,
			})
		}
		return err
	})
	return all, err
}

// Save implements [anchor.Journal].
func (j Journal) Save(ctx context.Context, a anchor.Attempt) error {
	return j.Store.InTx(ctx, func(tx offchain.Tx) error {
		return tx.SaveAttempt(ctx, offchain.Attempt{
			Transaction: a.Transaction, Nonce: a.Nonce, Raw: a.Raw, State: string(a.State), Log: a.Log, Size: a.Size, Root: a.Root,
			Block: a.Block, BlockHash: a.BlockHash, Time: a.Time, Created: a.Created,
		})
	})
}
