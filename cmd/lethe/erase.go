package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault"
)

// eraseOptions are the flags of `lethe erase`.
type eraseOptions struct {
	vault.EraseRequest
	retain                  vault.Retain
	received, until, review string
	yes, previewOnly        bool
}

func (p *program) eraseCommand() *cobra.Command {
	o := eraseOptions{}
	c := &cobra.Command{
		Use:   "erase PATIENT",
		Short: "erase a patient: destroy the keys, delete the data, certify it",
		Long: `Erases a patient: shows what will be destroyed, asks, and then destroys the keys, deletes every object and row, and writes
a signed certificate. It cannot be undone. What the law keeps is named with --retain (compartments such as billing, or record
ids) and is copied and read back before anything is destroyed; identity then stays as well. An interrupted erasure is carried
through by the next command that opens the state folder.

Grounds (GDPR Article 17(1)):  17.1.a no longer necessary, 17.1.b consent withdrawn, 17.1.c objection, 17.1.d unlawful,
17.1.e required by law, 17.1.f collected from a child.
Exceptions (Article 17(3)):    17.3.a expression, 17.3.b legal obligation, 17.3.c public health, 17.3.d archiving and
research, 17.3.e legal claims.`,
		Example: `  lethe erase 5f0c… --ground 17.1.b
  lethe erase 5f0c… --ground 17.1.b --retain billing --retain-ground 17.3.b --retain-law "AO §147" --retain-until 2036-12-31`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return p.erase(c.Context(), args[0], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Ground, "ground", "", "ground of the request, 17.1.a to 17.1.f (required)")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.previewOnly, "preview", false, "only show what would be destroyed")
	f.StringVar(&o.received, "received", "", "day on which the request was received, YYYY-MM-DD (default today)")
	f.StringVar(&o.Filed, "filed-by", "", "who filed the request (default: the user of this system)")
	f.StringVar(&o.Approve, "approved-by", "", "the second person, who approved it")
	f.StringVar(&o.Execute, "executed-by", "", "who executes it (default: the user of this system)")
	f.StringSliceVar(&o.retain.Items, "retain", nil, "what the law keeps: compartments or record ids")
	f.StringVar(&o.retain.Ground, "retain-ground", "", "exception, 17.3.a to 17.3.e")
	f.StringVar(&o.retain.Law, "retain-law", "", "the provision that asks for keeping")
	f.StringVar(&o.until, "retain-until", "", "until when, YYYY-MM-DD")
	f.StringVar(&o.review, "retain-review", "", "when that is looked at again, YYYY-MM-DD (default: at the end)")
	return c
}

// complete fills in defaults and reads the dates.
func (o *eraseOptions) complete() error {
	if o.Filed == "" || o.Execute == "" {
		o.Filed, o.Execute = cmp.Or(o.Filed, systemUser()), cmp.Or(o.Execute, systemUser())
	}
	for _, d := range []struct {
		flag, text string
		to         *time.Time
	}{{"received", o.received, &o.At}, {"retain-until", o.until, &o.retain.Until}, {"retain-review", o.review, &o.retain.Review}} {
		if d.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			return fmt.Errorf("--%s %q is not a day written YYYY-MM-DD", d.flag, d.text)
		}
		*d.to = t
	}
	if r := o.retain; len(r.Items) > 0 || r.Ground != "" || r.Law != "" || !r.Until.IsZero() || !r.Review.IsZero() {
		o.Retain = &o.retain
	}
	return nil
}

// erased is what `lethe erase --json` prints.
type erased struct {
	Patient     string `json:"patient"`
	Case        string `json:"case"`
	Certificate string `json:"certificate"`

	Trials []participation `json:"trials,omitempty"` // of which the records still have a tag of the patient's
}

// participation is a trial that a patient takes part in.
type participation struct {
	Trial       string `json:"trial"`
	Name        string `json:"name"`
	Site        string `json:"site"`
	Participant string `json:"participant"` // their tag
	Enrolled    bool   `json:"enrolled"`    // else an enrolment waits
	Waiting     bool   `json:"waiting"`     // events of theirs wait

	id, tag field.Element
}

// takesPart are the trials in which a patient's key takes part here.
func (h *trialHouse) takesPart(ctx context.Context, patient string) (all []participation, err error) {
	if h == nil {
		return nil, nil
	}
	ids, err := h.folder.List()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	subject, err := h.state.Subject(ctx, patient)
	if errors.Is(err, vault.ErrUnbound) || errors.Is(err, vault.ErrNoProving) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		r, protocol, failed := h.record(id)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		tag := rollup.Tag(subject.Identity, id)
		t := participation{Trial: field.Text(id), Name: protocol.Plan.Name, Participant: shortTag(tag), Waiting: r.Waits(tag), id: id, tag: tag}
		if _, p, failed := r.Cohort.Opening(tag); failed == nil {
			t.Enrolled, t.Site = true, protocol.Plan.Sites[p.Site].Name
		}
		if t.Enrolled || t.Waiting {
			all = append(all, t)
		}
	}
	return all, err
}

