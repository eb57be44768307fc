package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/offchain"
	"lethe/vault/registry"
)

// The people around a service that lets providers read by proof, as far as tests need them. What they do, they do with what a
// client has: the exported methods, copies of the trees, their own keys.

const (
	thumbprint = "thumbprint-of-a-client-key"
	hospital   = "general hospital"
	clinic     = "clinic by the lake"
)

// provingSite is a site where providers read by proof: three of the hospital, two of the clinic.
type provingSite struct {
	*site
	config                             *Proving
	accreditor                         note.Signer
	registrar, representative, auditor *identity.SigningKey
	copies                             map[registry.Kind]*registry.Copy // as they were fetched last
	doctors                            []*doctor
}

// doctor is an enrolled provider, with what they alone know.
type doctor struct {
	identity.Provider
	secret field.Element
	index  uint32
}

// citizen is a patient with a bundle and a key.
type citizen struct {
	Imported
	identity.Subject
	document []byte
	key      *identity.SigningKey
}

// permit is a grant as its patient and its grantee know it.
type permit struct {
	identity.Grant
	of        *citizen
	view      field.Element
	signature identity.Signature
}

var developed = sync.OnceValues(func() (*circuits.Keys, error) {
	return circuits.Develop(context.Background(), "", authorization.Statement(), nil)
})

func newProvingSite(t testing.TB, change ...func(*Proving)) *provingSite {
	t.Helper()
	signing, verifying, err := note.GenerateKey(rand.Reader, "example.org/accreditation")
	must(t, err)
	accreditor, err := note.NewSigner(signing)
	must(t, err)
	accredited, err := note.NewVerifier(verifying)
	must(t, err)
	keys, err := developed()
	must(t, err)
	s := &provingSite{
		site: siteIn(t, t.TempDir(), "main"), accreditor: accreditor, copies: map[registry.Kind]*registry.Copy{},
		registrar: newSigningKey(t), representative: newSigningKey(t), auditor: newSigningKey(t),
	}
	s.config = &Proving{
		Verifier: keys.Verifier(), Service: "example.org/vault", Accreditor: accredited, Auditor: s.auditor.Public(),
		Secret: field.Bytes(field.Random()), Classes: []string{"identity", "care", "billing"}, Epoch: 24 * time.Hour, Reads: 4,
		MaxRootAge: 10 * time.Minute, PublishEvery: time.Hour, Batch: 4, Threshold: 2, ChallengeFor: 5 * time.Minute,
		TokenFor: 15 * time.Minute,
	}
	for _, c := range change {
		c(s.config)
	}
	s.configure = func(c *Config) { c.Proving = s.config }
	s.start()
	for _, k := range registry.Kinds() {
		s.copies[k], err = registry.NewCopy(k)
		must(t, err)
	}
	s.accredit(registry.Issuers, enter(0, s.issuer(identity.Registrar).Leaf()), enter(1, s.issuer(identity.Representative).Leaf()))
	s.enrol(hospital, hospital, hospital, clinic, clinic)
	return s
}

func newSigningKey(t testing.TB) *identity.SigningKey {
	t.Helper()
	k, err := identity.NewSigningKey(rand.Reader)
	must(t, err)
	return k
}

// issuer is who signs in a role.
func (s *provingSite) issuer(r identity.Role) identity.Issuer {
	return identity.Issuer{Key: s.keyOf(r).Public(), Role: r, Until: s.in(365 * 24 * time.Hour)}
}

func (s *provingSite) keyOf(r identity.Role) *identity.SigningKey {
	if r == identity.Representative {
		return s.representative
	}
	return s.registrar
}

// in is a moment of the first day's clock, for leaves that must come out the same again.
func (s *provingSite) in(d time.Duration) uint64 {
	return uint64(time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC).Add(d).Unix())
}

func (s *provingSite) unix() uint64 { return uint64(s.clock.now().Unix()) }

func enter(index uint32, leaf field.Element) LeafChange {
	return LeafChange{Change: registry.Change{Index: index, Leaf: leaf}}
}

