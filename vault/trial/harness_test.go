package trial

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/compliance"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
	"lethe/circuits/visits"
	"lethe/keys"
	"lethe/keys/local"
	"lethe/vault/attest"
	"lethe/vault/party"
	"lethe/vault/registry"
)

const (
	start = 1_900_000_000
	day   = 86_400
	forms = "what you consent to"
)

// chain is the contract as far as a sequencer sees it, and forgets answers when it is told to.
type chain struct {
	Standing
	lose bool      // the next answer, after the batch is taken
	late *Standing // what the next batch finds in its place, and refuses
	down bool
	away bool   // batches do not reach it
	tick uint64 // seconds between a block and the next, of which there is one whenever it is asked

	acc, results field.Element // of compliance
}

var errLost = errors.New("no answer")

type chainPort struct{ *chain }

func (c chainPort) Standing(context.Context, field.Element) (Standing, error) {
	if c.down {
		return Standing{}, errLost
	}
	c.Now += c.tick
	return c.chain.Standing, nil
}

func (c chainPort) BatchContext(_ field.Element, number uint16) field.Element {
	return field.Uint64(uint64(number))
}

func (c chainPort) Batch(_ context.Context, _ field.Element, p *circuits.Proof) (string, error) {
	on := &c.chain.Standing
	if c.away {
		return "", errLost
	}
	if c.late != nil {
		*on, c.chain.late = *c.late, nil
		return "", ErrRefused
	}
	if p.Public["oldState"] != on.State || p.Public["protocol"] != on.Protocol || p.Public["context"] != field.Uint64(uint64(on.Batches)) {
		return "", ErrRefused
	}
	on.State, on.Batches = p.Public["newState"], on.Batches+1
	if safety := p.Public["safety"]; safety.IsOne() {
		on.Paused = true
	}
	if c.lose {
		c.chain.lose = false
		return "", errLost
	}
	return "0xabc", nil
}

func (c chainPort) ComplianceContext(field.Element) field.Element { return field.Uint64(77) }

func (c chainPort) Compliance(_ context.Context, _ field.Element, p *circuits.Proof) error {
	if p.Public["state"] != c.chain.State || p.Public["accIn"] != c.acc {
		return ErrRefused
	}
	c.acc = p.Public["accOut"]
	if c.acc.IsZero() {
		c.results = p.Public["resultsRoot"]
	}
	return nil
}

func (c chainPort) Publish(_ context.Context, _, root field.Element, _ [32]byte) (string, error) {
	if c.results.IsZero() || root != c.results {
		return "", ErrRefused
	}
	return "0xdef", nil
}

// world is a trial with one site, an attester, and the trees.
type world struct {
	t        *testing.T
	chain    *chain
	store    *failing
	keys     *ring
	seq      *Sequencer
	site     *party.Secret
	clinic   *party.Secret // another site
	attester *party.Secret
	schema   field.Element
	grants   *registry.Copy
	issuers  *registry.Copy
	protocol *Protocol
	now      time.Time // by the sequencer's clock
}

// failing is a folder whose next saves fail, and counts them.
type failing struct {
	Folder
	after int // saves until one fails; negative for never
	saves int
}

// ring is a key store that knows which keys it made, and can fail.
type ring struct {
	*local.Ring
	made  []keys.Name
	down  error
	wraps func() // called before a key is wrapped
}

func (r *ring) Create(ctx context.Context, name keys.Name) error {
	r.made = append(r.made, name)
	return errors.Join(r.down, r.Ring.Create(ctx, name))
}

func (r *ring) Wrap(ctx context.Context, name keys.Name, key *keys.Key, ad []byte) ([]byte, error) {
	if r.wraps != nil {
		r.wraps()
	}
	return r.Ring.Wrap(ctx, name, key, ad)
}

func (r *ring) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	if r.down != nil {
		return nil, r.down
	}
	return r.Ring.Unwrap(ctx, name, wrapped, ad)
}

func (r *ring) Destroy(ctx context.Context, name keys.Name) error {
	if r.down != nil {
		return r.down
	}
	return r.Ring.Destroy(ctx, name)
}

// alive are the keys that were made and not destroyed.
func (r *ring) alive(t *testing.T) (n int) {
	t.Helper()
	for _, name := range r.made {
		there, err := r.Exists(t.Context(), name)
		must(t, err)
		if there {
			n++
		}
	}
	return n
}

