package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits/eligibility"
	"lethe/circuits/field"
	"lethe/vault/attest"
	"lethe/vault/party"
	"lethe/vault/registry"
)

// attestFlags are what an attestation is about.
type attestFlags struct {
	schema, subject, attester, purpose, output string
	days                                       int
}

// attested is what `lethe attest --json` prints. It is for the site that attests: the readings are the patient's.
type attested struct {
	Output   string           `json:"output"`
	Schema   string           `json:"schema"` // its digest
	From     time.Time        `json:"from"`
	Until    time.Time        `json:"until"`
	Records  int              `json:"records"` // that were read
	Readings []attest.Reading `json:"readings"`
}

func (p *program) attestCommand() *cobra.Command {
	var f attestFlags
	c := &cobra.Command{
		Use:   "attest PATIENT",
		Short: "sign what a patient's records say, for them to prove by",
		Long: `Reads the records of a patient that a schema's attributes are taken from, which stands in their access log, and signs the
values for whoever has the secret of --subject: nothing else ties the file to the person. The attestation is secret and goes to the
patient. What is printed says where each value is from, or why there is none; it is for the site alone.

An attestation ends after --days, or when the first of its values may cease to be true: at the next birthday, or when a result is too
old. The schema says which elements of FHIR R4 are read, and how.`,
		Example: "  lethe attest 0123456789abcdef0123456789abcdef --schema cardiometabolic.yaml --subject jane.public.json " +
			"--attester attester.json --output attestation.json",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				patient, err := r.patientID(c.Context(), args[0])
				if err != nil {
					return err
				}
				made, err := p.attestPatient(c.Context(), r, patient, f)
				if err != nil {
					return err
				}
				return p.tellAttested(made)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.schema, "schema", "", "file that says what is attested (required)")
	fl.StringVar(&f.subject, "subject", "", "the patient's public file (required)")
	fl.StringVar(&f.attester, "attester", "", "the attester's file (required)")
	fl.StringVar(&f.purpose, "purpose", "HOPERAT", "HL7 v3 PurposeOfUse, for the access log")
	fl.IntVar(&f.days, "days", 30, "how long it lasts at most")
	fl.StringVarP(&f.output, "output", "o", "", "file to write the attestation into (required)")
	require(c, "schema", "subject", "attester", "output")
	return c
}

func (p *program) attestPatient(ctx context.Context, r *remote, patient string, f attestFlags) (*attested, error) {
	if _, err := r.proving(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(f.output); err == nil { // before anything is read
		return nil, withHint(fmt.Errorf("%s: %w", f.output, fs.ErrExist), "an attestation is not written over: name another file")
	}
	schema, err := readSchema(f.schema)
	if err != nil {
		return nil, err
	}
	who, err := party.ReadPublic(f.subject, party.Patient)
	if err != nil {
		return nil, err
	}
	signer, err := party.Read(f.attester, party.Attester)
	if err != nil {
		return nil, err
	}
	if err := r.accredited(ctx, signer); err != nil {
		return nil, err
	}
	resources, err := r.resources(ctx, patient, f.purpose, schema.Types())
	if err != nil {
		return nil, err
	}
	from := time.Now().UTC().Truncate(time.Second)
	until := slices.MinFunc([]time.Time{from.AddDate(0, 0, f.days), timeOf(signer.Public.Until)}, time.Time.Compare)
	result, err := schema.Attest(resources, from, until)
	if err != nil {
		return nil, err
	}
	signed, err := signer.Attest(schema, who, result, from)
	if err != nil {
		return nil, err
	}
	data, err := signed.Encode()
	if err != nil {
		return nil, err
	}
	digest := field.Text(signed.Schema)
	return &attested{f.output, digest, from, result.Until, len(resources), result.Readings}, writeOnce(f.output, data)
}

// accredited says whether an attester is in the newest tree of issuers: whoever is not would sign in vain.
func (r *remote) accredited(ctx context.Context, signer *party.Secret) error {
	issuer, err := signer.Public.Issuer()
	if err != nil {
		return err
	}
	issuers, err := r.tree(ctx, registry.Issuers)
	if err != nil {
		return err
	}
	if _, ok := issuers.Find(issuer.Leaf()); !ok || !timeOf(issuer.Until).After(time.Now()) {
		return withHint(eligibility.ErrNotAccredited,
			"`lethe issuer enrol` does it; the public file, which then says until when, belongs beside the attester's own")
	}
	return nil
}

func readSchema(name string) (*attest.Schema, error) {
	data, err := readBounded(name, attest.MaxSchema)
	if err != nil {
		return nil, err
	}
	s, err := attest.ParseSchema(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// maxResource bounds what is read of one resource, in bytes.
const maxResource = 16 << 20

// resources reads a patient's records of some types, and no others.
func (r *remote) resources(ctx context.Context, patient, purpose string, types []string) ([]attest.Resource, error) {
	records, err := r.records(ctx, patient)
	if err != nil {
		return nil, err
	}
	var all []attest.Resource
	for _, record := range records {
		if !slices.Contains(types, record.Type) {
			continue
		}
		data, err := r.content(ctx, record, purpose)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", record.ID, err)
		}
		all = append(all, attest.Resource{Record: record.ID, JSON: data})
	}
	return all, nil
}

func (r *remote) content(ctx context.Context, record api.Record, purpose string) (data []byte, err error) {
	if record.Size > maxResource {
		return nil, fmt.Errorf("%d bytes; one of its type has %d at most", record.Size, maxResource)
	}
	res, err := r.Content(ctx, record.ID, &api.ContentParams{Purpose: purpose})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	data, err = io.ReadAll(io.LimitReader(res.Body, record.Size+1))
	if err == nil && int64(len(data)) != record.Size {
		err = errors.New("it has another size than the list of records says")
	}
	return data, err
}

func (p *program) tellAttested(made *attested) error {
	if p.json {
		return p.print(made)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ATTRIBUTE\tVALUE\tRECORD\tDATE\tAS RECORDED")
	for _, r := range made.Readings {
		value, recorded := r.Words, r.Raw
		if !r.Known {
			value, recorded = "unknown", r.Why
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Attribute, visible(value), r.Record, visible(r.Date), visible(recorded))
	}
	p.say("%s is the patient's: whoever reads it knows these values. It lasts until %s", made.Output, made.Until.Format(time.RFC3339))
	return w.Flush()
}
