package evm

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
	"lethe/contracts"
)

// MaxLag is how many blocks a provider may be behind another. The older head counts; further behind is a contradiction.
const MaxLag = 3

// Head is the newest block that all providers have, and agree on.
func (r *Reader) Head(ctx context.Context) (number uint64, hash anchor.Hash, err error) {
	head, err := r.head(ctx)
	if err != nil {
		return 0, anchor.Hash{}, err
	}
	return head.Number.Uint64(), head.Hash(), nil
}

func (r *Reader) head(ctx context.Context) (*types.Header, error) {
	var lowest *types.Header
	var highest uint64
	for _, p := range r.providers {
		header, err := p.latest(ctx)
		if err != nil {
			return nil, err
		}
		if err := r.recent(p, header); err != nil {
			return nil, err
		}
		highest = max(highest, header.Number.Uint64())
		if lowest == nil || header.Number.Cmp(lowest.Number) < 0 {
			lowest = header
		}
	}
	if lag := highest - lowest.Number.Uint64(); lag > MaxLag {
		return nil, fmt.Errorf("%w: the head of one is %d blocks behind that of another", ErrContradiction, lag)
	}
	if len(r.providers) == 1 {
		return lowest, nil
	}
	hash, err := r.canonical(ctx, lowest.Number.Uint64())
	if err != nil {
		return nil, err
	}
	if hash != lowest.Hash() {
		return nil, fmt.Errorf("%w: block %d is not that of the head", ErrContradiction, lowest.Number)
	}
	return lowest, nil
}

// recent refuses the head of a provider that has stopped or still catches up.
func (r *Reader) recent(p *provider, header *types.Header) error {
	if r.maxAge == 0 {
		return nil
	}
	if age := r.now().Sub(time.Unix(int64(header.Time), 0)); age > r.maxAge {
		return fmt.Errorf("%w: the newest block of %s is %s old", anchor.ErrUnreachable, p.name, age.Round(time.Second))
	}
	return nil
}

// view is a function of a contract without effect, as it is asked of a node.
type view[T any] struct {
	to     common.Address
	data   []byte
	unpack func([]byte) (T, error)
}

// read asks every provider for a view at a block.
func read[T comparable](ctx context.Context, r *Reader, at common.Hash, v view[T]) (T, error) {
	message := map[string]any{"to": v.to, "data": hexutil.Bytes(v.data)}
	return agree(r, fmt.Sprintf("answer of %s", v.to), func(p *provider) (answer T, err error) {
		var raw hexutil.Bytes
		if err := p.call(ctx, &raw, "eth_call", message, map[string]any{"blockHash": at}); err != nil {
			return answer, err
		}
		if answer, err = v.unpack(raw); err != nil {
			return answer, p.contradicts("%s is no such contract: %w", v.to, err)
		}
		return answer, nil
	})
}

// Latest is the newest checkpoint that the contract has accepted, by the head that all providers have.
func (r *Reader) Latest(ctx context.Context) (anchor.Accepted, error) {
	head, err := r.head(ctx)
	if err != nil {
		return anchor.Accepted{}, err
	}
	return r.latestAt(ctx, head)
}

// latestAt checks what the contract says by the event, which the block proves.
func (r *Reader) latestAt(ctx context.Context, head *types.Header) (accepted anchor.Accepted, err error) {
	binding := contracts.NewCheckpointLog()
	latest, err := read(ctx, r, head.Hash(), view[contracts.ICheckpointLogCheckpoint]{
		r.contract, binding.PackLatestCheckpoint(), binding.UnpackLatestCheckpoint,
	})
	if err != nil {
		return accepted, fmt.Errorf("latest checkpoint: %w", err)
	}
	if latest.AcceptedIn > head.Number.Uint64() {
		return accepted, fmt.Errorf("%w: the latest checkpoint is of a later block", ErrContradiction)
	}
	b, err := r.canonicalBlock(ctx, latest.AcceptedIn)
	if err != nil {
		return accepted, fmt.Errorf("block of the latest checkpoint: %w", err)
	}
	accepted, ok := r.acceptance(b, latest.Log, latest.Size)
	if !ok || accepted.Root != latest.Root || b.Time != latest.AcceptedAt {
		return accepted, fmt.Errorf("%w: block %d did not accept the checkpoint of log %d with %d entries that is called the latest",
			ErrContradiction, latest.AcceptedIn, latest.Log, latest.Size)
	}
	return accepted, nil
}

