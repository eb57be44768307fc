package contracts

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

const (
	// callsOfHistory is how many calls a history has after the trial's creation.
	callsOfHistory = 60
	// historiesOfChain is how many trials share a registry, one after the other.
	historiesOfChain = 40

	refusedCreation = "refused creation"
)

// The contract and the model agree on random histories of trials: on which calls are accepted, on why others are not, and on
// what can be read afterwards. LETHE_CAMPAIGN makes 2,000 of them, which takes minutes.
func TestTrialsAgreeWithModel(t *testing.T) {
	histories := scaled(60, 10)
	if os.Getenv("LETHE_CAMPAIGN") != "" {
		histories = 2000
	}
	rnd, count := rand.New(rand.NewPCG(8, 8)), map[string]int{}
	var w *trialWorld
	for i := range histories {
		if i%historiesOfChain == 0 {
			w = deployTrials(t)
		}
		h := newTrialHistory(w, rnd, count, number(1+i))
		for range callsOfHistory {
			h.step()
		}
	}
	for _, what := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%-40s %6d", what, count[what])
	}
	for what := range steps {
		if testing.Short() {
			break // too few for every call
		}
		if count[what+" accepted"] == 0 || count[what+" refused"] == 0 && what != "fund" {
			t.Errorf("%s: never accepted or never refused", what)
		}
	}
}

// trialHistory is a trial that calls are made to, right ones and spoiled ones.
type trialHistory struct {
	*trialWorld
	m         *trialModel
	rnd       *rand.Rand
	count     map[string]int
	confirmed map[string]uint64 // when a root was published last
	roots     map[[32]byte]*big.Int
	serial    int
	parties   []common.Address
}

// newTrialHistory creates a trial, after some that are refused.
func newTrialHistory(w *trialWorld, rnd *rand.Rand, count map[string]int, id *big.Int) *trialHistory {
	w.t.Helper()
	var prices []uint64
	for range 4 - rnd.IntN(4)*rnd.IntN(2) {
		prices = append(prices, uint64(min(1, rnd.IntN(5))*rnd.IntN(100)))
	}
	terms := w.terms(prices...)
	for _, critical := range []int{3, 4, 6} {
		terms.Thresholds[critical] = rnd.Uint32N(4)
	}
	h := &trialHistory{
		trialWorld: w, m: newTrialModel(w, id, terms), rnd: rnd, count: count, confirmed: map[string]uint64{},
		roots: map[[32]byte]*big.Int{}, serial: int(id.Int64()) << 20,
		parties: []common.Address{sponsor, board, sequencer, relayer, stranger, admin},
	}
	for _, account := range append(h.parties, common.Address{0xc0}) {
		h.m.purses[account] = w.state.GetBalance(account).Uint64()
	}
	h.m.fresh = func(kind [32]byte, root *big.Int, maxAge uint32) bool {
		at, ok := h.confirmed[string(kind[:])+root.String()]
		return ok && h.m.now-at <= min(uint64(maxAge), rootHeartbeat)
	}
	h.refuseCreations()
	h.next()
	h.try("create", sponsor, 0, NewTrialRegistry().PackCreate(id, terms), nil, func() {})
	h.next()
	h.try("create", sponsor, 0, NewTrialRegistry().PackCreate(id, terms), rules{"TrialInUse"}, nil)
	h.publishRoots(true)
	return h
}

// steps are the calls of a history.
var steps = map[string]func(*trialHistory){
	"submit": (*trialHistory).submit, "consent": (*trialHistory).consent, "amend": (*trialHistory).amend,
	"announceSequencer": (*trialHistory).announceSequencer, "liftFlag": (*trialHistory).liftFlag,
	"close": (*trialHistory).closeTrial, "verifyCompliance": (*trialHistory).verifyCompliance,
	"publish": (*trialHistory).publish, "fund": (*trialHistory).fund, "claim": (*trialHistory).claimVisit,
	"withdraw": (*trialHistory).withdraw,
}

// step makes a call, more often one that there is much of.
func (h *trialHistory) step() {
	h.t.Helper()
	switch n := h.rnd.IntN(40); {
	case n < 14 && h.m.closedAt == 0 || n == 0:
		h.submit()
	case n < 4:
		h.publish()
	case n < 14:
		h.verifyCompliance()
	case n < 20:
		h.claimVisit()
	case n < 24:
		h.verifyCompliance()
	case n < 26:
		h.fund()
	case n < 28:
		h.publishRoots(h.sometimes(3))
	case n == 28:
		h.time += h.rnd.Uint64N(2 * sequencerDelay)
		h.publishRoots(h.sometimes(2))
	case n == 29 && h.m.closedAt != 0:
		h.time += uint64(h.m.terms.ClaimPeriod) / 2
	default:
		names := slices.Sorted(maps.Keys(steps))
		steps[names[h.rnd.IntN(len(names))]](h)
	}
}

// try makes a call and compares what comes of it with the rules that it breaks.
func (h *trialHistory) try(what string, from common.Address, wei uint64, data []byte, broken rules, accepted func()) {
	h.t.Helper()
	result := h.transfer(from, &h.trials, data, wei)
	if h.m.now != h.time {
		h.t.Fatalf("%s: the rules were asked for another time", what)
	}
	if result.Err == nil {
		if len(broken) > 0 {
			h.t.Fatalf("trial %v: %s accepted, against %v", h.m.id, what, broken)
		}
		accepted()
		h.count[what+" accepted"]++
	} else {
		reason := errorName(NewTrialRegistry().abi, result.ReturnData)
		if !slices.Contains(broken, reason) {
			h.t.Fatalf("trial %v: %s refused as %s; the rules say %v", h.m.id, what, reason, broken)
		}
		h.count[what+" refused"]++
		h.count["because "+reason]++
	}
	if what != refusedCreation {
		h.compare(what)
	}
}

