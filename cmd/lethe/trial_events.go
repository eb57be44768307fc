package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
	"lethe/vault/trial"
)

// enrolFlags are whom a site enrols.
type enrolFlags struct {
	site, subject, consent, attestation, entry string
	deferred, again                            bool
}

func (p *program) trialEnrolCommand(keys *trialKeys) *cobra.Command {
	var f enrolFlags
	c := &cobra.Command{
		Use: "enrol TRIAL", Short: "enrol somebody, or take in their consent to an amended protocol",
		Long: `Enrols somebody as a site: with the note of their consent (` + "`lethe grant give --note`" + `) and an attestation that satisfies the criteria
(` + "`lethe attest`" + `). What is missing is marked, and counted as a critical deviation: without --attestation the participant counts as ineligible, with --deferred
the consent comes later. With --again somebody who takes part consents to the protocol's newest version.`,
		Example: "  lethe trial enrol TRIAL --site site.json --subject jane.public.json --consent jane.note --attestation jane-attestation.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				id := trialID(args[0])
				report, err := d.enrolReport(id, f)
				if err != nil {
					return err
				}
				return d.tellSubmitted(c.Context(), id, f.site, *report)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.site, "site", "", "the site's file (required)")
	fl.StringVar(&f.subject, "subject", "", "the person's public file (required)")
	fl.StringVar(&f.consent, "consent", "", "the note of their consent")
	fl.StringVar(&f.attestation, "attestation", "", "the attestation that makes them eligible")
	fl.StringVar(&f.entry, "data", "", "file of the screening's data: its hash goes into the history")
	fl.BoolVar(&f.deferred, "deferred", false, "the consent comes later: a critical deviation")
	fl.BoolVar(&f.again, "again", false, "they take part, and consent again")
	require(c, "site", "subject")
	return c
}

func (d *trialDesk) enrolReport(id field.Element, f enrolFlags) (*trial.Report, error) {
	who, err := party.ReadPublic(f.subject, party.Patient)
	if err != nil {
		return nil, err
	}
	subject, err := who.Subject()
	if err != nil {
		return nil, err
	}
	when := nowSeconds()
	version, err := d.versionAt(id, when)
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
	if f.again {
		r.Kind = rollup.Reconsent
	} else {
		r.Custodial, r.Deferred, r.Ineligible = subject.Custody != identity.Own, f.deferred, f.attestation == ""
	}
	return r, attachTo(r, f)
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
	if f.attestation != "" && !f.again {
		var err error
		if r.Attestation, err = readAttestation(f.attestation); err != nil {
			return err
		}
	}
	return nil
}

// versionAt is the protocol's version that is in force.
func (d *trialDesk) versionAt(id field.Element, when uint64) (uint8, error) {
	r, err := d.seq.Record(id)
	if err != nil {
		return 0, err
	}
	protocol, err := r.Protocol()
	if err != nil {
		return 0, err
	}
	version, ok := protocol.VersionAt(when)
	if !ok {
		return 0, fmt.Errorf("%w yet", rollup.ErrNotInForce)
	}
	return version, nil
}

// eventFlags are what a site records.
type eventFlags struct {
	site, participant, subject, data, replaces, when string
	phase                                            uint8
}

func (p *program) trialEventCommand(keys *trialKeys, k rollup.Kind) *cobra.Command {
	name := map[rollup.Kind]string{rollup.Visit: "visit", rollup.Withdrawal: "withdraw", rollup.Correction: "correct"}[k]
	short := map[rollup.Kind]string{
		rollup.Visit: "record a visit", rollup.Withdrawal: "record that somebody withdraws", rollup.Correction: "append a correction; nothing is replaced",
	}[k]
	var f eventFlags
	c := &cobra.Command{
		Use: name + " TRIAL", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				id := trialID(args[0])
				r, err := f.report(id, k)
				if err != nil {
					return err
				}
				return d.tellSubmitted(c.Context(), id, f.site, *r)
			})
		},
	}
	f.add(c)
	return c
}

