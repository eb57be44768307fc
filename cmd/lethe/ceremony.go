package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
	"lethe/circuits/ceremony"
	"lethe/vault/party"
)

func (p *program) ceremonyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "ceremony",
		Short: "make the keys of a statement by several parties, and verify how they were made",
		Long: `Makes the keys of a statement so that nobody can prove what is not true unless all contributors together want to.
Everything is driven by one reviewed file in a folder, ceremony.yaml; contributions are files in that folder, each with a note
that its contributor signed, and travel as you like. No command here reaches a network.`,
	}
	c.AddCommand(p.ceremonyInitCommand(), p.contributeCommand(), p.beaconCommand(), p.importPtauCommand(), p.sealCommand(),
		p.ceremonyVerifyCommand(), p.rehearseCommand())
	return c
}

// ceremonyStatements are all that a ceremony can be of.
func (p *program) ceremonyStatements() []circuits.Statement {
	return append(allStatements(), p.rehearsed.Statements...)
}

func (p *program) statement(id string) (circuits.Statement, error) {
	for _, s := range p.ceremonyStatements() {
		if called(s, id) {
			return s, nil
		}
	}
	return circuits.Statement{}, withHint(fmt.Errorf("there is no statement %q", id), "`lethe statements` lists them")
}

// openCeremony opens a transcript's folder.
func (p *program) openCeremony(folder string) (*ceremony.Transcript, error) {
	return ceremony.Open(ceremony.Config{
		Dir: folder, Statements: p.ceremonyStatements(), Progress: p.tellStep, Now: p.rehearsed.Now,
	})
}

// tellStep says which long step begins.
func (p *program) tellStep(step string) { p.say("  %s", step) }

func folderFlag(c *cobra.Command, folder *string) {
	c.Flags().StringVar(folder, "folder", "", "the transcript's folder (required)")
	require(c, "folder")
}

// contributed is what `lethe ceremony contribute --json` prints.
type contributed struct {
	Phase        int           `json:"phase"`
	Number       int           `json:"number"`
	Contributor  string        `json:"contributor"`
	Contribution circuits.Hash `json:"contribution_sha256"`
	Ceremony     circuits.Hash `json:"ceremony_sha256"`
	Time         time.Time     `json:"time"`
}

func newContributed(r ceremony.Record) contributed {
	return contributed{r.Phase, r.Number, r.Contributor, r.Contribution, r.Ceremony, r.Time}
}

func (p *program) contributeCommand() *cobra.Command {
	var folder, key string
	var all bool
	c := &cobra.Command{
		Use:   "contribute",
		Short: "add a contribution to the phase that is open, and sign it",
		Long: `Verifies the contribution that yours stands on, multiplies randomness of this machine's into it, forgets the
randomness, and writes two files into the phase's folder: the contribution, and your signed note of it. Send both to the other
parties. Review ceremony.yaml before: your signature says that you did. Contribute on a machine that you trust, and restart it
afterwards.`,
		Example: "  lethe ceremony contribute --folder ceremony/ --contributor ada.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := party.Read(key, party.Contributor)
			if err != nil {
				return err
			}
			signer, err := note.NewSigner(s.Signer)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			t, err := p.openCeremony(folder)
			if err != nil {
				return err
			}
			r, err := t.Contribute(c.Context(), signer, all)
			if err != nil {
				return err
			}
			if p.json {
				return p.print(newContributed(r))
			}
			p.say("contributed to phase %d as number %d, SHA-256 %s", r.Phase, r.Number, r.Contribution)
			p.say("send the two files phase%d/%03d-%s.* to the other parties, and tell them this hash on another way",
				r.Phase, r.Number, r.Contributor)
			return nil
		},
	}
	folderFlag(c, &folder)
	c.Flags().StringVar(&key, "contributor", "", "your own file (required)")
	c.Flags().BoolVar(&all, "all", false, "verify everything before, not only what the contribution stands on")
	require(c, "contributor")
	return c
}

func (p *program) beaconCommand() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "beacon SIGNATURE",
		Short: "close the phase that is open with the signature of its beacon's round",
		Long: `Takes the signature of the round that ceremony.yaml names for the phase: hexadecimal digits, or a file with them or
with the JSON in which drand answers for a round. It is verified here, without a network. Closing phase 1 verifies all its
contributions, and begins phase 2.`,
		Example: "  lethe ceremony beacon round.json --folder ceremony/",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			signature, err := readSignature(args[0])
			if err != nil {
				return err
			}
			t, err := p.openCeremony(folder)
			if err != nil {
				return err
			}
			phase, err := t.Close(c.Context(), signature)
			if err != nil {
				return err
			}
			if p.json {
				return p.print(map[string]int{"closed": phase})
			}
			p.say("phase %d is closed", phase)
			return nil
		},
	}
	folderFlag(c, &folder)
	return c
}

func readSignature(arg string) ([]byte, error) {
	data, err := os.ReadFile(arg)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(arg) == arg {
		data = []byte(arg)
	} else if err != nil {
		return nil, err
	}
	return ceremony.ParseSignature(data)
}

func (p *program) importPtauCommand() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "import-ptau FILE",
		Short: "take phase 1 from a file of powers of τ that others have made (snarkjs)",
		Long: `Checks a .ptau file, which must be the one that ceremony.yaml names by its SHA-256: every point that is used on its
curve and in its group, all ratios, no secret that can be guessed, enough contributions and a beacon among its own records. It
copies the file into the folder and begins phase 2. That each contribution in the file followed from the one before is not
verified here; snarkjs does that.`,
		Example: "  lethe ceremony import-ptau powers15.ptau --folder ceremony/",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			t, err := p.openCeremony(folder)
			if err != nil {
				return err
			}
			r, err := t.ImportPtau(c.Context(), args[0])
			if err != nil {
				return err
			}
			if p.json {
				return p.print(map[string]any{"power": r.Power, "contributions": r.Contributions})
			}
			p.say("imported 2^%d of 2^%d powers; the file names %d contributions and a beacon: %q",
				t.File.Domain, r.Power, len(r.Contributions), r.Contributions)
			return nil
		},
	}
	folderFlag(c, &folder)
	return c
}

