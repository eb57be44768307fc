package trial

import (
	"errors"
	"fmt"
	"slices"

	"lethe/circuits/field"
)

// Why an event is refused. Nothing of the batch has changed then.
var (
	ErrEnrolled   = errors.New("already enrolled")
	ErrUnknown    = errors.New("no such participant at this site")
	ErrWithdrawn  = errors.New("no longer taking part")
	ErrFuture     = errors.New("later than the batch")
	ErrNotInForce = errors.New("the protocol has no such version at this time")
	ErrFull       = errors.New("the trial has no place left")
)

// Cohort is a trial's state with everybody in it.
type Cohort struct {
	state  State
	places []Participant // the head of the list first
	tree   *field.Tree
	order  []uint32 // places in the order of tags, without those who are anonymised
}

// NewCohort is a trial in which nobody takes part yet.
func NewCohort(trial field.Element) *Cohort {
	c := &Cohort{state: State{Trial: trial}, places: make([]Participant, 1), tree: field.NewTree(Levels), order: []uint32{0}}
	c.tree.Set(field.Change{Leaf: Participant{}.Leaf()})
	c.state.Root = c.tree.Root()
	return c
}

// State is what the trial has come to.
func (c *Cohort) State() State { return c.state }

// Participants are all, in the order of their enrolment, without the head of the list.
func (c *Cohort) Participants() []Participant { return slices.Clone(c.places[1:]) }

// Places are all places that are taken: the head of the list, then the participants.
func (c *Cohort) Places() []Participant { return slices.Clone(c.places) }

// Path leads from a participant's place, from 1, to the state's root.
func (c *Cohort) Path(place uint32) []field.Step { return c.tree.Path(place) }

// Find gives the place of a tag.
func (c *Cohort) Find(tag field.Element) (place uint32, ok bool) {
	at, ok := c.search(tag)
	if !ok || tag.IsZero() {
		return 0, false
	}
	return c.order[at], true
}

// Opening is a participant's place and what stands there; [ErrUnknown] when the tag is nobody's.
func (c *Cohort) Opening(tag field.Element) (uint32, Participant, error) {
	place, ok := c.Find(tag)
	if !ok {
		return 0, Participant{}, ErrUnknown
	}
	return place, c.places[place], nil
}

func (c *Cohort) search(tag field.Element) (at int, ok bool) {
	return slices.BinarySearchFunc(c.order, tag, func(place uint32, tag field.Element) int { return c.places[place].Tag.Cmp(&tag) })
}

func (c *Cohort) clone() *Cohort {
	return &Cohort{state: c.state, places: slices.Clone(c.places), tree: c.tree.Clone(), order: slices.Clone(c.order)}
}

// Move is the change of one place, with the path to it from before.
type Move struct {
	Place         uint32
	Before, After Participant
	Path          []field.Step
}

// move changes a place, a new one when it is the next.
func (c *Cohort) move(place uint32, after Participant) Move {
	m := Move{Place: place, After: after, Path: c.tree.Path(place)}
	if int(place) == len(c.places) {
		c.places = append(c.places, after)
	} else {
		m.Before, c.places[place] = c.places[place], after
	}
	c.tree.Set(field.Change{Index: place, Leaf: after.Leaf()})
	c.state.Root = c.tree.Root()
	return m
}

// insert enrols somebody: the neighbour in the order of tags names them, and they the next one.
func (c *Cohort) insert(p Participant) (moves [2]Move, err error) {
	at, enrolled := c.search(p.Tag)
	switch {
	case enrolled:
		return moves, ErrEnrolled
	case len(c.places) == int(c.tree.Capacity()):
		return moves, ErrFull
	}
	place, neighbour := uint32(len(c.places)), c.places[c.order[at-1]]
	p.Next, neighbour.Next = neighbour.Next, p.Tag
	moves[0] = c.move(c.order[at-1], neighbour)
	moves[1] = c.move(place, p)
	c.order = slices.Insert(c.order, at, place)
	c.state.Participants++
	return moves, nil
}

// unlink takes somebody out of the order of tags and gives them another.
func (c *Cohort) unlink(place uint32, after Participant) (moves [2]Move) {
	at, _ := c.search(c.places[place].Tag)
	neighbour := c.places[c.order[at-1]]
	neighbour.Next = c.places[place].Next
	moves[0] = c.move(c.order[at-1], neighbour)
	moves[1] = c.move(place, after)
	c.order = slices.Delete(c.order, at, at+1)
	return moves
}

// ErrNotTheState says that places do not lead to a state.
var ErrNotTheState = errors.New("these participants are not the state's")

// Restore is a cohort from its state and its participants, in the order of their enrolment; [ErrNotTheState] when they do not belong together.
func Restore(s State, participants []Participant) (*Cohort, error) {
	c := NewCohort(s.Trial)
	switch {
	case len(participants) != int(s.Participants):
		return nil, fmt.Errorf("%w: %d of %d", ErrNotTheState, len(participants), s.Participants)
	case !s.bounded() || !bounded(participants):
		return nil, fmt.Errorf("%w: a number out of its bounds", ErrNotTheState)
	}
	c.places = append(c.places, participants...)
	for i, p := range participants {
		if p.Tag != low(p.Tag) {
			continue
		}
		at, twice := c.search(p.Tag)
		if twice {
			return nil, fmt.Errorf("%w: one stands twice", ErrNotTheState)
		}
		c.order = slices.Insert(c.order, at, uint32(i+1))
	}
	if len(c.order) > 1 {
		c.places[0].Next = c.places[c.order[1]].Tag
	}
	changes := make([]field.Change, len(c.places))
	for i, p := range c.places {
		changes[i] = field.Change{Index: uint32(i), Leaf: p.Leaf()}
	}
	c.tree.Set(changes...)
	c.state = s
	if c.tree.Root() != s.Root {
		return nil, fmt.Errorf("%w: another root", ErrNotTheState)
	}
	return c, nil
}
