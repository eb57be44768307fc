// Package party is what people hold: the secrets of patients, providers, organisations, registrars, accreditors, auditors,
// contributors and trials' sites, each in a file of their own that the service never sees, and what they make with them (grants, notes, proofs, openings).
//
// A party's file is JSON and its owner's alone (mode 0600). Its public part is another file, to hand to whoever needs it. Losing a
// patient's file loses their say until a registrar binds a new key; losing a provider's, an enrolment; losing the auditor's,
// for ever, who read.
package party

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

// Kind is what a party is.
type Kind string

// Kinds of parties.
const (
	Patient        Kind = "patient"
	Provider       Kind = "provider"
	Organisation   Kind = "organisation"
	Registrar      Kind = "registrar"
	Representative Kind = "representative"
	Attester       Kind = "attester"
	Accreditor     Kind = "accreditor"
	Auditor        Kind = "auditor"
	Contributor    Kind = "contributor" // to a ceremony for the proofs' keys
	Site           Kind = "site"        // of a trial: signs what happens there
	Trial          Kind = "trial"       // whom participants consent to; its file holds no secret
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Patient, Provider, Organisation, Registrar, Representative, Attester, Accreditor, Auditor, Contributor, Site, Trial}
}

// ErrFile says that a file is not a party's, or of another kind than the one needed.
var ErrFile = errors.New("not the file of such a party")

// maxFile bounds what is read.
const maxFile = 16 << 20

// Element is a field element as files have it: 64 hexadecimal digits.
type Element field.Element

// MarshalText implements [encoding.TextMarshaler].
func (e Element) MarshalText() ([]byte, error) { return []byte(field.Text(field.Element(e))), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (e *Element) UnmarshalText(text []byte) error {
	v, err := field.ParseText(string(text))
	*e = Element(v)
	return err
}

// Hex is bytes as files have them: hexadecimal digits.
type Hex []byte

// MarshalText implements [encoding.TextMarshaler].
func (h Hex) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// Secret is a party's own file.
type Secret struct {
	Kind   Kind   `json:"lethe_party"`
	Name   string `json:"name"`
	Public Public `json:"public"`

	Secret  *Element `json:"secret,omitempty"`  // a patient's or a provider's
	Key     Hex      `json:"key,omitempty"`     // signing key of a patient, registrar, representative, attester, auditor, site
	Signer  string   `json:"signer,omitempty"`  // an accreditor's or contributor's note signer
	Age     string   `json:"age,omitempty"`     // an organisation's identity
	Given   []Given  `json:"given,omitempty"`   // a patient's grants
	Members []Member `json:"members,omitempty"` // whom an accreditor has enrolled
	Reads   []Reads  `json:"reads,omitempty"`   // a provider's pseudonyms that are used up
}

// Public is the part of a file that its owner hands out. It holds no secret.
type Public struct {
	Kind Kind   `json:"lethe_party"`
	Name string `json:"name"`

	Key          Hex      `json:"key,omitempty"`
	Identity     *Element `json:"identity,omitempty"` // a patient's or provider's
	Salt         *Element `json:"salt,omitempty"`     // a patient's
	Custody      string   `json:"custody,omitempty"`  // a patient's
	Organisation string   `json:"organisation,omitempty"`
	Roles        uint16   `json:"roles,omitempty"`
	Recipient    string   `json:"recipient,omitempty"` // an organisation's inbox (age)
	Verifier     string   `json:"verifier,omitempty"`  // an accreditor's or contributor's (C2SP signed-note)

	// Until is when an enrolment ends, in Unix seconds: the accreditor writes it into the public file.
	Until uint64 `json:"enrolled_until,omitempty"`
}

// Given is a grant that a patient has given; its view opens who read by it.
type Given struct {
	Service string  `json:"service"`
	Patient string  `json:"patient"`
	Index   uint32  `json:"index"`
	Grantee string  `json:"grantee"` // by name
	ID      Element `json:"grantee_id"`
	View    Element `json:"view"`
	Leaf    Element `json:"leaf"`
	Note    []byte  `json:"note,omitempty"` // in canonical encoding, for the patient to prove by; grants of before have none
}

// Member is somebody whom an accreditor has enrolled.
type Member struct {
	Kind         Kind    `json:"kind"`
	ID           Hex     `json:"id"` // the identity of a provider, the key of an issuer
	Name         string  `json:"name"`
	Organisation string  `json:"organisation,omitempty"`
	Leaf         Element `json:"leaf"`
	Index        uint32  `json:"index"`
	Until        uint64  `json:"until"`
	Revoked      bool    `json:"revoked,omitempty"`
}

// Reads is how many pseudonyms of an epoch a provider has used with a service.
type Reads struct {
	Service string `json:"service"`
	Epoch   uint32 `json:"epoch"`
	Used    uint16 `json:"used"`
}

// New makes a party. An organisation's providers are told which one by its name.
func New(k Kind, name, organisation string) (*Secret, error) {
	s := &Secret{Kind: k, Name: name, Public: Public{Kind: k, Name: name}}
	switch k {
	case Patient:
		return s, s.newPatient()
	case Provider:
		if organisation == "" {
			return nil, errors.New("a provider belongs to an organisation: say which")
		}
		secret := field.Random()
		id := Element(identity.ProviderIdentity(secret))
		s.Secret, s.Public.Identity, s.Public.Organisation = (*Element)(&secret), &id, organisation
		return s, nil
	case Organisation:
		return s, s.newOrganisation()
	case Registrar, Representative, Attester, Auditor, Site:
		return s, s.newKey()
	case Accreditor:
		return s, s.newSigner("accreditation/")
	case Contributor:
		return s, s.newSigner("ceremony/")
	case Trial:
		return s, nil
	}
	return nil, fmt.Errorf("there is no party %.20q", string(k))
}

func (s *Secret) newKey() error {
	k, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		return err
	}
	defer k.Zero()
	s.Key, s.Public.Key = k.Bytes(), k.Public().Bytes()
	return nil
}

