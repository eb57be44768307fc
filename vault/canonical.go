package vault

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"lethe/offchain"
	"lethe/vault/canonical"
)

// Everything that is bound into a key, an associated data or a sealed row is in canonical encoding (vault/canonical).

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

func encode(v any) []byte { return canonical.Encode(v) }

func decode(b []byte, v any) error { return canonical.Decode(b, v) }

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
