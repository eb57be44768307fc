package circuits

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/consensys/gnark/frontend"
)

var fromCache, anew = []string{"compiling", "reading keys"}, []string{"compiling", "reading keys", "setting up", "writing keys"}

func mustDevelop(t *testing.T, dir string, s Statement, want []string) *Keys {
	t.Helper()
	var stages []string
	k, err := Develop(t.Context(), dir, s, func(stage string) { stages = append(stages, stage) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(stages, want) {
		t.Errorf("stages %q, want %q", stages, want)
	}
	if m := k.Manifest; m.Setup != Development || !m.Insecure || !strings.Contains(m.Warning, "not true") {
		t.Errorf("not marked as insecure: %+v", m)
	}
	return k
}

func TestDevelopVerifyingLooksAtNoProvingKey(t *testing.T) {
	dir := t.TempDir()
	v, err := DevelopVerifying(t.Context(), dir, cubicStatement(), nil)
	if err != nil {
		t.Fatal(err)
	}
	k := mustDevelop(t, dir, cubicStatement(), fromCache)
	if v.Manifest.ProvingKey != k.Manifest.ProvingKey || v.Verifier().Key() != k.Verifier().Key() {
		t.Error("two set-ups")
	}
	keys, err := filepath.Glob(filepath.Join(dir, "*", k.Manifest.ProvingKey.String()))
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	if err := os.Remove(keys[0]); err != nil {
		t.Fatal(err)
	}
	again, err := DevelopVerifying(t.Context(), dir, cubicStatement(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.Verifier().Key() != k.Verifier().Key() {
		t.Error("made again")
	}
}

func TestDevelop(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lethe", "circuits")
	k := mustDevelop(t, dir, cubicStatement(), anew)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	again := mustDevelop(t, dir, cubicStatement(), fromCache)
	if err := again.Verifier().Verify(mustProve(t, k, three())); err != nil {
		t.Errorf("kept keys: %v", err)
	}
	changed := cubicStatement()
	changed.New = func() frontend.Circuit { return new(boolean) }
	mustDevelop(t, dir, changed, anew)
	version2 := cubicStatement()
	version2.Version = 2
	mustDevelop(t, dir, version2, anew)
	mustDevelop(t, dir, cubicStatement(), fromCache)
}

func TestDevelopDefaultDir(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	want, err := DefaultDir()
	if err != nil || !strings.HasPrefix(want, cache) {
		t.Fatalf("%s, %v", want, err)
	}
	if _, err := Develop(t.Context(), "", cubicStatement(), nil); err != nil {
		t.Fatal(err)
	}
	mustDevelop(t, want, cubicStatement(), fromCache)
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Develop(t.Context(), "", cubicStatement(), nil); err == nil {
		t.Error("no home, yet keys")
	}
}

func TestDevelopMakesDamagedKeysAgain(t *testing.T) {
	dir := t.TempDir()
	k := mustDevelop(t, dir, cubicStatement(), anew)
	for _, file := range []func(Manifest) string{
		func(Manifest) string { return ManifestFile },
		func(m Manifest) string { return m.ProvingKey.String() },
		func(m Manifest) string { return m.VerifyingKey.String() },
	} {
		for _, damage := range []func(string, []byte) error{
			func(name string, data []byte) error { return os.WriteFile(name, data[:len(data)/2], 0o600) },
			func(name string, data []byte) error { data[len(data)/3] ^= 4; return os.WriteFile(name, data, 0o600) },
			func(name string, _ []byte) error { return os.Remove(name) },
		} {
			name, data := theFile(t, dir, file(k.Manifest))
			if err := damage(name, data); err != nil {
				t.Fatal(err)
			}
			before := k.Verifier().Key()
			if k = mustDevelop(t, dir, cubicStatement(), anew); k.Verifier().Key() == before {
				t.Error("the same keys again")
			}
			mustDevelop(t, dir, cubicStatement(), fromCache)
			if files, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(files) != 3 {
				t.Errorf("files: %q", files)
			}
		}
	}
}

// Keys of a ceremony that lie where development keys belong are not taken for such.
func TestDevelopTakesDevelopmentKeysOnly(t *testing.T) {
	dir := t.TempDir()
	mustDevelop(t, dir, cubicStatement(), anew)
	name, _ := theFile(t, dir, ManifestFile)
	mustWrite(t, newKeys(t, cubicStatement()), filepath.Dir(name))
	mustDevelop(t, dir, cubicStatement(), anew)
}

func theFile(t *testing.T, dir, name string) (path string, data []byte) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", name))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %q, %v", name, found, err)
	}
	if data, err = os.ReadFile(found[0]); err != nil {
		t.Fatal(err)
	}
	return found[0], data
}

func TestDevelopIsCancelled(t *testing.T) {
	for _, at := range anew[:2] {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Develop(ctx, dir, cubicStatement(), func(stage string) {
			if stage == at {
				cancel()
			}
		})
		wantError(t, err, context.Canceled, "cubic/v1")
		if keys, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(keys) != 0 {
			t.Errorf("cancelled at %s, yet there are %q", at, keys)
		}
	}
}

// While one makes keys, others wait: as long as they want to.
func TestDevelopWaits(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	waited := make(chan *Keys)
	first, err := Develop(t.Context(), dir, cubicStatement(), func(stage string) {
		if stage != "setting up" {
			return
		}
		go func() {
			k, err := Develop(t.Context(), dir, cubicStatement(), nil)
			if err != nil {
				t.Error(err)
			}
			waited <- k
		}()
		_, err := Develop(ctx, dir, cubicStatement(), nil)
		wantError(t, err, context.DeadlineExceeded, "cubic/v1")
	})
	if err != nil {
		t.Fatal(err)
	}
	if second := <-waited; second.Verifier().Key() != first.Verifier().Key() {
		t.Error("who waited has other keys")
	}
}

// developChild prints the hash of the key that a process gets.
func developChild(dir string) error {
	k, err := Develop(context.Background(), dir, cubicStatement(), nil)
	if err == nil {
		_, err = os.Stdout.WriteString(k.Verifier().Key().String())
	}
	return err
}

func TestDevelopBetweenProcesses(t *testing.T) {
	dir := t.TempDir()
	type answer struct {
		out []byte
		err error
	}
	answers := make(chan answer)
	for range 4 {
		go func() {
			out, err := child(t.Context(), "develop", dir).Output()
			answers <- answer{out, err}
		}()
	}
	var first []byte
	for range 4 {
		a := <-answers
		if a.err != nil || len(a.out) != 64 {
			t.Errorf("%q, %v", a.out, a.err)
		}
		if first == nil {
			first = a.out
		}
		if !bytes.Equal(a.out, first) {
			t.Errorf("one process has %s, another %s", first, a.out)
		}
	}
}

func TestDevelopFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	mustWriteFile(t, file, nil)
	_, err := Develop(t.Context(), file, cubicStatement(), nil)
	var path *os.PathError
	if !errors.As(err, &path) {
		t.Errorf("got %v", err)
	}
}
