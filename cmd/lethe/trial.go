package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits/enrolment"
	"lethe/circuits/field"
	"lethe/circuits/policy"
	rollup "lethe/circuits/trial"
	"lethe/vault/attest"
	"lethe/vault/trial"
)

// trialsConfig says how this process runs trials.
type trialsConfig struct {
	Copies       []string `yaml:"copies"`        // folders, such as the sponsor's: a batch is stored there before the state moves
	SponsorKey   string   `yaml:"sponsor_key"`   // file with the key of the account that registers and publishes; the own chain's by default
	BoardKey     string   `yaml:"board_key"`     // of the safety board's
	SequencerKey string   `yaml:"sequencer_key"` // of the one that sends batches
}

func (p *program) trialCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "trial", Short: "run clinical trials whose state moves only by proof",
		Long: `A trial's state is a hash in a contract. It moves by batches of events that one site has signed; each batch is proven: who is enrolled has consented
and is eligible, nobody is enrolled twice, nothing is hidden, and what deviates from the protocol is counted. The contract publishes results only
when it has verified, whole, what the trial has come to. docs/trials.md is the whole of it.`,
	}
	c.AddCommand(p.trialSetupCommand(), p.trialCreateCommand(), p.trialAmendCommand(), p.trialEnrolCommand(), p.trialRecordCommand(), p.trialWorkCommand(),
		p.trialBoardCommand(), p.trialFundCommand(), p.trialCloseCommand(), p.trialPublishCommand(), p.trialStatusCommand(), p.trialTimelineCommand(),
		p.trialVerifyCommand(), p.trialOpeningCommand(), p.trialClaimCommand(), p.trialExportCommand())
	for _, k := range []rollup.Kind{rollup.Visit, rollup.Withdrawal, rollup.Correction} {
		c.AddCommand(p.trialEventCommand(k))
	}
	return c
}

// trialDesk is what a sponsor, a board, a site or a participant does about a trial, through the API.
type trialDesk struct {
	*program
	*remote
}

// withTrials reaches the service that runs trials.
func (p *program) withTrials(ctx context.Context, do func(*trialDesk) error) error {
	return p.withService(ctx, func(r *remote) error { return do(&trialDesk{p, r}) })
}

// readPlan reads a plan with the files that it names.
func readPlan(name string) (trial.Amendment, *trial.Protocol, error) {
	a := trial.Amendment{Files: map[string][]byte{}}
	source, err := readBounded(name, trial.MaxPlan)
	if err != nil {
		return a, nil, err
	}
	a.Plan = source
	p, err := trial.Compile(source, func(beside string) ([]byte, error) {
		data, err := readBounded(filepath.Join(filepath.Dir(name), beside), attest.MaxSchema)
		if err == nil {
			a.Files[beside] = data
		}
		return data, err
	})
	if err != nil {
		return a, nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, p, nil
}

// planOf is a plan as the API takes it.
func planOf(a trial.Amendment) api.TrialPlan {
	body := api.TrialPlan{Plan: string(a.Plan)}
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		body.Files = append(body.Files, api.PlanFile{Name: name, Text: string(a.Files[name])})
	}
	return body
}

// tellMade prints a trial that was registered or amended.
func (p *program) tellMade(made api.TrialMade, format string, protocol *trial.Protocol) error {
	if p.json {
		return p.print(made)
	}
	p.say(format, protocol.Plan.Name)
	p.say("its protocol is %s", made.Protocol)
	return nil
}

