package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lethe/anchor"
	"lethe/offchain"
)

// logs brings everything that waits into the log.
func (s *site) logs() {
	s.t.Helper()
	must(s.t, s.SequenceLog(s.t.Context(), offchain.SequenceLog{}))
}

// entryOf is an entry by its definition in words, and not by the code that makes it.
func entryOf(o anchor.Opening) string {
	data := append([]byte("lethe/v1/"+string(o.Type)+"\x00"), o.Salt[:]...)
	sum := sha256.Sum256(append(data, o.Payload...))
	return hex.EncodeToString(sum[:])
}

// erasedKeyOf is the entry of an erased key, the same way.
func erasedKeyOf(name string, kept bool) string {
	domain := map[bool]string{false: "lethe/erased-key/v1", true: "lethe/erased-key-kept/v1"}[kept]
	sum := sha256.Sum256([]byte(domain + "\x00" + name))
	return hex.EncodeToString(sum[:])
}

// logged is the log, in its order.
func (s *site) logged() []string {
	all := make([]string, len(s.tlog.entries))
	for i, e := range s.tlog.entries {
		all[i] = hex.EncodeToString(e[:])
	}
	return all
}

// wantLogged checks that every entry of the index stands in the log once, where the index says, and nothing else does, and that
// the newest checkpoint covers all.
func (s *site) wantLogged() {
	s.t.Helper()
	have := s.logged()
	if known := s.texts(`SELECT lower(hex(entry)) FROM log_entries ORDER BY position`); !slices.Equal(have, known) {
		s.t.Fatalf("%d entries in the log, the index has %d, or others:\n%v\n%v", len(have), len(known), have, known)
	}
	for i, at := range s.texts(`SELECT coalesce(position, 'none') FROM log_entries ORDER BY position`) {
		if at != fmt.Sprint(i) {
			s.t.Fatalf("entry %d is at %s by the index", i, at)
		}
	}
	if frontier, err := s.frontier(s.t.Context()); err != nil || frontier != uint64(len(have)) || s.tlog.Shown().Size != frontier {
		s.t.Fatalf("%d entries, %d noted, %d shown, %v", len(have), frontier, s.tlog.Shown().Size, err)
	}
}

// wantEntered checks that every record, disclosure and case has its entries, and no entry is of anything else.
func (s *site) wantEntered() {
	s.t.Helper()
	same(s.t, "what entries are about", s.texts(`SELECT subject FROM log_entries`), s.texts(
		`SELECT id FROM records UNION ALL SELECT id FROM disclosures UNION ALL SELECT id FROM cases UNION ALL SELECT id FROM cases`))
}

// entries counts what is, or will be, in the log.
func (s *site) entries() int {
	s.t.Helper()
	return len(s.texts(`SELECT subject FROM log_entries`))
}

// entriesIn gives the entries of a receipt's openings.
func (s *site) entriesIn(id string) (all []string) {
	s.t.Helper()
	r, err := s.Receipt(s.t.Context(), id, reader)
	must(s.t, err)
	for _, e := range r.Entries {
		all = append(all, entryOf(e.Opening))
	}
	return all
}

// Threat 27: every change of state is in the log once, and nothing else is.
func TestThreat27EveryChangeIsInTheLogOnce(t *testing.T) {
	for _, partial := range []bool{false, true} {
		s := newSite(t)
		v := s.patient(partial) // a bundle of four, and two readings
		s.file(v.Patient, "PDF", []byte("a scan"))
		s.logs()
		want := append(s.entriesIn(v.Bundle), s.entriesIn(s.recordOf(v.Patient, "PDF").ID)...) // two disclosures
		s.logs()
		s.wantLogged()
		disclosures := s.texts(`SELECT id FROM disclosures`)
		for _, id := range disclosures {
			want = append(want, s.entriesIn(id)...)
		}
		v.approve()
		must(t, s.execute(v.caseID))
		s.logs()
		for _, c := range v.held {
			want = append(want, erasedKeyOf(c.KeyName, partial))
		}
		want = append(want, s.entriesIn(v.caseID)...)
		if n := 4 + 1 + len(disclosures) + len(v.held) + 3; len(want) != n || len(disclosures) != 3 {
			t.Fatalf("%d openings, %d disclosures; want %d", len(want), len(disclosures), n)
		}
		same(t, "entries", s.logged(), want)
	}
}

