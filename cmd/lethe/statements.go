package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/consent"
	"lethe/circuits/eligibility"
)

// statements are those that a service is asked to verify.
func statements() []circuits.Statement {
	return []circuits.Statement{authorization.Statement(), consent.Statement(), eligibility.Statement()}
}

// allStatements are those and the trials'.
func allStatements() []circuits.Statement { return append(statements(), trialStatements(true)...) }

// called says whether a name means a statement: "visits" its first version, "visits/v2" the second.
func called(s circuits.Statement, name string) bool {
	return name == s.Name() || name == s.ID && s.Version == 1
}

// ceremonyPins say, by a statement's name, where keys that a ceremony made are, and the SHA-256 of their manifest.
type ceremonyPins map[string]struct {
	Folder   string        `yaml:"folder"`
	Manifest circuits.Hash `yaml:"manifest"`
}

func (c ceremonyPins) check() error {
	for id, pin := range c {
		known := slices.ContainsFunc(allStatements(), func(s circuits.Statement) bool { return called(s, id) })
		if !known || pin.Folder == "" || pin.Manifest == (circuits.Hash{}) {
			return fmt.Errorf("proving.ceremony: %s must be a statement, with folder and manifest", id)
		}
	}
	return nil
}

// loadedKeys are keys of statements, by their names, that this process has loaded: that takes seconds.
type loadedKeys struct {
	mu        sync.Mutex
	proving   map[string]*circuits.Keys
	verifying map[string]*circuits.Verifying
}

func newLoadedKeys() *loadedKeys {
	return &loadedKeys{proving: map[string]*circuits.Keys{}, verifying: map[string]*circuits.Verifying{}}
}

// keysFor gives the keys of a statement to prove with: those of the ceremony that the configuration pins, and nothing else where it
// pins one; else this user's development set-up, which is made when there is none.
func (p *program) keysFor(ctx context.Context, s circuits.Statement) (*circuits.Keys, error) {
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	if k, ok := p.keys.proving[s.Name()]; ok {
		return k, nil
	}
	k, err := loadKeys(ctx, p, s, circuits.Load, circuits.Develop)
	if err != nil {
		return nil, err
	}
	p.warnOf(s, k.Manifest.Setup)
	p.keys.proving[s.Name()], p.keys.verifying[s.Name()] = k, &k.Verifying
	return k, nil
}

// verifyingFor gives what is needed of the same keys to verify: a fraction of their time, and of their memory.
func (p *program) verifyingFor(ctx context.Context, s circuits.Statement) (*circuits.Verifying, error) {
	p.keys.mu.Lock()
	defer p.keys.mu.Unlock()
	if v, ok := p.keys.verifying[s.Name()]; ok {
		return v, nil
	}
	v, err := loadKeys(ctx, p, s, circuits.LoadVerifying, circuits.DevelopVerifying)
	if err != nil {
		return nil, err
	}
	p.warnOf(s, v.Manifest.Setup)
	p.keys.verifying[s.Name()] = v
	return v, nil
}

func loadKeys[K any](
	ctx context.Context, p *program, s circuits.Statement,
	load func(dir string, s circuits.Statement, manifest circuits.Hash) (K, error),
	develop func(ctx context.Context, dir string, s circuits.Statement, progress func(stage string)) (K, error),
) (K, error) {
	for name, pin := range p.config.Proving.Ceremony {
		if called(s, name) {
			return load(pin.Folder, s, pin.Manifest)
		}
	}
	stage := ""
	return develop(ctx, p.config.Proving.Keys, s, func(now string) {
		if interactive(p.stderr) && now != stage {
			p.say("%s: %s", s.Name(), now)
		}
		stage = now
	})
}

func (p *program) warnOf(s circuits.Statement, made circuits.Setup) {
	if made == circuits.Development {
		p.log.Warn("development keys: whoever made them can prove what is not true", "statement", s.Name())
	}
}

// checkPinned refuses a verifier by other keys than those of the ceremony that the configuration pins, if it pins one.
func (p *program) checkPinned(ctx context.Context, v *circuits.Verifier) error {
	if _, ok := p.config.Proving.Ceremony[v.Statement().ID]; !ok {
		return nil
	}
	k, err := p.verifyingFor(ctx, v.Statement())
	if err != nil {
		return fmt.Errorf("proving.ceremony: %w", err)
	}
	if want := k.Manifest.VerifyingKey; want != v.Key() {
		return withHint(fmt.Errorf("proving.ceremony: %s trusts the key %s for %s, and the ceremony's is %s: %w",
			registryName, v.Key(), v.Statement().Name(), want, circuits.ErrWrongKey),
			"`lethe registry init` pins a key once: configure the ceremony before it, in a new state folder")
	}
	return nil
}

