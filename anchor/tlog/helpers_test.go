package tlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"lethe/anchor"
)

func TestMain(m *testing.M) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil { // they wait for Tessera's clocks most of the time
		panic(err)
	}
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// memory is a Copy that can be told to fail.
type memory struct {
	mu      sync.Mutex
	files   map[string][]byte
	created int
	fail    func(name string) error // before a Create
	get     func(name string, data []byte) []byte
}

var _ Copy = (*memory)(nil)

func newMemory() *memory { return &memory{files: map[string][]byte{}} }

func (m *memory) Create(_ context.Context, name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(name); err != nil {
			return err
		}
	}
	if _, taken := m.files[name]; taken {
		return fs.ErrExist
	}
	m.created++
	m.files[name] = bytes.Clone(data)
	return nil
}

func (m *memory) Get(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if m.get != nil {
		return m.get(name, bytes.Clone(data)), nil
	}
	return bytes.Clone(data), nil
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, name)
	return nil
}

func (m *memory) List(_ context.Context, prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []string
	for name := range m.files {
		if strings.HasPrefix(name, prefix+"/") {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

func (m *memory) clone() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memory{files: maps.Clone(m.files)}
}

func (m *memory) alter(t testing.TB, name string, f func([]byte) []byte) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files[name] == nil {
		t.Fatalf("%s is not in the copy, which has %v", name, slices.Sorted(maps.Keys(m.files)))
	}
	m.files[name] = f(bytes.Clone(m.files[name]))
}

func flip(data []byte) []byte { data[len(data)/2] ^= 1; return data }

// counted counts signatures.
type counted struct {
	note.Signer
	mu sync.Mutex
	n  int
}

func (c *counted) Sign(text []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.Signer.Sign(text)
}

func (c *counted) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// place is where a log lives.
type place struct {
	dir    string
	copy   *memory
	signer *counted
	key    string
	step   func(string)
}

func newPlace(t testing.TB) *place {
	t.Helper()
	s, key, err := anchor.NewSigner("log.example/test", bytes.Repeat([]byte{42}, 32))
	must(t, err)
	return &place{dir: filepath.Join(t.TempDir(), "log"), copy: newMemory(), signer: &counted{Signer: s}, key: key}
}

func (p *place) config() Config {
	return Config{Dir: p.dir, Copy: p.copy, Signer: p.signer, LogKey: p.key, Step: p.step}
}

func (p *place) verifier(t testing.TB) note.Verifier {
	t.Helper()
	v, err := note.NewVerifier(p.key)
	must(t, err)
	return v
}

func (p *place) open(t testing.TB) *Log {
	t.Helper()
	l, err := Open(t.Context(), p.config())
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func (p *place) start(t testing.TB) *Log {
	t.Helper()
	l := p.open(t)
	must(t, l.Start(t.Context(), nil))
	return l
}

// filled has a log of n entries, shown, and closed.
func filled(t testing.TB, n int) *place {
	t.Helper()
	p := newPlace(t)
	l := p.start(t)
	grow(t, l, n, "")
	must(t, l.Close())
	return p
}

// grow appends and publishes entries until the log has n, which are made from their positions and a flavour.
func grow(t testing.TB, l *Log, n int, flavour string) anchor.Checkpoint {
	t.Helper()
	size, err := l.Size(t.Context())
	must(t, err)
	_, err = l.Append(t.Context(), entries(int(size), n, flavour))
	must(t, err)
	c, err := l.Publish(t.Context())
	must(t, err)
	if c.Size != uint64(n) {
		t.Fatalf("published %v, want %d entries", c, n)
	}
	return c
}

func entries(from, to int, flavour string) []anchor.Hash {
	var out []anchor.Hash
	for i := from; i < to; i++ {
		out = append(out, sha256.Sum256(binary.BigEndian.AppendUint64([]byte(flavour), uint64(i))))
	}
	return out
}

// verify holds a log, its copy and every checkpoint that was shown to each other, and to the entries that it should have.
func (p *place) verify(t testing.TB, l *Log, flavours map[int]string) {
	t.Helper()
	ctx, shown := t.Context(), l.Shown()
	flavour, at := "", uint64(0)
	for e, err := range l.Entries(ctx, 0, shown.Size) {
		must(t, err)
		if f, ok := flavours[int(at)]; ok {
			flavour = f
		}
		if e != entries(int(at), int(at)+1, flavour)[0] {
			t.Fatalf("entry %d is another", at)
		}
		at++
	}
	if at != shown.Size {
		t.Fatalf("%d entries of %v", at, shown)
	}
	names, err := p.copy.List(ctx, shownPrefix)
	must(t, err)
	var older []anchor.Checkpoint
	var sizes []uint64
	for _, name := range names {
		c, err := anchor.ParseCheckpoint(p.copy.files[name], p.verifier(t))
		must(t, err)
		older, sizes = append(older, c), append(sizes, c.Size)
	}
	roots, err := Audit(ctx, p.copy, shown, sizes, nil)
	must(t, err)
	for _, c := range older {
		if roots[c.Size] != c.Root {
			t.Errorf("%v was shown and is not the beginning of %v", c, shown)
		}
		proof, err := l.Consistency(ctx, c.Size, shown.Size)
		must(t, err)
		must(t, anchor.VerifyConsistency(c, shown, proof))
	}
}

func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
	must(t, err)
}

func wants(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func says(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(fmt.Sprint(err), w) {
			t.Errorf("%v does not say %q", err, w)
		}
	}
}