// Threat 27: a change and its entry, with the job that logs it, are one transaction: a failing one leaves neither.
func TestThreat27ChangeAndEntryAreOneTransaction(t *testing.T) {
	s, n := newSite(t), 0
	patient := ""
	actions := map[string]func() error{
		"import": func() error {
			_, err := s.Import(t.Context(), Import{Open: opener(person(n).bundle(1))})
			return err
		},
		"read": func() error {
			_, err := s.get(s.text(`SELECT id FROM bundles WHERE patient = ?`, patient))
			return err
		},
		"approve": func() error {
			_, err := s.Approve(t.Context(), request(patient))
			return err
		},
	}
	for _, name := range []string{"import", "read", "approve"} { // the first leaves nothing that could hide what the next leaves
		for _, how := range []outcome{fails, answerLost} {
			for at, reached := 0, true; reached; at++ {
				n++
				if name != "import" {
					patient = s.take(person(n).bundle(1)).Patient
				}
				s.alter(`DELETE FROM river_job WHERE kind = 'log_sequence'`)
				before, changed := s.entries(), -1
				s.ports.watch(func(_ int, call string) outcome {
					if call == "store.InTx" {
						changed++
					}
					return map[bool]outcome{true: how}[call == "store.InTx" && changed == at]
				})
				err := actions[name]()
				s.ports.seen()
				if reached = changed >= at; reached && err == nil {
					t.Fatalf("%s: transaction %d broken, and nobody says so", name, at)
				}
				s.wantEntered()
				jobs := s.texts(`SELECT kind FROM river_job WHERE kind = 'log_sequence'`)
				if more := s.entries() > before; more != (len(jobs) == 1) || len(jobs) > 1 {
					t.Fatalf("%s, transaction %d broken: entries were added: %v; %d jobs log them", name, at, more, len(jobs))
				}
			}
		}
	}
	if n < 15 {
		t.Fatalf("%d transactions were broken", n)
	}
}

// Threat 40: a log, or an index, that fails or loses its answer at any call leaves no entry out, and none twice; neither in the
// process that goes on nor in the next.
func TestThreat40FaultsOfTheLogDoubleNothing(t *testing.T) {
	s, n, broken := newSite(t), 0, map[string]int{}
	sequenceWithFault := func(at int, how outcome, restart bool) (reached bool) {
		n++
		s.take(person(n).bundle(1))
		s.restartIf(restart)
		s.ports.watch(func(i int, _ string) outcome { return map[bool]outcome{true: how}[i == at] })
		err := s.SequenceLog(t.Context(), offchain.SequenceLog{})
		calls := s.ports.seen()
		if reached = at < len(calls); reached {
			is(t, err, errFault)
			broken[calls[at]]++
		}
		s.restartIf(restart)
		s.logs()
		s.wantLogged()
		return reached
	}
	for way := range 4 {
		for at := 0; sequenceWithFault(at, []outcome{fails, answerLost}[way%2], way > 1); at++ {
		}
	}
	for _, call := range []string{"log.Append", "log.Publish", "store.InTx", "store.View"} {
		if broken[call] < 4 {
			t.Errorf("%s was broken %d times", call, broken[call])
		}
	}
}

func (s *site) restartIf(yes bool) {
	s.t.Helper()
	if yes {
		s.stop()
		s.start()
	}
}

// A batch of which half is in the log when it fails: the other half follows, in this process or in the next.
func TestThreat40HalfABatchInTheLog(t *testing.T) {
	s := newSite(t)
	for n, restart := range []bool{false, true} {
		s.take(person(n).bundle(1))
		s.logs()
		s.take(person(n + 10).bundle(1))
		s.tlog.torn = true
		is(t, s.SequenceLog(t.Context(), offchain.SequenceLog{}), errFault)
		if size, _ := s.tlog.Size(t.Context()); size%4 != 2 {
			t.Fatalf("%d entries: the test proves nothing", size)
		}
		s.restartIf(restart)
		s.logs()
		s.wantLogged()
	}
}

// Threat 40: the process ends at any step of logging.
func TestThreat40CrashAtEveryStepOfTheLog(t *testing.T) {
	s, copies, moments := newSite(t), t.TempDir(), []string{}
	s.take(person(1).bundle(1))
	s.onStep = func(at string) {
		moments = append(moments, at)
		s.copyTo(filepath.Join(copies, at))
	}
	s.logs()
	s.onStep = nil
	want := s.logged()
	for _, at := range moments {
		s.stop()
		s.putBack(filepath.Join(copies, at), keysDir, indexDir, objectsDir, ledgerDir, logDir)
		s.start()
		s.logs()
		s.wantLogged()
		if !slices.Equal(s.logged(), want) {
			t.Errorf("ended at %s: other entries, or in another order", at)
		}
	}
	steps := []string{"log.job-begun", "log.writer-elected", "log.entries-taken", "log.entries-appended", "log.positions-noted"}
	if !slices.Equal(moments, steps) {
		t.Errorf("steps %v", moments)
	}
}

