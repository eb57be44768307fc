package transit

import (
	"bytes"
	"context"
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lethe/keys"
)

// everything calls each method of a ring once, with the name given, and returns the errors.
func everything(ctx context.Context, r *Ring, name keys.Name) map[string]error {
	_, wrap := r.Wrap(ctx, name, keys.NewKey(), []byte("ad"))
	_, unwrap := r.Unwrap(ctx, name, []byte(shut), []byte("ad"))
	_, exists := r.Exists(ctx, name)
	_, count := r.Count(ctx)
	_, advance := r.Advance(ctx)
	_, blind := r.Blind(ctx, []byte("mrn"))
	_, derive := r.Derive(ctx, "log")
	_, signer := r.Signer(ctx)
	return map[string]error{
		"Create": r.Create(ctx, name), "Wrap": wrap, "Unwrap": unwrap, "Destroy": r.Destroy(ctx, name), "Exists": exists,
		"Count": count, "Advance": advance, "Blind": blind, "Derive": derive, "Signer": signer,
		"CheckRole": r.CheckRole(ctx, RoleServe),
	}
}

// TestOutages: whatever goes wrong comes as unavailable, under its own sentinel where it has one, and tells no name, no path, and
// nothing of an answer.
func TestOutages(t *testing.T) {
	name := keys.NewName()
	hint := "canary " + string(name)
	for _, tt := range []struct {
		what   string
		status int
		body   string
		want   error
	}{
		{"sealed", 503, `{"errors":["Vault is sealed"]}`, ErrSealed},
		{"standby", 500, `{"errors":["local node not active but active cluster node not found"]}`, ErrStandby},
		{"standby", 503, `{"errors":["Vault is in standby mode"]}`, ErrStandby},
		{"redirect", 307, ``, ErrStandby},
		{"denied", 403, `{"errors":["1 error occurred:\n\t* permission denied\n\n"]}`, ErrDenied},
		{"rate limited", 429, `{"errors":["request path \"` + hint + `\": rate limit quota exceeded"]}`, ErrRateLimited},
		{"no mount", 404, `{"errors":["no handler for route \"` + hint + `\". route entry not found."]}`, errNoMount},
		{"internal", 500, `{"errors":["1 error occurred: ` + hint + `"]}`, keys.ErrUnavailable},
		{"an error of no kind we know", 400, `{"errors":["` + hint + `"]}`, keys.ErrUnavailable},
		{"a proxy's error", 502, `<html>` + hint + `</html>`, keys.ErrUnavailable},
		{"a proxy's 404", 404, ``, keys.ErrUnavailable},
		{"a proxy's 404", 404, `{}`, keys.ErrUnavailable},
		{"a proxy's page", 200, `<html>` + hint + `</html>`, keys.ErrUnavailable},
		{"nothing", 200, ``, keys.ErrUnavailable},
		{"cut", 200, `{"data":{"plaintext":"AAAA`, keys.ErrUnavailable},
		{"endless", 200, `{"data":"` + strings.Repeat("A", maxAnswer) + `"}`, keys.ErrUnavailable},
		{"of another form", 200, `{"data":{"plaintext":7,"ciphertext":7,"hmac":7,"latest_version":"7","keys":7}}`, keys.ErrUnavailable},
	} {
		t.Run(fmt.Sprint(tt.what, tt.status), func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "http://127.0.0.1:1/v1/"+hint)
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			defer server.Close()
			cfg := (&fake{Server: server}).config()
			for call, err := range everything(t.Context(), openRing(t, cfg), name) {
				if !errors.Is(err, keys.ErrUnavailable) || !errors.Is(err, tt.want) {
					t.Errorf("%s: %v, want %v", call, err, tt.want)
				}
				if err != nil && (strings.Contains(err.Error(), string(name)) || strings.Contains(err.Error(), "canary") ||
					strings.Contains(err.Error(), "/v1/")) {
					t.Errorf("%s tells too much: %v", call, err)
				}
				for _, wrong := range []error{keys.ErrNoKey, keys.ErrUnwrap, keys.ErrKeyExists, context.DeadlineExceeded} {
					if errors.Is(err, wrong) {
						t.Errorf("%s: an outage passes for %v", call, wrong)
					}
				}
			}
		})
	}
}

// TestThreat40DeletionNeedsVaultsOwnAnswer: Vault answers a deletion with 204 and nothing. No other success is believed.
func TestThreat40DeletionNeedsVaultsOwnAnswer(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	path := "/v1/lethe-a/keys/" + string(name)
	f.on("POST "+path+"/config", gives(map[string]bool{"deletion_allowed": true}))
	r := f.ring(t)
	for _, status := range []int{200, 201, 202, 301, 307, 404, 410} {
		f.on("DELETE "+path, says(status, `{"data":{}}`))
		if err := r.Destroy(t.Context(), name); !errors.Is(err, keys.ErrUnavailable) {
			t.Errorf("%d: %v, want ErrUnavailable", status, err)
		}
	}
	f.on("DELETE "+path, says(204, ""))
	must(t, r.Destroy(t.Context(), name))
}

