// Package tlog writes and serves the transparency log: an append-only list of 32-byte entries whose state is signed as
// checkpoints (C2SP tlog-tiles, tlog-checkpoint), on Tessera's POSIX driver. Every tile is copied to a second place, the Copy,
// before a checkpoint is shown: the folder can be lost, put back or deleted, and is rebuilt from the Copy.
//
// The default choice is safety over speed: an entry is on disk when Append answers, and a checkpoint is signed only once a proof
// from the last one holds. An Append costs 10 ms of waiting and four or more synced files, whether of one entry or of hundreds: so
// batch. Publish waits 100 to 200 ms for the signature, then for the Copy. Opening reads a few tiles, or all entries where the
// folder must be rebuilt, at some 75,000 a second. A log that is started wakes ten times a second.
//
// One process writes a log at a time; who it is must be decided elsewhere (a lock in the database). Readers need no lock. Where
// several take turns (Config.Shared), entries that one has appended and not shown are not in the log of the next: whoever keeps
// them must add them again. A [Follower] reads without a folder.
//
// Tessera logs through k8s.io/klog, which is global to the process: it is for main to direct it, by klog.SetSlogLogger.
package tlog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync/atomic"

	"github.com/transparency-dev/tessera"
	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
)

// Copy is the second place of all tiles and bundles, by their names in tlog-tiles ("tile/0/x001/067", "tile/entries/000.p/5"),
// and of every checkpoint that was shown ("checkpoint/" and its size as 16 hex digits). Methods are safe for concurrent use.
type Copy interface {
	// Create stores data, durably when it answers, or answers fs.ErrExist where the name is taken by whatever content.
	Create(ctx context.Context, name string, data []byte) error
	// Get answers fs.ErrNotExist for a name that is not there.
	Get(ctx context.Context, name string) ([]byte, error)
	// Delete removes a name. That it is not there is no error.
	Delete(ctx context.Context, name string) error
	// List names all that is under a prefix of whole path segments, sorted.
	List(ctx context.Context, prefix string) ([]string, error)
}

// Source reads a log's files by name, and answers fs.ErrNotExist for those that are not there: a Copy, a Folder, a URL. Get is
// safe for concurrent use.
type Source interface {
	Get(ctx context.Context, name string) ([]byte, error)
}

// Config is what a log's writer needs. All but Log and Step must be set.
type Config struct {
	Dir    string      // the log's own folder, made when missing; beside it DIR.restoring and DIR.old come and go
	Copy   Copy        // the second place
	Signer note.Signer // of the log; its name is the origin
	LogKey string      // verifier key of Signer
	// Shared says that other processes, each with a folder of its own, write this log in turns: a folder with entries that were
	// never shown, and in whose place others were since, is rebuilt instead of refused.
	Shared bool
	Log    *slog.Logger // nil is silent
	// Step is called at each of CrashPoints, for tests that interrupt the writer there. Nil is no test.
	Step func(point string)
}

func (c Config) check() (note.Verifier, error) {
	switch {
	case c.Dir == "":
		return nil, errors.New("log: Dir is missing")
	case c.Copy == nil:
		return nil, errors.New("log: Copy is missing")
	case c.Signer == nil:
		return nil, errors.New("log: Signer is missing")
	}
	key, err := note.NewVerifier(c.LogKey)
	if err != nil {
		return nil, fmt.Errorf("log: LogKey: %w", err)
	}
	if key.Name() != c.Signer.Name() || key.KeyHash() != c.Signer.KeyHash() {
		return nil, fmt.Errorf("log: LogKey is of %s, and not Signer's", key.Name())
	}
	return key, nil
}

// Where a writer may be interrupted.
const (
	stepRestored  = "log.restored"          // the folder was rebuilt
	stepAppended  = "log.appended"          // entries are in the log and nowhere else
	stepSigned    = "log.checkpoint-signed" // and under a signature that nobody has seen
	stepCopying   = "log.tile-copied"       // one more file is in the Copy
	stepCopied    = "log.tiles-copied"      // all are
	stepPublished = "log.checkpoint-shown"  // and the checkpoint too: the world may know
)

// CrashPoints are the points at which Config.Step is called.
func CrashPoints() []string {
	return []string{stepRestored, stepAppended, stepSigned, stepCopying, stepCopied, stepPublished}
}

// Log is an open log. Append and Publish take turns; all that reads is safe at any time, and needs no Start.
type Log struct {
	reading
	cfg    Config
	reader tessera.LogReader
	shown  atomic.Pointer[anchor.Checkpoint]
	turn   chan struct{} // holds one token while somebody writes

	// Under turn:
	appender *tessera.Appender
	guard    *guard
	stop     func() error
}

