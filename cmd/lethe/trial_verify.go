package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/api"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

func (p *program) trialStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status TRIAL", Short: "what a trial has come to, on the chain and here", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.TrialWithResponse(c.Context(), field.Text(trialID(args[0])))
				if err != nil {
					return err
				}
				s, err := given(got.JSON200)
				if err != nil {
					return err
				}
				if p.json {
					return p.print(s)
				}
				p.tellStatus(s)
				return nil
			})
		},
	}
}

func (p *program) tellStatus(s api.TrialStatus) {
	stands := "runs"
	for _, is := range []struct {
		so   bool
		what string
	}{{s.Paused, "enrolment is paused by a safety flag"}, {s.Closed, "closed"}, {s.Verified, "closed, verified whole"}, {s.Published, "published"}} {
		if is.so {
			stands = is.what
		}
	}
	fmt.Fprintf(p.stdout, "%s: %s\n%d batches, %d wait, the chain agrees: %t\n", s.Name, stands, s.Batches, s.Waiting, s.ChainAgrees)
	if s.Funds != "0" {
		fmt.Fprintf(p.stdout, "funds: %s wei, of which %s are kept for who is enrolled\n", s.Funds, s.Reserved)
	}
	if s.Trouble != "" {
		fmt.Fprintf(p.stdout, "what waits does not move: %s\n", s.Trouble)
	}
	if s.Activity == nil {
		return // not for this caller
	}
	fmt.Fprintf(p.stdout, "participants: %d\n", s.Participants)
	printLanes(p, rollup.ActivityNames, s.Activity)
	fmt.Fprintln(p.stdout, "deviations:")
	printLanes(p, rollup.DeviationNames, s.Deviations)
}

func printLanes[N uint32 | int64](p *program, names []string, lanes map[string]N) {
	for _, name := range names {
		fmt.Fprintf(p.stdout, "  %-22s %d\n", name, lanes[name])
	}
}

func named(names []string, lanes []uint32) map[string]uint32 {
	m := map[string]uint32{}
	for i, name := range names {
		m[name] = lanes[i]
	}
	return m
}

// trialVerifyFlags are what a regulator knows: a node of the chain, the contract, and, if they have them, the document of results and the plan.
type trialVerifyFlags struct {
	rpc, contract, results, plan string
	keys                         bool
}

func (p *program) trialVerifyCommand() *cobra.Command {
	var f trialVerifyFlags
	c := &cobra.Command{
		Use: "verify TRIAL", Short: "what a contract has verified and published of a trial, with nothing else of the operator's",
		Long: `Asks the contract, through any node of the chain: whether the trial is closed, what was verified of it, whole, and what was published. With --results the
document of results is checked: its hash, the root that its events make, and that its state is the one that the contract closed. With --plan the
protocol in force is compared with the plan and the files that it names, to the letter, and with the thresholds and the compensation that the contract keeps. With --keys
the keys that proofs are verified by are compared with those of the configuration's proving.ceremony, and the code that verifies with what those keys make of it.`,
		Example: "  lethe trial verify TRIAL --rpc https://node.example --contract 0x5FbDB2315678afecb367f032d93F642f64180aa3 --results results.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			v, err := p.verifyTrial(c.Context(), trialID(args[0]), f)
			if err != nil {
				return err
			}
			if p.json {
				return p.print(v)
			}
			p.tellVerdict(v)
			return nil
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.rpc, "rpc", "", "JSON-RPC URL of a node (required)")
	fl.StringVar(&f.contract, "contract", "", "address of the TrialRegistry (required)")
	fl.StringVar(&f.results, "results", "", "the document of results")
	fl.StringVar(&f.plan, "plan", "", "the plan, with the files that it names beside it")
	fl.BoolVar(&f.keys, "keys", false, "compare the keys of proofs with those of this configuration: a ceremony's, or this user's development set-up")
	require(c, "rpc", "contract")
	return c
}

