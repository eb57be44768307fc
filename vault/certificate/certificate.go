// Package certificate is the proof of an erasure that an authority is shown: what was asked, decided, done and verified, and
// what that does not prove. A certificate is a JSON document signed as a detached JWS (RFC 7515, appendix F) with Ed25519
// (RFC 8037) over the canonical form (JCS, RFC 8785) of its member "certificate"; any JOSE library can check it. It names no
// patient: the subject is a salted commitment whose opening stays in the case file.
package certificate

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/gowebpki/jcs"
)

// Format is the version of the document.
const Format = "lethe-erasure-certificate/v1"

// ErrInvalid says that a file is not an authentic certificate.
var ErrInvalid = errors.New("not an authentic certificate")

// Certificate is an edition of the certificate of one case. Times are RFC 3339, UTC, whole seconds.
type Certificate struct {
	Format  string `json:"format"`
	Case    string `json:"case"`
	Edition int    `json:"edition"`
	Tool    string `json:"tool"`

	Received  string `json:"received"`
	Due       string `json:"due"` // one month after receipt, GDPR Article 12(3)
	Completed string `json:"completed"`

	Subject Subject   `json:"subject"`
	Ground  Reason    `json:"ground"`
	Refused []Refused `json:"refused"`
	People  People    `json:"people"`
	Parts   []Part    `json:"compartments"`
	Test    Test      `json:"decryption_test"`
	Gone    Gone      `json:"gone"`
	Ledger  Ledger    `json:"ledger"`
	Log     Log       `json:"log"`
	Chain   string    `json:"chain"` // "pending" until a checkpoint that includes the erasure is confirmed, then "confirmed"
	Anchor  *Anchor   `json:"anchor,omitempty"`

	States       []Reached `json:"states"`
	DoesNotProve []string  `json:"does_not_prove"`
}

// Subject names the person by a commitment alone.
type Subject struct {
	Commitment string `json:"commitment"` // SHA-256(domain || patient id || random 256-bit salt), hex
	Note       string `json:"note"`
}

// Reason is a provision and what it says.
type Reason struct {
	Article string `json:"article"`
	Text    string `json:"text"`
}

// Refused is a part that is kept.
type Refused struct {
	Compartment string `json:"compartment"`
	Records     int    `json:"records"`
	Reason      Reason `json:"reason"`
	Law         string `json:"law"`
	Until       string `json:"until"`
	Review      string `json:"review"`
}

// People are the staff who acted.
type People struct {
	Filed    string `json:"filed_by"`
	Approved string `json:"approved_by"` // empty when nobody but the executor approved
	Executed string `json:"executed_by"`
	Two      bool   `json:"two_persons"`
}

// Part is one compartment and its key.
type Part struct {
	Compartment string `json:"compartment"`
	Action      string `json:"action"` // "erased" or "kept"
	Records     int    `json:"records"`
	Objects     int    `json:"objects"`
	Bytes       int64  `json:"bytes"`
	KeyID       string `json:"key_id,omitempty"` // SHA-256(domain || key name), hex: the name itself stays inside
	Algorithm   string `json:"algorithm,omitempty"`
	KeyFate     string `json:"key_fate,omitempty"`
}

// Test is the decryption test: what worked before must fail after, while a control key works in the same run.
type Test struct {
	Before Run `json:"before"`
	After  Run `json:"after"`
}

// Run is one half of the test.
type Run struct {
	At      string `json:"at"`
	Keys    int    `json:"keys"`
	Opened  int    `json:"keys_that_opened"`
	Objects int    `json:"objects_decrypted"`
	Control bool   `json:"control_key_worked"`
}

// Gone has the two dates.
type Gone struct {
	Live           string `json:"from_live_systems"`
	Backups        string `json:"from_backups,omitempty"` // empty when no expiry was declared
	BackupsNote    string `json:"from_backups_note"`
	ObjectVersions int    `json:"object_versions_deleted"`
	LockedVersions int    `json:"object_versions_locked,omitempty"` // left as ciphertext, under a lock of the object store
	LockedUntil    string `json:"locked_until,omitempty"`           // when the last lock ends; empty for a legal hold without an end
}

// Ledger says where the erasure stands in the erasure ledger.
type Ledger struct {
	Entry  uint64 `json:"entry"`
	Copies int    `json:"copies"`
}

// Log proves that the public log says of the keys that they must be dead.
type Log struct {
	Origin string     `json:"origin"`
	Key    string     `json:"key"` // that checkpoints verify with (C2SP signed-note)
	Keys   []LogEntry `json:"keys"`
}

// LogEntry is the log's entry of one key.
type LogEntry struct {
	KeyID string `json:"key_id"`
	Entry string `json:"entry"` // hex
	Proof string `json:"proof"` // C2SP tlog-proof, with the signed checkpoint
}

