package tlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"

	"lethe/anchor"
)

const (
	// batchSize is what Tessera sequences at once, half of what it takes before it pushes back.
	batchSize = 2048
	// batchAge is how long a smaller batch waits to be filled; it is longer than adding a batch takes on a machine that has time for
	// it. Where it has not, Tessera sequences the batch in two parts, in either order.
	batchAge = 10 * time.Millisecond
	// signInterval is the least that Tessera's POSIX driver allows.
	signInterval = 100 * time.Millisecond
	// stopTimeout bounds how long Close waits for a signature under way.
	stopTimeout = 5 * time.Second
)

// Start makes the log writable, and signs what the folder has. Floor is the newest checkpoint that the contract has accepted; nil,
// or size 0, is the caller's word that there is none. A log that lacks entries which were accepted is ErrBehind, another history
// ErrFork; then nothing is signed, and the log stays closed.
func (l *Log) Start(ctx context.Context, floor *anchor.Accepted) error {
	if err := l.takeTurn(ctx); err != nil {
		return err
	}
	defer l.yield()
	if l.appender != nil {
		return errors.New("start the log: it was started before")
	}
	trusted, err := l.trusted(ctx, floor)
	if err != nil {
		return fmt.Errorf("start the log: %w", err)
	}
	if err := l.startAppender(ctx, &guard{Signer: l.cfg.Signer, local: l.files, last: trusted}); err != nil {
		return fmt.Errorf("start the log: %w", err)
	}
	size, err := l.Size(ctx)
	if err == nil {
		_, err = l.awaitSigned(ctx, size)
	}
	if err != nil {
		l.appender = nil
		return errors.Join(fmt.Errorf("start the log: %w", err), l.stop())
	}
	return nil
}

func (l *Log) startAppender(ctx context.Context, g *guard) error {
	driver, err := posix.New(ctx, posix.Config{Path: l.cfg.Dir})
	if err != nil {
		return err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(g).
		WithCheckpointInterval(signInterval).
		WithCheckpointRepublishInterval(0). // the same log needs no second signature
		WithBatching(batchSize, batchAge).
		WithShutdownTimeout(stopTimeout)
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	appender, shutdown, _, err := tessera.NewAppender(running, driver, options)
	if err != nil {
		cancel()
		return err
	}
	l.appender, l.guard = appender, g
	l.stop = func() error {
		defer cancel()
		if g.refusal() != nil {
			return nil // no signature is coming
		}
		return shutdown(running)
	}
	return nil
}

// trusted is the largest checkpoint that binds the log, each of which it must contain: shown, signed, accepted by the contract.
func (l *Log) trusted(ctx context.Context, floor *anchor.Accepted) (anchor.Checkpoint, error) {
	size, err := l.Size(ctx)
	if err != nil {
		return anchor.Checkpoint{}, err
	}
	signed, err := l.signed(ctx)
	if err != nil {
		return anchor.Checkpoint{}, err
	}
	binding := []anchor.Checkpoint{l.Shown(), signed}
	if floor != nil && floor.Size > 0 {
		binding = append(binding, anchor.Checkpoint{Size: floor.Size, Root: floor.Root})
	}
	largest := emptyLog()
	for _, c := range binding {
		if err := l.contains(ctx, size, c); err != nil {
			return anchor.Checkpoint{}, err
		}
		if c.Size > largest.Size {
			largest = c
		}
	}
	return largest, nil
}

// Append adds entries, and answers the position of each: together they take up the next positions of the log, on a busy machine in
// another order than the one given. They are on disk and in the tree then, and shown by the next Publish. After an error some may be
// in the log: look at Entries from the size before. A context that is cancelled is noticed between batches. It answers ErrClosed for
// a log that is not started, and ErrBehind where the folder was put back under it.
func (l *Log) Append(ctx context.Context, entries []anchor.Hash) ([]uint64, error) {
	if err := l.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer l.yield()
	if l.appender == nil {
		return nil, fmt.Errorf("append to the log: %w", anchor.ErrClosed)
	}
	size, err := l.Size(ctx)
	if err != nil {
		return nil, err
	}
	if shown := l.Shown(); size < shown.Size {
		return nil, fmt.Errorf("append to the log: the folder has %d entries, and %v was shown: %w", size, shown, anchor.ErrBehind)
	}
	positions := make([]uint64, 0, len(entries))
	for len(entries) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("append to the log: %w", context.Cause(ctx))
		}
		n := min(len(entries), batchSize)
		batch, err := l.appendBatch(ctx, entries[:n])
		if err != nil {
			return nil, fmt.Errorf("append to the log: %w", err)
		}
		positions, entries = append(positions, batch...), entries[n:]
	}
	for i, at := range slices.Sorted(slices.Values(positions)) {
		if at != size+uint64(i) {
			return nil, fmt.Errorf("append to the log: %d entries went to other positions than those from %d on", len(positions), size)
		}
	}
	l.cfg.Step(stepAppended)
	return positions, nil
}

