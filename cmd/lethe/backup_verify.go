package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"lethe/offchain/archive"
)

// opened is a backup, with the key that opens it.
type opened struct {
	folder   string
	id       age.Identity
	m        archive.Manifest
	manifest archive.Digest
}

// verified is what `lethe backup verify --json` prints.
type verified struct {
	Backup   string           `json:"backup"`
	Manifest string           `json:"manifest_sha256"`
	Bytes    int64            `json:"bytes"` // that were decrypted and compared
	Millis   int64            `json:"ms"`
	Contents archive.Manifest `json:"contents"`
}

func (p *program) verifyBackupCommand() *cobra.Command {
	var keeper string
	c := &cobra.Command{
		Use: "verify BACKUP", Short: "decrypt a backup and check every digest, without restoring it", Args: cobra.ExactArgs(1),
		Long: `Decrypts every part and every object of a backup and compares it with the manifest. BACKUP is the folder of one backup,
or the folder in which they are made: then its newest. It says that what was written is there and whole. Whether it can be
restored, and how long that takes, says lethe restore-drill.`,
		RunE: func(c *cobra.Command, args []string) error {
			began := time.Now()
			b, err := p.openBackup(args[0], keeper)
			if err != nil {
				return err
			}
			bytes, err := p.verifyBackup(c.Context(), b)
			if err != nil {
				return fmt.Errorf("%s: %w", b.folder, err)
			}
			v := verified{Backup: b.folder, Manifest: fmt.Sprintf("%x", b.manifest), Bytes: bytes,
				Millis: time.Since(began).Milliseconds(), Contents: b.m}
			if p.json {
				return p.print(v)
			}
			fmt.Fprintf(p.stdout, "%s is whole: %s in %d parts and %d objects, as of %s\nmanifest %s\n", v.Backup,
				humanize.IBytes(uint64(bytes)), len(b.m.Parts), b.m.Objects.Count, b.m.At.Format(time.RFC3339), v.Manifest)
			return nil
		},
	}
	c.Flags().StringVar(&keeper, "keeper", "",
		"the keeper's folder, which has the key of the backup's epoch (default: backup.keeper)")
	return c
}

// openBackup finds a backup, and decrypts its manifest with the key that the keeper has.
func (p *program) openBackup(from, keeper string) (*opened, error) {
	dir, err := findBackup(from)
	if err != nil {
		return nil, err
	}
	k, err := p.keeperFolder(keeper, filepath.Dir(filepath.Dir(resolved(dir))))
	if err != nil {
		return nil, err
	}
	head, err := archive.ReadHeader(filepath.Join(dir, partManifest+archiveEnd))
	if err != nil {
		return nil, err
	}
	b := &opened{folder: dir}
	if b.id, err = k.Identity(head.Epoch); errors.Is(err, archive.ErrNoKey) {
		err = withHint(err, "`lethe backup epoch list --keeper DIR` says which keys there are; without its key a backup is gone")
	}
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	if err := b.part(archive.File{Name: partManifest, Size: head.Size, SHA256: head.SHA256}, func(r io.Reader) error {
		_, err := io.Copy(&data, io.LimitReader(r, archive.MaxManifest))
		return err
	}); err != nil {
		return nil, err
	}
	if b.m, err = archive.ParseManifest(data.Bytes()); err != nil {
		return nil, err
	}
	b.manifest = head.SHA256
	if b.m.Tenant != p.config.Tenant {
		return nil, withHint(fmt.Errorf("it is a backup of tenant %s, and %s is configured", b.m.Tenant, p.config.Tenant),
			"give --config FILE of that tenant")
	}
	if b.m.Epoch != head.Epoch {
		return nil, fmt.Errorf("manifest: %w: it is of another epoch than its header", archive.ErrDamaged)
	}
	return b, nil
}

// findBackup takes a folder for a backup, or for the place where they are made, which stands for the newest.
func findBackup(from string) (string, error) {
	if _, err := os.Stat(filepath.Join(from, partManifest+archiveEnd)); err == nil {
		return from, nil
	}
	all, err := filepath.Glob(filepath.Join(from, "[0-9]*", "[0-9]*Z"))
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", withHint(fmt.Errorf("%s is no backup, and has none", from),
			"name the folder of one, such as BACKUPS/0001/20261121T021500Z, or that in which they are made")
	}
	return slices.MaxFunc(all, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) }), nil
}

// part decrypts one part for do, which must read it to its end, and checks it against what it should be.
func (b *opened) part(f archive.File, do func(io.Reader) error) error {
	return b.open(filepath.Join(b.folder, f.Name+archiveEnd), f, do)
}

func (b *opened) open(name string, f archive.File, do func(io.Reader) error) (err error) {
	r, err := archive.Open(name, b.id)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing", name)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.Is(f); err != nil {
		return err
	}
	if err := do(r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil { // so that it was all compared
		return err
	}
	return nil
}

// object decrypts one object for do, which must read it to its end.
func (b *opened) object(f archive.File, do func(io.Reader) error) error {
	name := objectFile(filepath.Dir(filepath.Dir(resolved(b.folder))), b.m.Epoch, f.Name)
	return b.open(name, archive.File{Name: kindObject, Size: f.Size, SHA256: f.SHA256}, do)
}

// eachObject calls do for every object of the backup.
func (b *opened) eachObject(ctx context.Context, do func(archive.File) error) error {
	list, ok := b.m.Part(partObjects)
	if !ok {
		return fmt.Errorf("manifest: %w: it names no objects", archive.ErrDamaged)
	}
	var have archive.Objects
	err := b.part(list, func(r io.Reader) error {
		return archive.EachObject(r, func(f archive.File) error {
			have.Count, have.Bytes = have.Count+1, have.Bytes+f.Size
			return errors.Join(ctx.Err(), do(f))
		})
	})
	if err == nil && have != b.m.Objects {
		err = fmt.Errorf("list of objects: %w: it is not the one that the manifest counts", archive.ErrDamaged)
	}
	return err
}

// verifyBackup decrypts everything and says how many bytes it was.
func (p *program) verifyBackup(ctx context.Context, b *opened) (total int64, err error) {
	discard := func(r io.Reader) error {
		n, err := io.Copy(io.Discard, r)
		total += n
		return err
	}
	for _, f := range b.m.Parts {
		if err := errors.Join(ctx.Err(), b.part(f, discard)); err != nil {
			return total, err
		}
	}
	told := p.telling("verify")
	err = b.eachObject(ctx, func(f archive.File) error {
		told.next(f.Size)
		return b.object(f, discard)
	})
	return total, err
}

// telling says how far work on objects is, in lines of its own.
type telling struct {
	*program
	what    string
	last    time.Time
	objects int64
	bytes   int64
}

func (p *program) telling(what string) *telling {
	return &telling{program: p, what: what, last: time.Now()}
}

// next counts an object, of that many bytes.
func (t *telling) next(bytes int64) {
	t.objects, t.bytes = t.objects+1, t.bytes+bytes
	if time.Since(t.last) >= lineInterval {
		t.last = time.Now()
		t.say("%s: %d objects, %s", t.what, t.objects, humanize.IBytes(uint64(t.bytes)))
	}
}
