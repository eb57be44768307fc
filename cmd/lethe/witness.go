package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
	"lethe/anchor/devchain"
	"lethe/anchor/evm"
	"lethe/anchor/tlog"
	"lethe/keys/transit"
	"lethe/offchain"
	"lethe/vault"
)

// Values of an embedded deployment, which its operator may not like on a chain that others use: `lethe chain deploy` asks there.
const (
	defaultMaxGrowth    = 1 << 24
	defaultMaxHeartbeat = 7 * 24 * time.Hour
)

// Accounts of an embedded deployment, derived in its key store. On a real chain different people hold them.
const (
	accountAdmin     = "chain-admin"
	accountSubmitter = "chain-submitter"
	accountRecovery  = "chain-recovery"
	accountGuardian  = "chain-guardian"
	accountRegistrar = "chain-registrar"
	logSeed          = "log-signer"
)

// openChain opens the configured chain, or the embedded one, which it makes and deploys to when it is new.
func (st *state) openChain(ctx context.Context, p *program, seeds deriver, cfg *vault.Config) error {
	clients, signer, err := st.connect(ctx, p, seeds)
	if err != nil {
		return err
	}
	if st.network, err = p.readNetwork(p.publicDir()); errors.Is(err, fs.ErrNotExist) && st.chain != nil {
		if err := isNew(ctx, cfg.Store); err != nil {
			return err
		}
		st.network, err = p.deployEmbedded(ctx, clients[0], seeds)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = withHint(errors.New("no contract is known for the configured chain"), "`lethe chain deploy` puts one there")
	}
	if err != nil {
		return err
	}
	age := p.config.Anchor.MaxHeadAge
	if st.chain != nil {
		age = 0 // it mines on demand
	}
	reader, err := readerOf(clients, st.network, age)
	if err != nil {
		return err
	}
	st.contract = reader
	cfg.Chain, cfg.Network = reader, st.network
	if signer == nil {
		return nil // another process sends
	}
	cfg.Sender, err = evm.NewSender(evm.SenderConfig{
		Reader: reader, Signer: signer, Journal: vault.Journal{Store: cfg.Store}, Confirmations: st.network.Confirmations,
		MaxFee: gwei(p.config.Anchor.MaxFeeGwei), RaiseAfter: p.config.Anchor.RaiseAfter, Step: p.step,
	})
	return err
}

// isNew refuses to begin another log and another contract under an index that has had one.
func isNew(ctx context.Context, store offchain.Store) error {
	return store.View(ctx, func(q offchain.Queries) error {
		entries, err := q.EntryTotals(ctx)
		if err != nil {
			return err
		}
		attempts, err := q.Attempts(ctx)
		if err == nil && (entries.Placed+entries.Pending > 0 || len(attempts) > 0) {
			err = withHint(errors.New(networkName+" is missing, which says which log and which contract these are"), "put it back into the state folder's "+publicFolder)
		}
		return err
	})
}

// connect gives the providers and the account that sends.
func (st *state) connect(ctx context.Context, p *program, seeds deriver) (clients []*rpc.Client, signer evm.Signer, err error) {
	if len(p.config.Anchor.RPC) > 0 {
		if clients, err = st.dial(ctx, p.config.Anchor.RPC); err == nil && p.has(transit.RoleWork) {
			signer, err = p.submitter(ctx)
		}
		return clients, signer, err
	}
	accounts, err := embeddedAccounts(ctx, seeds)
	if err != nil {
		return nil, nil, err
	}
	st.accounts = accounts
	var fund []common.Address
	for _, a := range accounts {
		fund = append(fund, crypto.PubkeyToAddress(a.PublicKey))
	}
	st.chain, err = devchain.Open(ctx, devchain.Config{
		Dir: filepath.Join(p.dir, chainFolder), Fund: fund, Depth: p.config.Anchor.Confirmations, Listen: p.rpcListen, Log: p.nodeLog(),
	})
	if err != nil {
		return nil, nil, err
	}
	st.closers = append(st.closers, st.chain.Close)
	return []*rpc.Client{st.chain.RPC()}, evm.KeySigner(accounts[accountSubmitter]), nil
}

// nodeLog passes on what the embedded node says only when everything is to be said: it speaks as if it had peers.
func (p *program) nodeLog() *slog.Logger {
	if p.verbose {
		return p.log
	}
	return slog.New(slog.DiscardHandler)
}

func (st *state) dial(ctx context.Context, urls []string) (clients []*rpc.Client, err error) {
	for _, u := range urls {
		c, err := evm.Dial(ctx, u)
		if err != nil {
			return nil, err
		}
		st.closers = append(st.closers, func() error { c.Close(); return nil })
		clients = append(clients, c)
	}
	return clients, nil
}

func readerOf(clients []*rpc.Client, n anchor.Network, maxHeadAge time.Duration) (*evm.Reader, error) {
	return evm.NewReader(evm.ReaderConfig{
		Clients: clients, ChainID: n.ChainID, CheckpointLog: common.HexToAddress(n.CheckpointLog), FromBlock: n.DeployedIn,
		MaxHeadAge: maxHeadAge,
	})
}

func embeddedAccounts(ctx context.Context, seeds deriver) (map[string]*ecdsa.PrivateKey, error) {
	accounts := map[string]*ecdsa.PrivateKey{}
	for _, name := range []string{accountAdmin, accountSubmitter, accountRecovery, accountGuardian, accountRegistrar} {
		seed, err := seeds.Derive(ctx, name)
		if err != nil {
			return nil, err
		}
		accounts[name], err = crypto.ToECDSA(seed.Bytes())
		seed.Zero()
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
	}
	return accounts, nil
}

