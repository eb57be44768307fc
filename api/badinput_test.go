package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"lethe/vault"
)

// canary stands for health data in what is sent: it must come back in no answer and stand in no log.
const canary = "Kanarienvogel"

// authorized is a well formed request of somebody who may make it.
func (f *front) authorized(t testing.TB, op *operation) *http.Request {
	t.Helper()
	r := f.build(t, op)
	if len(op.roles) > 0 {
		r.Header.Set("Authorization", f.as(t, op.roles[0]))
	}
	return r
}

// bad sends a request that must be refused without the service being asked.
func (f *front) bad(t *testing.T, name string, r *http.Request, status int) {
	t.Helper()
	f.fake.calls = nil
	w := f.do(t, r)
	calls := f.fake.called()
	if w.Code != status || len(calls) > 0 {
		t.Errorf("%s: %d %s, calls %v, want %d", name, w.Code, w.Body, calls, status)
	}
	if all := w.Body.String() + f.log.String(); strings.Contains(all, canary) || strings.Contains(all, ".go") {
		t.Errorf("%s: answer or log say too much: %s", name, all)
	}
}

func TestBadInputInBodies(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		if op.media != mediaJSON {
			return
		}
		r := f.authorized(t, op)
		good := read(t, r)
		for name, body := range badBodies(good) {
			f.bad(t, name, sized(r, body), http.StatusBadRequest)
		}
		for name, body := range mutations(t, good) {
			f.bad(t, name, sized(r, body), http.StatusBadRequest)
		}
		f.bad(t, "oversized", sized(r, bytes.Repeat([]byte(" "), maxJSON+1)), http.StatusRequestEntityTooLarge)
		streamed := sized(r, nil)
		streamed.Body, streamed.ContentLength = io.NopCloser(io.LimitReader(spaces{}, 1<<40)), -1
		f.bad(t, "endless", streamed, http.StatusRequestEntityTooLarge)
		cutOff := sized(r, nil)
		cutOff.Body, cutOff.ContentLength = io.NopCloser(io.MultiReader(bytes.NewReader(good),
			iotest.ErrReader(io.ErrUnexpectedEOF))), 1000
		f.bad(t, "lying Content-Length", cutOff, http.StatusBadRequest)
	})
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func read(t testing.TB, r *http.Request) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// badBodies are what no operation takes.
func badBodies(good []byte) map[string][]byte {
	text, open := string(good), strings.TrimSuffix(string(good), "}")
	first, _, _ := strings.Cut(open[1:], ",")
	if i := strings.Index(open, "["); i > 0 && i < len(first) {
		first = `"canary":1`
	}
	return map[string][]byte{
		"empty":             {},
		"blank":             []byte(" \n"),
		"truncated":         good[:len(good)/2],
		"twice":             []byte(text + text),
		"trailing":          []byte(text + "x"),
		"duplicate member":  []byte(open + "," + first + "}"),
		"unknown member":    []byte(open + `,"x":"` + canary + `"}`),
		"another case":      bytes.Replace(good, []byte(`{"`), []byte(`{"X`), 1),
		"depth 10000":       []byte(strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)),
		"depth in a member": []byte(open + `,"x":` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40) + "}"),
		"invalid UTF-8":     []byte(open + ",\"x\":\"" + canary + "\xff\"}"),
		"half a surrogate":  []byte(open + `,"x":"\ud800"}`),
		"byte order mark":   append([]byte("\xef\xbb\xbf"), good...),
		"UTF-16":            utf16(text),
		"an array":          []byte("[" + text + "]"),
		"null":              []byte("null"),
		"a string":          []byte(`"` + canary + `"`),
		"NaN":               []byte(open + `,"x":NaN}`),
		"comment":           []byte("/* */" + text),
	}
}

func utf16(s string) []byte {
	b := []byte{0xfe, 0xff}
	for _, c := range []byte(s) {
		b = append(b, 0, c)
	}
	return b
}

// mutations replace each member of a body, however deep, by what cannot be one.
func mutations(t *testing.T, good []byte) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	var body any
	if err := json.Unmarshal(good, &body); err != nil {
		t.Fatal(err)
	}
	walk(body, "", func(path string, old any, put func(any)) {
		for i, v := range badValues(old) {
			put(v)
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			all[fmt.Sprintf("%s=%.60v#%d", path, v, i)] = b
		}
		put(old)
	})
	return all
}

