package api

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// DevIssuerName is the iss of tokens of a [DevIssuer].
const DevIssuerName = "urn:lethe:development-issuer"

const (
	issuerSecretSize = 32
	maxBearer        = 4096
	maxLifetime      = 24 * time.Hour
	bearerType       = "at+jwt" // RFC 9068, so that no other signed thing is taken for a token
)

// DevIssuer gives out and verifies bearer tokens for development: EdDSA under a key that is derived from a secret of the service.
// Whoever holds the secret can be anybody. It never prints it, and is safe for concurrent use.
type DevIssuer struct {
	key     ed25519.PrivateKey
	service string
	now     func() time.Time
}

var _ Verifier = (*DevIssuer)(nil)

// NewDevIssuer makes an issuer from a secret of 32 bytes for a service, which is the audience of its tokens. now defaults to
// time.Now.
func NewDevIssuer(secret []byte, service string, now func() time.Time) (*DevIssuer, error) {
	if len(secret) != issuerSecretSize || service == "" {
		return nil, fmt.Errorf("development issuer: a secret of %d bytes and a service are needed", issuerSecretSize)
	}
	seed, err := hkdf.Key(sha256.New, secret, nil, "lethe/development-issuer/v1", ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("development issuer: %w", err)
	}
	defer clear(seed)
	if now == nil {
		now = time.Now
	}
	return &DevIssuer{ed25519.NewKeyFromSeed(seed), service, now}, nil
}

// bearerClaims are the claims of a token; a caller's patient is only in those of the role patient.
type bearerClaims struct {
	Issuer   string           `json:"iss"`
	Audience string           `json:"aud"`
	Subject  string           `json:"sub"`
	Issued   *jwt.NumericDate `json:"iat"`
	Expires  *jwt.NumericDate `json:"exp"`
	Role     Role             `json:"role"`
	Patient  string           `json:"patient,omitempty"`
}

// Issue gives out a token for a caller, good for a time of at most a day.
func (i *DevIssuer) Issue(who Caller, ttl time.Duration) (string, error) {
	if err := who.Check(); err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	if ttl < time.Second || ttl > maxLifetime {
		return "", fmt.Errorf("issue token: a lifetime of %v is not between a second and a day", ttl)
	}
	now := i.now()
	claims := bearerClaims{
		Issuer: DevIssuerName, Audience: i.service, Subject: who.Subject, Issued: jwt.NewNumericDate(now),
		Expires: jwt.NewNumericDate(now.Add(ttl)), Role: who.Role, Patient: who.Patient,
	}
	return i.sign(claims)
}

func (i *DevIssuer) sign(claims bearerClaims) (string, error) {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: i.key}, (&jose.SignerOptions{}).WithType(bearerType))
	if err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	return text, nil
}

// Verify implements [Verifier]. The algorithm is EdDSA and the key its own, whatever a token's header says: one that names a key,
// by value or by address, is refused.
func (i *DevIssuer) Verify(_ context.Context, token string) (Caller, error) {
	claims, err := i.open(token)
	if err == nil {
		err = i.check(claims)
	}
	who := Caller{Role: claims.Role, Subject: claims.Subject, Patient: claims.Patient}
	if err == nil {
		err = who.Check()
	}
	if err != nil {
		return Caller{}, fmt.Errorf("%w: %w", ErrCredentials, err)
	}
	return who, nil
}

func (i *DevIssuer) open(token string) (c bearerClaims, err error) {
	if len(token) > maxBearer {
		return c, errors.New("too long")
	}
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return c, err
	}
	h := t.Headers[0]
	if h.JSONWebKey != nil || h.KeyID != "" || len(h.ExtraHeaders) != 1 || h.ExtraHeaders[jose.HeaderType] != bearerType {
		return c, errors.New("the header is none of the issuer's")
	}
	return c, t.Claims(i.key.Public(), &c)
}

func (i *DevIssuer) check(c bearerClaims) error {
	now := i.now()
	switch {
	case c.Issuer != DevIssuerName:
		return errors.New("iss: another issuer")
	case c.Audience != i.service:
		return errors.New("aud: another service")
	case c.Issued == nil || c.Expires == nil:
		return errors.New("iat or exp is missing")
	case c.Issued.Time().After(now):
		return errors.New("iat: in the future")
	case !now.Before(c.Expires.Time()):
		return errors.New("exp: it has expired")
	case c.Expires.Time().Sub(c.Issued.Time()) > maxLifetime:
		return errors.New("exp: too long a lifetime")
	}
	return nil
}

// Format implements [fmt.Formatter]: every verb gives the same word.
func (i *DevIssuer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
