package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestAFolderInUseSaysByWhom(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	unlock, err := lock(filepath.Join(f.dir, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	e := lethe(t, "", "patients", "--dir", f.dir)
	if e.code == 0 || !strings.Contains(e.stderr, "in use by process "+strconv.Itoa(os.Getpid())) || !strings.Contains(e.stderr, "hint:") {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	f.wantReadable(t, 0)
}

func TestThreat05NoCoreDumps(t *testing.T) {
	p := &program{}
	if err := p.configure(); err != nil {
		t.Fatal(err)
	}
	if err := p.hardenProcess(); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 {
		t.Fatalf("core dumps of %d bytes are allowed, %v", limit.Cur, err)
	}
}

func TestRanges(t *testing.T) {
	for text, want := range map[string][2]int64{"": {0, -1}, "0-0": {0, 1}, "0-1023": {0, 1024}, "5-": {5, -1}} {
		if first, length, err := parseRange(text); err != nil || first != want[0] || length != want[1] {
			t.Errorf("%q: %d, %d, %v", text, first, length, err)
		}
	}
	for _, text := range []string{"-", "-5", "5", "9-3", "a-b", "1-2-3", "0-9223372036854775807", "1e3-2e3", " 1-2", "0x1-2"} {
		if first, length, err := parseRange(text); err == nil {
			t.Errorf("%q was read as %d, %d", text, first, length)
		}
	}
}

func TestRangesOfARecord(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	whole, err := os.ReadFile(bundleFile(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "part")
	for span, want := range map[string][]byte{"0-0": whole[:1], "100-40000": whole[100:40001], "150000-": whole[150000:]} {
		must[got](t, "record", "get", f.bundles[0], "--output", out, "--range", span, "--dir", f.dir)
		if have, err := os.ReadFile(out); err != nil || string(have) != string(want) {
			t.Errorf("%s: %d bytes, %v; want %d", span, len(have), err, len(want))
		}
	}
	e := lethe(t, "", "record", "get", f.bundles[0], "--output", out+"2", "--range", "99999999-", "--dir", f.dir)
	if _, err := os.Stat(out + "2"); e.code == 0 || !os.IsNotExist(err) {
		t.Errorf("a range outside: exit %d, %v", e.code, err)
	}
}

// A link is followed, a file replaced when the new one is complete, and nothing else is left beside it.
func TestOutputFollowsLinksAndLeavesNothingBeside(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	must[got](t, "record", "get", f.bundles[0], "--output", link, "--range", "0-9", "--dir", f.dir)
	if data, err := os.ReadFile(target); err != nil || len(data) != 10 {
		t.Fatalf("%d bytes at the link's target, %v", len(data), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Fatalf("%v, %v", left, err)
	}
	if e := lethe(t, "", "record", "get", f.bundles[0], "--output", "/dev/full", "--dir", f.dir); e.code == 0 {
		t.Fatal("writing to a full device was reported as done")
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode().IsRegular() {
		t.Fatal("the device was replaced")
	}
}

func TestWhatATerminalWouldActOnIsEscaped(t *testing.T) {
	if got := visible("a\nb\x1b[31mü.json"); got != `a\u000ab\u001b[31mü.json` {
		t.Errorf("got %q", got)
	}
}

// A process keeps its name over restarts, and has no other's: not even of a folder of the same path on a machine of the same name.
func TestHoldersAreTheirFolders(t *testing.T) {
	p := &program{dir: t.TempDir()}
	name := func() string {
		n, err := p.holder()
		noError(t, err)
		return n
	}
	first := name()
	if again := name(); again != first {
		t.Errorf("%s became %s", first, again)
	}
	noError(t, os.Remove(filepath.Join(p.dir, holderFile)))
	if other := name(); other == first {
		t.Error("two folders have one name")
	}
}