// trialVerdict is what `lethe trial verify --json` prints.
type trialVerdict struct {
	Trial        string            `json:"trial"`
	Protocol     string            `json:"protocol"`
	State        string            `json:"state"`
	Batches      uint32            `json:"batches"`
	Flag         bool              `json:"flag"`
	Closed       time.Time         `json:"closed,omitzero"`
	Verified     time.Time         `json:"verified,omitzero"`
	Published    time.Time         `json:"published,omitzero"`
	Participants uint32            `json:"participants"`
	Activity     map[string]uint32 `json:"activity,omitempty"`
	Deviations   map[string]uint32 `json:"deviations,omitempty"`
	ResultsRoot  string            `json:"results_root,omitempty"`
	Document     string            `json:"document_sha256,omitempty"`
	Thresholds   map[string]uint32 `json:"thresholds"`
	Prices       []string          `json:"prices"`        // wei, of each visit
	BatchAge     uint64            `json:"max_batch_age"` // seconds
	RootAge      uint64            `json:"max_root_age"`
	GrantsKind   string            `json:"grants_kind"`
	IssuersKind  string            `json:"issuers_kind"`
	Results      string            `json:"results,omitempty"` // "agree" when a document was given
	Plan         string            `json:"plan,omitempty"`    // "agree" when a plan was given
	Keys         []checkedKey      `json:"keys,omitempty"`    // when they were asked for, and agree
	NotProven    []string          `json:"not_proven"`
}

// notProven is what nobody should read into a verified trial.
var notProven = []string{
	"that what a site signed is what happened, that it signed all that happened, and that all of it was handed in before the trial was closed",
	"that one person has one identity only: that is the issuers' to see to",
	"that consents and accreditations are real: who publishes the roots of their trees is trusted with that; a consent is held to the key that an accredited attester has named",
	"whatever was computed from the results, such as averages",
	"that what stands at the address is this release's contract, which does what is said here: compare its code",
}

func (p *program) verifyTrial(ctx context.Context, id field.Element, f trialVerifyFlags) (*trialVerdict, error) {
	client, err := evm.Dial(ctx, f.rpc)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	trials, err := trialsAt(ctx, client, f.contract)
	if err != nil {
		return nil, err
	}
	on, entry, err := readTrial(ctx, trials, id)
	if err != nil {
		return nil, err
	}
	v := verdictOf(id, on, entry)
	err = checkAges(on)
	if f.results != "" {
		v.Results = "agree"
		err = errors.Join(err, checkResults(f.results, on, entry))
	}
	if f.plan != "" {
		v.Plan = "agree"
		err = errors.Join(err, checkPlan(f.plan, id, on))
	} else {
		v.NotProven = append(v.NotProven, "that the protocol is the one that you know: --plan compares it")
	}
	if f.keys {
		var failed error
		v.Keys, failed = p.checkTrialKeys(ctx, trials, id)
		err = errors.Join(err, failed)
	} else {
		v.NotProven = append(v.NotProven, "that the verifying keys come from a ceremony: --keys compares them with those of the configuration")
	}
	return v, err
}

func verdictOf(id field.Element, on evm.TrialStanding, entry evm.TrialEntry) *trialVerdict {
	v := &trialVerdict{
		Trial: field.Text(id), Protocol: on.Protocol.Hex(), State: on.State.Hex(), Batches: on.Batches, Flag: on.Flag != 0,
		Closed: moment(on.ClosedAt), Verified: moment(entry.VerifiedAt), Published: moment(entry.PublishedAt), NotProven: slices.Clone(notProven),
		Thresholds: named(rollup.DeviationNames, on.Thresholds[:]), Prices: strings.Fields(on.Prices),
		BatchAge: uint64(on.MaxBatchAge.Seconds()), RootAge: uint64(on.MaxRootAge.Seconds()), GrantsKind: on.GrantsKind, IssuersKind: on.IssuersKind,
	}
	if entry.VerifiedAt != 0 {
		counters := lanesOf(entry.Counters, len(rollup.ActivityNames)+1)
		v.Participants, v.Activity = counters[0], named(rollup.ActivityNames, counters[1:])
		v.Deviations = named(rollup.DeviationNames, lanesOf(entry.Deviations, len(rollup.DeviationNames)))
		v.ResultsRoot = entry.ResultsRoot.Hex()
	}
	if entry.PublishedAt != 0 {
		v.Document = entry.Document.Hex()
	}
	return v
}

