package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/offchain"
	"lethe/vault/registry"
)

// TreeVersion is a published state of a tree, as [Service.TreeVersion] shows it.
type TreeVersion struct {
	Kind           registry.Kind
	Version, Floor uint64 // Floor is the oldest version that may still be proven against
	Root           field.Element
	Published      time.Time
	Note           []byte // of the accreditation role; none for grants
}

// trees are the registries in memory: what is published, and of grants what the next version will be is only in the index.
type trees struct {
	mu     sync.RWMutex
	copies map[registry.Kind]*registry.Copy
	at     map[registry.Kind]TreeVersion
}

// loadTrees reads the trees from the index, which is their truth, and checks that they have the roots that were published.
func (s *Service) loadTrees(ctx context.Context) error {
	for _, k := range registry.Kinds() {
		if err := s.loadTree(ctx, k); err != nil {
			return fmt.Errorf("tree of %s: %w", k, err)
		}
	}
	return nil
}

func (s *Service) loadTree(ctx context.Context, k registry.Kind) error {
	c, err := registry.NewCopy(k)
	if err != nil {
		return err
	}
	var v offchain.TreeVersion
	var leaves []offchain.Leaf
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if v, err = q.TreeVersion(ctx, string(k)); err != nil {
			return err
		}
		leaves, err = q.Leaves(ctx, string(k), 0, v.Version)
		return err
	})
	if errors.Is(err, offchain.ErrNotFound) {
		s.setTree(c, TreeVersion{Kind: k, Root: c.Root()})
		return nil
	}
	if err != nil {
		return err
	}
	changes, err := changesOf(leaves)
	if err != nil {
		return err
	}
	root, err := field.Parse(v.Root[:])
	if err != nil {
		return err
	}
	if err := c.Update(&registry.Delta{Kind: k, To: v.Version, Root: root, Changes: changes}); err != nil {
		return err
	}
	s.setTree(c, treeVersion(v, root))
	return nil
}

func (s *Service) setTree(c *registry.Copy, v TreeVersion) {
	s.trees.mu.Lock()
	defer s.trees.mu.Unlock()
	if s.trees.copies == nil {
		s.trees.copies, s.trees.at = map[registry.Kind]*registry.Copy{}, map[registry.Kind]TreeVersion{}
	}
	s.trees.copies[c.Kind], s.trees.at[c.Kind] = c, v
}

func treeVersion(v offchain.TreeVersion, root field.Element) TreeVersion {
	return TreeVersion{registry.Kind(v.Kind), v.Version, v.Floor, root, v.At, v.Note}
}

func changesOf(leaves []offchain.Leaf) ([]registry.Change, error) {
	changes := make([]registry.Change, 0, len(leaves))
	for _, l := range leaves {
		if l.Value == nil {
			continue
		}
		v, err := field.Parse(l.Value[:])
		if err != nil {
			return nil, fmt.Errorf("place %d: %w", l.Index, err)
		}
		changes = append(changes, registry.Change{Index: l.Index, Leaf: v})
	}
	return changes, nil
}

// TreeVersion is the newest published version of a tree; version 0 is the empty tree.
func (s *Service) TreeVersion(k registry.Kind) (TreeVersion, error) {
	s.trees.mu.RLock()
	defer s.trees.mu.RUnlock()
	v, ok := s.trees.at[k]
	if !ok {
		return TreeVersion{}, fmt.Errorf("%w: no tree %.20q", ErrNotFound, string(k))
	}
	return v, nil
}

// Delta gives all places of a tree that changed after a version, up to the newest; from 0, the whole tree.
func (s *Service) Delta(ctx context.Context, k registry.Kind, from uint64) ([]byte, error) {
	v, err := s.TreeVersion(k)
	if err != nil {
		return nil, err
	}
	if from > v.Version {
		return nil, fmt.Errorf("%w: the newest version of %s is %d", ErrInvalid, k, v.Version)
	}
	var leaves []offchain.Leaf
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		leaves, err = q.Leaves(ctx, string(k), from, v.Version)
		return err
	})
	if err != nil {
		return nil, err
	}
	changes, err := changesOf(leaves)
	if err != nil {
		return nil, err
	}
	return (&registry.Delta{Kind: k, From: from, To: v.Version, Root: v.Root, Changes: changes}).MarshalBinary()
}

