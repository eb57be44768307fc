package trial

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/keys"
	"lethe/vault/party"
)

// RecordFormat is the format's name in a record.
const RecordFormat = "lethe/trial-record/v1"

// ErrRecord says that a record does not hold together, so that nothing goes on from it.
var ErrRecord = errors.New("the trial's record does not hold together")

// Record is what a trial has come to, and what is under way.
type Record struct {
	Protocols []Amendment // the first one, and its amendments; the last one counts
	Cohort    *rollup.Cohort
	Events    [][]rollup.Event // of each participant, in the order of their enrolment; without tags
	Batches   []Batch          // that the chain has accepted
	Queue     []*Queued
	Dropped   []Dropped   // that could no longer be proven when their turn came
	Current   *Current    // the first of the queue, when it has been proven
	Spent     []keys.Name // keys that are to be destroyed: of what waits no longer, or is being taken in
	Closed    bool
	Published *Published
}

// Amendment is a protocol as it was put into force.
type Amendment struct {
	Plan  []byte            // as it was written
	Files map[string][]byte // that it names, by their names
	When  uint64            // Unix seconds
}

// Batch is a move of the state that the chain has accepted.
type Batch struct {
	Number      uint16       // from 1
	State       rollup.State // that it has come to
	Proof       *circuits.Proof
	Transaction string
	Flag        bool
	Submission  string // its id
}

// Dropped is a submission that could no longer be proven.
type Dropped struct {
	Submission string
	Reason     string
}

// Current is a batch that was proven and may be on the chain.
type Current struct {
	Time  uint64        // of the batch
	State field.Element // that it comes to
	Live  []bool        // whether the consents that it asks for were live, in the order in which they are asked for
	Proof *circuits.Proof
}

// Published is what the chain has accepted at the end.
type Published struct {
	Results     field.Element
	Document    []byte // SHA-256 of what was published
	Transaction string
}

// Protocol compiles the protocol that counts now.
func (r *Record) Protocol() (*Protocol, error) {
	if len(r.Protocols) == 0 {
		return nil, fmt.Errorf("%w: no protocol", ErrRecord)
	}
	return r.Protocols[len(r.Protocols)-1].Compile()
}

