package vault

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
)

// memLog is a log in memory, kept in a file so that it is copied and put back as the other stores are.
type memLog struct {
	mu      sync.Mutex
	file    string
	entries []anchor.Hash
	shown   map[uint64]anchor.Checkpoint
	newest  anchor.Checkpoint
	started bool
	torn    bool // the next batch gets in by half, and the answer is an error
	signer  note.Signer
	key     string
}

var (
	_ Log       = (*memLog)(nil)
	_ LogWriter = (*memLog)(nil)
)

func openMemLog(t testing.TB, dir string) *memLog {
	signer, key, err := anchor.NewSigner("example.org/log", make([]byte, 32))
	must(t, err)
	must(t, os.MkdirAll(dir, 0o700))
	l := &memLog{shown: map[uint64]anchor.Checkpoint{}, signer: signer, key: key, file: filepath.Join(dir, "log.json")}
	l.newest = anchor.Checkpoint{Root: sha256.Sum256(nil)}
	var kept memLogFile
	if data, err := os.ReadFile(l.file); err == nil {
		must(t, json.Unmarshal(data, &kept))
	}
	l.entries = kept.Entries
	for _, c := range kept.Shown {
		l.newest, l.shown[c.Size] = c, c
	}
	return l
}

type memLogFile struct {
	Entries []anchor.Hash
	Shown   []anchor.Checkpoint
}

func (l *memLog) save() error {
	kept := memLogFile{Entries: l.entries}
	for _, size := range slices.Sorted(maps.Keys(l.shown)) {
		kept.Shown = append(kept.Shown, l.shown[size])
	}
	data, err := json.Marshal(kept)
	return errors.Join(err, os.WriteFile(l.file, data, 0o600))
}

func (l *memLog) network() anchor.Network {
	return anchor.Network{
		Origin: "example.org/log", LogKey: l.key, ChainID: 7, CheckpointLog: "0x00000000000000000000000000000000000000A1",
		Confirmations: 2, MaxDelay: time.Hour,
	}
}

func (l *memLog) tree() *testonly.Tree {
	t := testonly.New(rfc6962.DefaultHasher)
	for _, e := range l.entries {
		t.AppendData(e[:])
	}
	return t
}

// Refresh has nothing to do: all processes of a test have the one in memory.
func (l *memLog) Refresh(context.Context) (bool, error) { return false, nil }

func (l *memLog) Start(ctx context.Context, floor *anchor.Accepted) error {
	if floor != nil && floor.Size > uint64(len(l.entries)) {
		return anchor.ErrBehind
	}
	if floor != nil {
		if root, err := l.Root(ctx, floor.Size); err != nil || root != floor.Root {
			return errors.Join(err, anchor.ErrFork)
		}
	}
	l.started = true
	return nil
}

func (l *memLog) Append(_ context.Context, entries []anchor.Hash) (positions []uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.started {
		return nil, anchor.ErrClosed
	}
	if l.torn {
		l.torn = false
		l.entries = append(l.entries, entries[:len(entries)/2]...)
		return nil, errors.Join(errFault, l.save())
	}
	for _, e := range entries {
		positions = append(positions, uint64(len(l.entries)))
		l.entries = append(l.entries, e)
	}
	return positions, l.save()
}

func (l *memLog) Publish(ctx context.Context) (anchor.Checkpoint, error) {
	if !l.started {
		return anchor.Checkpoint{}, anchor.ErrClosed
	}
	size, _ := l.Size(ctx)
	root, err := l.Root(ctx, size)
	if err != nil {
		return anchor.Checkpoint{}, err
	}
	c, err := anchor.Checkpoint{Origin: "example.org/log", Size: size, Root: root}.Sign(l.signer)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest, l.shown[size] = c, c
	return c, errors.Join(err, l.save())
}

func (l *memLog) Shown() anchor.Checkpoint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest
}

func (l *memLog) Checkpoint(_ context.Context, size uint64) (anchor.Checkpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.shown[size]
	if !ok {
		return c, errors.New("no such checkpoint")
	}
	return c, nil
}

func (l *memLog) ShownUpTo(_ context.Context, size uint64) (anchor.Checkpoint, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	best := anchor.Checkpoint{Root: sha256.Sum256(nil)}
	for n, c := range l.shown {
		if n <= size && n > best.Size {
			best = c
		}
	}
	return best, nil
}

func (l *memLog) Size(context.Context) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.entries)), nil
}

func (l *memLog) Entries(_ context.Context, from, to uint64) iter.Seq2[anchor.Hash, error] {
	return func(yield func(anchor.Hash, error) bool) {
		for i := from; i < to; i++ {
			if !yield(l.entries[i], nil) {
				return
			}
		}
	}
}

func (l *memLog) Root(_ context.Context, size uint64) (anchor.Hash, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return anchor.Hash(l.tree().HashAt(size)), nil
}

func (l *memLog) Inclusion(_ context.Context, index, size uint64) ([]anchor.Hash, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	proof, err := l.tree().InclusionProof(index, size)
	return hashes(proof), err
}

func (l *memLog) Consistency(_ context.Context, older, newer uint64) ([]anchor.Hash, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	proof, err := l.tree().ConsistencyProof(older, newer)
	return hashes(proof), err
}

func hashes(proof [][]byte) (all []anchor.Hash) {
	for _, p := range proof {
		all = append(all, anchor.Hash(p))
	}
	return all
}

// memChain is a contract in memory, with the blocks that accepted each checkpoint.
type memChain struct {
	mu       sync.Mutex
	block    uint64
	accepted []anchor.Accepted
	erased   map[uint64][]anchor.Hash // by checkpoint size
	down     bool
	lies     error               // what Latest answers, as a chain whose providers contradict each other does
	mute     bool                // it does not say what was erased
	slow     bool                // what is sent waits for mine
	sent     []anchor.Submission // all that came
	waiting  []anchor.Submission // and what no block has
}

