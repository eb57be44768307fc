package transit_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"

	"lethe/keys"
	"lethe/keys/transit"
)

// lossy stands between a ring and Vault, and loses one call: it, or its answer.
type lossy struct {
	proxy *httputil.ReverseProxy

	mu        sync.Mutex
	calls     []string       // methods, so far
	lose      int            // which call, from 0; -1 for none
	request   bool           // it does not reach Vault, else its answer is lost
	meanwhile map[int]func() // what others do before Vault hears the call of this number
}

func (l *lossy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	lost, request := len(l.calls) == l.lose, l.request
	meanwhile := l.meanwhile[len(l.calls)]
	l.calls = append(l.calls, r.Method)
	l.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	if lost && request {
		panic(http.ErrAbortHandler)
	}
	if lost {
		w = httptest.NewRecorder()
	}
	l.proxy.ServeHTTP(w, r)
	if lost {
		panic(http.ErrAbortHandler)
	}
}

// arm forgets the calls so far, and loses the one given.
func (l *lossy) arm(lose int, request bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.lose, l.request = nil, lose, request
}

func (l *lossy) seen() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

// through opens a ring behind a lossy proxy.
func (n *tenant) through(t *testing.T) (*transit.Ring, *lossy) {
	t.Helper()
	target, err := url.Parse(n.url)
	must(t, err)
	l := &lossy{proxy: httputil.NewSingleHostReverseProxy(target), lose: -1}
	l.proxy.Transport = n.http.Transport
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	cfg := n.config()
	cfg.Address, cfg.CAFile = server.URL, ""
	return open(t, cfg), l
}

// TestThreat40DestroyThroughLosses loses each call of a destruction, and each answer, of a key that is there and of one that is
// not. Never nil before the deletion was answered; called again, it ends.
func TestThreat40DestroyThroughLosses(t *testing.T) {
	n := newTenant(t)
	r, lossy := n.through(t)
	for _, present := range []bool{true, false} {
		steps := []string{"POST", "DELETE"} // allow, delete
		if !present {
			steps = []string{"POST", "POST", "POST", "DELETE"} // allow (not found), make again, allow, delete
		}
		for lose := range steps {
			for _, request := range []bool{true, false} {
				t.Run(fmt.Sprintf("present=%t/lose=%d/request=%t", present, lose, request), func(t *testing.T) {
					name := keys.NewName()
					if present {
						must(t, r.Create(t.Context(), name))
					}
					lossy.arm(lose, request)
					if err := r.Destroy(t.Context(), name); !errors.Is(err, keys.ErrUnavailable) {
						t.Errorf("with a loss: %v, want ErrUnavailable", err)
					}
					if calls := lossy.seen(); !slices.Equal(calls, steps[:lose+1]) {
						t.Errorf("calls %v", calls)
					}
					lossy.arm(-1, false)
					must(t, r.Destroy(t.Context(), name))
					if status, _ := n.as(n.token, "GET", n.mount+"/keys/"+string(name), nil); status != 404 {
						t.Errorf("the key is still there: %d", status)
					}
				})
			}
		}
	}
}

// TestThreat40DestroysCross lets another Destroy act between two calls of one: it ends all the same, and the key is gone.
func TestThreat40DestroysCross(t *testing.T) {
	n := newTenant(t)
	r, lossy := n.through(t)
	path := func(name keys.Name) string { return n.mount + "/keys/" + string(name) }
	remake := func(name keys.Name) { n.do("POST", path(name), object{"type": "ed25519"}) }
	remove := func(name keys.Name) {
		n.do("POST", path(name)+"/config", object{"deletion_allowed": true})
		n.do("DELETE", path(name), nil)
	}
	for what, tc := range map[string]struct {
		acts  map[int]func(keys.Name)
		calls []string
	}{
		"deleted before it is allowed": {map[int]func(keys.Name){0: remove}, []string{"POST", "POST", "POST", "DELETE"}},
		"deleted after it was allowed": {map[int]func(keys.Name){1: remove},
			[]string{"POST", "DELETE", "POST", "POST", "DELETE"}},
		"deleted and made again after it was allowed": {map[int]func(keys.Name){1: func(name keys.Name) { remove(name); remake(name) }},
			[]string{"POST", "DELETE", "POST", "DELETE"}},
		"made again beside": {map[int]func(keys.Name){0: remove, 1: remake}, []string{"POST", "POST", "POST", "DELETE"}},
	} {
		t.Run(what, func(t *testing.T) {
			name := keys.NewName()
			must(t, r.Create(t.Context(), name))
			lossy.arm(-1, false)
			lossy.meanwhile = map[int]func(){}
			for call, act := range tc.acts {
				lossy.meanwhile[call] = func() { act(name) }
			}
			must(t, r.Destroy(t.Context(), name))
			lossy.meanwhile = nil
			if calls := lossy.seen(); !slices.Equal(calls, tc.calls) {
				t.Errorf("calls %v, want %v", calls, tc.calls)
			}
			if there, err := r.Exists(t.Context(), name); there || err != nil {
				t.Errorf("Exists = %t, %v", there, err)
			}
		})
	}
}

