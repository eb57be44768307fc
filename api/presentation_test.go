package api

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"lethe/circuits/identity"
)

func TestPresentationIsReadAgain(t *testing.T) {
	text, err := presentation().Encode()
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePresentation(text)
	if err != nil || p.Challenge != "an-id" || string(p.Proof) != `{"statement":"authorization"}` ||
		len(p.Escrow) != identity.EscrowSize {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPresentationsThatAreNone(t *testing.T) {
	escrow := base64.StdEncoding.EncodeToString(make([]byte, identity.EscrowSize))
	good := `{"challenge":"c","proof":{},"escrow":"` + escrow + `"}`
	if _, err := ParsePresentation(encoded(good)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":              "",
		"padded":               base64.URLEncoding.EncodeToString([]byte(good + " ")),
		"another alphabet":     encoded(good) + "+",
		"a line in it":         encoded(good)[:8] + "\n" + encoded(good)[8:],
		"not JSON":             encoded("{"),
		"two":                  encoded(good + good),
		"an array":             encoded("[" + good + "]"),
		"unknown":              encoded(strings.Replace(good, "{", `{"x":1,`, 1)),
		"twice":                encoded(strings.Replace(good, "{", `{"challenge":"d",`, 1)),
		"another case":         encoded(strings.Replace(good, "challenge", "Challenge", 1)),
		"no challenge":         encoded(strings.Replace(good, `"c"`, `""`, 1)),
		"a long challenge":     encoded(strings.Replace(good, `"c"`, `"`+strings.Repeat("c", 1025)+`"`, 1)),
		"no proof":             encoded(strings.Replace(good, `"proof":{},`, "", 1)),
		"a proof that is none": encoded(strings.Replace(good, "{}", `"proof"`, 1)),
		"a null proof":         encoded(strings.Replace(good, "{}", "null", 1)),
		"no escrow":            encoded(`{"challenge":"c","proof":{}}`),
		"a short escrow":       encoded(strings.Replace(good, escrow, "AAAA", 1)),
		"a number":             encoded(strings.Replace(good, `"c"`, "1", 1)),
		"deep":                 encoded(strings.Replace(good, "{}", strings.Repeat(`{"a":`, 40)+"1"+strings.Repeat("}", 40), 1)),
		"hidden":               encoded(strings.Replace(good, `"c"`, `"c\u202e"`, 1)),
		"large":                encoded(strings.Replace(good, "{}", `{"a":"`+strings.Repeat("a", maxPresentation)+`"}`, 1)),
	} {
		if p, err := ParsePresentation(text); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// FuzzPresentation: what is read is written so that it is read as the same.
func FuzzPresentation(f *testing.F) {
	text, err := presentation().Encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{text, "", encoded("{}"), encoded(`{"challenge":"c","proof":{},"escrow":""}`)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePresentation(text)
		if err != nil {
			return
		}
		again, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		q, err := ParsePresentation(again)
		if err != nil || q.Challenge != p.Challenge || !bytes.Equal(q.Proof, p.Proof) || !bytes.Equal(q.Escrow, p.Escrow) {
			t.Fatalf("%+v is read again as %+v, %v", p, q, err)
		}
	})
}

// FuzzPossession: a proof is taken only with a key's thumbprint, and with claims for this very request.
func FuzzPossession(f *testing.F) {
	key, err := NewDPoPKey()
	if err != nil {
		f.Fatal(err)
	}
	key.now = func() time.Time { return now }
	good, err := key.Proof(http.MethodGet, origin+"/x", "t")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{good, "", "a.b.c", encoded(`{"alg":"ES256","typ":"dpop+jwt"}`) + ".e30.", strings.ToUpper(good)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := newPossession(origin, func() time.Time { return now })
		thumbprint, err := v.verify([]string{text}, http.MethodGet, "/x", "t", nil)
		if err != nil {
			if code := codeOf(err); code != codePossession {
				t.Fatalf("%v", err)
			}
			return
		}
		p, err := parseProof(text)
		if err != nil || len(thumbprint) != 43 || p.URL != origin+"/x" || p.Method != http.MethodGet || p.Token != tokenHash("t") {
			t.Fatalf("taken: %q: %+v, %v", text, p, err)
		}
	})
}

// FuzzJSON: what passes is one value of valid UTF-8, and nested no deeper than it may be.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"{}", `{"a":1,"a":2}`, "[[", "1 2", "\"\\u0000\"", `{"a":"\u202e"}`, "null", `"\ud800"`, "1e999"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := checkJSON(data); err != nil {
			if codeOf(err) != codeInvalid {
				t.Fatal(err)
			}
			return
		}
		if depth := bytes.Count(data, []byte("[")) + bytes.Count(data, []byte("{")); depth == 0 && bytes.ContainsAny(data, "]}") &&
			!bytes.Contains(data, []byte(`"`)) {
			t.Fatalf("%q passes", data)
		}
		if bytes.ContainsAny(data, "\x00") {
			t.Fatalf("%q passes", data)
		}
	})
}
