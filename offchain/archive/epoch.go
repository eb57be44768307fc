package archive

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lethe/offchain"

	"filippo.io/age"
)

// Epoch is the public part of an epoch: what is needed to make backups in it, and when they end.
type Epoch struct {
	Format       string    `json:"format"`
	Tenant       string    `json:"tenant"`
	Number       uint32    `json:"epoch"`              // 1, 2, 3…
	Recipient    string    `json:"recipient"`          // age X25519
	Start        time.Time `json:"start"`              // UTC, whole seconds, as the others
	End          time.Time `json:"end"`                // no backup is made in it afterwards
	DestroyAfter time.Time `json:"destroy_after"`      // from then on its key has to be destroyed
	Destroyed    time.Time `json:"destroyed,omitzero"` // when that was done
}

// Covers says whether a backup of that moment belongs into the epoch.
func (e Epoch) Covers(t time.Time) bool {
	return e.Destroyed.IsZero() && !t.Before(e.Start) && t.Before(e.End)
}

// Folder is the name of what is made in the epoch.
func (e Epoch) Folder() string { return FolderOf(e.Number) }

// FolderOf is the name of what is made in an epoch.
func FolderOf(number uint32) string { return fmt.Sprintf("%04d", number) }

func (e Epoch) check() error {
	switch {
	case e.Format != Format:
		return fmt.Errorf("format %q is not known", e.Format)
	case e.Number == 0 || e.Tenant == "":
		return errors.New("epoch or tenant is missing")
	case !e.Start.Before(e.End) || e.DestroyAfter.Before(e.End):
		return errors.New("start, end and destroy_after do not follow each other")
	}
	_, err := age.ParseX25519Recipient(e.Recipient)
	return err
}

// epochFile is the name of an epoch's public part, and without its end that of its key.
func epochFile(number uint32) string { return "epoch-" + FolderOf(number) + jsonEnd }

const (
	jsonEnd = ".json"
	keyEnd  = ".key"
)

// Publish puts the public part into a folder, in the place of an earlier edition, at once or not at all.
func (e Epoch) Publish(dir string) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("epoch %d: %w", e.Number, err)
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return offchain.ReplaceFile(filepath.Join(dir, epochFile(e.Number)), append(data, '\n'))
}

// maxEpoch bounds what is read of one, in bytes.
const maxEpoch = 1 << 12

// Epochs reads the public parts in a folder, by number. None is no error.
func Epochs(dir string) (all []Epoch, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "epoch-*"+jsonEnd))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		e, err := readEpoch(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Epoch) int { return int(a.Number) - int(b.Number) })
	return all, nil
}

func readEpoch(name string) (e Epoch, err error) {
	f, err := os.Open(name)
	if err != nil {
		return e, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEpoch))
	if err == nil {
		err = strict(data, &e)
	}
	if err == nil {
		err = e.check()
	}
	if err == nil && filepath.Base(name) != epochFile(e.Number) {
		err = fmt.Errorf("it is of epoch %d", e.Number)
	}
	if err != nil {
		return e, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return e, nil
}

// Keeper is a folder with the keys of epochs and their public parts, apart from the backups. One process works on it at a time.
type Keeper string

// Plan is an epoch to be made.
type Plan struct {
	Tenant       string
	Start        time.Time
	Length, Keep time.Duration // of the epoch, and how long its key is kept afterwards
}

