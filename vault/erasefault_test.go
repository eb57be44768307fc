package vault

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lethe/keys"
	"lethe/offchain"
	"lethe/vault/certificate"
)

// Threat 40: every call of every port fails once, before or after it took effect. Until all is done and verified there is no
// certificate; afterwards the erasure goes on and ends.
func TestThreat40FaultAtEveryStep(t *testing.T) {
	tried := eraseWithFaults(t, false, "")
	for _, call := range []string{
		"store.View", "store.InTx", "store.Scrub", "keys.Unwrap", "witness.Unwrap", "objects.Open", "objects.ReadAt", "ledger.Append",
		"objects.DeleteAll", "eraser.Destroy", "eraser.Exists", "eraser.Count", "eraser.Advance", "ledger.PutCertificate",
		"log.Append", "log.Publish",
	} {
		if tried[call] == 0 {
			t.Errorf("%s was never broken", call)
		}
	}
}

// Threats 40 and 49: the same for an erasure that keeps something, up to where it becomes like the other.
func TestThreat49FaultAtEveryStepOfKeeping(t *testing.T) {
	tried := eraseWithFaults(t, true, "ledger.Append")
	for _, call := range []string{"keys.Create", "keys.Wrap", "objects.Create", "objects.Write", "objects.Commit", "witness.Unwrap", "store.InTx"} {
		if tried[call] == 0 {
			t.Errorf("%s was never broken", call)
		}
	}
}

// eraseWithFaults breaks the calls of an erasure one by one, up to the first of a name, and counts them by their names. Without LETHE_EVERY it
// breaks, of each name, the first one, the last one, and some one between, each time another.
func eraseWithFaults(t *testing.T, partial bool, last string) map[string]int {
	s, tried := newSite(t), map[string]int{}
	calls := s.callsOfErasure(partial)
	if end := slices.Index(calls, last); end >= 0 {
		calls = calls[:end]
	}
	for at, call := range calls {
		if !everyStep && !oneOfFew(calls, at) {
			continue
		}
		if got, reached := eraseWithFault(s, partial, at, fails); !reached || got != call {
			t.Fatalf("call %d is %s, and was %s", at, got, call)
		}
		tried[call]++
		if changes(call) {
			eraseWithFault(s, partial, at, answerLost)
		}
	}
	t.Log(tried)
	return tried
}

// callsOfErasure are the calls of one in which nothing is broken.
func (s *site) callsOfErasure(partial bool) []string {
	s.t.Helper()
	v := s.victim(partial)
	v.claim()
	must(s.t, s.SequenceLog(s.t.Context(), offchain.SequenceLog{}))
	s.cache.DropAll()
	s.ports.watch(only(math.MaxInt, fails))
	must(s.t, s.execute(v.caseID))
	return s.ports.seen()
}

// oneOfFew says whether a call is the first or the last of its name, or is drawn: one between is, on average.
func oneOfFew(calls []string, at int) bool {
	var same []int
	for i, call := range calls {
		if call == calls[at] {
			same = append(same, i)
		}
	}
	drawn := same[rand.IntN(len(same))]
	return at == same[0] || at == same[len(same)-1] || at == drawn
}

// victim is a patient who is about to be erased.
type victim struct {
	*site
	person person
	Imported
	kept      RecordInfo             // what a partial erasure keeps
	held      []offchain.Compartment // what is destroyed
	originals []string               // all objects
	caseID    string
	complete  bool
}

// victim imports a patient and approves the erasure.
func (s *site) victim(partial bool) *victim {
	s.t.Helper()
	v := s.patient(partial)
	v.approve()
	return v
}

// patient imports a patient who is going to be erased.
func (s *site) patient(partial bool) *victim {
	s.t.Helper()
	v := &victim{site: s, person: person(len(s.texts(`SELECT id FROM patients`))), complete: !partial}
	v.Imported = s.take(v.person.bundle(1))
	s.reads(v.Bundle, v.person.bundle(1))
	v.kept = s.recordOf(v.Patient, "Claim")
	v.originals = s.texts(`SELECT key FROM objects WHERE patient = ?`, v.Patient)
	held, err := s.compartments(s.t.Context(), v.Patient)
	must(s.t, err)
	for _, c := range held {
		if erases(c.Name, partial) {
			v.held = append(v.held, c)
		}
	}
	return v
}

