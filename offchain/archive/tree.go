package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Pack writes the regular files below a folder into w, as a tar (POSIX pax) of their names and contents; skip leaves some out,
// by their slashed path in the folder. A folder that is not there is one without files.
func Pack(w io.Writer, dir string, skip func(name string) bool) (files int, err error) {
	t := tar.NewWriter(w)
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, t.Close()
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = root.Close() }()
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || skip(name) {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		files++
		return packFile(t, root, name)
	})
	if err != nil {
		return files, fmt.Errorf("pack %s: %w", filepath.Base(dir), err)
	}
	return files, t.Close()
}

func packFile(t *tar.Writer, root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: info.Size(),
		Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size()) // one that grew is cut where it ended; one that shrank is an error
	return err
}

// Unpack writes the files of a tar that Pack made below a folder, which it makes, and syncs them. It reads r to its end.
// Nothing leads out of the folder, and nothing is replaced: a file that is there already is fs.ErrExist, unless keep leaves
// those as they are.
func Unpack(r io.Reader, dir string, keep bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && h.Typeflag != tar.TypeReg {
			err = fmt.Errorf("%w: %q is no file", ErrDamaged, h.Name)
		}
		if err == nil {
			err = unpackFile(root, h.Name, t, keep)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", filepath.Base(dir), err)
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil { // what is verified at the end is
		return err
	}
	return syncTree(root)
}

func unpackFile(root *os.Root, name string, from io.Reader, keep bool) error {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if keep {
			return nil
		}
		return fmt.Errorf("%s: %w", name, fs.ErrExist)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncTree makes the entries of all folders durable.
func syncTree(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		f, err := root.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}
