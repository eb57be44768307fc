package tlog

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/transparency-dev/tessera"

	"lethe/anchor"
)

func TestAppendAndPublish(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	ctx := t.Context()
	if s := l.Shown(); s.Size != 0 || s.Root != emptyLog().Root || s.Note != nil {
		t.Errorf("a new log shows %+v", s)
	}
	if c, err := l.Publish(ctx); err != nil || c.Size != 0 || len(p.copy.files) != 0 {
		t.Errorf("an empty log publishes %v, %v", c, err)
	}
	for _, n := range []int{1, 7, 256, 300, 600} {
		before := l.Shown()
		size, err := l.Size(ctx)
		must(t, err)
		at, err := l.Append(ctx, entries(int(size), n, ""))
		must(t, err)
		for i := range at {
			if at[i] != size+uint64(i) {
				t.Fatalf("entry %d of a batch at %d is at %d", i, size, at[i])
			}
		}
		if len(at) != n-int(size) || l.Shown().Size != before.Size {
			t.Errorf("%d positions, and %v is shown before Publish", len(at), l.Shown())
		}
		c, err := l.Publish(ctx)
		must(t, err)
		if l.Shown().Root != c.Root || c.Size != uint64(n) {
			t.Errorf("published %v, shown %v", c, l.Shown())
		}
		p.verify(t, l, nil)
		made := p.copy.created
		if again, err := l.Publish(ctx); err != nil || again.Root != c.Root || p.copy.created != made {
			t.Errorf("published again: %v, %v, %d files", again, err, p.copy.created-made)
		}
	}
	if at, err := l.Append(ctx, nil); err != nil || len(at) != 0 {
		t.Errorf("nothing appended: %v, %v", at, err)
	}
}

func TestProofsOfEverySize(t *testing.T) {
	t.Parallel()
	p := filled(t, 260)
	l := p.open(t)
	for _, size := range []uint64{1, 2, 255, 256, 257, 260} {
		root, err := l.Root(t.Context(), size)
		must(t, err)
		c := anchor.Checkpoint{Size: size, Root: root}
		for _, index := range []uint64{0, 1, size / 2, size - 1} {
			if index >= size {
				continue
			}
			proof, err := l.Inclusion(t.Context(), index, size)
			must(t, err)
			must(t, anchor.VerifyInclusion(c, index, entries(int(index), int(index)+1, "")[0], proof))
		}
		proof, err := l.Consistency(t.Context(), size, 260)
		must(t, err)
		must(t, anchor.VerifyConsistency(c, l.Shown(), proof))
	}
}

func TestReadingBeyondTheLogIsAnError(t *testing.T) {
	t.Parallel()
	l := filled(t, 5).open(t)
	ctx := t.Context()
	_, root := l.Root(ctx, 6)
	_, inclusion := l.Inclusion(ctx, 5, 6)
	_, index := l.Inclusion(ctx, 5, 5)
	_, consistency := l.Consistency(ctx, 5, 6)
	_, backwards := l.Consistency(ctx, 5, 4)
	for what, err := range map[string]error{
		"root": root, "inclusion": inclusion, "index": index, "consistency": consistency, "backwards": backwards,
	} {
		if err == nil {
			t.Errorf("%s beyond the log", what)
		}
	}
	for _, span := range [][2]uint64{{0, 6}, {6, 7}, {4, 3}} {
		n := 0
		for _, err := range l.Entries(ctx, span[0], span[1]) {
			if n++; err == nil {
				t.Errorf("entries of %v", span)
			}
		}
		if n != 1 {
			t.Errorf("%d errors for %v", n, span)
		}
	}
	for range l.Entries(ctx, 5, 5) {
		t.Error("entries of nothing")
	}
	got := 0
	for e, err := range l.Entries(ctx, 1, 4) {
		must(t, err)
		if got++; e != entries(got, got+1, "")[0] {
			t.Errorf("entry %d is another", got)
		}
		if got == 2 {
			break
		}
	}
}

func TestFiveThousandInOneGo(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	grow(t, l, 3, "")
	added := entries(3, 5003, "")
	at, err := l.Append(t.Context(), added)
	must(t, err)
	holds(t, l, added, at)
	if c, err := l.Publish(t.Context()); err != nil || c.Size != 5003 {
		t.Fatal(c, err)
	}
}

// holds looks for entries at the positions that Append answered.
func holds(t *testing.T, l *Log, added []anchor.Hash, at []uint64) {
	t.Helper()
	from := slices.Min(at)
	var got []anchor.Hash
	for e, err := range l.Entries(t.Context(), from, from+uint64(len(at))) {
		must(t, err)
		got = append(got, e)
	}
	for i, e := range added {
		if got[at[i]-from] != e {
			t.Fatalf("entry %d is not at %d", i, at[i])
		}
	}
}

// On a busy machine Tessera sequences a batch in parts, and not always in their order.
func TestABatchIsSequencedInAnotherOrder(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	grow(t, l, 3, "")
	add, first := l.appender.Add, make([]tessera.IndexFuture, 0, 5)
	var held []*tessera.Entry
	l.appender.Add = func(ctx context.Context, e *tessera.Entry) tessera.IndexFuture {
		if n := len(held); n < 5 {
			held = append(held, e)
			return func() (tessera.Index, error) { return first[n]() }
		}
		second := add(ctx, e)
		first = append(first, add(ctx, held[len(first)]))
		return second
	}
	added := entries(3, 13, "")
	at, err := l.Append(t.Context(), added)
	must(t, err)
	if slices.IsSorted(at) {
		t.Fatalf("the entries are in their order: %v", at)
	}
	holds(t, l, added, at)
}

func TestPositionsThatAreNotTheNextAreRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	grow(t, l, 3, "")
	for name, at := range map[string][]uint64{"one left out": {3, 5}, "one twice": {3, 3}, "an earlier one": {2, 3}} {
		n := 0
		l.appender.Add = func(context.Context, *tessera.Entry) tessera.IndexFuture {
			index := tessera.Index{Index: at[n]}
			n++
			return func() (tessera.Index, error) { return index, nil }
		}
		if got, err := l.Append(t.Context(), entries(3, 5, "")); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOpenSignsNothing(t *testing.T) {
	t.Parallel()
	p := filled(t, 10)
	lost := &place{dir: p.dir + ".lost", copy: p.copy, signer: p.signer, key: p.key}
	for name, p := range map[string]*place{"as it was": p, "restored": lost, "new": newPlace(t)} {
		before := p.signer.count()
		l := p.open(t)
		_, err := l.Append(t.Context(), entries(0, 1, ""))
		wants(t, name+": append", err, anchor.ErrClosed)
		_, err = l.Publish(t.Context())
		wants(t, name+": publish", err, anchor.ErrClosed)
		must(t, l.Close())
		if n := p.signer.count() - before; n != 0 {
			t.Errorf("%s: Open signs %d times", name, n)
		}
	}
}

func TestClosedLogIsReadAndNotWritten(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	if err := l.Start(t.Context(), nil); err == nil {
		t.Error("started twice")
	}
	grow(t, l, 3, "")
	must(t, l.Close())
	must(t, l.Close())
	_, err := l.Append(t.Context(), entries(3, 4, ""))
	wants(t, "append", err, anchor.ErrClosed)
	_, err = l.Publish(t.Context())
	wants(t, "publish", err, anchor.ErrClosed)
	p.verify(t, l, nil)
	must(t, l.Start(t.Context(), nil))
	grow(t, l, 5, "")
	p.verify(t, l, nil)
}

func TestCancelledContextLeavesTheLogUsable(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.Append(cancelled, entries(0, 10, ""))
	wants(t, "append", err, context.Canceled)
	grow(t, l, 10, "")

	_, err = l.Append(t.Context(), entries(10, 600, ""))
	must(t, err)
	_, err = l.Publish(cancelled)
	wants(t, "publish", err, context.Canceled)

	midway, cancel := context.WithCancel(t.Context())
	p.copy.fail = func(string) error { cancel(); return nil }
	_, err = l.Publish(midway)
	wants(t, "publish, cancelled midway", err, context.Canceled)
	if l.Shown().Size != 10 {
		t.Errorf("shown: %v", l.Shown())
	}
	p.copy.fail = nil
	c, err := l.Publish(t.Context())
	must(t, err)
	if c.Size != 600 {
		t.Errorf("published %v", c)
	}
	p.verify(t, l, nil)

	l.turn <- struct{}{} // somebody writes
	_, err = l.Append(cancelled, nil)
	wants(t, "waiting to append", err, context.Canceled)
	_, err = l.Publish(cancelled)
	wants(t, "waiting to publish", err, context.Canceled)
	wants(t, "waiting to start", l.Start(cancelled, nil), context.Canceled)
	l.yield()
}

func TestWritersTakeTurnsAndReadersDoNot(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	grow(t, l, 1, "")
	ctx := t.Context()
	var all sync.WaitGroup
	taken := make([]bool, 1+4*3*5)
	var mu sync.Mutex
	for range 4 {
		all.Go(func() {
			for range 3 {
				at, err := l.Append(ctx, entries(0, 5, "any"))
				c, err2 := l.Publish(ctx)
				if err := errors.Join(err, err2); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for i, n := range at {
					if taken[n] || n != at[0]+uint64(i) || n >= c.Size {
						t.Errorf("positions %v under %v", at, c)
					}
					taken[n] = true
				}
				mu.Unlock()
			}
		})
		all.Go(func() {
			for range 30 {
				c := l.Shown()
				proof, err := l.Inclusion(ctx, 0, c.Size)
				if err == nil {
					err = anchor.VerifyInclusion(c, 0, entries(0, 1, "")[0], proof)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if c := l.Shown(); c.Size != 61 {
		t.Errorf("shown: %v", c)
	}
	_, err := Audit(ctx, p.copy, l.Shown(), nil, nil)
	must(t, err)
}

func TestConfigNamesTheWrongField(t *testing.T) {
	t.Parallel()
	other, _, err := anchor.NewSigner("log.example/test", make([]byte, 32))
	must(t, err)
	for field, spoil := range map[string]func(*Config){
		"Dir":     func(c *Config) { c.Dir = "" },
		"Copy":    func(c *Config) { c.Copy = nil },
		"Signer":  func(c *Config) { c.Signer = nil },
		"LogKey":  func(c *Config) { c.LogKey = "key" },
		"LogKey ": func(c *Config) { c.Signer = other },
	} {
		c := newPlace(t).config()
		spoil(&c)
		_, err := Open(t.Context(), c)
		if err == nil {
			t.Errorf("opened without %s", field)
		}
		says(t, err, field)
	}
}
