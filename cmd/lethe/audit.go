package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/party"
)

func (p *program) auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "learn who read, as the auditor, and prove it"}
	var auditor, register, output, patient string
	open := &cobra.Command{
		Use:   "open DISCLOSURE",
		Short: "open who an anonymous reader was",
		Long: `Opens the escrow that an anonymous reader left in a patient's access log, with the auditor's file: who they were, and a proof (Chaum and
Pedersen) that it was they. The accreditor's register tells whose leaf it is. Whoever is named wrongly can show it: the opening
verifies for nobody else.`,
		Example: "  lethe audit open 01890a5d-ac96-774b-bcce-b302099a8057 --patient 0123456789abcdef0123456789abcdef --auditor auditor.json --register chamber.json --output opening.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				return p.openEscrow(c.Context(), r, patient, args[0], auditor, register, output)
			})
		},
	}
	open.Flags().StringVar(&auditor, "auditor", "", "the auditor's file (required)")
	open.Flags().StringVar(&register, "register", "", "the accreditor's file, whose register names providers")
	open.Flags().StringVar(&patient, "patient", "", "the patient whose access log it is in (required)")
	open.Flags().StringVarP(&output, "output", "o", "", "file to write the opening into")
	require(open, "auditor", "patient")
	verify := &cobra.Command{
		Use:     "verify OPENING.json",
		Short:   "check an opening, with nothing but itself",
		Example: "  lethe audit verify opening.json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.verifyOpening(c.Context(), args[0]) },
	}
	c.AddCommand(open, verify)
	return c
}

// openedReader is what `lethe audit open --json` prints.
type openedReader struct {
	party.Opened
	Disclosure   string `json:"disclosure"`
	Name         string `json:"name,omitempty"`
	Organisation string `json:"organisation,omitempty"`
}

func (p *program) openEscrow(ctx context.Context, r *remote, patient, disclosure, auditor, register, output string) error {
	a, err := party.Read(auditor, party.Auditor)
	if err != nil {
		return err
	}
	var known *party.Secret
	if register != "" {
		if known, err = party.Read(register, party.Accreditor); err != nil {
			return err
		}
	}
	entries, err := r.disclosures(ctx, patient)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.ID != disclosure || len(e.Evidence.Escrow) == 0 {
			continue
		}
		opened, err := openReader(a, known, e)
		if err != nil {
			return err
		}
		k, err := p.verifyingFor(ctx, authorization.Statement())
		if err != nil {
			return err
		}
		if err := opened.Verify(k.Verifier()); err != nil {
			return withHint(err, "nobody is to be accused by this entry: it was not left by a provider's proof")
		}
		return p.tellReader(opened, output)
	}
	return withHint(fmt.Errorf("%w: no entry %s by which an anonymous reader was let in", vault.ErrNotFound, disclosure),
		"`lethe access-log PATIENT` lists them")
}

// openReader opens the escrow of an entry of an access log, and names whose leaf it holds if a register knows.
func openReader(auditor, register *party.Secret, e api.Disclosure) (o openedReader, err error) {
	challenge, err := field.ParseText(e.Evidence.Challenge)
	if err != nil {
		return o, fmt.Errorf("the evidence: %w", err)
	}
	o.Disclosure = e.ID
	if o.Opened, err = auditor.Open(e.Evidence.Escrow, challenge, e.Evidence.Proof); err != nil || register == nil {
		return o, err
	}
	if m, ok := register.Named(field.Element(o.Leaf)); ok {
		o.Name, o.Organisation = m.Name, m.Organisation
	}
	return o, nil
}

func (p *program) tellReader(o openedReader, output string) error {
	if output != "" {
		data, err := json.MarshalIndent(o, "", "  ")
		if err != nil {
			return err
		}
		if err := writePrivate(output, append(data, '\n')); err != nil {
			return err
		}
	}
	if p.json {
		return p.print(o)
	}
	if o.Name == "" {
		p.say("the provider whose leaf is %s; --register names the accreditor's file, which knows whose that is", field.Text(field.Element(o.Leaf)))
		return nil
	}
	fmt.Fprintf(p.stdout, "%s of %s\n", o.Name, o.Organisation)
	return nil
}

func (p *program) verifyOpening(ctx context.Context, name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var o openedReader
	if err := json.Unmarshal(data, &o); err != nil {
		return fmt.Errorf("%s is not an opening: %w", name, err)
	}
	k, err := p.verifyingFor(ctx, authorization.Statement())
	if err != nil {
		return err
	}
	if err := o.Verify(k.Verifier()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if p.json {
		return p.print(map[string]string{"verdict": "verified", "leaf": field.Text(field.Element(o.Leaf))})
	}
	fmt.Fprintf(p.stdout, "verified: the escrow is that of the leaf %s, by the auditor's key %s\n", field.Text(field.Element(o.Leaf)), hexOf(o.Auditor))
	p.say("not checked: that the leaf is %q's, which the accreditor's register says", o.Name)
	return nil
}

// openedFor says which organisation an anonymous reader belongs to, with a patient's own file.
func openedFor(s *party.Secret, escrow []byte, challenge string) string {
	e, err := identity.ParseEscrow(escrow)
	if err != nil {
		return ""
	}
	c, err := field.ParseText(challenge)
	if err != nil {
		return ""
	}
	name, _ := s.OpenOrganisation(e, c)
	return name
}