var errDisk = errors.New("no space left")

func (f *failing) Save(id field.Element, r *Record) error {
	f.saves++
	if f.after == 0 {
		f.after = -1
		return errDisk
	}
	f.after--
	return f.Folder.Save(id, r)
}

// Trees implements Trees.
func (w *world) Trees(context.Context) (grants, issuers *registry.Copy, err error) {
	return w.grants, w.issuers, nil
}

// solved proves nothing: it checks every constraint, and gives a proof of the right inputs. Proofs themselves are tested where the
// circuits are.
func solved(_ context.Context, s circuits.Statement, assignment frontend.Circuit) (*circuits.Proof, error) {
	compiled, err := compile(s)
	if err != nil {
		return nil, err
	}
	w, err := frontend.NewWitness(assignment, compiled.R1CS().Field())
	if err != nil {
		return nil, err
	}
	if err := compiled.R1CS().IsSolved(w); err != nil {
		return nil, err
	}
	_, _, g1, g2 := bn254.Generators()
	p := &circuits.Proof{Statement: s.ID, Version: s.Version, VerifyingKey: circuits.Hash{1}, Public: map[string]field.Element{}, A: g1, B: g2, C: g1}
	for i, name := range s.Public {
		p.Public[name] = w.Vector().(fr.Vector)[i]
	}
	return p, nil
}

var (
	compiling sync.Mutex
	compiled  = map[string]*circuits.Circuit{}
)

func compile(s circuits.Statement) (*circuits.Circuit, error) {
	compiling.Lock()
	defer compiling.Unlock()
	if c, ok := compiled[s.Name()]; ok {
		return c, nil
	}
	c, err := circuits.Compile(s)
	compiled[s.Name()] = c
	return c, err
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, store: &failing{Folder: Folder{Path: t.TempDir(), Copies: []string{t.TempDir()}}, after: -1}}
	w.site, w.clinic, w.attester = newParty(t, party.Site), newParty(t, party.Site), newParty(t, party.Attester)
	w.grants, w.issuers = newCopy(t, registry.Grants), newCopy(t, registry.Issuers)
	w.attester.Public.Until = start + 1000*day
	issuer, err := w.attester.Public.Issuer()
	must(t, err)
	must(t, w.issuers.Apply([]registry.Change{{Index: 2, Leaf: issuer.Leaf()}}))
	w.protocol, err = w.amendment(1).Compile()
	must(t, err)
	w.schema = w.protocol.Criteria[0].Policy.Schema
	first := rollup.NewCohort(w.protocol.ID).State()
	pinned := Pins{"compensation/v1": true}
	for v := 1; v <= 3; v++ {
		pinned[enrolment.Statement(v).Name()], pinned[visits.Statement(v).Name()], pinned[compliance.Statement(v).Name()] = v < 3, v < 3, true
	}
	w.chain = &chain{Standing: Standing{Pinned: pinned, State: first.Digest(), Protocol: w.protocol.Rollup.Digest(), Now: start}}
	w.now = time.Unix(start, 0)
	opened, err := local.Open(t.TempDir(), local.Config{})
	must(t, err)
	t.Cleanup(func() { must(t, opened.Close()) })
	w.keys = &ring{Ring: opened}
	w.seq, err = New(Config{Store: w.store, Chain: chainPort{w.chain}, Trees: w, Prove: solved, Keys: w.keys, Now: func() time.Time { return w.now }})
	must(t, err)
	must(t, w.seq.Create(t.Context(), w.amendment(1)))
	return w
}

func newParty(t *testing.T, k party.Kind) *party.Secret {
	t.Helper()
	s, err := party.New(k, string(k), "")
	must(t, err)
	return s
}

