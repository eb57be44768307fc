package vault

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// A process that stood still, and comes back when others have gone on.

// What is being cleaned up after cannot be completed any more, however far that has come.
func TestWhatIsSweptIsNotCompleted(t *testing.T) {
	f := newFleet(t)
	serve, eraser := f.idle("serve"), f.idle("erase")
	must(t, errors.Join(serve.Recover(t.Context()), eraser.Recover(t.Context())))
	st := &staging{s: serve.Service}
	row := st.plan("p", "care")
	must(t, st.announce(t.Context()))
	left, err := eraser.announced(t.Context())
	must(t, err)
	mine, err := eraser.takeOver(t.Context(), left)
	if must(t, err); len(mine) != 1 {
		t.Fatalf("%d announcements taken over", len(mine))
	}
	_, err = st.make(t.Context(), row) // it comes to itself here
	must(t, err)
	st.fresh = nil
	is(t, st.commit(t.Context(), func(offchain.Tx) error { return nil }), offchain.ErrNotFound)
	must(t, errors.Join(eraser.remove(t.Context(), mine), st.abandon(t.Context()), eraser.sweep(t.Context(), false)))
	if there, err := f.ring.Exists(t.Context(), keys.Name(row.KeyName)); err != nil || there {
		t.Errorf("what was made too late: %v, %v", there, err)
	}
	if n := len(f.texts(`SELECT name FROM intents`)); n != 0 {
		t.Errorf("%d announcements are left", n)
	}
}

// An index that was put back numbers its revocations anew: who has seen more drops everything.
func TestNumbersThatBeginAgainAreNoticed(t *testing.T) {
	f := newFleet(t)
	serve := f.idle("serve")
	must(t, serve.Recover(t.Context()))
	done := serve.take(1)
	open, err := serve.Read(t.Context(), done.Bundle, reader)
	must(t, err)
	defer open.Close()
	serve.session.seen = 100
	must(t, serve.hear(t.Context()))
	if n := serve.cache.Stats().Held; n != 0 || serve.session.seen != 0 {
		t.Errorf("%d keys held, seen %d", n, serve.session.seen)
	}
	if _, err := open.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("reading goes on")
	}
}

// Who has lost the lease of an erasure records nothing of it: while another holds it, and once that has given it back.
func TestWhoLostTheErasureRecordsNothing(t *testing.T) {
	f := newFleet(t)
	serve, one, two := f.idle("serve"), f.idle("erase-1"), f.idle("erase-2")
	must(t, errors.Join(serve.Recover(t.Context()), one.Recover(t.Context())))
	done := serve.take(1)
	id := serve.approve(request(done.Patient))
	must(t, serve.Service.PrepareErasure(t.Context(), offchain.PrepareErasure{Case: id}))
	row, key, file, err := one.openCase(t.Context(), id)
	must(t, err)
	defer key.Zero()
	begun := f.clock.now()
	must(t, one.takeLease(t.Context(), leaseErasing, leaseTerm))
	f.clock.move(leaseTerm + time.Second)
	must(t, two.takeLease(t.Context(), leaseErasing, leaseTerm))
	late := &execution{Service: one.Service, row: row, key: key, file: file, lease: leaseErasing}
	lost := func(where string) {
		for what, does := range map[string]func(*execution, context.Context) error{
			"tombstone": (*execution).tombstone, "ledger": (*execution).enterLedger, "scrub": (*execution).scrubIndex,
		} {
			must(t, serve.hear(t.Context()))
			short, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := does(late, short); !errors.Is(err, offchain.ErrHeld) {
				t.Errorf("%s, %s: %v, want ErrHeld", where, what, err)
			}
		}
	}
	one.cfg.Now = func() time.Time { return begun } // a clock that is behind
	lost("another holds it")
	one.cfg.Now = f.clock.now
	must(t, two.takeLease(t.Context(), leaseErasing, 0))
	f.clock.move(time.Second)
	lost("another has given it back")
	is(t, one.renew(t.Context(), leaseErasing), offchain.ErrHeld)
	if s := f.state(id); s != string(stateRetained) {
		t.Errorf("the case is %s", s)
	}
}

