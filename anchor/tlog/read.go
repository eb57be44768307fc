package tlog

import (
	"context"
	"fmt"
	"iter"

	"github.com/transparency-dev/tessera/client"

	"lethe/anchor"
)

// reading is what a log's writer and its followers can be asked. It is safe at any time.
type reading struct {
	shelf shelf
	files Source
	size  func(context.Context) (uint64, error)
}

// Size is the number of entries in the log: for its writer shown or not, for a follower those that were shown.
func (l *reading) Size(ctx context.Context) (uint64, error) {
	size, err := l.size(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the log's size: %w", err)
	}
	return size, nil
}

// at is the log as it is now, which must have that many entries.
func (l *reading) at(ctx context.Context, size uint64) (extent, error) {
	now, err := l.Size(ctx)
	if err == nil && size > now {
		err = fmt.Errorf("the log has %d entries, not %d", now, size)
	}
	return extent{l.files, now}, err
}

// Entries are those at the positions from, included, to, excluded, shown or not. It ends after the first error.
func (l *reading) Entries(ctx context.Context, from, to uint64) iter.Seq2[anchor.Hash, error] {
	return func(yield func(anchor.Hash, error) bool) {
		now, err := l.at(ctx, to)
		if err == nil && from > to {
			err = fmt.Errorf("entries from %d to %d of the log", from, to)
		}
		if err != nil {
			yield(anchor.Hash{}, err)
			return
		}
		for at := from - from%width; at < to; at += width {
			f := file{bundle: true, index: at / width, width: min(width, to-at)}
			entries, err := bundle(ctx, now, f)
			if err != nil {
				yield(anchor.Hash{}, err)
				return
			}
			for i := max(from, at); i < min(to, at+width); i++ {
				if !yield(entries[i-at], nil) {
					return
				}
			}
		}
	}
}

func bundle(ctx context.Context, s extent, f file) ([]anchor.Hash, error) {
	data, err := s.read(ctx, f)
	if err != nil {
		return nil, err
	}
	return entriesIn(f, data)
}

// Root is the root of the first entries (RFC 6962, section 2.1), shown or not.
func (l *reading) Root(ctx context.Context, size uint64) (anchor.Hash, error) {
	now, err := l.at(ctx, size)
	if err != nil {
		return anchor.Hash{}, err
	}
	return rootOf(ctx, now, size)
}

// Inclusion proves the entry at an index in the log of a size, as anchor.VerifyInclusion takes it.
func (l *reading) Inclusion(ctx context.Context, index, size uint64) ([]anchor.Hash, error) {
	now, err := l.at(ctx, size)
	if err != nil {
		return nil, err
	}
	t := &tiles{extent: now}
	builder, err := client.NewProofBuilder(ctx, size, t.fetch)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d of %d: %w", index, size, err)
	}
	proof, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d of %d: %w", index, size, t.cause(err))
	}
	return hashesOf(proof), nil
}

// Consistency proves that the log of the newer size begins with that of the older, as anchor.VerifyConsistency takes it.
func (l *reading) Consistency(ctx context.Context, older, newer uint64) ([]anchor.Hash, error) {
	now, err := l.at(ctx, newer)
	if err != nil {
		return nil, err
	}
	return consistency(ctx, now, older, newer)
}

func consistency(ctx context.Context, s extent, older, newer uint64) ([]anchor.Hash, error) {
	if older == 0 {
		return nil, nil
	}
	t := &tiles{extent: s}
	builder, err := client.NewProofBuilder(ctx, newer, t.fetch)
	if err != nil {
		return nil, fmt.Errorf("prove that %d entries begin with %d: %w", newer, older, err)
	}
	proof, err := builder.ConsistencyProof(ctx, older, newer)
	if err != nil {
		return nil, fmt.Errorf("prove that %d entries begin with %d: %w", newer, older, t.cause(err))
	}
	return hashesOf(proof), nil
}

func hashesOf(proof [][]byte) []anchor.Hash {
	out := make([]anchor.Hash, len(proof))
	for i, h := range proof {
		out[i] = anchor.Hash(h)
	}
	return out
}
