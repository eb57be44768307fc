package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
)

func TestConfigIsChecked(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"Service":      func(c *Config) { c.Service = nil },
		"URL":          func(c *Config) { c.URL = "vault.example.org" },
		"URL ":         func(c *Config) { c.URL = origin + "/v1" },
		"URL  ":        func(c *Config) { c.URL = "ftp://vault.example.org" },
		"Network":      func(c *Config) { c.Network.Origin = "" },
		"Version":      func(c *Config) { c.Version = "" },
		"Certificates": func(c *Config) { c.Certificates = nil },
		"Issuer":       func(c *Config) { c.Issuer = nil },
		"Artifacts":    func(c *Config) { c.Artifacts = nil },
		"Operator":     func(c *Config) { c.Operator = "a\nb" },
		"Accreditor":   func(c *Config) { c.Accreditor = mustNoteKey() },
		"Accreditor ":  func(c *Config) { c.Accreditor = "nonsense" },
		"Rate":         func(c *Config) { c.Rate = -1 },
		"MaxUpload":    func(c *Config) { c.MaxUpload = -1 },
		"Uploads":      func(c *Config) { c.Uploads = -1 },
	} {
		cfg := configured(t)
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h, err := New(configured(t))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/health", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"version":"test"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestVaultIsTheService(t *testing.T) {
	var c content
	s := vaultService{new(vault.Service)}
	defer func() {
		if recover() == nil && c != nil {
			t.Error("a content that is none")
		}
	}()
	c, _ = opened(nil, vault.ErrErased)
	if c != nil {
		t.Error("a content that is none is not nil")
	}
	if _, err := s.AuthorizedRead(context.Background(), "", "", ""); !errors.Is(err, vault.ErrNoProving) {
		t.Errorf("%v", err)
	}
}

func TestDescriptionIsWhole(t *testing.T) {
	f := newFront(t)
	if len(f.operations) != len(requests) || len(f.operations) != len(mayCall) || !bytes.Contains(Description(),
		[]byte("openapi: 3.0.3")) {
		t.Errorf("%d operations, %d requests, %d rows of roles", len(f.operations), len(requests), len(mayCall))
	}
}

// get decodes what an operation answers to its well formed request.
func get[T any](t *testing.T, f *front, op string) (v T) {
	t.Helper()
	w := f.do(t, f.authorized(t, f.operations[op]))
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code >= 300 {
		t.Fatalf("%d %s %v", w.Code, w.Body, err)
	}
	return v
}

func TestNetworkSaysWhatProversNeed(t *testing.T) {
	n := get[Network](t, newFront(t), "GET /v1/network")
	want := ProvingParameters{
		Service: "vault.example.org", EpochSeconds: 3600, ReadsPerEpoch: 4, MaxRootAgeSeconds: 3600, PublishEverySeconds: 60,
		AnonymityThreshold: 3, Classes: []string{"care", "billing"}, Auditor: hexOf(auditor.Public().Bytes()), Accreditor: accreditKey,
	}
	if got := n.Proving; !slices.Equal(got.Classes, want.Classes) || got.Auditor != want.Auditor ||
		got.Accreditor != want.Accreditor ||
		got.Service != want.Service || got.EpochSeconds != want.EpochSeconds || got.AnonymityThreshold != 3 || got.ReadsPerEpoch != 4 ||
		got.MaxRootAgeSeconds != 3600 || got.PublishEverySeconds != 60 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if s := n.Statements; len(s) != 1 || s[0].ProvingKeySha256 != (circuits.Hash{2}).String() || s[0].Setup != "development" ||
		s[0].ID != "authorization" {
		t.Errorf("%+v", n.Statements)
	}
	none := newFront(t, func(c *Config) { c.Proving = nil })
	if w := none.do(t, none.build(t, none.operations["GET /v1/network"])); strings.Contains(w.Body.String(), "proving\"") {
		t.Errorf("%s", w.Body)
	}
}

func TestArtifactsAreThoseOfManifests(t *testing.T) {
	for hash, want := range map[string]int{
		circuits.Hash{2}.String(): 200, circuits.Hash{3}.String(): 404, circuits.Hash{9}.String(): 404, "manifest.json": 404,
	} {
		f := newFront(t)
		w := f.do(t, httptest.NewRequest(http.MethodGet, basePath+"/artifacts/"+hash, nil))
		if w.Code != want || want == 200 && (w.Body.String() != "a proving key" || w.Header().Get("Content-Length") != "13") {
			t.Errorf("%s: %d %s", hash, w.Code, w.Body)
		}
	}
}

func TestWithoutProvingNobodyGrants(t *testing.T) {
	for _, op := range []string{"POST /v1/grants", "GET /v1/patients/{patient}/grants"} {
		f := newFront(t, func(c *Config) { c.Proving = nil })
		f.refused(t, f.do(t, f.authorized(t, f.operations[op])), http.StatusNotImplemented, "no-proving")
	}
}

