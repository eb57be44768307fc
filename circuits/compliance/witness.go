package compliance

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
var names = []string{"trial", "state", "counters", "deviations", "resultsRoot", "accIn", "accOut", "context"}

// branchLevels are the heights of the branch that each version takes, from version 1: 16, 64 and 256 places.
var branchLevels = []int{2, 3, 4}

// Statement is the circuit of a version, 1, 2 or 3, under its name. Other versions have no circuit, which circuits.Statement's Check refuses.
func Statement(version int) circuits.Statement {
	s := circuits.Statement{ID: "compliance", Version: version, Public: names}
	if Places(version) > 0 {
		s.New = func() frontend.Circuit { return empty(version) }
	}
	return s
}

// Places is how many a proof of a version takes, the head of the list among them; none where there is no such version.
func Places(version int) int {
	if version < 1 || version > len(branchLevels) {
		return 0
	}
	return 1 << (2 * branchLevels[version-1])
}

func empty(version int) *Circuit {
	return &Circuit{Places: make([]place, Places(version)), Path: make([]gadget.Step, trial.Levels-branchLevels[version-1])}
}

// ErrNoSuchChunk is asked for a chunk of a cohort that has fewer.
var ErrNoSuchChunk = errors.New("the cohort has no such chunk")

// Results is the chain of histories that a whole compliance shows, the head of the list's first, which is 0.
func Results(participants []trial.Participant) (e field.Element) {
	e = field.Hash(field.TagResults, e, field.Element{})
	for _, p := range participants {
		e = field.Hash(field.TagResults, e, p.History)
	}
	return e
}

// Chunks is how many proofs of a version show a cohort.
func Chunks(version int, participants int) int {
	return (participants + Places(version)) / Places(version)
}

// Witness is a cohort, of which a proof shows a chunk.
type Witness struct {
	Cohort  *trial.Cohort
	Context field.Element
}

// Assign makes the assignment of a version's circuit for a chunk, from 0.
func (w *Witness) Assign(version, chunk int) (*Circuit, error) {
	state, size := w.Cohort.State(), Places(version)
	if size == 0 || chunk < 0 || chunk >= Chunks(version, int(state.Participants)) {
		return nil, fmt.Errorf("%w: %d", ErrNoSuchChunk, chunk+1)
	}
	c := empty(version)
	places := w.Cohort.Places()
	from, to := reached(places, chunk*size), reached(places, (chunk+1)*size)
	last := (chunk+1)*size >= len(places)
	c.Trial, c.State, c.Counters, c.Deviations = state.Trial, state.Digest(), state.Counters(), trial.Lanes(state.Deviations.Lanes())
	c.ResultsRoot, c.AccIn, c.AccOut, c.Context = field.Element{}, field.Element{}, field.Element{}, w.Context
	c.Now, c.First, c.Last = gadget.TrialStateOf(state), bit(chunk == 0), bit(last)
	c.From = progress{Place: from.place, Found: from.found, Results: from.results}
	if chunk > 0 {
		c.AccIn = from.digest(state)
	}
	if last {
		c.ResultsRoot = to.results
	} else {
		c.AccOut = to.digest(state)
	}
	for i := range c.Places {
		c.Places[i] = place{0, 0, 0, 0, 0, 0}
		if at := chunk*size + i; at < len(places) {
			p := places[at]
			c.Places[i] = place{1, p.Tag, p.Next, p.Grant, p.Fields(), p.History}
		}
	}
	path := w.Cohort.Path(uint32(chunk * size))
	return c, gadget.AssignPath("branch", c.Path, path[branchLevels[version-1]:])
}

// come is where a chain of proofs has come to.
type come struct {
	place, found uint64
	results      field.Element
}

// reached is where it is before a place.
func reached(places []trial.Participant, place int) (c come) {
	if place == 0 {
		return c
	}
	found := min(place, len(places))
	return come{uint64(place), uint64(found), Results(places[1:found])}
}

func (c come) digest(s trial.State) field.Element {
	return field.Hash(field.TagCompliance, s.Digest(), field.Uint64(c.place), field.Uint64(c.found), c.results)
}

func bit(b bool) frontend.Variable {
	if b {
		return 1
	}
	return 0
}
