package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/consensys/gnark/frontend"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/anchor/evm"
	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/compensation"
	"lethe/circuits/compliance"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	"lethe/circuits/policy"
	"lethe/circuits/visits"
	"lethe/vault/registry"
	"lethe/vault/trial"
)

const (
	trialsFolder = "trials"      // of the state folder: records
	trialsFile   = "trials.json" // of its public folder: where the contracts are
)

// Times of trials on the chain.
const (
	trialBatchAge  = time.Hour            // how old a batch's time may be
	trialRootAge   = time.Hour            // and a root that it stands on
	trialHeartbeat = 24 * time.Hour       // of kinds of roots
	trialClaims    = 180 * 24 * time.Hour // after closing, until the sponsor takes back what was not claimed
)

// trialContracts is public/trials.json.
type trialContracts struct {
	ChainID           uint64 `json:"chain_id"`
	StatementVerifier string `json:"statement_verifier"`
	TrialRegistry     string `json:"trial_registry"`
	RootRegistry      string `json:"root_registry"`
	GrantsKind        string `json:"grants_kind"`
	IssuersKind       string `json:"issuers_kind"`
}

func (c trialContracts) addresses() evm.TrialContracts {
	return evm.TrialContracts{
		StatementVerifier: common.HexToAddress(c.StatementVerifier), TrialRegistry: common.HexToAddress(c.TrialRegistry),
		RootRegistry: common.HexToAddress(c.RootRegistry),
	}
}

// trialStatements are those that trials are proven by; the large ones where they are asked for, since their set-up takes minutes.
func trialStatements(large bool) []circuits.Statement {
	all := []circuits.Statement{enrolment.Statement(1), visits.Statement(1), compliance.Statement(1), compensation.Statement()}
	if large {
		all = append(all, enrolment.Statement(2), visits.Statement(2), compliance.Statement(2), compliance.Statement(3))
	}
	return all
}

// sizeOf is how much a statement takes, as trials pin it.
func sizeOf(s circuits.Statement) uint32 {
	size := map[string]int{
		"enrolment": enrolment.Slots(s.Version), "visits": visits.Slots(s.Version), "compliance": compliance.Places(s.Version), "compensation": 1,
	}[s.ID]
	return uint32(size) //nolint:gosec // at most 256
}

// trialKeys say which file holds the key of which account, for chains that are not the folder's own.
type trialKeys struct{ sponsor, board, sequencer string }

// trialDesk is a state folder as the commands about trials use it.
type trialDesk struct {
	*program
	*remote
	state     *state
	reader    *evm.Reader
	contracts trialContracts
	keys      trialKeys
	seq       *trial.Sequencer
	provers   map[string]*circuits.Prover
}

var _ trial.Trees = (*trialDesk)(nil)

// withTrials opens a state folder for trials. Who serves it has to stop before.
func (p *program) withTrials(ctx context.Context, keys trialKeys, do func(*trialDesk) error) error {
	return p.withState(ctx, func(st *state) error { return p.trials(ctx, st, keys, do) })
}

// trials is withTrials for a folder that is open.
func (p *program) trials(ctx context.Context, st *state, keys trialKeys, do func(*trialDesk) error) error {
	reader, ok := st.contract.(*evm.Reader)
	if !ok {
		return errors.New("trials need a chain")
	}
	door, err := p.frontDoor(st, localURL, custodian().Actor)
	if err != nil {
		return err
	}
	r := &remote{}
	return r.through(ctx, localURL, api.InProcess(door), func(r *remote) error {
		d := &trialDesk{program: p, remote: r, state: st, reader: reader, keys: keys, provers: map[string]*circuits.Prover{}}
		if err := d.readContracts(); err != nil {
			return err
		}
		chain := &trialChain{desk: d}
		d.seq, err = trial.New(trial.Config{
			Store: &trial.Folder{Path: filepath.Join(p.dir, trialsFolder), Copies: p.config.Trials.Copies}, Chain: chain, Trees: d, Prove: d.prove,
			Log: p.log,
		})
		if err != nil {
			return err
		}
		return do(d)
	})
}

