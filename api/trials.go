package api

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"lethe/circuits"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

// Trials runs clinical trials, in the one process that does. Errors are those of vault/trial and circuits/trial.
type Trials interface {
	// Create registers a trial, or takes in one that the contract has; large pins the large sizes of batches as well.
	Create(ctx context.Context, a trial.Amendment, large bool) (trial.Made, error)
	Consent(ctx context.Context, id field.Element, a trial.Amendment) (trial.Made, error)
	Amend(ctx context.Context, id field.Element, a trial.Amendment) (trial.Made, error)
	Fund(ctx context.Context, id field.Element, wei *big.Int) (transaction string, err error)
	Status(ctx context.Context, id field.Element) (trial.Status, error)
	Protocol(ctx context.Context, id field.Element) (trial.Amendment, error)
	Histories(ctx context.Context, q *trial.HistoriesRequest) ([]field.Element, error)
	// Submit takes events in, and leaves a job that proves them.
	Submit(ctx context.Context, s *trial.Submission) error
	Outcome(ctx context.Context, id field.Element, submission string) (trial.Outcome, error)
	Lift(ctx context.Context, id field.Element, reason string) (transaction string, err error)
	Opening(ctx context.Context, id, tag field.Element) (*trial.Opening, error)
	// OpeningOf is the opening of the key that a patient is bound to.
	OpeningOf(ctx context.Context, id field.Element, patient string) (*trial.Opening, error)
	Claim(ctx context.Context, id field.Element, c trial.Claim) (transaction string, err error)
	// Close ends a trial, and leaves a job that proves what it has come to.
	Close(ctx context.Context, id field.Element) error
	Publish(ctx context.Context, id field.Element) (transaction string, err error)
	// Results is the document, of a closed trial.
	Results(ctx context.Context, id field.Element) ([]byte, error)
	Archive(ctx context.Context, id field.Element) (trial.Archive, error)
}

// trials are there, and the trial has an id.
func (a *api) trial(id string) (Trials, field.Element, error) {
	if a.cfg.Trials == nil {
		return nil, field.Element{}, refuse(codeNoTrials, "")
	}
	var d decoder
	e := d.element("trial", id)
	return a.cfg.Trials, e, d.err
}

func amendment(p TrialPlan) trial.Amendment {
	a := trial.Amendment{Plan: []byte(p.Plan), Files: map[string][]byte{}}
	for _, f := range p.Files {
		a.Files[f.Name] = []byte(f.Text)
	}
	return a
}

func made(m trial.Made) TrialMade {
	return TrialMade{Trial: field.Text(m.Trial), Protocol: field.Text(m.Protocol), Transaction: m.Transaction}
}

// CreateTrial implements StrictServerInterface.
func (a *api) CreateTrial(ctx context.Context, r CreateTrialRequestObject) (CreateTrialResponseObject, error) {
	if a.cfg.Trials == nil {
		return nil, refuse(codeNoTrials, "")
	}
	m, err := a.cfg.Trials.Create(ctx, amendment(*r.Body), r.Body.Large)
	if err != nil {
		return nil, err
	}
	return CreateTrial201JSONResponse(made(m)), nil
}

// AmendTrial implements StrictServerInterface.
func (a *api) AmendTrial(ctx context.Context, r AmendTrialRequestObject) (AmendTrialResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	m, err := trials.Amend(ctx, id, amendment(*r.Body))
	if err != nil {
		return nil, err
	}
	return AmendTrial200JSONResponse(made(m)), nil
}

// ConsentToAmendment implements StrictServerInterface.
func (a *api) ConsentToAmendment(ctx context.Context, r ConsentToAmendmentRequestObject) (ConsentToAmendmentResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	m, err := trials.Consent(ctx, id, amendment(*r.Body))
	if err != nil {
		return nil, err
	}
	return ConsentToAmendment200JSONResponse(made(m)), nil
}

// FundTrial implements StrictServerInterface.
func (a *api) FundTrial(ctx context.Context, r FundTrialRequestObject) (FundTrialResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	tx, err := trials.Fund(ctx, id, wei(r.Body.Wei))
	if err != nil {
		return nil, err
	}
	return FundTrial200JSONResponse{Transaction: tx}, nil
}

// wei is a number whose digits the description has bounded.
func wei(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}

// Trial implements StrictServerInterface.
func (a *api) Trial(ctx context.Context, r TrialRequestObject) (TrialResponseObject, error) {
	s, err := a.status(ctx, r.Trial)
	if err != nil {
		return nil, err
	}
	return Trial200JSONResponse(s), nil
}

