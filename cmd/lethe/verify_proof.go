package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lethe/anchor"
	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/consent"
	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/criteria"
	"lethe/vault/party"
	"lethe/vault/registry"
)

// expected is what a verifier expects of a proof; what is empty is not compared.
type expected struct {
	criteria, context, grantee, terms, at string
	maxAge                                time.Duration
}

func (e *expected) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&e.criteria, "criteria", "", "of a proof: the criteria that it must be about")
	f.StringVar(&e.context, "context", "", "of a proof: the text that it must be bound to")
	f.StringVar(&e.grantee, "grantee", "", "of a proof: public file of whom the consent must be for")
	f.StringVar(&e.terms, "terms", "", "of a proof: text of the terms that the consent must be to")
	f.DurationVar(&e.maxAge, "max-age", 0, "of a proof: how old its time may be, such as 10m")
	f.StringVar(&e.at, "at", "", "of a proof: the moment from which --max-age counts (RFC 3339; default: now)")
}

// shownInput is a public input in words.
type shownInput struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Words string `json:"words,omitempty"`
}

// proofVerdict is what a verdict says of a proof.
type proofVerdict struct {
	Statement string         `json:"statement"`
	Setup     circuits.Setup `json:"setup"`
	Insecure  bool           `json:"insecure,omitempty"`
	Public    []shownInput   `json:"public"`
}

// isProof says whether a file claims to be a proof.
func isProof(data []byte) bool {
	var probe struct {
		Statement string `json:"statement"`
		Key       string `json:"verifying_key"`
	}
	return json.Unmarshal(data, &probe) == nil && probe.Statement != "" && probe.Key != ""
}

// verifyProof checks a proof of any statement, and compares it with what is expected. The key is the published one that --public
// or --dir name, else this user's own.
func (p *program) verifyProof(ctx context.Context, data []byte, o verifyOptions) (v verdict, err error) {
	proof, err := circuits.ParseProof(data)
	if err != nil {
		return v, err
	}
	s, err := statementOf(proof)
	if err != nil {
		return v, err
	}
	v = verdict{Kind: "proof", Key: proof.VerifyingKey.String(), Proof: &proofVerdict{Statement: s.Name()}}
	key, err := p.trustedKey(ctx, s, o, &v)
	if err != nil {
		return v, err
	}
	if err := key.Verify(proof); err != nil {
		if errors.Is(err, circuits.ErrWrongKey) {
			err = withHint(err, "--public names the folder of whoever's key it was made with")
		}
		return v, err
	}
	v.Valid = true
	v.checked("the proof holds for its public inputs, by the key %s", key.Key())
	c := &comparison{verdict: &v, proof: proof, statement: s}
	if err := c.compare(o.expected); err != nil {
		return v, err
	}
	v.Proof.Public, err = c.inputs()
	if err != nil {
		return v, err
	}
	return v, p.checkRoots(ctx, &v, proof)
}

func statementOf(proof *circuits.Proof) (circuits.Statement, error) {
	for _, s := range statements() {
		if s.ID == proof.Statement && s.Version == proof.Version {
			return s, nil
		}
	}
	return circuits.Statement{}, withHint(fmt.Errorf("a proof of %s, version %d, which is not known here", proof.Statement, proof.Version),
		"`lethe statements` lists what is")
}

// trustedKey is the key that a proof has to be of.
func (p *program) trustedKey(ctx context.Context, s circuits.Statement, o verifyOptions, v *verdict) (*circuits.Verifier, error) {
	public := o.public
	if public == "" && o.state {
		public = p.publicDir()
	}
	if public == "" {
		k, err := p.verifyingFor(ctx, s)
		if err != nil {
			return nil, err
		}
		v.setup(k.Manifest.Setup)
		v.notChecked("whether others verify by this key: it is this user's own. Give --public, or compare the key")
		return k.Verifier(), nil
	}
	key, setup, err := publishedVerifier(public, s)
	if err != nil {
		return nil, withHint(fmt.Errorf("what the issuer publishes cannot be read: %w", err), "--public names a copy of the issuer's public folder")
	}
	v.Issuer = true
	v.setup(setup)
	v.checked("the key is the published one of %s", s.Name())
	return key, nil
}

// publishedVerifier reads the verifying key that a public folder pins, and what its manifest says of the set-up.
func publishedVerifier(public string, s circuits.Statement) (*circuits.Verifier, circuits.Setup, error) {
	var t authorities
	if err := readPublished(filepath.Join(public, registryName), &t); err != nil {
		return nil, "", err
	}
	pin, ok := t.Keys[s.Name()]
	if !ok {
		return nil, "", fmt.Errorf("%s names no key for %s", registryName, s.Name())
	}
	dir := filepath.Join(public, circuitsFolder, fmt.Sprintf("%s-v%d", s.ID, s.Version))
	var m circuits.Manifest
	if err := readPublished(filepath.Join(dir, circuits.ManifestFile), &m); err != nil {
		return nil, "", err
	}
	data, err := readBounded(filepath.Join(dir, pin.String()), maxPublished)
	if err != nil {
		return nil, "", err
	}
	key, err := circuits.NewVerifier(s, data, pin)
	return key, m.Setup, err
}

