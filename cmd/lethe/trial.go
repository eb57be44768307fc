package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/attest"
	"lethe/vault/trial"
)

// trialsConfig says where records of trials are kept beside the state folder.
type trialsConfig struct {
	Copies []string `yaml:"copies"` // folders, such as the sponsor's: a batch is stored there before the state moves
}

func (p *program) trialCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "trial", Short: "run clinical trials whose state moves only by proof",
		Long: `A trial's state is a hash in a contract. It moves by batches of events that one site has signed; each batch is proven: who is enrolled has consented
and is eligible, nobody is enrolled twice, nothing is hidden, and what deviates from the protocol is counted. The contract publishes results only
when it has verified, whole, what the trial has come to. docs/trials.md is the whole of it.`,
	}
	keys := trialKeys{}
	f := c.PersistentFlags()
	f.StringVar(&keys.sponsor, "sponsor-key", "", "file with the key of the sponsor's account (default: the folder's own, on its own chain)")
	f.StringVar(&keys.board, "board-key", "", "file with the key of the safety board's account")
	f.StringVar(&keys.sequencer, "sequencer-key", "", "file with the key of the sequencer's account")
	c.AddCommand(p.trialSetupCommand(&keys), p.trialCreateCommand(&keys), p.trialAmendCommand(&keys), p.trialEnrolCommand(&keys),
		p.trialRecordCommand(&keys), p.trialWorkCommand(&keys), p.trialBoardCommand(&keys), p.trialFundCommand(&keys), p.trialCloseCommand(&keys), p.trialPublishCommand(&keys),
		p.trialStatusCommand(&keys), p.trialTimelineCommand(), p.trialVerifyCommand(),
		p.trialOpeningCommand(&keys), p.trialClaimCommand(&keys))
	for _, k := range []rollup.Kind{rollup.Visit, rollup.Withdrawal, rollup.Correction} {
		c.AddCommand(p.trialEventCommand(&keys, k))
	}
	return c
}

