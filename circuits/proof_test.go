package circuits

import (
	"bytes"
	"encoding/hex"
	stdjson "encoding/json"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
)

func mustMarshal(t testing.TB, p *Proof) []byte {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestProofRoundTrip(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	text := mustMarshal(t, p)
	parsed, err := ParseProof(text)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(parsed, p) {
		t.Errorf("%+v, not %+v", parsed, p)
	}
	if err := k.Verifier().Verify(parsed); err != nil {
		t.Error(err)
	}
	want := `{
  "statement": "cubic",
  "version": 1,
  "verifying_key": "` + k.Manifest.VerifyingKey.String() + `",
  "public": {
    "context": "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593efffffff",
    "square": "0000000000000000000000000000000000000000000000000000000000000009",
    "y": "0000000000000000000000000000000000000000000000000000000000000023"
  },
  "proof": "` + hex.EncodeToString(points(p)) + `"
}
`
	if string(text) != want {
		t.Errorf("%s\nnot\n%s", text, want)
	}
}

// points are a proof's as gnark's own exporter has them for a contract.
func points(p *Proof) []byte {
	return (&groth16.Proof{Ar: p.A, Bs: p.B, Krs: p.C}).MarshalSolidity()
}

func TestThreat15ParseRefusesUnreduced(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	text := string(mustMarshal(t, p))
	for name, e := range p.Public {
		plusR := e.BigInt(new(big.Int))
		plusR.Add(plusR, fr.Modulus())
		same := hex.EncodeToString(plusR.FillBytes(make([]byte, 32)))
		_, err := ParseProof([]byte(strings.Replace(text, hex.EncodeToString(e.Marshal()), same, 1)))
		wantError(t, err, ErrMalformed, "public: \""+name)
	}
	for i, c := range p.coordinates() {
		b := p.Points()
		plusP := c.BigInt(new(big.Int))
		plusP.Add(plusP, fp.Modulus()).FillBytes(b[i*fp.Bytes : (i+1)*fp.Bytes])
		_, err := ParseProof([]byte(strings.Replace(text, hex.EncodeToString(points(p)), hex.EncodeToString(b[:]), 1)))
		wantError(t, err, ErrMalformed, "not below the modulus")
	}
}

// What is tried on a proof's text: what to replace, by what, and what the answer says.
var malformations = [][3]string{
	{`"version": 1`, `"version": 2, "version": 1`, "duplicate"},
	{`"version": 1`, `"version": 1, "Version": 1`, "unknown"},
	{`"version": 1`, `"version": 1, "more": null`, "unknown"},
	{`"version"`, `"Version"`, "unknown"},
	{`"version": 1`, `"version": "1"`, "version"},
	{`"version": 1`, `"version": 1.0`, "version"},
	{`"version": 1`, `"version": 1e0`, "version"},
	{`"version": 1`, `"version": 1e999`, "version"},
	{`"version": 1`, `"version": 18446744073709551617`, "version"},
	{`"version": 1`, `"version": 0`, "version: 0"},
	{`"version": 1`, `"version": -1`, "version: -1"},
	{`"version": 1,`, ``, "version: 0"},
	{`"statement": "cubic",`, ``, "statement"},
	{`"cubic"`, `null`, "statement"},
	{`"cubic"`, `"Cubic"`, "statement"},
	{`"cubic"`, `"../cubic"`, "statement"},
	{`"cubic"`, "\"cubic\xff\"", "UTF-8"},
	{`"verifying_key": "`, `"verifying_key": "0`, "64 lower-case"},
	{`"context": "`, `"context": "0x`, "public"},
	{`"context": "3`, `"context": "`, "public"},
	{`"context": "30644e`, `"context": "30644E`, "public"},
	{`"y": "`, `"y": "1`, "public"},
	{`"y": "00`, `"y": "0 `, "public"},
	{`"y": "00`, `"\u0078 y": "00`, "is not a name"},
	{`"square"`, `"y"`, "duplicate"},
	{`"square"`, `""`, "is not a name"},
	{`"proof": "`, `"proof": "00`, "hexadecimal"},
	{`"proof": "`, `"proof": "zz`, "hexadecimal"},
	{`"proof"`, `"proof": "", "evidence"`, "unknown"},
	{"\n}\n", "\n}\n{}", "after top-level"},
	{"\n}\n", "\n", "EOF"},
}

func TestParseProofRefuses(t *testing.T) {
	p := mustProve(t, newKeys(t, cubicStatement()), three())
	text := string(mustMarshal(t, p))
	for _, m := range malformations {
		changed := strings.Replace(text, m[0], m[1], 1)
		if changed == text {
			t.Fatalf("%q: nothing to replace", m[0])
		}
		_, err := ParseProof([]byte(changed))
		wantError(t, err, ErrMalformed, m[2])
	}
	upper := strings.Replace(text, hex.EncodeToString(points(p)), strings.ToUpper(hex.EncodeToString(points(p))), 1)
	for _, data := range []string{upper, "", "x", "[]", "null", `{"statement": [`, strings.Repeat("[", MaxProofSize)} {
		_, err := ParseProof([]byte(data))
		wantError(t, err, ErrMalformed, "")
	}
	_, err := ParseProof(append([]byte(text), bytes.Repeat([]byte(" "), MaxProofSize)...))
	wantError(t, err, ErrMalformed, "bytes")
}

func TestParsePointsRefuses(t *testing.T) {
	p := mustProve(t, newKeys(t, cubicStatement()), three())
	text := string(mustMarshal(t, p))
	for says, change := range map[string]func(*Proof){
		"infinity":     func(p *Proof) { p.A.SetInfinity() },
		"not a point":  func(p *Proof) { p.C.X.SetOne() },
		"of the group": func(p *Proof) { p.B = outsideG2(t) },
	} {
		changed := copyOf(p)
		change(changed)
		b := changed.Points()
		_, err := ParseProof([]byte(strings.Replace(text, hex.EncodeToString(points(p)), hex.EncodeToString(b[:]), 1)))
		wantError(t, err, ErrMalformed, says)
		_, err = changed.Marshal()
		wantError(t, err, ErrMalformed, says)
	}
}

func TestMarshalRefusesWhatParseWould(t *testing.T) {
	p := mustProve(t, newKeys(t, cubicStatement()), three())
	for i := range 900 {
		p.Public["x"+strings.Repeat("y", i%50)+string(rune('a'+i/50))] = fr.One()
	}
	if _, err := p.Marshal(); err == nil {
		t.Error("longer than what is read")
	}
	p.Public = nil
	_, err := p.Marshal()
	wantError(t, err, ErrMalformed, "public")
}

// Whatever is read says nothing but what it is read as, and is written in one form that reads the same.
func FuzzParseProof(f *testing.F) {
	c, err := Compile(cubicStatement())
	if err != nil {
		f.Fatal(err)
	}
	k, err := setUp(c)
	if err != nil {
		f.Fatal(err)
	}
	p, err := NewProver(k).Prove(f.Context(), three())
	if err != nil {
		f.Fatal(err)
	}
	text := mustMarshal(f, p)
	f.Add(text)
	f.Add(bytes.ReplaceAll(text, []byte(" "), []byte("\t")))
	f.Add(bytes.ReplaceAll(text, []byte(`"y"`), []byte(`"\u0079"`)))
	for _, m := range malformations {
		f.Add(bytes.Replace(text, []byte(m[0]), []byte(m[1]), 1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProof(data)
		if err != nil {
			return
		}
		written := mustMarshal(t, p)
		again, err := ParseProof(written)
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("written as %s: %v", written, err)
		}
		var said, meant any
		if err := stdjson.Unmarshal(data, &said); err != nil {
			t.Fatal(err)
		}
		if err := stdjson.Unmarshal(written, &meant); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(said, meant) {
			t.Errorf("%s\nis read as\n%s", data, written)
		}
	})
}
