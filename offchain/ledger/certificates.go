package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lethe/offchain"
)

// certificates is the folder of certificates beside the file, and the prefix of their editions in the copy.
const certificates = "certificates"

const maxCertificate = 64 << 20

// PutCertificate implements [offchain.Ledger]. The folder has the newest edition, the copy all of them.
func (l *Ledger) PutCertificate(ctx context.Context, caseID string, data []byte) (string, error) {
	dir := filepath.Join(filepath.Dir(l.file), certificates)
	name := filepath.Join(dir, caseID+".json")
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = replaceFile(name, data)
	}
	if err == nil {
		err = l.copyCertificate(ctx, caseID, data)
	}
	if err != nil {
		return "", fmt.Errorf("ledger: write certificate: %w", err)
	}
	return name, nil
}

// copyCertificate adds an edition to the copy, unless it is the last one there.
func (c copies) copyCertificate(ctx context.Context, caseID string, data []byte) error {
	editions, err := c.mirror.List(ctx, certificates+"/"+caseID)
	if err != nil {
		return err
	}
	if n := len(editions); n > 0 {
		last, err := offchain.ReadAll(ctx, c.mirror, editions[n-1], maxCertificate)
		if err != nil || bytes.Equal(last, data) {
			return err
		}
	}
	return offchain.WriteAll(ctx, c.mirror, fmt.Sprintf("%s/%s/%08x", certificates, caseID, len(editions)+1), data)
}

// Certificate reads the newest edition of a case's certificate: [offchain.ErrNotFound] when there is none.
func (l *Ledger) Certificate(_ context.Context, caseID string) ([]byte, error) {
	folder, err := os.OpenRoot(filepath.Join(filepath.Dir(l.file), certificates))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("ledger: certificate: %w", offchain.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: certificate: %w", err)
	}
	defer func() { _ = folder.Close() }()
	data, err := folder.ReadFile(caseID + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		err = offchain.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: certificate: %w", err)
	}
	return data, nil
}

// Certificate reads the newest edition of a case's certificate in the copy: [offchain.ErrNotFound] when there is none.
func (f *Follower) Certificate(ctx context.Context, caseID string) ([]byte, error) {
	editions, err := f.mirror.List(ctx, certificates+"/"+caseID)
	if errors.Is(err, offchain.ErrBadKey) || err == nil && len(editions) == 0 {
		err = offchain.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: certificate: %w", err)
	}
	return offchain.ReadAll(ctx, f.mirror, editions[len(editions)-1], maxCertificate)
}

// Certified implements [offchain.Ledger].
func (l *Ledger) Certified(context.Context) ([]string, error) {
	files, err := os.ReadDir(filepath.Join(filepath.Dir(l.file), certificates))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("ledger: list certificates: %w", err)
	}
	var cases []string
	for _, f := range files {
		if id, ok := strings.CutSuffix(f.Name(), ".json"); ok {
			cases = append(cases, id)
		}
	}
	return cases, nil
}

// Certified implements [offchain.Ledger].
func (f *Follower) Certified(ctx context.Context) ([]string, error) {
	editions, err := f.mirror.List(ctx, certificates)
	if err != nil {
		return nil, fmt.Errorf("ledger: list certificates: %w", err)
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
