package evm

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"lethe/anchor"
)

// find looks for a transaction in the present chain, and returns its block and its place in it; no block when no provider
// knows of it. A provider says where it is, the block proves it.
func (r *Reader) find(ctx context.Context, transaction common.Hash) (*block, int, error) {
	for _, p := range r.providers {
		var hint struct {
			BlockHash   common.Hash
			BlockNumber hexutil.Uint64
		}
		err := p.call(ctx, &hint, "eth_getTransactionReceipt", transaction)
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return nil, -1, err
		}
		b, err := r.canonicalBlock(ctx, uint64(hint.BlockNumber))
		if errors.Is(err, errMissing) { // not at the other providers yet
			continue
		}
		if err != nil {
			return nil, -1, err
		}
		i := b.index(transaction)
		if i < 0 || b.hash != hint.BlockHash {
			return nil, -1, p.contradicts("transaction %s is not in block %d", transaction, uint64(hint.BlockNumber))
		}
		return b, i, nil
	}
	return nil, -1, nil
}

// stands says whether a block that was verified before is still in the present chain.
func (r *Reader) stands(ctx context.Context, number uint64, hash anchor.Hash) (bool, error) {
	present, err := r.canonical(ctx, number)
	if errors.Is(err, errMissing) { // the chain is shorter now
		return false, nil
	}
	return present == hash, err
}
