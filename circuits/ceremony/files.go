package ceremony

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// readBounded reads a small file.
func readBounded(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, refuse(Malformed, "%s: more than %d bytes", filepath.Base(name), most)
	}
	return data, err
}

// readExactly reads a file whose size is known before.
func readExactly(name string, size int64) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(Missing, "%s", filepath.Base(name))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() != size || !info.Mode().IsRegular() {
		return nil, refuse(AnotherDomain, "%s: %d bytes, not %d", filepath.Base(name), info.Size(), size)
	}
	data := make([]byte, size)
	_, err = io.ReadFull(f, data)
	return data, err
}

// writeFile puts a file in its place once all of it is on disk. It is public.
func writeFile(name string, content io.WriterTo) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = content.WriteTo(f)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
