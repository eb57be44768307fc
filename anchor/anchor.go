// Package anchor says what happened so that it cannot be rewritten, and lets a stranger check it: entries of the transparency
// log (Opening), checkpoints signed by the log (Checkpoint), receipts that prove an entry's inclusion in one of them (Receipt),
// and what a contract has accepted of it (Accepted).
//
// An entry is 32 bytes, the hash of a salted payload: it says nothing without its opening, and nothing for ever once the salt
// is gone. This package holds what a verifier needs and nothing that needs a server; the log's writer is anchor/tlog, the
// chain's client anchor/evm, and the chain of the embedded default anchor/devchain.
package anchor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// HashSize is the length of entries, salts and roots, in bytes.
const HashSize = sha256.Size

// Hash is an entry, a salt or a root.
type Hash = [HashSize]byte

// Errors that callers branch on.
var (
	// ErrInvalid says that a checkpoint, a proof or a receipt is not what it claims to be.
	ErrInvalid = errors.New("does not verify")
	// ErrFork says that two checkpoints of one log contradict each other: history was rewritten.
	ErrFork = errors.New("the log contradicts a checkpoint that was shown before")
	// ErrBehind says that the log lacks entries that a checkpoint shown before has: it was put back.
	ErrBehind = errors.New("the log is behind a checkpoint that was shown before")
	// ErrNotAnchored says that the contract has not accepted such a checkpoint.
	ErrNotAnchored = errors.New("not anchored")
	// ErrUnreachable says that a chain did not answer; what was asked is unknown.
	ErrUnreachable = errors.New("the chain does not answer")
	// ErrClosed says that the log may not be written to: it was not opened for writing, or is closed.
	ErrClosed = errors.New("the log is not open for writing")
)

// Type says what an entry is about. It is inside the hash.
type Type string

// Types of entries.
const (
	RecordStored     Type = "record-stored"
	Disclosed        Type = "disclosure"
	ErasureRequested Type = "erasure-requested"
	ErasureDecided   Type = "erasure-decided"
	ErasureExecuted  Type = "erasure-executed"
	KeyBound         Type = "key-bound" // a registrar bound a patient to their key
	GrantGiven       Type = "grant"
	GrantWithdrawn   Type = "withdrawal"
	RegistryRoot     Type = "registry-root"  // of a tree that proofs are about; it concerns no person, and its salt is zero
	RestoreDenied    Type = "restore-denied" // two persons attested that no store was put back
)

// Opening is what an entry hides. Salt and payload are kept under the key of whom they concern, and die with it.
type Opening struct {
	Type    Type
	Salt    Hash
	Payload []byte // deterministic CBOR (RFC 8949, section 4.2)
}

const entryDomain = "lethe/v1/"

// NewOpening salts a payload with 256 random bits.
func NewOpening(t Type, payload []byte) Opening {
	o := Opening{Type: t, Payload: payload}
	_, _ = rand.Read(o.Salt[:]) // never fails (crypto/rand)
	return o
}

// Entry is what the log shows: SHA-256("lethe/v1/" ‖ type ‖ 0x00 ‖ salt ‖ payload).
func (o Opening) Entry() Hash {
	h := sha256.New()
	h.Write([]byte(entryDomain + string(o.Type)))
	h.Write([]byte{0})
	h.Write(o.Salt[:])
	h.Write(o.Payload)
	return Hash(h.Sum(nil))
}

const (
	erasedKeyDomain     = "lethe/erased-key/v1\x00"
	erasedKeyKeptDomain = "lethe/erased-key-kept/v1\x00"
)

// ErasedKey is the entry that says of a key that it must be dead: SHA-256("lethe/erased-key/v1" ‖ 0x00 ‖ name). Key names are
// 256 random bits, so it says nothing to whoever does not hold the name, and a store that was put back finds its dead keys by it.
func ErasedKey(name string) Hash { return sha256.Sum256([]byte(erasedKeyDomain + name)) }

