package keys

import (
	"errors"
	"fmt"
	"io"
)

// Encrypter encrypts what is written to it. It is not safe for concurrent use.
type Encrypter struct {
	dst    io.Writer
	cur    cursor
	buf    []byte // sealed chunks that wait for dst, then the plaintext of the chunk that is not full yet
	sealed int    // buf[:sealed] is sealed
	err    error  // sticky; errClosed after Close
}

var _ io.WriteCloser = (*Encrypter)(nil)

// NewEncrypter writes the header of a new message, salt and commitment, to dst and returns the writer of its plaintext. The
// context is any bytes that the reader will know too, and may be empty; it is not stored. Ciphertext reaches dst in pieces of
// up to 256 KiB.
func NewEncrypter(dst io.Writer, key *Key, context []byte) (*Encrypter, error) {
	return newEncrypter(dst, key, context, newSalt())
}

func newEncrypter(dst io.Writer, key *Key, context, salt []byte) (*Encrypter, error) {
	m, err := derive(key, salt, context)
	if err != nil {
		return nil, err
	}
	if _, err := writeAll(dst, m.header(salt, 0)); err != nil {
		return nil, fmt.Errorf("keys: write header: %w", err)
	}
	return &Encrypter{dst: dst, cur: cursor{message: m}}, nil
}

// Write encrypts p; it keeps no reference to it. After an error, of dst for instance, every further call returns that error.
func (e *Encrypter) Write(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	done := 0
	for done < len(p) {
		n, err := e.take(p[done:])
		if err != nil {
			return done, e.end(err)
		}
		done += n
	}
	return done, nil
}

// Close seals the short last chunk, hands everything to dst and overwrites the buffer; it does not close dst. Only a closed
// message can be read: to give up a plaintext that is not complete, do not close, or what came so far looks complete. Closing
// again answers the same.
func (e *Encrypter) Close() error {
	if errors.Is(e.err, errClosed) {
		return nil
	}
	if e.err != nil {
		return e.err
	}
	if err := e.finish(); err != nil {
		return e.end(err)
	}
	_ = e.end(errClosed) // remembered for a second call
	return nil
}

func (e *Encrypter) finish() error {
	if len(e.buf) == e.sealed {
		if err := e.room(); err != nil {
			return err
		}
	}
	if err := e.seal(e.buf[e.sealed:]); err != nil {
		return err
	}
	return e.flush()
}

// take moves the front of p, at most one chunk, into the message.
func (e *Encrypter) take(p []byte) (int, error) {
	begun := len(e.buf) - e.sealed
	if begun == 0 {
		if err := e.room(); err != nil {
			return 0, err
		}
	}
	n := min(len(p), ChunkSize-begun)
	if n == ChunkSize {
		return n, e.seal(p[:n]) // straight from the caller's slice
	}
	e.buf = append(e.buf, p[:n]...)
	if begun+n == ChunkSize {
		return n, e.seal(e.buf[e.sealed:])
	}
	return n, nil
}

func (e *Encrypter) seal(chunk []byte) error {
	buf, err := e.cur.seal(e.buf[:e.sealed], chunk)
	if err != nil {
		return err
	}
	e.buf, e.sealed = buf, len(buf)
	return nil
}

// room makes space for a whole sealed chunk, with no chunk begun, in a buffer that grows with the message.
func (e *Encrypter) room() error {
	if cap(e.buf)-len(e.buf) >= sealedChunk {
		return nil
	}
	if err := e.flush(); err != nil {
		return err
	}
	if size := spanAfter(e.cur.next) * sealedChunk; cap(e.buf) < size {
		e.buf = make([]byte, 0, size)
	}
	return nil
}

func (e *Encrypter) flush() error {
	if e.sealed == 0 {
		return nil
	}
	if _, err := writeAll(e.dst, e.buf[:e.sealed]); err != nil {
		return fmt.Errorf("keys: write ciphertext: %w", err)
	}
	e.buf, e.sealed = e.buf[:0], 0
	return nil
}

// end makes err sticky and lets go of plaintext and keys.
func (e *Encrypter) end(err error) error {
	clear(e.buf[:cap(e.buf)])
	e.err, e.buf, e.sealed, e.cur = err, nil, 0, cursor{}
	return err
}

// writeAll is dst.Write for a dst that may break the contract of [io.Writer] by writing less without an error.
func writeAll(dst io.Writer, p []byte) (int, error) {
	n, err := dst.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}
