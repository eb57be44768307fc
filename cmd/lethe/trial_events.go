package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"lethe/api"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
	"lethe/vault/trial"
)

// protocol is the one in force, as the service has it: what a site signs is checked against what the contract has when it is proven.
func (d *trialDesk) protocol(ctx context.Context, id field.Element) (*trial.Protocol, error) {
	got, err := d.ProtocolWithResponse(ctx, field.Text(id))
	if err != nil {
		return nil, err
	}
	plan, err := given(got.JSON200)
	if err != nil {
		return nil, err
	}
	a := trial.Amendment{Plan: []byte(plan.Plan), Files: map[string][]byte{}}
	for _, f := range plan.Files {
		a.Files[f.Name] = []byte(f.Text)
	}
	protocol, err := a.Compile()
	if err == nil && protocol.ID != id {
		err = errors.New("the service has another trial's protocol under this name")
	}
	return protocol, err
}

// versionAt is the protocol's version that is in force.
func (d *trialDesk) versionAt(ctx context.Context, id field.Element, when uint64) (uint8, error) {
	protocol, err := d.protocol(ctx, id)
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
	site, participant, subject, data, replaces, when, phase string
}

func (p *program) trialEventCommand(k rollup.Kind) *cobra.Command {
	name := map[rollup.Kind]string{rollup.Visit: "visit", rollup.Withdrawal: "withdraw", rollup.Correction: "correct"}[k]
	short := map[rollup.Kind]string{
		rollup.Visit: "record a visit", rollup.Withdrawal: "record that somebody withdraws", rollup.Correction: "append a correction; nothing is replaced",
	}[k]
	var f eventFlags
	c := &cobra.Command{
		Use: name + " TRIAL", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				id := trialID(args[0])
				protocol, err := d.protocol(c.Context(), id)
				if err != nil {
					return err
				}
				r, err := f.report(protocol, k)
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

func (p *program) trialRecordCommand() *cobra.Command {
	var site, bundle string
	c := &cobra.Command{
		Use: "event TRIAL [EVENTS.yaml]", Short: "record events of any kind, as one batch", Args: cobra.RangeArgs(1, 2),
		Long: `Records a list of events, in their order, as one batch:

  - {kind: visit, participant: TAG, phase: 1, when: 2030-03-01T10:00:00Z, data: visit.json}
  - {kind: serious-event, participant: TAG, data: report.json}

kind is visit, serious-event, withdrawal, discontinuation, unblinding, lost-to-follow-up, correction or anonymisation. data names a file, beside which nothing
of it goes into the history but its hash; replaces is the hash that a correction corrects.

With --fhir the events are those of a FHIR R4 Bundle of the site's system, in the order of their times: Encounter, AdverseEvent, ResearchSubject and
Observation. docs/trials.md says which is what. What cannot be mapped is named, and then nothing is recorded.`,
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) == 2) == (bundle != "") {
				return errors.New("a list of events or --fhir, one of them")
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				id := trialID(args[0])
				protocol, err := d.protocol(c.Context(), id)
				if err != nil {
					return err
				}
				read := func() ([]trial.Report, error) { return readBundle(protocol, bundle) }
				if bundle == "" {
					read = func() ([]trial.Report, error) { return readEvents(protocol, args[1]) }
				}
				reports, err := read()
				if err != nil {
					return err
				}
				return d.tellSubmitted(c.Context(), id, site, reports...)
			})
		},
	}
	c.Flags().StringVar(&site, "site", "", "the site's file (required)")
	c.Flags().StringVar(&bundle, "fhir", "", "a FHIR R4 Bundle, in place of the list")
	require(c, "site")
	return c
}

// readBundle reads events out of a FHIR Bundle.
func readBundle(protocol *trial.Protocol, name string) ([]trial.Report, error) {
	data, err := readBounded(name, trial.MaxSubmission)
	if err != nil {
		return nil, err
	}
	reports, err := protocol.FHIR(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return reports, nil
}

func (p *program) trialWorkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "work TRIAL", Short: "go on with events that wait, where a command was cut off", Args: cobra.ExactArgs(1),
		Long: `Waits until the events that wait are proven and the contract has taken them. Where nobody serves the state folder, this command does it. Events wait when
a command that recorded them was cut off or could not go on; ` + "`lethe trial status`" + ` says how many batches do.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				var last api.TrialStatus
				err := d.await(c.Context(), trialID(args[0]), func(s api.TrialStatus) (bool, error) {
					last = s
					return s.Waiting == 0, nil
				})
				if err != nil {
					return err
				}
				if p.json {
					return p.print(submitted{Batch: last.Batches})
				}
				d.say("nothing waits; the newest batch is %d", last.Batches)
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
	fl.StringVar(&f.phase, "phase", "", "of a visit: its phase in the plan, by name or by number, from 0 (default the first)")
	require(c, "site")
}

// report is an event as flags or a file say it.
func (f *eventFlags) report(protocol *trial.Protocol, k rollup.Kind) (r *trial.Report, err error) {
	e := rollup.Event{Kind: k, When: nowSeconds()}
	if e.Phase, err = phaseOf(protocol.Plan, f.phase); err != nil {
		return nil, err
	}
	if f.when != "" {
		at, err := time.Parse(time.RFC3339, f.when)
		if err != nil {
			return nil, fmt.Errorf("when: %w", err)
		}
		e.When = uint64(at.Unix()) //nolint:gosec // events refuse what is out of bounds
	}
	if e.Tag, err = f.tag(protocol.ID); err != nil {
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

// phaseOf is a phase of the plan, by its name or its number; the first one where none is named.
func phaseOf(plan trial.Plan, text string) (uint8, error) {
	if i := slices.Index(plan.Phases, text); i >= 0 {
		return uint8(i), nil //nolint:gosec // at most eight
	}
	n, err := strconv.ParseUint(cmp.Or(text, "0"), 10, 8)
	if err != nil || int(n) >= len(plan.Phases) { //nolint:gosec // of 8 bits
		return 0, fmt.Errorf("there is no phase %.40q: they are %s, counted from 0", text, strings.Join(plan.Phases, ", "))
	}
	return uint8(n), nil
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
	Phase       string `yaml:"phase"`
	Data        string `yaml:"data"`
	Replaces    string `yaml:"replaces"`
}

func readEvents(protocol *trial.Protocol, name string) (reports []trial.Report, err error) {
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
		r, err := f.report(protocol, kind)
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
