package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"lethe/offchain/index"
)

// The stores that somebody may put back, each on its own or with others.
const (
	vaultStore    = "Vault" // a snapshot of its integrated storage
	databaseStore = "database"
	objectStores  = "objects" // in the bucket
	tileStore     = "log"     // the state folder's, and its copy in the bucket
	folderStore   = "ledger"  // and what is published: the rest of the state folder
	chainStore    = "chain"   // the folder of a node
	tilesBelow    = "log/"    // in the bucket
	allButChain   = "all but the chain"
	everyStore    = "all"
	withoutCopy   = "all, and no copy of the ledger elsewhere"
)

func storesOf(name string) []string {
	most := []string{vaultStore, databaseStore, objectStores, tileStore, folderStore}
	switch name {
	case allButChain:
		return most
	case everyStore, withoutCopy:
		return append(most, chainStore)
	}
	return []string{name}
}

// loot is a copy of every store at one moment.
type loot struct {
	folder  string
	objects map[string][]byte
}

// take copies every store, the chain where there is a node of the test's own.
func (s *site) take(n *node, chain bool) *loot {
	t := s.t
	t.Helper()
	l := &loot{folder: t.TempDir(), objects: s.bucket().copied(t)}
	thief := *s.thief
	thief.loot = l.folder
	noError(t, thief.takeSnapshot(t.Context(), true))
	noError(t, thief.withIndexes(t.Context(), true, func(there, copied *index.Store) error {
		_, err := index.Copy(t.Context(), there, copied)
		return err
	}))
	for _, f := range []string{logFolder, ledgerFolder, publicFolder} {
		copyTo(t, filepath.Join(s.dir, f), filepath.Join(l.folder, f))
	}
	if chain {
		n.copyTo(filepath.Join(l.folder, chainFolder))
	}
	return l
}

// putBack puts old copies of some stores in their place.
func (s *site) putBack(n *node, l *loot, stores []string) {
	t := s.t
	t.Helper()
	thief := *s.thief
	thief.loot = l.folder
	for _, store := range stores {
		switch store {
		case vaultStore:
			noError(t, thief.restoreSnapshot(t.Context(), true))
		case databaseStore:
			noError(t, thief.withIndexes(t.Context(), true, func(there, copied *index.Store) error {
				if err := index.Clear(t.Context(), there); err != nil {
					return err
				}
				_, err := index.Copy(t.Context(), copied, there)
				return err
			}))
		case objectStores:
			s.bucket().putBack(t, l.objects, func(key string) bool { return !strings.HasPrefix(key, tilesBelow) })
		case tileStore:
			s.bucket().putBack(t, l.objects, func(key string) bool { return strings.HasPrefix(key, tilesBelow) })
			s.putFolder(l, logFolder)
		case folderStore:
			s.putFolder(l, ledgerFolder)
			s.putFolder(l, publicFolder)
		case chainStore:
			n.putBack(filepath.Join(l.folder, chainFolder))
		}
	}
}

func (s *site) putFolder(l *loot, name string) {
	s.t.Helper()
	noError(s.t, os.RemoveAll(filepath.Join(s.dir, name)))
	copyTo(s.t, filepath.Join(l.folder, name), filepath.Join(s.dir, name))
}

// copied is what the bucket shows, by key below its prefix.
func (b bucket) copied(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, o := range b.list(t, false) {
		body, _, _, err := b.GetObject(t.Context(), b.name, o.Key, minio.GetObjectOptions{})
		noError(t, err)
		found[strings.TrimPrefix(o.Key, b.prefix)], err = io.ReadAll(body)
		noError(t, err)
		noError(t, body.Close())
	}
	return found
}

// putBack makes a part of the bucket what it was.
func (b bucket) putBack(t *testing.T, was map[string][]byte, part func(key string) bool) {
	t.Helper()
	for _, o := range b.list(t, true) {
		if part(strings.TrimPrefix(o.Key, b.prefix)) {
			noError(t, b.RemoveObject(t.Context(), b.name, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID}))
		}
	}
	for key, data := range was {
		if part(key) {
			body, size := bytes.NewReader(data), int64(len(data))
			_, err := b.PutObject(t.Context(), b.name, b.prefix+key, body, size, "", "", minio.PutObjectOptions{})
			noError(t, err)
		}
	}
}

// mirror copies the log as it stands, as somebody outside keeps it.
func (s *site) mirror() string {
	s.t.Helper()
	to := filepath.Join(s.t.TempDir(), "mirror")
	copyTo(s.t, filepath.Join(s.dir, logFolder, "0"), to)
	return to
}

// has says whether the bucket shows one of some keys.
func (b bucket) has(t *testing.T, keys []string) bool {
	t.Helper()
	return slices.ContainsFunc(b.list(t, false), func(o minio.ObjectInfo) bool {
		return slices.Contains(keys, strings.TrimPrefix(o.Key, b.prefix))
	})
}