func (p *program) trialRecordCommand(keys *trialKeys) *cobra.Command {
	var site string
	c := &cobra.Command{
		Use: "event TRIAL EVENTS.yaml", Short: "record events of any kind, as one batch", Args: cobra.ExactArgs(2),
		Long: `Records a list of events, in their order, as one batch:

  - {kind: visit, participant: TAG, phase: 1, when: 2030-03-01T10:00:00Z, data: visit.json}
  - {kind: serious-event, participant: TAG, data: report.json}

kind is visit, serious-event, withdrawal, discontinuation, unblinding, lost-to-follow-up, correction or anonymisation. data names a file, beside which nothing
of it goes into the history but its hash; replaces is the hash that a correction corrects.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				id := trialID(args[0])
				reports, err := readEvents(id, args[1])
				if err != nil {
					return err
				}
				return d.tellSubmitted(c.Context(), id, site, reports...)
			})
		},
	}
	c.Flags().StringVar(&site, "site", "", "the site's file (required)")
	require(c, "site")
	return c
}

func (p *program) trialWorkCommand(keys *trialKeys) *cobra.Command {
	return &cobra.Command{
		Use: "work TRIAL", Short: "go on with events that wait, where a command was cut off", Args: cobra.ExactArgs(1),
		Long: `Proves the events that wait, and has the contract take them, until none waits. Events wait when a command that recorded them was cut off or could not go
on; ` + "`lethe trial status`" + ` says how many batches do.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				done, err := d.work(c.Context(), trialID(args[0]), nil)
				if err != nil {
					return err
				}
				if p.json {
					return p.print(done)
				}
				d.say("nothing waits; the newest batch is %d", done.Batch)
				return nil
			})
		},
	}
}

func (f *eventFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.site, "site", "", "the site's file (required)")
	fl.StringVar(&f.participant, "participant", "", "the participant's tag, as enrolment printed it")
	fl.StringVar(&f.subject, "subject", "", "or their public file")
	fl.StringVar(&f.data, "data", "", "file of the data: its hash goes into the history")
	fl.StringVar(&f.replaces, "replaces", "", "of a correction: the hash that it corrects")
	fl.StringVar(&f.when, "when", "", "when it was (RFC 3339; default now)")
	fl.Uint8Var(&f.phase, "phase", 0, "of a visit: the number of its phase, from 0")
	require(c, "site")
}

// report is an event as flags or a file say it.
func (f *eventFlags) report(id field.Element, k rollup.Kind) (r *trial.Report, err error) {
	e := rollup.Event{Kind: k, When: nowSeconds(), Phase: f.phase}
	if f.when != "" {
		at, err := time.Parse(time.RFC3339, f.when)
		if err != nil {
			return nil, fmt.Errorf("when: %w", err)
		}
		e.When = uint64(at.Unix()) //nolint:gosec // events refuse what is out of bounds
	}
	if e.Tag, err = f.tag(id); err != nil {
		return nil, err
	}
	if f.replaces != "" {
		if e.Replaced, err = field.ParseText(f.replaces); err != nil {
			return nil, fmt.Errorf("replaces: %w", err)
		}
	}
	if k == rollup.Anonymisation {
		e.Entry = rollup.Tag(field.Random(), field.Random())
		return &trial.Report{Event: e}, nil
	}
	e.Entry, err = digestOf(f.data)
	return &trial.Report{Event: e}, err
}

func (f *eventFlags) tag(id field.Element) (tag field.Element, err error) {
	if f.subject == "" {
		if tag, err = field.ParseText(strings.Repeat("0", max(0, 64-len(f.participant))) + f.participant); err != nil || f.participant == "" {
			return tag, withHint(errors.New("which participant?"), "--participant TAG, as enrolment printed it, or --subject FILE")
		}
		return tag, nil
	}
	who, err := party.ReadPublic(f.subject, party.Patient)
	if err != nil {
		return tag, err
	}
	subject, err := who.Subject()
	return rollup.Tag(subject.Identity, id), err
}

// writtenEvent is a line of a file of events.
type writtenEvent struct {
	Kind        string `yaml:"kind"`
	Participant string `yaml:"participant"`
	Subject     string `yaml:"subject"`
	When        string `yaml:"when"`
	Phase       uint8  `yaml:"phase"`
	Data        string `yaml:"data"`
	Replaces    string `yaml:"replaces"`
}

func readEvents(id field.Element, name string) (reports []trial.Report, err error) {
	data, err := readBounded(name, trial.MaxSubmission)
	if err != nil {
		return nil, err
	}
	var written []writtenEvent
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	d.KnownFields(true)
	if err := d.Decode(&written); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, e := range written {
		kind, err := rollup.ParseKind(e.Kind)
		if err != nil {
			return nil, fmt.Errorf("%s: event %d: %w", name, i+1, err)
		}
		f := eventFlags{participant: e.Participant, subject: e.Subject, when: e.When, phase: e.Phase, data: e.Data, replaces: e.Replaces}
		r, err := f.report(id, kind)
		if err != nil {
			return nil, fmt.Errorf("%s: event %d: %w", name, i+1, err)
		}
		reports = append(reports, *r)
	}
	return reports, nil
}

