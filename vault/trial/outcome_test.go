package trial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
)

// TestEventsAreTakenInWhileOthersAreProven: what is submitted in the middle of a proof waits, is proven in its turn, and is not taken in twice.
func TestEventsAreTakenInWhileOthersAreProven(t *testing.T) {
	w := newWorld(t)
	p, q := w.person(40), w.person(50)
	first := w.submission(p.enrols(start))
	must(t, w.seq.Submit(t.Context(), first))
	second := w.submission(q.enrols(start))
	prove := w.seq.cfg.Prove
	w.seq.cfg.Prove = func(ctx context.Context, s circuits.Statement, a frontend.Circuit) (*circuits.Proof, error) {
		w.seq.cfg.Prove = prove
		if w.record().Outcome(second.ID()).State != Unknown {
			t.Error("it was taken in before it was submitted")
		}
		must(t, w.seq.Submit(ctx, second))
		must(t, w.seq.Submit(ctx, second))
		if w.record().Outcome(second.ID()).State != Waiting {
			t.Error("it does not wait")
		}
		return prove(ctx, s, a)
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	r := w.record()
	for i, sub := range []*Submission{first, second} {
		if o := r.Outcome(sub.ID()); o.State != Accepted || int(o.Batch.Number) != i+1 || o.Batch.Submission != sub.ID() {
			t.Errorf("submission %d: %+v", i+1, o)
		}
	}
	if s := r.Cohort.State(); s.Participants != 2 || s.Batches != 2 || w.chain.State != s.Digest() {
		t.Errorf("%+v", s)
	}
}

// TestThreat13CopiesLackWhatEventsStandOn: the sponsor's copy has the events that wait, and neither the consent nor the attested values.
func TestThreat13CopiesLackWhatEventsStandOn(t *testing.T) {
	w := newWorld(t)
	w.store.Copies = []string{t.TempDir()}
	p := w.person(40)
	must(t, w.seq.Submit(t.Context(), w.submission(p.enrols(start))))
	id := w.protocol.ID
	read := func(f *Folder) string {
		data, err := os.ReadFile(filepath.Join(f.Of(id), recordFile))
		must(t, err)
		return string(data)
	}
	whole, copied := read(&w.store.Folder), read(&Folder{Path: w.store.Copies[0]})
	for _, secret := range []string{field.Text(p.identity), `"attestation"`, `"consent"`} {
		if !strings.Contains(whole, secret) || strings.Contains(copied, secret) {
			t.Errorf("%s: in the record %t, in the copy %t", secret, strings.Contains(whole, secret), strings.Contains(copied, secret))
		}
	}
	r, err := (&Folder{Path: w.store.Copies[0]}).Load(id)
	if err != nil || len(r.Queue) != 1 || r.Queue[0].Reports[0].Kind != rollup.Enrolment || r.Queue[0].Reports[0].Tag != p.tag {
		t.Errorf("the copy: %v", err)
	}
}

// TestThreat50TheSameEventIsTakenInOnce: signed again, after what it was signed after before, it is another submission, and the same event.
func TestThreat50TheSameEventIsTakenInOnce(t *testing.T) {
	w := newWorld(t)
	p, q := w.person(40), w.person(50)
	w.submit(p.enrols(start), q.enrols(start))
	visit := p.event(rollup.Visit, start)
	visit.Entry = field.Uint64(77)
	must(t, w.seq.Submit(t.Context(), w.submission(visit)))
	if err := w.seq.Submit(t.Context(), w.submission(visit)); !errors.Is(err, ErrRepeated) {
		t.Errorf("while it waits: %v", err)
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if err := w.seq.Submit(t.Context(), w.submission(q.event(rollup.Visit, start), visit)); !errors.Is(err, ErrRepeated) {
		t.Errorf("once it is accepted: %v", err)
	}
	w.now, w.chain.tick = w.now.Add(time.Minute), 5
	others, another, later := visit, visit, visit
	others.Tag, another.Entry, later.When = q.tag, field.Uint64(78), start+1
	must(t, w.seq.Submit(t.Context(), w.submission(others, another, later)))
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if s := w.record().Cohort.State(); s.Activity.Visits != 4 {
		t.Errorf("%+v", s)
	}
}
