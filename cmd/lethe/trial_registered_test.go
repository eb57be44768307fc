package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor/devchain"
	"lethe/anchor/evm"
	"lethe/circuits/field"
	"lethe/circuits/policy"
	rollup "lethe/circuits/trial"
)

// registered is a chain with the contracts of trials, whose verifiers take every proof, and trials that were registered with it directly.
type registered struct {
	*testing.T
	url    string
	reader *evm.Reader
	at     evm.TrialContracts
	begun  evm.TrialContracts // what is kept of a set-up
	admin  *ecdsa.PrivateKey
}

// takesAll deploys a contract whose code is STOP: no call of it fails.
var takesAll = common.FromHex("60016000f3")

func newRegistered(t *testing.T) *registered {
	t.Helper()
	w := &registered{T: t}
	accounts := map[string]*ecdsa.PrivateKey{}
	var funded []common.Address
	for _, role := range []string{"deployer", "admin", "registrar"} {
		k, err := crypto.ToECDSA(crypto.Keccak256([]byte(role)))
		noError(t, err)
		accounts[role], funded = k, append(funded, crypto.PubkeyToAddress(k.PublicKey))
	}
	w.admin = accounts["admin"]
	chain, err := devchain.Open(t.Context(), devchain.Config{Dir: t.TempDir(), Fund: funded, Listen: "127.0.0.1:0"})
	noError(t, err)
	t.Cleanup(func() { noError(t, chain.Close()) })
	w.url = chain.URL()
	put, err := evm.Deploy(t.Context(), chain.RPC(), accounts["deployer"], evm.DeployConfig{
		Origin: "log.example/trials", MaxGrowth: 1, SuccessorDelay: time.Hour, MaxHeartbeat: 24 * time.Hour,
		Roles: evm.Roles{Admin: funded[1], Submitter: funded[0], Recovery: common.Address{3}, Guardian: common.Address{4}, Registrar: funded[2]},
	}, nil)
	noError(t, err)
	w.reader, err = evm.NewReader(evm.ReaderConfig{Clients: []*rpc.Client{chain.RPC()}, ChainID: devchain.DefaultChainID, CheckpointLog: put.CheckpointLog})
	noError(t, err)
	set := func() (evm.TrialContracts, error) {
		return evm.DeployTrials(t.Context(), w.reader, evm.KeySigner(w.admin), evm.TrialSetup{
			Manager: put.AccessManager, RootRegistry: put.RootRegistry, KeyDelay: time.Second, SequencerDelay: time.Hour,
			Sponsors: []common.Address{funded[1]}, Announcer: funded[1], Publisher: funded[2], Registrar: evm.KeySigner(accounts["registrar"]),
			Kinds: []string{"grants", "issuers"}, Heartbeat: time.Hour, Deployed: w.begun, Keep: func(at evm.TrialContracts) error {
				w.begun = at
				return nil
			},
		})
	}
	w.at, err = set()
	noError(t, err)
	again, err := set() // where it was cut off at its very end
	if err != nil || again != w.at {
		t.Fatalf("gone on with: %+v, %v, not %+v", again, err, w.at)
	}
	for _, s := range trialStatements(false) {
		key := sha256.Sum256([]byte(s.ID))
		for range 2 { // what is announced is not announced again
			noError(t, evm.AnnounceKey(t.Context(), w.reader, w.at, evm.KeySigner(w.admin), s.ID, 1, len(s.Public), key, takesAll))
		}
		if err := evm.AnnounceKey(t.Context(), w.reader, w.at, evm.KeySigner(w.admin), s.ID, 1, len(s.Public), [32]byte{1}, takesAll); err == nil {
			t.Errorf("%s: another key is announced in its place", s.ID)
		}
	}
	time.Sleep(1100 * time.Millisecond) // until the keys can be used
	noError(t, chain.Mine(1))
	return w
}

// register registers a trial, as its sponsor, in whatever state.
func (w *registered) register(id, state field.Element, change ...func(*evm.TrialTerms)) {
	w.Helper()
	terms := evm.TrialTerms{
		FirstState: hashOf(state), Protocol: hashOf(field.Uint64(5)), Sequencer: common.Address{1}, Board: common.Address{2}, GrantsKind: "grants",
		IssuersKind: "issuers", MaxBatchAge: time.Hour, MaxRootAge: time.Hour, ClaimPeriod: time.Hour,
	}
	for _, s := range trialStatements(false)[:3] {
		terms.Pins = append(terms.Pins, evm.TrialPin{Statement: s.ID, Version: 1, Size: sizeOf(s), Key: sha256.Sum256([]byte(s.ID))})
	}
	for _, do := range change {
		do(&terms)
	}
	_, err := evm.NewTrials(w.reader, w.at, evm.KeySigner(w.admin)).Create(w.Context(), hashOf(id), terms)
	noError(w.T, err)
}

