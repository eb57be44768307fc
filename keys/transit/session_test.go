package transit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"lethe/keys"
)

const (
	loginCall  = "POST /v1/auth/approle/login"
	renewCall  = "POST /v1/auth/token/renew-self"
	revokeCall = "POST /v1/auth/token/revoke-self"
	countCall  = "GET /v1/lethe-a/keys/lethe-count"
)

// grants answers with the n-th token, of the life given.
func grants(n *atomic.Int32, seconds int, renewable bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"auth": map[string]any{
			"client_token": fmt.Sprintf("hvs.%d", n.Add(1)), "lease_duration": seconds, "renewable": renewable,
		}})
	}
}

// roleFake is a fake with an AppRole, whose login gives tokens of one second; it counts only for the newest token.
func roleFake(t *testing.T) (*fake, *atomic.Int32) {
	f, logins := newFake(t), new(atomic.Int32)
	f.on(loginCall, grants(logins, 1, true))
	f.on(renewCall, says(http.StatusForbidden, `{"errors":["permission denied"]}`))
	f.on(revokeCall, says(http.StatusNoContent, ""))
	f.on(countCall, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Vault-Token") != fmt.Sprintf("hvs.%d", logins.Load()) {
			says(http.StatusForbidden, `{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}`)(w, r)
			return
		}
		gives(map[string]int{"latest_version": 7})(w, r)
	})
	return f, logins
}

func (f *fake) roleConfig(secretIDs ...string) Config {
	cfg, asked := f.config(), 0
	cfg.Login = Login{AppRole: &AppRole{RoleID: "role", SecretID: func(context.Context) (string, error) {
		asked++
		return secretIDs[min(asked, len(secretIDs))-1], nil
	}}}
	return cfg
}

// eventually waits for what a background goroutine does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	f, logins := roleFake(t)
	f.on(renewCall, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"auth":{"client_token":%q,"lease_duration":1,"renewable":true}}`, r.Header.Get("X-Vault-Token"))
	})
	r := openRing(t, f.roleConfig("s"))
	eventually(t, "two renewals", func() bool { return f.count(renewCall) >= 2 })
	if _, err := r.Count(t.Context()); err != nil || logins.Load() != 1 {
		t.Errorf("%d logins, %v", logins.Load(), err)
	}
}

// TestLoginAgain where the token cannot be renewed, and where its longest life is near: with a new secret id each time.
func TestLoginAgain(t *testing.T) {
	t.Parallel()
	for what, renew := range map[string]http.HandlerFunc{
		"refused":      says(http.StatusForbidden, `{"errors":["permission denied"]}`),
		"near the end": says(http.StatusOK, `{"auth":{"client_token":"hvs.1","lease_duration":0,"renewable":true}}`),
	} {
		f, logins := roleFake(t)
		f.on(renewCall, renew)
		r := openRing(t, f.roleConfig("first", "second"))
		eventually(t, what+": a second login", func() bool { return logins.Load() >= 2 })
		eventually(t, what+": the new token in use", func() bool { _, err := r.Count(t.Context()); return err == nil })
		f.mu.Lock()
		if sent := strings.Join(f.sent, " "); !strings.Contains(sent, `"secret_id":"second"`) {
			t.Errorf("%s: the secret id was not asked for again", what)
		}
		f.mu.Unlock()
	}
}

// TestDeniedTokenIsReplaced long before its time: somebody revoked it.
func TestDeniedTokenIsReplaced(t *testing.T) {
	t.Parallel()
	f, logins := roleFake(t)
	f.on(loginCall, grants(logins, 3600, true))
	r := openRing(t, f.roleConfig("s"))
	logins.Add(1) // the token is no longer the newest
	if _, err := r.Count(t.Context()); !errors.Is(err, ErrDenied) {
		t.Errorf("%v, want ErrDenied", err)
	}
	eventually(t, "another login", func() bool { _, err := r.Count(t.Context()); return err == nil })
}

// TestLoginFailsForAWhile: the ring comes back by itself.
func TestLoginFailsForAWhile(t *testing.T) {
	t.Parallel()
	f, logins := roleFake(t)
	r := openRing(t, f.roleConfig("s"))
	f.on(loginCall, says(http.StatusServiceUnavailable, `{"errors":["Vault is sealed"]}`))
	eventually(t, "a login that failed", func() bool { return f.count(loginCall) >= 2 })
	f.on(loginCall, grants(logins, 1, true))
	eventually(t, "a login that did not", func() bool { _, err := r.Count(t.Context()); return err == nil && logins.Load() >= 2 })
}

func TestTokenOfAnother(t *testing.T) {
	t.Parallel()
	f, logins := roleFake(t)
	cfg := f.config()
	cfg.Login.Token = func(context.Context) (string, error) { return fmt.Sprintf("hvs.%d", logins.Load()), nil }
	r := openRing(t, cfg)
	logins.Add(1)
	if _, err := r.Count(t.Context()); !errors.Is(err, ErrDenied) {
		t.Errorf("%v, want ErrDenied", err)
	}
	eventually(t, "the new token", func() bool { _, err := r.Count(t.Context()); return err == nil })
	must(t, r.Close())
	if f.count(renewCall)+f.count(revokeCall)+f.count(loginCall) > 0 {
		t.Error("renewed, revoked, or logged in")
	}
}

func TestLoginRefused(t *testing.T) {
	f := newFake(t)
	for _, said := range []string{"invalid role or secret ID", "invalid secret id"} {
		f.on(loginCall, says(http.StatusBadRequest, `{"errors":["`+said+`"]}`))
		if _, err := Open(t.Context(), f.roleConfig("s")); !errors.Is(err, ErrDenied) {
			t.Errorf("%q: %v, want ErrDenied", said, err)
		}
	}
	f.on(loginCall, says(http.StatusOK, `{"auth":null}`))
	if _, err := Open(t.Context(), f.roleConfig("s")); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("no token: %v", err)
	}
	lost := errors.New("secret id is lost")
	for _, login := range []Login{
		{AppRole: &AppRole{RoleID: "r", SecretID: func(context.Context) (string, error) { return "", lost }}},
		{Token: func(context.Context) (string, error) { return "", lost }},
	} {
		cfg := f.config()
		cfg.Login = login
		if _, err := Open(t.Context(), cfg); !errors.Is(err, lost) {
			t.Errorf("%v, want the provider's error", err)
		}
	}
}

func TestCloseRevokesAndStops(t *testing.T) {
	f, logins := roleFake(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	r, err := Open(t.Context(), f.roleConfig("s"))
	must(t, err)
	must(t, r.Close())
	if f.count(revokeCall) != 1 || logins.Load() != 1 {
		t.Errorf("%d revocations, %d logins", f.count(revokeCall), logins.Load())
	}
	before := len(f.calls)
	for call, err := range everything(t.Context(), r, keys.NewName()) {
		if !errors.Is(err, keys.ErrUnavailable) {
			t.Errorf("%s after Close: %v", call, err)
		}
	}
	if len(f.calls) != before {
		t.Error("calls after Close")
	}
}

func TestCloseSaysThatItCouldNotRevoke(t *testing.T) {
	f, _ := roleFake(t)
	f.on(revokeCall, says(http.StatusInternalServerError, `{"errors":["x"]}`))
	r, err := Open(t.Context(), f.roleConfig("s"))
	must(t, err)
	if err := r.Close(); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}
