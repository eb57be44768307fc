package tlog

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"lethe/anchor"
)

func TestFollowerReadsWhatWasShown(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	f, err := Follow(t.Context(), p.copy, p.key)
	must(t, err)
	all := entries(0, 300, "")
	_, err = l.Append(t.Context(), all)
	must(t, err)
	if size, err := f.Size(t.Context()); err != nil || size != 0 || f.Shown().Note != nil {
		t.Errorf("before anything was shown: %d entries, %v", size, err)
	}
	shown, err := l.Publish(t.Context())
	must(t, err)
	if size, err := f.Size(t.Context()); err != nil || size != 300 || f.Shown().Root != shown.Root {
		t.Fatalf("%d entries, %v, %v", size, f.Shown(), err)
	}
	at := 0
	for entry, err := range f.Entries(t.Context(), 0, 300) {
		must(t, err)
		if entry != all[at] {
			t.Fatalf("entry %d is another", at)
		}
		at++
	}
	proof, err := f.Inclusion(t.Context(), 299, 300)
	must(t, err)
	must(t, anchor.Inclusion{Index: 299, Hashes: proof, Checkpoint: f.Shown()}.Verify(all[299]))
	if c, err := f.Checkpoint(t.Context(), 300); err != nil || c.Root != shown.Root {
		t.Errorf("%v, %v", c, err)
	}
}

func TestFollowerIsNotTakenBack(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	grow(t, l, 3, "")
	earlier := p.copy.clone()
	grow(t, l, 6, "")
	f, err := Follow(t.Context(), p.copy, p.key)
	must(t, err)
	p.copy.files = earlier.files
	if _, err := f.Size(t.Context()); !errors.Is(err, anchor.ErrBehind) {
		t.Errorf("a copy that was put back: %v, want ErrBehind", err)
	}
	if f.Shown().Size != 6 {
		t.Errorf("it shows %d entries", f.Shown().Size)
	}
}

// A copy that shows another history under the log's own key is refused.
func TestFollowerNamesAFork(t *testing.T) {
	t.Parallel()
	p, other := filled(t, 3), newPlace(t)
	f, err := Follow(t.Context(), p.copy, p.key)
	must(t, err)
	l := other.start(t)
	grow(t, l, 6, "another")
	p.copy.files = other.copy.clone().files
	_, err = f.Size(t.Context())
	wants(t, "another history", err, anchor.ErrFork)
}

// sharing opens a log with a folder of its own, whose copy others write as well.
func (p *place) sharing(t *testing.T) *Log {
	t.Helper()
	cfg := p.config()
	cfg.Dir, cfg.Shared = filepath.Join(t.TempDir(), "log"), true
	l, err := Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

// Two writers with folders of their own take turns. What the first had appended and not shown is not in the log of the second; when the
// first comes again, its folder follows.
func TestWritersTakeOver(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	write := func(l *Log, from, n int, show bool) {
		t.Helper()
		again, err := l.Refresh(t.Context())
		must(t, err)
		if again || l.appender == nil {
			must(t, l.Start(t.Context(), nil))
		}
		_, err = l.Append(t.Context(), entries(from, from+n, ""))
		must(t, err)
		if show {
			_, err = l.Publish(t.Context())
			must(t, err)
		}
	}
	a, b := p.sharing(t), p.sharing(t)
	write(a, 0, 4, true)
	write(b, 4, 1, true)
	if _, err := a.Append(t.Context(), entries(200, 203, "")); err != nil { // it does not know yet
		t.Fatal(err)
	}
	if _, err := a.Publish(t.Context()); !errors.Is(err, anchor.ErrBehind) {
		t.Errorf("who has lost the turn shows something: %v, want ErrBehind", err)
	}
	write(a, 100, 5, false) // and then it hangs
	write(b, 5, 1, true)    // fewer than the other has
	write(a, 6, 3, true)
	write(b, 9, 300, true)
	write(a, 309, 1, true)
	f, err := Follow(t.Context(), p.copy, p.key)
	must(t, err)
	at := 0
	for entry, err := range f.Entries(t.Context(), 0, 310) {
		must(t, err)
		if entry != entries(at, at+1, "")[0] {
			t.Fatalf("entry %d is another", at)
		}
		at++
	}
}

// What could not be brought up to date is tried again, also when it failed in the middle.
func TestARefreshThatFailedIsMadeAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	a, b := p.sharing(t), p.sharing(t)
	must(t, b.Start(t.Context(), nil))
	_, err := b.Append(t.Context(), entries(0, 5, ""))
	must(t, err)
	_, err = b.Publish(t.Context())
	must(t, err)
	p.copy.get = func(name string, data []byte) []byte {
		if strings.HasPrefix(name, "tile/entries/") {
			return []byte("not these")
		}
		return data
	}
	if again, err := a.Refresh(t.Context()); err == nil || !again {
		t.Errorf("a copy with other entries: again %v, %v", again, err)
	}
	p.copy.get = nil
	again, err := a.Refresh(t.Context())
	must(t, err)
	if !again {
		t.Error("the second look finds nothing new")
	}
	must(t, a.Start(t.Context(), nil))
	_, err = a.Append(t.Context(), entries(5, 6, ""))
	must(t, err)
	_, err = a.Publish(t.Context())
	must(t, err)
}
