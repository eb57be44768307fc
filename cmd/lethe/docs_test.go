package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
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
