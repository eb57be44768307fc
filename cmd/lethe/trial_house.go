package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/consensys/gnark/frontend"
	"github.com/ethereum/go-ethereum/common"
	"github.com/go-json-experiment/json"

	"lethe/anchor/evm"
	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/compensation"
	"lethe/circuits/compliance"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	"lethe/circuits/visits"
	"lethe/offchain"
	"lethe/vault/registry"
	"lethe/vault/trial"
)

const (
	trialsFolder = "trials"            // of the state folder: records
	trialsFile   = "trials.json"       // of its public folder: where the contracts are
	trialsBegun  = "trials-setup.json" // of the state folder: where those of a set-up are that was cut off
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

// trialHouse runs trials in the process that has the state folder open: it holds the accounts, proves, and keeps the records. Everybody else
// comes through the API. It is safe for concurrent use.
type trialHouse struct {
	*program
	state  *state
	reader *evm.Reader
	folder *trial.Folder
	seq    *trial.Sequencer

	sending sync.Mutex // one transaction at a time: several may be of one account

	mu        sync.Mutex
	contracts trialContracts // read when they are first needed: `lethe trial setup` may come later
	provers   map[string]*circuits.Prover
	copies    map[registry.Kind]*registry.Copy
	notes     map[field.Element]trialNote
	pins      map[field.Element]trial.Pins // which never change
	reverted  map[field.Element]time.Time  // claims by their nullifiers, and when
}

// trialNote is what is being done for a trial, or why that does not work.
type trialNote struct{ doing, trouble string }

var (
	_ trial.Trees = (*trialHouse)(nil)
	_ api.Trials  = (*trialHouse)(nil)
)

// openTrials makes the house of an open state folder; nil where another process runs trials: it takes all that a process can hold.
func (p *program) openTrials(st *state) (*trialHouse, error) {
	reader, ok := st.contract.(*evm.Reader)
	if !ok || p.apart() {
		return nil, nil
	}
	h := &trialHouse{
		program: p, state: st, reader: reader, folder: &trial.Folder{Path: filepath.Join(p.dir, trialsFolder), Copies: p.config.Trials.Copies},
		provers: map[string]*circuits.Prover{}, copies: map[registry.Kind]*registry.Copy{}, notes: map[field.Element]trialNote{}, pins: map[field.Element]trial.Pins{}, reverted: map[field.Element]time.Time{},
	}
	var err error
	h.seq, err = trial.New(trial.Config{Store: h.folder, Chain: &trialChain{h}, Trees: h, Prove: h.prove, Keys: st.waiting, Log: p.log})
	return h, err
}

// port is the house as the API has it: an interface that holds a nil is not nil.
func (h *trialHouse) port() api.Trials {
	if h == nil {
		return nil
	}
	return h
}

// at gives the contracts.
func (h *trialHouse) at() (trialContracts, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.contracts.TrialRegistry != "" {
		return h.contracts, nil
	}
	at, err := h.readTrialContracts()
	if err == nil {
		h.contracts = at
	}
	return at, err
}

func (p *program) readTrialContracts() (at trialContracts, err error) {
	at, err = readContracts(p.publicFile(trialsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return at, withHint(trial.ErrNoSetup, "`lethe trial setup` puts them on the chain")
	}
	return at, err
}

func readContracts(name string) (at trialContracts, err error) {
	data, err := os.ReadFile(name) //nolint:gosec // of the state folder
	if err == nil {
		err = json.Unmarshal(data, &at, json.RejectUnknownMembers(true))
	}
	return at, err
}

// account is who acts in a role: the key in a file, or the folder's own on its own chain.
func (h *trialHouse) account(file, embedded string) (*ecdsa.PrivateKey, error) {
	if file != "" {
		return secret{File: file}.account()
	}
	if key, ok := h.state.accounts[embedded]; ok {
		return key, nil
	}
	return nil, withHint(errors.New("the account that does this is not known here"),
		"trials.sponsor_key, board_key and sequencer_key of the configuration name files with keys")
}

func (h *trialHouse) sponsor() (*evm.Trials, error) {
	return h.as(h.config.Trials.SponsorKey, accountAdmin)
}

func (h *trialHouse) board() (*evm.Trials, error) {
	return h.as(h.config.Trials.BoardKey, accountGuardian)
}

func (h *trialHouse) sequencer() (*evm.Trials, error) {
	return h.as(h.config.Trials.SequencerKey, accountRegistrar)
}

// as speaks to the contracts as an account.
func (h *trialHouse) as(file, embedded string) (*evm.Trials, error) {
	at, err := h.at()
	if err != nil {
		return nil, err
	}
	key, err := h.account(file, embedded)
	if err != nil {
		return nil, err
	}
	return evm.NewTrials(h.reader, at.addresses(), evm.KeySigner(key)), nil
}

// reads speaks to the contracts as nobody.
func (h *trialHouse) reads() (*evm.Trials, error) {
	at, err := h.at()
	return evm.NewTrials(h.reader, at.addresses(), nil), err
}

// sends does something that may send a transaction, and gives its hash, "" where none was needed.
func (h *trialHouse) sends(as func() (*evm.Trials, error), do func(*evm.Trials) (common.Hash, error)) (transaction string, err error) {
	by, err := as()
	if err != nil {
		return "", err
	}
	h.sending.Lock()
	defer h.sending.Unlock()
	tx, err := do(by)
	if err != nil || tx == (common.Hash{}) {
		return "", refusal(err)
	}
	return tx.Hex(), nil
}

// Trees implements trial.Trees: it publishes the roots where the chain does not know them to be fresh.
func (h *trialHouse) Trees(ctx context.Context) (grants, issuers *registry.Copy, err error) {
	if grants, err = h.tree(ctx, registry.Grants); err != nil {
		return nil, nil, err
	}
	if issuers, err = h.tree(ctx, registry.Issuers); err != nil {
		return nil, nil, err
	}
	at, err := h.at()
	if err != nil {
		return nil, nil, err
	}
	_, err = h.sends(h.sequencer, func(publisher *evm.Trials) (tx common.Hash, err error) {
		for kind, c := range map[string]*registry.Copy{at.GrantsKind: grants, at.IssuersKind: issuers} {
			root := hashOf(c.Root())
			fresh, err := publisher.Fresh(ctx, kind, root, trialRootAge/2)
			if err == nil && !fresh {
				err = publisher.PublishRoot(ctx, kind, root)
			}
			if err != nil {
				return tx, fmt.Errorf("root of %s: %w", c.Kind, err)
			}
		}
		return tx, nil
	})
	return grants, issuers, err
}

// tree is a tree as the service has published it, as a copy that nobody else changes.
func (h *trialHouse) tree(ctx context.Context, k registry.Kind) (*registry.Copy, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.copies[k]
	if !ok {
		var err error
		if c, err = registry.NewCopy(k); err != nil {
			return nil, err
		}
	}
	data, err := h.state.Delta(ctx, k, c.Version)
	if err != nil {
		return nil, err
	}
	var d registry.Delta
	if err := d.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	if d.To == c.Version {
		return c, nil
	}
	next, err := registry.NewCopy(k) // the one before may be in use
	if err == nil && ok {
		err = next.Update(c.Whole())
	}
	if err == nil {
		err = next.Update(&d)
	}
	if err == nil {
		h.copies[k] = next
	}
	return next, err
}

func hashOf(e field.Element) common.Hash { return common.BytesToHash(field.Bytes(e)) }

func elementOf(h common.Hash) (field.Element, error) { return field.Parse(h[:]) }

// prove implements trial.Prover with the keys of the ceremony that is configured, or of this user's development set-up.
func (h *trialHouse) prove(ctx context.Context, s circuits.Statement, assignment frontend.Circuit) (*circuits.Proof, error) {
	h.mu.Lock()
	prover, ok := h.provers[s.Name()]
	h.mu.Unlock()
	if !ok {
		k, err := h.keysFor(ctx, s)
		if err != nil {
			return nil, err
		}
		prover = circuits.NewProver(k)
		h.mu.Lock()
		h.provers[s.Name()] = prover
		h.mu.Unlock()
	}
	return prover.Prove(ctx, assignment)
}

// enqueue leaves a job that does what there is to do for a trial.
func (h *trialHouse) enqueue(ctx context.Context, id field.Element) error {
	return h.state.index.InTx(ctx, func(tx offchain.Tx) error { return tx.Enqueue(ctx, offchain.MoveTrial{Trial: field.Text(id)}) })
}

// resume leaves jobs for what waits in the records, and for what closed trials have come to: those of before may be gone, where the index was put back,
// or held by a process that was killed.
func (h *trialHouse) resume(ctx context.Context) error {
	all, err := h.folder.List()
	if err != nil {
		return err
	}
	for _, id := range all {
		r, err := h.folder.Load(id)
		if err != nil {
			h.log.WarnContext(ctx, "a trial's record cannot be read", "error", err)
			continue
		}
		if len(r.Queue) > 0 || len(r.Spent) > 0 || r.Closed && r.Published == nil {
			if err := h.enqueue(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Move carries out the job: what waits is proven, and what a closed trial has come to. What does not work is tried again.
func (h *trialHouse) Move(ctx context.Context, job offchain.MoveTrial) error {
	id, err := field.ParseText(job.Trial)
	if err != nil {
		return nil //nolint:nilerr // it will be no trial's id at the next attempt either
	}
	err = errors.Join(h.move(ctx, id), h.seq.Forget(ctx, id))
	if errors.Is(err, trial.ErrNoTrial) {
		return nil
	}
	n := trialNote{}
	if err != nil {
		n.trouble = err.Error()
	}
	h.take(id, n)
	return err
}

func (h *trialHouse) move(ctx context.Context, id field.Element) error {
	for {
		err := h.seq.Work(ctx, id, func(s trial.Step) { h.take(id, trialNote{doing: s.String()}) })
		switch {
		case errors.Is(err, trial.ErrDropped):
			h.log.WarnContext(ctx, "a trial's events were dropped", "error", err)
			continue // with those behind
		case errors.Is(err, trial.ErrNoTrial):
			return nil
		case err != nil:
			return err
		}
		break
	}
	verified, err := h.verified(ctx, id)
	if err != nil || verified {
		return err
	}
	err = h.seq.Comply(ctx, id, func(doing string) { h.take(id, trialNote{doing: doing}) })
	if errors.Is(err, trial.ErrNotClosed) {
		return nil
	}
	return err
}

// pinned are the statements that a trial is proven by.
func (h *trialHouse) pinned(ctx context.Context, by *evm.Trials, id field.Element) (trial.Pins, error) {
	h.mu.Lock()
	known, ok := h.pins[id]
	h.mu.Unlock()
	if ok {
		return known, nil
	}
	pins := trial.Pins{}
	for _, s := range trialStatements(true) {
		k, err := by.Key(ctx, hashOf(id), s.ID, uint32(s.Version)) //nolint:gosec // small
		if err != nil {
			return nil, err
		}
		pins[s.Name()] = k.Size > 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pins[id] = pins
	return pins, nil
}

// verified says whether the contract has verified what a trial has come to.
func (h *trialHouse) verified(ctx context.Context, id field.Element) (bool, error) {
	by, err := h.reads()
	if err != nil {
		return false, err
	}
	entry, err := by.Entry(ctx, hashOf(id))
	return entry.VerifiedAt != 0, err
}

func (h *trialHouse) take(id field.Element, n trialNote) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notes[id] = n
}

func (h *trialHouse) noted(id field.Element) trialNote {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.notes[id]
}
