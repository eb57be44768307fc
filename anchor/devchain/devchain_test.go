package devchain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"io/fs"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
	"go.uber.org/goleak"
)

// payer is a funded account of the tests; its key is no secret.
var (
	payer, _     = crypto.ToECDSA(crypto.Keccak256([]byte("payer")))
	payerAddress = crypto.PubkeyToAddress(payer.PublicKey)
	sink         = common.Address{0x51}
)

func testConfig(dir string) Config {
	return Config{Dir: dir, Fund: []common.Address{payerAddress}, Manual: true}
}

func open(t testing.TB, cfg Config) *Chain {
	t.Helper()
	c, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// transfer signs a transaction that moves one wei.
func transfer(key *ecdsa.PrivateKey, nonce uint64) *types.Transaction {
	return types.MustSignNewTx(key, types.LatestSignerForChainID(big.NewInt(int64(DefaultChainID))), &types.DynamicFeeTx{
		ChainID: big.NewInt(int64(DefaultChainID)), Nonce: nonce, To: &sink, Value: big.NewInt(1), Gas: params.TxGas,
		GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(10 * params.GWei),
	})
}

func send(t testing.TB, c *Chain, nonce uint64) common.Hash {
	t.Helper()
	tx := transfer(payer, nonce)
	if err := c.Client().SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	return tx.Hash()
}

func mine(t testing.TB, c *Chain, n int) {
	t.Helper()
	if err := c.Mine(n); err != nil {
		t.Fatal(err)
	}
}

func head(t testing.TB, c *Chain) uint64 {
	t.Helper()
	number, err := c.Client().BlockNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func received(t testing.TB, c *Chain) int64 {
	t.Helper()
	balance, err := c.Client().BalanceAt(t.Context(), sink, nil)
	if err != nil {
		t.Fatal(err)
	}
	return balance.Int64()
}

func TestChainPersists(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "chain")
	first := open(t, testConfig(dir))
	hash := send(t, first, 0)
	mine(t, first, 3)
	tip, err := first.Client().HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()

	again := open(t, testConfig(dir))
	if header, err := again.Client().HeaderByNumber(t.Context(), nil); err != nil || header.Hash() != tip.Hash() {
		t.Fatalf("head is another: %v", err)
	}
	if receipt, err := again.Client().TransactionReceipt(t.Context(), hash); err != nil || receipt.BlockNumber.Uint64() != 1 {
		t.Fatalf("receipt %v, %v", receipt, err)
	}
	send(t, again, 1)
	mine(t, again, 1)
	if head(t, again) != 4 || received(t, again) != 2 {
		t.Fatalf("head %d, received %d", head(t, again), received(t, again))
	}
	// The state of an old block is still there.
	if balance, err := again.Client().BalanceAt(t.Context(), sink, big.NewInt(1)); err != nil || balance.Int64() != 1 {
		t.Fatalf("old balance %v, %v", balance, err)
	}
}

func TestFolderOpensOnce(t *testing.T) {
	dir := t.TempDir()
	first := open(t, testConfig(dir))
	if _, err := Open(t.Context(), testConfig(dir)); err == nil || !strings.Contains(err.Error(), "open already") {
		t.Fatalf("second opening: %v", err)
	}
	mine(t, first, 1)
}

func TestGenesisIsKept(t *testing.T) {
	cfg := testConfig(t.TempDir())
	open(t, cfg).Close()
	for _, test := range []struct {
		name, want string
		cfg        Config
	}{
		{"chain id", "chain id 31337", Config{Dir: cfg.Dir, ChainID: 5}},
		{"funds", "does not fund", Config{Dir: cfg.Dir, Fund: []common.Address{payerAddress, {1}}}},
	} {
		if _, err := Open(t.Context(), test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("another %s: %v", test.name, err)
		}
	}
	c := open(t, Config{Dir: cfg.Dir}) // what is left out is the folder's
	balance, err := c.Client().BalanceAt(t.Context(), payerAddress, nil)
	if err != nil || balance.Cmp(funds) != 0 {
		t.Fatalf("balance %v, %v", balance, err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, "Dir is empty"},
		{Config{Dir: dir, Listen: "0.0.0.0:0"}, "not a loopback"},
		{Config{Dir: dir, Listen: ":0"}, "not a loopback"},
		{Config{Dir: dir, Listen: "example.org:80"}, "not a loopback"},
		{Config{Dir: dir, Listen: "127.0.0.1"}, "Listen"},
		{Config{Dir: dir, Listen: "127.0.0.1:http"}, "no port number"},
	} {
		if _, err := Open(t.Context(), test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, not %q", test.cfg, err, test.want)
		}
	}
}

func TestMinesOnDemand(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Manual, cfg.Depth = false, 2
	c := open(t, cfg)
	hash := send(t, c, 0)
	waitFor(t, func() bool {
		receipt, err := c.Client().TransactionReceipt(t.Context(), hash)
		return err == nil && head(t, c) >= receipt.BlockNumber.Uint64()+2
	})
	settled := head(t, c)
	time.Sleep(50 * time.Millisecond)
	if now := head(t, c); now != settled {
		t.Fatalf("idle chain grew from %d to %d", settled, now)
	}
	for nonce := uint64(1); nonce <= 20; nonce++ {
		send(t, c, nonce)
	}
	waitFor(t, func() bool { return received(t, c) == 21 && c.emptyOnTop() == 2 })
}

// A chain that was stopped between a transaction and the blocks on top of it mines them when it opens.
func TestCompletesDepthAtOpening(t *testing.T) {
	cfg := testConfig(t.TempDir())
	first := open(t, cfg)
	send(t, first, 0)
	mine(t, first, 1)
	first.Close()
	cfg.Manual, cfg.Depth = false, 4
	again := open(t, cfg)
	waitFor(t, func() bool { return head(t, again) == 5 })
}

func waitFor(t testing.TB, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}

func TestForkDropsBlocks(t *testing.T) {
	c, nonce := open(t, testConfig(t.TempDir())), uint64(0)
	for depth := 1; depth <= 40; depth++ {
		hash := send(t, c, nonce)
		mine(t, c, depth)
		before, already := head(t, c), received(t, c)
		if err := c.Fork(depth); err != nil {
			t.Fatalf("depth %d: %v", depth, err)
		}
		if now := head(t, c); now != before+1 {
			t.Fatalf("depth %d: head went from %d to %d", depth, before, now)
		}
		if _, err := c.Client().TransactionReceipt(t.Context(), hash); !errors.Is(err, ethereum.NotFound) {
			t.Fatalf("depth %d: receipt: %v", depth, err)
		}
		mine(t, c, 1)
		if now := received(t, c); now != already-1 {
			t.Fatalf("depth %d: the dropped transaction came back by itself", depth)
		}
		if send(t, c, nonce) != hash { // the same bytes are taken again
			t.Fatal("another transaction")
		}
		mine(t, c, 1)
		if now := received(t, c); now != already {
			t.Fatalf("depth %d: the transaction sent again is in no block", depth)
		}
		nonce++
	}
	for _, depth := range []int{-1, 0, int(head(t, c)) + 1} {
		if err := c.Fork(depth); err == nil {
			t.Errorf("fork of %d blocks", depth)
		}
	}
}

func TestServesOverHTTP(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.Listen = "localhost:0"
	c := open(t, cfg)
	client, err := rpc.DialContext(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var id string
	if err := client.CallContext(t.Context(), &id, "eth_chainId"); err != nil || id != "0x7a69" {
		t.Fatalf("chain id %s, %v", id, err)
	}
	raw, _ := transfer(payer, 0).MarshalBinary()
	if err := client.CallContext(t.Context(), nil, "eth_sendRawTransaction", "0x"+common.Bytes2Hex(raw)); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{
		"admin_nodeInfo", "admin_startHTTP", "debug_setHead", "debug_chaindbProperty", "personal_listAccounts", "miner_setGasPrice",
		"txpool_content", "dev_addWithdrawal", "engine_forkchoiceUpdatedV3", "testing_buildBlockV1",
	} {
		err := client.CallContext(t.Context(), nil, method)
		var answer rpc.Error
		if !errors.As(err, &answer) || answer.ErrorCode() != -32601 {
			t.Errorf("%s: %v", method, err)
		}
	}
	if err := client.CallContext(t.Context(), nil, "eth_sendTransaction", map[string]any{"from": payerAddress}); err == nil {
		t.Error("the node signed a transaction")
	}
	if _, err := Open(t.Context(), Config{Dir: t.TempDir(), Listen: strings.TrimPrefix(c.URL(), "http://")}); err == nil {
		t.Error("two chains listen on one address")
	}
}

// Everything that a chain starts ends with it, and it writes nowhere else.
func TestCloseLeavesNothingBehind(t *testing.T) {
	open(t, testConfig(t.TempDir())).Close() // starts what the process keeps
	ignored := goleak.IgnoreCurrent()
	parent := t.TempDir()
	cfg := testConfig(filepath.Join(parent, "chain"))
	cfg.Manual, cfg.Listen = false, "127.0.0.1:0"
	for range 3 {
		c, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.Mine(2), c.Close(), c.Close()); err != nil {
			t.Fatal(err)
		}
		if err := c.Mine(1); err == nil {
			t.Fatal("a closed chain mines")
		}
		if err := c.Fork(1); err == nil {
			t.Fatal("a closed chain forks")
		}
	}
	// goleveldb, under the peers' table, takes a second to end this one after the database is closed.
	late := goleak.IgnoreTopFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain")
	goleak.VerifyNone(t, ignored, late)
	err := filepath.WalkDir(parent, func(path string, entry fs.DirEntry, err error) error {
		if strings.Contains(entry.Name(), "jwt") || strings.HasSuffix(path, ".ipc") || entry.Name() == "nodekey" {
			t.Errorf("wrote %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, testConfig(t.TempDir())); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