// appendBatch waits for all of a batch, so that no other can come between, whatever becomes of the context.
func (l *Log) appendBatch(ctx context.Context, entries []anchor.Hash) ([]uint64, error) {
	ctx = context.WithoutCancel(ctx)
	futures := make([]tessera.IndexFuture, len(entries))
	for i := range entries {
		futures[i] = l.appender.Add(ctx, tessera.NewEntry(entries[i][:]))
	}
	positions := make([]uint64, len(entries))
	var failed error
	for i, future := range futures {
		at, err := future()
		if err != nil && failed == nil {
			failed = err
		}
		positions[i] = at.Index
	}
	return positions, failed
}

// Publish shows all that is in the log: it waits for the signed checkpoint, copies what the Copy has not yet, and then stores the
// checkpoint there. It answers the checkpoint that is shown now, which is the last one where nothing is new. What an error
// interrupted is done by the next Publish. Content in the Copy that contradicts the log is ErrFork, as is a folder that contradicts
// what was shown; one that lacks some of it is ErrBehind, and a log that is not started ErrClosed.
func (l *Log) Publish(ctx context.Context) (anchor.Checkpoint, error) {
	if err := l.takeTurn(ctx); err != nil {
		return anchor.Checkpoint{}, err
	}
	defer l.yield()
	if l.appender == nil {
		return anchor.Checkpoint{}, fmt.Errorf("publish the log: %w", anchor.ErrClosed)
	}
	c, err := l.publish(ctx)
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("publish the log: %w", err)
	}
	return c, nil
}

func (l *Log) publish(ctx context.Context) (anchor.Checkpoint, error) {
	shown := l.Shown()
	size, err := l.Size(ctx)
	if err == nil {
		err = l.contains(ctx, size, shown)
	}
	if err != nil || size == shown.Size {
		return shown, err
	}
	c, err := l.awaitSigned(ctx, size)
	if err != nil {
		return anchor.Checkpoint{}, err
	}
	l.cfg.Step(stepSigned)
	for f, err := range readAhead(ctx, l.files, filesBetween(shown.Size, c.Size)) {
		if err == nil {
			err = l.shelf.put(ctx, f.file, f.data)
		}
		if err != nil {
			return anchor.Checkpoint{}, err
		}
		l.cfg.Step(stepCopying)
	}
	l.cfg.Step(stepCopied)
	if err := l.isNewest(ctx, shown); err != nil {
		return anchor.Checkpoint{}, err
	}
	if err := l.shelf.show(ctx, c); err != nil {
		return anchor.Checkpoint{}, err
	}
	l.shown.Store(&c)
	l.cfg.Step(stepPublished)
	if err := l.shelf.tidy(ctx, shown.Size, c.Size); err != nil {
		l.cfg.Log.WarnContext(ctx, "superseded partial tiles stay in the log's copy", "error", err)
	}
	return c, nil
}

// isNewest refuses to show anything once another writer has gone on: this one has lost its turn without noticing, as in a process
// that stood still.
func (l *Log) isNewest(ctx context.Context, shown anchor.Checkpoint) error {
	newest, err := l.shelf.newest(ctx)
	if err == nil && newest.Size > shown.Size {
		err = fmt.Errorf("another writer has shown %v after %v: %w", newest, shown, anchor.ErrBehind)
	}
	return err
}

// awaitSigned waits for the checkpoint of that many entries; whoever holds the turn knows that there will be no other.
func (l *Log) awaitSigned(ctx context.Context, size uint64) (anchor.Checkpoint, error) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := l.signed(ctx)
		if err != nil || c.Size == size && c.Note != nil {
			return c, err
		}
		if err := l.guard.refusal(); err != nil {
			return anchor.Checkpoint{}, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return anchor.Checkpoint{}, fmt.Errorf("wait for the signature: %w", context.Cause(ctx))
		}
	}
}
