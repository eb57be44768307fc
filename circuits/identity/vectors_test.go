package identity

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"lethe/circuits/field"
)

// text is an element as the vectors have it.
type text struct{ e field.Element }

func (e *text) UnmarshalText(b []byte) (err error) {
	e.e, err = field.ParseText(string(b))
	return err
}

// vectors are from testdata/vectors.mjs, which shares no code with this package.
type vectors struct {
	Keys       []struct{ Secret, Public, Preimage string }
	Clamps     []clampVector
	Signatures []signatureVector
	Subjects   []subjectVector
	Providers  []providerVector
	Issuers    []issuerVector
	Grants     []grantVector
	Requests   []requestVector
	Tags       []struct{ Handle, Challenge, Tag text }
	Pseudonyms []struct {
		Secret    text
		Service   uint64 `json:",string"`
		Epoch     uint32
		I         uint16
		Pseudonym text
	}
	Attestations []attestationVector
	Escrows      []escrowVector
}

type clampVector struct {
	E      text
	Scalar string
}

type signatureVector struct {
	Key                  string
	Message              text
	Signature, Challenge string
}

type subjectVector struct {
	Key              string
	Secret, Identity text
	Custody          Custody
	Salt, Handle     text
	Place            string
	Binding          text
}

type providerVector struct {
	Secret, Identity    text
	Organisation        string
	OrganisationElement text
	Roles               uint16
	Until               uint64
	Leaf                text
}

type issuerVector struct {
	Key   string
	Role  Role
	Until uint64
	Leaf  text
}

type grantVector struct {
	Subject, Grantee           text
	Scope                      uint16
	Purpose                    uint8
	From, Until                uint64
	Basis                      Basis
	Role                       Role
	Terms                      text
	Index                      uint32
	Salt, View, ViewHash, Leaf text
	Withdrawal                 text // at Until
}

type requestVector struct {
	Service uint64 `json:",string"`
	Scope   uint16
	Purpose uint8
	Basis   Basis
	Custody Custody
	Time    uint64
	Epoch   uint32
	K       uint16
	Packed  text
}

type attestationVector struct {
	Key                 string
	KeyDigest, Identity text
	Schema              string
	From, Until         uint64
	Values              [Attributes]Value
	Scope, Tag, Message text
}

