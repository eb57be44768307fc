package devchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	genesisFile = "genesis.json"
	nodeName    = "node" // folder of the node below Dir
	cacheMiB    = 16     // for the database, and again for the state
	handles     = 64     // files the database keeps open
)

// funds is what each funded account holds in the genesis: a million ether, in wei.
var funds = new(big.Int).Mul(big.NewInt(1_000_000), big.NewInt(params.Ether))

// nodeConfig is that of a node without peers, and with no file outside the folder.
func nodeConfig(cfg Config, host string, port int) *node.Config {
	config := node.DefaultConfig
	config.Name = nodeName
	config.DataDir = cfg.Dir
	config.KeyStoreDir = filepath.Join(cfg.Dir, nodeName, "keystore") // stays empty
	config.P2P = p2p.Config{NoDiscovery: true, NoDial: true}
	config.P2P.PrivateKey, _ = crypto.GenerateKey() // a peer identity that nobody sees; without one it would be kept in a file
	config.HTTPHost, config.HTTPPort = host, port
	config.HTTPModules = []string{"eth", "net", "web3"}
	config.Logger = log.NewLogger(cfg.Log.Handler())
	return &config
}

// chainConfig keeps every state, and needs little memory.
func chainConfig(genesis *core.Genesis) *ethconfig.Config {
	config := ethconfig.Defaults
	config.Genesis = genesis
	config.SyncMode = ethconfig.FullSync
	config.NoPruning = true
	config.StateScheme = rawdb.HashScheme
	config.DatabaseCache, config.DatabaseHandles = cacheMiB, handles
	config.TrieCleanCache, config.TrieDirtyCache, config.SnapshotCache = cacheMiB, 0, 0
	config.TransactionHistory, config.LogNoHistory = 0, true // transactions of all blocks; events are searched without an index
	config.BlobPool.Datadir = ""                             // none, so in memory: nobody sends blobs here
	config.TxPool.NoLocals = true
	config.TxPool.Journal = ""
	return &config
}

func registerFilters(stack *node.Node, backend *eth.Ethereum) {
	system := filters.NewFilterSystem(backend.APIBackend, filters.Config{})
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(system)}})
}

// loadGenesis reads the genesis that the chain of the folder was made with, or makes one. It is kept in a file so that it is
// the same at every opening, also under a later version of go-ethereum.
func loadGenesis(path string, cfg Config) (*core.Genesis, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newGenesis(path, cfg)
	}
	if err != nil {
		return nil, err
	}
	genesis := new(core.Genesis)
	if err := json.Unmarshal(data, genesis); err != nil {
		return nil, fmt.Errorf("%s: %w", genesisFile, err)
	}
	if genesis.Config == nil || genesis.Config.ChainID == nil {
		return nil, fmt.Errorf("%s: no chain id", genesisFile)
	}
	if id := genesis.Config.ChainID.Uint64(); cfg.ChainID != 0 && cfg.ChainID != id {
		return nil, fmt.Errorf("its genesis has chain id %d, not ChainID %d", id, cfg.ChainID)
	}
	for _, account := range cfg.Fund {
		if balance := genesis.Alloc[account].Balance; balance == nil || balance.Cmp(funds) != 0 {
			return nil, fmt.Errorf("its genesis does not fund %s, which Fund names: accounts cannot be added later", account)
		}
	}
	return genesis, nil
}

func newGenesis(path string, cfg Config) (*core.Genesis, error) {
	rules := *params.AllDevChainProtocolChanges
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	rules.ChainID = new(big.Int).SetUint64(cfg.ChainID)
	if cfg.ChainID == 0 {
		rules.ChainID.SetUint64(DefaultChainID)
	}
	genesis := &core.Genesis{
		Config: &rules, GasLimit: ethconfig.Defaults.Miner.GasCeil, Alloc: core.SystemContractAllocs(),
		Difficulty: new(big.Int), BaseFee: big.NewInt(params.InitialBaseFee),
	}
	for _, account := range cfg.Fund {
		if _, taken := genesis.Alloc[account]; taken && genesis.Alloc[account].Code != nil {
			return nil, fmt.Errorf("account %s in Fund is a contract of the protocol", account)
		}
		genesis.Alloc[account] = types.Account{Balance: new(big.Int).Set(funds)}
	}
	data, err := json.MarshalIndent(genesis, "", "  ")
	if err != nil {
		return nil, err
	}
	return genesis, writeFile(path, append(data, '\n'))
}

// writeFile leaves the whole file or none.
func writeFile(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // no longer there once renamed
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
