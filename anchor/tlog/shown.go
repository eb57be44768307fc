package tlog

import (
	"context"
	"fmt"
	"slices"

	"lethe/anchor"
)

// Checkpoint is the one of that size, if it was shown; else an error that fs.ErrNotExist matches.
func (l *reading) Checkpoint(ctx context.Context, size uint64) (anchor.Checkpoint, error) {
	if size == 0 {
		return emptyLog(), nil
	}
	data, err := l.shelf.Get(ctx, shownName(size))
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("checkpoint of size %d: %w", size, err)
	}
	return anchor.ParseCheckpoint(data, l.shelf.key)
}

// ShownUpTo is the largest checkpoint that was shown and has at most that many entries; the empty log when there is none.
func (l *reading) ShownUpTo(ctx context.Context, size uint64) (anchor.Checkpoint, error) {
	sizes, err := ShownSizes(ctx, l.shelf)
	if err != nil {
		return anchor.Checkpoint{}, err
	}
	at, found := slices.BinarySearch(sizes, size)
	if !found {
		at--
	}
	if at < 0 {
		return emptyLog(), nil
	}
	return l.Checkpoint(ctx, sizes[at])
}

// ShownSizes lists the sizes of the checkpoints that a copy of a log has shown, in order. Their notes are not verified.
func ShownSizes(ctx context.Context, c Copy) ([]uint64, error) {
	names, err := c.List(ctx, shownPrefix)
	if err != nil {
		return nil, fmt.Errorf("list the checkpoints that were shown: %w", err)
	}
	sizes := make([]uint64, 0, len(names))
	for _, name := range names {
		var size uint64
		if _, err := fmt.Sscanf(name, shownPrefix+"/%016x", &size); err != nil || shownName(size) != name {
			return nil, fmt.Errorf("%s is no checkpoint's name", name)
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}
