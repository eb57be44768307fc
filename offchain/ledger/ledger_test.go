package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/offchain/ledger"
	"lethe/offchain/object"
)

// books is a ledger's two places.
type books struct{ dir, mirror string }

func newBooks(t *testing.T) books { return books{t.TempDir(), t.TempDir()} }

func (b books) open(t *testing.T) (*ledger.Ledger, error) {
	t.Helper()
	mirror, err := object.OpenLocal(b.mirror)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mirror.Close() })
	return ledger.Open(t.Context(), b.dir, mirror, nil)
}

func (b books) mustOpen(t *testing.T) *ledger.Ledger {
	t.Helper()
	l, err := b.open(t)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (b books) file() string { return filepath.Join(b.dir, ledger.FileName) }

func entry(id string) offchain.LedgerEntry {
	at := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	return offchain.LedgerEntry{Case: id, At: at, Keys: []string{"k-" + id}, Objects: []string{"main/aa/" + id}}
}

func fill(t *testing.T, l *ledger.Ledger, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := l.Append(t.Context(), entry(id)); err != nil {
			t.Fatal(err)
		}
	}
}

func cases(t *testing.T, l *ledger.Ledger) string {
	t.Helper()
	entries, err := l.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i, e := range entries {
		if e.Seq != uint64(i)+1 {
			t.Fatalf("entry %d has number %d", i+1, e.Seq)
		}
		ids = append(ids, e.Case)
	}
	return strings.Join(ids, " ")
}

func TestAppendReadsBackFromBothCopies(t *testing.T) {
	b := newBooks(t)
	fill(t, b.mustOpen(t), "a", "b", "c")
	l := b.mustOpen(t)
	if got := cases(t, l); got != "a b c" || l.Suspect() != 0 {
		t.Fatalf("cases %q, suspect %d", got, l.Suspect())
	}
	entries, err := l.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := entry("b")
	want.Seq = 2
	if !reflect.DeepEqual(entries[1], want) {
		t.Fatalf("entry %+v, want %+v", entries[1], want)
	}
}

func TestAppendIsOncePerCase(t *testing.T) {
	b := newBooks(t)
	l := b.mustOpen(t)
	fill(t, l, "a", "b", "a")
	if got := cases(t, l); got != "a b" {
		t.Fatalf("cases %q", got)
	}
}

func TestTheLongerCopyCompletesTheShorter(t *testing.T) {
	for name, shorten := range map[string]func(*testing.T, books){
		"file gone":       func(t *testing.T, b books) { remove(t, b.file()) },
		"file older":      func(t *testing.T, b books) { rewrite(t, b.file(), 1) },
		"copy gone":       func(t *testing.T, b books) { remove(t, filepath.Join(b.mirror, "ledger")) },
		"last copy gone":  func(t *testing.T, b books) { remove(t, filepath.Join(b.mirror, "ledger", "0000000000000003")) },
		"torn last write": func(t *testing.T, b books) { rewrite(t, b.file(), 2); appendText(t, b.file(), `{"prev":"4`) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooks(t)
			fill(t, b.mustOpen(t), "a", "b", "c")
			shorten(t, b)
			l := b.mustOpen(t)
			if got := cases(t, l); got != "a b c" || l.Suspect() == 0 {
				t.Fatalf("cases %q, suspect %d", got, l.Suspect())
			}
			fill(t, l, "d")
			again := b.mustOpen(t)
			if got := cases(t, again); got != "a b c d" || again.Suspect() != 0 {
				t.Fatalf("afterwards: cases %q, suspect %d", got, again.Suspect())
			}
		})
	}
}

func TestATornFirstWriteIsNothing(t *testing.T) {
	b := newBooks(t)
	appendText(t, b.file(), `{"prev":"4`)
	l := b.mustOpen(t)
	fill(t, l, "a")
	if got := cases(t, b.mustOpen(t)); got != "a" {
		t.Fatalf("cases %q", got)
	}
}

// Every byte of either copy counts: flipped, it is damage or a contradiction, never another story.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	b := newBooks(t)
	fill(t, b.mustOpen(t), "a", "b")
	for _, name := range []string{b.file(), filepath.Join(b.mirror, "ledger", "0000000000000002")} {
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range whole {
			flipped := bytes.Clone(whole)
			flipped[i] ^= 4
			write(t, name, flipped)
			l, err := b.open(t)
			if err == nil && whole[i] == '\n' && cases(t, l) == "a b" {
				continue // an unended last line is a torn write, and the copy has it whole
			}
			if !errors.Is(err, offchain.ErrLedgerFork) && !errors.Is(err, offchain.ErrLedgerDamaged) {
				t.Fatalf("%s, byte %d: %v", filepath.Base(name), i, err)
			}
		}
		write(t, name, whole)
	}
	b.mustOpen(t)
}

