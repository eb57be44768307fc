package contracts

import (
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// refuseCreations spoils the terms in every way that the registry knows.
func (h *trialHistory) refuseCreations() {
	h.t.Helper()
	for _, s := range spoiledTerms {
		if !h.sometimes(4) {
			continue
		}
		terms, id, from := h.m.terms, h.m.id, sponsor
		terms.Pins = slices.Clone(terms.Pins)
		s.spoil(&terms, &id, &from)
		h.next()
		h.try(refusedCreation, from, 0, NewTrialRegistry().PackCreate(id, terms), rules{s.reason}, nil)
	}
}

var spoiledTerms = []struct {
	reason string
	spoil  func(*ITrialRegistryTerms, **big.Int, *common.Address)
}{
	{"AccessManagedUnauthorized", func(_ *ITrialRegistryTerms, _ **big.Int, from *common.Address) { *from = board }},
	{"NotInField", func(_ *ITrialRegistryTerms, id **big.Int, _ *common.Address) { *id = new(big.Int) }},
	{"NotInField", func(_ *ITrialRegistryTerms, id **big.Int, _ *common.Address) { *id = fieldOrder }},
	{"NotInField", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.FirstState = new(big.Int) }},
	{"NotInField", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Protocol = fieldOrder }},
	{"ZeroAddress", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Sequencer = common.Address{} }},
	{"BoardIsSponsor", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Board = sponsor }},
	{"UnfitKind", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.GrantsKind[0]++ }},
	{"ZeroPeriod", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.MaxBatchAge = 0 }},
	{"CriticalThreshold", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Thresholds[5] = 1 }},
	{"TooManyPrices", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) {
		t.Prices = slices.Repeat([]*big.Int{big.NewInt(1)}, 33)
	}},
	{"StatementMissing", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Pins = t.Pins[2:] }},
	{"UnfitPin", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Pins[1] = t.Pins[0] }},
	{"UnfitPin", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Pins[1].Size = 0 }},
	{"UnknownStatement", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Pins[1].Statement[0]++ }},
	{"WrongKey", func(t *ITrialRegistryTerms, _ **big.Int, _ *common.Address) { t.Pins[1].KeyHash[0]++ }},
}

func (h *trialHistory) submit() {
	m := h.next()
	b := ITrialRegistryBatch{
		Statement: name(StatementVisits), Version: 1, OldState: m.last(), NewState: h.new(), GrantsRoot: h.roots[h.grants],
		IssuersRoot: h.roots[h.issuers], Time: number(max(m.lastTime, m.now-h.rnd.Uint64N(100))), Safety: h.sometimes(10),
	}
	if h.sometimes(2) {
		b.Statement, b.Version, b.Safety = name(StatementEnrolment), 1+h.rnd.Uint32N(2), h.sometimes(20)
	}
	if h.sometimes(4) {
		h.spoilBatch(&b)
	}
	from := h.by(m.sequencer())
	broken := m.checkBatch(from, b)
	of := string(trimmed(b.Statement))
	proof := h.proof(of, b.Version, m.batchInputs(b), &broken)
	h.try("submit", from, 0, NewTrialRegistry().PackSubmit(m.id, b, proof), broken, func() { m.accept(b) })
}

func (h *trialHistory) spoilBatch(b *ITrialRegistryBatch) {
	switch h.rnd.IntN(7) {
	case 0:
		b.OldState = h.odd()
	case 1:
		b.NewState = h.odd()
	case 2:
		b.GrantsRoot = h.roots[h.issuers]
	case 3:
		b.IssuersRoot = h.odd()
	case 4:
		b.Time = number(h.m.now - 650 + h.rnd.Uint64N(700))
	case 5:
		b.Version = 2
	case 6:
		b.Statement, b.Version = name(StatementCompliance), 1
	}
}

