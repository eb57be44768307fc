package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"lethe/keys/transit"
	"lethe/offchain"
	"lethe/offchain/archive"
	"lethe/offchain/index"
)

// taking is a backup that is being made. The index comes first: a key without a row is cleared away, a row without a key would be a
// compartment that is lost.
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

// run takes a backup that no erasure has entered the ledger during: what one keeps was copied before it does, and would be missing.
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
	return r, withHint(errors.New("erasures are being carried out one after the other"), "make the backup when they have ended: `lethe erasures`")
}

// take writes every part. A point at which tests interrupt it follows each.
func (t *taking) take(ctx context.Context, book ledgerNow) error {
	network, err := t.readNetwork(t.publicDir())
	if err != nil {
		return err
	}
	at := time.Now().UTC().Truncate(time.Second)
	t.m = archive.Manifest{
		Format: archive.Format, Tenant: t.config.Tenant, Tool: version(), Epoch: t.epoch.Number, At: at, Rows: []archive.Rows{},
		Ledger:  archive.Ledger{Entries: uint64(len(book.entries)), Head: book.head},
		Network: archive.Network{Origin: network.Origin, Log: network.Log, ChainID: network.ChainID, Contract: network.CheckpointLog},
	}
	t.fresh = archive.Objects{}
	t.partial = filepath.Join(t.to, t.epoch.Folder(), partialFolder, at.Format(stampLayout))
	if _, err := os.Stat(t.folder()); err == nil {
		return withHint(fmt.Errorf("%s is there already", t.folder()), "backups are named by the second: wait one")
	}
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

// folder is where the backup lies once it is whole.
func (t *taking) folder() string {
	return filepath.Join(t.to, t.epoch.Folder(), t.m.At.Format(stampLayout))
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

// copyIndex copies one snapshot of the index into a database of its own, encrypts that, and leaves it open: it says which objects there are.
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
			return withHint(err, "a snapshot holds all of Vault, and takes an administrator's token: give --token-file FILE or set VAULT_TOKEN",
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

func (t *taking) takeFolder(part, dir string) error {
	return t.part(part, func(w io.Writer) error {
		_, err := archive.Pack(w, dir, func(name string) bool { return strings.HasSuffix(name, ".new") })
		return err
	})
}

// takeObjects archives what the copied index names and the log's tiles, each once for an epoch, and lists them all.
func (t *taking) takeObjects(ctx context.Context, copied *index.Store, book ledgerNow) error {
	if err := t.awaitLog(ctx, copied); err != nil {
		return err
	}
	tiles, err := t.objects.List(ctx, logFolder)
	if err != nil {
		return err
	}
	err = t.part(partObjects, func(w io.Writer) error {
		list, told := archive.NewLister(w), t.telling("backup")
		add := func(key string, mayMiss bool) error {
			f, err := t.object(ctx, key)
			switch missing := errors.Is(err, offchain.ErrNotFound); {
			case missing && (mayMiss || book.names(key)):
				return nil // never made, or destroyed by an erasure that the ledger knows
			case missing:
				return withHint(fmt.Errorf("the index names an object that is not there, and no erasure has destroyed it: %w", err),
					"make the backup again: it may have gone meanwhile; if it is still missing, look for it in an older backup")
			case err != nil:
				return err
			}
			told.next(f.Size)
			return list.Add(f)
		}
		if err := index.ObjectKeys(ctx, copied, add); err != nil {
			return err
		}
		for _, key := range tiles {
			if err := add(key, true); err != nil { // a tile that grew has another name
				return err
			}
		}
		t.m.Objects = list.Objects
		return nil
	})
	return errors.Join(err, syncFolders(filepath.Join(t.to, t.epoch.Folder())), syncDir(t.to))
}

// syncFolders makes the names in a folder, and in those below it, durable.
func syncFolders(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncDir(name)
	})
}

// object archives an object unless this epoch has it.
func (t *taking) object(ctx context.Context, key string) (archive.File, error) {
	name := objectFile(t.to, t.epoch.Number, key)
	h, err := archive.ReadHeader(name)
	if err == nil && h.Kind == kindObject {
		return archive.File{Name: key, Size: h.Size, SHA256: h.SHA256}, nil
	}
	if err == nil {
		err = archive.ErrDamaged
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, archive.ErrDamaged) {
		return archive.File{}, err
	}
	r, err := t.objects.Open(ctx, key)
	if err != nil {
		return archive.File{}, err
	}
	defer r.Close()
	w, err := t.create(name, kindObject)
	if err != nil {
		return archive.File{}, err
	}
	defer w.Abort()
	if _, err := io.Copy(w, io.NewSectionReader(r, 0, r.Size())); err != nil {
		return archive.File{}, fmt.Errorf("object %s: %w", key, err)
	}
	f, err := w.Commit()
	f.Name = key
	t.fresh.Count, t.fresh.Bytes = t.fresh.Count+1, t.fresh.Bytes+f.Size
	t.at("backup.object")
	return f, err
}

// objectFile is where an object of an epoch lies.
func objectFile(to string, epoch uint32, key string) string {
	return filepath.Join(to, archive.FolderOf(epoch), objectsFolder, filepath.FromSlash(key)+archiveEnd)
}

// frontierName is the index's note of how far the log's positions have been noted (package vault).
const frontierName = "log-frontier"

// awaitLog waits until the log's copy among the objects has what the copied index knows of it: the service shows it within a second. Where
// the log's own folder is copied as well, there is nothing to wait for.
func (t *taking) awaitLog(ctx context.Context, copied *index.Store) error {
	want, err := frontierOf(ctx, copied)
	if err != nil {
		return err
	}
	prefix := fmt.Sprintf("%s/%d/checkpoint", logFolder, t.m.Network.Log)
	for patience := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		shown, err := t.objects.List(ctx, prefix)
		if err != nil {
			return err
		}
		if n := len(shown); n > 0 {
			t.m.Log, err = strconv.ParseUint(filepath.Base(shown[n-1]), 16, 64)
		}
		if err != nil || t.held || t.m.Log >= want {
			return err
		}
		if ctx.Err() != nil || time.Now().After(patience) {
			return withHint(errors.Join(ctx.Err(), fmt.Errorf("the log's copy has %d entries, and the index knows %d", t.m.Log, want)),
				"`lethe log status` says why no checkpoint is shown")
		}
	}
}

