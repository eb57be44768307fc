package local

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"lethe/keys"
)

// Config configures a [Ring]. Its zero value is the default.
type Config struct {
	// RootKey seals every file. It is copied. Nil means the key in root.key, made on first use; giving one while there is a
	// root.key is refused, as the folder would still hold a key.
	RootKey *keys.Key
}

// Ring is a key store in one folder. Its promises stand at [keys.Ring]. Errors of the file system come as
// [keys.ErrUnavailable]; a file that does not open under the root key is damaged, and comes as [keys.ErrCorrupt].
type Ring struct {
	dir  string
	lock *os.File

	mu          sync.RWMutex // files are read under its read lock, changed under its write lock
	root, blind *keys.Key    // nil once closed
	signer      ed25519.PrivateKey
}

var _ keys.Ring = (*Ring)(nil)

// Open opens the folder dir, makes it if it is not there, and locks it until Close. What a crash left half written is removed.
// It fails where the root key is missing or not the one that the folder was made with, where a file that was there is gone or
// damaged, and where somebody else has the folder open.
func Open(dir string, cfg Config) (*Ring, error) {
	if cfg.RootKey != nil && cfg.RootKey.IsZero() {
		return nil, errors.New("local: Config.RootKey is zeroed")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("local: open: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("local: lock %s: %w", dir, err)
	}
	r := &Ring{dir: dir, lock: lock}
	if err := r.load(cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("local: open %s: %w", dir, err), r.Close())
	}
	return r, nil
}

// Close zeroes the keys in memory and gives up the lock. Every later call fails with [keys.ErrUnavailable]; closing again is
// harmless. A signer handed out before goes on working.
func (r *Ring) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.root.Zero()
	r.blind.Zero()
	clear(r.signer)
	r.root, r.blind, r.signer = nil, nil, nil
	if r.lock == nil {
		return nil
	}
	err := r.lock.Close()
	r.lock = nil
	return err
}

// load reads what is there, and makes what a new folder lacks. The folder of the Transit keys is made last: where it stands, all
// else was there once, and what is missing was lost.
func (r *Ring) load(cfg Config) error {
	if err := r.clearTemporary(); err != nil {
		return err
	}
	complete, err := r.exists(transitDir)
	if err != nil {
		return err
	}
	if err := r.loadRoot(cfg, complete); err != nil {
		return err
	}
	if _, err := r.ensure(counterFile, make([]byte, counterSize), complete); err != nil {
		return err
	}
	if r.blind, err = r.ensureKey(blindFile, complete); err != nil {
		return err
	}
	seed, err := r.ensureKey(signingFile, complete)
	if err != nil {
		return err
	}
	defer seed.Zero()
	r.signer = ed25519.NewKeyFromSeed(seed.Bytes())
	return r.makeDir(transitDir)
}

func (r *Ring) loadRoot(cfg Config, complete bool) error {
	text, err := os.ReadFile(r.path(rootFile))
	defer clear(text)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case err == nil && cfg.RootKey != nil:
		return errors.New("Config.RootKey is given, and root.key is there too: keep one of them")
	case err == nil:
		r.root, err = parseRoot(text)
		return err
	case cfg.RootKey != nil:
		r.root = cfg.RootKey.Clone()
		return nil
	}
	sealed, err := r.exists(counterFile) // the first file sealed under a root key
	if err != nil {
		return err
	}
	if sealed || complete {
		return errors.New("root.key is missing, and Config.RootKey is not given: without it nothing here can be read")
	}
	r.root = keys.NewKey()
	made := append(hex.AppendEncode(nil, r.root.Bytes()), '\n')
	defer clear(made)
	return r.write(rootFile, made)
}

func parseRoot(text []byte) (*keys.Key, error) {
	secret := make([]byte, keys.KeySize)
	defer clear(secret)
	digits, ok := bytes.CutSuffix(text, []byte("\n"))
	if !ok || len(digits) != 2*keys.KeySize {
		return nil, fmt.Errorf("root.key is damaged: not %d hexadecimal digits and a newline", 2*keys.KeySize)
	}
	if _, err := hex.Decode(secret, digits); err != nil {
		return nil, errors.New("root.key is damaged: not hexadecimal")
	}
	return keys.KeyFrom(secret)
}

// ensure returns the content of a sealed file, which has the size of fresh; where it is missing it is made with fresh, unless
// the folder was complete before.
func (r *Ring) ensure(file string, fresh []byte, complete bool) ([]byte, error) {
	content, err := r.readSealed(file, purpose(file), len(fresh))
	switch {
	case errors.Is(err, fs.ErrNotExist) && complete:
		return nil, fmt.Errorf("%s is missing, in a folder that had it", file)
	case errors.Is(err, fs.ErrNotExist):
		return fresh, r.writeSealed(file, purpose(file), fresh)
	case err != nil:
		return nil, fmt.Errorf("%s is damaged, or of another root key: %w", file, err)
	}
	return content, nil
}

func (r *Ring) ensureKey(file string, complete bool) (*keys.Key, error) {
	fresh := keys.NewKey()
	defer fresh.Zero()
	content, err := r.ensure(file, fresh.Bytes(), complete)
	if err != nil {
		return nil, err
	}
	defer clear(content)
	return keys.KeyFrom(content)
}
