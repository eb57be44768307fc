package trial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/keys"
	"lethe/vault/registry"
)

// read is a record as it stands in a folder.
func read(t *testing.T, f *Folder, id field.Element) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.Of(id), recordFile))
	must(t, err)
	return string(data)
}

// TestThreat06WhatWaitsIsSealed: a record, and each copy of it, has the events that wait, and neither who they are of, nor the consent, nor the attested values; once they
// wait no longer there is no key that opens what an old copy of the record has.
func TestThreat06WhatWaitsIsSealed(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	sub := w.submission(p.enrols(start))
	must(t, w.seq.Submit(t.Context(), sub))
	id := w.protocol.ID
	signed, err := p.attested.Encode()
	must(t, err)
	for name, f := range map[string]*Folder{"the record": &w.store.Folder, "the copy": {Path: w.store.Copies[0]}} {
		text := read(t, f, id)
		for _, secret := range []string{field.Text(p.identity), `"attestation"`, `"consent"`, `"person"`, string(signed[len(signed)/2 : len(signed)/2+24])} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s", name, secret)
			}
		}
		r, err := f.Load(id)
		if err != nil || len(r.Queue) != 1 || r.Queue[0].Events.Reports[0].Kind != rollup.Enrolment || r.Queue[0].Events.Reports[0].Tag != p.tag {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := w.record().Queue[0]
	whole, err := w.seq.open(t.Context(), old)
	if err != nil || whole.ID() != sub.ID() {
		t.Fatalf("what waits: %v", err)
	}
	if w.keys.alive(t) != 1 {
		t.Fatalf("%d keys", w.keys.alive(t))
	}
	must(t, w.seq.Work(t.Context(), id, nil))
	if _, err := w.seq.open(t.Context(), old); !errors.Is(err, keys.ErrNoKey) || w.keys.alive(t) != 0 {
		t.Errorf("afterwards: %v, %d keys", err, w.keys.alive(t))
	}
	w.submit(p.event(rollup.Visit, start))
	if len(w.keys.made) != 1 {
		t.Error("a key was made for events that stand on nothing")
	}
}

// TestThreat40NoKeyOfWhatWaitedIsLeft, wherever the work is cut off, and whatever becomes of the events.
func TestThreat40NoKeyOfWhatWaitedIsLeft(t *testing.T) {
	for after := range 6 {
		w := newWorld(t)
		sub := w.submission(w.person(40).enrols(start))
		w.store.after = after
		if err := w.seq.Submit(t.Context(), sub); err == nil {
			w.seq.Work(t.Context(), w.protocol.ID, nil)
		}
		cut := w.store.after < 0
		w.store.after = -1
		must(t, w.seq.Submit(t.Context(), sub))
		must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
		if r := w.record(); r.Cohort.State().Participants != 1 || len(r.Queue) != 0 || len(r.Spent) != 0 || w.keys.alive(t) != 0 {
			t.Errorf("save %d: %+v, %d keys, %d to be destroyed", after, r.Cohort.State(), w.keys.alive(t), len(r.Spent))
		}
		if cut == (after == 5) {
			t.Errorf("save %d: cut off: %t", after, cut)
		}
	}
	for name, change := range map[string]func(*world, *person){
		"withdrawn": func(w *world, p *person) {
			must(w.t, w.grants.Apply([]registry.Change{{Index: p.note.Grant.Index, Leaf: registry.Tombstone()}}))
		},
		"paused": func(w *world, _ *person) { w.chain.Paused = true },
		"closed": func(w *world, _ *person) { w.chain.Closed = true },
	} {
		w := newWorld(t)
		p := w.person(40)
		sub := w.submission(p.enrols(start))
		must(t, w.seq.Submit(t.Context(), sub))
		change(w, p)
		w.seq.Work(t.Context(), w.protocol.ID, nil)
		if w.record().Outcome(sub.ID()).State != Refused || w.keys.alive(t) != 0 || len(w.record().Spent) != 0 {
			t.Errorf("%s: %+v, %d keys", name, w.record().Outcome(sub.ID()), w.keys.alive(t))
		}
	}
}

