package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"lethe/vault"
)

// TestThreat54NothingIsLoggedOfAnonymousCallers, whatever comes of their requests.
func TestThreat54NothingIsLoggedOfAnonymousCallers(t *testing.T) {
	each(t, func(t *testing.T, _ *front, op *operation) {
		if op.class != anonymous && !op.byProof {
			return
		}
		for _, err := range []error{nil, vault.ErrErased, vault.ErrProof} {
			f := newFront(t)
			f.fake.err = err
			r := f.build(t, op)
			r.RemoteAddr = "192.0.2.7:4711"
			if op.byProof {
				r = byProof(t, r, newKey(t), "a-secret")
			}
			f.do(t, r)
			if f.log.Len() > 0 {
				t.Errorf("logged: %s", f.log)
			}
		}
	})
}

// TestLogNamesNobody: of known callers there is the route and what came of it; neither who nor from where nor about whom.
func TestLogNamesNobody(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		if op.class == anonymous {
			return
		}
		r := f.authorized(t, op)
		r.RemoteAddr = "192.0.2.7:4711"
		r.Header.Set("X-Forwarded-For", "192.0.2.8")
		r.Header.Set("User-Agent", "somebody's browser")
		f.do(t, r)
		log := f.log.String()
		if !strings.Contains(log, `"route":"/v1`+op.route.Path+`"`) || !strings.Contains(log, `"status":2`) {
			t.Errorf("not logged: %s", log)
		}
		for _, secret := range []string{patient, record, "192.0.2", "somebody", "?"} {
			if strings.Contains(log, secret) {
				t.Errorf("%q is logged: %s", secret, log)
			}
		}
	})
}

func TestDebugLogOfAnonymousCallersHasNoTimeTaken(t *testing.T) {
	f := newFront(t)
	f.cfg.Logger = slog.New(slog.NewJSONHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.do(t, f.build(t, f.operations["GET /v1/inboxes/{organisation}"]))
	if log := f.log.String(); !strings.Contains(log, `"operation":"inbox"`) || strings.Contains(log, "took") ||
		strings.Contains(log, "/v1/") {
		t.Errorf("%s", log)
	}
}

// TestAnonymousRoutesDropCredentials: what would say who calls is gone before anything else sees the request.
func TestAnonymousRoutesDropCredentials(t *testing.T) {
	each(t, func(t *testing.T, _ *front, op *operation) {
		asked := &asking{}
		f := newFront(t, func(c *Config) { c.Issuer = asked })
		r := f.build(t, op)
		r.Header.Set("Authorization", "Bearer "+canary)
		r.Header.Set("Cookie", "session="+canary)
		f.do(t, r)
		if r.Header.Get("Cookie") != "" {
			t.Error("the cookie is still there")
		}
		if op.class == known {
			if !asked.asked {
				t.Error("the issuer was not asked")
			}
			return
		}
		if asked.asked || r.Header.Get("Authorization") != "" {
			t.Error("credentials were looked at, or left there")
		}
	})
}

// asking is an issuer that remembers whether it was asked.
type asking struct{ asked bool }

func (a *asking) Verify(context.Context, string) (Caller, error) {
	a.asked = true
	return Caller{}, ErrCredentials
}

func TestAnswersAreNotKept(t *testing.T) {
	each(t, func(t *testing.T, f *front, op *operation) {
		w := f.do(t, f.authorized(t, op))
		want := "no-store"
		if op.id == "artifact" {
			want = "public, max-age=31536000, immutable"
		}
		if w.Header().Get("Cache-Control") != want || w.Header().Get("X-Content-Type-Options") != "nosniff" ||
			w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%v", w.Header())
		}
	})
}

// TestRateIsOfAllCallersTogether, and what is signed, such as a withdrawal, does not wait for those who are anonymous.
func TestRateIsOfAllCallersTogether(t *testing.T) {
	f := newFront(t, func(c *Config) { c.Rate = 0.001 })
	send := func(operation, from string) int {
		r := f.authorized(t, f.operations[operation])
		r.RemoteAddr = from
		w := f.do(t, r)
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
		return w.Code
	}
	for i, want := range []int{201, 429, 429} {
		if got := send("POST /v1/challenges", strings.Repeat("1", i+1)+".0.2.7:1"); got != want {
			t.Errorf("request %d: %d, want %d", i, got, want)
		}
	}
	if got := send("GET /v1/registries/{kind}", "192.0.2.9:1"); got != 429 {
		t.Errorf("another anonymous operation: %d", got)
	}
	for _, operation := range []string{"POST /v1/withdrawals", "GET /v1/health", "GET /v1/patients", "GET /v1/patients"} {
		if got := send(operation, "192.0.2.7:1"); got != 200 {
			t.Errorf("%s: %d", operation, got)
		}
	}
	if got := send("POST /v1/bindings", "192.0.2.7:1"); got != 429 {
		t.Errorf("a second signed operation: %d", got)
	}
}
