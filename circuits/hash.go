package circuits

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Hash is a SHA-256, which pins a file.
type Hash [sha256.Size]byte

// ParseHash reads 64 lower-case hexadecimal digits, and nothing else.
func ParseHash(s string) (h Hash, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) || hex.EncodeToString(b) != s {
		return Hash{}, errors.New("not 64 lower-case hexadecimal digits")
	}
	return Hash(b), nil
}

// String is what ParseHash reads.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is the hash as JSON has it.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is ParseHash.
func (h *Hash) UnmarshalText(text []byte) (err error) {
	*h, err = ParseHash(string(text))
	return err
}
