package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/vault"
)

// mayCall is who may call what, written down a second time. "anyone" needs no credentials.
var mayCall = map[string]string{
	"health": "anyone", "ready": "anyone", "network": "anyone", "artifact": "anyone", "registry": "anyone", "delta": "anyone",
	"inbox": "anyone", "challenge": "anyone", "token": "anyone", "accredit": "anyone", "bind": "anyone", "give": "anyone",
	"withdraw": "anyone",

	"claim":              "anyone",
	"createTrial":        "sponsor",
	"trial":              "patient site sponsor board regulator operator",
	"protocol":           "patient site sponsor board regulator operator",
	"amendTrial":         "sponsor",
	"consentToAmendment": "board",
	"fundTrial":          "sponsor",
	"histories":          "site",
	"submit":             "site",
	"submission":         "site",
	"liftFlag":           "board",
	"opening":            "patient",
	"openingOf":          "operator",
	"closeTrial":         "sponsor",
	"publishTrial":       "sponsor",
	"results":            "sponsor board regulator",
	"archive":            "sponsor board regulator operator",

	"reservePlace": "patient provider records officer",
	"grants":       "patient records officer",
	"disclosures":  "patient officer auditor",
	"patients":     "records officer",
	"findPatient":  "records officer",
	"records":      "provider records",
	"bundles":      "provider records",
	"store":        "records",
	"content":      "provider records",
	"receipt":      "patient records officer auditor",
	"erasures":     "officer auditor operator",
	"erase":        "officer",
	"preview":      "officer",
	"erasure":      "patient officer auditor operator",
	"certificate":  "patient officer auditor",
}

// each runs a test for every operation of the description.
func each(t *testing.T, test func(t *testing.T, f *front, op *operation)) {
	for _, op := range newFront(t).operations {
		t.Run(op.id, func(t *testing.T) {
			f := newFront(t)
			test(t, f, f.operations[op.route.Method+" "+basePath+op.route.Path])
		})
	}
}

func TestThreat21EveryRouteTakesTheRolesThatItShould(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		want, ok := mayCall[op.id]
		if !ok {
			t.Fatalf("nobody has written down who may call %s", op.id)
		}
		for _, role := range Roles() {
			f.fake.calls = nil
			r := f.build(t, op)
			r.Header.Set("Authorization", f.as(t, role))
			w := f.do(t, r)
			if want == "anyone" || slices.Contains(strings.Fields(want), string(role)) {
				if w.Code >= 300 {
					t.Errorf("%s as %s: %d %s", op.id, role, w.Code, w.Body)
				}
				continue
			}
			f.refused(t, w, http.StatusForbidden, codeRole)
		}
		f.fake.calls = nil
		w := f.do(t, f.build(t, op))
		if want == "anyone" {
			if w.Code >= 300 {
				t.Errorf("%s without credentials: %d %s", op.id, w.Code, w.Body)
			}
			return
		}
		f.refused(t, w, http.StatusUnauthorized, codeCredentials)
		if w.Header().Get("WWW-Authenticate") == "" {
			t.Error("401 without WWW-Authenticate")
		}
	})
}