// More than a batch is brought in by one call, in the order in which it came.
func TestLogTakesMoreThanABatch(t *testing.T) {
	s := newSite(t)
	many := make([]offchain.LogEntry, 2*sequenceBatch+1)
	var want []string
	for i := range many {
		many[i].Entry, many[i].Subject = sha256.Sum256([]byte{byte(i), byte(i >> 8)}), "made up"
		want = append(want, hex.EncodeToString(many[i].Entry[:]))
	}
	must(t, s.index.InTx(t.Context(), func(tx offchain.Tx) error { return enterLog(t.Context(), tx, many...) }))
	s.logs()
	s.wantLogged()
	if !slices.Equal(s.logged(), want) {
		t.Error("in another order")
	}
	s.stop()
	s.alter(`UPDATE log_entries SET position = NULL`) // and as many are found
	s.alter(`DELETE FROM settings WHERE name = ?`, frontierSetting)
	s.start()
	s.logs()
	s.wantLogged()
}

// second is another process on the same stores.
func (s *site) second() *Service {
	s.t.Helper()
	cfg := s.cfg
	cfg.Holder = "another"
	two, err := New(cfg)
	must(s.t, err)
	s.t.Cleanup(two.Close)
	must(s.t, two.Recover(s.t.Context()))
	return two
}

// One process at a time writes the log; another takes over when its lease has ended.
func TestTwoWritersTakeTurns(t *testing.T) {
	s, job := newSite(t), offchain.SequenceLog{}
	two := s.second()
	for n, writers := range [][2]*Service{{s.Service, two}, {two, s.Service}, {s.Service, two}} {
		has, waits := writers[0], writers[1]
		s.clock.move(writerTerm + time.Second)
		must(t, has.SequenceLog(t.Context(), job))
		s.take(person(n).bundle(1))
		size := len(s.logged())
		s.clock.move(writerTerm)
		is(t, waits.SequenceLog(t.Context(), job), offchain.ErrHeld)
		if len(s.logged()) != size {
			t.Fatal("written by one who has no lease")
		}
		must(t, has.SequenceLog(t.Context(), job))
		s.wantLogged()
	}
}

// backwards is a log that brings entries in, the last one first.
type backwards struct{ LogWriter }

func (b backwards) Append(ctx context.Context, entries []anchor.Hash) ([]uint64, error) {
	turned := slices.Clone(entries)
	slices.Reverse(turned)
	positions, err := b.LogWriter.Append(ctx, turned)
	slices.Reverse(positions)
	return positions, err
}

// Entries may come into the log in another order than they were given.
func TestPositionsInAnotherOrder(t *testing.T) {
	s := newSite(t)
	s.Service.cfg.Writer = backwards{s.Service.cfg.Writer}
	for n := range 3 {
		s.take(person(n).bundle(1))
		s.logs()
		s.wantLogged()
	}
}

// A writer that was slow finds that another has taken over: what it wrote is found by the other, and its own transaction does not
// commit.
func TestLateWriterDoesNotCommit(t *testing.T) {
	s := newSite(t)
	two := s.second()
	s.take(person(1).bundle(1))
	s.onStep = func(at string) {
		if at == "log.entries-appended" {
			s.onStep = nil
			s.clock.move(writerTerm + time.Second)
			s.take(person(2).bundle(1))
			must(t, two.SequenceLog(t.Context(), offchain.SequenceLog{}))
		}
	}
	is(t, s.SequenceLog(t.Context(), offchain.SequenceLog{}), offchain.ErrHeld)
	s.wantLogged()
}

// A writer that takes the log over again, after another who died, finds what that one did not note.
func TestWriterComesBackAfterAnotherDied(t *testing.T) {
	s := newSite(t)
	s.take(person(1).bundle(1))
	s.logs()
	s.clock.move(writerTerm + time.Second)
	two := s.second()
	s.take(person(2).bundle(1))
	appended := false
	s.ports.watch(func(_ int, call string) outcome {
		appended = appended || call == "log.Append"
		return map[bool]outcome{true: fails}[appended && call == "store.InTx"]
	})
	is(t, two.SequenceLog(t.Context(), offchain.SequenceLog{}), errFault)
	s.ports.seen()
	s.clock.move(writerTerm + time.Second)
	s.logs()
	s.wantLogged()
}

// Nothing is signed, and nothing leaves, while the vault is quarantined.
func TestThreat42NothingIsSignedInQuarantine(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.stop()
	s.open()
	ctx := t.Context()
	is(t, s.SequenceLog(ctx, offchain.SequenceLog{}), ErrQuarantined)
	is(t, s.Anchor(ctx, true), ErrQuarantined)
	is(t, s.AnchorNow(ctx, nil), ErrQuarantined)
	must(t, s.Settle(ctx))
	s.chain.accepted = append(s.chain.accepted, anchor.Accepted{Log: 1}) // a successor was opened after what is here
	_, err := s.Receipt(ctx, done.Bundle, reader)
	is(t, err, ErrQuarantined)
	if len(s.logged()) != 0 || s.tlog.started || s.tlog.Shown().Size != 0 || len(s.chain.sent) != 0 {
		t.Error("the log was written to")
	}
}

