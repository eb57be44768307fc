package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"lethe/anchor"
	"lethe/circuits/enrolment"
	rollup "lethe/circuits/trial"
	"lethe/circuits/visits"
	"lethe/vault"
	"lethe/vault/fhir"
	"lethe/vault/trial"
)

// typePrefix comes before a problem's name. A name is never reused.
const typePrefix = "urn:lethe:problem:"

const mediaProblem = "application/problem+json"

// Names of what the front door itself refuses; the others are vault.Code's.
const (
	codeInternal       = "internal-error"
	codeInvalid        = "invalid-request"
	codeNotFound       = "not-found"
	codeRange          = "bad-range"
	codeSignature      = "bad-signature"
	codeMethod         = "method-not-allowed"
	codeMedia          = "media-type-not-supported"
	codeTooLarge       = "body-too-large"
	codeUploadTooLarge = "upload-too-large"
	codeBusy           = "too-many-requests"
	codeCredentials    = "credentials-invalid"
	codeRole           = "role-missing"
	codePossession     = "possession-not-proven"
	codeReplayed       = "possession-replayed"
	codeSelfApproval   = "self-approval"
	codeNotCertified   = "not-certified"
	codeInterrupted    = "interrupted"
	codeChain          = "chain-unavailable"
	codeBroken         = "document-broken"
	codeDocumentSize   = "document-too-big"
	codeNotFHIR        = "document-not-fhir"
	codeBundleType     = "bundle-type"
	codeTwoPatients    = "two-patients"
	codeNoTrials       = "no-trials"
	codeTrialSetup     = "trials-not-set-up"
	codeTrialExists    = "trial-exists"
	codePlan           = "plan-refused"
	codeEvents         = "events-refused"
	codePaused         = "enrolment-paused"
	codeTrialClosed    = "trial-closed"
	codeTrialOpen      = "trial-not-closed"
	codeContract       = "contract-refused"
	codeDiverged       = "trial-diverged"
	codeWaiting        = "events-waiting"
)

// problem is how a kind of error is answered.
type problem struct {
	status int
	title  string
	hint   string
	tell   bool // the error's text is the service's own, and says what to change
}

