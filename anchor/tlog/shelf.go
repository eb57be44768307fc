package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
)

// shownPrefix is where a Copy keeps the checkpoints that were shown.
const shownPrefix = "checkpoint"

func shownName(size uint64) string { return fmt.Sprintf("%s/%016x", shownPrefix, size) }

// shelf is a Copy whose checkpoints are of one log.
type shelf struct {
	Copy
	key note.Verifier
}

// newest is the last checkpoint that was shown, its signature verified, or the empty log.
func (s shelf) newest(ctx context.Context) (anchor.Checkpoint, error) {
	names, err := s.List(ctx, shownPrefix)
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("list the checkpoints that were shown: %w", err)
	}
	if len(names) == 0 {
		return emptyLog(), nil
	}
	name := names[len(names)-1]
	data, err := s.Get(ctx, name)
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("read %s: %w", name, err)
	}
	c, err := anchor.ParseCheckpoint(data, s.key)
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("%s in the log's copy: %w", name, err)
	}
	if shownName(c.Size) != name {
		return anchor.Checkpoint{}, fmt.Errorf("%s in the log's copy is of %v: %w", name, c, anchor.ErrInvalid)
	}
	return c, nil
}

// put stores a file. Other content under its name is ErrFork where a checkpoint that was shown covers it; else a writer left it
// that died before it had shown it, and it is replaced.
func (s shelf) put(ctx context.Context, f file, data []byte) error {
	err := s.Create(ctx, f.name(), data)
	if errors.Is(err, fs.ErrExist) {
		err = s.settle(ctx, f, data)
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", f.name(), err)
	}
	return nil
}

func (s shelf) settle(ctx context.Context, f file, data []byte) error {
	there, err := s.Get(ctx, f.name())
	if err != nil || bytes.Equal(there, data) {
		return err
	}
	shown, err := s.newest(ctx)
	if err != nil {
		return err
	}
	if f.end() <= shown.Size {
		return fmt.Errorf("the copy has other content, which %v covers: %w", shown, anchor.ErrFork)
	}
	if err := s.Delete(ctx, f.name()); err != nil {
		return err
	}
	return s.Create(ctx, f.name(), data)
}

// show stores a checkpoint as shown.
func (s shelf) show(ctx context.Context, c anchor.Checkpoint) error {
	name := shownName(c.Size)
	err := s.Create(ctx, name, c.Note)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	there, err := s.Get(ctx, name)
	if err != nil || bytes.Equal(there, c.Note) {
		return err
	}
	return fmt.Errorf("%s in the log's copy is another than %v: %w", name, c, anchor.ErrFork)
}

// tidy removes the partial files of those that have become full between two checkpoints that were shown: readers fall back to
// the full ones, from which every older checkpoint can be proven.
func (s shelf) tidy(ctx context.Context, from, to uint64) error {
	for f := range filesBetween(from, to) {
		first := f.index == from>>(8*f.level)/width
		if f.width < width || !first {
			continue
		}
		partials, err := s.List(ctx, f.name()+".p")
		if err != nil {
			return err
		}
		for _, name := range partials {
			if err := s.Delete(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}
