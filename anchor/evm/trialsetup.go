package evm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"lethe/anchor"
	"lethe/contracts"
)

// TrialSetup says what the contracts of trials are deployed with.
type TrialSetup struct {
	Manager, RootRegistry common.Address
	KeyDelay              time.Duration // from the announcement of a verifying key until trials can use it, whole seconds
	SequencerDelay        time.Duration // from the announcement of another sequencer until it takes over
	Sponsors              []common.Address
	Announcer             common.Address // of verifying keys
	Publisher             common.Address // of roots
	Registrar             Signer         // opens kinds of roots
	Kinds                 []string       // of roots that are to be opened
	Heartbeat             time.Duration  // of these kinds

	Deployed TrialContracts             // by an attempt that was cut off: they are not deployed again
	Keep     func(TrialContracts) error // keeps what is deployed, for the next attempt
}

// DeployTrials puts the contracts of trials on the chain, as the manager's administrator, and gives the roles. Each step is a transaction; where it
// was cut off, it goes on from what was kept.
func DeployTrials(ctx context.Context, r *Reader, admin Signer, cfg TrialSetup) (at TrialContracts, err error) {
	if !wholeSeconds(cfg.KeyDelay) || !wholeSeconds(cfg.SequencerDelay) || !wholeSeconds(cfg.Heartbeat) || len(cfg.Sponsors) == 0 || cfg.Keep == nil {
		return at, errors.New("contracts of trials: delays of whole seconds, a sponsor and somewhere to keep addresses are needed")
	}
	a, none := newAccount(r, admin, nil), common.Address{}
	at = cfg.Deployed
	at.RootRegistry = cfg.RootRegistry
	if at.StatementVerifier == none {
		args := contracts.NewStatementVerifier().PackConstructor(cfg.Manager, uint32(cfg.KeyDelay/time.Second))
		if at.StatementVerifier, err = a.create(ctx, contracts.StatementVerifierMetaData.Bin, args); err == nil {
			err = cfg.Keep(at)
		}
		if err != nil {
			return at, fmt.Errorf("StatementVerifier: %w", err)
		}
	}
	if at.TrialRegistry == none {
		args := contracts.NewTrialRegistry().PackConstructor(cfg.Manager, cfg.RootRegistry, at.StatementVerifier, uint32(cfg.SequencerDelay/time.Second))
		if at.TrialRegistry, err = a.create(ctx, contracts.TrialRegistryMetaData.Bin, args); err == nil {
			err = cfg.Keep(at)
		}
		if err != nil {
			return at, fmt.Errorf("TrialRegistry: %w", err)
		}
	}
	if err := a.permitTrials(ctx, at, cfg); err != nil {
		return at, fmt.Errorf("roles: %w", err)
	}
	return at, openKinds(ctx, r, cfg)
}

// permitTrials gives functions their roles, and roles their holders.
func (a *account) permitTrials(ctx context.Context, at TrialContracts, cfg TrialSetup) error {
	manager := contracts.NewAccessManager()
	calls := [][]byte{
		manager.PackGrantRole(contracts.FirstPublisherRole, cfg.Publisher, 0), manager.PackGrantRole(contracts.RoleAnnouncer, cfg.Announcer, 0),
	}
	for _, p := range contracts.StatementVerifierPermissions() {
		calls = append(calls, manager.PackSetTargetFunctionRole(at.StatementVerifier, p.Selectors, p.Role))
	}
	for _, p := range contracts.TrialRegistryPermissions() {
		calls = append(calls, manager.PackSetTargetFunctionRole(at.TrialRegistry, p.Selectors, p.Role))
	}
	for _, sponsor := range cfg.Sponsors {
		calls = append(calls, manager.PackGrantRole(contracts.RoleSponsor, sponsor, 0))
	}
	for _, data := range calls {
		if _, err := a.transact(ctx, &cfg.Manager, data); err != nil {
			return err
		}
	}
	return nil
}

// openKinds opens the kinds that are not open.
func openKinds(ctx context.Context, r *Reader, cfg TrialSetup) error {
	registrar, roots := newAccount(r, cfg.Registrar, nil), contracts.NewRootRegistry()
	wanted := contracts.IRootRegistryKind{PublisherRole: contracts.FirstPublisherRole, Heartbeat: uint32(cfg.Heartbeat / time.Second), InField: true}
	for _, name := range cfg.Kinds {
		kind, err := contracts.Kind(name)
		if err != nil {
			return err
		}
		head, err := r.head(ctx)
		if err != nil {
			return err
		}
		now, err := read(ctx, r, head.Hash(), view[contracts.IRootRegistryKind]{cfg.RootRegistry, roots.PackKindOf(kind), roots.UnpackKindOf})
		switch {
		case err != nil:
			return fmt.Errorf("kind %s: %w", name, err)
		case now == wanted:
			continue
		case now.Heartbeat != 0:
			return fmt.Errorf("kind %s: it is open already, on other terms", name)
		}
		data := roots.PackOpenKind(kind, wanted.PublisherRole, wanted.Heartbeat, wanted.InField)
		if _, err := registrar.transact(ctx, &cfg.RootRegistry, data); err != nil {
			return fmt.Errorf("kind %s: %w", name, err)
		}
	}
	return nil
}

// create deploys a contract, and gives its address.
func (a *account) create(ctx context.Context, code string, args []byte) (common.Address, error) {
	receipt, err := a.transact(ctx, nil, append(common.FromHex(code), args...))
	if err != nil {
		return common.Address{}, err
	}
	return receipt.ContractAddress, nil
}

// AnnounceKey deploys the verifier of a statement's key, and announces it; the signer holds the role for that.
func AnnounceKey(ctx context.Context, r *Reader, at TrialContracts, announcer Signer, statement string, version uint32, inputs int, key anchor.Hash, code []byte) error {
	known, err := NewTrials(r, at, nil).keyAt(ctx, at.StatementVerifier, statement, version)
	switch {
	case err != nil:
		return err
	case known.KeyHash == key:
		return nil
	case known.Verifier != common.Address{}:
		return fmt.Errorf("announcing %s: another key is announced, and is never replaced", statement)
	}
	a := newAccount(r, announcer, nil)
	receipt, err := a.transact(ctx, nil, code)
	if err != nil {
		return fmt.Errorf("verifier of %s: %w", statement, err)
	}
	data := contracts.NewStatementVerifier().PackAnnounce(Word(statement), version, receipt.ContractAddress, uint8(inputs), key)
	if _, err = a.transact(ctx, &at.StatementVerifier, data); err != nil {
		return fmt.Errorf("announcing %s: %w", statement, err)
	}
	return nil
}