// next is the time of the next call, at which rules are asked.
func (h *trialHistory) next() *trialModel {
	h.m.now = h.time + 12
	return h.m
}

// sometimes is true once in n times.
func (h *trialHistory) sometimes(n int) bool { return h.rnd.IntN(n) == 0 }

// by is the right party, or sometimes any.
func (h *trialHistory) by(right common.Address) common.Address {
	if h.sometimes(8) {
		return h.parties[h.rnd.IntN(len(h.parties))]
	}
	return right
}

// new is a number that was never used.
func (h *trialHistory) new() *big.Int {
	h.serial++
	return number(h.serial)
}

// odd is a number that no honest party would send.
func (h *trialHistory) odd() *big.Int {
	odd := []*big.Int{new(big.Int), fieldOrder, new(big.Int).Add(fieldOrder, h.m.last()), h.m.last(), h.m.states[0]}
	return odd[h.rnd.IntN(len(odd))]
}

// proof is one for the inputs, or sometimes for others.
func (h *trialHistory) proof(of string, version uint32, inputs []*big.Int, broken *rules) []byte {
	inputs = slices.Clone(inputs)
	if h.sometimes(10) {
		i := h.rnd.IntN(len(inputs))
		inputs[i] = new(big.Int).Xor(inputs[i], big.NewInt(1))
		*broken = append(*broken, "ProofRefused")
	}
	for _, in := range inputs {
		broken.broken(in.Cmp(fieldOrder) >= 0, "ProofRefused")
	}
	return provenFor(of, version, inputs)
}

func (h *trialHistory) publishRoots(replace bool) {
	h.t.Helper()
	for _, kind := range [][32]byte{h.grants, h.issuers} {
		if replace {
			h.roots[kind] = h.new()
		}
		h.publishRoot(kind, h.roots[kind])
		h.confirmed[string(kind[:])+h.roots[kind].String()] = h.time
	}
}

// compare reads the trial.
func (h *trialHistory) compare(after string) {
	h.t.Helper()
	registry := NewTrialRegistry()
	view := func(data []byte) []byte { ret, _ := h.call(h.trials, data); return ret }
	trial, err1 := registry.UnpackTrialOf(view(registry.PackTrialOf(h.m.id)))
	funds, err2 := registry.UnpackFundsOf(view(registry.PackFundsOf(h.m.id)))
	entry, err3 := registry.UnpackEntryOf(view(registry.PackEntryOf(h.m.id)))
	if err1 != nil || err2 != nil || err3 != nil {
		h.t.Fatal(err1, err2, err3)
	}
	got, want := fmt.Sprint(trial, funds, entry), fmt.Sprint(h.m.trial(), h.m.funds(), h.m.register())
	if got != want {
		h.t.Fatalf("trial %v after %s:\ncontract %s\nmodel    %s", h.m.id, after, got, want)
	}
	for account, wei := range h.m.purses {
		if got := h.state.GetBalance(account).Uint64(); got != wei {
			h.t.Fatalf("trial %v after %s: %x has %d, by the model %d", h.m.id, after, account[0], got, wei)
		}
	}
}

func errorName(contract abi.ABI, data []byte) string {
	if len(data) < 4 {
		return "nothing"
	}
	e, err := contract.ErrorByID([4]byte(data))
	if err != nil {
		return fmt.Sprintf("%x", data[:4])
	}
	return e.Name
}

// trial is what trialOf says.
func (m *trialModel) trial() ITrialRegistryTrial {
	next, nextAt := common.Address{}, uint64(0)
	if last := m.sequencers[len(m.sequencers)-1]; last.from > m.now {
		next, nextAt = last.who, last.from
	}
	return ITrialRegistryTrial{
		Sponsor: sponsor, Board: m.terms.Board, Sequencer: m.sequencer(), NextSequencer: next, NextSequencerAt: number(nextAt),
		Protocol: m.protocol, Consented: m.consented, State: m.last(), Batches: m.batches(), LastTime: number(m.lastTime),
		Flag: m.flag, ClosedAt: number(m.closedAt), GrantsKind: m.terms.GrantsKind, IssuersKind: m.terms.IssuersKind,
		MaxBatchAge: m.terms.MaxBatchAge, MaxRootAge: m.terms.MaxRootAge, ClaimPeriod: m.terms.ClaimPeriod,
		Thresholds: m.terms.Thresholds, Prices: m.terms.Prices,
	}
}

// funds is what fundsOf says.
func (m *trialModel) funds() ITrialRegistryFunds {
	return ITrialRegistryFunds{number(m.balance()), number(m.reserved), m.places}
}

// register is what entryOf says.
func (m *trialModel) register() ITrialRegistryEntry {
	e := ITrialRegistryEntry{
		VerifiedAt: number(m.verifiedAt), PublishedAt: number(m.publishing), Document: m.published,
		Counters: new(big.Int), Deviations: new(big.Int), ResultsRoot: new(big.Int),
	}
	if m.entry != nil {
		e.Counters, e.Deviations, e.ResultsRoot = m.entry.Counters, m.entry.Deviations, m.entry.ResultsRoot
	}
	return e
}