// TestWhatWaitsWithoutItsKey: a key store that does not answer is waited for; where the key is gone, or is not the one, the site is told, and nobody waits behind it.
func TestWhatWaitsWithoutItsKey(t *testing.T) {
	w := newWorld(t)
	p, next := w.person(40), w.person(50)
	first, second := w.submission(p.enrols(start)), w.submission(next.enrols(start))
	must(t, w.seq.Submit(t.Context(), first))
	w.keys.down = keys.ErrUnavailable
	if err := w.seq.Submit(t.Context(), second); !errors.Is(err, keys.ErrUnavailable) || w.record().Outcome(second.ID()).State != Unknown {
		t.Errorf("taken in without a key: %v", err)
	}
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, keys.ErrUnavailable) || w.record().Outcome(first.ID()).State != Waiting {
		t.Errorf("proven without a key: %v", err)
	}
	w.keys.down = nil
	must(t, w.seq.Submit(t.Context(), second))
	must(t, w.keys.Ring.Destroy(t.Context(), w.record().Queue[0].Sealed.Key))
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDropped) || !errors.Is(err, keys.ErrNoKey) {
		t.Errorf("the key is gone: %v", err)
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if a, b := w.record().Outcome(first.ID()), w.record().Outcome(second.ID()); a.State != Refused || b.State != Accepted {
		t.Errorf("%+v, %+v", a, b)
	}
	third, fourth := w.submission(w.person(41).enrols(start)), w.submission(w.person(42).enrols(start))
	must(t, w.seq.Submit(t.Context(), third))
	must(t, w.seq.Submit(t.Context(), fourth))
	r := w.record()
	r.Queue[0].Sealed, r.Queue[1].Sealed = r.Queue[1].Sealed, r.Queue[0].Sealed
	must(t, w.store.Save(w.protocol.ID, r))
	for _, sub := range []*Submission{third, fourth} {
		if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, keys.ErrUnwrap) || w.record().Outcome(sub.ID()).State != Refused {
			t.Errorf("what another stands on: %v", err)
		}
	}
}

// TestABatchOnTheChainIsWrittenDownWithoutItsKey: what the chain has taken is followed by what the record says in the clear.
func TestABatchOnTheChainIsWrittenDownWithoutItsKey(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	must(t, w.seq.Submit(t.Context(), w.submission(p.enrols(start))))
	w.chain.lose = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, errLost) {
		t.Fatalf("%v", err)
	}
	must(t, w.keys.Ring.Destroy(t.Context(), w.record().Queue[0].Sealed.Key))
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if s := w.record().Cohort.State(); s.Participants != 1 || s.Digest() != w.chain.State {
		t.Errorf("%+v", s)
	}
}

// TestAQueueThatDoesNotHoldTogether is no record.
func TestAQueueThatDoesNotHoldTogether(t *testing.T) {
	w := newWorld(t)
	must(t, w.seq.Submit(t.Context(), w.submission(w.person(40).enrols(start))))
	text := read(t, &w.store.Folder, w.protocol.ID)
	i, j := strings.Index(text, `"consents": [`), strings.Index(text, `"key":`)
	broken := text[:i] + `"consents": [],` + text[j:]
	must(t, os.WriteFile(filepath.Join(w.store.Of(w.protocol.ID), recordFile), []byte(broken), 0o600))
	if _, err := w.store.Load(w.protocol.ID); !errors.Is(err, ErrRecord) {
		t.Errorf("%v", err)
	}
}

// TestWhatCannotBeAppliedAnyMoreIsNoReasonAgainstOthers: a consent of somebody who waits is withdrawn, and another one is taken in.
func TestWhatCannotBeAppliedAnyMoreIsNoReasonAgainstOthers(t *testing.T) {
	w := newWorld(t)
	p, next := w.person(40), w.person(50)
	must(t, w.seq.Submit(t.Context(), w.submission(p.enrols(start))))
	must(t, w.grants.Apply([]registry.Change{{Index: p.note.Grant.Index, Leaf: registry.Tombstone()}}))
	sub := w.submission(next.enrols(start))
	must(t, w.seq.Submit(t.Context(), sub))
	w.seq.Work(t.Context(), w.protocol.ID, nil)
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if w.record().Outcome(sub.ID()).State != Accepted {
		t.Errorf("%+v", w.record().Outcome(sub.ID()))
	}
}

// TestAKeyThatIsBeingMadeIsNotDestroyed: keys of what waits no longer are destroyed while something is taken in.
func TestAKeyThatIsBeingMadeIsNotDestroyed(t *testing.T) {
	w := newWorld(t)
	forgot := make(chan error, 1)
	w.keys.wraps = func() {
		go func() { forgot <- w.seq.Forget(context.WithoutCancel(t.Context()), w.protocol.ID) }()
		select {
		case err := <-forgot:
			t.Errorf("it was not waited for: %v", err)
			forgot <- err
		case <-time.After(50 * time.Millisecond):
		}
	}
	must(t, w.seq.Submit(t.Context(), w.submission(w.person(40).enrols(start))))
	must(t, <-forgot)
	if w.keys.alive(t) != 1 {
		t.Errorf("%d keys", w.keys.alive(t))
	}
}

