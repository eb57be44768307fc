package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lethe/offchain"
	"lethe/offchain/archive"
	"lethe/offchain/ledger"
	"lethe/offchain/object"
)

// ledgerNow is the erasure ledger as its copies have it, read without writing to either.
type ledgerNow struct {
	lines   [][]byte
	entries []offchain.LedgerEntry
	head    archive.Digest // SHA-256 of the last line
	objects map[string]bool
}

// names says whether an erasure has destroyed an object, or is about to.
func (l ledgerNow) names(key string) bool { return l.objects[key] }

// begins says whether the ledger is one that a backup was made beside: it has what that had.
func (l ledgerNow) begins(with archive.Ledger) bool {
	n := with.Entries
	return uint64(len(l.lines)) >= n && (n == 0 || sha256.Sum256(l.lines[n-1]) == with.Head)
}

// currentLedger reads the ledger's file and its copy, each of which may be at work, and takes the longer: the other must be its
// beginning.
func (p *program) currentLedger(ctx context.Context) (now ledgerNow, err error) {
	here, err := ledgerLines(filepath.Join(p.dir, ledgerFolder, ledger.FileName))
	if err != nil {
		return now, err
	}
	there, err := p.ledgerCopy(ctx)
	if err != nil {
		return now, fmt.Errorf("the ledger's second copy: %w", err)
	}
	if len(there) < len(here) {
		here, there = there, here
	}
	for i, line := range here {
		if !bytes.Equal(line, there[i]) {
			return now, fmt.Errorf("%w, first at entry %d", offchain.ErrLedgerFork, i+1)
		}
	}
	return parseLedger(ctx, there)
}

// ledgerLines reads the whole lines of a ledger's file, none where there is no file.
func ledgerLines(name string) ([][]byte, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	lines := bytes.Split(data, []byte("\n"))
	return lines[:len(lines)-1], err
}

// ledgerCopy reads the copy where it is configured to be. A folder is read as it is: opening it as a store would tidy up in it.
func (p *program) ledgerCopy(ctx context.Context) (lines [][]byte, err error) {
	var from objectStore
	switch c := p.config.Ledger; {
	case c.Copy != "":
		return ledgerFiles(filepath.Join(c.Copy, ledgerFolder))
	case c.S3.URL != "":
		from, err = openBucket(ctx, "ledger.s3", c.S3, object.S3Setup{LockDays: c.S3.LockDays})
	case p.config.Objects.S3.URL != "":
		from, err = p.openObjects(ctx)
	default:
		return ledgerFiles(filepath.Join(p.dir, objectsFolder, ledgerFolder))
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	names, err := from.List(ctx, ledgerFolder)
	for _, name := range names {
		data, err := offchain.ReadAll(ctx, from, name, maxLedgerLine)
		if err != nil {
			return nil, err
		}
		lines = append(lines, data)
	}
	return lines, err
}

func ledgerFiles(dir string) (lines [][]byte, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lines = append(lines, data)
	}
	return lines, err
}

const maxLedgerLine = 64 << 20 // as package ledger has it

// parseLedger has the lines checked, each against the one before it, by opening them as a ledger.
func parseLedger(ctx context.Context, lines [][]byte) (now ledgerNow, err error) {
	dir, err := os.MkdirTemp("", "lethe-ledger-")
	if err != nil {
		return now, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	book, err := ledger.Open(ctx, dir, heldLines(lines), nil)
	if err != nil {
		return now, err
	}
	now.lines, now.objects = lines, map[string]bool{}
	if n := len(lines); n > 0 {
		now.head = sha256.Sum256(lines[n-1])
	}
	now.entries, err = book.Entries(ctx)
	for _, e := range now.entries {
		for _, key := range e.Objects {
			now.objects[key] = true
		}
	}
	return now, err
}

// heldLines is a ledger's copy, to be read.
type heldLines [][]byte

var _ offchain.Objects = heldLines{}

// List implements [offchain.Objects].
func (l heldLines) List(context.Context, string) ([]string, error) {
	keys := make([]string, len(l))
	for i := range l {
		keys[i] = fmt.Sprintf("%s/%016x", ledgerFolder, i+1)
	}
	return keys, nil
}

// Open implements [offchain.Objects].
func (l heldLines) Open(_ context.Context, key string) (offchain.ObjectReader, error) {
	var seq int
	if _, err := fmt.Sscanf(key, ledgerFolder+"/%016x", &seq); err != nil || seq < 1 || seq > len(l) {
		return nil, offchain.ErrNotFound
	}
	return heldLine{bytes.NewReader(l[seq-1])}, nil
}

// Create implements [offchain.Objects].
func (heldLines) Create(context.Context, string) (offchain.ObjectWriter, error) {
	return nil, errors.ErrUnsupported
}

// DeleteAll implements [offchain.Objects].
func (heldLines) DeleteAll(context.Context, string) (int, error) { return 0, errors.ErrUnsupported }

type heldLine struct{ *bytes.Reader }

func (heldLine) Close() error { return nil }

// ledgerText is a ledger's file with some lines.
func ledgerText(lines [][]byte) []byte {
	var all bytes.Buffer
	for _, line := range lines {
		all.Write(line)
		all.WriteByte('\n')
	}
	return all.Bytes()
}
