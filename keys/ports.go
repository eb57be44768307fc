package keys

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
)

// What a caller of the ports branches on. Errors never hold a name, a key or associated data.
var (
	ErrNoKey       = errors.New("keys: no such key")
	ErrKeyExists   = errors.New("keys: key exists")
	ErrUnwrap      = errors.New("keys: wrapped key does not open") // other name, other associated data, or altered
	ErrUnavailable = errors.New("keys: key store did not answer")  // whether the call took effect is not known
)

// Name names a Transit key: 64 lower-case hexadecimal characters of 256 random bits, never used again after a destruction. It
// says nothing about whose key it is. Those of case files begin with [CasePrefix].
type Name string

const nameSize = 32 // bytes, before hexadecimal

// CasePrefix begins the names of the keys of case files, which whoever destroys must be able to open: a key store's policies go by
// prefix.
const CasePrefix = "case-"

// NewName returns a random name.
func NewName() Name {
	b := make([]byte, nameSize)
	rand.Read(b)
	return Name(hex.EncodeToString(b))
}

// NewCaseName returns a random name for the key of a case file.
func NewCaseName() Name { return CasePrefix + NewName() }

// ParseName returns s as a [Name], or an error where it is none.
func ParseName(s string) (Name, error) {
	if n := Name(s); n.Valid() {
		return n, nil
	}
	return "", errors.New("keys: malformed key name")
}

// Valid reports whether n has the form of a name.
func (n Name) Valid() bool {
	random := strings.TrimPrefix(string(n), CasePrefix)
	if len(random) != 2*nameSize {
		return false
	}
	for _, c := range []byte(random) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// The ports below share this: all methods are safe for concurrent use; a malformed [Name] is refused with an error that is no
// sentinel; a ctx that is done ends a call with its error, and a store that cannot be asked gives [ErrUnavailable]: in both
// cases whether the call took effect is not known. No input is kept or changed.

// Unwrapper opens wrapped keys. It is all that a witness holds.
type Unwrapper interface {
	// Unwrap returns the key that Wrap was given, in a buffer of the caller's own, to be zeroed. It fails with [ErrNoKey] when
	// no Transit key has the name, and with [ErrUnwrap] when that key does not open wrapped together with ad: the name or the
	// associated data is not the one it was wrapped with, or a byte was altered, cut or added.
	Unwrap(ctx context.Context, name Name, wrapped, ad []byte) (*Key, error)
}

// Wrapper makes Transit keys and wraps keys with them. It is what the serving process holds.
type Wrapper interface {
	Unwrapper
	// Create makes the Transit key of that name, or fails with [ErrKeyExists] and leaves the one there is untouched. Of
	// concurrent calls exactly one succeeds. Once it returned nil the key outlasts a crash.
	Create(ctx context.Context, name Name) error
	// Wrap encrypts key under the Transit key of that name, bound to the associated data ad, which may be empty. It fails with
	// [ErrNoKey] when there is no such key, and never makes one: a late write after an erasure must not.
	Wrap(ctx context.Context, name Name, key *Key, ad []byte) ([]byte, error)
}

// Destroyer destroys Transit keys. Who holds it can neither wrap nor unwrap.
type Destroyer interface {
	// Destroy returns nil only when the key is gone by the store's own answer, which lasts; any error means that it may still
	// be there, and to call again. A name that does not exist ends the same way, with nil. A name created again afterwards
	// never unwraps what its former key wrapped.
	Destroy(ctx context.Context, name Name) error
	// Exists reports whether there is a Transit key of that name, or any remains of one.
	Exists(ctx context.Context, name Name) (bool, error)
}

// Census says which keys there are, and how many erasures there were: by it a key store that was put back is seen, also by those who can
// destroy nothing. Its methods are those of [Destroyer] and [Counter].
type Census interface {
	Exists(ctx context.Context, name Name) (bool, error)
	Count(ctx context.Context) (uint64, error)
}

// Counter counts erasures inside the key store. It is restored together with the store, so a count behind the erasure ledger
// shows that the store was restored.
type Counter interface {
	// Count returns the present count, which begins at 0. It changes by Advance only.
	Count(ctx context.Context) (uint64, error)
	// Advance adds one, atomically and lastingly, and returns a count that includes it. No two calls are merged.
	Advance(ctx context.Context) (uint64, error)
}

// Blinder computes the blind index of external identifiers.
type Blinder interface {
	// Blind returns HMAC-SHA-256 (RFC 2104) of data under a key that never leaves the store and that no erasure destroys: the
	// same data gives the same answer for the life of the store. data may be empty.
	Blind(ctx context.Context, data []byte) ([32]byte, error)
}

// Ring is everything a key store offers, under one credential, as the embedded default does. Production holds the parts apart.
type Ring interface {
	Wrapper
	Destroyer
	Counter
	Blinder
}