func remove(index uint32) LeafChange { return enter(index, registry.Tombstone()) }

// accreditation is what the role signs for changes of the newest version that it knows.
func (s *provingSite) accreditation(k registry.Kind, changes ...LeafChange) Accreditation {
	s.t.Helper()
	c := s.copies[k].Clone()
	must(s.t, c.Apply(plain(changes)))
	text := AccreditationText(s.config.Service, k, c.Version+1, c.Root(), s.clock.now())
	signed, err := note.Sign(&note.Note{Text: text}, s.accreditor)
	must(s.t, err)
	return Accreditation{Changes: changes, Note: signed}
}

func (s *provingSite) accredit(k registry.Kind, changes ...LeafChange) {
	s.t.Helper()
	s.fetch(k)
	_, err := s.Accredit(s.t.Context(), k, s.accreditation(k, changes...))
	must(s.t, err)
	s.fetch(k)
}

// enrol adds a provider of each organisation.
func (s *provingSite) enrol(organisations ...string) {
	s.t.Helper()
	s.fetch(registry.Providers)
	var changes []LeafChange
	for i, name := range organisations {
		d := &doctor{secret: field.Random(), index: s.copies[registry.Providers].Size() + uint32(i)}
		d.Provider = identity.Provider{
			Identity: identity.ProviderIdentity(d.secret), Organisation: identity.Organisation(name), Roles: 1,
			Until: s.in(365 * 24 * time.Hour),
		}
		c := enter(d.index, d.Leaf())
		c.Organisation = &d.Organisation
		changes, s.doctors = append(changes, c), append(s.doctors, d)
	}
	s.accredit(registry.Providers, changes...)
}

// fetch brings copies up to date.
func (s *provingSite) fetch(kinds ...registry.Kind) {
	s.t.Helper()
	for _, k := range kinds {
		encoded, err := s.Delta(s.t.Context(), k, s.copies[k].Version)
		must(s.t, err)
		var d registry.Delta
		must(s.t, d.UnmarshalBinary(encoded))
		must(s.t, s.copies[k].Update(&d))
	}
}

// publish publishes the tree of grants, and fetches it.
func (s *provingSite) publish() TreeVersion {
	s.t.Helper()
	v, err := s.PublishGrants(s.t.Context())
	must(s.t, err)
	s.fetch(registry.Kinds()...)
	return v
}

// citizen imports a patient, and binds them to a key.
func (s *provingSite) citizen(custody identity.Custody) *citizen {
	s.t.Helper()
	c := &citizen{document: person(len(s.texts(`SELECT id FROM patients`))).bundle(1)}
	c.Imported = s.take(c.document)
	c.rekey(s.t, custody)
	_, err := s.Bind(s.t.Context(), s.binding(c))
	must(s.t, err)
	return c
}

// rekey gives them another key.
func (c *citizen) rekey(t testing.TB, custody identity.Custody) {
	t.Helper()
	c.key = newSigningKey(t)
	c.Subject = identity.Subject{
		Key: c.key.Public(), Identity: identity.IdentityOf(field.Random()), Custody: custody, Salt: field.Random(),
	}
}

// binding is what the registrar signs.
func (s *provingSite) binding(c *citizen) Binding {
	s.t.Helper()
	b := Binding{Patient: c.Patient, Subject: c.Subject, Registrar: s.issuer(identity.Registrar)}
	b.Signature = sign(s.t, s.registrar, identity.BindingMessage(c.Handle(), c.Custody, PlaceOf(s.config.Service, c.Patient)))
	return b
}

func sign(t testing.TB, key *identity.SigningKey, message field.Element) identity.Signature {
	t.Helper()
	sig, err := key.Sign(message)
	must(t, err)
	return sig
}

