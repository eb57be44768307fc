package local_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"lethe/keys"
	"lethe/keys/local"
)

func TestFolderIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "folder")
	r := open(t, dir, local.Config{})
	must(t, r.Create(t.Context(), keys.NewName()))
	_, err := r.Advance(t.Context())
	must(t, err)
	files := 0
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		info, err := d.Info()
		must(t, err)
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		files++
		return nil
	}))
	if files != 10 { // dir, root.key, counter, blind.key, signing.key, lock, tmp, transit, its folder, the key
		t.Errorf("%d files and folders, want 10", files)
	}
}

func TestFilesHoldNoKeyInClear(t *testing.T) {
	root := keys.NewKey()
	dir, w := filled(t, local.Config{RootKey: root})
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		must(t, err)
		for _, secret := range []*keys.Key{root, w.key} {
			if bytes.Contains(data, secret.Bytes()) || bytes.Contains(data, hex.AppendEncode(nil, secret.Bytes())) {
				t.Errorf("%s holds a key", path)
			}
		}
		return nil
	}))
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir, local.Config{})
	refused(t, dir, local.Config{}, "open elsewhere")
	must(t, r.Close())
	open(t, dir, local.Config{})
}

func TestClosed(t *testing.T) {
	r := open(t, t.TempDir(), local.Config{})
	must(t, r.Close())
	must(t, r.Close())
	name := keys.NewName()
	_, wrapErr := r.Wrap(t.Context(), name, keys.NewKey(), nil)
	_, countErr := r.Count(t.Context())
	_, advanceErr := r.Advance(t.Context())
	_, blindErr := r.Blind(t.Context(), nil)
	_, signerErr := r.Signer(t.Context())
	for _, err := range []error{
		r.Create(t.Context(), name), r.Destroy(t.Context(), name), wrapErr, countErr, advanceErr, blindErr, signerErr,
	} {
		if !errors.Is(err, keys.ErrUnavailable) {
			t.Errorf("error %v, want ErrUnavailable", err)
		}
	}
}

func TestRootKeyElsewhere(t *testing.T) {
	root := keys.NewKey()
	dir, w := filled(t, local.Config{RootKey: root})
	if _, err := os.Lstat(filepath.Join(dir, "root.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("root.key in the folder: %v", err)
	}
	w.opens(t, open(t, dir, local.Config{RootKey: root}))
}

func TestRootKeyMovedElsewhere(t *testing.T) {
	dir, w := filled(t, local.Config{})
	file := filepath.Join(dir, "root.key")
	text, err := os.ReadFile(file)
	must(t, err)
	secret, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	must(t, err)
	root, err := keys.KeyFrom(secret)
	must(t, err)
	refused(t, dir, local.Config{RootKey: root}, "keep one of them")
	must(t, os.Remove(file))
	w.opens(t, open(t, dir, local.Config{RootKey: root}))
}

func TestRootKeyMissingOrWrong(t *testing.T) {
	dir, _ := filled(t, local.Config{})
	refused(t, t.TempDir(), local.Config{RootKey: &keys.Key{}}, "zeroed")
	must(t, os.Remove(filepath.Join(dir, "root.key")))
	refused(t, dir, local.Config{}, "root.key is missing")
	refused(t, dir, local.Config{RootKey: keys.NewKey()}, "of another root key")
	must(t, os.RemoveAll(filepath.Join(dir, "transit")))
	refused(t, dir, local.Config{}, "root.key is missing")
	if _, err := os.Lstat(filepath.Join(dir, "root.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new root key beside files of the old: %v", err)
	}
}

func TestDamagedFiles(t *testing.T) {
	for _, tt := range []struct{ file, content, why string }{
		{"root.key", "", "root.key is damaged"},
		{"root.key", "00\n", "root.key is damaged"},
		{"root.key", string(bytes.Repeat([]byte("0g"), 32)) + "\n", "root.key is damaged"},
		{"root.key", string(bytes.Repeat([]byte("00"), 32)), "root.key is damaged"},
		{"root.key", string(bytes.Repeat([]byte("ab"), 32)) + "\n", "of another root key"},
		{"blind.key", "", "blind.key is damaged"},
		{"signing.key", "short", "signing.key is damaged"},
		{"counter", "2\n", "counter is damaged"},
	} {
		dir, _ := filled(t, local.Config{})
		must(t, os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.content), 0o600))
		refused(t, dir, local.Config{}, tt.why)
	}
}

func TestFilesThatStandForEachOther(t *testing.T) {
	dir, _ := filled(t, local.Config{})
	must(t, os.Rename(filepath.Join(dir, "signing.key"), filepath.Join(dir, "blind.key")))
	refused(t, dir, local.Config{}, "blind.key is damaged")
}

func TestLostFilesAreNotMadeAgain(t *testing.T) {
	for _, file := range []string{"counter", "blind.key", "signing.key"} {
		dir, _ := filled(t, local.Config{})
		must(t, os.Remove(filepath.Join(dir, file)))
		refused(t, dir, local.Config{}, file+" is missing")
	}
}

// TestCrashDuringTheFirstOpen leaves each prefix of the files that the first Open makes, in their order.
func TestCrashDuringTheFirstOpen(t *testing.T) {
	made := []string{"transit", "signing.key", "blind.key", "counter", "root.key"}
	for gone := range len(made) + 1 {
		dir := t.TempDir()
		must(t, open(t, dir, local.Config{}).Close())
		for _, file := range made[:gone] {
			must(t, os.Remove(filepath.Join(dir, file)))
		}
		r := open(t, dir, local.Config{})
		must(t, r.Create(t.Context(), keys.NewName()))
		must(t, r.Close())
	}
}

func TestLeftoversAreCleared(t *testing.T) {
	dir, w := filled(t, local.Config{})
	leftover := filepath.Join(dir, "tmp", "123")
	must(t, os.WriteFile(leftover, []byte("half"), 0o600))
	r := open(t, dir, local.Config{})
	if _, err := os.Lstat(leftover); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	w.opens(t, r)
	must(t, r.Destroy(t.Context(), w.name))
	entries, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil || len(entries) != 0 {
		t.Errorf("tmp holds %d files, %v", len(entries), err)
	}
}

func TestCountIsWhatTheDiskSays(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir, local.Config{})
	old, err := os.ReadFile(filepath.Join(dir, "counter"))
	must(t, err)
	_, err = r.Advance(t.Context())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "counter"), old, 0o600))
	if n, err := r.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("count %d, %v", n, err)
	}
	must(t, os.Remove(filepath.Join(dir, "counter")))
	if _, err := r.Advance(t.Context()); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("advanced a counter that is gone: %v", err)
	}
}