// TestCreateWhoseAnswerIsLost leaves a key: nobody takes the name for free afterwards.
func TestCreateWhoseAnswerIsLost(t *testing.T) {
	n := newTenant(t)
	r, lossy := n.through(t)
	name := keys.NewName()
	lossy.arm(0, false)
	if err := r.Create(t.Context(), name); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("with a loss: %v", err)
	}
	if err := r.Create(t.Context(), name); !errors.Is(err, keys.ErrKeyExists) {
		t.Errorf("again: %v, want ErrKeyExists", err)
	}
}

// TestAdvanceThroughLosses loses the rotation, or its answer: an error either way, and the count does not go back.
func TestAdvanceThroughLosses(t *testing.T) {
	n := newTenant(t)
	r, lossy := n.through(t)
	for request, moved := range map[bool]uint64{true: 0, false: 1} {
		before, err := r.Count(t.Context())
		must(t, err)
		lossy.arm(1, request)
		if _, err := r.Advance(t.Context()); !errors.Is(err, keys.ErrUnavailable) {
			t.Errorf("request lost = %t: %v, want ErrUnavailable", request, err)
		}
		lossy.arm(-1, false)
		if after, err := r.Count(t.Context()); after != before+moved || err != nil {
			t.Errorf("request lost = %t: from %d to %d, %v", request, before, after, err)
		}
	}
}

// TestThreat25KeyMadeAgainServesNobody holds a destruction where the key stands that was made again: nobody wraps under it, and
// what the first key wrapped meets no key.
func TestThreat25KeyMadeAgainServesNobody(t *testing.T) {
	n := newTenant(t)
	r, lossy := n.through(t)
	name, key := keys.NewName(), keys.NewKey()
	must(t, r.Create(t.Context(), name))
	wrapped := map[string][]byte{}
	for _, ad := range []string{"", "ad"} {
		w, err := r.Wrap(t.Context(), name, key, []byte(ad))
		must(t, err)
		wrapped[ad] = w
	}
	must(t, r.Destroy(t.Context(), name))
	lossy.arm(1, false)
	if err := r.Destroy(t.Context(), name); err == nil {
		t.Fatal("not held")
	}
	lossy.arm(-1, false)
	if there, err := r.Exists(t.Context(), name); !there || err != nil {
		t.Fatalf("Exists = %t, %v: the key was not made again", there, err)
	}
	for ad, w := range wrapped {
		for who, ring := range map[string]*transit.Ring{"administrator": r, "serve": n.role(t, serve)} {
			if _, err := ring.Unwrap(t.Context(), name, w, []byte(ad)); !errors.Is(err, keys.ErrNoKey) {
				t.Errorf("%s unwraps: %v, want ErrNoKey", who, err)
			}
			if _, err := ring.Wrap(t.Context(), name, key, []byte(ad)); !errors.Is(err, keys.ErrNoKey) {
				t.Errorf("%s wraps: %v, want ErrNoKey", who, err)
			}
		}
	}
	must(t, r.Destroy(t.Context(), name))
}

// TestThreat40ArchiveLeftBehindIsDestroyed deletes a key's present versions beneath Transit, as a delete that died midway leaves
// it: Transit says that the key is not there while its archive is. Destroy must not return before the archive is gone.
func TestThreat40ArchiveLeftBehindIsDestroyed(t *testing.T) {
	n := newTenant(t)
	mounts := n.do("GET", "sys/mounts", nil)
	raw := "sys/raw/logical/" + mounts[n.mount+"/"].(object)["uuid"].(string)
	if status, _ := n.as(n.token, "LIST", raw+"/policy", nil); status != 200 {
		t.Skip("the server has no raw_storage_endpoint")
	}
	left := func() bool {
		names, _ := n.do("LIST", raw+"/archive", nil)["keys"].([]any)
		return slices.ContainsFunc(names, func(name any) bool { return len(name.(string)) == 64 })
	}
	r, name := n.ring(t), keys.NewName()
	must(t, r.Create(t.Context(), name))
	n.do("DELETE", raw+"/policy/"+string(name), nil)
	n.do("POST", n.mount+"/cache-config", object{"size": 10}) // Transit forgets what it read
	if there, err := r.Exists(t.Context(), name); there || err != nil || !left() {
		t.Fatalf("Exists = %t, %v, archive %t: not what a delete that died midway leaves", there, err, left())
	}
	must(t, r.Destroy(t.Context(), name))
	if left() {
		t.Error("the archive is still there")
	}
}
