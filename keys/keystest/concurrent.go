package keystest

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"

	"lethe/keys"
)

const workers = 8

// together runs f in several goroutines that start at once.
func together(f func(worker int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range workers {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}

// round takes one key through its life beside others.
func (s *suite) round(ad []byte) error {
	name, key := keys.NewName(), keys.NewKey()
	if err := s.ring.Create(s.ctx, name); err != nil {
		return err
	}
	wrapped, err := s.ring.Wrap(s.ctx, name, key, ad)
	if err != nil {
		return err
	}
	got, err := s.ring.Unwrap(s.ctx, name, wrapped, ad)
	if err != nil {
		return err
	}
	if !bytes.Equal(got.Bytes(), key.Bytes()) {
		return errors.New("another key")
	}
	if err := s.ring.Destroy(s.ctx, name); err != nil {
		return err
	}
	if _, err = s.ring.Unwrap(s.ctx, name, wrapped, ad); !errors.Is(err, keys.ErrNoKey) {
		return errors.Join(errors.New("unwrapped after destruction"), err)
	}
	return nil
}

func (s *suite) concurrentKeys() {
	shared, key := s.create(), keys.NewKey()
	wrapped := s.wrap(shared, key, nil)
	together(func(worker int) {
		for range 4 {
			if err := s.round([]byte{byte(worker)}); err != nil {
				s.Errorf("worker %d: %v", worker, err)
			}
			if got, err := s.ring.Unwrap(s.ctx, shared, wrapped, nil); err != nil || !bytes.Equal(got.Bytes(), key.Bytes()) {
				s.Errorf("worker %d: shared key: %v", worker, err)
			}
		}
	})
}

func (s *suite) concurrentCreate() {
	for range 3 {
		name := keys.NewName()
		var made atomic.Int32
		together(func(int) {
			switch err := s.ring.Create(s.ctx, name); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, keys.ErrKeyExists):
				s.Error(err)
			}
		})
		if made.Load() != 1 {
			s.Errorf("%d of %d calls made the key", made.Load(), workers)
		}
	}
}

// concurrentDestroy destroys a key from several sides while it is used: who is late meets a key that is not there, and nothing
// else; nobody makes it again.
func (s *suite) concurrentDestroy() {
	name, key := s.create(), keys.NewKey()
	wrapped := s.wrap(name, key, nil)
	together(func(worker int) {
		for range 5 {
			var err error
			switch worker % 3 {
			case 0:
				_, err = s.ring.Wrap(s.ctx, name, key, nil)
			case 1:
				_, err = s.ring.Unwrap(s.ctx, name, wrapped, nil)
			case 2:
				if err = s.ring.Destroy(s.ctx, name); err != nil {
					s.Errorf("Destroy: %v", err)
				}
			}
			if err != nil && !errors.Is(err, keys.ErrNoKey) {
				s.Errorf("worker %d: %v", worker, err)
			}
		}
	})
	s.exists(name, false)
	s.shut("destroyed", name, wrapped, nil, keys.ErrNoKey)
}

func (s *suite) concurrentAdvance() {
	start := s.count()
	together(func(worker int) {
		for range 3 {
			before, err := s.ring.Count(s.ctx)
			if err != nil {
				s.Error(err)
			}
			if n, err := s.ring.Advance(s.ctx); err != nil || n <= before {
				s.Errorf("worker %d: Advance from %d or more gave %d, %v", worker, before, n, err)
			}
		}
	})
	if n := s.count(); n != start+3*workers {
		s.Errorf("%d advances took the count from %d to %d", 3*workers, start, n)
	}
}