func (v *victim) approve() {
	v.t.Helper()
	r := request(v.Patient)
	if !v.complete {
		r = keeping(v.Patient, "billing")
	}
	v.caseID = v.site.approve(r)
}

// claim is the bytes of the record that a partial erasure keeps.
func (v *victim) claim() []byte {
	v.t.Helper()
	data, err := v.get(v.kept.ID)
	must(v.t, err)
	return data
}

// eraseWithFault carries out an erasure with one call broken, and names it. reached is false when it is over before that.
func eraseWithFault(s *site, partial bool, at int, how outcome) (call string, reached bool) {
	s.t.Helper()
	v := s.victim(partial)
	claim := v.claim()
	must(s.t, s.SequenceLog(s.t.Context(), offchain.SequenceLog{}))
	s.cache.DropAll()
	s.ports.watch(only(at, how))
	err := s.execute(v.caseID)
	calls := s.ports.seen()
	if reached = at < len(calls); reached {
		call = calls[at]
	}
	certified := slices.Index(calls, "ledger.PutCertificate")
	if err != nil {
		is(s.t, err, errFault)
		s.wantState(call, err, v, at > certified || (at == certified && how == answerLost), at == len(calls)-1 && how == answerLost)
	} else if reached && changes(call) {
		s.t.Errorf("call %d, %s, broken: the erasure says nothing", at, call)
	}
	v.wantOrder(call)
	written := s.certificate(v.caseID)
	if at%2 == 0 {
		s.stop()
		s.start()
	} else {
		must(s.t, s.execute(v.caseID))
	}
	v.wantErased(claim)
	if written != nil && !bytes.Equal(written, s.certificate(v.caseID)) {
		s.t.Errorf("call %d, %s, broken: the certificate was written again, and another one", at, call)
	}
	return call, reached
}

// wantState checks what is shown after a fault: a certificate only once it was written, the last state only once it stands.
func (s *site) wantState(call string, fault error, v *victim, written, last bool) {
	s.t.Helper()
	if !written && s.certificate(v.caseID) != nil {
		s.t.Fatalf("%s broken (%v): there is a certificate", call, fault)
	}
	if state := s.state(v.caseID); state == string(stateCertified) && !last {
		s.t.Fatalf("%s broken (%v): the case is %s", call, fault, state)
	}
}

// wantOrder checks that no key is gone before the ledger knows it in both places and decryption was shown to work, and no
// object before it was shown to fail.
func (v *victim) wantOrder(call string) {
	v.t.Helper()
	reached := func(st state) bool {
		_, key, file, err := v.openCase(v.t.Context(), v.caseID)
		must(v.t, err)
		key.Zero()
		return file.Reached[string(st)] != 0
	}
	alive, err := v.keysAlive(v.t.Context(), namesOf(v.held))
	must(v.t, err)
	if alive < len(v.held) {
		copies, err := v.objects.List(v.t.Context(), "ledger")
		must(v.t, err)
		entries, err := v.ledger.Entries(v.t.Context())
		must(v.t, err)
		if last := entries[len(entries)-1]; last.Case != v.caseID || len(copies) != len(entries) || !reached(stateControlled) {
			v.t.Errorf("%s broken: a key is gone; %d ledger entries, %d copies", call, len(entries), len(copies))
		}
	}
	there, err := v.objectsThere(v.t.Context(), v.originals)
	must(v.t, err)
	if there < len(v.originals) && !reached(stateUnreadable) {
		v.t.Errorf("%s broken: an object is gone", call)
	}
}

func namesOf(held []offchain.Compartment) (names []string) {
	for _, c := range held {
		names = append(names, c.KeyName)
	}
	return names
}