// New makes the next epoch, whose number is larger than any that the folder has seen. The key is on the disk before the public
// part is.
func (k Keeper) New(p Plan) (Epoch, error) {
	number, err := k.next()
	if err != nil {
		return Epoch{}, err
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Epoch{}, fmt.Errorf("make a key: %w", err)
	}
	start := p.Start.UTC().Truncate(time.Second)
	e := Epoch{
		Format: Format, Tenant: p.Tenant, Number: number, Recipient: id.Recipient().String(),
		Start: start, End: start.Add(p.Length), DestroyAfter: start.Add(p.Length + p.Keep),
	}
	if err := e.check(); err != nil {
		return Epoch{}, fmt.Errorf("epoch %d: %w", number, err)
	}
	text := fmt.Sprintf("# lethe backups of %s, epoch %d: destroy after %s\n# public key: %s\n%s\n",
		e.Tenant, number, e.DestroyAfter.Format(time.RFC3339), e.Recipient, id)
	if err := offchain.ReplaceFile(k.keyFile(number), []byte(text)); err != nil {
		return Epoch{}, err
	}
	return e, e.Publish(string(k))
}

func (k Keeper) next() (number uint32, err error) {
	if err := os.MkdirAll(string(k), 0o700); err != nil {
		return 0, err
	}
	numbers, err := k.numbers(jsonEnd, keyEnd)
	if err != nil || len(numbers) == 0 {
		return 1, err
	}
	return slices.Max(numbers) + 1, nil
}

// numbers lists the epochs that have a file with one of these ends.
func (k Keeper) numbers(ends ...string) (all []uint32, err error) {
	files, err := os.ReadDir(string(k))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		var number uint32
		end := filepath.Ext(f.Name())
		if _, err := fmt.Sscanf(f.Name(), "epoch-%04d", &number); err == nil && slices.Contains(ends, end) &&
			f.Name() == strings.TrimSuffix(epochFile(number), jsonEnd)+end {
			all = append(all, number)
		}
	}
	return all, nil
}

func (k Keeper) keyFile(number uint32) string {
	return filepath.Join(string(k), strings.TrimSuffix(epochFile(number), jsonEnd)+keyEnd)
}

// Epochs reads the public parts that the keeper has.
func (k Keeper) Epochs() ([]Epoch, error) { return Epochs(string(k)) }

// Holds says whether the key of an epoch is there.
func (k Keeper) Holds(number uint32) bool {
	_, err := os.Stat(k.keyFile(number))
	return err == nil
}

// Identity reads the key of an epoch, or answers ErrNoKey.
func (k Keeper) Identity(number uint32) (age.Identity, error) {
	f, err := os.Open(k.keyFile(number))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("epoch %d: %w", number, ErrNoKey)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ids, err := age.ParseIdentities(io.LimitReader(f, maxEpoch))
	if err == nil && len(ids) != 1 {
		err = errors.New("not one key")
	}
	if err != nil {
		return nil, fmt.Errorf("epoch %d: %w: its key: %w", number, ErrDamaged, err)
	}
	return ids[0], nil
}

// Destroy destroys the key of an epoch: overwritten once with random bytes, synced, removed, synced. What a journal, a
// snapshot, a flash medium or another copy of the folder keeps is not its claim. It may be repeated.
func (k Keeper) Destroy(e Epoch, at time.Time) (Epoch, error) {
	if err := Shred(k.keyFile(e.Number)); err != nil {
		return e, fmt.Errorf("epoch %d: destroy its key: %w", e.Number, err)
	}
	if e.Destroyed.IsZero() {
		e.Destroyed = at.UTC().Truncate(time.Second)
	}
	return e, e.Publish(string(k))
}

// Clear destroys keys whose public part was never written, as an interruption leaves one: nothing was encrypted to them.
func (k Keeper) Clear() error {
	keys, err := k.numbers(keyEnd)
	if err != nil {
		return err
	}
	for _, number := range keys {
		if _, err := os.Stat(filepath.Join(string(k), epochFile(number))); errors.Is(err, fs.ErrNotExist) {
			if err := Shred(k.keyFile(number)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Shred overwrites a file once with random bytes, removes it, and sees both on the disk. One that is not there is no error.
func Shred(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return offchain.SyncFolder(filepath.Dir(name))
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = io.CopyN(f, rand.Reader, info.Size())
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Remove(name); err != nil {
		return err
	}
	return offchain.SyncFolder(filepath.Dir(name))
}
