package anchor

import (
	"bytes"

	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
)

// Inclusion is where an entry stands in the log, with what shows it (C2SP tlog-proof).
type Inclusion struct {
	Index      uint64 // from 0
	Hashes     []Hash // from the leaf's sibling to the root's child (RFC 6962, section 2.1.1)
	Checkpoint Checkpoint
}

// Marshal writes a C2SP tlog-proof, without an extra line. The checkpoint must be signed.
func (i Inclusion) Marshal() []byte {
	return proof.TLogProof{Index: i.Index, Hashes: i.Hashes, Checkpoint: i.Checkpoint.Note}.Marshal()
}

// ParseInclusion reads a tlog-proof and verifies its checkpoint's signature. It is as strict as ParseCheckpoint, and refuses an
// extra line, which nobody signs. Whether the proof holds depends on the entry: ask Verify.
func ParseInclusion(data []byte, v note.Verifier) (Inclusion, error) {
	var p proof.TLogProof
	if err := p.Unmarshal(data); err != nil {
		return Inclusion{}, invalid("tlog-proof: %w", err)
	}
	if p.ExtraData != nil {
		return Inclusion{}, invalid("tlog-proof: has an extra line")
	}
	c, err := ParseCheckpoint(p.Checkpoint, v)
	if err != nil {
		return Inclusion{}, invalid("tlog-proof: %w", err)
	}
	i := Inclusion{Index: p.Index, Hashes: p.Hashes, Checkpoint: c}
	if i.Index >= c.Size {
		return Inclusion{}, invalid("tlog-proof: the index %d is beyond %v", i.Index, c)
	}
	if !bytes.Equal(i.Marshal(), data) {
		return Inclusion{}, invalid("tlog-proof: not in the canonical form")
	}
	return i, nil
}

// Verify shows that the entry stands in the log at the index. All else is ErrInvalid.
func (i Inclusion) Verify(entry Hash) error {
	return VerifyInclusion(i.Checkpoint, i.Index, entry, i.Hashes)
}