// status is how a trial stands, with its counters for those who may see them while it runs.
func (a *api) status(ctx context.Context, trial string) (out TrialStatus, err error) {
	trials, id, err := a.trial(trial)
	if err != nil {
		return out, err
	}
	s, err := trials.Status(ctx, id)
	if err != nil {
		return out, err
	}
	out = TrialStatus{
		Name: s.Name, ChainID: int64(s.ChainID), Registry: hex.EncodeToString(s.Registry[:]), //nolint:gosec // EIP-2294 bounds it
		Batches: int64(s.State.Batches), Waiting: int64(s.Waiting), Doing: s.Doing, Trouble: s.Trouble, ChainAgrees: s.Agrees, Paused: s.Paused,
		Closed: s.Closed, Verified: s.Verified, Published: s.Published, Funds: s.Funds, Reserved: s.Reserved,
	}
	if out.Trouble != "" && !exchangeOf(ctx).caller.may([]Role{RoleOperator}) {
		out.Trouble = "what waits does not move: the operator sees why"
	}
	if exchangeOf(ctx).caller.may([]Role{RoleBoard, RoleRegulator, RoleOperator}) {
		out.Participants = int64(s.State.Participants)
		out.Activity = counters(rollup.ActivityNames, s.State.Activity.Lanes())
		out.Deviations = counters(rollup.DeviationNames, s.State.Deviations.Lanes())
	}
	return out, nil
}

func counters(names []string, lanes []uint32) Counters {
	c := Counters{}
	for i, name := range names {
		c[name] = int64(lanes[i])
	}
	return c
}

// Protocol implements StrictServerInterface.
func (a *api) Protocol(ctx context.Context, r ProtocolRequestObject) (ProtocolResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	in, err := trials.Protocol(ctx, id)
	if err != nil {
		return nil, err
	}
	out := Protocol200JSONResponse{Plan: string(in.Plan)}
	for _, name := range slices.Sorted(maps.Keys(in.Files)) {
		out.Files = append(out.Files, PlanFile{Name: name, Text: string(in.Files[name])})
	}
	return out, nil
}

// Histories implements StrictServerInterface.
func (a *api) Histories(ctx context.Context, r HistoriesRequestObject) (HistoriesResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	var d decoder
	q := trial.HistoriesRequest{
		Trial: id, Site: uint8(r.Body.Site), Time: d.seconds("time", r.Body.Time), Signature: d.signature("signature", r.Body.Signature),
	}
	for _, tag := range r.Body.Participants {
		q.Participants = append(q.Participants, d.element("participants", tag))
	}
	if d.err != nil {
		return nil, d.err
	}
	found, err := trials.Histories(ctx, &q)
	if err != nil {
		return nil, err
	}
	return Histories200JSONResponse{Histories: all(found, field.Text)}, nil
}

// Submit implements StrictServerInterface.
func (a *api) Submit(ctx context.Context, r SubmitRequestObject) (SubmitResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	var s trial.Submission
	if err := jsonv2.Unmarshal(*r.Body, &s); err != nil {
		_, reason, _ := strings.Cut(err.Error(), trial.ErrSubmission.Error()+": ")
		return nil, invalid("%.160s", reason)
	}
	if s.Trial != id {
		return nil, invalid("the events are of another trial")
	}
	if err := trials.Submit(ctx, &s); err != nil {
		return nil, err
	}
	o, err := trials.Outcome(ctx, id, s.ID())
	if err != nil {
		return nil, err
	}
	return Submit202JSONResponse(submissionState(s.ID(), o)), nil
}

func submissionState(id string, o trial.Outcome) SubmissionState {
	out := SubmissionState{Submission: id, State: SubmissionStateState(o.State), Reason: o.Reason}
	if b := o.Batch; b != nil {
		out.Batch, out.Flag, out.Transaction, out.Deviations = int64(b.Number), b.Flag, b.Transaction, Counters{}
		for name, n := range o.Deviations {
			out.Deviations[name] = int64(n)
		}
	}
	return out
}

// Submission implements StrictServerInterface.
func (a *api) Submission(ctx context.Context, r SubmissionRequestObject) (SubmissionResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	o, err := trials.Outcome(ctx, id, r.Submission)
	if err == nil && o.State == trial.Unknown {
		err = refuse(codeNotFound, "")
	}
	if err != nil {
		return nil, err
	}
	return Submission200JSONResponse(submissionState(r.Submission, o)), nil
}

