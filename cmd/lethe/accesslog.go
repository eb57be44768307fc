package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/vault/party"
)

// disclosed is an entry of an access log as a patient sees it.
type disclosed struct {
	api.Disclosure
	Organisation string `json:"organisation,omitempty"` // opened with the patient's file
}

func (p *program) accessLogCommand() *cobra.Command {
	var subject string
	c := &cobra.Command{
		Use:   "access-log PATIENT",
		Short: "account for the disclosures of a patient's records",
		Long: `Lists who was shown what of a patient's records. A provider who read by proof is not named: with the patient's own file (--subject) the
organisation is, and the auditor alone can learn the person (` + "`lethe audit open`" + `).`,
		Example: "  lethe access-log 0123456789abcdef0123456789abcdef --subject jane.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error { return p.accessLog(c.Context(), r, args[0], subject) })
		},
	}
	c.Flags().StringVar(&subject, "subject", "", "the patient's file, to open the organisations of those who read by proof")
	return c
}

func (r *remote) disclosures(ctx context.Context, patient string) ([]api.Disclosure, error) {
	got, err := r.DisclosuresWithResponse(ctx, patient)
	if err != nil {
		return nil, err
	}
	return given(got.JSON200)
}

func (p *program) accessLog(ctx context.Context, r *remote, patient, subject string) error {
	entries, err := r.disclosures(ctx, patient)
	if err != nil {
		return err
	}
	var own *party.Secret
	if subject != "" {
		if own, err = party.Read(subject, party.Patient); err != nil {
			return err
		}
	}
	all := organisations(own, entries)
	if p.json {
		return p.print(all)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "AT\tWHO\tPURPOSE\tRECORD\tENTRY")
	for _, e := range all {
		who := e.Actor
		if e.Organisation != "" {
			who += ", of " + e.Organisation
		}
		what := e.Record
		if e.Record == "" {
			what = "(let in)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.At.Format("2006-01-02 15:04:05Z"), who, e.Purpose, what, e.ID)
	}
	return w.Flush()
}

// organisations opens, with a patient's file, whose providers have read. What they read later stands under the entry by which they were let in.
func organisations(own *party.Secret, entries []api.Disclosure) []disclosed {
	all := make([]disclosed, len(entries))
	by := map[string]string{}
	for i, e := range entries {
		all[i].Disclosure = e
		if own == nil {
			continue
		}
		if len(e.Evidence.Escrow) > 0 {
			by[e.ID] = openedFor(own, e.Evidence.Escrow, e.Evidence.Challenge)
			all[i].Organisation = by[e.ID]
		}
	}
	for i, e := range entries {
		if e.Authorization != "" {
			all[i].Organisation = by[e.Authorization]
		}
	}
	return all
}