// TestDestroyGivesUp where a server says forever that what it made is not there.
func TestDestroyGivesUp(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	path := "/v1/lethe-a/keys/" + string(name)
	f.on("POST "+path, gives(nil))
	f.on("POST "+path+"/config", says(400, `{"errors":["no existing key named x could be found"]}`))
	if err := f.ring(t).Destroy(t.Context(), name); !errors.Is(err, keys.ErrUnavailable) {
		t.Error(err)
	}
	if n := f.count("POST " + path); n != maxRounds {
		t.Errorf("made again %d times", n)
	}
}

func TestTimeoutsAndCancellation(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	release := make(chan struct{})
	defer close(release)
	hang := func(http.ResponseWriter, *http.Request) { <-release }
	f.on("POST /v1/lethe-a/decrypt/"+string(name), hang)
	cfg := f.config()
	cfg.Timeout = 50 * time.Millisecond
	_, err := openRing(t, cfg).Unwrap(t.Context(), name, []byte(shut), nil)
	if !errors.Is(err, keys.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Config.Timeout: %v, want ErrUnavailable alone", err)
	}
	for want, ctx := range map[error]func() (context.Context, context.CancelFunc){
		context.DeadlineExceeded: func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 50*time.Millisecond)
		},
		context.Canceled: func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		},
	} {
		ctx, cancel := ctx()
		_, err := f.ring(t).Unwrap(ctx, name, []byte(shut), nil)
		cancel()
		if !errors.Is(err, want) || errors.Is(err, keys.ErrUnavailable) {
			t.Errorf("%v, want %v alone", err, want)
		}
	}
}

func TestAnswerCutMidway(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	f.on("POST /v1/lethe-a/decrypt/"+string(name), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"data":{"plaintext":"`+base64.StdEncoding.EncodeToString(make([]byte, 32))+`"}}`)
	})
	if key, err := f.ring(t).Unwrap(t.Context(), name, []byte(shut), nil); !errors.Is(err, keys.ErrUnavailable) || key != nil {
		t.Error(err)
	}
}

// TestSignatureIsCheckedBeforeItIsReturned: a server that signs with another key, or version, is not believed.
func TestSignatureIsCheckedBeforeItIsReturned(t *testing.T) {
	f := newFake(t)
	public := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	f.on("GET /v1/lethe-a/keys/lethe-certificates", gives(map[string]any{
		"latest_version": 3, "keys": map[string]any{"3": map[string]string{"public_key": public}},
	}))
	signer, err := f.ring(t).Signer(t.Context())
	must(t, err)
	for _, signature := range []string{"vault:v3:" + base64.StdEncoding.EncodeToString(make([]byte, 64)), "vault:v3:", "", "AAAA"} {
		f.on("POST /v1/lethe-a/sign/lethe-certificates", gives(map[string]string{"signature": signature}))
		if b, err := signer.Sign(nil, []byte("m"), keyless{}); !errors.Is(err, keys.ErrUnavailable) || b != nil {
			t.Errorf("%q: %v", signature, err)
		}
	}
	if !strings.Contains(f.sent[len(f.sent)-1], `"key_version":"3"`) {
		t.Error("another version than the public key's was asked for")
	}
}

func TestRequestsSayWho(t *testing.T) {
	f := newFake(t)
	var header http.Header
	f.on("GET /v1/lethe-a/keys/lethe-count", func(w http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		gives(map[string]int{"latest_version": 7})(w, r)
	})
	cfg := f.config()
	cfg.Namespace = "hospital"
	if n, err := openRing(t, cfg).Count(t.Context()); n != 6 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for name, want := range map[string]string{
		"X-Vault-Token": fakeToken, "X-Vault-Namespace": "hospital", "X-Vault-Request": "true",
	} {
		if header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, header.Get(name), want)
		}
	}
}

type keyless struct{}

func (keyless) HashFunc() crypto.Hash { return 0 }

// TestThreat40KeyNotMadeForNow: where another call deletes while Destroy makes the key again, Vault makes none and says so;
// Destroy goes round again.
func TestThreat40KeyNotMadeForNow(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	path := "/v1/lethe-a/keys/" + string(name)
	f.on("POST "+path+"/config", says(http.StatusBadRequest, `{"errors":["no existing key named could be found"]}`))
	f.on("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		f.on("POST "+path, gives(nil))
		f.on("POST "+path+"/config", gives(nil))
		f.on("DELETE "+path, says(http.StatusNoContent, ""))
		says(http.StatusInternalServerError, `{"errors":["1 error occurred: error generating key: returned policy was nil"]}`)(w, r)
	})
	must(t, f.ring(t).Destroy(t.Context(), name))
	if got := f.count("DELETE " + path); got != 1 {
		t.Errorf("%d deletions, want 1", got)
	}
}
