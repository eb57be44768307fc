package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"lethe/anchor/evm"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

// Times of trials on the chain.
const (
	trialBatchAge  = time.Hour            // how old a batch's time may be
	trialRootAge   = time.Hour            // and a root that it stands on
	trialHeartbeat = 24 * time.Hour       // of kinds of roots
	trialClaims    = 180 * 24 * time.Hour // after closing, until the sponsor takes back what was not claimed
)

// Create implements api.Trials.
func (h *trialHouse) Create(ctx context.Context, a trial.Amendment, large bool) (made trial.Made, err error) {
	a.When = nowSeconds()
	protocol, err := a.Compile()
	if err != nil {
		return made, err
	}
	made = trial.Made{Trial: protocol.ID, Protocol: protocol.Rollup.Digest()}
	by, err := h.reads()
	if err != nil {
		return made, err
	}
	on, there, err := by.Standing(ctx, hashOf(protocol.ID))
	switch {
	case err != nil:
		return made, err
	case !there:
		if made.Transaction, err = h.register(ctx, protocol, large); err != nil {
			return made, err
		}
	case on.Batches > 0 || on.Protocol != hashOf(made.Protocol):
		return made, fmt.Errorf("%w, with the contract", trial.ErrExists)
	}
	return made, h.seq.Create(ctx, a) // also where an earlier attempt was cut off after the contract had it
}

// register registers a protocol with the contract, and gives the transaction.
func (h *trialHouse) register(ctx context.Context, protocol *trial.Protocol, large bool) (transaction string, err error) {
	terms, err := h.terms(ctx, protocol, large)
	if err != nil {
		return "", err
	}
	return h.sends(h.sponsor, func(sponsor *evm.Trials) (common.Hash, error) { return sponsor.Create(ctx, hashOf(protocol.ID), terms) })
}

// terms are what a protocol is registered with.
func (h *trialHouse) terms(ctx context.Context, protocol *trial.Protocol, large bool) (t evm.TrialTerms, err error) {
	at, err := h.at()
	if err != nil {
		return t, err
	}
	board, err := h.account(h.config.Trials.BoardKey, accountGuardian)
	if err != nil {
		return t, err
	}
	sequencer, err := h.account(h.config.Trials.SequencerKey, accountRegistrar)
	if err != nil {
		return t, err
	}
	t = evm.TrialTerms{
		FirstState: hashOf(rollup.NewCohort(protocol.ID).State().Digest()), Protocol: hashOf(protocol.Rollup.Digest()),
		Sequencer: crypto.PubkeyToAddress(sequencer.PublicKey), Board: crypto.PubkeyToAddress(board.PublicKey),
		GrantsKind: at.GrantsKind, IssuersKind: at.IssuersKind, MaxBatchAge: trialBatchAge, MaxRootAge: trialRootAge,
		ClaimPeriod: trialClaims, Thresholds: [7]uint32(protocol.Thresholds()), Prices: protocol.Prices,
	}
	for _, s := range trialStatements(large) {
		k, err := h.verifyingFor(ctx, s)
		if err != nil {
			return t, err
		}
		t.Pins = append(t.Pins, evm.TrialPin{Statement: s.ID, Version: uint32(s.Version), Size: sizeOf(s), Key: [32]byte(k.Manifest.VerifyingKey)}) //nolint:gosec // small
	}
	return t, nil
}

// amends compiles an amended plan of a trial, and refuses what the contract, which sees a hash, would take.
func (h *trialHouse) amends(id field.Element, a trial.Amendment) (made trial.Made, err error) {
	protocol, err := a.Compile()
	if err != nil {
		return made, err
	}
	if protocol.ID != id {
		return made, fmt.Errorf("%w: it is of the trial %q", trial.ErrPlan, protocol.Plan.Name)
	}
	return trial.Made{Trial: id, Protocol: protocol.Rollup.Digest()}, h.seq.MayAmend(protocol)
}

// Consent implements api.Trials.
func (h *trialHouse) Consent(ctx context.Context, id field.Element, a trial.Amendment) (trial.Made, error) {
	made, err := h.amends(id, a)
	if err != nil {
		return made, err
	}
	made.Transaction, err = h.sends(h.board, func(board *evm.Trials) (common.Hash, error) {
		return board.Consent(ctx, hashOf(id), hashOf(made.Protocol))
	})
	return made, err
}

