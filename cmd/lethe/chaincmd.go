package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"lethe/anchor"
	"lethe/anchor/evm"
)

func (p *program) chainCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "chain", Short: "the contract that witnesses the log: deploy, status",
		Long: `A contract on an Ethereum-compatible chain keeps the log's newest checkpoint, and accepts another only with a proof that it
extends the last. Without anchor.rpc in the configuration, the state folder has a chain of its own: it survives a crash and shows how
everything works, but nobody else vouches for it.`,
	}
	c.AddCommand(p.chainDeployCommand(), p.chainStatusCommand(), p.chainSuccessorCommand())
	return c
}

func (p *program) chainStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "whether the chain answers, and what it has accepted", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStores(c.Context(), func(st *state, _ error) error {
				info, err := st.AnchorStatus(c.Context())
				if err != nil {
					return err
				}
				if p.json {
					return p.print(info)
				}
				answers := "answers"
				if !info.Reachable {
					answers = "does not answer: " + visible(info.Problem)
				}
				fmt.Fprintf(p.stdout, "chain %d %s\ncontract %s, log %d\naccepted %s entries, confirmed %d%s\nnewest transaction: %s\n",
					info.ChainID, answers, info.Contract, info.Log, accepted(info), info.Confirmed, inBlock(info), orNone(info.State))
				return nil
			})
		},
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// deployOptions are the flags of `lethe chain deploy`.
type deployOptions struct {
	rpc, adminKey                        string
	admin, recovery, guardian, registrar string
	maxGrowth                            uint64
	successorDelay, maxHeartbeat         time.Duration
}

func (p *program) chainDeployCommand() *cobra.Command {
	o := deployOptions{}
	c := &cobra.Command{
		Use: "deploy", Short: "put the contracts on a chain",
		Long: `Deploys the three contracts (AccessManager, CheckpointLog, RootRegistry) to the chain behind --rpc, gives each role to its
account, and publishes the addresses in STATE/public/network.json. The account in --deployer-key pays and is left without rights when
--admin is another. The account of anchor.submitter_key is the only one that may send checkpoints.

On the chain of a state folder itself this is done when the folder is made.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.chainDeploy(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.rpc, "rpc", "", "JSON-RPC URL (default: the first of anchor.rpc)")
	f.StringVar(&o.adminKey, "deployer-key", "", "file with the paying account's key, 64 hexadecimal digits (required)")
	f.StringVar(&o.admin, "admin", "", "address that may grant and revoke roles (default: the deployer)")
	f.StringVar(&o.recovery, "recovery", "", "address that may propose and open a successor log (required)")
	f.StringVar(&o.guardian, "guardian", "", "address that may cancel a successor, held by another person (required)")
	f.StringVar(&o.registrar, "registrar", "", "address that opens kinds of roots (default: the admin)")
	f.Uint64Var(&o.maxGrowth, "max-growth", defaultMaxGrowth, "entries by which one checkpoint may grow at most")
	f.DurationVar(&o.successorDelay, "successor-delay", 7*24*time.Hour, "between proposing and opening a successor")
	f.DurationVar(&o.maxHeartbeat, "max-heartbeat", defaultMaxHeartbeat, "longest heartbeat of a kind of roots")
	return c
}

func (p *program) chainDeploy(ctx context.Context, o deployOptions) (err error) {
	if o.rpc == "" && len(p.config.Anchor.RPC) > 0 {
		o.rpc = p.config.Anchor.RPC[0]
	}
	if o.rpc == "" || o.adminKey == "" {
		return withHint(errors.New("a chain and an account that pays are needed"), "give --rpc URL and --deployer-key FILE")
	}
	if _, err := os.Stat(filepath.Join(p.publicDir(), anchor.NetworkFile)); err == nil {
		return withHint(fmt.Errorf("%s has a contract already", p.dir), "a log has one contract for its life; a new log needs a new state folder")
	}
	deployer, err := secret{File: o.adminKey}.account()
	if err != nil {
		return fmt.Errorf("--deployer-key: %w", err)
	}
	submitter, err := p.submitter(ctx)
	if err != nil {
		return err
	}
	roles, err := o.roles(crypto.PubkeyToAddress(deployer.PublicKey), submitter.Address())
	if err != nil {
		return err
	}
	if err := p.makeDir(); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(p.dir, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	ring, err := p.openKeys(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ring.Close()) }()
	client, err := evm.Dial(ctx, o.rpc)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := p.deploy(ctx, client, deployer, ring.seeds, evm.DeployConfig{
		MaxGrowth: o.maxGrowth, SuccessorDelay: o.successorDelay, MaxHeartbeat: o.maxHeartbeat, Roles: roles,
	})
	if err != nil {
		return err
	}
	if p.json {
		data, err := n.Marshal()
		fmt.Fprintf(p.stdout, "%s", data)
		return err
	}
	fmt.Fprintf(p.stdout, "CheckpointLog %s\nRootRegistry  %s\nAccessManager %s\non chain %d, block %d; published in %s\n",
		n.CheckpointLog, n.RootRegistry, n.AccessManager, n.ChainID, n.DeployedIn, filepath.Join(p.publicDir(), anchor.NetworkFile))
	return nil
}

// roles reads the addresses.
func (o *deployOptions) roles(deployer, submitter common.Address) (r evm.Roles, err error) {
	r = evm.Roles{Admin: deployer, Submitter: submitter}
	for _, a := range []struct {
		flag, text string
		to         *common.Address
	}{{"admin", o.admin, &r.Admin}, {"recovery", o.recovery, &r.Recovery}, {"guardian", o.guardian, &r.Guardian}, {"registrar", o.registrar, &r.Registrar}} {
		switch {
		case a.text == "" && (a.flag == "recovery" || a.flag == "guardian"):
			return r, fmt.Errorf("--%s is required", a.flag)
		case a.text == "" && a.flag == "registrar":
			*a.to = r.Admin
		case a.text == "":
		case !common.IsHexAddress(a.text):
			return r, fmt.Errorf("--%s %q is not an address", a.flag, a.text)
		default:
			*a.to = common.HexToAddress(a.text)
		}
	}
	return r, nil
}
