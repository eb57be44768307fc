package index_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/index"
)

// wire is a connection to the server that a test can cut, or silence.
type wire struct {
	server string
	url    string
	// lose swallows the answer to what the client says when it contains this, and ends the connection.
	lose atomic.Pointer[string]
	mute atomic.Bool
	dead atomic.Bool
}

func newWire(t *testing.T, at string) *wire {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w := &wire{server: u.Host}
	u.Host = listener.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable") // the wire reads what passes
	u.RawQuery = q.Encode()
	w.url = u.String()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	return w
}

func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil || w.dead.Load() {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		io.Copy(muted{client, &w.mute}, server)
	}()
	said := make([]byte, 1<<16)
	for {
		n, err := client.Read(said)
		if err != nil || w.dead.Load() {
			return
		}
		last := w.lose.Load()
		if last != nil && bytes.Contains(said[:n], []byte(*last)) {
			w.mute.Store(true)
			server.Write(said[:n])
			time.Sleep(200 * time.Millisecond) // the server has done it by now
			return
		}
		server.Write(said[:n])
	}
}

type muted struct {
	to   io.Writer
	mute *atomic.Bool
}

func (m muted) Write(p []byte) (int, error) {
	if m.mute.Load() {
		return len(p), nil
	}
	return m.to.Write(p)
}

func put(ctx context.Context, s *index.Store, name string) error {
	return s.InTx(ctx, func(tx offchain.Tx) error { return tx.PutSetting(ctx, name, []byte("v")) })
}

func has(t *testing.T, s *index.Store, name string) bool {
	t.Helper()
	err := s.View(t.Context(), func(q offchain.Queries) error {
		_, err := q.Setting(t.Context(), name)
		return err
	})
	if err != nil && !errors.Is(err, offchain.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestACommitWhoseAnswerIsLostIsNotCalledFailed(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	direct := openURL(t, at, "main")
	w := newWire(t, at)
	s := openURL(t, w.url, "main")
	runs := 0
	commit := "commit"
	err := s.InTx(t.Context(), func(tx offchain.Tx) error {
		runs++
		w.lose.Store(&commit)
		return tx.PutSetting(t.Context(), "lost", []byte("v"))
	})
	if !contains(err, "the outcome is not known") {
		t.Errorf("err = %v", err)
	}
	if runs != 1 || !has(t, direct, "lost") {
		t.Errorf("the closure was run %d times; committed: %v", runs, has(t, direct, "lost"))
	}
	w.lose.Store(nil)
	w.mute.Store(false)
	if err := put(t.Context(), s, "after"); err != nil {
		t.Errorf("on a new connection: %v", err)
	}
}

// What the server has refused, or never began to do, is known not to have happened.
func TestARefusedCommitIsKnownToHaveFailed(t *testing.T) {
	t.Parallel()
	at, above := postgres(t)
	s := openURL(t, at, "main")
	admin := connect(t, above)
	do(t, admin, `CREATE FUNCTION lethe.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'`)
	do(t, admin, `CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON lethe.settings DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION lethe.refuse()`)
	err := put(t.Context(), s, "n")
	if contains(err, "not known") || !contains(err, "index: commit: ") || has(t, s, "n") {
		t.Errorf("err = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = s.InTx(ctx, func(offchain.Tx) error { cancel(); return nil })
	if contains(err, "not known") || !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

func TestAServerThatIsGoneOrSilentIsAnError(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	w := newWire(t, at)
	s := openURL(t, w.url, "main")
	w.mute.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := put(ctx, s, "n")
	if long := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || !contains(err, "index: ") || long > 5*time.Second {
		t.Errorf("a silent server: %v after %s", err, long)
	}
	w.dead.Store(true)
	w.mute.Store(false)
	for name, err := range map[string]error{
		"InTx": put(t.Context(), s, "n"), "Scrub": s.Scrub(t.Context()),
		"View": s.View(t.Context(), func(offchain.Queries) error { return nil }),
	} {
		if !contains(err, "index: ") {
			t.Errorf("%s without a server: %v", name, err)
		}
	}
	cfg := index.Config{URL: w.url, Tenant: "main", Log: slog.New(slog.DiscardHandler)}
	if _, err := index.Open(t.Context(), cfg); !contains(err, "index: ") {
		t.Errorf("open without a server: %v", err)
	}
	w.dead.Store(false)
	if err := put(t.Context(), s, "n"); err != nil || !has(t, s, "n") {
		t.Errorf("once it is back: %v", err)
	}
}

// A process that stops in the middle of its turn loses it, and those who wait do not wait for ever.
func TestAStuckWriterKeepsTheOthersForABoundedTime(t *testing.T) {
	t.Parallel()
	at, _ := postgres(t)
	limited := func(setting string) *index.Store {
		return openURL(t, at+"&"+setting, "main")
	}
	stuck, patient, hasty := limited("idle_in_transaction_session_timeout=600"), openURL(t, at, "main"), limited("lock_timeout=100")
	err := stuck.InTx(t.Context(), func(tx offchain.Tx) error {
		if err := tx.PutSetting(t.Context(), "stuck", []byte("v")); err != nil {
			return err
		}
		if err := put(t.Context(), hasty, "hasty"); !contains(err, "lock timeout") {
			t.Errorf("who waits no longer: %v", err)
		}
		return put(t.Context(), patient, "patient") // its turn comes when the stuck one has lost its own
	})
	if err == nil || has(t, patient, "stuck") || !has(t, patient, "patient") {
		t.Errorf("the stuck writer: %v; it wrote: %v, the other: %v", err, has(t, patient, "stuck"), has(t, patient, "patient"))
	}
}
