package evm

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
)

// remote answers eth_signTransaction as Web3Signer does, after alter has had a look at what is signed.
func (w *world) remote(account string, alter func(*types.DynamicFeeTx)) Signer {
	w.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		var call struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params []struct {
				From                 common.Address  `json:"from"`
				To                   *common.Address `json:"to"`
				Nonce, Gas           hexutil.Uint64
				MaxFeePerGas         *hexutil.Big  `json:"maxFeePerGas"`
				MaxPriorityFeePerGas *hexutil.Big  `json:"maxPriorityFeePerGas"`
				ChainID              *hexutil.Big  `json:"chainId"`
				Data                 hexutil.Bytes `json:"data"`
			} `json:"params"`
		}
		if err := json.NewDecoder(in.Body).Decode(&call); err != nil || call.Method != "eth_signTransaction" || call.Params[0].From != address("submitter") {
			w.Errorf("asked for %+v, %v", call, err)
			return
		}
		p := call.Params[0]
		tx := &types.DynamicFeeTx{
			ChainID: p.ChainID.ToInt(), Nonce: uint64(p.Nonce), GasTipCap: p.MaxPriorityFeePerGas.ToInt(), GasFeeCap: p.MaxFeePerGas.ToInt(),
			Gas: uint64(p.Gas), To: p.To, Data: p.Data,
		}
		alter(tx)
		signed, err := KeySigner(key(account)).Sign(in.Context(), tx)
		if err != nil {
			w.Error(err)
			return
		}
		raw, _ := signed.MarshalBinary()
		out.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(out).Encode(map[string]any{"jsonrpc": "2.0", "id": call.ID, "result": hexutil.Bytes(raw)})
	}))
	w.Cleanup(server.Close)
	client, err := Dial(w.Context(), server.URL)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(client.Close)
	return RemoteSigner(client, address("submitter"))
}

func TestRemoteSigner(t *testing.T) {
	w := newWorld(t)
	s := w.senderWith(SenderConfig{Signer: w.remote("submitter", func(*types.DynamicFeeTx) {}), Journal: w.journal, Confirmations: 1})
	w.anchored(s, 3)
}

// A signer that signs something else, or for somebody else, is found out before anything is stored.
func TestThreat18RemoteSignerThatLies(t *testing.T) {
	w := newWorld(t)
	for name, signer := range map[string]Signer{
		"another account": w.remote("stranger", func(*types.DynamicFeeTx) {}),
		"another nonce":   w.remote("submitter", func(tx *types.DynamicFeeTx) { tx.Nonce++ }),
		"another target":  w.remote("submitter", func(tx *types.DynamicFeeTx) { to := address("stranger"); tx.To = &to }),
		"value":           w.remote("submitter", func(tx *types.DynamicFeeTx) { tx.Value = big.NewInt(1) }),
		"a higher fee":    w.remote("submitter", func(tx *types.DynamicFeeTx) { tx.GasFeeCap = new(big.Int).Lsh(tx.GasFeeCap, 1) }),
		"another call":    w.remote("submitter", func(tx *types.DynamicFeeTx) { tx.Data = append(tx.Data, 0) }),
		"another chain":   w.remote("submitter", func(tx *types.DynamicFeeTx) { tx.ChainID = big.NewInt(1) }),
	} {
		j := &journal{}
		s := w.senderWith(SenderConfig{Signer: signer, Journal: j, Confirmations: 1})
		if _, err := s.Send(t.Context(), Submission{Log: 0, Checkpoint: w.growing(), Proof: nil}); !errors.Is(err, errSigner) || len(j.attempts) > 0 {
			t.Errorf("%s: %v, %d attempts stored", name, err, len(j.attempts))
		}
	}
}

// growing is a checkpoint that the contract would take.
func (w *world) growing() anchor.Checkpoint {
	if w.last == 0 {
		w.grow(2)
	}
	return anchor.Checkpoint{Origin: w.origin, Size: w.Size(), Root: anchor.Hash(w.Hash())}
}

func TestRemoteSignerThatDoesNotAnswer(t *testing.T) {
	w := newWorld(t)
	client, err := Dial(t.Context(), "http://127.0.0.1:1/secret")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s := w.senderWith(SenderConfig{Signer: RemoteSigner(client, address("submitter")), Journal: w.journal, Confirmations: 1})
	_, err = s.Send(context.WithoutCancel(t.Context()), w.grow(1))
	if err == nil || len(w.journal.attempts) > 0 {
		t.Errorf("%v, %d attempts stored", err, len(w.journal.attempts))
	}
}
