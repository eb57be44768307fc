package local

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lethe/keys"
)

// Files and folders, relative to the ring's own.
const (
	rootFile    = "root.key"
	counterFile = "counter"
	blindFile   = "blind.key"
	signingFile = "signing.key"
	transitDir  = "transit"
	tmpDir      = "tmp"
)

const counterSize = 8 // bytes, big endian

// transitFile is where the key of a valid name is; no such name leads elsewhere.
func transitFile(name keys.Name) string { return filepath.Join(transitShard(name), string(name)) }

func transitShard(name keys.Name) string { return filepath.Join(transitDir, string(name[:2])) }

// purpose encodes, for use as a context, what a sealed file or a wrapped key is for. Each part has its length before it, so
// that no two sets of parts read the same.
func purpose(parts ...string) []byte {
	out := []byte("lethe/keys/local/v1")
	for _, p := range parts {
		out = binary.BigEndian.AppendUint64(out, uint64(len(p)))
		out = append(out, p...)
	}
	return out
}

func (r *Ring) path(file string) string { return filepath.Join(r.dir, file) }

// readSealed returns the content of a sealed file, which the caller clears. The errors are [keys.ErrCorrupt] and
// [keys.ErrUnavailable], with [fs.ErrNotExist] in it where there is no such file.
func (r *Ring) readSealed(file string, context []byte, size int) ([]byte, error) {
	sealed, err := os.ReadFile(r.path(file))
	if err != nil {
		return nil, unavailable(err)
	}
	content, err := keys.Open(r.root, context, sealed)
	if err != nil || len(content) != size {
		clear(content)
		return nil, fmt.Errorf("%w: sealed file", keys.ErrCorrupt)
	}
	return content, nil
}

func (r *Ring) writeSealed(file string, context, content []byte) error {
	sealed, err := keys.Seal(r.root, context, content)
	if err != nil {
		return err
	}
	return r.write(file, sealed)
}

// write replaces the file as a whole, or leaves it as it was.
func (r *Ring) write(file string, data []byte) error {
	f, err := os.CreateTemp(r.path(tmpDir), "") // with mode 0600
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // does nothing once it is renamed
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return unavailable(err)
	}
	if err := f.Sync(); err != nil {
		return unavailable(err)
	}
	if err := os.Rename(f.Name(), r.path(file)); err != nil {
		return unavailable(err)
	}
	return r.syncDir(filepath.Dir(file))
}

// shred overwrites the file, removes it, and sees both on the disk. One that is not there was perhaps removed by a call that
// could not sync: that is made up for.
func (r *Ring) shred(file string) error {
	f, err := os.OpenFile(r.path(file), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return r.syncNearest(filepath.Dir(file))
	}
	if err != nil {
		return unavailable(err)
	}
	defer f.Close()
	if err := overwrite(f); err != nil {
		return unavailable(err)
	}
	if err := os.Remove(r.path(file)); err != nil {
		return unavailable(err)
	}
	return r.syncDir(filepath.Dir(file))
}

func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	noise := make([]byte, info.Size())
	rand.Read(noise)
	if _, err := f.WriteAt(noise, 0); err != nil {
		return err
	}
	return f.Sync()
}

// syncNearest syncs the folder, or, where it was never made, the one that would hold it.
func (r *Ring) syncNearest(dir string) error {
	there, err := r.exists(dir)
	if err != nil {
		return err
	}
	if !there {
		dir = filepath.Dir(dir)
	}
	return r.syncDir(dir)
}

func (r *Ring) syncDir(dir string) error {
	f, err := os.Open(r.path(dir))
	if err != nil {
		return unavailable(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return unavailable(err)
	}
	return nil
}

// makeDir makes the folder lastingly, unless it is there.
func (r *Ring) makeDir(dir string) error {
	err := os.Mkdir(r.path(dir), 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	return r.syncDir(filepath.Dir(dir))
}

func (r *Ring) clearTemporary() error {
	if err := os.RemoveAll(r.path(tmpDir)); err != nil {
		return unavailable(err)
	}
	return r.makeDir(tmpDir)
}

func (r *Ring) exists(file string) (bool, error) {
	_, err := os.Lstat(r.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, unavailable(err)
	}
	return true, nil
}

// unavailable marks an error of the file system. It drops the path, which may hold the name of a key.
func unavailable(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%w: %s: %w", keys.ErrUnavailable, path.Op, path.Err)
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return fmt.Errorf("%w: %s: %w", keys.ErrUnavailable, link.Op, link.Err)
	}
	return fmt.Errorf("%w: %w", keys.ErrUnavailable, err)
}
