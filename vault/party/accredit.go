package party

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lethe/circuits/field"
	"lethe/vault"
	"lethe/vault/registry"
)

// newSigner makes a key for notes. Its name there says what it is for; such names have no spaces and no plus signs.
func (s *Secret) newSigner(kind string) (err error) {
	name := kind + strings.Map(func(r rune) rune {
		if r <= ' ' || r == '+' || r > '~' {
			return '-'
		}
		return r
	}, s.Name)
	s.Signer, s.Public.Verifier, err = note.GenerateKey(rand.Reader, name)
	return err
}

// Enrol makes the change by which a provider or an issuer comes into a tree, until who.Until, signed, and the member as the
// accreditor's register has them. The copy is of the tree's newest version, and is changed.
func (s *Secret) Enrol(service string, copied *registry.Copy, who Public, now time.Time) (vault.Accreditation, Member, error) {
	m := Member{Kind: who.Kind, ID: who.id(), Name: who.Name, Organisation: who.Organisation, Index: copied.Size(), Until: who.Until}
	change := vault.LeafChange{}
	change.Index = m.Index
	var err error
	switch copied.Kind {
	case registry.Providers:
		p, perr := who.Provider()
		change.Leaf, change.Organisation, err = p.Leaf(), &p.Organisation, errors.Join(perr, p.Check())
	case registry.Issuers:
		i, ierr := who.Issuer()
		change.Leaf, err = i.Leaf(), errors.Join(ierr, i.Check())
	default:
		err = fmt.Errorf("nobody is enrolled in the tree of %s", copied.Kind)
	}
	if err != nil {
		return vault.Accreditation{}, m, err
	}
	m.Leaf = Element(change.Leaf)
	changes := []vault.LeafChange{change}
	for _, old := range s.Members { // one leaf for a person: an earlier one ends with the new
		if old.Kind == m.Kind && bytes.Equal(old.ID, m.ID) {
			changes = append(changes, standing(copied, old)...)
		}
	}
	a, err := s.accredit(service, copied, changes, now)
	return a, m, err
}

// id tells a person's enrolments from those of others of the same name.
func (p Public) id() Hex {
	if p.Identity != nil {
		return field.Bytes(field.Element(*p.Identity))
	}
	return p.Key
}

// standing is the change that removes a member's leaf, wherever it stands; none when it does not.
func standing(copied *registry.Copy, m Member) []vault.LeafChange {
	at, ok := copied.Find(field.Element(m.Leaf))
	if !ok {
		return nil
	}
	return []vault.LeafChange{{Change: registry.Change{Index: at, Leaf: registry.Tombstone()}}}
}

// ErrNotEnrolled says that an accreditor's register does not have a member.
var ErrNotEnrolled = errors.New("not enrolled by this accreditor, or revoked already")

// Revoke makes the change by which a person leaves a tree, signed: every leaf of theirs that stands there is removed. Their places are never used
// again.
func (s *Secret) Revoke(service string, copied *registry.Copy, m Member, now time.Time) (vault.Accreditation, error) {
	var changes []vault.LeafChange
	for _, of := range s.Members {
		if of.Kind == m.Kind && bytes.Equal(of.ID, m.ID) {
			changes = append(changes, standing(copied, of)...)
		}
	}
	if changes == nil {
		return vault.Accreditation{}, fmt.Errorf("%s: %w", m.Name, ErrNotEnrolled)
	}
	return s.accredit(service, copied, changes, now)
}

// MarkRevoked notes in the register that a person has left.
func (s *Secret) MarkRevoked(m Member) {
	for i := range s.Members {
		if of := &s.Members[i]; of.Kind == m.Kind && bytes.Equal(of.ID, m.ID) {
			of.Revoked = true
		}
	}
}

// ErrAmbiguous says that two people have been enrolled under a name.
var ErrAmbiguous = errors.New("more than one person is enrolled under this name: give their public file")

// Member finds who is enrolled under a name, of one of these kinds: [ErrAmbiguous] when that is more than one person.
func (s *Secret) Member(name string, kinds ...Kind) (found Member, err error) {
	for _, m := range s.Members {
		if m.Name != name || !slices.Contains(kinds, m.Kind) {
			continue
		}
		if found.Name != "" && !bytes.Equal(found.ID, m.ID) {
			return found, fmt.Errorf("%s: %w", name, ErrAmbiguous)
		}
		found = m
	}
	if found.Name == "" {
		return found, fmt.Errorf("%s: %w", name, ErrNotEnrolled)
	}
	return found, nil
}

// MemberOf finds who is enrolled with a public file.
func (s *Secret) MemberOf(p Public) (Member, error) {
	for _, m := range s.Members {
		if m.Kind == p.Kind && bytes.Equal(m.ID, p.id()) {
			return m, nil
		}
	}
	return Member{}, fmt.Errorf("%s: %w", p.Name, ErrNotEnrolled)
}

// Named is who had a leaf, revoked or not.
func (s *Secret) Named(leaf field.Element) (Member, bool) {
	for _, m := range s.Members {
		if field.Element(m.Leaf) == leaf {
			return m, true
		}
	}
	return Member{}, false
}

// ErrForeign says that a tree holds a leaf that the accreditor has not put there.
var ErrForeign = errors.New("the tree holds somebody whom this register does not know: nothing is signed over it")

// own checks that everybody in a tree is in the register, and gives the changes that remove who was revoked and stands there again, as after
// a restore of the service. The tree comes from the operator; what is signed is the accreditor's word for all of it.
func (s *Secret) own(copied *registry.Copy, changes []vault.LeafChange) ([]vault.LeafChange, error) {
	revoked, changed := map[field.Element]bool{}, map[uint32]bool{}
	for _, m := range s.Members {
		revoked[field.Element(m.Leaf)] = m.Revoked
	}
	for _, c := range changes {
		changed[c.Index] = true
	}
	for i, leaf := range copied.Leaves() {
		if leaf == registry.Empty() || leaf == registry.Tombstone() {
			continue
		}
		gone, known := revoked[leaf]
		if !known {
			return nil, fmt.Errorf("place %d of %s: %w", i, copied.Kind, ErrForeign)
		}
		if gone && !changed[uint32(i)] {
			changes = append(changes, vault.LeafChange{Change: registry.Change{Index: uint32(i), Leaf: registry.Tombstone()}})
		}
	}
	return changes, nil
}

func (s *Secret) accredit(service string, copied *registry.Copy, changes []vault.LeafChange, now time.Time) (a vault.Accreditation, err error) {
	signer, err := note.NewSigner(s.Signer)
	if err != nil {
		return a, fmt.Errorf("%w: its key: %w", ErrFile, err)
	}
	if changes, err = s.own(copied, changes); err != nil {
		return a, err
	}
	plain := make([]registry.Change, len(changes))
	for i, c := range changes {
		plain[i] = c.Change
	}
	if err := copied.Apply(plain); err != nil {
		return a, err
	}
	copied.Version++
	text := vault.AccreditationText(service, copied.Kind, copied.Version, copied.Root(), now)
	a.Changes = changes
	a.Note, err = note.Sign(&note.Note{Text: text}, signer)
	return a, err
}