// permit makes a grant to the hospital, with a place of its own, and signs it. It is not given yet.
func (s *provingSite) permit(c *citizen, change ...func(*identity.Grant)) *permit {
	s.t.Helper()
	place, err := s.ReservePlace(s.t.Context())
	must(s.t, err)
	g := &permit{of: c, view: field.Random()}
	g.Grant = identity.Grant{
		Subject: c.Handle(), Grantee: identity.Organisation(hospital), Scope: 0b011, Purpose: 1, From: s.unix() - 60,
		Until: s.unix() + 30*24*3600, Basis: identity.BasisConsent, Terms: field.Digest("terms", []byte("as agreed")), Index: place, Salt: field.Random(),
		ViewHash: identity.ViewHash(g.view),
	}
	for _, f := range change {
		f(&g.Grant)
	}
	g.Role = identity.SignerRole(g.Basis)
	g.signature = sign(s.t, s.signerOf(g), g.Leaf())
	return g
}

func (s *provingSite) signerOf(g *permit) *identity.SigningKey {
	if g.Basis == identity.BasisConsent {
		return g.of.key
	}
	return s.keyOf(g.Role)
}

// accredited is the issuer who signs for a grant, if it takes one.
func (s *provingSite) accredited(g *permit) *identity.Issuer {
	if g.Basis == identity.BasisConsent {
		return nil
	}
	who := s.issuer(g.Role)
	return &who
}

func (s *provingSite) given(g *permit) GrantGiven {
	return GrantGiven{Patient: g.of.Patient, Grant: g.Grant, Signer: s.accredited(g), Signature: g.signature}
}

// give makes a grant and gives it.
func (s *provingSite) give(c *citizen, change ...func(*identity.Grant)) *permit {
	s.t.Helper()
	g := s.permit(c, change...)
	_, err := s.Give(s.t.Context(), s.given(g))
	must(s.t, err)
	return g
}

func (s *provingSite) withdrawal(g *permit) Withdrawal {
	s.t.Helper()
	w := Withdrawal{Index: g.Index, Time: s.unix(), Signer: s.accredited(g)}
	w.Signature = sign(s.t, s.signerOf(g), identity.WithdrawalMessage(g.Leaf(), w.Time))
	return w
}

func (s *provingSite) withdraw(g *permit) Withdrawn {
	s.t.Helper()
	done, err := s.Withdraw(s.t.Context(), s.withdrawal(g))
	must(s.t, err)
	return done
}

// asked is what a grant's holder asks for.
func asked(g *permit) ChallengeRequest {
	return ChallengeRequest{
		Patient: g.of.Patient, Scope: []string{"care"}, Purpose: PurposeName(g.Purpose), Basis: g.Basis, Key: thumbprint,
	}
}

func (s *provingSite) challenge(g *permit) Challenge {
	s.t.Helper()
	c, err := s.Challenge(s.t.Context(), asked(g))
	must(s.t, err)
	return c
}

// witness is what a provider proves a challenge with, by the copies that they have; places that hold nothing have any path.
func (s *provingSite) witness(d *doctor, g *permit, c Challenge, read uint16) *authorization.Witness {
	s.t.Helper()
	w := &authorization.Witness{
		Secret: d.secret, Provider: d.Provider, ProviderPath: s.path(registry.Providers, d.index), Subject: g.of.Subject,
		Grant: g.Grant, View: g.view, GrantPath: s.path(registry.Grants, g.Index), Signer: s.signerOf(g).Public(),
		SignerPath: s.copies[registry.Issuers].AnyPath(), Signature: g.signature,
		Request: c.Request, Challenge: c.Challenge, Read: read, Auditor: c.Auditor,
	}
	if who := s.accredited(g); who != nil {
		place, _ := s.copies[registry.Issuers].Find(who.Leaf())
		w.SignerUntil, w.SignerPath = who.Until, s.path(registry.Issuers, place)
	}
	return w
}

func (s *provingSite) path(k registry.Kind, index uint32) []field.Step {
	s.t.Helper()
	path, err := s.copies[k].Path(index)
	if errors.Is(err, registry.ErrNoLeaf) {
		return s.copies[k].AnyPath()
	}
	must(s.t, err)
	return path
}