func walk(v any, path string, visit func(path string, old any, put func(any))) {
	switch v := v.(type) {
	case map[string]any:
		for name, old := range v {
			visit(path+"/"+name, old, func(to any) { v[name] = to })
			walk(old, path+"/"+name, visit)
		}
	case []any:
		for i, old := range v {
			visit(fmt.Sprint(path, "/", i), old, func(to any) { v[i] = to })
			walk(old, fmt.Sprint(path, "/", i), visit)
		}
	}
}

func badValues(old any) []any {
	everywhere := []any{nil, true, "a\x00" + canary, "a\u202e" + canary, "a\x1b[2J", "\u2066", "", []any{},
		[]any{map[string]any{}}, map[string]any{}}
	switch old.(type) {
	case float64:
		return append(everywhere, -1, json.Number("1e999"), json.Number("18446744073709551616"), 1.5, "17")
	case string:
		return append(everywhere, 17, strings.Repeat("é", 70_000))
	}
	return append(everywhere, 17, canary)
}

// TestBadInputOfForms is for members whose form is given: ids, elements, keys, times.
func TestBadInputOfForms(t *testing.T) {
	forms := map[string][]string{
		"patient":   {"../" + patient[3:], strings.Repeat("a", 4096), strings.ToUpper(patient), patient + "\n", "0x" + patient[2:]},
		"key":       {strings.Repeat("f", 64), strings.Repeat("0", 64), strings.Repeat("F", 64), canary},
		"grantee":   {strings.Repeat("f", 64), canary},
		"salt":      {"30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001"}, // the modulus
		"identity":  {strings.Repeat("f", 64)},
		"leaf":      {strings.Repeat("f", 64)},
		"terms":     {strings.Repeat("f", 64)},
		"view_hash": {strings.Repeat("f", 64)},
		"inbox":     {strings.Repeat("f", 64)},
		"signature": {strings.Repeat("f", 128), strings.Repeat("0", 127)},
		"time": {"2026-02-30T00:00:00Z", "2026-05-04T12:00:00+02:00", "2026-05-04T12:00:00.5Z", "1969-12-31T23:59:59Z",
			"2026-05-04", "yesterday"},
		"until":    {"2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "+002026-05-04T12:00:00Z"},
		"from":     {"2026-05-04T24:00:00Z", "1969-12-31T23:59:59Z"},
		"basis":    {"Consent", canary},
		"custody":  {"nobody"},
		"role":     {"self"},
		"purpose":  {"treat", "TREAT ", "XXXX"},
		"scope":    {"Care", "../care"},
		"ground":   {"17.1.z", "17.3.b "},
		"items":    {"../billing", ""},
		"received": {"2026-02-30T00:00:00Z"},
	}
	each(t, func(t *testing.T, f *front, op *operation) {
		if op.media != mediaJSON {
			return
		}
		r := f.authorized(t, op)
		good := read(t, r)
		for path, body := range formed(t, good, forms) {
			if op.id == "challenge" && path == "/purpose=XXXX" {
				continue // the service knows the purposes
			}
			f.bad(t, path, sized(r, body), http.StatusBadRequest)
		}
	})
}

// formed puts each form in the place of every member of that name, or of what its list holds.
func formed(t *testing.T, good []byte, forms map[string][]string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	var body any
	if err := json.Unmarshal(good, &body); err != nil {
		t.Fatal(err)
	}
	walk(body, "", func(path string, old any, put func(any)) {
		parts := strings.Split(path, "/")
		name := parts[len(parts)-1]
		if _, list := old.([]any); list {
			return
		}
		if strings.Trim(name, "0123456789") == "" && len(parts) > 1 {
			name = parts[len(parts)-2]
		}
		for _, v := range forms[name] {
			put(v)
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			all[path+"="+v] = b
		}
		put(old)
	})
	return all
}

// TestBadInputMissing leaves out each member that must be there.
func TestBadInputMissing(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		if op.media != mediaJSON {
			return
		}
		r := f.authorized(t, op)
		var body map[string]any
		if err := json.Unmarshal(read(t, r), &body); err != nil {
			t.Fatal(err)
		}
		schema := op.route.Operation.RequestBody.Value.Content[mediaJSON].Schema.Value
		if len(schema.Required) == 0 || schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has {
			t.Fatalf("the body of %s requires nothing, or takes anything", op.id)
		}
		for _, name := range schema.Required {
			without := maps.Clone(body)
			delete(without, name)
			b, err := json.Marshal(without)
			if err != nil {
				t.Fatal(err)
			}
			f.bad(t, "without "+name, sized(r, b), http.StatusBadRequest)
		}
	})
}

