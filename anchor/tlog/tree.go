package tlog

import (
	"context"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"

	"lethe/anchor"
)

func emptyLog() anchor.Checkpoint {
	return anchor.Checkpoint{Root: anchor.Hash(rfc6962.DefaultHasher.EmptyRoot())}
}

func ranges() *compact.RangeFactory {
	return &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
}

// tiles lets Tessera's client read a log. The client drops what an error wraps, so the first one is kept.
type tiles struct {
	extent
	err error
}

func (t *tiles) fetch(ctx context.Context, level, index uint64, partial uint8) ([]byte, error) {
	f := file{level: level, index: index, width: uint64(partial)}
	if partial == 0 {
		f.width = width
	}
	data, err := t.read(ctx, f)
	if err != nil && t.err == nil {
		t.err = err
	}
	return data, err
}

func (t *tiles) cause(err error) error {
	if err != nil && t.err != nil {
		return t.err
	}
	return err
}

// rangeOf is the compact range of a log's first entries, by its hash tiles.
func rangeOf(ctx context.Context, s extent, size uint64) (*compact.Range, error) {
	t := &tiles{extent: s}
	nodes, err := client.FetchRangeNodes(ctx, size, t.fetch)
	if err != nil {
		return nil, t.cause(err)
	}
	return ranges().NewRange(0, size, nodes)
}

// rootOf is the root of a log's first entries, by its hash tiles.
func rootOf(ctx context.Context, s extent, size uint64) (anchor.Hash, error) {
	r, err := rangeOf(ctx, s, size)
	if err != nil {
		return anchor.Hash{}, err
	}
	return rootOfRange(r)
}

func rootOfRange(r *compact.Range) (anchor.Hash, error) {
	if r.End() == 0 {
		return emptyLog().Root, nil
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		return anchor.Hash{}, err
	}
	return anchor.Hash(root), nil
}

// checkRoot holds a Source to a checkpoint, by its hash tiles.
func checkRoot(ctx context.Context, s Source, c anchor.Checkpoint) error {
	root, err := rootOf(ctx, extent{s, c.Size}, c.Size)
	if err != nil {
		return err
	}
	if root != c.Root {
		return fmt.Errorf("the tiles give the root %.4x… for %v: %w", root, c, anchor.ErrInvalid)
	}
	return nil
}

// tree derives hash tiles from entries, bundle by bundle. It keeps one hash for 256 entries.
type tree struct {
	compact *compact.Range
	leaves  []anchor.Hash // of the last bundle
	levels  []level       // from level 1
}

type level struct {
	first  uint64 // index of the first hash
	hashes []anchor.Hash
}

// newTree goes on from a log of which the Source has the tiles, at the beginning of its last bundle.
func newTree(ctx context.Context, s Source, size uint64) (*tree, error) {
	size -= size % width
	t := &tree{}
	var err error
	if t.compact, err = rangeOf(ctx, extent{s, size}, size); err != nil {
		return nil, err
	}
	for l := uint64(1); size>>(8*l) > 0; l++ {
		n := size >> (8 * l)
		edge := level{first: n - n%width}
		if n%width > 0 {
			f := file{level: l, index: n / width, width: n % width}
			data, err := read(ctx, s, f)
			if err != nil {
				return nil, err
			}
			edge.hashes = hashesIn(data)
		}
		t.levels = append(t.levels, edge)
	}
	return t, nil
}

func hashesIn(tile []byte) []anchor.Hash {
	var out []anchor.Hash
	for at := 0; at < len(tile); at += anchor.HashSize {
		out = append(out, anchor.Hash(tile[at:at+anchor.HashSize]))
	}
	return out
}

// add takes the next bundle, and calls at with each size that the log has had on the way.
func (t *tree) add(leaves []anchor.Hash, at func(size uint64) error) error {
	t.leaves = leaves
	for i := range leaves {
		if err := t.compact.Append(leaves[i][:], nil); err != nil {
			return err
		}
		if err := at(t.compact.End()); err != nil {
			return err
		}
	}
	if len(leaves) == width {
		t.push(1, subtree(leaves))
	}
	return nil
}

func (t *tree) push(l int, h anchor.Hash) {
	if len(t.levels) < l {
		t.levels = append(t.levels, level{})
	}
	up := &t.levels[l-1]
	up.hashes = append(up.hashes, h)
	if (up.first+uint64(len(up.hashes)))%width == 0 {
		t.push(l+1, subtree(up.hashes[len(up.hashes)-width:]))
	}
}

// tile is what a hash tile must hold. Of level 0, only the last bundle's is known.
func (t *tree) tile(f file) []anchor.Hash {
	if f.level == 0 {
		return t.leaves
	}
	up := t.levels[f.level-1]
	at := f.index*width - up.first
	return up.hashes[at : at+f.width]
}

// subtree is the root of a full tile.
func subtree(hashes []anchor.Hash) anchor.Hash {
	row := append([]anchor.Hash{}, hashes...)
	for ; len(row) > 1; row = row[:len(row)/2] {
		for i := range len(row) / 2 {
			row[i] = anchor.Hash(rfc6962.DefaultHasher.HashChildren(row[2*i][:], row[2*i+1][:]))
		}
	}
	return row[0]
}
