package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/contracts"
)

// node answers as a node of the chain does of a registry, in the contracts' own encoding.
type node struct {
	t        *testing.T
	registry abi.ABI
	keys     abi.ABI

	chainID, block, code string
	states               []field.Element
	contextFrom          int64
	trial                contracts.ITrialRegistryTrial
	entry                contracts.ITrialRegistryEntry
	known                map[string][32]byte // keys by statement
}

const registryCode = "0x6001"

func newNode(a *archived) *node {
	registry, keys := contracts.NewTrialRegistry(), contracts.NewStatementVerifier()
	n := &node{
		t: a.t, registry: registry.GetABI(), keys: keys.GetABI(), chainID: "0x7a69", block: word(field.Uint64(7)), code: registryCode,
		states: []field.Element{rollup.NewCohort(a.protocol.ID).State().Digest()}, known: map[string][32]byte{},
	}
	for _, b := range a.record().Batches {
		n.states = append(n.states, b.State.Digest())
	}
	on := a.on()
	n.trial = contracts.ITrialRegistryTrial{
		NextSequencerAt: new(big.Int), Protocol: number(on.Trial.Protocol), Consented: new(big.Int), State: number(on.Trial.State),
		Batches: on.Trial.Batches, LastTime: new(big.Int), ClosedAt: new(big.Int).SetUint64(on.Trial.ClosedAt), Prices: []*big.Int{big.NewInt(1000), big.NewInt(2000)},
		MaxBatchAge: 3600, MaxRootAge: 600, ClaimPeriod: 1, Thresholds: [7]uint32(a.protocol.Thresholds()),
	}
	copy(n.trial.GrantsKind[:], "grants")
	copy(n.trial.IssuersKind[:], "issuers")
	e := a.entry
	n.entry = contracts.ITrialRegistryEntry{
		VerifiedAt: new(big.Int).SetUint64(e.VerifiedAt), PublishedAt: new(big.Int).SetUint64(e.PublishedAt), Counters: number(e.Counters),
		Deviations: number(e.Deviations), ResultsRoot: number(e.ResultsRoot), Document: common.HexToHash(e.Document),
	}
	for statement, d := range a.trapdoors {
		n.known[statement] = d.verifier.Key()
	}
	return n
}

func number(hex string) *big.Int { return common.HexToHash(hex).Big() }

// contracts are as the archive names them.
func (n *node) contracts() map[string]OnChainContract {
	sum := sha256.Sum256(common.FromHex(registryCode))
	return map[string]OnChainContract{"TrialRegistry": {Address: common.BytesToAddress([]byte{1}).Hex(), SHA256: hex.EncodeToString(sum[:])}}
}

