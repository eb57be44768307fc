package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"lethe/offchain"
)

// copies is the second place of the ledger: a line an object.
type copies struct{ mirror offchain.Objects }

// read gives all lines, those that are known already without asking for them again.
func (c copies) read(ctx context.Context, known [][]byte) ([][]byte, error) {
	keys, err := c.mirror.List(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("ledger copy: %w", err)
	}
	if len(keys) < len(known) {
		return nil, fmt.Errorf("ledger copy: %w: it had %d entries, and has %d", offchain.ErrLedgerDamaged, len(known), len(keys))
	}
	lines := known[:len(known):len(known)]
	for i, k := range keys {
		if k != mirrorKey(uint64(i)+1) {
			return nil, fmt.Errorf("ledger copy: %w: entry %d is missing", offchain.ErrLedgerDamaged, i+1)
		}
		if i < len(known) {
			continue
		}
		data, err := offchain.ReadAll(ctx, c.mirror, k, maxLine)
		if err != nil {
			return nil, fmt.Errorf("ledger copy: %w", err)
		}
		lines = append(lines, data)
	}
	return lines, nil
}

func mirrorKey(seq uint64) string { return fmt.Sprintf("%s/%016x", prefix, seq) }

// copyOut stores a line in the copy; one that is there already must be the same.
func (c copies) copyOut(ctx context.Context, seq uint64, raw []byte) error {
	key := mirrorKey(seq)
	err := offchain.WriteAll(ctx, c.mirror, key, raw)
	if errors.Is(err, offchain.ErrExists) {
		var have []byte
		have, err = offchain.ReadAll(ctx, c.mirror, key, maxLine)
		if err == nil && !bytes.Equal(have, raw) {
			err = offchain.ErrLedgerFork
		}
	}
	if err != nil {
		return fmt.Errorf("ledger copy: entry %d: %w", seq, err)
	}
	return nil
}

// check decodes all lines and follows the chain of hashes.
func check(lines [][]byte) (entries []offchain.LedgerEntry, err error) {
	for i, raw := range lines {
		v, err := decode(raw)
		if err == nil && (v.Seq != uint64(i)+1 || v.Prev != prev(lines, i)) {
			err = errors.New("it does not follow from the one before")
		}
		if err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", offchain.ErrLedgerDamaged, i+1, err)
		}
		entries = append(entries, v.LedgerEntry)
	}
	return entries, nil
}

func decode(raw []byte) (line, error) {
	var v line
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, errors.New("not a ledger line")
	}
	again, err := json.Marshal(v)
	if err != nil || !bytes.Equal(again, raw) {
		return v, errors.New("not in its canonical form")
	}
	return v, nil
}

// prev is the hash that line i must name.
func prev(lines [][]byte, i int) string {
	before := []byte(genesis)
	if i > 0 {
		before = lines[i-1]
	}
	sum := sha256.Sum256(before)
	return hex.EncodeToString(sum[:])
}
