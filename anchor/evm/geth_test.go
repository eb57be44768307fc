package evm

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
)

// geth dials the node that `make up` starts, over http and over a websocket.
func geth(t *testing.T) []*rpc.Client {
	t.Helper()
	var clients []*rpc.Client
	for _, name := range []string{"LETHE_TEST_GETH", "LETHE_TEST_GETH_WS"} {
		if os.Getenv(name) == "" {
			t.Skipf("%s names no node: `make up` starts one", name)
		}
		c, err := Dial(t.Context(), os.Getenv(name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		clients = append(clients, c)
	}
	return clients
}

// fund gives fresh accounts some ether of the development account, and waits until they have it.
func fund(t *testing.T, client *rpc.Client, accounts ...common.Address) {
	t.Helper()
	var rich []common.Address
	if err := client.CallContext(t.Context(), &rich, "eth_accounts"); err != nil || len(rich) == 0 {
		t.Fatalf("no development account: %v", err)
	}
	for _, a := range accounts {
		send := map[string]any{"from": rich[0], "to": a, "value": hexutil.EncodeUint64(10 * params.Ether)}
		if err := client.CallContext(t.Context(), new(common.Hash), "eth_sendTransaction", send); err != nil {
			t.Fatal(err)
		}
	}
	for {
		balance, err := ethclient.NewClient(client).BalanceAt(t.Context(), accounts[len(accounts)-1], nil)
		if err != nil {
			t.Fatal(err)
		}
		if balance.Sign() > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// On a node that users run: deployed, anchored and confirmed, with two providers that must agree.
func TestGethConforms(t *testing.T) {
	clients := geth(t)
	deployer, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	submitter, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	fund(t, clients[0], crypto.PubkeyToAddress(deployer.PublicKey), crypto.PubkeyToAddress(submitter.PublicKey))
	cfg := testDeployment()
	cfg.Roles.Submitter = crypto.PubkeyToAddress(submitter.PublicKey)
	d, err := Deploy(t.Context(), clients[0], deployer, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	var id hexutil.Uint64
	if err := clients[0].CallContext(t.Context(), &id, "eth_chainId"); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(ReaderConfig{Clients: clients, ChainID: uint64(id), CheckpointLog: d.CheckpointLog, FromBlock: d.Block})
	if err != nil {
		t.Fatal(err)
	}
	j, log := &journal{}, newTree(testOrigin, 0)
	s, err := NewSender(SenderConfig{Reader: r, Signer: KeySigner(submitter), Journal: j, Confirmations: 2})
	if err != nil {
		t.Fatal(err)
	}
	key := anchor.Hash{1, 2, 3}
	for i := range 3 {
		sub := log.grow(5)
		if i == 1 {
			sub.Erased = []anchor.Hash{key}
		}
		a, err := s.Send(t.Context(), sub)
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); j.state(a.Transaction) != anchor.AttemptConfirmed; {
			if time.Now().After(deadline) {
				t.Fatalf("attempt is %q", j.state(a.Transaction))
			}
			fund(t, clients[1], address("stranger")) // a block for each transaction
			if _, err := s.Follow(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	latest, err := r.Latest(t.Context())
	if err != nil || latest.Size != 15 || latest.Root != anchor.Hash(log.Hash()) {
		t.Fatalf("%+v, %v", latest, err)
	}
	erased, err := r.Erased(t.Context(), 0, 5)
	if err != nil || !slices.Contains(erased, key) {
		t.Errorf("%d words, %v", len(erased), err)
	}
}