// Anchor is where the checkpoint of the proofs stands on the chain.
type Anchor struct {
	ChainID     uint64 `json:"chain_id"`
	Contract    string `json:"contract"`
	Log         uint32 `json:"log"`
	Size        uint64 `json:"size"`
	Root        string `json:"root"`
	Block       uint64 `json:"block"`
	BlockHash   string `json:"block_hash"`
	Transaction string `json:"transaction"`
	Time        string `json:"time"`
}

// Reached is a state and when it was verified.
type Reached struct {
	State string `json:"state"`
	At    string `json:"at"`
}

// document is the file.
type document struct {
	Certificate Certificate `json:"certificate"`
	JWS         string      `json:"jws"` // header..signature; the payload is the canonical form of the member above
}

// Sign makes the file. The signer is an Ed25519 key.
func Sign(c Certificate, signer crypto.Signer) ([]byte, error) {
	payload, err := canonical(c)
	if err != nil {
		return nil, err
	}
	jwk, err := KeyOf(signer.Public())
	if err != nil {
		return nil, err
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: opaque{signer, jwk}}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	signed, err := s.Sign(payload)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	jws, err := signed.DetachedCompactSerialize()
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	return render(document{Certificate: c, JWS: jws})
}

// KeyOf is the public key as a JWK, with its RFC 7638 thumbprint as id.
func KeyOf(public crypto.PublicKey) (jose.JSONWebKey, error) {
	key, ok := public.(ed25519.PublicKey)
	if !ok {
		return jose.JSONWebKey{}, fmt.Errorf("certificates are signed with Ed25519, not %T", public)
	}
	jwk := jose.JSONWebKey{Key: key, Algorithm: string(jose.EdDSA), Use: "sig"}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return jwk, fmt.Errorf("thumbprint: %w", err)
	}
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(sum)
	return jwk, nil
}

// Verify checks a file and returns the certificate with the key that signed it. Only the exact bytes that Sign makes are
// accepted. Whether that key is the issuer's is for the caller to check: compare its KeyID with the published one.
func Verify(file []byte) (Certificate, jose.JSONWebKey, error) {
	c, key, err := verify(file)
	if err != nil {
		return Certificate{}, jose.JSONWebKey{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return c, key, nil
}

func verify(file []byte) (c Certificate, key jose.JSONWebKey, err error) {
	var d document
	if err := json.Unmarshal(file, &d); err != nil {
		return c, key, errors.New("not a certificate's JSON")
	}
	if again, err := render(d); err != nil || !bytes.Equal(again, file) {
		return c, key, errors.New("not in the form in which certificates are written")
	}
	if d.Certificate.Format != Format {
		return c, key, errors.New("another format or version")
	}
	payload, err := canonical(d.Certificate)
	if err != nil {
		return c, key, err
	}
	key, err = verifyJWS(d.JWS, payload)
	return d.Certificate, key, err
}

func verifyJWS(detached string, payload []byte) (key jose.JSONWebKey, err error) {
	for _, part := range strings.Split(detached, ".") { // decoders ignore the last character's spare bits, and newlines
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(raw) != part {
			return key, errors.New("the signature is not canonical base64url")
		}
	}
	jws, err := jose.ParseDetached(detached, payload, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(jws.Signatures) != 1 {
		return key, errors.New("the signature does not parse")
	}
	embedded := jws.Signatures[0].Protected.JSONWebKey
	if embedded == nil || !embedded.IsPublic() || !embedded.Valid() {
		return key, errors.New("the signature names no key")
	}
	if key, err = KeyOf(embedded.Key); err != nil {
		return key, err
	}
	if _, err := jws.Verify(key.Key); err != nil {
		return key, errors.New("the signature does not match")
	}
	return key, nil
}

func render(d document) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("render certificate: %w", err)
	}
	return b.Bytes(), nil
}

func canonical(c Certificate) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode certificate: %w", err)
	}
	if err := exact(plain); err != nil {
		return nil, err
	}
	b, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	return b, nil
}

// maxInteger is the largest integer that RFC 8785 writes as it is: larger ones are rounded, and several would have one signature
// (RFC 7493, section 2.2).
const maxInteger = 1<<53 - 1

// exact refuses numbers that the canonical form would round.
func exact(plain []byte) error {
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("canonical form: %w", err)
		}
		if n, ok := token.(json.Number); ok {
			if i, err := n.Int64(); err != nil || i > maxInteger || i < -maxInteger {
				return fmt.Errorf("the number %s is too large for a certificate", n)
			}
		}
	}
}

// opaque lets go-jose sign with a key that it cannot see.
type opaque struct {
	signer crypto.Signer
	jwk    jose.JSONWebKey
}

var _ jose.OpaqueSigner = opaque{}

func (o opaque) Public() *jose.JSONWebKey { return &o.jwk }

func (o opaque) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{jose.EdDSA} }

func (o opaque) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	return o.signer.Sign(nil, payload, crypto.Hash(0))
}