// TestWhatWasDroppedCanBeHandedInAgain: the same events, by the same signature.
func TestWhatWasDroppedCanBeHandedInAgain(t *testing.T) {
	w := newWorld(t)
	sub := w.submission(w.person(40).enrols(start))
	must(t, w.seq.Submit(t.Context(), sub))
	must(t, w.keys.Ring.Destroy(t.Context(), w.record().Queue[0].Sealed.Key))
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDropped) {
		t.Fatal(err)
	}
	must(t, w.seq.Submit(t.Context(), sub))
	if r := w.record(); r.Outcome(sub.ID()).State != Waiting || len(r.Dropped) != 0 {
		t.Errorf("%+v", r.Outcome(sub.ID()))
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if r := w.record(); r.Outcome(sub.ID()).State != Accepted || r.Cohort.State().Participants != 1 {
		t.Errorf("%+v", r.Outcome(sub.ID()))
	}
}

// TestAKeyThatCannotBeDestroyedHoldsUpNothing: neither what waits nor the other keys, and it is not forgotten.
func TestAKeyThatCannotBeDestroyedHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	must(t, w.seq.update(w.protocol.ID, func(r *Record) error {
		r.Spent = append(r.Spent, "no name")
		return nil
	}))
	must(t, w.seq.Submit(t.Context(), w.submission(w.person(40).enrols(start))))
	must(t, w.seq.Submit(t.Context(), w.submission(w.person(50).enrols(start))))
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if r := w.record(); r.Cohort.State().Participants != 2 || w.keys.alive(t) != 0 || len(r.Spent) != 1 {
		t.Errorf("%+v, %d keys, %v", r.Cohort.State(), w.keys.alive(t), r.Spent)
	}
	if err := w.seq.Forget(t.Context(), w.protocol.ID); err == nil {
		t.Error("a key that cannot be destroyed is not told of")
	}
}

// TestThreat25WhatWaitsOfTheErasedIsTakenOut: with its key; but for what is proven, which may be on the chain.
func TestThreat25WhatWaitsOfTheErasedIsTakenOut(t *testing.T) {
	w := newWorld(t)
	p, q, r := w.person(40), w.person(50), w.person(60)
	both, other := w.submission(p.enrols(start), q.enrols(start)), w.submission(r.enrols(start))
	must(t, w.seq.Submit(t.Context(), both))
	must(t, w.seq.Submit(t.Context(), other))
	if !w.record().Waits(p.tag) || w.record().Waits(w.person(30).tag) {
		t.Error("what waits of whom")
	}
	must(t, w.seq.Erase(t.Context(), w.protocol.ID, p.tag))
	if o := w.record().Outcome(both.ID()); o.State != Refused || o.Reason != ErrErased.Error() || w.record().Outcome(other.ID()).State != Waiting || w.keys.alive(t) != 1 {
		t.Errorf("%+v, %d keys", o, w.keys.alive(t))
	}
	w.chain.lose = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	serious := w.submission(r.event(rollup.SeriousEvent, start))
	must(t, w.seq.Submit(t.Context(), serious))
	must(t, w.seq.Erase(t.Context(), w.protocol.ID, r.tag))
	if o := w.record().Outcome(serious.ID()); o.State != Waiting {
		t.Errorf("an erasure hides what a site has signed: %+v", o)
	}
	if o := w.record().Outcome(other.ID()); o.State != Waiting {
		t.Errorf("what may be on the chain: %+v", o)
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if s := w.record().Cohort.State(); s.Participants != 1 || s.Activity.SeriousEvents != 1 || s.Digest() != w.chain.State {
		t.Errorf("%+v", s)
	}
}

// TestThreat16AWithdrawalStopsWhatIsProven and was not sent: the trees of now are asked again.
func TestThreat16AWithdrawalStopsWhatIsProven(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	must(t, w.seq.Submit(t.Context(), w.submission(p.enrols(start))))
	w.chain.away = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, errLost) || w.record().Current == nil || w.chain.Batches != 0 {
		t.Fatal(err)
	}
	w.chain.away = false
	must(t, w.grants.Apply([]registry.Change{{Index: p.note.Grant.Index, Leaf: registry.Tombstone()}}))
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDropped) || w.chain.Batches != 0 {
		t.Errorf("%v", err)
	}
	q := w.person(50) // whose visit is proven before they withdraw
	w.submit(q.enrols(start))
	must(t, w.seq.Submit(t.Context(), w.submission(q.event(rollup.Visit, start))))
	w.chain.away = true
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	w.chain.away = false
	must(t, w.grants.Apply([]registry.Change{{Index: q.note.Grant.Index, Leaf: registry.Tombstone()}}))
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if s := w.record().Cohort.State(); s.Deviations != (rollup.Deviations{NoConsent: 1}) {
		t.Errorf("a visit that was proven before: %+v", s.Deviations)
	}
}
