package anchor

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// maxOrigin bounds a log's name, in bytes: it is in every checkpoint, proof and receipt.
const maxOrigin = 200

// NewSigner makes the Ed25519 signer of a log (C2SP signed-note) from a 32-byte seed, and the verifier key that is published for
// it. Origin is the log's name, by convention a URL without its scheme: at most 200 bytes, no spaces, no plus, no control
// characters. The signer is safe for concurrent use.
func NewSigner(origin string, seed []byte) (note.Signer, string, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, "", fmt.Errorf("log signer: the seed has %d bytes, not %d", len(seed), ed25519.SeedSize)
	}
	if len(origin) > maxOrigin || strings.ContainsFunc(origin, unicode.IsControl) {
		return nil, "", fmt.Errorf("log signer: the origin %.40q is longer than %d bytes or has control characters", origin, maxOrigin)
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return nil, "", fmt.Errorf("log signer: %w", err)
	}
	v, err := newVerifier(vkey)
	if err != nil {
		return nil, "", fmt.Errorf("log signer: the origin %.40q: %w", origin, err)
	}
	const ed25519Type = 1 // C2SP signed-note, signature types
	key := base64.StdEncoding.EncodeToString(append([]byte{ed25519Type}, seed...))
	s, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", origin, v.KeyHash(), key))
	if err != nil {
		return nil, "", fmt.Errorf("log signer: %w", err)
	}
	return s, vkey, nil
}

// newVerifier reads a verifier key and refuses all but its one canonical form.
func newVerifier(vkey string) (note.Verifier, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	if len(v.Name()) > maxOrigin {
		return nil, fmt.Errorf("the origin is longer than %d bytes", maxOrigin)
	}
	_, key, _ := strings.Cut(strings.TrimPrefix(vkey, v.Name()+"+"), "+")
	raw, err := base64.StdEncoding.Strict().DecodeString(key)
	if err != nil || vkey != fmt.Sprintf("%s+%08x+%s", v.Name(), v.KeyHash(), base64.StdEncoding.EncodeToString(raw)) {
		return nil, errors.New("the verifier key is not in its canonical form")
	}
	return v, nil
}

// ParseCheckpoint opens a signed checkpoint (C2SP tlog-checkpoint) of the log whose key v is. It is strict: the origin is the
// key's name, the log's is the only signature, there are no extension lines, and the bytes are the only ones that say so: a
// flipped bit anywhere is ErrInvalid.
func ParseCheckpoint(data []byte, v note.Verifier) (Checkpoint, error) {
	n, err := note.Open(data, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, invalid("checkpoint: %w", err)
	}
	var body log.Checkpoint
	if _, err := body.Unmarshal([]byte(n.Text)); err != nil {
		return Checkpoint{}, invalid("checkpoint: %w", err)
	}
	if len(body.Hash) != HashSize {
		return Checkpoint{}, invalid("checkpoint: a root of %d bytes", len(body.Hash))
	}
	if body.Origin != v.Name() {
		return Checkpoint{}, invalid("checkpoint: the origin is %q, not %q", body.Origin, v.Name())
	}
	c := Checkpoint{Origin: body.Origin, Size: body.Size, Root: Hash(body.Hash)}
	if err := c.checkEmpty(); err != nil {
		return Checkpoint{}, err
	}
	signature, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	if err != nil {
		return Checkpoint{}, invalid("checkpoint: %w", err)
	}
	c.Note = fmt.Appendf(c.text(), "\n— %s %s\n", v.Name(), base64.StdEncoding.EncodeToString(signature))
	if !bytes.Equal(c.Note, data) {
		return Checkpoint{}, invalid("checkpoint: not in the canonical form, of one signature and no extension lines")
	}
	return c, nil
}

// text is the part of a note that is signed.
func (c Checkpoint) text() []byte {
	return log.Checkpoint{Origin: c.Origin, Size: c.Size, Hash: c.Root[:]}.Marshal()
}

// checkEmpty holds the empty log to its one root (RFC 6962, section 2.1).
func (c Checkpoint) checkEmpty() error {
	if c.Size == 0 && !bytes.Equal(c.Root[:], rfc6962.DefaultHasher.EmptyRoot()) {
		return invalid("checkpoint: the root of an empty log is %x", c.Root)
	}
	return nil
}

// Sign gives the checkpoint a note of the signer's log, whose origin it takes. Whoever calls it must know that no checkpoint
// that contradicts this one was ever signed.
func (c Checkpoint) Sign(s note.Signer) (Checkpoint, error) {
	c.Origin = s.Name()
	if err := c.checkEmpty(); err != nil {
		return Checkpoint{}, err
	}
	signed, err := note.Sign(&note.Note{Text: string(c.text())}, s)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign the checkpoint of %v: %w", c, err)
	}
	c.Note = signed
	return c, nil
}

// VerifyInclusion shows that the entry is the log's at that index, from 0 (RFC 6962, section 2.1.1). All else is ErrInvalid.
// It trusts the checkpoint's size and root: verify its note first.
func VerifyInclusion(c Checkpoint, index uint64, entry Hash, hashes []Hash) error {
	leaf := rfc6962.DefaultHasher.HashLeaf(entry[:])
	err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, c.Size, leaf, slicesOf(hashes), c.Root[:])
	if err != nil {
		return mismatch(fmt.Sprintf("inclusion of entry %d in %v", index, c), err)
	}
	return nil
}

// VerifyConsistency shows that the newer checkpoint's log begins with the whole of the older's (RFC 6962, section 2.1.2). All
// else is ErrInvalid. An empty log is the beginning of any, by an empty proof.
func VerifyConsistency(older, newer Checkpoint, hashes []Hash) error {
	if older.Size == 0 && len(hashes) == 0 {
		return nil
	}
	err := proof.VerifyConsistency(rfc6962.DefaultHasher, older.Size, newer.Size, slicesOf(hashes), older.Root[:], newer.Root[:])
	if err != nil {
		return mismatch(fmt.Sprintf("consistency of %v with %v", older, newer), err)
	}
	return nil
}

// mismatch says in one line what the proof library says in three.
func mismatch(what string, err error) error {
	if root, ok := errors.AsType[proof.RootMismatchError](err); ok {
		return invalid("%s: the proof leads to the root %.4x…, not %.4x…", what, root.CalculatedRoot, root.ExpectedRoot)
	}
	return invalid("%s: %w", what, err)
}

func slicesOf(hashes []Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

// invalid wraps ErrInvalid.
func invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, ErrInvalid)...)
}
