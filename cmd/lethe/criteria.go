package main

import (
	"fmt"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/circuits/policy"
	"lethe/vault/attest"
	"lethe/vault/criteria"
)

func (p *program) criteriaCommand() *cobra.Command {
	c := &cobra.Command{Use: "criteria", Short: "check what a trial or a plan asks of people, and explain it"}
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "compile criteria, and say what they ask",
		Long: `Compiles criteria to the policy that proofs of eligibility are about, and says it in words: what stands there is read back
from the policy and not from the file. The digest is what a verifier compares a proof with.`,
		Example: "  lethe criteria check prediabetes.yaml",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return p.checkCriteria(args[0]) },
	}
	explain := &cobra.Command{
		Use:   "explain FILE ATTESTATION",
		Short: "say which of the criteria somebody's attestation satisfies",
		Long: `Says of each clause whether it holds of an attestation's values, fails, or is unknown. It is for the site that attested them,
or for the person: a verifier learns no more than that all of them hold.`,
		Example: "  lethe criteria explain prediabetes.yaml attestation.json",
		Args:    cobra.ExactArgs(2),
		RunE:    func(_ *cobra.Command, args []string) error { return p.explainCriteria(args[0], args[1]) },
	}
	c.AddCommand(check, explain)
	return c
}

// readCriteria compiles a file of criteria, with the schema beside it.
func readCriteria(name string) (*criteria.Criteria, error) {
	data, err := readBounded(name, criteria.MaxFile)
	if err != nil {
		return nil, err
	}
	c, err := criteria.Compile(data, func(schema string) ([]byte, error) {
		return readBounded(filepath.Join(filepath.Dir(name), schema), attest.MaxSchema)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func readAttestation(name string) (*attest.Signed, error) {
	data, err := readBounded(name, attest.MaxSigned)
	if err != nil {
		return nil, err
	}
	a, err := attest.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// checkedCriteria is what `lethe criteria check --json` prints.
type checkedCriteria struct {
	Name    string          `json:"name"`
	For     string          `json:"for"`
	Schema  string          `json:"schema"` // its digest
	Policy  string          `json:"policy"` // its digest, as in a proof
	Places  int             `json:"places"`
	Of      int             `json:"of"`
	Clauses []checkedClause `json:"clauses"`
}

type checkedClause struct {
	Line  int    `json:"line"`
	Words string `json:"words"`
}

func (p *program) checkCriteria(name string) error {
	c, err := readCriteria(name)
	if err != nil {
		return err
	}
	out := checkedCriteria{
		Name: c.Name, For: c.For, Schema: field.Text(c.Policy.Schema), Policy: field.Text(c.Policy.Digest()),
		Places: c.Places(), Of: policy.Literals,
	}
	for i, clause := range c.Policy.Clauses {
		out.Clauses = append(out.Clauses, checkedClause{c.Lines[i], criteria.Words(c.Schema, clause)})
	}
	if p.json {
		return p.print(out)
	}
	fmt.Fprintf(p.stdout, "%s, for %s, all of:\n", visible(c.Name), visible(c.For))
	for _, clause := range out.Clauses {
		fmt.Fprintf(p.stdout, "  line %d: %s\n", clause.Line, visible(clause.Words))
	}
	fmt.Fprintf(p.stdout, "%d of %d places\npolicy %s\nschema %s\n", out.Places, out.Of, out.Policy, out.Schema)
	return nil
}

// explainedCriteria is what `lethe criteria explain --json` prints.
type explainedCriteria struct {
	Matches bool                 `json:"matches"`
	Clauses []criteria.Explained `json:"clauses"`
}

func (p *program) explainCriteria(name, attestation string) error {
	c, err := readCriteria(name)
	if err != nil {
		return err
	}
	a, err := readAttestation(attestation)
	if err != nil {
		return err
	}
	if a.Schema != c.Policy.Schema {
		return withHint(eligibility.ErrSchema, "attest again by the schema that the criteria name")
	}
	out := explainedCriteria{c.Policy.Holds(a.Values), c.Explain(a.Values)}
	if p.json {
		return p.print(out)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	for _, e := range out.Clauses {
		fmt.Fprintf(w, "%s\tline %d\t%s\n", e.Verdict, e.Line, visible(e.Words))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if out.Matches {
		fmt.Fprintln(p.stdout, "all hold: it can be proven")
	} else {
		fmt.Fprintln(p.stdout, "no match: nothing can be proven")
	}
	return nil
}
