package circuits

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"

	"lethe/circuits/field"
)

// Proof says that its statement holds for its public inputs. It is not an identifier: (−A, −B, C) is another proof of the same,
// and whoever has one proof can make any number of them without the witness. What must happen once needs a nullifier among
// its public inputs.
type Proof struct {
	Statement    string // ID
	Version      int
	VerifyingKey Hash
	Public       map[string]field.Element

	A, C bn254.G1Affine
	B    bn254.G2Affine
}

// Sizes in bytes: of a proof's points, and the most that ParseProof reads.
const (
	PointsSize   = 8 * fp.Bytes
	MaxProofSize = 1 << 16
)

type proofJSON struct {
	Statement    string            `json:"statement"`
	Version      int               `json:"version"`
	VerifyingKey Hash              `json:"verifying_key"`
	Public       map[string]string `json:"public"`
	Proof        string            `json:"proof"`
}

// Points are A ‖ B ‖ C, eight big-endian coordinates of 32 bytes, the imaginary parts of B's before the real: as EIP-197 has it.
func (p *Proof) Points() (b [PointsSize]byte) {
	for i, c := range p.coordinates() {
		fp.BigEndian.PutElement((*[fp.Bytes]byte)(b[i*fp.Bytes:]), *c)
	}
	return b
}

func (p *Proof) coordinates() [8]*fp.Element {
	return [...]*fp.Element{&p.A.X, &p.A.Y, &p.B.X.A1, &p.B.X.A0, &p.B.Y.A1, &p.B.Y.A0, &p.C.X, &p.C.Y}
}

// Marshal writes a proof as JSON, the public inputs sorted by name. What ParseProof would refuse is ErrMalformed.
func (p *Proof) Marshal() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	points := p.Points()
	j := proofJSON{
		Statement: p.Statement, Version: p.Version, VerifyingKey: p.VerifyingKey,
		Public: make(map[string]string, len(p.Public)), Proof: hex.EncodeToString(points[:]),
	}
	for name, e := range p.Public {
		j.Public[name] = field.Text(e)
	}
	b, err := encodeJSON(j)
	if err == nil && len(b) > MaxProofSize {
		err = malformed("%d bytes", len(b))
	}
	return b, err
}

// ParseProof reads a proof, leaving to the sender only how members are ordered, spaced and escaped: members that are unknown or
// stand twice, numbers that are not below their modulus, upper-case digits and points outside their group are ErrMalformed.
// Whether the proof holds is for a Verifier to say.
func ParseProof(data []byte) (*Proof, error) {
	if len(data) > MaxProofSize {
		return nil, malformed("%d bytes", len(data))
	}
	var j proofJSON
	if err := decodeJSON(data, &j); err != nil {
		return nil, malformed("%w", err)
	}
	p := &Proof{Statement: j.Statement, Version: j.Version, VerifyingKey: j.VerifyingKey}
	p.Public = make(map[string]field.Element, len(j.Public))
	for name, text := range j.Public {
		e, err := field.ParseText(text)
		if err != nil {
			return nil, malformed("public: %.80q: %w", name, err)
		}
		p.Public[name] = e
	}
	if err := p.parsePoints(j.Proof); err != nil {
		return nil, malformed("proof: %w", err)
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Proof) parsePoints(text string) error {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != PointsSize || hex.EncodeToString(b) != text {
		return fmt.Errorf("not %d lower-case hexadecimal digits", 2*PointsSize)
	}
	for i, c := range p.coordinates() {
		if err := c.SetBytesCanonical(b[i*fp.Bytes : (i+1)*fp.Bytes]); err != nil {
			return fmt.Errorf("coordinate %d: not below the modulus", i)
		}
	}
	return nil
}

// check holds a proof to all that can be said without a key.
func (p *Proof) check() error {
	switch {
	case !validID(p.Statement):
		return malformed("statement: %.80q", p.Statement)
	case p.Version < 1:
		return malformed("version: %d", p.Version)
	case p.VerifyingKey == Hash{}:
		return malformed("verifying_key: missing")
	case len(p.Public) == 0:
		return malformed("public: missing")
	}
	for name := range p.Public {
		if !validName(name) {
			return malformed("public: %.80q is not a name", name)
		}
	}
	if err := errors.Join(checkPoint(&p.A), checkPoint(&p.B), checkPoint(&p.C)); err != nil {
		return malformed("proof: %w", err)
	}
	return nil
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrMalformed, fmt.Errorf(format, args...))
}
