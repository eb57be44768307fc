package vault

import (
	"context"
	"crypto"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/keys"
	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/ledger"
)

// fleet is a site whose stores are shared by processes, each with what is its own and no more.
type fleet struct {
	*site
	signer    crypto.Signer
	processes []*process
}

type process struct {
	*Service
	t    testing.TB
	stop func() // its jobs and loops
}

// onlyCases opens case files, as the policy of the erase role has it.
type onlyCases struct{ keys.Unwrapper }

func (o onlyCases) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	if !strings.HasPrefix(string(name), keys.CasePrefix) {
		return nil, errors.New("denied")
	}
	return o.Unwrapper.Unwrap(ctx, name, wrapped, ad)
}

// census hides that the ring can destroy.
type census struct{ keys.Census }

func newFleet(t testing.TB) *fleet {
	s := siteIn(t, t.TempDir(), "main")
	s.open()
	f := &fleet{site: s, signer: s.cfg.Signer}
	t.Cleanup(func() {
		for _, p := range slices.Backward(f.processes) {
			p.stop()
		}
	})
	return f
}

// process starts one of a name, which begins with what it does.
func (f *fleet) process(name string) *process {
	f.t.Helper()
	p := f.idle(name)
	must(f.t, p.Recover(f.t.Context()))
	p.work()
	return p
}

// idle makes one that has not begun.
func (f *fleet) idle(name string) *process {
	f.t.Helper()
	c := f.cfg
	c.Shared, c.Holder = true, name
	c.Keys, c.Blinder, c.Census, c.Eraser, c.Signer, c.Witness, c.Writer, c.Sender, c.Cases = nil, nil, nil, nil, nil, nil, nil, nil, nil
	book, err := ledger.Follow(f.t.Context(), f.objects)
	must(f.t, err)
	c.Ledger = book
	switch kind, _, _ := strings.Cut(name, "-"); kind {
	case "serve":
		c.Keys, c.Blinder, c.Census = f.ring, f.ring, census{f.ring}
	case "work":
		c.Writer, c.Sender = f.tlog, f.cfg.Sender
	case "erase":
		c.Eraser, c.Signer, c.Cases, c.Ledger = f.ring, f.signer, onlyCases{f.ring}, f.ledger
	case "witness":
		c.Witness = f.ring
	}
	s, err := New(c)
	must(f.t, err)
	p := &process{Service: s, t: f.t, stop: s.Close}
	f.processes = append(f.processes, p)
	return p
}

// work starts its jobs and loops.
func (p *process) work() {
	p.t.Helper()
	h := index.Handlers{}
	if p.cfg.Keys != nil {
		h.PrepareErasure = p.Service.PrepareErasure
	}
	if p.cfg.Eraser != nil {
		h.ExecuteErasure = p.Service.ExecuteErasure
	}
	if p.cfg.Writer != nil {
		h.SequenceLog = p.Service.SequenceLog
	}
	if p.cfg.Witness != nil {
		h.AnswerQuestion = p.Service.AnswerQuestion
	}
	stop, err := p.cfg.Store.(*faultyStore).store.(*index.Store).Work(p.t.Context(), h)
	must(p.t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.t.Context()))
	var loops sync.WaitGroup
	loops.Go(func() { p.KeepSession(ctx) })
	loops.Go(func() { p.KeepWriting(ctx) })
	p.stop = sync.OnceFunc(func() {
		cancel()
		loops.Wait()
		short, end := context.WithTimeout(context.Background(), 5*time.Second)
		defer end()
		must(p.t, stop(short))
		p.Close()
	})
}

func (p *process) take(n int) Imported {
	p.t.Helper()
	done, err := p.Import(p.t.Context(), Import{Open: opener(person(n).bundle(1))})
	must(p.t, err)
	return done
}

func (p *process) approve(r EraseRequest) string {
	p.t.Helper()
	id, err := p.Approve(p.t.Context(), r)
	must(p.t, err)
	return id
}

// code is what reading gives.
func (p *process) code(id string) string {
	p.t.Helper()
	if _, err := get(p.t.Context(), p.Service, id); err != nil {
		return Code(err)
	}
	return ""
}

