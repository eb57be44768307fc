package evm

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
	"lethe/contracts"
)

// ErrRefused says that a contract would revert the transaction, which was not sent. Its text names the contract's error.
var ErrRefused = errors.New("the contract refuses it")

// ErrReverted says that a transaction was taken into a block and reverted there, though it was not when it was tried: it has cost its gas.
var ErrReverted = errors.New("the transaction was reverted")

const (
	firstPoll  = 10 * time.Millisecond // how long until a receipt is asked for again; twice as long each time
	lastPoll   = 2 * time.Second       // but no longer
	gasPercent = 120                   // of the gas that was estimated
)

// defaultMaxFee is the ceiling of the fee when none is given: 500 gwei for each gas.
func defaultMaxFee() *big.Int { return big.NewInt(500 * params.GWei) }

// maxTip bounds what a provider suggests as tip: 5 gwei for each gas.
func maxTip() *big.Int { return big.NewInt(5 * params.GWei) }

// account signs transactions with a key, and sends them through the providers of a reader.
type account struct {
	r       *Reader
	signer  Signer
	address common.Address
	maxFee  *big.Int // wei for each gas
	maxGas  uint64   // most gas of a transaction; 0 for what a transaction may have
	next    uint64   // of transact: nonces below have been used, also where the head does not show it yet
}

func newAccount(r *Reader, signer Signer, maxFee *big.Int) *account {
	if maxFee == nil {
		maxFee = defaultMaxFee()
	}
	return &account{r: r, signer: signer, address: signer.Address(), maxFee: maxFee}
}

// nonceAt is the next nonce at a block.
func (a *account) nonceAt(ctx context.Context, block common.Hash) (uint64, error) {
	return agree(a.r, "next nonce", func(p *provider) (uint64, error) {
		var nonce hexutil.Uint64
		err := p.call(ctx, &nonce, "eth_getTransactionCount", a.address, map[string]any{"blockHash": block})
		return uint64(nonce), err
	})
}

// sign makes a transaction (EIP-1559) that calls to with a value in wei (nil for none), or deploys data when to is nil. It is ErrRefused if it would be reverted.
func (a *account) sign(
	ctx context.Context, head *types.Header, nonce uint64, to *common.Address, value *big.Int, data []byte,
) (*types.Transaction, error) {
	gas, err := a.gas(ctx, to, value, data)
	if err != nil {
		return nil, err
	}
	tip, fee, err := a.fees(ctx, head)
	if err != nil {
		return nil, err
	}
	id := new(big.Int).SetUint64(a.r.providers[0].chainID)
	return a.signer.Sign(ctx, &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, GasTipCap: tip, GasFeeCap: fee, Gas: gas, To: to, Value: value, Data: data,
	})
}

func (a *account) gas(ctx context.Context, to *common.Address, value *big.Int, data []byte) (uint64, error) {
	message := map[string]any{"from": a.address, "data": hexutil.Bytes(data)}
	if value != nil {
		message["value"] = (*hexutil.Big)(value)
	}
	if to != nil {
		message["to"] = *to
	}
	var gas hexutil.Uint64
	err := a.r.providers[0].call(ctx, &gas, "eth_estimateGas", message)
	if reason := revertData(err); reason != nil {
		return 0, fmt.Errorf("%w: %s", ErrRefused, explain(reason))
	}
	if err != nil {
		return 0, refusal(err)
	}
	if a.maxGas > 0 && uint64(gas) > a.maxGas {
		return 0, fmt.Errorf("%w: it takes %d gas, and at most %d is paid for", ErrRefused, uint64(gas), a.maxGas)
	}
	if limit := uint64(gas) * gasPercent / 100; uint64(gas) <= params.MaxTxGas && limit >= params.TxGas {
		return min(limit, params.MaxTxGas), nil
	}
	return 0, a.r.providers[0].contradicts("gas of a transaction is estimated at %d", uint64(gas))
}

// fees are the tip that is suggested, within bounds, and a cap that holds for six full blocks: twice the base fee, plus tip.
func (a *account) fees(ctx context.Context, head *types.Header) (tip, fee *big.Int, err error) {
	if head.BaseFee == nil {
		return nil, nil, fmt.Errorf("%w: block %d has no base fee", ErrContradiction, head.Number)
	}
	if head.BaseFee.Cmp(a.maxFee) > 0 {
		return nil, nil, fmt.Errorf("base fee of %s wei is above the ceiling of %s", head.BaseFee, a.maxFee)
	}
	var suggested hexutil.Big
	if err := a.r.providers[0].call(ctx, &suggested, "eth_maxPriorityFeePerGas"); err != nil {
		return nil, nil, err
	}
	tip, fee = smaller(suggested.ToInt(), maxTip()), new(big.Int).Lsh(head.BaseFee, 1)
	fee = smaller(fee.Add(fee, tip), a.maxFee)
	return smaller(tip, fee), fee, nil
}