func (p *program) trialSetupCommand(keys *trialKeys) *cobra.Command {
	var large bool
	var keyDelay, sequencerDelay time.Duration
	c := &cobra.Command{
		Use: "setup", Short: "put the contracts of trials on the chain, and announce the keys of their statements",
		Long: `Deploys StatementVerifier and TrialRegistry, deploys a verifier for the key of each statement, and announces it: trials can use it after --key-delay.
Addresses go to STATE/public/trials.json. Development keys are made where no ceremony is configured: whoever made them can prove what is not true.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				if keyDelay == 0 {
					keyDelay = d.usualKeyDelay()
				}
				if err := d.setup(c.Context(), large, keyDelay, sequencerDelay); err != nil {
					return err
				}
				if p.json {
					return p.print(d.contracts)
				}
				p.say("trials can be registered with %s from %s on", d.contracts.TrialRegistry, time.Now().Add(keyDelay).Format(time.RFC3339))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&large, "large", false, "also the large sizes, whose set-up takes minutes and gigabytes")
	c.Flags().DurationVar(&keyDelay, "key-delay", 0, "until an announced key can be used, while others look at it (default a week, and a second on the folder's own chain)")
	c.Flags().DurationVar(&sequencerDelay, "sequencer-delay", 7*24*time.Hour, "until another sequencer takes over")
	return c
}

// usualKeyDelay leaves time to look at a key, but on a chain that nobody else sees.
func (d *trialDesk) usualKeyDelay() time.Duration {
	if d.state.chain != nil {
		return time.Second
	}
	return 7 * 24 * time.Hour
}

// readPlan reads a plan with the files that it names.
func readPlan(name string) (trial.Amendment, *trial.Protocol, error) {
	a := trial.Amendment{Files: map[string][]byte{}, When: uint64(time.Now().Unix())} //nolint:gosec // after 1970
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

// trialMade is what `lethe trial create --json` and `amend --json` print.
type trialMade struct {
	Trial       string `json:"trial"`
	Protocol    string `json:"protocol"`
	Transaction string `json:"transaction"`
}

func (p *program) trialCreateCommand(keys *trialKeys) *cobra.Command {
	var large bool
	c := &cobra.Command{
		Use: "create PLAN.yaml", Short: "register a trial with the contract",
		Example: "  lethe trial create plan.yaml", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				made, err := d.create(c.Context(), args[0], large)
				return p.tellTrial(made, err, "%s is registered: participants consent to it with `lethe grant give --to`, naming a file of `lethe party new trial`")
			})
		},
	}
	c.Flags().BoolVar(&large, "large", false, "also pin the large sizes that `lethe trial setup --large` has announced")
	return c
}

func (p *program) tellTrial(made *trialMade, err error, format string) error {
	if err != nil {
		return err
	}
	if p.json {
		return p.print(made)
	}
	p.say(format, made.Trial)
	return nil
}

func (d *trialDesk) create(ctx context.Context, plan string, large bool) (*trialMade, error) {
	a, protocol, err := readPlan(plan)
	if err != nil {
		return nil, err
	}
	sponsor, err := d.sponsor()
	if err != nil {
		return nil, err
	}
	made := &trialMade{Trial: field.Text(protocol.ID), Protocol: field.Text(protocol.Rollup.Digest())}
	on, there, err := sponsor.Standing(ctx, hashOf(protocol.ID))
	if err != nil {
		return nil, err
	}
	if !there {
		if made.Transaction, err = d.register(ctx, sponsor, protocol, large); err != nil {
			return nil, err
		}
	} else if on.Batches > 0 || on.Protocol != hashOf(protocol.Rollup.Digest()) {
		return nil, withHint(fmt.Errorf("%w, with the contract", trial.ErrExists), "`lethe trial status "+protocol.Plan.Name+"` shows it; a trial's name is its id: another one needs another name")
	}
	return made, d.seq.Create(ctx, a) // also where an earlier attempt was cut off after the contract had it
}

// register registers a protocol with the contract, and gives the transaction.
func (d *trialDesk) register(ctx context.Context, sponsor *evm.Trials, protocol *trial.Protocol, large bool) (string, error) {
	terms, err := d.terms(ctx, protocol, large)
	if err != nil {
		return "", err
	}
	tx, err := sponsor.Create(ctx, hashOf(protocol.ID), terms)
	return tx.Hex(), err
}

// terms are what a protocol is registered with.
func (d *trialDesk) terms(ctx context.Context, protocol *trial.Protocol, large bool) (t evm.TrialTerms, err error) {
	board, err := d.account(d.keys.board, accountGuardian)
	if err != nil {
		return t, err
	}
	sequencer, err := d.account(d.keys.sequencer, accountRegistrar)
	if err != nil {
		return t, err
	}
	t = evm.TrialTerms{
		FirstState: hashOf(rollup.NewCohort(protocol.ID).State().Digest()), Protocol: hashOf(protocol.Rollup.Digest()),
		Sequencer: crypto.PubkeyToAddress(sequencer.PublicKey), Board: crypto.PubkeyToAddress(board.PublicKey),
		GrantsKind: d.contracts.GrantsKind, IssuersKind: d.contracts.IssuersKind, MaxBatchAge: trialBatchAge, MaxRootAge: trialRootAge,
		ClaimPeriod: trialClaims, Thresholds: [7]uint32(protocol.Thresholds()), Prices: protocol.Prices,
	}
	for _, s := range trialStatements(large) {
		k, err := d.keysFor(ctx, s)
		if err != nil {
			return t, err
		}
		t.Pins = append(t.Pins, evm.TrialPin{Statement: s.ID, Version: uint32(s.Version), Size: sizeOf(s), Key: [32]byte(k.Manifest.VerifyingKey)}) //nolint:gosec // small
	}
	return t, nil
}

func (p *program) trialAmendCommand(keys *trialKeys) *cobra.Command {
	return &cobra.Command{
		Use: "amend PLAN.yaml", Short: "put another version of the protocol into force, once the board has consented",
		Long: `The plan has all versions that the trial had, as they were, and another one. The board consents to exactly this protocol, the sponsor then puts it into
force. From the new version's reconsent_by on, visits under earlier consents are counted as deviations.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				made, err := d.amend(c.Context(), args[0])
				return p.tellTrial(made, err, "%s has another protocol")
			})
		},
	}
}

func (d *trialDesk) amend(ctx context.Context, plan string) (*trialMade, error) {
	a, protocol, err := readPlan(plan)
	if err != nil {
		return nil, err
	}
	if err := d.seq.MayAmend(protocol); err != nil {
		return nil, err // before the contract has it, which would take any
	}
	board, err := d.board()
	if err != nil {
		return nil, err
	}
	sponsor, err := d.sponsor()
	if err != nil {
		return nil, err
	}
	id, digest := hashOf(protocol.ID), hashOf(protocol.Rollup.Digest())
	if _, err := board.Consent(ctx, id, digest); err != nil {
		return nil, fmt.Errorf("the board's consent: %w", err)
	}
	tx, err := sponsor.Amend(ctx, id, digest)
	if err != nil {
		return nil, err
	}
	return &trialMade{field.Text(protocol.ID), field.Text(protocol.Rollup.Digest()), tx.Hex()}, d.seq.Amend(ctx, a)
}

func (p *program) trialBoardCommand(keys *trialKeys) *cobra.Command {
	c := &cobra.Command{Use: "board", Short: "what the safety board does"}
	var reason string
	lift := &cobra.Command{
		Use: "lift TRIAL", Short: "lift the safety flag, so that enrolment goes on", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error { return d.lift(c.Context(), trialID(args[0]), reason) })
		},
	}
	lift.Flags().StringVar(&reason, "reason", "", "why: the chain shows its hash (required)")
	require(lift, "reason")
	c.AddCommand(lift)
	return c
}

