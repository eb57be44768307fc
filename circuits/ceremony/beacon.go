package ceremony

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/go-json-experiment/json"
)

// Scheme is the one kind of beacon that is known here: BLS12-381 with signatures in G1 over SHA-256 of the round alone, as
// drand's chain quicknet has it (https://docs.drand.love/docs/cryptography/).
const Scheme = "bls-unchained-g1-rfc9380"

// beaconDST separates these signatures from others, RFC 9380 section 3.1.
const beaconDST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

// Beacon is one round of a public source of randomness: chosen before the last contribution, signed after it.
type Beacon struct {
	Scheme    string `yaml:"scheme"`
	PublicKey string `yaml:"public_key"` // compressed, hexadecimal
	Genesis   int64  `yaml:"genesis"`    // time of round 1, Unix seconds
	Period    int64  `yaml:"period"`     // between rounds, seconds
	Round     uint64 `yaml:"round"`
}

// Quicknet is the first round at or after a time of drand's chain quicknet, which the League of Entropy runs.
func Quicknet(at time.Time) *Beacon {
	b := &Beacon{
		Scheme: Scheme, Genesis: 1692803367, Period: 3,
		PublicKey: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
			"0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
	}
	return b.at(at)
}

// at is a beacon's first round at or after a time.
func (b *Beacon) at(t time.Time) *Beacon {
	c := *b
	c.Round = uint64(max(0, t.Unix()-b.Genesis+b.Period-1))/uint64(b.Period) + 1
	return &c
}

// Time is when the round is signed.
func (b *Beacon) Time() time.Time {
	return time.Unix(b.Genesis+int64(b.Round-1)*b.Period, 0).UTC()
}

func (b *Beacon) check() error {
	switch {
	case b.Scheme != Scheme:
		return fmt.Errorf("scheme: %.40q is not %q", b.Scheme, Scheme)
	case b.Genesis < 0 || b.Genesis > 1<<36:
		return fmt.Errorf("genesis: %d", b.Genesis)
	case b.Period < 1 || b.Period > 1<<24:
		return fmt.Errorf("period: %d", b.Period)
	case b.Round < 1 || b.Round > 1<<36/uint64(b.Period):
		return fmt.Errorf("round: %d", b.Round)
	}
	_, err := b.key()
	return err
}

func (b *Beacon) key() (key bls.G2Affine, err error) {
	raw, err := hex.DecodeString(b.PublicKey)
	if err != nil || len(raw) != bls.SizeOfG2AffineCompressed || hex.EncodeToString(raw) != b.PublicKey {
		return key, fmt.Errorf("public_key: not %d lower-case hexadecimal digits", 2*bls.SizeOfG2AffineCompressed)
	}
	if _, err := key.SetBytes(raw); err != nil || key.IsInfinity() {
		return key, errors.New("public_key: not a point of the group")
	}
	return key, nil
}

// message is the point that the round's signature is of.
func (b *Beacon) message() (bls.G1Affine, error) {
	round := sha256.Sum256(binary.BigEndian.AppendUint64(nil, b.Round))
	return bls.HashToG1(round[:], []byte(beaconDST))
}

// Randomness is what a round's signature gives to a phase: its SHA-256. A signature that is not the round's is WrongBeacon.
func (b *Beacon) Randomness(signature []byte) ([]byte, error) {
	key, err := b.key()
	if err != nil {
		return nil, err
	}
	var s bls.G1Affine
	if len(signature) != bls.SizeOfG1AffineCompressed {
		return nil, refuse(WrongBeacon, "%d bytes", len(signature))
	}
	if _, err := s.SetBytes(signature); err != nil || s.IsInfinity() {
		return nil, refuse(WrongBeacon, "round %d: not a point of the group", b.Round)
	}
	m, err := b.message()
	if err != nil {
		return nil, err
	}
	_, _, _, g2 := bls.Generators()
	m.Neg(&m)
	if ok, err := bls.PairingCheck([]bls.G1Affine{s, m}, []bls.G2Affine{g2, key}); err != nil || !ok {
		return nil, refuse(WrongBeacon, "round %d", b.Round)
	}
	random := sha256.Sum256(signature)
	return random[:], nil
}

// beaconFile closes a phase, as a file. drand's own answers for a round can be read as one.
type beaconFile struct {
	Round      uint64 `json:"round"`
	Randomness string `json:"randomness,omitzero"`
	Signature  string `json:"signature"`
}

// ParseSignature reads a round's signature: 96 hexadecimal digits, or the JSON with which drand's HTTP interface answers.
func ParseSignature(data []byte) ([]byte, error) {
	text := string(bytes.TrimSpace(data))
	if len(text) > 4096 {
		return nil, refuse(Malformed, "signature: %d bytes", len(data))
	}
	if text != "" && text[0] == '{' {
		var f beaconFile
		if err := json.Unmarshal([]byte(text), &f, json.RejectUnknownMembers(true)); err != nil {
			return nil, refuse(Malformed, "signature: %v", err)
		}
		text = f.Signature
	}
	s, err := hex.DecodeString(text)
	if err != nil || len(s) != bls.SizeOfG1AffineCompressed {
		return nil, refuse(Malformed, "signature: not %d hexadecimal digits", 2*bls.SizeOfG1AffineCompressed)
	}
	return s, nil
}
