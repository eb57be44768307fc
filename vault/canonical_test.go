package vault

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"lethe/offchain"
)

// The encodings that ciphertexts are bound to are those of another implementation (testdata/canonical.mjs): a change here would
// make every stored record unreadable.
func TestCanonicalEncodingsAreThoseOfAnotherImplementation(t *testing.T) {
	data, err := os.ReadFile("testdata/canonical.json")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	s := &Service{cfg: Config{Tenant: "main"}}
	c := offchain.Compartment{ID: "ffeeddccbbaa99887766554433221100", Patient: "00112233445566778899aabbccddeeff", Name: "care"}
	billing, identity := c, c
	billing.Name = "billing"
	identity.Name = identityCompartment
	for name, got := range map[string][]byte{
		"objectContext": s.context(c, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
		"recordContext": s.context(billing, "record:01890a5d-ac96-774b-bcce-b302099a8057"),
		"kekContext":    s.associated(identity),
		"description":   encode(description{Type: "Observation", SHA256: bytes.Repeat([]byte{7}, 32), Received: 1775044800}),
		"disclosure": encode(disclosure{
			At: 1775044800, Actor: "local custodian", Purpose: "PATADMIN", Record: "01890a5d-ac96-774b-bcce-b302099a8057",
		}),
	} {
		if hex.EncodeToString(got) != want[name] {
			t.Errorf("%s is %x, want %s", name, got, want[name])
		}
	}
}

func TestDecodingIsStrict(t *testing.T) {
	good := encode(description{Type: "Observation", SHA256: []byte{1}, Received: 1})
	var d description
	if err := decode(good, &d); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"cut": good[:len(good)-1], "extended": append(bytes.Clone(good), 0), "indefinite": {0x9f, 0xff}, "too few": {0x82, 0x60, 0x40},
		"another type": {0x83, 0x01, 0x40, 0x01}, "empty": {},
	} {
		if err := decode(bad, &d); err == nil {
			t.Errorf("%s was decoded", name)
		}
	}
}