func TestBadInputInMediaTypes(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		if op.media == "" {
			r := f.authorized(t, op)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
			f.bad(t, "a body where none is taken", r, http.StatusBadRequest)
			r.ContentLength = -1
			f.bad(t, "chunks where none are taken", r, http.StatusBadRequest)
			return
		}
		for name, headers := range map[string]http.Header{
			"none":      {},
			"text":      {"Content-Type": {"text/plain"}},
			"XML":       {"Content-Type": {"application/xml"}},
			"malformed": {"Content-Type": {"application/json; charset"}},
			"charset":   {"Content-Type": {"application/json; charset=utf-16"}},
			"boundary":  {"Content-Type": {"multipart/form-data; boundary=x"}},
			"two":       {"Content-Type": {"application/json", "text/plain"}},
			"gzip":      {"Content-Type": {requestMedia(op)}, "Content-Encoding": {"gzip"}},
			"identity":  {"Content-Type": {requestMedia(op)}, "Content-Encoding": {"identity"}},
		} {
			r := f.authorized(t, op)
			r.Header.Del("Content-Type")
			maps.Copy(r.Header, headers)
			f.bad(t, name, r, http.StatusUnsupportedMediaType)
		}
	})
}

func requestMedia(op *operation) string {
	if op.media == mediaAny {
		return mediaFHIR
	}
	return op.media
}

func TestBadInputInPaths(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		open, end := strings.Index(op.route.Path, "{"), strings.Index(op.route.Path, "}")
		if open < 0 {
			return
		}
		named, _, _ := strings.Cut(strings.Split(requests[op.id].path, "?")[0][open:], "/")
		for _, name := range []string{
			fmt.Sprintf("%%%02x", named[0]) + named[1:], // the right name, in another form
			"..", "%2e%2e", "%2e%2e%2f" + patient, "..%2f..%2fetc%2fpasswd", strings.Repeat("a", 4096), "%00", "%ff", "a%20b", canary,
			strings.ToUpper(patient), patient + "0", "-1", "1e999", "%E2%80%AE", ".", "", "{patient}", strings.ToUpper(record), "Issuers",
		} {
			r := f.authorized(t, op)
			to, err := url.Parse(basePath + op.route.Path[:open] + name + op.route.Path[end+1:])
			if err != nil {
				t.Fatal(err)
			}
			r.URL = to
			f.bad(t, name, r, http.StatusNotFound)
		}
	})
}

func TestBadInputInQueries(t *testing.T) {
	valid := map[string]string{
		"from": "3", "after": record, "limit": "5", "purpose": "TREAT", "type": "DICOM", "patient": patient,
	}
	each(t, func(t *testing.T, f *front, op *operation) {
		queries := []string{"x=1", "%zz=1", "a;b=1", "%00=1", "=", canary + "=" + canary}
		for name := range op.query {
			for _, v := range []string{"", "-1", "1e999", "99999999999999999999", "%00", "%ff", "a%0ab", "%E2%80%AE" + canary,
				strings.Repeat("a", 4096), "../x"} {
				queries = append(queries, name+"="+v)
			}
			queries = append(queries, name+"="+valid[name]+"&"+name+"="+valid[name], strings.ToUpper(name)+"=1", name+"[]=1")
		}
		for _, query := range queries {
			r := f.authorized(t, op)
			r.URL.RawQuery = query
			f.bad(t, query, r, http.StatusBadRequest)
		}
	})
}

