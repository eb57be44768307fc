package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/vault"
	"lethe/vault/fhir"
)

// custodian is how the access log names whoever reads at the state folder itself.
func custodian() vault.Access {
	return vault.Access{Actor: "local custodian " + systemUser(), Purpose: "PATADMIN"}
}

// systemUser is the name of the account that runs the program.
func systemUser() string {
	u, err := user.Current()
	if err != nil {
		return "unknown user"
	}
	return u.Username
}

// patientID turns what a person typed into a patient's id: the id itself, or an identifier as system|value.
func patientID(text string, find func(fhir.Identifier) (string, error)) (string, error) {
	system, value, ok := strings.Cut(text, "|")
	if !ok {
		return text, nil
	}
	id, err := find(fhir.Identifier{System: system, Value: value})
	if errors.Is(err, vault.ErrNotFound) || refusedAs(err, "not-found") {
		err = withHint(errors.New("no patient here has that identifier"), "it is SYSTEM|VALUE, both as in the patient's bundle; `lethe patients` lists ids")
	}
	return id, err
}

func (st *state) patientID(ctx context.Context, text string) (string, error) {
	return patientID(text, func(id fhir.Identifier) (string, error) { return st.FindPatient(ctx, id) })
}

func (r *remote) patientID(ctx context.Context, text string) (string, error) {
	return patientID(text, func(id fhir.Identifier) (string, error) {
		got, err := r.FindPatientWithResponse(ctx, api.Identifier{System: id.System, Value: id.Value})
		if err != nil {
			return "", err
		}
		found, err := given(got.JSON200)
		return found.ID, err
	})
}

// list runs a command that shows a list about a patient.
func list[T any](p *program, c *cobra.Command, args []string, heading string, row func(T) string,
	get func(context.Context, *remote, string) ([]T, error),
) error {
	return p.withService(c.Context(), func(r *remote) (err error) {
		patient := ""
		if len(args) > 0 {
			if patient, err = r.patientID(c.Context(), args[0]); err != nil {
				return err
			}
		}
		rows, err := get(c.Context(), r, patient)
		if err != nil {
			return err
		}
		return table(p, heading, rows, row)
	})
}

// table prints rows under a heading, or as JSON.
func table[T any](p *program, heading string, rows []T, row func(T) string) error {
	if p.json {
		return p.print(rows)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, heading)
	for _, r := range rows {
		fmt.Fprintln(w, row(r))
	}
	return w.Flush()
}

// pages gathers a list that comes in pages.
func pages[T any](page func(after string) (items []T, next string, err error)) ([]T, error) {
	all := []T{}
	for after := ""; ; {
		items, next, err := page(after)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if after = next; after == "" {
			return all, nil
		}
	}
}

func (p *program) patientsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "patients", Short: "list the patients, by id", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return list(p, c, args, "PATIENT\tRECORDS", func(v api.Patient) string { return fmt.Sprintf("%s\t%d", v.ID, v.Records) },
				func(ctx context.Context, r *remote, _ string) ([]api.Patient, error) {
					return pages(func(after string) ([]api.Patient, string, error) {
						got, err := r.PatientsWithResponse(ctx, nil, from(after))
						if err != nil {
							return nil, "", err
						}
						page, err := given(got.JSON200)
						return page.Patients, page.Next, err
					})
				})
		},
	}
}

func (p *program) recordsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "records PATIENT", Short: "list a patient's records", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return list(p, c, args, "RECORD\tTYPE\tCOMPARTMENT\tBYTES",
				func(v api.Record) string {
					return fmt.Sprintf("%s\t%s\t%s\t%d", v.ID, v.Type, v.Compartment, v.Size)
				},
				func(ctx context.Context, r *remote, patient string) ([]api.Record, error) {
					return r.records(ctx, patient)
				})
		},
	}
}

// records lists what there is of a patient, with whatever credentials the editors add.
func (r *remote) records(ctx context.Context, patient string, with ...api.RequestEditorFn) ([]api.Record, error) {
	return pages(func(after string) ([]api.Record, string, error) {
		got, err := r.RecordsWithResponse(ctx, patient, nil, append([]api.RequestEditorFn{from(after)}, with...)...)
		if err != nil {
			return nil, "", err
		}
		page, err := given(got.JSON200)
		return page.Records, page.Next, err
	})
}

