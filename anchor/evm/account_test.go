package evm

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
)

// TestATransactionIsSeenBeforeItIsReadBack: a provider may answer with the head of before, for a while, after it has given the receipt.
func TestATransactionIsSeenBeforeItIsReadBack(t *testing.T) {
	w := newWorld(t)
	var before any
	if err := w.RPC().CallContext(t.Context(), &before, "eth_getBlockByNumber", "latest", false); err != nil {
		t.Fatal(err)
	}
	w.mine(1)
	late := 3
	behind := w.liar(func(method string, answer any) any {
		if method == "eth_getBlockByNumber" && late > 0 {
			late--
			return before
		}
		return answer
	})
	a := newAccount(w.newReader(behind), KeySigner(key("submitter")), nil)
	head := new(big.Int).SetUint64(w.head())
	if err := a.seen(t.Context(), head); err != nil || late != 0 {
		t.Errorf("%v, with %d late answers left", err, late)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := a.seen(ctx, head.Add(head, big.NewInt(1))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a block that never comes: %v", err)
	}
}

// TestAnAccountPaysForNoMoreGasThanItShould: what is estimated above its bound is not sent.
func TestAnAccountPaysForNoMoreGasThanItShould(t *testing.T) {
	w := newWorld(t)
	a := newAccount(w.reader, KeySigner(key("submitter")), nil)
	to := common.Address{7}
	for most, good := range map[uint64]bool{0: true, params.TxGas: true, params.TxGas - 1: false} {
		a.maxGas = most
		_, err := a.gas(t.Context(), &to, nil, nil)
		if good != (err == nil) || !good && !errors.Is(err, ErrRefused) {
			t.Errorf("at most %d: %v", most, err)
		}
	}
}
