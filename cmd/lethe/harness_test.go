package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	_ "modernc.org/sqlite"

	"lethe/vault"
	"lethe/vault/certificate"
	"lethe/vault/fhir/synthetic"
)

// everyStep says whether tests that walk through all steps of something take every one of them, as CI and campaigns do, or a few of each kind.
var everyStep = os.Getenv("LETHE_EVERY") != "" || os.Getenv("LETHE_CAMPAIGN") != ""

// demoArgs runs the demo; its trial, which takes half of the time, with LETHE_EVERY alone.
func demoArgs(more ...string) []string {
	args := []string{"demo"}
	if !everyStep {
		args = append(args, "--no-trial")
	}
	return append(args, more...)
}

// ended is how a run of the program ended.
type ended struct {
	stdout, stderr string
	code           int
	killed         bool
}

// lethe runs the program, in a process of its own where it may crash, and with LETHE_EVERY always.
func lethe(t *testing.T, crash string, args ...string) ended {
	t.Helper()
	if crash == "" && !everyStep {
		var out, errs bytes.Buffer
		p := &program{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
		code := p.run(t.Context(), args)
		syscall.ForkLock.RLock() // a process just being started beside has a copy of the files, and with them of their locks
		syscall.ForkLock.RUnlock()
		return ended{stdout: out.String(), stderr: errs.String(), code: code}
	}
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1", crashAt+"="+crash)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	e := ended{stdout: out.String(), stderr: errs.String(), code: c.ProcessState.ExitCode()}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok {
		e.killed = status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	return e
}

// must runs the program to a good end and decodes what it printed as JSON.
func must[T any](t *testing.T, args ...string) (v T) {
	t.Helper()
	e := lethe(t, "", append(args, "--json")...)
	if e.code != 0 {
		t.Fatalf("lethe %s: exit %d\n%s", strings.Join(args, " "), e.code, e.stderr)
	}
	if err := json.Unmarshal([]byte(e.stdout), &v); err != nil {
		t.Fatalf("lethe %s: %v\n%s", strings.Join(args, " "), err, e.stdout)
	}
	return v
}

// cohort writes synthetic bundles into a folder, once for all tests.
var cohort = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lethe-test-cohort-")
	if err != nil {
		return "", err
	}
	made := synthetic.Cohort(7)
	for i := range 4 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("p%d.json", i)), made.Bundle(i), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
})

// testData is the folder of bundles: real ones where there are some.
func testData(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("LETHE_FHIR_DATA"); dir != "" {
		return dir
	}
	dir, err := cohort()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func bundleFile(t *testing.T, i int) string {
	t.Helper()
	dir, err := cohort()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, fmt.Sprintf("p%d.json", i))
}

// folder is a state folder with what was put into it.
type folder struct {
	dir      string
	patients []string // in the order of the bundles
	bundles  []string
}

// newFolder takes some bundles in.
func newFolder(t *testing.T, bundles int) folder {
	t.Helper()
	f := folder{dir: filepath.Join(t.TempDir(), "state")}
	for i := range bundles {
		f.takeIn(t, i)
	}
	return f
}

func (f *folder) takeIn(t *testing.T, i int) {
	t.Helper()
	must[importResult](t, "import", bundleFile(t, i), "--dir", f.dir)
	for _, p := range must[[]vault.PatientInfo](t, "patients", "--dir", f.dir) {
		if !slices.Contains(f.patients, p.ID) {
			f.patients = append(f.patients, p.ID)
			f.bundles = append(f.bundles, must[[]vault.BundleInfo](t, "bundles", p.ID, "--dir", f.dir)[0].ID)
		}
	}
}

// clone copies the folder, so that one preparation serves many tests.
func (f folder) clone(t *testing.T) folder {
	t.Helper()
	g := f
	g.dir = filepath.Join(t.TempDir(), "state")
	copyTo(t, f.dir, g.dir)
	return g
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// replace puts an older copy of one store in its place.
func (f folder) replace(t *testing.T, older folder, store string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(f.dir, store)); err != nil {
		t.Fatal(err)
	}
	copyTo(t, filepath.Join(older.dir, store), filepath.Join(f.dir, store))
}

// wantReadable reads a bundle and compares it with what was imported.
func (f folder) wantReadable(t *testing.T, i int) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	must[got](t, "record", "get", f.bundles[i], "--output", out, "--dir", f.dir)
	have, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(bundleFile(t, i))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Fatalf("bundle %d came back changed", i)
	}
}

// wantErased checks that nothing of an erased patient can be read.
func (f folder) wantErased(t *testing.T, i int) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	e := lethe(t, "", "record", "get", f.bundles[i], "--output", out, "--dir", f.dir)
	if e.code == 0 || !strings.Contains(e.stderr, "erased") {
		t.Fatalf("reading an erased bundle: exit %d\n%s", e.code, e.stderr)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Fatal("a file was written for an erased bundle")
	}
}

// certificates lists the certificates, each of which must verify.
func (f folder) certificates(t *testing.T) (found []certificate.Certificate) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(f.dir, ledgerFolder, "certificates", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if v := must[verdict](t, "verify", name, "--dir", f.dir); !v.Valid {
			t.Fatalf("%s: %+v", name, v)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := certificate.Verify(data)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, c)
	}
	return found
}

// wantConsistent checks that the stores agree: no orphan object, no lost one, no orphan key, nothing announced.
func (f folder) wantConsistent(t *testing.T) {
	t.Helper()
	db := f.openIndex(t)
	wantSame(t, "objects", column(t, db, "SELECT key FROM objects"), f.names(t, objectsFolder, "main", 0))
	keyNames := column(t, db, "SELECT key_name FROM compartments UNION ALL SELECT key_name FROM cases")
	have := f.names(t, keysFolder, "transit", 2)
	if len(have) != len(keyNames)+1 { // and the control key, whose name only the vault can read
		t.Fatalf("%d keys in the key store, %d in the index and one for control", len(have), len(keyNames))
	}
	for _, name := range keyNames {
		if !slices.Contains(have, name) {
			t.Fatalf("key %s… is lost", name[:8])
		}
	}
	if left := column(t, db, "SELECT name FROM intents"); len(left) > 0 {
		t.Fatalf("still announced: %v", left)
	}
	if left := column(t, db, "SELECT id FROM compartments WHERE id NOT IN (SELECT compartment FROM wrapped_keys)"); len(left) > 0 {
		t.Fatalf("compartments without a key: %v", left)
	}
}

func (f folder) openIndex(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(f.dir, indexFolder, "index.db")+"?_pragma=query_only(ON)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func column(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// names lists the files of a store below one of its folders, by their path in the store without its first cut characters.
func (f folder) names(t *testing.T, store, below string, cut int) (names []string) {
	t.Helper()
	root := filepath.Join(f.dir, store)
	err := filepath.WalkDir(filepath.Join(root, below), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if cut > 0 {
			names = append(names, d.Name())
			return nil
		}
		rel, err := filepath.Rel(root, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func wantSame(t *testing.T, what string, a, b []string) {
	t.Helper()
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Fatalf("%s: the index has %d, the store %d\n%v\n%v", what, len(a), len(b), a, b)
	}
}