// problems has a row for every name there is (a test holds it against vault's table).
//
// A proof that does not entitle is 403, like a signature that does not verify: the request was well formed, and nothing the
// caller fetches again makes it right. What was right once, and can be again, is 409.
var problems = map[string]problem{
	codeInternal:       {500, "internal error", "give the operator the instance", false},
	codeInvalid:        {400, "the request is malformed", "", true},
	codeNotFound:       {404, "there is no such thing", "", false},
	codeMethod:         {405, "there is no such method here", "", false},
	codeMedia:          {415, "the body is of another kind than is taken", "", true},
	codeTooLarge:       {413, "the body is too large", "", true},
	codeUploadTooLarge: {413, "the document is too large for an upload", "take it in at the machine: lethe import FILE", true},
	codeBusy:           {429, "too many requests at a time", "try again after Retry-After", false},
	codeCredentials:    {401, "no valid credentials", "get a token of the issuer, and send it as Authorization: Bearer", true},
	codeRole:           {403, "the caller's role does not allow this", "the description lists the roles of each operation", false},
	codePossession:     {401, "the DPoP header does not prove possession of the key", "see RFC 9449, section 4.2", true},
	codeReplayed:       {401, "the DPoP proof was used before", "sign a new one for each request", false},
	codeSelfApproval:   {403, "an erasure needs two persons", "name who approved it: somebody else than who filed it", false},
	codeNotCertified:   {409, "the erasure is not certified yet", "ask again later", false},
	codeInterrupted:    {503, "the request was interrupted", "try again", false},
	codeChain:          {503, "the chain does not answer", "try again later", false},
	codeBroken:         {422, "the document is not strict JSON", "", true},
	codeDocumentSize:   {413, "the document is beyond a limit", "the limits are in the service's configuration", true},
	codeNotFHIR:        {422, "the document is not FHIR R4", "another file is application/octet-stream, with type and patient", true},
	codeBundleType:     {422, "the bundle is neither a transaction nor a collection", "", true},
	codeTwoPatients:    {422, "the document is about more than one patient", "split it: one patient each", true},

	codeNoTrials:    {501, "no trials are run here", "ask the process that runs them", false},
	codeTrialSetup:  {501, "there are no contracts of trials yet", "`lethe trial setup` puts them on the chain", false},
	codeTrialExists: {409, "the name is taken", "a trial's name is its id: another one needs another name", true},
	codePlan:        {422, "the plan is refused", "", true},
	codeEvents:      {422, "the events are refused", "nothing was taken in", true},
	codePaused:      {409, "enrolment is paused until the board lifts the flag", "", false},
	codeTrialClosed: {409, "the trial is closed", "", false},
	codeTrialOpen:   {409, "the trial is not closed yet", "", false},
	codeWaiting:     {409, "events wait to be proven", "ask again when the trial's status says that none do; it says what they wait for, such as funds", false},
	codeContract:    {409, "the contract refuses it", "", true},
	codeDiverged:    {409, "the contract has another state of the trial than its record", "the operator must look at this", false},

	"erased":                  {410, "erased: the key that could open it was destroyed", "its certificate says when", false},
	"erasing":                 {409, "an erasure of this patient is under way", "wait until it is certified", false},
	"quarantined":             {503, "a store seems to have been put back; nothing is decrypted until that is settled", "", false},
	"identifier-held":         {409, "an identifier is held by another patient", "compare the two patients", false},
	"no-patient":              {422, "the document names no patient who is known", "name the patient", false},
	"source-changed":          {409, "the document changed while it was read", "send it again", false},
	codeRange:                 {416, "not one range of bytes, or outside the record", "one range is such as bytes=0-1023", false},
	"conflict":                {409, "another change came first, or the place is taken", "fetch what is there and try again", false},
	"not-logged":              {409, "it is not in a checkpoint of the log yet", "ask again in a minute", false},
	"no-proving":              {501, "nobody can read by proof here", "read as a known caller", false},
	"already-bound":           {409, "a key is bound to the patient", "that key must sign for the new one, or the registrar for a recovery", false},
	"unbound":                 {409, "the patient is not bound to a key", "the registration authority binds patients", false},
	codeSignature:             {403, "a signature does not verify, or is not of who must sign", "", true},
	"anonymity-set-too-small": {409, "too few providers are covered for one of them to be anonymous", identifiedRoute, true},
	"challenge-used":          {409, "the challenge has been used", "ask for another one and prove again", false},
	"challenge-invalid":       {403, "the challenge is none of ours, has expired, or is for another key", "ask for another one", false},
	"challenge-differs":       {403, "the proof is for another challenge", "", false},
	"pseudonym-used":          {409, "this read of the epoch has been used", "prove with another read of the epoch", false},
	"escrow-differs":          {403, "the escrow is not the one that the proof is about", "", false},
	"auditor-differs":         {403, "the escrow is for another auditor", "the network's description has the auditor's key", false},
	"service-differs":         {403, "the proof is for another service", "", false},
	"scope-differs":           {403, "the proof is for another scope", "", false},
	"purpose-differs":         {403, "the proof is for another purpose", "", false},
	"basis-differs":           {403, "the proof is for another basis", "", false},
	"custody-differs":         {403, "the proof says that somebody else holds the patient's key", "", false},
	"time-differs":            {403, "the proof is for another time", "", false},
	"epoch-differs":           {403, "the proof is for another epoch", "", false},
	"reads-differ":            {403, "the proof is for another number of reads", "", false},
	"subject-differs":         {403, "the proof is about another subject", "", false},
	"root-unknown":            {403, "the proof is about a tree that was never published here", "", false},
	"root-stale":              {409, "the proof is about a version of a tree that is too old", proveAgain, false},
	"accreditation-ended":     {409, "the proof is about a time before an accreditation ended", proveAgain, false},
	"grant-withdrawn":         {409, "the grant was withdrawn", "with another grant: " + proveAgain, false},
	"grant-expired":           {409, "the grant that covered this is over, or has not begun", identifiedRoute, false},
	"grant-not-published":     {409, "the grant that covers this waits for the tree's next version", "wait for it, and ask again", false},
	"not-granted":             {409, "no grant of this patient covers what is asked", identifiedRoute, false},
	"proof-invalid":           {403, "the proof does not verify", "", false},
	"token-invalid":           {401, "the token is none, has ended, or is bound to another key", "prove again", false},
	"key-missing":             {500, "a key is missing", "the operator must look at this", false},
	"tampered":                {500, "what is stored was altered", "the operator must look at this", false},
	"key-store-unavailable":   {503, "the key store does not answer", "try again later", false},
	"store-unavailable":       {503, "a store does not answer", "try again later; whether a change took effect is not known", false},
}

const (
	proveAgain      = "fetch what has changed of the trees and prove again"
	identifiedRoute = "read as a known caller: GET /v1/records/{record}/content with Authorization: Bearer; care is not refused"
)

