package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/vault/trial"
)

// trialSetup is how the contracts of trials are put on a chain.
type trialSetup struct {
	large                    bool
	keyDelay, sequencerDelay time.Duration
}

func (p *program) trialSetupCommand() *cobra.Command {
	var f trialSetup
	c := &cobra.Command{
		Use: "setup", Short: "put the contracts of trials on the chain, and announce the keys of their statements",
		Long: `Deploys StatementVerifier and TrialRegistry, deploys a verifier for the key of each statement, and announces it: trials can use it after --key-delay.
Addresses go to STATE/public/trials.json. Development keys are made where no ceremony is configured: whoever made them can prove what is not true.
Once for a state folder, while nobody serves it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withState(c.Context(), func(st *state) error {
				if st.trials == nil {
					return errors.New("this process is not the one that runs trials")
				}
				at, err := st.trials.setup(c.Context(), f)
				if err != nil {
					return err
				}
				if p.json {
					return p.print(at)
				}
				p.say("trials can be registered with %s from %s on", at.TrialRegistry, time.Now().Add(f.keyDelay).Format(time.RFC3339))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&f.large, "large", false, "also the large sizes, whose set-up takes minutes and gigabytes")
	c.Flags().DurationVar(&f.keyDelay, "key-delay", 0, "until an announced key can be used, while others look at it (default a week, and a second on the folder's own chain)")
	c.Flags().DurationVar(&f.sequencerDelay, "sequencer-delay", 7*24*time.Hour, "until another sequencer takes over")
	return c
}

// usualKeyDelay leaves time to look at a key, but on a chain that nobody else sees.
func (h *trialHouse) usualKeyDelay() time.Duration {
	if h.state.chain != nil {
		return time.Second
	}
	return 7 * 24 * time.Hour
}

// setup puts the contracts of trials on the chain, and announces the verifying keys.
func (h *trialHouse) setup(ctx context.Context, f trialSetup) (made trialContracts, err error) {
	if at, err := h.at(); !errors.Is(err, trial.ErrNoSetup) {
		return at, errors.Join(err, withHint(errors.New("the contracts of trials are there already"), trialsFile+" says where"))
	}
	if h.state.proving == nil {
		return made, withHint(errors.New("nobody can consent here yet"), "`lethe registry init` says who accredits and who audits")
	}
	if f.keyDelay == 0 {
		f.keyDelay = h.usualKeyDelay()
	}
	at, admin, err := h.deploy(ctx, f)
	if err != nil {
		return made, err
	}
	for _, s := range trialStatements(f.large) {
		if err := h.announce(ctx, at, admin, s); err != nil {
			return made, err
		}
	}
	made = h.kinds()
	made.StatementVerifier, made.TrialRegistry = at.StatementVerifier.Hex(), at.TrialRegistry.Hex()
	data, err := json.Marshal(made, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return made, err
	}
	return made, writeOnce(h.publicFile(trialsFile), append(data, '\n'))
}

// kinds are what is known of the contracts before they are there. Several services may share a registry of roots.
func (h *trialHouse) kinds() trialContracts {
	of := sha256.Sum256([]byte(h.state.proving.Service))
	return trialContracts{
		ChainID: h.state.network.ChainID, RootRegistry: h.state.network.RootRegistry, GrantsKind: fmt.Sprintf("grants/%x", of[:8]),
		IssuersKind: fmt.Sprintf("issuers/%x", of[:8]),
	}
}

func (h *trialHouse) deploy(ctx context.Context, f trialSetup) (at evm.TrialContracts, admin evm.Signer, err error) {
	sponsor, err := h.account(h.config.Trials.SponsorKey, accountAdmin)
	if err != nil {
		return at, nil, err
	}
	sequencer, err := h.account(h.config.Trials.SequencerKey, accountRegistrar)
	if err != nil {
		return at, nil, err
	}
	n, kinds := h.state.network, h.kinds()
	admin = evm.KeySigner(sponsor)
	at, err = evm.DeployTrials(ctx, h.reader, admin, evm.TrialSetup{
		Manager: common.HexToAddress(n.AccessManager), RootRegistry: common.HexToAddress(n.RootRegistry), KeyDelay: f.keyDelay,
		SequencerDelay: f.sequencerDelay, Sponsors: []common.Address{admin.Address()}, Announcer: admin.Address(),
		Publisher: crypto.PubkeyToAddress(sequencer.PublicKey), Registrar: evm.KeySigner(sequencer),
		Kinds: []string{kinds.GrantsKind, kinds.IssuersKind}, Heartbeat: trialHeartbeat,
	})
	return at, admin, err
}
