package gadget

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
)

// Participant is trial.Participant inside a circuit. Its bits are bits only after [Participant.AssertBounded].
type Participant struct {
	Tag, Next, Grant, GrantIndex, GrantUntil, Site frontend.Variable
	Version                                        [2]frontend.Variable // bits, least significant first
	Consented, Custodial                           frontend.Variable
	Phase, Visits, LastVisit, Events               frontend.Variable
	Status                                         [2]frontend.Variable // bits, least significant first
	StatusSince, History                           frontend.Variable
}

// AssertBounded bounds what the leaf packs, so that no other participant has the same.
func (p Participant) AssertBounded(api frontend.API) {
	Bits(api, p.Site, trial.SiteBits)
	Bits(api, p.GrantIndex, identity.IndexBits)
	for _, time := range []frontend.Variable{p.GrantUntil, p.Consented, p.LastVisit, p.StatusSince} {
		Bits(api, time, identity.TimeBits)
	}
	for _, bit := range []frontend.Variable{p.Version[0], p.Version[1], p.Custodial, p.Status[0], p.Status[1]} {
		api.AssertIsBoolean(bit)
	}
	Bits(api, p.Phase, trial.PhaseBits)
	Bits(api, p.Visits, trial.CountBits)
	Bits(api, p.Events, trial.CountBits)
}

// Leaf is trial.Participant.Leaf.
func (p Participant) Leaf(api frontend.API, h *Hasher) frontend.Variable {
	fields := joined(api, []piece{{p.Site, trial.SiteBits}, {p.GrantIndex, identity.IndexBits}, {p.GrantUntil, identity.TimeBits},
		{p.Version[0], 1}, {p.Version[1], 1}, {p.Consented, identity.TimeBits}, {p.Custodial, 1}, {p.Phase, trial.PhaseBits},
		{p.Visits, trial.CountBits}, {p.LastVisit, identity.TimeBits}, {p.Events, trial.CountBits},
		{p.Status[0], 1}, {p.Status[1], 1}, {p.StatusSince, identity.TimeBits}})
	return h.Hash(field.TagParticipant, p.Tag, p.Next, p.Grant, fields, p.History)
}

// piece is a number of a width in a packed element.
type piece struct {
	value frontend.Variable
	width uint
}

// joined puts numbers of their widths into one, the first lowest.
func joined(api frontend.API, parts []piece) frontend.Variable {
	var e frontend.Variable = 0
	for i := len(parts) - 1; i >= 0; i-- {
		e = api.Add(api.Mul(e, uint64(1)<<parts[i].width), parts[i].value)
	}
	return e
}

// TrialVersion is trial.Version inside a circuit; Present says whether the protocol has it.
type TrialVersion struct{ Terms, Policy, From, Until, Present frontend.Variable }

// Protocol is trial.Protocol inside a circuit.
type Protocol struct {
	Versions                      [trial.Versions]TrialVersion
	Safety, Lateness, Sites, Plan frontend.Variable
}

// Digest is trial.Protocol.Digest. It bounds every part.
func (p Protocol) Digest(api frontend.API, h *Hasher) frontend.Variable {
	in := make([]frontend.Variable, 0, field.MaxInputs)
	for _, v := range p.Versions {
		api.AssertIsBoolean(v.Present)
		Bits(api, v.From, identity.TimeBits)
		Bits(api, v.Until, identity.TimeBits)
		times := api.Add(v.From, api.Mul(v.Until, 1<<identity.TimeBits))
		in = append(in, api.Mul(v.Present, h.Hash(field.TagTrialVersion, v.Terms, v.Policy, times)))
	}
	Bits(api, p.Safety, trial.LaneBits)
	Bits(api, p.Lateness, identity.TimeBits)
	return h.Hash(field.TagTrialProtocol, append(in, api.Add(p.Safety, api.Mul(p.Lateness, 1<<trial.LaneBits)), p.Sites, p.Plan)...)
}

// Of picks something of one version by two bits, least significant first.
func (p Protocol) Of(api frontend.API, bits [2]frontend.Variable, of func(TrialVersion) frontend.Variable) frontend.Variable {
	from := make([]frontend.Variable, trial.Versions)
	for i, v := range p.Versions {
		from[i] = of(v)
	}
	return choose(api, from, bits[:])
}

