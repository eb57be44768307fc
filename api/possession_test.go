package api

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"lethe/vault"
)

// reads is a request for a record by somebody who is not to be known.
func reads(t *testing.T) *http.Request {
	t.Helper()
	return httptest.NewRequest(http.MethodGet, basePath+requests["content"].path, nil)
}

func TestReadingByProof(t *testing.T) {
	f := newFront(t)
	key := newKey(t)
	w := f.do(t, byProof(t, reads(t), key, "a-secret"))
	if w.Code != http.StatusOK || w.Body.String() != "0123456789" || f.fake.key != key.Thumbprint() {
		t.Errorf("%d %s, key %s", w.Code, w.Body, f.fake.key)
	}
	w = f.do(t, byProof(t, httptest.NewRequest(http.MethodGet, basePath+requests["records"].path+"?limit=5", nil), key, "a-secret"))
	if w.Code != http.StatusOK || f.fake.called()[1] != "AuthorizedRecords" {
		t.Errorf("%d %s, %v", w.Code, w.Body, f.fake.called())
	}
	if len(f.fake.access) > 0 {
		t.Errorf("an anonymous reading was noted as %v", f.fake.access)
	}
}

func TestReadingByProofWithAnotherToken(t *testing.T) {
	f := newFront(t)
	for token, asked := range map[string]int{"another": 1, strings.Repeat("a", maxToken+1): 0, "": 0} {
		f.fake.calls, f.fake.held = nil, 0
		w := f.do(t, byProof(t, reads(t), newKey(t), token))
		if w.Code != http.StatusUnauthorized || problemIn(t, w).Code() != "token-invalid" || len(f.fake.called()) != 0 || f.fake.held != asked {
			t.Errorf("%.20s: %d %s, %v", token, w.Code, w.Body, f.fake.called())
		}
		if !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "DPoP ") {
			t.Errorf("WWW-Authenticate: %s", w.Header())
		}
	}
	f.fake.calls = nil
	r := byProof(t, reads(t), newKey(t), "a-secret")
	r.URL.RawQuery = "purpose=TREAT"
	f.refused(t, f.do(t, r), http.StatusBadRequest, codeInvalid)
}

// claimed is a proof for reads, with something changed.
func claimed(change func(*dpopClaims)) dpopClaims {
	c := dpopClaims{
		ID: rand.Text(), Method: http.MethodGet, URL: origin + basePath + requests["content"].path, Issued: jwt.NewNumericDate(now),
		Token: tokenHash("a-secret"),
	}
	change(&c)
	return c
}

func TestPossessionWithWrongClaims(t *testing.T) {
	f := newFront(t)
	key := jose.SigningKey{Algorithm: jose.ES256, Key: newKey(t).private}
	for name, change := range map[string]func(*dpopClaims){
		"no jti":              func(c *dpopClaims) { c.ID = "" },
		"a long jti":          func(c *dpopClaims) { c.ID = strings.Repeat("a", 129) },
		"no htm":              func(c *dpopClaims) { c.Method = "" },
		"another htm":         func(c *dpopClaims) { c.Method = http.MethodPost },
		"lower-case htm":      func(c *dpopClaims) { c.Method = "get" },
		"no htu":              func(c *dpopClaims) { c.URL = "" },
		"another host":        func(c *dpopClaims) { c.URL = strings.Replace(c.URL, "vault", "evil", 1) },
		"another scheme":      func(c *dpopClaims) { c.URL = strings.Replace(c.URL, "https", "http", 1) },
		"another path":        func(c *dpopClaims) { c.URL += "/" },
		"a query":             func(c *dpopClaims) { c.URL += "?purpose=TREAT" },
		"another record":      func(c *dpopClaims) { c.URL = strings.Replace(c.URL, record, another, 1) },
		"no iat":              func(c *dpopClaims) { c.Issued = nil },
		"an old iat":          func(c *dpopClaims) { c.Issued = jwt.NewNumericDate(now.Add(-61 * time.Second)) },
		"a future iat":        func(c *dpopClaims) { c.Issued = jwt.NewNumericDate(now.Add(61 * time.Second)) },
		"an iat of no time":   func(c *dpopClaims) { *c.Issued = 1 << 62 },
		"no ath":              func(c *dpopClaims) { c.Token = "" },
		"ath of another":      func(c *dpopClaims) { c.Token = tokenHash("another") },
		"the token as ath":    func(c *dpopClaims) { c.Token = "a-secret" },
		"ath in another form": func(c *dpopClaims) { c.Token += "=" },
	} {
		t.Run(name, func(t *testing.T) {
			text, err := signProof(key, claimed(change))
			if err != nil {
				t.Fatal(err)
			}
			r := reads(t)
			r.Header.Set("Authorization", "DPoP a-secret")
			r.Header.Set("DPoP", text)
			f.refused(t, f.do(t, r), http.StatusUnauthorized, codePossession)
		})
	}
	for _, ok := range []time.Duration{-time.Minute, time.Minute} {
		text, err := signProof(key, claimed(func(c *dpopClaims) { c.Issued = jwt.NewNumericDate(now.Add(ok)) }))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.possession.verify([]string{text}, http.MethodGet, basePath+requests["content"].path, "a-secret", nil); err != nil {
			t.Errorf("%v: %v", ok, err)
		}
	}
}

