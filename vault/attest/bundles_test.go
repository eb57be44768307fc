package attest_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/vault/attest"
	"lethe/vault/criteria"
	"lethe/vault/fhir"
)

// said is what testdata/matches.mjs says of a bundle.
type said struct {
	Unknown  []string
	Criteria map[string]*bool // null: unknown
}

// bundlesDay is the day of testdata/matches.mjs.
var bundlesDay = time.Date(2021, 3, 20, 0, 0, 0, 0, time.UTC)

func compiled(t *testing.T, name string) *criteria.Criteria {
	t.Helper()
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join("../../docs/examples", name)) }
	text, err := read(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := criteria.Compile(text, read)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// resourcesOf are a bundle's, where the scanner finds them.
func resourcesOf(t *testing.T, file string) (all []attest.Resource) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := fhir.Scan(bytes.NewReader(data), fhir.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Entries {
		all = append(all, attest.Resource{Record: e.ID, JSON: data[e.Offset:e.End()]})
	}
	return all
}

// Real bundles are attested as another program reads them, and who matches criteria by that program can prove it, and nobody
// else.
func TestRealBundlesMatchAsAnotherProgramSays(t *testing.T) {
	dir := os.Getenv("LETHE_FHIR_DATA")
	if dir == "" {
		t.Skip("LETHE_FHIR_DATA names no folder of FHIR bundles")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	out, err := exec.CommandContext(t.Context(), node, "testdata/matches.mjs", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]said
	if err := json.Unmarshal(out, &want); err != nil || len(want) == 0 {
		t.Fatal(err, len(want))
	}
	asked := map[string]*criteria.Criteria{}
	for _, name := range []string{"prediabetes.yaml", "hypertension.yaml", "plan.yaml"} {
		asked[name] = compiled(t, name)
	}
	p, counts := newPerson(t), map[string][3]int{}
	unknowns := 0
	for name, w := range want {
		r, err := asked["plan.yaml"].Schema.Attest(resourcesOf(t, filepath.Join(dir, name)), bundlesDay, bundlesDay.AddDate(0, 0, 30))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantUnknown(t, name, r, w.Unknown)
		unknowns += len(w.Unknown)
		for file, c := range asked {
			n := counts[file]
			n[p.wantVerdict(t, name+" and "+file, c, r, w.Criteria[file])]++
			counts[file] = n
		}
	}
	t.Logf("%d bundles, %d attributes unknown; matches, non-matches, unknown: %v", len(want), unknowns, counts)
	for file, n := range counts {
		if len(want) == 23 && (n[0] == 0 || n[1] == 0) {
			t.Errorf("%s: %v: nobody matches, or everybody", file, n)
		}
	}
}

func wantUnknown(t *testing.T, name string, r *attest.Result, want []string) {
	t.Helper()
	var have []string
	for _, reading := range r.Readings {
		if !reading.Known {
			have = append(have, reading.Attribute)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("%s: %v are unknown, want %v", name, have, want)
	}
}

// person is somebody with an attester, whose attestations are tried on the circuit.
type person struct {
	secret   field.Element
	attester *identity.SigningKey
	proven   bool
	solves   func(testing.TB, frontend.Circuit) bool
}

func newPerson(t *testing.T) *person {
	return &person{secret: field.Random(), attester: circuittest.NewKey(t), solves: circuittest.Solver(eligibility.Statement())}
}

func (p *person) witness(t *testing.T, asked policy.Policy, r *attest.Result) *eligibility.Witness {
	t.Helper()
	const accredited = 1_900_000_000
	signed, err := attest.Sign(identity.Attestation{
		Identity: identity.IdentityOf(p.secret), Key: field.Random(), Schema: asked.Schema, From: uint64(bundlesDay.Unix()), Until: uint64(r.Until.Unix()),
		Values: r.Values,
	}, p.attester, accredited)
	if err != nil {
		t.Fatal(err)
	}
	leaf := identity.Issuer{Key: p.attester.Public(), Role: identity.Attester, Until: accredited}.Leaf()
	return &eligibility.Witness{
		Secret: p.secret, Attestation: signed.Attestation, Attester: signed.Attester, AttesterUntil: accredited, Signature: signed.Signature,
		Path: circuittest.PathTo(leaf, 7, eligibility.IssuerLevels), Policy: asked, Time: uint64(bundlesDay.Unix()), Context: identity.Context([]byte("test")),
	}
}

// wantVerdict holds what the other program says against both the native check and the circuit. Of a non-match the circuit gets an
// assignment of which all is true but that the policy holds.
func (p *person) wantVerdict(t *testing.T, what string, c *criteria.Criteria, r *attest.Result, want *bool) (kind int) {
	t.Helper()
	w := p.witness(t, c.Policy, r)
	assignment, err := w.Assign()
	if want != nil && *want {
		if err != nil || !p.solves(t, assignment) {
			t.Errorf("%s: matches, and cannot be proven: %v", what, err)
		}
		if err == nil && !p.proven {
			p.proven = true
			proven := circuittest.Prove(t, eligibility.Statement(), assignment)
			if err := proven.Keys.Verifier().Verify(proven.Proof); err != nil || proven.Proof.Public["policy"] != c.Policy.Digest() {
				t.Errorf("%s: the proof does not hold: %v", what, err)
			}
		}
		return 0
	}
	if !errors.Is(err, eligibility.ErrNotEligible) {
		t.Errorf("%s: does not match, and %v", what, err)
	}
	if p.solves(t, p.forced(t, c.Policy, r)) {
		t.Errorf("%s: does not match, and can be proven", what)
	}
	if verdicts := c.Explain(r.Values); (want == nil) != !slices.ContainsFunc(verdicts, func(e criteria.Explained) bool { return e.Verdict == criteria.Fails }) {
		t.Errorf("%s: explained as %+v", what, verdicts)
	}
	if want == nil {
		return 2
	}
	return 1
}

// forced is the assignment for a policy that does not hold: that for one which does, with the other in its place.
func (p *person) forced(t *testing.T, asked policy.Policy, r *attest.Result) *eligibility.Circuit {
	t.Helper()
	some := slices.IndexFunc(r.Values[:], func(v identity.Value) bool { return v != 0 })
	n, _ := r.Values[some].Number()
	easy := policy.Policy{Scope: asked.Scope, Schema: asked.Schema, Clauses: []policy.Clause{{{Attribute: uint8(some), Low: n, High: n}}}}
	c, err := p.witness(t, easy, r).Assign()
	if err != nil {
		t.Fatal(err)
	}
	if !p.solves(t, c) {
		t.Fatal("all but the policy must be true")
	}
	c.Asked, c.Policy = gadget.PolicyOf(asked), asked.Digest()
	return c
}

// A value that another person's key attests, or nobody's, is none: the signature is over the identity.
func TestAnAttestationIsOnePersons(t *testing.T) {
	key, err := identity.NewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{secret: field.Random(), attester: key}
	c := compiled(t, "plan.yaml")
	r := &attest.Result{Until: bundlesDay.AddDate(0, 0, 1)}
	for i, n := range map[int]uint32{0: 40, 9: 400, 11: 0} {
		r.Values[i] = identity.KnownValue(n)
	}
	w := p.witness(t, c.Policy, r)
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	w.Secret = field.Random()
	if err := w.Check(); !errors.Is(err, eligibility.ErrNotAttested) {
		t.Errorf("with another's secret: %v", err)
	}
}
