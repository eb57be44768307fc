package archive_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"lethe/offchain/archive"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// epoch makes one in a keeper's folder of its own.
func epoch(t testing.TB) (archive.Keeper, archive.Epoch, age.Identity) {
	t.Helper()
	k := archive.Keeper(t.TempDir())
	e, err := k.New(archive.Plan{Tenant: "main", Start: noon, Length: 24 * time.Hour, Keep: 48 * time.Hour})
	noError(t, err)
	id, err := k.Identity(e.Number)
	noError(t, err)
	return k, e, id
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// written writes a file with some content.
func written(t testing.TB, e archive.Epoch, content []byte) (name string, f archive.File) {
	t.Helper()
	dir := t.TempDir()
	name = filepath.Join(dir, "part.age")
	w, err := archive.Create(name, filepath.Join(dir, "partial"), e, "part", noon)
	noError(t, err)
	_, err = w.Write(content)
	noError(t, err)
	if _, err := os.Stat(name); err == nil {
		t.Fatal("the file was visible before it was whole")
	}
	f, err = w.Commit()
	noError(t, err)
	if left, err := os.ReadDir(filepath.Join(dir, "partial")); err != nil || len(left) > 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
	return name, f
}

func readAll(name string, id age.Identity) ([]byte, error) {
	r, err := archive.Open(name, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestWhatWasWrittenIsReadAndItsHeaderIsInClear(t *testing.T) {
	_, e, id := epoch(t)
	for _, size := range []int{0, 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		content := bytes.Repeat([]byte("canary "), size/7+1)[:size]
		name, f := written(t, e, content)
		have, err := readAll(name, id)
		if err != nil || !bytes.Equal(have, content) {
			t.Fatalf("%d bytes: %d came back, %v", size, len(have), err)
		}
		if f != (archive.File{Name: "part", Size: int64(size), SHA256: sha256.Sum256(content)}) {
			t.Fatalf("%d bytes: %+v", size, f)
		}
		raw, err := os.ReadFile(name)
		noError(t, err)
		if size > 7 && bytes.Contains(raw, []byte("canary")) {
			t.Fatal("the content stands in clear")
		}
		line, _, _ := strings.Cut(string(raw), "\n")
		for _, says := range []string{`"format":"lethe-backup/v1"`, `"kind":"part"`, `"epoch":1`, `"at":"2026-11-21T12:00:00Z"`} {
			if !strings.Contains(line, says) {
				t.Fatalf("%s is not in %q", says, line)
			}
		}
	}
}

// Cut off anywhere, or with any byte altered, a file is damage or another key's, never another content.
func TestEveryCutAndEveryAlteredByteIsRefused(t *testing.T) {
	_, e, id := epoch(t)
	content := bytes.Repeat([]byte("0123456789"), 30)
	name, _ := written(t, e, content)
	whole, err := os.ReadFile(name)
	noError(t, err)
	refused := func(what string, at int, data []byte) {
		t.Helper()
		noError(t, os.WriteFile(name, data, 0o600))
		have, err := readAll(name, id)
		if !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrWrongKey) && !bytes.Equal(have, content) {
			t.Fatalf("%s at %d: %d bytes, %v", what, at, len(have), err)
		}
		if err == nil && !harmless(whole, data) {
			t.Fatalf("%s at %d was not noticed", what, at)
		}
	}
	for i := range whole {
		refused("cut", i, whole[:i])
		altered := bytes.Clone(whole)
		altered[i] ^= 2
		refused("altered", i, altered)
	}
	refused("appended", len(whole), append(bytes.Clone(whole), 'x'))
}

// harmless says whether only what the header says for a person was altered: kind, epoch and time are measured against the
// manifest.
func harmless(whole, altered []byte) bool {
	a, errA := parseHead(whole)
	b, errB := parseHead(altered)
	return errA == nil && errB == nil && a.Size == b.Size && a.SHA256 == b.SHA256 && bytes.Equal(whole[320:], altered[320:])
}

func parseHead(data []byte) (archive.Header, error) {
	dir, err := os.MkdirTemp("", "head")
	if err != nil {
		return archive.Header{}, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "f")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return archive.Header{}, err
	}
	return archive.ReadHeader(name)
}

func TestAnotherKeyIsNamed(t *testing.T) {
	_, e, _ := epoch(t)
	name, _ := written(t, e, []byte("content"))
	_, _, other := epoch(t)
	if _, err := readAll(name, other); !errors.Is(err, archive.ErrWrongKey) {
		t.Fatal(err)
	}
}

func TestAFileThatTheManifestDoesNotNameIsRefused(t *testing.T) {
	_, e, id := epoch(t)
	name, f := written(t, e, []byte("content"))
	r, err := archive.Open(name, id)
	noError(t, err)
	defer r.Close()
	noError(t, r.Is(f))
	for _, other := range []archive.File{{Name: "other", Size: f.Size, SHA256: f.SHA256},
		{Name: f.Name, Size: 1, SHA256: f.SHA256}, {Name: f.Name, Size: f.Size}} {
		if err := r.Is(other); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%+v: %v", other, err)
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	_, e, _ := epoch(t)
	dir := t.TempDir()
	w, err := archive.Create(filepath.Join(dir, "part.age"), dir, e, "part", noon)
	noError(t, err)
	_, err = w.Write([]byte("content"))
	noError(t, err)
	w.Abort()
	if _, err := w.Commit(); err == nil {
		t.Error("committed after it was aborted")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Fatalf("%v, %v", left, err)
	}
}

// A large file takes no more memory than a small one, in both directions.
func TestMemoryIsBounded(t *testing.T) {
	_, e, id := epoch(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "large.age")
	const size, bound = 128 << 20, 4 << 20
	held := &heap{}
	held.look()
	first := held.most
	w, err := archive.Create(name, dir, e, "large", noon)
	noError(t, err)
	_, err = io.Copy(w, io.TeeReader(io.LimitReader(zeros{}, size), held))
	noError(t, err)
	_, err = w.Commit()
	noError(t, err)
	r, err := archive.Open(name, id)
	noError(t, err)
	defer r.Close()
	if n, err := io.Copy(held, r); err != nil || n != size {
		t.Fatalf("%d bytes came back, %v", n, err)
	}
	if grown := int64(held.most) - int64(first); grown > bound || held.looks < 16 {
		t.Errorf("%d bytes more were held for a file of %d, in %d looks", grown, size, held.looks)
	}
}

// heap notes the most that is held, every 16 MiB of what passes.
type heap struct {
	passed, next int64
	most         uint64
	looks        int
}

func (h *heap) Write(p []byte) (int, error) {
	if h.passed += int64(len(p)); h.passed >= h.next {
		h.next = h.passed + 16<<20
		h.look()
	}
	return len(p), nil
}

func (h *heap) look() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	h.most, h.looks = max(h.most, m.HeapAlloc), h.looks+1
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzHeader(f *testing.F) {
	f.Add([]byte(`{"format":"lethe-backup/v1","kind":"x","epoch":1,"at":"2026-11-21T12:00:00Z","size":0,"sha256":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "f")
		noError(t, os.WriteFile(name, data, 0o600))
		if h, err := archive.ReadHeader(name); err == nil && (h.Format != archive.Format || h.Size < 0 || len(data) < 320) {
			t.Fatalf("%+v", h)
		} else if err != nil && !errors.Is(err, archive.ErrDamaged) {
			t.Fatal(err)
		}
	})
}
