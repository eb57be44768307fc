package keys

import (
	"errors"
	"fmt"
	"io"
)

// Decrypter decrypts a ciphertext as it is read. It is not safe for concurrent use.
type Decrypter struct {
	src   io.Reader
	cur   cursor
	buf   []byte // a span of ciphertext, and one chunk of slack before it where it has several chunks
	plain []byte // opened and authenticated, not read yet
	err   error  // what comes after plain; sticky
}

var (
	_ io.Reader   = (*Decrypter)(nil)
	_ io.WriterTo = (*Decrypter)(nil)
)

// NewDecrypter reads the header from src and checks its commitment. The errors are [ErrCorrupt] for a src that ends within
// the header, [ErrWrongKey], and those of src. Ciphertext is read in pieces of up to 256 KiB.
func NewDecrypter(src io.Reader, key *Key, context []byte) (*Decrypter, error) {
	header := make([]byte, HeaderSize)
	n, err := readFull(src, header)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("keys: read header: %w", err)
	}
	if n < HeaderSize {
		return nil, fmt.Errorf("%w: header of %d bytes", ErrCorrupt, n)
	}
	m, err := openHeader(header, key, context)
	if err != nil {
		return nil, err
	}
	return &Decrypter{src: src, cur: cursor{message: m}}, nil
}

// Read implements [io.Reader]. It answers io.EOF only where the message really ends, and [ErrCorrupt] where it is altered, cut
// or extended; no byte of a chunk that does not authenticate is released. After an error every further call returns it.
func (d *Decrypter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := d.next(); err != nil {
		return 0, err
	}
	n := copy(p, d.plain)
	d.plain = d.plain[n:]
	return n, nil
}

// WriteTo implements [io.WriterTo]: it writes the rest of the plaintext to w, without a copy, and returns the errors of Read,
// io.EOF excepted, and of w. What w did not take can still be read.
func (d *Decrypter) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		if err := d.next(); errors.Is(err, io.EOF) {
			return total, nil
		} else if err != nil {
			return total, err
		}
		n, err := writeAll(w, d.plain)
		d.plain = d.plain[n:]
		total += int64(n)
		if err != nil {
			return total, fmt.Errorf("keys: write plaintext: %w", err)
		}
	}
}

// next sees to it that there is plaintext, or returns what ended the stream.
func (d *Decrypter) next() error {
	for len(d.plain) == 0 {
		if d.err != nil {
			clear(d.buf)
			d.buf, d.cur = nil, cursor{}
			return d.err
		}
		d.err = d.fill()
	}
	return nil
}

// fill reads a span and opens its chunks towards the front of the buffer. Chunk i goes where it ends before its own ciphertext
// begins, which the slack makes sure of, or exactly in its place: so the plaintext is contiguous and nothing is copied.
func (d *Decrypter) fill() error {
	span := d.grow()
	n, readErr := readFull(d.src, span)
	rest := span[:n]
	plain, err := d.buf[:0], error(nil)
	for ; len(rest) >= sealedChunk && err == nil; rest = rest[sealedChunk:] {
		plain, err = d.cur.open(plain, rest[:sealedChunk])
	}
	if err == nil && errors.Is(readErr, io.EOF) {
		plain, err = d.cur.open(plain, rest) // the last chunk is the one that is short
	}
	d.plain = plain
	switch {
	case err != nil:
		return fmt.Errorf("keys: decrypt: %w", err)
	case readErr != nil && !errors.Is(readErr, io.EOF):
		return fmt.Errorf("keys: read ciphertext: %w", readErr)
	}
	return readErr
}

// grow returns the space for the next span, in a buffer that grows with the message.
func (d *Decrypter) grow() []byte {
	span := spanAfter(d.cur.next)
	slack := min(span-1, 1) * sealedChunk
	if size := slack + span*sealedChunk; len(d.buf) < size {
		clear(d.buf)
		d.buf = make([]byte, size)
	}
	return d.buf[slack:]
}

// readFull reads until p is full or src fails. Unlike [io.ReadFull] it keeps the end of src apart from an
// io.ErrUnexpectedEOF by which src says that a connection broke.
func readFull(src io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = src.Read(p[n:])
		n += m
	}
	return n, err
}
