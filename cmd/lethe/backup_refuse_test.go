package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/offchain/archive"
	"lethe/vault"
)

// Whatever is altered, cut off, exchanged or missing in a backup is found by verify, and is not restored; what a restore that
// failed has left is not taken for a state.
func TestTamperedBackupsAreRefused(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	older := g.backup(t)
	g.takeIn(t, 1)
	b := g.backup(t)
	objects := slices.Sorted(mapKeys(filesIn(t, filepath.Join(g.to, "0001", objectsFolder, "main"))))
	for _, part := range []string{partIndex, partKeys, partLog, partChain, partObjects, partPublic, partCertificates, partManifest,
		kindObject} {
		name := filepath.Join(b.Backup, part+archiveEnd)
		other := filepath.Join(older.Backup, part+archiveEnd)
		if part == kindObject {
			name, other = objects[0], objects[1]
		}
		whole, err := os.ReadFile(name)
		noError(t, err)
		exchanged, err := os.ReadFile(other)
		noError(t, err)
		altered := bytes.Clone(whole)
		altered[len(altered)-20] ^= 1
		for how, data := range map[string][]byte{"altered": altered, "cut off": whole[:len(whole)-20], "empty": {},
			"exchanged": exchanged, "missing": nil} {
			switch {
			case how == "exchanged" && (part == partPublic || part == partCertificates):
				continue // the same in both: there is nothing to find
			case how == "missing":
				noError(t, os.Remove(name))
			default:
				noError(t, os.WriteFile(name, data, 0o600))
			}
			g.wantUnverified(t, part+" "+how, b.Backup)
			if how == "altered" {
				g.wantRefused(t, part+" "+how, b.Backup)
			}
		}
		noError(t, os.WriteFile(name, whole, 0o600))
	}
	must[verified](t, g.with("backup", "verify", g.to, "--keeper", g.keeper)...)
}

func (g guarded) wantUnverified(t *testing.T, how, backup string) {
	t.Helper()
	if e := lethe(t, "", g.with("backup", "verify", backup, "--keeper", g.keeper)...); e.code != 1 ||
		!strings.HasPrefix(e.stderr, "lethe: ") {
		t.Errorf("%s: verify: exit %d\n%s%s", how, e.code, e.stdout, e.stderr)
	}
}