func TestBadInputInTokenExchange(t *testing.T) {
	f := newFront(t)
	op := f.operations["POST /v1/token"]
	change := func(name string, values ...string) url.Values {
		form := maps.Clone(exchangeForm())
		if form[name] = values; len(values) == 0 {
			delete(form, name)
		}
		return form
	}
	for name, form := range map[string]url.Values{
		"another grant":     change("grant_type", "client_credentials"),
		"no grant":          change("grant_type"),
		"no subject":        change("subject_token"),
		"empty subject":     change("subject_token", ""),
		"another type":      change("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
		"a client":          change("client_id", canary),
		"an actor":          change("actor_token", canary),
		"two subjects":      change("subject_token", "a", "b"),
		"another request":   change("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
		"NUL":               change("subject_token", "a\x00"),
		"invalid UTF-8":     change("subject_token", "\xff"),
		"no presentation":   change("subject_token", encoded(canary)),
		"too large":         change("subject_token", strings.Repeat("A", 65537)),
		"an unknown member": change("subject_token", encoded(`{"challenge":"c","proof":{},"escrow":"","x":"`+canary+`"}`)),
	} {
		r := f.build(t, op)
		f.bad(t, name, sized(r, []byte(form.Encode())), http.StatusBadRequest)
	}
	r := f.build(t, op)
	f.bad(t, "not a form", sized(r, []byte("%zz")), http.StatusBadRequest)
	f.bad(t, "empty", sized(r, nil), http.StatusBadRequest)
	f.bad(t, "oversized", sized(r, bytes.Repeat([]byte("a"), maxForm+1)), http.StatusRequestEntityTooLarge)
	r = f.build(t, op)
	r.URL.RawQuery = exchangeForm().Encode()
	f.bad(t, "in the query", r, http.StatusBadRequest)
}

// TestThreat29BombsCostLittle: whatever is sent, a request is refused after at most its limit was read.
func TestThreat29BombsCostLittle(t *testing.T) {
	f := newFront(t)
	op := f.operations["POST /v1/challenges"]
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, spaces{}, 64<<20); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	r := f.build(t, op)
	r.Header.Set("Content-Encoding", "gzip")
	f.bad(t, "gzip", sized(r, bomb.Bytes()), http.StatusUnsupportedMediaType)

	deep := []byte(strings.Repeat(`{"a":`, maxJSON/5))
	wide := []byte("[" + strings.Repeat("0,", maxJSON/2-2) + "0]")
	names := []byte("{" + strings.Repeat(`"a":0,`, maxJSON/6-1) + `"a":0}`)
	for name, body := range map[string][]byte{"deep": deep, "wide": wide, "names": names} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f.bad(t, name, sized(f.build(t, op), body), http.StatusBadRequest)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 128<<20 {
			t.Errorf("%s: %d MiB were allocated", name, took>>20)
		}
	}
}

func TestBadInputInParameters(t *testing.T) {
	op := &operation{}
	for _, v := range []string{"", "\x00", "a\nb", "\u202e", "\xff", "\u200f", "\x7f", "\u0085"} {
		if err := op.checkParameters(url.Values{"a": {v}}, map[string]bool{"a": true}); err == nil || codeOf(err) != codeInvalid {
			t.Errorf("%q: %v", v, err)
		}
	}
	if err := op.checkParameters(url.Values{"a": {"b", "b"}}, map[string]bool{"a": true}); err == nil {
		t.Error("twice the same passes")
	}
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	f := newFront(t)
	for path, status := range map[string]int{
		"/": 404, "/v1": 404, "/v1/": 404, "/v2/health": 404, "/v1/health/": 404, "/v1//health": 404, "/v1/../v1/health": 404,
		"/debug/pprof/":        404,
		"/v1/erasures/preview": 401, "/v1/patients/search": 405, "/v1/bindings": 405,
	} {
		w := f.do(t, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
	for _, method := range []string{"HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "GET ", "get"} {
		r := httptest.NewRequest(http.MethodGet, "/v1/erasures", nil)
		r.Method = method
		w := f.do(t, r)
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, POST" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestSelfApprovalIsRefused(t *testing.T) {
	for name, body := range map[string]ErasureRequest{
		"the same":          {FiledBy: "privacy desk", ApprovedBy: "privacy desk"},
		"but for the case":  {FiledBy: "privacy desk", ApprovedBy: "Privacy Desk"},
		"but for the space": {FiledBy: "privacy desk", ApprovedBy: " privacy desk "},
		"nobody":            {FiledBy: "privacy desk"},
	} {
		f := newFront(t)
		body.Patient, body.Ground = patient, "17.1.b"
		r := httptest.NewRequest(http.MethodPost, "/v1/erasures", jsonBody(body))
		r.Header.Set("Content-Type", mediaJSON)
		r.Header.Set("Authorization", f.as(t, RoleOfficer))
		w := f.do(t, r)
		t.Run(name, func(t *testing.T) { f.refused(t, w, http.StatusForbidden, codeSelfApproval) })
	}
}

func TestNothingIsStoredWhenTheServiceRefuses(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		if slices.Contains([]string{"health", "ready", "network", "artifact", "erasures", "erasure", "certificate", "withdraw",
			"erase"}, op.id) {
			return // these do not ask, or answer in their own way
		}
		f.fake.err = vault.ErrQuarantined
		w := f.do(t, f.authorized(t, op))
		if w.Code != http.StatusServiceUnavailable || problemIn(t, w).Code() != "quarantined" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
