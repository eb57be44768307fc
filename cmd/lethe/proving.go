package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/vault"
	"lethe/vault/party"
)

// provingConfig is how providers read by proof; lethe.example.yaml documents every key.
type provingConfig struct {
	Keys         string        `yaml:"keys"`
	Ceremony     ceremonyPins  `yaml:"ceremony"`
	Classes      []string      `yaml:"classes"`
	Epoch        time.Duration `yaml:"epoch"`
	Reads        uint16        `yaml:"reads_per_epoch"`
	MaxRootAge   time.Duration `yaml:"max_root_age"`
	PublishEvery time.Duration `yaml:"publish_every"`
	Batch        int           `yaml:"batch"`
	Threshold    int64         `yaml:"anonymity_threshold"`
	ChallengeFor time.Duration `yaml:"challenge_for"`
	TokenFor     time.Duration `yaml:"token_for"`
}

func defaultProving() provingConfig {
	return provingConfig{
		Ceremony: ceremonyPins{}, Classes: []string{"identity", "care", "billing"}, Epoch: day, Reads: 256, MaxRootAge: time.Hour, PublishEvery: 10 * time.Minute, Batch: 8,
		Threshold: 5, ChallengeFor: 2 * time.Minute, TokenFor: 10 * time.Minute,
	}
}

func (c *provingConfig) check() error {
	switch {
	case len(c.Classes) < 1 || len(c.Classes) > 16:
		return errors.New("proving.classes must name 1 to 16 compartments")
	case c.Epoch < time.Minute || c.Epoch%time.Second != 0:
		return errors.New("proving.epoch must be whole seconds, at least a minute")
	case c.Reads < 1:
		return errors.New("proving.reads_per_epoch must be at least 1")
	case c.MaxRootAge <= 0 || c.PublishEvery <= 0 || c.ChallengeFor <= 0 || c.TokenFor <= 0:
		return errors.New("proving: max_root_age, publish_every, challenge_for and token_for must be above 0")
	case c.Batch < 1:
		return errors.New("proving.batch must be at least 1")
	case c.Threshold < 1:
		return errors.New("proving.anonymity_threshold must be at least 1")
	}
	return c.Ceremony.check()
}

// registryName is the file in publicFolder that says who is trusted for what.
const registryName = "registry.json"

// authorities is what registryName holds. Both keys belong to people outside the operator's hands.
type authorities struct {
	Service    string    `json:"service"`
	Accreditor string    `json:"accreditor"` // verifies who is accredited (C2SP signed-note)
	Auditor    party.Hex `json:"auditor"`    // readers' identities are encrypted to it
	// Keys are the statements' verifying keys by name: what is accepted here. The files are in circuitsFolder.
	Keys map[string]circuits.Hash `json:"verifying_keys"`
}

// circuitsFolder is the folder in publicFolder with the keys of the statements, for whoever proves or verifies.
const circuitsFolder = "circuits"

func (p *program) registryCommand() *cobra.Command {
	c := &cobra.Command{Use: "registry", Short: "who is trusted to say who may read, and the trees of it"}
	var accreditor, auditor, service string
	init := &cobra.Command{
		Use:   "init",
		Short: "say who accredits providers, and who can learn who read",
		Long: `Writes down, once, whose word this service takes on who is an accredited provider, registrar or representative, and to whose key readers'
identities are encrypted. Both are public parts of files that the operator does not hold. From then on providers can read by proof.`,
		Example: "  lethe registry init --accreditor chamber.public.json --auditor auditor.public.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.initRegistry(c.Context(), accreditor, auditor, service)
		},
	}
	init.Flags().StringVar(&accreditor, "accreditor", "", "public file of the accreditation role (required)")
	init.Flags().StringVar(&auditor, "auditor", "", "public file of the auditor (required)")
	init.Flags().StringVar(&service, "service", "", "the service's name, which no other service has (default: the log's origin)")
	require(init, "accreditor", "auditor")
	c.AddCommand(init)
	return c
}