// reaches waits until a case has come to a state.
func (f *fleet) reaches(id string, want state) {
	f.t.Helper()
	for range 600 {
		if f.state(id) == string(want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	f.t.Fatalf("case is %s, want %s\n%s", f.state(id), want, f.log.bytes())
}

// An erasure of which a part is kept goes through four kinds of process, none of which has another's rights.
func TestAnErasureAcrossProcesses(t *testing.T) {
	f := newFleet(t)
	one, two := f.process("serve-1"), f.process("serve-2")
	f.process("work")
	eraser := f.process("erase")
	f.process("witness")
	done, other := one.take(1), one.take(2)
	claim := f.text(`SELECT r.id FROM records r JOIN compartments c ON c.id = r.compartment WHERE r.patient = ? AND c.name = 'billing' LIMIT 1`, done.Patient)
	was, err := get(t.Context(), two.Service, claim)
	must(t, err)
	open, err := two.Read(t.Context(), done.Bundle, reader)
	must(t, err)
	defer open.Close()
	id := two.approve(keeping(done.Patient, "billing"))
	f.reaches(id, stateCertified)
	for _, p := range []*process{one, two} {
		if c := p.code(done.Bundle); c != Code(ErrErased) {
			t.Errorf("%s reads what was erased: %s", p.cfg.Holder, c)
		}
		if have, err := get(t.Context(), p.Service, claim); err != nil || string(have) != string(was) {
			t.Errorf("%s: what is kept: %v", p.cfg.Holder, err)
		}
		if c := p.code(other.Bundle); c != "" {
			t.Errorf("%s: others: %s", p.cfg.Holder, c)
		}
	}
	if _, err := open.ReadAt(make([]byte, 1), 0); !errors.Is(err, ErrErased) {
		t.Errorf("what another process was reading: %v, want ErrErased", err)
	}
	if _, err := two.cfg.Ledger.(*ledger.Follower).Certificate(t.Context(), id); err != nil {
		t.Errorf("the certificate where it serves: %v", err)
	}
	// with the tombstone, before the keys are destroyed, and once they are: who had found no tombstone may have opened one meanwhile
	if n := f.text(`SELECT count(*) FROM revocations WHERE keys = 1`); n != "3" {
		t.Errorf("%s revocations were entered, want 3", n)
	}
	if n := f.text(`SELECT count(*) FROM questions`); n != "0" {
		t.Errorf("%s questions are left", n)
	}
	must(t, errors.Join(one.Recover(t.Context()), eraser.Recover(t.Context())))
}

// A process that does not say that it has dropped its keys is waited for until its session is over; from then on it reads nothing.
func TestThreat04NoKeyDiesBeforeEveryProcessHasDroppedIt(t *testing.T) {
	f := newFleet(t)
	deaf := f.idle("serve-deaf")
	must(t, deaf.Recover(t.Context()))
	hears := f.process("serve-hears")
	f.process("work")
	f.process("erase")
	f.process("witness")
	done := hears.take(1)
	open, err := deaf.Read(t.Context(), done.Bundle, reader)
	must(t, err)
	defer open.Close()
	id := hears.approve(request(done.Patient))
	f.reaches(id, stateLedgered)
	time.Sleep(5 * poll)
	if f.state(id) != string(stateLedgered) || deaf.cache.Stats().Held == 0 {
		t.Fatalf("%s while a process holds %d keys", f.state(id), deaf.cache.Stats().Held)
	}
	if _, err := open.ReadAt(make([]byte, 1), 0); err != nil {
		t.Errorf("while its session lasts: %v", err)
	}
	f.clock.move(sessionTerm)
	if _, err := open.ReadAt(make([]byte, 1), 0); !errors.Is(err, offchain.ErrUnavailable) {
		t.Errorf("after its session: %v, want ErrUnavailable", err)
	}
	is(t, deaf.admit(t.Context()), offchain.ErrUnavailable)
	time.Sleep(5 * poll)
	if f.state(id) != string(stateLedgered) {
		t.Error("clocks that are apart are not allowed for")
	}
	f.clock.move(sessionSkew)
	f.reaches(id, stateCertified)
	must(t, deaf.hear(t.Context())) // it is back
	if n := deaf.cache.Stats().Held; n != 0 {
		t.Errorf("%d keys held after its session was over", n)
	}
	if c := deaf.code(done.Bundle); c != Code(ErrErased) {
		t.Errorf("it reads what was erased: %s", c)
	}
}

func TestTokensEndInEveryProcess(t *testing.T) {
	f := newFleet(t)
	one, two := f.idle("serve-1"), f.idle("serve-2")
	must(t, errors.Join(one.Recover(t.Context()), two.Recover(t.Context())))
	done := one.take(1)
	open := map[bool]*Content{}
	for _, byToken := range []bool{false, true} {
		c, err := two.Read(t.Context(), done.Bundle, reader)
		must(t, err)
		defer c.Close()
		c.byToken = byToken
		open[byToken] = c
	}
	must(t, one.cfg.Store.InTx(t.Context(), func(tx offchain.Tx) error { return one.floor(t.Context(), tx, done.Patient) }))
	must(t, two.hear(t.Context()))
	if _, err := open[true].ReadAt(make([]byte, 1), 0); !errors.Is(err, ErrWithdrawn) {
		t.Errorf("by a token: %v, want ErrWithdrawn", err)
	}
	if _, err := open[false].ReadAt(make([]byte, 1), 0); err != nil {
		t.Errorf("by who is known: %v", err)
	}
}

// A store that is put back closes every process that serves, until the one that erases has mended it.
func TestThreat02EveryProcessSeesARestore(t *testing.T) {
	f := newFleet(t)
	serve := f.process("serve")
	work, eraser, witness := f.process("work"), f.process("erase"), f.process("witness")
	done, other := serve.take(1), serve.take(2)
	for _, p := range []*process{work, eraser, witness, serve} {
		p.stop()
	}
	before := t.TempDir()
	f.site.copyTo(before)
	for _, name := range []string{"serve", "work", "erase", "witness"} {
		f.process(name)
	}
	serve = f.processes[len(f.processes)-4]
	id := serve.approve(request(done.Patient))
	f.reaches(id, stateCertified)
	for _, p := range f.processes {
		p.stop()
	}
	f.site.stop()
	f.putBack(before, keysDir, indexDir, objectsDir)
	f.site.open()
	serve = f.idle("serve")
	is(t, serve.Recover(t.Context()), ErrQuarantined)
	is(t, serve.Recover(t.Context()), errWaitsForEraser)
	if c := serve.code(other.Bundle); c != Code(ErrQuarantined) {
		t.Errorf("reading while a store was put back: %q", c)
	}
	serve.work() // it hears of what is revoked
	f.process("work")
	f.process("witness")
	f.process("erase")
	must(t, serve.Recover(t.Context()))
	if c := serve.code(done.Bundle); c != Code(ErrErased) {
		t.Errorf("what was erased: %q", c)
	}
	if c := serve.code(other.Bundle); c != "" {
		t.Errorf("another's: %q", c)
	}
}

// The process that erases cleans up after one that died, and leaves what a living one announces.
func TestOnlyTheDeadAreCleanedUpAfter(t *testing.T) {
	f := newFleet(t)
	serve, eraser := f.idle("serve"), f.idle("erase")
	must(t, errors.Join(serve.Recover(t.Context()), eraser.Recover(t.Context())))
	st := &staging{s: serve.Service}
	row := st.plan("p", "care")
	must(t, st.announce(t.Context()))
	_, err := st.make(t.Context(), row)
	must(t, err)
	st.fresh = nil
	must(t, eraser.sweep(t.Context(), false))
	if n := len(f.texts(`SELECT name FROM intents`)); n != 1 {
		t.Fatalf("%d announcements of a living process are left, want 1", n)
	}
	f.clock.move(sessionTerm + sessionSkew)
	must(t, eraser.sweep(t.Context(), false))
	if there, err := f.ring.Exists(t.Context(), keys.Name(row.KeyName)); err != nil || there {
		t.Errorf("the key that a dead process had made: %v, %v", there, err)
	}
	err = st.commit(t.Context(), func(offchain.Tx) error { return nil })
	if !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("what was cleaned up after is completed: %v", err)
	}
	// one that cannot destroy leaves what did not come about
	must(t, serve.hear(t.Context()))
	again := &staging{s: serve.Service}
	row = again.plan("p", "care")
	must(t, again.announce(t.Context()))
	must(t, again.abandon(t.Context()))
	must(t, eraser.sweep(t.Context(), false))
	if n := len(f.texts(`SELECT name FROM intents`)); n != 0 {
		t.Errorf("%d announcements that were given up are left", n)
	}
}

// Erasing is one process's at a time; who has lost it does not commit.
func TestOneProcessErasesAtATime(t *testing.T) {
	f := newFleet(t)
	one, two := f.idle("erase-1"), f.idle("erase-2")
	begun, end := make(chan bool), make(chan bool)
	lost := make(chan error)
	go func() {
		lost <- one.alone(t.Context(), leaseErasing, func(ctx context.Context) error {
			close(begun)
			<-end
			return one.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return one.holdsLease(ctx, tx, leaseErasing) })
		})
	}()
	<-begun
	short, cancel := context.WithTimeout(t.Context(), 3*poll)
	defer cancel()
	if err := two.alone(short, leaseErasing, func(context.Context) error { return nil }); !errors.Is(err, offchain.ErrHeld) {
		t.Errorf("a second one: %v, want ErrHeld", err)
	}
	again, stop := context.WithTimeout(t.Context(), 3*poll)
	defer stop()
	if err := two.checkRestore(again); !errors.Is(err, offchain.ErrHeld) {
		t.Errorf("a second one compares and repairs: %v, want ErrHeld", err)
	}
	f.clock.move(leaseTerm + time.Second) // the first hangs
	must(t, two.alone(t.Context(), leaseErasing, func(context.Context) error {
		close(end)
		if err := <-lost; !errors.Is(err, offchain.ErrHeld) {
			t.Errorf("the first one: %v, want ErrHeld", err)
		}
		return nil
	}))
}

