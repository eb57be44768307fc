package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"lethe/keys/transit"
	"lethe/offchain/archive"
	"lethe/offchain/index"
)

// taking is a backup that is being made. The index comes first: a key without a row is cleared away, a row without a key would
// be a compartment that is lost.
type taking struct {
	*program
	o       backupOptions
	to      string
	epoch   archive.Epoch
	held    bool // nobody else has the state folder open
	objects objectStore
	m       archive.Manifest
	partial string // where this backup lies until it is whole
	fresh   archive.Objects
}

// backupResult is what `lethe backup --json` prints.
type backupResult struct {
	Backup       string    `json:"backup"`
	Epoch        uint32    `json:"epoch"`
	At           time.Time `json:"at"`
	DestroyAfter time.Time `json:"destroy_after"`
	Recipient    string    `json:"recipient"` // of the epoch's key
	Manifest     string    `json:"manifest_sha256"`
	Objects      int64     `json:"objects"`
	NewObjects   int64     `json:"new_objects"`
	NewBytes     int64     `json:"new_bytes"` // of objects
	Bytes        int64     `json:"bytes"`     // of everything else
	Keys         string    `json:"keys"`
	Ledger       uint64    `json:"ledger"`
	Millis       int64     `json:"ms"`
}

// attemptsAtBackup is how often a backup begins again because an erasure entered the ledger meanwhile.
const attemptsAtBackup = 5

func (p *program) backup(ctx context.Context, o backupOptions) (err error) {
	began := time.Now()
	to, err := p.backupFolder(o.to)
	if err != nil {
		return err
	}
	if err := p.hardenProcess(); err != nil {
		return err
	}
	t := &taking{program: p, o: o, to: to}
	if err := p.checkDir(false); err != nil {
		return err
	}
	if t.epoch, err = p.currentEpoch(began); err != nil {
		return err
	}
	if err := p.claimPlace(to); err != nil {
		return err
	}
	alone, err := lock(filepath.Join(to, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, alone()) }()
	held, release, err := p.claim()
	if err != nil {
		return err
	}
	t.held = held
	defer func() { err = errors.Join(err, release()) }()
	defer func() { err = errors.Join(err, p.clearLeftovers(to)) }()
	if err := p.clearLeftovers(to); err != nil {
		return err
	}
	if t.objects, err = p.openObjects(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.objects.Close()) }()
	result, err := t.run(ctx)
	if err != nil {
		return err
	}
	result.Millis = time.Since(began).Milliseconds()
	return p.tellBackup(result)
}

// run takes a backup that no erasure has entered the ledger during: what one keeps was copied before it does, and would be
// missing.
func (t *taking) run(ctx context.Context) (r backupResult, err error) {
	for range attemptsAtBackup {
		before, err := t.currentLedger(ctx)
		if err != nil {
			return r, err
		}
		if err := t.take(ctx, before); err != nil {
			return r, err
		}
		after, err := t.currentLedger(ctx)
		if err != nil {
			return r, err
		}
		if len(after.entries) == len(before.entries) {
			return t.finish()
		}
		t.say("an erasure was carried out meanwhile: the backup begins again")
		if err := t.clearLeftovers(t.to); err != nil {
			return r, err
		}
	}
	return r, withHint(errors.New("erasures are being carried out one after the other"),
		"make the backup when they have ended: `lethe erasures`")
}

// take writes every part. A point at which tests interrupt it follows each.
func (t *taking) take(ctx context.Context, book ledgerNow) error {
	network, err := t.readNetwork(t.publicDir())
	if err != nil {
		return err
	}
	t.m = archive.Manifest{
		Format: archive.Format, Tenant: t.config.Tenant, Tool: version(), Epoch: t.epoch.Number, At: t.freeSecond(),
		Rows:    []archive.Rows{},
		Ledger:  archive.Ledger{Entries: uint64(len(book.entries)), Head: book.head},
		Network: archive.Network{Origin: network.Origin, Log: network.Log, ChainID: network.ChainID, Contract: network.CheckpointLog},
	}
	t.fresh = archive.Objects{}
	t.partial = filepath.Join(t.to, t.epoch.Folder(), partialFolder, t.m.At.Format(stampLayout))
	copied, err := t.copyIndex(ctx)
	if err != nil {
		return fmt.Errorf("back up the index: %w", err)
	}
	defer func() { _ = copied.Close() }()
	for _, part := range []struct {
		name string
		take func() error
	}{
		{partKeys, func() error { return t.takeKeys(ctx) }}, {partLog, t.takeLog}, {partChain, t.takeChain},
		{partObjects, func() error { return t.takeObjects(ctx, copied, book) }},
		{partPublic, func() error { return t.takeFolder(partPublic, t.publicDir()) }}, {partCertificates, t.takeCertificates},
		{partTrials, t.takeTrials},
	} {
		if err := part.take(); err != nil {
			return fmt.Errorf("back up %s: %w", part.name, err)
		}
		t.at("backup." + part.name)
	}
	return t.writeManifest()
}

