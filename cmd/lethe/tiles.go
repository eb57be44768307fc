package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"lethe/anchor/tlog"
	"lethe/offchain"
)

// tileCopy keeps the log's tiles in the object store, under a prefix of their own. Object keys have no dots, so that "000.p/5" is
// kept as "000-p/5".
type tileCopy struct{ objects offchain.Objects }

var _ tlog.Copy = (*tileCopy)(nil)

const (
	tilePrefix = "log/"
	maxTile    = 1 << 20 // bytes; an entry bundle has 256 entries of 34
)

func tileKey(name string) string { return tilePrefix + strings.ReplaceAll(name, ".p", "-p") }

func tileName(key string) string {
	return strings.ReplaceAll(strings.TrimPrefix(key, tilePrefix), "-p", ".p")
}

func (c *tileCopy) Create(ctx context.Context, name string, data []byte) error {
	err := offchain.WriteAll(ctx, c.objects, tileKey(name), data)
	if errors.Is(err, offchain.ErrExists) {
		return fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	return err
}

func (c *tileCopy) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := offchain.ReadAll(ctx, c.objects, tileKey(name), maxTile)
	if errors.Is(err, offchain.ErrNotFound) || errors.Is(err, offchain.ErrBadKey) {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return data, err
}

func (c *tileCopy) Delete(ctx context.Context, name string) error {
	_, err := c.objects.DeleteAll(ctx, tileKey(name))
	return err
}

func (c *tileCopy) List(ctx context.Context, prefix string) ([]string, error) {
	found, err := c.objects.List(ctx, tileKey(prefix))
	for i := range found {
		found[i] = tileName(found[i])
	}
	return found, err
}
