package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"lethe/api"
	"lethe/vault/fhir/synthetic"
)

type written struct {
	number     int
	stored     api.Stored
	tombstoned time.Time // known to be by then; zero while it lives
	asked      bool      // to be erased
}

// load writes, reads and erases through whichever process answers.
type load struct {
	*fleet
	names  []string
	cohort *synthetic.Generator
	next   atomic.Int64

	reads, unanswered, wrong atomic.Int64

	records      sync.Mutex
	acknowledged []*written
	erasures     []string
}

func (l *load) anyone() string { return l.names[rand.IntN(len(l.names))] } //nolint:gosec // a choice

func (l *load) run(ctx context.Context) {
	for ctx.Err() == nil {
		switch n := rand.IntN(10); { //nolint:gosec // a choice
		case n < 3:
			l.write(ctx)
		case n < 9:
			l.read(ctx)
		default:
			l.forget(ctx)
		}
	}
}

func (l *load) write(ctx context.Context) {
	n := int(l.next.Add(1))
	stored, err := l.store(ctx, l.anyone(), l.cohort.Bundle(n))
	if err != nil {
		l.unanswered.Add(1)
		return
	}
	l.records.Lock()
	defer l.records.Unlock()
	l.acknowledged = append(l.acknowledged, &written{number: n, stored: stored})
}

func (l *load) some() *written {
	l.records.Lock()
	defer l.records.Unlock()
	if len(l.acknowledged) == 0 {
		return nil
	}
	return l.acknowledged[rand.IntN(len(l.acknowledged))] //nolint:gosec // a choice
}

func (l *load) read(ctx context.Context) {
	w := l.some()
	if w == nil {
		return
	}
	l.records.Lock()
	dead := !w.tombstoned.IsZero()
	l.records.Unlock()
	status, data, err := l.content(ctx, l.anyone(), w.stored.Bundle)
	switch {
	case err != nil || status == http.StatusServiceUnavailable:
		l.unanswered.Add(1)
	case dead && status == http.StatusOK:
		l.wrong.Add(1)
		l.t.Errorf("document %d was read after its tombstone", w.number)
	case status == http.StatusOK && !bytes.Equal(data, l.cohort.Bundle(w.number)):
		l.wrong.Add(1)
		l.t.Errorf("document %d reads %d other bytes", w.number, len(data))
	case status == http.StatusOK || status == http.StatusGone:
		l.reads.Add(1)
	default:
		l.t.Errorf("document %d: %d %s", w.number, status, data)
	}
}

// forget has one erased, and notes when its tombstone is known.
func (l *load) forget(ctx context.Context) {
	w := l.some()
	if w == nil {
		return
	}
	l.records.Lock()
	asked := w.asked
	w.asked = true
	l.records.Unlock()
	if asked {
		return
	}
	id, err := l.erase(ctx, l.anyone(), w.stored.Patient)
	if err != nil {
		l.unanswered.Add(1) // it may be under way
		return
	}
	l.records.Lock()
	l.erasures = append(l.erasures, id)
	l.records.Unlock()
	for ; ctx.Err() == nil; time.Sleep(200 * time.Millisecond) {
		got, err := l.at(l.anyone()).ErasureWithResponse(ctx, id)
		if err == nil && got.JSON200 != nil && got.JSON200.State != "approved" && got.JSON200.State != "retained-readable" {
			l.records.Lock()
			w.tombstoned = time.Now()
			l.records.Unlock()
			return
		}
	}
}

// verify looks at everything once nothing more happens.
func (l *load) verify() {
	l.t.Helper()
	for _, id := range l.erasures {
		l.reaches(l.names[0], id, "certified", "anchored")
	}
	for _, w := range l.acknowledged {
		status, data, err := l.content(l.t.Context(), l.anyone(), w.stored.Bundle)
		alive := status == http.StatusOK && bytes.Equal(data, l.cohort.Bundle(w.number))
		if err != nil || (!alive && !w.asked) || (alive && !w.tombstoned.IsZero()) {
			l.t.Errorf("document %d, to be erased: %v: %d, %d bytes, %v", w.number, w.asked, status, len(data), err)
		}
	}
	if len(l.acknowledged) < 10 || l.reads.Load() < 10 || len(l.erasures) == 0 {
		l.t.Errorf("%d written, %d read, %d erased: too few to show anything", len(l.acknowledged), l.reads.Load(), len(l.erasures))
	}
}
