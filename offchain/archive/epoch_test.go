package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/offchain/archive"
)

const dayLong = 24 * time.Hour

func TestEpochsAreNumberedAndListed(t *testing.T) {
	k, first, _ := epoch(t)
	second, err := k.New(archive.Plan{Tenant: "main", Start: first.End, Length: dayLong, Keep: dayLong})
	noError(t, err)
	if first.Number != 1 || second.Number != 2 || first.Recipient == second.Recipient {
		t.Fatalf("%+v %+v", first, second)
	}
	all, err := k.Epochs()
	if err != nil || len(all) != 2 || all[0] != first || all[1] != second {
		t.Fatalf("%+v, %v", all, err)
	}
	for at, want := range map[time.Time]bool{
		noon.Add(-time.Second): false, noon: true, first.End.Add(-time.Second): true, first.End: false,
	} {
		if first.Covers(at) != want {
			t.Errorf("covers %s: %v", at, !want)
		}
	}
	if !first.DestroyAfter.Equal(noon.Add(3 * dayLong)) {
		t.Errorf("to be destroyed after %s", first.DestroyAfter)
	}
}

func TestThePublicPartOpensNothing(t *testing.T) {
	k, e, _ := epoch(t)
	dir := t.TempDir()
	noError(t, e.Publish(dir))
	data, err := os.ReadFile(filepath.Join(dir, "epoch-0001.json"))
	noError(t, err)
	secret, err := os.ReadFile(filepath.Join(string(k), "epoch-0001.key"))
	noError(t, err)
	if strings.Contains(string(data), "SECRET") || !strings.Contains(string(secret), "AGE-SECRET-KEY-1") {
		t.Fatalf("%s", data)
	}
	if _, err := archive.Keeper(dir).Identity(1); !errors.Is(err, archive.ErrNoKey) {
		t.Fatal(err)
	}
}

// A destroyed key is overwritten, which another name of the same file shows, and is gone. What it had opened stays closed.
func TestDestroyOverwritesAndCanBeRepeated(t *testing.T) {
	k, e, _ := epoch(t)
	name, _ := written(t, e, []byte("content"))
	link := filepath.Join(t.TempDir(), "link")
	noError(t, os.Link(filepath.Join(string(k), "epoch-0001.key"), link))
	for _, at := range []time.Time{noon.Add(dayLong), noon.Add(2 * dayLong)} {
		gone, err := k.Destroy(e, at)
		noError(t, err)
		if e = gone; !e.Destroyed.Equal(noon.Add(dayLong)) || e.Covers(noon) || k.Holds(1) {
			t.Fatalf("%+v", e)
		}
	}
	left, err := os.ReadFile(link)
	noError(t, err)
	if len(left) < 74 || strings.Contains(string(left), "AGE-SECRET-KEY") {
		t.Fatalf("%d bytes are left of the key: %q", len(left), left)
	}
	if _, err := k.Identity(1); !errors.Is(err, archive.ErrNoKey) {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err != nil {
		t.Fatal(err)
	}
	if next, err := k.New(archive.Plan{Tenant: "main", Start: noon, Length: dayLong}); err != nil || next.Number != 2 {
		t.Fatalf("a number was used twice: %+v, %v", next, err)
	}
}

// A key without a public part was never used: an interruption left it.
func TestAKeyThatNothingWasEncryptedToIsCleared(t *testing.T) {
	k, _, _ := epoch(t)
	noError(t, os.WriteFile(filepath.Join(string(k), "epoch-0002.key"), []byte("AGE-SECRET-KEY-1X"), 0o600))
	if e, err := k.New(archive.Plan{Tenant: "main", Start: noon, Length: dayLong}); err != nil || e.Number != 3 {
		t.Fatalf("%+v, %v", e, err)
	}
	noError(t, k.Clear())
	if !k.Holds(1) || k.Holds(2) || !k.Holds(3) {
		t.Fatalf("held: %v %v %v", k.Holds(1), k.Holds(2), k.Holds(3))
	}
}

func TestAnEpochThatIsNotWholeIsRefused(t *testing.T) {
	_, e, _ := epoch(t)
	good := t.TempDir()
	noError(t, e.Publish(good))
	data, err := os.ReadFile(filepath.Join(good, "epoch-0001.json"))
	noError(t, err)
	for name, text := range map[string]string{
		"empty": "", "cut": string(data[:len(data)/2]), "unknown member": strings.Replace(string(data), `"epoch"`,
			`"colour":1,"epoch"`, 1),
		"other number": strings.Replace(string(data), `"epoch":1`, `"epoch":2`, 1), "no recipient": strings.Replace(string(data),
			"age1", "bge1", 1),
		"format": strings.Replace(string(data), "/v1", "/v9", 1), "end before start": strings.Replace(string(data), `"end":"2026`,
			`"end":"2025`, 1),
		"twice": string(data) + string(data),
	} {
		dir := t.TempDir()
		noError(t, os.WriteFile(filepath.Join(dir, "epoch-0001.json"), []byte(text), 0o600))
		if all, err := archive.Epochs(dir); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
	}
	if all, err := archive.Epochs(filepath.Join(good, "nothing")); err != nil || len(all) > 0 {
		t.Fatalf("%v, %v", all, err)
	}
}

func TestAPlanThatMakesNoSenseIsRefused(t *testing.T) {
	for name, p := range map[string]archive.Plan{
		"no tenant": {Start: noon, Length: dayLong}, "no length": {Tenant: "main",
			Start: noon}, "gone before its end": {Tenant: "main", Start: noon, Length: dayLong, Keep: -dayLong},
	} {
		dir := t.TempDir()
		if _, err := archive.Keeper(dir).New(p); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v", name, left, err)
		}
	}
}