func readPublished(name string, to any) error {
	data, err := readBounded(name, maxPublished)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return nil
}

func (v *verdict) setup(s circuits.Setup) {
	v.Proof.Setup, v.Proof.Insecure = s, s != circuits.Ceremony
	if v.Proof.Insecure {
		v.NotProven = append(v.NotProven, "ANYTHING, to whoever does not trust who made the keys: they are of a "+string(s)+" set-up")
	}
}

// comparison compares a proof that holds with what is expected.
type comparison struct {
	*verdict
	proof     *circuits.Proof
	statement circuits.Statement
	asked     *criteria.Criteria
}

// errDiffers says that a proof holds, for something else than is expected.
var errDiffers = errors.New("the proof is of something else than is expected")

func (c *comparison) compare(e expected) error {
	return errors.Join(c.compareCriteria(e.criteria), c.compareContext(e.context), c.compareGrantee(e.grantee),
		c.compareTerms(e.terms), c.compareTime(e))
}

// same compares a public input that a flag gives the expected value of.
func (c *comparison) same(input, flag string, want field.Element) error {
	have, ok := c.proof.Public[input]
	if !ok {
		return fmt.Errorf("%w: %s has no %s for --%s to be compared with", errDiffers, c.statement.Name(), input, flag)
	}
	if have != want {
		return fmt.Errorf("%w: %s differs from --%s", errDiffers, input, flag)
	}
	c.checked("%s is as --%s says", input, flag)
	return nil
}

// open says that an input was not compared, if there is one.
func (c *comparison) open(input, what string) error {
	if _, ok := c.proof.Public[input]; ok {
		c.notChecked("%s", what)
	}
	return nil
}

func (c *comparison) compareCriteria(name string) (err error) {
	if name == "" {
		return c.open("policy", "what the policy asks, and of which attesters: --criteria compares it")
	}
	if c.asked, err = readCriteria(name); err != nil {
		return err
	}
	return c.same("policy", "criteria", c.asked.Policy.Digest())
}

func (c *comparison) compareContext(text string) error {
	if text == "" {
		return c.open("context", "what it is bound to, so that it may be another's, shown again: --context compares it")
	}
	return c.same("context", "context", identity.Context([]byte(text)))
}

func (c *comparison) compareGrantee(name string) error {
	if name == "" {
		return c.open("grantee", "whom the consent is for: --grantee compares it")
	}
	who, err := party.ReadPublic(name, party.Organisation, party.Provider, party.Trial)
	if err != nil {
		return err
	}
	want, err := who.Grantee()
	if err != nil {
		return err
	}
	return c.same("grantee", "grantee", want)
}

func (c *comparison) compareTerms(text string) error {
	if text == "" {
		return c.open("terms", "what the consent is to: --terms compares it")
	}
	return c.same("terms", "terms", field.Digest("terms", []byte(text)))
}

// maxAhead is how far a prover's clock may be ahead of a verifier's.
const maxAhead = time.Minute

func (c *comparison) compareTime(e expected) error {
	if e.maxAge == 0 && e.at == "" {
		c.notChecked("that its time is now: --max-age compares it")
		return nil
	}
	if e.maxAge <= 0 {
		return errors.New("--at goes with --max-age, which is above 0")
	}
	at := time.Now()
	if e.at != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, e.at); err != nil {
			return fmt.Errorf("--at %q is not a moment such as 2027-01-31T12:00:00Z", e.at)
		}
	}
	when, err := timeIn(c.proof)
	if err != nil {
		return err
	}
	if age := at.Sub(when); age > e.maxAge || age < -maxAhead {
		return fmt.Errorf("%w: its time is %s, which is not within %s before %s", errDiffers, when.Format(time.RFC3339), e.maxAge,
			at.UTC().Format(time.RFC3339))
	}
	c.checked("its time is within %s before %s", e.maxAge, at.UTC().Format(time.RFC3339))
	return nil
}

// timeIn is a proof's time, of its own or packed in its request.
func timeIn(proof *circuits.Proof) (time.Time, error) {
	if t, ok := proof.Public["time"]; ok {
		if !t.IsUint64() || t.Uint64()>>identity.TimeBits != 0 {
			return time.Time{}, fmt.Errorf("%w: its time is none", circuits.ErrMalformed)
		}
		return timeOf(t.Uint64()), nil
	}
	if proof.Statement == consent.Statement().ID {
		r, err := consent.Unpack(proof.Public["request"])
		return timeOf(r.Time), err
	}
	r, err := identity.Unpack(proof.Public["request"])
	return timeOf(r.Time), err
}

