// Package offchain names what Lethe keeps off the chain, and the ports behind which it is kept: encrypted objects
// (Objects), the index that says whose they are (Store), and the erasure ledger that outlives both (Ledger).
//
// Nothing here is readable by itself: objects are ciphertext, the index holds wrapped keys, blind identifiers and sealed
// descriptions, the ledger holds random names. The default adapters are a local folder (offchain/object), SQLite
// (offchain/index) and a file with a second copy (offchain/ledger); each costs one fsync per change that it reports as done.
package offchain

import (
	"errors"
	"fmt"
	"time"
)

// Errors that callers branch on. Adapters wrap them with the operation and the id.
var (
	// ErrNotFound says that the index holds no such row, or the object store no such object.
	ErrNotFound = errors.New("not found")
	// ErrExists says that something of that name or that natural key is there already.
	ErrExists = errors.New("exists already")
	// ErrUnavailable says that a store did not answer, or could not: whether a change took effect is not known.
	ErrUnavailable = errors.New("the store did not answer")
	// ErrFull says that a tree has no place left.
	ErrFull = errors.New("no place left")
	// ErrHeld says that somebody else holds the lease.
	ErrHeld = errors.New("held by another process")
	// ErrBadKey says that an object key is not one that Lethe makes.
	ErrBadKey = errors.New("malformed object key")
	// ErrLedgerFork says that the two copies of the ledger tell different stories: a person must decide.
	ErrLedgerFork = errors.New("the copies of the erasure ledger contradict each other")
	// ErrLedgerDamaged says that a copy of the ledger does not read.
	ErrLedgerDamaged = errors.New("the erasure ledger is damaged")
)

// LockedError says that versions of an object stay, because their store was told to keep them.
type LockedError struct {
	Versions int
	Until    time.Time // when the last lock ends; zero for a legal hold, which has no end of its own
}

func (e *LockedError) Error() string {
	if e.Until.IsZero() {
		return fmt.Sprintf("%d versions stay under a legal hold", e.Versions)
	}
	return fmt.Sprintf("%d versions stay under an object lock until %s", e.Versions, e.Until.Format(time.RFC3339))
}
