package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/fhir"
	"lethe/vault/registry"
)

const (
	origin  = "https://vault.example.org"
	patient = "0123456789abcdef0123456789abcdef"
	other   = "ffffffffffffffffffffffffffffffff"
	record  = "01890a5d-ac96-774b-bcce-b302099a8057"
	another = "01890a5d-ac96-774b-bcce-b302099a8058"
)

var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// fake is a service that answers every call with something well formed, or with the error that it was told.
type fake struct {
	held   int // how often it was asked whether a token is one
	mu     sync.Mutex
	calls  []string
	access []vault.Access
	err    error
	panics bool

	content   content
	importing func(vault.Import) (vault.Imported, error)
	cases     []vault.CaseInfo
	erase     vault.EraseRequest
	grant     vault.GrantGiven
	bound     vault.Binding
	shown     vault.Presentation
	key       string
	records   []vault.RecordInfo
}

func (f *fake) call(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, name)
	if f.panics {
		panic("a canary")
	}
	return f.err
}

func (f *fake) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

func (f *fake) TreeVersion(k registry.Kind) (vault.TreeVersion, error) {
	return vault.TreeVersion{Kind: k, Version: 7, Floor: 3, Root: field.Uint64(9), Published: now, Note: []byte("a note\n")},
		f.call("TreeVersion")
}

func (f *fake) Delta(context.Context, registry.Kind, uint64) ([]byte, error) {
	return []byte("lethe registry v1\n"), f.call("Delta")
}

func (f *fake) Accredit(_ context.Context, k registry.Kind, _ vault.Accreditation) (vault.TreeVersion, error) {
	return vault.TreeVersion{Kind: k, Version: 8, Root: field.Uint64(9), Published: now}, f.call("Accredit")
}

func (f *fake) Bind(_ context.Context, b vault.Binding) (vault.Bound, error) {
	f.bound = b
	return vault.Bound{Patient: b.Patient, Handle: b.Subject.Handle(), Receipt: "binding-" + b.Patient}, f.call("Bind")
}

func (f *fake) ReservePlace(context.Context) (uint32, error) { return 17, f.call("ReservePlace") }

func (f *fake) Give(_ context.Context, g vault.GrantGiven) (vault.GrantInfo, error) {
	f.grant = g
	return vault.GrantInfo{Grant: g.Grant, Leaf: g.Grant.Leaf(), Given: now}, f.call("Give")
}

func (f *fake) Withdraw(_ context.Context, w vault.Withdrawal) (vault.Withdrawn, error) {
	return vault.Withdrawn{Index: w.Index, At: now, EffectiveElsewhere: now.Add(time.Hour), Receipt: "grant-17"}, f.call("Withdraw")
}

func (f *fake) Grants(context.Context, string) ([]vault.GrantInfo, error) {
	g := identity.Grant{Scope: 3, Purpose: 1, From: 1, Until: 2, Basis: identity.BasisCare, Role: identity.Registrar, Index: 17}
	return []vault.GrantInfo{{Grant: g, Given: now, Withdrawn: now}}, f.call("Grants")
}

func (f *fake) Inbox(context.Context, field.Element, int64) ([][]byte, int64, error) {
	return [][]byte{[]byte("a note")}, 4, f.call("Inbox")
}

func (f *fake) Challenge(_ context.Context, r vault.ChallengeRequest) (vault.Challenge, error) {
	f.key = r.Key
	return vault.Challenge{
		ID: "an-id", Challenge: field.Uint64(5), Request: identity.Request{Scope: 1, Basis: r.Basis, Custody: identity.Own},
		Auditor: auditor.Public(),
		Expires: now.Add(time.Minute), AnonymitySet: 12,
	}, f.call("Challenge")
}

func (f *fake) Authorize(_ context.Context, p vault.Presentation, key string) (vault.Token, error) {
	f.shown, f.key = p, key
	return vault.Token{Secret: "a-secret", Expires: now.Add(5 * time.Minute), Scope: []string{"care", "billing"}},
		f.call("Authorize")
}

func (f *fake) Holds(_ context.Context, token, key string) error {
	f.key = key
	f.held++
	if token != "a-secret" {
		return vault.ErrToken
	}
	return nil
}

