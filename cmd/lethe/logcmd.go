package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lethe/anchor"
	"lethe/anchor/tlog"
	"lethe/vault"
)

func (p *program) logCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "log",
		Short: "the transparency log: how it stands, audit, anchor, restore",
		Long: `Every change of state leaves a 32-byte blinded entry in an append-only log (C2SP tlog-tiles), whose checkpoints a contract
accepts only with a proof that nothing was rewritten.`,
	}
	c.AddCommand(p.logStatusCommand(), p.logAuditCommand(), p.logAnchorCommand(), p.logRestoreCommand())
	return c
}

// logStatus is what `lethe log status --json` prints.
type logStatus struct {
	Log        vault.LogInfo    `json:"log"`
	Anchor     vault.AnchorInfo `json:"anchor"`
	Quarantine string           `json:"quarantine,omitempty"` // why nothing is served
}

func (p *program) logStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "how far the log and its anchor have come", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStores(c.Context(), func(st *state, quarantined error) (err error) {
				var s logStatus
				if s.Log, err = st.LogStatus(c.Context()); err != nil {
					return err
				}
				if s.Anchor, err = st.AnchorStatus(c.Context()); err != nil {
					return err
				}
				if quarantined != nil {
					s.Quarantine = oneLine(quarantined)
				}
				return p.showLogStatus(s)
			})
		},
	}
}

func (p *program) showLogStatus(s logStatus) error {
	if p.json {
		return p.print(s)
	}
	fmt.Fprintf(p.stdout, "log %s\n  entries shown     %d (root %s…)\n  waiting for one   %d\n", s.Log.Origin, s.Log.Size, s.Log.Root[:16], s.Log.Pending)
	fmt.Fprintf(p.stdout, "contract %s on chain %d\n  accepted          %s\n  confirmed         %d%s\n  not yet confirmed %d (at most %s behind, by what is published)\n",
		s.Anchor.Contract, s.Anchor.ChainID, accepted(s.Anchor), s.Anchor.Confirmed, inBlock(s.Anchor), s.Anchor.Waiting, s.Anchor.MaxDelay)
	for _, problem := range []string{s.Quarantine, s.Log.Problem, s.Anchor.Problem} {
		if problem != "" {
			fmt.Fprintf(p.stdout, "PROBLEM: %s\n", visible(problem))
		}
	}
	return nil
}

// accepted is how many entries the contract has accepted, if it could be asked.
func accepted(a vault.AnchorInfo) string {
	if !a.Reachable {
		return "unknown"
	}
	return fmt.Sprint(a.Accepted)
}

func inBlock(a vault.AnchorInfo) string {
	if a.Block == 0 {
		return ""
	}
	return fmt.Sprintf(" in block %d, %s", a.Block, a.Time.Format(time.RFC3339))
}

// withState opens the state folder for one thing.
func (p *program) withState(ctx context.Context, do func(*state) error) (err error) {
	return p.with(ctx, false, do)
}

// withStateMade is withState, and makes the folder when there is none.
func (p *program) withStateMade(ctx context.Context, do func(*state) error) (err error) {
	return p.with(ctx, true, do)
}

func (p *program) with(ctx context.Context, create bool, do func(*state) error) (err error) {
	st, err := p.openState(ctx, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return do(st)
}

// withStores opens the state folder also when it is quarantined, which is then told, for what decrypts nothing.
func (p *program) withStores(ctx context.Context, do func(st *state, quarantined error) error) (err error) {
	if err := errors.Join(p.checkDir(false), p.hardenProcess()); err != nil {
		return err
	}
	st := &state{}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.open(ctx, p); err != nil {
		return err
	}
	quarantined := st.Recover(ctx)
	if quarantined != nil && !errors.Is(quarantined, vault.ErrQuarantined) {
		return quarantined
	}
	return do(st, quarantined)
}

func (p *program) logAnchorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "anchor", Short: "anchor everything now, and wait until it is confirmed", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withState(c.Context(), func(st *state) error {
				if err := st.AnchorNow(c.Context(), p.tellState); err != nil {
					return err
				}
				info, err := st.AnchorStatus(c.Context())
				if err != nil {
					return err
				}
				if p.json {
					return p.print(info)
				}
				fmt.Fprintf(p.stdout, "%d entries confirmed%s\n", info.Confirmed, inBlock(info))
				return nil
			})
		},
	}
}

// tellState says how far a transaction is, to who waits for it.
func (p *program) tellState(state anchor.AttemptState) { p.say("  %s", state) }

// auditResult is what `lethe log audit --json` prints.
type auditResult struct {
	Size        uint64 `json:"size"`
	Root        string `json:"root"`
	Checkpoints int    `json:"checkpoints"` // signed ones, compared
	Anchored    int    `json:"anchored"`    // of these, compared with the chain
}

