package vault

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"lethe/anchor"
	"lethe/offchain"
)

// LogWriter adds to the transparency log. Errors are those of package anchor.
type LogWriter interface {
	// Refresh looks whether another process has gone on with the log since; if so, it has to be started again.
	Refresh(ctx context.Context) (again bool, err error)
	// Start begins writing unless the log is behind, or contradicts, what the contract has accepted (nil: nothing is known).
	Start(ctx context.Context, floor *anchor.Accepted) error
	// Append gives entries the next positions, in any order. They are durable when it answers, and for good once they are published.
	Append(ctx context.Context, entries []anchor.Hash) ([]uint64, error)
	// Publish shows a checkpoint of everything that was appended, after its tiles are in a second place.
	Publish(ctx context.Context) (anchor.Checkpoint, error)
}

// Log is the transparency log as its readers have it; a writer's has entries that were not shown yet, too.
type Log interface {
	// Shown is the newest checkpoint that was shown, of size 0 when there is none yet.
	Shown() anchor.Checkpoint
	// Checkpoint is the one of that size, if it was shown.
	Checkpoint(ctx context.Context, size uint64) (anchor.Checkpoint, error)
	// ShownUpTo is the largest shown checkpoint of at most that size.
	ShownUpTo(ctx context.Context, size uint64) (anchor.Checkpoint, error)
	// Size counts the entries, shown or not.
	Size(ctx context.Context) (uint64, error)
	// Entries reads the entries in [from, to).
	Entries(ctx context.Context, from, to uint64) iter.Seq2[anchor.Hash, error]
	Root(ctx context.Context, size uint64) (anchor.Hash, error)
	Inclusion(ctx context.Context, index, size uint64) ([]anchor.Hash, error)
	Consistency(ctx context.Context, older, newer uint64) ([]anchor.Hash, error)
}

// writing is what the log's writer remembers.
type writing struct {
	sync.Mutex
	started bool      // for this process
	noted   bool      // every entry of the log that this index knows has its position there
	until   time.Time // when the lease ends, as this process took it last
}

const (
	writerLease = "log-writer"
	// writerTerm is how long a writer that died keeps the log from the next one, where processes of different names share it.
	writerTerm = 30 * time.Second
	// frontierSetting is the log size up to which positions have been noted in the index.
	frontierSetting = "log-frontier"
	// numberSetting is the number, in the contract, of the log that the positions are of.
	numberSetting = "log-number"
	sequenceBatch = 4096
	// writerWait is how long a process waits for another's writing.
	writerWait = 2 * time.Minute
)

// SequenceLog brings entries that have no position into the log, and shows a checkpoint that covers them. It is what the job
// calls. Nothing is signed while the vault is quarantined.
func (s *Service) SequenceLog(ctx context.Context, _ offchain.SequenceLog) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.guard.isOpen() {
		return ErrQuarantined
	}
	s.cfg.Step("log.job-begun")
	err := s.startWriting(ctx)
	if s.cfg.Shared && errors.Is(err, offchain.ErrHeld) {
		return nil // whoever holds it looks for what waits
	}
	if err != nil {
		return err
	}
	for {
		placed, err := s.sequence(ctx)
		if err != nil {
			return fmt.Errorf("log: %w", err)
		}
		if placed < sequenceBatch { // what came meanwhile has a job of its own
			return nil
		}
	}
}

// show publishes what was appended, if this process is the elected one still.
func (s *Service) show(ctx context.Context) error {
	if err := s.stayElected(ctx); err != nil {
		return err
	}
	shown, err := s.cfg.Writer.Publish(ctx)
	if err != nil {
		return fmt.Errorf("show a checkpoint: %w", err)
	}
	s.showings.add(shown.Size, s.cfg.Now())
	s.changed.signal()
	return nil
}

// showRest publishes what an earlier writer has appended, if anything.
func (s *Service) showRest(ctx context.Context) error {
	size, err := s.cfg.Log.Size(ctx)
	if err != nil || size <= s.cfg.Log.Shown().Size {
		return err
	}
	return s.show(ctx)
}