// An erasure waits where nobody answers, and goes on when somebody does.
func TestErasureWaitsForItsWitnesses(t *testing.T) {
	f := newFleet(t)
	serve := f.process("serve")
	f.process("erase")
	done := serve.take(1)
	id := serve.approve(request(done.Patient))
	f.reaches(id, stateTombstoned) // no process writes the log
	f.process("work")
	f.reaches(id, stateUncached) // nobody can show that it decrypts
	if _, err := f.ring.Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.certificate(id) != nil {
		t.Fatal("certified without a witness")
	}
	f.process("witness")
	f.reaches(id, stateCertified)
}

// refreshed counts how often somebody looks whether another has written.
type refreshed struct {
	LogWriter
	n int
}

func (r *refreshed) Refresh(ctx context.Context) (bool, error) {
	r.n++
	return r.LogWriter.Refresh(ctx)
}

// Of two that write the log, the one that was not elected leaves it alone, and takes over once the other is gone.
func TestTheLogIsTakenOver(t *testing.T) {
	f := newFleet(t)
	one, two, serve := f.idle("work-1"), f.idle("work-2"), f.idle("serve")
	looks := &refreshed{LogWriter: two.cfg.Writer}
	two.cfg.Writer = looks
	must(t, errors.Join(one.Recover(t.Context()), two.Recover(t.Context()), serve.Recover(t.Context())))
	serve.take(1)
	write := func(p *process, want int) {
		t.Helper()
		must(t, p.Service.SequenceLog(t.Context(), offchain.SequenceLog{}))
		if n := len(f.tlog.entries); n != want {
			t.Errorf("after %s the log has %d entries, want %d", p.cfg.Holder, n, want)
		}
	}
	write(one, 4)
	serve.take(2)
	write(two, 4)
	f.clock.move(writerTerm + time.Second)
	must(t, serve.hear(t.Context()))
	write(two, 8)
	serve.take(3)
	write(one, 8)
	if looks.n != 1 {
		t.Errorf("the second has looked %d times whether another had written, want once", looks.n)
	}
	is(t, one.place(t.Context(), nil, 0), offchain.ErrHeld)
	if elected, err := one.writes(t.Context()); err != nil || elected {
		t.Errorf("the first is elected still: %v, %v", elected, err)
	}
}

// away is a ledger that does not answer.
type away struct{ offchain.Ledger }

func (away) Entries(context.Context) ([]offchain.LedgerEntry, error) {
	return nil, offchain.ErrUnavailable
}

// A store that does not answer closes the vault, and is not taken for one that was put back.
func TestNoAnswerIsNoRestore(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.clock.move(guardInterval + time.Second)
	there := s.cfg.Ledger
	s.cfg.Ledger = away{there}
	s.refuses(done.Bundle, "store-unavailable")
	s.cfg.Ledger = there
	s.reads(done.Bundle, person(1).bundle(1))
}
