// Package enrolment is the statement by which a trial takes people in:
//
// "The trial's state moves by enrolments and re-consents of one site, each consented and eligible, or counted as not."
//
// Public, in this order:
//
//	trial        the trial's public id
//	oldState     digest of the state that is moved (trial.State)
//	newState     digest of the state that it comes to
//	protocol     digest of versions, dates, criteria, thresholds and sites (trial.Protocol)
//	grantsRoot   root of the tree of grants
//	issuersRoot  root of the tree of registrars, representatives and attesters
//	time         of the batch, Unix seconds
//	safety       0: enrolments raise no flag
//	context      what the proof is bound to
//
// What is proven, each a test of this package breaks alone:
//
//  1. the states, the protocol and the site are those that the public inputs commit to, and the time is not before the last batch's;
//  2. the site has signed exactly these events, in this order; a slot without an event changes nothing;
//  3. all events are under one version of the protocol that exists and was in force at their time, and none is later than the batch;
//  4. the tag is the identity's, for this trial;
//  5. grant: unless the consent is deferred, a grant by this identity to this trial for the version's terms is in the tree, at the place that it names, on
//     the basis of consent, in force at the event's time, and signed by its subject;
//  6. attestation: unless it is marked ineligible, an event has an attestation of this identity and of the key that the consent is signed with, of the schema of
//     the version's criteria, in force at the event's time, signed by an attester who is in the tree of issuers until after it; that of an enrolment
//     satisfies the criteria;
//  7. the tag was not enrolled: it lies between a neighbour and the next; the neighbour then names it, and it stands at the next place;
//  8. a re-consent is of somebody who takes part, at this site, and not to an earlier version; it changes their consent and their history alone;
//  9. what was marked, what is superseded and what comes late is counted, each once for each event, and nothing else.
//
// What is not: that a person has one identity only, and that a key is theirs (that is the issuers' to see to: an attester says whose it is, and nothing but the site
// does where no attestation is), whether an institution holds it, that the roots are fresh and the time is now, what a site knew and did not sign, for whom a site vouches where both consent and eligibility are marked as missing, and that somebody who was anonymised
// does not enrol again: their tag is gone, so that even the batch that the site signed at first would be taken once more.
package enrolment

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
)

// Heights of the trees of grants and issuers, of four children a node.
const (
	GrantLevels  = 14
	IssuerLevels = 6
)

// Circuit is the statement, with its witness. Assign makes one from native values.
type Circuit struct {
	Trial       frontend.Variable `gnark:"trial,public"`
	OldState    frontend.Variable `gnark:"oldState,public"`
	NewState    frontend.Variable `gnark:"newState,public"`
	Protocol    frontend.Variable `gnark:"protocol,public"`
	GrantsRoot  frontend.Variable `gnark:"grantsRoot,public"`
	IssuersRoot frontend.Variable `gnark:"issuersRoot,public"`
	Time        frontend.Variable `gnark:"time,public"`
	Safety      frontend.Variable `gnark:"safety,public"`
	Context     frontend.Variable `gnark:"context,public"`

	Batch   gadget.TrialBatch
	Version [2]frontend.Variable // bits, least significant first
	Policy  gadget.Policy
	Slots   []slot
}

// slot is a place for an event; where both New and Again are 0 there is none.
type slot struct {
	New, Again                            frontend.Variable // an enrolment, a re-consent
	When, Custodial, Ineligible, Deferred frontend.Variable
	Entry                                 frontend.Variable

	Neighbour     gadget.Participant // in the order of tags; of a re-consent the participant
	NeighbourPath [trial.Levels]gadget.Step
	PlacePath     [trial.Levels]gadget.Step

	Identity    frontend.Variable
	Grant       grant
	Attestation attestation
}

type grant struct {
	Preimage                                    gadget.Point // A′ of the subject's key A = [8]A′
	HandleSalt                                  frontend.Variable
	Scope, Purpose, From, Until, Salt, ViewHash frontend.Variable
	Path                                        [GrantLevels]gadget.Step
	Signature                                   gadget.Signature
}

