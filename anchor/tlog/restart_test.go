package tlog

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lethe/anchor"
)

// TestCrashAtEveryPoint takes a copy of the folder at each point, as kill -9 would leave it, lets the writer die there, and opens
// the copy. Entries that Append had answered are in it, and what was shown stays shown.
func TestCrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, point := range CrashPoints() {
		for _, times := range []int{1, 3} {
			if times > 1 && point != stepCopying {
				continue
			}
			t.Run(point, func(t *testing.T) {
				t.Parallel()
				crashAt(t, point, times)
			})
		}
	}
}

func crashAt(t *testing.T, point string, times int) {
	p := filled(t, 300)
	if point == stepRestored {
		must(t, os.RemoveAll(p.dir))
	}
	after := *p
	after.dir += ".after"
	reached := 0
	p.step = func(at string) {
		if at != point {
			return
		}
		if reached++; reached == times {
			copyFolder(t, p.dir, after.dir)
			panic("crash at " + point)
		}
	}
	crashing(t, p)
	if reached != times {
		t.Fatalf("%s was reached %d times", point, reached)
	}

	l := after.start(t)
	size, err := l.Size(t.Context())
	must(t, err)
	if want := map[bool]uint64{true: 300, false: 600}[point == stepRestored]; size != want {
		t.Errorf("%d entries after the crash", size)
	}
	if shown := l.Shown().Size; (shown == 600) != (point == stepPublished) {
		t.Errorf("%d are shown after the crash", shown)
	}
	grow(t, l, 700, "")
	after.verify(t, l, nil)
}

// crashing appends and publishes 300 entries more, until it dies.
func crashing(t *testing.T, p *place) {
	var l *Log
	defer func() {
		if recover() == nil {
			t.Error("did not crash")
		}
		if l != nil {
			must(t, l.Close())
		}
	}()
	l = p.start(t)
	_, err := l.Append(t.Context(), entries(300, 600, ""))
	must(t, err)
	_, err = l.Publish(t.Context())
	must(t, err)
}