// refusal is an error that has a name of its own, and perhaps headers.
type refusal struct {
	code, detail string
	header       http.Header
}

func (r *refusal) Error() string {
	return strings.TrimSuffix(problems[r.code].title+": "+r.detail, ": ")
}

func refuse(code, detail string, args ...any) *refusal {
	return &refusal{code: code, detail: fmt.Sprintf(detail, args...)}
}

func invalid(detail string, args ...any) *refusal { return refuse(codeInvalid, detail, args...) }

func (r *refusal) with(name, value string) *refusal {
	r.header = http.Header{name: {value}}
	return r
}

// outside are errors of packages below the vault, and of the library, that have names.
var outside = []struct {
	err  error
	code string
}{
	{fhir.ErrBroken, codeBroken},
	{fhir.ErrTooBig, codeDocumentSize},
	{fhir.ErrNotFHIR, codeNotFHIR},
	{fhir.ErrBundleType, codeBundleType},
	{fhir.ErrTwoPatients, codeTwoPatients},
	{trial.ErrNoTrial, codeNotFound},
	{trial.ErrNoSetup, codeTrialSetup},
	{trial.ErrExists, codeTrialExists},
	{trial.ErrPlan, codePlan},
	{trial.ErrPaused, codePaused},
	{trial.ErrClosed, codeTrialClosed},
	{trial.ErrWaiting, codeWaiting},
	{trial.ErrNotClosed, codeTrialOpen},
	{trial.ErrRefused, codeContract},
	{trial.ErrDiverged, codeDiverged},
	{trial.ErrSubmission, codeEvents},
	{trial.ErrTooMany, codeEvents},
	{trial.ErrRepeated, codeEvents},
	{rollup.ErrEnrolled, codeEvents},
	{rollup.ErrUnknown, codeEvents},
	{rollup.ErrWithdrawn, codeEvents},
	{rollup.ErrFuture, codeEvents},
	{rollup.ErrNotInForce, codeEvents},
	{rollup.ErrFull, codeEvents},
	{rollup.ErrNoSite, codeEvents},
	{rollup.ErrNotSigned, codeEvents},
	{rollup.ErrInvalid, codeEvents},
	{enrolment.ErrNotGranted, codeEvents},
	{enrolment.ErrNotEligible, codeEvents},
	{visits.ErrGrants, codeEvents},
	{trial.ErrBusy, codeBusy},
	{anchor.ErrUnreachable, codeChain},
	{context.Canceled, codeInterrupted},
	{context.DeadlineExceeded, codeInterrupted},
}

// codeOf is an error's name.
func codeOf(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.code
	}
	if code := vault.Code(err); code != codeInternal {
		return code
	}
	for _, o := range outside {
		if errors.Is(err, o.err) {
			return o.code
		}
	}
	return codeInternal
}

// problemOf is the document for an error. What is not known to be the service's own words stays out of it.
func problemOf(err error) Problem {
	code := codeOf(err)
	row, ok := problems[code]
	if !ok {
		code, row = codeInternal, problems[codeInternal]
	}
	p := Problem{Type: typePrefix + code, Title: row.title, Status: row.status, Hint: row.hint}
	var r *refusal
	switch {
	case errors.As(err, &r):
		p.Detail = r.detail
	case row.tell:
		p.Detail = strings.TrimPrefix(err.Error(), row.title+": ")
	}
	return p
}

// headersOf are the headers that come with an error.
func headersOf(err error) http.Header {
	h := http.Header{}
	var r *refusal
	if errors.As(err, &r) && r.header != nil {
		h = r.header.Clone()
	}
	switch codeOf(err) {
	case codeCredentials:
		h["Www-Authenticate"] = []string{"Bearer", `DPoP algs="ES256 EdDSA"`}
	case codePossession, codeReplayed:
		h.Set("WWW-Authenticate", `DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"`)
	case "token-invalid":
		h.Set("WWW-Authenticate", `DPoP error="invalid_token", algs="ES256 EdDSA"`)
	}
	return h
}

// writeProblem writes a problem document. It fails where the caller has gone, which concerns nobody else.
func writeProblem(w http.ResponseWriter, p Problem, h http.Header) {
	for name, values := range h {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", mediaProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// Error is the problem in one line, so that a client's errors are problems. Code names it.
func (p *Problem) Error() string {
	return strings.TrimSuffix(p.Title+": "+p.Detail, ": ")
}

// Code is the problem's name, such as "erased".
func (p *Problem) Code() string { return strings.TrimPrefix(p.Type, typePrefix) }