// ceremonyResult is what `lethe ceremony verify --json` and `lethe ceremony seal --json` print.
type ceremonyResult struct {
	Ceremony     circuits.Hash `json:"ceremony_sha256"`
	Statement    string        `json:"statement"`
	R1CS         circuits.Hash `json:"r1cs_sha256"`
	VerifyingKey circuits.Hash `json:"verifying_key_sha256"`
	Manifest     string        `json:"manifest_sha256,omitempty"` // to pin
	Ptau         []string      `json:"ptau_contributions,omitempty"`
	Phase1       []contributed `json:"phase1,omitempty"`
	Phase2       []contributed `json:"phase2"`
}

func (p *program) sealCommand() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "seal",
		Short: "verify everything, and write the keys",
		Long: `Verifies the whole transcript, writes the keys into its folder keys/, and prints the SHA-256 of their manifest, which
pins them: see proving.ceremony in lethe.example.yaml.`,
		Example: "  lethe ceremony seal --folder ceremony/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := p.openCeremony(folder)
			if err != nil {
				return err
			}
			r, err := t.Seal(c.Context())
			if err != nil {
				return err
			}
			return p.showCeremony(t, r)
		},
	}
	folderFlag(c, &folder)
	return c
}

func (p *program) ceremonyVerifyCommand() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "verify",
		Short: "make the keys again from the source and the whole transcript, and compare",
		Long: `Verifies every signature, every contribution and both beacons, compiles the statement from the source of this program,
makes the keys again, and compares them with those that were sealed. It needs the folder and nothing else.`,
		Example: "  lethe ceremony verify --folder ceremony/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := p.openCeremony(folder)
			if err != nil {
				return err
			}
			r, err := t.Verify(c.Context())
			if err != nil {
				return err
			}
			return p.showCeremony(t, r)
		},
	}
	folderFlag(c, &folder)
	return c
}

func (p *program) showCeremony(t *ceremony.Transcript, r *ceremony.Report) error {
	out := ceremonyResult{
		Ceremony: t.Hash, Statement: t.Circuit.Statement.Name(), R1CS: t.Circuit.SHA256, VerifyingKey: r.Keys.Manifest.VerifyingKey,
	}
	if r.Manifest != (circuits.Hash{}) {
		out.Manifest = r.Manifest.String()
	}
	if r.Ptau != nil {
		out.Ptau = r.Ptau.Contributions
	}
	for _, c := range r.Phase1 {
		out.Phase1 = append(out.Phase1, newContributed(c))
	}
	for _, c := range r.Phase2 {
		out.Phase2 = append(out.Phase2, newContributed(c))
	}
	if p.json {
		return p.print(out)
	}
	fmt.Fprintf(p.stdout, "ceremony       %s\nstatement      %s\nr1cs           %s\nverifying key  %s\n",
		out.Ceremony, out.Statement, out.R1CS, out.VerifyingKey)
	if out.Ptau != nil {
		fmt.Fprintf(p.stdout, "phase 1        made by others: %q\n", out.Ptau)
	}
	for _, c := range append(out.Phase1, out.Phase2...) {
		fmt.Fprintf(p.stdout, "phase %d, %-4d  %s  %s  %s\n",
			c.Phase, c.Number, c.Time.Format(time.RFC3339), c.Contribution, c.Contributor)
	}
	if out.Manifest == "" {
		p.say("the keys are not sealed: lethe ceremony seal")
		return nil
	}
	fmt.Fprintf(p.stdout, "manifest       %s\n", out.Manifest)
	return nil
}

// rehearsedStep is a line of `lethe ceremony rehearse --json`.
type rehearsedStep struct {
	Step    string  `json:"step"`
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes,omitempty"`
}

func (p *program) rehearseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rehearse STATEMENT",
		Short: "run a whole ceremony on this machine, and tell how long each step takes",
		Long: `Runs a ceremony with three contributors and a beacon of this process's own in a temporary folder, which is removed. Its
keys are marked insecure and kept nowhere.`,
		Example: "  lethe ceremony rehearse authorization",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := p.statement(args[0])
			if err != nil {
				return err
			}
			return p.rehearseCeremony(c.Context(), s)
		},
	}
}

func (p *program) rehearseCeremony(ctx context.Context, s circuits.Statement) (err error) {
	dir, err := os.MkdirTemp("", "lethe-rehearsal-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var steps []rehearsedStep
	config := ceremony.Config{
		Dir: dir, Statements: []circuits.Statement{s}, Progress: func(step string) { p.log.Info("rehearsal", "step", step) },
	}
	_, err = ceremony.Rehearse(ctx, config, func(s ceremony.Step) {
		steps = append(steps, rehearsedStep{s.Name, s.Took.Seconds(), s.Bytes})
		if !p.json {
			fmt.Fprintf(p.stdout, "%-26s %8.1f s  %s\n", s.Name, s.Took.Seconds(), fileSize(s.Bytes))
		}
	})
	if err != nil || !p.json {
		return err
	}
	return p.print(steps)
}

// fileSize is how much a contributor sends.
func fileSize(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f MB to send", float64(bytes)/1e6)
}