// wantRefused tries to restore it.
func (g guarded) wantRefused(t *testing.T, how, backup string) {
	t.Helper()
	h := g.elsewhere(t)
	if e := lethe(t, "", h.restoreArgs(backup)...); e.code != 1 {
		t.Errorf("%s: restore: exit %d\n%s", how, e.code, e.stdout)
	}
	if e := lethe(t, "", h.with("patients")...); e.code != 1 {
		t.Errorf("%s: what is left of a restore that failed opens:\n%s", how, e.stdout)
	}
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// The manifest of an older backup in the place of a newer one's is a whole manifest: what it names is not there.
func TestAnOlderManifestIsOfAnotherBackup(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	older := g.backup(t)
	g.takeIn(t, 1)
	b := g.backup(t)
	data, err := os.ReadFile(filepath.Join(older.Backup, partManifest+archiveEnd))
	noError(t, err)
	noError(t, os.WriteFile(filepath.Join(b.Backup, partManifest+archiveEnd), data, 0o600))
	g.wantUnverified(t, "older manifest", b.Backup)
	g.wantRefused(t, "older manifest", b.Backup)
}

// pastEpoch replaces the epochs by one that began at a time.
func (g guarded) pastEpoch(t *testing.T, start time.Time, keep time.Duration) archive.Epoch {
	t.Helper()
	noError(t, os.RemoveAll(filepath.Join(g.dir, publicFolder, epochsFolder)))
	e, err := archive.Keeper(g.keeper).New(archive.Plan{Tenant: "main", Start: start, Length: 30 * day, Keep: keep})
	noError(t, err)
	noError(t, e.Publish(filepath.Join(g.dir, publicFolder, epochsFolder)))
	return e
}

func TestBackupIsRefusedOutsideAnEpoch(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	backup := g.with("backup", "--to", g.to)
	g.pastEpoch(t, time.Now().Add(-31*day), 35*day)
	refuses(t, "epoch 2 has ended", backup...)
	g.pastEpoch(t, time.Now().Add(day), 0)
	refuses(t, "begins only at", backup...)
	g.pastEpoch(t, time.Now(), 41*day)
	refuses(t, "certificates promise that it is gone 70 days on", backup...)
	g.pastEpoch(t, time.Now(), 38*day)
	must[backupResult](t, backup...)
	noError(t, os.RemoveAll(filepath.Join(g.dir, publicFolder, epochsFolder)))
	refuses(t, "there is no epoch", backup...)
	other := filepath.Join(t.TempDir(), "other.yaml")
	noError(t, os.WriteFile(other, []byte("tenant: other\n"), 0o600))
	e := g.pastEpoch(t, time.Now(), day)
	refuses(t, "is of tenant main", "backup", "--to", g.to, "--dir", g.dir, "--config", other)
	refuses(t, "are of other stores", newGuarded(t, 1).with("backup", "--to", g.to)...)
	refuses(t, "the folder for backups", g.with("backup", "--to", filepath.Join(g.to, "not-mounted"))...)
	if e.Number != 6 {
		t.Errorf("epoch %d", e.Number)
	}
}

// A key that is lost, of somebody else, or destroyed opens nothing.
func TestBackupsAreGoneWithTheirKey(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	b := g.backup(t)
	verify := func(keeper string) []string { return g.with("backup", "verify", b.Backup, "--keeper", keeper) }
	must[verified](t, verify(g.keeper)...)
	refuses(t, "does not have the key", verify(t.TempDir())...)
	stranger := t.TempDir()
	_, err := archive.Keeper(stranger).New(archive.Plan{Tenant: "main", Start: time.Now(), Length: day})
	noError(t, err)
	if e := lethe(t, "", verify(stranger)...); e.code != 1 || !strings.Contains(e.stderr, "encrypted to another key") {
		t.Errorf("exit %d\n%s", e.code, e.stderr)
	}
	refuses(t, "lie in each other", verify(filepath.Join(g.to, "keeper"))...)

	expire := g.with("backup", "epoch", "expire", "--keeper", g.keeper, "--to", g.to)
	if gone := must[[]expired](t, expire...); len(gone) != 0 {
		t.Fatalf("a key was destroyed before its time: %+v", gone)
	}
	g.endEpoch(t)
	list := lethe(t, "", g.with("backup", "epoch", "list", "--keeper", g.keeper, "--to", g.to)...)
	if list.code != 1 || !strings.Contains(list.stdout, "OVERDUE") || !strings.Contains(list.stderr, "epoch expire") {
		t.Fatalf("exit %d\n%s%s", list.code, list.stdout, list.stderr)
	}
	gone := must[[]expired](t, expire...)
	if len(gone) != 1 || gone[0].Epoch != 1 || !slices.Equal(gone[0].Unreadable, []string{b.Backup}) {
		t.Fatalf("%+v", gone)
	}
	refuses(t, "does not have the key", verify(g.keeper)...)
	h := g.elsewhere(t)
	refuses(t, "does not have the key", h.restoreArgs(g.to)...)
	if info := must[[]epochInfo](t, g.with("backup", "epoch", "list", "--keeper", g.keeper, "--to",
		g.to)...); info[0].Key != keyDestroyed {
		t.Fatalf("%+v", info)
	}
	for name := range filesIn(t, g.keeper) {
		if strings.HasSuffix(name, ".key") {
			t.Errorf("%s is left", name)
		}
	}
}

// endEpoch makes the first epoch's time over, for keeper and backups.
func (g guarded) endEpoch(t *testing.T) {
	t.Helper()
	all, err := archive.Epochs(g.keeper)
	noError(t, err)
	e := all[0]
	e.Start, e.End, e.DestroyAfter = e.Start.Add(-90*day), e.End.Add(-90*day), e.DestroyAfter.Add(-90*day)
	noError(t, e.Publish(g.keeper))
	noError(t, e.Publish(filepath.Join(g.dir, publicFolder, epochsFolder)))
}

// The next epoch begins where the one that runs ends; a keeper elsewhere is told to copy the public part.
func TestEpochsFollowEachOther(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	first := must[[]epochInfo](t, g.with("backup", "epoch", "list", "--keeper", g.keeper)...)
	e := lethe(t, "", "backup", "epoch", "new", "--keeper", g.keeper, "--dir", filepath.Join(t.TempDir(), "elsewhere"))
	if e.code != 0 || !strings.Contains(e.stderr, "bring its public part") {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
	all := must[[]epochInfo](t, g.with("backup", "epoch", "list", "--keeper", g.keeper)...)
	if len(all) != 2 || !all[1].Start.Equal(first[0].End) || all[0].Key != keyHeld || all[0].End.Sub(all[0].Start) != 30*day ||
		all[0].DestroyAfter.Sub(all[0].End) != 35*day {
		t.Fatalf("%+v", all)
	}
	if here, err := archive.Epochs(filepath.Join(g.dir, publicFolder, epochsFolder)); err != nil || len(here) != 1 {
		t.Fatalf("%+v, %v", here, err)
	}
	short := filepath.Join(t.TempDir(), "short.yaml")
	noError(t, os.WriteFile(short, []byte("retention: {backups_days: 65}\n"), 0o600))
	refuses(t, "promise that it is gone 65 days on", "backup", "epoch", "new", "--keeper", t.TempDir(), "--config", short, "--dir",
		g.dir)
}

// Keys, backups and the state folder lie apart.
func TestKeeperBackupsAndStateLieApart(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	link := filepath.Join(t.TempDir(), "link")
	noError(t, os.Symlink(g.dir, link))
	for _, keeper := range []string{g.dir, filepath.Join(g.dir, "keeper"), filepath.Join(link, "keeper"), filepath.Dir(g.dir)} {
		refuses(t, "lie in each other", g.with("backup", "epoch", "new", "--keeper", keeper, "--to", g.to)...)
	}
	for _, keeper := range []string{g.to, filepath.Join(g.to, "keeper"), filepath.Dir(g.to)} {
		refuses(t, "lie in each other", g.with("backup", "epoch", "new", "--keeper", keeper, "--to", g.to)...)
	}
	refuses(t, "lost with the state folder", g.with("backup", "--to", filepath.Join(g.dir, "backups"))...)
	refuses(t, "no folder for backups", g.with("backup")...)
	refuses(t, "no keeper's folder", g.with("backup", "epoch", "list")...)
	refuses(t, "is no backup", g.with("backup", "verify", t.TempDir(), "--keeper", g.keeper)...)
}

// Embedded stores are copied while nobody else has them open.
func TestBackupOfAFolderInUseIsRefused(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	unlock, err := lock(filepath.Join(g.dir, lockFile))
	noError(t, err)
	refuses(t, "only while nobody has it open", g.with("backup", "--to", g.to)...)
	noError(t, unlock())
	unlock, err = lock(filepath.Join(g.to, lockFile))
	noError(t, err)
	refuses(t, "is in use", g.with("backup", "--to", g.to)...)
	noError(t, unlock())
	refuses(t, "--without-keys is for HashiCorp Vault", g.with("backup", "--to", g.to, "--without-keys")...)
	g.backup(t)
}

// Killed at any point, a backup is none; the next one clears what is left, the copy of the index with its wrapped keys above all.
func TestKillDuringBackup(t *testing.T) {
	t.Parallel()
	base := newGuarded(t, 1)
	for _, point := range []string{
		"backup.index-copied", "backup.index", "backup.keys", "backup.log", "backup.chain", "backup.object",
		"backup.object:3", "backup.objects",
		"backup.public", "backup.certificates", "backup.manifest",
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			g := base.clone(t)
			killed(t, point, g.with("backup", "--to", g.to)...)
			if found, err := findBackup(g.to); err == nil {
				t.Fatalf("%s is taken for a backup", found)
			}
			b := g.backup(t)
			must[verified](t, g.with("backup", "verify", b.Backup, "--keeper", g.keeper)...)
			for name := range filesIn(t, g.to) {
				if strings.Contains(name, partialFolder) {
					t.Errorf("left behind: %s", name)
				}
			}
			if _, err := os.Stat(filepath.Join(g.dir, ".backup")); !os.IsNotExist(err) {
				t.Error("the copy of the index is left behind")
			}
			must[[]vault.PatientInfo](t, g.with("patients")...)
		})
	}
}

// An object that the index names, that is not there and that no erasure has destroyed is a loss, and said.
func TestBackupNamesALostObject(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, 1)
	key := column(t, g.openIndex(t), "SELECT key FROM objects")[0]
	noError(t, os.Remove(filepath.Join(g.dir, objectsFolder, filepath.FromSlash(key))))
	refuses(t, "no erasure has destroyed it", g.with("backup", "--to", g.to)...)
}
