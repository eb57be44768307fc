package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lethe/anchor"
	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// request is what a well formed request of an operation is made of.
type request struct {
	path  string
	body  func() any // JSON; nil for none
	form  url.Values
	bytes string // an upload
	media string
}

func signature() string {
	s, err := mustKey().Sign(field.Uint64(1))
	if err != nil {
		panic(err)
	}
	return hexOf(s.Bytes())
}

func issuerBody() Issuer {
	return Issuer{Key: hexOf(auditor.Public().Bytes()), Role: IssuerRoleRegistrar, Until: now.Add(24 * time.Hour)}
}

func bindingBody() any {
	return Binding{
		Patient: patient, Key: hexOf(auditor.Public().Bytes()), Identity: field.Text(field.Uint64(1)), Custody: CustodyOwn,
		Salt: field.Text(field.Uint64(2)), Registrar: issuerBody(), Signature: signature(),
	}
}

func grantBody() any {
	return GrantGiven{
		Patient: patient, Grantee: field.Text(field.Uint64(3)), Scope: []string{"care"}, Purpose: "TREAT", From: now,
		Until: now.Add(time.Hour),
		Basis: BasisCare, Terms: field.Text(field.Uint64(4)), Index: 17, Salt: field.Text(field.Uint64(5)),
		ViewHash:  field.Text(field.Uint64(6)),
		Signature: signature(), Signer: issuerBody(), Note: []byte("encrypted"), Inbox: field.Text(field.Uint64(3)),
	}
}

func accreditationBody() any {
	return Accreditation{
		Changes: []LeafChange{{Index: 1, Leaf: field.Text(field.Uint64(3)), Organisation: field.Text(field.Uint64(4))}},
		Note:    "a\nnote\n",
	}
}

func withdrawalBody() any {
	return Withdrawal{Index: 17, Time: now, Signature: signature(), Signer: issuerBody()}
}

func challengeBody() any {
	return ChallengeRequest{
		Patient: patient, Scope: []string{"care", "billing"}, Purpose: "TREAT", Basis: BasisConsent, Key: strings.Repeat("k", 43),
	}
}

func erasureBody() any {
	return ErasureRequest{
		Patient: patient, Ground: "17.1.b", FiledBy: "privacy desk", ApprovedBy: "data protection officer",
		Received: now.Add(-time.Hour),
		Retain:   Retention{Items: []string{"billing"}, Ground: "17.3.b", Law: "AO §147", Until: now.Add(time.Hour)},
	}
}

func presentation() Presentation {
	return Presentation{Challenge: "an-id", Proof: []byte(`{"statement":"authorization"}`), Escrow: make([]byte,
		identity.EscrowSize)}
}

func exchangeForm() url.Values {
	subject, err := presentation().Encode()
	if err != nil {
		panic(err)
	}
	return url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {subject},
		"subject_token_type": {"urn:lethe:token-type:authorization-proof"},
	}
}