func (h *trialHistory) consent() {
	m, protocol := h.next(), h.new()
	if h.sometimes(4) {
		protocol = h.odd()
	}
	from := h.by(board)
	var broken rules
	broken.broken(from != board, "NotBoard")
	broken.broken(m.closedAt != 0, "Closed")
	broken.broken(protocol.Cmp(fieldOrder) >= 0, "NotInField")
	h.try("consent", from, 0, NewTrialRegistry().PackConsent(m.id, protocol), broken, func() { m.consented = protocol })
}

func (h *trialHistory) amend() {
	m := h.next()
	protocol, from := m.consented, h.by(sponsor)
	if h.sometimes(8) {
		protocol = h.new()
	}
	var broken rules
	broken.broken(from != sponsor, "NotSponsor")
	broken.broken(m.closedAt != 0, "Closed")
	broken.broken(protocol.Sign() == 0 || protocol.Cmp(m.consented) != 0, "NotConsented")
	h.try("amend", from, 0, NewTrialRegistry().PackAmend(m.id, protocol), broken, func() {
		m.protocol, m.consented = protocol, new(big.Int)
	})
}

func (h *trialHistory) announceSequencer() {
	m := h.next()
	next, from := h.parties[h.rnd.IntN(len(h.parties))], h.by(sponsor)
	if h.sometimes(8) {
		next = common.Address{}
	}
	var broken rules
	broken.broken(from != sponsor, "NotSponsor")
	broken.broken(m.closedAt != 0, "Closed")
	broken.broken(next == common.Address{}, "ZeroAddress")
	data := NewTrialRegistry().PackAnnounceSequencer(m.id, next)
	h.try("announceSequencer", from, 0, data, broken, func() { m.announce(next) })
}

func (h *trialHistory) liftFlag() {
	m, reason, from := h.next(), [32]byte{1}, h.by(board)
	batch := max(m.flag, 1) - 1
	if h.sometimes(8) {
		batch, reason[0] = h.rnd.Uint32N(5), byte(h.rnd.IntN(2))
	}
	var broken rules
	broken.broken(from != board, "NotBoard")
	broken.broken(m.flag == 0 || batch != m.flag-1, "NotLastFlag")
	broken.broken(reason[0] == 0, "ZeroHash")
	h.try("liftFlag", from, 0, NewTrialRegistry().PackLiftFlag(m.id, batch, reason), broken, func() { m.flag = 0 })
}

func (h *trialHistory) closeTrial() {
	if len(h.m.states) < 6 && !h.sometimes(8) {
		return // so that there is something to close
	}
	m, from := h.next(), h.parties[h.rnd.IntN(3)]
	var broken rules
	broken.broken(from != sponsor && from != board, "NotSponsorNorBoard")
	broken.broken(m.closedAt != 0, "Closed")
	h.try("close", from, 0, NewTrialRegistry().PackClose(m.id), broken, func() { m.closedAt = m.now })
}

func (h *trialHistory) verifyCompliance() {
	m := h.next()
	c := ITrialRegistryChunk{
		Version: 1 + h.rnd.Uint32N(2), Number: m.batches(), Counters: h.counters(), Deviations: h.deviations(),
		AccIn: new(big.Int), AccOut: new(big.Int), ResultsRoot: h.new(),
	}
	if known := m.known[c.Version]; len(known) > 0 && h.sometimes(2) {
		c.AccIn.SetString(known[h.rnd.IntN(len(known))], 10)
	}
	if h.sometimes(2) {
		c.AccOut, c.ResultsRoot = h.new(), new(big.Int)
	}
	if h.sometimes(4) {
		h.spoilChunk(&c)
	}
	broken := m.checkChunk(c)
	proof := h.proof(StatementCompliance, c.Version, m.chunkInputs(c), &broken)
	from := h.parties[h.rnd.IntN(len(h.parties))]
	data := NewTrialRegistry().PackVerifyCompliance(m.id, c, proof)
	h.try("verifyCompliance", from, 0, data, broken, func() { m.verified(c) })
}