// tellPlan prints what a plan comes to, in which a slip stays for good.
func (p *program) tellPlan(protocol *trial.Protocol) {
	plan := protocol.Plan
	p.say("%s, id %s", plan.Name, field.Text(protocol.ID))
	for i, v := range plan.Versions {
		p.say("  version %d: in force from %s, criteria %s", i+1, v.From.UTC().Format(time.RFC3339), v.Criteria)
	}
	p.say("  phases: %s", strings.Join(plan.Phases, ", "))
	for _, s := range plan.Sites {
		p.say("  site %s, key %x", s.Name, []byte(s.Key))
	}
	p.say("  a flag is raised after %d serious events; events are recorded late after %s", plan.Safety, plan.Late)
	for i, most := range protocol.Thresholds() {
		switch {
		case slices.Contains(rollup.Critical, i):
			p.say("  results are published with no deviation %q: it is critical", rollup.DeviationNames[i])
		default:
			p.say("  results are published with at most %d deviations %q", most, rollup.DeviationNames[i])
		}
	}
	sum := new(big.Int)
	for i, wei := range protocol.Prices {
		p.say("  visit %d is paid with %s wei", i+1, wei)
		sum.Add(sum, wei)
	}
	if sum.Sign() > 0 {
		p.say("  a batch of enrolments reserves %s wei for each of its places, of %d or %d, whether they are taken or not", sum, enrolment.Slots(1), enrolment.Slots(2))
	}
}

func (p *program) trialCreateCommand() *cobra.Command {
	var large, check bool
	c := &cobra.Command{
		Use: "create PLAN.yaml", Short: "register a trial with the contract",
		Long: `Registers a trial. Its name, its thresholds and its compensation are for good, and its first version cannot be amended: --check prints what the plan comes to,
and registers nothing.`,
		Example: "  lethe trial create plan.yaml --check\n  lethe trial create plan.yaml", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			a, protocol, err := readPlan(args[0])
			if err != nil {
				return err
			}
			if !p.json {
				p.tellPlan(protocol)
			}
			if check && p.json {
				return p.print(api.TrialMade{Trial: field.Text(protocol.ID), Protocol: field.Text(protocol.Rollup.Digest())})
			}
			if check {
				return nil
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				body := planOf(a)
				body.Large = large
				got, err := d.CreateTrialWithResponse(c.Context(), body)
				if err != nil {
					return err
				}
				made, err := given(got.JSON201)
				if err != nil {
					return err
				}
				return p.tellMade(made, "%s is registered: participants consent to it with `lethe grant give --to`, naming a file of `lethe party new trial`", protocol)
			})
		},
	}
	c.Flags().BoolVar(&check, "check", false, "only print what the plan comes to")
	c.Flags().BoolVar(&large, "large", false, "also pin the large sizes that `lethe trial setup --large` has announced")
	return c
}

func (p *program) trialAmendCommand() *cobra.Command {
	return &cobra.Command{
		Use: "amend PLAN.yaml", Short: "put another version of the protocol into force, once the board has consented",
		Long: `The plan has all versions that the trial had, as they were, and another one. The board has consented to exactly this protocol (` + "`lethe trial board consent`" + `).
From the new version's reconsent_by on, visits under earlier consents are counted as deviations.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			a, protocol, err := readPlan(args[0])
			if err != nil {
				return err
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.AmendTrialWithResponse(c.Context(), field.Text(protocol.ID), planOf(a))
				if err != nil {
					return err
				}
				made, err := given(got.JSON200)
				if err != nil {
					return err
				}
				return p.tellMade(made, "%s has another protocol", protocol)
			})
		},
	}
}

func (p *program) trialBoardCommand() *cobra.Command {
	c := &cobra.Command{Use: "board", Short: "what the safety board does"}
	consent := &cobra.Command{
		Use: "consent PLAN.yaml", Short: "consent to an amended protocol, which the sponsor can then put into force", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			a, protocol, err := readPlan(args[0])
			if err != nil {
				return err
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.ConsentToAmendmentWithResponse(c.Context(), field.Text(protocol.ID), planOf(a))
				if err != nil {
					return err
				}
				made, err := given(got.JSON200)
				if err != nil {
					return err
				}
				return p.tellMade(made, "the board of %s has consented to this protocol", protocol)
			})
		},
	}
	var reason string
	lift := &cobra.Command{
		Use: "lift TRIAL", Short: "lift the safety flag, so that enrolment goes on", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.LiftFlagWithResponse(c.Context(), field.Text(trialID(args[0])), api.Reason{Reason: reason})
				if err != nil {
					return err
				}
				return d.tellSent(got.JSON200, "the flag is lifted")
			})
		},
	}
	lift.Flags().StringVar(&reason, "reason", "", "why: the chain shows its hash (required)")
	require(lift, "reason")
	c.AddCommand(consent, lift)
	return c
}

// tellSent prints a transaction.
func (d *trialDesk) tellSent(sent *api.Sent, format string, args ...any) error {
	tx, err := given(sent)
	switch {
	case err != nil:
		return err
	case d.json:
		return d.print(tx)
	case tx.Transaction == "":
		d.say(format+", by an earlier transaction", args...)
	default:
		d.say(format+", in transaction %s", append(args, tx.Transaction)...)
	}
	return nil
}

func (p *program) trialFundCommand() *cobra.Command {
	return &cobra.Command{
		Use: "fund TRIAL WEI", Short: "pay into a trial's funds, out of which visits are compensated", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			wei, err := weiOf(args[1])
			if err != nil {
				return err
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.FundTrialWithResponse(c.Context(), field.Text(trialID(args[0])), api.Funds{Wei: wei.String()})
				if err != nil {
					return err
				}
				return d.tellSent(got.JSON200, "%s wei are paid in", wei)
			})
		},
	}
}

func (p *program) trialCloseCommand() *cobra.Command {
	return &cobra.Command{
		Use: "close TRIAL", Short: "end a trial, and have the contract verify what it has come to", Args: cobra.ExactArgs(1),
		Long: `Closes the trial with the contract; no batch is taken after that. Then waits until what it has come to is proven and verified, whole: the participants,
the counters, the results. Called again, it goes on where it was cut off.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				id := trialID(args[0])
				if _, err := d.CloseTrialWithResponse(c.Context(), field.Text(id)); err != nil {
					return err
				}
				return d.await(c.Context(), id, func(s api.TrialStatus) (bool, error) { return s.Verified, nil })
			})
		},
	}
}

