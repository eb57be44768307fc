package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/offchain"
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
Once for a state folder, while nobody serves it; where it was cut off, it goes on when it is called again. --large can come later.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withState(c.Context(), func(st *state) error {
				if st.trials == nil {
					return errors.New("this process is not the one that runs trials")
				}
				if f.keyDelay == 0 {
					f.keyDelay = st.trials.usualKeyDelay()
				}
				at, err := st.trials.setup(c.Context(), f)
				if err != nil {
					return err
				}
				if p.json {
					return p.print(at)
				}
				delay, err := evm.NewTrials(st.trials.reader, at.addresses(), nil).KeyDelay(c.Context())
				if err != nil {
					return err
				}
				p.say("trials can be registered with %s from %s on", at.TrialRegistry, time.Now().Add(delay).Format(time.RFC3339))
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

// setup puts the contracts of trials on the chain, and announces the verifying keys. An attempt that was cut off is gone on with, and keys that
// are announced are not announced again, so that the large sizes can come later.
func (h *trialHouse) setup(ctx context.Context, f trialSetup) (made trialContracts, err error) {
	made, err = h.at()
	switch there := err == nil; {
	case !there && !errors.Is(err, trial.ErrNoSetup):
		return made, err
	case there && !f.large:
		return made, withHint(errors.New("the contracts of trials are there already"), trialsFile+" says where; --large announces the large sizes, too")
	case h.state.proving == nil:
		return made, withHint(errors.New("nobody can consent here yet"), "`lethe registry init` says who accredits and who audits")
	case !there:
		if made, err = h.deploy(ctx, f); err != nil {
			return made, err
		}
	}
	sponsor, err := h.account(h.config.Trials.SponsorKey, accountAdmin)
	if err != nil {
		return made, err
	}
	for _, s := range trialStatements(f.large) {
		if err := h.announce(ctx, made.addresses(), evm.KeySigner(sponsor), s); err != nil {
			return made, err
		}
	}
	if err := h.keepContracts(h.publicFile(trialsFile), made); err != nil {
		return made, err
	}
	return made, os.RemoveAll(filepath.Join(h.dir, trialsBegun))
}

// keepContracts writes down where contracts are.
func (h *trialHouse) keepContracts(name string, at trialContracts) error {
	data, err := json.Marshal(at, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return err
	}
	return offchain.ReplaceFile(name, append(data, '\n'))
}

// kinds are what is known of the contracts before they are there. Several services may share a registry of roots.
func (h *trialHouse) kinds() trialContracts {
	of := sha256.Sum256([]byte(h.state.proving.Service))
	return trialContracts{
		ChainID: h.state.network.ChainID, RootRegistry: h.state.network.RootRegistry, GrantsKind: fmt.Sprintf("grants/%x", of[:8]),
		IssuersKind: fmt.Sprintf("issuers/%x", of[:8]),
	}
}

// deploy puts the contracts on the chain, and opens the kinds of their roots. Where it was cut off it goes on.
func (h *trialHouse) deploy(ctx context.Context, f trialSetup) (made trialContracts, err error) {
	sponsor, err := h.account(h.config.Trials.SponsorKey, accountAdmin)
	if err != nil {
		return made, err
	}
	sequencer, err := h.account(h.config.Trials.SequencerKey, accountRegistrar)
	if err != nil {
		return made, err
	}
	made = h.kinds()
	begun, err := readContracts(filepath.Join(h.dir, trialsBegun))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return made, err
	}
	if kinds := h.kinds(); err == nil && (begun.ChainID != kinds.ChainID || begun.RootRegistry != kinds.RootRegistry) {
		return made, withHint(fmt.Errorf("%s is of a set-up on another chain, that was cut off", trialsBegun), "remove it to begin again on this one")
	}
	keep := func(at evm.TrialContracts) error {
		made.StatementVerifier, made.TrialRegistry = at.StatementVerifier.Hex(), at.TrialRegistry.Hex()
		return h.keepContracts(filepath.Join(h.dir, trialsBegun), made)
	}
	n, admin := h.state.network, evm.KeySigner(sponsor)
	at, err := evm.DeployTrials(ctx, h.reader, admin, evm.TrialSetup{
		Manager: common.HexToAddress(n.AccessManager), RootRegistry: common.HexToAddress(n.RootRegistry), KeyDelay: f.keyDelay,
		SequencerDelay: f.sequencerDelay, Sponsors: []common.Address{admin.Address()}, Announcer: admin.Address(),
		Publisher: crypto.PubkeyToAddress(sequencer.PublicKey), Registrar: evm.KeySigner(sequencer),
		Kinds: []string{made.GrantsKind, made.IssuersKind}, Heartbeat: trialHeartbeat, Deployed: begun.addresses(), Keep: keep,
	})
	made.StatementVerifier, made.TrialRegistry = at.StatementVerifier.Hex(), at.TrialRegistry.Hex()
	return made, err
}