// startWriting takes the log over where it is not this process's yet: it is opened against what the contract has accepted. Entries
// that were shown without being noted, by an earlier writer or before an error, get their positions; what was appended and never
// shown is shown.
func (s *Service) startWriting(ctx context.Context) error {
	if err := s.elect(ctx); err != nil {
		return err
	}
	if s.writing.started && s.writing.noted {
		return nil
	}
	if err := s.complete(ctx); err != nil {
		return err
	}
	if !s.writing.started {
		if err := s.openForWriting(ctx); err != nil {
			return err
		}
	}
	if err := s.showRest(ctx); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	err := s.findPlaced(ctx)
	s.writing.noted = err == nil
	return err
}

// elect takes or keeps the writer's lease. Whoever has not held it for a while looks whether another has written, and has not been
// elected before that is known.
func (s *Service) elect(ctx context.Context) error {
	at, err := s.holdLease(ctx)
	if err == nil && at.After(s.writing.until) {
		err = s.refresh(ctx)
	}
	if err == nil {
		s.writing.until = at.Add(writerTerm)
	}
	return err
}

// stayElected is for who is in the middle of writing: where another has written since, that has to begin again.
func (s *Service) stayElected(ctx context.Context) error {
	err := s.elect(ctx)
	if err == nil && !s.writing.started {
		err = fmt.Errorf("another process has gone on with it: %w", offchain.ErrHeld)
	}
	return err
}

// refresh looks whether another process has gone on with the log.
func (s *Service) refresh(ctx context.Context) error {
	s.writing.noted = false
	again, err := s.cfg.Writer.Refresh(ctx)
	if again {
		s.writing.started = false
	}
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// writes says whether this process is the elected one, of those that write the log and take it to the chain.
func (s *Service) writes(ctx context.Context) (bool, error) {
	if !s.cfg.Shared {
		return true, nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	err := s.elect(ctx)
	if errors.Is(err, offchain.ErrHeld) {
		return false, nil
	}
	return err == nil, err
}

// KeepWriting brings in what waits, also what the job of a process that died was for, until its context ends.
func (s *Service) KeepWriting(ctx context.Context) {
	if !s.cfg.Shared || s.cfg.Writer == nil {
		return // jobs do
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		waiting, err := s.pending(ctx)
		if err == nil && len(waiting) > 0 {
			err = s.SequenceLog(ctx, offchain.SequenceLog{})
		}
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Warn("the log waits", "reason", err.Error())
		}
	}
}

func (s *Service) openForWriting(ctx context.Context) error {
	floor, known := s.guard.witnessed()
	if !known {
		return fmt.Errorf("the log is not written to: %w", ErrNoWitness)
	}
	s.cfg.Step("log.writer-elected")
	err := s.cfg.Writer.Start(ctx, floor)
	s.writing.started = err == nil
	return err
}

// complete refuses a log that lacks entries which the contract or the index know: it was put back, and is not signed over.
func (s *Service) complete(ctx context.Context) error {
	floor, _ := s.guard.witnessed()
	noted, err := s.frontier(ctx)
	if err != nil {
		return err
	}
	size, err := s.cfg.Log.Size(ctx) // last: it only grows
	if err != nil {
		return err
	}
	if floor != nil && floor.Size > size {
		return fmt.Errorf("the contract has accepted %d entries, and the log has %d: %w", floor.Size, size, anchor.ErrBehind)
	}
	if noted > size {
		return fmt.Errorf("the index knows %d entries, and the log has %d: %w", noted, size, anchor.ErrBehind)
	}
	return nil
}

// holdLease takes or keeps the lease, and says as of when. The clock is asked within the transaction, which may have had to wait.
func (s *Service) holdLease(ctx context.Context) (at time.Time, err error) {
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		at = s.cfg.Now()
		return s.renewLease(ctx, tx, at)
	})
	return at, err
}

