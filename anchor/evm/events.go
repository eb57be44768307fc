package evm

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"lethe/anchor"
	"lethe/contracts"
)

// defaultWindow is how many blocks are searched at once: providers limit it.
const defaultWindow = 5_000

// acceptedTopic is the first topic of the event that a checkpoint was accepted.
func acceptedTopic() common.Hash {
	return crypto.Keccak256Hash([]byte("CheckpointAccepted(uint32,uint64,bytes32)"))
}

// acceptedEvent is an event that was verified, with the transaction that caused it.
type acceptedEvent struct {
	anchor.Accepted
	transaction *types.Transaction
}

// search goes through events from the newest to the oldest. A provider's answer says where to look; what is there is
// verified. That nothing was left out is for the caller to find.
type search struct {
	r      *Reader
	topics []any
	to     uint64 // newest block not searched yet
	done   bool
	found  []types.Log // not verified, oldest first
	last   *block      // several events may be in one block
}

func (r *Reader) search(head *types.Header, topics []any) *search {
	return &search{r: r, topics: topics, to: head.Number.Uint64(), done: head.Number.Uint64() < r.fromBlock}
}

// next is the next older event, nil when there is none.
func (s *search) next(ctx context.Context) (*acceptedEvent, error) {
	for len(s.found) == 0 {
		if s.done {
			return nil, nil
		}
		if err := s.fetch(ctx); err != nil {
			return nil, err
		}
	}
	hint := s.found[len(s.found)-1]
	s.found = s.found[:len(s.found)-1]
	return s.verify(ctx, &hint)
}

func (s *search) fetch(ctx context.Context) error {
	from := s.r.fromBlock
	if s.to >= s.r.window {
		from = max(from, s.to-s.r.window+1)
	}
	filter := map[string]any{
		"address": s.r.contract, "topics": s.topics, "fromBlock": hexutil.Uint64(from), "toBlock": hexutil.Uint64(s.to),
	}
	if err := s.r.providers[0].call(ctx, &s.found, "eth_getLogs", filter); err != nil {
		return fmt.Errorf("events of blocks %d to %d: %w", from, s.to, err)
	}
	slices.SortFunc(s.found, func(a, b types.Log) int {
		if a.BlockNumber != b.BlockNumber {
			return int(int64(a.BlockNumber) - int64(b.BlockNumber))
		}
		return int(a.Index) - int(b.Index)
	})
	if s.done = from == s.r.fromBlock; !s.done {
		s.to = from - 1
	}
	return nil
}

func (s *search) verify(ctx context.Context, hint *types.Log) (*acceptedEvent, error) {
	p := s.r.providers[0]
	log, size, root, ok := s.r.decode(hint)
	if !ok {
		return nil, p.contradicts("sent an event that was not asked for")
	}
	if s.last == nil || s.last.hash != hint.BlockHash {
		b, err := s.r.canonicalBlock(ctx, hint.BlockNumber)
		if err != nil {
			return nil, err
		}
		s.last = b
	}
	accepted, ok := s.r.acceptance(s.last, log, size)
	if !ok || accepted.Root != root || accepted.BlockHash != hint.BlockHash || accepted.Transaction != hint.TxHash {
		return nil, p.contradicts("block %d did not accept a checkpoint of log %d with %d entries as the event says",
			hint.BlockNumber, log, size)
	}
	return &acceptedEvent{accepted, s.last.transactions[s.last.index(accepted.Transaction)]}, nil
}

// Erased lists the 32-byte words that stand behind the arguments of the transactions whose checkpoints, of that log and later
// ones, are larger than size: the erased keys that were announced, and the random words they hide among. Each checkpoint
// names the one that it extends, back from the latest, so none can be left out. Words of a transaction that did not call
// the contract itself do not count, nor does a ragged end: a submitter that went rogue cannot make the list unreadable.
func (r *Reader) Erased(ctx context.Context, log uint32, size uint64) ([]anchor.Hash, error) {
	w, err := r.back(ctx, log, size)
	if err != nil {
		return nil, fmt.Errorf("announced erasures: %w", err)
	}
	return w.words, nil
}