type attestation struct {
	Key, From, Until frontend.Variable
	Values           [identity.Attributes]frontend.Variable
	Preimage         gadget.Point // A′ of the attester's key A = [8]A′
	AttesterUntil    frontend.Variable
	Path             [IssuerLevels]gadget.Step
	Signature        gadget.Signature
}

// builder is what all slots share while the circuit is made.
type builder struct {
	*Circuit
	api     frontend.API
	h       *gadget.Hasher
	curve   *gadget.Curve
	version gadget.TrialVersion
	site    frontend.Variable
	key     gadget.Point // the site's
	state   gadget.TrialState
	digest  frontend.Variable
}

// Define implements [frontend.Circuit]; the numbers are those of the package's list.
func (c *Circuit) Define(api frontend.API) error {
	b, err := c.begin(api)
	if err != nil {
		return err
	}
	b.slots()
	c.Batch.Close(api, b.h, b.curve, c.inputs(), b.key, b.end()) // 2
	api.AssertIsEqual(c.Safety, 0)
	api.Mul(c.Context, c.Context) // a public input that stands in no constraint binds nothing
	return nil
}

func (c *Circuit) inputs() gadget.TrialBatchInputs {
	return gadget.TrialBatchInputs{Trial: c.Trial, OldState: c.OldState, NewState: c.NewState, Protocol: c.Protocol, Time: c.Time}
}

func (c *Circuit) begin(api frontend.API) (*builder, error) {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return nil, err
	}
	curve, err := gadget.NewCurve(api)
	if err != nil {
		return nil, err
	}
	site, key := c.Batch.Open(api, h, curve, c.inputs()) // 1
	return &builder{Circuit: c, api: api, h: h, curve: curve, site: site, key: key, state: c.Batch.Before, digest: 0}, nil
}

func (b *builder) slots() {
	b.choose()
	for i := range b.Slots {
		b.slot(&b.Slots[i])
	}
}

func (b *builder) end() gadget.TrialBatchEnd {
	return gadget.TrialBatchEnd{Chain: b.digest, State: b.state}
}

// choose picks the version and says that the policy is its.
func (b *builder) choose() { // 3
	b.api.AssertIsBoolean(b.Version[0])
	b.api.AssertIsBoolean(b.Version[1])
	b.version = b.Batch.Protocol.Version(b.api, b.Version)
	b.api.AssertIsEqual(b.version.Present, 1)
	b.api.AssertIsEqual(b.Policy.Digest(b.api, b.h), b.version.Policy)
	b.api.AssertIsEqual(b.Policy.Scope, b.Trial)
}

func (b *builder) slot(s *slot) {
	api := b.api
	for _, bit := range []frontend.Variable{s.New, s.Again, s.Custodial, s.Ineligible, s.Deferred} {
		api.AssertIsBoolean(bit)
	}
	there := api.Add(s.New, s.Again)
	api.AssertIsBoolean(there)
	gadget.AssertSubset(api, []frontend.Variable{s.Ineligible, s.Deferred}, []frontend.Variable{there, s.New})
	b.times(s, there)                                     // 3
	tag := gadget.TrialTag(api, b.h, s.Identity, b.Trial) // 4
	leaf, key := b.grant(s, api.Sub(there, s.Deferred))   // 5
	b.attestation(s, api.Sub(there, s.Ineligible), key)   // 6
	history := b.event(s).Extend(api, b.h, api.Mul(s.Again, s.Neighbour.History))
	b.digest = gadget.Chain(api, b.h, there, b.digest, tag, history)
	b.places(s, tag, leaf, history) // 7, 8
	b.count(s, there)               // 9
}

// times bounds the event's time, and says that it lies between the version's beginning and the batch.
func (b *builder) times(s *slot, there frontend.Variable) {
	gadget.Bits(b.api, s.When, identity.TimeBits)
	gadget.Bits(b.api, b.api.Mul(there, b.api.Sub(b.Time, s.When)), identity.TimeBits)
	gadget.Bits(b.api, b.api.Mul(there, b.api.Sub(s.When, b.version.From)), identity.TimeBits)
}