func (s *Secret) newPatient() error {
	secret, salt := field.Random(), field.Random()
	id := Element(identity.IdentityOf(secret))
	s.Secret, s.Public.Identity, s.Public.Salt = (*Element)(&secret), &id, (*Element)(&salt)
	s.Public.Custody = identity.Own.String()
	return s.newKey()
}

// KeptFor says of a new patient's file that an institution keeps it for them. The handle says so, and so every proof.
func (s *Secret) KeptFor() error {
	if s.Kind != Patient {
		return fmt.Errorf("%w: only a patient's key is kept for them", ErrFile)
	}
	s.Public.Custody = identity.Custodial.String()
	return nil
}

// SigningKey opens a party's key; Zero it after use.
func (s *Secret) SigningKey() (*identity.SigningKey, error) {
	k, err := identity.ParseSigningKey(s.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: its key: %w", ErrFile, err)
	}
	return k, nil
}

// PublicKey is a party's public key.
func (p Public) PublicKey() (identity.PublicKey, error) {
	k, err := identity.ParsePublicKey(p.Key)
	if err != nil {
		return k, fmt.Errorf("%w: its key: %w", ErrFile, err)
	}
	return k, nil
}

// Subject is a patient as a registrar binds them.
func (p Public) Subject() (who identity.Subject, err error) {
	if p.Kind != Patient || p.Identity == nil || p.Salt == nil {
		return who, fmt.Errorf("%w: it is a %s's", ErrFile, p.Kind)
	}
	if who.Key, err = p.PublicKey(); err != nil {
		return who, err
	}
	if p.Custody == identity.Custodial.String() {
		who.Custody = identity.Custodial
	}
	who.Identity, who.Salt = field.Element(*p.Identity), field.Element(*p.Salt)
	return who, nil
}