// Accepted looks up a checkpoint by its size, or answers anchor.ErrNotAnchored. It searches events from the newest block to
// FromBlock.
func (r *Reader) Accepted(ctx context.Context, log uint32, size uint64) (anchor.Accepted, error) {
	head, err := r.head(ctx)
	if err != nil {
		return anchor.Accepted{}, err
	}
	return r.acceptedAt(ctx, head, log, size)
}

func (r *Reader) acceptedAt(
	ctx context.Context, head *types.Header, log uint32, size uint64,
) (accepted anchor.Accepted, err error) {
	root, err := r.rootOf(ctx, head.Hash(), log, size)
	if err != nil {
		return accepted, err
	}
	topics := []any{acceptedTopic(), numberTopic(uint64(log)), numberTopic(size)}
	event, err := r.search(head, topics).next(ctx)
	if err != nil {
		return accepted, err
	}
	if event != nil {
		accepted = event.Accepted
	}
	if event == nil || accepted.Log != log || accepted.Size != size || accepted.Root != root {
		return accepted, fmt.Errorf("%w: no event of log %d with %d entries, whose root is kept", ErrContradiction, log, size)
	}
	return accepted, nil
}

// rootOf is the root that the contract keeps of a checkpoint, or anchor.ErrNotAnchored.
func (r *Reader) rootOf(ctx context.Context, at common.Hash, log uint32, size uint64) (anchor.Hash, error) {
	binding := contracts.NewCheckpointLog()
	data, unknown := binding.PackRootOf(log, size), binding.GetABI().Errors["UnknownCheckpoint"]
	root, err := agree(r, "root of a checkpoint", func(p *provider) (common.Hash, error) {
		var raw hexutil.Bytes
		message := map[string]any{"to": r.contract, "data": hexutil.Bytes(data)}
		err := p.call(ctx, &raw, "eth_call", message, map[string]any{"blockHash": at})
		if revertedWith(err, unknown) {
			return common.Hash{}, nil // no root is 0
		}
		if err != nil {
			return common.Hash{}, err
		}
		root, err := binding.UnpackRootOf(raw)
		if err != nil {
			return root, p.contradicts("%s is no such contract: %w", r.contract, err)
		}
		return root, nil
	})
	if err == nil && root == (common.Hash{}) {
		err = fmt.Errorf("checkpoint of log %d with %d entries: %w", log, size, anchor.ErrNotAnchored)
	}
	return anchor.Hash(root), err
}

// revertData is what a call that was reverted returned, nil for another error.
func revertData(err error) []byte {
	var answer rpc.DataError
	if !errors.As(err, &answer) {
		return nil
	}
	text, _ := answer.ErrorData().(string)
	data, _ := hexutil.Decode(text)
	return data
}

func revertedWith(err error, revert abi.Error) bool {
	data := revertData(err)
	return len(data) >= 4 && [4]byte(data) == [4]byte(revert.ID[:4])
}

// acceptance finds the event of a checkpoint among the receipts of a block.
func (r *Reader) acceptance(b *block, log uint32, size uint64) (anchor.Accepted, bool) {
	for i, receipt := range b.receipts {
		for _, event := range receipt.Logs {
			gotLog, gotSize, root, ok := r.decode(event)
			if ok && gotLog == log && gotSize == size {
				return anchor.Accepted{
					Log: log, Size: size, Root: root, Block: b.Number.Uint64(), BlockHash: b.hash,
					Transaction: b.transactions[i].Hash(), Time: time.Unix(int64(b.Time), 0).UTC(),
				}, true
			}
		}
	}
	return anchor.Accepted{}, false
}

// decode reads the event CheckpointAccepted(uint32 indexed log, uint64 indexed size, bytes32 root) of the contract.
func (r *Reader) decode(event *types.Log) (log uint32, size uint64, root anchor.Hash, ok bool) {
	if event.Address != r.contract || len(event.Topics) != 3 || event.Topics[0] != acceptedTopic() || len(event.Data) != 32 {
		return 0, 0, root, false
	}
	number, entries := event.Topics[1].Big(), event.Topics[2].Big()
	if number.BitLen() > 32 || entries.BitLen() > 64 {
		return 0, 0, root, false
	}
	return uint32(number.Uint64()), entries.Uint64(), anchor.Hash(event.Data), true
}

// numberTopic is how an indexed number stands in an event.
func numberTopic(n uint64) common.Hash { return common.BigToHash(new(big.Int).SetUint64(n)) }