// Accreditation is a change of the tree of providers or of issuers, with the accreditation role's signed note over the version that
// comes out (AccreditationText).
type Accreditation struct {
	Changes []LeafChange
	Note    []byte
}

// LeafChange is a place's new leaf. Organisation is the one that a provider belongs to, by which anonymity sets are counted.
type LeafChange struct {
	registry.Change
	Organisation *field.Element
}

// AccreditationText is what the accreditation role signs (C2SP signed-note): the tree's name with its service, the version, the root in
// base64, and when.
func AccreditationText(service string, k registry.Kind, version uint64, root field.Element, at time.Time) string {
	return fmt.Sprintf("lethe registry %s of %s\n%d\n%s\n%d\n", k, service, version, base64.StdEncoding.EncodeToString(field.Bytes(root)), at.Unix())
}

// Accredit carries a signed change out and publishes the version, or changes nothing: [ErrSignature] for a note that is not the
// accreditation role's, [ErrConflict] when the tree has moved on, [ErrInvalid] for a change that the tree does not allow.
func (s *Service) Accredit(ctx context.Context, k registry.Kind, a Accreditation) (TreeVersion, error) {
	p, err := s.proving()
	if err != nil {
		return TreeVersion{}, err
	}
	if k != registry.Providers && k != registry.Issuers {
		return TreeVersion{}, fmt.Errorf("%w: %s are not accredited", ErrInvalid, k)
	}
	signed, err := note.Open(a.Note, note.VerifierList(p.Accreditor))
	if err != nil {
		return TreeVersion{}, fmt.Errorf("%w: the accreditation role's note: %w", ErrSignature, err)
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	next, err := s.after(k, plain(a.Changes))
	if err != nil {
		return TreeVersion{}, err
	}
	at, err := accreditedAt(signed.Text)
	if err != nil {
		return TreeVersion{}, err
	}
	if signed.Text != AccreditationText(p.Service, k, next.Version, next.Root(), at) {
		return TreeVersion{}, fmt.Errorf("%w: the note is not about version %d of %s with these changes", ErrConflict, next.Version, k)
	}
	return s.publish(ctx, next, a.Note, func(tx offchain.Tx) error {
		for _, c := range a.Changes {
			var group []byte
			if c.Organisation != nil && c.Leaf != registry.Tombstone() {
				group = field.Bytes(*c.Organisation)
			}
			if err := tx.SetLeaf(ctx, string(k), c.Index, [32]byte(field.Bytes(c.Leaf)), group); err != nil {
				return err
			}
		}
		return nil
	}, plain(a.Changes))
}

func plain(changes []LeafChange) []registry.Change {
	all := make([]registry.Change, len(changes))
	for i, c := range changes {
		all[i] = c.Change
	}
	return all
}

func accreditedAt(text string) (time.Time, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return time.Time{}, fmt.Errorf("%w: not the text of an accreditation", ErrInvalid)
	}
	at, err := strconv.ParseInt(lines[3], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: not the text of an accreditation", ErrInvalid)
	}
	return unix(at), nil
}

// after is a copy of a tree as it will be after changes. The tree itself stays as it is until they are durable.
func (s *Service) after(k registry.Kind, changes []registry.Change) (*registry.Copy, error) {
	s.trees.mu.RLock()
	next := s.trees.copies[k].Clone()
	s.trees.mu.RUnlock()
	if err := next.Apply(changes); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	next.Version++
	return next, nil
}

// publish makes a version of a tree durable, with what else changes, and then visible. A version in which something was removed is the
// floor from then on.
func (s *Service) publish(
	ctx context.Context, next *registry.Copy, signed []byte, with func(offchain.Tx) error, changes []registry.Change,
) (TreeVersion, error) {
	before, err := s.TreeVersion(next.Kind)
	if err != nil {
		return TreeVersion{}, err
	}
	v := TreeVersion{next.Kind, next.Version, before.Floor, next.Root(), s.now(), signed}
	for _, c := range changes {
		if c.Leaf == registry.Tombstone() && next.Kind != registry.Grants { // of grants, a floor is the subject's alone
			v.Floor = v.Version
		}
	}
	row := offchain.TreeVersion{Kind: string(v.Kind), Version: v.Version, Floor: v.Floor, Root: [32]byte(field.Bytes(v.Root)), At: v.Published, Note: signed}
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		if err := with(tx); err != nil {
			return err
		}
		if err := tx.PublishLeaves(ctx, row); err != nil {
			return err
		}
		return enterLog(ctx, tx, offchain.LogEntry{Entry: v.Opening().Entry(), Subject: "registry"})
	})
	if errors.Is(err, offchain.ErrExists) {
		return TreeVersion{}, fmt.Errorf("%w: %w", ErrConflict, err)
	}
	if err != nil {
		return TreeVersion{}, err
	}
	s.setTree(next, v)
	return v, nil
}