// Amend implements api.Trials.
func (h *trialHouse) Amend(ctx context.Context, id field.Element, a trial.Amendment) (trial.Made, error) {
	a.When = nowSeconds()
	made, err := h.amends(id, a)
	if err != nil {
		return made, err
	}
	made.Transaction, err = h.sends(h.sponsor, func(sponsor *evm.Trials) (tx common.Hash, err error) {
		on, _, err := sponsor.Standing(ctx, hashOf(id))
		if err != nil || on.Protocol == hashOf(made.Protocol) {
			return tx, err // an earlier attempt was cut off after the contract had it
		}
		return sponsor.Amend(ctx, hashOf(id), hashOf(made.Protocol))
	})
	if err != nil {
		return made, err
	}
	return made, h.seq.Amend(ctx, a)
}

// Fund implements api.Trials.
func (h *trialHouse) Fund(ctx context.Context, id field.Element, wei *big.Int) (string, error) {
	return h.sends(h.sponsor, func(sponsor *evm.Trials) (common.Hash, error) { return sponsor.Fund(ctx, hashOf(id), wei) })
}

// Status implements api.Trials.
func (h *trialHouse) Status(ctx context.Context, id field.Element) (s trial.Status, err error) {
	r, protocol, err := h.record(id)
	if err != nil {
		return s, err
	}
	by, err := h.reads()
	if err != nil {
		return s, err
	}
	on, _, err := by.Standing(ctx, hashOf(id))
	if err != nil {
		return s, err
	}
	entry, err := by.Entry(ctx, hashOf(id))
	if err != nil {
		return s, err
	}
	funds, err := by.Funds(ctx, hashOf(id))
	if err != nil {
		return s, err
	}
	at, err := h.at()
	now := h.noted(id)
	return trial.Status{
		Funds: funds.Balance, Reserved: funds.Reserved,
		Name: protocol.Plan.Name, State: r.Cohort.State(), Waiting: len(r.Queue), Doing: now.doing, Trouble: now.trouble,
		ChainID: at.ChainID, Registry: common.HexToAddress(at.TrialRegistry),
		Agrees: on.State == hashOf(r.Cohort.State().Digest()) && on.Protocol == hashOf(protocol.Rollup.Digest()),
		Paused: on.Flag != 0, Closed: on.ClosedAt != 0, Verified: entry.VerifiedAt != 0, Published: entry.PublishedAt != 0,
	}, err
}

func (h *trialHouse) record(id field.Element) (*trial.Record, *trial.Protocol, error) {
	r, err := h.seq.Record(id)
	if err != nil {
		return nil, nil, err
	}
	protocol, err := r.Protocol()
	return r, protocol, err
}

// Protocol implements api.Trials.
func (h *trialHouse) Protocol(_ context.Context, id field.Element) (a trial.Amendment, err error) {
	r, _, err := h.record(id)
	if err != nil {
		return a, err
	}
	return r.Protocols[len(r.Protocols)-1], nil
}

// Histories implements api.Trials.
func (h *trialHouse) Histories(_ context.Context, q *trial.HistoriesRequest) ([]field.Element, error) {
	return h.seq.Histories(q)
}

// Submit implements api.Trials.
func (h *trialHouse) Submit(ctx context.Context, s *trial.Submission) error {
	if err := h.seq.Submit(ctx, s); err != nil {
		return err
	}
	h.take(s.Trial, trialNote{}) // what the trouble was of before is tried again
	return h.enqueue(ctx, s.Trial)
}

// Outcome implements api.Trials.
func (h *trialHouse) Outcome(_ context.Context, id field.Element, submission string) (trial.Outcome, error) {
	r, err := h.seq.Record(id)
	if err != nil {
		return trial.Outcome{}, err
	}
	return r.Outcome(submission), nil
}

// Lift implements api.Trials.
func (h *trialHouse) Lift(ctx context.Context, id field.Element, reason string) (string, error) {
	return h.sends(h.board, func(board *evm.Trials) (tx common.Hash, err error) {
		on, there, err := board.Standing(ctx, hashOf(id))
		switch {
		case err != nil:
			return tx, err
		case !there:
			return tx, trial.ErrNoTrial
		case on.Flag == 0:
			return tx, fmt.Errorf("%w: no flag is raised", trial.ErrRefused)
		}
		return board.LiftFlag(ctx, hashOf(id), on.Flag-1, crypto.Keccak256Hash([]byte(reason)))
	})
}

// Opening implements api.Trials.
func (h *trialHouse) Opening(_ context.Context, id, tag field.Element) (*trial.Opening, error) {
	r, err := h.seq.Record(id)
	if err != nil {
		return nil, err
	}
	return r.Opening(tag)
}