var prover = sync.OnceValues(func() (*circuits.Prover, error) {
	keys, err := developed()
	return circuits.NewProver(keys), err
})

// prove makes the proof of a witness, and its escrow.
func prove(t testing.TB, w *authorization.Witness) (*circuits.Proof, []byte) {
	t.Helper()
	p, err := prover()
	must(t, err)
	assignment, err := w.Assign()
	must(t, err)
	proof, err := p.Prove(t.Context(), assignment)
	must(t, err)
	escrow, err := w.Escrow()
	must(t, err)
	return proof, escrow.Bytes()
}

func presentation(t testing.TB, c Challenge, proof *circuits.Proof, escrow []byte) Presentation {
	t.Helper()
	encoded, err := proof.Marshal()
	must(t, err)
	return Presentation{Challenge: c.ID, Proof: encoded, Escrow: escrow}
}

// present proves and presents.
func (s *provingSite) present(w *authorization.Witness, c Challenge) (Token, error) {
	s.t.Helper()
	proof, escrow := prove(s.t, w)
	return s.Authorize(s.t.Context(), presentation(s.t, c, proof, escrow), thumbprint)
}

// token is the whole way to a token.
func (s *provingSite) token(d *doctor, g *permit, read uint16) Token {
	s.t.Helper()
	c := s.challenge(g)
	token, err := s.present(s.witness(d, g, c, read), c)
	must(s.t, err)
	return token
}

// readBy reads something whole, with a token.
func (s *provingSite) readBy(token Token, id string) (data []byte, err error) {
	c, err := s.AuthorizedRead(s.t.Context(), token.Secret, thumbprint, id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	whole, err := c.Range(0, -1)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(whole)
}

// resource is a record's bytes as they came in the bundle: the entry that names its type.
func (c *citizen) resource(t testing.TB, kind string) []byte {
	t.Helper()
	for _, line := range bytes.Split(c.document, []byte("{\"resource\": ")) {
		if bytes.Contains(line, []byte(`"resourceType":"`+kind+`"`)) && !bytes.Contains(line, []byte(`"Bundle"`)) {
			end := bytes.LastIndex(line, []byte("}}"))
			if i := bytes.Index(line, []byte("},\n")); i >= 0 {
				end = i - 1
			}
			return line[:end+1]
		}
	}
	t.Fatalf("no %s in the bundle", kind)
	return nil
}

// wantCode checks an error's public name.
func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if err == nil || Code(err) != code {
		t.Errorf("%s: %v (%s), want %s", what, err, Code(err), code)
	}
}

// trace is what the index has that any of this leaves there.
func (s *provingSite) trace() (all []string) {
	s.t.Helper()
	for _, query := range []string{
		`SELECT used || hex(value) FROM spent`, `SELECT hex(hash) FROM tokens`, `SELECT id FROM disclosures`,
		`SELECT hex(entry) FROM log_entries`, `SELECT name FROM intents`, `SELECT hex(message) FROM notes`,
		`SELECT hex(sealed) || lowest FROM bindings`, `SELECT hex(sealed) || ended FROM grants`,
		`SELECT kind || place || ifnull(hex(value), '-') || ifnull(hex(next), '-') FROM registry_leaves`,
		`SELECT kind || version || lowest || hex(root) FROM registry_versions`,
	} {
		all = append(all, s.texts(query)...)
	}
	return all
}

// refused checks that a call is refused with a code, and leaves nothing behind.
func (s *provingSite) refused(what, code string, call func() error) {
	s.t.Helper()
	before := s.trace()
	wantCode(s.t, what, call(), code)
	if !slices.Equal(before, s.trace()) {
		s.t.Errorf("%s: refused, and something is left behind", what)
	}
}

// expire forgets what is over.
func (s *provingSite) expire() {
	s.t.Helper()
	must(s.t, s.cfg.Store.InTx(s.t.Context(), func(tx offchain.Tx) error { return tx.Expire(s.t.Context(), s.now()) }))
}
