package trial

import (
	"errors"
	"fmt"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Consent is the grant that an enrolment or a re-consent stands on.
type Consent struct {
	Leaf  field.Element
	Index uint32 // in the tree of grants
	From  uint64 // Unix seconds
	Until uint64
}

// Setting is what a batch's events have in common.
type Setting struct {
	Enrols   bool // its events are enrolments and re-consents; else all others
	Protocol Protocol
	Time     uint64 // Unix seconds; not before the last batch's
	Site     uint8
	Live     func(index uint32, leaf field.Element) bool // whether a grant's leaf is in the tree of grants now
}

// Batch is events of one site that move a trial's state together. Begin makes one, its methods take events one after another, and
// the cohort after it is another: the one before stays as it is.
type Batch struct {
	Setting
	before *Cohort
	after  *Cohort
	digest field.Element
	flag   bool
}

// Begin starts a batch; [ErrFuture] when it would be before the last one, [ErrFull] after 65,535.
func (c *Cohort) Begin(in Setting) (*Batch, error) {
	if err := in.Protocol.Check(); err != nil {
		return nil, err
	}
	switch {
	case in.Time < c.state.Time || in.Time > Forever:
		return nil, fmt.Errorf("%w: the last batch was at %d, which is not before %d", ErrFuture, c.state.Time, in.Time)
	case c.state.Batches == most:
		return nil, ErrFull
	}
	b := &Batch{Setting: in, before: c, after: c.clone()}
	b.after.state.Time = in.Time
	b.after.state.Batches++
	return b, nil
}

// Before is the state that the batch moves.
func (b *Batch) Before() State { return b.before.state }

// Digest is what the site's signature is of, see [BatchMessage].
func (b *Batch) Digest() field.Element { return b.digest }

// Enrol takes an enrolment in. The first move is of the neighbour in the order of tags, the second of the new place.
func (b *Batch) Enrol(e Event, c Consent) (moves [2]Move, err error) {
	if err := b.check(e, Enrolment, c); err != nil {
		return moves, err
	}
	p := Participant{Tag: e.Tag, Site: b.Site, Custodial: e.Custodial, History: e.Extend(field.Element{})}
	if moves, err = b.after.insert(p.consenting(e, c)); err != nil {
		return moves, err
	}
	b.consented(e)
	s := &b.after.state
	count(&s.Activity.Custodial, e.Custodial)
	count(&s.Deviations.Ineligible, e.Ineligible)
	count(&s.Deviations.Deferred, e.Deferred)
	b.recorded(e, p.History)
	return moves, nil
}

// Reconsent takes in the consent of somebody who takes part.
func (b *Batch) Reconsent(e Event, c Consent) (Move, error) {
	if err := b.check(e, Reconsent, c); err != nil {
		return Move{}, err
	}
	place, p, err := b.participant(e.Tag)
	switch {
	case err != nil:
		return Move{}, err
	case p.Status != Active:
		return Move{}, ErrWithdrawn
	case e.Version < p.Version:
		return Move{}, fmt.Errorf("%w: version %d came after it", ErrNotInForce, p.Version+1)
	}
	p.History = e.Extend(p.History)
	p = p.consenting(e, c)
	b.consented(e)
	b.after.state.Activity.Reconsents++
	count(&b.after.state.Deviations.Ineligible, e.Ineligible)
	b.recorded(e, p.History)
	return b.after.move(place, p), nil
}

// check refuses an enrolment or a re-consent that cannot be proven.
func (b *Batch) check(e Event, k Kind, c Consent) error {
	switch err := e.check(); {
	case err != nil:
		return err
	case e.Kind != k || !b.Enrols:
		return fmt.Errorf("%w: %v does not stand here", ErrInvalid, e.Kind)
	case e.When > b.Time:
		return ErrFuture
	case int(e.Version) >= len(b.Protocol.Versions) || e.When < b.Protocol.Versions[e.Version].From:
		return ErrNotInForce
	case e.Tag != low(e.Tag) || e.Tag.IsZero():
		return fmt.Errorf("%w: the tag is nobody's", ErrInvalid)
	case e.Deferred && c != Consent{}:
		return fmt.Errorf("%w: a consent that is deferred has no grant", ErrInvalid)
	case !e.Deferred && (e.When < c.From || c.Until <= e.When || !b.Live(c.Index, c.Leaf)):
		return fmt.Errorf("%w: the consent is not in force", ErrInvalid)
	}
	return nil
}

// consenting is the participant with a consent written down.
func (p Participant) consenting(e Event, c Consent) Participant {
	p.Version, p.Consented, p.Grant, p.GrantIndex, p.GrantUntil = e.Version, e.When, c.Leaf, c.Index, c.Until
	return p
}

// consented counts a consent to what is superseded.
func (b *Batch) consented(e Event) {
	count(&b.after.state.Deviations.Superseded, b.Protocol.Versions[e.Version].Until <= e.When)
}

// recorded counts what comes late, and extends what the site signs.
func (b *Batch) recorded(e Event, history field.Element) {
	count(&b.after.state.Deviations.Late, e.When+b.Protocol.Lateness < b.Time)
	b.digest = Chain(b.digest, e.Tag, history)
}

func (b *Batch) participant(tag field.Element) (uint32, Participant, error) {
	place, p, err := b.after.Opening(tag)
	if err == nil && p.Site != b.Site {
		err = ErrUnknown
	}
	return place, p, err
}

// Record takes any other event in: one move, and two for an anonymisation, the neighbour's first.
func (b *Batch) Record(e Event) ([]Move, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	place, p, err := b.participant(e.Tag)
	switch {
	case err != nil:
		return nil, err
	case e.Kind == Enrolment || e.Kind == Reconsent || b.Enrols:
		return nil, fmt.Errorf("%w: %v does not stand here", ErrInvalid, e.Kind)
	case e.Kind == Visit && p.Visits == most || e.Kind == SeriousEvent && p.Events == most:
		return nil, ErrFull
	case e.When > b.Time:
		return nil, ErrFuture
	case e.status() != Active && p.Status == Withdrawn:
		return nil, ErrWithdrawn
	case e.Kind == Visit && int(p.Version) >= len(b.Protocol.Versions):
		return nil, fmt.Errorf("%w: the participant's version %d", ErrNotInForce, p.Version+1)
	}
	if e.Kind == Visit {
		b.deviations(e, p)
	}
	b.tally(e)
	p = p.with(e)
	b.recorded(e, p.History)
	if e.Kind == Anonymisation {
		moves := b.after.unlink(place, p)
		return moves[:], nil
	}
	return []Move{b.after.move(place, p)}, nil
}

// status is what an event makes of a participant, Active when it leaves them as they are.
func (e Event) status() Status {
	return map[Kind]Status{Withdrawal: Withdrawn, Discontinuation: Discontinued, LostToFollowUp: Lost}[e.Kind]
}

// with is the participant after an event.
func (p Participant) with(e Event) Participant {
	p.History = e.Extend(p.History)
	switch e.Kind {
	case Visit:
		p.Visits++
		p.Phase, p.LastVisit = e.Phase, e.When
	case SeriousEvent:
		p.Events++
	case Anonymisation:
		p.Tag = Anonymous(e.Entry)
		p.Next = p.Tag
	}
	if s := e.status(); s != Active {
		p.Status, p.StatusSince = s, e.When
	}
	return p
}

// deviations counts those of a visit.
func (b *Batch) deviations(e Event, p Participant) {
	d := &b.after.state.Deviations
	consent := b.Live(p.GrantIndex, p.Grant) && p.Consented <= e.When && e.When < p.GrantUntil
	count(&d.NoConsent, !consent)
	count(&d.Superseded, b.Protocol.Versions[p.Version].Until <= e.When)
	count(&d.Phase, e.Phase != p.Phase && e.Phase != p.Phase+1)
	count(&d.AfterWithdrawal, p.Status == Withdrawn && e.When > p.StatusSince)
}

// tally counts what happened.
func (b *Batch) tally(e Event) {
	s := &b.after.state
	a := &s.Activity
	lanes := map[Kind]*uint32{Visit: &a.Visits, SeriousEvent: &a.SeriousEvents, Withdrawal: &a.Withdrawals, Discontinuation: &a.Discontinuations,
		Unblinding: &a.Unblindings, LostToFollowUp: &a.Lost, Correction: &a.Corrections, Anonymisation: &a.Anonymisations}
	*lanes[e.Kind]++
	count(&s.SinceFlag, e.Kind == SeriousEvent)
}

// End closes the batch: whether it raises a flag, and the cohort after it. Called again, it says the same.
func (b *Batch) End() (flag bool, after *Cohort) {
	if !b.Enrols && b.after.state.SinceFlag >= b.Protocol.Safety {
		b.flag, b.after.state.SinceFlag = true, 0
	}
	return b.flag, b.after
}

func count(lane *uint32, that bool) {
	if that {
		*lane++
	}
}

// Idle is a move that changes nothing, for a slot without an event after the batch's last: of the head of the list.
func (b *Batch) Idle() Move {
	return Move{Before: b.after.places[0], After: b.after.places[0], Path: b.after.tree.Path(0)}
}

// Seal is a site's signature of a batch's digest, and where the site stands in the tree of sites.
type Seal struct {
	Site      identity.PublicKey
	Path      []field.Step
	Signature identity.Signature
}

// Reasons why a batch cannot be proven.
var (
	ErrNoSite    = errors.New("the site is not one of the protocol's")
	ErrNotSigned = errors.New("the site has not signed these events")
)

// Check says why a batch is not this site's.
func (s Seal) Check(p Protocol, of, digest field.Element) error {
	root, ok := field.Climb(SiteLeaf(s.Site), s.Path)
	switch {
	case s.Site.Check() != nil || !ok || root != p.Sites || len(s.Path) != SiteLevels:
		return ErrNoSite
	case identity.Verify(s.Site, BatchMessage(of, digest), s.Signature) != nil:
		return ErrNotSigned
	}
	return nil
}
