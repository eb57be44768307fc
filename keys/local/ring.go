package local

import (
	"context"
	"crypto"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"lethe/keys"
)

// Create implements [keys.Wrapper].
func (r *Ring) Create(ctx context.Context, name keys.Name) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ready(ctx, name); err != nil {
		return fmt.Errorf("local: create: %w", err)
	}
	if err := r.create(name); err != nil {
		return fmt.Errorf("local: create: %w", err)
	}
	return nil
}

func (r *Ring) create(name keys.Name) error {
	there, err := r.exists(transitFile(name))
	if err != nil {
		return err
	}
	if there {
		return keys.ErrKeyExists
	}
	if err := r.makeDir(transitShard(name)); err != nil {
		return err
	}
	transit := keys.NewKey()
	defer transit.Zero()
	return r.writeSealed(transitFile(name), purpose(transitDir, string(name)), transit.Bytes())
}

// Wrap implements [keys.Wrapper].
func (r *Ring) Wrap(ctx context.Context, name keys.Name, key *keys.Key, ad []byte) ([]byte, error) {
	if key.IsZero() {
		return nil, errors.New("local: wrap: key is missing or zeroed")
	}
	transit, err := r.transit(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("local: wrap: %w", err)
	}
	defer transit.Zero()
	return keys.Seal(transit, purpose("wrap", string(name), string(ad)), key.Bytes())
}

// Unwrap implements [keys.Unwrapper].
func (r *Ring) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	transit, err := r.transit(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("local: unwrap: %w", err)
	}
	defer transit.Zero()
	secret, err := keys.Open(transit, purpose("wrap", string(name), string(ad)), wrapped)
	if err != nil {
		return nil, fmt.Errorf("local: unwrap: %w", keys.ErrUnwrap)
	}
	defer clear(secret)
	return keys.KeyFrom(secret)
}

// transit returns a Transit key, which the caller zeroes.
func (r *Ring) transit(ctx context.Context, name keys.Name) (*keys.Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.ready(ctx, name); err != nil {
		return nil, err
	}
	secret, err := r.readSealed(transitFile(name), purpose(transitDir, string(name)), keys.KeySize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, keys.ErrNoKey
	}
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	return keys.KeyFrom(secret)
}

// Destroy implements [keys.Destroyer]. The answer is the file system's; see the package documentation for what that leaves open.
func (r *Ring) Destroy(ctx context.Context, name keys.Name) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ready(ctx, name); err != nil {
		return fmt.Errorf("local: destroy: %w", err)
	}
	if err := r.shred(transitFile(name)); err != nil {
		return fmt.Errorf("local: destroy: %w", err)
	}
	return nil
}

// Exists implements [keys.Destroyer]. A damaged file counts.
func (r *Ring) Exists(ctx context.Context, name keys.Name) (bool, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.ready(ctx, name); err != nil {
		return false, fmt.Errorf("local: exists: %w", err)
	}
	there, err := r.exists(transitFile(name))
	if err != nil {
		return false, fmt.Errorf("local: exists: %w", err)
	}
	return there, nil
}

// Count implements [keys.Counter]. It is read from the disk each time, so that a file put back shows.
func (r *Ring) Count(ctx context.Context) (uint64, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n, err := r.count(ctx)
	if err != nil {
		return 0, fmt.Errorf("local: count: %w", err)
	}
	return n, nil
}

// Advance implements [keys.Counter].
func (r *Ring) Advance(ctx context.Context) (uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.count(ctx)
	if err == nil {
		n++
		err = r.writeSealed(counterFile, purpose(counterFile), binary.BigEndian.AppendUint64(nil, n))
	}
	if err != nil {
		return 0, fmt.Errorf("local: advance: %w", err)
	}
	return n, nil
}

func (r *Ring) count(ctx context.Context) (uint64, error) {
	if err := r.open(ctx); err != nil {
		return 0, err
	}
	content, err := r.readSealed(counterFile, purpose(counterFile), counterSize)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(content), nil
}

// Blind implements [keys.Blinder].
func (r *Ring) Blind(ctx context.Context, data []byte) (sum [sha256.Size]byte, err error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.open(ctx); err != nil {
		return sum, fmt.Errorf("local: blind: %w", err)
	}
	mac := hmac.New(sha256.New, r.blind.Bytes())
	mac.Write(data)
	mac.Sum(sum[:0])
	return sum, nil
}

// Signer returns a copy of the Ed25519 key (RFC 8032) that signs certificates. It is the same for the life of the folder, and
// outside every patient hierarchy, so that no erasure takes it.
func (r *Ring) Signer(ctx context.Context) (crypto.Signer, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.open(ctx); err != nil {
		return nil, fmt.Errorf("local: signer: %w", err)
	}
	return slices.Clone(r.signer), nil
}

// Derive returns a 256-bit secret for a purpose outside the patients' keys, such as signing the log: HKDF-SHA-256 (RFC 5869) of the
// seed that certificates are signed from, so that it is the same for the life of the folder. The caller zeroes it.
func (r *Ring) Derive(ctx context.Context, what string) (*keys.Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.open(ctx); err != nil {
		return nil, fmt.Errorf("local: derive: %w", err)
	}
	secret, err := hkdf.Key(sha256.New, r.signer.Seed(), nil, "lethe/local/"+what, keys.KeySize)
	if err != nil {
		return nil, fmt.Errorf("local: derive: %w", err)
	}
	defer clear(secret)
	return keys.KeyFrom(secret)
}

// open refuses a ring that is closed and a ctx that is done.
func (r *Ring) open(ctx context.Context) error {
	if r.root == nil {
		return fmt.Errorf("%w: closed", keys.ErrUnavailable)
	}
	return ctx.Err()
}

func (r *Ring) ready(ctx context.Context, name keys.Name) error {
	if _, err := keys.ParseName(string(name)); err != nil {
		return err
	}
	return r.open(ctx)
}
