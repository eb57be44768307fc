package offchain

import (
	"context"
	"fmt"
	"io"
)

// Objects stores ciphertext under keys that Lethe makes. It is safe for concurrent use.
//
// An object becomes visible at Commit, whole, and is never changed afterwards. Keys are lower-case path segments
// ([a-z0-9-], separated by single slashes); anything else is ErrBadKey before the store is touched.
type Objects interface {
	// Create starts an object. Nothing is visible under key before Commit; ErrExists when key is taken by then.
	Create(ctx context.Context, key string) (ObjectWriter, error)
	// Open opens an object for random access, or answers ErrNotFound.
	Open(ctx context.Context, key string) (ObjectReader, error)
	// DeleteAll deletes every version of an object and says how many there were. An absent object is 0 and no error:
	// when DeleteAll has answered nil, no version of key is listed any more. Versions that the store was told to keep stay: a
	// *LockedError, once all others are gone.
	DeleteAll(ctx context.Context, key string) (versions int, err error)
	// List gives the keys below prefix (a whole segment path, "" for all), in order.
	List(ctx context.Context, prefix string) ([]string, error)
}

// ObjectWriter takes an object's bytes. Exactly one of Commit and Abort ends it; Abort after Commit does nothing.
type ObjectWriter interface {
	io.Writer
	// Commit makes the object durable and visible.
	Commit() error
	// Abort forgets what was written.
	Abort()
}

// ObjectReader reads a committed object at any offset, concurrently.
type ObjectReader interface {
	io.ReaderAt
	io.Closer
	// Size is the object's length in bytes.
	Size() int64
}

// WriteAll stores a small object in one go.
func WriteAll(ctx context.Context, o Objects, key string, data []byte) error {
	w, err := o.Create(ctx, key)
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write object: %w", err)
	}
	return w.Commit()
}

// ReadAll reads a small object in one go; more than limit bytes are refused.
func ReadAll(ctx context.Context, o Objects, key string, limit int64) ([]byte, error) {
	r, err := o.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Size() > limit {
		return nil, fmt.Errorf("read object %s: %d bytes are more than the %d allowed", key, r.Size(), limit)
	}
	return io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
}