// TestThreat50ATrialThatDidNotBeginEmptyIsRefused: the contract takes any first state, such as one with people in it whom no proof let in.
func TestThreat50ATrialThatDidNotBeginEmptyIsRefused(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	verify := func(name string) (*trialVerdict, error) {
		return (&program{stdout: io.Discard, stderr: io.Discard}).verifyTrial(t.Context(), trialID(name), trialVerifyFlags{rpc: w.url, contract: w.at.TrialRegistry.Hex()})
	}
	honest, forged := policy.Scope("honest"), policy.Scope("forged")
	w.register(honest, rollup.NewCohort(honest).State().Digest())
	crowded := rollup.NewCohort(forged).State()
	crowded.Activity.Visits = 100
	w.register(forged, crowded.Digest())
	if v, err := verify("honest"); err != nil || v.Trial != field.Text(honest) {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := verify("forged"); err == nil || !strings.Contains(err.Error(), "a state that is not the empty one") {
		t.Errorf("a trial that began with visits: %v", err)
	}
	for name, change := range map[string]func(*evm.TrialTerms){
		"batches of long ago": func(t *evm.TrialTerms) { t.MaxBatchAge = 49_000 * 24 * time.Hour },
		"trees of long ago":   func(t *evm.TrialTerms) { t.MaxRootAge = 25 * time.Hour },
	} {
		id := policy.Scope(name)
		w.register(id, rollup.NewCohort(id).State().Digest(), change)
		if _, err := verify(name); err == nil || !strings.Contains(err.Error(), "is not counted as it should be") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := verify("nothing"); err == nil || !strings.Contains(err.Error(), "no such trial") {
		t.Errorf("no trial: %v", err)
	}
}

// TestWhatTheContractSaysIsKept: at one block, though the chain goes on.
func TestWhatTheContractSaysIsKept(t *testing.T) {
	t.Parallel()
	w := newRegistered(t)
	id := policy.Scope("honest")
	empty := rollup.NewCohort(id).State().Digest()
	w.register(id, empty)
	h := &trialHouse{reader: w.reader, contracts: trialContracts{
		ChainID: devchain.DefaultChainID, TrialRegistry: w.at.TrialRegistry.Hex(), StatementVerifier: w.at.StatementVerifier.Hex(),
	}}
	on, err := h.onChain(t.Context(), id)
	noError(t, err)
	if on.Trial.BatchAge != 3600 || on.Trial.RootAge != 3600 || on.Trial.Grants != "grants" || on.Trial.Issuers != "issuers" || len(on.Trial.Prices) != 0 {
		t.Errorf("%+v", on.Trial)
	}
	if on.Trial.State != hashOf(empty).Hex() || on.Trial.Protocol != hashOf(field.Uint64(5)).Hex() || on.Stage() != "interim" || on.Block.Number == 0 {
		t.Errorf("%+v", on)
	}
	key := common.Hash(sha256.Sum256([]byte("enrolment")))
	stop := sha256.Sum256([]byte{0})
	if len(on.Keys) != 3 || on.Keys[0].Key != key.Hex() || on.Keys[0].Code != crypto.Keccak256Hash([]byte{0}).Hex() {
		t.Errorf("%+v", on.Keys)
	}
	for name, c := range on.Contracts {
		if c.SHA256 == hex.EncodeToString(stop[:]) || len(c.SHA256) != 64 || c.Keccak256 == crypto.Keccak256Hash(nil).Hex() {
			t.Errorf("%s has no code: %+v", name, c)
		}
	}
	trials, head, err := evm.NewTrials(w.reader, w.at, evm.KeySigner(w.admin)).Pinned(t.Context())
	noError(t, err)
	_, err = trials.Close(t.Context(), hashOf(id))
	noError(t, err)
	if s, _, err := trials.Standing(t.Context(), hashOf(id)); err != nil || s.ClosedAt != 0 || s.Now != head.Time {
		t.Errorf("read at a block after it: %+v, %v", s, err)
	}
	if on, err = h.onChain(t.Context(), id); err != nil || on.Stage() != "closed" {
		t.Errorf("%+v, %v", on, err)
	}
}

// TestThreat50APlanIsComparedWhole: with the protocol in force, and with what the contract keeps beside it.
func TestThreat50APlanIsComparedWhole(t *testing.T) {
	t.Parallel()
	const name = "../../docs/examples/trial/plan.yaml"
	_, p, err := readPlan(name)
	noError(t, err)
	honest := evm.TrialStanding{Protocol: hashOf(p.Rollup.Digest()), Thresholds: [7]uint32(p.Thresholds()), Prices: evm.Amounts(p.Prices)}
	noError(t, checkPlan(name, p.ID, honest))
	protocol, thresholds, prices := honest, honest, honest
	protocol.Protocol[31] ^= 1
	thresholds.Thresholds[6]++
	prices.Prices += "0"
	for says, on := range map[string]evm.TrialStanding{"not the protocol": protocol, "other thresholds": thresholds, "other compensation": prices} {
		if err := checkPlan(name, p.ID, on); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if err := checkPlan(name, field.Uint64(5), honest); err == nil {
		t.Error("the plan of another trial")
	}
}