func (f *fake) AuthorizedRead(_ context.Context, token, key, _ string) (content, error) {
	f.key = key
	if err := f.call("AuthorizedRead"); err != nil || token != "a-secret" {
		return nil, errors.Join(err, vault.ErrToken)
	}
	return f.content, nil
}

func (f *fake) AuthorizedRecords(_ context.Context, token, key, _ string) ([]vault.RecordInfo, error) {
	f.key = key
	if token != "a-secret" {
		return nil, vault.ErrToken
	}
	return f.records, f.call("AuthorizedRecords")
}

func (f *fake) Patients(context.Context) ([]vault.PatientInfo, error) {
	return []vault.PatientInfo{{ID: patient, Records: 2}, {ID: other, Records: 1}}, f.call("Patients")
}

func (f *fake) FindPatient(context.Context, fhir.Identifier) (string, error) {
	return patient, f.call("FindPatient")
}

func (f *fake) Records(context.Context, string) ([]vault.RecordInfo, error) {
	return f.records, f.call("Records")
}

func (f *fake) Bundles(context.Context, string) ([]vault.BundleInfo, error) {
	return []vault.BundleInfo{{ID: record, Size: 3}}, f.call("Bundles")
}

func (f *fake) Read(_ context.Context, _ string, who vault.Access) (content, error) {
	f.access = append(f.access, who)
	if err := f.call("Read"); err != nil {
		return nil, err
	}
	return f.content, nil
}

func (f *fake) Import(_ context.Context, in vault.Import) (vault.Imported, error) {
	if err := f.call("Import"); err != nil || f.importing == nil {
		return vault.Imported{Patient: patient, NewPatient: true, Bundle: record, Records: 2, Objects: 1, Bytes: 9}, err
	}
	return f.importing(in)
}

func (f *fake) Receipt(_ context.Context, _ string, who vault.Access) (anchor.Receipt, error) {
	f.access = append(f.access, who)
	return testReceipt(), f.call("Receipt")
}

func (f *fake) AccessLog(context.Context, string) ([]vault.DisclosureInfo, error) {
	packed, err := identity.Request{Scope: 1, Basis: identity.BasisLaw, Custody: identity.Custodial}.Pack()
	return []vault.DisclosureInfo{
		{ID: record, At: now, Actor: "records: r. ecords", Purpose: "TREAT", Record: another},
		{ID: another, At: now, Actor: "a provider", Purpose: "TREAT", Evidence: &vault.Evidence{
			Proof:     []byte("{}"),
			Challenge: field.Text(field.Uint64(5)), Request: field.Text(packed), Escrow: []byte("escrow"),
			Auditor: auditor.Public().Bytes(),
		}},
	}, errors.Join(err, f.call("AccessLog"))
}

func (f *fake) Preview(_ context.Context, r vault.EraseRequest) (vault.Preview, error) {
	f.erase = r
	return vault.Preview{Patient: r.Patient, Parts: []vault.PartPreview{{Compartment: "care", Action: "erase", Records: 1}}},
		f.call("Preview")
}

func (f *fake) Approve(_ context.Context, r vault.EraseRequest) (string, error) {
	f.erase = r
	return record, f.call("Approve")
}

func (f *fake) Cases(context.Context) ([]vault.CaseInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, "Cases")
	return f.cases, nil
}

// text is a record's content.
type textContent struct{ *strings.Reader }

func (textContent) Close() error { return nil }

func contentOf(s string) content { return textContent{strings.NewReader(s)} }

// front is a front door with a fake behind it.
type front struct {
	*api
	fake   *fake
	trials *fakeTrials
	issuer *DevIssuer
	log    *bytes.Buffer
}

var (
	auditor     = mustKey()
	accreditKey = mustNoteKey()
)

