package main

import (
	"context"
	"errors"
	"math/big"
	"strings"

	"lethe/anchor"
	"lethe/anchor/evm"
	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/contracts"
	"lethe/vault/trial"
)

// trialChain is the contract as the sequencer sees it.
type trialChain struct{ desk *trialDesk }

var _ trial.Chain = (*trialChain)(nil)

// reads is the contract for who only reads.
func (c *trialChain) reads() *evm.Trials {
	return evm.NewTrials(c.desk.reader, c.desk.contracts.addresses(), nil)
}

// Standing implements trial.Chain. On the folder's own chain, which mines on demand, a block is mined for the time to pass.
func (c *trialChain) Standing(ctx context.Context, id field.Element) (s trial.Standing, err error) {
	if err := c.desk.ready(); err != nil {
		return s, err
	}
	if c.desk.state.chain != nil {
		if err := c.desk.state.chain.Mine(1); err != nil {
			return s, err
		}
	}
	on, there, err := c.reads().Standing(ctx, hashOf(id))
	switch {
	case err != nil:
		return s, err
	case !there:
		return s, withHint(errors.New("the contract has no such trial"), "`lethe trial create PLAN` registers one")
	}
	s = trial.Standing{Batches: uint16(on.Batches), Paused: on.Flag != 0, Closed: on.ClosedAt != 0, Now: on.Now} //nolint:gosec // of 16 bits in every state
	if s.State, err = elementOf(on.State); err == nil {
		s.Protocol, err = elementOf(on.Protocol)
	}
	return s, err
}

// BatchContext implements trial.Chain.
func (c *trialChain) BatchContext(id field.Element, number uint16) field.Element {
	return contextElement(c.reads().Context(hashOf(id)).Batch(uint32(number)))
}

// ComplianceContext implements trial.Chain.
func (c *trialChain) ComplianceContext(id field.Element) field.Element {
	return contextElement(c.reads().Context(hashOf(id)).Compliance())
}

// contextElement is a context of 248 bits, which is always below the field's order.
func contextElement(n *big.Int) (e field.Element) {
	e.SetBigInt(n)
	return e
}

// Batch implements trial.Chain.
func (c *trialChain) Batch(ctx context.Context, id field.Element, p *circuits.Proof) (string, error) {
	sequencer, err := c.desk.sequencer()
	if err != nil {
		return "", err
	}
	safety, time := p.Public["safety"], p.Public["time"]
	points := p.Points()
	tx, err := sequencer.Submit(ctx, hashOf(id), evm.TrialBatch{
		Statement: p.Statement, Version: uint32(p.Version), OldState: hashOf(p.Public["oldState"]), NewState: hashOf(p.Public["newState"]), //nolint:gosec // small
		GrantsRoot: hashOf(p.Public["grantsRoot"]), IssuersRoot: hashOf(p.Public["issuersRoot"]), Time: time.Uint64(), Safety: safety.IsOne(),
	}, points[:])
	return tx.Hex(), refusal(err)
}

// Compliance implements trial.Chain.
func (c *trialChain) Compliance(ctx context.Context, id field.Element, p *circuits.Proof) error {
	sequencer, err := c.desk.sequencer()
	if err != nil {
		return err
	}
	on, _, err := sequencer.Standing(ctx, hashOf(id))
	if err != nil {
		return err
	}
	points := p.Points()
	_, err = sequencer.VerifyCompliance(ctx, hashOf(id), evm.TrialChunk{
		Version: uint32(p.Version), Batches: on.Batches, Counters: hashOf(p.Public["counters"]), Deviations: hashOf(p.Public["deviations"]), //nolint:gosec // small
		ResultsRoot: hashOf(p.Public["resultsRoot"]), AccIn: hashOf(p.Public["accIn"]), AccOut: hashOf(p.Public["accOut"]),
	}, points[:])
	if err != nil && strings.Contains(err.Error(), "ChunkKnown") {
		return nil
	}
	return refusal(err)
}

// Publish implements trial.Chain.
func (c *trialChain) Publish(ctx context.Context, id, root field.Element, document [32]byte) (string, error) {
	sponsor, err := c.desk.sponsor()
	if err != nil {
		return "", err
	}
	tx, err := sponsor.Publish(ctx, hashOf(id), hashOf(root), document)
	return tx.Hex(), refusal(err)
}

// refusal is what the contract refused, as the sequencer knows it.
func refusal(err error) error {
	if errors.Is(err, evm.ErrRefused) {
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
func (d *trialDesk) announce(ctx context.Context, at evm.TrialContracts, by evm.Signer, s circuits.Statement) error {
	k, err := d.keysFor(ctx, s)
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
	d.say("announcing %s by the key %s", s.Name(), k.Manifest.VerifyingKey)
	return evm.AnnounceKey(ctx, d.reader, at, by, s.ID, uint32(s.Version), len(s.Public), anchor.Hash(k.Manifest.VerifyingKey), code) //nolint:gosec // small
}