func (p *program) bundlesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "bundles PATIENT", Short: "list a patient's bundles", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return list(p, c, args, "BUNDLE\tBYTES", func(v api.Bundle) string { return fmt.Sprintf("%s\t%d", v.ID, v.Size) },
				func(ctx context.Context, r *remote, patient string) ([]api.Bundle, error) {
					got, err := r.BundlesWithResponse(ctx, patient)
					if err != nil {
						return nil, err
					}
					return given(got.JSON200)
				})
		},
	}
}

func (p *program) recordCommand() *cobra.Command {
	record := &cobra.Command{Use: "record", Short: "read a record or a bundle"}
	var output, span string
	get := &cobra.Command{
		Use:   "get ID",
		Short: "write a record or a bundle to a file, byte for byte as it was received",
		Long: `Writes a record or a bundle to a file, byte for byte as it was received. The disclosure stands in the patient's access
log before the first byte is read. --range takes the first and the last byte, counted from 0, as HTTP does: 0-1023, or 1024-
up to the end. Until it is complete the file is called FILE.part.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.getRecord(c.Context(), args[0], output, span) },
	}
	get.Flags().StringVarP(&output, "output", "o", "", "file to write, or - for standard output (required)")
	get.Flags().StringVar(&span, "range", "", "only these bytes: A-B or A-")
	if err := get.MarkFlagRequired("output"); err != nil {
		panic(err) // the flag is defined above
	}
	record.AddCommand(get)
	return record
}

// got is what `lethe record get --json` prints.
type got struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Bytes  int64  `json:"bytes"` // written
	Output string `json:"output"`
}

func (p *program) getRecord(ctx context.Context, id, output, span string) (err error) {
	first, length, err := parseRange(span)
	if err != nil {
		return err
	}
	st, err := p.openState(ctx, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	content, err := st.Read(ctx, id, custodian())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	part, err := content.Range(first, length)
	if err != nil {
		return err
	}
	n, err := p.writeOut(output, part)
	if err != nil {
		return err
	}
	if p.json && output != "-" {
		return p.print(got{ID: id, Type: content.Type, Size: content.Size(), Bytes: n, Output: output})
	}
	return nil
}

// parseRange reads A-B (both included) or A-; an empty text is everything. A negative length means up to the end.
func parseRange(text string) (first, length int64, err error) {
	if text == "" {
		return 0, -1, nil
	}
	a, b, ok := strings.Cut(text, "-")
	first, errA := strconv.ParseInt(a, 10, 64)
	last, errB := first, error(nil)
	if b != "" {
		last, errB = strconv.ParseInt(b, 10, 64)
	}
	if !ok || errA != nil || errB != nil || first < 0 || last < first || last == 1<<63-1 {
		return 0, 0, withHint(fmt.Errorf("--range %q is not a range", text), "give the first and the last byte, such as 0-1023, or 1024-")
	}
	if b == "" {
		return first, -1, nil
	}
	return first, last - first + 1, nil
}

// writeOut writes a file that appears under its name when it is complete; until then it is NAME.part. A device or a pipe is written
// to as it stands, and a link is followed.
func (p *program) writeOut(output string, src io.Reader) (n int64, err error) {
	if output == "-" {
		return io.Copy(p.stdout, src)
	}
	if target, err := filepath.EvalSymlinks(output); err == nil {
		output = target
	}
	if info, err := os.Stat(output); err == nil && !info.Mode().IsRegular() {
		return stream(output, os.O_WRONLY, src, func(*os.File) error { return nil })
	}
	part := output + ".part"
	n, err = stream(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, src, (*os.File).Sync)
	if err == nil {
		err = os.Rename(part, output)
	}
	if err != nil {
		return n, errors.Join(err, os.Remove(part))
	}
	return n, nil
}

func stream(name string, flag int, src io.Reader, settle func(*os.File) error) (int64, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{src}, make([]byte, 1<<20))
	if err == nil {
		err = settle(f)
	}
	return n, errors.Join(err, f.Close())
}