// requests has a well formed request for every operation.
var requests = map[string]request{
	"health":       {path: "/health"},
	"ready":        {path: "/ready"},
	"network":      {path: "/network"},
	"artifact":     {path: "/artifacts/" + (circuits.Hash{2}).String()},
	"registry":     {path: "/registries/grants"},
	"delta":        {path: "/registries/providers/delta?from=3"},
	"accredit":     {path: "/registries/issuers/changes", body: accreditationBody},
	"bind":         {path: "/bindings", body: bindingBody},
	"reservePlace": {path: "/places"},
	"give":         {path: "/grants", body: grantBody},
	"withdraw":     {path: "/withdrawals", body: withdrawalBody},
	"grants":       {path: "/patients/" + patient + "/grants"},
	"inbox":        {path: "/inboxes/" + field.Text(field.Uint64(3)) + "?after=4"},
	"disclosures":  {path: "/patients/" + patient + "/disclosures"},
	"challenge":    {path: "/challenges", body: challengeBody},
	"token":        {path: "/token", form: exchangeForm()},
	"patients":     {path: "/patients?limit=10"},
	"findPatient":  {path: "/patients/search", body: func() any { return Identifier{System: "urn:oid:1.2.3", Value: "7"} }},
	"records":      {path: "/patients/" + patient + "/records"},
	"bundles":      {path: "/patients/" + patient + "/bundles"},
	"store":        {path: "/records", bytes: `{"resourceType":"Bundle"}`, media: mediaFHIR},
	"content":      {path: "/records/" + record + "/content"},
	"receipt":      {path: "/receipts/" + record},
	"erasures":     {path: "/erasures"},
	"erase":        {path: "/erasures", body: erasureBody},
	"preview":      {path: "/erasures/preview", body: erasureBody},
	"erasure":      {path: "/erasures/" + record},
	"certificate":  {path: "/erasures/" + record + "/certificate"},

	"createTrial":        {path: "/trials", body: planBody},
	"trial":              {path: ofTrial("")},
	"protocol":           {path: ofTrial("/protocol")},
	"amendTrial":         {path: ofTrial("/protocol"), body: planBody},
	"consentToAmendment": {path: ofTrial("/consents"), body: planBody},
	"fundTrial":          {path: ofTrial("/funds"), body: func() any { return Funds{Wei: "1000"} }},
	"histories":          {path: ofTrial("/histories"), body: historiesBody},
	"submit":             {path: ofTrial("/submissions"), body: submissionBody},
	"submission":         {path: ofTrial("/submissions/") + patient},
	"liftFlag":           {path: ofTrial("/lifts"), body: func() any { return Reason{Reason: "expected, and treated"} }},
	"opening":            {path: ofTrial("/opening")},
	"openingOf":          {path: ofTrial("/openings"), body: func() any { return Participant{Participant: field.Text(field.Uint64(5))} }},
	"claim":              {path: ofTrial("/claims"), body: claimBody},
	"closeTrial":         {path: ofTrial("/closing")},
	"publishTrial":       {path: ofTrial("/publication")},
	"results":            {path: ofTrial("/results")},
	"archive":            {path: ofTrial("/archive")},
}

// build makes the request of an operation, with a DPoP header where one is needed.
func (f *front) build(t testing.TB, op *operation) *http.Request {
	t.Helper()
	want, ok := requests[op.id]
	if !ok {
		t.Fatalf("there is no request for operation %s", op.id)
	}
	var body io.Reader
	switch {
	case want.body != nil:
		body, want.media = jsonBody(want.body()), mediaJSON
	case want.form != nil:
		body, want.media = strings.NewReader(want.form.Encode()), mediaForm
	case want.bytes != "":
		body = strings.NewReader(want.bytes)
	}
	r := httptest.NewRequest(op.route.Method, basePath+want.path, body)
	if want.media != "" {
		r.Header.Set("Content-Type", want.media)
	}
	if op.id == "token" {
		r.Header.Set("DPoP", signedBy(t, newKey(t), http.MethodPost, origin+basePath+"/token", ""))
	}
	return r
}

// sized is a request's copy with another body.
func sized(r *http.Request, body []byte) *http.Request {
	c := r.Clone(r.Context())
	c.Body, c.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return c
}

func newKey(t testing.TB) *DPoPKey {
	t.Helper()
	k, err := NewDPoPKey()
	if err != nil {
		t.Fatal(err)
	}
	k.now = func() time.Time { return now }
	return k
}

func signedBy(t testing.TB, k *DPoPKey, method, url, token string) string {
	t.Helper()
	p, err := k.Proof(method, url, token)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// byProof gives a request the token and the proof of somebody who is not to be known.
func byProof(t testing.TB, r *http.Request, k *DPoPKey, token string) *http.Request {
	t.Helper()
	r.Header.Set("Authorization", "DPoP "+token)
	r.Header.Set("DPoP", signedBy(t, k, r.Method, origin+r.URL.Path, token))
	return r
}

func makeReceipt() anchor.Receipt {
	signer, key, err := anchor.NewSigner("log.example.org", bytes.Repeat([]byte{1}, 32))
	if err != nil {
		panic(err)
	}
	o := anchor.NewOpening(anchor.RecordStored, []byte("payload"))
	entry := o.Entry()
	root := sha256.Sum256(append([]byte{0}, entry[:]...)) // RFC 6962, a tree of one leaf
	c, err := (anchor.Checkpoint{Origin: "log.example.org", Size: 1, Root: root}).Sign(signer)
	if err != nil {
		panic(err)
	}
	return anchor.Receipt{LogKey: key, Entries: []anchor.Proven{{Opening: o, Inclusion: anchor.Inclusion{Checkpoint: c}}}}
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
