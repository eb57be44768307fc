package ledger

import (
	"context"
	"fmt"
	"sync"

	"lethe/offchain"
)

// Follower reads the ledger by its copy, for processes that enter nothing. It is safe for concurrent use.
type Follower struct {
	copies

	mu      sync.Mutex
	lines   [][]byte
	entries []offchain.LedgerEntry
}

var _ offchain.Ledger = (*Follower)(nil)

// Follow opens the ledger in its copy.
func Follow(ctx context.Context, mirror offchain.Objects) (*Follower, error) {
	f := &Follower{copies: copies{mirror}}
	_, err := f.Entries(ctx)
	return f, err
}

// Entries implements [offchain.Ledger]: it looks for new ones. What it has seen stays: a copy that lacks some of it is
// [offchain.ErrLedgerDamaged].
func (f *Follower) Entries(ctx context.Context) ([]offchain.LedgerEntry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lines, err := f.read(ctx, f.lines)
	if err != nil {
		return nil, err
	}
	entries, err := check(lines)
	if err != nil {
		return nil, err
	}
	f.lines, f.entries = lines, entries
	return append([]offchain.LedgerEntry{}, entries...), nil
}

// Append implements [offchain.Ledger]: it is refused.
func (f *Follower) Append(context.Context, offchain.LedgerEntry) (offchain.LedgerEntry, error) {
	return offchain.LedgerEntry{}, errFollows()
}

// PutCertificate implements [offchain.Ledger]: it is refused.
func (f *Follower) PutCertificate(context.Context, string, int, []byte) (string, error) {
	return "", errFollows()
}

// Suspect implements [offchain.Ledger]. It is 0: only who has both copies can compare them.
func (f *Follower) Suspect() uint64 { return 0 }

func errFollows() error {
	return fmt.Errorf("ledger: this process reads the ledger and enters nothing")
}
