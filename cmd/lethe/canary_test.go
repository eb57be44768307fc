package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThreat06NothingInClear runs the demo on bundles and searches every file of its folder, and everything it printed, for
// what the bundles say of persons: names, addresses, identifiers, telephone numbers, and every 16-byte run that occurs in one
// bundle only.
func TestThreat06NothingInClear(t *testing.T) {
	t.Parallel()
	data := testData(t)
	state := filepath.Join(t.TempDir(), "state")
	e := lethe(t, "", demoArgs("--data", data, "--dir", state, "--json", "-v")...)
	if e.code != 0 {
		t.Fatal(e.stderr)
	}
	secrets := personal(t, data)
	runs := uniqueRuns(t, data)
	if len(secrets) < 20 || len(runs) < 10_000 {
		t.Fatalf("only %d secrets and %d runs to search for", len(secrets), len(runs))
	}
	search(t, "what was printed", []byte(e.stdout+e.stderr), secrets, runs)
	err := filepath.WalkDir(state, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		search(t, strings.TrimPrefix(name, state), content, secrets, runs)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// search looks for personal texts and unique runs in some bytes.
func search(t *testing.T, where string, content []byte, secrets map[string]bool, runs map[[runLength]byte]bool) {
	t.Helper()
	text := string(content)
	for s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("%s holds a personal text of %d bytes in clear", where, len(s))
		}
	}
	for i := 0; i+runLength <= len(content); i++ {
		if runs[[runLength]byte(content[i:])] {
			t.Fatalf("%s holds a run of a bundle in clear at %d: %q", where, i, content[i:i+runLength])
		}
	}
}

const runLength = 16

// uniqueRuns lists the 16-byte runs that occur in exactly one bundle, every eighth of them: a copied piece of 23 bytes holds one.
func uniqueRuns(t *testing.T, data string) map[[runLength]byte]bool {
	t.Helper()
	const many = 1 << 30
	owner := map[[runLength]byte]int{}
	files := bundles(t, data)
	for n, content := range files {
		for i := 0; i+runLength <= len(content); i += 8 {
			owner[[runLength]byte(content[i:])] = n
		}
	}
	for n, content := range files {
		for i := 0; i+runLength <= len(content); i++ {
			run := [runLength]byte(content[i:])
			if at, ok := owner[run]; ok && at != n {
				owner[run] = many
			}
		}
	}
	unique := map[[runLength]byte]bool{}
	for run, n := range owner {
		if n != many && !bytes.Contains(run[:], []byte("  ")) { // an indented member's first letters are no secret
			unique[run] = true
		}
	}
	return unique
}

func bundles(t *testing.T, data string) (all [][]byte) {
	t.Helper()
	for _, name := range expand([]string{data}, false).files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content)
	}
	return all
}

// personal collects what Patient resources say of persons.
func personal(t *testing.T, data string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, content := range bundles(t, data) {
		var bundle struct {
			Entry []struct{ Resource json.RawMessage }
		}
		if err := json.Unmarshal(content, &bundle); err != nil {
			t.Fatal(err)
		}
		for _, e := range bundle.Entry {
			var kind struct{ ResourceType string }
			if err := json.Unmarshal(e.Resource, &kind); err != nil {
				t.Fatal(err)
			}
			if kind.ResourceType == "Patient" {
				personalOf(t, e.Resource, found)
			}
		}
	}
	return found
}

func personalOf(t *testing.T, resource []byte, found map[string]bool) {
	t.Helper()
	var p struct {
		Identifier, Telecom []struct{ Value string }
		Name                []struct {
			Family string
			Given  []string
		}
		Address []struct{ Line []string }
	}
	if err := json.Unmarshal(resource, &p); err != nil {
		t.Fatal(err)
	}
	for _, v := range append(p.Identifier, p.Telecom...) {
		keep(found, v.Value)
	}
	for _, v := range p.Name {
		keep(found, append(v.Given, v.Family)...)
	}
	for _, v := range p.Address {
		keep(found, v.Line...)
	}
}

// keep takes texts that are long enough not to occur by chance in 30 MB of ciphertext.
func keep(found map[string]bool, texts ...string) {
	for _, s := range texts {
		if len(s) >= 6 {
			found[s] = true
		}
	}
}