func (b *builder) event(s *slot) gadget.TrialEvent {
	kind := b.api.Add(b.api.Mul(s.New, int(trial.Enrolment)), b.api.Mul(s.Again, int(trial.Reconsent)))
	return gadget.TrialEvent{
		Kind: kind, When: s.When, Phase: 0, Custodial: b.api.Mul(s.New, s.Custodial), Version: b.versionNumber(),
		Ineligible: s.Ineligible, Deferred: s.Deferred, Entry: s.Entry, Replaced: 0,
	}
}

func (b *builder) versionNumber() frontend.Variable {
	return b.api.Add(b.Version[0], b.api.Mul(b.Version[1], 2))
}

// grant gives the leaf, with the key that it is signed with, and says, where there is one, that it is a consent in force.
func (b *builder) grant(s *slot, there frontend.Variable) (leaf frontend.Variable, key gadget.Point) {
	api, g := b.api, s.Grant
	key = b.curve.KeyPoint(g.Preimage)
	handle := gadget.Subject{Key: key, Identity: s.Identity, Custody: s.Custodial, Salt: g.HandleSalt}.Handle(b.h)
	leaf = gadget.Grant{
		Subject: handle, Grantee: b.Trial, Scope: g.Scope, Purpose: g.Purpose, From: g.From, Until: g.Until, Basis: int(identity.BasisConsent),
		Role: int(identity.Self), Terms: b.version.Terms, Index: gadget.Index(api, g.Path[:]), Salt: g.Salt, ViewHash: g.ViewHash,
	}.Leaf(b.h)
	gadget.AssertIf(api, there, gadget.Root(api, b.h, leaf, g.Path[:]), b.GrantsRoot)
	b.curve.AssertSignatureIf(b.h, there, key, leaf, g.Signature)
	gadget.Bits(api, g.From, identity.TimeBits)
	gadget.Bits(api, g.Until, identity.TimeBits)
	gadget.Bits(api, api.Mul(there, api.Sub(s.When, g.From)), identity.TimeBits)
	gadget.Bits(api, api.Mul(there, api.Sub(g.Until, s.When, 1)), identity.TimeBits)
	return leaf, key
}

// attestation says, where there is one, that it is of this person, and of the key that their consent is signed with.
func (b *builder) attestation(s *slot, there frontend.Variable, signer gadget.Point) {
	api, a := b.api, s.Attestation
	message := gadget.Attestation{Identity: s.Identity, Key: a.Key, Schema: b.Policy.Schema, From: a.From, Until: a.Until, Values: a.Values}.Message(api, b.h)
	key := b.curve.KeyPoint(a.Preimage)
	b.curve.AssertSignatureIf(b.h, there, key, message, a.Signature)
	leaf := gadget.Issuer{Key: key, Role: int(identity.Attester), Until: a.AttesterUntil}.Leaf(b.h)
	gadget.AssertIf(api, there, gadget.Root(api, b.h, leaf, a.Path[:]), b.IssuersRoot)
	gadget.Bits(api, api.Mul(there, api.Sub(a.AttesterUntil, s.When, 1)), identity.TimeBits)
	gadget.Bits(api, api.Mul(there, api.Sub(s.When, a.From)), identity.TimeBits)
	gadget.Bits(api, api.Mul(there, api.Sub(a.Until, s.When, 1)), identity.TimeBits)
	gadget.AssertIf(api, api.Mul(there, api.Sub(1, s.Deferred)), b.h.Hash(field.TagKey, signer.X, signer.Y), a.Key)
	b.Policy.AssertHoldsIf(api, api.Mul(there, s.New), a.Values)
}

