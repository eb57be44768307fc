package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadinessAsksNoMoreOftenThanItHasTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		r := newReadiness([]check{{"index", false, readyLimit, func(context.Context) error { asked.Add(1); return nil }}})
		defer r.Close()
		for range 10 {
			if all := r.ask(t.Context()); len(all) != 1 || all[0].Err != nil || all[0].Name != "index" {
				t.Errorf("%+v", all)
			}
		}
		if asked.Load() != 1 {
			t.Errorf("asked %d times", asked.Load())
		}
		time.Sleep(readyFresh)
		r.ask(t.Context())
		if asked.Load() != 2 {
			t.Errorf("asked %d times after %s", asked.Load(), readyFresh)
		}
	})
}

// What hangs is asked once at a time, keeps nobody longer than the patience, and is down once its limit is over: until then it is
// what it was last.
func TestReadinessWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hangs atomic.Bool
		var under atomic.Int64
		r := newReadiness([]check{
			{"index", false, readyLimit, func(context.Context) error { return nil }},
			{"chain", true, readyLimit, func(ctx context.Context) error {
				if under.Add(1) > 1 {
					t.Error("asked twice at a time")
				}
				defer under.Add(-1)
				if !hangs.Load() {
					return nil
				}
				<-ctx.Done()
				return ctx.Err()
			}},
		})
		defer r.Close()
		want := func(chain error, within time.Duration) {
			t.Helper()
			start := time.Now()
			all := r.ask(t.Context())
			if took := time.Since(start); took > within || all[0].Err != nil ||
				!errors.Is(all[1].Err, chain) || !all[1].Optional {
				t.Errorf("after %s: %+v, want %v", took, all, chain)
			}
		}
		want(nil, 0)
		hangs.Store(true)
		time.Sleep(readyFresh)
		want(nil, readyPatience)
		want(nil, readyPatience)
		time.Sleep(readyLimit)
		want(context.DeadlineExceeded, readyPatience)
	})
}

func TestReadinessKnowsNothingAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		r := newReadiness([]check{{"keys", false, readyLimit, hang}})
		if all := r.ask(t.Context()); !errors.Is(all[0].Err, errNotAsked) {
			t.Errorf("%+v", all)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if all := r.ask(t.Context()); !errors.Is(all[0].Err, context.Canceled) { // nothing is begun any more
			t.Errorf("after the end: %+v", all)
		}
	})
}

// Every check passes on a service that works, and fails when what it is of is gone.
func TestChecksSayWhatIsGone(t *testing.T) {
	w := newWatched(t)
	st := w.opened(t)
	wants := func(gone ...string) {
		t.Helper()
		st.ready.forget()
		for _, d := range st.ready.ask(t.Context()) {
			if wrong := strings.Contains(fmt.Sprint(gone), d.Name); (d.Err != nil) != wrong {
				t.Errorf("%s: %v, and gone is %v", d.Name, d.Err, gone)
			}
		}
	}
	wants()
	for i, c := range []struct {
		name string
		end  func() error
	}{{"chain", st.chain.Close}, {"log", func() error { return os.RemoveAll(st.logDir) }}, {"index", st.index.Close}} {
		if err := c.end(); err != nil {
			t.Fatal(err)
		}
		wants([]string{"chain", "log", "index"}[:i+1]...)
	}
}
