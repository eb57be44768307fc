package api

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const redacted = "[redacted]"

// DPoPKey is a caller's key that tokens are bound to (RFC 9449): P-256, for ES256. A new one for each challenge keeps two
// readings from being linked by it. It never prints.
type DPoPKey struct {
	private    *ecdsa.PrivateKey
	thumbprint string
	now        func() time.Time
}

// NewDPoPKey draws a key.
func NewDPoPKey() (*DPoPKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("new DPoP key: %w", err)
	}
	return newDPoPKey(private)
}

// ParseDPoPKey reads what Bytes writes.
func ParseDPoPKey(b []byte) (*DPoPKey, error) {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), b)
	if err != nil {
		return nil, fmt.Errorf("DPoP key: %w", err)
	}
	return newDPoPKey(private)
}

func newDPoPKey(private *ecdsa.PrivateKey) (*DPoPKey, error) {
	sum, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("DPoP key: thumbprint: %w", err)
	}
	return &DPoPKey{private, base64.RawURLEncoding.EncodeToString(sum), time.Now}, nil
}

// Bytes is the key as 32 bytes: a secret for as long as a token is bound to it.
func (k *DPoPKey) Bytes() ([]byte, error) { return k.private.Bytes() }

// Thumbprint is how a challenge names the key (RFC 7638, SHA-256, base64url).
func (k *DPoPKey) Thumbprint() string { return k.thumbprint }

// Proof proves possession of the key for one request: a method, the URL with or without its query, and the token that goes with
// it, or "" where a token is asked for. It is good once, within a minute.
func (k *DPoPKey) Proof(method, address, token string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("DPoP proof: %w", err)
	}
	u.RawQuery, u.Fragment = "", ""
	claims := dpopClaims{ID: rand.Text(), Method: method, URL: u.String(), Issued: jwt.NewNumericDate(k.now())}
	if token != "" {
		claims.Token = tokenHash(token)
	}
	return signProof(jose.SigningKey{Algorithm: jose.ES256, Key: k.private}, claims)
}

func signProof(key jose.SigningKey, claims dpopClaims) (string, error) {
	s, err := jose.NewSigner(key, (&jose.SignerOptions{EmbedJWK: true}).WithType(dpopType))
	if err != nil {
		return "", fmt.Errorf("DPoP proof: %w", err)
	}
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("DPoP proof: %w", err)
	}
	return text, nil
}

// Format implements [fmt.Formatter]: every verb gives the same word.
func (k *DPoPKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
