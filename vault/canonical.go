package vault

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"

	"lethe/offchain"
)

// Everything that is bound into a key, an associated data or a sealed row is deterministic CBOR (RFC 8949, section 4.2.1).
// The values are our own and plain (strings, numbers, bytes), so encoding them cannot fail.

const (
	formatVersion = 1
	kekDomain     = "lethe/kek/v1"
)

// objectContext is what a ciphertext is bound to: moved anywhere else, it does not decrypt.
type objectContext struct {
	_           struct{} `cbor:",toarray"`
	Format      uint
	Tenant      string
	Patient     string
	Compartment string
	Object      string
	Version     uint
}

// kekContext is the associated data of a wrapped compartment key.
type kekContext struct {
	_             struct{} `cbor:",toarray"`
	Domain        string
	Tenant        string
	Patient       string
	Compartment   string
	CompartmentID string
}

func (s *Service) context(c offchain.Compartment, object string) []byte {
	return encode(objectContext{Format: formatVersion, Tenant: s.cfg.Tenant, Patient: c.Patient, Compartment: c.Name, Object: object, Version: 1})
}

func (s *Service) associated(c offchain.Compartment) []byte {
	return encode(kekContext{Domain: kekDomain, Tenant: s.cfg.Tenant, Patient: c.Patient, Compartment: c.Name, CompartmentID: c.ID})
}

var canonicalMode = mustMode(cbor.CoreDetEncOptions().EncMode())

var strictMode = mustMode(cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	IndefLength:       cbor.IndefLengthForbidden,
	ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
	MaxArrayElements:  1 << 24,
}.DecMode())

func mustMode[M any](m M, err error) M {
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

func encode(v any) []byte {
	b, err := canonicalMode.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("canonical encoding of %T: %v", v, err)) // our own plain types
	}
	return b
}

func decode(b []byte, v any) error {
	if err := strictMode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("not a %T of this version: %w", v, err)
	}
	return nil
}

// newID is a random 128-bit id, as patients, compartments and objects have.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// newRecordID is a UUIDv7 (RFC 9562), so that records sort by the time they came.
func newRecordID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make record id: %w", err)
	}
	return id.String(), nil
}

// newObjectKey is a random place in the object store, unrelated to any id.
func (s *Service) newObjectKey() string {
	id := newID()
	return s.cfg.Tenant + "/" + id[:2] + "/" + id[2:]
}