func (d *trialDesk) lift(ctx context.Context, id field.Element, reason string) error {
	board, err := d.board()
	if err != nil {
		return err
	}
	on, there, err := board.Standing(ctx, hashOf(id))
	if err != nil {
		return err
	}
	if !there {
		return trial.ErrNoTrial
	}
	if on.Flag == 0 {
		return errors.New("no flag is raised")
	}
	if _, err := board.LiftFlag(ctx, hashOf(id), on.Flag-1, crypto.Keccak256Hash([]byte(reason))); err != nil {
		return err
	}
	d.say("the flag of batch %d is lifted", on.Flag)
	return nil
}

func (p *program) trialFundCommand(keys *trialKeys) *cobra.Command {
	return &cobra.Command{
		Use: "fund TRIAL WEI", Short: "pay into a trial's funds, out of which visits are compensated", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			wei, ok := new(big.Int).SetString(args[1], 10)
			if !ok || wei.Sign() <= 0 {
				return fmt.Errorf("%q is no number of wei", args[1])
			}
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				sponsor, err := d.sponsor()
				if err != nil {
					return err
				}
				tx, err := sponsor.Fund(c.Context(), hashOf(trialID(args[0])), wei)
				if err == nil {
					d.say("%s wei are paid in, in transaction %s", wei, tx)
				}
				return err
			})
		},
	}
}

func (p *program) trialCloseCommand(keys *trialKeys) *cobra.Command {
	return &cobra.Command{
		Use: "close TRIAL", Short: "end a trial, and have the contract verify what it has come to", Args: cobra.ExactArgs(1),
		Long: `Closes the trial with the contract; no batch is taken after that. Then proves what it has come to, whole: the participants, the counters, the results. Called again, it
goes on where it was cut off.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error { return d.closeTrial(c.Context(), trialID(args[0])) })
		},
	}
}

func (d *trialDesk) closeTrial(ctx context.Context, id field.Element) error {
	sponsor, err := d.sponsor()
	if err != nil {
		return err
	}
	on, _, err := sponsor.Standing(ctx, hashOf(id))
	if err != nil {
		return err
	}
	if on.ClosedAt == 0 {
		r, err := d.seq.Record(id)
		if err != nil {
			return err
		}
		if len(r.Queue) > 0 {
			return withHint(errors.New("events wait to be proven"), "`lethe trial work` goes on with them")
		}
		if _, err := sponsor.Close(ctx, hashOf(id)); err != nil {
			return err
		}
	}
	return d.seq.Comply(ctx, id, func(doing string) { d.say("%s", doing) })
}

func (p *program) trialPublishCommand(keys *trialKeys) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "publish TRIAL", Short: "publish the results of a closed trial", Args: cobra.ExactArgs(1),
		Long: `The contract takes the results only when it has verified the compliance of the closed trial whole, no flag is open, and every kind of deviation is within its
threshold: of critical ones none is allowed. What is published is the root of all histories and the hash of the document that is written.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				document, tx, err := d.seq.Publish(c.Context(), trialID(args[0]))
				if err != nil {
					return d.unpublished(trialID(args[0]), err)
				}
				if err := os.WriteFile(output, document, 0o644); err != nil { //nolint:gosec // it is published
					return err
				}
				if p.json {
					return p.print(map[string]string{"transaction": tx, "document": output})
				}
				p.say("published in transaction %s; %s is the document", tx, output)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "file to write the document into (required)")
	require(c, "output")
	return c
}

// unpublished adds to the contract's refusal which kinds of deviation are above their thresholds.
func (d *trialDesk) unpublished(id field.Element, refusal error) error {
	if !errors.Is(refusal, trial.ErrRefused) {
		return refusal
	}
	r, err := d.seq.Record(id)
	if err != nil {
		return errors.Join(refusal, err)
	}
	protocol, err := r.Protocol()
	if err != nil {
		return errors.Join(refusal, err)
	}
	if above := exceeded(r.Cohort.State().Deviations.Lanes(), protocol.Thresholds()); len(above) > 0 {
		return withHint(refusal, "above their thresholds: "+strings.Join(above, ", "))
	}
	return refusal
}

// exceeded names the kinds of deviation that happened more often than is tolerated.
func exceeded(lanes, thresholds []uint32) (above []string) {
	for i, name := range rollup.DeviationNames {
		if lanes[i] > thresholds[i] {
			above = append(above, fmt.Sprintf("%s (%d, at most %d)", name, lanes[i], thresholds[i]))
		}
	}
	return above
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
