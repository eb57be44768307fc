package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/crypto"

	"lethe/anchor/evm"
	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/contracts"
)

// checkedKey is a key by which a trial is proven, once it is compared.
type checkedKey struct {
	Statement string         `json:"statement"`
	Key       circuits.Hash  `json:"vk_sha256"`
	Setup     circuits.Setup `json:"setup"`
}

// checkTrialKeys compares the keys that a trial has pinned with those of this configuration, a ceremony's or this user's own: the announced hash, and the code that
// verifies, which is made again from the key.
func (p *program) checkTrialKeys(ctx context.Context, trials *evm.Trials, id field.Element) (all []checkedKey, err error) {
	for _, s := range trialStatements(true) {
		pinned, err := trials.Key(ctx, hashOf(id), s.ID, uint32(s.Version)) //nolint:gosec // small
		if err != nil {
			return nil, err
		}
		if pinned.Size == 0 {
			continue
		}
		k, err := p.verifyingFor(ctx, s)
		if err != nil {
			return nil, err
		}
		if err := sameTrialKey(k, s, pinned); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name(), err)
		}
		all = append(all, checkedKey{s.Name(), k.Manifest.VerifyingKey, k.Manifest.Setup})
	}
	if len(all) == 0 {
		return nil, errors.New("the trial is proven by no statement of this release")
	}
	return all, nil
}

func sameTrialKey(k *circuits.Verifying, s circuits.Statement, pinned evm.TrialKey) error {
	template, err := contracts.VerifierTemplate(len(s.Public))
	if err != nil {
		return err
	}
	creation, err := k.Verifier().SolidityCode(template)
	if err != nil {
		return err
	}
	code, _, _, err := runtime.Create(creation, &runtime.Config{GasLimit: 30_000_000})
	switch {
	case err != nil:
		return err
	case pinned.KeyHash != common.Hash(k.Manifest.VerifyingKey):
		return fmt.Errorf("the contract was told of the key %x, and here it is %s: %w", pinned.KeyHash, k.Manifest.VerifyingKey, circuits.ErrWrongKey)
	case pinned.Code != crypto.Keccak256Hash(code):
		return fmt.Errorf("the verifier's code is not that of the key that was announced: %w", circuits.ErrWrongKey)
	case pinned.Size != sizeOf(s):
		return fmt.Errorf("the contract was told of %d slots or places, and it takes %d", pinned.Size, sizeOf(s))
	}
	return nil
}