// wantErased checks that the erasure is done, and nothing else was.
func (v *victim) wantErased(claim []byte) {
	v.t.Helper()
	if state := v.state(v.caseID); state != string(stateCertified) {
		v.t.Fatalf("the case is %s", state)
	}
	c, _, err := certificate.Verify(v.certificate(v.caseID))
	must(v.t, err)
	if c.Test.Before.Keys != len(v.held) || c.Test.After.Keys != len(v.held) || c.Test.After.Opened != 0 || !c.Test.After.Control {
		v.t.Errorf("%d keys erased, the certificate has %+v", len(v.held), c.Test)
	}
	if count, err := v.ring.Count(v.t.Context()); err != nil || count != c.Ledger.Entry {
		v.t.Errorf("the key store counts %d erasures, this is number %d, %v", count, c.Ledger.Entry, err)
	}
	v.refuses(v.Bundle, "erased")
	v.uncached(v.held)
	if v.complete {
		v.gone(v.Patient)
	} else {
		v.reads(v.kept.ID, claim)
	}
	v.tidy()
}

// An approval that fails opens no case and leaves nothing; one whose answer was lost is found among the cases.
func TestThreat40FaultInApproval(t *testing.T) {
	s := newSite(t)
	for _, how := range []outcome{fails, answerLost} {
		for at, reached := 0, true; reached; at++ {
			patient := s.take(person(len(s.texts(`SELECT id FROM patients`))).bundle(1)).Patient
			s.ports.watch(only(at, how))
			_, err := s.Approve(t.Context(), request(patient))
			reached = at < len(s.ports.seen())
			s.tidy()
			cases := s.texts(`SELECT id FROM cases WHERE patient = ?`, patient)
			switch {
			case err == nil && len(cases) != 1, err != nil && len(cases) > 0 && how == fails:
				t.Fatalf("call %d broken: %v, %d cases", at, err, len(cases))
			case len(cases) == 0:
				s.erase(request(patient))
			default:
				_, err := s.Approve(t.Context(), request(patient))
				is(t, err, ErrErasing)
				must(t, s.execute(cases[0]))
			}
			s.gone(patient)
		}
	}
}

// Threat 40: nothing is destroyed before the positive control works.
func TestThreat40PositiveControlBlocksDestruction(t *testing.T) {
	for name, breakIt := range map[string]func(*victim) (repair func()){
		"witness does not answer": func(v *victim) func() {
			v.ports.watch(func(_ int, call string) outcome { return map[bool]outcome{true: fails}[call == "witness.Unwrap"] })
			return func() { v.ports.seen() }
		},
		"no object decrypts": func(v *victim) func() {
			return v.spoil(`SELECT key FROM objects WHERE patient = ? AND compartment IN (SELECT id FROM compartments WHERE name = 'billing')`)
		},
		"wrapped key is damaged": func(v *victim) func() {
			flip := `UPDATE wrapped_keys SET wrapped = unhex(?) WHERE compartment = ?`
			was := v.text(`SELECT hex(wrapped) FROM wrapped_keys WHERE compartment = ?`, v.held[0].ID)
			v.alter(flip, was[2:]+"00", v.held[0].ID)
			return func() { v.alter(flip, was, v.held[0].ID) }
		},
		"control key does not work": func(v *victim) func() {
			was := v.text(`SELECT hex(value) FROM settings WHERE name = ?`, controlSetting)
			v.alter(`UPDATE settings SET value = unhex(?) WHERE name = ?`, was[:len(was)-2]+"77", controlSetting)
			return func() { v.alter(`UPDATE settings SET value = unhex(?) WHERE name = ?`, was, controlSetting) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newSite(t).victim(false)
			before := v.keyFiles()
			repair := breakIt(v)
			if err := v.execute(v.caseID); err == nil || v.state(v.caseID) != string(stateUncached) {
				t.Fatalf("%v, the case is %s", err, v.state(v.caseID))
			}
			same(t, "keys", v.keyFiles(), before)
			if v.certificate(v.caseID) != nil {
				t.Error("a certificate")
			}
			repair()
			must(t, v.execute(v.caseID))
			v.wantErased(nil)
		})
	}
}

