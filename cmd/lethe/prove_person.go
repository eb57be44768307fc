package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/consensys/gnark/frontend"
	"github.com/spf13/cobra"

	"lethe/circuits"
	"lethe/circuits/consent"
	"lethe/circuits/eligibility"
	"lethe/circuits/identity"
	"lethe/vault/party"
	"lethe/vault/registry"
)

// personFlags are what a person proves, and what for.
type personFlags struct {
	subject, context, output string

	patient, note string // of a consent
	grant         uint32
	granted       bool // whether a grant was named

	attestation, criteria string // of eligibility
}

func (f *personFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.subject, "subject", "", "the person's own file (required)")
	fl.StringVar(&f.context, "context", "", "what the proof is bound to: a text that its verifier chose (required)")
	fl.StringVarP(&f.output, "output", "o", "", "file to write the proof into (required)")
	require(c, "subject", "context", "output")
}

func (p *program) proveConsentCommand() *cobra.Command {
	var f personFlags
	c := &cobra.Command{
		Use:   "consent",
		Short: "prove that one gave a grant, without saying which",
		Long: `Proves that a person whom the proof does not name has consented to something: to whom, on which terms and for which purpose,
in force now. The person's file holds the grants that they gave; --patient or --grant say which one is meant where there are several,
--note is a file that ` + "`lethe grant give --note`" + ` wrote. The tree of grants is fetched whole: nobody is asked about one of them.`,
		Example: "  lethe prove consent --subject jane.json --grant 17 --context \"challenge of the trial's site\" --output proof.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f.granted = c.Flags().Changed("grant")
			return p.withService(c.Context(), func(r *remote) error {
				made, err := p.proveConsent(c.Context(), r, f)
				if err != nil {
					return err
				}
				return p.tellProven(made)
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&f.patient, "patient", "", "the patient's id that the grant is about")
	c.Flags().Uint32Var(&f.grant, "grant", 0, "the grant's index")
	c.Flags().StringVar(&f.note, "note", "", "a grant's note, where the person's file does not hold it")
	return c
}

func (p *program) proveEligibilityCommand() *cobra.Command {
	var f personFlags
	c := &cobra.Command{
		Use:   "eligibility",
		Short: "prove that one's attestation satisfies criteria, and nothing else of it",
		Long: `Proves that an accredited attester has attested values of a person, whom the proof does not name, that satisfy criteria. The
tree of issuers is fetched whole. What does not match cannot be proven; ` + "`lethe criteria explain`" + ` says why.`,
		Example: "  lethe prove eligibility --attestation attestation.json --criteria prediabetes.yaml --subject jane.json " +
			"--context \"challenge of the trial's site\" --output proof.json",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				made, err := p.proveEligibility(c.Context(), r, f)
				if err != nil {
					return err
				}
				return p.tellProven(made)
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&f.attestation, "attestation", "", "the attestation (required)")
	c.Flags().StringVar(&f.criteria, "criteria", "", "file of the criteria, its schema beside it (required)")
	require(c, "attestation", "criteria")
	return c
}

// proven is what `lethe prove consent --json` and its like print.
type proven struct {
	Statement   string `json:"statement"`
	Proof       string `json:"proof"`
	Constraints int    `json:"constraints"`
	ProveMS     int64  `json:"prove_ms"`
}

func (p *program) tellProven(made *proven) error {
	if p.json {
		return p.print(made)
	}
	p.say("%s is proven in %d ms: %s; `lethe verify` says what it shows", made.Statement, made.ProveMS, made.Proof)
	return nil
}

func (f *personFlags) moment() party.Moment {
	return party.Moment{Time: time.Now(), Context: identity.Context([]byte(f.context))}
}

func (p *program) proveConsent(ctx context.Context, r *remote, f personFlags) (*proven, error) {
	who, err := party.Read(f.subject, party.Patient)
	if err != nil {
		return nil, err
	}
	n, err := r.consented(who, f)
	if err != nil {
		return nil, err
	}
	grants, err := r.tree(ctx, registry.Grants)
	if err != nil {
		return nil, err
	}
	w, err := who.Consents(grants, n, f.moment())
	if errors.Is(err, consent.ErrNotGranted) {
		err = withHint(err,
			"a grant is in the tree once that is published next, and until it is withdrawn: `lethe grant list PATIENT` says which")
	}
	if err != nil {
		return nil, err
	}
	assignment, err := w.Assign()
	if err != nil {
		return nil, err
	}
	return p.proveInto(ctx, r, consent.Statement(), assignment, f.output)
}

// consented finds the one grant that is meant.
func (r *remote) consented(who *party.Secret, f personFlags) (*party.Note, error) {
	if f.note != "" {
		data, err := os.ReadFile(f.note)
		if err != nil {
			return nil, err
		}
		n, err := party.DecodeNote(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.note, err)
		}
		return n, nil
	}
	proving, err := r.proving()
	if err != nil {
		return nil, err
	}
	var place *uint32
	if f.granted {
		place = &f.grant
	}
	all, err := who.Consented(proving.Service, place)
	if err != nil {
		return nil, withHint(err, "--note names the file that `lethe grant give --note` wrote")
	}
	var mine []*party.Note
	for _, n := range all {
		if f.patient == "" || n.Patient == f.patient {
			mine = append(mine, n)
		}
	}
	switch {
	case len(mine) == 0:
		return nil, withHint(consent.ErrNotGranted, "`lethe grant give` gives one, and keeps it in the person's file")
	case len(mine) > 1:
		return nil, withHint(fmt.Errorf("%s holds %d grants that may be meant", f.subject, len(mine)),
			"--grant INDEX says which: `lethe grant list PATIENT` shows them")
	}
	return mine[0], nil
}

func (p *program) proveEligibility(ctx context.Context, r *remote, f personFlags) (*proven, error) {
	who, err := party.Read(f.subject, party.Patient)
	if err != nil {
		return nil, err
	}
	c, err := readCriteria(f.criteria)
	if err != nil {
		return nil, err
	}
	a, err := readAttestation(f.attestation)
	if err != nil {
		return nil, err
	}
	issuers, err := r.tree(ctx, registry.Issuers)
	if err != nil {
		return nil, err
	}
	w, err := who.Satisfies(issuers, a, c.Policy, f.moment())
	switch {
	case errors.Is(err, eligibility.ErrNotEligible):
		return nil, withHint(err, "`lethe criteria explain` says which of the criteria, clause by clause")
	case errors.Is(err, eligibility.ErrExpired), errors.Is(err, eligibility.ErrSchema), errors.Is(err, eligibility.ErrNotAccredited):
		return nil, withHint(err, "a new attestation is needed: `lethe attest` makes one")
	case err != nil:
		return nil, err
	}
	assignment, err := w.Assign()
	if err != nil {
		return nil, err
	}
	return p.proveInto(ctx, r, eligibility.Statement(), assignment, f.output)
}

// proveInto makes a proof with the keys that the service publishes, and writes it.
func (p *program) proveInto(
	ctx context.Context, r *remote, s circuits.Statement, assignment frontend.Circuit, output string,
) (*proven, error) {
	proof, made, err := p.prove(ctx, r, s, assignment)
	if err != nil {
		return nil, err
	}
	data, err := proof.Marshal()
	if err != nil {
		return nil, err
	}
	made.Proof = output
	return made, os.WriteFile(output, append(data, '\n'), 0o644) //nolint:gosec // it shows what everybody may see
}

// prove makes a proof with the keys that the service publishes.
func (p *program) prove(
	ctx context.Context, r *remote, s circuits.Statement, assignment frontend.Circuit,
) (*circuits.Proof, *proven, error) {
	k, err := p.keysFor(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if err := r.sameKey(k); err != nil {
		return nil, nil, err
	}
	begun := time.Now()
	proof, err := circuits.NewProver(k).Prove(ctx, assignment)
	return proof, &proven{Statement: s.Name(), Constraints: k.Manifest.Constraints, ProveMS: time.Since(begun).Milliseconds()}, err
}
