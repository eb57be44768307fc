package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/spf13/cobra"

	"lethe/anchor"
	"lethe/anchor/evm"
)

// succession is a state folder with only its key store and its chain open: what it takes to replace a log that is lost.
type succession struct {
	*program
	*state
	ring   *keyStore
	reader *evm.Reader
	key    *ecdsa.PrivateKey // of the role that acts
}

func (p *program) chainSuccessorCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "successor", Short: "replace a log that is lost or rewritten by a new one, behind a timelock",
		Long: `A log whose newer entries are lost for good cannot go on: the contract accepts nothing that does not extend what it has. Its
holder of the recovery role may then propose a successor, which names the last accepted checkpoint; another person, the guardian, may
cancel it until the delay has passed. Everything that the index still knows enters the new log. Receipts of the old one stay valid.

If the submitter's account was stolen, revoke its role first: until the successor opens it could go on.`,
	}
	var keyFile, origin string
	propose := &cobra.Command{
		Use: "propose", Short: "propose a successor", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withChain(c.Context(), accountRecovery, keyFile, func(s *succession) error { return s.propose(c.Context(), origin) })
		},
	}
	propose.Flags().StringVar(&origin, "origin", "", "name of the new log (default: a random one)")
	open := &cobra.Command{
		Use: "open", Short: "open the successor once its delay has passed, and go on with it", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withChain(c.Context(), accountRecovery, keyFile, func(s *succession) error { return s.open(c.Context()) })
		},
	}
	cancel := &cobra.Command{
		Use: "cancel", Short: "withdraw a successor that waits", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withChain(c.Context(), accountGuardian, keyFile, func(s *succession) error {
				if err := evm.CancelSuccessor(c.Context(), s.reader, s.key); err != nil || !p.json {
					return err
				}
				return p.print(struct{}{})
			})
		},
	}
	c.AddCommand(propose, open, cancel)
	c.PersistentFlags().StringVar(&keyFile, "account-key", "", "file with the key of the account that holds the role (default: the key store's, on its own chain)")
	return c
}

// withChain opens a state folder's key store and chain, and nothing that could be quarantined.
func (p *program) withChain(ctx context.Context, role, keyFile string, do func(*succession) error) (err error) {
	if err := p.checkDir(false); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(p.dir, lockFile))
	if err != nil {
		return err
	}
	s := &succession{program: p, state: &state{closers: []func() error{unlock}}}
	defer func() { err = errors.Join(err, s.Close()) }()
	if s.ring, err = p.openKeys(ctx); err != nil {
		return err
	}
	s.closers = append(s.closers, s.ring.Close)
	var clients []*rpc.Client
	if clients, _, err = s.connect(ctx, p, s.ring.seeds); err != nil {
		return err
	}
	if s.network, err = p.readNetwork(p.publicDir()); err != nil {
		return err
	}
	if s.reader, err = readerOf(clients, s.network, 0); err != nil {
		return err
	}
	if s.key, err = s.account(ctx, role, keyFile); err != nil {
		return err
	}
	return do(s)
}

func (s *succession) account(ctx context.Context, role, keyFile string) (*ecdsa.PrivateKey, error) {
	if keyFile != "" {
		return secret{File: keyFile}.account()
	}
	if s.chain == nil {
		return nil, withHint(errors.New("the account that holds the role is not known"), "give --account-key FILE")
	}
	accounts, err := embeddedAccounts(ctx, s.ring.seeds)
	return accounts[role], err
}

func (s *succession) propose(ctx context.Context, origin string) error {
	if origin == "" {
		origin = newOrigin()
	}
	if _, _, err := logSigner(ctx, s.ring.seeds, origin); err != nil {
		return err
	}
	last, err := s.reader.Latest(ctx)
	if err != nil {
		return err
	}
	if err := evm.ProposeSuccessor(ctx, s.reader, s.key, origin, last.Size, last.Root); err != nil {
		return err
	}
	waiting, err := s.reader.Succession(ctx)
	if err != nil {
		return err
	}
	if s.json {
		return s.print(map[string]any{"origin": origin, "after_size": last.Size, "opens_at": waiting.OpensAt})
	}
	fmt.Fprintf(s.stdout, "%s may follow after %d entries, from %s on; until then the guardian may cancel it\n",
		origin, last.Size, waiting.OpensAt.Format(time.RFC3339))
	return nil
}

// open opens the successor unless that was done already, and publishes it as this folder's log.
func (s *succession) open(ctx context.Context) error {
	latest, err := s.reader.Latest(ctx)
	if err != nil {
		return err
	}
	if s.chain != nil { // it mines on demand only, and its clock is that of its newest block
		if err := s.chain.Mine(1); err != nil {
			return err
		}
	}
	if latest.Log == s.network.Log {
		if err := evm.OpenSuccessor(ctx, s.reader, s.key); err != nil {
			return err
		}
	}
	next := s.network
	next.Log++
	if next.Origin, err = s.reader.Origin(ctx, next.Log); err != nil {
		return err
	}
	if _, next.LogKey, err = logSigner(ctx, s.ring.seeds, next.Origin); err != nil {
		return err
	}
	if err := s.publishNetwork(earlierNetwork(s.network.Log), s.network); err != nil {
		return err
	}
	if err := s.publishNetwork(networkName, next); err != nil {
		return err
	}
	if s.json {
		return s.print(map[string]any{"origin": next.Origin, "log": next.Log})
	}
	fmt.Fprintf(s.stdout, "log %d, %s, goes on; the next command that opens the state folder enters into it what is known\n", next.Log, next.Origin)
	return nil
}

// earlierNetwork is under which name an earlier log stays published, for its receipts.
func earlierNetwork(log uint32) string { return fmt.Sprintf("network-%d.json", log) }

func (p *program) publishNetwork(name string, n anchor.Network) error {
	data, err := n.Marshal()
	if err != nil {
		return err
	}
	return publish(p.publicFile(name), data)
}