func TestEveryRouteIsTheOperatorsAtTheMachine(t *testing.T) {
	each(t, func(t *testing.T, _ *front, op *operation) {
		f := newFront(t, func(c *Config) { c.Operator, c.Issuer = "local custodian root", nil })
		if w := f.do(t, f.build(t, op)); w.Code >= 300 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestOperatorAtTheMachineIsNotWhoeverShowsAToken(t *testing.T) {
	f := newFront(t, func(c *Config) { c.Operator = "local custodian root" })
	r := f.build(t, f.operations["GET /v1/patients"])
	r.Header.Set("Authorization", f.as(t, RoleProvider))
	f.refused(t, f.do(t, r), http.StatusForbidden, codeRole)
	r.Header.Set("Authorization", "Bearer nonsense")
	f.refused(t, f.do(t, r), http.StatusUnauthorized, codeCredentials)
}

func TestThreat20TokenOutsideItsScope(t *testing.T) {
	f := newFront(t)
	for name, header := range map[string][]string{
		"expired":                     {"Bearer " + expired(t, f)},
		"a proof's token as a bearer": {"Bearer a-secret"},
		"another scheme":              {"Basic dXNlcjpwYXNzd29yZA=="},
		"no token":                    {"Bearer"},
		"two headers":                 {f.as(t, RoleRecords), f.as(t, RoleProvider)},
		"DPoP where it is not taken":  {"DPoP a-secret"},
		"too long":                    {"Bearer " + strings.Repeat("a", maxBearer+1)},
	} {
		t.Run(name, func(t *testing.T) {
			f.fake.calls = nil
			r := f.build(t, f.operations["GET /v1/patients"])
			r.Header["Authorization"] = header
			f.refused(t, f.do(t, r), http.StatusUnauthorized, codeCredentials)
		})
	}
}

func expired(t *testing.T, f *front) string {
	t.Helper()
	early := *f.issuer
	early.now = func() time.Time { return now.Add(-2 * time.Hour) }
	token, err := early.Issue(Caller{Role: RoleRecords, Subject: "somebody"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestThreat26AnotherPatientIsNotThere: for a patient's token, somebody else's data and what there is not are answered byte for
// byte alike, and the service is not even asked.
func TestThreat26AnotherPatientIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		if !slices.Contains(op.roles, RolePatient) || !strings.Contains(op.route.Path, "{patient}") {
			return
		}
		ask := func(id string, err error) *httptest.ResponseRecorder {
			f.fake.calls, f.fake.err = nil, err
			r := httptest.NewRequest(op.route.Method, basePath+strings.ReplaceAll(op.route.Path, "{patient}", id), nil)
			r.Header.Set("Authorization", f.as(t, RolePatient))
			return f.do(t, r)
		}
		foreign := ask(other, nil)
		f.refused(t, foreign, http.StatusNotFound, codeNotFound)
		absent := ask(patient, vault.ErrNotFound)
		if absent.Body.String() != foreign.Body.String() || absent.Code != foreign.Code {
			t.Errorf("they differ: %s and %s", absent.Body, foreign.Body)
		}
	})
}

func TestThreat26AnotherPatientsErasureIsNotThere(t *testing.T) {
	f := newFront(t)
	f.fake.cases[0].Patient = other
	for _, path := range []string{"/erasures/" + record, "/erasures/" + record + "/certificate", "/erasures/" + another} {
		r := httptest.NewRequest(http.MethodGet, basePath+path, nil)
		r.Header.Set("Authorization", f.as(t, RolePatient))
		if w := f.do(t, r); w.Code != http.StatusNotFound || problemIn(t, w).Code() != codeNotFound {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// TestThreat26WithdrawalSaysNothingOfAPlace: whoever cannot sign for a grant learns neither where grants are nor whose patients
// are gone.
func TestThreat26WithdrawalSaysNothingOfAPlace(t *testing.T) {
	answers := map[string]bool{}
	for _, err := range []error{vault.ErrNotFound, vault.ErrSignature, vault.ErrErased, vault.ErrErasing, vault.ErrUnbound} {
		f := newFront(t)
		f.fake.err = err
		w := f.do(t, f.build(t, f.operations["POST /v1/withdrawals"]))
		if w.Code != http.StatusForbidden {
			t.Errorf("%v: %d", err, w.Code)
		}
		answers[w.Body.String()] = true
	}
	if len(answers) != 1 {
		t.Errorf("they differ: %v", answers)
	}
}

// TestThreat39NoRouteByLeaf and by position: what a prover asks for says nothing about which leaf is theirs.
func TestThreat39NoRouteByLeaf(t *testing.T) {
	parameters := map[string]bool{
		"kind": true, "from": true, "patient": true, "record": true, "subject": true, "erasure": true, "organisation": true,
		"sha256": true,
		"trial":  true, "submission": true, // both public, or of a site that is known
		"after": true, "limit": true, "purpose": true, "type": true, "DPoP": true, "Range": true,
	}
	f := newFront(t)
	for _, op := range f.operations {
		for _, p := range slices.Concat(op.route.PathItem.Parameters, op.route.Operation.Parameters) {
			if !parameters[p.Value.Name] {
				t.Errorf("%s takes %s: may it say which leaf somebody wants?", op.id, p.Value.Name)
			}
		}
	}
	var paths []string
	for _, op := range f.operations {
		if strings.HasPrefix(op.route.Path, "/registries") && op.route.Method == http.MethodGet {
			paths = append(paths, op.route.Path)
		}
	}
	slices.Sort(paths)
	if want := []string{"/registries/{kind}", "/registries/{kind}/delta"}; !slices.Equal(paths, want) {
		t.Errorf("trees are read by %v, not only by %v", paths, want)
	}
	for _, query := range []string{"?from=3&to=4", "?index=4", "?leaf=" + strings.Repeat("0", 64), "?limit=1"} {
		w := f.do(t, httptest.NewRequest(http.MethodGet, basePath+"/registries/grants/delta"+query, nil))
		f.refused(t, w, http.StatusBadRequest, codeInvalid)
	}
}

// TestThreat54InboxIsFetchedWhole: of an inbox there is nothing smaller to ask for than a page, and nothing is logged of who did.
func TestThreat54InboxIsFetchedWhole(t *testing.T) {
	f := newFront(t)
	for _, query := range []string{"?limit=1", "?note=4", "?patient=" + patient} {
		w := f.do(t, httptest.NewRequest(http.MethodGet, basePath+requests["inbox"].path[:73]+query, nil))
		f.refused(t, w, http.StatusBadRequest, codeInvalid)
	}
	if f.log.Len() > 0 {
		t.Errorf("logged: %s", f.log)
	}
}