func newCopy(t *testing.T, k registry.Kind) *registry.Copy {
	t.Helper()
	c, err := registry.NewCopy(k)
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is somebody who can take part.
type person struct {
	*party.Secret
	identity field.Element
	tag      field.Element
	note     *party.Note
	attested *attest.Signed
}

// person has consented to a version, and is so old.
func (w *world) person(age uint32) *person {
	w.t.Helper()
	p := &person{Secret: newParty(w.t, party.Patient)}
	p.identity = identity.IdentityOf(field.Element(*p.Secret.Secret))
	p.tag = rollup.Tag(p.identity, w.protocol.ID)
	w.consent(p, forms)
	key, err := w.attester.SigningKey()
	must(w.t, err)
	subject, err := p.Public.Subject()
	must(w.t, err)
	a := identity.Attestation{Identity: p.identity, Key: identity.KeyDigest(subject.Key), Schema: w.schema, From: start, Until: start + 900*day}
	a.Values[0] = identity.KnownValue(age)
	p.attested, err = attest.Sign(a, key, w.attester.Public.Until)
	must(w.t, err)
	return p
}

func (w *world) consent(p *person, text string) {
	w.t.Helper()
	subject, err := p.Public.Subject()
	must(w.t, err)
	place := w.grants.Size()
	_, p.note, err = p.Give(party.Terms{
		Service: "s", Patient: "p", Subject: subject, Grantee: party.Public{Kind: party.Trial, Name: w.protocol.Plan.Name}, Scope: 1, Purpose: 2,
		From: time.Unix(start, 0), Until: time.Unix(start+900*day, 0), Basis: identity.BasisConsent, Text: text,
	}, place)
	must(w.t, err)
	must(w.t, w.grants.Apply([]registry.Change{{Index: place, Leaf: p.note.Grant.Leaf()}}))
}

// submission signs reports as the site, for the trial as it is after all that waits.
func (w *world) submission(reports ...Report) *Submission {
	w.t.Helper()
	key, err := w.site.SigningKey()
	must(w.t, err)
	sub, err := Sign(w.protocol.ID, 0, w.histories(AskedOf(reports)...), reports, key)
	must(w.t, err)
	return sub
}

// histories are what the site is told of its participants.
func (w *world) histories(tags ...field.Element) map[field.Element]field.Element {
	w.t.Helper()
	all, err := w.seq.Histories(w.asks(w.site, tags...))
	must(w.t, err)
	known := map[field.Element]field.Element{}
	for i, tag := range tags {
		known[tag] = all[i]
	}
	return known
}

// asks is the request of whoever has such a file; of who is no site, in the name of the first.
func (w *world) asks(who *party.Secret, tags ...field.Element) *HistoriesRequest {
	w.t.Helper()
	key, err := who.SigningKey()
	must(w.t, err)
	number, _ := w.protocol.Site(key.Public())
	q := &HistoriesRequest{Trial: w.protocol.ID, Site: number, Time: uint64(w.now.Unix()), Participants: tags}
	must(w.t, q.Sign(key))
	return q
}

func (p *person) enrols(when uint64) Report {
	return Report{Event: rollup.Event{Kind: rollup.Enrolment, Tag: p.tag, When: when, Entry: field.Random()}, Person: p.identity, Consent: p.note, Attestation: p.attested}
}

func (p *person) event(k rollup.Kind, when uint64) Report {
	return Report{Event: rollup.Event{Kind: k, Tag: p.tag, When: when, Entry: field.Uint64(when)}}
}

// amendment is the plan with so many versions.
func (w *world) amendment(versions int) Amendment {
	text := planOf(w.site, w.clinic)
	if versions == 2 {
		text = strings.Replace(text, "phases:", versionText+"phases:", 1)
	}
	return Amendment{Plan: []byte(text), Files: map[string][]byte{"criteria.yaml": []byte(criteriaText), "schema.yaml": []byte(schemaText)}, When: start}
}

// planOf is a plan with two sites.
func planOf(site, clinic *party.Secret) string {
	return strings.NewReplacer("KEY1", hex.EncodeToString(site.Public.Key), "KEY2", hex.EncodeToString(clinic.Public.Key)).Replace(planText)
}

const planText = `format: lethe/trial/v1
name: TEST-1
versions:
  - {terms: what you consent to, criteria: criteria.yaml, from: 2030-03-17T17:46:40Z}
phases: [screening, treatment, follow-up]
sites:
  - {name: General Hospital, key: KEY1}
  - {name: Clinic, key: KEY2}
safety_threshold: 2
recorded_late_after: 240h
thresholds: {recorded late: 3}
compensation: ["1000", "2000"]
`

const versionText = `  - {terms: what you consent to now, criteria: criteria.yaml, from: 2030-03-18T17:46:40Z, reconsent_by: 2030-03-20T17:46:40Z}
`

const criteriaText = `format: lethe/criteria/v1
name: adults
for: TEST-1
schema: schema.yaml
all:
  - age: ">= 18"
`

const schemaText = `format: lethe/schema/v1
name: ages
version: 1
attributes:
  - {name: age, kind: age}
`
