package enrolment

import (
	"errors"
	"fmt"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/circuits/trial"
)

// names are the public inputs in their order.
var names = []string{"trial", "oldState", "newState", "protocol", "grantsRoot", "issuersRoot", "time", "safety", "context"}

// sizes are the slots of each version of the statement, from version 1: the large one fills a domain of 2^19.
var sizes = []int{4, 17}

// Statement is the circuit of a version, 1 or 2, under its name. Other versions have no circuit, which circuits.Statement's Check refuses.
func Statement(version int) circuits.Statement {
	s := circuits.Statement{ID: "enrolment", Version: version, Public: names}
	if Slots(version) > 0 {
		s.New = func() frontend.Circuit { return empty(Slots(version)) }
	}
	return s
}

// Slots is how many events a version takes; none where there is no such version.
func Slots(version int) int {
	if version < 1 || version > len(sizes) {
		return 0
	}
	return sizes[version-1]
}

func empty(slots int) *Circuit { return &Circuit{Slots: make([]slot, slots)} }

// Reasons why a batch cannot be proven, beside those of package trial.
var (
	ErrTooMany     = errors.New("more events than the statement has slots")
	ErrNotGranted  = errors.New("the consent is not one that this person gave to this trial for this version")
	ErrNotEligible = errors.New("there is no attestation that satisfies the criteria")
	ErrNotTheirs   = errors.New("there is no attestation in force of this person, and of the key that the consent is signed with")
)

// Grant is the consent of an event.
type Grant struct {
	Subject   identity.Subject
	Grant     identity.Grant
	Path      []field.Step
	Signature identity.Signature
}

// Attestation is what makes somebody eligible.
type Attestation struct {
	Attestation   identity.Attestation
	Attester      identity.PublicKey
	AttesterUntil uint64 // Unix seconds
	Path          []field.Step
	Signature     identity.Signature
}

// Entry is one event with what it stands on.
type Entry struct {
	Event       trial.Event
	Moves       []trial.Move // of an enrolment two, of a re-consent one; see trial.Batch
	Identity    field.Element
	Grant       *Grant       // nil where the consent is deferred
	Attestation *Attestation // nil where the participant is marked ineligible
}

// Witness is a batch with all that it stands on.
type Witness struct {
	Batch       *trial.Batch // after its last event
	Seal        trial.Seal
	Version     uint8 // of the protocol, from 0
	Policy      policy.Policy
	Entries     []Entry
	GrantsRoot  field.Element
	IssuersRoot field.Element
	Context     field.Element
}

