package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"lethe/anchor"
	"lethe/anchor/evm"
	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/contracts"
	"lethe/vault/trial"
)

// trialChain is the contract as the sequencer sees it.
type trialChain struct{ house *trialHouse }

var _ trial.Chain = (*trialChain)(nil)

// Standing implements trial.Chain. On the folder's own chain, which mines on demand, a block is mined for the time to pass.
func (c *trialChain) Standing(ctx context.Context, id field.Element) (s trial.Standing, err error) {
	by, err := c.house.reads()
	if err != nil {
		return s, err
	}
	if chain := c.house.state.chain; chain != nil {
		if err := chain.Mine(1); err != nil {
			return s, err
		}
	}
	on, there, err := by.Standing(ctx, hashOf(id))
	switch {
	case err != nil:
		return s, err
	case !there:
		return s, fmt.Errorf("%w: the contract has none", trial.ErrNoTrial)
	}
	s = trial.Standing{Batches: uint16(on.Batches), Paused: on.Flag != 0, Closed: on.ClosedAt != 0, Now: on.Now} //nolint:gosec // of 16 bits in every state
	if s.State, err = elementOf(on.State); err == nil {
		s.Protocol, err = elementOf(on.Protocol)
	}
	if err == nil {
		s.Pinned, err = c.house.pinned(ctx, by, id)
	}
	return s, err
}

// BatchContext implements trial.Chain.
func (c *trialChain) BatchContext(id field.Element, number uint16) field.Element {
	return contextElement(c.context(id).Batch(uint32(number)))
}

// ComplianceContext implements trial.Chain.
func (c *trialChain) ComplianceContext(id field.Element) field.Element {
	return contextElement(c.context(id).Compliance())
}

// context is what proofs of a trial are bound to. Standing has looked whether the contracts are known.
func (c *trialChain) context(id field.Element) contracts.TrialContext {
	at, _ := c.house.at()
	return evm.NewTrials(c.house.reader, at.addresses(), nil).Context(hashOf(id))
}

// contextElement is a context of 248 bits, which is always below the field's order.
func contextElement(n *big.Int) (e field.Element) {
	e.SetBigInt(n)
	return e
}

// Batch implements trial.Chain.
func (c *trialChain) Batch(ctx context.Context, id field.Element, p *circuits.Proof) (string, error) {
	safety, time := p.Public["safety"], p.Public["time"]
	points := p.Points()
	return c.house.sends(c.house.sequencer, func(sequencer *evm.Trials) (common.Hash, error) {
		return sequencer.Submit(ctx, hashOf(id), evm.TrialBatch{
			Statement: p.Statement, Version: uint32(p.Version), OldState: hashOf(p.Public["oldState"]), NewState: hashOf(p.Public["newState"]), //nolint:gosec // small
			GrantsRoot: hashOf(p.Public["grantsRoot"]), IssuersRoot: hashOf(p.Public["issuersRoot"]), Time: time.Uint64(), Safety: safety.IsOne(),
		}, points[:])
	})
}

// Compliance implements trial.Chain.
func (c *trialChain) Compliance(ctx context.Context, id field.Element, p *circuits.Proof) error {
	points := p.Points()
	_, err := c.house.sends(c.house.sequencer, func(sequencer *evm.Trials) (tx common.Hash, err error) {
		on, _, err := sequencer.Standing(ctx, hashOf(id))
		if err != nil {
			return tx, err
		}
		tx, err = sequencer.VerifyCompliance(ctx, hashOf(id), evm.TrialChunk{
			Version: uint32(p.Version), Batches: on.Batches, Counters: hashOf(p.Public["counters"]), Deviations: hashOf(p.Public["deviations"]), //nolint:gosec // small
			ResultsRoot: hashOf(p.Public["resultsRoot"]), AccIn: hashOf(p.Public["accIn"]), AccOut: hashOf(p.Public["accOut"]),
		}, points[:])
		if err != nil && strings.Contains(err.Error(), "ChunkKnown") {
			err = nil
		}
		return tx, err
	})
	return err
}

// Publish implements trial.Chain.
func (c *trialChain) Publish(ctx context.Context, id, root field.Element, document [32]byte) (string, error) {
	return c.house.sends(c.house.sponsor, func(sponsor *evm.Trials) (tx common.Hash, err error) {
		entry, err := sponsor.Entry(ctx, hashOf(id))
		if err != nil || entry.PublishedAt != 0 && entry.Document == document {
			return tx, err // an earlier attempt was cut off after the contract had it
		}
		return sponsor.Publish(ctx, hashOf(id), hashOf(root), document)
	})
}

// refusal is what the contract refused, as the sequencer knows it.
func refusal(err error) error {
	if errors.Is(err, evm.ErrRefused) || errors.Is(err, evm.ErrReverted) {
		return contractRefusal{err}
	}
	return err
}

// contractRefusal is a contract's refusal, which says so itself.
type contractRefusal struct{ error }

// Is makes it the sequencer's.
func (r contractRefusal) Is(target error) bool { return target == trial.ErrRefused }

// Unwrap is the chain's own error.
func (r contractRefusal) Unwrap() error { return r.error }

// announce deploys the verifier of a statement's key, and announces it.
func (h *trialHouse) announce(ctx context.Context, at evm.TrialContracts, by evm.Signer, s circuits.Statement) error {
	k, err := h.verifyingFor(ctx, s)
	if err != nil {
		return err
	}
	template, err := contracts.VerifierTemplate(len(s.Public))
	if err != nil {
		return err
	}
	code, err := k.Verifier().SolidityCode(template)
	if err != nil {
		return err
	}
	h.say("announcing %s by the key %s", s.Name(), k.Manifest.VerifyingKey)
	return evm.AnnounceKey(ctx, h.reader, at, by, s.ID, uint32(s.Version), len(s.Public), anchor.Hash(k.Manifest.VerifyingKey), code) //nolint:gosec // small
}
