package circuits

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/consensys/gnark/frontend"
)

func TestLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cubic")
	k := newKeys(t, cubicStatement())
	pin := mustWrite(t, k, dir)
	if again := mustWrite(t, k, dir); again != pin {
		t.Error("written again, the manifest is another")
	}
	if files, _ := os.ReadDir(dir); len(files) != 3 {
		t.Errorf("%d files", len(files))
	}
	loaded, err := Load(dir, cubicStatement(), pin)
	if err != nil {
		t.Fatal(err)
	}
	if m := loaded.Manifest; m.Setup != Ceremony || m.Insecure || m.Warning != "" || m.Gnark != "0.16.3" {
		t.Errorf("manifest: %+v", m)
	}
	if err := k.Verifier().Verify(mustProve(t, loaded, three())); err != nil {
		t.Errorf("the loaded key proves something else: %v", err)
	}
	if err := loaded.Verifier().Verify(mustProve(t, k, three())); err != nil {
		t.Errorf("the loaded key verifies something else: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(dir, k.Manifest.VerifyingKey.String()))
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(cubicStatement(), key, k.Manifest.VerifyingKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(mustProve(t, k, three())); err != nil {
		t.Errorf("the file of the verifying key alone: %v", err)
	}
}

func TestLoadVerifyingNeedsNoProvingKey(t *testing.T) {
	dir := t.TempDir()
	k := newKeys(t, cubicStatement())
	pin := mustWrite(t, k, dir)
	if err := os.Remove(filepath.Join(dir, k.Manifest.ProvingKey.String())); err != nil {
		t.Fatal(err)
	}
	v, err := LoadVerifying(dir, cubicStatement(), pin)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Verifier().Verify(mustProve(t, k, three())); err != nil {
		t.Error(err)
	}
	s := cubicStatement()
	s.New = func() frontend.Circuit { return new(boolean) }
	_, err = LoadVerifying(dir, s, pin)
	wantError(t, err, nil, "constraints: 6, but the circuit has")
}

func TestThreat33LoadRefusesSwappedKeys(t *testing.T) {
	dir, otherDir := t.TempDir(), t.TempDir()
	k, other := newKeys(t, cubicStatement()), newKeys(t, cubicStatement())
	pin, otherPin := mustWrite(t, k, dir), mustWrite(t, other, otherDir)

	_, err := Load(otherDir, cubicStatement(), pin)
	wantError(t, err, ErrWrongKey, otherPin.String())
	_, err = LoadVerifying(otherDir, cubicStatement(), pin)
	wantError(t, err, ErrWrongKey, otherPin.String())
	swap := func(name, with Hash) {
		original, _ := os.ReadFile(filepath.Join(dir, name.String()))
		swapped, _ := os.ReadFile(filepath.Join(otherDir, with.String()))
		mustWriteFile(t, filepath.Join(dir, name.String()), swapped)
		_, err := Load(dir, cubicStatement(), pin)
		wantError(t, err, ErrWrongKey, with.String())
		if _, err := LoadVerifying(dir, cubicStatement(), pin); name == k.Manifest.VerifyingKey {
			wantError(t, err, ErrWrongKey, with.String())
		} else if err != nil {
			t.Error(err)
		}
		mustWriteFile(t, filepath.Join(dir, name.String()), original)
	}
	swap(k.Manifest.VerifyingKey, other.Manifest.VerifyingKey)
	swap(k.Manifest.ProvingKey, other.Manifest.ProvingKey)
	if _, err := Load(dir, cubicStatement(), pin); err != nil {
		t.Error(err)
	}
}

func TestThreat33LoadRefusesDevelopmentKeys(t *testing.T) {
	dir := t.TempDir()
	k, err := setUp(mustCompile(t, cubicStatement()))
	if err != nil {
		t.Fatal(err)
	}
	if !k.Manifest.Insecure || k.Manifest.Warning == "" {
		t.Errorf("not marked: %+v", k.Manifest)
	}
	pin := mustWrite(t, k, dir)
	_, err = Load(dir, cubicStatement(), pin)
	wantError(t, err, ErrDevelopmentKeys, "cubic/v1")
	_, err = LoadVerifying(dir, cubicStatement(), pin)
	wantError(t, err, ErrDevelopmentKeys, "cubic/v1")
}

func TestLoadRefusesDamage(t *testing.T) {
	dir := t.TempDir()
	k := newKeys(t, cubicStatement())
	pin := mustWrite(t, k, dir)
	for _, name := range []string{ManifestFile, k.Manifest.VerifyingKey.String(), k.Manifest.ProvingKey.String()} {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		flipped := bytes.Clone(data)
		flipped[len(data)/2] ^= 1
		for _, damaged := range [][]byte{flipped, data[:len(data)-1], append(bytes.Clone(data), 0), nil} {
			mustWriteFile(t, path, damaged)
			_, err := Load(dir, cubicStatement(), pin)
			wantError(t, err, ErrWrongKey, name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		_, err = Load(dir, cubicStatement(), pin)
		wantError(t, err, fs.ErrNotExist, name)
		mustWriteFile(t, path, data)
	}
	if _, err := Load(dir, cubicStatement(), pin); err != nil {
		t.Error(err)
	}
}

// A manifest is held against the circuit even where its hash is the one pinned.
func TestLoadHoldsManifestAgainstCircuit(t *testing.T) {
	dir := t.TempDir()
	k := newKeys(t, cubicStatement())
	mustWrite(t, k, dir)
	manifest, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	for says, edit := range map[string][2]string{
		"statement":                {`"cubic"`, `"quartic"`},
		"version 2":                {`"version": 1`, `"version": 2`},
		"setup":                    {`"ceremony"`, `"magic"`},
		"insecure":                 {`"ceremony"`, `"development"`},
		"insecure: not":            {`"version": 1,`, `"version": 1, "insecure": true,`},
		"constraints: 7":           {`"constraints": 6`, `"constraints": 7`},
		"but the circuit has 6":    {`"commitments": 0`, `"commitments": 1`},
		"insecure: not as":         {`"version": 1,`, `"version": 1, "warning": "none",`},
		"public_inputs":            {`"square"`, `"circle"`},
		"r1cs_sha256":              {k.Circuit.SHA256.String(), Hash{}.String()},
		"unknown":                  {`"version": 1,`, `"version": 1, "more": 1,`},
		"duplicate":                {`"version": 1,`, `"version": 1, "version": 1,`},
		"64 lower-case":            {k.Circuit.SHA256.String(), strings.ToUpper(k.Circuit.SHA256.String())},
		"verifying key":            {k.Manifest.VerifyingKey.String(), k.Manifest.ProvingKey.String()},
		"proving key: read domain": {k.Manifest.ProvingKey.String(), k.Manifest.VerifyingKey.String()},
	} {
		edited := bytes.Replace(manifest, []byte(edit[0]), []byte(edit[1]), 1)
		if bytes.Equal(edited, manifest) {
			t.Fatalf("%s: nothing to edit", says)
		}
		mustWriteFile(t, filepath.Join(dir, ManifestFile), edited)
		_, err := Load(dir, cubicStatement(), sha256.Sum256(edited))
		wantError(t, err, nil, says)
	}
	mustWriteFile(t, filepath.Join(dir, ManifestFile), manifest)
	s := cubicStatement()
	s.New = func() frontend.Circuit { return new(boolean) }
	_, err = Load(dir, s, sha256.Sum256(manifest))
	wantError(t, err, nil, "constraints: 6, but the circuit has")
}

// The hash of a file does not replace checking it: who made the keys may have been mistaken.
func TestLoadChecksEachPoint(t *testing.T) {
	dir := t.TempDir()
	k := newKeys(t, cubicStatement())
	k.proving.G2.B[1] = outsideG2(t)
	k, err := NewKeys(k.Circuit, Ceremony, k.proving, k.verifier.key)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Load(dir, cubicStatement(), mustWrite(t, k, dir))
	wantError(t, err, nil, "proving key: read field 9")
}

func TestWriteFails(t *testing.T) {
	k := newKeys(t, cubicStatement())
	file := filepath.Join(t.TempDir(), "file")
	mustWriteFile(t, file, nil)
	if _, err := k.Write(file); err == nil {
		t.Error("wrote into a file")
	}
	full := errors.New("disk full")
	dir := t.TempDir()
	err := writeFile(dir, "x", failing{full}.writeTo)
	wantError(t, err, full, "")
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func mustWrite(t *testing.T, k *Keys, dir string) Hash {
	t.Helper()
	pin, err := k.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	return pin
}

func mustWriteFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
