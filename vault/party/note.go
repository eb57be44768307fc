package party

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/canonical"
)

func (s *Secret) newOrganisation() error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("make the organisation's key: %w", err)
	}
	s.Age, s.Public.Recipient = id.String(), id.Recipient().String()
	return nil
}

// Note is all that a grantee needs in order to use a grant, as it reaches them: from the patient, or through their organisation's inbox,
// encrypted to it (https://age-encryption.org/v1).
type Note struct {
	Service     string // whose patient it is
	Patient     string
	Subject     identity.Subject
	Grant       identity.Grant
	View        field.Element
	Signer      identity.PublicKey
	SignerUntil uint64 // of an issuer; 0 for the patient's own key
	Signature   identity.Signature
}

// sealedNote is a note as it is encoded.
type sealedNote struct {
	_                    struct{} `cbor:",toarray"`
	Format               uint
	Service, Patient     string
	Key, Identity        []byte
	Custody              uint8
	SubjectSalt, Grantee []byte
	Scope                uint16
	Purpose              uint8
	From, Until          uint64
	Basis, Role          uint8
	Terms                []byte
	Index                uint32
	Salt, View, Signer   []byte
	SignerUntil          uint64
	Signature            []byte
}

const noteFormat = 1

// ErrNote says that a message is not a note, or one that does not hold together.
var ErrNote = errors.New("not a grant note")

// maxNote bounds what is read of a note.
const maxNote = 16 << 10

// Encode is the note in canonical encoding.
func (n *Note) Encode() []byte {
	g := n.Grant
	return canonical.Encode(sealedNote{
		Format: noteFormat, Service: n.Service, Patient: n.Patient, Key: n.Subject.Key.Bytes(), Identity: field.Bytes(n.Subject.Identity),
		Custody: uint8(n.Subject.Custody), SubjectSalt: field.Bytes(n.Subject.Salt), Grantee: field.Bytes(g.Grantee), Scope: g.Scope,
		Purpose: g.Purpose, From: g.From, Until: g.Until, Basis: uint8(g.Basis), Role: uint8(g.Role), Terms: field.Bytes(g.Terms),
		Index: g.Index, Salt: field.Bytes(g.Salt), View: field.Bytes(n.View), Signer: n.Signer.Bytes(), SignerUntil: n.SignerUntil,
		Signature: n.Signature.Bytes(),
	})
}

// DecodeNote reads a note and checks that its signature is over what it says: [ErrNote].
func DecodeNote(b []byte) (*Note, error) {
	var s sealedNote
	if len(b) > maxNote || canonical.Decode(b, &s) != nil || s.Format != noteFormat {
		return nil, ErrNote
	}
	n := &Note{
		Service: s.Service, Patient: s.Patient, SignerUntil: s.SignerUntil,
		Subject: identity.Subject{Custody: identity.Custody(s.Custody)},
		Grant: identity.Grant{
			Scope: s.Scope, Purpose: s.Purpose, From: s.From, Until: s.Until, Basis: identity.Basis(s.Basis), Role: identity.Role(s.Role), Index: s.Index,
		},
	}
	if err := n.parse(&s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNote, err)
	}
	n.Grant.Subject, n.Grant.ViewHash = n.Subject.Handle(), identity.ViewHash(n.View)
	if err := errors.Join(n.Grant.Check(), identity.Verify(n.Signer, n.Grant.Leaf(), n.Signature)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNote, err)
	}
	if n.Grant.Basis == identity.BasisConsent && (!n.Signer.Equal(n.Subject.Key) || n.SignerUntil != 0) {
		return nil, fmt.Errorf("%w: a consent that is not the patient's", ErrNote)
	}
	if !bytes.Equal(n.Encode(), b) {
		return nil, fmt.Errorf("%w: not in its one encoding", ErrNote)
	}
	return n, nil
}

func (n *Note) parse(s *sealedNote) (err error) {
	for _, e := range []struct {
		to   *field.Element
		from []byte
	}{
		{&n.Subject.Identity, s.Identity}, {&n.Subject.Salt, s.SubjectSalt}, {&n.Grant.Grantee, s.Grantee}, {&n.Grant.Terms, s.Terms},
		{&n.Grant.Salt, s.Salt}, {&n.View, s.View},
	} {
		if *e.to, err = field.Parse(e.from); err != nil {
			return err
		}
	}
	if n.Subject.Key, err = identity.ParsePublicKey(s.Key); err != nil {
		return err
	}
	if n.Signer, err = identity.ParsePublicKey(s.Signer); err != nil {
		return err
	}
	n.Signature, err = identity.ParseSignature(s.Signature)
	return err
}

// Seal encrypts the note to an organisation.
func (n *Note) Seal(to Public) ([]byte, error) {
	recipient, err := age.ParseX25519Recipient(to.Recipient)
	if err != nil {
		return nil, fmt.Errorf("%w: its inbox: %w", ErrFile, err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, fmt.Errorf("encrypt the note: %w", err)
	}
	if _, err := w.Write(n.Encode()); err != nil {
		return nil, fmt.Errorf("encrypt the note: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encrypt the note: %w", err)
	}
	return out.Bytes(), nil
}

// OpenNotes opens the messages of an organisation's inbox. What is no note is passed over and counted: anybody can put a message there.
func (s *Secret) OpenNotes(messages [][]byte) (notes []*Note, junk int, err error) {
	id, err := age.ParseX25519Identity(s.Age)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: its inbox: %w", ErrFile, err)
	}
	for _, m := range messages {
		n, err := openNote(id, m)
		if err != nil {
			junk++
			continue
		}
		notes = append(notes, n)
	}
	return notes, junk, nil
}

func openNote(id age.Identity, message []byte) (*Note, error) {
	r, err := age.Decrypt(bytes.NewReader(message), id)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxNote+1))
	if err != nil {
		return nil, err
	}
	return DecodeNote(plain)
}

// Usable picks, among notes, one that lets a provider read this of this patient at this moment, the one that lasts longest; nil when
// there is none.
func Usable(notes []*Note, who identity.Provider, patient string, r identity.Request) *Note {
	fits := func(n *Note) bool {
		g := n.Grant
		return n.Patient == patient && (g.Grantee == who.Organisation || g.Grantee == who.Identity) && r.Scope&^g.Scope == 0 &&
			g.Purpose == r.Purpose && g.Basis == r.Basis && g.From <= r.Time && r.Time < g.Until
	}
	usable := slices.DeleteFunc(slices.Clone(notes), func(n *Note) bool { return !fits(n) })
	if len(usable) == 0 {
		return nil
	}
	return slices.MaxFunc(usable, func(a, b *Note) int { return int(a.Grant.Until>>1) - int(b.Grant.Until>>1) })
}
