package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/offchain"
	"lethe/vault/registry"
)

// An index that is put back to an earlier time has forgotten what ended since: grants that were withdrawn, accreditations, keys that were
// replaced. Each of these leaves a mark in the log, which is recognised by whoever has what ended and the service's secret, and by
// nobody else. What the log has beyond the index is looked through for marks at every start.

// mark is the log's entry for the end of a leaf or of a handle: HMAC-SHA-256 of it under the service's secret.
func (p *Proving) mark(ended field.Element) anchor.Hash {
	m := hmac.New(sha256.New, p.Secret)
	m.Write([]byte("lethe/ended/v1\x00"))
	m.Write(field.Bytes(ended))
	return anchor.Hash(m.Sum(nil))
}

// enterMark leaves the mark of something that ends in this transaction.
func (s *Service) enterMark(ctx context.Context, tx offchain.Tx, ended field.Element) error {
	p, err := s.proving()
	if err != nil {
		return nil //nolint:nilerr // nothing is bound, granted or accredited then
	}
	return enterLog(ctx, tx, offchain.LogEntry{Entry: p.mark(ended), Subject: "registry"})
}

// markLeaf leaves the mark of a place that ends: of what stands there, or waits to.
func (s *Service) markLeaf(ctx context.Context, tx offchain.Tx, l offchain.Leaf) error {
	for _, value := range []*[32]byte{l.Value, l.Next} {
		if value == nil {
			continue
		}
		v, err := field.Parse(value[:])
		if err != nil {
			return fmt.Errorf("place %d: %w", l.Index, err)
		}
		if err := s.enterMark(ctx, tx, v); err != nil {
			return err
		}
	}
	return nil
}

// behindSetting lists the places of a tree whose accreditation has ended, as the log says and the tree does not yet: 4 bytes each,
// big-endian.
func behindSetting(k registry.Kind) string { return "registry-behind-" + string(k) }

// recall carries out again what the log says has ended and the index does not know.
func (s *Service) recall(ctx context.Context) error {
	p, err := s.proving()
	if err != nil {
		return nil //nolint:nilerr // as in enterMark
	}
	marks, err := s.beyondIndex(ctx)
	if err != nil || len(marks) == 0 {
		return err
	}
	ended := func(value *[32]byte) bool {
		if value == nil {
			return false
		}
		v, err := field.Parse(value[:])
		return err == nil && v != registry.Tombstone() && marks[p.mark(v)]
	}
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		for _, k := range registry.Kinds() {
			if err := s.recallTree(ctx, tx, k, ended); err != nil {
				return fmt.Errorf("tree of %s: %w", k, err)
			}
		}
		return errors.Join(s.recallHandles(ctx, tx, marks), keepMarks(ctx, tx, marks))
	})
}

// keepMarks remembers what the log has beyond the index: what this index has not seen yet, and has ended, is not taken in as new either.
func keepMarks(ctx context.Context, tx offchain.Tx, marks map[anchor.Hash]bool) error {
	for m := range marks {
		if err := tx.Spend(ctx, markUse, m[:], neverEnds); err != nil && !errors.Is(err, offchain.ErrExists) {
			return err
		}
	}
	return nil
}

// markUse is what kept marks are spent as.
const markUse = "mark"

// hasEnded says whether the log told, after an index was put back, that something has ended.
func (s *Service) hasEnded(ctx context.Context, q offchain.Queries, what field.Element) (bool, error) {
	m := s.cfg.Proving.mark(what)
	return q.Spent(ctx, markUse, m[:])
}

// settledLog refuses while the log lacks what the contract or the index has seen of it: what has ended is not known then.
func (s *Service) settledLog(ctx context.Context) error {
	if err := s.complete(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrQuarantined, err)
	}
	return nil
}

// beyondIndex is what the log has from where the index's knowledge of it ends.
func (s *Service) beyondIndex(ctx context.Context) (map[anchor.Hash]bool, error) {
	from, err := s.frontier(ctx)
	if err != nil {
		return nil, err
	}
	size, err := s.cfg.Log.Size(ctx)
	if err != nil || from >= size {
		return nil, err
	}
	beyond := map[anchor.Hash]bool{}
	for entry, err := range s.cfg.Log.Entries(ctx, from, size) {
		if err != nil {
			return nil, err
		}
		beyond[entry] = true
	}
	return beyond, nil
}

