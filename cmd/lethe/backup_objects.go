package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"time"

	"lethe/offchain"
	"lethe/offchain/archive"
	"lethe/offchain/index"
)

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

// awaitLog waits until the log's copy among the objects has what the copied index knows of it: the service shows it within a
// second. Where the log's own folder is copied as well, there is nothing to wait for.
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