// ServeHTTP implements [http.Handler].
func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Method string            `json:"method"`
		Params []json.RawMessage `json:"params"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		n.t.Error(err)
	}
	answer := map[string]any{"eth_chainId": n.chainID, "eth_getCode": n.code, "eth_getBlockByNumber": map[string]string{"hash": n.block}}[asked.Method]
	if asked.Method == "eth_call" {
		var call struct {
			To   common.Address
			Data hexutil.Bytes
		}
		if err := json.Unmarshal(asked.Params[0], &call); err != nil {
			n.t.Error(err)
		}
		answer = n.call(call.To, call.Data)
	}
	if err := json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": 1, "result": answer}); err != nil {
		n.t.Error(err)
	}
}

func (n *node) call(to common.Address, data []byte) string {
	of := n.registry
	if to == common.BytesToAddress([]byte{2}) {
		of = n.keys
	}
	method, err := of.MethodById(data)
	if err != nil {
		n.t.Errorf("%s: %v", to, err)
		return "0x"
	}
	args, err := method.Inputs.Unpack(data[4:])
	if err != nil {
		n.t.Error(err)
	}
	packed, err := method.Outputs.Pack(n.answer(method.Name, args))
	if err != nil {
		n.t.Errorf("%s: %v", method.Name, err)
	}
	return hexutil.Encode(packed)
}

func (n *node) answer(method string, args []any) any {
	switch method {
	case "trialOf":
		return n.trial
	case "entryOf":
		return n.entry
	case "verifier":
		return common.BytesToAddress([]byte{2})
	case "stateOf":
		return number(word(n.states[args[1].(uint32)]))
	case "batchContext":
		return big.NewInt(n.contextFrom + int64(args[1].(uint32)))
	}
	statement := args[0].([32]byte)
	return contracts.IStatementVerifierKey{UsableAt: new(big.Int), KeyHash: n.known[strings.TrimRight(string(statement[:]), "\x00")]}
}

// asks has the archive checked with a node.
func (n *node) asks(a *archived, made Archive) (string, error) {
	n.t.Helper()
	served := httptest.NewServer(n)
	defer served.Close()
	return made.verifies(n.t, "--rpc", served.URL)
}

// TestThreat51AnArchiveIsHeldToTheContract: of each thing that the contract could say otherwise.
func TestThreat51AnArchiveIsHeldToTheContract(t *testing.T) {
	a := newArchived(t)
	a.publish()
	on := a.on()
	on.Contracts = newNode(a).contracts()
	made, err := a.record().Archive(on, a.verifier)
	must(t, err)
	if out, err := newNode(a).asks(a, made); err != nil || !strings.Contains(out, "the contract says the same, state by state\n") {
		t.Fatalf("%v\n%s", err, out)
	}
	for says, change := range map[string]func(*node){
		"--rpc: a node of another chain":                     func(n *node) { n.chainID = "0x1" },
		"the code of TrialRegistry is not what it was":       func(n *node) { n.code += "00" },
		"block 7 of the chain is another one":                func(n *node) { n.block = word(field.Uint64(8)) },
		"the contract has another state 0":                   func(n *node) { n.states[0] = field.Uint64(1) },
		"the contract has another state 3":                   func(n *node) { n.states[3] = field.Uint64(1) },
		"batches/0001 is bound to another chain":             func(n *node) { n.contextFrom = 1 },
		"the contract verifies enrolment-v1 by another key":  func(n *node) { n.known["enrolment"] = [32]byte{1} },
		"the contract has another entry of the trial than":   func(n *node) { n.entry.Document[3] ^= 1 },
		"the contract has other kinds of roots":              func(n *node) { n.trial.GrantsKind[0]++ },
		"the contract has other ages of batches":             func(n *node) { n.trial.MaxRootAge++ },
		"the contract has other thresholds":                  func(n *node) { n.trial.Thresholds[6]++ },
		"the contract has other prices":                      func(n *node) { n.trial.Prices[1] = big.NewInt(2001) },
		"the contract has another state of a trial that was": func(n *node) { n.trial.ClosedAt = big.NewInt(5) },
	} {
		if leftOut() {
			continue
		}
		n := newNode(a)
		change(n)
		if out, err := n.asks(a, made); err == nil || !strings.Contains(out, "WRONG: "+says) {
			t.Errorf("%s: %v\n%s", says, err, out)
		}
	}
}

// TestAnArchiveOfATrialThatGoesOn is not contradicted by what came after it.
func TestAnArchiveOfATrialThatGoesOn(t *testing.T) {
	a := newArchived(t)
	on := a.on()
	on.Contracts = newNode(a).contracts()
	none := word(field.Element{})
	on.Entry = OnChainEntry{Counters: none, Deviations: none, ResultsRoot: none, Document: none}
	made, err := a.record().Archive(on, a.verifier)
	must(t, err)
	n := newNode(a)
	n.trial.Batches += 2
	n.trial.ClosedAt, n.entry.VerifiedAt, n.entry.ResultsRoot = big.NewInt(9), big.NewInt(9), big.NewInt(9)
	out, err := n.asks(a, made)
	if err != nil || !strings.Contains(out, "; it has taken 2 batches since; it was closed, verified or published since") {
		t.Errorf("%v\n%s", err, out)
	}
}
