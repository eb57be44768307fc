package tlog

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
)

// Fetch brings a mirror up to a checkpoint of the log whose key v is, from any Source, which need not be trusted: entries are
// read once to derive all that is new and compare its root with the checkpoint's; only then are they read again, compared again
// and written, and the checkpoint is stored as shown at last. A mirror that contradicts the checkpoint is ErrFork, a Source that
// does, ErrInvalid. A mirror that is further already stays as it is. Progress, which may be nil, is told how many entries are
// written.
func Fetch(
	ctx context.Context, from Source, to Copy, c anchor.Checkpoint, v note.Verifier, progress func(done uint64),
) error {
	if err := fetch(ctx, from, shelf{to, v}, c, progress); err != nil {
		return fmt.Errorf("fetch the log: %w", err)
	}
	return nil
}

func fetch(ctx context.Context, from Source, to shelf, c anchor.Checkpoint, progress func(done uint64)) error {
	signed, err := anchor.ParseCheckpoint(c.Note, to.key)
	if err != nil {
		return err
	}
	if signed.Size != c.Size || signed.Root != c.Root {
		return fmt.Errorf("the note of %v is of %v: %w", c, signed, anchor.ErrInvalid)
	}
	have, err := to.newest(ctx)
	if err != nil {
		return err
	}
	if err := checkRoot(ctx, to, have); err != nil {
		return fmt.Errorf("the mirror: %w", err)
	}
	if c.Size <= have.Size {
		return contradicts(ctx, extent{to, have.Size}, c)
	}
	verified, err := derive(ctx, from, to, have, c)
	if err != nil {
		return err
	}
	if err := verified.write(ctx, from, to, have, c, progress); err != nil {
		return err
	}
	return to.show(ctx, signed)
}

// contradicts holds a mirror to an older checkpoint.
func contradicts(ctx context.Context, mirror extent, c anchor.Checkpoint) error {
	root, err := rootOf(ctx, mirror, c.Size)
	if err == nil && root != c.Root {
		err = fmt.Errorf("the mirror has the root %.4x… for %v: %w", root, c, anchor.ErrFork)
	}
	return err
}

// derive reads all that is new, from the mirror's last bundle on, and holds it to both checkpoints.
func derive(ctx context.Context, from, mirror Source, have, c anchor.Checkpoint) (*tree, error) {
	t, err := newTree(ctx, mirror, have.Size)
	if err != nil {
		return nil, err
	}
	check := func(size uint64) error {
		if size != have.Size && size != c.Size {
			return nil
		}
		root, err := rootOfRange(t.compact)
		switch {
		case err != nil:
			return err
		case size == have.Size && root != have.Root:
			return fmt.Errorf("the entries at the source do not go on from %v, which the mirror has: %w", have, anchor.ErrFork)
		case size == c.Size && root != c.Root:
			return fmt.Errorf("the entries at the source give the root %x, not that of %v: %w", root, c, anchor.ErrInvalid)
		}
		return nil
	}
	for f, err := range readAhead(ctx, from, newBundles(have.Size, c.Size)) {
		if err != nil {
			return nil, err
		}
		entries, err := entriesIn(f.file, f.data)
		if err != nil {
			return nil, err
		}
		if err := t.add(leavesOf(entries), check); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func newBundles(from, to uint64) func(func(file) bool) {
	return func(yield func(file) bool) {
		for f := range filesBetween(from, to) {
			if f.bundle && !yield(f) {
				return
			}
		}
	}
}

// write copies the new bundles, each compared with what was derived, with their tiles, and then the tiles above.
func (t *tree) write(
	ctx context.Context, from Source, to shelf, have, c anchor.Checkpoint, progress func(done uint64),
) error {
	for f, err := range readAhead(ctx, from, newBundles(have.Size, c.Size)) {
		if err != nil {
			return err
		}
		entries, err := entriesIn(f.file, f.data)
		if err != nil {
			return err
		}
		leaves := leavesOf(entries)
		if !t.derived(f.file, leaves) {
			return fmt.Errorf("%s has changed at the source: %w", f.name(), anchor.ErrInvalid)
		}
		tile := file{index: f.index, width: f.width}
		if err := putAll(ctx, to, readFile{file: f.file, data: f.data}, readFile{file: tile, data: marshalTile(leaves)}); err != nil {
			return err
		}
		if progress != nil {
			progress(f.end())
		}
	}
	for f := range filesBetween(have.Size, c.Size) {
		if f.level == 0 {
			continue
		}
		if err := putAll(ctx, to, readFile{file: f, data: marshalTile(t.tile(f))}); err != nil {
			return err
		}
	}
	return nil
}

// derived says whether a bundle is the one that was derived: a full one by its hash in level 1, the last one by its leaves.
func (t *tree) derived(f file, leaves []anchor.Hash) bool {
	if f.width < width {
		return slices.Equal(leaves, t.leaves)
	}
	up := t.levels[0]
	return subtree(leaves) == up.hashes[f.index-up.first]
}

func putAll(ctx context.Context, to shelf, files ...readFile) error {
	for _, f := range files {
		if err := to.put(ctx, f.file, f.data); err != nil {
			return err
		}
	}
	return nil
}
