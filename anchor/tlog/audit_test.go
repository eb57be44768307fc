package tlog

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lethe/anchor"
)

func TestAuditAnswersRoots(t *testing.T) {
	t.Parallel()
	p := filled(t, 600)
	l := p.open(t)
	sizes := []uint64{0, 1, 255, 256, 257, 512, 599, 600, 600}
	var steps []uint64
	roots, err := Audit(t.Context(), p.copy, l.Shown(), sizes, func(done uint64) { steps = append(steps, done) })
	must(t, err)
	for _, size := range sizes {
		want, err := l.Root(t.Context(), size)
		must(t, err)
		if roots[size] != want {
			t.Errorf("root at %d: %x, not %x", size, roots[size], want)
		}
	}
	if len(roots) != 8 || !slices.Equal(steps, []uint64{256, 512, 600}) {
		t.Errorf("%d roots, progress %v", len(roots), steps)
	}
	if _, err := Audit(t.Context(), p.copy, l.Shown(), []uint64{601}, nil); err == nil {
		t.Error("a root beyond the log")
	}
	if roots, err := Audit(t.Context(), newMemory(), emptyLog(), []uint64{0}, nil); err != nil || roots[0] != emptyLog().Root {
		t.Errorf("empty log: %x, %v", roots, err)
	}
	for _, s := range []Source{Folder(p.dir), p.copy} {
		if _, err := Audit(t.Context(), s, l.Shown(), nil, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestAuditOfAnOlderCheckpoint(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	older := []anchor.Checkpoint{grow(t, l, 100, ""), grow(t, l, 300, "")}
	grow(t, l, 700, "")
	for _, c := range older {
		if _, err := Audit(t.Context(), p.copy, c, nil, nil); err != nil {
			t.Error(err)
		}
		c.Root[0] ^= 1
		_, err := Audit(t.Context(), p.copy, c, nil, nil)
		wants(t, "another root", err, anchor.ErrInvalid)
	}
}

// Whatever byte of the stored log is altered, cut or added, the audit names its file, or the one that it contradicts.
func TestThreat27AlteredByteIsNamed(t *testing.T) {
	t.Parallel()
	p := filled(t, 261)
	c := p.open(t).Shown()
	audit := func() error { _, err := Audit(t.Context(), p.copy, c, nil, nil); return err }
	must(t, audit())
	for name, data := range p.copy.files {
		if !strings.HasPrefix(name, "tile/") {
			continue
		}
		stride := 1
		if len(data) > 4096 {
			stride = 11 // no factor in common with 32 and 34: every offset within an entry is met
		}
		for at := 0; at < len(data); at += stride {
			p.copy.files[name] = bytes.Clone(data)
			p.copy.files[name][at] ^= 1 << (at % 8)
			expectNamed(t, audit(), name)
		}
		p.copy.files[name] = data[:len(data)-1]
		expectNamed(t, audit(), name)
		p.copy.files[name] = append(bytes.Clone(data), 0)
		expectNamed(t, audit(), name)
		p.copy.files[name] = nil
		expectNamed(t, audit(), name)
		delete(p.copy.files, name)
		expectNamed(t, audit(), name)
		p.copy.files[name] = data
	}
	must(t, audit())
}

func expectNamed(t *testing.T, err error, name string) {
	t.Helper()
	wants(t, "audit", err, anchor.ErrInvalid)
	says(t, err, name)
}

// A log rewritten as a whole, tiles and all, gives another root than the one that others were shown.
func TestThreat27RewrittenLogIsNamed(t *testing.T) {
	t.Parallel()
	honest := filled(t, 300)
	rewritten := newPlace(t)
	l := rewritten.start(t)
	grow(t, l, 77, "")
	grow(t, l, 300, "rewritten")
	_, err := Audit(t.Context(), rewritten.copy, honest.open(t).Shown(), nil, nil)
	wants(t, "audit", err, anchor.ErrInvalid)
	says(t, err, "root")
}
