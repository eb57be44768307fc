package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/compensation"
	"lethe/circuits/field"
	"lethe/contracts"
	"lethe/vault/party"
	"lethe/vault/trial"
)

func (p *program) trialOpeningCommand() *cobra.Command {
	var subject, output string
	c := &cobra.Command{
		Use: "opening TRIAL", Short: "write what is recorded of a participant, for them", Args: cobra.ExactArgs(1),
		Long: `Writes the opening of a participant's place in the trial's newest state: all that is recorded of them, and the path to the state that the chain has. They
need it to claim compensation. Patients fetch their own with a token; who runs the trial names the participant with --subject.`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				data, err := d.opening(c.Context(), trialID(args[0]), subject)
				if err != nil {
					return err
				}
				return writePrivate(output, append(data, '\n'))
			})
		},
	}
	c.Flags().StringVar(&subject, "subject", "", "the participant's public file")
	c.Flags().StringVarP(&output, "output", "o", "", "file to write the opening into (required)")
	require(c, "output")
	return c
}

// opening is a participant's, or that of the patient whose token it is.
func (d *trialDesk) opening(ctx context.Context, id field.Element, subject string) ([]byte, error) {
	if subject == "" {
		got, err := d.OpeningWithResponse(ctx, field.Text(id))
		if err != nil {
			return nil, err
		}
		return got.Body, nil
	}
	tag, err := (&eventFlags{subject: subject}).tag(id)
	if err != nil {
		return nil, err
	}
	got, err := d.OpeningOfWithResponse(ctx, field.Text(id), api.Participant{Participant: field.Text(tag)})
	if err != nil {
		return nil, err
	}
	return got.Body, nil
}

// claimFlags are which visit is claimed, and for whom.
type claimFlags struct {
	subject, to, fee, contract string
	visit                      uint16
}

func (p *program) trialClaimCommand() *cobra.Command {
	var f claimFlags
	c := &cobra.Command{
		Use: "claim TRIAL OPENING.json", Short: "claim the compensation of a visit, without saying whose it is", Args: cobra.ExactArgs(2),
		Long: `Proves that somebody who takes part has made a visit, and has the contract pay for it to an address. A visit is paid once. The proof is made here, names neither the
person nor their place, and holds for this address and fee only; the service relays it, for the fee, and asks nobody who they are. An address that was used before
says who it is of.`,
		Example: "  lethe trial claim PREVENT-2 opening.json --subject jane.json --visit 1 --to 0x5FbDB2315678afecb367f032d93F642f64180aa3",
		RunE: func(c *cobra.Command, args []string) error {
			body, id, err := p.proveClaim(c.Context(), args[0], args[1], f)
			if err != nil {
				return err
			}
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.ClaimWithResponse(c.Context(), field.Text(id), body)
				if err != nil {
					return err
				}
				return d.tellSent(got.JSON200, "visit %d is paid", f.visit)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.subject, "subject", "", "the participant's own file (required)")
	fl.Uint16Var(&f.visit, "visit", 1, "which of their visits, from 1")
	fl.StringVar(&f.to, "to", "", "address that is paid (required)")
	fl.StringVar(&f.fee, "fee", "0", "wei of it for who relays the claim")
	fl.StringVar(&f.contract, "contract", "", "CHAIN-ID:ADDRESS of the contract (default: what the state folder's "+trialsFile+" says)")
	require(c, "subject", "to")
	return c
}

// weiOf reads an amount.
func weiOf(text string) (*big.Int, error) {
	wei, ok := new(big.Int).SetString(text, 10)
	if !ok || wei.Sign() < 0 {
		return nil, fmt.Errorf("%q is no number of wei", text)
	}
	return wei, nil
}

// proveClaim proves a claim, with nothing of the service's.
func (p *program) proveClaim(ctx context.Context, name, file string, f claimFlags) (body api.TrialClaim, id field.Element, err error) {
	id = trialID(name)
	fee, err := weiOf(f.fee)
	if err != nil {
		return body, id, fmt.Errorf("--fee: %w", err)
	}
	to, err := payee(f.to)
	if err != nil {
		return body, id, err
	}
	who, err := party.Read(f.subject, party.Patient)
	if err != nil {
		return body, id, err
	}
	o, err := readOpening(file)
	if err != nil {
		return body, id, err
	}
	if o.State.Trial != id {
		return body, id, fmt.Errorf("%s: %w of this trial", file, trial.ErrOpening)
	}
	at, err := p.trialContract(f.contract)
	if err != nil {
		return body, id, err
	}
	at.Trial = hashOf(id).Big()
	w := &compensation.Witness{
		Secret: field.Element(*who.Secret), State: o.State, Participant: o.Participant, Path: o.Path, Visit: f.visit,
		Context: contextElement(at.Compensation(to, fee)),
	}
	assignment, err := w.Assign()
	if err != nil {
		return body, id, err
	}
	k, err := p.keysFor(ctx, compensation.Statement())
	if err != nil {
		return body, id, err
	}
	proof, err := circuits.NewProver(k).Prove(ctx, assignment)
	if err != nil {
		return body, id, err
	}
	data, err := proof.Marshal()
	return api.TrialClaim{
		Batches: int64(o.State.Batches), Visit: int64(f.visit), Recipient: hex.EncodeToString(to[:]), Fee: fee.String(), Proof: data,
	}, id, err
}

func readOpening(name string) (*trial.Opening, error) {
	data, err := readBounded(name, trial.MaxSubmission)
	if err != nil {
		return nil, err
	}
	o := &trial.Opening{}
	if err := json.Unmarshal(data, o); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// trialContract is the contract of trials, as it was named, or as the state folder knows it.
func (p *program) trialContract(named string) (at contracts.TrialContext, err error) {
	if chain, address, ok := strings.Cut(named, ":"); ok && common.IsHexAddress(address) {
		id, ok := new(big.Int).SetString(chain, 10)
		if !ok {
			return at, fmt.Errorf("--contract: %q is no chain's id", chain)
		}
		return contracts.TrialContext{ChainID: id, Registry: common.HexToAddress(address)}, nil
	}
	if named != "" {
		return at, fmt.Errorf("--contract: %q is not CHAIN-ID:ADDRESS", named)
	}
	of, err := p.readTrialContracts()
	return contracts.TrialContext{ChainID: new(big.Int).SetUint64(of.ChainID), Registry: common.HexToAddress(of.TrialRegistry)}, err
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
