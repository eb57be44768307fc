package anchor

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/mod/sumdb/note"
)

const receiptFormat = "lethe-receipt/v1"

// Proven is an opened entry with its place in the log.
type Proven struct {
	Opening
	Inclusion
}

// Anchored says which contract has accepted a checkpoint, and when.
type Anchored struct {
	ChainID  uint64 // EIP-155
	Contract string // address, as EIP-55 writes it
	Accepted
}

// Receipt is what whoever is entitled to entries takes home, and shows to anybody: openings, their places in one checkpoint, and
// where that checkpoint stands on a chain. Whoever holds it can link it to the entries for ever.
type Receipt struct {
	LogKey  string    // verifier key of the log, by which the checkpoint's signature verifies
	Entries []Proven  // at least one, all of one checkpoint
	Anchor  *Anchored // nil while none is confirmed
}

type receiptJSON struct {
	Format  string      `json:"format"`
	LogKey  string      `json:"log_key"`
	Entries []entryJSON `json:"entries"`
	Anchor  *anchorJSON `json:"anchor,omitempty"`
}

type entryJSON struct {
	Type    Type   `json:"type"`
	Salt    string `json:"salt"`    // hex
	Payload []byte `json:"payload"` // base64
	Proof   string `json:"proof"`   // a tlog-proof
}

type anchorJSON struct {
	ChainID     uint64      `json:"chain_id"`
	Contract    string      `json:"contract"`
	Log         uint32      `json:"log"`
	Size        uint64      `json:"size"`
	Root        common.Hash `json:"root"`
	Block       uint64      `json:"block"`
	BlockHash   common.Hash `json:"block_hash"`
	Transaction common.Hash `json:"transaction"`
	Time        string      `json:"time"`
}

// Marshal writes a receipt in its one form, once it is verified as ParseReceipt would.
func (r Receipt) Marshal() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	j := receiptJSON{Format: receiptFormat, LogKey: r.LogKey}
	for _, e := range r.Entries {
		j.Entries = append(j.Entries, entryJSON{
			Type: e.Type, Salt: hex.EncodeToString(e.Salt[:]), Payload: append([]byte{}, e.Payload...), Proof: string(e.Marshal()),
		})
	}
	if a := r.Anchor; a != nil {
		j.Anchor = &anchorJSON{
			ChainID: a.ChainID, Contract: a.Contract, Log: a.Log, Size: a.Size, Root: a.Root,
			Block: a.Block, BlockHash: a.BlockHash, Transaction: a.Transaction, Time: a.Time.UTC().Format(time.RFC3339),
		}
	}
	return encodeJSON(j)
}

// ParseReceipt reads what Marshal wrote, and nothing else, and verifies each entry against the checkpoint, and its signature by
// the key that the receipt names. All else is ErrInvalid. Whether that key is the published one, and whether the chain knows of
// the anchor, remains to be asked: see CheckAnchor.
func ParseReceipt(data []byte) (Receipt, error) {
	var j receiptJSON
	if err := decodeJSON(data, &j); err != nil {
		return Receipt{}, invalid("receipt: %w", err)
	}
	if err := checkFormat(j.Format, receiptFormat); err != nil {
		return Receipt{}, invalid("receipt: %w", err)
	}
	r, err := j.receipt()
	if err != nil {
		return Receipt{}, err
	}
	canonical, err := r.Marshal()
	if err != nil {
		return Receipt{}, err
	}
	if err := sameForm(data, canonical); err != nil {
		return Receipt{}, invalid("receipt: %w", err)
	}
	return r, nil
}

func (j receiptJSON) receipt() (Receipt, error) {
	v, err := newVerifier(j.LogKey)
	if err != nil {
		return Receipt{}, invalid("receipt: log_key: %w", err)
	}
	r := Receipt{LogKey: j.LogKey}
	for n, e := range j.Entries {
		p, err := e.proven(v)
		if err != nil {
			return Receipt{}, invalid("receipt: entry %d: %w", n, err)
		}
		r.Entries = append(r.Entries, p)
	}
	if j.Anchor == nil {
		return r, nil
	}
	at, err := time.Parse(time.RFC3339, j.Anchor.Time)
	if err != nil {
		return Receipt{}, invalid("receipt: anchor: time: %w", err)
	}
	a := j.Anchor
	r.Anchor = &Anchored{ChainID: a.ChainID, Contract: a.Contract, Accepted: Accepted{
		Log: a.Log, Size: a.Size, Root: a.Root, Block: a.Block, BlockHash: a.BlockHash, Transaction: a.Transaction, Time: at.UTC(),
	}}
	return r, nil
}

