package trial

import (
	"context"
	"errors"
	"testing"
	"time"

	rollup "lethe/circuits/trial"
)

// TestWhatHappenedSinceTheNewestBlockWaitsForTheNext: a chain's newest block is seconds old, and what a site signs now is later than it.
func TestWhatHappenedSinceTheNewestBlockWaitsForTheNext(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	w.submit(p.enrols(start))
	w.now = time.Unix(start+12, 0)
	if err := w.seq.Submit(t.Context(), w.submission(p.event(rollup.Visit, start+13))); !errors.Is(err, rollup.ErrFuture) {
		t.Errorf("later than our clock, too: %v", err)
	}
	must(t, w.seq.Submit(t.Context(), w.submission(p.event(rollup.Visit, start+12))))
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := w.seq.Work(short, w.protocol.ID, nil); !errors.Is(err, context.DeadlineExceeded) || len(w.record().Queue) != 1 {
		t.Errorf("no newer block: %v", err)
	}
	w.chain.tick = 5
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	if s := w.record().Cohort.State(); s.Activity.Visits != 1 || s.Time < start+12 {
		t.Errorf("%+v", s)
	}
}
