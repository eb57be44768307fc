package tlog

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lethe/anchor"
)

func TestFetchBringsAMirrorUp(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	served := httptest.NewServer(Handler(p.copy, func() []byte { return l.Shown().Note }))
	defer served.Close()
	remote, err := URL(served.URL, served.Client())
	must(t, err)
	for _, steps := range [][]int{{1, 5, 255, 256, 300}, {512, 700}, {701}} {
		for _, n := range steps {
			grow(t, l, n, "")
		}
		c := l.Shown()
		for name, from := range map[string]Source{"copy": p.copy, "URL": remote, "folder": Folder(p.dir)} {
			var done []uint64
			to := newMemory()
			must(t, Fetch(t.Context(), from, to, c, p.verifier(t), func(n uint64) { done = append(done, n) }))
			if len(done) == 0 || done[len(done)-1] != c.Size || !slices.IsSorted(done) {
				t.Errorf("%s: progress %v", name, done)
			}
			sameLog(t, p, to, c)
			made := to.created
			must(t, Fetch(t.Context(), from, to, c, p.verifier(t), nil))
			if to.created != made {
				t.Errorf("%s: fetched again: %d files", name, to.created-made)
			}
		}
	}
}

// sameLog holds a mirror to be a log that the writer itself would open.
func sameLog(t *testing.T, p *place, mirror *memory, c anchor.Checkpoint) {
	t.Helper()
	newest, err := shelf{mirror, p.verifier(t)}.newest(t.Context())
	must(t, err)
	if newest.Root != c.Root {
		t.Errorf("the mirror shows %v, not %v", newest, c)
	}
	_, err = Audit(t.Context(), mirror, c, nil, nil)
	must(t, err)
}

func TestFetchGoesOnFromWhereTheMirrorIs(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	mirror := newMemory()
	for _, n := range []int{3, 256, 300, 512, 769, 1100} {
		c := grow(t, l, n, "")
		must(t, Fetch(t.Context(), p.copy, mirror, c, p.verifier(t), nil))
		sameLog(t, p, mirror, c)
	}
	older, err := anchor.ParseCheckpoint(p.copy.files[shownName(300)], p.verifier(t))
	must(t, err)
	must(t, Fetch(t.Context(), p.copy, mirror, older, p.verifier(t), nil))
	sameLog(t, p, mirror, l.Shown())
}

// A log of more than 65,536 entries has a third level of tiles.
func TestFetchOfThreeLevels(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	older := grow(t, l, 65_000, "")
	c := grow(t, l, 66_300, "")
	mirror := newMemory()
	for _, c := range []anchor.Checkpoint{older, c} {
		must(t, Fetch(t.Context(), p.copy, mirror, c, p.verifier(t), nil))
	}
	sameLog(t, p, mirror, c)
	if mirror.files["tile/2/000.p/1"] == nil || mirror.files["tile/1/000"] == nil {
		t.Error("no third level")
	}
}

func TestFetchWritesNothingThatDoesNotVerify(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	resized, c := grow(t, l, 256, ""), grow(t, l, 300, "")
	resized.Note = c.Note
	foreign, _, err := anchor.NewSigner("log.example/test", make([]byte, 32))
	must(t, err)
	unsigned := c
	unsigned.Note = nil
	forged, err := c.Sign(foreign)
	must(t, err)
	for name, c := range map[string]anchor.Checkpoint{"unsigned": unsigned, "of another size": resized, "of another key": forged} {
		to := newMemory()
		wants(t, name, Fetch(t.Context(), p.copy, to, c, p.verifier(t), nil), anchor.ErrInvalid)
		if to.created > 0 {
			t.Errorf("%s: %d files written", name, to.created)
		}
	}
	for _, name := range []string{"tile/entries/000", "tile/entries/001.p/44"} {
		from, to := p.copy.clone(), newMemory()
		from.alter(t, name, func(d []byte) []byte { d[9] ^= 1; return d })
		wants(t, name, Fetch(t.Context(), from, to, c, p.verifier(t), nil), anchor.ErrInvalid)
		if to.created > 0 {
			t.Errorf("forged %s: %d files written", name, to.created)
		}
	}
}

func TestFetchNoticesASourceThatChangesItsAnswer(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	c := p.open(t).Shown()
	for _, name := range []string{"tile/entries/000", "tile/entries/001.p/44"} {
		var asked atomic.Int32
		from, to := p.copy.clone(), newMemory()
		from.get = func(n string, data []byte) []byte {
			if n == name && asked.Add(1) > 1 {
				data[9] ^= 1
			}
			return data
		}
		wants(t, name, Fetch(t.Context(), from, to, c, p.verifier(t), nil), anchor.ErrInvalid)
		if to.files[name] != nil || to.files[shownName(300)] != nil {
			t.Errorf("%s: the changed answer is written", name)
		}
		must(t, Fetch(t.Context(), p.copy, to, c, p.verifier(t), nil))
		sameLog(t, p, to, c)
	}
}

func TestFetchNamesAFork(t *testing.T) {
	t.Parallel()
	p, other := filled(t, 300), newPlace(t)
	l := other.start(t)
	smaller, larger := grow(t, l, 299, "other"), grow(t, l, 400, "other")
	for _, c := range []anchor.Checkpoint{smaller, larger} {
		mirror := p.copy.clone()
		wants(t, c.String(), Fetch(t.Context(), other.copy, mirror, c, p.verifier(t), nil), anchor.ErrFork)
		if mirror.created > 0 {
			t.Errorf("%v: %d files written", c, mirror.created)
		}
	}
}

func TestFetchOnAMirrorThatDoesNotVerify(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	spoilt := p.copy.clone()
	spoilt.alter(t, "tile/1/000.p/1", flip)
	c := grow(t, p.start(t), 400, "")
	wants(t, "fetch", Fetch(t.Context(), p.copy, spoilt, c, p.verifier(t), nil), anchor.ErrInvalid)
	if spoilt.created > 0 {
		t.Errorf("%d files written", spoilt.created)
	}
}

func TestFetchCanBeCancelled(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	ctx, cancel := context.WithCancel(t.Context())
	to := newMemory()
	to.fail = func(name string) error {
		if strings.HasPrefix(name, "tile/0") {
			cancel()
		}
		return nil
	}
	c := p.open(t).Shown()
	if err := Fetch(ctx, p.copy, to, c, p.verifier(t), nil); err == nil && to.files[shownName(300)] == nil {
		t.Error("neither fetched nor an error")
	}
	to.fail = nil
	must(t, Fetch(t.Context(), p.copy, to, c, p.verifier(t), nil))
	sameLog(t, p, to, c)
}