// Open compares the folder with the newest checkpoint that was shown, and rebuilds it from the Copy where it is missing or
// shorter. It signs nothing. It answers ErrFork where the folder contradicts that checkpoint, and ErrInvalid where the Copy does
// not verify. Close must be called.
func Open(ctx context.Context, cfg Config) (*Log, error) {
	key, err := cfg.check()
	if err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Step == nil {
		cfg.Step = func(string) {}
	}
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, fmt.Errorf("log: Dir: %w", err)
	}
	l := &Log{cfg: cfg, turn: make(chan struct{}, 1)}
	l.reading = reading{shelf{cfg.Copy, key}, Folder(cfg.Dir), func(ctx context.Context) (uint64, error) { return l.reader.IntegratedSize(ctx) }}
	shown, err := l.shelf.newest(ctx)
	if err != nil {
		return nil, err
	}
	l.shown.Store(&shown)
	if err := checkRoot(ctx, cfg.Copy, shown); err != nil {
		return nil, fmt.Errorf("the copy of the log: %w", err)
	}
	if err := l.openFolder(ctx); err != nil {
		return nil, err
	}
	if err := l.checkFolder(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Refresh looks whether another writer has gone on since this one looked last. If so, writing ends until the next Start, and the
// folder is brought up to what was shown.
func (l *Log) Refresh(ctx context.Context) (again bool, err error) {
	if err := l.takeTurn(ctx); err != nil {
		return false, err
	}
	defer l.yield()
	newest, err := l.shelf.newest(ctx)
	if err != nil || newest.Size <= l.Shown().Size { // Publish deals with a copy that lacks something
		return false, err
	}
	if l.appender != nil {
		l.appender = nil
		if err := l.stop(); err != nil {
			return true, err
		}
	}
	before := l.shown.Swap(&newest)
	err = l.openFolder(ctx)
	if err == nil {
		err = l.checkFolder(ctx)
	}
	if err != nil {
		l.shown.Store(before) // so that the next look begins again
	}
	return true, err
}

// openFolder opens the folder, and rebuilds it first where it lacks what was shown.
func (l *Log) openFolder(ctx context.Context) error {
	if err := removeLeftovers(l.cfg.Dir); err != nil {
		return err
	}
	folder, err := openMigration(ctx, l.cfg.Dir)
	if err != nil {
		return err
	}
	size, err := folder.IntegratedSize(ctx)
	if err != nil {
		return fmt.Errorf("read the log's folder %s: %w", l.cfg.Dir, err)
	}
	shown := l.Shown()
	stale := size < shown.Size
	if l.cfg.Shared && !stale {
		stale = errors.Is(l.contains(ctx, size, shown), anchor.ErrFork)
	}
	if stale {
		l.cfg.Log.WarnContext(ctx, "rebuilding the log's folder from its copy", "entries", size, "shown", shown.Size)
		if err := restore(ctx, l.cfg.Copy, shown, l.cfg.Dir); err != nil {
			return fmt.Errorf("rebuild the log's folder %s: %w", l.cfg.Dir, err)
		}
		l.cfg.Step(stepRestored)
		if folder, err = openMigration(ctx, l.cfg.Dir); err != nil {
			return err
		}
	}
	l.reader = folder.LogReader
	return nil
}

// checkFolder holds the folder to what was shown, and to what this folder's writer has signed and not shown.
func (l *Log) checkFolder(ctx context.Context) error {
	size, err := l.Size(ctx)
	if err != nil {
		return err
	}
	signed, err := l.signed(ctx)
	if err != nil {
		return err
	}
	for _, c := range []anchor.Checkpoint{l.Shown(), signed} {
		if err := l.contains(ctx, size, c); err != nil {
			return fmt.Errorf("the log's folder %s: %w", l.cfg.Dir, err)
		}
	}
	return nil
}

// contains says whether the log, of that many entries, begins with what the checkpoint says.
func (l *Log) contains(ctx context.Context, size uint64, c anchor.Checkpoint) error {
	if size < c.Size {
		return fmt.Errorf("has %d entries, the checkpoint %v: %w", size, c, anchor.ErrBehind)
	}
	root, err := rootOf(ctx, extent{l.files, size}, c.Size)
	if err != nil {
		return err
	}
	if root != c.Root {
		return fmt.Errorf("the root of the first %d entries is %.4x…, the checkpoint has %v: %w", c.Size, root, c, anchor.ErrFork)
	}
	return nil
}

// signed is the checkpoint in the folder, shown or not.
func (l *Log) signed(ctx context.Context) (anchor.Checkpoint, error) {
	data, err := l.reader.ReadCheckpoint(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return emptyLog(), nil
	}
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("read the log's checkpoint: %w", err)
	}
	return anchor.ParseCheckpoint(data, l.shelf.key)
}

// Shown is the newest checkpoint that was shown: its tiles are in the Copy, and so is it. Before the first it is the empty log,
// without a note.
func (l *Log) Shown() anchor.Checkpoint { return *l.shown.Load() }

// Close ends writing, and waits for what Tessera does in the background. Reading goes on. It may be called again.
func (l *Log) Close() error {
	l.turn <- struct{}{}
	defer l.yield()
	if l.appender == nil {
		return nil
	}
	l.appender = nil
	return l.stop()
}

// takeTurn waits to be the one who writes.
func (l *Log) takeTurn(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to write to the log: %w", context.Cause(ctx))
	}
}

func (l *Log) yield() { <-l.turn }
