package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lethe/api"
	"lethe/circuits/eligibility"
	"lethe/vault/party"
)

// The part of the story about people who prove something about themselves: that they consented, and that they may take part in a
// trial.

// What the demo's trial asks. Nothing of it grows old, so that the story is the same in any year.
const (
	demoSchemaFile, demoCriteriaFile = "demo-schema.yaml", "demo-criteria.yaml"

	demoSchema = `format: lethe/schema/v1
name: demo
version: 1
attributes:
  - {name: age, kind: age}
  - name: sex
    kind: category
    element: Patient.gender
    categories:
      - {name: female, number: 1, code: female}
      - {name: male, number: 2, code: male}
      - {name: other, number: 3, code: other}
  - {name: diabetes, kind: condition, codes: [{system: http://snomed.info/sct, code: "44054006"}], pick: any, absent: no}
`
	demoCriteria = `format: lethe/criteria/v1
name: a trial of the demo
for: NCT00000000
schema: ` + demoSchemaFile + `
all:
  - age: 18..90
  - sex: female
  - diabetes: no
`
	demoChallenge = "a challenge of the trial's site"
)

// proveThemselves has the patient prove their consent, and people prove that they may take part, as far as they may.
func (d *demo) proveThemselves(ctx context.Context, r *remote) error {
	if err := d.proveOwnConsent(ctx, r); err != nil {
		return err
	}
	for name, text := range map[string]string{demoSchemaFile: demoSchema, demoCriteriaFile: demoCriteria} {
		if err := os.WriteFile(d.proof(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	door, err := d.frontDoor(d.state, localURL, custodian().Actor)
	if err != nil {
		return err
	}
	site := &remote{} // which reads the records
	return site.through(ctx, localURL, api.InProcess(door), func(site *remote) error {
		for i, bundle := range slices.Backward(d.order) {
			matches, err := d.takePart(ctx, site, fmt.Sprintf("person-%d", i+1), d.patients[bundle])
			if err != nil {
				return err
			}
			if matches {
				d.result.Eligible++
			} else {
				d.result.NotEligible++
			}
			if d.result.Eligible > 0 && d.result.NotEligible > 0 {
				break
			}
		}
		d.tell("Trial:   of %d people whose records were attested, %d can prove, in %d ms, that they may take part, and show nothing else.",
			d.result.Eligible+d.result.NotEligible, d.result.Eligible, d.result.EligibilityMS)
		return nil
	})
}

func (d *demo) proof(name string) string { return filepath.Join(d.dir, proofsFolder, name) }

func (d *demo) proveOwnConsent(ctx context.Context, r *remote) error {
	f := personFlags{subject: d.party("patient"), grant: d.grant, granted: true, context: demoChallenge, output: d.proof("consent.json")}
	made, err := d.quiet.proveConsent(ctx, r, f)
	if err != nil {
		return err
	}
	d.result.ConsentConstraints = made.Constraints
	err = d.verifyAs(ctx, f.output, expected{context: demoChallenge, grantee: d.public("hospital"), terms: demoTerms, maxAge: time.Minute})
	if err != nil {
		return err
	}
	d.tell("Person:  the patient proves the consent, in %d ms, without showing who gave it or which it is.", made.ProveMS)
	return nil
}

// verifyAs verifies a proof as somebody who expects something of it, and finds it refused for anything else.
func (d *demo) verifyAs(ctx context.Context, name string, e expected) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := d.quiet.verifyProof(ctx, data, verifyOptions{public: d.publicDir(), expected: e}); err != nil {
		return err
	}
	e.context = "another challenge"
	if _, err := d.quiet.verifyProof(ctx, data, verifyOptions{public: d.publicDir(), expected: e}); !errors.Is(err, errDiffers) {
		return errors.Join(errors.New("a proof was taken for one of another challenge"), err)
	}
	return nil
}

// takePart attests a patient's records to somebody, who tries to prove that they may take part; false when they may not.
func (d *demo) takePart(ctx context.Context, site *remote, name, patient string) (matches bool, err error) {
	who, err := party.New(party.Patient, name, "")
	if err == nil {
		err = who.Create(d.party(name))
	}
	if err != nil {
		return false, err
	}
	attestation := d.party(name + "-attestation")
	_, err = d.quiet.attestPatient(ctx, site, patient, attestFlags{
		schema: d.proof(demoSchemaFile), subject: d.public(name), attester: d.party("attester"), purpose: "HRESCH",
		output: attestation, days: 1,
	})
	if err != nil {
		return false, err
	}
	made, err := d.quiet.proveEligibility(ctx, site, personFlags{
		subject: d.party(name), context: demoChallenge, output: d.proof("eligibility.json"),
		attestation: attestation, criteria: d.proof(demoCriteriaFile),
	})
	if errors.Is(err, eligibility.ErrNotEligible) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.result.EligibilityConstraints, d.result.EligibilityMS = made.Constraints, made.ProveMS
	return true, d.verifyAs(ctx, made.Proof, expected{criteria: d.proof(demoCriteriaFile), context: demoChallenge, maxAge: time.Minute})
}
