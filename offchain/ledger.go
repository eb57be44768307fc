package offchain

import (
	"context"
	"time"
)

// LedgerEntry says which keys must be dead and which objects gone, by random names alone. It is what a restored store is
// measured against, so it is written, in two places, before anything is destroyed.
type LedgerEntry struct {
	Seq     uint64    `json:"seq"`  // 1, 2, 3…
	Case    string    `json:"case"` // the erasure's id
	At      time.Time `json:"at"`   // UTC, whole seconds
	Keys    []string  `json:"keys"`
	Objects []string  `json:"objects"`
	// Retained is the object key of the manifest of what the law keeps, empty when nothing is kept.
	Retained string `json:"retained,omitempty"`
}

// Ledger is the append-only list of erasures, kept outside the stores that it is the witness of.
type Ledger interface {
	// Append writes an entry to every copy and returns it with its number once all of them are durable. An entry for the
	// same case is written once: a second call completes the copies and returns the first.
	Append(ctx context.Context, e LedgerEntry) (LedgerEntry, error)
	// Entries returns all entries in order. The slice is the caller's.
	Entries(ctx context.Context) ([]LedgerEntry, error)
	// PutCertificate keeps an edition (1, 2, 3…) of the certificate of a case, replacing an earlier one at once or not at all, and says
	// where. A later one is not replaced.
	PutCertificate(ctx context.Context, caseID string, edition int, data []byte) (path string, err error)
	// Certified lists the cases that have a certificate here.
	Certified(ctx context.Context) ([]string, error)
	// Suspect says since which entry a copy was found shorter than the other when the ledger was opened, so that the
	// store that holds the copy may have been put back; 0 when both agreed.
	Suspect() uint64
}
