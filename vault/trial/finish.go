package trial

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits/compliance"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
)

// ErrNotClosed says that a trial is still open: what is shown of it would be interim.
var ErrNotClosed = errors.New("the trial is not closed yet")

// Comply proves what a closed trial has come to, whole, and has the contract verify it: in one proof, or in as many as its cohort needs.
// What the contract has verified already is not sent again.
func (s *Sequencer) Comply(ctx context.Context, id field.Element, progress func(string)) error {
	s.step.Lock()
	defer s.step.Unlock()
	r, on, err := s.closed(ctx, id)
	if err != nil {
		return err
	}
	participants := int(r.Cohort.State().Participants)
	version := on.Pinned.cohort(participants)
	w := &compliance.Witness{Cohort: r.Cohort, Context: s.cfg.Chain.ComplianceContext(id)}
	chunks := compliance.Chunks(version, participants)
	for i := range chunks {
		if progress != nil {
			progress(fmt.Sprintf("proving %s, part %d of %d", compliance.Statement(version).Name(), i+1, chunks))
		}
		assignment, err := w.Assign(version, i)
		if err != nil {
			return err
		}
		proof, err := s.cfg.Prove(ctx, compliance.Statement(version), assignment)
		if err != nil {
			return err
		}
		if err := s.cfg.Chain.Compliance(ctx, id, proof); err != nil {
			return err
		}
	}
	return nil
}

// cohort is the smallest pinned version of compliance that takes a cohort in one proof, or the largest.
func (p Pins) cohort(participants int) (version int) {
	for v := 1; compliance.Places(v) > 0; v++ {
		if p[compliance.Statement(v).Name()] && (version == 0 || compliance.Places(version) < participants+1) {
			version = v
		}
	}
	return max(version, 1)
}

// closed is a trial's record once the contract has closed it in this state.
func (s *Sequencer) closed(ctx context.Context, id field.Element) (*Record, Standing, error) {
	r, err := s.cfg.Store.Load(id)
	if err != nil {
		return nil, Standing{}, err
	}
	on, err := s.cfg.Chain.Standing(ctx, id)
	switch {
	case err != nil:
		return nil, on, err
	case !on.Closed:
		return nil, on, ErrNotClosed
	case on.State != r.Cohort.State().Digest():
		return nil, on, ErrDiverged
	}
	r.Closed = true
	return r, on, nil
}

// NoteClosed notes that the contract has closed a trial: what it has come to is to be proven, also by a process that begins later.
func (s *Sequencer) NoteClosed(ctx context.Context, id field.Element) error {
	s.step.Lock()
	defer s.step.Unlock()
	if _, _, err := s.closed(ctx, id); err != nil {
		return err
	}
	return s.update(id, func(r *Record) error {
		r.Closed = true
		return nil
	})
}

// Publish has the contract publish a trial's results, which it does only when it has verified the compliance whole, within the thresholds.
// It keeps what was published, and gives the document.
func (s *Sequencer) Publish(ctx context.Context, id field.Element) (document []byte, transaction string, err error) {
	s.step.Lock()
	defer s.step.Unlock()
	r, _, err := s.closed(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if document, err = r.Results(); err != nil {
		return nil, "", err
	}
	digest := sha256.Sum256(document)
	root := compliance.Results(r.Cohort.Participants())
	if transaction, err = s.cfg.Chain.Publish(ctx, id, root, digest); err != nil {
		return nil, "", err
	}
	return document, transaction, s.update(id, func(r *Record) error {
		r.Closed, r.Published = true, &Published{Results: root, Document: digest[:], Transaction: transaction}
		return nil
	})
}

// ResultsFormat is the format's name in a document of results.
const ResultsFormat = "lethe/trial-results/v1"

// resultsJSON is the document that is published: counters, and everybody's events in the order of their enrolment, without tags.
type resultsJSON struct {
	Format       string        `json:"format"`
	Trial        party.Element `json:"trial"`
	Name         string        `json:"name"`
	State        stateJSON     `json:"state"`
	ResultsRoot  party.Element `json:"results_root"`
	Participants [][]eventJSON `json:"participants"`
}

// Results is the document of results: what is published of it is its hash, and the root that its events make.
func (r *Record) Results() ([]byte, error) {
	p, err := r.Protocol()
	if err != nil {
		return nil, err
	}
	j := resultsJSON{
		Format: ResultsFormat, Trial: party.Element(p.ID), Name: p.Plan.Name, State: stateOf(r.Cohort.State()),
		ResultsRoot: party.Element(compliance.Results(r.Cohort.Participants())), Participants: [][]eventJSON{},
	}
	for _, events := range r.Events {
		all := []eventJSON{}
		for _, e := range events {
			all = append(all, eventOf(e))
		}
		j.Participants = append(j.Participants, all)
	}
	return json.Marshal(j, json.Deterministic(true), jsontext.WithIndent(" "))
}

// ErrResults says that a document of results does not hold together.
var ErrResults = errors.New("not a document of results that holds together")

// CheckResults computes the root that a document's events make, and its state's digest, and refuses one that says others.
func CheckResults(document []byte) (state rollup.State, root field.Element, err error) {
	var j resultsJSON
	if err := json.Unmarshal(document, &j, json.RejectUnknownMembers(true)); err != nil || j.Format != ResultsFormat {
		return state, root, errors.Join(ErrResults, err)
	}
	if state, err = j.State.state(); err != nil {
		return state, root, fmt.Errorf("%w: %w", ErrResults, err)
	}
	participants := make([]rollup.Participant, len(j.Participants))
	for i, events := range j.Participants {
		for _, written := range events {
			e, err := written.event(field.Element{})
			if err != nil {
				return state, root, fmt.Errorf("%w: %w", ErrResults, err)
			}
			participants[i].History = e.Extend(participants[i].History)
		}
	}
	root = compliance.Results(participants)
	if root != field.Element(j.ResultsRoot) || len(participants) != int(state.Participants) || state.Trial != field.Element(j.Trial) {
		return state, root, fmt.Errorf("%w: its events make another root, or are of more or fewer participants", ErrResults)
	}
	return state, root, nil
}
