// Package keystest holds the conformance suite of the ports of package keys: every sentence of their contracts, as a test that
// any implementation passes on a real store. It makes keys of random names and leaves the ones it does not destroy behind; a
// run takes about a thousand calls.
package keystest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"lethe/keys"
)

// Run runs the suite, with one ring from open for each test. open registers its own clean-up with t, and skips by name where
// the store is absent. No one else may advance the ring's counter meanwhile.
func Run(t *testing.T, open func(t *testing.T) keys.Ring) {
	for _, test := range []struct {
		name string
		run  func(s *suite)
	}{
		{"CreateWrapUnwrap", (*suite).createWrapUnwrap},
		{"CreateAgainIsRefused", (*suite).createAgain},
		{"NeverMakesAMissingKey", (*suite).neverMakes},
		{"UnwrapGivesACopy", (*suite).unwrapGivesACopy},
		{"Threat10WrongNameOrAssociatedData", (*suite).wrongNameOrData},
		{"AlteredWrappedKey", (*suite).alteredWrapped},
		{"EmptyAndOversizedInputs", (*suite).emptyAndOversized},
		{"MalformedName", (*suite).malformedName},
		{"DeadContext", (*suite).deadContext},
		{"Destroy", (*suite).destroy},
		{"DestroyWhatIsNotThere", (*suite).destroyAbsent},
		{"CreatedAgainIsAnotherKey", (*suite).createdAgain},
		{"Counter", (*suite).counter},
		{"Blind", (*suite).blind},
		{"ConcurrentKeys", (*suite).concurrentKeys},
		{"ConcurrentCreate", (*suite).concurrentCreate},
		{"ConcurrentDestroy", (*suite).concurrentDestroy},
		{"ConcurrentAdvance", (*suite).concurrentAdvance},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(&suite{T: t, ring: open(t), ctx: t.Context()})
		})
	}
}

// suite is one test with its ring.
type suite struct {
	*testing.T
	ring keys.Ring
	ctx  context.Context
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// fails checks that err is the sentinel wanted.
func (s *suite) fails(what string, err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// create makes a Transit key under a new name.
func (s *suite) create() keys.Name {
	s.Helper()
	name := keys.NewName()
	s.must(s.ring.Create(s.ctx, name))
	return name
}

func (s *suite) wrap(name keys.Name, key *keys.Key, ad []byte) []byte {
	s.Helper()
	wrapped, err := s.ring.Wrap(s.ctx, name, key, ad)
	s.must(err)
	return wrapped
}

// opens checks that wrapped opens to key.
func (s *suite) opens(name keys.Name, wrapped, ad []byte, key *keys.Key) {
	s.Helper()
	got, err := s.ring.Unwrap(s.ctx, name, wrapped, ad)
	s.must(err)
	if !bytes.Equal(got.Bytes(), key.Bytes()) {
		s.Error("unwrapped another key than was wrapped")
	}
}

// shut checks that Unwrap fails with the sentinel wanted, and gives no key.
func (s *suite) shut(what string, name keys.Name, wrapped, ad []byte, want error) {
	s.Helper()
	got, err := s.ring.Unwrap(s.ctx, name, wrapped, ad)
	s.fails(what, err, want)
	if got != nil {
		s.Errorf("%s: a key beside the error", what)
	}
}

func (s *suite) exists(name keys.Name, want bool) {
	s.Helper()
	got, err := s.ring.Exists(s.ctx, name)
	s.must(err)
	if got != want {
		s.Errorf("Exists = %t, want %t", got, want)
	}
}

func (s *suite) count() uint64 {
	s.Helper()
	n, err := s.ring.Count(s.ctx)
	s.must(err)
	return n
}