// mostAge is how old a batch, or what it is proven with, may be for its counts to say what they say.
const mostAge = 24 * time.Hour

// checkAges refuses a trial whose rules empty its counts: with a batch of long ago nothing is recorded late, and with trees of long ago no consent is withdrawn.
func checkAges(on evm.TrialStanding) error {
	if on.MaxBatchAge > mostAge || on.MaxRootAge > mostAge {
		return fmt.Errorf("the contract takes batches that are %v old, proven with trees that are %v old: what is recorded late and whose consent ended is not counted as it should be", on.MaxBatchAge, on.MaxRootAge)
	}
	return nil
}

// checkPlan compares a plan with the protocol that is in force.
func checkPlan(name string, id field.Element, on evm.TrialStanding) error {
	_, p, err := readPlan(name)
	switch {
	case err != nil:
		return err
	case p.ID != id:
		return fmt.Errorf("%s is of the trial %q", name, p.Plan.Name)
	case hashOf(p.Rollup.Digest()) != on.Protocol:
		return fmt.Errorf("%s is not the protocol that is in force", name)
	case !slices.Equal(p.Thresholds(), on.Thresholds[:]):
		return fmt.Errorf("%s has other thresholds than the contract", name)
	case evm.Amounts(p.Prices) != on.Prices:
		return fmt.Errorf("%s has other compensation than the contract", name)
	}
	return nil
}

// trialsAt are the trials of a contract, read through a node.
func trialsAt(ctx context.Context, client *rpc.Client, contract string) (*evm.Trials, error) {
	if !common.IsHexAddress(contract) {
		return nil, fmt.Errorf("%q is no address", contract)
	}
	chain, err := chainID(ctx, client)
	if err != nil {
		return nil, err
	}
	at := common.HexToAddress(contract)
	var code hexutil.Bytes
	if err := client.CallContext(ctx, &code, "eth_getCode", at, "latest"); err != nil {
		return nil, fmt.Errorf("ask for the contract: %w", err)
	}
	if len(code) == 0 {
		return nil, fmt.Errorf("there is no contract at %s on chain %d", at, chain)
	}
	reader, err := evm.NewReader(evm.ReaderConfig{Clients: []*rpc.Client{client}, ChainID: chain, CheckpointLog: at})
	if err != nil {
		return nil, err
	}
	return evm.NewTrials(reader, evm.TrialContracts{TrialRegistry: at}, nil), nil
}

func readTrial(ctx context.Context, trials *evm.Trials, id field.Element) (on evm.TrialStanding, entry evm.TrialEntry, err error) {
	on, there, err := trials.Standing(ctx, hashOf(id))
	if err != nil {
		return on, entry, err
	}
	if !there {
		return on, entry, errors.New("the contract has no such trial")
	}
	if err := beganEmpty(ctx, trials, id); err != nil {
		return on, entry, err
	}
	entry, err = trials.Entry(ctx, hashOf(id))
	return on, entry, err
}

// beganEmpty says whether nobody took part in a trial when it was registered, which the contract cannot know.
func beganEmpty(ctx context.Context, trials *evm.Trials, id field.Element) error {
	first, err := trials.StateAt(ctx, hashOf(id), 0)
	if err == nil && first != hashOf(rollup.NewCohort(id).State().Digest()) {
		err = errors.New("the trial was registered with a state that is not the empty one: nothing that it shows means anything")
	}
	return err
}

func moment(seconds uint64) (t time.Time) {
	if seconds != 0 {
		t = time.Unix(int64(seconds), 0).UTC() //nolint:gosec // of 40 bits
	}
	return t
}

