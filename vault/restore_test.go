package vault

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// combinations are the sets of stores that are put back together. The ledger's folder alone is completed from its copy in the
// object store, and the other way round; both are another matter.
var combinations = [][]string{
	{indexDir}, {keysDir}, {objectsDir}, {ledgerDir}, {indexDir, keysDir}, {indexDir, objectsDir}, {indexDir, ledgerDir},
	{indexDir, keysDir, objectsDir}, {indexDir, keysDir, ledgerDir},
}

// history is an erasure of which every moment was kept.
type history struct {
	*victim
	other  Imported
	claim  []byte
	copies string
	taken  []string
}

func (h *history) at(moment string) string { return filepath.Join(h.copies, moment) }

// keepHistory erases one of two patients, and copies all stores at each moment.
func keepHistory(t *testing.T, partial bool) *history {
	s := newSite(t)
	h := &history{copies: t.TempDir(), other: s.take(person(100).bundle(1))}
	s.reads(h.other.Bundle, person(100).bundle(1))
	keep := func(moment string) {
		if _, err := os.Stat(h.at(moment)); errors.Is(err, os.ErrNotExist) {
			s.copyTo(h.at(moment))
			h.taken = append(h.taken, moment)
		}
	}
	h.victim = s.patient(partial)
	h.claim = h.victim.claim()
	keep("before")
	s.onStep = keep
	h.approve()
	must(t, s.execute(h.caseID))
	s.onStep = nil
	return h
}

// restore makes the site what it was at one moment, with some stores put back to an earlier one.
func (h *history) restore(now, earlier string, stores []string) {
	h.t.Helper()
	h.stop()
	h.putBack(h.at(now), keysDir, indexDir, objectsDir, ledgerDir, logDir)
	for _, f := range stores {
		h.putBack(h.at(earlier), f)
	}
	h.open()
}

func (h *history) ledgerEntry() (e offchain.LedgerEntry, there bool) {
	h.t.Helper()
	all, err := h.ledger.Entries(h.t.Context())
	must(h.t, err)
	i := slices.IndexFunc(all, func(e offchain.LedgerEntry) bool { return e.Case == h.caseID })
	if i < 0 {
		return e, false
	}
	return all[i], true
}

// settled checks what must be true of every start after any restore.
func (h *history) settled(t *testing.T) {
	t.Helper()
	if left := h.texts(`SELECT name FROM intents`); len(left) > 0 {
		t.Errorf("%d announcements left", len(left))
	}
	if err := h.readable(h.other.Bundle, person(100).bundle(1)); err != nil {
		t.Errorf("the other patient: %v", err)
	}
	entry, erased := h.ledgerEntry()
	if !erased {
		return
	}
	for _, state := range h.texts(`SELECT state FROM cases`) {
		if state != string(stateCertified) && state != string(stateReplayed) {
			t.Errorf("the case is %s", state)
		}
	}
	for _, name := range entry.Keys {
		if slices.Contains(h.keyFiles(), name) {
			t.Errorf("a key of the erasure is alive")
		}
	}
	for _, key := range entry.Objects {
		if slices.Contains(h.objectKeys(), key) {
			t.Errorf("an object of the erasure is there")
		}
	}
	if _, err := h.get(h.Bundle); !slices.Contains([]string{"erased", "not-found"}, Code(err)) {
		t.Errorf("the erased bundle: %v", err)
	}
}

func (s *site) readable(id string, want []byte) error {
	have, err := s.get(id)
	if err == nil && string(have) != string(want) {
		err = errors.New("other bytes")
	}
	return err
}

// keptStays says whether what was kept must be readable: not when the store of its key, or that of its copy, was put back to
// before they were made. Nothing inside can help that.
func (h *history) keptStays(earlier string, stores []string) bool {
	older := func(made string) bool { return slices.Index(h.taken, earlier) < slices.Index(h.taken, made) }
	return (!slices.Contains(stores, keysDir) || !older("erase.retained-written")) &&
		(!slices.Contains(stores, objectsDir) || !older("erase.retained-manifest-written"))
}

