package circuits

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
)

// DefaultDir is where this user's development keys are.
func DefaultDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("development keys: %w", err)
	}
	return filepath.Join(cache, "lethe", "circuits"), nil
}

// Develop gives development keys for a statement: those that dir holds for it, or new ones, which it leaves there for the next
// time. A circuit that has changed gets keys of its own, and a folder that is damaged is made again. Processes wait for each
// other. An empty dir is DefaultDir. Progress, if not nil, is told each stage as it begins; ctx is heeded between stages. On
// two cores a set-up takes 3 s for 20,000 constraints and 80 s for 500,000.
func Develop(ctx context.Context, dir string, s Statement, progress func(stage string)) (*Keys, error) {
	if progress == nil {
		progress = func(string) {}
	}
	progress("compiling")
	c, err := Compile(s)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		if dir, err = DefaultDir(); err != nil {
			return nil, err
		}
	}
	k, err := develop(ctx, dir, c, progress)
	if err != nil {
		return nil, fmt.Errorf("development keys for %s: %w", s.Name(), err)
	}
	return k, nil
}

func develop(ctx context.Context, dir string, c *Circuit, progress func(stage string)) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	dir = filepath.Join(dir, fmt.Sprintf("%s-v%d-%x", c.Statement.ID, c.Statement.Version, c.SHA256[:8]))
	progress("reading keys")
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k, err := readDevelopment(dir, c); err == nil {
		return k, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	progress("setting up")
	k, err := setUp(c)
	if err != nil {
		return nil, err
	}
	progress("writing keys")
	_, err = k.Write(dir)
	return k, err
}

func readDevelopment(dir string, c *Circuit) (*Keys, error) {
	manifest, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, err
	}
	k, err := readKeys(dir, c, manifest)
	if err == nil && k.Manifest.Setup != Development {
		err = errors.New("not a development set-up")
	}
	return k, err
}

func setUp(c *Circuit) (*Keys, error) {
	var pk groth16.ProvingKey
	var vk groth16.VerifyingKey
	if err := groth16.Setup(c.system, &pk, &vk); err != nil {
		return nil, err
	}
	return NewKeys(c, Development, &pk, &vk)
}
