package tlog

import (
	"errors"
	"strings"
	"testing"

	"lethe/anchor"
)

var errDown = errors.New("the store is down")

func TestPublishGoesOnAfterTheCopyFailed(t *testing.T) {
	t.Parallel()
	p := filled(t, 250)
	l := p.start(t)
	_, err := l.Append(t.Context(), entries(250, 800, ""))
	must(t, err)
	for n := 1; ; n++ {
		left := n
		p.copy.fail = func(string) error {
			if left--; left == 0 {
				return errDown
			}
			return nil
		}
		c, err := l.Publish(t.Context())
		if err == nil {
			if n < 8 || c.Size != 800 {
				t.Errorf("published %v after %d failures", c, n-1)
			}
			break
		}
		wants(t, "publish", err, errDown)
		if s := l.Shown(); s.Size != 250 {
			t.Fatalf("shown: %v", s)
		}
	}
	p.verify(t, l, nil)
}

func TestTilesAreInTheCopyBeforeTheCheckpoint(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	shown := map[string]uint64{}
	var l *Log
	p.step = func(point string) { shown[point] = l.Shown().Size }
	l = p.start(t)
	var order []string
	p.copy.fail = func(name string) error { order = append(order, name); return nil }
	for _, n := range []int{5, 300, 301} {
		order = nil
		before := l.Shown().Size
		grow(t, l, n, "")
		if shown[stepCopied] != before || shown[stepPublished] != uint64(n) {
			t.Errorf("shown at the steps to %d: %v", n, shown)
		}
		for i, name := range order {
			if shown := strings.HasPrefix(name, shownPrefix); shown != (i == len(order)-1) {
				t.Errorf("%s is number %d of %v", name, i, order)
			}
		}
	}
	if want := "tile/entries/001.p/45 tile/0/001.p/45 checkpoint/000000000000012d"; strings.Join(order, " ") != want {
		t.Errorf("one entry more writes %v", order)
	}
}

func TestWhatADeadWriterLeftIsReplaced(t *testing.T) {
	t.Parallel()
	p := filled(t, 250)
	for _, name := range []string{"tile/entries/000", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"} {
		p.copy.files[name] = []byte("left by a writer that died")
	}
	l := p.start(t)
	grow(t, l, 300, "")
	p.verify(t, l, nil)
}

func TestSupersededPartialFilesAreRemoved(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	for _, n := range []int{100, 200, 255, 513, 514} {
		grow(t, l, n, "")
		p.verify(t, l, nil)
	}
	for name := range p.copy.files {
		if strings.Contains(name, "/000.p/") && !strings.HasPrefix(name, "tile/1/") {
			t.Errorf("%s is in the copy beside the full one", name)
		}
	}
	for _, name := range []string{"tile/0/002.p/1", "tile/entries/002.p/1", "tile/0/002.p/2", "tile/1/000.p/2"} {
		if p.copy.files[name] == nil {
			t.Errorf("%s is gone: a checkpoint that was shown has it, and no full one is there", name)
		}
	}
}

// Two writers of one key, each of which believes to be the one: whichever is later is stopped.
func TestASecondWriterIsAFork(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"same size": 20, "within the other's": 15} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := filled(t, 10)
			b := *a
			b.dir += ".second"
			copyFolder(t, a.dir, b.dir)
			first, second := a.start(t), b.start(t)
			if n < 20 { // the first shows both sizes, so that the second meets its files
				grow(t, first, n, "first")
			}
			c := grow(t, first, 20, "first")
			_, err := second.Append(t.Context(), entries(10, n, "second"))
			must(t, err)
			_, err = second.Publish(t.Context())
			wants(t, "publish", err, anchor.ErrFork)
			if s := second.Shown(); s.Size != 10 {
				t.Errorf("shown: %v", s)
			}
			newest, err := first.shelf.newest(t.Context())
			must(t, err)
			if newest.Root != c.Root {
				t.Errorf("the copy shows %v", newest)
			}
			a.verify(t, first, map[int]string{0: "", 10: "first"})
		})
	}
}

func TestAnotherCheckpointOfTheSameSizeIsAFork(t *testing.T) {
	t.Parallel()
	p := filled(t, 10)
	l := p.open(t)
	c := l.Shown()
	c.Root[0] ^= 1
	other, err := c.Sign(p.signer)
	must(t, err)
	wants(t, "show", l.shelf.show(t.Context(), other), anchor.ErrFork)
	must(t, l.shelf.show(t.Context(), l.Shown()))
}
