package contracts

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
)

// Parties of a trial. The first two hold the role of their name.
var (
	sponsor   = common.Address{0xb1}
	announcer = common.Address{0xb2}
	board     = common.Address{0xb3}
	sequencer = common.Address{0xb4}
	relayer   = common.Address{0xb5}
	funder    = common.Address{0xb6}
)

const (
	keyDelay       = 24 * 3600
	sequencerDelay = 3 * 24 * 3600
	rootHeartbeat  = 24 * 3600
	fundersWei     = 1 << 60
)

// A pinned statement version: its number of public inputs, and of places.
type pinned struct {
	name    string
	version uint32
	inputs  uint8
	size    uint32
}

var trialPins = []pinned{
	{StatementEnrolment, 1, 9, 4}, {StatementEnrolment, 2, 9, 14}, {StatementVisits, 1, 9, 8},
	{StatementCompliance, 1, 8, 16}, {StatementCompliance, 2, 8, 64}, {StatementCompensation, 1, 5, 1},
}

// trialWorld is a chain with a TrialRegistry and what it needs, generated verifiers being stubs.
type trialWorld struct {
	*deployment
	verifier, trials common.Address
	grants, issuers  [32]byte // kinds of roots
}

// deployTrials makes a world in which all keys of trialPins are usable, and one more version of visits that no trial pins.
func deployTrials(t testing.TB) *trialWorld {
	t.Helper()
	w := &trialWorld{deployment: deploy(t, 1), grants: mustName(t, "grants"), issuers: mustName(t, "issuers")}
	w.verifier = w.create(&StatementVerifierMetaData, NewStatementVerifier().PackConstructor(w.manager, keyDelay))
	args := NewTrialRegistry().PackConstructor(w.manager, w.registry, w.verifier, sequencerDelay)
	w.trials = w.create(&TrialRegistryMetaData, args)
	w.permit(w.verifier, StatementVerifierPermissions())
	w.permit(w.trials, TrialRegistryPermissions())
	w.send(admin, w.manager, NewAccessManager().PackGrantRole(RoleSponsor, sponsor, 0))
	w.send(admin, w.manager, NewAccessManager().PackGrantRole(RoleAnnouncer, announcer, 0))
	for _, kind := range [][32]byte{w.grants, w.issuers} {
		open := NewRootRegistry().PackOpenKind(kind, FirstPublisherRole, rootHeartbeat, true)
		w.send(registrar, w.registry, open)
	}
	for _, p := range append(trialPins, pinned{StatementVisits, 2, 9, 44}) {
		w.announce(p)
	}
	w.time += keyDelay
	w.state.AddBalance(funder, uint256.NewInt(fundersWei), tracing.BalanceChangeUnspecified)
	return w
}

// announce deploys a stub for a version, announces it and returns the gas of that.
func (w *trialWorld) announce(p pinned) uint64 {
	w.t.Helper()
	tag := keyOf(p.name, p.version)
	stub := w.create(&StubVerifierMetaData, NewStubVerifier().PackConstructor(tag))
	name := mustName(w.t, p.name)
	return w.send(announcer, w.verifier, NewStatementVerifier().PackAnnounce(name, p.version, stub, p.inputs, tag))
}

// publishRoot publishes a root, or the latest again.
func (w *trialWorld) publishRoot(kind [32]byte, root *big.Int) {
	w.t.Helper()
	w.send(publisher, w.registry, NewRootRegistry().PackPublish(kind, [32]byte(common.LeftPadBytes(root.Bytes(), 32))))
}

// terms are those of a trial with all of trialPins and these prices.
func (w *trialWorld) terms(prices ...uint64) ITrialRegistryTerms {
	terms := ITrialRegistryTerms{
		FirstState: number(1000), Protocol: number(77), Sequencer: sequencer, Board: board,
		GrantsKind: w.grants, IssuersKind: w.issuers, MaxBatchAge: 600, MaxRootAge: 3600, ClaimPeriod: 30 * 24 * 3600,
		Thresholds: [7]uint32{0, 0, 0, 3, 3, 0, 3},
	}
	for _, price := range prices {
		terms.Prices = append(terms.Prices, number(price))
	}
	for _, p := range trialPins {
		terms.Pins = append(terms.Pins, ITrialRegistryPin{mustName(w.t, p.name), p.version, p.size, keyOf(p.name, p.version)})
	}
	return terms
}

func (w *trialWorld) context(trial *big.Int) TrialContext {
	return TrialContext{ChainID: w.rules.ChainID, Registry: w.trials, Trial: trial}
}

// keyOf is the hash that tests give the key of a version, and the tag of its stub.
func keyOf(name string, version uint32) [32]byte {
	return crypto.Keccak256Hash([]byte(name), []byte{byte(version)})
}

// provenFor is a proof that the stub of that version accepts for these inputs, and for no others.
func provenFor(name string, version uint32, inputs []*big.Int) []byte {
	tag := keyOf(name, version)
	data := tag[:]
	for _, in := range inputs {
		data = append(data, common.LeftPadBytes(in.Bytes(), 32)...)
	}
	return append(crypto.Keccak256(data), make([]byte, 224)...)
}

func mustName(t testing.TB, name string) [32]byte {
	t.Helper()
	padded, err := Statement(name)
	if err != nil {
		t.Fatal(err)
	}
	return padded
}

func number[T ~uint8 | ~uint32 | ~uint64 | ~int](n T) *big.Int {
	return new(big.Int).SetUint64(uint64(n))
}
