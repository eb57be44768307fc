package trial

import (
	"fmt"
	"slices"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Status is whether a participant takes part, and why not.
type Status uint8

// Statuses.
const (
	Active Status = iota
	Withdrawn
	Discontinued
	Lost
)

// String is the status in one lower-case word.
func (s Status) String() string {
	names := []string{"active", "withdrawn", "discontinued", "lost"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// Participant is somebody's place in a trial. Times are Unix seconds below 2^40.
type Participant struct {
	Tag         field.Element
	Next        field.Element // the next tag in the order of tags; 0 after the last
	Grant       field.Element // leaf of the consent; 0 where it is deferred
	GrantIndex  uint32        // its place in the tree of grants
	GrantUntil  uint64        // when it ends
	Site        uint8
	Version     uint8 // that was consented to, from 0
	Consented   uint64
	Custodial   bool // the person's keys are an institution's
	Phase       uint8
	Visits      uint16
	LastVisit   uint64
	Events      uint16 // serious ones
	Status      Status
	StatusSince uint64
	History     field.Element // chain of all their events, see Event.Extend
}

// Fields are the participant's numbers as one element.
func (p Participant) Fields() field.Element {
	return pack(part{uint64(p.Site), SiteBits}, part{uint64(p.GrantIndex), identity.IndexBits}, part{p.GrantUntil, identity.TimeBits},
		part{uint64(p.Version), 2}, part{p.Consented, identity.TimeBits}, part{flag(p.Custodial), 1}, part{uint64(p.Phase), PhaseBits},
		part{uint64(p.Visits), CountBits}, part{p.LastVisit, identity.TimeBits}, part{uint64(p.Events), CountBits},
		part{uint64(p.Status), 2}, part{p.StatusSince, identity.TimeBits})
}

// Leaf is the participant's leaf in the tree.
func (p Participant) Leaf() field.Element {
	return field.Hash(field.TagParticipant, p.Tag, p.Next, p.Grant, p.Fields(), p.History)
}

// bounded says whether each number of all is below its bound, so that no others have the same leaf.
func bounded(participants []Participant) bool {
	return !slices.ContainsFunc(participants, func(p Participant) bool {
		return p.GrantIndex >= 1<<identity.IndexBits || p.Version >= Versions || p.Phase >= 1<<PhaseBits || p.Status > Lost ||
			max(p.GrantUntil, p.Consented, p.LastVisit, p.StatusSince) > Forever
	})
}