// shorten puts the log back to fewer entries than it had.
func (s *site) shorten(to int) {
	s.t.Helper()
	s.stop()
	s.tlog.entries = s.tlog.entries[:to]
	for size := range s.tlog.shown {
		if size > uint64(to) {
			delete(s.tlog.shown, size)
		}
	}
	must(s.t, s.tlog.save())
	s.start()
}

// Threat 42: a log that lacks what the index or the contract knows is not signed over; what is stored is read and added to.
func TestThreat42ShorterLogIsNotSignedOver(t *testing.T) {
	for name, anchored := range map[string]bool{"the index knows": false, "the contract has accepted": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			done := s.take(person(1).bundle(1))
			s.logs()
			if anchored {
				must(t, s.AnchorNow(t.Context(), nil))
				s.stop()
				s.alter(`UPDATE log_entries SET position = NULL`)
				s.alter(`DELETE FROM settings WHERE name = ?`, frontierSetting)
				s.open()
			}
			whole, err := os.ReadFile(s.tlog.file)
			must(t, err)
			s.shorten(3)
			s.reads(done.Bundle, person(1).bundle(1))
			s.take(person(2).bundle(1))
			is(t, s.SequenceLog(t.Context(), offchain.SequenceLog{}), anchor.ErrBehind)
			must(t, s.Settle(t.Context()))
			info, err := s.LogStatus(t.Context())
			if must(t, err); info.Problem == "" || len(s.logged()) != 3 || s.tlog.started || info.Pending == 0 {
				t.Fatalf("%+v, %d entries", info, len(s.logged()))
			}
			s.stop()
			must(t, os.WriteFile(s.tlog.file, whole, 0o600)) // found again
			s.start()
			s.logs()
			s.wantLogged()
		})
	}
}

// What the index knows of an erased compartment's entries goes with it. One that was not logged yet is logged, of nobody.
func TestErasedEntriesAreUnlinked(t *testing.T) {
	s, older := newSite(t), t.TempDir()
	v := s.patient(false)
	s.copyTo(older)
	pending := s.texts(`SELECT lower(hex(entry)) FROM log_entries`)
	v.approve()
	must(t, s.execute(v.caseID))
	s.logs()
	linked := `SELECT subject FROM log_entries WHERE subject IN (SELECT id FROM tombstones)
		OR compartment <> '' AND compartment NOT IN (SELECT id FROM compartments)`
	if left := s.texts(linked); len(left) > 0 {
		t.Errorf("entries of what was erased: %v", left)
	}
	s.stop()
	s.putBack(older, indexDir, keysDir, objectsDir, logDir) // the ledger carries the erasure out, and the log has nothing yet
	s.start()
	if left := s.texts(linked); len(left) > 0 {
		t.Errorf("entries of what was erased: %v", left)
	}
	s.logs()
	if n := len(s.texts(`SELECT entry FROM log_entries WHERE subject = ''`)); n != 4 {
		t.Errorf("%d entries of nobody, four records were erased", n)
	}
	s.wantLogged()
	for _, e := range pending {
		if !slices.Contains(s.logged(), e) {
			t.Error("an entry is lost")
		}
	}
}

// Settle brings in what waits, and what cannot be done is no error but the end of the context.
func TestSettle(t *testing.T) {
	s := newSite(t)
	must(t, s.Settle(t.Context()))
	if s.tlog.started || len(s.chain.sent) != 0 {
		t.Error("an empty log was written to")
	}
	s.take(person(1).bundle(1))
	s.ports.watch(func(_ int, call string) outcome { return map[bool]outcome{true: fails}[call == "log.Append"] })
	must(t, s.Settle(t.Context()))
	s.ports.seen()
	must(t, s.Settle(t.Context()))
	s.wantLogged()
	if len(s.chain.sent) != 1 {
		t.Errorf("%d submissions", len(s.chain.sent))
	}
	s.chain.down = true
	s.take(person(2).bundle(1))
	must(t, s.Settle(t.Context()))
	s.wantLogged()
	info, err := s.LogStatus(t.Context())
	shown := s.tlog.Shown()
	want := LogInfo{Origin: "example.org/log", Size: 8, Root: hex.EncodeToString(shown.Root[:]), Placed: 8}
	if err != nil || info != want {
		t.Errorf("%+v, %v; want %+v", info, err, want)
	}
	s.ports.watch(func(int, string) outcome { return fails })
	if err := s.Settle(t.Context()); !errors.Is(err, errFault) {
		t.Errorf("an index that does not answer: %v", err)
	}
}