func (h *trialHistory) spoilChunk(c *ITrialRegistryChunk) {
	switch h.rnd.IntN(5) {
	case 0:
		c.Version = 3
	case 1:
		c.Number = h.rnd.Uint32N(h.m.batches() + 2)
	case 2:
		c.ResultsRoot = h.odd()
	case 3:
		c.AccIn = h.odd()
	case 4:
		c.AccOut = c.AccIn
	}
}

// counters have a number of participants around that of places.
func (h *trialHistory) counters() *big.Int {
	visits := new(big.Int).Lsh(number(h.rnd.Uint32N(1000)), 66)
	return visits.Or(visits, number(h.rnd.Uint32N(h.m.places+3)))
}

// deviations are mostly within thresholds.
func (h *trialHistory) deviations() *big.Int {
	sum := new(big.Int)
	for i, threshold := range h.m.terms.Thresholds {
		n := h.rnd.Uint32N(threshold + 1)
		if h.sometimes(20) {
			n = h.rnd.Uint32N(1 << 22)
		}
		sum.Or(sum, new(big.Int).Lsh(number(n), uint(22*i)))
	}
	return sum
}

func (h *trialHistory) publish() {
	m, results, document, from := h.next(), h.new(), [32]byte{2}, h.by(sponsor)
	if m.entry != nil && !h.sometimes(8) {
		results = m.entry.ResultsRoot
	}
	if h.sometimes(8) {
		document = [32]byte{}
	}
	broken := m.checkPublish(from, results, document)
	h.try("publish", from, 0, NewTrialRegistry().PackPublish(m.id, results, document), broken, func() {
		m.published, m.publishing = document, m.now
	})
}

func (h *trialHistory) fund() {
	m, wei := h.next(), h.rnd.Uint64N(80*h.m.prices()+20)
	h.try("fund", funder, wei, NewTrialRegistry().PackFund(m.id), nil, func() { m.given += wei })
}

func (h *trialHistory) claimVisit() {
	m := h.next()
	c := ITrialRegistryClaim{
		Version: 1, Number: h.rnd.Uint32N(m.batches() + 1), Visit: 1 + h.rnd.Uint32N(3),
		Recipient: common.Address{0xc0}, Fee: new(big.Int),
	}
	c.Nullifier = number(1000*c.Visit + h.rnd.Uint32N(8))
	if price := m.price(c.Visit); h.sometimes(2) {
		c.Fee = number(h.rnd.Uint64N(price + 1))
	}
	if h.sometimes(4) {
		h.spoilClaim(&c)
	}
	broken := m.checkClaim(c)
	proof := h.proof(StatementCompensation, c.Version, m.claimInputs(c), &broken)
	h.try("claim", relayer, 0, NewTrialRegistry().PackClaim(m.id, c, proof), broken, func() { m.pay(c) })
}

func (h *trialHistory) spoilClaim(c *ITrialRegistryClaim) {
	switch h.rnd.IntN(6) {
	case 0:
		c.Version = 2
	case 1:
		c.Number = h.m.batches() + h.rnd.Uint32N(3)
	case 2:
		c.Visit = h.rnd.Uint32N(40)
	case 3:
		c.Nullifier = h.odd()
	case 4:
		c.Recipient = common.Address{}
	case 5:
		c.Fee = number(h.rnd.Uint64N(1000))
	}
}

func (h *trialHistory) withdraw() {
	m := h.next()
	amount, to, from := h.rnd.Uint64N(m.available()+2), h.parties[h.rnd.IntN(len(h.parties))], h.by(sponsor)
	var broken rules
	broken.broken(from != sponsor, "NotSponsor")
	broken.broken(amount > m.available(), "NotAvailable")
	h.try("withdraw", from, 0, NewTrialRegistry().PackWithdraw(m.id, to, number(amount)), broken, func() { m.take(to, amount) })
}

func trimmed(padded [32]byte) []byte {
	return padded[:slices.Index(padded[:], 0)]
}
