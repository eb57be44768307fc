package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"lethe/keys/transit"
	"lethe/offchain"
	"lethe/offchain/archive"
	"lethe/offchain/index"
)

// occupied names the store of a part when it holds something, and is "" when it is empty.
func (r *restoral) occupied(ctx context.Context, part string) (string, error) {
	vault, postgres := r.onServers()
	switch {
	case part == partIndex && postgres:
		return r.occupiedDatabase(ctx)
	case part == partKeys && vault, part == partCertificates:
		return "", r.vaultOptions()
	case part == partObjects:
		return r.occupiedObjects(ctx)
	}
	if dir := filepath.Join(r.dir, part); holdsFiles(dir) {
		return dir, nil
	}
	return "", nil
}

// vaultOptions asks for the token before anything is done.
func (r *restoral) vaultOptions() error {
	if vault, _ := r.onServers(); !vault || !r.o.replaceVault {
		return nil
	}
	_, err := r.o.admin.config(r.program)
	return err
}

func (r *restoral) occupiedDatabase(ctx context.Context) (string, error) {
	url, err := r.ownerURL(r.o.owner)
	if err != nil {
		return "", err
	}
	if err := index.Migrate(ctx, url, r.log); err != nil {
		return "", err
	}
	store, err := r.openIndexAs(ctx, r.o.owner)
	if err != nil {
		return "", err
	}
	what := ""
	err = store.View(ctx, func(q offchain.Queries) error {
		totals, err := q.Totals(ctx)
		if err != nil {
			return err
		}
		entries, err := q.EntryTotals(ctx)
		if err == nil && (totals != offchain.Totals{} || entries != offchain.EntryTotals{}) {
			what = "the database of index.postgres"
		}
		return err
	})
	return what, errors.Join(err, store.Close())
}

// occupiedObjects looks where objects and the log's tiles would be; the ledger's copy may be there.
func (r *restoral) occupiedObjects(ctx context.Context) (what string, err error) {
	to, err := r.openObjects(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	for _, prefix := range []string{r.config.Tenant, logFolder} {
		found, err := to.List(ctx, prefix)
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return fmt.Sprintf("the object store, below %s/,", prefix), nil
		}
	}
	return "", nil
}

// putBack writes one part. It may be repeated: what an interrupted attempt has left of it is replaced or found.
func (r *restoral) putBack(ctx context.Context, part string) error {
	vault, postgres := r.onServers()
	f, ok := r.m.Part(part)
	switch {
	case !ok:
		return fmt.Errorf("manifest: %w: it does not name it", archive.ErrDamaged)
	case part == partIndex && postgres:
		return r.fillDatabase(ctx, f)
	case part == partIndex:
		return r.indexFolder(f, filepath.Join(r.dir, indexFolder))
	case part == partKeys && vault:
		return r.replaceVault(ctx, f)
	case part == partObjects:
		return r.putObjects(ctx)
	case part == partCertificates:
		return r.part(f, func(in io.Reader) error {
			return archive.Unpack(in, filepath.Join(r.dir, ledgerFolder, partCertificates), true)
		})
	}
	dir := filepath.Join(r.dir, part)
	if err := os.RemoveAll(dir); err != nil { // it was empty before this restore
		return err
	}
	return r.part(f, func(in io.Reader) error { return archive.Unpack(in, dir, false) })
}

// indexFolder writes the copied index into a folder.
func (r *restoral) indexFolder(f archive.File, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := r.part(f, func(in io.Reader) error { return writeSynced(filepath.Join(dir, index.FileName), in) }); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

func writeSynced(name string, from io.Reader) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Sync(), f.Close())
}

// fillDatabase copies the index into PostgreSQL, in one transaction.
func (r *restoral) fillDatabase(ctx context.Context, f archive.File) (err error) {
	dir := filepath.Join(r.scratchFolder(), indexFolder)
	defer func() { err = errors.Join(err, removeScratch(r.scratchFolder())) }()
	if err := r.indexFolder(f, dir); err != nil {
		return err
	}
	from, err := index.Open(ctx, index.Config{Dir: dir, Tenant: r.config.Tenant, Log: r.log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := r.openIndexAs(ctx, r.o.owner)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if r.resume { // an interrupted attempt may have filled it
		if err := index.Clear(ctx, to); err != nil {
			return err
		}
	}
	copied, err := index.Copy(ctx, from, to)
	if err != nil {
		return err
	}
	r.at("restore.index-copied")
	return r.sameRows(copied)
}

// sameRows compares what was copied with what the manifest counts.
func (r *restoral) sameRows(copied index.Copied) error {
	have := map[string]int64{}
	for _, t := range copied.Tables {
		have[t.Name] = t.Rows
	}
	for _, t := range r.m.Rows {
		if have[t.Table] != t.Count {
			return fmt.Errorf("table %s has %d rows, and the manifest counts %d", t.Table, have[t.Table], t.Count)
		}
	}
	return nil
}

// replaceVault puts the snapshot in the place of all of Vault, or into a file.
func (r *restoral) replaceVault(ctx context.Context, f archive.File) error {
	if r.o.snapshot != "" {
		return r.part(f, func(in io.Reader) error { return writeSynced(r.o.snapshot, in) })
	}
	cfg, err := r.o.admin.config(r.program)
	if err != nil {
		return err
	}
	if err := r.part(f, func(in io.Reader) error { _, err := io.Copy(io.Discard, in); return err }); err != nil {
		return err // nothing is replaced by what is not whole
	}
	return r.part(f, func(in io.Reader) error {
		return transit.RestoreSnapshot(ctx, cfg,
			struct{ io.Reader }{in})
	}) // which would close it
}

// putObjects writes every object that is not there. Each becomes visible when it was compared as a whole.
func (r *restoral) putObjects(ctx context.Context) (err error) {
	to, err := r.openObjects(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	told := r.telling("restore")
	return r.eachObject(ctx, func(f archive.File) error {
		told.next(f.Size)
		err := r.putObject(ctx, to, f)
		if errors.Is(err, offchain.ErrExists) && r.resume {
			return nil
		}
		r.at("restore.object")
		return err
	})
}

func (r *restoral) putObject(ctx context.Context, to offchain.Objects, f archive.File) error {
	if there, err := to.Open(ctx, f.Name); err == nil {
		return errors.Join(fmt.Errorf("object %s: %w", f.Name, offchain.ErrExists), there.Close())
	} else if !errors.Is(err, offchain.ErrNotFound) {
		return err
	}
	w, err := to.Create(ctx, f.Name)
	if err != nil {
		return err
	}
	defer w.Abort()
	err = r.object(f, func(in io.Reader) error { _, err := io.Copy(w, in); return err })
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("object %s is missing", f.Name)
	}
	if err != nil {
		return err
	}
	return w.Commit()
}
