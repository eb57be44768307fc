package party

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/registry"
)

var now = time.Unix(1_800_000_000, 0).UTC()

func newParty(t testing.TB, k Kind, name string) *Secret {
	t.Helper()
	s, err := New(k, name, "general hospital")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFilesReadBack(t *testing.T) {
	for _, k := range Kinds() {
		s := newParty(t, k, "some body")
		name := filepath.Join(t.TempDir(), "x.json")
		if err := s.Create(name); err != nil {
			t.Fatal(err)
		}
		again, err := Read(name, k)
		if err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%s: %v\n%+v\n%+v", k, err, again, s)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the file is for others to read: %v", k, info.Mode())
		}
		if err := s.Create(name); !errors.Is(err, os.ErrExist) {
			t.Errorf("%s: written over: %v", k, err)
		}
		if _, err := Read(name, "nobody"); !errors.Is(err, ErrFile) {
			t.Errorf("%s: taken for another kind: %v", k, err)
		}
	}
	if _, err := New("nobody", "x", ""); err == nil {
		t.Error("a party of no kind")
	}
	if _, err := New(Provider, "x", ""); err == nil {
		t.Error("a provider of no organisation")
	}
}

func TestPublicFilesHoldNoSecret(t *testing.T) {
	for _, k := range Kinds() {
		s := newParty(t, k, "some body")
		name := filepath.Join(t.TempDir(), "x.json")
		if err := s.Create(name); err != nil {
			t.Fatal(err)
		}
		public, err := os.ReadFile(PublicName(name))
		if err != nil {
			t.Fatal(err)
		}
		for what, secret := range map[string]string{"secret": text(s.Secret), "key": text(s.Key), "signer": s.Signer, "age": s.Age} {
			if secret != "" && (strings.Contains(string(public), secret) || len(secret) > 64 && strings.Contains(string(public), secret[:64])) {
				t.Errorf("%s: the public file holds its %s", k, what)
			}
		}
		p, err := ReadPublic(PublicName(name), k)
		q, err2 := ReadPublic(name, k)
		if err != nil || err2 != nil || !reflect.DeepEqual(p, q) {
			t.Errorf("%s: the public part: %v, %v", k, err, err2)
		}
	}
}

func text(v any) string {
	if v == nil || reflect.ValueOf(v).IsZero() {
		return ""
	}
	b, _ := json.Marshal(v)
	return strings.Trim(string(b), `"`)
}

