package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Sizes of the format, in bytes.
const (
	ChunkSize  = 16 << 10                  // plaintext of every chunk but the last, which is shorter
	TagSize    = 16                        // what AES-GCM adds to every chunk
	HeaderSize = saltSize + commitmentSize // what stands before the first chunk

	saltSize       = 24
	commitmentSize = 32
	nonceSize      = 12
	sealedChunk    = ChunkSize + TagSize
)

const (
	maxChunks  = 1 << 38 // chunks of one message: the counter must never reach this
	spanChunks = 16      // chunks of ciphertext moved at once, at most: what a stream keeps in memory
	infoPrefix = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
)

var (
	// ErrCorrupt says that the ciphertext was altered, cut, extended or reordered, or its length is none that the format has.
	ErrCorrupt = errors.New("keys: ciphertext altered, cut or extended")
	// ErrWrongKey says that the ciphertext commits to another key or another context. Altered header bytes look the same.
	ErrWrongKey = errors.New("keys: ciphertext is of another key or context")

	errTooLong = errors.New("keys: message of more than 2^38 chunks")
	errClosed  = errors.New("keys: closed")
)

// CiphertextSize returns the length in bytes of the ciphertext of plain bytes, or -1 where no message has that length.
func CiphertextSize(plain int64) int64 {
	if plain < 0 || plain/ChunkSize >= maxChunks {
		return -1
	}
	return HeaderSize + plain/ChunkSize*sealedChunk + plain%ChunkSize + TagSize
}

// PlaintextSize returns the length in bytes of the plaintext in a ciphertext of the given length, and [ErrCorrupt] for a
// length that no ciphertext has. The answer is only as true as the length: [NewReaderAt] authenticates it.
func PlaintextSize(sealed int64) (int64, error) {
	body := sealed - HeaderSize
	whole, last := body/sealedChunk, body%sealedChunk
	if body < 0 || last < TagSize || whole >= maxChunks {
		return 0, fmt.Errorf("%w: no message has %d bytes", ErrCorrupt, sealed)
	}
	return whole*ChunkSize + last - TagSize, nil
}

// spanAfter returns how many chunks a stream moves at once after so many: it grows with the message, so that short ones need
// little memory and long ones few calls: one chunk up to 2 MiB, all of 256 KiB from 16 MiB on.
func spanAfter(chunks uint64) int {
	return min(1<<bits.Len64(chunks/128), spanChunks)
}

// message is what the key derivation gives for one salt and context. It is immutable, and safe for concurrent use.
type message struct {
	aead       cipher.AEAD
	base       [nonceSize]byte
	commitment [commitmentSize]byte
}

func derive(key *Key, salt, context []byte) (*message, error) {
	if key.IsZero() {
		return nil, errors.New("keys: key is missing or zeroed")
	}
	info := infoPrefix + string(salt) + string(context)
	out, err := hkdf.Expand(sha512.New, key.Bytes(), info, KeySize+nonceSize+commitmentSize)
	if err != nil {
		return nil, fmt.Errorf("keys: derive: %w", err)
	}
	defer clear(out)
	block, err := aes.NewCipher(out[:KeySize])
	if err != nil {
		return nil, fmt.Errorf("keys: derive: %w", err)
	}
	m := new(message)
	if m.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("keys: derive: %w", err)
	}
	copy(m.base[:], out[KeySize:])
	copy(m.commitment[:], out[KeySize+nonceSize:])
	return m, nil
}

// newSalt is the source of salts everywhere but in tests that replay vectors.
func newSalt() []byte {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return salt
}

// header returns salt and commitment, with room for more bytes behind them.
func (m *message) header(salt []byte, more int) []byte {
	h := make([]byte, 0, HeaderSize+more)
	return append(append(h, salt...), m.commitment[:]...)
}

// openHeader derives the message that a header announces and checks its commitment.
func openHeader(header []byte, key *Key, context []byte) (*message, error) {
	m, err := derive(key, header[:saltSize], context)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(m.commitment[:], header[saltSize:HeaderSize]) != 1 {
		return nil, ErrWrongKey
	}
	return m, nil
}

// cursor seals or opens the chunks of a message one after the other. It is not safe for concurrent use.
type cursor struct {
	*message
	next  uint64 // number of the chunk that comes next
	nonce [nonceSize]byte
}

// step sets the nonce of the next chunk: the base nonce with the chunk's number added to its last bytes by XOR.
func (c *cursor) step() error {
	if c.next >= maxChunks {
		return errTooLong
	}
	c.nonce = c.base
	tail := c.nonce[nonceSize-8:]
	binary.BigEndian.PutUint64(tail, binary.BigEndian.Uint64(tail)^c.next)
	c.next++
	return nil
}

// seal appends the next sealed chunk to dst. The chunk may lie right behind dst, to be sealed in place.
func (c *cursor) seal(dst, chunk []byte) ([]byte, error) {
	if err := c.step(); err != nil {
		return dst, err
	}
	return c.aead.Seal(dst, c.nonce[:], chunk, nil), nil
}

// open appends the plaintext of the next sealed chunk to dst; after an error dst is as it was, and what lies behind it clear.
func (c *cursor) open(dst, sealed []byte) ([]byte, error) {
	chunk := c.next
	if err := c.step(); err != nil {
		return dst, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	out, err := c.aead.Open(dst, c.nonce[:], sealed, nil)
	if err != nil {
		return dst, fmt.Errorf("%w: chunk %d", ErrCorrupt, chunk)
	}
	return out, nil
}