// TestThreat31PossessionInOtherForms: algorithms, key types and headers that a proof must not have.
func TestThreat31PossessionInOtherForms(t *testing.T) {
	f := newFront(t)
	good := claimed(func(*dpopClaims) {})
	for name, text := range otherForms(t, good) {
		t.Run(name, func(t *testing.T) {
			r := reads(t)
			r.Header.Set("Authorization", "DPoP a-secret")
			if r.Header.Set("DPoP", text); text == "" {
				r.Header.Del("DPoP")
			}
			w := f.do(t, r)
			if w.Code == http.StatusBadRequest && len(f.fake.called()) == 0 {
				return // too long, or empty: the description says so already
			}
			f.refused(t, w, http.StatusUnauthorized, codePossession)
		})
	}
	text, err := signProof(jose.SigningKey{Algorithm: jose.EdDSA, Key: edKey(t)}, good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.possession.verify([]string{text}, http.MethodGet, basePath+requests["content"].path, "a-secret", nil); err != nil {
		t.Errorf("EdDSA: %v", err)
	}
}

func edKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func otherForms(t *testing.T, good dpopClaims) map[string]string {
	t.Helper()
	sign := func(alg jose.SignatureAlgorithm, key any, typ string, embed bool) string {
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key},
			(&jose.SignerOptions{EmbedJWK: embed}).WithType(jose.ContentType(typ)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := jwt.Signed(s).Claims(good).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	own := newKey(t).private
	valid := sign(jose.ES256, own, dpopType, true)
	parts := strings.Split(valid, ".")
	return map[string]string{
		"no header":             "",
		"no proof":              "nonsense",
		"another typ":           sign(jose.ES256, own, "JWT", true),
		"a bearer's typ":        sign(jose.ES256, own, bearerType, true),
		"no jwk":                sign(jose.ES256, own, dpopType, false),
		"ES384":                 sign(jose.ES384, p384, dpopType, true),
		"RS256":                 sign(jose.RS256, rsaKey, dpopType, true),
		"HS256":                 sign(jose.HS256, make([]byte, 32), dpopType, false),
		"alg none":              encoded(`{"alg":"none","typ":"dpop+jwt"}`) + "." + parts[1] + ".",
		"another's jwk":         withKey(t, parts, own, newKey(t).private),
		"a private jwk":         withPrivateKey(t, parts, own),
		"a P-384 jwk":           withAny(t, parts, own, jose.JSONWebKey{Key: &p384.PublicKey}),
		"no signature":          parts[0] + "." + parts[1] + ".",
		"another payload":       parts[0] + "." + encoded(`{"jti":"a"}`) + "." + parts[2],
		"two proofs in one":     valid + "," + valid,
		"longer than it may be": strings.Repeat("a", maxProof+1),
	}
}

// withKey signs a proof's payload with one key and names another.
func withKey(t *testing.T, parts []string, signs, named *ecdsa.PrivateKey) string {
	t.Helper()
	return withAny(t, parts, signs, jose.JSONWebKey{Key: &named.PublicKey})
}

func withPrivateKey(t *testing.T, parts []string, key *ecdsa.PrivateKey) string {
	t.Helper()
	return withAny(t, parts, key, jose.JSONWebKey{Key: key})
}

func withAny(t *testing.T, parts []string, signs *ecdsa.PrivateKey, named jose.JSONWebKey) string {
	t.Helper()
	jwk, err := json.Marshal(named)
	if err != nil {
		t.Fatal(err)
	}
	input := encoded(`{"alg":"ES256","typ":"dpop+jwt","jwk":`+string(jwk)+`}`) + "." + parts[1]
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, signs, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestPossessionIsProvenOnce(t *testing.T) {
	f := newFront(t)
	r := byProof(t, reads(t), newKey(t), "a-secret")
	if w := f.do(t, r.Clone(r.Context())); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	f.fake.calls = nil
	f.refused(t, f.do(t, r.Clone(r.Context())), http.StatusUnauthorized, codeReplayed)
	r.Header.Add("DPoP", r.Header.Get("DPoP"))
	if w := f.do(t, r); w.Code != http.StatusBadRequest && w.Code != http.StatusUnauthorized {
		t.Errorf("two headers: %d", w.Code)
	}
}

// TestPossessionIsOneKeys: what one caller has used, another may, and a proof for asking a token names none.
func TestPossessionIsOneKeys(t *testing.T) {
	v := newPossession(origin, func() time.Time { return now })
	claims := claimed(func(c *dpopClaims) { c.Token = "" })
	path := strings.TrimPrefix(claims.URL, origin)
	for range 2 {
		text, err := signProof(jose.SigningKey{Algorithm: jose.ES256, Key: newKey(t).private}, claims)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.verify([]string{text}, http.MethodGet, path, "", nil); err != nil {
			t.Errorf("%v", err)
		}
	}
	if _, err := v.verify([]string{signedBy(t, newKey(t), "GET", claims.URL, "a-secret")}, "GET", path, "", nil); err == nil || codeOf(err) != codePossession {
		t.Errorf("a proof for a token, where there is none: %v", err)
	}
}

// TestPossessionOfAnotherKey: a token that was stolen is of no use with a proof of the thief's key, for the service compares
// thumbprints.
func TestPossessionOfAnotherKey(t *testing.T) {
	f := newFront(t)
	mine, thief := newKey(t), newKey(t)
	f.do(t, byProof(t, reads(t), mine, "a-secret"))
	first := f.fake.key
	f.do(t, byProof(t, reads(t), thief, "a-secret"))
	if first != mine.Thumbprint() || f.fake.key != thief.Thumbprint() || first == f.fake.key {
		t.Errorf("the service was told %s and %s", first, f.fake.key)
	}
}

func TestThumbprintIsThatOfRFC7638(t *testing.T) {
	k := newKey(t)
	pub, err := k.private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x, y := base64.RawURLEncoding.EncodeToString(pub[1:33]), base64.RawURLEncoding.EncodeToString(pub[33:])
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	if want := base64.RawURLEncoding.EncodeToString(sum[:]); k.Thumbprint() != want {
		t.Errorf("%s, want %s", k.Thumbprint(), want)
	}
}

func TestDPoPKeyIsReadAgain(t *testing.T) {
	k := newKey(t)
	b, err := k.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseDPoPKey(b)
	if err != nil || again.Thumbprint() != k.Thumbprint() || !again.private.Equal(crypto.PrivateKey(k.private)) {
		t.Errorf("%v, %v", again, err)
	}
	if _, err := ParseDPoPKey(b[:31]); err == nil {
		t.Error("31 bytes are a key")
	}
	if _, err := k.Proof("GET", "https://a b", ""); err == nil {
		t.Error("a proof for no URL")
	}
}

func TestOnceRemembersForItsWindow(t *testing.T) {
	at := now
	o := &once{now: func() time.Time { return at }, window: 2 * time.Minute, most: 3}
	what := func(b byte) [32]byte { return [32]byte{b} }
	steps := []struct {
		after time.Duration
		what  byte
		want  verdict
	}{
		{0, 1, seenFirst}, {time.Second, 1, seenBefore}, {time.Second, 2, seenFirst}, {time.Second, 3, seenFirst},
		{time.Second, 4, noRoom}, {time.Second, 3, seenBefore},
		{time.Minute, 1, seenBefore}, {time.Minute, 1, seenBefore}, // in the next window
		{time.Second, 4, seenFirst}, {2 * time.Minute, 4, seenBefore}, {4 * time.Minute, 4, seenFirst},
	}
	for i, s := range steps {
		at = at.Add(s.after)
		if got := o.add(what(s.what)); got != s.want {
			t.Errorf("step %d: %v, want %v", i, got, s.want)
		}
	}
}

// TestPossessionIsRememberedAsLongAsItHolds: the latest moment at which a proof is still in time is within its window.
func TestPossessionIsRememberedAsLongAsItHolds(t *testing.T) {
	at := now
	v := newPossession(origin, func() time.Time { return at })
	key := newKey(t)
	key.now = func() time.Time { return now.Add(proofSkew) }
	text := signedBy(t, key, "GET", origin+"/x", "")
	for i, want := range []string{"", codeReplayed, codeReplayed, codePossession} {
		at = now.Add(time.Duration(i) * proofSkew)
		_, err := v.verify([]string{text}, "GET", "/x", "", nil)
		if err == nil && want != "" || err != nil && codeOf(err) != want {
			t.Errorf("after %v: %v, want %s", at.Sub(now), err, want)
		}
	}
}

func TestPossessionWithoutRoomToRememberIsRefused(t *testing.T) {
	v := newPossession(origin, func() time.Time { return now })
	v.seen.most = 1
	key := newKey(t)
	for i, want := range []string{"", codeBusy} {
		_, err := v.verify([]string{signedBy(t, key, "GET", origin+"/x", "")}, "GET", "/x", "", nil)
		if err == nil && want != "" || err != nil && codeOf(err) != want {
			t.Errorf("proof %d: %v, want %s", i, err, want)
		}
	}
}

// Whoever makes proofs of possession for tokens that there are not fills no memory with them.
func TestProofsOfNothingAreNotRemembered(t *testing.T) {
	f := newFront(t)
	key := newKey(t)
	refused := func(string) error { return vault.ErrToken }
	for range 3 {
		text := signedBy(t, key, "GET", f.possession.origin+"/x", "no-token")
		if _, err := f.possession.verify([]string{text}, "GET", "/x", "no-token", refused); !errors.Is(err, vault.ErrToken) {
			t.Fatalf("got %v", err)
		}
		if _, err := f.possession.verify([]string{text}, "GET", "/x", "no-token", nil); err != nil {
			t.Errorf("a proof that was refused was remembered: %v", err)
		}
	}
}