func frontierOf(ctx context.Context, s *index.Store) (n uint64, err error) {
	err = s.View(ctx, func(q offchain.Queries) error {
		value, err := q.Setting(ctx, frontierName)
		if err == nil && len(value) == 8 {
			n = binary.BigEndian.Uint64(value)
		}
		if errors.Is(err, offchain.ErrNotFound) {
			err = nil
		}
		return err
	})
	return n, err
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
	if err := os.Rename(t.partial, t.folder()); err != nil {
		return r, err
	}
	if err := syncDir(filepath.Dir(t.folder())); err != nil {
		return r, err
	}
	manifest := t.m.Parts[len(t.m.Parts)-1]
	r = backupResult{
		Backup: t.folder(), Epoch: t.epoch.Number, At: t.m.At, DestroyAfter: t.epoch.DestroyAfter, Recipient: t.epoch.Recipient, Manifest: fmt.Sprintf("%x", manifest.SHA256),
		Objects: t.m.Objects.Count, NewObjects: t.fresh.Count, NewBytes: t.fresh.Bytes, Keys: t.m.Keys.Store, Ledger: t.m.Ledger.Entries,
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
		p.say("the erasure ledger has no place of its own (ledger.copy, ledger.s3): once something was erased, a backup cannot be restored without it")
	}
	if p.json {
		return p.print(r)
	}
	fmt.Fprintf(p.stdout, "%s\n  as of %s, %d objects (%d new, %s) and %s of everything else\n  gone after %s; manifest %s\n", r.Backup,
		r.At.Format(time.RFC3339), r.Objects, r.NewObjects, humanize.IBytes(uint64(r.NewBytes)), humanize.IBytes(uint64(r.Bytes)),
		r.DestroyAfter.Format(time.DateOnly), r.Manifest)
	return nil
}
