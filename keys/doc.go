// Package keys encrypts a patient's data so that destroying one key makes it unreadable for good, and says what the stores
// of such keys must promise.
//
// # The record format
//
// Ciphertexts are [C2SP chunked-encryption] in the instantiation Cobblestone-256: HKDF-Expand (RFC 5869) with SHA-512 turns a
// 256-bit input key, a random 24-byte salt and a context into the single-use AES-256-GCM key, the base nonce and a 32-byte
// commitment of one message; the message follows in chunks of 16 KiB, the last always shorter. Encrypting and decrypting
// stream in constant memory, at most 300 KiB a stream; [ReaderAt] decrypts only the chunks that a range touches. The cost is
// 56 bytes a message, 16 bytes a chunk (0.1 %), and one key derivation of a few microseconds.
//
// No byte of a chunk is released before the chunk is authenticated. A stream that is cut, extended, reordered or altered is
// refused, and one made under another key or context is refused before its first chunk: the commitment binds the ciphertext
// to one key, so none opens under two. What a stream released before its first bad chunk is a prefix of the plaintext in
// whole chunks: a caller acts on it only after the reader answered io.EOF.
//
// # The ports
//
// [Wrapper], [Destroyer], [Counter] and [Blinder] mirror HashiCorp Vault's Transit engine as separate credentials see it:
// who wraps cannot destroy, who destroys cannot unwrap. Package keystest holds the suite that every implementation passes;
// keys/local is the embedded default. [Cache] keeps unwrapped keys for a minute at most.
//
// # What stays in memory
//
// A [Key] and every derived key are overwritten where this package holds them; a stream given up midway leaves its buffer to
// the collector. The AES key schedules inside the standard library's ciphers cannot be overwritten, and live until the
// collector takes them. Everything here works with GODEBUG=fips140=on; fips140=only refuses AES-GCM with nonces that the caller
// makes, as this format needs.
//
// [C2SP chunked-encryption]: https://c2sp.org/chunked-encryption
package keys
