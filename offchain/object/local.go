// Package object keeps encrypted objects. Local keeps them in a folder, which is the embedded default: each object is
// written to a temporary file, fsynced, linked to its name and the folder fsynced, so a commit costs two or three fsyncs and
// survives a power cut (the folders above are synced once for each run). A folder has no versions: deleting an object unlinks its one file, and what the file system keeps of
// the ciphertext is not its claim.
package object

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"lethe/offchain"
)

// keyPattern is every key that Lethe makes: lower-case segments, so no dot, no backslash, no empty or hidden name.
var keyPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,79}(/[a-z0-9][a-z0-9-]{0,79}){0,7}$`)

const tempDir = ".tmp" // no key starts with a dot

// Local is a folder of objects.
type Local struct {
	root *os.Root

	mu      sync.Mutex
	durable map[string]bool // folders whose own entry, and those above, are known to be on the disk
}

var _ offchain.Objects = (*Local)(nil)

// OpenLocal opens or makes the folder dir, and clears what an interrupted write left in it.
func OpenLocal(dir string) (*Local, error) {
	if err := os.MkdirAll(filepath.Join(dir, tempDir), 0o700); err != nil {
		return nil, fmt.Errorf("object folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("object folder: %w", err)
	}
	l := &Local{root: root, durable: map[string]bool{".": true}}
	if err := l.clearTemp(); err != nil {
		return nil, errors.Join(fmt.Errorf("object folder: %w", err), root.Close())
	}
	return l, nil
}

func (l *Local) clearTemp() error {
	left, err := fs.ReadDir(l.root.FS(), tempDir)
	for _, e := range left {
		err = errors.Join(err, l.root.Remove(path.Join(tempDir, e.Name())))
	}
	return err
}

// Close closes the folder; open readers stay usable.
func (l *Local) Close() error { return l.root.Close() }

// Create implements [offchain.Objects].
func (l *Local) Create(_ context.Context, key string) (offchain.ObjectWriter, error) {
	if !keyPattern.MatchString(key) {
		return nil, offchain.ErrBadKey
	}
	temp := path.Join(tempDir, rand.Text())
	f, err := l.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create object: %w", err)
	}
	return &localWriter{store: l, file: f, temp: temp, key: key}, nil
}

// Open implements [offchain.Objects].
func (l *Local) Open(_ context.Context, key string) (offchain.ObjectReader, error) {
	if !keyPattern.MatchString(key) {
		return nil, offchain.ErrBadKey
	}
	f, err := l.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open object %s: %w", key, offchain.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open object: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = offchain.ErrNotFound
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open object %s: %w", key, err), f.Close())
	}
	return &localReader{File: f, size: info.Size()}, nil
}

// DeleteAll implements [offchain.Objects].
func (l *Local) DeleteAll(_ context.Context, key string) (int, error) {
	if !keyPattern.MatchString(key) {
		return 0, offchain.ErrBadKey
	}
	err := l.root.Remove(key)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err == nil {
		err = l.sync(path.Dir(key))
	}
	if err != nil {
		return 0, fmt.Errorf("delete object: %w", err)
	}
	return 1, nil
}

// List implements [offchain.Objects].
func (l *Local) List(_ context.Context, prefix string) ([]string, error) {
	start := "."
	if prefix != "" {
		if !keyPattern.MatchString(prefix) {
			return nil, offchain.ErrBadKey
		}
		start = prefix
	}
	var found []string
	err := fs.WalkDir(l.root.FS(), start, func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() && d.Name() == tempDir:
			return fs.SkipDir
		case d.Type().IsRegular():
			found = append(found, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	slices.Sort(found)
	return found, nil
}

// sync makes the entries of a folder durable.
func (l *Local) sync(dir string) error {
	d, err := l.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// place links a finished temporary file to its key, refusing to replace anything, and makes the new names durable.
func (l *Local) place(temp, key string) error {
	dir := path.Dir(key)
	if err := l.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := l.root.Link(temp, key); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return offchain.ErrExists
		}
		return err
	}
	if err := l.sync(dir); err != nil {
		return err
	}
	return l.makeDurable(dir)
}

// makeDurable makes sure that a folder is found again after a power cut; once for each folder.
func (l *Local) makeDurable(dir string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for d := dir; !l.durable[d]; d = path.Dir(d) {
		if err := l.sync(path.Dir(d)); err != nil {
			return err
		}
	}
	for d := dir; !l.durable[d]; d = path.Dir(d) {
		l.durable[d] = true
	}
	return nil
}

type localWriter struct {
	store     *Local
	file      *os.File
	temp, key string
	done      bool
}

func (w *localWriter) Write(p []byte) (int, error) { return w.file.Write(p) }

func (w *localWriter) Commit() error {
	if w.done {
		return fmt.Errorf("commit object: %w", os.ErrClosed)
	}
	err := errors.Join(w.file.Sync(), w.file.Close())
	w.done = true
	if err == nil {
		err = w.store.place(w.temp, w.key)
	}
	err = errors.Join(err, w.store.root.Remove(w.temp))
	if err != nil {
		return fmt.Errorf("commit object: %w", err)
	}
	return nil
}

func (w *localWriter) Abort() {
	if w.done {
		return
	}
	w.done = true
	// Nothing refers to the temporary file; what stays is cleared at the next start.
	_ = w.file.Close()
	_ = w.store.root.Remove(w.temp)
}

type localReader struct {
	*os.File
	size int64
}

func (r *localReader) Size() int64 { return r.size }
