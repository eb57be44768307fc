package tlog

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
)

// Follower reads a log that another process writes, by its Copy alone and as far as it was shown. It is safe for concurrent use.
type Follower struct {
	reading
	looking sync.Mutex // one look at a time
	shown   atomic.Pointer[anchor.Checkpoint]
}

// Follow opens the log in a Copy by the log's verifier key, and holds its tiles to the newest checkpoint that was shown: ErrInvalid
// where they do not go together.
func Follow(ctx context.Context, c Copy, logKey string) (*Follower, error) {
	key, err := note.NewVerifier(logKey)
	if err != nil {
		return nil, fmt.Errorf("log: key: %w", err)
	}
	f := &Follower{}
	f.reading = reading{shelf{c, key}, c, f.refresh}
	empty := emptyLog()
	f.shown.Store(&empty)
	if _, err := f.refresh(ctx); err != nil {
		return nil, err
	}
	if err := checkRoot(ctx, c, f.Shown()); err != nil {
		return nil, fmt.Errorf("the copy of the log: %w", err)
	}
	return f, nil
}

// refresh looks for a newer checkpoint. What was shown once stays shown: a copy that is put back is ErrBehind, one in which the
// newer checkpoint does not go on from the older, ErrFork.
func (f *Follower) refresh(ctx context.Context) (uint64, error) {
	f.looking.Lock()
	defer f.looking.Unlock()
	last := f.Shown()
	newest, err := f.shelf.newest(ctx)
	if err != nil {
		return 0, err
	}
	if newest.Size < last.Size {
		return 0, fmt.Errorf("the copy of the log has shown %d entries, and now %d: %w", last.Size, newest.Size, anchor.ErrBehind)
	}
	if newest.Size > last.Size {
		proof, err := consistency(ctx, extent{f.files, newest.Size}, last.Size, newest.Size)
		if err != nil {
			return 0, err
		}
		if err := anchor.VerifyConsistency(last, newest, proof); err != nil {
			return 0, fmt.Errorf("%w: %w", err, anchor.ErrFork)
		}
		f.shown.Store(&newest)
	}
	return newest.Size, nil
}

// Shown is the newest checkpoint that this follower has seen: Size looks for a newer one.
func (f *Follower) Shown() anchor.Checkpoint { return *f.shown.Load() }