// renewLease fences the writer: a transaction of one who has lost the log does not commit.
func (s *Service) renewLease(ctx context.Context, tx offchain.Tx, now time.Time) error {
	return tx.TakeLease(ctx, writerLease, s.cfg.Holder, now, now.Add(writerTerm))
}

// sequence brings one batch in, and says how many it was.
func (s *Service) sequence(ctx context.Context) (int, error) {
	batch, err := s.pending(ctx)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	if err := s.stayElected(ctx); err != nil {
		return 0, err
	}
	s.cfg.Step("log.entries-taken")
	s.writing.noted = false // until the positions are noted: an error leaves some of the batch in the log
	entries := make([]anchor.Hash, len(batch))
	for i, e := range batch {
		entries[i] = e.Entry
	}
	positions, err := s.cfg.Writer.Append(ctx, entries)
	if err != nil {
		return 0, err
	}
	for i := range batch {
		batch[i].Position = &positions[i]
	}
	s.cfg.Step("log.entries-appended")
	if err := s.show(ctx); err != nil { // positions that are noted stand: not before everybody can see them
		return 0, err
	}
	if err := s.place(ctx, batch, slices.Max(positions)+1); err != nil {
		return 0, err
	}
	s.writing.noted = true
	s.cfg.Step("log.positions-noted")
	return len(batch), nil
}

func (s *Service) pending(ctx context.Context) (batch []offchain.LogEntry, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		batch, err = q.PendingEntries(ctx, sequenceBatch)
		return err
	})
	return batch, err
}

// place notes positions, and that everything below the frontier has been noted.
func (s *Service) place(ctx context.Context, placed []offchain.LogEntry, frontier uint64) error {
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(s.renewLease(ctx, tx, s.cfg.Now()), tx.PlaceEntries(ctx, placed),
			tx.PutSetting(ctx, frontierSetting, binary.BigEndian.AppendUint64(nil, frontier)))
	})
}

// findPlaced looks through what the log has beyond the frontier: a writer died before it noted those, or the index was put back.
func (s *Service) findPlaced(ctx context.Context) error {
	from, err := s.frontier(ctx)
	if err != nil {
		return err
	}
	size, err := s.cfg.Log.Size(ctx)
	if err != nil {
		return err
	}
	var found []offchain.LogEntry
	at := from
	for entry, err := range s.cfg.Log.Entries(ctx, from, size) {
		if err != nil {
			return err
		}
		position := at
		found = append(found, offchain.LogEntry{Entry: entry, Position: &position})
		at++
		if len(found) == sequenceBatch || at == size {
			if err := s.place(ctx, found, at); err != nil {
				return err
			}
			found = found[:0]
		}
	}
	return nil
}

// frontier is how far positions have been noted, in this log: what an index has noted of an earlier one says nothing here.
func (s *Service) frontier(ctx context.Context) (uint64, error) {
	of, err := s.number(ctx, numberSetting)
	if err != nil || of != uint64(s.cfg.Network.Log) {
		return 0, err
	}
	return s.number(ctx, frontierSetting)
}

// number reads a setting that is a number, 0 when it was never set.
func (s *Service) number(ctx context.Context, name string) (uint64, error) {
	var value []byte
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		value, err = q.Setting(ctx, name)
		if errors.Is(err, offchain.ErrNotFound) {
			value, err = make([]byte, 8), nil
		}
		return err
	})
	if err == nil && len(value) != 8 {
		err = fmt.Errorf("setting %s is not a number", name)
	}
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(value), nil
}

// followSuccessor begins a new log when the contract has gone on to one: everything that the index still knows enters it.
func (s *Service) followSuccessor(ctx context.Context) error {
	of, err := s.number(ctx, numberSetting)
	if err != nil || of == uint64(s.cfg.Network.Log) {
		return err
	}
	if of > uint64(s.cfg.Network.Log) {
		return fmt.Errorf("the index is of log %d, and what is published names log %d: put the newest network.json back", of, s.cfg.Network.Log)
	}
	s.cfg.Logger.Warn("a successor of the log begins: all entries that are known enter it", "log", s.cfg.Network.Log)
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(tx.ForgetPositions(ctx), tx.PutSetting(ctx, frontierSetting, make([]byte, 8)),
			tx.PutSetting(ctx, numberSetting, binary.BigEndian.AppendUint64(nil, uint64(s.cfg.Network.Log))),
			tx.Enqueue(ctx, offchain.SequenceLog{}))
	})
}

