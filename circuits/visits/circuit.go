// Package visits is the statement by which a trial records what happens to those who take part:
//
// "The trial's state moves by events of one site, and what deviates from the protocol is counted."
//
// Public: as in package enrolment, in the same order; safety is 1 where the serious events since the last flag have come to the protocol's
// threshold, and 0 where they have not.
//
// What is proven, each a test of this package breaks alone:
//
//  1. the states, the protocol and the site are those that the public inputs commit to, and the time is not before the last batch's;
//  2. the site has signed exactly these events, in this order; a slot without an event changes nothing;
//  3. an event is of a participant of this site who was not anonymised, is of one kind, and is not later than the batch;
//  4. a visit adds one to the participant's visits and sets their phase and last visit; a serious event adds one to their events; a withdrawal, a
//     discontinuation and a loss to follow-up set their status and since when, and not after a withdrawal; every event extends their history,
//     so that a correction appends and replaces nothing; nothing else of them changes;
//  5. an anonymisation replaces the tag by one that can be nobody's; the slot before it takes the tag out of the order of tags, and no slot does that
//     without it;
//  6. every event is counted once, by its kind;
//  7. deviations of a visit, counted once each: the grant's leaf is not in the tree of grants at its place, or the visit is before the consent or not
//     before the grant's end; the version, one of the protocol's, is superseded at that time; the phase is neither the participant's nor the next; the visit is later than the participant's withdrawal;
//  8. an event that is recorded later than the protocol allows is counted;
//  9. the flag is raised at the threshold, and the count since the last flag begins again.
//
// What is not: that what a site signed is what happened, that it signed all that happened, that the roots are fresh and the time is now. A visit is
// held to what had been recorded before it: a withdrawal or a consent that is recorded later and dated earlier changes nothing of its count.
package visits

import (
	"math/big"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
)

// GrantLevels is the height of the tree of grants, of four children a node.
const GrantLevels = 14

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

	Batch gadget.TrialBatch
	Slots []slot
}

// Kinds of a slot: those of events from trial.Visit on, and the unlinking before an anonymisation.
const (
	firstKind = int(trial.Visit)
	kinds     = int(trial.Anonymisation) - firstKind + 2
)

// slot is a place for an event. One of Is is 1 at most: where none is, there is no event.
type slot struct {
	Is              [kinds]frontend.Variable
	When, Phase     frontend.Variable
	Entry, Replaced frontend.Variable
	Participant     gadget.Participant
	Path            [trial.Levels]gadget.Step
	Granted         frontend.Variable // what stands in the tree of grants at the participant's place there
	GrantPath       [GrantLevels]gadget.Step
}

func (s *slot) is(k trial.Kind) frontend.Variable { return s.Is[int(k)-firstKind] }

func (s *slot) unlinks() frontend.Variable { return s.Is[kinds-1] }

// builder is what all slots share while the circuit is made.
type builder struct {
	*Circuit
	api    frontend.API
	h      *gadget.Hasher
	curve  *gadget.Curve
	site   frontend.Variable
	key    gadget.Point // the site's
	state  gadget.TrialState
	digest frontend.Variable
	raised frontend.Variable // the flag
}

// Define implements [frontend.Circuit]; the numbers are those of the package's list.
func (c *Circuit) Define(api frontend.API) error {
	b, err := c.begin(api)
	if err != nil {
		return err
	}
	b.slots()
	c.Batch.Close(api, b.h, b.curve, c.inputs(), b.key, b.end()) // 2
	api.AssertIsEqual(c.Safety, b.raised)                        // 9
	api.Mul(c.IssuersRoot, c.IssuersRoot)                        // public inputs that stand in no constraint bind nothing
	api.Mul(c.Context, c.Context)
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
	for i := range b.Slots {
		b.slot(i)
	}
	b.flag()
}

func (b *builder) end() gadget.TrialBatchEnd {
	return gadget.TrialBatchEnd{Chain: b.digest, State: b.state}
}