// ErasedKeyKept is ErasedKey for a key of which the law keeps something, copied under another key before this one died; the
// domain is "lethe/erased-key-kept/v1". Without that copy, this key must not be destroyed again by itself.
func ErasedKeyKept(name string) Hash { return sha256.Sum256([]byte(erasedKeyKeptDomain + name)) }

// Checkpoint is a state of the log. A signed one carries its note (C2SP tlog-checkpoint).
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   Hash
	Note   []byte
}

// Accepted is a checkpoint that the contract has accepted.
type Accepted struct {
	Log         uint32 // number of the log in the contract, from 0
	Size        uint64
	Root        Hash
	Block       uint64
	BlockHash   Hash
	Transaction Hash
	Time        time.Time // of the block, UTC
}

// Chain is the contract as a witness outside the restorable stores. Methods answer ErrUnreachable when the chain does not.
// They are safe for concurrent use.
type Chain interface {
	// Latest is the newest checkpoint that the contract has accepted, by the newest block. A log that is just open has size 0.
	Latest(ctx context.Context) (Accepted, error)
	// Accepted looks up a checkpoint by its size, or answers ErrNotAnchored. Root, block, transaction and time are the chain's.
	Accepted(ctx context.Context, log uint32, size uint64) (Accepted, error)
	// History lists the checkpoints of a log that were accepted, oldest first, without the empty one. None is left out.
	History(ctx context.Context, log uint32) ([]Accepted, error)
	// Erased lists the erased keys (ErasedKey) that were announced with checkpoints of a log larger than size,
	// and with those of later logs.
	Erased(ctx context.Context, log uint32, size uint64) ([]Hash, error)
}

// AttemptState is how far a transaction has come. Each is named for what has been verified.
type AttemptState string

// States of an attempt. A re-org takes it back from mined or confirmed to submitted.
const (
	AttemptStored    AttemptState = "stored"    // in the journal, perhaps not sent
	AttemptSubmitted AttemptState = "submitted" // a node has taken it
	AttemptMined     AttemptState = "mined"     // in a block of the present chain
	AttemptConfirmed AttemptState = "confirmed" // with the number of blocks on top that was asked for
	AttemptFailed    AttemptState = "failed"    // mined without effect, or its nonce went to another: there will be another attempt
)

// Attempt is a signed transaction that carries a checkpoint to the contract. It is stored before it is sent.
type Attempt struct {
	Transaction Hash
	Nonce       uint64
	Raw         []byte // signed, as it is sent; empty for a checkpoint that was found on the chain
	State       AttemptState
	Log         uint32
	Size        uint64 // 0 for one that carries no checkpoint, and only uses up a nonce that others wait behind
	Root        Hash
	Block       uint64 // 0 until mined
	BlockHash   Hash
	Time        time.Time // of the block, UTC; zero until mined
	Created     time.Time // UTC
}

// MaxErased is how many erased keys go to the chain with one checkpoint at most: nodes refuse transactions above 128 KiB.
const MaxErased = 2048

// Submission is a checkpoint on its way to the contract.
type Submission struct {
	Log        uint32
	OldSize    uint64 // of the newest checkpoint that the contract has
	Checkpoint Checkpoint
	Proof      []Hash // of consistency (RFC 6962, section 2.1.2)
	Erased     []Hash // erased keys that it covers and the one before does not, at most MaxErased
}

// Journal keeps attempts. A change is durable when Save has answered.
type Journal interface {
	// Attempts lists those that are not failed, oldest first.
	Attempts(ctx context.Context) ([]Attempt, error)
	// Save adds an attempt, or replaces the one of the same transaction.
	Save(ctx context.Context, a Attempt) error
}

// String is how a checkpoint is named in messages.
func (c Checkpoint) String() string { return fmt.Sprintf("%d entries, root %x…", c.Size, c.Root[:4]) }
