package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/party"
)

// readerFlags are who reads by proof, and what for.
type readerFlags struct {
	provider, organisation, note, patient, purpose, basis, proof string
	scope                                                        []string
}

func (f *readerFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.provider, "provider", "", "the provider's file (required)")
	fl.StringVar(&f.organisation, "organisation", "", "their organisation's file, whose inbox holds the grant notes")
	fl.StringVar(&f.note, "note", "", "a grant note that came by another way")
	fl.StringVar(&f.patient, "patient", "", "the patient's id (required)")
	fl.StringSliceVar(&f.scope, "scope", []string{"care"}, "classes of data")
	fl.StringVar(&f.purpose, "purpose", "TREAT", "HL7 v3 PurposeOfUse")
	fl.StringVar(&f.basis, "basis", identity.BasisConsent.String(), "consent, representative, care, emergency or law")
	require(c, "provider", "patient")
}

func (p *program) proveCommand() *cobra.Command {
	c := &cobra.Command{Use: "prove", Short: "prove a statement: authorization, consent or eligibility"}
	var f readerFlags
	sub := &cobra.Command{
		Use:   "authorization",
		Short: "prove that a provider may read, for a challenge of the service",
		Long: `Asks the service for a challenge and proves, without saying who proves it, that an accredited provider is covered by a live grant of this
patient. The proof file shows everything that the service learns. It is good for that one challenge; ` + "`lethe read`" + ` does this and reads.`,
		Example: "  lethe prove authorization --provider ada.json --organisation hospital.json --patient 0123456789abcdef0123456789abcdef --output proof.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				made, err := p.proveFor(c.Context(), r, f)
				if err != nil {
					return err
				}
				return p.tellProof(made)
			})
		},
	}
	f.add(sub)
	sub.Flags().StringVarP(&f.proof, "output", "o", "", "file to write the proof into (required)")
	require(sub, "output")
	c.AddCommand(sub, p.proveConsentCommand(), p.proveEligibilityCommand())
	return c
}

// provenReading is what a proof took, and what it leads to.
type provenReading struct {
	Proof        string `json:"proof,omitempty"`
	Constraints  int    `json:"constraints"`
	ProveMS      int64  `json:"prove_ms"`
	AnonymitySet int64  `json:"anonymity_set"`
	Output       string `json:"output,omitempty"`
	Bytes        int64  `json:"bytes,omitempty"`

	presentation api.Presentation
	key          *api.DPoPKey
}

func (p *program) tellProof(made *provenReading) error {
	if p.json {
		return p.print(made)
	}
	p.say("proven in %d ms, as one of %d providers", made.ProveMS, made.AnonymitySet)
	return nil
}

func (p *program) readCommand() *cobra.Command {
	var f readerFlags
	var output, span string
	c := &cobra.Command{
		Use:   "read [RECORD]",
		Short: "read by proof, as a provider who is not known",
		Long: `Proves to the service that an accredited provider is covered by a grant of this patient, gets a token for it, and reads: a record, or without
one the list of what there is. The service learns that somebody entitled reads. The patient learns which organisation, and the
auditor alone can learn who.`,
		Example: "  lethe read --provider ada.json --organisation hospital.json --patient 0123456789abcdef0123456789abcdef\n" +
			"  lethe read 01890a5d-ac96-774b-bcce-b302099a8057 --provider ada.json --organisation hospital.json --patient 0123456789abcdef0123456789abcdef --output record.json",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				if len(args) == 0 {
					return p.listByProof(c.Context(), r, f)
				}
				return p.readByProof(c.Context(), r, f, args[0], output, span)
			})
		},
	}
	f.add(c)
	c.Flags().StringVarP(&output, "output", "o", "", "file to write the record into, or - for standard output")
	c.Flags().StringVar(&span, "range", "", "only these bytes: A-B or A-")
	c.Flags().StringVar(&f.proof, "proof", "", "file to keep the proof in")
	return c
}