// LiftFlag implements StrictServerInterface.
func (a *api) LiftFlag(ctx context.Context, r LiftFlagRequestObject) (LiftFlagResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	tx, err := trials.Lift(ctx, id, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	return LiftFlag200JSONResponse{Transaction: tx}, nil
}

// Opening implements StrictServerInterface.
func (a *api) Opening(ctx context.Context, r OpeningRequestObject) (OpeningResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	return opening(trials.OpeningOf(ctx, id, exchangeOf(ctx).caller.Patient))
}

// OpeningOf implements StrictServerInterface.
func (a *api) OpeningOf(ctx context.Context, r OpeningOfRequestObject) (OpeningOfResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	var d decoder
	tag := d.element("participant", r.Body.Participant)
	if d.err != nil {
		return nil, d.err
	}
	return opening(trials.Opening(ctx, id, tag))
}

func opening(o *trial.Opening, err error) (file, error) {
	if errors.Is(err, rollup.ErrUnknown) {
		err = refuse(codeNotFound, "")
	}
	if err != nil {
		return file{}, err
	}
	data, err := jsonv2.Marshal(o)
	return file{mediaJSON, data}, err
}

// Claim implements StrictServerInterface.
func (a *api) Claim(ctx context.Context, r ClaimRequestObject) (ClaimResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	c, err := claimOf(*r.Body)
	if err != nil {
		return nil, err
	}
	tx, err := trials.Claim(ctx, id, c)
	if err != nil {
		return nil, err
	}
	return Claim200JSONResponse{Transaction: tx}, nil
}

func claimOf(b TrialClaim) (c trial.Claim, err error) {
	proof, err := circuits.ParseProof(b.Proof)
	if err != nil {
		return c, invalid("proof: %.160s", err)
	}
	nullifier, ok := proof.Public["nullifier"]
	recipient, err := hex.DecodeString(b.Recipient)
	if err != nil || !ok {
		return c, invalid("proof: it is no claim's")
	}
	return trial.Claim{
		Batches: uint16(b.Batches), Visit: uint16(b.Visit), Nullifier: nullifier, Recipient: [20]byte(recipient), Fee: wei(b.Fee), Proof: proof,
	}, nil
}

// CloseTrial implements StrictServerInterface.
func (a *api) CloseTrial(ctx context.Context, r CloseTrialRequestObject) (CloseTrialResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err == nil {
		err = trials.Close(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	s, err := a.status(ctx, r.Trial)
	if err != nil {
		return nil, err
	}
	return CloseTrial202JSONResponse(s), nil
}

// PublishTrial implements StrictServerInterface.
func (a *api) PublishTrial(ctx context.Context, r PublishTrialRequestObject) (PublishTrialResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	tx, err := trials.Publish(ctx, id)
	if err != nil {
		return nil, err
	}
	return PublishTrial200JSONResponse{Transaction: tx}, nil
}

// Results implements StrictServerInterface.
func (a *api) Results(ctx context.Context, r ResultsRequestObject) (ResultsResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	document, err := trials.Results(ctx, id)
	if err != nil {
		return nil, err
	}
	return file{mediaJSON, document}, nil
}

// Archive implements StrictServerInterface.
func (a *api) Archive(ctx context.Context, r ArchiveRequestObject) (ArchiveResponseObject, error) {
	trials, id, err := a.trial(r.Trial)
	if err != nil {
		return nil, err
	}
	if sees := exchangeOf(ctx).caller.may([]Role{RoleBoard, RoleRegulator, RoleOperator}); !sees {
		if s, err := trials.Status(ctx, id); err != nil || !s.Closed {
			return nil, errors.Join(err, trial.ErrNotClosed)
		}
	}
	archive, err := trials.Archive(ctx, id)
	if err != nil {
		return nil, err
	}
	data, err := archive.Tar()
	return file{mediaBytes, data}, err
}

// VisitArchiveResponse implements ArchiveResponseObject.
func (f file) VisitArchiveResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitOpeningResponse implements OpeningResponseObject.
func (f file) VisitOpeningResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitOpeningOfResponse implements OpeningOfResponseObject.
func (f file) VisitOpeningOfResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitResultsResponse implements ResultsResponseObject.
func (f file) VisitResultsResponse(w http.ResponseWriter) error { return f.write(w) }
