package api

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	jsonv2 "github.com/go-json-experiment/json"

	"lethe/circuits"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/offchain"
	"lethe/vault/trial"
)

var trialOfTests = field.Uint64(21)

func ofTrial(rest string) string { return "/trials/" + field.Text(trialOfTests) + rest }

func planBody() any {
	return TrialPlan{Plan: "format: lethe/trial/v1\n", Files: []PlanFile{{Name: "criteria.yaml", Text: "for: NCT1\n"}}}
}

// signedEvents are a site's.
func signedEvents(of field.Element) *trial.Submission {
	event := rollup.Event{Kind: rollup.Visit, Tag: field.Uint64(5), When: 1_900_000_000, Entry: field.Uint64(6)}
	s, err := trial.Sign(of, 0, map[field.Element]field.Element{event.Tag: field.Uint64(7)}, []trial.Report{{Event: event}}, mustKey())
	if err != nil {
		panic(err)
	}
	return s
}

func jsonOf(v any) json.RawMessage {
	data, err := jsonv2.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

func submissionBody() any { return jsonOf(signedEvents(trialOfTests)) }

func claimProof(names ...string) json.RawMessage {
	p := &circuits.Proof{Statement: "compensation", Version: 1, VerifyingKey: circuits.Hash{1}, Public: map[string]field.Element{}}
	for i, name := range names {
		p.Public[name] = field.Uint64(uint64(i))
	}
	_, _, p.A, p.B = bn254.Generators()
	p.C = p.A
	data, err := p.Marshal()
	if err != nil {
		panic(err)
	}
	return data
}

func historiesBody() any {
	return HistoriesRequest{Site: 1, Time: now, Participants: []string{field.Text(field.Uint64(5))}, Signature: signature()}
}

func claimBody() any {
	return TrialClaim{Batches: 3, Visit: 1, Recipient: strings.Repeat("1f", 20), Fee: "10", Proof: claimProof("trial", "nullifier")}
}

// fakeTrials answers every call with something well formed, or with the error that its front door's fake was told.
type fakeTrials struct {
	of    *front
	claim trial.Claim
	asked trial.Amendment
	tag   field.Element
	who   string
	open  bool // the trial is not closed
}

var _ Trials = (*fakeTrials)(nil)

func (f *fakeTrials) call(name string) error { return f.of.fake.call(name) }

func (f *fakeTrials) Create(_ context.Context, a trial.Amendment, _ bool) (trial.Made, error) {
	f.asked = a
	return trial.Made{Trial: trialOfTests, Transaction: "0xaa"}, f.call("Create")
}

func (f *fakeTrials) Consent(context.Context, field.Element, trial.Amendment) (trial.Made, error) {
	return trial.Made{Trial: trialOfTests}, f.call("Consent")
}

func (f *fakeTrials) Amend(context.Context, field.Element, trial.Amendment) (trial.Made, error) {
	return trial.Made{Trial: trialOfTests}, f.call("Amend")
}

func (f *fakeTrials) Fund(context.Context, field.Element, *big.Int) (string, error) {
	return "0xaa", f.call("Fund")
}

func (f *fakeTrials) Status(context.Context, field.Element) (trial.Status, error) {
	s := rollup.State{Participants: 9, Batches: 4}
	s.Deviations = rollup.DeviationsOf([]uint32{1, 2, 3, 4, 5, 6, 7})
	return trial.Status{Name: "NCT1", State: s, Agrees: true, Doing: "proving", Trouble: canary, Closed: !f.open}, f.call("Status")
}

func (f *fakeTrials) Protocol(context.Context, field.Element) (trial.Amendment, error) {
	return trial.Amendment{Plan: []byte("a plan"), Files: map[string][]byte{"a": []byte("b")}}, f.call("Protocol")
}

func (f *fakeTrials) Histories(_ context.Context, q *trial.HistoriesRequest) ([]field.Element, error) {
	return q.Participants, f.call("Histories")
}

func (f *fakeTrials) Submit(context.Context, *trial.Submission) error { return f.call("Submit") }

func (f *fakeTrials) Outcome(_ context.Context, _ field.Element, id string) (trial.Outcome, error) {
	if id == other {
		return trial.Outcome{State: trial.Unknown}, nil
	}
	return trial.Outcome{State: trial.Accepted, Batch: &trial.Batch{Number: 4, Flag: true, Transaction: "0xaa"}}, f.call("Outcome")
}

func (f *fakeTrials) Lift(context.Context, field.Element, string) (string, error) {
	return "0xaa", f.call("Lift")
}

func (f *fakeTrials) Opening(_ context.Context, _, tag field.Element) (*trial.Opening, error) {
	f.tag = tag
	return &trial.Opening{}, f.call("Opening")
}

func (f *fakeTrials) OpeningOf(_ context.Context, _ field.Element, patient string) (*trial.Opening, error) {
	f.who = patient
	return &trial.Opening{}, f.call("OpeningOf")
}

func (f *fakeTrials) Claim(_ context.Context, _ field.Element, c trial.Claim) (string, error) {
	f.claim = c
	return "0xaa", f.call("Claim")
}

func (f *fakeTrials) Close(context.Context, field.Element) error { return f.call("Close") }

func (f *fakeTrials) Publish(context.Context, field.Element) (string, error) {
	return "0xaa", f.call("Publish")
}

func (f *fakeTrials) Results(context.Context, field.Element) ([]byte, error) {
	return []byte(`{"format":"lethe/trial-results/v1"}`), f.call("Results")
}

func (f *fakeTrials) Archive(context.Context, field.Element) (trial.Archive, error) {
	return trial.Archive{"README.md": []byte("what this is")}, f.call("Archive")
}

// TestCountersAreForTheBoardAndTheRegulator: while a trial runs, sites and the sponsor see that it moves, and not where to.
func TestCountersAreForTheBoardAndTheRegulator(t *testing.T) {
	f := newFront(t)
	for role, sees := range map[Role]bool{RoleSite: false, RoleSponsor: false, RoleBoard: true, RoleRegulator: true, RoleOperator: true} {
		r := f.build(t, f.operations["GET /v1/trials/{trial}"])
		r.Header.Set("Authorization", f.as(t, role))
		var s TrialStatus
		if err := json.Unmarshal(f.do(t, r).Body.Bytes(), &s); err != nil || s.Batches != 4 || !s.ChainAgrees {
			t.Fatalf("%s: %+v, %v", role, s, err)
		}
		if (s.Participants == 9) != sees || (s.Deviations[rollup.DeviationNames[2]] == 3) != sees || (len(s.Activity) > 0) != sees {
			t.Errorf("%s sees counters: %+v", role, s)
		}
		if (s.Trouble == canary) != (role == RoleOperator) || s.Trouble == "" {
			t.Errorf("%s sees the trouble %q", role, s.Trouble)
		}
	}
}

// TestTheSponsorHasTheArchiveOnceItIsClosed: it holds counters.
func TestTheSponsorHasTheArchiveOnceItIsClosed(t *testing.T) {
	for role, sees := range map[Role]bool{RoleSponsor: false, RoleRegulator: true} {
		f := newFront(t)
		f.trials.open = true
		r := f.build(t, f.operations["GET /v1/trials/{trial}/archive"])
		r.Header.Set("Authorization", f.as(t, role))
		if w := f.do(t, r); (w.Code == http.StatusOK) != sees {
			t.Errorf("%s: %d", role, w.Code)
		}
	}
}

func TestAPatientIsGivenTheirOwnOpening(t *testing.T) {
	f := newFront(t)
	r := f.authorized(t, f.operations["GET /v1/trials/{trial}/opening"])
	if w := f.do(t, r); w.Code != http.StatusOK || f.trials.who != patient {
		t.Errorf("%d, of %q", w.Code, f.trials.who)
	}
}

func TestAClaimIsReadFromItsProof(t *testing.T) {
	f := newFront(t)
	op := f.operations["POST /v1/trials/{trial}/claims"]
	w := f.do(t, f.build(t, op))
	c := f.trials.claim
	if w.Code != http.StatusOK || c.Nullifier != field.Uint64(1) || c.Recipient[0] != 0x1f || c.Fee.Int64() != 10 || c.Batches != 3 || c.Visit != 1 {
		t.Errorf("%d: %+v", w.Code, c)
	}
	for name, proof := range map[string]json.RawMessage{"no nullifier": claimProof("trial"), "none": json.RawMessage(`{}`)} {
		b := claimBody().(TrialClaim)
		b.Proof = proof
		f.fake.calls = nil
		f.refused(t, f.do(t, sized(f.build(t, op), jsonOf(b))), http.StatusBadRequest, codeInvalid)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func withoutSignature() json.RawMessage {
	s := string(jsonOf(signedEvents(trialOfTests)))
	at := strings.Index(s, `"signature":"`) + len(`"signature":"`)
	return json.RawMessage(s[:at] + strings.Repeat("f", 128) + s[at+128:])
}

func TestThreat50EventsOfAnotherTrialAreRefused(t *testing.T) {
	f := newFront(t)
	op := f.operations["POST /v1/trials/{trial}/submissions"]
	for name, tc := range map[string]struct {
		body   json.RawMessage
		status int
		code   string
	}{
		"another trial": {jsonOf(signedEvents(field.Uint64(22))), http.StatusBadRequest, codeInvalid},
		"no signature":  {withoutSignature(), http.StatusBadRequest, codeInvalid},
	} {
		f.fake.calls = nil
		f.refused(t, f.do(t, sized(f.authorized(t, op), tc.body)), tc.status, tc.code)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// answers holds what comes of a request to a problem's row.
func (f *front) answers(t *testing.T, r *http.Request, code string) {
	t.Helper()
	if w := f.do(t, r); w.Code != problems[code].status || problemIn(t, w).Code() != code {
		t.Errorf("%d %s, want %s", w.Code, w.Body, code)
	}
}

func TestTrialProblemsHaveTheirNames(t *testing.T) {
	for _, tc := range []struct {
		err  error
		code string
	}{
		{trial.ErrPaused, codePaused}, {trial.ErrClosed, codeTrialClosed}, {trial.ErrDiverged, codeDiverged}, {trial.ErrRefused, codeContract},
		{rollup.ErrEnrolled, codeEvents}, {rollup.ErrNotSigned, codeEvents}, {enrolment.ErrNotGranted, codeEvents}, {enrolment.ErrNotEligible, codeEvents}, {offchain.ErrUnavailable, "store-unavailable"},
	} {
		f := newFront(t)
		f.fake.err = errors.Join(errors.New("event 3"), tc.err)
		f.answers(t, f.authorized(t, f.operations["POST /v1/trials/{trial}/submissions"]), tc.code)
	}
	f := newFront(t)
	f.fake.err = rollup.ErrUnknown
	f.answers(t, f.authorized(t, f.operations["GET /v1/trials/{trial}/opening"]), codeNotFound)
	f = newFront(t)
	r := f.authorized(t, f.operations["GET /v1/trials/{trial}/submissions/{submission}"])
	r.URL.Path = strings.Replace(r.URL.Path, patient, other, 1)
	f.refused(t, f.do(t, r), http.StatusNotFound, codeNotFound)
}

// TestWithoutTrials: a process that runs none says so.
func TestWithoutTrials(t *testing.T) {
	each(t, func(t *testing.T, _ *front, op *operation) {
		if !strings.HasPrefix(op.route.Path, "/trials") {
			return
		}
		f := newFront(t)
		f.cfg.Trials = nil
		f.refused(t, f.do(t, f.authorized(t, op)), http.StatusNotImplemented, codeNoTrials)
	})
}
