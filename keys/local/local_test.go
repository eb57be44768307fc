package local_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/keys"
	"lethe/keys/keystest"
	"lethe/keys/local"
)

func TestConformance(t *testing.T) {
	keystest.Run(t, func(t *testing.T) keys.Ring { return open(t, t.TempDir(), local.Config{}) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir string, cfg local.Config) *local.Ring {
	t.Helper()
	r, err := local.Open(dir, cfg)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

// refused checks that the folder does not open, and that the error says why and tells no secret.
func refused(t *testing.T, dir string, cfg local.Config, why string) {
	t.Helper()
	r, err := local.Open(dir, cfg)
	if err == nil {
		r.Close()
		t.Fatalf("opened, want an error with %q", why)
	}
	if !strings.Contains(err.Error(), why) {
		t.Errorf("error %q, want one with %q", err, why)
	}
}

// filled returns a closed folder with one Transit key, what it wrapped, and the file of that key.
func filled(t *testing.T, cfg local.Config) (dir string, w wrapped) {
	t.Helper()
	dir = t.TempDir()
	r := open(t, dir, cfg)
	w = wrapped{name: keys.NewName(), key: keys.NewKey()}
	must(t, r.Create(t.Context(), w.name))
	var err error
	w.bytes, err = r.Wrap(t.Context(), w.name, w.key, []byte("ad"))
	must(t, err)
	_, err = r.Advance(t.Context())
	must(t, err)
	must(t, r.Close())
	return dir, w
}

type wrapped struct {
	name  keys.Name
	key   *keys.Key
	bytes []byte
}

func (w wrapped) file(dir string) string {
	return filepath.Join(dir, "transit", string(w.name[:2]), string(w.name))
}

func (w wrapped) opens(t *testing.T, r *local.Ring) {
	t.Helper()
	got, err := r.Unwrap(t.Context(), w.name, w.bytes, []byte("ad"))
	must(t, err)
	if !bytes.Equal(got.Bytes(), w.key.Bytes()) {
		t.Error("another key")
	}
}

func TestEverythingOutlastsTheProcess(t *testing.T) {
	dir, w := filled(t, local.Config{})
	first := open(t, dir, local.Config{})
	blind, err := first.Blind(t.Context(), []byte("mrn"))
	must(t, err)
	public := publicKey(t, first)
	must(t, first.Close())

	second := open(t, dir, local.Config{})
	w.opens(t, second)
	if n, err := second.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("count %d, %v", n, err)
	}
	if again, err := second.Blind(t.Context(), []byte("mrn")); again != blind || err != nil {
		t.Errorf("another blind index: %v", err)
	}
	if !public.Equal(publicKey(t, second)) {
		t.Error("another signing key")
	}
	must(t, second.Destroy(t.Context(), w.name))
	must(t, second.Close())
	third := open(t, dir, local.Config{})
	if _, err := third.Unwrap(t.Context(), w.name, w.bytes, []byte("ad")); !errors.Is(err, keys.ErrNoKey) {
		t.Errorf("a destroyed key came back: %v", err)
	}
}

func publicKey(t *testing.T, r *local.Ring) ed25519.PublicKey {
	t.Helper()
	signer, err := r.Signer(t.Context())
	must(t, err)
	public := signer.Public().(ed25519.PublicKey)
	signature, err := signer.Sign(nil, []byte("certificate"), crypto.Hash(0))
	must(t, err)
	if !ed25519.Verify(public, []byte("certificate"), signature) {
		t.Error("the signature does not verify")
	}
	return public
}

// TestDestroyOverwrites watches the file of a key through a second link.
func TestDestroyOverwrites(t *testing.T) {
	dir, w := filled(t, local.Config{})
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Link(w.file(dir), link))
	before, err := os.ReadFile(link)
	must(t, err)
	r := open(t, dir, local.Config{})
	must(t, r.Destroy(t.Context(), w.name))
	after, err := os.ReadFile(link)
	must(t, err)
	if len(after) != len(before) || same(before, after) > len(before)/4 {
		t.Errorf("%d of %d bytes are as they were", same(before, after), len(before))
	}
	if _, err := os.Lstat(w.file(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func same(a, b []byte) (n int) {
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return n
}

// TestDestroyAfterACrash: what a crash leaves between overwriting and removing is damaged, exists, and can be destroyed.
func TestDestroyAfterACrash(t *testing.T) {
	dir, w := filled(t, local.Config{})
	must(t, os.WriteFile(w.file(dir), make([]byte, 104), 0o600))
	r := open(t, dir, local.Config{})
	if _, err := r.Unwrap(t.Context(), w.name, w.bytes, []byte("ad")); !errors.Is(err, keys.ErrCorrupt) {
		t.Errorf("Unwrap: %v, want ErrCorrupt", err)
	}
	if there, err := r.Exists(t.Context(), w.name); !there || err != nil {
		t.Errorf("Exists = %t, %v", there, err)
	}
	must(t, r.Destroy(t.Context(), w.name))
	if there, err := r.Exists(t.Context(), w.name); there || err != nil {
		t.Errorf("Exists = %t, %v", there, err)
	}
}

// TestThreat40DestroyFailsLoudly puts a folder in the place of the key, which cannot be overwritten.
func TestThreat40DestroyFailsLoudly(t *testing.T) {
	dir, w := filled(t, local.Config{})
	must(t, os.Remove(w.file(dir)))
	must(t, os.Mkdir(w.file(dir), 0o700))
	r := open(t, dir, local.Config{})
	err := r.Destroy(t.Context(), w.name)
	if !errors.Is(err, keys.ErrUnavailable) || strings.Contains(err.Error(), string(w.name)) {
		t.Errorf("error %v, want ErrUnavailable without the name", err)
	}
}

func TestThreat10KeyFileUnderAnotherName(t *testing.T) {
	dir, w := filled(t, local.Config{})
	other := wrapped{name: keys.NewName()}
	must(t, os.MkdirAll(filepath.Dir(other.file(dir)), 0o700))
	must(t, os.Rename(w.file(dir), other.file(dir)))
	r := open(t, dir, local.Config{})
	if _, err := r.Wrap(t.Context(), other.name, keys.NewKey(), nil); !errors.Is(err, keys.ErrCorrupt) {
		t.Errorf("took a key file that was moved: %v", err)
	}
}

// TestThreat01CounterShowsARestore copies the folder, erases, and puts the copy back.
func TestThreat01CounterShowsARestore(t *testing.T) {
	dir, w := filled(t, local.Config{})
	backup := filepath.Join(t.TempDir(), "backup")
	must(t, os.CopyFS(backup, os.DirFS(dir)))
	r := open(t, dir, local.Config{})
	must(t, r.Destroy(t.Context(), w.name))
	ledger, err := r.Advance(t.Context())
	must(t, err)

	restored := open(t, backup, local.Config{})
	w.opens(t, restored) // the key is back, which is why the count must tell
	if n, err := restored.Count(t.Context()); n >= ledger || err != nil {
		t.Errorf("count %d after the restore, ledger %d, %v", n, ledger, err)
	}
}
