package contracts

import (
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// trialModel is a trial as the rules have it, written apart from the contract: for each call it lists every rule that the call
// breaks. A call is accepted exactly when it breaks none, and else refused for one of them.
type trialModel struct {
	now     uint64 // of the block that a call is in
	id      *big.Int
	terms   ITrialRegistryTerms
	context TrialContext
	fresh   func(kind [32]byte, root *big.Int, maxAge uint32) bool

	sequencers []tenure
	protocol   *big.Int
	consented  *big.Int
	states     []*big.Int
	lastTime   uint64
	flag       uint32
	closedAt   uint64
	entry      *ITrialRegistryChunk
	published  [32]byte
	publishing uint64
	verifiedAt uint64
	known      map[uint32][]string // accumulators by version
	paid       map[string]bool

	given, taken, spent, reserved uint64
	places                        uint32
	purses                        map[common.Address]uint64
}

// tenure says who is the sequencer from when on, unless another was announced before that.
type tenure struct {
	who  common.Address
	from uint64
}

func newTrialModel(w *trialWorld, id *big.Int, terms ITrialRegistryTerms) *trialModel {
	return &trialModel{
		id: id, terms: terms, context: w.context(id), sequencers: []tenure{{terms.Sequencer, 0}},
		protocol: terms.Protocol, consented: new(big.Int), states: []*big.Int{terms.FirstState},
		known: map[uint32][]string{}, paid: map[string]bool{}, purses: map[common.Address]uint64{},
	}
}

// rules collects the names of those that are broken.
type rules []string

func (r *rules) broken(when bool, name string) {
	if when {
		*r = append(*r, name)
	}
}

func (m *trialModel) batches() uint32 { return uint32(len(m.states) - 1) }
func (m *trialModel) last() *big.Int  { return m.states[len(m.states)-1] }
func (m *trialModel) balance() uint64 { return m.given - m.taken - m.spent }
func (m *trialModel) claimsOver() bool {
	return m.closedAt != 0 && m.now > m.closedAt+uint64(m.terms.ClaimPeriod)
}

func (m *trialModel) sequencer() (who common.Address) {
	for _, t := range m.sequencers {
		if t.from <= m.now {
			who = t.who
		}
	}
	return who
}

func (m *trialModel) announce(next common.Address) {
	m.sequencers = slices.DeleteFunc(m.sequencers, func(t tenure) bool { return t.from > m.now })
	m.sequencers = append(m.sequencers, tenure{next, m.now + sequencerDelay})
}

// size is the number of places of a pinned version, 0 for another.
func (m *trialModel) size(statement [32]byte, version uint32) uint32 {
	for _, pin := range m.terms.Pins {
		if pin.Statement == statement && pin.Version == version {
			return pin.Size
		}
	}
	return 0
}

func (m *trialModel) prices() (sum uint64) {
	for _, price := range m.terms.Prices {
		sum += price.Uint64()
	}
	return sum
}

func (m *trialModel) price(visit uint32) uint64 {
	if visit == 0 || int(visit) > len(m.terms.Prices) {
		return 0
	}
	return m.terms.Prices[visit-1].Uint64()
}

// batchInputs are the public inputs of a batch, as the statement has them.
func (m *trialModel) batchInputs(b ITrialRegistryBatch) []*big.Int {
	safety := 0
	if b.Safety {
		safety = 1
	}
	return []*big.Int{
		m.id, b.OldState, b.NewState, m.protocol, b.GrantsRoot, b.IssuersRoot, b.Time, number(safety),
		m.context.Batch(m.batches()),
	}
}

func (m *trialModel) checkBatch(from common.Address, b ITrialRegistryBatch) (r rules) {
	time, enrols := b.Time.Uint64(), b.Statement == name(StatementEnrolment)
	r.broken(from != m.sequencer(), "NotSequencer")
	r.broken(m.closedAt != 0, "Closed")
	r.broken(b.OldState.Cmp(m.last()) != 0, "NotLastState")
	r.broken(b.NewState.Cmp(m.last()) == 0, "StateUnchanged")
	r.broken(!inField(b.NewState), "NotInField")
	r.broken(time < m.lastTime, "BackDated")
	r.broken(time > m.now, "FromFuture")
	r.broken(time+uint64(m.terms.MaxBatchAge) < m.now, "TooOld")
	r.broken(!m.fresh(m.terms.GrantsKind, b.GrantsRoot, m.terms.MaxRootAge), "StaleRoot")
	r.broken(!m.fresh(m.terms.IssuersKind, b.IssuersRoot, m.terms.MaxRootAge), "StaleRoot")
	r.broken(m.size(b.Statement, b.Version) == 0, "NotPinned")
	r.broken(!enrols && b.Statement != name(StatementVisits), "UnknownStatement")
	r.broken(enrols && m.flag != 0, "FlagOpen")
	r.broken(enrols && b.Safety, "SafetyOfEnrolment")
	r.broken(enrols && m.needed(b) > m.balance()-m.reserved, "Unfunded")
	return r
}

func (m *trialModel) needed(b ITrialRegistryBatch) uint64 {
	return uint64(m.size(b.Statement, b.Version)) * m.prices()
}

func (m *trialModel) accept(b ITrialRegistryBatch) {
	m.states, m.lastTime = append(m.states, b.NewState), b.Time.Uint64()
	if b.Statement == name(StatementEnrolment) {
		m.reserved += m.needed(b)
		m.places += m.size(b.Statement, b.Version)
	}
	if b.Safety {
		m.flag = m.batches()
	}
}

func (m *trialModel) chunkInputs(c ITrialRegistryChunk) []*big.Int {
	state := new(big.Int)
	if c.Number <= m.batches() {
		state = m.states[c.Number]
	}
	return []*big.Int{m.id, state, c.Counters, c.Deviations, c.ResultsRoot, c.AccIn, c.AccOut, m.context.Compliance()}
}

func (m *trialModel) checkChunk(c ITrialRegistryChunk) (r rules) {
	known, last := m.known[c.Version], c.AccOut.Sign() == 0
	r.broken(m.size(name(StatementCompliance), c.Version) == 0, "NotPinned")
	r.broken(c.Number > m.batches(), "UnknownState")
	r.broken(!last && c.ResultsRoot.Sign() != 0, "ResultsBeforeLast")
	if m.closedAt == 0 {
		return r
	}
	r.broken(c.Number != m.batches(), "NotFinalState")
	r.broken(m.entry != nil || slices.Contains(known, c.AccOut.String()), "ChunkKnown")
	r.broken(c.AccIn.Sign() != 0 && !slices.Contains(known, c.AccIn.String()), "UnknownChunk")
	return r
}

func (m *trialModel) verified(c ITrialRegistryChunk) {
	switch {
	case m.closedAt == 0:
	case c.AccOut.Sign() != 0:
		m.known[c.Version] = append(m.known[c.Version], c.AccOut.String())
	default:
		m.entry, m.verifiedAt = &c, m.now
		participants := uint32(lane(c.Counters, 0))
		if participants < m.places {
			m.reserved -= min(m.reserved, uint64(m.places-participants)*m.prices())
			m.places = participants
		}
	}
}

func (m *trialModel) checkPublish(from common.Address, results *big.Int, document [32]byte) (r rules) {
	r.broken(from != sponsor, "NotSponsor")
	r.broken(m.closedAt == 0, "NotClosed")
	r.broken(m.entry == nil, "NotVerified")
	r.broken(m.publishing != 0, "AlreadyPublished")
	r.broken(m.flag != 0, "FlagOpen")
	r.broken(document == [32]byte{}, "ZeroHash")
	if m.entry == nil {
		return r
	}
	r.broken(results.Cmp(m.entry.ResultsRoot) != 0, "WrongResults")
	for i, threshold := range m.terms.Thresholds {
		r.broken(lane(m.entry.Deviations, i) > uint64(threshold), "ThresholdExceeded")
	}
	return r
}

func (m *trialModel) claimInputs(c ITrialRegistryClaim) []*big.Int {
	state := new(big.Int)
	if c.Number <= m.batches() {
		state = m.states[c.Number]
	}
	return []*big.Int{m.id, state, number(c.Visit), c.Nullifier, m.context.Compensation(c.Recipient, c.Fee)}
}

func (m *trialModel) checkClaim(c ITrialRegistryClaim) (r rules) {
	price := m.price(c.Visit)
	r.broken(price == 0, "NotPriced")
	r.broken(m.claimsOver(), "ClaimsOver")
	r.broken(!inField(c.Nullifier), "NotInField")
	r.broken(m.paid[c.Nullifier.String()], "NullifierUsed")
	r.broken(c.Recipient == common.Address{}, "ZeroAddress")
	r.broken(c.Fee.Uint64() > price, "FeeTooHigh")
	r.broken(price > m.reserved, "ReservationSpent")
	r.broken(c.Number > m.batches(), "UnknownState")
	r.broken(m.size(name(StatementCompensation), c.Version) == 0, "NotPinned")
	return r
}

func (m *trialModel) pay(c ITrialRegistryClaim) {
	price := m.price(c.Visit)
	m.paid[c.Nullifier.String()] = true
	m.spent += price
	m.reserved -= price
	m.purses[c.Recipient] += price - c.Fee.Uint64()
	m.purses[relayer] += c.Fee.Uint64()
}

// available is what the sponsor can take back.
func (m *trialModel) available() uint64 {
	if m.claimsOver() {
		return m.balance()
	}
	return m.balance() - m.reserved
}

func (m *trialModel) take(to common.Address, amount uint64) {
	if m.claimsOver() {
		m.reserved = 0
	}
	m.taken += amount
	m.purses[to] += amount
}

func lane(counters *big.Int, i int) uint64 {
	return new(big.Int).Rsh(counters, uint(22*i)).Uint64() & (1<<22 - 1)
}

func inField(n *big.Int) bool { return n.Sign() > 0 && n.Cmp(fieldOrder) < 0 }

func name(s string) (padded [32]byte) {
	copy(padded[:], s)
	return padded
}

// fieldOrder is that of the scalar field of BN254 (EIP-196).
var fieldOrder, _ = new(big.Int).SetString(
	"21888242871839275222246405745257275088548364400416034343698204186575808495617", 10)
