package vault

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
)

// answers is an index that answers as the test says, and keeps nothing.
type answers struct {
	offchain.Store
	change, look func(context.Context) error
}

func (a answers) InTx(ctx context.Context, _ func(offchain.Tx) error) error      { return a.change(ctx) }
func (a answers) View(ctx context.Context, _ func(offchain.Queries) error) error { return a.look(ctx) }

func (a answers) RenewSession(context.Context, offchain.Session) error {
	return errors.New("it was over")
}

// hangs does not answer until who asks gives up, or for an hour.
func hangs(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Hour):
		return nil
	}
}

// before is one that works by the bubble's clock, on such an index.
func before(index answers) *Service {
	return &Service{cfg: Config{
		Shared: true, Holder: "one", Store: index, Keys: struct{ keys.Wrapper }{}, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}}
}

// Who cannot renew a lease stops what it does under it before another can take it, however the index fails.
func TestALeaseThatCannotBeRenewedEndsTheWork(t *testing.T) {
	gone := func(context.Context) error { return offchain.ErrUnavailable }
	for what, c := range map[string]struct {
		slow time.Duration // the answer to the last renewal
		then func(context.Context) error
		want error
	}{
		"no answer":               {0, hangs, context.DeadlineExceeded},
		"no answer, after a slow": {14 * time.Second, hangs, context.DeadlineExceeded},
		"an error":                {0, gone, offchain.ErrUnavailable},
		"another has it":          {0, func(context.Context) error { return offchain.ErrHeld }, offchain.ErrHeld},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, asked := 0, time.Now()
				s := before(answers{change: func(ctx context.Context) error {
					if n++; n > 2 { // taken, and renewed once
						return c.then(ctx)
					}
					asked = time.Now()
					time.Sleep(time.Duration(n-1) * c.slow)
					return nil
				}})
				err := s.alone(t.Context(), "lease", func(ctx context.Context) error { return errors.Join(hangs(ctx), ctx.Err()) })
				if took := time.Since(asked); !errors.Is(err, context.Canceled) || !errors.Is(err, c.want) || took >= leaseTerm {
					t.Errorf("after %s: %v, want one that has %v", took, err, c.want)
				}
			})
		})
	}
}

// An index that fails now and then does not end it.
func TestALeaseIsRenewedAgainAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s := before(answers{change: func(context.Context) error {
			if n++; n%3 == 0 {
				return offchain.ErrUnavailable
			}
			return nil
		}})
		must(t, s.alone(t.Context(), "lease", func(ctx context.Context) error {
			time.Sleep(10 * leaseTerm)
			return ctx.Err()
		}))
	})
}

// A process that hears nothing stops asking when its session is over, and does not go on with what it has asked then.
func TestWhoHearsNothingAsksNoLongerThanItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := before(answers{look: hangs})
		begun := time.Now()
		s.session.until = begun.Add(sessionTerm)
		err := s.hear(t.Context())
		if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > sessionTerm {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// at runs a function the first time that a process comes to a point.
func (f *fleet) at(point string, do func()) {
	done := false
	f.onStep = func(p string) {
		if p == point && !done {
			done = true
			do()
		}
	}
}

// Who lost the log while it wrote shows nothing of it, whether another holds it now or has held it meanwhile.
func TestWhoLostTheLogShowsNothing(t *testing.T) {
	for _, c := range []struct {
		point       string
		left, added int // entries: of an earlier writer, and in the log afterwards
	}{{"log.writer-elected", 1, 1}, {"log.writer-elected", 0, 0}, {"log.entries-taken", 0, 4}, {"log.entries-appended", 0, 4}} {
		for _, since := range []time.Duration{0, 2 * writerTerm} {
			f := newFleet(t)
			one, two, serve := f.idle("work-1"), f.idle("work-2"), f.idle("serve")
			other := &goesOn{LogWriter: one.cfg.Writer}
			one.cfg.Writer = other
			must(t, errors.Join(one.Recover(t.Context()), two.Recover(t.Context()), serve.Recover(t.Context())))
			serve.take(1)
			f.tlog.entries = make([]anchor.Hash, c.left)
			f.at(c.point, func() {
				f.clock.move(writerTerm + time.Second)
				other.again = true
				_, err := two.holdLease(t.Context())
				must(t, err)
				f.clock.move(since)
			})
			err := one.Service.SequenceLog(t.Context(), offchain.SequenceLog{})
			if n := f.tlog.Shown().Size; n != 0 || len(f.tlog.entries) != c.added || err != nil && !errors.Is(err, offchain.ErrHeld) {
				t.Errorf("%+v, %s later: %d of %d entries are shown, %v", c, since, n, len(f.tlog.entries), err)
			}
		}
	}
}

// goesOn tells once that another has gone on with the log, after so many failures.
type goesOn struct {
	LogWriter
	again bool
	fails int
}

func (g *goesOn) Refresh(context.Context) (again bool, err error) {
	if g.fails--; g.fails >= 0 {
		return false, errFault
	}
	again, g.again = g.again, false
	return again, nil
}

// Whether another has written is asked until it is known.
func TestNobodyWritesTheLogBeforeItIsKnownWhetherAnotherHas(t *testing.T) {
	f := newFleet(t)
	work, serve := f.idle("work"), f.idle("serve")
	must(t, errors.Join(work.Recover(t.Context()), serve.Recover(t.Context())))
	serve.take(1)
	work.cfg.Writer = &goesOn{LogWriter: work.cfg.Writer, fails: 2}
	for range 2 {
		is(t, work.Service.SequenceLog(t.Context(), offchain.SequenceLog{}), errFault)
		if n := len(f.tlog.entries); n != 0 {
			t.Fatalf("%d entries were appended", n)
		}
	}
	must(t, work.Service.SequenceLog(t.Context(), offchain.SequenceLog{}))
}

// Of two that prepare the same erasure, one waits for the other, and finds it prepared.
func TestOneProcessPreparesAtATime(t *testing.T) {
	f := newFleet(t)
	one, two := f.idle("serve-1"), f.idle("serve-2")
	must(t, errors.Join(one.Recover(t.Context()), two.Recover(t.Context())))
	job := offchain.PrepareErasure{Case: one.approve(keeping(one.take(1).Patient, "billing"))}
	f.at("erase.retained-written", func() {
		short, cancel := context.WithTimeout(t.Context(), 5*poll)
		defer cancel()
		err := two.Service.PrepareErasure(short, job)
		if !errors.Is(err, offchain.ErrHeld) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the second: %v, want one that waits", err)
		}
	})
	must(t, one.Service.PrepareErasure(t.Context(), job))
	count := `SELECT count(*) FROM objects o JOIN compartments c ON c.id = o.compartment WHERE c.name = 'retained'`
	first := f.text(count)
	f.clock.move(time.Second) // what was given back is free from then on
	must(t, two.Service.PrepareErasure(t.Context(), job))
	if n := f.text(count); first != "2" || n != first {
		t.Errorf("%s objects are kept, %s after the second, want a copy and its manifest", first, n)
	}
}