// erase takes enrolments of a patient's that wait out of trials, before their keys are destroyed.
func (h *trialHouse) erase(ctx context.Context, trials []participation) (err error) {
	for _, t := range trials {
		if t.Waiting {
			err = errors.Join(err, h.seq.Erase(ctx, t.id, t.tag))
		}
	}
	return err
}

// tellTrials says what is not erased with the patient: only a site can take a tag out of a trial.
func (p *program) tellTrials(all []participation) {
	for _, t := range all {
		if t.Waiting {
			p.say("events of theirs wait in the trial %s: let them be recorded first (`lethe trial work`). An erasure takes an enrolment or a re-consent of theirs out, and the site hands in the others of its batch again", t.Name)
		}
		if t.Enrolled {
			p.say("they take part in the trial %s: its record keeps their tag until %s records, with `lethe trial event`,\n  - {kind: anonymisation, participant: %s}", t.Name, t.Site, t.Participant)
			p.say("visits of theirs are recorded before the erasure: after it each counts as one without a consent, which is critical")
		}
	}
}

func (p *program) erase(ctx context.Context, patient string, o eraseOptions) (err error) {
	st, err := p.openState(ctx, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if o.Patient, err = st.patientID(ctx, patient); err != nil {
		return err
	}
	preview, err := st.Preview(ctx, o.EraseRequest)
	if err != nil {
		return err
	}
	trials, err := st.trials.takesPart(ctx, o.Patient)
	if err != nil { // no reason not to erase
		p.say("whether they take part in a trial cannot be looked up: %v", err)
	}
	shown := previewed{preview, trials}
	if o.previewOnly {
		return p.showPreview(shown, p.stdout)
	}
	if err := p.confirm(shown, o.yes); err != nil {
		return err
	}
	if err := st.trials.erase(ctx, trials); err != nil {
		return err
	}
	id, certificate, err := st.Erase(ctx, o.EraseRequest, func(state string) {
		if !p.json {
			p.say("  %s", state)
		}
	})
	if err != nil {
		return err
	}
	if p.json {
		return p.print(erased{Patient: o.Patient, Case: id, Certificate: certificate, Trials: trials})
	}
	fmt.Fprintf(p.stdout, "erased; certificate: %s\n", certificate)
	return nil
}

// previewed is what `lethe erase --preview --json` prints.
type previewed struct {
	vault.Preview

	Trials []participation `json:"trials,omitempty"`
}

func (p *program) showPreview(v previewed, to io.Writer) error {
	if p.json {
		return p.print(v)
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "COMPARTMENT\tRECORDS\tOBJECTS\tSIZE\tACTION")
	for _, part := range v.Parts {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", part.Compartment, part.Records, part.Objects, humanize.IBytes(uint64(part.Bytes)), part.Action)
	}
	p.tellTrials(v.Trials)
	return w.Flush()
}

// confirm shows what will be destroyed, and asks for the word.
func (p *program) confirm(v previewed, yes bool) error {
	if yes && p.json {
		return nil
	}
	if !p.json {
		if err := p.showPreview(v, p.stderr); err != nil || yes {
			return err
		}
	}
	if !interactive(p.stdin) {
		return withHint(errors.New("an erasure needs a confirmation"), "give --yes, or run it on a terminal", "--preview shows what would be destroyed")
	}
	fmt.Fprintf(p.stderr, "This destroys the keys for good. Type erase to go on: ")
	answer, err := bufio.NewReader(p.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(answer) != "erase" {
		return errors.New("not confirmed; nothing was changed")
	}
	return nil
}

func (p *program) erasuresCommand() *cobra.Command {
	return &cobra.Command{
		Use: "erasures", Short: "list the erasures and how far they are", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withState(c.Context(), func(st *state) error {
				cases, err := st.Cases(c.Context())
				if err != nil {
					return err
				}
				return table(p, "CASE\tOPENED\tSTATE\tCERTIFICATE", cases, func(v vault.CaseInfo) string {
					return fmt.Sprintf("%s\t%s\t%s\t%s", v.Case, v.Opened.Format(time.DateOnly), v.State, v.Certificate)
				})
			})
		},
	}
}
