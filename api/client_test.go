package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/circuits/field"
	"lethe/vault"
)

func (f *front) client(t testing.TB, editors ...RequestEditorFn) *Client {
	t.Helper()
	c, err := Connect(origin, InProcess(f), editors...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClientGivesAnswersTyped(t *testing.T) {
	f := newFront(t)
	c := f.client(t, WithBearer(strings.TrimPrefix(f.as(t, RoleRecords), "Bearer ")))
	answer, err := c.RecordsWithResponse(context.Background(), patient, &RecordsParams{})
	if err != nil || answer.JSON200 == nil || len(answer.JSON200.Records) != 1 || answer.JSON200.Records[0].ID != record {
		t.Fatalf("%+v, %v", answer, err)
	}
	version, err := c.RegistryWithResponse(context.Background(), RegistryKindIssuers)
	if err != nil || version.JSON200.Version != 7 || version.JSON200.Root != field.Text(field.Uint64(9)) ||
		!version.JSON200.Published.Equal(now) {
		t.Errorf("%+v, %v", version.JSON200, err)
	}
	receipt, err := c.ReceiptWithResponse(context.Background(), record, &ReceiptParams{})
	want, _ := testReceipt().Marshal()
	if err != nil || !bytes.Equal(receipt.Body, want) {
		t.Errorf("a receipt is not byte for byte what was made: %v", err)
	}
}

func TestClientGivesProblemsAsErrors(t *testing.T) {
	f := newFront(t)
	f.fake.err = vault.ErrErased
	c := f.client(t, WithBearer(strings.TrimPrefix(f.as(t, RoleRecords), "Bearer ")))
	_, typed := c.BundlesWithResponse(context.Background(), patient)
	answer, raw := c.Bundles(context.Background(), patient)
	if answer != nil {
		answer.Body.Close()
	}
	for _, err := range []error{typed, raw} {
		var p *Problem
		if !errors.As(err, &p) || p.Code() != "erased" || p.Status != http.StatusGone || p.Hint == "" {
			t.Errorf("%v", err)
		}
	}
}

func TestClientWithAnswersThatAreNone(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"a proxy's page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
		},
		"a broken problem": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaProblem)
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, "{")
		},
		"an endless problem": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaProblem)
			w.WriteHeader(http.StatusConflict)
			_, _ = io.Copy(w, io.LimitReader(spaces{}, maxProblem+1))
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "vault.example.org" {
				t.Errorf("followed to %s", r.Host)
			}
			http.Redirect(w, r, "https://evil.example.org/", http.StatusFound)
		},
		"a panic": func(http.ResponseWriter, *http.Request) { panic("no") },
	} {
		c, err := Connect(origin, InProcess(h))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.HealthWithResponse(context.Background())
		var p *Problem
		if err == nil || errors.As(err, &p) {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

func TestClientOfAServiceThatIsNotReady(t *testing.T) {
	f := newFront(t, func(c *Config) {
		c.Dependencies = func(context.Context) []Dependency {
			return []Dependency{{Name: "index"}, {Name: "keys", Err: vault.ErrQuarantined}}
		}
	})
	answer, err := f.client(t).ReadyWithResponse(context.Background())
	if err != nil || answer.JSON503 == nil || answer.JSON503.Ready {
		t.Fatalf("%+v, %v", answer, err)
	}
	want := []DependencyState{{Name: "index", Ready: true, Needed: true}, {Name: "keys", Problem: "quarantined", Needed: true}}
	for i, d := range answer.JSON503.Dependencies {
		if d != want[i] {
			t.Errorf("%+v, want %+v", d, want[i])
		}
	}
}

// TestAnonymousReading goes the whole way: a challenge, a token for a proof, and the record, with one key.
func TestAnonymousReading(t *testing.T) {
	f := newFront(t)
	key := newKey(t)
	c := f.client(t)
	challenge, err := c.ChallengeWithResponse(context.Background(), ChallengeRequest{
		Patient: patient, Scope: []string{"care"}, Purpose: "TREAT", Basis: BasisConsent, Key: key.Thumbprint(),
	})
	if err != nil || challenge.JSON201.AnonymitySet != 12 || f.fake.key != key.Thumbprint() {
		t.Fatalf("%+v, %v", challenge, err)
	}
	p := presentation()
	p.Challenge = challenge.JSON201.ID
	token, err := c.Exchange(context.Background(), key, p)
	if err != nil || token.TokenType != "DPoP" || token.ExpiresIn != 300 || token.Scope != "care billing" ||
		f.fake.key != key.Thumbprint() {
		t.Fatalf("%+v, %v", token, err)
	}
	if f.fake.shown.Challenge != p.Challenge || !bytes.Equal(f.fake.shown.Proof, p.Proof) || !bytes.Equal(f.fake.shown.Escrow,
		p.Escrow) {
		t.Errorf("the service was shown %+v", f.fake.shown)
	}
	for range 2 { // each with a proof of possession of its own
		answer, err := c.Content(context.Background(), record, &ContentParams{Range: "bytes=2-4"}, WithDPoP(key, token.AccessToken))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || string(b) != "234" {
			t.Errorf("%q, %v", b, err)
		}
	}
	p.Escrow = nil
	if _, err := c.Exchange(context.Background(), key, p); err == nil {
		t.Error("a presentation without an escrow was sent")
	}
}

func TestClientOverASocket(t *testing.T) {
	f := newFront(t, func(c *Config) { c.Operator = "local custodian root" })
	socket := filepath.Join(t.TempDir(), "lethe.sock")
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(f)
	done := make(chan error)
	go func() { done <- server.Serve(l) }()
	c, err := Connect("http://lethe", Unix(socket))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.PatientsWithResponse(context.Background(), &PatientsParams{Limit: new(LimitParam(1))})
	if err != nil || len(answer.JSON200.Patients) != 1 || answer.JSON200.Next != patient {
		t.Errorf("%+v, %v", answer, err)
	}
	if err := server.Close(); err != nil || !errors.Is(<-done, http.ErrServerClosed) {
		t.Errorf("close: %v", err)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is left behind")
	}
}

func TestConnectToNothing(t *testing.T) {
	c, err := Connect("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := c.HealthWithResponse(ctx); err == nil {
		t.Error("somebody answered")
	}
}

func TestInProcessStreams(t *testing.T) {
	f := newFront(t)
	f.fake.content = &long{size: 64 * transferChunk, fails: -1}
	c := f.client(t, WithBearer(strings.TrimPrefix(f.as(t, RoleProvider), "Bearer ")))
	answer, err := c.Content(context.Background(), record, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	h, want := sha256.New(), sha256.New()
	n, err := io.Copy(h, answer.Body)
	_, _ = io.Copy(want, io.NewSectionReader(&long{size: 64 * transferChunk, fails: -1}, 0, 64*transferChunk))
	if err != nil || n != answer.ContentLength || !bytes.Equal(h.Sum(nil), want.Sum(nil)) {
		t.Errorf("%d of %d bytes, %v", n, answer.ContentLength, err)
	}
}

func TestInProcessCutsOff(t *testing.T) {
	f := newFront(t)
	f.fake.content = &long{size: 3 * transferChunk, fails: transferChunk + 1, err: vault.ErrErased}
	c := f.client(t, WithBearer(strings.TrimPrefix(f.as(t, RoleProvider), "Bearer ")))
	answer, err := c.Content(context.Background(), record, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); !errors.Is(err, io.ErrUnexpectedEOF) || n != transferChunk {
		t.Errorf("%d bytes, %v", n, err)
	}
	for name, h := range map[string]http.HandlerFunc{
		"shorter": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			_, _ = io.WriteString(w, "four")
		},
		"longer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "3")
			if _, err := io.WriteString(w, "four"); err != nil {
				panic(http.ErrAbortHandler)
			}
		},
	} {
		r := httptest.NewRequest(http.MethodGet, origin, nil)
		answer, err := InProcess(h).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(answer.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", name, err)
		}
		answer.Body.Close()
	}
}

func TestInProcessEndsWithItsCaller(t *testing.T) {
	ended := make(chan error, 2)
	waits := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begun" {
			w.WriteHeader(http.StatusAccepted)
		}
		<-r.Context().Done()
		_, err := io.WriteString(w, "too late")
		ended <- err
	})
	answer, err := InProcess(waits).RoundTrip(httptest.NewRequest(http.MethodGet, origin+"/begun", nil))
	if err != nil || answer.StatusCode != http.StatusAccepted {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	if err := <-ended; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a write to nobody: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	gone := httptest.NewRequest(http.MethodGet, origin, nil).WithContext(ctx)
	_, err = InProcess(waits).RoundTrip(gone) //nolint:bodyclose // there is none
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := <-ended; err == nil {
		t.Error("a write to nobody succeeded")
	}
}

func TestInProcessGivesTheServersView(t *testing.T) {
	var seen *http.Request
	var body string
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen, body = r, string(b)
	})
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, origin+"/a/b?c=d", strings.NewReader("a body"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := InProcess(h).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if seen.RequestURI != "/a/b?c=d" || seen.URL.Host != "" || seen.Host != "vault.example.org" || body != "a body" ||
		answer.StatusCode != 200 {
		t.Errorf("%s %s %q %d", seen.RequestURI, seen.Host, body, answer.StatusCode)
	}
}
