package keys

import "fmt"

// Seal encrypts a small plaintext in one piece. The context is any bytes, and may be empty; the ciphertext opens only with the
// same key and context. Safe for concurrent use.
func Seal(key *Key, context, plaintext []byte) ([]byte, error) {
	return sealWithSalt(key, newSalt(), context, plaintext)
}

func sealWithSalt(key *Key, salt, context, plaintext []byte) ([]byte, error) {
	m, err := derive(key, salt, context)
	if err != nil {
		return nil, err
	}
	out := m.header(salt, int(CiphertextSize(int64(len(plaintext))))-HeaderSize)
	cur := cursor{message: m}
	for len(plaintext) >= ChunkSize {
		if out, err = cur.seal(out, plaintext[:ChunkSize]); err != nil {
			return nil, err
		}
		plaintext = plaintext[ChunkSize:]
	}
	return cur.seal(out, plaintext)
}

// Open decrypts what [Seal] or an [Encrypter] made, in one piece; the caller clears the plaintext where it is secret. The
// errors are [ErrCorrupt] and [ErrWrongKey], and nothing is returned beside them. Safe for concurrent use.
func Open(key *Key, context, ciphertext []byte) ([]byte, error) {
	size, err := PlaintextSize(int64(len(ciphertext)))
	if err != nil {
		return nil, err
	}
	m, err := openHeader(ciphertext, key, context)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, size)
	cur := cursor{message: m}
	for rest := ciphertext[HeaderSize:]; len(rest) > 0; {
		n := min(len(rest), sealedChunk)
		if out, err = cur.open(out, rest[:n]); err != nil {
			clear(out)
			return nil, fmt.Errorf("keys: open: %w", err)
		}
		rest = rest[n:]
	}
	return out, nil
}
