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

// trees are the registries in memory.
type trees struct {
	mu sync.RWMutex
	at map[registry.Kind]published
}

// published is a tree with its version. It is never changed: the next one takes its place.
type published struct {
	tree *registry.Copy
	TreeVersion
}

func (t *trees) get(k registry.Kind) (published, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	p, ok := t.at[k]
	return p, ok
}

// set shows a tree, unless a later one is there.
func (t *trees) set(p published) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.at == nil {
		t.at = map[registry.Kind]published{}
	}
	if now, ok := t.at[p.Kind]; !ok || p.Version >= now.Version {
		t.at[p.Kind] = p
	}
}

// loadTrees reads the trees from the index, which is their truth, and checks that they have the roots that were published.
func (s *Service) loadTrees(ctx context.Context) error {
	for _, k := range registry.Kinds() {
		if _, err := s.tree(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// tree gives a tree as the index has it now, and keeps it. What memory has may be behind that: another process has published since, or
// the answer to a publication was lost.
func (s *Service) tree(ctx context.Context, k registry.Kind) (published, error) {
	now, ok := s.trees.get(k)
	if !ok {
		empty, err := registry.NewCopy(k)
		if err != nil {
			return published{}, err
		}
		now = published{empty, TreeVersion{Kind: k, Root: empty.Root()}}
	}
	v, changes, err := s.changedSince(ctx, k, now.Version)
	if err != nil {
		return published{}, fmt.Errorf("tree of %s: %w", k, err)
	}
	if v.Version != now.Version || v.Root != now.Root {
		next := now.tree.Clone()
		if err := next.Update(&registry.Delta{Kind: k, From: now.Version, To: v.Version, Root: v.Root, Changes: changes}); err != nil {
			return published{}, fmt.Errorf("tree of %s: %w", k, err)
		}
		now = published{next, v}
	}
	s.trees.set(now)
	return now, nil
}

// changedSince gives the newest version of a tree and all places that have changed after another, of one moment.
func (s *Service) changedSince(ctx context.Context, k registry.Kind, from uint64) (v TreeVersion, changes []registry.Change, err error) {
	var row offchain.TreeVersion
	var leaves []offchain.Leaf
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if row, err = newestVersion(ctx, q, k); err == nil && row.Version > from {
			leaves, err = q.Leaves(ctx, string(k), from, row.Version)
		}
		return err
	})
	if err != nil {
		return v, nil, err
	}
	root, err := field.Parse(row.Root[:])
	if err == nil {
		changes, err = changesOf(leaves)
	}
	return treeVersion(row, root), changes, err
}

// newestVersion is the newest published version of a tree, or its version 0.
func newestVersion(ctx context.Context, q offchain.Queries, k registry.Kind) (offchain.TreeVersion, error) {
	v, err := q.TreeVersion(ctx, string(k))
	if !errors.Is(err, offchain.ErrNotFound) {
		return v, err
	}
	root, err := emptyRoot(k)
	return offchain.TreeVersion{Kind: string(k), Root: root}, err
}

// emptyRoot is the root of version 0.
func emptyRoot(k registry.Kind) (root [32]byte, err error) {
	t, err := registry.NewTree(k)
	if err != nil {
		return root, err
	}
	return [32]byte(field.Bytes(t.Root())), nil
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
	p, ok := s.trees.get(k)
	if !ok {
		return TreeVersion{}, fmt.Errorf("%w: no tree %.20q", ErrNotFound, string(k))
	}
	return p.TreeVersion, nil
}

// Delta gives all places of a tree that changed after a version, up to the newest; from 0, the whole tree.
func (s *Service) Delta(ctx context.Context, k registry.Kind, from uint64) ([]byte, error) {
	if k.Levels() == 0 {
		return nil, fmt.Errorf("%w: no tree %.20q", ErrNotFound, string(k))
	}
	v, changes, err := s.changedSince(ctx, k, from)
	if err != nil {
		return nil, err
	}
	if from > v.Version {
		return nil, fmt.Errorf("%w: the newest version of %s is %d", ErrInvalid, k, v.Version)
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
	version, at, err := accredited(signed.Text)
	if err != nil {
		return TreeVersion{}, err
	}
	return s.publish(ctx, k, func(tx offchain.Tx, before published) (published, error) {
		if version != before.Version+1 {
			return published{}, fmt.Errorf("%w: the note is about version %d of %s, and the newest is %d", ErrConflict, version, k, before.Version)
		}
		next, err := s.after(before, plain(a.Changes), a.Note)
		if err != nil {
			return next, err
		}
		if signed.Text != AccreditationText(p.Service, k, next.Version, next.Root, at) {
			return next, fmt.Errorf("%w: the note is not about %s with these changes", ErrConflict, k)
		}
		return next, s.setLeaves(ctx, tx, k, a.Changes)
	})
}

func (s *Service) setLeaves(ctx context.Context, tx offchain.Tx, k registry.Kind, changes []LeafChange) error {
	for _, c := range changes {
		if err := s.noteEnds(ctx, tx, k, c); err != nil {
			return err
		}
		var group []byte
		if c.Organisation != nil && c.Leaf != registry.Tombstone() {
			group = field.Bytes(*c.Organisation)
		}
		if err := tx.SetLeaf(ctx, string(k), c.Index, [32]byte(field.Bytes(c.Leaf)), group); err != nil {
			return err
		}
	}
	return nil
}

// noteEnds leaves the mark of a leaf that is removed; one that comes in and has ended already has to be removed again.
func (s *Service) noteEnds(ctx context.Context, tx offchain.Tx, k registry.Kind, c LeafChange) error {
	if c.Leaf == registry.Tombstone() {
		l, err := tx.Leaf(ctx, string(k), c.Index)
		if errors.Is(err, offchain.ErrNotFound) {
			return nil
		}
		return errors.Join(err, s.markLeaf(ctx, tx, l))
	}
	ended, err := s.hasEnded(ctx, tx, c.Leaf)
	if err != nil || !ended {
		return err
	}
	return lacks(ctx, tx, k, c.Index)
}

func plain(changes []LeafChange) []registry.Change {
	all := make([]registry.Change, len(changes))
	for i, c := range changes {
		all[i] = c.Change
	}
	return all
}

// accredited reads the numbers in the text of an accreditation; the rest is compared as a whole.
func accredited(text string) (version uint64, at time.Time, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return 0, at, fmt.Errorf("%w: not the text of an accreditation", ErrInvalid)
	}
	version, err = strconv.ParseUint(lines[1], 10, 64)
	seconds, err2 := strconv.ParseInt(lines[3], 10, 64)
	if err := errors.Join(err, err2); err != nil {
		return 0, at, fmt.Errorf("%w: not the text of an accreditation: %w", ErrInvalid, err)
	}
	return version, unix(seconds), nil
}

// after is a tree as it will be after changes. One in which something was removed is the floor from then on; of grants, a floor is the
// subject's alone.
func (s *Service) after(before published, changes []registry.Change, signed []byte) (published, error) {
	next := published{before.tree.Clone(), before.TreeVersion}
	if err := next.tree.Apply(changes); err != nil {
		return next, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	next.tree.Version++
	next.Version, next.Root, next.Published, next.Note = next.tree.Version, next.tree.Root(), s.now(), signed
	for _, c := range changes {
		if c.Leaf == registry.Tombstone() && next.Kind != registry.Grants {
			next.Floor = next.Version
		}
	}
	return next, nil
}

// publish makes the version of a tree that comes out of a change durable, with the change, and then visible.
func (s *Service) publish(
	ctx context.Context, k registry.Kind, change func(tx offchain.Tx, before published) (published, error),
) (TreeVersion, error) {
	if err := s.admit(ctx); err != nil {
		return TreeVersion{}, err
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	before, err := s.tree(ctx, k)
	if err != nil {
		return TreeVersion{}, err
	}
	var next published
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		now, err := newestVersion(ctx, tx, k)
		if err == nil && now.Version != before.Version {
			err = offchain.ErrExists
		}
		if err != nil {
			return err
		}
		if next, err = change(tx, before); err != nil {
			return err
		}
		v := next.TreeVersion
		return errors.Join(tx.PublishLeaves(ctx, offchain.TreeVersion{
			Kind: string(k), Version: v.Version, Floor: v.Floor, Root: [32]byte(field.Bytes(v.Root)), At: v.Published, Note: v.Note,
		}), enterLog(ctx, tx, offchain.LogEntry{Entry: v.Opening().Entry(), Subject: "registry"}))
	})
	if errors.Is(err, offchain.ErrExists) {
		return TreeVersion{}, fmt.Errorf("%w: %w", ErrConflict, err)
	}
	if err != nil {
		return TreeVersion{}, err
	}
	s.trees.set(next)
	return next.TreeVersion, nil
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
	return s.publish(ctx, registry.Grants, func(tx offchain.Tx, before published) (published, error) {
		if err := s.addDummies(ctx, tx, p.Batch); err != nil {
			return published{}, err
		}
		waiting, err := tx.PendingLeaves(ctx, string(registry.Grants))
		if err != nil {
			return published{}, err
		}
		changes, err := nextOf(waiting)
		if err != nil {
			return published{}, err
		}
		return s.after(before, changes, nil)
	})
}

// addDummies fills the last batch of what is waiting with leaves of nothing; when nothing waits, a whole one.
func (s *Service) addDummies(ctx context.Context, tx offchain.Tx, batch int) error {
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
}

func (s *Service) addDummy(ctx context.Context, tx offchain.Tx) error {
	place, err := tx.ReserveLeaf(ctx, string(registry.Grants), capacity(registry.Grants))
	if err != nil {
		return err
	}
	return tx.SetLeaf(ctx, string(registry.Grants), place, [32]byte(field.Bytes(field.Random())), nil)
}

func capacity(k registry.Kind) uint32 { return 1 << (2 * k.Levels()) }

// nextOf are the changes that the next version makes.
func nextOf(waiting []offchain.Leaf) ([]registry.Change, error) {
	changes := make([]registry.Change, len(waiting))
	for i, l := range waiting {
		v, err := field.Parse(l.Next[:])
		if err != nil {
			return nil, fmt.Errorf("place %d: %w", l.Index, err)
		}
		changes[i] = registry.Change{Index: l.Index, Leaf: v}
	}
	return changes, nil
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
		if _, err := s.publishDue(ctx, p); err != nil && ctx.Err() == nil && !errors.Is(err, ErrConflict) {
			s.cfg.Logger.Error("the tree of grants was not published", "error", Code(err))
		}
		if err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.Expire(ctx, s.now()) }); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("what has expired was not removed", "error", Code(err))
		}
	}
}

// publishDue publishes the tree of grants, unless another process has just done so.
func (s *Service) publishDue(ctx context.Context, p *Proving) (TreeVersion, error) {
	if s.cfg.Shared {
		newest, err := s.tree(ctx, registry.Grants)
		if err != nil || s.cfg.Now().Sub(newest.Published) < p.PublishEvery*3/4 {
			return newest.TreeVersion, err
		}
	}
	return s.PublishGrants(ctx)
}