// removeUnderWriting removes a folder in which Tessera may write a file still: what it does in the background ends a moment after Close.
func removeUnderWriting(t *testing.T, folder string) {
	t.Helper()
	for range 100 {
		if os.RemoveAll(folder) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	must(t, os.RemoveAll(folder))
}

func TestFolderIsRebuilt(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, p *place, older string){
		"deleted": func(t *testing.T, p *place, _ string) { must(t, os.RemoveAll(p.dir)) },
		"put back": func(t *testing.T, p *place, older string) {
			must(t, os.RemoveAll(p.dir))
			copyFolder(t, older, p.dir)
		},
		"killed while rebuilding": func(t *testing.T, p *place, older string) {
			must(t, os.RemoveAll(p.dir))
			copyFolder(t, older, p.dir+restoring)
		},
		"killed while replacing": func(t *testing.T, p *place, older string) {
			must(t, os.Rename(p.dir, p.dir+restoring))
			copyFolder(t, older, p.dir+replaced)
		},
		"killed while removing the old one": func(t *testing.T, p *place, older string) {
			copyFolder(t, older, p.dir+replaced)
		},
		"state lost": func(t *testing.T, p *place, _ string) { removeUnderWriting(t, filepath.Join(p.dir, ".state")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := filled(t, 250)
			older := filepath.Join(t.TempDir(), "older")
			copyFolder(t, p.dir, older)
			l := p.start(t)
			grow(t, l, 251, "")
			grow(t, l, 600, "")
			must(t, l.Close())
			lose(t, p, older)

			signed := p.signer.count()
			l = p.open(t)
			if p.signer.count() != signed {
				t.Error("rebuilding signs")
			}
			if size, err := l.Size(t.Context()); err != nil || size != 600 {
				t.Fatalf("rebuilt with %d entries: %v", size, err)
			}
			p.verify(t, l, nil)
			must(t, l.Start(t.Context(), nil))
			grow(t, l, 605, "")
			p.verify(t, l, nil)
			left, err := filepath.Glob(p.dir + ".*")
			must(t, err)
			if len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestFolderThatLacksOneEntryIsRebuilt(t *testing.T) {
	t.Parallel()
	p := filled(t, 10)
	older := filepath.Join(t.TempDir(), "older")
	copyFolder(t, p.dir, older)
	l := p.start(t)
	grow(t, l, 11, "")
	must(t, l.Close())
	p.dir = older
	l = p.open(t)
	if size, err := l.Size(t.Context()); err != nil || size != 11 {
		t.Errorf("%d entries: %v", size, err)
	}
	p.verify(t, l, nil)
}

func TestEntriesThatWereNotShownSurviveInTheFolder(t *testing.T) {
	t.Parallel()
	p := filled(t, 10)
	l := p.start(t)
	_, err := l.Append(t.Context(), entries(10, 20, ""))
	must(t, err)
	must(t, l.Close())
	l = p.start(t)
	if c := l.Shown(); c.Size != 10 {
		t.Errorf("shown: %v", c)
	}
	c, err := l.Publish(t.Context())
	must(t, err)
	if c.Size != 20 {
		t.Errorf("published %v", c)
	}
	p.verify(t, l, nil)
}

func TestCopyPutBackIsCaughtUp(t *testing.T) {
	t.Parallel()
	p := filled(t, 200)
	older := p.copy.clone()
	l := p.start(t)
	c := grow(t, l, 300, "")
	must(t, l.Close())
	p.copy = older
	l = p.open(t)
	if s := l.Shown(); s.Size != 200 {
		t.Errorf("shown: %v", s)
	}
	must(t, l.Start(t.Context(), &anchor.Accepted{Size: c.Size, Root: c.Root}))
	again, err := l.Publish(t.Context())
	must(t, err)
	if again.Root != c.Root {
		t.Errorf("published %v after %v", again, c)
	}
	p.verify(t, l, nil)
}

func TestCopyThatDoesNotVerify(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, p *place){
		"forged tile":       func(t *testing.T, p *place) { p.copy.alter(t, "tile/0/001.p/44", flip) },
		"forged upper tile": func(t *testing.T, p *place) { p.copy.alter(t, "tile/1/000.p/1", flip) },
		"cut tile": func(t *testing.T, p *place) {
			p.copy.alter(t, "tile/1/000.p/1", func(d []byte) []byte { return d[1:] })
		},
		"missing tile": func(_ *testing.T, p *place) { delete(p.copy.files, "tile/1/000.p/1") },
		"forged entry, no folder": func(t *testing.T, p *place) {
			must(t, os.RemoveAll(p.dir))
			p.copy.alter(t, "tile/entries/000", func(d []byte) []byte { d[9] ^= 1; return d })
		},
		"missing bundle, no folder": func(t *testing.T, p *place) {
			must(t, os.RemoveAll(p.dir))
			delete(p.copy.files, "tile/entries/000")
		},
		"bundle of other lengths, no folder": func(t *testing.T, p *place) {
			must(t, os.RemoveAll(p.dir))
			p.copy.alter(t, "tile/entries/000", func(d []byte) []byte { d[1] = 31; return d })
		},
		"forged signature": func(t *testing.T, p *place) {
			p.copy.alter(t, shownName(300), func(d []byte) []byte { d[len(d)-8] ^= 1; return d })
		},
		"checkpoint under another size": func(_ *testing.T, p *place) { p.copy.files[shownName(301)] = p.copy.files[shownName(300)] },
		"checkpoint of another log": func(t *testing.T, p *place) {
			s, _, err := anchor.NewSigner("log.example/test", make([]byte, 32))
			must(t, err)
			c, err := anchor.Checkpoint{Size: 400}.Sign(s)
			must(t, err)
			p.copy.files[shownName(400)] = c.Note
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := filled(t, 300)
			spoil(t, p)
			_, err := Open(t.Context(), p.config())
			wants(t, "open", err, anchor.ErrInvalid)
		})
	}
}

func TestRebuildingAnswersTheErrorOfTheCopy(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	must(t, os.RemoveAll(p.dir))
	ctx, cancel := context.WithCancel(t.Context())
	p.copy.get = func(name string, data []byte) []byte {
		if name == "tile/entries/000" {
			cancel()
		}
		return data
	}
	begun := time.Now()
	_, err := Open(ctx, p.config())
	wants(t, "open", err, context.Canceled)
	if time.Since(begun) > 10*time.Second {
		t.Error("took too long to notice")
	}
	p.copy.get = nil
	p.verify(t, p.open(t), nil)
}

// Two logs of one key that contradict each other: one was written where the other's folder and copy were not.
func TestForkIsNamed(t *testing.T) {
	t.Parallel()
	a, b := filled(t, 10), newPlace(t)
	l := b.start(t)
	grow(t, l, 10, "other")
	must(t, l.Close())

	crossed := *a
	crossed.dir = b.dir
	_, err := Open(t.Context(), crossed.config())
	wants(t, "same size", err, anchor.ErrFork)

	l = b.start(t)
	grow(t, l, 12, "other")
	must(t, l.Close())
	_, err = Open(t.Context(), crossed.config())
	wants(t, "longer", err, anchor.ErrFork)
	if a.signer.count() != crossed.signer.count() {
		t.Error("signed")
	}

	crossed.copy = newMemory()
	copyFolder(t, filepath.Join(a.dir), a.dir+".mixed")
	data, err := os.ReadFile(filepath.Join(b.dir, "checkpoint"))
	must(t, err)
	crossed.dir = a.dir + ".mixed"
	must(t, os.WriteFile(filepath.Join(crossed.dir, "checkpoint"), data, 0o600))
	_, err = Open(t.Context(), crossed.config())
	wants(t, "signed more than it has", err, anchor.ErrBehind)
}

func TestFloor(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	l := p.open(t)
	at := func(size uint64) *anchor.Accepted {
		root, err := l.Root(t.Context(), size)
		must(t, err)
		return &anchor.Accepted{Size: size, Root: root}
	}
	ahead, other := at(300), at(257)
	ahead.Size++
	other.Root[0] ^= 1
	signed := p.signer.count()
	wants(t, "fewer entries than were accepted", l.Start(t.Context(), ahead), anchor.ErrBehind)
	wants(t, "another history", l.Start(t.Context(), other), anchor.ErrFork)
	_, err := l.Append(t.Context(), entries(300, 301, ""))
	wants(t, "append", err, anchor.ErrClosed)
	_, err = l.Publish(t.Context())
	wants(t, "publish", err, anchor.ErrClosed)
	time.Sleep(2 * signInterval)
	if n := p.signer.count() - signed; n > 0 {
		t.Errorf("%d signatures", n)
	}
	must(t, l.Start(t.Context(), &anchor.Accepted{})) // the contract has accepted nothing yet
	must(t, l.Close())
	must(t, l.Start(t.Context(), at(257)))
	if l.guard.last.Size != 300 {
		t.Errorf("signs what follows from %v", l.guard.last)
	}
	grow(t, l, 310, "")
	p.verify(t, l, nil)
}

// The folder is put back under the running writer: nothing is appended or signed over what was shown.
func TestFolderPutBackUnderTheWriterIsNotSignedOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		older int
		want  error
	}{"shorter": {10, anchor.ErrBehind}, "as long": {20, anchor.ErrFork}, "longer": {25, anchor.ErrFork}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, other := filled(t, 10), newPlace(t)
			grow(t, other.start(t), c.older, "other")
			l := p.start(t)
			grow(t, l, 20, "")
			signed := p.signer.count()
			must(t, os.Rename(p.dir, p.dir+".aside"))
			copyFolder(t, other.dir, p.dir)

			at, err := l.Append(t.Context(), entries(0, 1, "more"))
			if (err == nil) != (c.older >= 20) || err != nil && !errors.Is(err, c.want) {
				t.Errorf("appended at %v: %v", at, err)
			}
			_, err = l.Publish(t.Context())
			wants(t, "publish", err, c.want)
			time.Sleep(3 * signInterval)
			if n := p.signer.count() - signed; n > 0 {
				t.Errorf("%d signatures", n)
			}
			if s := l.Shown(); s.Size != 20 {
				t.Errorf("shown: %v", s)
			}
		})
	}
}

