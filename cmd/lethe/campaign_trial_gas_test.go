package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/contracts"
)

// receipts are a chain's, as far as they are about trials: the gas that was used, by what was called.
type receipts struct {
	at        trialContracts
	events    map[string]int            // of a batch, by its transaction
	deployed  map[common.Address]uint64 // gas, by the contract that came of it
	verifiers []common.Address          // that were announced
	used      map[string][]uint64
}

// readReceipts reads every block of a chain.
func readReceipts(t *testing.T, url string, at trialContracts, events map[string]int) *receipts {
	t.Helper()
	client, err := ethclient.DialContext(t.Context(), url)
	noError(t, err)
	defer client.Close()
	head, err := client.BlockNumber(t.Context())
	noError(t, err)
	g := &receipts{at: at, events: events, deployed: map[common.Address]uint64{}, used: map[string][]uint64{}}
	for n := range head {
		block, err := client.BlockByNumber(t.Context(), new(big.Int).SetUint64(n+1))
		noError(t, err)
		if len(block.Transactions()) == 0 {
			continue
		}
		all, err := client.BlockReceipts(t.Context(), rpc.BlockNumberOrHashWithHash(block.Hash(), false))
		noError(t, err)
		for i, tx := range block.Transactions() {
			g.add(t, tx, all[i])
		}
	}
	for _, v := range g.verifiers {
		g.used["deploy the verifier of a statement"] = append(g.used["deploy the verifier of a statement"], g.deployed[v])
	}
	for name, address := range map[string]string{"StatementVerifier": at.StatementVerifier, "TrialRegistry": at.TrialRegistry} {
		g.used["deploy "+name] = []uint64{g.deployed[common.HexToAddress(address)]}
	}
	return g
}

func (g *receipts) add(t *testing.T, tx *types.Transaction, r *types.Receipt) {
	t.Helper()
	to := tx.To()
	switch {
	case to == nil:
		g.deployed[r.ContractAddress] = r.GasUsed
	case r.Status != types.ReceiptStatusSuccessful:
		t.Errorf("transaction %s was sent and reverted", r.TxHash)
	case *to == common.HexToAddress(g.at.StatementVerifier):
		if method(t, &contracts.StatementVerifierMetaData, tx) == "announce" {
			g.verifiers = append(g.verifiers, common.BytesToAddress(word(tx, 2)))
		}
	case *to == common.HexToAddress(g.at.TrialRegistry):
		what := method(t, &contracts.TrialRegistryMetaData, tx)
		if what == "submit" {
			what = g.batch(tx)
		}
		g.used[what] = append(g.used[what], r.GasUsed)
	}
}

// batch says which statement a batch is proven by, and whether all its slots are taken.
func (g *receipts) batch(tx *types.Transaction) string {
	name := fmt.Sprintf("%s/v%d", bytes.TrimRight(word(tx, 1), "\x00"), binary.BigEndian.Uint32(word(tx, 2)[28:]))
	for _, s := range trialStatements(true) {
		if n := g.events[tx.Hash().Hex()]; s.Name() == name && int(sizeOf(s)) == n {
			return fmt.Sprintf("submit %s, %d events", name, n)
		}
	}
	return "submit " + name + ", fewer events"
}

// method is the name of what a transaction calls.
func method(t *testing.T, of *bind.MetaData, tx *types.Transaction) string {
	t.Helper()
	parsed, err := of.ParseABI()
	noError(t, err)
	m, err := parsed.MethodById(tx.Data())
	noError(t, err)
	return m.Name
}

// word is the n-th of 32 bytes of what a call is given.
func word(tx *types.Transaction, n int) []byte { return tx.Data()[4+32*n : 36+32*n] }

// wantPaid finds at each address what a second visit is worth, without the relay's fee.
func wantPaid(t *testing.T, url string, addresses []string) {
	t.Helper()
	client, err := ethclient.DialContext(t.Context(), url)
	noError(t, err)
	defer client.Close()
	for _, to := range addresses {
		has, err := client.BalanceAt(t.Context(), common.HexToAddress(to), nil)
		noError(t, err)
		if has.Cmp(big.NewInt(2000-10)) != 0 {
			t.Errorf("%s was paid %s wei", to, has)
		}
	}
}
