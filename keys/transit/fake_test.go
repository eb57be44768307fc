package transit

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// fake answers as Vault would, by method and path; what it does not know is a missing key.
type fake struct {
	*httptest.Server
	answers map[string]http.HandlerFunc

	mu    sync.Mutex
	calls []string
	sent  []string // bodies
}

const fakeToken = "hvs.fake"

func newFake(t *testing.T) *fake {
	f := &fake{answers: map[string]http.HandlerFunc{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := r.Method + " " + r.URL.Path
	f.mu.Lock()
	f.calls, f.sent = append(f.calls, call), append(f.sent, string(body))
	answer := f.answers[call]
	f.mu.Unlock()
	if answer == nil {
		answer = says(http.StatusBadRequest, `{"errors":["encryption key not found"]}`)
	}
	answer(w, r)
}

// on sets the answer to a call.
func (f *fake) on(call string, answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[call] = answer
}

// count returns how often a call was made.
func (f *fake) count(call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == call {
			n++
		}
	}
	return n
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func gives(data any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(map[string]any{"data": data}) }
}

func (f *fake) config() Config {
	return Config{Address: f.URL, Tenant: "a", Login: Login{Token: func(context.Context) (string, error) { return fakeToken, nil }}}
}

func (f *fake) ring(t *testing.T) *Ring { return openRing(t, f.config()) }

func openRing(t *testing.T, cfg Config) *Ring {
	t.Helper()
	r, err := Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
