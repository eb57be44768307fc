package visits

import (
	"errors"
	"fmt"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/trial"
)

// names are the public inputs in their order.
var names = []string{"trial", "oldState", "newState", "protocol", "grantsRoot", "issuersRoot", "time", "safety", "context"}

// sizes are the slots of each version of the statement, from version 1: the large one fills a domain of 2^19.
var sizes = []int{8, 50}

// Statement is the circuit of a version, 1 or 2, under its name. Other versions have no circuit, which circuits.Statement's Check refuses.
func Statement(version int) circuits.Statement {
	s := circuits.Statement{ID: "visits", Version: version, Public: names}
	if Slots(version) > 0 {
		s.New = func() frontend.Circuit { return empty(Slots(version)) }
	}
	return s
}

// Slots is how many events a version takes, an anonymisation for two; none where there is no such version.
func Slots(version int) int {
	if version < 1 || version > len(sizes) {
		return 0
	}
	return sizes[version-1]
}

func empty(slots int) *Circuit { return &Circuit{Slots: make([]slot, slots)} }

// Reasons why a batch cannot be proven, beside those of package trial.
var (
	ErrTooMany = errors.New("more events than the statement has slots")
	ErrGrants  = errors.New("the path does not lead to the tree of grants")
)

// Entry is one event with what it stands on.
type Entry struct {
	Event trial.Event
	Moves []trial.Move // of an anonymisation two, else one; see trial.Batch
	// Of a visit: what stands in the tree of grants at the participant's place there, and the path to it.
	Granted   field.Element
	GrantPath []field.Step
}

// slots is how many it takes.
func (e *Entry) slots() int { return len(e.Moves) }

// Witness is a batch with all that it stands on.
type Witness struct {
	Batch       *trial.Batch // after its last event
	Seal        trial.Seal
	Entries     []Entry
	GrantsRoot  field.Element
	IssuersRoot field.Element
	Context     field.Element
}

// Check says why nothing can be proven.
func (w *Witness) Check() error {
	for i, e := range w.Entries {
		root, ok := field.Climb(e.Granted, e.GrantPath)
		if e.Event.Kind == trial.Visit && (!ok || root != w.GrantsRoot) {
			return fmt.Errorf("event %d: %w", i+1, ErrGrants)
		}
	}
	return w.Seal.Check(w.Batch.Protocol, w.Batch.Before().Trial, w.Batch.Digest())
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
	b, c := w.Batch, empty(slots)
	flag, end := b.End()
	before, after := b.Before(), end.State()
	c.Trial, c.OldState, c.NewState, c.Protocol = before.Trial, before.Digest(), after.Digest(), b.Protocol.Digest()
	c.GrantsRoot, c.IssuersRoot, c.Time, c.Safety, c.Context = w.GrantsRoot, w.IssuersRoot, b.Time, bit(flag), w.Context
	var err error
	if c.Batch, err = gadget.TrialBatchOf(b.Protocol, before, w.Seal); err != nil {
		return nil, err
	}
	at := 0
	for i := range w.Entries {
		if at+w.Entries[i].slots() > slots {
			return nil, fmt.Errorf("%w: %d", ErrTooMany, slots)
		}
		if err := w.assignEntry(c.Slots[at:], &w.Entries[i]); err != nil {
			return nil, fmt.Errorf("event %d: %w", i+1, err)
		}
		at += w.Entries[i].slots()
	}
	for ; at < slots; at++ {
		if err := assignSlot(&c.Slots[at], nil, &Entry{Moves: []trial.Move{b.Idle()}}, 0); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// assignEntry fills a slot, or two for an anonymisation.
func (w *Witness) assignEntry(to []slot, e *Entry) error {
	is := int(e.Event.Kind) - firstKind
	if len(e.Moves) == 1 {
		return assignSlot(&to[0], &is, e, 0)
	}
	unlinks := kinds - 1
	first := &Entry{Moves: e.Moves}
	return errors.Join(assignSlot(&to[0], &unlinks, first, 0), assignSlot(&to[1], &is, e, 1))
}

// assignSlot fills a slot of a kind, or of none, with an entry's move.
func assignSlot(s *slot, is *int, e *Entry, move int) error {
	for i := range s.Is {
		s.Is[i] = bit(is != nil && *is == i)
	}
	ev, m := e.Event, e.Moves[move]
	s.When, s.Phase, s.Entry, s.Replaced, s.Granted = ev.When, ev.Phase, ev.Entry, ev.Replaced, e.Granted
	s.Participant = gadget.ParticipantOf(m.Before)
	granted := e.GrantPath
	if granted == nil {
		granted = field.PathOver(e.Granted, GrantLevels)
	}
	return errors.Join(gadget.AssignPath("participant", s.Path[:], m.Path), gadget.AssignPath("grant", s.GrantPath[:], granted))
}

func bit(b bool) frontend.Variable {
	if b {
		return 1
	}
	return 0
}
