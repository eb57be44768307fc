package object_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/offchain"
	"lethe/offchain/object"
	"lethe/offchain/objecttest"
)

func open(t *testing.T, dir string) *object.Local {
	t.Helper()
	o, err := object.OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func TestLocalConforms(t *testing.T) {
	objecttest.Run(t, func(t *testing.T) offchain.Objects { return open(t, t.TempDir()) })
}

func TestLocalClearsWhatAnInterruptedWriteLeft(t *testing.T) {
	dir := t.TempDir()
	w, err := open(t, dir).Create(t.Context(), "tenant/aa/half")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	open(t, dir) // as after a crash: w was neither committed nor aborted
	left, err := os.ReadDir(filepath.Join(dir, ".tmp"))
	if err != nil || len(left) != 0 {
		t.Fatalf("left %v, %v", left, err)
	}
	if err := w.Commit(); err == nil {
		t.Fatal("a cleared write was committed")
	}
}

// What links lead to outside the folder is neither read nor deleted.
func TestThreat30ObjectKeyTraversalBySymlink(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := open(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "tenant"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "tenant", "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Open(t.Context(), "tenant/link"); err == nil {
		t.Fatal("a link out of the folder was followed")
	}
}

// Whatever the name, nothing outside the folder appears, and an accepted name reads back.
func FuzzThreat30ObjectKeyTraversal(f *testing.F) {
	for _, key := range append(objecttest.BadKeys, "tenant/aa/0123", "a", "a-b/c") {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "objects")
		o, err := object.OpenLocal(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		err = offchain.WriteAll(t.Context(), o, key, []byte("x"))
		if err != nil && !errors.Is(err, offchain.ErrBadKey) {
			t.Fatalf("%q: %v", key, err)
		}
		if err == nil {
			if strings.Contains(key, "..") || strings.HasPrefix(key, "/") {
				t.Fatalf("%q was accepted", key)
			}
			if got, err := offchain.ReadAll(t.Context(), o, key, 10); err != nil || string(got) != "x" {
				t.Fatalf("%q: %q, %v", key, got, err)
			}
		}
		if found, err := os.ReadDir(parent); err != nil || len(found) != 1 {
			t.Fatalf("%q: outside the folder stands %v, %v", key, found, err)
		}
	})
}
