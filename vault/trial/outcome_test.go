package trial

import (
	"context"
	"errors"
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
