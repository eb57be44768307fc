package api

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const dpopType = "dpop+jwt"

// Bounds of a proof of possession.
const (
	maxProof     = 4096
	maxProofID   = 128
	proofSkew    = time.Minute // between the caller's clock and the service's, either way
	proofsInTime = 1 << 17     // that are remembered at most, 32 bytes and a map's share each
)

// possession verifies proofs of possession (RFC 9449, section 4.3). It is safe for concurrent use.
type possession struct {
	origin string
	now    func() time.Time
	seen   *once
}

func newPossession(origin string, now func() time.Time) *possession {
	return &possession{origin, now, &once{now: now, window: 2 * proofSkew, most: proofsInTime}}
}

// proof is a parsed proof of possession, with the thumbprint (RFC 7638) of the key that signed it.
type proof struct {
	dpopClaims
	thumbprint string
}

type dpopClaims struct {
	ID     string           `json:"jti"`
	Method string           `json:"htm"`
	URL    string           `json:"htu"`
	Issued *jwt.NumericDate `json:"iat"`
	Token  string           `json:"ath,omitempty"`
}

// verify holds the DPoP headers of a request to it and gives the key's thumbprint. A token, when there is one, must be the one
// that was signed for. A proof is good once; it is remembered after holds, if given, has said that the key may do this, so that whoever makes
// proofs of nothing cannot fill the memory.
func (v *possession) verify(headers []string, method, path, token string, holds func(key string) error) (string, error) {
	if len(headers) != 1 {
		return "", refuse(codePossession, "one DPoP header is needed")
	}
	p, err := parseProof(headers[0])
	if err != nil {
		return "", refuse(codePossession, "%s", err)
	}
	if wrong := p.differs(method, v.origin+path, token, v.now()); wrong != "" {
		return "", refuse(codePossession, "%s", wrong)
	}
	if holds != nil {
		if err := holds(p.thumbprint); err != nil {
			return "", err
		}
	}
	switch v.seen.add(sha256.Sum256([]byte(p.thumbprint + p.ID))) {
	case seenBefore:
		return "", refuse(codeReplayed, "")
	case noRoom:
		return "", refuse(codeBusy, "").with("Retry-After", "60")
	}
	return p.thumbprint, nil
}

// differs names the first claim that is not about this request.
func (p *proof) differs(method, url, token string, now time.Time) string {
	skew := now.Sub(p.Issued.Time())
	switch {
	case p.Method != method:
		return "htm: another method"
	case p.URL != url:
		return "htu: another URL; it is this one without query: " + url
	case skew > proofSkew || skew < -proofSkew:
		return "iat: not within a minute of now"
	case token == "" && p.Token != "":
		return "ath: there is no token"
	case token != "" && subtle.ConstantTimeCompare([]byte(p.Token), []byte(tokenHash(token))) != 1:
		return "ath: another token"
	}
	return ""
}

// tokenHash is a token as the claim ath has it.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// parseProof reads a proof and verifies its signature, which is the key's that it names.
func parseProof(text string) (*proof, error) {
	if len(text) > maxProof {
		return nil, errors.New("too long")
	}
	t, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA})
	if err != nil || len(t.Headers) != 1 {
		return nil, errors.New("not a JWT that is signed with ES256 or EdDSA")
	}
	if t.Headers[0].ExtraHeaders[jose.HeaderType] != dpopType {
		return nil, errors.New("typ: not " + dpopType)
	}
	key, err := embeddedKey(t.Headers[0])
	if err != nil {
		return nil, err
	}
	var p proof
	if err := t.Claims(key.Key, &p.dpopClaims); err != nil {
		return nil, errors.New("the signature or the claims are malformed")
	}
	if p.ID == "" || len(p.ID) > maxProofID || p.Method == "" || p.URL == "" || p.Issued == nil {
		return nil, errors.New("jti, htm, htu or iat is missing or too long")
	}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, errors.New("jwk: it has no thumbprint")
	}
	p.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	return &p, nil
}

// embeddedKey is the public key that a proof carries, which must be of its algorithm.
func embeddedKey(h jose.Header) (*jose.JSONWebKey, error) {
	if h.JSONWebKey == nil || !h.JSONWebKey.Valid() || !h.JSONWebKey.IsPublic() {
		return nil, errors.New("jwk: not a public key")
	}
	switch key := h.JSONWebKey.Key.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() && h.Algorithm == string(jose.ES256) {
			return h.JSONWebKey, nil
		}
	case ed25519.PublicKey:
		if h.Algorithm == string(jose.EdDSA) {
			return h.JSONWebKey, nil
		}
	}
	return nil, errors.New("jwk: not a key of the algorithm")
}

// once remembers what was seen for at least a window, and at most two. It is safe for concurrent use.
type once struct {
	now    func() time.Time
	window time.Duration
	most   int // in a window

	mu             sync.Mutex
	since          time.Time
	recent, before map[[sha256.Size]byte]struct{}
}

type verdict int

const (
	seenFirst verdict = iota
	seenBefore
	noRoom // nothing is forgotten early to make some: what is forgotten could be replayed
)

func (o *once) add(what [sha256.Size]byte) verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turn()
	if _, seen := o.recent[what]; seen {
		return seenBefore
	}
	if _, seen := o.before[what]; seen {
		return seenBefore
	}
	if len(o.recent) >= o.most {
		return noRoom
	}
	o.recent[what] = struct{}{}
	return seenFirst
}

// turn forgets what was seen before the last window.
func (o *once) turn() {
	now := o.now()
	switch passed := now.Sub(o.since); {
	case o.recent == nil || passed >= 2*o.window:
		o.before, o.recent, o.since = nil, map[[sha256.Size]byte]struct{}{}, now
	case passed >= o.window:
		o.before, o.recent, o.since = o.recent, map[[sha256.Size]byte]struct{}{}, now
	}
}
