// Package devchain is an Ethereum chain of one node, inside this process, that keeps its blocks in a folder: for trying out
// and for tests.
//
// Nobody else vouches for it. Whoever holds the folder can put it back, or write another history: it witnesses nothing. It
// runs go-ethereum's node under the rules of Osaka, speaks to no peer and listens to nobody unless asked to. A block and the
// state behind it are on disk (fsync) before the next one is begun and before Mine answers, so that kill -9 or a power cut
// costs at most the newest block, never one with another on top. Transactions that are in no block yet are kept in memory
// only: whoever sent them sends them again.
//
// Blocks are mined when there is a transaction, never on a clock, so an idle chain does not grow. Block time advances by at
// least a second for each block: when many follow each other quickly it runs ahead of the clock, and then the node has no
// answer about its "pending" block. The chain opens in 0.1 to 0.2 s, takes 35 to 130 MB of memory and about 7 kB on disk for
// each block, and mines some 500 a second; old states are never removed.
//
// go-ethereum's packages log to a logger of the whole process, which is silent unless the program calls its log.SetDefault.
package devchain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/catalyst"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/rpc"
)

// Defaults of Config.
const (
	DefaultChainID uint64 = 31337 // the id by which wallets know a chain for development
	DefaultDepth   uint64 = 3
)

// Config says which chain is opened, and how it is used.
type Config struct {
	// Dir is the folder of the chain, made when missing. One process opens it at a time.
	Dir string
	// ChainID (EIP-155) becomes part of the genesis. 0 stands for that of the folder, and DefaultChainID when it is new.
	ChainID uint64
	// Fund names the accounts that hold a million test ether each in the genesis. They cannot be added later.
	Fund []common.Address
	// Depth is the number of blocks mined on top of each that has transactions, so that it counts as confirmed. 0 stands for
	// DefaultDepth.
	Depth uint64
	// Listen is where JSON-RPC is served over HTTP (eth, net and web3; no accounts), host:port on a loopback address, port 0
	// for any. Nothing listens when it is empty.
	Listen string
	// Manual leaves mining to Mine.
	Manual bool
	// Log receives what the node reports of itself, and mining that fails. It may be nil.
	Log *slog.Logger
}

// Chain is an open chain. It is safe for concurrent use.
type Chain struct {
	depth   uint64
	log     *slog.Logger
	stack   *node.Node
	backend *eth.Ethereum
	beacon  *catalyst.SimulatedBeacon
	rpc     *rpc.Client
	client  *ethclient.Client
	url     string

	mining sync.Mutex // one block at a time
	closed bool       // under mining
	stop   chan struct{}
	done   sync.WaitGroup
}

// Open opens the chain of a folder, or makes it. It is an error if the folder is open already, and if its genesis is another
// than cfg asks for. The chain runs until Close; ctx is for the opening only.
func Open(ctx context.Context, cfg Config) (*Chain, error) {
	host, port, err := cfg.check()
	if err != nil {
		return nil, err
	}
	if err := available(ctx, cfg.Listen); err != nil {
		return nil, err
	}
	stack, err := node.New(nodeConfig(cfg, host, port))
	if errors.Is(err, node.ErrDatadirUsed) {
		return nil, fmt.Errorf("development chain in %s: open already, here or in another process", cfg.Dir)
	}
	if err != nil {
		return nil, fmt.Errorf("development chain in %s: %w", cfg.Dir, err)
	}
	c, err := start(stack, cfg)
	if err != nil {
		_ = stack.Close() // answers ErrNodeStopped when the start itself has failed
		return nil, fmt.Errorf("development chain in %s: %w", cfg.Dir, err)
	}
	if host != "" {
		c.url = stack.HTTPEndpoint()
	}
	if !cfg.Manual {
		c.mineOnDemand()
	}
	return c, nil
}

// start runs a node over the genesis of the folder, whose lock the node holds.
func start(stack *node.Node, cfg Config) (*Chain, error) {
	genesis, err := loadGenesis(filepath.Join(cfg.Dir, genesisFile), cfg)
	if err != nil {
		return nil, err
	}
	backend, err := eth.New(stack, chainConfig(genesis))
	if err != nil {
		return nil, err
	}
	registerFilters(stack, backend)
	if err := stack.Start(); err != nil {
		return nil, err
	}
	beacon, err := catalyst.NewSimulatedBeacon(0, common.Address{}, backend)
	if err != nil {
		return nil, err
	}
	client := stack.Attach()
	c := &Chain{
		depth: cfg.Depth, log: cfg.Log, stack: stack, backend: backend, beacon: beacon,
		rpc: client, client: ethclient.NewClient(client), stop: make(chan struct{}),
	}
	if backend.BlockChain().CurrentBlock().Number.Sign() > 0 {
		err = c.indexed()
	}
	return c, err
}

// check fills in defaults, and splits Listen.
func (cfg *Config) check() (host string, port int, err error) {
	if cfg.Dir == "" {
		return "", 0, errors.New("development chain: Dir is empty")
	}
	if cfg.Depth == 0 {
		cfg.Depth = DefaultDepth
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Listen == "" {
		return "", 0, nil
	}
	host, service, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return "", 0, fmt.Errorf("development chain: Listen: %w", err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if address, err := netip.ParseAddr(host); err != nil || !address.IsLoopback() {
		return "", 0, fmt.Errorf("development chain: Listen: %s is not a loopback address", cfg.Listen)
	}
	number, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("development chain: Listen: %s has no port number", cfg.Listen)
	}
	cfg.Listen = net.JoinHostPort(host, service)
	return host, int(number), nil
}

// available says whether an address can be listened on, before a node is started that would have to be taken down again.
func available(ctx context.Context, address string) error {
	if address == "" {
		return ctx.Err()
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("development chain: Listen: %w", err)
	}
	return listener.Close()
}

// Client speaks to the node, inside this process, until Close.
func (c *Chain) Client() *ethclient.Client { return c.client }

// RPC is the connection under Client. It offers all of the node's methods.
func (c *Chain) RPC() *rpc.Client { return c.rpc }

// URL is that of the HTTP endpoint, empty when Listen is.
func (c *Chain) URL() string { return c.url }

// Close stops mining and the node, and gives the folder free. Later calls do nothing.
func (c *Chain) Close() error {
	c.mining.Lock()
	if c.closed {
		c.mining.Unlock()
		return nil
	}
	c.closed = true
	close(c.stop)
	c.mining.Unlock()
	c.done.Wait()
	c.client.Close()
	return errors.Join(c.beacon.Stop(), c.stack.Close())
}