// digestOf is what a history has of a file; zero for none.
func digestOf(name string) (e field.Element, err error) {
	if name == "" {
		return e, nil
	}
	data, err := os.ReadFile(name) //nolint:gosec // where the user says
	return field.Digest("trial-entry", data), err
}

func nowSeconds() uint64 { return uint64(time.Now().Unix()) } //nolint:gosec // after 1970

// submitted is what commands that record something print.
type submitted struct {
	Batch       uint16     `json:"batch"`
	Events      []recorded `json:"events"`
	Flag        bool       `json:"flag"`
	Transaction string     `json:"transaction"`
}

// recorded is an event: whose it is, by their tag, and the hash of its data.
type recorded struct {
	Kind        string `json:"kind"`
	Participant string `json:"participant"`
	Entry       string `json:"entry"`
}

func (d *trialDesk) tellSubmitted(ctx context.Context, id field.Element, site string, reports ...trial.Report) error {
	done, err := d.submit(ctx, id, site, reports...)
	if err != nil {
		return err
	}
	if d.json {
		return d.print(done)
	}
	for _, e := range done.Events {
		d.say("%s: %s, entry %s", e.Participant, e.Kind, e.Entry)
	}
	if done.Flag {
		d.say("the safety threshold is crossed: a flag is raised, and enrolment is paused until the board lifts it")
	}
	d.say("batch %d is accepted in transaction %s", done.Batch, done.Transaction)
	return nil
}

// submit signs reports as a site, and works until nothing waits.
func (d *trialDesk) submit(ctx context.Context, id field.Element, site string, reports ...trial.Report) (*submitted, error) {
	who, err := party.Read(site, party.Site)
	if err != nil {
		return nil, err
	}
	key, err := who.SigningKey()
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	r, err := d.seq.Record(id)
	if err != nil {
		return nil, err
	}
	protocol, err := r.Protocol()
	if err != nil {
		return nil, err
	}
	number, ok := protocol.Site(key.Public())
	if !ok {
		return nil, fmt.Errorf("%s: %w", site, rollup.ErrNoSite)
	}
	if err := inPlan(protocol.Plan, reports); err != nil {
		return nil, err
	}
	histories, err := d.seq.Histories(id)
	if err != nil {
		return nil, err
	}
	sub, err := trial.Sign(id, number, histories, reports, key)
	if err != nil {
		return nil, err
	}
	if err := d.seq.Submit(ctx, sub); err != nil {
		return nil, err
	}
	done, err := d.work(ctx, id, reports)
	if err != nil && !errors.Is(err, trial.ErrDropped) {
		return nil, withHint(err, "the events are signed and wait: `lethe trial work` goes on with them; recorded again, they would count twice")
	}
	return done, err
}

// inPlan refuses what can only be a slip: in the trial it would count for good.
func inPlan(plan trial.Plan, reports []trial.Report) error {
	for i, r := range reports {
		switch {
		case r.Kind == rollup.Visit && int(r.Phase) >= len(plan.Phases):
			return fmt.Errorf("event %d: there is no phase %d: they are %s, counted from 0", i+1, r.Phase, strings.Join(plan.Phases, ", "))
		case r.Kind == rollup.Correction && r.Replaced.IsZero():
			return withHint(fmt.Errorf("event %d: what does it correct?", i+1), "--replaces, or replaces in a file, is the entry's hash, as recording it printed it")
		}
	}
	return nil
}

func (d *trialDesk) work(ctx context.Context, id field.Element, reports []trial.Report) (*submitted, error) {
	err := d.seq.Work(ctx, id, func(s trial.Step) { d.say("batch %d: %s", s.Batch, s.Doing) })
	if err != nil {
		return nil, err
	}
	r, err := d.seq.Record(id)
	if err != nil {
		return nil, err
	}
	if len(r.Batches) == 0 {
		return &submitted{}, nil
	}
	last := r.Batches[len(r.Batches)-1]
	done := &submitted{Batch: last.Number, Flag: last.Flag, Transaction: last.Transaction}
	for _, report := range reports {
		done.Events = append(done.Events, recorded{report.Kind.String(), shortTag(report.Tag), field.Text(report.Entry)})
	}
	return done, nil
}

// shortTag is a tag in the 30 hexadecimal digits that its 120 bits take.
func shortTag(tag field.Element) string { return field.Text(tag)[2*field.Size-rollup.TagBits/4:] }
