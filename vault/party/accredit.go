package party

import (
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

// accreditorName is the name of an accreditation role's key in its notes; names there have no spaces and no plus signs.
func accreditorName(name string) string {
	return "accreditation/" + strings.Map(func(r rune) rune {
		if r <= ' ' || r == '+' || r > '~' {
			return '-'
		}
		return r
	}, name)
}

func (s *Secret) newAccreditor() (err error) {
	s.Signer, s.Public.Verifier, err = note.GenerateKey(rand.Reader, accreditorName(s.Name))
	return err
}

// Enrol makes the change by which a provider or an issuer comes into a tree, until who.Until, signed, and the member as the
// accreditor's register has them. The copy is of the tree's newest version, and is changed.
func (s *Secret) Enrol(service string, copied *registry.Copy, who Public, now time.Time) (vault.Accreditation, Member, error) {
	m := Member{Kind: who.Kind, Name: who.Name, Organisation: who.Organisation, Index: copied.Size(), Until: who.Until}
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
	a, err := s.accredit(service, copied, change, now)
	return a, m, err
}

// ErrNotEnrolled says that an accreditor's register does not have a member.
var ErrNotEnrolled = errors.New("not enrolled by this accreditor, or revoked already")

// Revoke makes the change by which a member leaves a tree, signed. The member's place is never used again.
func (s *Secret) Revoke(service string, copied *registry.Copy, m Member, now time.Time) (vault.Accreditation, error) {
	if copied.Leaf(m.Index) != field.Element(m.Leaf) {
		return vault.Accreditation{}, fmt.Errorf("%s: %w", m.Name, ErrNotEnrolled)
	}
	return s.accredit(service, copied, vault.LeafChange{Change: registry.Change{Index: m.Index, Leaf: registry.Tombstone()}}, now)
}

// Member finds who is enrolled under a name, of one of these kinds.
func (s *Secret) Member(name string, kinds ...Kind) (*Member, error) {
	for i := range s.Members {
		if m := &s.Members[i]; m.Name == name && !m.Revoked && slices.Contains(kinds, m.Kind) {
			return m, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", name, ErrNotEnrolled)
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

func (s *Secret) accredit(service string, copied *registry.Copy, change vault.LeafChange, now time.Time) (a vault.Accreditation, err error) {
	signer, err := note.NewSigner(s.Signer)
	if err != nil {
		return a, fmt.Errorf("%w: its key: %w", ErrFile, err)
	}
	if err := copied.Apply([]registry.Change{change.Change}); err != nil {
		return a, err
	}
	copied.Version++
	text := vault.AccreditationText(service, copied.Kind, copied.Version, copied.Root(), now)
	a.Changes = []vault.LeafChange{change}
	a.Note, err = note.Sign(&note.Note{Text: text}, signer)
	return a, err
}