func (p *program) logAuditCommand() *cobra.Command {
	return &cobra.Command{
		Use: "audit", Short: "derive the whole log again, and compare it with every checkpoint and the chain", Args: cobra.NoArgs,
		Long: `Derives the whole tree again from the entries, in the object store and in the log's own folder, and compares every tile that
the newest checkpoint covers, every checkpoint that was shown, and every one that the contract has accepted. It names the first place
that differs. It works in quarantine, too.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStores(c.Context(), func(st *state, _ error) error {
				r, err := st.audit(c.Context(), func(done uint64) { p.log.Info("audit", "entries", done) })
				if err != nil {
					return err
				}
				if p.json {
					return p.print(r)
				}
				fmt.Fprintf(p.stdout, "%d entries, %d checkpoints and %d anchored ones agree, root %s\n", r.Size, r.Checkpoints, r.Anchored, r.Root)
				return nil
			})
		},
	}
}

func (st *state) audit(ctx context.Context, progress func(uint64)) (r auditResult, err error) {
	newest := st.log.Shown()
	r.Size, r.Root = newest.Size, fmt.Sprintf("%x", newest.Root)
	accepted, err := st.contract.History(ctx, st.network.Log)
	if err != nil {
		return r, err
	}
	if n := len(accepted); n > 0 && accepted[n-1].Size > newest.Size {
		return r, fmt.Errorf("the contract has accepted %d entries, and %d are shown here: %w", accepted[n-1].Size, newest.Size, anchor.ErrBehind)
	}
	sizes, err := tlog.ShownSizes(ctx, st.tiles)
	if err != nil || newest.Size == 0 {
		return r, err
	}
	for _, a := range accepted {
		sizes = append(sizes, a.Size)
	}
	roots, err := tlog.Audit(ctx, st.tiles, newest, sizes, progress)
	if err != nil {
		return r, fmt.Errorf("in the object store: %w", err)
	}
	if st.logDir != "" {
		if _, err := tlog.Audit(ctx, tlog.Folder(st.logDir), newest, nil, progress); err != nil {
			return r, fmt.Errorf("in %s: %w", st.logDir, err)
		}
	}
	for _, size := range sizes[:len(sizes)-len(accepted)] {
		signed, err := st.log.Checkpoint(ctx, size)
		if err != nil {
			return r, err
		}
		if roots[size] != signed.Root {
			return r, fmt.Errorf("the signed checkpoint of %d entries: %w", size, anchor.ErrFork)
		}
		r.Checkpoints++
	}
	for _, a := range accepted {
		if a.Root != roots[a.Size] {
			return r, fmt.Errorf("what the contract accepted in block %d, %d entries: %w", a.Block, a.Size, anchor.ErrFork)
		}
		r.Anchored++
	}
	return r, nil
}

func (p *program) logRestoreCommand() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use: "restore", Short: "bring lost entries back from a mirror of the log",
		Long: `Brings a log that was put back up to date from a mirror: a folder of tiles, or the URL of a log that serves them. The mirror
need not be trusted: its checkpoint must be signed by this log's key, and everything it has is derived again before it is written.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.restoreLog(c.Context(), from) },
	}
	c.Flags().StringVar(&from, "from", "", "folder or http(s) URL of the mirror (required)")
	return c
}

func (p *program) restoreLog(ctx context.Context, from string) (err error) {
	if from == "" {
		return withHint(errors.New("no mirror is named"), "give --from FOLDER or --from URL")
	}
	if err := p.checkDir(false); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(p.dir, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	network, err := p.readNetwork(p.publicDir())
	if err != nil {
		return err
	}
	key, err := network.Verifier()
	if err != nil {
		return err
	}
	source, err := mirror(from)
	if err != nil {
		return err
	}
	data, err := source.Get(ctx, "checkpoint")
	if err != nil {
		return withHint(fmt.Errorf("the mirror's checkpoint: %w", err), "a log that `lethe work` serves is below /log/; a folder is that of one log, such as log/0")
	}
	newest, err := anchor.ParseCheckpoint(data, key)
	if err != nil {
		return fmt.Errorf("the mirror's checkpoint: %w", err)
	}
	objects, err := p.openObjects(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, objects.Close()) }()
	err = tlog.Fetch(ctx, source, newTileCopy(objects, network), newest, key, func(done uint64) { p.log.Info("restoring", "entries", done) })
	if err != nil {
		return err
	}
	have, err := tlog.ShownSizes(ctx, newTileCopy(objects, network))
	if err != nil {
		return err
	}
	if n := len(have); n > 0 && have[n-1] > newest.Size {
		return withHint(fmt.Errorf("the mirror has %d entries, and this log has %d: nothing was brought back", newest.Size, have[n-1]), "find a newer mirror")
	}
	if p.json {
		return p.print(map[string]uint64{"size": newest.Size})
	}
	fmt.Fprintf(p.stdout, "the log is back at %s; the next command that opens the state folder goes on with it\n", newest)
	return nil
}

// mirror is where a log's files are read from.
func mirror(from string) (tlog.Source, error) {
	if strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://") {
		return tlog.URL(from, &http.Client{Timeout: time.Minute})
	}
	if _, err := os.ReadDir(from); err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	return tlog.Folder(from), nil
}
