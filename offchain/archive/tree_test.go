package archive_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"lethe/offchain/archive"
)

func fileIn(t *testing.T, dir, name, content string) {
	t.Helper()
	noError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
	noError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	noError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		found[name] = string(data)
		return err
	}))
	return found
}

func TestAFolderIsPackedAndUnpacked(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "new")
	fileIn(t, from, "a", "1")
	fileIn(t, from, "b/c", "")
	fileIn(t, from, "b/left-out", "x")
	fileIn(t, from, "out/d", "x")
	noError(t, os.Symlink("/etc/passwd", filepath.Join(from, "link")))
	var packed bytes.Buffer
	n, err := archive.Pack(&packed, from, func(name string) bool { return name == "b/left-out" || name == "out" })
	if err != nil || n != 2 {
		t.Fatalf("%d files, %v", n, err)
	}
	noError(t, archive.Unpack(bytes.NewReader(packed.Bytes()), to, false))
	if have := contents(t, to); len(have) != 2 || have["a"] != "1" || have["b/c"] != "" {
		t.Fatalf("%v", have)
	}
	if err := archive.Unpack(bytes.NewReader(packed.Bytes()), to, false); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("what was there was replaced: %v", err)
	}
	fileIn(t, to, "a", "newer")
	noError(t, archive.Unpack(bytes.NewReader(packed.Bytes()), to, true))
	if have := contents(t, to); have["a"] != "newer" {
		t.Fatalf("%v", have)
	}
}

func TestAFolderThatIsNotThereIsEmpty(t *testing.T) {
	var packed bytes.Buffer
	if n, err := archive.Pack(&packed, filepath.Join(t.TempDir(), "nothing"), nil); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	to := t.TempDir()
	noError(t, archive.Unpack(&packed, to, false))
	if have := contents(t, to); len(have) > 0 {
		t.Fatalf("%v", have)
	}
}

// What somebody else has packed leads nowhere else.
func TestUnpackStaysInItsFolder(t *testing.T) {
	for name, h := range map[string]tar.Header{
		"parent": {Typeflag: tar.TypeReg, Name: "../x"}, "absolute": {Typeflag: tar.TypeReg, Name: "/tmp/lethe-x"},
		"link": {Typeflag: tar.TypeSymlink, Name: "l", Linkname: "/etc"}, "folder": {Typeflag: tar.TypeDir,
			Name: "d/"}, "device": {Typeflag: tar.TypeChar, Name: "c"},
	} {
		var packed bytes.Buffer
		w := tar.NewWriter(&packed)
		noError(t, w.WriteHeader(&h))
		noError(t, w.Close())
		parent := t.TempDir()
		if err := archive.Unpack(&packed, filepath.Join(parent, "in"), false); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if have := contents(t, parent); len(have) > 0 {
			t.Errorf("%s: %v", name, have)
		}
	}
}

// The end of what is read is where it is known to be whole.
func TestUnpackReadsToTheEnd(t *testing.T) {
	var packed bytes.Buffer
	from := t.TempDir()
	fileIn(t, from, "a", "1")
	_, err := archive.Pack(&packed, from, func(string) bool { return false })
	noError(t, err)
	if err := archive.Unpack(io.MultiReader(&packed, failing{}), t.TempDir(), false); !errors.Is(err, archive.ErrDamaged) {
		t.Fatal(err)
	}
}