func smaller(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// send hands a signed transaction to every provider. One that takes it, or has it already, is enough.
func (a *account) send(ctx context.Context, raw []byte) error {
	var failures []error
	for _, p := range a.r.providers {
		err := p.call(ctx, new(common.Hash), "eth_sendRawTransaction", hexutil.Bytes(raw))
		if err != nil && !alreadyKnown(err) {
			failures = append(failures, refusal(err))
		}
	}
	if len(failures) < len(a.r.providers) {
		return nil
	}
	return errors.Join(failures...)
}

// refusal tells a node that answered with an error, such as too little ether or a nonce that is used, from one that did not
// answer.
func refusal(err error) error {
	if answer := rpc.Error(nil); errors.As(err, &answer) {
		return fmt.Errorf("the node does not take the transaction: %w", answer)
	}
	return err
}

// alreadyKnown recognizes the answer of a node that has the transaction: it has no code of its own.
func alreadyKnown(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "already known") || strings.Contains(text, "known transaction") ||
		strings.Contains(text, "already imported")
}

// nonceUsed recognizes the answer of a node whose chain has a transaction of that nonce; it has no code of its own either.
func nonceUsed(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "nonce too low") || strings.Contains(text, "oldnonce")
}

// transact sends one transaction and waits, until ctx ends, for its receipt.
func (a *account) transact(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	return a.pay(ctx, to, nil, data)
}

// pay is transact with a value in wei.
func (a *account) pay(ctx context.Context, to *common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	head, err := a.r.head(ctx)
	if err != nil {
		return nil, err
	}
	nonce, err := a.nonceAt(ctx, head.Hash())
	if err != nil {
		return nil, err
	}
	nonce = max(nonce, a.next)
	tx, err := a.sign(ctx, head, nonce, to, value, data)
	if err != nil {
		return nil, err
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return nil, err
	}
	if err := a.send(ctx, raw); err != nil {
		return nil, err
	}
	a.next = nonce + 1
	receipt, err := a.wait(ctx, tx.Hash())
	if err != nil {
		return nil, err
	}
	return receipt, a.seen(ctx, receipt.BlockNumber)
}

// seen waits, until ctx ends, for a head that is not before a block: what is read after a transaction shows what it did, also when one of
// the providers is behind.
func (a *account) seen(ctx context.Context, block *big.Int) error {
	for pause := firstPoll; ; pause = min(2*pause, lastPoll) {
		head, err := a.r.head(ctx)
		if err == nil && head.Number.Cmp(block) >= 0 {
			return nil
		}
		if err != nil && !errors.Is(err, anchor.ErrUnreachable) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("block %d is not the head of all providers yet: %w", block, ctx.Err())
		}
	}
}

func (a *account) wait(ctx context.Context, transaction common.Hash) (*types.Receipt, error) {
	for pause := firstPoll; ; pause = min(2*pause, lastPoll) {
		b, i, err := a.r.find(ctx, transaction)
		switch {
		case err != nil && !errors.Is(err, anchor.ErrUnreachable): // it was sent: an answer may be late
			return nil, err
		case b != nil && b.receipts[i].Status != types.ReceiptStatusSuccessful:
			return nil, fmt.Errorf("%w: %s", ErrReverted, transaction)
		case b != nil:
			return b.receipts[i], nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("transaction %s was sent and is in no block yet: %w", transaction, ctx.Err())
		}
	}
}

// explain names the error that a contract of ours reverted with.
func explain(reason []byte) string {
	log, registry, manager := contracts.NewCheckpointLog(), contracts.NewRootRegistry(), contracts.NewAccessManager()
	statements, trials := contracts.NewStatementVerifier(), contracts.NewTrialRegistry()
	for _, contract := range []abi.ABI{log.GetABI(), registry.GetABI(), manager.GetABI(), statements.GetABI(), trials.GetABI()} {
		for _, known := range contract.Errors {
			if len(reason) < 4 || [4]byte(reason) != [4]byte(known.ID[:4]) {
				continue
			}
			if values, err := known.Inputs.Unpack(reason[4:]); err == nil {
				return fmt.Sprintf("%s%v", known.Name, values)
			}
		}
	}
	return hexutil.Encode(reason)
}
