package evm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"

	"lethe/anchor"
)

// block is a block whose parts were verified against its hash. The receipts stand in the order of the transactions.
type block struct {
	*types.Header
	hash         common.Hash
	transactions types.Transactions
	receipts     types.Receipts
}

// index is where a transaction stands, or -1.
func (b *block) index(transaction common.Hash) int {
	return slices.IndexFunc(b.transactions, func(t *types.Transaction) bool { return t.Hash() == transaction })
}

// headerAnswer is a header as it is sent, with the hash that it claims to have.
type headerAnswer struct {
	types.Header
	claimed common.Hash
}

func (h *headerAnswer) UnmarshalJSON(data []byte) error {
	var claim struct{ Hash common.Hash }
	if err := json.Unmarshal(data, &claim); err != nil {
		return err
	}
	h.claimed = claim.Hash
	if err := h.Header.UnmarshalJSON(data); err != nil {
		return err
	}
	if !h.Number.IsUint64() {
		return errors.New("number of the block is out of range")
	}
	if h.Hash() != h.claimed {
		return fmt.Errorf("header of block %d hashes to %s, not %s", h.Number, h.Hash(), h.claimed)
	}
	return nil
}

// latest is the newest header of a provider.
func (p *provider) latest(ctx context.Context) (*types.Header, error) {
	var answer headerAnswer
	if err := p.call(ctx, &answer, "eth_getBlockByNumber", "latest", false); err != nil {
		return nil, err
	}
	return &answer.Header, nil
}

// header is that of the present chain with a number.
func (p *provider) header(ctx context.Context, number uint64) (*types.Header, error) {
	var answer headerAnswer
	if err := p.call(ctx, &answer, "eth_getBlockByNumber", hexutil.Uint64(number), false); err != nil {
		return nil, err
	}
	if answer.Number.Uint64() != number {
		return nil, p.contradicts("sent block %d for block %d", answer.Number, number)
	}
	return &answer.Header, nil
}

// canonical is the hash of the block with a number in the present chain, as all providers have it.
func (r *Reader) canonical(ctx context.Context, number uint64) (common.Hash, error) {
	return agree(r, fmt.Sprintf("hash of block %d", number), func(p *provider) (common.Hash, error) {
		header, err := p.header(ctx, number)
		if err != nil {
			return common.Hash{}, err
		}
		return header.Hash(), nil
	})
}

// block fetches a block from whoever has it. Its hash vouches for it, but not for its being in the present chain.
func (r *Reader) block(ctx context.Context, hash common.Hash) (b *block, err error) {
	for _, p := range r.providers {
		if b, err = p.block(ctx, hash); err == nil || !errors.Is(err, anchor.ErrUnreachable) {
			return b, err
		}
	}
	return nil, err
}

// canonicalBlock fetches the block of the present chain with a number.
func (r *Reader) canonicalBlock(ctx context.Context, number uint64) (*block, error) {
	hash, err := r.canonical(ctx, number)
	if err != nil {
		return nil, err
	}
	return r.block(ctx, hash)
}

func (p *provider) block(ctx context.Context, hash common.Hash) (*block, error) {
	var raw json.RawMessage
	if err := p.call(ctx, &raw, "eth_getBlockByHash", hash, true); err != nil {
		return nil, err
	}
	var header headerAnswer
	var body struct{ Transactions types.Transactions }
	if err := errors.Join(json.Unmarshal(raw, &header), json.Unmarshal(raw, &body)); err != nil {
		return nil, p.contradicts("block %s: %w", hash, err)
	}
	b := &block{Header: &header.Header, hash: header.Hash(), transactions: body.Transactions}
	if err := p.call(ctx, &b.receipts, "eth_getBlockReceipts", hash); err != nil {
		return nil, err
	}
	if err := b.verify(hash); err != nil {
		return nil, p.contradicts("block %s: %w", hash, err)
	}
	return b, nil
}

// verify binds the parts of a block to the hash that was asked for. A receipt does not name its transaction in what is hashed:
// its place does.
func (b *block) verify(hash common.Hash) error {
	switch {
	case b.hash != hash:
		return fmt.Errorf("it hashes to %s", b.hash)
	case slices.Contains(b.transactions, nil) || slices.ContainsFunc(b.receipts, incomplete):
		return errors.New("a part of it is null")
	case types.DeriveSha(b.transactions, trie.NewStackTrie(nil)) != b.TxHash:
		return errors.New("its transactions are not those of the header")
	case types.DeriveSha(b.receipts, trie.NewStackTrie(nil)) != b.ReceiptHash:
		return errors.New("its receipts are not those of the header")
	case len(b.receipts) != len(b.transactions):
		return errors.New("it has not one receipt for each transaction")
	}
	for i, receipt := range b.receipts {
		if receipt.TxHash != b.transactions[i].Hash() {
			return fmt.Errorf("receipt %d names another transaction", i)
		}
	}
	return nil
}

func incomplete(receipt *types.Receipt) bool {
	return receipt == nil || slices.Contains(receipt.Logs, nil)
}
