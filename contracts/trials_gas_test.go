package contracts

import (
	"math/big"
	"testing"
)

// measureTrials goes through a trial of 32 priced visits and 6 pinned versions. Where there are several calls of a kind, the
// figure is the last one's. Verifiers are stubs: a generated one of 9 inputs takes 240,000 more.
func measureTrials(t *testing.T, figures map[string]uint64) {
	w := deployTrials(t)
	for _, contract := range []string{"StatementVerifier", "TrialRegistry"} {
		figures["deploy "+contract] = w.gas[contract]
	}
	figures["size StatementVerifier"] = uint64(len(w.state.GetCode(w.verifier)))
	figures["size TrialRegistry"] = uint64(len(w.state.GetCode(w.trials)))
	figures["trial announce key"] = w.announce(pinned{StatementVisits, 3, 9, 44})
	prices := make([]uint64, 32)
	for i := range prices {
		prices[i] = 1 << 50
	}
	registry, terms, id := NewTrialRegistry(), w.terms(prices...), new(big.Int).Sub(fieldOrder, big.NewInt(3))
	figures["trial create, 32 prices"] = w.send(sponsor, w.trials, registry.PackCreate(id, terms))
	figures["trial create, no prices"] = w.send(sponsor, w.trials, registry.PackCreate(big.NewInt(1), w.terms()))
	m := newTrialModel(w, id, terms)
	w.transfer(funder, &w.trials, registry.PackFund(id), 1<<59)
	w.measureBatches(m, figures)
	w.measureClaims(m, figures)
	w.measureResults(m, figures)
}

func (w *trialWorld) measureBatches(m *trialModel, figures map[string]uint64) {
	grants, issuers := new(big.Int).Sub(fieldOrder, big.NewInt(1)), new(big.Int).Sub(fieldOrder, big.NewInt(2))
	w.publishRoot(w.grants, grants)
	w.publishRoot(w.issuers, issuers)
	for i, statement := range []string{StatementEnrolment, StatementEnrolment, StatementVisits} {
		b := ITrialRegistryBatch{
			Statement: name(statement), Version: 1, OldState: m.last(), NewState: new(big.Int).Sub(fieldOrder, number(10+i)),
			GrantsRoot: grants, IssuersRoot: issuers, Time: number(w.time),
		}
		proof := fullProof(provenFor(statement, 1, m.batchInputs(b)))
		figures["trial submit "+statement] = w.send(sequencer, w.trials, NewTrialRegistry().PackSubmit(m.id, b, proof))
		m.accept(b)
	}
}

func (w *trialWorld) measureClaims(m *trialModel, figures map[string]uint64) {
	for who := range 2 {
		c := ITrialRegistryClaim{
			Version: 1, Number: 1, Visit: 2, Nullifier: new(big.Int).Sub(fieldOrder, number(20+who)), Recipient: stranger,
			Fee: number(uint64(1 << 40)),
		}
		proof := fullProof(provenFor(StatementCompensation, 1, m.claimInputs(c)))
		figures["trial claim with fee"] = w.send(relayer, w.trials, NewTrialRegistry().PackClaim(m.id, c, proof))
	}
}

func (w *trialWorld) measureResults(m *trialModel, figures map[string]uint64) {
	registry := NewTrialRegistry()
	figures["trial close"] = w.send(sponsor, w.trials, registry.PackClose(m.id))
	acc, results := new(big.Int).Sub(fieldOrder, big.NewInt(30)), new(big.Int).Sub(fieldOrder, big.NewInt(31))
	c := ITrialRegistryChunk{
		Version: 1, Number: m.batches(), Counters: number(uint64(5)), Deviations: new(big.Int), ResultsRoot: new(big.Int),
		AccIn: new(big.Int), AccOut: acc,
	}
	verify := func() uint64 {
		proof := fullProof(provenFor(StatementCompliance, 1, m.chunkInputs(c)))
		return w.send(stranger, w.trials, registry.PackVerifyCompliance(m.id, c, proof))
	}
	figures["trial compliance chunk"] = verify()
	c.AccIn, c.AccOut, c.ResultsRoot = acc, new(big.Int), results
	figures["trial compliance last chunk"] = verify()
	figures["trial publish"] = w.send(sponsor, w.trials, registry.PackPublish(m.id, results, [32]byte{1}))
}

// fullProof has no zeros, which would be cheaper than a real proof.
func fullProof(proof []byte) []byte {
	for i := 32; i < len(proof); i++ {
		proof[i] = byte(i | 1)
	}
	return proof
}