func (e entryJSON) proven(v note.Verifier) (Proven, error) {
	salt, err := hex.DecodeString(e.Salt)
	if err != nil {
		return Proven{}, fmt.Errorf("salt: %w", err)
	}
	if len(salt) != HashSize {
		return Proven{}, fmt.Errorf("salt: %d bytes, not %d", len(salt), HashSize)
	}
	i, err := ParseInclusion([]byte(e.Proof), v)
	if err != nil {
		return Proven{}, fmt.Errorf("proof: %w", err)
	}
	return Proven{Opening: Opening{Type: e.Type, Salt: Hash(salt), Payload: e.Payload}, Inclusion: i}, nil
}

// check verifies all that a receipt says by itself.
func (r Receipt) check() error {
	v, err := newVerifier(r.LogKey)
	if err != nil {
		return invalid("receipt: log_key: %w", err)
	}
	if len(r.Entries) == 0 {
		return invalid("receipt: entries: none")
	}
	c, err := ParseCheckpoint(r.Entries[0].Checkpoint.Note, v)
	if err != nil {
		return invalid("receipt: %w", err)
	}
	for n, e := range r.Entries {
		if err := e.check(c); err != nil {
			return invalid("receipt: entry %d: %w", n, err)
		}
	}
	if r.Anchor == nil {
		return nil
	}
	return r.Anchor.check(c)
}

func (e Proven) check(c Checkpoint) error {
	if !validType(e.Type) {
		return invalid("type: %.80q", e.Type)
	}
	if !bytes.Equal(e.Checkpoint.Note, c.Note) {
		return invalid("proof: of another checkpoint than the first entry's")
	}
	return VerifyInclusion(c, e.Index, e.Entry(), e.Hashes)
}

// validType keeps a type apart from the salt that follows it in the hash: lower case, digits, hyphens.
func validType(t Type) bool {
	return t != "" && strings.Trim(string(t), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (a Anchored) check(c Checkpoint) error {
	switch at := a.Time.UTC(); {
	case a.ChainID == 0:
		return invalid("receipt: anchor: chain_id: missing")
	case a.Size != c.Size:
		return invalid("receipt: anchor: size: %d, but the checkpoint has %d", a.Size, c.Size)
	case a.Root != c.Root:
		return invalid("receipt: anchor: root: %x, but the checkpoint has %x", a.Root, c.Root)
	case at.Nanosecond() != 0 || at.Year() < 1970 || at.Year() > 9999:
		return invalid("receipt: anchor: time: %v is not a block's", at)
	}
	return checkAddress("receipt: anchor: contract", a.Contract)
}

// CheckAnchor asks the chain whether the published contract has accepted the receipt's checkpoint as the receipt says. It answers
// ErrNotAnchored where the chain, or the receipt, knows of no such checkpoint, ErrUnreachable where the chain does not answer,
// and ErrInvalid, naming the field, where they differ.
func (r Receipt) CheckAnchor(ctx context.Context, n Network, c Chain) error {
	a := r.Anchor
	if a == nil {
		return fmt.Errorf("receipt: %w", ErrNotAnchored)
	}
	switch {
	case r.LogKey != n.LogKey:
		return invalid("receipt: log_key: not the published one")
	case a.ChainID != n.ChainID:
		return invalid("receipt: anchor: chain_id: %d, but %d is published", a.ChainID, n.ChainID)
	case a.Contract != n.CheckpointLog:
		return invalid("receipt: anchor: contract: %s, but %s is published", a.Contract, n.CheckpointLog)
	case a.Log != n.Log:
		return invalid("receipt: anchor: log: %d, but %d is published", a.Log, n.Log)
	}
	on, err := c.Accepted(ctx, a.Log, a.Size)
	if err != nil {
		return fmt.Errorf("receipt: anchor: %w", err)
	}
	return a.compare(on)
}

// compare names the first field in which a receipt differs from the chain.
func (a Accepted) compare(on Accepted) error {
	for _, f := range []struct {
		field  string
		differ bool
	}{
		{"log", a.Log != on.Log},
		{"size", a.Size != on.Size},
		{"root", a.Root != on.Root},
		{"block", a.Block != on.Block},
		{"block_hash", a.BlockHash != on.BlockHash},
		{"transaction", a.Transaction != on.Transaction},
		{"time", !a.Time.Equal(on.Time)},
	} {
		if f.differ {
			return invalid("receipt: anchor: %s: differs from the chain", f.field)
		}
	}
	return nil
}