// places moves the neighbour, or the participant who consents again, and then the place of who is new.
func (b *builder) places(s *slot, tag, grant, history frontend.Variable) {
	api, old := b.api, s.Neighbour
	old.AssertBounded(api)
	api.AssertIsEqual(gadget.Root(api, b.h, old.Leaf(api, b.h), s.NeighbourPath[:]), b.state.Root)
	b.between(s, tag)
	b.again(s, tag)
	after, joins := b.change(s, tag, grant, history)
	root := gadget.RootWith(api, b.h, after.Leaf(api, b.h), s.NeighbourPath[:])
	gadget.AssertIf(api, s.New, gadget.Root(api, b.h, field.Element{}, s.PlacePath[:]), root)
	gadget.AssertIf(api, s.New, gadget.Index(api, s.PlacePath[:]), api.Add(b.state.Participants, 1))
	b.state.Root = api.Select(s.New, gadget.RootWith(api, b.h, joins.Leaf(api, b.h), s.PlacePath[:]), root)
}

// change is the neighbour, or the participant who consents again, after the slot, and who is new.
func (b *builder) change(s *slot, tag, grant, history frontend.Variable) (after, joins gadget.Participant) {
	api, old, consent := b.api, s.Neighbour, b.consent(s, grant, history)
	after = old
	after.Next = api.Select(s.New, tag, old.Next)
	for _, f := range []struct {
		to   *frontend.Variable
		from frontend.Variable
	}{{&after.Grant, consent.Grant}, {&after.GrantIndex, consent.GrantIndex}, {&after.GrantUntil, consent.GrantUntil},
		{&after.Version[0], consent.Version[0]}, {&after.Version[1], consent.Version[1]}, {&after.Consented, consent.Consented},
		{&after.History, consent.History}} {
		*f.to = api.Select(s.Again, f.from, *f.to)
	}
	consent.Tag, consent.Next = tag, old.Next
	return after, consent
}

// between says that a new tag lies between the neighbour's and the next.
func (b *builder) between(s *slot, tag frontend.Variable) {
	api, old := b.api, s.Neighbour
	gadget.Bits(api, api.Mul(s.New, api.Sub(tag, old.Tag, 1)), trial.TagBits)
	followed := api.Mul(s.New, api.Sub(1, api.IsZero(old.Next)))
	gadget.Bits(api, api.Mul(followed, api.Sub(old.Next, tag, 1)), trial.TagBits)
}

// again says who may consent again.
func (b *builder) again(s *slot, tag frontend.Variable) {
	api, p := b.api, s.Neighbour
	gadget.AssertIf(api, s.Again, p.Tag, tag)
	gadget.AssertIf(api, s.Again, p.Site, b.site)
	gadget.AssertIf(api, s.Again, api.Add(p.Status[0], p.Status[1]), 0)
	had := api.Add(p.Version[0], api.Mul(p.Version[1], 2))
	gadget.Bits(api, api.Mul(s.Again, api.Sub(b.versionNumber(), had)), 2)
}

// consent is a participant with the slot's consent, who has done nothing yet.
func (b *builder) consent(s *slot, grant, history frontend.Variable) gadget.Participant {
	given := b.api.Sub(1, s.Deferred)
	return gadget.Participant{
		Grant: b.api.Mul(given, grant), GrantIndex: b.api.Mul(given, gadget.Index(b.api, s.Grant.Path[:])), GrantUntil: b.api.Mul(given, s.Grant.Until),
		Site: b.site, Version: b.Version, Consented: s.When, Custodial: s.Custodial, Phase: 0, Visits: 0, LastVisit: 0, Events: 0,
		Status: [2]frontend.Variable{0, 0}, StatusSince: 0, History: history,
	}
}

func (b *builder) count(s *slot, there frontend.Variable) {
	api := b.api
	superseded := api.Mul(there, api.Sub(1, gadget.Less(api, s.When, b.version.Until, identity.TimeBits)))
	late := api.Mul(there, gadget.Less(api, api.Add(s.When, b.Batch.Protocol.Lateness), b.Time, identity.TimeBits+1))
	state := &b.state
	state.Participants = api.Add(state.Participants, s.New)
	state.Activity = api.Add(state.Activity, gadget.Lane(api, api.Mul(s.New, s.Custodial), 0), gadget.Lane(api, s.Again, 1))
	state.Deviations = api.Add(state.Deviations, gadget.Lane(api, s.Ineligible, 0), gadget.Lane(api, s.Deferred, 1),
		gadget.Lane(api, superseded, 3), gadget.Lane(api, late, 6))
}