// stoodStill is an eraser that has looked at the counter before another process turned it.
type stoodStill struct {
	Eraser
	seen uint64
}

func (e stoodStill) Count(context.Context) (uint64, error) { return e.seen, nil }

// A counter that is turned once too often is balanced, and not taken for a ledger that was put back.
func TestALateTurnOfTheCounterIsBalanced(t *testing.T) {
	f := newFleet(t)
	serve := f.process("serve")
	f.process("work")
	eraser := f.process("erase")
	f.process("witness")
	done := serve.take(1)
	id := serve.approve(request(done.Patient))
	f.reaches(id, stateCertified)
	late := f.idle("erase-late")
	late.cfg.Eraser = stoodStill{late.cfg.Eraser, 0}
	must(t, late.advanceCounter(t.Context(), 1))
	if n, err := f.ring.Count(t.Context()); err != nil || n != 2 {
		t.Fatalf("the counter stands at %d, %v", n, err)
	}
	must(t, errors.Join(eraser.Recover(t.Context()), serve.Recover(t.Context())))
	next := serve.take(2)
	id = serve.approve(request(next.Patient))
	f.reaches(id, stateCertified)
	must(t, serve.Recover(t.Context()))
}

// What the guard erases again, other processes may just have opened, before they looked whether a store was put back.
func TestThreat04AReplayHasEveryProcessDropItsKeys(t *testing.T) {
	f := newFleet(t)
	serve, eraser := f.process("serve"), f.idle("erase")
	must(t, eraser.Recover(t.Context()))
	done := serve.take(1)
	open, err := serve.Read(t.Context(), done.Bundle, reader)
	must(t, err)
	defer open.Close()
	entry, err := f.ledger.Append(t.Context(), offchain.LedgerEntry{
		Case: "forgotten", At: eraser.now(), Objects: []string{},
		Keys: f.texts(`SELECT key_name FROM compartments WHERE patient = ? AND name <> 'disclosures'`, done.Patient),
	})
	must(t, err)
	held := serve.cache.Stats().Held
	must(t, eraser.alone(t.Context(), leaseErasing, func(ctx context.Context) error { return eraser.replay(ctx, entry) }))
	if _, err := open.ReadAt(make([]byte, 1), 0); !errors.Is(err, ErrErased) {
		t.Errorf("what was being read: %v, want ErrErased", err)
	}
	if n := serve.cache.Stats().Held; held == 0 || n != 0 {
		t.Errorf("%d keys held before, %d afterwards", held, n)
	}
	if n := f.text(`SELECT count(*) FROM revocations WHERE keys = 1`); n != "2" {
		t.Errorf("%s revocations, want one before the keys are destroyed and one after", n)
	}
}

// lateAnswers is an index whose answers to a look come late.
type lateAnswers struct {
	offchain.Store
	late func()
}

func (l lateAnswers) View(ctx context.Context, fn func(offchain.Queries) error) error {
	err := l.Store.View(ctx, fn)
	l.late()
	return err
}

// A session that was over while its process stood still is not gone on with: keys may have died that were not dropped.
func TestThreat04ASessionThatWasOverIsNotRenewed(t *testing.T) {
	f := newFleet(t)
	serve := f.idle("serve")
	must(t, serve.Recover(t.Context()))
	if c := serve.code(serve.take(1).Bundle); c != "" {
		t.Fatal(c)
	}
	there := serve.cfg.Store
	serve.cfg.Store = lateAnswers{there, func() { f.clock.move(sessionTerm) }}
	is(t, serve.hear(t.Context()), offchain.ErrUnavailable)
	is(t, serve.Service.reads(), offchain.ErrUnavailable)
	serve.cfg.Store = there
	held := serve.cache.Stats().Held
	must(t, serve.hear(t.Context()))
	if n := serve.cache.Stats().Held; held == 0 || n != 0 {
		t.Errorf("%d keys held before, %d once it is back", held, n)
	}
	must(t, serve.Service.reads())
}