// Version picks a whole one.
func (p Protocol) Version(api frontend.API, bits [2]frontend.Variable) TrialVersion {
	pick := func(of func(TrialVersion) frontend.Variable) frontend.Variable { return p.Of(api, bits, of) }
	return TrialVersion{
		Terms:   pick(func(v TrialVersion) frontend.Variable { return v.Terms }),
		Policy:  pick(func(v TrialVersion) frontend.Variable { return v.Policy }),
		From:    pick(func(v TrialVersion) frontend.Variable { return v.From }),
		Until:   pick(func(v TrialVersion) frontend.Variable { return v.Until }),
		Present: pick(func(v TrialVersion) frontend.Variable { return v.Present }),
	}
}

// TrialState is trial.State inside a circuit, its counters packed.
type TrialState struct{ Root, Activity, Deviations, Time, Batches, Participants, SinceFlag frontend.Variable }

// AssertBounded bounds the numbers that the digest packs.
func (s TrialState) AssertBounded(api frontend.API) {
	Bits(api, s.Time, identity.TimeBits)
	Bits(api, s.Batches, trial.CountBits)
	Bits(api, s.Participants, trial.CountBits)
	Bits(api, s.SinceFlag, trial.LaneBits)
}

// Digest is trial.State.Digest.
func (s TrialState) Digest(api frontend.API, h *Hasher, of frontend.Variable) frontend.Variable {
	numbers := joined(api, []piece{{s.Time, identity.TimeBits}, {s.Batches, trial.CountBits}, {s.Participants, trial.CountBits},
		{s.SinceFlag, trial.LaneBits}})
	return h.Hash(field.TagTrialState, of, s.Root, s.Activity, s.Deviations, numbers)
}

// Lane is a counter's place in a packed element: what one more of it adds.
func Lane(api frontend.API, number frontend.Variable, lane int) frontend.Variable {
	for range lane {
		number = api.Mul(number, 1<<trial.LaneBits)
	}
	return number
}

// TrialEvent is what a history takes of trial.Event, inside a circuit.
type TrialEvent struct{ Kind, When, Phase, Custodial, Version, Ineligible, Deferred, Entry, Replaced frontend.Variable }

// Extend is trial.Event.Extend. The parts must have been bounded.
func (e TrialEvent) Extend(api frontend.API, h *Hasher, history frontend.Variable) frontend.Variable {
	head := joined(api, []piece{{e.Kind, 4}, {e.When, identity.TimeBits}, {e.Phase, trial.PhaseBits}, {e.Custodial, 1}, {e.Version, 2},
		{e.Ineligible, 1}, {e.Deferred, 1}})
	return h.Hash(field.TagTrialEvent, history, head, e.Entry, e.Replaced)
}

// TrialTag is trial.Tag: the low 120 bits of a person's tag.
func TrialTag(api frontend.API, h *Hasher, person, of frontend.Variable) frontend.Variable {
	return api.FromBinary(canonicalBits(api, h.Hash(field.TagPersonTag, person, of))[:trial.TagBits]...)
}

// ParticipantOf is a participant as an assignment has it.
func ParticipantOf(p trial.Participant) Participant {
	return Participant{
		Tag: p.Tag, Next: p.Next, Grant: p.Grant, GrantIndex: p.GrantIndex, GrantUntil: p.GrantUntil, Site: p.Site,
		Version:   [2]frontend.Variable{p.Version & 1, p.Version >> 1},
		Consented: p.Consented, Custodial: bit(p.Custodial), Phase: p.Phase, Visits: p.Visits, LastVisit: p.LastVisit, Events: p.Events,
		Status:      [2]frontend.Variable{uint8(p.Status & 1), uint8(p.Status >> 1)},
		StatusSince: p.StatusSince, History: p.History,
	}
}

// ProtocolOf is a protocol as an assignment has it.
func ProtocolOf(p trial.Protocol) Protocol {
	a := Protocol{Safety: p.Safety, Lateness: p.Lateness, Sites: p.Sites, Plan: p.Plan}
	for i := range a.Versions {
		a.Versions[i] = TrialVersion{0, 0, 0, 0, 0}
		if i < len(p.Versions) {
			v := p.Versions[i]
			a.Versions[i] = TrialVersion{v.Terms, v.Policy, v.From, v.Until, 1}
		}
	}
	return a
}

// TrialStateOf is a state as an assignment has it.
func TrialStateOf(s trial.State) TrialState {
	return TrialState{
		Root: s.Root, Activity: trial.Lanes(s.Activity.Lanes()), Deviations: trial.Lanes(s.Deviations.Lanes()), Time: s.Time, Batches: s.Batches,
		Participants: s.Participants, SinceFlag: s.SinceFlag,
	}
}