// proveFor goes from a grant note to a proof for a fresh challenge.
func (p *program) proveFor(ctx context.Context, r *remote, f readerFlags) (*provenReading, error) {
	proving, err := r.proving()
	if err != nil {
		return nil, err
	}
	who, err := party.Read(f.provider, party.Provider)
	if err != nil {
		return nil, err
	}
	notes, err := r.heldNotes(ctx, f)
	if err != nil {
		return nil, err
	}
	copies, err := r.copies(ctx)
	if err != nil {
		return nil, err
	}
	key, err := api.NewDPoPKey()
	if err != nil {
		return nil, err
	}
	got, err := r.ChallengeWithResponse(ctx, api.ChallengeRequest{
		Patient: f.patient, Scope: f.scope, Purpose: f.purpose, Basis: api.Basis(f.basis), Key: key.Thumbprint(),
	})
	if err != nil {
		return nil, err
	}
	c, err := given(got.JSON201)
	if err != nil {
		return nil, err
	}
	w, err := r.witness(who, f, notes, copies, c, proving)
	if err != nil {
		return nil, err
	}
	if err := who.Save(f.provider); err != nil { // the read is used from here
		return nil, err
	}
	made, err := p.proveWitness(ctx, r, w)
	if err != nil {
		return nil, err
	}
	made.AnonymitySet, made.key, made.presentation.Challenge = c.AnonymitySet, key, c.ID
	if f.proof != "" {
		made.Proof = f.proof
		err = os.WriteFile(f.proof, append(made.presentation.Proof, '\n'), 0o644) //nolint:gosec // it shows what everybody may see
	}
	return made, err
}

// heldNotes are the notes that a reader has: their organisation's inbox, fetched whole, and what came by another way.
func (r *remote) heldNotes(ctx context.Context, f readerFlags) (notes []*party.Note, err error) {
	if f.organisation != "" {
		o, err := party.Read(f.organisation, party.Organisation)
		if err != nil {
			return nil, err
		}
		if notes, _, err = r.notes(ctx, o); err != nil {
			return nil, err
		}
	}
	if f.note != "" {
		data, err := os.ReadFile(f.note)
		if err != nil {
			return nil, err
		}
		n, err := party.DecodeNote(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.note, err)
		}
		notes = append(notes, n)
	}
	if f.organisation == "" && f.note == "" {
		return nil, withHint(errors.New("no grant note"), "--organisation names the file whose inbox holds them, --note one that came by another way")
	}
	return notes, nil
}

// witness checks the challenge against what was asked, and puts the proof's witness together.
func (r *remote) witness(
	who *party.Secret, f readerFlags, notes []*party.Note, copies party.Copies, c api.Challenge, proving api.ProvingParameters,
) (*authorization.Witness, error) {
	packed, err := field.ParseText(c.Request)
	if err != nil {
		return nil, fmt.Errorf("the service's challenge: %w", err)
	}
	request, err := identity.Unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("the service's challenge: %w", err)
	}
	challenge, err := field.ParseText(c.Challenge)
	if err != nil {
		return nil, fmt.Errorf("the service's challenge: %w", err)
	}
	auditor, err := party.Public{Kind: party.Auditor, Key: unhex(proving.Auditor)}.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("the service's auditor: %w", err)
	}
	if err := r.fair(request, f); err != nil {
		return nil, err
	}
	self, err := who.Public.Provider()
	if err != nil {
		return nil, err
	}
	n := party.Usable(notes, self, f.patient, request)
	if n == nil {
		return nil, authorization.ErrNotGranted
	}
	read, err := who.NextRead(proving.Service, request.Epoch, request.K)
	if err != nil {
		return nil, err
	}
	return who.Witness(copies, n, request, challenge, auditor, read)
}

// fair refuses a challenge that is for something else than was asked, or whose time or epoch would tell readers apart.
func (r *remote) fair(q identity.Request, f readerFlags) error {
	proving := r.network.Proving
	scope, err := r.scope(f.scope)
	if err != nil {
		return err
	}
	purpose, err := vault.PurposeCode(f.purpose)
	if err != nil {
		return err
	}
	now := time.Now()
	own := vault.Proving{Service: proving.Service, Epoch: time.Duration(proving.EpochSeconds) * time.Second}
	at := timeOf(q.Time)
	if q.Service != own.ServiceID() || q.Scope != scope || q.Purpose != purpose || q.Basis.String() != f.basis ||
		q.Epoch != own.EpochAt(at) || int(q.K) != proving.ReadsPerEpoch {
		return errors.New("the service's challenge is not for what was asked")
	}
	if at.Sub(now).Abs() > maxSkew {
		return withHint(fmt.Errorf("the service's clock says %s", at.Format(time.RFC3339)), "set the clock of one of the two machines")
	}
	return nil
}

