package tlog

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
)

func TestShownCheckpointsAreFoundAgain(t *testing.T) {
	p := newPlace(t)
	l := p.start(t)
	for _, n := range []int{5, 6, 300} {
		grow(t, l, n, "")
	}
	sizes, err := ShownSizes(t.Context(), p.copy)
	must(t, err)
	if !slices.Equal(sizes, []uint64{5, 6, 300}) {
		t.Fatalf("shown: %v", sizes)
	}
	for _, size := range sizes {
		c, err := l.Checkpoint(t.Context(), size)
		must(t, err)
		root, err := l.Root(t.Context(), size)
		must(t, err)
		if c.Size != size || c.Root != root || len(c.Note) == 0 {
			t.Errorf("checkpoint %v", c)
		}
	}
	if _, err := l.Checkpoint(t.Context(), 7); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that was never shown: %v", err)
	}
	for upTo, want := range map[uint64]uint64{0: 0, 4: 0, 5: 5, 6: 6, 299: 6, 300: 300, 1 << 40: 300} {
		if c, err := l.ShownUpTo(t.Context(), upTo); err != nil || c.Size != want {
			t.Errorf("up to %d: %v, %v", upTo, c, err)
		}
	}
	must(t, p.copy.Create(t.Context(), "checkpoint/what", nil))
	if _, err := ShownSizes(t.Context(), p.copy); err == nil {
		t.Error("a name that is none was listed")
	}
}
