package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"testing"
)

// forgery makes a file with a header and a signature of the test's own.
func forgery(t *testing.T, c Certificate, header map[string]any, sign func(input []byte) []byte) []byte {
	t.Helper()
	head, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := canonical(c)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signature := sign([]byte(encode(head) + "." + encode(payload)))
	file, err := render(document{Certificate: c, JWS: encode(head) + ".." + encode(signature)})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func publicJWK(key ed25519.PublicKey) map[string]any {
	return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(key)}
}

// with is a header that is changed in some members; nil takes one away.
func with(header, changes map[string]any) map[string]any {
	header = maps.Clone(header)
	for k, v := range changes {
		header[k] = v
		if v == nil {
			delete(header, k)
		}
	}
	return header
}

// Row 31 of docs/threats.md, for certificates: nothing but Ed25519 under the embedded public key is taken.
func TestThreat31ForgedSignatures(t *testing.T) {
	key := goldenKey(t)
	public := key.Public().(ed25519.PublicKey)
	header := map[string]any{"alg": "EdDSA", "jwk": publicJWK(public)}
	proper := func(input []byte) []byte { return ed25519.Sign(key, input) }
	if _, _, err := Verify(forgery(t, sample(), header, proper)); err != nil {
		t.Fatalf("the proper one: %v", err)
	}
	none := func([]byte) []byte { return nil }
	mac := func(secret []byte) func([]byte) []byte {
		return func(input []byte) []byte {
			h := hmac.New(sha256.New, secret)
			h.Write(input)
			return h.Sum(nil)
		}
	}
	private := with(publicJWK(public), map[string]any{"d": base64.RawURLEncoding.EncodeToString(key.Seed())})
	for name, forged := range map[string]struct {
		changes map[string]any
		sign    func([]byte) []byte
	}{
		"alg none":                        {map[string]any{"alg": "none"}, none},
		"alg none, signed":                {map[string]any{"alg": "none"}, proper},
		"alg None":                        {map[string]any{"alg": "None"}, none},
		"no alg":                          {map[string]any{"alg": nil}, proper},
		"alg ed25519, which is not taken": {map[string]any{"alg": "Ed25519"}, proper},
		"HS256 with the public key":       {map[string]any{"alg": "HS256"}, mac(public)},
		"HS256 with a key in the header": {map[string]any{"alg": "HS256", "jwk": map[string]any{
			"kty": "oct", "k": base64.RawURLEncoding.EncodeToString(public),
		}}, mac(public)},
		"a private key in the header":   {map[string]any{"jwk": private}, proper},
		"no key":                        {map[string]any{"jwk": nil}, proper},
		"no key but an address":         {map[string]any{"jwk": nil, "jku": "https://forger.example/keys"}, proper},
		"a key that is too short":       {map[string]any{"jwk": publicJWK(public[:31])}, proper},
		"a key of another curve":        {map[string]any{"jwk": with(publicJWK(public), map[string]any{"crv": "X25519"})}, proper},
		"critical extension":            {map[string]any{"crit": []string{"exp"}, "exp": 1}, proper},
		"payload not encoded, unsigned": {map[string]any{"b64": false, "crit": []string{"b64"}}, proper},
		"empty signature":               {nil, none},
		"signature of something else":   {nil, func([]byte) []byte { return ed25519.Sign(key, []byte("else")) }},
		"signature that is malleable":   {nil, func(input []byte) []byte { return malleated(ed25519.Sign(key, input)) }},
		"signature that is too long":    {nil, func(input []byte) []byte { return append(ed25519.Sign(key, input), 0) }},
		"signature by another key": {nil, func(input []byte) []byte {
			_, other, _ := ed25519.GenerateKey(rand.Reader)
			return ed25519.Sign(other, input)
		}},
	} {
		t.Run(name, func(t *testing.T) { refused(t, name, forgery(t, sample(), with(header, forged.changes), forged.sign)) })
	}
}

// malleated adds the group's order to a signature's scalar: RFC 8032 wants it refused.
func malleated(signature []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	little := bytes.Clone(signature[32:])
	reverse := func(b []byte) {
		for i := range len(b) / 2 {
			b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
		}
	}
	reverse(little)
	sum := new(big.Int).Add(new(big.Int).SetBytes(little), order).FillBytes(make([]byte, 32))
	reverse(sum)
	return append(bytes.Clone(signature[:32]), sum...)
}

func TestThreat31OtherKindsOfKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	jwk := map[string]any{"kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}
	sign := func(input []byte) []byte {
		sum := sha256.Sum256(input)
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	for _, alg := range []string{"ES256", "EdDSA"} {
		refused(t, alg, forgery(t, sample(), map[string]any{"alg": alg, "jwk": jwk}, sign))
	}
}

// Other serialisations of a signature that a JOSE library would read.
func TestThreat31OtherSerialisations(t *testing.T) {
	key := goldenKey(t)
	payload, err := canonical(sample())
	if err != nil {
		t.Fatal(err)
	}
	file := signed(t, sample(), key)
	var d document
	if err := json.Unmarshal(file, &d); err != nil {
		t.Fatal(err)
	}
	part := strings.Split(d.JWS, ".")
	encoded := base64.RawURLEncoding.EncodeToString(payload)
	for name, jws := range map[string]string{
		"attached":                part[0] + "." + encoded + "." + part[2],
		"attached something else": part[0] + ".e30." + part[2],
		"JSON":                    `{"protected":"` + part[0] + `","signature":"` + part[2] + `"}`,
		"padded":                  part[0] + ".." + part[2] + "==",
		"with a space":            part[0] + ".. " + part[2],
		"with a newline":          part[0] + "..\n" + part[2],
		"four parts":              d.JWS + ".",
		"two parts":               part[0] + "." + part[2],
		"spare bits":              d.JWS[:len(d.JWS)-1] + string(d.JWS[len(d.JWS)-1]+1),
		"standard base64":         strings.NewReplacer("-", "+", "_", "/").Replace(d.JWS),
		"of another certificate":  otherJWS(t),
		"empty":                   "",
	} {
		if jws == d.JWS {
			continue // no letter in it that the alphabets write differently
		}
		bad, err := render(document{Certificate: d.Certificate, JWS: jws})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, name, bad)
	}
}

func otherJWS(t *testing.T) string {
	t.Helper()
	other := sample()
	other.Edition++
	var d document
	if err := json.Unmarshal(signed(t, other, goldenKey(t)), &d); err != nil {
		t.Fatal(err)
	}
	return d.JWS
}
