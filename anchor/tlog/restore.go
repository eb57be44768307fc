package tlog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"

	"lethe/anchor"
)

// stalled is how long an integration may stand still before it is given up: Tessera would retry for ever.
const stalled = time.Minute

// integrator is what Tessera's migration lifecycle does with a folder.
type integrator interface {
	SetEntryBundle(ctx context.Context, index uint64, partial uint8, bundle []byte) error
	AwaitIntegration(ctx context.Context, size uint64) ([]byte, error)
	IntegratedSize(ctx context.Context) (uint64, error)
}

type migration struct {
	integrator
	tessera.LogReader
}

// IntegratedSize is that of the reader.
func (m migration) IntegratedSize(ctx context.Context) (uint64, error) {
	return m.LogReader.IntegratedSize(ctx)
}

// openMigration opens a folder, or makes an empty one, without a signer: nothing can be signed by it.
func openMigration(ctx context.Context, dir string) (migration, error) {
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return migration{}, fmt.Errorf("open the log's folder %s: %w", dir, err)
	}
	storage, ok := driver.(*posix.Storage)
	if !ok {
		return migration{}, fmt.Errorf("open the log's folder %s: a driver of type %T", dir, driver)
	}
	writer, reader, err := storage.MigrationWriter(ctx, tessera.NewMigrationOptions())
	if err != nil {
		return migration{}, fmt.Errorf("open the log's folder %s: %w", dir, err)
	}
	return migration{writer, reader}, nil
}

// restore builds a folder from a Copy, beside the one that is there, and takes its place once its root is the checkpoint's.
// Wherever it is interrupted, what it leaves opens: a folder that lacks entries is restored again.
func restore(ctx context.Context, from Source, c anchor.Checkpoint, dir string) error {
	m, err := openMigration(ctx, dir+restoring)
	if err != nil {
		return err
	}
	for f, err := range readAhead(ctx, from, bundlesOf(c.Size)) {
		if err != nil {
			return err
		}
		if _, err := entriesIn(f.file, f.data); err != nil {
			return err
		}
		if err := m.SetEntryBundle(ctx, f.index, uint8(f.width%width), f.data); err != nil {
			return fmt.Errorf("write %s: %w", f.name(), err)
		}
	}
	root, err := integrate(ctx, m, c.Size)
	if err != nil {
		return err
	}
	if root != c.Root {
		return fmt.Errorf("the entries in the copy give the root %.4x… for %v: %w", root, c, anchor.ErrInvalid)
	}
	return replace(dir)
}

func bundlesOf(size uint64) iter.Seq[file] {
	return func(yield func(file) bool) {
		for at := uint64(0); at < size; at += width {
			if !yield(file{bundle: true, index: at / width, width: min(width, size-at)}) {
				return
			}
		}
	}
}

// integrate builds the hash tiles. It gives up when nothing moves, as on a full disk.
func integrate(ctx context.Context, m migration, size uint64) (anchor.Hash, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		var last uint64
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(stalled):
			}
			n, err := m.IntegratedSize(ctx)
			if err != nil || n == last {
				cancel(errors.Join(fmt.Errorf("stands still at %d of %d entries", n, size), err))
				return
			}
			last = n
		}
	}()
	root, err := m.AwaitIntegration(ctx, size)
	if ctx.Err() != nil {
		return anchor.Hash{}, context.Cause(ctx)
	}
	if err != nil {
		return anchor.Hash{}, err
	}
	return anchor.Hash(root), nil
}

const (
	restoring = ".restoring"
	replaced  = ".old"
)

// removeLeftovers removes what an interrupted restoration left.
func removeLeftovers(dir string) error {
	return errors.Join(os.RemoveAll(dir+restoring), os.RemoveAll(dir+replaced))
}

// replace puts the restored folder in the place of the one that is there.
func replace(dir string) error {
	if err := os.Rename(dir, dir+replaced); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(dir+restoring, dir); err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(dir))
	if err != nil {
		return err
	}
	if err := errors.Join(parent.Sync(), parent.Close()); err != nil {
		return err
	}
	return os.RemoveAll(dir + replaced)
}
