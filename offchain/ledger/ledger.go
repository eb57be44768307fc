// Package ledger keeps the erasure ledger: one fsynced file of JSON lines, each naming the hash of the line before it, and a
// copy of every line as an object of its own in another store (a second site, an object-locked bucket; by default the record
// store). Opening compares the two: a copy that is shorter is completed from the other, and a copy that contradicts it is
// refused. An append costs one fsync of the file and one stored object.
package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"lethe/offchain"
)

// FileName is the ledger's name in its folder.
const FileName = "erasures.jsonl"

const (
	prefix  = "ledger"
	genesis = "lethe/ledger/v1"
	maxLine = 64 << 20 // one erasure with a million objects
)

// Ledger is the file and its copy.
type Ledger struct {
	copies
	file string
	step func(string)

	mu      sync.Mutex
	lines   [][]byte // as stored, without newlines
	entries []offchain.LedgerEntry
	suspect uint64
	failed  error // of an append, after which the file's end is unknown until it is opened again
}

var _ offchain.Ledger = (*Ledger)(nil)

// line is the stored form of an entry.
type line struct {
	Prev string `json:"prev"` // SHA-256 of the line before, or of the genesis text
	offchain.LedgerEntry
}

// Open reads both copies and completes the shorter one. step is called at the named points of Append where a crash is
// worth a test; it may be nil.
func Open(ctx context.Context, dir string, mirror offchain.Objects, step func(string)) (*Ledger, error) {
	if step == nil {
		step = func(string) {}
	}
	l := &Ledger{copies: copies{mirror}, file: filepath.Join(dir, FileName), step: step}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	inFile, torn, err := l.readFile()
	if err != nil {
		return nil, err
	}
	inMirror, err := l.read(ctx, nil)
	if err != nil {
		return nil, err
	}
	if err := l.reconcile(ctx, inFile, inMirror, torn); err != nil {
		return nil, err
	}
	l.entries, err = check(l.lines)
	return l, err
}

// readFile returns the file's whole lines; torn says that an interrupted append left a piece after them.
func (l *Ledger) readFile() (lines [][]byte, torn bool, err error) {
	data, err := os.ReadFile(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("ledger: %w", err)
	}
	lines = bytes.Split(data, []byte("\n"))
	rest := lines[len(lines)-1]
	return lines[:len(lines)-1], len(rest) > 0, nil
}

// reconcile takes the longer copy, which must begin with the shorter one, and completes the other from it.
func (l *Ledger) reconcile(ctx context.Context, inFile, inMirror [][]byte, torn bool) error {
	common := min(len(inFile), len(inMirror))
	for i := range common {
		if !bytes.Equal(inFile[i], inMirror[i]) {
			return fmt.Errorf("ledger: %w, first at entry %d", offchain.ErrLedgerFork, i+1)
		}
	}
	if len(inFile) != len(inMirror) {
		l.suspect = uint64(common) + 1
	}
	l.lines = inFile
	if len(inMirror) > len(inFile) {
		l.lines = inMirror
	}
	if torn || len(inFile) < len(l.lines) {
		if err := l.rewriteFile(); err != nil {
			return err
		}
	}
	for i := len(inMirror); i < len(l.lines); i++ {
		if err := l.copyOut(ctx, uint64(i)+1, l.lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// Append implements [offchain.Ledger]. The copy decides who comes first, where several processes with a file each append: its store
// takes an object once.
func (l *Ledger) Append(ctx context.Context, e offchain.LedgerEntry) (offchain.LedgerEntry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return e, l.failed
	}
	if err := l.catchUp(ctx); err != nil {
		return e, err
	}
	for _, have := range l.entries {
		if have.Case == e.Case { // in both places, as of the line above
			return have, nil
		}
	}
	e.Seq = uint64(len(l.entries)) + 1
	raw, err := json.Marshal(line{Prev: prev(l.lines, len(l.lines)), LedgerEntry: e})
	if err != nil {
		return e, fmt.Errorf("ledger: %w", err)
	}
	if err := l.copyOut(ctx, e.Seq, raw); err != nil {
		return e, err
	}
	l.step("erase.ledger-copied")
	if l.failed = l.appendFile(raw); l.failed != nil {
		return e, l.failed
	}
	l.lines, l.entries = append(l.lines, raw), append(l.entries, e)
	l.step("erase.ledger-file-appended")
	return e, nil
}

// catchUp takes over what the copy has more: another process has appended, or the answer to this one was lost.
func (l *Ledger) catchUp(ctx context.Context) error {
	lines, err := l.read(ctx, l.lines)
	if err != nil {
		return err
	}
	entries, err := check(lines)
	if err != nil {
		return err
	}
	for _, raw := range lines[len(l.lines):] {
		if l.failed = l.appendFile(raw); l.failed != nil {
			return l.failed
		}
	}
	l.lines, l.entries = lines, entries
	return nil
}

func (l *Ledger) appendFile(raw []byte) error {
	f, err := os.OpenFile(l.file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	_, err = f.Write(append(slices.Clone(raw), '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = offchain.SyncFolder(filepath.Dir(l.file))
	}
	if err != nil {
		return fmt.Errorf("ledger: append: %w", err)
	}
	return nil
}

// rewriteFile replaces the file by the known lines.
func (l *Ledger) rewriteFile() error {
	var all []byte
	for _, raw := range l.lines {
		all = append(append(all, raw...), '\n')
	}
	if err := offchain.ReplaceFile(l.file, all); err != nil {
		return fmt.Errorf("ledger: complete the file: %w", err)
	}
	return nil
}

// Entries implements [offchain.Ledger]: also those that another process has appended.
func (l *Ledger) Entries(ctx context.Context) ([]offchain.LedgerEntry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return nil, l.failed
	}
	err := l.catchUp(ctx)
	return slices.Clone(l.entries), err
}

// Suspect implements [offchain.Ledger].
func (l *Ledger) Suspect() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.suspect
}