// Threats 1 and 2: after the erasure, stores are put back to each moment of it.
func TestThreat01And02StoresPutBackToEachMoment(t *testing.T) {
	for _, partial := range []bool{false, true} {
		h := keepHistory(t, partial)
		for _, earlier := range h.taken {
			for _, stores := range combinations {
				if !everyStep && rand.IntN(6) > 0 {
					continue
				}
				t.Run(earlier+" "+strings.Join(stores, " "), func(t *testing.T) {
					h.restore("erase.certified", earlier, stores)
					both := slices.Contains(stores, keysDir) && slices.Contains(stores, objectsDir)
					if partial && both && !h.keptStays(earlier, stores) { // only the originals have what is kept
						h.keepsOriginals(t, "erase.certified")
						return
					}
					must(t, h.Recover(t.Context()))
					h.settled(t)
					if partial && h.keptStays(earlier, stores) {
						h.wantKept(t)
					}
				})
			}
		}
	}
}

// wantKept checks that what the law keeps is readable, and that the patient is found by it.
func (h *history) wantKept(t *testing.T) {
	t.Helper()
	if err := h.readable(h.kept.ID, h.claim); err != nil {
		t.Errorf("what is kept: %v", err)
	}
	records, err := h.Service.Records(t.Context(), h.Patient)
	if err != nil || len(records) != 2 {
		t.Errorf("identity and what is kept: %v, %v", records, err)
	}
	if found, err := h.FindPatient(t.Context(), h.person.number(mrn)); err != nil || found != h.Patient {
		t.Errorf("found %q, %v", found, err)
	}
}

// Threats 1, 2, 40 and 49: the process ends in the middle of the erasure, and stores are put back before the next start, or
// none. No certificate is written that is not true, and what is kept stays.
func TestThreat02StoresPutBackInTheMiddle(t *testing.T) {
	for partial, moments := range map[bool][]string{
		false: {"before", "erase.readable-before"},
		true:  {"before", "erase.approved", "erase.retained-written"},
	} {
		h := keepHistory(t, partial)
		for i, now := range h.taken {
			if partial && i > slices.Index(h.taken, "erase.key-destroyed") {
				break // from here on it is as in the other
			}
			t.Run(now, func(t *testing.T) { h.interrupted(t, now, now, nil) })
			for _, earlier := range h.taken[:i] {
				if slices.Contains(moments, earlier) {
					h.interruptions(t, now, earlier)
				}
			}
		}
	}
}

func (h *history) interruptions(t *testing.T, now, earlier string) {
	for _, stores := range combinations {
		if len(stores) > 1 && slices.Contains(stores, ledgerDir) {
			continue // the ledger is completed from its copy, as when it is put back alone
		}
		if !everyStep && rand.IntN(6) > 0 {
			continue
		}
		t.Run(now+", put back to "+earlier+" "+strings.Join(stores, " "), func(t *testing.T) { h.interrupted(t, now, earlier, stores) })
	}
}

func (h *history) interrupted(t *testing.T, now, earlier string, stores []string) {
	t.Helper()
	h.restore(now, earlier, stores)
	err := h.Recover(t.Context())
	if errors.Is(err, ErrQuarantined) && !h.complete && !h.keptStays(earlier, stores) {
		h.keepsOriginals(t, now)
		return
	}
	must(t, err)
	switch {
	case h.caseLost(now, earlier, stores):
		h.rolledBack(t)
		return
	case h.copyLost(now, earlier, stores):
		h.waiting(t, now)
		h.restore(now, now, nil) // the newer store is found again: nothing was lost meanwhile
		must(t, h.Recover(t.Context()))
	}
	h.settled(t)
	if !h.complete && h.keptStays(earlier, stores) {
		if err := h.readable(h.kept.ID, h.claim); err != nil {
			t.Errorf("what is kept: %v", err)
		}
	}
}

