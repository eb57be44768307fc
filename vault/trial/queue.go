package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/keys"
)

// Queued is a submission that waits to be proven. What its enrolments stand on (who they are of, the notes of their consents, attested values) is sealed under a key of its own,
// which is destroyed once the events wait no longer: whoever reads the record, or a copy of it, has the events, and of consents what a participant's place in the record has.
type Queued struct {
	ID       string           // of the submission
	Events   *Submission      // without what they stand on
	Consents []rollup.Consent // of each event
	Sealed   *Sealed          // the whole submission; nil where its events stand on nothing
}

// Sealed is what only the key store opens.
type Sealed struct {
	Key     keys.Name
	Wrapped []byte
	Data    []byte
}

// Keys make the keys that what waits is sealed under, and destroy them.
type Keys interface {
	keys.Wrapper
	Destroy(ctx context.Context, name keys.Name) error
}

// sealContext is what a submission's key is wrapped, and its text sealed, with.
func sealContext(trial field.Element, submission string) []byte {
	return []byte("lethe/trial-waiting/v1\x00" + field.Text(trial) + "\x00" + submission)
}

// seal is a submission as it waits. The record names the key before there is one: whatever happens, it is destroyed.
func (s *Sequencer) seal(ctx context.Context, sub *Submission) (*Queued, error) {
	w := &Queued{ID: sub.ID(), Events: sub.bare(), Consents: sub.consents()}
	if !slices.ContainsFunc(sub.Reports, func(r Report) bool { return r.enrols() }) {
		return w, nil
	}
	plain, err := json.Marshal(sub, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	key, at := keys.NewKey(), sealContext(sub.Trial, w.ID)
	defer key.Zero()
	w.Sealed = &Sealed{Key: keys.NewName()}
	if err := s.update(sub.Trial, func(r *Record) error {
		r.Spent = append(r.Spent, w.Sealed.Key)
		return nil
	}); err != nil {
		return nil, err
	}
	if err := s.cfg.Keys.Create(ctx, w.Sealed.Key); err != nil {
		return nil, err
	}
	if w.Sealed.Wrapped, err = s.cfg.Keys.Wrap(ctx, w.Sealed.Key, key, at); err != nil {
		return nil, err
	}
	w.Sealed.Data, err = keys.Seal(key, at, plain)
	return w, err
}

// open gives the whole submission again. Where its key is gone, or does not open it, that is errUnprovable.
func (s *Sequencer) open(ctx context.Context, w *Queued) (*Submission, error) {
	if w.Sealed == nil {
		return w.Events, nil
	}
	at := sealContext(w.Events.Trial, w.ID)
	key, err := s.cfg.Keys.Unwrap(ctx, w.Sealed.Key, w.Sealed.Wrapped, at)
	if err != nil {
		return nil, lost(err)
	}
	defer key.Zero()
	plain, err := keys.Open(key, at, w.Sealed.Data)
	if err != nil {
		return nil, lost(err)
	}
	defer clear(plain)
	sub := &Submission{}
	return sub, json.Unmarshal(plain, sub)
}

// lost tells what can never be opened from a key store that does not answer.
func lost(err error) error {
	for _, definite := range []error{keys.ErrNoKey, keys.ErrUnwrap, keys.ErrCorrupt, keys.ErrWrongKey} {
		if errors.Is(err, definite) {
			return fmt.Errorf("%w: what the events stand on cannot be opened: %w", errUnprovable, err)
		}
	}
	return err
}

// done takes the first so many out of the queue: their keys are to be destroyed.
func (r *Record) done(n int) {
	for _, w := range r.Queue[:n] {
		r.spend(w)
	}
	r.Queue, r.Current = r.Queue[n:], nil
}

// spend notes that the key of what waited is to be destroyed.
func (r *Record) spend(w *Queued) {
	if w.Sealed != nil {
		r.Spent = append(r.Spent, w.Sealed.Key)
	}
}

// Forget destroys the keys of what waits no longer, and of what was never taken in. Each that is destroyed is so for good, whatever becomes of the others; called again, it goes on.
func (s *Sequencer) Forget(ctx context.Context, id field.Element) error {
	s.sealing.Lock()
	defer s.sealing.Unlock()
	r, err := s.cfg.Store.Load(id)
	if err != nil || len(r.Spent) == 0 {
		return err
	}
	var gone []keys.Name
	for _, name := range r.Spent {
		if failed := s.cfg.Keys.Destroy(ctx, name); failed != nil {
			err = errors.Join(err, fmt.Errorf("the key of what waits no longer: %w", failed))
			continue
		}
		gone = append(gone, name)
	}
	if len(gone) == 0 {
		return err
	}
	return errors.Join(err, s.update(id, func(now *Record) error {
		now.Spent = slices.DeleteFunc(now.Spent, func(name keys.Name) bool { return slices.Contains(gone, name) })
		return nil
	}))
}

// ErrErased is why the submission of somebody who was erased waits no longer.
var ErrErased = errors.New("somebody whom it is about is erased: hand in the others' events again")

// Erase takes enrolments and re-consents of somebody that wait out of the queue, with the others in their batches, and destroys their keys. Other events stay: they hold nothing that is sealed, and
// nothing that a site has signed is hidden by an erasure. So does what is proven already: it may be on the chain.
func (s *Sequencer) Erase(ctx context.Context, id, tag field.Element) error {
	s.step.Lock()
	defer s.step.Unlock()
	err := s.update(id, func(r *Record) error {
		var kept []*Queued
		for i, w := range r.Queue {
			if w.Sealed == nil || !w.about(tag) || i == 0 && r.Current != nil {
				kept = append(kept, w)
				continue
			}
			r.Dropped = append(r.Dropped, Dropped{Submission: w.ID, Reason: ErrErased.Error()})
			r.spend(w)
		}
		r.Queue = kept
		return nil
	})
	return errors.Join(err, s.Forget(ctx, id))
}

func (w *Queued) about(tag field.Element) bool {
	return slices.ContainsFunc(w.Events.Reports, func(r Report) bool { return r.Tag == tag })
}

// Waits says whether anything about somebody waits.
func (r *Record) Waits(tag field.Element) bool {
	return slices.ContainsFunc(r.Queue, func(w *Queued) bool { return w.about(tag) })
}