var _ anchor.Chain = (*memChain)(nil)

func newMemChain() *memChain {
	root := sha256.Sum256(nil)
	return &memChain{block: 1, accepted: []anchor.Accepted{{Root: root, Block: 1}}, erased: map[uint64][]anchor.Hash{}}
}

func (c *memChain) Latest(context.Context) (anchor.Accepted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lies != nil {
		return anchor.Accepted{}, c.lies
	}
	if c.down {
		return anchor.Accepted{}, anchor.ErrUnreachable
	}
	return c.accepted[len(c.accepted)-1], nil
}

func (c *memChain) Accepted(_ context.Context, log uint32, size uint64) (anchor.Accepted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.accepted {
		if a.Log == log && a.Size == size && !c.down {
			return a, nil
		}
	}
	return anchor.Accepted{}, anchor.ErrNotAnchored
}

func (c *memChain) Erased(_ context.Context, _ uint32, size uint64) (all []anchor.Hash, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mute {
		return nil, anchor.ErrUnreachable
	}
	for n, hashes := range c.erased {
		if n > size {
			all = append(all, hashes...)
		}
	}
	return all, nil
}

// take accepts a checkpoint, or lets it wait.
func (c *memChain) take(sub anchor.Submission) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent, c.waiting = append(c.sent, sub), append(c.waiting, sub)
	if !c.slow {
		c.accept()
	}
}

// keep remembers what is accepted, so that a test can begin from there again.
func (c *memChain) keep() (again func()) {
	accepted, erased := slices.Clone(c.accepted), maps.Clone(c.erased)
	return func() { c.accepted, c.erased = slices.Clone(accepted), maps.Clone(erased) }
}

// mine puts what waits into blocks.
func (c *memChain) mine() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accept()
}

func (c *memChain) accept() {
	for _, sub := range c.waiting {
		a := anchor.Accepted{Log: sub.Log, Size: sub.Checkpoint.Size, Root: sub.Checkpoint.Root}
		a.Transaction = transactionOf(sub.Checkpoint)
		c.accepted, c.erased[a.Size] = append(c.accepted, c.inBlock(a)), sub.Erased
	}
	c.waiting = nil
}

// reorg moves the newest checkpoint to another block.
func (c *memChain) reorg() {
	c.mu.Lock()
	defer c.mu.Unlock()
	newest := &c.accepted[len(c.accepted)-1]
	*newest = c.inBlock(*newest)
}

func (c *memChain) inBlock(a anchor.Accepted) anchor.Accepted {
	c.block++
	a.Block, a.Time = c.block, time.Unix(int64(c.block)*12, 0).UTC()
	binary.BigEndian.PutUint64(a.BlockHash[:], c.block)
	return a
}

func transactionOf(c anchor.Checkpoint) (hash anchor.Hash) {
	binary.BigEndian.PutUint64(hash[8:], c.Size)
	return hash
}

// memSender sends to it: an attempt is mined at once unless the chain is slow, and confirmed when it is followed after that. A
// re-org takes it back to submitted.
type memSender struct {
	chain   *memChain
	journal Journal
	now     func() time.Time
	refuses error
}

var _ Sender = (*memSender)(nil)

func (s *memSender) Send(ctx context.Context, sub anchor.Submission) (anchor.Attempt, error) {
	if _, err := s.chain.Latest(ctx); err != nil {
		return anchor.Attempt{}, err
	}
	if s.refuses != nil {
		return anchor.Attempt{}, s.refuses
	}
	s.chain.take(sub)
	at := anchor.Attempt{
		Transaction: transactionOf(sub.Checkpoint), Raw: []byte("raw"), State: anchor.AttemptSubmitted,
		Log: sub.Log, Size: sub.Checkpoint.Size, Root: sub.Checkpoint.Root, Created: s.now(),
	}
	at = s.look(ctx, at)
	return at, s.journal.Save(ctx, at)
}

// look brings an attempt one state further, or back.
func (s *memSender) look(ctx context.Context, a anchor.Attempt) anchor.Attempt {
	on, err := s.chain.Accepted(ctx, a.Log, a.Size)
	switch {
	case err != nil: // still no block has it
	case a.State == anchor.AttemptSubmitted:
		a.State, a.Block, a.BlockHash, a.Time = anchor.AttemptMined, on.Block, on.BlockHash, on.Time
	case a.BlockHash != on.BlockHash:
		a.State = anchor.AttemptSubmitted
	case a.State == anchor.AttemptMined:
		a.State = anchor.AttemptConfirmed
	}
	return a
}

func (s *memSender) Follow(ctx context.Context) (changed []anchor.Attempt, err error) {
	if _, err := s.chain.Latest(ctx); err != nil {
		return nil, err
	}
	all, err := s.journal.Attempts(ctx)
	for _, was := range all {
		if a := s.look(ctx, was); a.State != was.State {
			changed, err = append(changed, a), errors.Join(err, s.journal.Save(ctx, a))
		}
	}
	return changed, err
}

func (s *memSender) Pending(ctx context.Context) (*anchor.Attempt, error) {
	all, err := s.journal.Attempts(ctx)
	for _, a := range all {
		if a.State == anchor.AttemptSubmitted {
			return &a, err
		}
	}
	return nil, err
}

func (c *memChain) History(_ context.Context, log uint32) (all []anchor.Accepted, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.accepted {
		if a.Log == log && a.Size > 0 {
			all = append(all, a)
		}
	}
	return all, nil
}
