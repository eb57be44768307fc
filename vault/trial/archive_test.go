package trial

import (
	"archive/tar"
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
)

func TestAnArchiveTravelsAsATar(t *testing.T) {
	a := Archive{"README.md": []byte("what this is"), "batches/0001.json": []byte("{}\n"), "archive.json": []byte(`{"format":"` + ArchiveFormat + `","stage":"closed"}`)}
	data, err := a.Tar()
	must(t, err)
	again, err := a.Tar()
	must(t, err)
	read, err := ReadArchive(data)
	if err != nil || !bytes.Equal(data, again) || len(data)%512 != 0 || !bytes.HasSuffix(data, make([]byte, 1024)) || !maps.EqualFunc(a, read, slices.Equal) {
		t.Errorf("%v, %v", read, err)
	}
	if stage, err := read.Stage(); err != nil || stage != "closed" {
		t.Errorf("%q, %v", stage, err)
	}
	if _, err := (Archive{}).Stage(); !errors.Is(err, ErrArchive) {
		t.Errorf("an empty one: %v", err)
	}
	if _, err := ReadArchive(data[:len(data)/2]); err != nil && !errors.Is(err, ErrArchive) {
		t.Errorf("cut off: %v", err)
	}
}

// TestAnArchiveStaysInItsFolder: a service that lies writes nowhere else.
func TestAnArchiveStaysInItsFolder(t *testing.T) {
	for _, h := range []tar.Header{
		{Name: "../outside", Typeflag: tar.TypeReg}, {Name: "/etc/outside", Typeflag: tar.TypeReg}, {Name: "a/../../outside", Typeflag: tar.TypeReg},
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, {Name: "folder/", Typeflag: tar.TypeDir}, {Name: "a//b", Typeflag: tar.TypeReg},
	} {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		must(t, w.WriteHeader(&h))
		must(t, w.Close())
		if _, err := ReadArchive(out.Bytes()); !errors.Is(err, ErrArchive) {
			t.Errorf("%q: %v", h.Name, err)
		}
	}
}
