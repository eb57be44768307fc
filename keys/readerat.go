package keys

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// ReaderAt decrypts ranges of a ciphertext. It is safe for concurrent use where its source is.
type ReaderAt struct {
	src    io.ReaderAt
	msg    *message
	cipher int64     // length of the ciphertext
	size   int64     // length of the plaintext, authenticated
	bufs   sync.Pool // *[]byte, at most a span long, without plaintext
}

var _ io.ReaderAt = (*ReaderAt)(nil)

// NewReaderAt opens a ciphertext of size bytes: it checks the commitment and authenticates the last chunk, and with it the
// length. The errors are [ErrCorrupt], for a wrong size too, [ErrWrongKey], and those of src.
func NewReaderAt(src io.ReaderAt, size int64, key *Key, context []byte) (*ReaderAt, error) {
	plain, err := PlaintextSize(size)
	if err != nil {
		return nil, err
	}
	header := make([]byte, HeaderSize)
	if err := readAt(src, header, 0); err != nil {
		return nil, fmt.Errorf("keys: read header: %w", err)
	}
	r := &ReaderAt{src: src, cipher: size, size: plain}
	if r.msg, err = openHeader(header, key, context); err != nil {
		return nil, err
	}
	if err := r.authenticateLast(); err != nil {
		return nil, err
	}
	return r, nil
}

// Size returns the length of the plaintext in bytes.
func (r *ReaderAt) Size() int64 { return r.size }

// ReadAt implements [io.ReaderAt]. It reads and decrypts the chunks that the range touches, at most 256 KiB at a time: a caller
// of many small reads had better buffer them by [ChunkSize]. An altered chunk gives [ErrCorrupt], the bytes before it stand.
func (r *ReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("keys: read at a negative offset")
	}
	if off >= r.size {
		return 0, io.EOF
	}
	want, done := int(min(int64(len(p)), r.size-off)), 0
	for done < want {
		n, err := r.readSpan(p[done:want], off+int64(done))
		done += n
		if err != nil {
			return done, err
		}
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// readSpan fills the front of p from the chunks at off, as many as one span holds.
func (r *ReaderAt) readSpan(p []byte, off int64) (int, error) {
	first := off / ChunkSize
	chunks := min((off+int64(len(p))-1)/ChunkSize-first+1, spanChunks)
	start := HeaderSize + first*sealedChunk
	buf := r.buffer(int(min(chunks*sealedChunk, r.cipher-start)))
	defer r.bufs.Put(buf)
	if err := readAt(r.src, *buf, start); err != nil {
		return 0, fmt.Errorf("keys: read ciphertext: %w", err)
	}
	cur := &cursor{message: r.msg, next: uint64(first)}
	done, skip := 0, int(off%ChunkSize)
	for rest := *buf; len(rest) > 0; skip = 0 {
		n := min(len(rest), sealedChunk)
		got, err := openInto(cur, p[done:], rest[:n], skip)
		if err != nil {
			return done, fmt.Errorf("keys: decrypt range: %w", err)
		}
		done += got
		rest = rest[n:]
	}
	return done, nil
}

// openInto opens a chunk and puts its plaintext from skip on into p: directly where all of it fits, else by way of its own
// buffer, of which nothing stays.
func openInto(cur *cursor, p, sealed []byte, skip int) (int, error) {
	size := max(len(sealed)-TagSize, 0)
	if skip == 0 && size <= len(p) {
		_, err := cur.open(p[:0:size], sealed)
		if err != nil {
			return 0, err
		}
		return size, nil
	}
	plain, err := cur.open(sealed[:0], sealed)
	if err != nil {
		return 0, err
	}
	defer clear(plain)
	return copy(p, plain[skip:]), nil
}

func (r *ReaderAt) authenticateLast() error {
	last := r.size / ChunkSize
	start := HeaderSize + last*sealedChunk
	buf := r.buffer(int(r.cipher - start))
	defer r.bufs.Put(buf)
	if err := readAt(r.src, *buf, start); err != nil {
		return fmt.Errorf("keys: read last chunk: %w", err)
	}
	cur := &cursor{message: r.msg, next: uint64(last)}
	plain, err := cur.open((*buf)[:0], *buf)
	clear(plain)
	return err
}

// buffer returns a buffer of n bytes that goes back to the pool.
func (r *ReaderAt) buffer(n int) *[]byte {
	buf, ok := r.bufs.Get().(*[]byte)
	if !ok || cap(*buf) < n {
		b := make([]byte, n)
		return &b
	}
	*buf = (*buf)[:n]
	return buf
}

// readAt fills p; a source that ends within it was cut.
func readAt(src io.ReaderAt, p []byte, off int64) error {
	n, err := src.ReadAt(p, off)
	switch {
	case n == len(p):
		return nil
	case err == io.EOF:
		return fmt.Errorf("%w: source ends early", ErrCorrupt)
	case err == nil:
		return io.ErrNoProgress
	}
	return err
}