// deployEmbedded puts the contracts on the embedded chain, under accounts of the key store.
func (p *program) deployEmbedded(ctx context.Context, client *rpc.Client, seeds deriver) (anchor.Network, error) {
	accounts, err := embeddedAccounts(ctx, seeds)
	if err != nil {
		return anchor.Network{}, err
	}
	address := func(name string) common.Address { return crypto.PubkeyToAddress(accounts[name].PublicKey) }
	return p.deploy(ctx, client, accounts[accountAdmin], seeds, evm.DeployConfig{
		MaxGrowth: defaultMaxGrowth, SuccessorDelay: p.config.Anchor.Delay, MaxHeartbeat: defaultMaxHeartbeat,
		Roles: evm.Roles{
			Admin: address(accountAdmin), Submitter: address(accountSubmitter), Recovery: address(accountRecovery),
			Guardian: address(accountGuardian), Registrar: address(accountRegistrar),
		},
	})
}

// deploy deploys the contracts for this state's log and publishes where they are.
func (p *program) deploy(ctx context.Context, client *rpc.Client, key *ecdsa.PrivateKey, seeds deriver, cfg evm.DeployConfig) (n anchor.Network, err error) {
	if n.Origin = p.config.Anchor.Origin; n.Origin == "" {
		n.Origin = newOrigin()
	}
	if _, n.LogKey, err = logSigner(ctx, seeds, n.Origin); err != nil {
		return n, err
	}
	cfg.Origin = n.Origin
	d, err := evm.Deploy(ctx, client, key, cfg, func(step string) { p.log.Info("deploying", "step", step) })
	if err != nil {
		return n, err
	}
	if n.ChainID, err = chainID(ctx, client); err != nil {
		return n, err
	}
	n.CheckpointLog, n.RootRegistry, n.AccessManager = d.CheckpointLog.Hex(), d.RootRegistry.Hex(), d.AccessManager.Hex()
	n.DeployedIn, n.Confirmations, n.MaxDelay = d.Block, p.config.Anchor.Confirmations, p.config.Anchor.MaxDelay
	return n, p.publishNetwork(networkName, n)
}

func chainID(ctx context.Context, client *rpc.Client) (uint64, error) {
	var id hexutil.Uint64
	if err := client.CallContext(ctx, &id, "eth_chainId"); err != nil {
		return 0, fmt.Errorf("ask for the chain id: %w", err)
	}
	return uint64(id), nil
}

// newOrigin names a log that no operator has named.
func newOrigin() string {
	return "lethe.local/" + newSuffix()
}

// newSuffix tells names of one kind apart.
func newSuffix() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

func logSigner(ctx context.Context, seeds deriver, origin string) (signer note.Signer, key string, err error) {
	seed, err := seeds.Derive(ctx, logSeed)
	if err != nil {
		return nil, "", err
	}
	defer seed.Zero()
	return anchor.NewSigner(origin, seed.Bytes())
}

// openLog opens the log beside its copy in the object store, or, where another process writes it, by the copy alone.
func (st *state) openLog(ctx context.Context, p *program, seeds deriver, objects offchain.Objects, cfg *vault.Config) error {
	st.tiles = newTileCopy(objects, st.network)
	if seeds == nil {
		follower, err := tlog.Follow(ctx, st.tiles, st.network.LogKey)
		st.log, cfg.Log = follower, follower
		return err
	}
	signer, key, err := logSigner(ctx, seeds, st.network.Origin)
	if err != nil {
		return err
	}
	if key != st.network.LogKey {
		return fmt.Errorf("%s names another key of the log than the key store holds", anchor.NetworkFile)
	}
	st.logDir = filepath.Join(p.dir, logFolder, fmt.Sprint(st.network.Log))
	writer, err := tlog.Open(ctx, tlog.Config{
		Dir: st.logDir, Copy: st.tiles, Signer: signer, LogKey: key, Shared: cfg.Shared, Log: p.log, Step: p.step,
	})
	if err != nil {
		return err
	}
	st.log, cfg.Log, cfg.Writer = writer, writer, writer
	st.closers = append(st.closers, writer.Close)
	return nil
}

// publicDir is what a state folder publishes for verifiers.
func (p *program) publicDir() string { return filepath.Join(p.dir, publicFolder) }

// networkName is the file that says which log and which contract are meant.
const networkName = anchor.NetworkFile

func (p *program) publicFile(name string) string { return filepath.Join(p.publicDir(), name) }

const maxPublished = 1 << 16 // bytes

func (p *program) readNetwork(dir string) (anchor.Network, error) {
	return readNetworkFile(filepath.Join(dir, networkName))
}

func readNetworkFile(name string) (anchor.Network, error) {
	data, err := readBounded(name, maxPublished)
	if err != nil {
		return anchor.Network{}, err
	}
	return anchor.ParseNetwork(data)
}

// publish replaces a published file at once or not at all.
func publish(name string, data []byte) error {
	temp := name + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// account reads an account's key (secp256k1), in hexadecimal.
func (s secret) account() (*ecdsa.PrivateKey, error) {
	raw, err := s.key()
	if err == nil && raw == nil {
		err = errors.New("no key is named")
	}
	if err != nil {
		return nil, err
	}
	defer raw.Zero()
	return crypto.ToECDSA(raw.Bytes())
}
