package vault

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"lethe/anchor"
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
	digest, salt := bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{9}, 32)
	d := description{
		Type: "Observation", SHA256: digest, Received: 1775044800, Salt: salt, Object: "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		Offset: 4096, Length: 517,
	}
	seen := disclosure{
		At: 1775044800, Actor: "local custodian", Purpose: "PATADMIN", Record: "01890a5d-ac96-774b-bcce-b302099a8057", Salt: salt,
	}
	const erasure = "01890a5d-ac96-774b-bcce-b302099a8059"
	file := caseFile{
		Request: caseRequest{
			Ground: "17.1.b", Filed: "privacy desk", Approve: "officer", Execute: "records", Received: 1775044800,
			RetainGround: "17.3.b", RetainLaw: "tax code", RetainUntil: 2114380800,
		},
		Approved: 1775044801, Kept: []string{"a", "b"}, Done: 1775044802, Ledger: 3, First: digest,
	}
	for name, got := range map[string][]byte{
		"objectContext": s.context(c, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
		"recordContext": s.context(billing, "record:01890a5d-ac96-774b-bcce-b302099a8057"),
		"kekContext":    s.associated(identity),
		"description":   encode(d),
		"disclosure":    encode(seen),

		"record-stored":     d.opening(seen.Record, 517).Payload,
		"disclosure-entry":  seen.opening("01890a5d-ac96-774b-bcce-b302099a8058").Payload,
		"erasure-requested": encode(file.payload(anchor.ErasureRequested, erasure)),
		"erasure-decided":   encode(file.payload(anchor.ErasureDecided, erasure)),
		"erasure-executed":  encode(file.payload(anchor.ErasureExecuted, erasure)),
		"restore-denied":    encode(attestedPayload{Format: formatVersion, At: 1775044800, Persons: []string{"A. Person", "B. Person"}}),
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
