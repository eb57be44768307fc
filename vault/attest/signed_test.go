package attest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

func signed(t testing.TB) *Signed {
	t.Helper()
	key, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := identity.KnownValue
	s, err := Sign(identity.Attestation{
		Identity: field.Random(), Key: field.Random(), Schema: field.Random(), From: 1_800_000_000, Until: 1_800_001_000,
		Values: [identity.Attributes]identity.Value{k(54), k(0), 0, k(1<<24 - 1)},
	}, key, 1_900_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func encoded(t testing.TB, s *Signed) []byte {
	t.Helper()
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAttestationFile(t *testing.T) {
	s := signed(t)
	b := encoded(t, s)
	again, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded(t, again), b) || again.Message() != s.Message() || again.AccreditedUntil != s.AccreditedUntil {
		t.Error("it comes back changed")
	}
	if n, ok := again.Values[1].Number(); n != 0 || !ok || again.Values[2] != 0 {
		t.Error("zero and unknown are two things")
	}
}

// Every member of the file is under the signature, or is the tree's to say.
func TestAnAlteredAttestationIsRefused(t *testing.T) {
	b := encoded(t, signed(t))
	var members map[string]any
	if err := json.Unmarshal(b, &members); err != nil {
		t.Fatal(err)
	}
	other := encoded(t, signed(t))
	var others map[string]any
	if err := json.Unmarshal(other, &others); err != nil {
		t.Fatal(err)
	}
	others["format"], others["from"], others["until"], others["values"] = "lethe/attestation/v2", 1_799_999_999, 1_800_001_001,
		[]any{54, 1, nil, 1<<24 - 1, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}
	for name := range members {
		was := members[name]
		members[name] = others[name]
		text, _ := json.Marshal(members)
		if _, err := Decode(text); !errors.Is(err, ErrSigned) {
			t.Errorf("with another %s: %v", name, err)
		}
		delete(members, name)
		text, _ = json.Marshal(members)
		if _, err := Decode(text); !errors.Is(err, ErrSigned) {
			t.Errorf("without %s: %v", name, err)
		}
		members[name] = was
	}
	for what, bad := range map[string][]byte{
		"unknown to zero":   bytes.Replace(b, []byte("null"), []byte("0"), 1),
		"no room":           bytes.Replace(b, []byte("16777215"), []byte("16777216"), 1),
		"far too large":     bytes.Replace(b, []byte("16777215"), []byte("99999999999"), 1),
		"an unknown member": bytes.Replace(b, []byte(`"format"`), []byte(`"more": 1, "format"`), 1),
		"one twice":         bytes.Replace(b, []byte(`"format"`), []byte(`"from": 1, "format"`), 1),
		"a value too many":  bytes.Replace(b, []byte("null"), []byte("null, null"), 1),
		"cut off":           b[:len(b)/2],
		"too long":          append(bytes.Clone(b), bytes.Repeat([]byte(" "), MaxSigned)...),
		"nothing":           nil,
	} {
		if _, err := Decode(bad); !errors.Is(err, ErrSigned) || strings.Contains(err.Error(), "16777216") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhatNoCircuitTakesIsNotSigned(t *testing.T) {
	key, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(identity.Attestation{From: 2, Until: 1}, key, 3); !errors.Is(err, identity.ErrInvalid) {
		t.Error(err)
	}
}