func unhex(text string) party.Hex {
	var h party.Hex
	if h.UnmarshalText([]byte(text)) != nil {
		return nil
	}
	return h
}

// proveWitness makes the proof and its presentation.
func (p *program) proveWitness(ctx context.Context, r *remote, w *authorization.Witness) (*provenReading, error) {
	assignment, err := w.Assign()
	if err != nil {
		return nil, err
	}
	proof, took, err := p.prove(ctx, r, authorization.Statement(), assignment)
	if err != nil {
		return nil, err
	}
	made := &provenReading{Constraints: took.Constraints, ProveMS: took.ProveMS}
	escrow, err := w.Escrow()
	if err != nil {
		return nil, err
	}
	made.presentation.Escrow = escrow.Bytes()
	made.presentation.Proof, err = proof.Marshal()
	return made, err
}

// sameKey refuses to prove with another key than the service verifies with.
func (r *remote) sameKey(k *circuits.Keys) error {
	m := k.Manifest
	for _, s := range r.network.Statements {
		if s.ID == m.Statement && s.Version == m.Version {
			if s.VerifyingKeySha256 == m.VerifyingKey.String() {
				return nil
			}
			return withHint(fmt.Errorf("the service verifies %s with another key than is here", s.ID),
				"development keys are each user's own: point proving.keys at the folder that the service's were made in")
		}
	}
	return fmt.Errorf("the service does not verify %s, version %d", m.Statement, m.Version)
}

func (p *program) listByProof(ctx context.Context, r *remote, f readerFlags) error {
	made, err := p.proveFor(ctx, r, f)
	if err != nil {
		return err
	}
	t, err := r.Exchange(ctx, made.key, made.presentation)
	if err != nil {
		return err
	}
	records, err := r.recordsByProof(ctx, made, t, f.patient)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(records)
	}
	for _, e := range records {
		fmt.Fprintf(p.stdout, "%s  %-24s %-10s %d\n", e.ID, e.Type, e.Compartment, e.Size)
	}
	return nil
}

func (r *remote) recordsByProof(ctx context.Context, made *provenReading, t api.Token, patient string) ([]api.Record, error) {
	return r.records(ctx, patient, api.WithDPoP(made.key, t.AccessToken))
}

// from asks for the page after a cursor. The generated client cannot leave a parameter out that is not given.
func from(after string) api.RequestEditorFn {
	return func(_ context.Context, q *http.Request) error {
		if after != "" {
			q.URL.RawQuery = url.Values{"after": {after}}.Encode()
		}
		return nil
	}
}

func (p *program) readByProof(ctx context.Context, r *remote, f readerFlags, record, output, span string) error {
	if output == "" {
		return withHint(errors.New("where to write the record"), "--output FILE, or - for standard output")
	}
	made, err := p.proveFor(ctx, r, f)
	if err != nil {
		return err
	}
	t, err := r.Exchange(ctx, made.key, made.presentation)
	if err != nil {
		return err
	}
	body, err := r.contentByProof(ctx, made, t, record, span)
	if err != nil {
		return err
	}
	defer body.Close()
	made.Output = output
	if made.Bytes, err = p.writeOut(output, body); err != nil {
		return err
	}
	if output == "-" {
		return nil
	}
	return p.tellProof(made)
}

// contentByProof opens a record's bytes, or a range of them.
func (r *remote) contentByProof(ctx context.Context, made *provenReading, t api.Token, record, span string) (io.ReadCloser, error) {
	ranged := func(_ context.Context, q *http.Request) error {
		if span != "" {
			q.Header.Set("Range", "bytes="+span)
		}
		return nil
	}
	res, err := r.Content(ctx, record, nil, ranged, api.WithDPoP(made.key, t.AccessToken))
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// writePrivate writes a file that is its owner's alone.
func writePrivate(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}