// at is a point at which tests interrupt.
func (p *program) at(point string) {
	if p.step != nil {
		p.step(point)
	}
}

// freeSecond is a time that no backup has the name of.
func (t *taking) freeSecond() time.Time {
	for {
		at := time.Now().UTC().Truncate(time.Second)
		if _, err := os.Lstat(t.folder(at)); err != nil {
			return at
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// folder is where a backup of that time lies once it is whole.
func (t *taking) folder(at time.Time) string {
	return filepath.Join(t.to, t.epoch.Folder(), at.Format(stampLayout))
}

// part encrypts one part.
func (t *taking) part(name string, write func(io.Writer) error) error {
	w, err := t.create(filepath.Join(t.partial, name+archiveEnd), name)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := write(w); err != nil {
		return err
	}
	f, err := w.Commit()
	t.m.Parts = append(t.m.Parts, f)
	return err
}

func (t *taking) create(name, kind string) (*archive.Writer, error) {
	return archive.Create(name, filepath.Join(t.to, t.epoch.Folder(), partialFolder), t.epoch, kind, t.m.At)
}

// copyIndex copies one snapshot of the index into a database of its own, encrypts that, and leaves it open: it says which
// objects there are.
func (t *taking) copyIndex(ctx context.Context) (copied *index.Store, err error) {
	dir := filepath.Join(t.scratchFolder(), indexFolder)
	from, err := t.openIndexAs(ctx, t.o.owner)
	if err != nil {
		return nil, err
	}
	to := index.Config{Dir: dir, Tenant: t.config.Tenant, Log: t.log}
	if copied, err = index.Open(ctx, to); err == nil {
		var taken index.Copied
		taken, err = index.Copy(ctx, from, copied)
		t.m.Jobs = taken.Jobs
		for _, table := range taken.Tables {
			t.m.Rows = append(t.m.Rows, archive.Rows{Table: table.Name, Count: table.Rows})
		}
		err = errors.Join(err, copied.Close()) // which empties the write-ahead log into the file
	}
	if err = errors.Join(err, from.Close()); err != nil {
		return nil, err
	}
	t.at("backup.index-copied")
	if err := t.part(partIndex, func(w io.Writer) error { return streamFile(w, filepath.Join(dir, index.FileName)) }); err != nil {
		return nil, err
	}
	t.at("backup." + partIndex)
	return index.Open(ctx, to)
}

// openIndexAs opens the configured index, in PostgreSQL as its owner when a file names one.
func (p *program) openIndexAs(ctx context.Context, owner string) (*index.Store, error) {
	if p.config.Index.Postgres.empty() {
		return p.openIndex(ctx)
	}
	url, err := p.ownerURL(owner)
	if err != nil {
		return nil, err
	}
	return index.Open(ctx, index.Config{URL: url, Tenant: p.config.Tenant, Log: p.log})
}

func streamFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// takeKeys copies the key store. The embedded one's root key goes along where it lies in the folder.
func (t *taking) takeKeys(ctx context.Context) error {
	vault, _ := t.onServers()
	switch {
	case t.o.withoutKeys && !vault:
		return withHint(errors.New("--without-keys is for HashiCorp Vault, and the key store is in the state folder"), "leave it out")
	case t.o.withoutKeys:
		t.m.Keys.Store = keysNone
		return nil
	case vault:
		t.m.Keys.Store = keysVault
		cfg, err := t.o.admin.config(t.program)
		if err != nil {
			return withHint(err, "a snapshot holds all of Vault, and needs an administrator's token: --token-file FILE or VAULT_TOKEN",
				"--without-keys leaves it to Vault's own snapshot agent")
		}
		return t.part(partKeys, func(w io.Writer) error { return transit.Snapshot(ctx, cfg, w) })
	}
	t.m.Keys.Store = keysEmbedded
	return t.part(partKeys, func(w io.Writer) error {
		_, err := archive.Pack(w, filepath.Join(t.dir, keysFolder), func(name string) bool {
			if strings.HasPrefix(name, "transit/") && strings.Count(name, "/") == 2 {
				t.m.Keys.Count++
			}
			return name == "tmp" || name == lockFile
		})
		return err
	})
}

// takeLog copies the log's own folder, which may be ahead of its copy among the objects, where nobody writes to it.
func (t *taking) takeLog() error {
	if !t.held {
		return nil
	}
	return t.takeFolder(partLog, filepath.Join(t.dir, logFolder))
}

// takeChain copies the state folder's own chain: a witness only as long as it is not put back, but nothing opens without one.
func (t *taking) takeChain() error {
	if len(t.config.Anchor.RPC) > 0 {
		return nil
	}
	return t.takeFolder(partChain, filepath.Join(t.dir, chainFolder))
}

func (t *taking) takeCertificates() error {
	return t.takeFolder(partCertificates, filepath.Join(t.dir, ledgerFolder, partCertificates))
}

// takeTrials copies the records of trials, where there are any.
func (t *taking) takeTrials() error {
	dir := filepath.Join(t.dir, trialsFolder)
	if !holdsFiles(dir) {
		return nil
	}
	return t.takeFolder(partTrials, dir)
}

func (t *taking) takeFolder(part, dir string) error {
	return t.part(part, func(w io.Writer) error {
		_, err := archive.Pack(w, dir, func(name string) bool { return strings.HasSuffix(name, ".new") })
		return err
	})
}

func (t *taking) writeManifest() error {
	data, err := t.m.Marshal()
	if err != nil {
		return err
	}
	parts := slices.Clone(t.m.Parts)
	err = t.part(partManifest, func(w io.Writer) error { _, err := w.Write(data); return err })
	t.at("backup.manifest")
	t.m.Parts = append(parts, t.m.Parts[len(t.m.Parts)-1:]...)
	return err
}

// finish gives the backup its name.
func (t *taking) finish() (r backupResult, err error) {
	to := t.folder(t.m.At)
	if err := os.Rename(t.partial, to); err != nil {
		return r, err
	}
	if err := syncDir(filepath.Dir(to)); err != nil {
		return r, err
	}
	manifest := t.m.Parts[len(t.m.Parts)-1]
	r = backupResult{
		Backup: to, Epoch: t.epoch.Number, At: t.m.At, DestroyAfter: t.epoch.DestroyAfter, Recipient: t.epoch.Recipient,
		Manifest: fmt.Sprintf("%x", manifest.SHA256), Keys: t.m.Keys.Store, Ledger: t.m.Ledger.Entries,
		Objects: t.m.Objects.Count, NewObjects: t.fresh.Count, NewBytes: t.fresh.Bytes,
	}
	for _, f := range t.m.Parts {
		r.Bytes += f.Size
	}
	return r, nil
}

func syncDir(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (p *program) tellBackup(r backupResult) error {
	if p.config.Ledger.Copy == "" && p.config.Ledger.S3.URL == "" {
		p.say("the erasure ledger has no place of its own (ledger.copy, ledger.s3): if it is lost, this backup cannot be restored")
	}
	if p.json {
		return p.print(r)
	}
	fmt.Fprintf(p.stdout, "%s\n  as of %s, %d objects (%d new, %s) and %s of everything else\n  gone after %s; manifest %s\n",
		r.Backup, r.At.Format(time.RFC3339), r.Objects, r.NewObjects, humanize.IBytes(uint64(r.NewBytes)),
		humanize.IBytes(uint64(r.Bytes)), r.DestroyAfter.Format(time.DateOnly), r.Manifest)
	return nil
}
