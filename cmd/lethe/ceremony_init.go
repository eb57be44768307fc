package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lethe/circuits"
	"lethe/circuits/ceremony"
	"lethe/vault/party"
)

// ceremonyPlan is what the command line says of a new ceremony.
type ceremonyPlan struct {
	folder, name   string
	contributors   []string // files
	min            int
	close1, close2 string // RFC 3339; empty for two and four weeks from now
	ptau, source   string
}

func (p *program) ceremonyInitCommand() *cobra.Command {
	var plan ceremonyPlan
	c := &cobra.Command{
		Use:   "init STATEMENT",
		Short: "write the file that a ceremony is driven by, for everybody to review",
		Long: `Compiles a statement and writes ceremony.yaml into a new folder: the circuit by the hash of its constraints, the
contributors, and the rounds of the public beacon (drand's chain quicknet) that close the phases. Change it as long as nobody has
contributed; every contribution signs its hash.

Each contributor makes a key with ` + "`lethe party new contributor`" + ` and hands out its public file.`,
		Example: "  lethe ceremony init authorization --contributors ada.public.json,bob.public.json,eve.public.json --folder ceremony/\n" +
			"  lethe ceremony init authorization --contributors ada.public.json,bob.public.json,eve.public.json --folder ceremony/ \\\n" +
			"    --ptau powers15.ptau --source https://example.org/powers15.ptau",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := p.statement(args[0])
			if err != nil {
				return err
			}
			return p.initCeremony(s, plan)
		},
	}
	f := c.Flags()
	folderFlag(c, &plan.folder)
	f.StringSliceVar(&plan.contributors, "contributors", nil, "public files of the contributors, or files with their verifier keys (required)")
	f.StringVar(&plan.name, "name", "", "the ceremony's name (default: the statement's, with the date)")
	f.IntVar(&plan.min, "min", ceremony.DefaultContributions, "contributions that each phase needs")
	f.StringVar(&plan.close1, "close-phase1", "", "when phase 1 is closed, as 2030-01-31T12:00:00Z (default: in two weeks)")
	f.StringVar(&plan.close2, "close-phase2", "", "when phase 2 is closed (default: in four weeks)")
	f.StringVar(&plan.ptau, "ptau", "", "file of powers of τ that others have made, instead of contributing to phase 1")
	f.StringVar(&plan.source, "source", "", "where that file is published")
	require(c, "contributors")
	c.MarkFlagsRequiredTogether("ptau", "source")
	c.MarkFlagsMutuallyExclusive("ptau", "close-phase1")
	return c
}

func (p *program) initCeremony(s circuits.Statement, plan ceremonyPlan) error {
	p.tellStep("compiling " + s.Name())
	c, err := circuits.Compile(s)
	if err != nil {
		return err
	}
	f, err := p.ceremonyFile(c, plan)
	if err != nil {
		return err
	}
	h, err := ceremony.Init(plan.folder, f)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(map[string]any{"folder": plan.folder, "ceremony_sha256": h})
	}
	p.say("wrote %s, SHA-256 %s: hand the folder to every contributor, and review that file together",
		filepath.Join(plan.folder, ceremony.FileName), h)
	return nil
}

func (p *program) ceremonyFile(c *circuits.Circuit, plan ceremonyPlan) (f ceremony.File, err error) {
	now := time.Now
	if p.rehearsed.Now != nil {
		now = p.rehearsed.Now
	}
	if plan.name == "" {
		plan.name = fmt.Sprintf("%.20s-%s", c.Statement.ID, now().UTC().Format("2006-01-02"))
	}
	f = ceremony.NewFile(plan.name, c)
	f.MinContributions = plan.min
	for _, name := range plan.contributors {
		who, err := readContributor(name)
		if err != nil {
			return f, err
		}
		f.Contributors = append(f.Contributors, who)
	}
	if plan.ptau == "" {
		if f.Phase1.Beacon, err = closing("close-phase1", plan.close1, now(), 14*day); err != nil {
			return f, err
		}
	} else {
		p.tellStep("hashing " + plan.ptau)
		named, err := ceremony.InspectPtau(plan.ptau)
		if err != nil {
			return f, err
		}
		named.Source = plan.source
		f.Phase1.Ptau = &named
	}
	f.Phase2.Beacon, err = closing("close-phase2", plan.close2, now(), 28*day)
	return f, err
}

// closing is the first round at or after a time, which is still to come: what a past round signed is known to everybody who contributes.
func closing(flag, text string, now time.Time, otherwise time.Duration) (*ceremony.Beacon, error) {
	if text == "" {
		return ceremony.Quicknet(now.Add(otherwise)), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, fmt.Errorf("--%s: %q is not a time such as 2030-01-31T12:00:00Z", flag, text)
	}
	if !at.After(now) {
		return nil, fmt.Errorf("--%s: %s is over: the beacon's round has to be signed after the phase", flag, text)
	}
	return ceremony.Quicknet(at), nil
}

// readContributor reads a contributor's public file, or a file with a verifier key alone.
func readContributor(name string) (c ceremony.Contributor, err error) {
	who, err := party.ReadPublic(name, party.Contributor)
	if errors.Is(err, party.ErrFile) {
		data, rerr := os.ReadFile(name)
		if c.Verifier = strings.TrimSpace(string(data)); rerr != nil || len(c.Verifier) > 256 || strings.Count(c.Verifier, "+") < 2 {
			return c, err
		}
		who.Name, _, _ = strings.Cut(c.Verifier, "+")
	} else if err != nil {
		return c, err
	} else {
		c.Verifier = who.Verifier
	}
	c.Name = fileName(who.Name)
	return c, nil
}

// fileName turns a name into one that files can have: lower-case letters, digits and hyphens.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return strings.Trim(fmt.Sprintf("%.32s", name), "-")
}