// Provider is a provider as an accreditor enrols them.
func (p Public) Provider() (identity.Provider, error) {
	if p.Kind != Provider || p.Identity == nil {
		return identity.Provider{}, fmt.Errorf("%w: it is a %s's", ErrFile, p.Kind)
	}
	return identity.Provider{
		Identity: field.Element(*p.Identity), Organisation: identity.Organisation(p.Organisation), Roles: p.Roles, Until: p.Until,
	}, nil
}

// Issuer is a registrar, representative or attester as an accreditor enrols them.
func (p Public) Issuer() (i identity.Issuer, err error) {
	roles := map[Kind]identity.Role{Registrar: identity.Registrar, Representative: identity.Representative, Attester: identity.Attester}
	role, ok := roles[p.Kind]
	if !ok {
		return i, fmt.Errorf("%w: it is a %s's", ErrFile, p.Kind)
	}
	key, err := p.PublicKey()
	return identity.Issuer{Key: key, Role: role, Until: p.Until}, err
}

// Grantee is whom a grant can be for: an organisation, one provider, or a trial.
func (p Public) Grantee() (field.Element, error) {
	switch {
	case p.Kind == Organisation:
		return identity.Organisation(p.Name), nil
	case p.Kind == Provider && p.Identity != nil:
		return field.Element(*p.Identity), nil
	case p.Kind == Trial:
		return policy.Scope(p.Name), nil
	}
	return field.Element{}, fmt.Errorf("%w: a grant is for an organisation, a provider or a trial, and this is a %s's", ErrFile, p.Kind)
}

// Read reads a party's own file, of one of these kinds, with what an accreditor has written into the public one beside it.
func Read(name string, kinds ...Kind) (*Secret, error) {
	s := new(Secret)
	var handed Public
	if err := readFile(name, s); err != nil {
		if readFile(name, &handed) == nil && handed.Kind != "" {
			err = fmt.Errorf("%s is what was handed out, and the party's own file is needed: %w", name, ErrFile)
		}
		return nil, err
	}
	if readFile(PublicName(name), &handed) == nil {
		s.Public.Until = max(s.Public.Until, handed.Until)
	}
	return s, is(name, s.Kind, kinds)
}

// ReadPublic reads a public file, or the public part of a party's own.
func ReadPublic(name string, kinds ...Kind) (p Public, err error) {
	if err := readFile(name, &p); err == nil {
		return p, is(name, p.Kind, kinds)
	}
	s, err := Read(name, kinds...)
	if err != nil {
		return p, err
	}
	return s.Public, nil
}

func is(name string, k Kind, kinds []Kind) error {
	for _, want := range kinds {
		if k == want {
			return nil
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	return fmt.Errorf("%s is a %s's: %w", name, k, ErrFile)
}

func readFile(name string, to any) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Size() > maxFile {
		return fmt.Errorf("%s: %w", name, ErrFile)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%s: %w", name, ErrFile)
	}
	return nil
}

// Create writes a new party's file, which must not be there yet, and its public part beside it (PublicName).
func (s *Secret) Create(name string) error {
	if err := s.write(name, os.O_EXCL); err != nil {
		return err
	}
	return s.Public.Write(PublicName(name))
}

// Write writes a public file.
func (p Public) Write(name string) error {
	data, err := json.Marshal(p, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o644) //nolint:gosec // it is to be handed out
}

// PublicName is where the public part of a party's file is: "alice.json" has "alice.public.json".
func PublicName(name string) string {
	ext := filepath.Ext(name)
	return name[:len(name)-len(ext)] + ".public" + ext
}

// Save writes what has changed of a file, whole or not at all.
func (s *Secret) Save(name string) error {
	next := name + ".new"
	if err := s.write(next, os.O_TRUNC); err != nil {
		return err
	}
	return os.Rename(next, name)
}

func (s *Secret) write(name string, flag int) (err error) {
	data, err := json.Marshal(s, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(data, '\n')); err != nil {
		return err
	}
	return f.Sync()
}
