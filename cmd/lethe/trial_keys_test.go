package main

import (
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/crypto"

	"lethe/anchor/evm"
	"lethe/circuits"
	"lethe/circuits/compensation"
	"lethe/contracts"
)

// TestThreat33AnotherVerifierOnTheChainIsRefused: what an operator announces is not believed, neither the key's hash nor, under the right hash, other code.
func TestThreat33AnotherVerifierOnTheChainIsRefused(t *testing.T) {
	t.Parallel()
	s := compensation.Statement()
	k, err := circuits.DevelopVerifying(t.Context(), "", s, nil)
	noError(t, err)
	template, err := contracts.VerifierTemplate(len(s.Public))
	noError(t, err)
	creation, err := k.Verifier().SolidityCode(template)
	noError(t, err)
	code, _, _, err := runtime.Create(creation, &runtime.Config{GasLimit: 30_000_000})
	noError(t, err)
	good := evm.TrialKey{Size: 1, KeyHash: common.Hash(k.Manifest.VerifyingKey), Code: crypto.Keccak256Hash(code)}
	noError(t, sameTrialKey(k, s, good))
	for name, change := range map[string]func(*evm.TrialKey){
		"another key":  func(p *evm.TrialKey) { p.KeyHash[31] ^= 1 },
		"another code": func(p *evm.TrialKey) { p.Code = crypto.Keccak256Hash(append([]byte(nil), code[1:]...)) },
	} {
		bad := good
		change(&bad)
		if err := sameTrialKey(k, s, bad); !errors.Is(err, circuits.ErrWrongKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := good
	bad.Size = 2
	if sameTrialKey(k, s, bad) == nil {
		t.Error("another size is taken")
	}
}
