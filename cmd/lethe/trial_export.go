package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/circuits"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/trial"
)

func (p *program) trialExportCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "export TRIAL", Short: "write a trial's archive, which can be read and checked without this program", Args: cobra.ExactArgs(1),
		Long: `Writes a new folder with the plans, the record, the results, every batch with its proof, the keys that verify them, and what the contract says
now, beside a README that states every format and formula, and verify.mjs, which checks it all with Node alone. What waits to be proven is left
out. Of a trial that is not closed the archive is interim, and says so.`,
		Example: "  lethe trial export PREVENT-2 --output archive",
		RunE: func(c *cobra.Command, args []string) error {
			return p.withTrials(c.Context(), func(d *trialDesk) error {
				got, err := d.ArchiveWithResponse(c.Context(), field.Text(trialID(args[0])))
				if err != nil {
					return err
				}
				stage, err := writeArchive(got.Body, output)
				if err != nil {
					return err
				}
				if p.json {
					return p.print(map[string]string{"archive": output, "stage": stage})
				}
				p.say("%s holds the archive of the trial, %s: `node verify.mjs` in it checks it", output, stage)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "folder to make (required)")
	require(c, "output")
	return c
}

// writeArchive writes an archive, as the service gives it, into a new folder.
func writeArchive(tar []byte, output string) (stage string, err error) {
	a, err := trial.ReadArchive(tar)
	if err != nil {
		return "", err
	}
	if err := a.Write(output); errors.Is(err, fs.ErrExist) {
		return "", withHint(err, "an archive is a new folder: --output names one that is not there")
	} else if err != nil {
		return "", err
	}
	return a.Stage()
}

// Archive implements api.Trials.
func (h *trialHouse) Archive(ctx context.Context, id field.Element) (trial.Archive, error) {
	r, err := h.seq.Record(id)
	if err != nil {
		return nil, err
	}
	on, err := h.onChain(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.Archive(on, func(statement string, version int) (*circuits.Verifier, error) {
		return h.verifierOf(ctx, statement, version)
	})
}

// verifierOf is the verifier of a version of a statement that trials are proven by.
func (h *trialHouse) verifierOf(ctx context.Context, statement string, version int) (*circuits.Verifier, error) {
	all := trialStatements(true)
	i := slices.IndexFunc(all, func(s circuits.Statement) bool { return s.ID == statement && s.Version == version })
	if i < 0 {
		return nil, fmt.Errorf("%.40q, version %d, is no statement of this release", statement, version)
	}
	k, err := h.verifyingFor(ctx, all[i])
	if err != nil {
		return nil, err
	}
	return k.Verifier(), nil
}

// onChain is all that the contract says of a trial at the newest block.
func (h *trialHouse) onChain(ctx context.Context, id field.Element) (*trial.OnChain, error) {
	at, err := h.at()
	if err != nil {
		return nil, err
	}
	trials, head, err := evm.NewTrials(h.reader, at.addresses(), nil).Pinned(ctx)
	if err != nil {
		return nil, err
	}
	on := &trial.OnChain{
		ChainID: at.ChainID, Block: trial.OnChainBlock{Number: head.Number.Uint64(), Hash: head.Hash().Hex(), Time: head.Time},
		Contracts: map[string]trial.OnChainContract{},
	}
	s, entry, err := readTrial(ctx, trials, id)
	if err != nil {
		return nil, err
	}
	on.Trial = trial.OnChainTrial{
		Sponsor: s.Sponsor.Hex(), Board: s.Board.Hex(), Sequencer: s.Sequencer.Hex(), Protocol: s.Protocol.Hex(), State: s.State.Hex(), Batches: s.Batches,
		LastTime: s.LastTime, Flag: s.Flag, ClosedAt: s.ClosedAt, Thresholds: named(rollup.DeviationNames, s.Thresholds[:]),
		BatchAge: uint64(s.MaxBatchAge.Seconds()), RootAge: uint64(s.MaxRootAge.Seconds()), Grants: s.GrantsKind, Issuers: s.IssuersKind, Prices: strings.Fields(s.Prices),
	}
	on.Entry = trial.OnChainEntry{
		VerifiedAt: entry.VerifiedAt, PublishedAt: entry.PublishedAt, Counters: entry.Counters.Hex(), Deviations: entry.Deviations.Hex(),
		ResultsRoot: entry.ResultsRoot.Hex(), Document: entry.Document.Hex(),
	}
	if err := onChainContracts(ctx, trials, at.addresses(), on); err != nil {
		return nil, err
	}
	return on, onChainKeys(ctx, trials, id, on)
}

func onChainContracts(ctx context.Context, trials *evm.Trials, at evm.TrialContracts, on *trial.OnChain) error {
	verifier, err := trials.Verifier(ctx)
	if err != nil {
		return err
	}
	for name, address := range map[string]common.Address{"TrialRegistry": at.TrialRegistry, "StatementVerifier": verifier} {
		code, err := trials.Code(ctx, address)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(code)
		on.Contracts[name] = trial.OnChainContract{Address: address.Hex(), SHA256: hex.EncodeToString(sum[:]), Keccak256: crypto.Keccak256Hash(code).Hex()}
	}
	return nil
}

// onChainKeys are the keys by which a trial is proven.
func onChainKeys(ctx context.Context, trials *evm.Trials, id field.Element, on *trial.OnChain) error {
	for _, s := range trialStatements(true) {
		k, err := trials.Key(ctx, hashOf(id), s.ID, uint32(s.Version)) //nolint:gosec // small
		if err != nil {
			return err
		}
		if k.Size > 0 {
			on.Keys = append(on.Keys, trial.OnChainKey{Statement: s.ID, Version: s.Version, Size: k.Size, Key: k.KeyHash.Hex(), Code: k.Code.Hex()})
		}
	}
	return nil
}
