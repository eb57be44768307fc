package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestIssuedTokenSaysWhoItIsOf(t *testing.T) {
	f := newFront(t)
	for _, who := range []Caller{
		{Role: RoleRecords, Subject: "r. ecords"}, {Role: RolePatient, Subject: "p. atient", Patient: patient}, {Role: RoleOperator,
			Subject: "ø"},
	} {
		got, err := f.issuer.Verify(context.Background(), f.token(t, who))
		if err != nil || got != who {
			t.Errorf("%v, %v, want %v", got, err, who)
		}
	}
}

func TestIssuerIssuesNothingElse(t *testing.T) {
	f := newFront(t)
	ok := Caller{Role: RoleRecords, Subject: "somebody"}
	for name, c := range map[string]struct {
		who Caller
		ttl time.Duration
	}{
		"no role":                     {Caller{Subject: "somebody"}, time.Hour},
		"another role":                {Caller{Role: "root", Subject: "somebody"}, time.Hour},
		"nobody":                      {Caller{Role: RoleRecords}, time.Hour},
		"a line in a name":            {Caller{Role: RoleRecords, Subject: "a\nb"}, time.Hour},
		"direction in a name":         {Caller{Role: RoleRecords, Subject: "a\u202eb"}, time.Hour},
		"a long name":                 {Caller{Role: RoleRecords, Subject: strings.Repeat("a", 201)}, time.Hour},
		"a patient without id":        {Caller{Role: RolePatient, Subject: "p"}, time.Hour},
		"a patient with another's id": {Caller{Role: RolePatient, Subject: "p", Patient: "../" + patient[3:]}, time.Hour},
		"a provider with a patient":   {Caller{Role: RoleProvider, Subject: "p", Patient: patient}, time.Hour},
		"for ever":                    {ok, 25 * time.Hour},
		"for no time":                 {ok, 0},
	} {
		if _, err := f.issuer.Issue(c.who, c.ttl); err == nil {
			t.Errorf("%s: issued", name)
		}
	}
	for _, secret := range [][]byte{nil, make([]byte, 31), make([]byte, 33)} {
		if _, err := NewDevIssuer(secret, "service", nil); err == nil {
			t.Errorf("a secret of %d bytes is taken", len(secret))
		}
	}
}