// lanesOf unpacks counters of 22 bits, the first lowest.
func lanesOf(packed common.Hash, n int) (lanes []uint32) {
	rest, mask := packed.Big(), big.NewInt(1<<rollup.LaneBits-1)
	for range n {
		lanes = append(lanes, uint32(new(big.Int).And(rest, mask).Uint64())) //nolint:gosec // of 22 bits
		rest.Rsh(rest, rollup.LaneBits)
	}
	return lanes
}

// checkResults compares a document with what the contract has.
func checkResults(name string, on evm.TrialStanding, entry evm.TrialEntry) error {
	document, err := os.ReadFile(name) //nolint:gosec // where the user says
	if err != nil {
		return err
	}
	state, root, err := trial.CheckResults(document)
	switch {
	case err != nil:
		return err
	case entry.VerifiedAt == 0:
		return errors.New("nothing is verified yet that the document could be compared with")
	case hashOf(root) != entry.ResultsRoot || hashOf(state.Digest()) != on.State:
		return errors.New("the document's results or its state are not those that were verified")
	case entry.PublishedAt != 0 && common.Hash(sha256.Sum256(document)) != entry.Document:
		return errors.New("the document is not the one that was published")
	}
	return nil
}

func (p *program) tellVerdict(v *trialVerdict) {
	out := p.stdout
	fmt.Fprintf(out, "trial %s\nprotocol %s\nstate %s after %d batches\n", v.Trial, v.Protocol, v.State, v.Batches)
	if v.Flag {
		fmt.Fprintln(out, "a safety flag is open")
	}
	if v.Verified.IsZero() {
		fmt.Fprintln(out, "nothing of it is verified yet: it runs, or its compliance was not proven")
	} else {
		fmt.Fprintf(out, "closed %s, verified whole %s\nparticipants: %d\n", v.Closed.Format(time.RFC3339), v.Verified.Format(time.RFC3339), v.Participants)
		printLanes(p, rollup.ActivityNames, v.Activity)
		fmt.Fprintln(out, "deviations:")
		printLanes(p, rollup.DeviationNames, v.Deviations)
	}
	p.tellThresholds(v)
	fmt.Fprintf(out, "batches are taken up to %v after their time, proven with trees that are up to %v old (%q, %q): late records and ended consents are counted to within that\n",
		time.Duration(v.BatchAge)*time.Second, time.Duration(v.RootAge)*time.Second, v.GrantsKind, v.IssuersKind)
	if v.Published.IsZero() {
		fmt.Fprintln(out, "nothing is published")
	} else {
		fmt.Fprintf(out, "published %s: document %s\n", v.Published.Format(time.RFC3339), v.Document)
	}
	if v.Plan != "" {
		fmt.Fprintln(out, "the plan is the protocol in force, to the letter, with the thresholds and the compensation that the contract keeps")
	}
	if v.Results != "" {
		fmt.Fprintln(out, "the document has the results and the state that were verified, and is the one that was published where one was")
	}
	for _, k := range v.Keys {
		fmt.Fprintf(out, "%s is verified by the key %s of this configuration, a %s set-up\n", k.Statement, k.Key, k.Setup)
	}
	fmt.Fprintln(out, "not proven:")
	for _, what := range v.NotProven {
		fmt.Fprintf(out, "  - %s\n", what)
	}
}

// tellThresholds says what is tolerated, beyond nothing.
func (p *program) tellThresholds(v *trialVerdict) {
	var tolerated []string
	for _, name := range rollup.DeviationNames {
		if n := v.Thresholds[name]; n > 0 {
			tolerated = append(tolerated, fmt.Sprintf("%d %s", n, name))
		}
	}
	if tolerated == nil {
		tolerated = []string{"no deviation"}
	}
	fmt.Fprintf(p.stdout, "results may be published with at most: %s\n", strings.Join(tolerated, ", "))
}