func (p *program) trialPublishCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "publish TRIAL", Short: "publish the results of a closed trial", Args: cobra.ExactArgs(1),
		Long: `The contract takes the results only when it has verified the compliance of the closed trial whole, no flag is open, and every kind of deviation is within its
threshold: of critical ones none is allowed. What is published is the root of all histories and the hash of the document that is written.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				id := field.Text(trialID(args[0]))
				document, err := d.ResultsWithResponse(c.Context(), id)
				if err != nil {
					return err
				}
				got, err := d.PublishTrialWithResponse(c.Context(), id)
				if err != nil {
					return err
				}
				if err := os.WriteFile(output, document.Body, 0o644); err != nil { //nolint:gosec // it is published
					return withHint(err, "it is published: called again, the command writes the document")
				}
				return d.tellSent(got.JSON200, "published; %s is the document", output)
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "file to write the document into (required)")
	require(c, "output")
	return c
}

func (p *program) trialTimelineCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "timeline TRIAL", Short: "draw what a trial has come to, as an SVG picture without anybody in it", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := (&trial.Folder{Path: filepath.Join(p.dir, trialsFolder)}).Load(trialID(args[0]))
			if err != nil {
				return err
			}
			f, err := os.Create(output) //nolint:gosec // where the user says
			if err != nil {
				return err
			}
			return errors.Join(r.Timeline(f), f.Close())
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "file to write the picture into (required)")
	require(c, "output")
	return c
}

// trialPoll is how often a trial that is being moved is asked about.
const trialPoll = 200 * time.Millisecond

// await asks how a trial stands until something is done, and says what is being done.
func (d *trialDesk) await(ctx context.Context, id field.Element, done func(api.TrialStatus) (bool, error)) error {
	said := ""
	for {
		got, err := d.TrialWithResponse(ctx, field.Text(id))
		if err != nil {
			return err
		}
		s, err := given(got.JSON200)
		if err != nil {
			return err
		}
		if ready, err := done(s); ready || err != nil {
			return err
		}
		if s.Trouble != "" {
			return errors.New(s.Trouble)
		}
		if s.Doing != said && s.Doing != "" {
			said = s.Doing
			d.say("%s", said)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(trialPoll):
		}
	}
}

// trialID is a trial's id, by its name or by the id itself.
func trialID(name string) field.Element {
	if len(name) == 64 && strings.Trim(name, "0123456789abcdef") == "" {
		if id, err := field.ParseText(name); err == nil {
			return id
		}
	}
	return policy.Scope(name)
}