func TestAlteringBothCopiesAlikeBreaksTheChain(t *testing.T) {
	b := newBooks(t)
	fill(t, b.mustOpen(t), "a", "b")
	for _, name := range []string{b.file(), filepath.Join(b.mirror, "ledger", "0000000000000001")} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, name, bytes.Replace(data, []byte("k-a"), []byte("k-z"), 1))
	}
	if _, err := b.open(t); !errors.Is(err, offchain.ErrLedgerDamaged) {
		t.Fatalf("err = %v", err)
	}
}

// failing is a copy that cannot be written.
type failing struct{ offchain.Objects }

func (failing) Create(context.Context, string) (offchain.ObjectWriter, error) {
	return nil, errors.New("no space")
}

func TestAppendWaitsForTheCopy(t *testing.T) {
	b := newBooks(t)
	mirror, err := object.OpenLocal(b.mirror)
	if err != nil {
		t.Fatal(err)
	}
	defer mirror.Close()
	l, err := ledger.Open(t.Context(), b.dir, failing{mirror}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := l.Append(t.Context(), entry("a")); err == nil {
			t.Fatal("an entry without its copy was reported as written")
		}
	}
	if got := cases(t, b.mustOpen(t)); got != "" {
		t.Fatalf("cases %q", got)
	}
}

// deaf stores an object and fails to say so, once.
type deaf struct {
	offchain.Objects
	left int
}

func (d *deaf) Create(ctx context.Context, key string) (offchain.ObjectWriter, error) {
	w, err := d.Objects.Create(ctx, key)
	return &deafWriter{w, d}, err
}

type deafWriter struct {
	offchain.ObjectWriter
	of *deaf
}

func (w *deafWriter) Commit() error {
	err := w.ObjectWriter.Commit()
	if w.of.left--; err == nil && w.of.left >= 0 {
		return errors.New("no answer")
	}
	return err
}

func TestALostAnswerOfTheCopyIsFound(t *testing.T) {
	b := newBooks(t)
	mirror, err := object.OpenLocal(b.mirror)
	if err != nil {
		t.Fatal(err)
	}
	defer mirror.Close()
	l, err := ledger.Open(t.Context(), b.dir, &deaf{mirror, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := entry("a")
	if _, err := l.Append(t.Context(), e); err == nil {
		t.Fatal("reported as written without an answer")
	}
	e.At = e.At.Add(time.Minute) // it is tried again later
	if got, err := l.Append(t.Context(), e); err != nil || got.Seq != 1 || !got.At.Equal(entry("a").At) {
		t.Errorf("%+v, %v", got, err)
	}
	if got := cases(t, b.mustOpen(t)); got != "a" {
		t.Errorf("cases %q", got)
	}
}

// Two processes with a file each take turns at one copy.
func TestTwoKeepersTakeTurns(t *testing.T) {
	a, b := newBooks(t), newBooks(t)
	b.mirror = a.mirror
	one, two := a.mustOpen(t), b.mustOpen(t)
	fill(t, one, "a")
	fill(t, two, "b", "c")
	fill(t, one, "d")
	if got, err := two.Append(t.Context(), entry("a")); err != nil || got.Seq != 1 {
		t.Errorf("what the other has entered: %+v, %v", got, err)
	}
	for i, l := range []*ledger.Ledger{one, two, a.mustOpen(t), b.mustOpen(t)} {
		if got := cases(t, l); got != "a b c d" {
			t.Errorf("%d: cases %q", i, got)
		}
	}
	if got := b.mustOpen(t).Suspect(); got != 0 {
		t.Errorf("suspect from %d", got)
	}
}

func TestCertificatesAreReplacedWhole(t *testing.T) {
	l := newBooks(t).mustOpen(t)
	for i, text := range []string{"first edition", "second"} {
		path, err := l.PutCertificate(t.Context(), "case-1", i+1, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != text {
			t.Fatalf("%q, %v", data, err)
		}
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rewrite keeps the first n lines of a file.
func rewrite(t *testing.T, name string, n int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	write(t, name, bytes.Join(lines[:n], nil))
}

func appendText(t *testing.T, name, text string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	write(t, name, append(data, text...))
}

func FuzzOpenLedger(f *testing.F) {
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"prev":"","seq":1,"case":"a","at":"2026-04-01T12:00:00Z","keys":[],"objects":[]}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := newBooks(t)
		write(t, b.file(), data)
		if l, err := b.open(t); err == nil { // what is accepted is accepted again, and agrees with its copy
			if cases(t, l) != cases(t, b.mustOpen(t)) {
				t.Fatal("two openings differ")
			}
		}
	})
}