// TestThreat31TokenConfusion forges tokens in every way that JWT libraries have been fooled by.
func TestThreat31TokenConfusion(t *testing.T) {
	f := newFront(t)
	good := bearerClaims{
		Issuer: DevIssuerName, Audience: "vault.example.org", Subject: "somebody", Issued: jwt.NewNumericDate(now),
		Expires: jwt.NewNumericDate(now.Add(time.Hour)), Role: RoleRecords,
	}
	forged := forgeries(t, f, good)
	for name, change := range map[string]func(*bearerClaims){
		"another issuer":       func(c *bearerClaims) { c.Issuer = "urn:other" },
		"another audience":     func(c *bearerClaims) { c.Audience = "other.example.org" },
		"no audience":          func(c *bearerClaims) { c.Audience = "" },
		"expired":              func(c *bearerClaims) { c.Expires = jwt.NewNumericDate(now) },
		"no expiry":            func(c *bearerClaims) { c.Expires = nil },
		"no time":              func(c *bearerClaims) { c.Issued = nil },
		"from the future":      func(c *bearerClaims) { c.Issued = jwt.NewNumericDate(now.Add(time.Minute)) },
		"for too long":         func(c *bearerClaims) { c.Expires = jwt.NewNumericDate(now.Add(25 * time.Hour)) },
		"another role":         func(c *bearerClaims) { c.Role = "root" },
		"a role and a patient": func(c *bearerClaims) { c.Patient = patient },
		"nobody":               func(c *bearerClaims) { c.Subject = "" },
	} {
		claims := good
		change(&claims)
		forged[name] = mustSign(t, f.issuer, claims)
	}
	if _, err := f.issuer.Verify(context.Background(), mustSign(t, f.issuer, good)); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for name, token := range forged {
		who, err := f.issuer.Verify(context.Background(), token)
		if !errors.Is(err, ErrCredentials) || who != (Caller{}) {
			t.Errorf("%s: %v, %v", name, who, err)
		}
		r := httptest.NewRequest(http.MethodGet, "/v1/patients", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		f.refused(t, f.do(t, r), http.StatusUnauthorized, codeCredentials)
	}
}

func mustSign(t *testing.T, i *DevIssuer, c bearerClaims) string {
	t.Helper()
	token, err := i.sign(c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// forgeries are tokens with the right claims and another signature, header or form.
func forgeries(t *testing.T, f *front, good bearerClaims) map[string]string {
	t.Helper()
	claims, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	payload := base64.RawURLEncoding.EncodeToString(claims)
	public, foreign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := f.issuer.key.Public().(ed25519.PublicKey)
	signed := func(header string, key ed25519.PrivateKey) string {
		input := encoded(header) + "." + payload
		return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(input)))
	}
	valid := mustSign(t, f.issuer, good)
	parts := strings.Split(valid, ".")
	jwk, err := json.Marshal(jose.JSONWebKey{Key: public})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"alg none":                  encoded(`{"alg":"none","typ":"at+jwt"}`) + "." + payload + ".",
		"alg none, signed":          signed(`{"alg":"none","typ":"at+jwt"}`, f.issuer.key),
		"HS256 with the public key": hmacToken(t, good, own),
		"another key":               signed(`{"alg":"EdDSA","typ":"at+jwt"}`, foreign),
		"a foreign jwk":             signed(`{"alg":"EdDSA","typ":"at+jwt","jwk":`+string(jwk)+`}`, foreign),
		"an own jwk":                signed(`{"alg":"EdDSA","typ":"at+jwt","jwk":`+string(jwk)+`}`, f.issuer.key),
		"a jku":                     signed(`{"alg":"EdDSA","typ":"at+jwt","jku":"https://evil.example.org/jwks"}`, f.issuer.key),
		"an x5u":                    signed(`{"alg":"EdDSA","typ":"at+jwt","x5u":"https://evil.example.org/x"}`, f.issuer.key),
		"a kid":                     signed(`{"alg":"EdDSA","typ":"at+jwt","kid":"../../dev/null"}`, f.issuer.key),
		"a crit":                    signed(`{"alg":"EdDSA","typ":"at+jwt","crit":["b64"],"b64":false}`, f.issuer.key),
		"no typ":                    signed(`{"alg":"EdDSA"}`, f.issuer.key),
		"the typ of a DPoP proof":   signed(`{"alg":"EdDSA","typ":"dpop+jwt"}`, f.issuer.key),
		"two algs":                  signed(`{"alg":"none","alg":"EdDSA","typ":"at+jwt"}`, f.issuer.key),
		"no signature":              parts[0] + "." + parts[1] + ".",
		"another payload": parts[0] + "." + encoded(strings.Replace(string(claims), "records", "officer",
			1)) + "." + parts[2],
		"two parts":  parts[0] + "." + parts[1],
		"JSON":       fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2]),
		"five parts": strings.Repeat("a.", 4) + "a",
		"nothing":    "",
	}
}

func hmacToken(t *testing.T, claims bearerClaims, key []byte) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, (&jose.SignerOptions{}).WithType(bearerType))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestVerifierThatCannotTellIsNoRefusal(t *testing.T) {
	f := newFront(t, func(c *Config) { c.Issuer = silent{} })
	r := httptest.NewRequest(http.MethodGet, "/v1/patients", nil)
	r.Header.Set("Authorization", "Bearer x")
	f.refused(t, f.do(t, r), http.StatusInternalServerError, codeInternal)
}

type silent struct{}

func (silent) Verify(context.Context, string) (Caller, error) {
	return Caller{}, errors.New("no answer")
}

func TestThreat06SecretsDoNotPrint(t *testing.T) {
	issuer, err := NewDevIssuer(bytes.Repeat([]byte{'s'}, 32), "service", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{issuer, newKey(t)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			if got := fmt.Sprintf(verb, v); got != redacted {
				t.Errorf("%T prints as %s", v, got)
			}
		}
	}
}