// keepsOriginals checks that the vault is quarantined and destroys nothing while only the originals have what the law keeps, and
// that all is well when the newer stores are back.
func (h *history) keepsOriginals(t *testing.T, now string) {
	t.Helper()
	before, objects := h.keyFiles(), h.objectKeys()
	is(t, h.Recover(t.Context()), ErrQuarantined)
	h.quarantined(t)
	same(t, "keys", h.keyFiles(), before)
	same(t, "objects", h.objectKeys(), objects)
	h.restore(now, now, nil)
	must(t, h.Recover(t.Context()))
	h.settled(t)
	if err := h.readable(h.kept.ID, h.claim); err != nil {
		t.Errorf("what is kept: %v", err)
	}
}

// caseLost says whether the key of the case's file is lost, and the ledger does not know the case yet.
func (h *history) caseLost(now, earlier string, stores []string) bool {
	return h.between(now, "erase.approved", "erase.ledger-copied") && earlier == "before" &&
		slices.Contains(stores, keysDir) && !slices.Contains(stores, indexDir)
}

// copyLost says whether the copy of what is kept is lost, and not everything has been destroyed yet.
func (h *history) copyLost(now, earlier string, stores []string) bool {
	return h.between(now, "erase."+string(stateRetained), "erase.keys-destroyed") && !h.complete && !h.keptStays(earlier, stores) &&
		!slices.Contains(stores, indexDir) && !(slices.Contains(stores, keysDir) && earlier == "before")
}

// between says whether a moment is at or after one and before another.
func (h *history) between(moment, from, until string) bool {
	at := func(m string) int { return slices.Index(h.taken, m) }
	return at(moment) >= at(from) && at(moment) < at(until)
}

// rolledBack checks that the case has ended, that the patient is as before, and that the request can be filed again.
func (h *history) rolledBack(t *testing.T) {
	t.Helper()
	cases, err := h.Cases(t.Context())
	if must(t, err); len(cases) != 1 || cases[0].State != string(stateRolledBack) {
		t.Fatalf("cases %+v", cases)
	}
	h.reads(h.Bundle, h.person.bundle(1))
	again := *h.victim
	again.approve()
	must(t, h.execute(again.caseID))
	again.wantErased(h.claim)
}

// waiting checks that the case stands and destroys nothing, that its patient is closed and all others are not.
func (h *history) waiting(t *testing.T, now string) {
	t.Helper()
	dead := 0
	if now == "erase.key-destroyed" {
		dead = 1
	}
	if alive, err := h.keysAlive(t.Context(), namesOf(h.held)); err != nil || alive < len(h.held)-dead {
		t.Errorf("%d of %d keys are alive, %v", alive, len(h.held), err)
	}
	cases, err := h.Cases(t.Context())
	if must(t, err); len(cases) != 1 || cases[0].State == string(stateCertified) || cases[0].Certificate != "" {
		t.Fatalf("the case went on without what it needs: %+v", cases)
	}
	if _, err := h.get(h.Bundle); err == nil && cases[0].State != string(stateRetained) { // which is read, not written
		t.Error("the patient is open")
	}
	if _, err := h.get(h.other.Bundle); err != nil {
		t.Errorf("another patient: %v", err)
	}
}

// Threat 42: the ledger is put back in both its places. The key store's counter or the index's notes are ahead of it then, and
// nothing decrypts, until the newest ledger is back.
func TestThreat42LedgerPutBackInBothPlaces(t *testing.T) {
	h := keepHistory(t, false)
	for _, stores := range [][]string{
		{ledgerDir, objectsDir}, {ledgerDir, objectsDir, indexDir}, {ledgerDir, objectsDir, keysDir},
	} {
		t.Run(strings.Join(stores, " "), func(t *testing.T) {
			h.restore("erase.certified", "before", stores)
			before := h.keyFiles()
			is(t, h.Recover(t.Context()), ErrQuarantined)
			h.quarantined(t)
			h.stop()
			h.putBack(h.at("erase.certified"), ledgerDir)
			h.open()
			same(t, "keys", h.keyFiles(), before)
			must(t, h.Recover(t.Context()))
			h.settled(t)
		})
	}
}

