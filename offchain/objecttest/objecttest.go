// Package objecttest is the conformance suite of [offchain.Objects]: every sentence of the port's contract, run on each
// adapter.
package objecttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"lethe/offchain"
)

// Run runs the suite. open gives an empty store, and the same one when it is called again within one test.
func Run(t *testing.T, open func(t *testing.T) offchain.Objects) {
	for name, test := range map[string]func(*testing.T, offchain.Objects){
		"RoundTrip":             roundTrip,
		"InvisibleBeforeCommit": invisibleBeforeCommit,
		"AbortLeavesNothing":    abortLeavesNothing,
		"NeverReplaces":         neverReplaces,
		"Absent":                absent,
		"DeleteAll":             deleteAll,
		"List":                  list,
		"BadKeys":               badKeys,
		"ConcurrentReads":       concurrentReads,
		"OneWriterWins":         oneWriterWins,
		"OneLargeWriterWins":    oneLargeWriterWins,
		"LargeObject":           largeObject,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, o offchain.Objects, key string, data []byte) {
	t.Helper()
	if err := offchain.WriteAll(t.Context(), o, key, data); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, o offchain.Objects, key string) []byte {
	t.Helper()
	data, err := offchain.ReadAll(t.Context(), o, key, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func wantAbsent(t *testing.T, o offchain.Objects, key string) {
	t.Helper()
	if r, err := o.Open(t.Context(), key); !errors.Is(err, offchain.ErrNotFound) {
		t.Fatalf("Open(%s) = %v, %v; want ErrNotFound", key, r, err)
	}
}

func roundTrip(t *testing.T, o offchain.Objects) {
	for _, size := range []int{0, 1, 16 << 10, 3<<20 + 7} {
		data := bytes.Repeat([]byte{byte(size), 1, 2}, size/3+1)[:size]
		key := fmt.Sprintf("tenant/aa/size-%d", size)
		put(t, o, key, data)
		if !bytes.Equal(get(t, o, key), data) {
			t.Fatalf("%d bytes came back changed", size)
		}
		r, err := o.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		part := make([]byte, min(size, 100))
		if _, err := r.ReadAt(part, int64(size-len(part))); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if !bytes.Equal(part, data[size-len(part):]) || r.Size() != int64(size) {
			t.Fatalf("the end of %d bytes came back changed", size)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func invisibleBeforeCommit(t *testing.T, o offchain.Objects) {
	w, err := o.Create(t.Context(), "tenant/aa/half")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, o, "tenant/aa/half")
	wantKeys(t, o, "")
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	w.Abort() // does nothing any more
	if n := len(get(t, o, "tenant/aa/half")); n != 1<<20 {
		t.Fatalf("%d bytes", n)
	}
	if err := w.Commit(); err == nil {
		t.Fatal("a second commit was accepted")
	}
}

func abortLeavesNothing(t *testing.T, o offchain.Objects) {
	w, err := o.Create(t.Context(), "tenant/aa/gone")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	wantAbsent(t, o, "tenant/aa/gone")
	wantKeys(t, o, "")
}

func neverReplaces(t *testing.T, o offchain.Objects) {
	put(t, o, "tenant/aa/first", []byte("first"))
	if err := offchain.WriteAll(t.Context(), o, "tenant/aa/first", []byte("second")); !errors.Is(err, offchain.ErrExists) {
		t.Fatalf("err = %v, want ErrExists", err)
	}
	if got := get(t, o, "tenant/aa/first"); string(got) != "first" {
		t.Fatalf("replaced by %q", got)
	}
}

func absent(t *testing.T, o offchain.Objects) {
	wantAbsent(t, o, "tenant/aa/never")
	put(t, o, "tenant/aa/there", nil)
	wantAbsent(t, o, "tenant/aa") // a folder is not an object
}

func deleteAll(t *testing.T, o offchain.Objects) {
	put(t, o, "tenant/aa/doomed", []byte("x"))
	put(t, o, "tenant/aa/other", []byte("y"))
	for i, want := range []int{1, 0} {
		if n, err := o.DeleteAll(t.Context(), "tenant/aa/doomed"); err != nil || n != want {
			t.Fatalf("deletion %d: %d versions, %v; want %d", i+1, n, err, want)
		}
	}
	wantAbsent(t, o, "tenant/aa/doomed")
	wantKeys(t, o, "", "tenant/aa/other")
}

func list(t *testing.T, o offchain.Objects) {
	for _, key := range []string{"b/aa/2", "a/aa/1", "a/bb/3", "ab/aa/4"} {
		put(t, o, key, []byte(key))
	}
	wantKeys(t, o, "", "a/aa/1", "a/bb/3", "ab/aa/4", "b/aa/2")
	wantKeys(t, o, "a", "a/aa/1", "a/bb/3")
	wantKeys(t, o, "none")
}

func wantKeys(t *testing.T, o offchain.Objects, prefix string, want ...string) {
	t.Helper()
	got, err := o.List(t.Context(), prefix)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("List(%q) = %q, %v; want %q", prefix, got, err, want)
	}
}

// BadKeys are keys that no store may act on; fuzzing starts from them.
var BadKeys = []string{
	"", ".", "..", "/", "a/", "/a", "a//b", "../a", "a/../b", "a/./b", ".tmp/x", "a/.b", "A", "a\\b", "a b", "a\x00b", "ä",
	"a/b/c/d/e/f/g/h/i", "a\n", "~", "-a", "c:", "a/%2e%2e/b",
}

func badKeys(t *testing.T, o offchain.Objects) {
	for _, key := range BadKeys {
		if _, err := o.Create(t.Context(), key); !errors.Is(err, offchain.ErrBadKey) {
			t.Errorf("Create(%q): %v, want ErrBadKey", key, err)
		}
		if _, err := o.Open(t.Context(), key); !errors.Is(err, offchain.ErrBadKey) {
			t.Errorf("Open(%q): %v, want ErrBadKey", key, err)
		}
		if _, err := o.DeleteAll(t.Context(), key); !errors.Is(err, offchain.ErrBadKey) {
			t.Errorf("DeleteAll(%q): %v, want ErrBadKey", key, err)
		}
	}
}

func concurrentReads(t *testing.T, o offchain.Objects) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	put(t, o, "tenant/aa/shared", data)
	r, err := o.Open(t.Context(), "tenant/aa/shared")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var readers sync.WaitGroup
	for i := range 16 {
		readers.Go(func() {
			got := make([]byte, 4096)
			off := i * 4097
			if _, err := r.ReadAt(got, int64(off)); err != nil || !bytes.Equal(got, data[off:off+4096]) {
				t.Errorf("read at %d: %v", off, err)
			}
		})
	}
	readers.Wait()
}

func oneWriterWins(t *testing.T, o offchain.Objects) { contest(t, o, 8, 1000) }

func oneLargeWriterWins(t *testing.T, o offchain.Objects) { contest(t, o, 3, 11<<20) }

// largeObject is read as a stream, at random, and by both at once.
func largeObject(t *testing.T, o offchain.Objects) {
	data := make([]byte, 13<<20+5)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(data)
	w, err := o.Create(t.Context(), "tenant/aa/large")
	if err != nil {
		t.Fatal(err)
	}
	for rest := data; len(rest) > 0; rest = rest[min(len(rest), 777_777):] {
		if _, err := w.Write(rest[:min(len(rest), 777_777)]); err != nil {
			t.Fatal(err)
		}
	}
	wantAbsent(t, o, "tenant/aa/large")
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	r, err := o.Open(t.Context(), "tenant/aa/large")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var readers sync.WaitGroup
	for i := range 4 {
		readers.Go(func() {
			for off := int64(i) << 20; off < r.Size(); off += 3<<20 - 17 {
				wantRange(t, r, data, off, 300_000)
			}
		})
	}
	readers.Go(func() {
		if got, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size())); err != nil || !bytes.Equal(got, data) {
			t.Errorf("read whole: %d bytes, %v", len(got), err)
		}
	})
	readers.Wait()
	wantRange(t, r, data, r.Size()-10, 100)
}

// wantRange reads up to n bytes, of which those beyond the end are missing.
func wantRange(t *testing.T, r offchain.ObjectReader, data []byte, off int64, n int) {
	t.Helper()
	want := data[off:min(off+int64(n), int64(len(data)))]
	got := make([]byte, n)
	m, err := r.ReadAt(got, off)
	if cut := len(want) < n; cut != errors.Is(err, io.EOF) || !cut && err != nil || !bytes.Equal(got[:m], want) {
		t.Errorf("read %d at %d: %d bytes, %v", n, off, m, err)
	}
}

func contest(t *testing.T, o offchain.Objects, n, size int) {
	var mu sync.Mutex
	won := 0
	var writers sync.WaitGroup
	for i := range n {
		writers.Go(func() {
			err := offchain.WriteAll(t.Context(), o, "tenant/aa/contested", bytes.Repeat([]byte{byte(i)}, size))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !errors.Is(err, offchain.ErrExists):
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	writers.Wait()
	if got := get(t, o, "tenant/aa/contested"); won != 1 || len(got) != size || bytes.Count(got, got[:1]) != size {
		t.Fatalf("%d writers won, %d bytes", won, len(got))
	}
}
