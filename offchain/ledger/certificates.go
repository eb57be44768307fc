package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/offchain"
)

// certificates is the folder of certificates beside the file, and the prefix of their editions in the copy.
const certificates = "certificates"

const maxCertificate = 64 << 20

// PutCertificate implements [offchain.Ledger]. The folder has the newest edition, the copy all of them.
func (l *Ledger) PutCertificate(ctx context.Context, caseID string, edition int, data []byte) (string, error) {
	dir := filepath.Join(filepath.Dir(l.file), certificates)
	name := filepath.Join(dir, caseID+".json")
	newest, err := l.copyCertificate(ctx, caseID, edition, data)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = offchain.ReplaceFile(name, newest)
	}
	if err != nil {
		return "", fmt.Errorf("ledger: write certificate: %w", err)
	}
	return name, nil
}

// copyCertificate adds an edition to the copy, and gives the newest there is. One that is issued again, as after a crash, comes after
// itself; one that is late, from a process that was held up, before those that are newer.
func (c copies) copyCertificate(ctx context.Context, caseID string, edition int, data []byte) ([]byte, error) {
	place := fmt.Sprintf("%s/%s/%08x", certificates, caseID, edition)
	same, err := c.mirror.List(ctx, place)
	if err != nil {
		return nil, err
	}
	last := []byte(nil)
	if n := len(same); n > 0 {
		if last, err = offchain.ReadAll(ctx, c.mirror, same[n-1], maxCertificate); err != nil {
			return nil, err
		}
	}
	if last == nil || !bytes.Equal(last, data) {
		if err := offchain.WriteAll(ctx, c.mirror, fmt.Sprintf("%s/%08x", place, len(same)+1), data); err != nil {
			return nil, err
		}
	}
	return c.certificate(ctx, caseID)
}

// certificate is the newest edition in the copy.
func (c copies) certificate(ctx context.Context, caseID string) ([]byte, error) {
	editions, err := c.mirror.List(ctx, certificates+"/"+caseID)
	if errors.Is(err, offchain.ErrBadKey) || err == nil && len(editions) == 0 {
		err = offchain.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return offchain.ReadAll(ctx, c.mirror, editions[len(editions)-1], maxCertificate)
}

// certified lists the cases that have one in the copy.
func (c copies) certified(ctx context.Context) ([]string, error) {
	editions, err := c.mirror.List(ctx, certificates)
	if err != nil {
		return nil, err
	}
	var cases []string
	for _, key := range editions {
		id, _, _ := strings.Cut(strings.TrimPrefix(key, certificates+"/"), "/")
		if len(cases) == 0 || cases[len(cases)-1] != id {
			cases = append(cases, id)
		}
	}
	return cases, nil
}

// Certificate reads the newest edition of a case's certificate, in the folder or else in the copy: [offchain.ErrNotFound] when there is
// none.
func (l *Ledger) Certificate(ctx context.Context, caseID string) ([]byte, error) {
	data, err := l.inFolder(caseID)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = l.certificate(ctx, caseID)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: certificate: %w", err)
	}
	return data, nil
}

func (l *Ledger) inFolder(caseID string) ([]byte, error) {
	folder, err := os.OpenRoot(filepath.Join(filepath.Dir(l.file), certificates))
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }()
	return folder.ReadFile(caseID + ".json")
}

// Certificate reads the newest edition of a case's certificate in the copy: [offchain.ErrNotFound] when there is none.
func (f *Follower) Certificate(ctx context.Context, caseID string) ([]byte, error) {
	data, err := f.certificate(ctx, caseID)
	if err != nil {
		return nil, fmt.Errorf("ledger: certificate: %w", err)
	}
	return data, nil
}

// Certified implements [offchain.Ledger]: in either place.
func (l *Ledger) Certified(ctx context.Context) ([]string, error) {
	cases, err := l.certified(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: list certificates: %w", err)
	}
	files, err := os.ReadDir(filepath.Join(filepath.Dir(l.file), certificates))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("ledger: list certificates: %w", err)
	}
	for _, f := range files {
		if id, ok := strings.CutSuffix(f.Name(), ".json"); ok && !slices.Contains(cases, id) {
			cases = append(cases, id)
		}
	}
	return cases, nil
}

// Certified implements [offchain.Ledger].
func (f *Follower) Certified(ctx context.Context) ([]string, error) {
	cases, err := f.certified(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: list certificates: %w", err)
	}
	return cases, nil
}