// quarantined checks that nothing is decrypted, taken in or destroyed.
func (h *history) quarantined(t *testing.T) {
	t.Helper()
	ctx, s := t.Context(), h.Service
	for _, id := range []string{h.Bundle, h.other.Bundle} {
		_, err := h.get(id)
		is(t, err, ErrQuarantined)
	}
	_, err := s.Records(ctx, h.other.Patient)
	is(t, err, ErrQuarantined)
	_, err = s.AccessLog(ctx, h.other.Patient)
	is(t, err, ErrQuarantined)
	_, err = s.Import(ctx, Import{Open: opener(person(5).bundle(1))})
	is(t, err, ErrQuarantined)
	_, err = s.Approve(ctx, request(h.other.Patient))
	is(t, err, ErrQuarantined)
}

// Threat 42: everything put back to one moment looks like that moment. Nothing inside can know; docs/erasure.md says so.
func TestThreat42EverythingPutBackIsNotDetected(t *testing.T) {
	h := keepHistory(t, false)
	h.restore("before", "before", nil)
	must(t, h.Recover(t.Context()))
	h.reads(h.Bundle, h.person.bundle(1))
}

// Threat 1: the key store is replaced under a running service, with its counter or without. When something is decrypted later
// than a minute after the last check, the service has noticed.
func TestThreat01KeyStorePutBackUnderARunningService(t *testing.T) {
	h := keepHistory(t, false)
	for _, parts := range [][]string{{"transit", "counter"}, {"transit"}, {"counter"}} {
		t.Run(strings.Join(parts, " "), func(t *testing.T) { h.swapKeys(t, parts) })
	}
}

func (h *history) swapKeys(t *testing.T, parts []string) {
	h.restore("erase.certified", "erase.certified", nil)
	must(t, h.Recover(t.Context()))
	stolen := h.held // their wrapped keys
	for _, part := range parts {
		h.putBack(h.at("before"), filepath.Join(keysDir, part))
	}
	alive := func() (n int) {
		for _, c := range stolen {
			if _, err := h.ring.Unwrap(t.Context(), keys.Name(c.KeyName), c.Wrapped, h.associated(c)); err == nil {
				n++
			}
		}
		return n
	}
	if parts[0] == "transit" && alive() != len(stolen) {
		t.Fatal("the old key store opens nothing: the test proves nothing")
	}
	h.clock.move(guardInterval - time.Second)
	h.reads(h.other.Bundle, person(100).bundle(1))
	h.clock.move(time.Second)
	h.reads(h.other.Bundle, person(100).bundle(1))
	if count, err := h.ring.Count(t.Context()); alive() != 0 || err != nil || count != 1 {
		t.Errorf("a minute later %d old keys open, and the counter is %d, %v", alive(), count, err)
	}
	h.settled(t)
}

// Threat 1: when the replaced key store cannot be replayed on, a minute later nothing is read.
func TestThreat01KeyStoreThatCannotBeReplayedIsQuarantined(t *testing.T) {
	h := keepHistory(t, false)
	h.restore("erase.certified", "erase.certified", nil)
	must(t, h.Recover(t.Context()))
	h.putBack(h.at("before"), filepath.Join(keysDir, "transit"), filepath.Join(keysDir, "counter"))
	for _, call := range []string{"ledger.Entries", "eraser.Count", "eraser.Exists", "eraser.Destroy", "eraser.Advance", "store.View", "store.InTx", "store.Scrub"} {
		h.clock.move(guardInterval)
		h.ports.watch(func(_ int, c string) outcome { return map[bool]outcome{true: fails}[c == call] })
		_, err := h.Read(t.Context(), h.other.Bundle, reader)
		h.ports.seen()
		is(t, err, ErrQuarantined)
	}
	h.reads(h.other.Bundle, person(100).bundle(1))
	h.settled(t)
}