// statementInfo is what `lethe statements --json` lists.
type statementInfo struct {
	ID           string         `json:"id"`
	Version      int            `json:"version"`
	Constraints  int            `json:"constraints"`
	Commitments  int            `json:"commitments"`
	PublicInputs []string       `json:"public_inputs"`
	VerifyingKey circuits.Hash  `json:"vk_sha256"`
	R1CS         circuits.Hash  `json:"r1cs_sha256"`
	Setup        circuits.Setup `json:"setup"`
}

func (p *program) statementsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "statements",
		Short: "list what can be proven, with the keys for it",
		Long: `Lists the statements that this program proves and verifies: how many constraints each has, what it shows, and the SHA-256 of its
verifying key. Keys of a development set-up are made on first use and kept for this user; whoever made them can prove what is not true.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			infos := []statementInfo{}
			for _, s := range statements() {
				k, err := p.verifyingFor(c.Context(), s)
				if err != nil {
					return err
				}
				m := k.Manifest
				infos = append(infos, statementInfo{
					m.Statement, m.Version, m.Constraints, m.Commitments, m.PublicInputs, m.VerifyingKey, m.R1CS, m.Setup,
				})
			}
			if p.json {
				return p.print(infos)
			}
			for _, i := range infos {
				fmt.Fprintf(p.stdout, "%s/v%d  %d constraints  %d public inputs  %s set-up  key %s\n",
					i.ID, i.Version, i.Constraints, len(i.PublicInputs), i.Setup, i.VerifyingKey)
			}
			return nil
		},
	}
}

func (p *program) exportCommand() *cobra.Command {
	c := &cobra.Command{Use: "export", Short: "write proofs and keys for other programs"}
	var output string
	snarkjs := &cobra.Command{
		Use:   "snarkjs PROOF.json",
		Short: "write a proof and its verifying key as snarkjs reads them",
		Long: `Writes verification_key.json, proof.json and public.json into a folder:

  npx snarkjs groth16 verify verification_key.json public.json proof.json`,
		Example: "  lethe export snarkjs proof.json --output snarkjs/",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.exportSnarkjs(c.Context(), args[0], output) },
	}
	snarkjs.Flags().StringVarP(&output, "output", "o", "", "folder to write into (required)")
	require(snarkjs, "output")
	var contract string
	solidity := &cobra.Command{
		Use:     "solidity STATEMENT",
		Short:   "write a statement's verifier as a contract",
		Example: "  lethe export solidity authorization --output Verifier.sol",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.exportSolidity(c.Context(), args[0], contract) },
	}
	solidity.Flags().StringVarP(&contract, "output", "o", "", "file to write (required)")
	require(solidity, "output")
	c.AddCommand(snarkjs, solidity)
	return c
}

// readProof reads a proof file, and the verifier of its statement.
func (p *program) readProof(ctx context.Context, name string) (*circuits.Proof, *circuits.Verifier, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	proof, err := circuits.ParseProof(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, s := range allStatements() {
		if s.ID == proof.Statement && s.Version == proof.Version {
			k, err := p.verifyingFor(ctx, s)
			if err != nil {
				return nil, nil, err
			}
			return proof, k.Verifier(), nil
		}
	}
	return nil, nil, withHint(fmt.Errorf("%s is a proof of %s, version %d, which is not known here", name, proof.Statement, proof.Version),
		"`lethe statements` lists what is")
}

func (p *program) exportSnarkjs(ctx context.Context, name, output string) error {
	proof, v, err := p.readProof(ctx, name)
	if err != nil {
		return err
	}
	if err := v.Verify(proof); err != nil {
		return err
	}
	key, err := v.SnarkjsKey()
	if err != nil {
		return err
	}
	points, public, err := v.SnarkjsProof(proof)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(output, 0o750); err != nil {
		return err
	}
	for file, data := range map[string][]byte{"verification_key.json": key, "proof.json": points, "public.json": public} {
		if err := os.WriteFile(filepath.Join(output, file), data, 0o644); err != nil { //nolint:gosec // they are to be handed out
			return err
		}
	}
	if p.json {
		return p.print(map[string]string{"output": output, "statement": proof.Statement})
	}
	p.say("wrote verification_key.json, proof.json and public.json into %s", output)
	return nil
}

func (p *program) exportSolidity(ctx context.Context, statement, output string) error {
	for _, s := range allStatements() {
		if !called(s, statement) {
			continue
		}
		k, err := p.verifyingFor(ctx, s)
		if err != nil {
			return err
		}
		var source bytes.Buffer
		if err := k.Verifier().ExportSolidity(&source); err != nil {
			return err
		}
		return writeOnce(output, source.Bytes())
	}
	return withHint(fmt.Errorf("there is no statement %q", statement), "`lethe statements` lists them")
}