// recallTree ends grants again. An accreditation's end is the accreditor's to say: until they do, nobody proves against that tree.
func (s *Service) recallTree(ctx context.Context, tx offchain.Tx, k registry.Kind, ended func(*[32]byte) bool) error {
	newest, err := newestVersion(ctx, tx, k)
	if err != nil {
		return err
	}
	published, err := tx.Leaves(ctx, string(k), 0, newest.Version)
	if err != nil {
		return err
	}
	waiting, err := tx.PendingLeaves(ctx, string(k))
	if err != nil {
		return err
	}
	var places []uint32
	for _, l := range append(published, waiting...) {
		if !ended(l.Value) && !ended(l.Next) {
			continue
		}
		s.cfg.Logger.Error("the index was put back: something that ended since ends again", "tree", string(k))
		if k != registry.Grants {
			places = append(places, l.Index)
			continue
		}
		if err := s.endAgain(ctx, tx, l.Index); err != nil {
			return err
		}
	}
	return lacks(ctx, tx, k, places...)
}

// lacks adds places to those whose end a tree lacks.
func lacks(ctx context.Context, tx offchain.Tx, k registry.Kind, places ...uint32) error {
	if len(places) == 0 {
		return nil
	}
	before, err := lacking(ctx, tx, k)
	if err != nil {
		return err
	}
	var all []byte
	for _, place := range slices.Compact(slices.Sorted(slices.Values(append(before, places...)))) {
		all = binary.BigEndian.AppendUint32(all, place)
	}
	return tx.PutSetting(ctx, behindSetting(k), all)
}

// lacking lists the places whose end a tree lacked when it was looked through.
func lacking(ctx context.Context, q offchain.Queries, k registry.Kind) ([]uint32, error) {
	all, err := q.Setting(ctx, behindSetting(k))
	if errors.Is(err, offchain.ErrNotFound) {
		return nil, nil
	}
	var places []uint32
	for ; len(all) >= 4; all = all[4:] {
		places = append(places, binary.BigEndian.Uint32(all))
	}
	return places, err
}

func (s *Service) endAgain(ctx context.Context, tx offchain.Tx, index uint32) error {
	g, err := tx.Grant(ctx, index)
	if errors.Is(err, offchain.ErrNotFound) {
		return nil
	}
	if err != nil || !g.Ended.IsZero() {
		return err
	}
	return errors.Join(s.entomb(ctx, tx, g, s.now()), s.floor(ctx, tx, g.Patient))
}

// recallHandles takes away bindings whose key was replaced since: the registrar has to bind the patient again.
func (s *Service) recallHandles(ctx context.Context, tx offchain.Tx, marks map[anchor.Hash]bool) error {
	patients, err := tx.Patients(ctx)
	if err != nil {
		return err
	}
	for _, p := range patients {
		b, err := tx.Binding(ctx, p.ID)
		if errors.Is(err, offchain.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if len(b.Mark) != sha256.Size || !marks[anchor.Hash(b.Mark)] {
			continue
		}
		s.cfg.Logger.Error("the index was put back: a key that was replaced since is not taken for the patient's")
		b.Sealed, b.Mark = []byte{}, []byte{}
		if err := errors.Join(tx.ReplaceBinding(ctx, b), s.endGrants(ctx, tx, p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// settled refuses a tree that lacks the end of an accreditation.
func settled(ctx context.Context, q offchain.Queries, k registry.Kind) error {
	places, err := lacking(ctx, q, k)
	if err != nil {
		return err
	}
	gone := [32]byte(field.Bytes(registry.Tombstone()))
	for _, place := range places {
		l, err := q.Leaf(ctx, string(k), place)
		if err != nil {
			return err
		}
		if l.Value == nil || *l.Value != gone {
			return fmt.Errorf("%s: an index that was put back lacks what ended since: %w", k, ErrAccreditation)
		}
	}
	return nil
}
