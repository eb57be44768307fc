package api

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits"
	"lethe/circuits/identity"
	"lethe/vault"
)

// Presentation is a proof with what it is about: the subject_token of a token exchange.
type Presentation struct {
	Challenge string         `json:"challenge"` // its id, as the service gave it
	Proof     jsontext.Value `json:"proof"`     // a proof file (circuits.Proof), as a JSON object
	Escrow    []byte         `json:"escrow"`    // identity.Escrow, in base64
}

// Bounds of a presentation's parts, in bytes.
const (
	maxChallengeID  = 1024
	maxPresentation = 48 << 10
)

// Encode is the presentation as base64url (RFC 4648, section 5, without padding) of a JSON object. What ParsePresentation would
// refuse is an error.
func (p Presentation) Encode() (string, error) {
	b, err := json.Marshal(p, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("encode presentation: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(b)
	_, err = ParsePresentation(text)
	return text, err
}

// ParsePresentation reads what Encode writes, leaving to the sender only how members are ordered and spaced. Members that are
// missing, unknown or stand twice, another alphabet and anything behind the value are refused. Whether there is a proof in it is
// for the service to say.
func ParsePresentation(text string) (Presentation, error) {
	var p Presentation
	b, err := base64.RawURLEncoding.DecodeString(text) // which knows several forms of some bytes
	if err != nil || len(b) > maxPresentation || base64.RawURLEncoding.EncodeToString(b) != text {
		return p, errors.New("presentation: not base64url of at most 48 KiB")
	}
	if err := checkJSON(b); err != nil {
		return p, fmt.Errorf("presentation: %w", err)
	}
	if err := json.Unmarshal(b, &p, json.RejectUnknownMembers(true)); err != nil {
		return Presentation{}, errors.New("presentation: a member is unknown or of another type")
	}
	if err := p.check(); err != nil {
		return Presentation{}, err
	}
	return p, nil
}

func (p Presentation) check() error {
	switch {
	case p.Challenge == "" || len(p.Challenge) > maxChallengeID:
		return fmt.Errorf("presentation: challenge: not 1 to %d bytes", maxChallengeID)
	case p.Proof.Kind() != '{' || len(p.Proof) > circuits.MaxProofSize:
		return errors.New("presentation: proof: not a proof's object")
	case len(p.Escrow) != identity.EscrowSize:
		return fmt.Errorf("presentation: escrow: not %d bytes", identity.EscrowSize)
	}
	return nil
}

func (p Presentation) vault() vault.Presentation {
	return vault.Presentation{Challenge: p.Challenge, Proof: p.Proof, Escrow: p.Escrow}
}
