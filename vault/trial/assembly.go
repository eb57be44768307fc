package trial

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
	"lethe/circuits/visits"
	"lethe/vault/registry"
)

// built is a submission as a batch, with what its proof needs.
type built struct {
	batch     *rollup.Batch
	statement circuits.Statement
	assign    func(context field.Element) (frontend.Circuit, error)
}

// build applies a submission to a cohort and puts together what its proof needs; it says why nothing can be proven.
func (p *Protocol) build(c *rollup.Cohort, sub *Submission, time uint64, live live, pinned Pins, grants, issuers *registry.Copy) (*built, error) {
	if err := sub.named(); err != nil {
		return nil, err
	}
	batch, moves, err := p.apply(c, sub, sub.consents(), time, live)
	if err != nil {
		return nil, err
	}
	seal, err := p.seal(sub)
	if err != nil {
		return nil, err
	}
	a := &assembly{protocol: p, sub: sub, batch: batch, moves: moves, seal: seal, pinned: pinned, grants: grants, issuers: issuers}
	if batch.Enrols {
		return a.enrolments()
	}
	return a.visits()
}

// assembly is what a proof is put together from.
type assembly struct {
	protocol        *Protocol
	sub             *Submission
	batch           *rollup.Batch
	moves           [][]rollup.Move
	seal            rollup.Seal
	pinned          Pins
	grants, issuers *registry.Copy
}

// seal is the submission's signature with the site's place among the sites.
func (p *Protocol) seal(sub *Submission) (rollup.Seal, error) {
	key, err := p.siteKey(sub.Site)
	if err != nil {
		return rollup.Seal{}, err
	}
	return rollup.Seal{Site: key, Path: p.sites.Path(uint32(sub.Site)), Signature: sub.Signature}, nil
}

func (a *assembly) enrolments() (*built, error) {
	version, err := a.pinned.version(enrolment.Statement, enrolment.Slots, len(a.sub.Reports))
	if err != nil {
		return nil, err
	}
	of := a.sub.Reports[0].Version
	w := &enrolment.Witness{
		Batch: a.batch, Seal: a.seal, Version: of, GrantsRoot: a.grants.Root(), IssuersRoot: a.issuers.Root(),
	}
	for i := range a.sub.Reports {
		e := a.enrolment(&a.sub.Reports[i])
		e.Moves = a.moves[i]
		w.Entries = append(w.Entries, *e)
	}
	w.Policy = a.protocol.Criteria[of].Policy
	return &built{a.batch, enrolment.Statement(version), func(context field.Element) (frontend.Circuit, error) {
		w.Context = context
		return w.Assign(version)
	}}, w.Check()
}

// enrolment is an enrolment or a re-consent with what it stands on. Where that is not in the trees, its path leads nowhere.
func (a *assembly) enrolment(r *Report) *enrolment.Entry {
	e := &enrolment.Entry{Event: r.Event, Identity: r.Person}
	if n := r.Consent; n != nil {
		e.Grant = &enrolment.Grant{Subject: n.Subject, Grant: n.Grant, Path: a.grants.PathAt(n.Grant.Index), Signature: n.Signature}
	}
	if signed := r.Attestation; signed != nil {
		e.Attestation = &enrolment.Attestation{
			Attestation: signed.Attestation, Attester: signed.Attester, AttesterUntil: signed.AccreditedUntil, Path: a.issuers.AnyPath(),
			Signature: signed.Signature,
		}
		leaf := identity.Issuer{Key: signed.Attester, Role: identity.Attester, Until: signed.AccreditedUntil}.Leaf()
		if place, ok := a.issuers.Find(leaf); ok {
			e.Attestation.Path = a.issuers.PathAt(place)
		}
	}
	return e
}

func (a *assembly) visits() (*built, error) {
	w := &visits.Witness{Batch: a.batch, Seal: a.seal, GrantsRoot: a.grants.Root(), IssuersRoot: a.issuers.Root()}
	slots := 0
	for i := range a.sub.Reports {
		e := visits.Entry{Event: a.sub.Reports[i].Event, Moves: a.moves[i]}
		if e.Event.Kind == rollup.Visit {
			index := e.Moves[0].Before.GrantIndex
			e.Granted, e.GrantPath = a.grants.Leaf(index), a.grants.PathAt(index)
		}
		w.Entries, slots = append(w.Entries, e), slots+len(e.Moves)
	}
	version, err := a.pinned.version(visits.Statement, visits.Slots, slots)
	if err != nil {
		return nil, err
	}
	return &built{a.batch, visits.Statement(version), func(context field.Element) (frontend.Circuit, error) {
		w.Context = context
		return w.Assign(version)
	}}, w.Check()
}