// inputs are the public inputs in their order, in words where there are some.
func (c *comparison) inputs() (all []shownInput, err error) {
	for _, name := range c.statement.Public {
		value := c.proof.Public[name]
		in := shownInput{Name: name, Value: field.Text(value)}
		switch {
		case name == "time":
			var t time.Time
			t, err = timeIn(c.proof)
			in.Words = t.Format(time.RFC3339)
		case name == "request" && c.statement.ID == consent.Statement().ID:
			in.Words, err = consentWords(value)
		case name == "request":
			in.Words, err = requestWords(value)
		case name == "policy" && c.asked != nil:
			in.Words = fmt.Sprintf("%s, for %s", c.asked.Name, c.asked.For)
		case name == "tag":
			in.Words = "the person, the same for all proofs for this and of no meaning elsewhere"
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, in)
	}
	c.promises()
	return all, nil
}

func consentWords(e field.Element) (string, error) {
	r, err := consent.Unpack(e)
	return fmt.Sprintf("purpose %s, basis %s, custody %s, time %s", vault.PurposeName(r.Purpose), identity.BasisConsent, r.Custody,
		timeOf(r.Time).Format(time.RFC3339)), err
}

func requestWords(e field.Element) (string, error) {
	r, err := identity.Unpack(e)
	return fmt.Sprintf("service %016x, scope %b, purpose %s, basis %s, custody %s, time %s, epoch %d, of %d reads", r.Service, r.Scope,
		vault.PurposeName(r.Purpose), r.Basis, r.Custody, timeOf(r.Time).Format(time.RFC3339), r.Epoch, r.K), err
}

// promises says what a proof of the statement does not show, whatever was compared.
func (c *comparison) promises() {
	switch c.statement.ID {
	case eligibility.Statement().ID:
		c.NotProven = append(c.NotProven, "that the attester was told the truth, and that who shows the proof is the person it is of")
	case consent.Statement().ID:
		c.NotProven = append(c.NotProven, "that the person understood what they consented to, and that who shows the proof is that person")
	}
}

// checkRoots compares the roots with those of the service, where one is named or serves the state folder.
func (p *program) checkRoots(ctx context.Context, v *verdict, proof *circuits.Proof) error {
	if p.url == "" && !p.served(ctx) {
		v.notChecked("whose trees it is about, and how new they are: --url names a service whose roots they are compared with")
		return nil
	}
	return p.withService(ctx, func(r *remote) error {
		for _, k := range registry.Kinds() {
			if root, ok := proof.Public[string(k)+"Root"]; ok {
				if err := r.checkRoot(ctx, v, k, root); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// checkRoot wants a root to be of the newest version of a tree, or of the one that this user's copy is of and that still counts.
func (r *remote) checkRoot(ctx context.Context, v *verdict, k registry.Kind, root field.Element) error {
	got, err := r.RegistryWithResponse(ctx, api.RegistryKind(k))
	if err != nil {
		return err
	}
	newest, err := given(got.JSON200)
	if err != nil {
		return err
	}
	if newest.Root == field.Text(root) {
		v.checked("the tree of %s is the newest of %s, version %d", k, r.network.Origin, newest.Version)
		return nil
	}
	own, err := r.cached(k)
	if err == nil && own.Root() == root && int64(own.Version) >= newest.Floor {
		v.checked("the tree of %s is version %d of %s, which still counts", k, own.Version, r.network.Origin)
		return nil
	}
	return withHint(fmt.Errorf("%w: its tree of %s is not the newest of %s, nor the one that was fetched here", errDiffers, k, r.network.Origin),
		"a tree changes: have the proof made again. If it stays so, it is about a tree that nobody has published")
}

func (p *program) showProof(v verdict) error {
	if p.json {
		return p.print(v)
	}
	heading := "holds, by this user's own key"
	if v.Issuer {
		heading = "holds, by the published key"
	}
	fmt.Fprintf(p.stdout, "proof of %s: %s\nkey %s, of a %s set-up\n", v.Proof.Statement, heading, v.Key, v.Proof.Setup)
	if v.Proof.Insecure {
		fmt.Fprintln(p.stdout, "WARNING: whoever made these keys can prove what is not true")
	}
	for _, in := range v.Proof.Public {
		fmt.Fprintf(p.stdout, "  %-13s %s\n", in.Name, in.Value)
		if in.Words != "" {
			fmt.Fprintf(p.stdout, "  %-13s %s\n", "", visible(in.Words))
		}
	}
	p.showLines(v)
	return nil
}

// verifyIfProof verifies a file that is a proof.
func (p *program) verifyIfProof(ctx context.Context, file string, data []byte, o verifyOptions) (done bool, err error) {
	if !isProof(data) {
		if o.expected != (expected{}) {
			return true, fmt.Errorf("%s: %w: not a proof, which the flags are about", file, anchor.ErrInvalid)
		}
		return false, nil
	}
	v, err := p.verifyProof(ctx, data, o)
	if err != nil {
		return true, fmt.Errorf("%s: %w", file, err)
	}
	return true, p.showProof(v)
}