func mustKey() *identity.SigningKey {
	k, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func mustNoteKey() string {
	_, verifier, err := note.GenerateKey(rand.Reader, "accreditor.example.org")
	if err != nil {
		panic(err)
	}
	return verifier
}

// configured is a complete configuration, but for the service.
func configured(t testing.TB) Config {
	t.Helper()
	issuer, err := NewDevIssuer(bytes.Repeat([]byte{7}, 32), "vault.example.org", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	accreditor, err := note.NewVerifier(accreditKey)
	if err != nil {
		t.Fatal(err)
	}
	manifest := circuits.Manifest{
		Statement: "authorization", Version: 1, Setup: circuits.Development, Constraints: 1, PublicInputs: []string{"root"},
		R1CS: circuits.Hash{1}, ProvingKey: circuits.Hash{2}, VerifyingKey: circuits.Hash{3},
	}
	return Config{
		Service: new(vault.Service), URL: origin, Issuer: issuer, Accreditor: accreditKey, Version: "test",
		Network: anchor.Network{Origin: "log"},
		Proving: &vault.Proving{
			Service: "vault.example.org", Accreditor: accreditor, Auditor: auditor.Public(), Classes: []string{"care", "billing"},
			Epoch: time.Hour, Reads: 4, MaxRootAge: time.Hour, PublishEvery: time.Minute, Threshold: 3,
		},
		Statements: []circuits.Manifest{manifest},
		Artifacts: fstest.MapFS{
			circuits.Hash{2}.String(): {Data: []byte("a proving key")}, circuits.Hash{9}.String(): {Data: []byte("no manifest's")},
		},
		Certificates: func(context.Context, string) ([]byte, error) { return []byte("{\"certificate\": 1}\n"), nil },
		Now:          func() time.Time { return now },
	}
}

func newFront(t testing.TB, change ...func(*Config)) *front {
	t.Helper()
	cfg := configured(t)
	f := &front{log: new(bytes.Buffer), issuer: cfg.Issuer.(*DevIssuer)}
	cfg.Logger = slog.New(slog.NewJSONHandler(f.log, nil))
	for _, c := range change {
		c(&cfg)
	}
	f.fake = &fake{
		content: contentOf("0123456789"), records: []vault.RecordInfo{{ID: record, Type: "Patient", Compartment: "identity", Size: 10}},
		cases: []vault.CaseInfo{{Case: record, Patient: patient, Opened: now, State: "certified", Certificate: "somewhere"}},
	}
	f.trials = &fakeTrials{of: f}
	cfg.Trials = f.trials
	if err := cfg.check(); err != nil {
		t.Fatal(err)
	}
	var err error
	if f.api, err = newAPI(cfg, f.fake); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *front) token(t testing.TB, who Caller) string {
	t.Helper()
	token, err := f.issuer.Issue(who, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (f *front) as(t testing.TB, role Role) string {
	who := Caller{Role: role, Subject: "somebody"}
	if role == RolePatient {
		who.Patient = patient
	}
	return "Bearer " + f.token(t, who)
}

// do serves a request and holds the answer to the description.
func (f *front) do(t testing.TB, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	checkAnswer(t, f, r, w)
	return w
}

// checkAnswer holds an answer to the description: its status, media type and members.
func checkAnswer(t testing.TB, f *front, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code >= 400 && w.Header().Get("Content-Type") != mediaJSON {
		if w.Header().Get("Content-Type") != mediaProblem || problemIn(t, w).Status != w.Code {
			t.Errorf("%s %s: %d without a problem document: %s", r.Method, r.URL.Path, w.Code, w.Body)
		}
	}
	op := f.operationOf(r)
	if op == nil {
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: r, Route: &op.route}
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		t.Errorf("%s: the answer is not as the description has it: %v", op.id, err)
	}
}

// operationOf finds the operation of a request by trying all.
func (f *front) operationOf(r *http.Request) *operation {
	for key, op := range f.operations {
		method, template, _ := strings.Cut(key, " ")
		if method == r.Method && matches(template, r.URL.Path) {
			return op
		}
	}
	return nil
}

func matches(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}

func problemIn(t testing.TB, w *httptest.ResponseRecorder) *Problem {
	t.Helper()
	p := new(Problem)
	if err := json.Unmarshal(w.Body.Bytes(), p); err != nil {
		t.Fatalf("not a problem document: %s", w.Body)
	}
	return p
}

// refused wants a refusal by name, and that the service was not asked.
func (f *front) refused(t testing.TB, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	if w.Code != status || problemIn(t, w).Code() != code {
		t.Errorf("%d %s, want %d %s", w.Code, w.Body, status, code)
	}
	if calls := f.fake.called(); len(calls) > 0 {
		t.Errorf("the service was asked: %v", calls)
	}
}

// body is JSON as a request has it.
func jsonBody(v any) io.Reader {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return bytes.NewReader(b)
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func testReceipt() anchor.Receipt { return receiptOnce() }

var receiptOnce = sync.OnceValue(makeReceipt)
