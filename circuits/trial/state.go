package trial

import (
	"slices"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Activity counts what happened in a trial, beside its participants.
type Activity struct {
	Custodial, Reconsents, Visits, SeriousEvents, Withdrawals, Discontinuations, Lost, Unblindings, Corrections, Anonymisations uint32
}

// Lanes are the numbers in their order.
func (a Activity) Lanes() []uint32 {
	return []uint32{a.Custodial, a.Reconsents, a.Visits, a.SeriousEvents, a.Withdrawals, a.Discontinuations, a.Lost, a.Unblindings,
		a.Corrections, a.Anonymisations}
}

// Deviations counts deviations from the protocol.
type Deviations struct {
	Ineligible      uint32 // critical: enrolled without an attestation that satisfies the criteria, or consented again without one
	Deferred        uint32 // critical: enrolled without a consent
	NoConsent       uint32 // critical: visits without a consent in force
	Superseded      uint32 // visits and consents under a version that is superseded
	Phase           uint32 // visits out of the order of phases
	AfterWithdrawal uint32 // critical: visits later than the participant's withdrawal
	Late            uint32 // events recorded late
}

// Lanes are the numbers in their order.
func (d Deviations) Lanes() []uint32 {
	return []uint32{d.Ineligible, d.Deferred, d.NoConsent, d.Superseded, d.Phase, d.AfterWithdrawal, d.Late}
}

// Names of the lanes, in their order, as people read them.
var (
	ActivityNames = []string{"custodial", "re-consents", "visits", "serious events", "withdrawals", "discontinuations", "lost to follow-up",
		"unblindings", "corrections", "anonymisations"}
	DeviationNames = []string{"ineligible", "consent deferred", "no consent", "version superseded", "phase out of order", "after withdrawal",
		"recorded late"}
)

// ActivityOf is an activity by its lanes, of which there must be as many as names.
func ActivityOf(l []uint32) Activity {
	return Activity{l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7], l[8], l[9]}
}

// DeviationsOf is deviations by their lanes, of which there must be as many as names.
func DeviationsOf(l []uint32) Deviations { return Deviations{l[0], l[1], l[2], l[3], l[4], l[5], l[6]} }

// Critical are the deviations of which a publication allows none, by their lanes.
var Critical = []int{0, 1, 2, 5}

// Lanes packs counters into one element, 22 bits each, the first lowest.
func Lanes(numbers []uint32) field.Element {
	parts := make([]part, len(numbers))
	for i, n := range numbers {
		parts[i] = part{uint64(n), LaneBits}
	}
	return pack(parts...)
}

// State is what a trial has come to. The chain sees its digest.
type State struct {
	Trial        field.Element
	Root         field.Element // of the tree of participants
	Participants uint16        // in the tree, those who are anonymised among them
	Activity     Activity
	Deviations   Deviations
	Time         uint64 // of the last batch, Unix seconds
	Batches      uint16
	SinceFlag    uint32 // serious events since the last flag
}

// Digest commits to the state.
func (s State) Digest() field.Element {
	return field.Hash(field.TagTrialState, s.Trial, s.Root, Lanes(s.Activity.Lanes()), Lanes(s.Deviations.Lanes()),
		pack(part{s.Time, identity.TimeBits}, part{uint64(s.Batches), CountBits}, part{uint64(s.Participants), CountBits}, part{uint64(s.SinceFlag), LaneBits}))
}

// bounded says whether each number is below its bound, so that no other state has the same digest.
func (s State) bounded() bool {
	lanes := append(append(s.Activity.Lanes(), s.Deviations.Lanes()...), s.SinceFlag)
	return s.Time <= Forever && slices.Max(lanes) < 1<<LaneBits
}

// Counters are the participants and the activity as compliance shows them.
func (s State) Counters() field.Element {
	return Lanes(append([]uint32{uint32(s.Participants)}, s.Activity.Lanes()...))
}
