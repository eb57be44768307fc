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
	return develop(ctx, dir, s, progress, true)
}

// DevelopVerifying is Develop without the proving key, which is not looked at where there are keys.
func DevelopVerifying(ctx context.Context, dir string, s Statement, progress func(stage string)) (*Verifying, error) {
	k, err := develop(ctx, dir, s, progress, false)
	if err != nil {
		return nil, err
	}
	v := k.Verifying // and not what else k holds
	return &v, nil
}

func develop(ctx context.Context, dir string, s Statement, progress func(stage string), proves bool) (*Keys, error) {
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
	k, err := keysIn(ctx, dir, c, progress, proves)
	if err != nil {
		return nil, fmt.Errorf("development keys for %s: %w", s.Name(), err)
	}
	return k, nil
}

// keysIn answers the keys in a folder, made if need be; the proving key, where it is read, only if somebody proves.
func keysIn(ctx context.Context, dir string, c *Circuit, progress func(stage string), proves bool) (*Keys, error) {
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
	if k, err := readDevelopment(dir, c, proves); err == nil {
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

func readDevelopment(dir string, c *Circuit, proves bool) (*Keys, error) {
	manifest, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, err
	}
	v, err := readVerifying(dir, c, manifest)
	if err != nil {
		return nil, err
	}
	if v.Manifest.Setup != Development {
		return nil, errors.New("not a development set-up")
	}
	if !proves {
		return &Keys{Verifying: *v}, nil
	}
	return v.readProving(dir, c)
}

func setUp(c *Circuit) (*Keys, error) {
	var pk groth16.ProvingKey
	var vk groth16.VerifyingKey
	if err := groth16.Setup(c.system, &pk, &vk); err != nil {
		return nil, err
	}
	return NewKeys(c, Development, &pk, &vk)
}