func (p *program) initRegistry(ctx context.Context, accreditor, auditor, service string) error {
	a, err := party.ReadPublic(accreditor, party.Accreditor)
	if err != nil {
		return err
	}
	if _, err := note.NewVerifier(a.Verifier); err != nil {
		return fmt.Errorf("%s: %w", accreditor, err)
	}
	b, err := party.ReadPublic(auditor, party.Auditor)
	if err != nil {
		return err
	}
	if _, err := b.PublicKey(); err != nil {
		return fmt.Errorf("%s: %w", auditor, err)
	}
	return p.withStateMade(ctx, func(st *state) error {
		t := authorities{Service: service, Accreditor: a.Verifier, Auditor: b.Key, Keys: map[string]circuits.Hash{}}
		for _, s := range statements() {
			k, err := p.keysFor(ctx, s)
			if err != nil {
				return err
			}
			if _, err := k.Write(p.circuitDir(s)); err != nil {
				return err
			}
			t.Keys[s.Name()] = k.Manifest.VerifyingKey
		}
		if t.Service == "" {
			t.Service = st.network.Origin
		}
		data, err := json.Marshal(t, jsontext.WithIndent("  "))
		if err != nil {
			return err
		}
		if err := writeOnce(p.publicFile(registryName), append(data, '\n')); errors.Is(err, fs.ErrExist) {
			return withHint(errors.New("this service has its accreditation role and its auditor already"),
				"grants and proofs mean these two: another state folder has others")
		} else if err != nil {
			return err
		}
		if p.json {
			return p.print(t)
		}
		p.say("providers that %s accredits can read by proof from the next start; readers can be named by %s alone", a.Name, b.Name)
		return nil
	})
}

// writeOnce writes a file of the owner's that must not be there yet.
func writeOnce(name string, data []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// circuitDir is where a statement's keys are published.
func (p *program) circuitDir(s circuits.Statement) string {
	return filepath.Join(p.publicDir(), circuitsFolder, fmt.Sprintf("%s-v%d", s.ID, s.Version))
}

// verifier reads the published verifying key that is trusted for a statement.
func (p *program) verifier(t authorities, s circuits.Statement) (*circuits.Verifier, error) {
	pin, ok := t.Keys[s.Name()]
	if !ok {
		return nil, fmt.Errorf("%s names no key for %s", registryName, s.Name())
	}
	key, err := os.ReadFile(filepath.Join(p.circuitDir(s), pin.String()))
	if err != nil {
		return nil, err
	}
	return circuits.NewVerifier(s, key, pin)
}

// openProving reads what a service needs for reading by proof; nil when the state folder has no registry.
func (p *program) openProving(ctx context.Context, hidden deriver) (proving *vault.Proving, accreditorKey string, err error) {
	data, err := os.ReadFile(p.publicFile(registryName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	var t authorities
	if err := json.Unmarshal(data, &t, json.RejectUnknownMembers(true)); err != nil {
		return nil, "", fmt.Errorf("%s: %w", registryName, err)
	}
	accreditor, err := note.NewVerifier(t.Accreditor)
	if err != nil {
		return nil, "", fmt.Errorf("%s: accreditor: %w", registryName, err)
	}
	auditor, err := party.Public{Kind: party.Auditor, Key: t.Auditor}.PublicKey()
	if err != nil {
		return nil, "", fmt.Errorf("%s: auditor: %w", registryName, err)
	}
	verifier, err := p.verifier(t, authorization.Statement())
	if err != nil {
		return nil, "", err
	}
	if err := p.checkPinned(ctx, verifier); err != nil {
		return nil, "", err
	}
	secret, err := hidden.Derive(ctx, "challenge")
	if err != nil {
		return nil, "", err
	}
	defer secret.Zero()
	c := p.config.Proving
	return &vault.Proving{
		Verifier: verifier, Service: t.Service, Accreditor: accreditor, Auditor: auditor, Secret: slices.Clone(secret.Bytes()), Classes: c.Classes,
		Epoch: c.Epoch, Reads: c.Reads, MaxRootAge: c.MaxRootAge, PublishEvery: c.PublishEvery, Batch: c.Batch, Threshold: c.Threshold,
		ChallengeFor: c.ChallengeFor, TokenFor: c.TokenFor,
	}, t.Accreditor, nil
}
