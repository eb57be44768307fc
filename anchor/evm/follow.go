package evm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
)

// Follow brings the journal up to the present chain: attempts are sent or sent again, found mined, confirmed, gone after a
// re-org or failed; a checkpoint that the contract accepted and the journal does not know is added without Raw. It returns the
// attempts whose state or block changed, oldest first, also beside an error: one that cannot be settled does not keep the
// others.
func (s *Sender) Follow(ctx context.Context) (changed []anchor.Attempt, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	attempts, err := s.journal.Attempts(ctx)
	if err != nil {
		return nil, err
	}
	head, err := s.r.head(ctx)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, a := range attempts {
		if a.State == anchor.AttemptConfirmed && a.Block+s.watch < head.Number.Uint64() {
			continue
		}
		before := a
		if err := s.settle(ctx, head, &a, attempts); err != nil {
			failures = append(failures, fmt.Errorf("attempt %s: %w", common.Hash(a.Transaction), err))
		}
		if a.State != before.State || a.BlockHash != before.BlockHash {
			changed = append(changed, a)
		}
	}
	found, err := s.backfill(ctx, head, attempts)
	if found != nil {
		changed = append(changed, *found)
	}
	return changed, errors.Join(append(failures, err)...)
}

// settle compares one attempt, of all, with the present chain.
func (s *Sender) settle(ctx context.Context, head *types.Header, a *anchor.Attempt, all []anchor.Attempt) error {
	if a.Block != 0 {
		stands, err := s.r.stands(ctx, a.Block, a.BlockHash)
		if err != nil {
			return err
		}
		if stands {
			return s.deepen(ctx, head, a)
		}
	}
	b, i, err := s.r.find(ctx, a.Transaction)
	if err != nil {
		return err
	}
	if b == nil {
		return s.absent(ctx, head, a, all)
	}
	if b.Number.Cmp(head.Number) > 0 {
		return nil // mined meanwhile; the next look has a head that knows
	}
	if b.receipts[i].Status != types.ReceiptStatusSuccessful {
		return s.save(ctx, a, anchor.AttemptFailed, anchor.Accepted{})
	}
	if isFiller(*a) {
		return s.mined(ctx, head, a, anchor.Accepted{Block: b.Number.Uint64(), BlockHash: b.Hash(), Time: time.Unix(int64(b.Time), 0).UTC()})
	}
	accepted, ok := s.r.acceptance(b, a.Log, a.Size)
	if !ok || accepted.Root != a.Root || accepted.Transaction != a.Transaction {
		return fmt.Errorf("%w: it succeeded without having its checkpoint accepted", ErrContradiction)
	}
	return s.mined(ctx, head, a, accepted)
}

// mined records in which block an attempt is, and then how deep that is.
func (s *Sender) mined(ctx context.Context, head *types.Header, a *anchor.Attempt, accepted anchor.Accepted) error {
	s.step(pointMinedSeen)
	if err := s.save(ctx, a, anchor.AttemptMined, accepted); err != nil {
		return err
	}
	s.step(pointMinedRecorded)
	return s.deepen(ctx, head, a)
}

// deepen records that a mined attempt has become confirmed.
func (s *Sender) deepen(ctx context.Context, head *types.Header, a *anchor.Attempt) error {
	if a.State == anchor.AttemptConfirmed || head.Number.Uint64() < a.Block+s.confirmations {
		return nil
	}
	s.step(pointConfirmedSeen)
	block := anchor.Accepted{Block: a.Block, BlockHash: a.BlockHash, Time: a.Time}
	if err := s.save(ctx, a, anchor.AttemptConfirmed, block); err != nil {
		return err
	}
	s.step(pointConfirmedRecorded)
	return nil
}

// absent deals with an attempt that is in no block: it is sent again unless it can no longer succeed.
func (s *Sender) absent(ctx context.Context, head *types.Header, a *anchor.Attempt, all []anchor.Attempt) error {
	if len(a.Raw) == 0 {
		return s.save(ctx, a, anchor.AttemptFailed, anchor.Accepted{}) // another's, and gone
	}
	if a.Block != 0 { // no longer true, and said so before it is sent again
		if err := s.save(ctx, a, anchor.AttemptSubmitted, anchor.Accepted{}); err != nil {
			return err
		}
	}
	if settled, err := s.overtaken(ctx, head, a); settled || err != nil {
		return err
	}
	next, err := s.nonceAt(ctx, head.Hash())
	if err != nil {
		return err
	}
	if next <= a.Nonce {
		if err := s.sendAgain(ctx, head, a, next, all); !nonceUsed(err) {
			return err
		}
		return nil // mined since the head that was looked at, this one or another of its nonce: the next look tells
	}
	confirmed, err := s.nonceConfirmed(ctx, head, a.Nonce)
	if err != nil || !confirmed {
		return err
	}
	return s.save(ctx, a, anchor.AttemptFailed, anchor.Accepted{})
}

// overtaken says whether the contract has the attempt's checkpoint already, in which case there is nothing to send.
func (s *Sender) overtaken(ctx context.Context, head *types.Header, a *anchor.Attempt) (settled bool, err error) {
	if isFiller(*a) {
		return false, nil
	}
	rival, err := s.r.acceptedAt(ctx, head, a.Log, a.Size)
	switch {
	case errors.Is(err, anchor.ErrNotAnchored):
		return false, nil
	case err != nil:
		return false, err
	case rival.Transaction == a.Transaction: // a provider has its block, but no receipt
		return true, s.mined(ctx, head, a, rival)
	case rival.Block+s.confirmations <= head.Number.Uint64():
		return true, s.save(ctx, a, anchor.AttemptFailed, anchor.Accepted{})
	}
	return true, nil // to be seen whether the other stays
}

// nonceConfirmed says whether a confirmed transaction has that nonce.
func (s *Sender) nonceConfirmed(ctx context.Context, head *types.Header, nonce uint64) (bool, error) {
	number := head.Number.Uint64()
	if number < s.confirmations {
		return false, nil
	}
	deep, err := s.r.canonical(ctx, number-s.confirmations)
	if err != nil {
		return false, err
	}
	next, err := s.nonceAt(ctx, deep)
	return next > nonce, err
}

// save records a state, and the block when there is one.
func (s *Sender) save(ctx context.Context, a *anchor.Attempt, state anchor.AttemptState, in anchor.Accepted) error {
	next := *a
	next.State, next.Block, next.BlockHash, next.Time = state, in.Block, in.BlockHash, in.Time
	if err := s.journal.Save(ctx, next); err != nil {
		return err
	}
	*a = next
	return nil
}

// backfill adds the latest checkpoint of the contract when no attempt is that transaction: the journal was put back, or
// somebody else submits.
func (s *Sender) backfill(ctx context.Context, head *types.Header, attempts []anchor.Attempt) (*anchor.Attempt, error) {
	latest, err := s.r.latestAt(ctx, head)
	if err != nil || latest.Size == 0 {
		return nil, err
	}
	for _, a := range attempts {
		if a.Transaction == latest.Transaction {
			return nil, nil
		}
	}
	found := anchor.Attempt{
		Transaction: latest.Transaction, Log: latest.Log, Size: latest.Size, Root: latest.Root,
		Created: s.now().UTC(),
	}
	if err := s.mined(ctx, head, &found, latest); err != nil {
		return nil, err
	}
	return &found, nil
}
