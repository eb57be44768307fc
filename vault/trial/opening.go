package trial

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
)

// OpeningFormat is the format's name in an opening.
const OpeningFormat = "lethe/trial-opening/v1"

// ErrOpening says that a file is no opening of a participant in a state.
var ErrOpening = errors.New("not an opening of a participant's place")

// Opening is what a participant is handed: what stands at their place in a state of the trial, all their events, and the path to the root. With it and their
// own file they can claim compensation, and see what is recorded of them.
type Opening struct {
	State       rollup.State
	Participant rollup.Participant
	Events      []rollup.Event
	Path        []field.Step
}

// Opening is a participant's, by their tag; rollup.ErrUnknown when nobody has it.
func (r *Record) Opening(tag field.Element) (*Opening, error) {
	place, p, err := r.Cohort.Opening(tag)
	if err != nil {
		return nil, err
	}
	return &Opening{r.Cohort.State(), p, r.Events[place-1], r.Cohort.Path(place)}, nil
}

type openingJSON struct {
	Format      string          `json:"format"`
	State       stateJSON       `json:"state"`
	Participant participantJSON `json:"participant"`
	Path        []stepJSON      `json:"path"`
}

type stepJSON struct {
	Position uint8                      `json:"position"`
	Children [field.Arity]party.Element `json:"children"`
}

// MarshalJSON writes the file.
func (o *Opening) MarshalJSON() ([]byte, error) {
	j := openingJSON{Format: OpeningFormat, State: stateOf(o.State), Participant: participantOf(o.Participant, o.Events)}
	for _, s := range o.Path {
		step := stepJSON{Position: s.Position}
		for i, c := range s.Children {
			step.Children[i] = party.Element(c)
		}
		j.Path = append(j.Path, step)
	}
	return json.Marshal(j, json.Deterministic(true))
}

// UnmarshalJSON reads the file, and refuses, as [ErrOpening], one whose path does not lead to its state or whose events do not make its history.
func (o *Opening) UnmarshalJSON(data []byte) error {
	var j openingJSON
	err := json.Unmarshal(data, &j, json.RejectUnknownMembers(true))
	if err == nil && j.Format != OpeningFormat {
		err = fmt.Errorf("format %.40q", j.Format)
	}
	if err == nil {
		err = o.parse(j)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOpening, err)
	}
	return nil
}

func (o *Opening) parse(j openingJSON) (err error) {
	*o = Opening{Participant: j.Participant.participant()}
	if o.State, err = j.State.state(); err != nil {
		return err
	}
	if o.Events, err = j.Participant.events(); err != nil {
		return err
	}
	for _, s := range j.Path {
		step := field.Step{Position: s.Position}
		for i, c := range s.Children {
			step.Children[i] = field.Element(c)
		}
		o.Path = append(o.Path, step)
	}
	if root, ok := field.Climb(o.Participant.Leaf(), o.Path); !ok || root != o.State.Root || len(o.Path) != rollup.Levels {
		return errors.New("the path does not lead to the state")
	}
	return nil
}