func TestGrantArrivesAsItWasSigned(t *testing.T) {
	f := newFront(t)
	got := get[Grant](t, f, "POST /v1/grants")
	want := identity.Grant{
		Grantee: field.Uint64(3), Scope: 1, Purpose: 1, From: uint64(now.Unix()), Until: uint64(now.Add(time.Hour).Unix()),
		Basis: identity.BasisCare,
		Role:  identity.Registrar, Terms: field.Uint64(4), Index: 17, Salt: field.Uint64(5), ViewHash: field.Uint64(6),
	}
	g := f.fake.grant
	if g.Grant != want || g.Patient != patient || g.Signer.Role != identity.Registrar || string(g.Note) != "encrypted" ||
		*g.Inbox != field.Uint64(3) {
		t.Errorf("%+v, want %+v", g, want)
	}
	if got.Leaf != field.Text(want.Leaf()) || got.Basis != BasisCare || got.Purpose != "TREAT" || !got.From.Equal(now) ||
		!got.Withdrawn.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestBindingArrivesAsItWasSigned(t *testing.T) {
	f := newFront(t)
	r := f.build(t, f.operations["POST /v1/bindings"])
	var body Binding
	if err := json.Unmarshal(read(t, r), &body); err != nil {
		t.Fatal(err)
	}
	body.Previous, body.Recovery, body.Custody = body.Signature, true, CustodyCustodial
	b, _ := json.Marshal(body)
	if w := f.do(t, sized(r, b)); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got := f.fake.bound
	if got.Patient != patient || !got.Subject.Key.Equal(auditor.Public()) || got.Subject.Identity != field.Uint64(1) ||
		got.Subject.Salt != field.Uint64(2) || got.Subject.Custody != identity.Custodial || !got.Recovery || got.Previous == nil ||
		hexOf(got.Signature.Bytes()) != body.Signature || got.Registrar.Until != uint64(now.Add(24*time.Hour).Unix()) {
		t.Errorf("%+v", got)
	}
}

func TestDisclosuresShowEvidence(t *testing.T) {
	got := get[[]Disclosure](t, newFront(t), "GET /v1/patients/{patient}/disclosures")
	if len(got) != 2 || got[0].Record != another || got[1].Evidence.Custody != CustodyCustodial ||
		got[1].Evidence.Basis != BasisLaw ||
		string(got[1].Evidence.Escrow) != "escrow" || got[1].Evidence.Auditor != hexOf(auditor.Public().Bytes()) {
		t.Errorf("%+v", got)
	}
}

func TestErasureIsExecutedByWhoAsks(t *testing.T) {
	f := newFront(t)
	got := get[Erasure](t, f, "POST /v1/erasures")
	e := f.fake.erase
	if e.Execute != "officer: somebody" || e.Filed != "privacy desk" || e.Approve != "data protection officer" ||
		!e.At.Equal(now.Add(-time.Hour)) ||
		e.Retain == nil || e.Retain.Law != "AO §147" || !slices.Equal(e.Retain.Items, []string{"billing"}) ||
		!e.Retain.Review.IsZero() {
		t.Errorf("%+v", e)
	}
	if got.ID != record || !got.Certified || got.Existing {
		t.Errorf("%+v", got)
	}
}

// TestRepeatedErasureIsAnsweredTheSame: whoever did not get the first answer asks again, and nothing is started twice.
func TestRepeatedErasureIsAnsweredTheSame(t *testing.T) {
	for _, err := range []error{vault.ErrErasing, vault.ErrErased} {
		f := newFront(t)
		f.fake.err = err
		got := get[Erasure](t, f, "POST /v1/erasures")
		if got.ID != record || !got.Existing {
			t.Errorf("%v: %+v", err, got)
		}
		f.fake.cases = nil
		w := f.do(t, f.authorized(t, f.operations["POST /v1/erasures"]))
		if codeOf(err) != problemIn(t, w).Code() {
			t.Errorf("%v without a case: %s", err, w.Body)
		}
	}
}

func TestRetentionThatIsOverIsRefused(t *testing.T) {
	f := newFront(t)
	body := erasureBody().(ErasureRequest)
	body.Retain.Until = now
	b, _ := json.Marshal(body)
	r := f.authorized(t, f.operations["POST /v1/erasures"])
	f.refused(t, f.do(t, sized(r, b)), http.StatusBadRequest, codeInvalid)
}

func TestOperatorErasesWithoutASecondPerson(t *testing.T) {
	f := newFront(t, func(c *Config) { c.Operator = "local custodian root" })
	body := erasureBody().(ErasureRequest)
	body.ApprovedBy = ""
	b, _ := json.Marshal(body)
	w := f.do(t, sized(f.build(t, f.operations["POST /v1/erasures"]), b))
	if w.Code != http.StatusAccepted || f.fake.erase.Approve != "" || f.fake.erase.Execute != "local custodian root" {
		t.Errorf("%d %s, %+v", w.Code, w.Body, f.fake.erase)
	}
}

func TestCertificateIsGivenByteForByte(t *testing.T) {
	f := newFront(t)
	op := f.operations["GET /v1/erasures/{erasure}/certificate"]
	w := f.do(t, f.authorized(t, op))
	if w.Code != http.StatusOK || w.Body.String() != "{\"certificate\": 1}\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	f.fake.cases[0].Certificate = ""
	w = f.do(t, f.authorized(t, op))
	if w.Code != http.StatusConflict || problemIn(t, w).Code() != codeNotCertified {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAccreditationThatIsNoElement(t *testing.T) {
	f := newFront(t)
	body := accreditationBody().(Accreditation)
	body.Changes[0].Organisation = strings.Repeat("f", 64)
	b, _ := json.Marshal(body)
	w := f.do(t, sized(f.build(t, f.operations["POST /v1/registries/{kind}/changes"]), b))
	f.refused(t, w, http.StatusBadRequest, codeInvalid)
	if !strings.Contains(w.Body.String(), "changes/0/organisation") {
		t.Errorf("it does not say where: %s", w.Body)
	}
}