// What a process announces that begins its session while another cleans up is left to it.
func TestWhoBeginsDuringASweepIsNotSwept(t *testing.T) {
	f := newFleet(t)
	serve, eraser := f.idle("serve"), f.idle("erase")
	must(t, eraser.Recover(t.Context()))
	st := &staging{s: serve.Service}
	st.plan("p", "care")
	begin := sync.OnceFunc(func() { must(t, errors.Join(serve.beginSession(t.Context()), st.announce(t.Context()))) })
	eraser.cfg.Store = lateAnswers{eraser.cfg.Store, begin}
	must(t, eraser.sweep(t.Context(), false))
	must(t, st.commit(t.Context(), func(offchain.Tx) error { return nil }))
}

// meanwhile is a ledger and a counter, before which another process carries an erasure out.
type meanwhile struct {
	offchain.Ledger
	keys.Census
	certified, counted func()
}

func (m meanwhile) Certified(ctx context.Context) ([]string, error) {
	m.certified()
	return m.Ledger.Certified(ctx)
}

func (m meanwhile) Count(ctx context.Context) (uint64, error) {
	m.counted()
	return m.Census.Count(ctx)
}

// An erasure that another process carries out while the stores are compared is not taken for a store that was put back.
func TestAnErasureDuringTheComparisonIsNoRestore(t *testing.T) {
	f := newFleet(t)
	serve := f.idle("serve")
	must(t, serve.Recover(t.Context()))
	erases := func(id string) func() {
		return sync.OnceFunc(func() {
			e, err := f.ledger.Append(t.Context(), offchain.LedgerEntry{Case: id, At: serve.now(), Keys: []string{}, Objects: []string{}})
			must(t, err)
			_, err = f.ring.Advance(t.Context())
			must(t, err)
			must(t, f.cfg.Store.InTx(t.Context(), func(tx offchain.Tx) error { return tx.MarkApplied(t.Context(), e.Seq) }))
			_, err = f.ledger.PutCertificate(t.Context(), id, 1, []byte("{}"))
			must(t, err)
		})
	}
	there, census := serve.cfg.Ledger, serve.cfg.Census
	for what, m := range map[string]meanwhile{
		"before the certificates are listed": {there, census, erases("one"), func() {}},
		"before the counter is read":         {there, census, func() {}, erases("two")},
	} {
		serve.cfg.Ledger, serve.cfg.Census = m, m
		if err := serve.settle(t.Context()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Who certifies hears of blocks from who sends. It looks at anchored cases when blocks have changed, and not otherwise.
func TestThreat17AnchoredCasesAreLookedAtWhenBlocksHaveChanged(t *testing.T) {
	f := newFleet(t)
	serve, work, first := f.process("serve"), f.process("work"), f.process("erase")
	f.process("witness")
	id := serve.approve(request(serve.take(1).Patient))
	f.reaches(id, stateCertified)
	first.stop()
	eraser := f.idle("erase")
	must(t, eraser.Recover(t.Context()))
	looks := func() bool { // at cases, each under the lease
		t.Helper()
		const lease = `SELECT until FROM leases WHERE name = 'erasing'`
		before := f.text(lease)
		f.clock.move(time.Second)
		must(t, eraser.Anchor(t.Context(), false))
		return f.text(lease) != before
	}
	must(t, work.AnchorNow(t.Context(), nil))
	if first, again := looks(), looks(); !first || again {
		t.Errorf("anchored: looks %v, and again %v", first, again)
	}
	f.wantAnchored(id, 2)
	f.chain.reorg()
	for range 3 {
		must(t, work.Anchor(t.Context(), false)) // submitted, mined, confirmed
	}
	if first, again := looks(), looks(); !first || again {
		t.Errorf("in another block: looks %v, and again %v", first, again)
	}
	f.wantAnchored(id, 3)
}