// Compile compiles an amendment's plan with the files that were kept with it.
func (a Amendment) Compile() (*Protocol, error) {
	p, err := Compile(a.Plan, func(name string) ([]byte, error) {
		data, ok := a.Files[name]
		if !ok {
			return nil, fmt.Errorf("%w: %s is missing", ErrRecord, name)
		}
		return data, nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		if !slices.Contains(p.files, name) {
			return nil, fmt.Errorf("%w: it does not name the file %q", ErrPlan, name)
		}
	}
	return p, nil
}

// recordJSON is the document. docs/trials.md explains every member.
type recordJSON struct {
	Format       string            `json:"format"`
	Protocols    []amendmentJSON   `json:"protocols"`
	State        stateJSON         `json:"state"`
	Participants []participantJSON `json:"participants"`
	Batches      []batchJSON       `json:"batches"`
	Queue        []queuedJSON      `json:"queue,omitempty"`
	Dropped      []droppedJSON     `json:"dropped,omitempty"`
	Current      *currentJSON      `json:"current,omitempty"`
	Spent        []keys.Name       `json:"spent_keys,omitempty"`
	Closed       bool              `json:"closed,omitzero"`
	Published    *publishedJSON    `json:"published,omitempty"`
}

type amendmentJSON struct {
	Plan  []byte            `json:"plan"`
	Files map[string][]byte `json:"files"`
	When  uint64            `json:"when"`
}

type droppedJSON struct {
	Submission string `json:"submission"`
	Reason     string `json:"reason"`
}

type stateJSON struct {
	Trial        party.Element     `json:"trial"`
	Root         party.Element     `json:"participants_root"`
	Participants uint16            `json:"participants"`
	Activity     map[string]uint32 `json:"activity"`   // by rollup.ActivityNames
	Deviations   map[string]uint32 `json:"deviations"` // by rollup.DeviationNames
	Time         uint64            `json:"time"`
	Batches      uint16            `json:"batches"`
	SinceFlag    uint32            `json:"since_flag"`
	Digest       party.Element     `json:"digest"`
}

type participantJSON struct {
	Tag         party.Element `json:"tag"`
	Next        party.Element `json:"next"`
	Grant       party.Element `json:"grant"`
	GrantIndex  uint32        `json:"grant_index"`
	GrantUntil  uint64        `json:"grant_until"`
	Site        uint8         `json:"site"`
	Version     uint8         `json:"version"`
	Consented   uint64        `json:"consented"`
	Custodial   bool          `json:"custodial"`
	Phase       uint8         `json:"phase"`
	Visits      uint16        `json:"visits"`
	LastVisit   uint64        `json:"last_visit"`
	Serious     uint16        `json:"serious_events"`
	Status      uint8         `json:"status"`
	StatusSince uint64        `json:"status_since"`
	History     party.Element `json:"history"`
	Events      []eventJSON   `json:"events"`
}

type batchJSON struct {
	Number      uint16         `json:"number"`
	State       stateJSON      `json:"state"`
	Transaction string         `json:"transaction"`
	Flag        bool           `json:"flag,omitzero"`
	Submission  string         `json:"submission"`
	Proof       jsontext.Value `json:"proof"`
}

type queuedJSON struct {
	Submission string        `json:"submission"`
	Events     *Submission   `json:"events"`
	Consents   []consentJSON `json:"consents"`
	Key        keys.Name     `json:"key,omitzero"`
	Wrapped    []byte        `json:"wrapped,omitzero"`
	Sealed     []byte        `json:"sealed,omitzero"`
}

type consentJSON struct {
	Leaf  party.Element `json:"leaf"`
	Index uint32        `json:"index"`
	From  uint64        `json:"from"`
	Until uint64        `json:"until"`
}

func queuedOf(w *Queued) queuedJSON {
	j := queuedJSON{Submission: w.ID, Events: w.Events}
	for _, c := range w.Consents {
		j.Consents = append(j.Consents, consentJSON{party.Element(c.Leaf), c.Index, c.From, c.Until})
	}
	if s := w.Sealed; s != nil {
		j.Key, j.Wrapped, j.Sealed = s.Key, s.Wrapped, s.Data
	}
	return j
}

func (j queuedJSON) queued() (*Queued, error) {
	w := &Queued{ID: j.Submission, Events: j.Events}
	for _, c := range j.Consents {
		w.Consents = append(w.Consents, rollup.Consent{Leaf: field.Element(c.Leaf), Index: c.Index, From: c.From, Until: c.Until})
	}
	if j.Key != "" {
		w.Sealed = &Sealed{j.Key, j.Wrapped, j.Sealed}
	}
	if w.Events == nil || len(w.Events.Reports) == 0 || len(w.Events.Reports) != len(w.Consents) {
		return nil, errors.New("what waits has other consents than events")
	}
	return w, nil
}

type currentJSON struct {
	Time  uint64         `json:"time"`
	State party.Element  `json:"state"`
	Live  []bool         `json:"live"`
	Proof jsontext.Value `json:"proof"`
}

type publishedJSON struct {
	Results     party.Element `json:"results_root"`
	Document    party.Hex     `json:"document_sha256"`
	Transaction string        `json:"transaction"`
}

// MarshalJSON writes the document.
func (r *Record) MarshalJSON() ([]byte, error) {
	j := recordJSON{Format: RecordFormat, State: stateOf(r.Cohort.State()), Spent: r.Spent, Closed: r.Closed}
	for _, a := range r.Protocols {
		j.Protocols = append(j.Protocols, amendmentJSON(a))
	}
	for _, w := range r.Queue {
		j.Queue = append(j.Queue, queuedOf(w))
	}
	for _, d := range r.Dropped {
		j.Dropped = append(j.Dropped, droppedJSON(d))
	}
	for i, p := range r.Cohort.Participants() {
		j.Participants = append(j.Participants, participantOf(p, r.Events[i]))
	}
	for _, b := range r.Batches {
		proof, err := b.Proof.Marshal()
		if err != nil {
			return nil, err
		}
		j.Batches = append(j.Batches, batchJSON{b.Number, stateOf(b.State), b.Transaction, b.Flag, b.Submission, proof})
	}
	if c := r.Current; c != nil {
		proof, err := c.Proof.Marshal()
		if err != nil {
			return nil, err
		}
		j.Current = &currentJSON{c.Time, party.Element(c.State), c.Live, proof}
	}
	if p := r.Published; p != nil {
		j.Published = &publishedJSON{party.Element(p.Results), p.Document, p.Transaction}
	}
	return json.Marshal(j, json.Deterministic(true))
}

func stateOf(s rollup.State) stateJSON {
	return stateJSON{
		party.Element(s.Trial), party.Element(s.Root), s.Participants, named(rollup.ActivityNames, s.Activity.Lanes()),
		named(rollup.DeviationNames, s.Deviations.Lanes()), s.Time, s.Batches, s.SinceFlag,
		party.Element(s.Digest()),
	}
}

func participantOf(p rollup.Participant, events []rollup.Event) participantJSON {
	j := participantJSON{
		Tag: party.Element(p.Tag), Next: party.Element(p.Next), Grant: party.Element(p.Grant), GrantIndex: p.GrantIndex, GrantUntil: p.GrantUntil,
		Site: p.Site, Version: p.Version, Consented: p.Consented, Custodial: p.Custodial, Phase: p.Phase, Visits: p.Visits, LastVisit: p.LastVisit,
		Serious: p.Events, Status: uint8(p.Status), StatusSince: p.StatusSince, History: party.Element(p.History),
	}
	for _, e := range events {
		j.Events = append(j.Events, eventOf(e))
	}
	return j
}

// UnmarshalJSON reads the document, and refuses, as [ErrRecord], one of which any part does not follow from the others: the root from the
// participants, histories from events.
func (r *Record) UnmarshalJSON(data []byte) error {
	var j recordJSON
	if err := json.Unmarshal(data, &j, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if j.Format != RecordFormat {
		return fmt.Errorf("%w: format %.40q", ErrRecord, j.Format)
	}
	*r = Record{Spent: j.Spent, Closed: j.Closed}
	for _, a := range j.Protocols {
		r.Protocols = append(r.Protocols, Amendment(a))
	}
	for _, d := range j.Dropped {
		r.Dropped = append(r.Dropped, Dropped(d))
	}
	for _, step := range []func(*recordJSON) error{r.readCohort, r.readBatches, r.readQueue, r.readCurrent} {
		if err := step(&j); err != nil {
			return fmt.Errorf("%w: %w", ErrRecord, err)
		}
	}
	return nil
}

func (r *Record) readCohort(j *recordJSON) (err error) {
	participants := make([]rollup.Participant, len(j.Participants))
	for i, p := range j.Participants {
		participants[i] = p.participant()
		events, err := p.events()
		if err != nil {
			return fmt.Errorf("participant %d: %w", i+1, err)
		}
		r.Events = append(r.Events, events)
	}
	s, err := j.State.state()
	if err != nil {
		return err
	}
	r.Cohort, err = rollup.Restore(s, participants)
	return err
}

func (j stateJSON) state() (s rollup.State, err error) {
	activity, err := lanes(rollup.ActivityNames, j.Activity)
	if err != nil {
		return s, err
	}
	deviations, err := lanes(rollup.DeviationNames, j.Deviations)
	if err != nil {
		return s, err
	}
	s = rollup.State{
		Trial: field.Element(j.Trial), Root: field.Element(j.Root), Participants: j.Participants, Activity: rollup.ActivityOf(activity),
		Deviations: rollup.DeviationsOf(deviations), Time: j.Time, Batches: j.Batches, SinceFlag: j.SinceFlag,
	}
	if s.Digest() != field.Element(j.Digest) {
		return s, errors.New("the state has another digest")
	}
	return s, nil
}

// named are counters by their names, and lanes are they in their order again.
func named(names []string, lanes []uint32) map[string]uint32 {
	m := make(map[string]uint32, len(names))
	for i, name := range names {
		m[name] = lanes[i]
	}
	return m
}

func lanes(names []string, m map[string]uint32) ([]uint32, error) {
	l := make([]uint32, len(names))
	for i, name := range names {
		n, ok := m[name]
		if !ok {
			return nil, fmt.Errorf("the counter %q is missing", name)
		}
		l[i] = n
	}
	if len(m) != len(names) {
		return nil, errors.New("there is a counter that is not known")
	}
	return l, nil
}

// events are a participant's, which must make their history.
func (j participantJSON) events() (events []rollup.Event, err error) {
	var history field.Element
	for _, written := range j.Events {
		e, err := written.event(field.Element{})
		if err != nil {
			return nil, err
		}
		history, events = e.Extend(history), append(events, e)
	}
	if history != field.Element(j.History) {
		return nil, errors.New("the events do not make the history")
	}
	return events, nil
}

func (j participantJSON) participant() rollup.Participant {
	return rollup.Participant{
		Tag: field.Element(j.Tag), Next: field.Element(j.Next), Grant: field.Element(j.Grant), GrantIndex: j.GrantIndex, GrantUntil: j.GrantUntil,
		Site: j.Site, Version: j.Version, Consented: j.Consented, Custodial: j.Custodial, Phase: j.Phase, Visits: j.Visits, LastVisit: j.LastVisit,
		Events: j.Serious, Status: rollup.Status(j.Status), StatusSince: j.StatusSince, History: field.Element(j.History),
	}
}

func (r *Record) readBatches(j *recordJSON) error {
	if len(j.Batches) != int(j.State.Batches) {
		return fmt.Errorf("%d batches of %d", len(j.Batches), j.State.Batches)
	}
	for i, b := range j.Batches {
		proof, err := circuits.ParseProof(b.Proof)
		if err != nil {
			return fmt.Errorf("batch %d: %w", i+1, err)
		}
		state, err := b.State.state()
		if err != nil {
			return fmt.Errorf("batch %d: %w", i+1, err)
		}
		follows := i == 0 || proof.Public["oldState"] == r.Batches[i-1].State.Digest()
		if int(b.Number) != i+1 || !follows || proof.Public["newState"] != state.Digest() {
			return fmt.Errorf("batch %d does not follow the one before", i+1)
		}
		r.Batches = append(r.Batches, Batch{b.Number, state, proof, b.Transaction, b.Flag, b.Submission})
	}
	if n := len(r.Batches); n > 0 && r.Batches[n-1].State.Digest() != field.Element(j.State.Digest) {
		return errors.New("the last batch comes to another state")
	}
	return nil
}

func (r *Record) readQueue(j *recordJSON) error {
	for _, written := range j.Queue {
		w, err := written.queued()
		if err != nil {
			return err
		}
		r.Queue = append(r.Queue, w)
	}
	return nil
}

func (r *Record) readCurrent(j *recordJSON) error {
	if c := j.Current; c != nil {
		proof, err := circuits.ParseProof(c.Proof)
		if err != nil || len(r.Queue) == 0 {
			return fmt.Errorf("the batch under way: %w", err)
		}
		r.Current = &Current{c.Time, field.Element(c.State), c.Live, proof}
	}
	if p := j.Published; p != nil {
		r.Published = &Published{field.Element(p.Results), p.Document, p.Transaction}
	}
	return nil
}
