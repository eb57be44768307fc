package evm

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
)

// Signer signs the transactions of one account. It is safe for concurrent use.
type Signer interface {
	// Address is the account's.
	Address() common.Address
	// Sign signs a transaction (EIP-1559) of the account, and changes nothing of it.
	Sign(ctx context.Context, tx *types.DynamicFeeTx) (*types.Transaction, error)
}

type keySigner struct {
	key     *ecdsa.PrivateKey
	address common.Address
}

var _ Signer = keySigner{}

// KeySigner signs with a key (secp256k1) in this process. It is nil for no key.
func KeySigner(key *ecdsa.PrivateKey) Signer {
	if key == nil {
		return nil
	}
	return keySigner{key, crypto.PubkeyToAddress(key.PublicKey)}
}

func (s keySigner) Address() common.Address { return s.address }

func (s keySigner) Sign(_ context.Context, tx *types.DynamicFeeTx) (*types.Transaction, error) {
	return types.SignNewTx(s.key, types.LatestSignerForChainID(tx.ChainID), tx)
}

type remoteSigner struct {
	client  *rpc.Client
	address common.Address
}

var _ Signer = remoteSigner{}

// RemoteSigner asks a signer that keeps the key to itself, such as Web3Signer or Clef, over JSON-RPC (eth_signTransaction, EIP-1474). What
// comes back is looked at: another transaction than the one asked for, or another account's, is refused.
func RemoteSigner(client *rpc.Client, address common.Address) Signer {
	return remoteSigner{client, address}
}

func (s remoteSigner) Address() common.Address { return s.address }

// errSigner says that a remote signer signed something else.
var errSigner = errors.New("the remote signer signed something else than it was asked to")

func (s remoteSigner) Sign(ctx context.Context, tx *types.DynamicFeeTx) (*types.Transaction, error) {
	ctx, cancel := context.WithTimeout(ctx, DefaultTimeout)
	defer cancel()
	request := map[string]any{
		"from": s.address, "nonce": hexutil.Uint64(tx.Nonce), "gas": hexutil.Uint64(tx.Gas), "value": (*hexutil.Big)(new(big.Int)),
		"maxFeePerGas": (*hexutil.Big)(tx.GasFeeCap), "maxPriorityFeePerGas": (*hexutil.Big)(tx.GasTipCap),
		"data": hexutil.Bytes(tx.Data), "chainId": (*hexutil.Big)(tx.ChainID),
	}
	if tx.To != nil {
		request["to"] = *tx.To
	}
	var raw hexutil.Bytes
	if err := s.client.CallContext(ctx, &raw, "eth_signTransaction", request); err != nil {
		return nil, fmt.Errorf("ask the remote signer: %w", withoutURL(err))
	}
	var signed types.Transaction
	if err := signed.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("%w: %w", errSigner, err)
	}
	rules := types.LatestSignerForChainID(tx.ChainID)
	if rules.Hash(&signed) != rules.Hash(types.NewTx(tx)) {
		return nil, errSigner
	}
	if from, err := types.Sender(rules, &signed); err != nil || from != s.address {
		return nil, errors.Join(errSigner, err)
	}
	return &signed, nil
}