// awaitLogged waits until everything that was entered for a subject stands in a checkpoint that was shown. Where another process writes the
// log, it waits for that one, at most writerWait.
func (s *Service) awaitLogged(ctx context.Context, subject string) error {
	if s.cfg.Writer != nil {
		return s.SequenceLog(ctx, offchain.SequenceLog{})
	}
	for end := s.cfg.Now().Add(writerWait); ; {
		size, err := s.covered(ctx, subject)
		if err != nil {
			return err
		}
		if shown, err := s.cfg.Log.Size(ctx); err != nil || size > 0 && size <= shown {
			return err
		}
		if s.cfg.Now().After(end) {
			return fmt.Errorf("%w: no process brings entries into the log", ErrNotLogged)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
		}
	}
}

// Settle ends a run: what waits for a position gets it, and a checkpoint that is due is sent. What cannot be done now is done at a
// later start, so only a context that ends is an error.
func (s *Service) Settle(ctx context.Context) error {
	if s.cfg.Writer == nil {
		return nil
	}
	waiting, err := s.pending(ctx)
	if err != nil {
		return err
	}
	size, err := s.cfg.Log.Size(ctx)
	if err != nil {
		return err
	}
	if len(waiting) > 0 || size > s.cfg.Log.Shown().Size {
		err = s.SequenceLog(ctx, offchain.SequenceLog{})
	}
	if err == nil {
		err = s.Anchor(ctx, false)
	}
	if err != nil && !errors.Is(err, ErrQuarantined) {
		s.cfg.Logger.Warn("the log or its anchor waits", "reason", err.Error())
	}
	return ctx.Err()
}

// LogInfo is how the log stands.
type LogInfo struct {
	Origin  string `json:"origin"`
	Size    uint64 `json:"size"`    // of the newest checkpoint that was shown
	Root    string `json:"root"`    // its root, hex
	Placed  int64  `json:"placed"`  // entries of this index that have a position
	Pending int64  `json:"pending"` // and those that wait for one
	Problem string `json:"problem,omitempty"`
}

// LogStatus says how the log stands.
func (s *Service) LogStatus(ctx context.Context) (info LogInfo, err error) {
	shown := s.cfg.Log.Shown()
	info = LogInfo{Origin: s.cfg.Network.Origin, Size: shown.Size, Root: fmt.Sprintf("%x", shown.Root)}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		totals, err := q.EntryTotals(ctx)
		info.Placed, info.Pending = totals.Placed, totals.Pending
		return err
	})
	if problem := s.complete(ctx); problem != nil {
		info.Problem = problem.Error()
	}
	return info, err
}

// inclusion proves that an entry stands in a checkpoint. What the index says of its position is not believed.
func (s *Service) inclusion(ctx context.Context, entry anchor.Hash, at uint64, c anchor.Checkpoint) (anchor.Inclusion, error) {
	proof, err := s.cfg.Log.Inclusion(ctx, at, c.Size)
	if err != nil {
		return anchor.Inclusion{}, err
	}
	i := anchor.Inclusion{Index: at, Hashes: proof, Checkpoint: c}
	return i, i.Verify(entry)
}

// checkpointOf is the checkpoint that an attempt took to the chain.
func (s *Service) checkpointOf(ctx context.Context, at anchor.Attempt) (anchor.Checkpoint, error) {
	c, err := s.cfg.Log.Checkpoint(ctx, at.Size)
	if err == nil && c.Root != at.Root {
		err = fmt.Errorf("the transaction for %d entries has another root than the log: %w", at.Size, anchor.ErrInvalid)
	}
	return c, err
}
