package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/ceremony"
)

// power is the statement "I know x whose ninth power is y".
type power struct {
	Y frontend.Variable `gnark:"y,public"`
	X frontend.Variable
}

func (c *power) Define(api frontend.API) error {
	x := c.X
	for range 8 {
		x = api.Mul(x, c.X)
	}
	api.AssertIsEqual(c.Y, x)
	return nil
}

func powerStatement() circuits.Statement {
	return circuits.Statement{ID: "power", Version: 1, Public: []string{"y"}, New: func() frontend.Circuit { return new(power) }}
}

// parties are those of a ceremony on one machine, with a clock and a beacon of their own.
type parties struct {
	t      *testing.T
	clock  time.Time
	folder string
}

// run runs a command line at the parties' time.
func (p *parties) run(args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	var out, errs bytes.Buffer
	now := func() time.Time { return p.clock }
	prog := &program{stdout: &out, stderr: &errs}
	prog.rehearsed = ceremony.Config{Statements: []circuits.Statement{powerStatement()}, Now: now}
	code = prog.run(p.t.Context(), append([]string{"ceremony"}, args...))
	return out.String(), errs.String(), code
}

func (p *parties) must(args ...string) string {
	p.t.Helper()
	out, errs, code := p.run(args...)
	if code != 0 {
		p.t.Fatalf("lethe ceremony %s: exit %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

func (p *parties) refused(says string, args ...string) {
	p.t.Helper()
	if _, errs, code := p.run(args...); code == 0 || !strings.Contains(errs, says) {
		p.t.Errorf("lethe ceremony %s: exit %d: %s; want %q", strings.Join(args, " "), code, errs, says)
	}
}

var beaconSecret = big.NewInt(424242)

// ownBeacon puts a key that the test has into the ceremony file, before anybody contributes.
func (p *parties) ownBeacon() {
	p.t.Helper()
	name := filepath.Join(p.folder, ceremony.FileName)
	text, err := os.ReadFile(name)
	if err != nil {
		p.t.Fatal(err)
	}
	var key bls.G2Affine
	raw := key.ScalarMultiplicationBase(beaconSecret).Bytes()
	theirs := ceremony.Quicknet(p.clock).PublicKey
	changed := strings.ReplaceAll(string(text), theirs, hex.EncodeToString(raw[:]))
	if changed == string(text) {
		p.t.Fatalf("no beacon in %s", text)
	}
	if err := os.WriteFile(name, []byte(changed), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// signature is that of the first round at or after a time.
func signature(t *testing.T, at time.Time) string {
	t.Helper()
	round := sha256.Sum256(binary.BigEndian.AppendUint64(nil, ceremony.Quicknet(at).Round))
	m, err := bls.HashToG1(round[:], []byte("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"))
	if err != nil {
		t.Fatal(err)
	}
	raw := m.ScalarMultiplication(&m, beaconSecret).Bytes()
	return hex.EncodeToString(raw[:])
}

// From party files to keys by the commands alone.
func TestCeremonyCommands(t *testing.T) {
	t.Parallel()
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	p := &parties{t: t, clock: start, folder: filepath.Join(dir, "ceremony")}
	var public, own []string
	for _, name := range []string{"Ada L.", "grace", "hedy"} {
		file := filepath.Join(dir, fileName(name)+".json")
		if e := lethe(t, "", "party", "new", "contributor", "--name", name, "--output", file); e.code != 0 {
			t.Fatal(e.stderr)
		}
		own, public = append(own, file), append(public, strings.TrimSuffix(file, ".json")+".public.json")
	}
	p.must("init", "power", "--contributors", strings.Join(public, ","), "--folder", p.folder,
		"--close-phase1", "2030-01-08T00:00:00Z", "--close-phase2", "2030-01-15T00:00:00Z")
	p.refused("file exists", "init", "power", "--contributors", strings.Join(public, ","), "--folder", p.folder)
	p.ownBeacon()
	for phase := 1; phase <= 2; phase++ {
		closes := start.AddDate(0, 0, 7*phase)
		p.refused("fewer contributions", "beacon", signature(t, closes), "--folder", p.folder)
		for _, key := range own {
			p.must("contribute", "--folder", p.folder, "--contributor", key)
		}
		p.refused("second contribution", "contribute", "--folder", p.folder, "--contributor", own[0])
		p.refused("not the beacon's signature", "beacon", signature(t, closes.Add(time.Minute)), "--folder", p.folder)
		file := filepath.Join(dir, "round.json")
		if err := os.WriteFile(file, []byte(`{"signature":"`+signature(t, closes)+`"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		p.must("beacon", file, "--folder", p.folder)
		p.clock = closes.Add(time.Hour)
	}
	var sealed, verified ceremonyResult
	for _, c := range []struct {
		what string
		to   *ceremonyResult
	}{{"seal", &sealed}, {"verify", &verified}} {
		if err := json.Unmarshal([]byte(p.must(c.what, "--folder", p.folder, "--json")), c.to); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(sealed) != fmt.Sprint(verified) || len(sealed.Phase1) != 3 || sealed.Phase2[0].Contributor != "ada-l" {
		t.Errorf("sealed %+v, verified %+v", sealed, verified)
	}
	pin, err := circuits.ParseHash(sealed.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := circuits.Load(filepath.Join(p.folder, ceremony.KeysFolder), powerStatement(), pin); err != nil {
		t.Error(err)
	}
	if out := p.must("verify", "--folder", p.folder); !strings.Contains(out, "manifest       "+sealed.Manifest) {
		t.Errorf("verify prints %s", out)
	}
}

func TestCeremonyRehearse(t *testing.T) {
	p := &parties{t: t, clock: time.Now()}
	if out := p.must("rehearse", "power"); strings.Count(out, "MB to send") != 6 || !strings.Contains(out, "verify and seal") {
		t.Errorf("rehearse prints %s", out)
	}
	p.refused("there is no statement", "rehearse", "nothing")
}

func TestCeremonyInitRefuses(t *testing.T) {
	dir := t.TempDir()
	p := &parties{t: t, clock: time.Now(), folder: filepath.Join(dir, "c")}
	junk := filepath.Join(dir, "junk.json")
	if err := os.WriteFile(junk, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused("is a 's", "init", "power", "--contributors", junk, "--folder", p.folder)
	p.refused("no such file", "init", "power", "--contributors", "nobody", "--folder", p.folder)
	key := filepath.Join(dir, "ada.vkey")
	for _, c := range []struct{ text, says string }{
		{"a b", "not the file of such a party"},
		{"sumdb+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", "contributors: 1 of them"},
	} {
		if err := os.WriteFile(key, []byte(c.text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.refused(c.says, "init", "power", "--contributors", key, "--folder", p.folder)
	}
	p.refused("is not a time", "init", "power", "--contributors", key, "--folder", p.folder, "--close-phase2", "soon")
	p.refused("--close-phase1: 2020-01-15T12:00:00Z is over", "init", "power", "--contributors", key, "--folder", p.folder, "--close-phase1", "2020-01-15T12:00:00Z")
	p.refused("no such file", "verify", "--folder", p.folder)
	p.refused("signature", "beacon", "abcd", "--folder", p.folder)
}

// Where the configuration pins a ceremony's keys, no others are made or taken.
func TestThreat53PinnedCeremonyFailsClosed(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "lethe.yaml")
	pin := strings.Repeat("ab", 32)
	text := fmt.Sprintf("proving:\n  keys: %s\n  ceremony:\n    authorization: {folder: %s, manifest: %s}\n", dir, dir, pin)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := readConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{config: c, keys: newLoadedKeys()}
	if _, err := p.keysFor(t.Context(), authorization.Statement()); err == nil {
		t.Error("keys without a ceremony's")
	}
	if _, err := p.verifyingFor(t.Context(), authorization.Statement()); err == nil {
		t.Error("a verifying key without a ceremony's")
	}
	for _, s := range []string{
		"{nothing: {folder: x, manifest: %s}}", "{authorization: {manifest: %s}}", "{authorization: {folder: x, pin: %s}}",
		"{authorization: {folder: x, manifest: x%s}}", "{authorization: {folder: x}, other: %s}",
	} {
		if err := os.WriteFile(config, fmt.Appendf(nil, "proving:\n  ceremony: "+s+"\n", pin), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readConfig(config); err == nil {
			t.Errorf("taken: %s", s)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, circuits.ManifestFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.keysFor(t.Context(), authorization.Statement()); !errors.Is(err, circuits.ErrWrongKey) {
		t.Errorf("another manifest: %v", err)
	}
	if _, err := p.verifyingFor(t.Context(), authorization.Statement()); !errors.Is(err, circuits.ErrWrongKey) {
		t.Errorf("another manifest, to verify by: %v", err)
	}
}

// A service whose registry trusts another key than the ceremony's does not start.
func TestThreat53AnotherKeyThanTheCeremonysIsRefused(t *testing.T) {
	s := powerStatement()
	c, err := circuits.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	var made [2]*circuits.Keys
	for i := range made {
		var pk groth16.ProvingKey
		var vk groth16.VerifyingKey
		if err := groth16.Setup(c.R1CS(), &pk, &vk); err != nil {
			t.Fatal(err)
		}
		if made[i], err = circuits.NewKeys(c, circuits.Ceremony, &pk, &vk); err != nil {
			t.Fatal(err)
		}
	}
	p := &program{keys: newLoadedKeys()}
	if err := p.checkPinned(t.Context(), made[1].Verifier()); err != nil {
		t.Error("nothing is pinned: ", err)
	}
	dir := t.TempDir()
	manifest, err := made[0].Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.config.Proving.Ceremony = ceremonyPins{s.ID: {Folder: dir, Manifest: manifest}}
	if err := p.checkPinned(t.Context(), made[0].Verifier()); err != nil {
		t.Error(err)
	}
	if err := p.checkPinned(t.Context(), made[1].Verifier()); !errors.Is(err, circuits.ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
}