type escrowVector struct {
	Secret, Challenge            text
	Auditor                      string
	AuditorDigest                text
	Provider, Organisation, View text
	T, Escrow                    string
	Digest                       text
	Opening                      string
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	noError(t, err)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	noError(t, d.Decode(&v))
	for i, n := range []int{len(v.Keys) - 3, len(v.Clamps) - 6, len(v.Signatures) - 3, len(v.Subjects) - 2, len(v.Providers) - 2,
		len(v.Issuers) - 3, len(v.Grants) - 5, len(v.Requests) - 3, len(v.Tags) - 2, len(v.Pseudonyms) - 3, len(v.Attestations) - 3, len(v.Escrows) - 2} {
		if n != 0 {
			t.Fatalf("kind %d: %+d vectors", i, n)
		}
	}
	return v
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func parseKey(t testing.TB, s string) PublicKey {
	t.Helper()
	k, err := ParsePublicKey(unhex(t, s))
	noError(t, err)
	return k
}

func parseSigningKey(t testing.TB, s string) *SigningKey {
	t.Helper()
	k, err := ParseSigningKey(unhex(t, s))
	noError(t, err)
	return k
}

func TestVectorsOfKeysAndSignatures(t *testing.T) {
	v := readVectors(t)
	for _, k := range v.Keys {
		preimage := parseSigningKey(t, k.Secret).Public().Preimage()
		same(t, "public key", parseSigningKey(t, k.Secret).Public(), parseKey(t, k.Public))
		same(t, "preimage", hex.EncodeToString(preimage.Marshal()), k.Preimage)
	}
	for _, c := range v.Clamps {
		same(t, "clamp", Clamp(c.E.e).Text(16), c.Scalar)
	}
	for _, s := range v.Signatures {
		key := parseSigningKey(t, s.Key)
		sig, err := ParseSignature(unhex(t, s.Signature))
		noError(t, err)
		noError(t, Verify(key.Public(), s.Message.e, sig))
		same(t, "signature", testSign(t, key, s.Message.e), sig)
		same(t, "challenge", ChallengeScalar(sig.R, key.Public(), s.Message.e).Text(16), s.Challenge)
	}
}

func TestVectorsOfPersons(t *testing.T) {
	v := readVectors(t)
	for _, s := range v.Subjects {
		subject := Subject{parseKey(t, s.Key), IdentityOf(s.Secret.e), s.Custody, s.Salt.e}
		same(t, "identity", subject.Identity, s.Identity.e)
		same(t, "handle", subject.Handle(), s.Handle.e)
		same(t, "binding", BindingMessage(subject.Handle(), s.Custody, Place([]byte(s.Place))), s.Binding.e)
	}
	for _, p := range v.Providers {
		provider := Provider{ProviderIdentity(p.Secret.e), Organisation(p.Organisation), p.Roles, p.Until}
		noError(t, provider.Check())
		same(t, "provider's identity", provider.Identity, p.Identity.e)
		same(t, "organisation", provider.Organisation, p.OrganisationElement.e)
		same(t, "provider's leaf", provider.Leaf(), p.Leaf.e)
	}
	for _, i := range v.Issuers {
		issuer := Issuer{parseKey(t, i.Key), i.Role, i.Until}
		noError(t, issuer.Check())
		same(t, "issuer's leaf", issuer.Leaf(), i.Leaf.e)
	}
	for _, p := range v.Pseudonyms {
		same(t, "pseudonym", Pseudonym(p.Secret.e, p.Service, p.Epoch, p.I), p.Pseudonym.e)
	}
}

func TestVectorsOfGrantsAndRequests(t *testing.T) {
	v := readVectors(t)
	for _, g := range v.Grants {
		grant := Grant{g.Subject.e, g.Grantee.e, g.Scope, g.Purpose, g.From, g.Until, g.Basis, g.Role, g.Terms.e, g.Index,
			g.Salt.e, ViewHash(g.View.e)}
		noError(t, grant.Check())
		same(t, "view's hash", grant.ViewHash, g.ViewHash.e)
		same(t, "grant's leaf", grant.Leaf(), g.Leaf.e)
		same(t, "withdrawal", WithdrawalMessage(grant.Leaf(), g.Until), g.Withdrawal.e)
	}
	for _, r := range v.Requests {
		request := Request{r.Service, r.Scope, r.Purpose, r.Basis, r.Custody, r.Time, r.Epoch, r.K}
		same(t, "request", pack(t, request), r.Packed.e)
		got, err := Unpack(r.Packed.e)
		noError(t, err)
		same(t, "unpacked", got, request)
	}
	for _, s := range v.Tags {
		same(t, "tag", SubjectTag(s.Handle.e, s.Challenge.e), s.Tag.e)
	}
}

func TestVectorsOfAttestations(t *testing.T) {
	for _, v := range readVectors(t).Attestations {
		a := Attestation{v.Identity.e, KeyDigest(parseKey(t, v.Key)), field.Digest("schema", []byte(v.Schema)), v.From, v.Until, v.Values}
		noError(t, a.Check())
		same(t, "key's digest", a.Key, v.KeyDigest.e)
		same(t, "tag", Tag(a.Identity, v.Scope.e), v.Tag.e)
		same(t, "message", a.Message(), v.Message.e)
	}
}

func TestAttestationsOutOfBoundsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Attestation){
		"from":                  func(a *Attestation) { a.From, a.Until = 1<<TimeBits, 1<<TimeBits },
		"until":                 func(a *Attestation) { a.Until = 1 << TimeBits },
		"is before":             func(a *Attestation) { a.From = 6 },
		"attribute 3: invalid":  func(a *Attestation) { a.Values[3] = 5 },
		"attribute 15: invalid": func(a *Attestation) { a.Values[15] = KnownValue(1 << ValueBits) },
		"attribute 0: invalid":  func(a *Attestation) { a.Values[0] = 1 << (ValueBits + 1) },
	} {
		a := Attestation{From: 5, Until: 5}
		noError(t, a.Check())
		if change(&a); !errors.Is(a.Check(), ErrInvalid) || !strings.Contains(a.Check().Error(), name) {
			t.Errorf("%s: %v", name, a.Check())
		}
	}
	if n, ok := Value(0).Number(); ok {
		t.Errorf("an unknown value is %d", n)
	}
	if n, ok := KnownValue(0).Number(); n != 0 || !ok {
		t.Errorf("a known zero: %d, %v", n, ok)
	}
}

func TestVectorsOfEscrows(t *testing.T) {
	for _, v := range readVectors(t).Escrows {
		auditor := parseSigningKey(t, v.Auditor)
		challenge := v.Challenge.e
		e, n, err := SealEscrow(v.Secret.e, Disclosure{
			auditor.Public(), challenge, v.Provider.e, v.Organisation.e, v.View.e})
		noError(t, err)
		same(t, "t", n.Text(16), v.T)
		same(t, "escrow", hex.EncodeToString(e.Bytes()), v.Escrow)
		same(t, "escrow's digest", e.Digest(), v.Digest.e)
		same(t, "auditor's digest", AuditorDigest(auditor.Public()), v.AuditorDigest.e)
		same(t, "organisation", OpenOrganisation(e, v.View.e, challenge), v.Organisation.e)

		_, made, err := OpenPerson(auditor, e, challenge)
		noError(t, err)
		same(t, "opening", hex.EncodeToString(made.Bytes()), v.Opening)
		opening, err := ParseOpening(unhex(t, v.Opening))
		noError(t, err)
		leaf, err := VerifyOpening(auditor.Public(), e, challenge, opening)
		noError(t, err)
		same(t, "provider", leaf, v.Provider.e)
	}
}

func TestVectorsAreWhatNodeMakes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	made, err := exec.Command(node, "testdata/vectors.mjs").Output()
	noError(t, err)
	kept, err := os.ReadFile("testdata/vectors.json")
	noError(t, err)
	if !bytes.Equal(made, kept) {
		t.Error("testdata/vectors.json is not what testdata/vectors.mjs makes")
	}
}
