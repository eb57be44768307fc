package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"

	"lethe/anchor/evm"
)

// keystoreConfig is an encrypted key (Web3 Secret Storage).
type keystoreConfig struct {
	File     string `yaml:"file"`
	Password secret `yaml:"password"`
}

// signerConfig is a signer that keeps the key to itself.
type signerConfig struct {
	URL     string `yaml:"url"`
	Address string `yaml:"address"`
}

// checkSubmitter wants one place of the submitter's key, and only where there is a chain to send to.
func (c *anchorConfig) checkSubmitter(sends bool) error {
	places := 0
	for _, is := range []bool{!c.SubmitterKey.empty(), c.SubmitterKeystore.File != "", c.SubmitterSigner.URL != ""} {
		if is {
			places++
		}
	}
	switch {
	case places > 1:
		return errors.New("anchor: give one of submitter_key, submitter_keystore and submitter_signer")
	case sends && len(c.RPC) > 0 && places == 0:
		return errors.New("anchor.rpc needs the account that sends checkpoints: submitter_key, submitter_keystore or submitter_signer")
	case c.SubmitterSigner.URL != "" && !common.IsHexAddress(c.SubmitterSigner.Address):
		return errors.New("anchor.submitter_signer.address is not an address")
	case c.MaxFeeGwei < 1:
		return errors.New("anchor.max_fee_gwei must be at least 1")
	case c.RaiseAfter <= 0:
		return errors.New("anchor.raise_after must be above 0")
	}
	return nil
}

// submitter is the account that sends checkpoints.
func (p *program) submitter(ctx context.Context) (evm.Signer, error) {
	c := p.config.Anchor
	switch {
	case c.SubmitterSigner.URL != "":
		client, err := evm.Dial(ctx, c.SubmitterSigner.URL)
		if err != nil {
			return nil, fmt.Errorf("anchor.submitter_signer: %w", err)
		}
		return evm.RemoteSigner(client, common.HexToAddress(c.SubmitterSigner.Address)), nil
	case c.SubmitterKeystore.File != "":
		return c.SubmitterKeystore.open()
	}
	key, err := c.SubmitterKey.account()
	if err != nil {
		return nil, fmt.Errorf("anchor.submitter_key: %w", err)
	}
	return evm.KeySigner(key), nil
}

func (c keystoreConfig) open() (evm.Signer, error) {
	sealed, err := readBounded(c.File, maxPublished)
	if err != nil {
		return nil, fmt.Errorf("anchor.submitter_keystore: %w", err)
	}
	password, err := c.Password.text()
	if err != nil {
		return nil, fmt.Errorf("anchor.submitter_keystore.password: %w", err)
	}
	key, err := keystore.DecryptKey(sealed, password)
	if err != nil {
		return nil, withHint(fmt.Errorf("anchor.submitter_keystore: %w", err), "is it the password of that file?")
	}
	return evm.KeySigner(key.PrivateKey), nil
}

func gwei(n uint64) *big.Int {
	return new(big.Int).Mul(new(big.Int).SetUint64(n), big.NewInt(params.GWei))
}