// History lists the checkpoints of a log that were accepted, oldest first, without the empty one. It looks through all blocks
// since FromBlock, and like Erased it notices when one is left out.
func (r *Reader) History(ctx context.Context, log uint32) ([]anchor.Accepted, error) {
	w, err := r.back(ctx, log, 0)
	if err != nil {
		return nil, fmt.Errorf("accepted checkpoints: %w", err)
	}
	slices.Reverse(w.accepted)
	return w.accepted, nil
}

// back goes from the latest checkpoint back to that of a log with at most size entries.
func (r *Reader) back(ctx context.Context, log uint32, size uint64) (*walk, error) {
	head, err := r.head(ctx)
	if err != nil {
		return nil, err
	}
	latest, err := r.latestAt(ctx, head)
	if err != nil {
		return nil, err
	}
	w := &walk{r: r, head: head.Hash(), log: latest.Log, size: latest.Size, events: r.search(head, []any{acceptedTopic()})}
	for w.log > log || w.log == log && (w.unknown || w.size > size) {
		if err := w.step(ctx, log, size); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// walk goes back from checkpoint to checkpoint.
type walk struct {
	r       *Reader
	head    common.Hash
	events  *search
	log     uint32 // of the checkpoint that comes next
	size    uint64
	unknown bool // its size is not known
	words   []anchor.Hash

	accepted []anchor.Accepted // of the log that is asked for, newest first
}

func (w *walk) step(ctx context.Context, log uint32, size uint64) error {
	event, err := w.events.next(ctx)
	if err != nil {
		return err
	}
	if event == nil || event.Log != w.log || !w.unknown && event.Size != w.size {
		return fmt.Errorf("%w: the event of log %d with %d entries was left out", ErrContradiction, w.log, w.size)
	}
	if event.Log == log && event.Size <= size { // behind a checkpoint that did not name it
		w.size, w.unknown = event.Size, false
		return nil
	}
	if event.Size == 0 {
		return w.predecessor(ctx)
	}
	if event.Log == log {
		w.accepted = append(w.accepted, event.Accepted)
	}
	old, words, ok := w.r.announced(event)
	w.size, w.unknown = old, !ok
	w.words = append(w.words, words...)
	return nil
}

// predecessor goes on to the last checkpoint of the log before.
func (w *walk) predecessor(ctx context.Context) error {
	binding := contracts.NewCheckpointLog()
	last, err := read(ctx, w.r, w.head, view[contracts.PredecessorOfOutput]{
		w.r.contract, binding.PackPredecessorOf(w.log), binding.UnpackPredecessorOf,
	})
	w.log, w.size, w.unknown = w.log-1, last.Size, false
	return err
}

// announced reads what a direct call of submit names and carries: the size it extends, and the words behind its arguments.
// A receipt with the event is that of a call that succeeded.
func (r *Reader) announced(event *acceptedEvent) (oldSize uint64, words []anchor.Hash, ok bool) {
	parsed := contracts.NewCheckpointLog().GetABI()
	submit, data := parsed.Methods["submit"], event.transaction.Data()
	if to := event.transaction.To(); to == nil || *to != r.contract || len(data) < 4 || [4]byte(data) != [4]byte(submit.ID) {
		return 0, nil, false
	}
	values, err := submit.Inputs.Unpack(data[4:])
	if err != nil {
		return 0, nil, false
	}
	encoded, err := submit.Inputs.Pack(values...)
	if err != nil {
		return 0, nil, false
	}
	for rest := data[min(4+len(encoded), len(data)):]; len(rest) >= anchor.HashSize; rest = rest[anchor.HashSize:] {
		words = append(words, anchor.Hash(rest[:anchor.HashSize]))
	}
	oldSize, ok = values[1].(uint64)
	return oldSize, words, ok
}