func (d *trialDesk) readContracts() error {
	data, err := os.ReadFile(d.publicFile(trialsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(data, &d.contracts, json.RejectUnknownMembers(true))
	}
	return err
}

// ready says whether the contracts are there.
func (d *trialDesk) ready() error {
	if d.contracts.TrialRegistry == "" {
		return withHint(errors.New("there are no contracts of trials yet"), "`lethe trial setup` puts them on the chain")
	}
	return nil
}

// account is who acts in a role: the key in a file, or the folder's own on its own chain.
func (d *trialDesk) account(file, embedded string) (*ecdsa.PrivateKey, error) {
	if file != "" {
		return secret{File: file}.account()
	}
	if key, ok := d.state.accounts[embedded]; ok {
		return key, nil
	}
	return nil, withHint(errors.New("the account that does this is not known"), "give the file with its key: --sponsor-key, --board-key or --sequencer-key")
}

// Roles in a trial, as accounts of the folder's own chain: on a real one three parties hold them.
func (d *trialDesk) sponsor() (*evm.Trials, error) {
	return d.as(d.keys.sponsor, accountAdmin)
}

func (d *trialDesk) board() (*evm.Trials, error) {
	return d.as(d.keys.board, accountGuardian)
}

func (d *trialDesk) sequencer() (*evm.Trials, error) {
	return d.as(d.keys.sequencer, accountRegistrar)
}

func (d *trialDesk) as(file, embedded string) (*evm.Trials, error) {
	if err := d.ready(); err != nil {
		return nil, err
	}
	key, err := d.account(file, embedded)
	if err != nil {
		return nil, err
	}
	return evm.NewTrials(d.reader, d.contracts.addresses(), evm.KeySigner(key)), nil
}

// Trees implements trial.Trees: it publishes the roots where the chain does not know them to be fresh.
func (d *trialDesk) Trees(ctx context.Context) (grants, issuers *registry.Copy, err error) {
	if grants, err = d.tree(ctx, registry.Grants); err != nil {
		return nil, nil, err
	}
	if issuers, err = d.tree(ctx, registry.Issuers); err != nil {
		return nil, nil, err
	}
	publisher, err := d.sequencer()
	if err != nil {
		return nil, nil, err
	}
	for kind, c := range map[string]*registry.Copy{d.contracts.GrantsKind: grants, d.contracts.IssuersKind: issuers} {
		root := hashOf(c.Root())
		if fresh, err := publisher.Fresh(ctx, kind, root, trialRootAge/2); err != nil || fresh {
			if err != nil {
				return nil, nil, err
			}
			continue
		}
		if err := publisher.PublishRoot(ctx, kind, root); err != nil {
			return nil, nil, fmt.Errorf("root of %s: %w", c.Kind, err)
		}
	}
	return grants, issuers, nil
}

func hashOf(e field.Element) common.Hash { return common.BytesToHash(field.Bytes(e)) }

func elementOf(h common.Hash) (field.Element, error) { return field.Parse(h[:]) }

// prove implements trial.Prover with the keys of the ceremony that is configured, or of this user's development set-up.
func (d *trialDesk) prove(ctx context.Context, s circuits.Statement, assignment frontend.Circuit) (*circuits.Proof, error) {
	prover, ok := d.provers[s.Name()]
	if !ok {
		k, err := d.keysFor(ctx, s)
		if err != nil {
			return nil, err
		}
		prover = circuits.NewProver(k)
		d.provers[s.Name()] = prover
	}
	return prover.Prove(ctx, assignment)
}

// setup puts the contracts of trials on the chain, and announces the verifying keys.
func (d *trialDesk) setup(ctx context.Context, large bool, keyDelay, sequencerDelay time.Duration) error {
	if d.contracts.TrialRegistry != "" {
		return withHint(errors.New("the contracts of trials are there already"), trialsFile+" says where")
	}
	proving, err := d.proving()
	if err != nil {
		return err
	}
	sponsor, err := d.account(d.keys.sponsor, accountAdmin)
	if err != nil {
		return err
	}
	sequencer, err := d.account(d.keys.sequencer, accountRegistrar)
	if err != nil {
		return err
	}
	n := d.state.network
	of := sha256.Sum256([]byte(proving.Service)) // several services may share a registry
	made := trialContracts{
		ChainID: n.ChainID, RootRegistry: n.RootRegistry, GrantsKind: fmt.Sprintf("grants/%x", of[:8]), IssuersKind: fmt.Sprintf("issuers/%x", of[:8]),
	}
	admin := evm.KeySigner(sponsor)
	at, err := evm.DeployTrials(ctx, d.reader, admin, evm.TrialSetup{
		Manager: common.HexToAddress(n.AccessManager), RootRegistry: common.HexToAddress(n.RootRegistry), KeyDelay: keyDelay,
		SequencerDelay: sequencerDelay, Sponsors: []common.Address{admin.Address()}, Announcer: admin.Address(),
		Publisher: crypto.PubkeyToAddress(sequencer.PublicKey), Registrar: evm.KeySigner(sequencer),
		Kinds: []string{made.GrantsKind, made.IssuersKind}, Heartbeat: trialHeartbeat,
	})
	if err != nil {
		return err
	}
	for _, s := range trialStatements(large) {
		if err := d.announce(ctx, at, admin, s); err != nil {
			return err
		}
	}
	made.StatementVerifier, made.TrialRegistry = at.StatementVerifier.Hex(), at.TrialRegistry.Hex()
	data, err := json.Marshal(made, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return err
	}
	d.contracts = made
	return writeOnce(d.publicFile(trialsFile), append(data, '\n'))
}

// trialID is a trial's id, by its name or by the id itself.
func trialID(name string) field.Element {
	if len(name) == 64 && strings.Trim(name, "0123456789abcdef") == "" {
		if id, err := field.ParseText(name); err == nil {
			return id
		}
	}
	return policy.Scope(name)
}