// liar is a key store whose answers about destruction are not true.
type liar struct {
	Eraser
	keeps, denies, remains bool
}

func (l *liar) Destroy(ctx context.Context, name keys.Name) error {
	if l.keeps {
		return nil
	}
	return l.Eraser.Destroy(ctx, name)
}

func (l *liar) Exists(ctx context.Context, name keys.Name) (bool, error) {
	if l.denies || l.remains {
		return l.remains, nil
	}
	return l.Eraser.Exists(ctx, name)
}

// Threat 40: a key store that answers that a key is gone, and still has it or a remainder of it, is found out: by asking it, and,
// when it lies to that as well, by the witness.
func TestThreat40KeyStoreThatKeepsTheKey(t *testing.T) {
	for name, lie := range map[string]liar{
		"says that it has it": {keeps: true}, "denies it": {keeps: true, denies: true}, "has a remainder": {remains: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, l := siteIn(t, t.TempDir(), "main"), &liar{}
			s.configure = func(c *Config) { l.Eraser, c.Eraser = c.Eraser, l }
			s.start()
			v := s.victim(false)
			l.keeps, l.denies, l.remains = lie.keeps, lie.denies, lie.remains
			if err := s.execute(v.caseID); err == nil || s.state(v.caseID) != string(stateControlled) || s.certificate(v.caseID) != nil {
				t.Fatalf("%v, the case is %s", err, s.state(v.caseID))
			}
			v.refuses(v.Bundle, "erased")
			l.keeps, l.denies, l.remains = false, false, false
			if err := s.execute(v.caseID); err != nil {
				t.Fatalf("once the key store is honest: %v", err)
			}
			v.wantErased(nil)
		})
	}
}

// deaf is a witness that fails for a reason of its own once the keys are gone.
type deaf struct {
	keys.Unwrapper
	err     error
	control keys.Name
}

func (d *deaf) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	if d.err != nil && (name == d.control) == errors.Is(d.err, errControl) {
		return nil, d.err
	}
	return d.Unwrapper.Unwrap(ctx, name, wrapped, ad)
}

var errControl = errors.New("the control key alone does not open")

// Threat 40: the witness proves an erasure by failing because there is no such key, while the control key works in the same
// run. Any other failure proves nothing.
func TestThreat40OtherFailuresOfTheWitnessAreNoProof(t *testing.T) {
	for _, reason := range []error{keys.ErrUnavailable, keys.ErrUnwrap, keys.ErrCorrupt, context.DeadlineExceeded, io.EOF, errControl} {
		t.Run(reason.Error(), func(t *testing.T) {
			s, d := siteIn(t, t.TempDir(), "main"), &deaf{}
			s.configure = func(c *Config) { d.Unwrapper, c.Witness = c.Witness, d }
			s.start()
			control, err := s.loadControl(t.Context())
			must(t, err)
			v := s.victim(false)
			s.onStep = func(at string) {
				if at == "erase."+string(stateDestroyed) {
					d.err, d.control = reason, keys.Name(control.KeyName)
				}
			}
			err = s.execute(v.caseID)
			if !errors.Is(err, reason) || s.state(v.caseID) != string(stateDestroyed) || s.certificate(v.caseID) != nil {
				t.Fatalf("%v, the case is %s", err, s.state(v.caseID))
			}
			d.err = nil
			must(t, s.execute(v.caseID))
			v.wantErased(nil)
		})
	}
}

// brokenSigner does not sign.
type brokenSigner struct{ crypto.Signer }

func (brokenSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errFault }

func TestThreat40NoCertificateWithoutASignature(t *testing.T) {
	s := siteIn(t, t.TempDir(), "main")
	s.configure = func(c *Config) { c.Signer = brokenSigner{c.Signer} }
	s.start()
	v := s.victim(false)
	is(t, s.execute(v.caseID), errFault)
	if s.certificate(v.caseID) != nil || s.state(v.caseID) != string(stateScrubbed) {
		t.Fatalf("the case is %s", s.state(v.caseID))
	}
	s.stop()
	s.configure = nil
	s.start()
	v.wantErased(nil)
}
