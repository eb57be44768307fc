package main

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/circuits/compensation"
	"lethe/circuits/field"
	"lethe/vault/party"
	"lethe/vault/trial"
)

func (p *program) trialOpeningCommand(keys *trialKeys) *cobra.Command {
	var subject, output string
	c := &cobra.Command{
		Use: "opening TRIAL", Short: "write what is recorded of a participant, for them", Args: cobra.ExactArgs(1),
		Long: `Writes the opening of a participant's place in the trial's newest state: all that is recorded of them, and the path to the state that the chain has. They
need it to claim compensation.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				id := trialID(args[0])
				tag, err := (&eventFlags{subject: subject}).tag(id)
				if err != nil {
					return err
				}
				r, err := d.seq.Record(id)
				if err != nil {
					return err
				}
				o, err := r.Opening(tag)
				if err != nil {
					return err
				}
				data, err := json.Marshal(o, jsontext.WithIndent(" "))
				if err != nil {
					return err
				}
				return writePrivate(output, append(data, '\n'))
			})
		},
	}
	c.Flags().StringVar(&subject, "subject", "", "the participant's public file (required)")
	c.Flags().StringVarP(&output, "output", "o", "", "file to write the opening into (required)")
	require(c, "subject", "output")
	return c
}

// claimFlags are which visit is claimed, and for whom.
type claimFlags struct {
	subject, to, fee string
	visit            uint16
}

func (p *program) trialClaimCommand(keys *trialKeys) *cobra.Command {
	var f claimFlags
	c := &cobra.Command{
		Use: "claim TRIAL OPENING.json", Short: "claim the compensation of a visit, without saying whose it is", Args: cobra.ExactArgs(2),
		Long: `Proves that somebody who takes part has made a visit, and has the contract pay for it to an address. A visit is paid once. The proof names neither the person nor
their place, and holds for this address and fee only; the sequencer's account relays it, for the fee. An address that was used before says who it is of.`,
		Example: "  lethe trial claim PREVENT-2 opening.json --subject jane.json --visit 1 --to 0x5FbDB2315678afecb367f032d93F642f64180aa3",
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), *keys, func(d *trialDesk) error {
				tx, err := d.claim(c.Context(), trialID(args[0]), args[1], f)
				if err != nil {
					return err
				}
				if p.json {
					return p.print(map[string]string{"transaction": tx})
				}
				p.say("visit %d is paid in transaction %s", f.visit, tx)
				return nil
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.subject, "subject", "", "the participant's own file (required)")
	fl.Uint16Var(&f.visit, "visit", 1, "which of their visits, from 1")
	fl.StringVar(&f.to, "to", "", "address that is paid (required)")
	fl.StringVar(&f.fee, "fee", "0", "wei of it for who relays the claim")
	require(c, "subject", "to")
	return c
}

func (d *trialDesk) claim(ctx context.Context, id field.Element, opening string, f claimFlags) (string, error) {
	fee, ok := new(big.Int).SetString(f.fee, 10)
	if !ok || fee.Sign() < 0 {
		return "", fmt.Errorf("--fee: %q is no number of wei", f.fee)
	}
	to, err := payee(f.to)
	if err != nil {
		return "", err
	}
	who, err := party.Read(f.subject, party.Patient)
	if err != nil {
		return "", err
	}
	data, err := readBounded(opening, trial.MaxSubmission)
	if err != nil {
		return "", err
	}
	var o trial.Opening
	if err := json.Unmarshal(data, &o); err != nil {
		return "", fmt.Errorf("%s: %w", opening, err)
	}
	relay, err := d.sequencer()
	if err != nil {
		return "", err
	}
	w := &compensation.Witness{
		Secret: field.Element(*who.Secret), State: o.State, Participant: o.Participant, Path: o.Path, Visit: f.visit,
		Context: contextElement(relay.Context(hashOf(id)).Compensation(to, fee)),
	}
	assignment, err := w.Assign()
	if err != nil {
		return "", err
	}
	proof, err := d.prove(ctx, compensation.Statement(), assignment)
	if err != nil {
		return "", err
	}
	points := proof.Points()
	tx, err := relay.Claim(ctx, hashOf(id), evm.TrialClaim{
		Version: 1, Batches: uint32(o.State.Batches), Visit: uint32(f.visit), Nullifier: hashOf(proof.Public["nullifier"]), Recipient: to, Fee: fee,
	}, points[:])
	return tx.Hex(), err
}

// payee reads an address. What is paid to a wrong one is lost, so letters of both cases are held to the checksum that they make (ERC-55).
func payee(text string) (common.Address, error) {
	a, err := common.NewMixedcaseAddressFromString(text)
	if err != nil {
		return common.Address{}, fmt.Errorf("--to: %q is no address", text)
	}
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "0x"), "0X")
	if digits != a.Address().Hex()[2:] && digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) {
		return common.Address{}, fmt.Errorf("--to: the checksum of %s is wrong: compare its digits, or write it in lower case", text)
	}
	return a.Address(), nil
}
