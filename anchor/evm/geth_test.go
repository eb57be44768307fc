package evm

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
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

// onGeth is a log, its contract and its sender on a node that users run.
type onGeth struct {
	*testing.T
	clients []*rpc.Client
	reader  *Reader
	sender  *Sender
	journal *journal
	log     *tree
}

func newOnGeth(t *testing.T, clients []*rpc.Client) *onGeth {
	t.Helper()
	w := &onGeth{T: t, clients: clients, journal: &journal{}, log: newTree(testOrigin, 0)}
	deployer, err := crypto.GenerateKey()
	w.must(err)
	submitter, err := crypto.GenerateKey()
	w.must(err)
	fund(t, w.clients[0], crypto.PubkeyToAddress(deployer.PublicKey), crypto.PubkeyToAddress(submitter.PublicKey))
	cfg := testDeployment()
	cfg.Roles.Submitter = crypto.PubkeyToAddress(submitter.PublicKey)
	d, err := Deploy(t.Context(), w.clients[0], deployer, cfg, nil)
	w.must(err)
	var id hexutil.Uint64
	w.must(w.clients[0].CallContext(t.Context(), &id, "eth_chainId"))
	w.reader, err = NewReader(ReaderConfig{Clients: w.clients, ChainID: uint64(id), CheckpointLog: d.CheckpointLog, FromBlock: d.Block})
	w.must(err)
	w.sender, err = NewSender(SenderConfig{Reader: w.reader, Signer: KeySigner(submitter), Journal: w.journal, Confirmations: 2})
	w.must(err)
	return w
}

func (w *onGeth) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// reaches follows an attempt until it has a state.
func (w *onGeth) reaches(transaction anchor.Hash, want anchor.AttemptState) {
	w.Helper()
	for deadline := time.Now().Add(30 * time.Second); w.journal.state(transaction) != want; {
		if time.Now().After(deadline) {
			w.Fatalf("attempt is %q, want %q", w.journal.state(transaction), want)
		}
		time.Sleep(100 * time.Millisecond)
		if _, err := w.sender.Follow(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
}

// Deployed, anchored and confirmed, with two providers that must agree.
func TestGethConforms(t *testing.T) {
	w := newOnGeth(t, geth(t))
	key := anchor.Hash{1, 2, 3}
	for i := range 3 {
		sub := w.log.grow(5)
		if i == 1 {
			sub.Erased = []anchor.Hash{key}
		}
		a, err := w.sender.Send(t.Context(), sub)
		w.must(err)
		w.reaches(a.Transaction, anchor.AttemptConfirmed)
	}
	latest, err := w.reader.Latest(t.Context())
	if err != nil || latest.Size != 15 || latest.Root != anchor.Hash(w.log.Hash()) {
		t.Fatalf("%+v, %v", latest, err)
	}
	erased, err := w.reader.Erased(t.Context(), 0, 5)
	if err != nil || !slices.Contains(erased, key) {
		t.Errorf("%d words, %v", len(erased), err)
	}
}

// gethOfOurs starts a node of the test's own, by the program that `make backends` has built: one whose head was set back has no index of
// its events any more.
func gethOfOurs(t *testing.T) []*rpc.Client {
	t.Helper()
	geth(t) // or skip
	built, err := filepath.Glob(filepath.Join("..", "..", "bin", "backends", "geth-*"))
	if err != nil || len(built) == 0 {
		t.Skip("bin/backends has no geth: `make backends` builds one")
	}
	var ports []string
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
		l.Close()
	}
	node := exec.Command(built[0], "--dev", "--dev.period", "1", "--datadir", t.TempDir(), "--cache", "64", "--ipcdisable", "--nodiscover",
		"--maxpeers", "0", "--port", "0", "--authrpc.port", ports[1], "--http", "--http.addr", "127.0.0.1", "--http.port", ports[0],
		"--http.api", "eth,net,web3,debug")
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = node.Process.Signal(os.Interrupt)
		_ = node.Wait()
	})
	var clients []*rpc.Client
	for deadline := time.Now().Add(30 * time.Second); len(clients) < 2; time.Sleep(100 * time.Millisecond) {
		c, err := Dial(t.Context(), "http://127.0.0.1:"+ports[0])
		if err == nil {
			t.Cleanup(c.Close)
			err = c.CallContext(t.Context(), new(hexutil.Uint64), "eth_blockNumber")
		}
		if err == nil {
			clients = append(clients, c)
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	return clients
}

// A checkpoint that was confirmed loses its block: it is submitted again, and accepted once.
func TestThreat17ReorgOnGeth(t *testing.T) {
	w := newOnGeth(t, gethOfOurs(t))
	first, err := w.sender.Send(t.Context(), w.log.grow(3))
	w.must(err)
	w.reaches(first.Transaction, anchor.AttemptConfirmed)
	a, err := w.sender.Send(t.Context(), w.log.grow(3))
	w.must(err)
	w.reaches(a.Transaction, anchor.AttemptConfirmed)
	latest, err := w.reader.Latest(t.Context())
	w.must(err)
	w.must(w.clients[0].CallContext(t.Context(), nil, "debug_setHead", hexutil.Uint64(latest.Block-1)))
	w.reaches(a.Transaction, anchor.AttemptSubmitted)
	if now, err := w.reader.Latest(t.Context()); err != nil || now.Size != 3 {
		t.Fatalf("after its block was dropped: %+v, %v", now, err)
	}
	w.reaches(a.Transaction, anchor.AttemptConfirmed)
	again, err := w.reader.Latest(t.Context())
	if err != nil || again.Size != 6 || again.BlockHash == latest.BlockHash {
		t.Errorf("accepted again: %+v, %v; it was in block %x", again, err, latest.BlockHash)
	}
	var nonce hexutil.Uint64
	w.must(w.clients[0].CallContext(t.Context(), &nonce, "eth_getTransactionCount", w.sender.address, "latest"))
	if nonce != 2 { // eth_getLogs does not work in this node any more
		t.Errorf("two checkpoints took %d transactions", nonce)
	}
}
