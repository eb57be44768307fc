package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
	"lethe/vault/trial"
)

// enrolFlags are whom a site enrols.
type enrolFlags struct {
	site, subject, consent, attestation, entry string
	deferred, ineligible, again                bool
}

func (p *program) trialEnrolCommand() *cobra.Command {
	var all enrolFlags
	var subjects, consents, attestations, entries []string
	c := &cobra.Command{
		Use: "enrol TRIAL", Short: "enrol people, or take in their consent to an amended protocol",
		Long: `Enrols people as a site, in one batch: each with the note of their consent (` + "`lethe grant give --note`" + `) and an attestation that satisfies the criteria
(` + "`lethe attest`" + `). For several, the flags are repeated, in the same order. What is missing is said, and counted as a critical deviation, with which nothing is published:
--ineligible is for people without an attestation, --deferred for those whose consent comes later. With --again people who take part consent to the protocol's newest version:
their attestation then says that the key is theirs, and is not held to the criteria.`,
		Example: "  lethe trial enrol TRIAL --site site.json --subject jane.public.json --consent jane.note --attestation jane-attestation.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for name, given := range map[string][]string{"consent": consents, "attestation": attestations, "data": entries} {
				if len(given) > 0 && len(given) != len(subjects) {
					return fmt.Errorf("--%s stands %d times and --subject %d times: give one for each, or enrol them apart", name, len(given), len(subjects))
				}
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				id, reports := trialID(args[0]), []trial.Report{}
				for i := range subjects {
					f := all
					f.subject, f.consent, f.attestation, f.entry = subjects[i], nth(consents, i), nth(attestations, i), nth(entries, i)
					report, err := d.enrolReport(c.Context(), id, f)
					if err != nil {
						return err
					}
					reports = append(reports, *report)
				}
				if err := d.tellSubmitted(c.Context(), id, all.site, reports...); err != nil {
					return err
				}
				d.tellEnd(reports)
				return nil
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&all.site, "site", "", "the site's file (required)")
	fl.StringArrayVar(&subjects, "subject", nil, "a person's public file (required)")
	fl.StringArrayVar(&consents, "consent", nil, "the note of their consent")
	fl.StringArrayVar(&attestations, "attestation", nil, "the attestation that makes them eligible")
	fl.StringArrayVar(&entries, "data", nil, "file of the screening's data: its hash goes into the history")
	fl.BoolVar(&all.deferred, "deferred", false, "the consents come later: a critical deviation")
	fl.BoolVar(&all.ineligible, "ineligible", false, "there are no attestations: a critical deviation")
	fl.BoolVar(&all.again, "again", false, "they take part, and consent again")
	require(c, "site", "subject")
	return c
}

// nth is what was given for the n-th, "" where nothing was.
func nth(given []string, n int) string {
	if n >= len(given) {
		return ""
	}
	return given[n]
}

func (d *trialDesk) enrolReport(ctx context.Context, id field.Element, f enrolFlags) (*trial.Report, error) {
	who, err := party.ReadPublic(f.subject, party.Patient)
	if err != nil {
		return nil, err
	}
	subject, err := who.Subject()
	if err != nil {
		return nil, err
	}
	when := nowSeconds()
	version, err := d.versionAt(ctx, id, when)
	if err != nil {
		return nil, err
	}
	entry, err := digestOf(f.entry)
	if err != nil {
		return nil, err
	}
	r := &trial.Report{Person: subject.Identity, Event: rollup.Event{
		Kind: rollup.Enrolment, Tag: rollup.Tag(subject.Identity, id), When: when, Version: version, Entry: entry,
	}}
	r.Ineligible = f.attestation == ""
	if f.again {
		r.Kind = rollup.Reconsent
	} else {
		r.Custodial, r.Deferred = subject.Custody != identity.Own, f.deferred
	}
	return r, attachTo(r, f)
}

// tellEnd says when the first of the consents ends: what is recorded after it counts as a deviation.
func (d *trialDesk) tellEnd(reports []trial.Report) {
	first := uint64(rollup.Forever)
	for _, r := range reports {
		if r.Consent != nil {
			first = min(first, r.Consent.Grant.Until)
		}
	}
	if !d.json && first < rollup.Forever {
		d.say("consents last until %s, unless they are withdrawn: a visit after that counts as one without a consent, which is critical",
			time.Unix(int64(first), 0).UTC().Format(time.RFC3339)) //nolint:gosec // of 40 bits
	}
}

// attachTo reads what the report stands on.
func attachTo(r *trial.Report, f enrolFlags) error {
	if f.consent == "" && !f.deferred {
		return withHint(errors.New("there is no consent"), "--consent names its note; --deferred says that it comes later, which is a critical deviation")
	}
	if f.consent != "" {
		data, err := os.ReadFile(f.consent)
		if err != nil {
			return err
		}
		if r.Consent, err = party.DecodeNote(data); err != nil {
			return fmt.Errorf("%s: %w", f.consent, err)
		}
	}
	if f.attestation == "" && !f.ineligible {
		return withHint(errors.New("there is no attestation"), "--attestation names it; --ineligible says that there is none, which is a critical deviation")
	}
	if f.attestation != "" {
		var err error
		if r.Attestation, err = readAttestation(f.attestation); err != nil {
			return err
		}
	}
	return nil
}
