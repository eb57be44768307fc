package attest

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Format is the format's name in an attestation's file, and MaxSigned the most bytes that one may have.
const (
	Format    = "lethe/attestation/v1"
	MaxSigned = 1 << 16
)

// ErrSigned says that a file is not an attestation that its attester has signed.
var ErrSigned = errors.New("not a signed attestation")

// Signed is an attestation with its attester's signature. It is the person's alone: whoever has it knows the values, and with the
// person's file can prove by it.
type Signed struct {
	identity.Attestation
	Attester        identity.PublicKey
	AccreditedUntil uint64 // the attester, in Unix seconds
	Signature       identity.Signature
}

// Sign signs an attestation, as the attester that an accreditor has enrolled.
func Sign(a identity.Attestation, key *identity.SigningKey, accreditedUntil uint64) (*Signed, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	signature, err := key.Sign(a.Message())
	if err != nil {
		return nil, err
	}
	return &Signed{a, key.Public(), accreditedUntil, signature}, nil
}

// signedJSON is the file. Numbers of values that are not known are null.
type signedJSON struct {
	Format    string       `json:"format"`
	Identity  string       `json:"identity"`
	Key       string       `json:"key"`
	Schema    string       `json:"schema"`
	From      uint64       `json:"from"`
	Until     uint64       `json:"until"`
	Values    []*uint32    `json:"values"`
	Attester  attesterJSON `json:"attester"`
	Signature string       `json:"signature"`
}

type attesterJSON struct {
	Key   string `json:"key"`
	Until uint64 `json:"until"`
}

// Encode is the file of an attestation, JSON.
func (s *Signed) Encode() ([]byte, error) {
	j := signedJSON{
		Format: Format, Identity: field.Text(s.Identity), Key: field.Text(s.Key), Schema: field.Text(s.Schema),
		From: s.From, Until: s.Until,
		Attester:  attesterJSON{hex.EncodeToString(s.Attester.Bytes()), s.AccreditedUntil},
		Signature: hex.EncodeToString(s.Signature.Bytes()),
	}
	for _, v := range s.Values {
		if n, ok := v.Number(); ok {
			j.Values = append(j.Values, &n)
		} else {
			j.Values = append(j.Values, nil)
		}
	}
	b, err := json.Marshal(j, jsontext.WithIndent("  "))
	return append(b, '\n'), err
}

// Decode reads an attestation's file and verifies its signature; all else is [ErrSigned]. Whether the attester is accredited, the
// tree of issuers says.
func Decode(data []byte) (*Signed, error) {
	if len(data) > MaxSigned {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrSigned, MaxSigned)
	}
	var j signedJSON
	if err := json.Unmarshal(data, &j, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: not its JSON", ErrSigned) // the decoder's text may quote values
	}
	s, err := j.signed()
	if err == nil {
		err = s.Check()
	}
	if err == nil {
		err = identity.Verify(s.Attester, s.Message(), s.Signature)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigned, err)
	}
	return s, nil
}

func (j *signedJSON) signed() (*Signed, error) {
	if j.Format != Format || len(j.Values) != identity.Attributes {
		return nil, fmt.Errorf("its format is not %s, or its values are not %d", Format, identity.Attributes)
	}
	s := &Signed{AccreditedUntil: j.Attester.Until}
	s.From, s.Until = j.From, j.Until
	for _, e := range []struct {
		name, text string
		to         *field.Element
	}{{"identity", j.Identity, &s.Identity}, {"key", j.Key, &s.Key}, {"schema", j.Schema, &s.Schema}} {
		var err error
		if *e.to, err = field.ParseText(e.text); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	for i, n := range j.Values {
		if n == nil {
			continue
		}
		if *n >= 1<<identity.ValueBits {
			return nil, fmt.Errorf("%w: value %d has no room", identity.ErrInvalid, i+1)
		}
		s.Values[i] = identity.KnownValue(*n)
	}
	return s, j.parseSigner(s)
}

func (j *signedJSON) parseSigner(s *Signed) error {
	key, err := hex.DecodeString(j.Attester.Key)
	if err != nil {
		return errors.New("the attester's key is not hexadecimal")
	}
	if s.Attester, err = identity.ParsePublicKey(key); err != nil {
		return err
	}
	signature, err := hex.DecodeString(j.Signature)
	if err != nil {
		return errors.New("the signature is not hexadecimal")
	}
	s.Signature, err = identity.ParseSignature(signature)
	return err
}