// OpeningOf implements api.Trials.
func (h *trialHouse) OpeningOf(ctx context.Context, id field.Element, patient string) (*trial.Opening, error) {
	subject, err := h.state.Subject(ctx, patient)
	if err != nil {
		return nil, err
	}
	return h.Opening(ctx, id, rollup.Tag(subject.Identity, id))
}

// Claims of which the transaction was reverted, though it was not when it was tried, are not relayed again for so long: whoever is paid may be a contract
// that answers one way when it is tried and another way when it counts, at the relay's cost.
const (
	claimRest = 24 * time.Hour
	maxClaims = 10_000 // that are remembered
)

// Claim implements api.Trials.
func (h *trialHouse) Claim(ctx context.Context, id field.Element, c trial.Claim) (string, error) {
	return h.sends(h.sequencer, func(relay *evm.Trials) (common.Hash, error) { // one at a time, so that each knows what became of the one before
		if h.rests(c.Nullifier, time.Now()) {
			return common.Hash{}, fmt.Errorf("%w: the last attempt was reverted, and cost the relay: bring it yourself, or wait a day", trial.ErrRefused)
		}
		points := c.Proof.Points()
		tx, err := relay.Claim(ctx, hashOf(id), evm.TrialClaim{
			Version: uint32(c.Proof.Version), Batches: uint32(c.Batches), Visit: uint32(c.Visit), Nullifier: hashOf(c.Nullifier), //nolint:gosec // small
			Recipient: c.Recipient, Fee: c.Fee,
		}, points[:])
		if errors.Is(err, evm.ErrReverted) {
			h.rest(c.Nullifier, time.Now())
		}
		return tx, err
	})
}

// rest notes a claim that was reverted.
func (h *trialHouse) rest(nullifier field.Element, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reverted[nullifier] = now
}

// rests says whether a claim is not to be relayed now: it was reverted, or as many were as are remembered.
func (h *trialHouse) rests(nullifier field.Element, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.reverted, func(_ field.Element, at time.Time) bool { return now.Sub(at) > claimRest })
	_, rests := h.reverted[nullifier]
	return rests || len(h.reverted) >= maxClaims
}

// Close implements api.Trials.
func (h *trialHouse) Close(ctx context.Context, id field.Element) error {
	r, _, err := h.record(id)
	if err != nil {
		return err
	}
	_, err = h.sends(h.sponsor, func(sponsor *evm.Trials) (tx common.Hash, err error) {
		on, _, err := sponsor.Standing(ctx, hashOf(id))
		switch {
		case err != nil || on.ClosedAt != 0: // called again
			return tx, err
		case len(r.Queue) > 0:
			return tx, trial.ErrWaiting
		}
		return sponsor.Close(ctx, hashOf(id))
	})
	if err != nil {
		return err
	}
	if err := h.seq.NoteClosed(ctx, id); err != nil {
		return err
	}
	h.take(id, trialNote{})
	return h.enqueue(ctx, id)
}

// Publish implements api.Trials.
func (h *trialHouse) Publish(ctx context.Context, id field.Element) (string, error) {
	_, transaction, err := h.seq.Publish(ctx, id)
	if err != nil {
		return "", h.unpublished(id, err)
	}
	return transaction, nil
}

// unpublished adds to the contract's refusal which kinds of deviation are above their thresholds.
func (h *trialHouse) unpublished(id field.Element, refused error) error {
	if !errors.Is(refused, trial.ErrRefused) {
		return refused
	}
	r, protocol, err := h.record(id)
	if err != nil {
		return errors.Join(refused, err)
	}
	if above := exceeded(r.Cohort.State().Deviations.Lanes(), protocol.Thresholds()); len(above) > 0 {
		return fmt.Errorf("%w; above their thresholds: %s", refused, strings.Join(above, ", "))
	}
	return refused
}

// exceeded names the kinds of deviation that happened more often than is tolerated.
func exceeded(lanes, thresholds []uint32) (above []string) {
	for i, name := range rollup.DeviationNames {
		if lanes[i] > thresholds[i] {
			above = append(above, fmt.Sprintf("%s (%d, at most %d)", name, lanes[i], thresholds[i]))
		}
	}
	return above
}

// Results implements api.Trials.
func (h *trialHouse) Results(ctx context.Context, id field.Element) ([]byte, error) {
	r, _, err := h.record(id)
	if err != nil {
		return nil, err
	}
	by, err := h.reads()
	if err != nil {
		return nil, err
	}
	on, _, err := by.Standing(ctx, hashOf(id))
	if err == nil && on.ClosedAt == 0 {
		err = trial.ErrNotClosed
	}
	if err != nil {
		return nil, err
	}
	return r.Results()
}
