package tlog

import (
	"context"
	"fmt"
	"slices"

	"lethe/anchor"
)

// Audit derives the whole log of a checkpoint again from its entry bundles alone, compares every hash tile with what was derived
// and the root with the checkpoint's, and answers the root at each of sizes, to be compared with those that others were shown.
// The first place that differs is named, with ErrInvalid. Progress, which may be nil, is told how many entries are done. It reads
// all of the log, and keeps one hash for 256 entries. It trusts the checkpoint: verify its note first.
func Audit(
	ctx context.Context, s Source, c anchor.Checkpoint, sizes []uint64, progress func(done uint64),
) (map[uint64]anchor.Hash, error) {
	if len(sizes) > 0 && slices.Max(sizes) > c.Size {
		return nil, fmt.Errorf("audit: the root at %d entries is asked for, of %v", slices.Max(sizes), c)
	}
	a := audit{wanted: map[uint64]bool{c.Size: true}, roots: map[uint64]anchor.Hash{0: emptyLog().Root}}
	for _, size := range sizes {
		a.wanted[size] = true
	}
	var err error
	if a.tree, err = newTree(ctx, s, 0); err != nil {
		return nil, err
	}
	for f, err := range readAhead(ctx, s, filesBetween(0, c.Size)) {
		if err == nil {
			err = a.check(f)
		}
		if err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		if f.bundle && progress != nil {
			progress(f.end())
		}
	}
	if root := a.roots[c.Size]; root != c.Root {
		return nil, fmt.Errorf("audit: the entries give the root %x, not that of %v: %w", root, c, anchor.ErrInvalid)
	}
	return a.asked(sizes), nil
}

type audit struct {
	tree   *tree
	wanted map[uint64]bool
	roots  map[uint64]anchor.Hash
}

// check takes a bundle into the tree, or compares a tile with it.
func (a *audit) check(f readFile) error {
	if f.bundle {
		entries, err := entriesIn(f.file, f.data)
		if err != nil {
			return err
		}
		return a.tree.add(leavesOf(entries), a.note)
	}
	for i, want := range a.tree.tile(f.file) {
		if got := anchor.Hash(f.data[i*anchor.HashSize:][:anchor.HashSize]); got != want {
			below := file{bundle: f.level == 0, index: f.index, width: f.width}
			if f.level > 0 {
				below = file{level: f.level - 1, index: f.index*width + uint64(i), width: width}
			}
			return fmt.Errorf("hash %d of %s is not what %s gives: %w", i, f.name(), below.name(), anchor.ErrInvalid)
		}
	}
	return nil
}

// note keeps the root at a size that is asked for.
func (a *audit) note(size uint64) error {
	if !a.wanted[size] {
		return nil
	}
	root, err := rootOfRange(a.tree.compact)
	a.roots[size] = root
	return err
}

func (a *audit) asked(sizes []uint64) map[uint64]anchor.Hash {
	out := make(map[uint64]anchor.Hash, len(sizes))
	for _, size := range sizes {
		out[size] = a.roots[size]
	}
	return out
}
