package trial

import (
	"fmt"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Kind is what an event is.
type Kind uint8

// Kinds. None is a slot of a batch that holds no event.
const (
	None            Kind = 0
	Enrolment       Kind = 1
	Reconsent       Kind = 2
	Visit           Kind = 3
	SeriousEvent    Kind = 4
	Withdrawal      Kind = 5
	Discontinuation Kind = 6
	Unblinding      Kind = 7
	LostToFollowUp  Kind = 8
	Correction      Kind = 9
	Anonymisation   Kind = 10
	unlinking       Kind = 11 // of somebody's neighbour, before they are anonymised; no event of its own
)

// kindNames are the words of kinds, by number.
var kindNames = [...]string{"none", "enrolment", "reconsent", "visit", "serious-event", "withdrawal", "discontinuation", "unblinding",
	"lost-to-follow-up", "correction", "anonymisation"}

// String is the kind in lower-case words.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind reads what String writes of a kind that an event can have; all else is [ErrInvalid].
func ParseKind(s string) (Kind, error) {
	for k := Enrolment; k <= Anonymisation; k++ {
		if k.String() == s {
			return k, nil
		}
	}
	return None, fmt.Errorf("%w: kind %q of event", ErrInvalid, s)
}

// Event is what a site says of a participant.
type Event struct {
	Kind       Kind
	Tag        field.Element
	When       uint64        // Unix seconds, below 2^40
	Phase      uint8         // of a visit, below 8
	Version    uint8         // that an enrolment or a re-consent is to, from 0
	Custodial  bool          // of an enrolment: the person's keys are an institution's
	Ineligible bool          // of an enrolment: without an attestation that satisfies the criteria; of a re-consent: without one
	Deferred   bool          // of an enrolment: without a consent
	Entry      field.Element // digest of the data: a visit's results, a report, a reason; random bits of an anonymisation
	Replaced   field.Element // of a correction: the digest that it corrects
}

// Extend is a history with the event at its end.
func (e Event) Extend(history field.Element) field.Element {
	head := pack(part{uint64(e.Kind), 4}, part{e.When, identity.TimeBits}, part{uint64(e.Phase), PhaseBits}, part{flag(e.Custodial), 1},
		part{uint64(e.Version), 2}, part{flag(e.Ineligible), 1}, part{flag(e.Deferred), 1})
	return field.Hash(field.TagTrialEvent, history, head, e.Entry, e.Replaced)
}

// check refuses, as [ErrInvalid], an event that no batch takes.
func (e Event) check() error {
	enrols, attested := e.Kind == Enrolment, e.Kind == Enrolment || e.Kind == Reconsent
	switch {
	case e.Kind == None || e.Kind > Anonymisation:
		return fmt.Errorf("%w: %v is no event", ErrInvalid, e.Kind)
	case e.When > Forever || e.Phase >= 1<<PhaseBits || e.Version >= Versions:
		return fmt.Errorf("%w: a time, phase or version out of its bounds", ErrInvalid)
	case !enrols && (e.Custodial || e.Deferred) || !attested && e.Ineligible:
		return fmt.Errorf("%w: %v has a mark of enrolments", ErrInvalid, e.Kind)
	case e.Version != 0 && !attested:
		return fmt.Errorf("%w: %v names a version", ErrInvalid, e.Kind)
	case e.Phase != 0 && e.Kind != Visit:
		return fmt.Errorf("%w: %v names a phase", ErrInvalid, e.Kind)
	case e.Kind == Anonymisation && e.Entry != low(e.Entry):
		return fmt.Errorf("%w: more than %d random bits", ErrInvalid, TagBits)
	}
	return nil
}

// Chain extends a batch's digest by an event, which is known by the history that it leads to.
func Chain(digest, tag, history field.Element) field.Element {
	return field.Hash(field.TagTrialBatch, digest, tag, history)
}

// BatchMessage is what a site signs of a batch's digest.
func BatchMessage(trial, digest field.Element) field.Element {
	return field.Hash(field.TagTrialBatchSigned, trial, digest)
}