func (b *builder) slot(i int) {
	api, s := b.api, &b.Slots[i]
	var one frontend.Variable = 0
	for _, is := range s.Is {
		api.AssertIsBoolean(is)
		one = api.Add(one, is)
	}
	api.AssertIsBoolean(one)
	event := api.Sub(one, s.unlinks())
	p := s.Participant
	p.AssertBounded(api)
	gadget.AssertIf(api, one, api.IsZero(api.Sub(p.Next, p.Tag)), 0) // who was anonymised has no events and is nobody's neighbour
	api.AssertIsEqual(gadget.Root(api, b.h, p.Leaf(api, b.h), s.Path[:]), b.state.Root)
	b.belongs(s, event)
	after := b.after(i, event)
	b.digest = gadget.Chain(api, b.h, event, b.digest, p.Tag, after.History)
	b.state.Root = gadget.RootWith(api, b.h, after.Leaf(api, b.h), s.Path[:])
	b.count(s, event)
}

// belongs bounds the event, and says that it is of a participant of this site and not later than the batch.
func (b *builder) belongs(s *slot, event frontend.Variable) { // 3
	gadget.Bits(b.api, s.When, identity.TimeBits)
	gadget.Bits(b.api, s.Phase, trial.PhaseBits)
	gadget.Bits(b.api, b.api.Mul(event, b.api.Sub(b.Time, s.When)), identity.TimeBits)
	gadget.AssertIf(b.api, event, s.Participant.Site, b.site)
	gadget.AssertIf(b.api, event, b.api.IsZero(s.Participant.Tag), 0) // the head of the list
}

// after is the participant after a slot.
func (b *builder) after(i int, event frontend.Variable) gadget.Participant {
	after := b.change(&b.Slots[i], event)
	b.order(i, &after)
	return after
}

// change is the participant after the slot's event.
func (b *builder) change(s *slot, event frontend.Variable) gadget.Participant { // 4
	api, p := b.api, s.Participant
	visit := s.is(trial.Visit)
	after := p
	after.Visits = api.Add(p.Visits, visit)
	after.Events = api.Add(p.Events, s.is(trial.SeriousEvent))
	gadget.Bits(api, after.Visits, trial.CountBits)
	gadget.Bits(api, after.Events, trial.CountBits)
	after.Phase = api.Select(visit, s.Phase, p.Phase)
	after.LastVisit = api.Select(visit, s.When, p.LastVisit)
	withdrawn, discontinued, lost := s.is(trial.Withdrawal), s.is(trial.Discontinuation), s.is(trial.LostToFollowUp)
	leaves := api.Add(withdrawn, discontinued, lost)
	gadget.AssertIf(api, leaves, b.withdrawn(p), 0)
	after.Status[0] = api.Select(leaves, api.Add(withdrawn, lost), p.Status[0])
	after.Status[1] = api.Select(leaves, api.Add(discontinued, lost), p.Status[1])
	after.StatusSince = api.Select(leaves, s.When, p.StatusSince)
	after.History = api.Select(event, b.event(s).Extend(api, b.h, p.History), p.History)
	return after
}

func (b *builder) withdrawn(p gadget.Participant) frontend.Variable {
	return b.api.Mul(p.Status[0], b.api.Sub(1, p.Status[1]))
}

func (b *builder) event(s *slot) gadget.TrialEvent {
	var kind frontend.Variable = 0
	for i, is := range s.Is[:kinds-1] {
		kind = b.api.Add(kind, b.api.Mul(is, firstKind+i))
	}
	return gadget.TrialEvent{Kind: kind, When: s.When, Phase: s.Phase, Custodial: 0, Version: 0, Ineligible: 0, Deferred: 0, Entry: s.Entry, Replaced: s.Replaced}
}

// order takes a tag out of the order of tags, in two slots: the first gives the neighbour the next tag of the second's participant, and the second
// gives the participant another tag.
func (b *builder) order(i int, after *gadget.Participant) { // 5
	api, s := b.api, &b.Slots[i]
	anonymous := s.is(trial.Anonymisation)
	var unlinked frontend.Variable = 0
	if i > 0 {
		unlinked = b.Slots[i-1].unlinks()
	}
	api.AssertIsEqual(anonymous, unlinked)
	random := gadget.Bits(api, api.Mul(anonymous, s.Entry), trial.TagBits)
	tag := api.Add(api.FromBinary(random...), new(big.Int).Lsh(big.NewInt(1), trial.TagBits))
	after.Tag = api.Select(anonymous, tag, after.Tag)
	after.Next = api.Select(anonymous, tag, after.Next)
	if i == len(b.Slots)-1 {
		api.AssertIsEqual(s.unlinks(), 0)
		return
	}
	next := b.Slots[i+1].Participant
	gadget.AssertIf(api, s.unlinks(), s.Participant.Next, next.Tag)
	after.Next = api.Select(s.unlinks(), next.Next, after.Next)
}