// What the guard refuses, Publish answers.
func TestPublishSaysWhyNothingIsSigned(t *testing.T) {
	t.Parallel()
	p := filled(t, 10)
	l := p.start(t)
	l.guard.mu.Lock()
	l.guard.last.Root[0] ^= 1
	l.guard.mu.Unlock()
	_, err := l.Append(t.Context(), entries(10, 20, ""))
	must(t, err)
	_, err = l.Publish(t.Context())
	wants(t, "publish", err, anchor.ErrFork)
	begun := time.Now()
	must(t, l.Close())
	if time.Since(begun) > stopTimeout/2 {
		t.Error("Close waits for a signature that does not come")
	}
	must(t, l.Start(t.Context(), nil))
	c, err := l.Publish(t.Context())
	must(t, err)
	if c.Size != 20 {
		t.Errorf("published %v", c)
	}
}

func TestGuardSignsOnlyWhatFollows(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	l := p.open(t)
	at := func(size uint64) anchor.Checkpoint {
		root, err := l.Root(t.Context(), size)
		must(t, err)
		return anchor.Checkpoint{Origin: p.signer.Name(), Size: size, Root: root}
	}
	text := func(c anchor.Checkpoint) []byte {
		signed, err := c.Sign(p.signer.Signer)
		must(t, err)
		return signed.Note[:slices.Index(signed.Note, '\n')+len("\n300\n")+45]
	}
	g := &guard{Signer: p.signer, local: l.files, last: at(299)}
	sign := func(c anchor.Checkpoint) error { _, err := g.Sign(text(c)); return err }
	wants(t, "smaller", sign(at(298)), anchor.ErrBehind)
	other := at(300)
	other.Root[0] ^= 1
	wants(t, "other root", sign(other), anchor.ErrInvalid)
	if g.refusal() == nil {
		t.Error("no refusal is kept")
	}
	for what, junk := range map[string]string{
		"no checkpoint": "hello\n", "extension": string(text(at(300))) + "more\n", "other origin": "x" + string(text(at(300))),
	} {
		if _, err := g.Sign([]byte(junk)); err == nil {
			t.Errorf("signed: %s", what)
		}
	}
	first := &guard{Signer: p.signer, local: l.files, last: emptyLog()}
	_, err := first.Sign(text(other))
	wants(t, "first, of another root", err, anchor.ErrInvalid)
	must(t, sign(at(300)))
	if g.refusal() != nil {
		t.Error(g.refusal())
	}
	must(t, sign(at(300)))
	wants(t, "back again", sign(at(299)), anchor.ErrBehind)
	g.last.Root[0] ^= 1
	wants(t, "what does not follow", sign(at(300)), anchor.ErrFork)
}