// Check says why nothing can be proven.
func (w *Witness) Check() error {
	b := w.Batch
	if err := w.Seal.Check(b.Protocol, b.Before().Trial, b.Digest()); err != nil {
		return err
	}
	if int(w.Version) >= len(b.Protocol.Versions) || w.Policy.Digest() != b.Protocol.Versions[w.Version].Policy {
		return fmt.Errorf("%w: the criteria are not version %d's", trial.ErrNotInForce, w.Version+1)
	}
	for i := range w.Entries {
		if err := w.checkEntry(&w.Entries[i]); err != nil {
			return fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	return nil
}

func (w *Witness) checkEntry(e *Entry) error {
	if e.Event.Version != w.Version {
		return fmt.Errorf("%w: a batch is of one version", trial.ErrNotInForce)
	}
	if !e.Event.Deferred && !w.granted(e) {
		return ErrNotGranted
	}
	switch {
	case e.Event.Ineligible:
		return nil
	case !w.attested(e):
		return ErrNotTheirs
	case e.Event.Kind == trial.Enrolment && !w.Policy.Holds(e.Attestation.Attestation.Values):
		return ErrNotEligible
	}
	return nil
}

// granted says whether the grant is this person's consent to the version.
func (w *Witness) granted(e *Entry) bool {
	if e.Grant == nil {
		return false
	}
	g, s := e.Grant.Grant, e.Grant.Subject
	root, ok := field.Climb(g.Leaf(), e.Grant.Path)
	return ok && root == w.GrantsRoot && g.Check() == nil && s.Key.Check() == nil &&
		g.Subject == s.Handle() && s.Identity == e.Identity && g.Grantee == w.Batch.Before().Trial &&
		g.Basis == identity.BasisConsent && g.Terms == w.Batch.Protocol.Versions[w.Version].Terms &&
		g.From <= e.Event.When && e.Event.When < g.Until &&
		identity.Verify(s.Key, g.Leaf(), e.Grant.Signature) == nil
}

// attested says whether the attestation is in force, and of this person and the key of their consent.
func (w *Witness) attested(e *Entry) bool {
	if e.Attestation == nil {
		return false
	}
	a := e.Attestation
	leaf := identity.Issuer{Key: a.Attester, Role: identity.Attester, Until: a.AttesterUntil}
	root, ok := field.Climb(leaf.Leaf(), a.Path)
	when := e.Event.When
	return ok && root == w.IssuersRoot && leaf.Check() == nil && a.Attestation.Check() == nil &&
		a.Attestation.Identity == e.Identity && a.Attestation.Schema == w.Policy.Schema &&
		(e.Event.Deferred || a.Attestation.Key == identity.KeyDigest(e.Grant.Subject.Key)) &&
		a.Attestation.From <= when && when < a.Attestation.Until && when < a.AttesterUntil &&
		identity.Verify(a.Attester, a.Attestation.Message(), a.Signature) == nil
}

// Assign makes the assignment of a version's circuit, after Check.
func (w *Witness) Assign(version int) (*Circuit, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	return w.assign(Slots(version))
}

// assign is Assign for any witness, also one of which the statement is not true.
func (w *Witness) assign(slots int) (*Circuit, error) {
	if len(w.Entries) > slots {
		return nil, fmt.Errorf("%w: %d, not %d", ErrTooMany, len(w.Entries), slots)
	}
	b, c := w.Batch, empty(slots)
	_, end := b.End()
	before, after := b.Before(), end.State()
	c.Trial, c.OldState, c.NewState, c.Protocol = before.Trial, before.Digest(), after.Digest(), b.Protocol.Digest()
	c.GrantsRoot, c.IssuersRoot, c.Time, c.Safety, c.Context = w.GrantsRoot, w.IssuersRoot, b.Time, 0, w.Context
	c.Version, c.Policy = [2]frontend.Variable{w.Version & 1, w.Version >> 1}, gadget.PolicyOf(w.Policy)
	var err error
	if c.Batch, err = gadget.TrialBatchOf(b.Protocol, before, w.Seal); err != nil {
		return nil, err
	}
	for i := range c.Slots {
		e := Entry{Moves: []trial.Move{b.Idle()}}
		if i < len(w.Entries) {
			e = w.Entries[i]
		}
		if err := w.assignSlot(&c.Slots[i], &e); err != nil {
			return nil, fmt.Errorf("slot %d: %w", i+1, err)
		}
	}
	return c, nil
}

func (w *Witness) assignSlot(s *slot, e *Entry) error {
	ev, place := e.Event, field.PathOver(field.Element{}, trial.Levels)
	if len(e.Moves) == 2 {
		place = e.Moves[1].Path
	}
	custody := ev.Custodial || e.Grant != nil && e.Grant.Subject.Custody != identity.Own
	s.New, s.Again = bit(ev.Kind == trial.Enrolment), bit(ev.Kind == trial.Reconsent)
	s.When, s.Custodial, s.Ineligible, s.Deferred = ev.When, bit(custody), bit(ev.Ineligible), bit(ev.Deferred)
	s.Entry, s.Identity, s.Neighbour = ev.Entry, e.Identity, gadget.ParticipantOf(e.Moves[0].Before)
	return errors.Join(
		gadget.AssignPath("neighbour", s.NeighbourPath[:], e.Moves[0].Path), gadget.AssignPath("place", s.PlacePath[:], place),
		w.assignGrant(s, e), w.assignAttestation(s, e))
}

// assignGrant gives a slot without a grant one that holds together, by the site's key.
func (w *Witness) assignGrant(s *slot, e *Entry) error {
	g := e.Grant
	if g == nil {
		g = &Grant{Subject: identity.Subject{Key: w.Seal.Site, Identity: e.Identity, Custody: identity.Custody(flag(e.Event.Custodial))}}
		g.Grant = identity.Grant{Subject: g.Subject.Handle(), Grantee: w.Batch.Before().Trial, Basis: identity.BasisConsent}
		g.Grant.Terms = w.Batch.Protocol.Versions[w.Version].Terms
		g.Path = field.PathOver(g.Grant.Leaf(), GrantLevels)
	}
	s.Grant = grant{
		Preimage: gadget.PointOf(g.Subject.Key.Preimage()), HandleSalt: g.Subject.Salt, Scope: g.Grant.Scope, Purpose: g.Grant.Purpose,
		From: g.Grant.From, Until: g.Grant.Until, Salt: g.Grant.Salt, ViewHash: g.Grant.ViewHash, Signature: gadget.SignatureOf(g.Signature),
	}
	return gadget.AssignPath("grant", s.Grant.Path[:], g.Path)
}

// assignAttestation gives a slot without an attestation one that holds together, by the site's key.
func (w *Witness) assignAttestation(s *slot, e *Entry) error {
	a := e.Attestation
	if a == nil {
		a = &Attestation{Attester: w.Seal.Site}
		leaf := identity.Issuer{Key: a.Attester, Role: identity.Attester}
		a.Path = field.PathOver(leaf.Leaf(), IssuerLevels)
	}
	s.Attestation = attestation{
		Key: a.Attestation.Key, From: a.Attestation.From, Until: a.Attestation.Until, Values: gadget.ValuesOf(a.Attestation.Values),
		Preimage: gadget.PointOf(a.Attester.Preimage()), AttesterUntil: a.AttesterUntil, Signature: gadget.SignatureOf(a.Signature),
	}
	return gadget.AssignPath("attester", s.Attestation.Path[:], a.Path)
}

func flag(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

func bit(b bool) frontend.Variable { return flag(b) }