// rootPayload is what the log says of a version, in the clear.
type rootPayload struct {
	_       struct{} `cbor:",toarray"`
	Format  uint
	Kind    string
	Version uint64
	Root    []byte
	At      int64
}

// Opening is the version's entry in the log. It concerns no person: its salt is zero, so that everybody who knows the version knows
// the entry.
func (v TreeVersion) Opening() anchor.Opening {
	return opening(anchor.RegistryRoot, make([]byte, anchor.HashSize), rootPayload{
		Format: formatVersion, Kind: string(v.Kind), Version: v.Version, Root: field.Bytes(v.Root), At: v.Published.Unix(),
	})
}

// PublishGrants makes everything that is waiting part of a new version of the tree of grants, with dummies up to the next multiple of
// Proving.Batch: what a version shows is that time has passed.
func (s *Service) PublishGrants(ctx context.Context) (TreeVersion, error) {
	p, err := s.proving()
	if err != nil {
		return TreeVersion{}, err
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	if err := s.addDummies(ctx, p.Batch); err != nil {
		return TreeVersion{}, err
	}
	var waiting []offchain.Leaf
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		waiting, err = q.PendingLeaves(ctx, string(registry.Grants))
		return err
	})
	if err != nil {
		return TreeVersion{}, err
	}
	return s.publishWaiting(ctx, waiting)
}

// addDummies fills the batch with leaves of nothing. What is withdrawn or given meanwhile waits, or makes the batch longer by a few.
func (s *Service) addDummies(ctx context.Context, batch int) error {
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		waiting, err := tx.PendingLeaves(ctx, string(registry.Grants))
		if err != nil {
			return err
		}
		missing := (batch - len(waiting)%batch) % batch
		if len(waiting) == 0 {
			missing = batch
		}
		for range missing {
			if err := s.addDummy(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) addDummy(ctx context.Context, tx offchain.Tx) error {
	place, err := tx.ReserveLeaf(ctx, string(registry.Grants), capacity(registry.Grants))
	if err != nil {
		return err
	}
	return tx.SetLeaf(ctx, string(registry.Grants), place, [32]byte(field.Bytes(field.Random())), nil)
}

func capacity(k registry.Kind) uint32 { return 1 << (2 * k.Levels()) }

func (s *Service) publishWaiting(ctx context.Context, waiting []offchain.Leaf) (TreeVersion, error) {
	changes := make([]registry.Change, len(waiting))
	for i, l := range waiting {
		v, err := field.Parse(l.Next[:])
		if err != nil {
			return TreeVersion{}, fmt.Errorf("place %d: %w", l.Index, err)
		}
		changes[i] = registry.Change{Index: l.Index, Leaf: v}
	}
	next, err := s.after(registry.Grants, changes)
	if err != nil {
		return TreeVersion{}, err
	}
	unchanged := func(tx offchain.Tx) error {
		now, err := tx.PendingLeaves(ctx, string(registry.Grants))
		if err == nil && !sameLeaves(now, waiting) {
			err = offchain.ErrExists
		}
		return err
	}
	return s.publish(ctx, next, nil, unchanged, changes)
}

func sameLeaves(a, b []offchain.Leaf) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Index != b[i].Index || *a[i].Next != *b[i].Next {
			return false
		}
	}
	return true
}

// KeepPublishing publishes the tree of grants on its schedule until ctx ends.
func (s *Service) KeepPublishing(ctx context.Context) {
	p, err := s.proving()
	if err != nil {
		return
	}
	tick := time.NewTicker(p.PublishEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := s.PublishGrants(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, ErrConflict) {
			s.cfg.Logger.Error("the tree of grants was not published", "error", Code(err))
		}
		if err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.Expire(ctx, s.now()) }); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("what has expired was not removed", "error", Code(err))
		}
	}
}
