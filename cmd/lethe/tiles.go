package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"lethe/anchor"
	"lethe/anchor/tlog"
	"lethe/offchain"
)

// tileCopy keeps the log's tiles in the object store, under a prefix of their own. Object keys have no dots, so that "000.p/5" is
// kept as "000-p/5".
type tileCopy struct {
	objects offchain.Objects
	prefix  string // with the number of the log
}

func newTileCopy(objects offchain.Objects, n anchor.Network) *tileCopy {
	return &tileCopy{objects, fmt.Sprintf("log/%d/", n.Log)}
}

var _ tlog.Copy = (*tileCopy)(nil)

const maxTile = 1 << 20 // bytes; an entry bundle has 256 entries of 34

func (c *tileCopy) key(name string) string { return c.prefix + strings.ReplaceAll(name, ".p", "-p") }

func (c *tileCopy) name(key string) string {
	return strings.ReplaceAll(strings.TrimPrefix(key, c.prefix), "-p", ".p")
}

func (c *tileCopy) Create(ctx context.Context, name string, data []byte) error {
	err := offchain.WriteAll(ctx, c.objects, c.key(name), data)
	if errors.Is(err, offchain.ErrExists) {
		return fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	return err
}

func (c *tileCopy) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := offchain.ReadAll(ctx, c.objects, c.key(name), maxTile)
	if errors.Is(err, offchain.ErrNotFound) || errors.Is(err, offchain.ErrBadKey) {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return data, err
}

func (c *tileCopy) Delete(ctx context.Context, name string) error {
	_, err := c.objects.DeleteAll(ctx, c.key(name))
	return err
}

func (c *tileCopy) List(ctx context.Context, prefix string) ([]string, error) {
	found, err := c.objects.List(ctx, c.key(prefix))
	for i := range found {
		found[i] = c.name(found[i])
	}
	return found, err
}