func TestASavedFileIsWholeAndItsEnrolmentIsFound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.json")
	s := newParty(t, Provider, "dr x")
	if err := s.Create(name); err != nil {
		t.Fatal(err)
	}
	if _, err := s.NextRead("service", 3, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(name); err != nil {
		t.Fatal(err)
	}
	handed := s.Public
	handed.Until = 77
	if err := handed.Write(PublicName(name)); err != nil {
		t.Fatal(err)
	}
	again, err := Read(name, Provider)
	if err != nil || again.Public.Until != 77 || len(again.Reads) != 1 {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := Read(PublicName(name), Provider); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "the party's own file is needed") {
		t.Errorf("what was handed out: %v", err)
	}
	for bad, content := range map[string]string{
		"empty": "", "unknown member": `{"lethe_party":"provider","name":"x","public":{},"more":1}`, "cut": `{"lethe_party":"prov`,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(name, Provider); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestCustodyIsInTheHandle(t *testing.T) {
	s := newParty(t, Patient, "jane")
	own, err := s.Public.Subject()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.KeptFor(); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Public.Subject()
	if err != nil || kept.Custody != identity.Custodial || kept.Handle() == own.Handle() {
		t.Errorf("%v, %v", kept.Custody, err)
	}
	if err := newParty(t, Provider, "dr x").KeptFor(); !errors.Is(err, ErrFile) {
		t.Errorf("a provider: %v", err)
	}
}

func TestReadsAreCountedOnceEach(t *testing.T) {
	s := newParty(t, Provider, "dr x")
	for want := range uint16(3) {
		if got, err := s.NextRead("a", 7, 3); err != nil || got != want {
			t.Fatalf("read %d: %d, %v", want, got, err)
		}
	}
	if _, err := s.NextRead("a", 7, 3); !errors.Is(err, authorization.ErrReads) {
		t.Errorf("a fourth of three: %v", err)
	}
	if got, err := s.NextRead("b", 7, 3); err != nil || got != 0 {
		t.Errorf("another service: %d, %v", got, err)
	}
	if got, err := s.NextRead("a", 8, 3); err != nil || got != 0 || len(s.Reads) != 2 {
		t.Errorf("another epoch: %d, %v, %v", got, err, s.Reads)
	}
}

// town is everybody, without a service.
type town struct {
	accreditor, organisation, provider, patient, registrar, auditor *Secret
	copies                                                          Copies
}

func newTown(t testing.TB) *town {
	w := &town{}
	for k, to := range map[Kind]**Secret{
		Accreditor: &w.accreditor, Provider: &w.provider, Patient: &w.patient, Registrar: &w.registrar, Auditor: &w.auditor,
	} {
		*to = newParty(t, k, string(k))
	}
	w.organisation = newParty(t, Organisation, "general hospital")
	w.copies = Copies{newCopy(t, registry.Providers), newCopy(t, registry.Issuers), newCopy(t, registry.Grants)}
	w.provider.Public.Until, w.registrar.Public.Until = uint64(now.Unix())+1000, uint64(now.Unix())+1000
	w.enrol(t, w.copies.Providers, w.provider)
	w.enrol(t, w.copies.Issuers, w.registrar)
	return w
}

func newCopy(t testing.TB, k registry.Kind) *registry.Copy {
	c, err := registry.NewCopy(k)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *town) enrol(t testing.TB, c *registry.Copy, who *Secret) vault.Accreditation {
	t.Helper()
	a, m, err := w.accreditor.Enrol("service", c, who.Public, now)
	if err != nil {
		t.Fatal(err)
	}
	w.accreditor.Members = append(w.accreditor.Members, m)
	return a
}

func (w *town) terms(t testing.TB, b identity.Basis) Terms {
	who, err := w.patient.Public.Subject()
	if err != nil {
		t.Fatal(err)
	}
	return Terms{
		Service: "service", Patient: "0123", Subject: who, Grantee: w.organisation.Public, Scope: 3, Purpose: 1, From: now.Add(-time.Hour),
		Until: now.Add(time.Hour), Basis: b, Text: "as agreed",
	}
}

func request(b identity.Basis) identity.Request {
	return identity.Request{Service: 1, Scope: 2, Purpose: 1, Basis: b, Time: uint64(now.Unix()), Epoch: 4, K: 9}
}

func TestNotesReachTheirOrganisationAlone(t *testing.T) {
	w := newTown(t)
	given, n, err := w.patient.Give(w.terms(t, identity.BasisConsent), 5)
	if err != nil {
		t.Fatal(err)
	}
	stranger := newParty(t, Organisation, "elsewhere")
	notes, junk, err := w.organisation.OpenNotes([][]byte{[]byte("junk"), given.Note})
	if err != nil || junk != 1 || len(notes) != 1 || !reflect.DeepEqual(notes[0], n) {
		t.Errorf("%v, %d junk, %v", notes, junk, err)
	}
	if notes, _, err := stranger.OpenNotes([][]byte{given.Note}); err != nil || len(notes) != 0 {
		t.Errorf("opened by another: %v, %v", notes, err)
	}
	if bytes.Contains(given.Note, field.Bytes(n.View)) || bytes.Contains(given.Note, []byte("0123")) {
		t.Error("a note that can be read")
	}
}

func TestNotesHaveOneEncoding(t *testing.T) {
	_, n, err := newTown(t).patient.Give(newTown(t).terms(t, identity.BasisConsent), 5)
	if err == nil {
		_, err = DecodeNote(n.Encode())
	}
	if !errors.Is(err, ErrNote) {
		t.Fatalf("a note signed by another than its subject's key is none: %v", err)
	}
	w := newTown(t)
	_, n, err = w.patient.Give(w.terms(t, identity.BasisConsent), 5)
	if err != nil {
		t.Fatal(err)
	}
	good := n.Encode()
	if got, err := DecodeNote(good); err != nil || !reflect.DeepEqual(got, n) {
		t.Fatalf("%v", err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if got, err := DecodeNote(bad); err == nil && (reflect.DeepEqual(got, n) || got.Service == n.Service && got.Patient == n.Patient) {
			t.Fatalf("byte %d: another note with the same signature", i)
		}
	}
	for _, bad := range [][]byte{nil, good[:len(good)-1], append(bytes.Clone(good), 0), make([]byte, maxNote+1)} {
		if _, err := DecodeNote(bad); !errors.Is(err, ErrNote) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

func FuzzNote(f *testing.F) {
	w := newTown(f)
	_, n, err := w.patient.Give(w.terms(f, identity.BasisConsent), 5)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(n.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := DecodeNote(b); err == nil && !bytes.Equal(got.Encode(), b) {
			t.Error("read, and written differently")
		}
	})
}

func TestWitnessesArePutTogether(t *testing.T) {
	for _, b := range []identity.Basis{identity.BasisConsent, identity.BasisCare} {
		w := newTown(t)
		signer := w.patient
		if b == identity.BasisCare {
			signer = w.registrar
		}
		_, n, err := signer.Give(w.terms(t, b), 5)
		if err != nil {
			t.Fatal(err)
		}
		witness := func() (*authorization.Witness, error) {
			auditor, err := w.auditor.Public.PublicKey()
			if err != nil {
				t.Fatal(err)
			}
			return w.provider.Witness(w.copies, n, request(b), field.Random(), auditor, 0)
		}
		if _, err := witness(); !errors.Is(err, authorization.ErrNotGranted) {
			t.Errorf("%v: before it is published: %v", b, err)
		}
		if err := w.copies.Grants.Apply([]registry.Change{{Index: 5, Leaf: n.Grant.Leaf()}}); err != nil {
			t.Fatal(err)
		}
		wit, err := witness()
		if err != nil {
			t.Fatalf("%v: %v", b, err)
		}
		if p, err := wit.Public(); err != nil || p.ProvidersRoot != w.copies.Providers.Root() || p.GrantsRoot != w.copies.Grants.Root() ||
			p.IssuersRoot != w.copies.Issuers.Root() {
			t.Errorf("%v: roots: %v", b, err)
		}
		w.provider.Public.Until++
		if _, err := witness(); !errors.Is(err, authorization.ErrNotAccredited) {
			t.Errorf("%v: another enrolment: %v", b, err)
		}
	}
}

func TestOneNoteIsChosen(t *testing.T) {
	w := newTown(t)
	who, err := w.provider.Public.Provider()
	if err != nil {
		t.Fatal(err)
	}
	var notes []*Note
	for i, change := range []func(*Terms){
		func(*Terms) {}, func(x *Terms) { x.Until = now.Add(2 * time.Hour) }, func(x *Terms) { x.Purpose, x.Until = 2, now.Add(3*time.Hour) },
		func(x *Terms) { x.Scope, x.Until = 1, now.Add(3*time.Hour) }, func(x *Terms) { x.Patient, x.Until = "other", now.Add(3*time.Hour) },
		func(x *Terms) { x.Grantee.Name, x.Until = "elsewhere", now.Add(3*time.Hour) },
		func(x *Terms) { x.From, x.Until = now.Add(time.Second), now.Add(3*time.Hour) },
	} {
		terms := w.terms(t, identity.BasisConsent)
		change(&terms)
		_, n, err := w.patient.Give(terms, uint32(i))
		if err != nil {
			t.Fatal(err)
		}
		notes = append(notes, n)
	}
	if n := Usable(notes, who, "0123", request(identity.BasisConsent)); n != notes[1] {
		t.Error("not the one that lasts longest of those that fit")
	}
	if n := Usable(notes, who, "nobody", request(identity.BasisConsent)); n != nil {
		t.Error("a note for nobody")
	}
}

func TestWhoReadIsOpened(t *testing.T) {
	w := newTown(t)
	_, n, err := w.patient.Give(w.terms(t, identity.BasisConsent), 5)
	if err != nil {
		t.Fatal(err)
	}
	w.patient.Given = []Given{{Grantee: "another", ID: Element(field.Random()), View: Element(field.Random())}, {
		Grantee: "general hospital", ID: Element(n.Grant.Grantee), View: Element(n.View),
	}}
	who, _ := w.provider.Public.Provider()
	auditor, _ := w.auditor.Public.PublicKey()
	challenge := field.Random()
	e, _, err := identity.SealEscrow(field.Element(*w.provider.Secret), identity.Disclosure{
		Auditor: auditor, Challenge: challenge, Provider: who.Leaf(), Organisation: who.Organisation, View: n.View,
	})
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := w.patient.OpenOrganisation(e, challenge); !ok || name != "general hospital" {
		t.Errorf("the patient opens %q, %v", name, ok)
	}
	if name, ok := w.patient.OpenOrganisation(e, field.Random()); ok {
		t.Errorf("of another challenge: %q", name)
	}
	o, err := w.auditor.Open(e.Bytes(), challenge, nil)
	if err != nil || o.verifyOpening() != nil {
		t.Fatal(err)
	}
	if m, ok := w.accreditor.Named(field.Element(o.Leaf)); !ok || m.Name != "provider" {
		t.Errorf("the auditor opens %+v", m)
	}
	wrong := o
	wrong.Leaf = Element(field.Random())
	if err := wrong.verifyOpening(); !errors.Is(err, identity.ErrOpening) {
		t.Errorf("a wrong accusation: %v", err)
	}
	wrong = o
	wrong.Challenge = Element(field.Random())
	if wrong.verifyOpening() == nil {
		t.Error("an opening of another reading")
	}
}

func TestBindingsAndWithdrawalsAreSigned(t *testing.T) {
	w := newTown(t)
	b, err := w.registrar.Bind("service", "0123", w.patient.Public, false)
	if err != nil {
		t.Fatal(err)
	}
	message := identity.BindingMessage(b.Subject.Handle(), identity.Own, vault.PlaceOf("service", "0123"))
	if err := identity.Verify(b.Registrar.Key, message, b.Signature); err != nil {
		t.Error(err)
	}
	leaf := field.Random()
	out, err := w.patient.Withdraw(5, leaf, identity.BasisConsent, now)
	if err != nil || out.Signer != nil {
		t.Fatal(err)
	}
	key, _ := w.patient.Public.PublicKey()
	if err := identity.Verify(key, identity.WithdrawalMessage(leaf, out.Time), out.Signature); err != nil {
		t.Error(err)
	}
	if out, err := w.registrar.Withdraw(5, leaf, identity.BasisCare, now); err != nil || out.Signer == nil {
		t.Errorf("a registrar's: %v", err)
	}
	if _, err := w.patient.Withdraw(5, leaf, identity.BasisCare, now); !errors.Is(err, ErrFile) {
		t.Errorf("a patient is no issuer: %v", err)
	}
}
