package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every command that the documentation shows exists, with the flags that it shows.
func TestDocumentedCommandsExist(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?m)(?:^    |`)(?:bin/)?lethe ([a-z][^`\n]*)")
	found := 0
	for _, name := range append(files, "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shown.FindAllStringSubmatch(string(text), -1) {
			found++
			if err := parses(m[1]); err != nil {
				t.Errorf("%s: lethe %s: %v", filepath.Base(name), m[1], err)
			}
		}
	}
	if found < 10 {
		t.Fatalf("only %d commands were found", found)
	}
}

// parses resolves a command line without running it.
func parses(line string) error {
	p := &program{stdout: io.Discard, stderr: io.Discard}
	line = regexp.MustCompile(`"[^"]*"`).ReplaceAllString(line, "TEXT")
	c, rest, err := p.root().Find(strings.Fields(line))
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

// Files that the documentation points to are there.
func TestDocumentationLinksResolve(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/adr/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllStringSubmatch(string(text), -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
					t.Errorf("%s points to %s: %v", filepath.Base(name), m[1], err)
				}
			}
		}
	}
}

// Every test that docs/threats.md names exists in the package beside it, and every row is there.
func TestThreatsNameTheirTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/threats.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(string(text), -1)
	for i, row := range rows {
		if row[1] != strconv.Itoa(i+1) {
			t.Fatalf("row %d is numbered %s", i+1, row[1])
		}
	}
	if len(rows) < 54 {
		t.Fatalf("only %d rows", len(rows))
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)` \\(([a-z/]+)\\)").FindAllStringSubmatch(string(text), -1)
	if len(named) < 40 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, n := range named {
		if !declares(t, filepath.Join("../..", n[2]), n[1]) {
			t.Errorf("%s has no %s", n[2], n[1])
		}
	}
}

func declares(t *testing.T, dir, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+test+"(") {
			return true
		}
	}
	return false
}
