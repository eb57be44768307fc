package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"strings"
	"sync"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"

	"lethe/anchor"
)

const (
	width      = layout.TileWidth
	entryBytes = 2 + anchor.HashSize // an entry in a bundle, after its length
	maxLevel   = 7                   // of a log of 64-bit size
)

// file is a hash tile or an entry bundle of tlog-tiles.
type file struct {
	bundle bool
	level  uint64 // 0 for bundles
	index  uint64
	width  uint64 // 1 to 256; below 256 it is partial
}

func (f file) name() string {
	partial := uint8(f.width % width)
	if f.bundle {
		return layout.EntriesPath(f.index, partial)
	}
	return layout.TilePath(f.level, f.index, partial)
}

// end is the smallest size of a log that has the file.
func (f file) end() uint64 { return (f.index*width + f.width) << (8 * f.level) }

// bytes is the length of the file.
func (f file) bytes() int {
	if f.bundle {
		return int(f.width) * entryBytes
	}
	return int(f.width) * anchor.HashSize
}

func (f file) full() file { f.width = width; return f }

// parseFile reads a name in its one form, of a file that a log can have.
func parseFile(name string) (file, bool) {
	rest, ok := strings.CutPrefix(name, "tile/")
	if !ok {
		return file{}, false
	}
	level, index, _ := strings.Cut(rest, "/")
	f := file{bundle: level == "entries"}
	if f.bundle {
		level = "0"
	}
	l, i, partial, err := layout.ParseTileLevelIndexPartial(level, index)
	f.level, f.index, f.width = l, i, uint64(partial)
	if partial == 0 {
		f.width = width
	}
	if err != nil || l > maxLevel || i > math.MaxUint64/width-1 || i*width+f.width > math.MaxUint64>>(8*l) {
		return file{}, false
	}
	return f, f.name() == name
}

// filesBetween are those that a log of size to has and one of size from has not: bundles and level 0 in order, each bundle before
// its tile, then the levels above.
func filesBetween(from, to uint64) iter.Seq[file] {
	return func(yield func(file) bool) {
		for level := uint64(0); to>>(8*level) > 0; level++ {
			have, want := from>>(8*level), to>>(8*level)
			for at := have / width * width; at < want; at += width {
				f := file{level: level, index: at / width, width: min(width, want-at)}
				if at+f.width <= have {
					continue
				}
				if level == 0 && !yield(file{bundle: true, index: f.index, width: f.width}) || !yield(f) {
					return
				}
			}
		}
	}
}

// read gets a file, or its beginning from the full one that superseded it. What is not there, or of another length, is ErrInvalid
// with the file's name: a log has all its files.
func read(ctx context.Context, s Source, f file) ([]byte, error) {
	found := f
	data, err := s.Get(ctx, f.name())
	if errors.Is(err, fs.ErrNotExist) && f.width < width {
		found = f.full()
		data, err = s.Get(ctx, found.name())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: %w: %w", f.name(), err, anchor.ErrInvalid)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.name(), err)
	}
	if len(data) != found.bytes() {
		return nil, fmt.Errorf("%s has %d bytes, not %d: %w", found.name(), len(data), found.bytes(), anchor.ErrInvalid)
	}
	return data[:f.bytes()], nil
}

// extent is a Source of a log of a size. The partial files of smaller sizes may never have been made there, or be gone, so it reads
// the widest, of which they are the beginning.
type extent struct {
	Source
	size uint64
}

func (e extent) read(ctx context.Context, f file) ([]byte, error) {
	widest := f
	widest.width = max(f.width, min(width, e.size>>(8*f.level)-f.index*width))
	data, err := read(ctx, e.Source, widest)
	if err != nil {
		return nil, err
	}
	return data[:f.bytes()], nil
}

// entriesIn reads a bundle, whose every entry is 32 bytes.
func entriesIn(f file, data []byte) ([]anchor.Hash, error) {
	entries := make([]anchor.Hash, 0, f.width)
	for at := 0; at < len(data); at += entryBytes {
		if data[at] != 0 || data[at+1] != anchor.HashSize {
			return nil, fmt.Errorf("%s: entry %d is not of %d bytes: %w", f.name(), len(entries), anchor.HashSize, anchor.ErrInvalid)
		}
		entries = append(entries, anchor.Hash(data[at+2:at+entryBytes]))
	}
	return entries, nil
}

func leavesOf(entries []anchor.Hash) []anchor.Hash {
	leaves := make([]anchor.Hash, len(entries))
	for i := range entries {
		leaves[i] = anchor.Hash(rfc6962.DefaultHasher.HashLeaf(entries[i][:]))
	}
	return leaves
}

// marshalTile is a hash tile as it is stored.
func marshalTile(hashes []anchor.Hash) []byte {
	var out bytes.Buffer
	for i := range hashes {
		out.Write(hashes[i][:])
	}
	return out.Bytes()
}

type readFile struct {
	file
	data []byte
	err  error
}

// readAhead reads files in their order, several at a time: a Source may be far away. It ends after the first error.
func readAhead(ctx context.Context, s Source, files iter.Seq[file]) iter.Seq2[readFile, error] {
	const window = 8
	return func(yield func(readFile, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		queue := make(chan chan readFile, window)
		running.Go(func() {
			defer close(queue)
			for f := range files {
				one := make(chan readFile, 1)
				select {
				case queue <- one:
				case <-ctx.Done():
					return
				}
				running.Go(func() {
					data, err := read(ctx, s, f)
					one <- readFile{f, data, err}
				})
			}
		})
		for one := range queue {
			if r := <-one; !yield(r, r.err) || r.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(readFile{}, err)
		}
	}
}
