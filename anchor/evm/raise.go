package evm

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
)

// raisePercent is what a fee becomes, at least, when it is raised. Nodes take a transaction in the place of another from 110 on.
const raisePercent = 115

// sendAgain brings an attempt that is in no block back to the nodes. One that has waited too long is replaced by the same with a higher
// fee, and from then on only that one is sent. A nonce before it that nobody uses, as after a re-org, is used up: no block would take it
// otherwise.
func (s *Sender) sendAgain(ctx context.Context, head *types.Header, a *anchor.Attempt, next uint64, all []anchor.Attempt) error {
	if newest := lastOf(all, a.Nonce); newest.Transaction != a.Transaction {
		return nil
	}
	if next < a.Nonce && lastOf(all, next) == nil {
		if err := s.fill(ctx, head, next, a.Log); err != nil {
			return fmt.Errorf("fill the gap at nonce %d: %w", next, err)
		}
	}
	if next == a.Nonce && s.now().Sub(a.Created) >= s.raiseAfter {
		if raised, err := s.raise(ctx, head, *a); err != nil || raised {
			return err
		}
	}
	return s.submit(ctx, a)
}

// lastOf is the newest attempt of ours with a nonce, nil when there is none.
func lastOf(all []anchor.Attempt, nonce uint64) (last *anchor.Attempt) {
	for _, a := range all {
		if len(a.Raw) > 0 && a.Nonce == nonce {
			last = &a
		}
	}
	return last
}

// raise signs, stores and sends an attempt once more with a higher fee, unless that is above the ceiling.
func (s *Sender) raise(ctx context.Context, head *types.Header, a anchor.Attempt) (raised bool, err error) {
	var before types.Transaction
	if err := before.UnmarshalBinary(a.Raw); err != nil {
		return false, fmt.Errorf("read it: %w", err)
	}
	tip, fee, err := s.fees(ctx, head)
	if err != nil {
		return false, err
	}
	tip, fee = larger(tip, percent(before.GasTipCap())), larger(fee, percent(before.GasFeeCap()))
	if fee = larger(fee, tip); fee.Cmp(s.maxFee) > 0 {
		return false, nil
	}
	tx, err := s.signer.Sign(ctx, &types.DynamicFeeTx{
		ChainID: before.ChainId(), Nonce: before.Nonce(), GasTipCap: tip, GasFeeCap: fee, Gas: before.Gas(), To: before.To(), Data: before.Data(),
	})
	if err != nil {
		return false, err
	}
	next := a
	return true, s.keepAndSend(ctx, tx, &next)
}

// keepAndSend stores an attempt with its transaction before it is sent.
func (s *Sender) keepAndSend(ctx context.Context, tx *types.Transaction, a *anchor.Attempt) (err error) {
	if a.Raw, err = tx.MarshalBinary(); err != nil {
		return err
	}
	a.Transaction, a.Nonce, a.State, a.Created = tx.Hash(), tx.Nonce(), anchor.AttemptStored, s.now().UTC()
	s.step(pointSigned)
	if err := s.journal.Save(ctx, *a); err != nil {
		*a = anchor.Attempt{}
		return err
	}
	s.step(pointStored)
	return s.submit(ctx, a)
}

// percent is a fee raised by what nodes ask for, and by at least one wei.
func percent(fee *big.Int) *big.Int {
	more := new(big.Int).Mul(fee, big.NewInt(raisePercent))
	return more.Add(more.Div(more, big.NewInt(100)), big.NewInt(1))
}

func larger(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

// fill uses a nonce up with a transaction of nothing to the account itself.
func (s *Sender) fill(ctx context.Context, head *types.Header, nonce uint64, log uint32) error {
	tx, err := s.sign(ctx, head, nonce, &s.address, nil, nil)
	if err != nil {
		return err
	}
	return s.keepAndSend(ctx, tx, &anchor.Attempt{Log: log})
}

// isFiller says whether an attempt carries no checkpoint, and only uses up a nonce.
func isFiller(a anchor.Attempt) bool { return a.Size == 0 && len(a.Raw) > 0 }