// lanes are the places of the kinds among the activities.
var lanes = map[trial.Kind]int{trial.Visit: 2, trial.SeriousEvent: 3, trial.Withdrawal: 4, trial.Discontinuation: 5,
	trial.LostToFollowUp: 6, trial.Unblinding: 7, trial.Correction: 8, trial.Anonymisation: 9}

// count counts the event and what deviates.
func (b *builder) count(s *slot, event frontend.Variable) { // 6, 7, 8
	api := b.api
	for k := trial.Visit; k <= trial.Anonymisation; k++ {
		b.state.Activity = api.Add(b.state.Activity, gadget.Lane(api, s.is(k), lanes[k]))
	}
	b.state.SinceFlag = api.Add(b.state.SinceFlag, s.is(trial.SeriousEvent))
	late := gadget.Less(api, api.Add(s.When, b.Batch.Protocol.Lateness), b.Time, identity.TimeBits+1)
	d := b.state.Deviations
	for i, that := range []frontend.Variable{b.unconsented(s), b.superseded(s), b.outOfPhase(s), b.afterWithdrawal(s)} {
		d = api.Add(d, gadget.Lane(api, api.Mul(s.is(trial.Visit), that), 2+i))
	}
	b.state.Deviations = api.Add(d, gadget.Lane(api, api.Mul(event, late), 6))
}

func (b *builder) unconsented(s *slot) frontend.Variable {
	api, p := b.api, s.Participant
	gadget.AssertIf(api, s.is(trial.Visit), gadget.Root(api, b.h, s.Granted, s.GrantPath[:]), b.GrantsRoot)
	gadget.AssertIf(api, s.is(trial.Visit), gadget.Index(api, s.GrantPath[:]), p.GrantIndex)
	live := api.IsZero(api.Sub(s.Granted, p.Grant))
	begun := api.Sub(1, gadget.Less(api, s.When, p.Consented, identity.TimeBits))
	lasts := gadget.Less(api, s.When, p.GrantUntil, identity.TimeBits) // 0 where the consent is deferred: its end is 0
	return api.Sub(1, api.Mul(live, begun, lasts))
}

func (b *builder) superseded(s *slot) frontend.Variable {
	present := b.Batch.Protocol.Of(b.api, s.Participant.Version, func(v gadget.TrialVersion) frontend.Variable { return v.Present })
	until := b.Batch.Protocol.Of(b.api, s.Participant.Version, func(v gadget.TrialVersion) frontend.Variable { return v.Until })
	gadget.AssertIf(b.api, s.is(trial.Visit), present, 1)
	return b.api.Sub(1, gadget.Less(b.api, s.When, until, identity.TimeBits))
}

func (b *builder) outOfPhase(s *slot) frontend.Variable {
	ahead := b.api.Sub(s.Phase, s.Participant.Phase)
	return b.api.Sub(1, b.api.IsZero(b.api.Mul(ahead, b.api.Sub(ahead, 1))))
}

func (b *builder) afterWithdrawal(s *slot) frontend.Variable {
	later := gadget.Less(b.api, s.Participant.StatusSince, s.When, identity.TimeBits)
	return b.api.Mul(b.withdrawn(s.Participant), later)
}

// flag raises it at the threshold.
func (b *builder) flag() { // 9
	below := gadget.Less(b.api, b.state.SinceFlag, b.Batch.Protocol.Safety, trial.LaneBits)
	gadget.Bits(b.api, b.state.SinceFlag, trial.LaneBits)
	b.raised = b.api.Sub(1, below)
	b.state.SinceFlag = b.api.Mul(b.state.SinceFlag, below)
}
