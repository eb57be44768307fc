package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/spf13/cobra"

	"lethe/anchor"
	"lethe/anchor/devchain"
	"lethe/anchor/evm"
)

// maxVerified bounds what `lethe verify` reads, in bytes: a receipt for a bundle of ten thousand records is some 30 MB.
const maxVerified = 64 << 20

// verdict is what `lethe verify --json` prints.
type verdict struct {
	Kind       string   `json:"kind"`           // erasure-certificate, receipt, checkpoint, proof
	Valid      bool     `json:"valid"`          // form, signatures and proofs
	Issuer     bool     `json:"issuer_checked"` // and the keys are the published ones
	Anchored   bool     `json:"anchored"`       // and the chain has accepted the checkpoint, as far as it was asked
	Case       string   `json:"case,omitempty"`
	Key        string   `json:"key"` // that signed: RFC 7638 thumbprint, or a C2SP verifier key; SHA-256 of a proof's verifying key
	Entries    []shown  `json:"entries,omitempty"`
	Size       uint64   `json:"checkpoint_size,omitempty"`
	Block      uint64   `json:"block,omitempty"`
	Checked    []string `json:"checked"`
	NotChecked []string `json:"not_checked"`
	NotProven  []string `json:"not_proven,omitempty"`

	Proof *proofVerdict `json:"proof,omitempty"`
}

// shown is an opened entry of a receipt.
type shown struct {
	Type   string            `json:"type"`
	Index  uint64            `json:"index"`
	Entry  string            `json:"entry"`
	Fields map[string]string `json:"fields"`
	order  []string
}

func (v *verdict) checked(format string, args ...any) {
	v.Checked = append(v.Checked, fmt.Sprintf(format, args...))
}

func (v *verdict) notChecked(format string, args ...any) {
	v.NotChecked = append(v.NotChecked, fmt.Sprintf(format, args...))
}

// trust is what a verifier goes by: whose keys and which contract are meant, and chains to ask.
type trust struct {
	network     *anchor.Network  // nil: nothing published was named
	published   []anchor.Network // this one, and the logs that it has succeeded, whose receipts stay valid
	certificate string           // file with the published key of certificates
	providers   []*rpc.Client    // of the chain; none: it is not asked
	noChain     string           // why
	content     string           // file that a record's receipt is compared with
	close       func()
}

// verifyOptions are the flags of `lethe verify`.
type verifyOptions struct {
	key, public, content string
	rpc                  []string
	state                bool
	expected             expected
}

func (p *program) verifyCommand() *cobra.Command {
	o := verifyOptions{}
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "check a receipt, a certificate of erasure, a checkpoint of the log, or a proof",
		Long: `Checks a file that Lethe has issued: a receipt, a certificate of erasure, a signed checkpoint, or a proof of any statement. It opens no
record, and needs no account.

--public FOLDER names what the issuer publishes (network.json and the key of certificates, as a copy of STATE/public): with it, the
file must be signed by the published keys and name the published contract. --rpc URL asks a node of the chain whether the contract has
accepted the checkpoint; give it twice to ask two providers that must agree. Without --public it asks for the contract that the file
names, and says that whose that is was not checked. --dir STATE takes both from a state folder. What could not be
checked is said.

A proof is verified by the key that --public or --dir pin, else by this user's own. What it should be about is said by --criteria, --context,
--grantee, --terms and --max-age; its trees are compared with those of the service, where --url names one or the state folder is served.`,
		Example: `  lethe verify receipt.json --public public --rpc https://rpc.example.org --rpc https://other.example.net
  lethe verify certificate.json --dir lethe-state
  lethe verify proof.json --public public --criteria prediabetes.yaml --context "challenge of the trial's site" --max-age 10m`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.state = c.Flags().Changed("dir")
			return p.verify(c.Context(), args[0], o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.key, "key", "", "the issuer's published key of certificates, as a JWK file")
	f.StringVar(&o.public, "public", "", "folder with what the issuer publishes")
	f.StringArrayVar(&o.rpc, "rpc", nil, "JSON-RPC URL of a node of the chain; may be given twice")
	f.StringVar(&o.content, "content", "", "file to compare with what a record's receipt says was stored")
	o.expected.add(c)
	return c
}

// publishedKey is where a state folder publishes the key that certificates verify with.
func (p *program) publishedKey() string { return p.publicFile(publicKeyFile) }

func (p *program) verify(ctx context.Context, file string, o verifyOptions) error {
	data, err := readBounded(file, maxVerified)
	if err != nil {
		return err
	}
	if done, err := p.verifyIfProof(ctx, file, data, o); done || err != nil {
		return err
	}
	t, err := p.trust(ctx, o)
	if err != nil {
		return err
	}
	defer t.close()
	var v verdict
	switch kindOf(data) {
	case "receipt":
		v, err = t.verifyReceipt(ctx, data)
	case "certificate":
		v, err = t.verifyCertificate(ctx, data)
	default:
		v, err = t.verifyCheckpoint(ctx, data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return p.showVerdict(v)
}

// kindOf says what a file claims to be; the parsers are strict about it.
func kindOf(data []byte) string {
	var probe struct {
		Format      string          `json:"format"`
		Certificate json.RawMessage `json:"certificate"`
	}
	switch err := json.Unmarshal(data, &probe); {
	case err == nil && probe.Certificate != nil, err != nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && probe.Format == "":
		return "certificate"
	case err == nil && strings.HasPrefix(probe.Format, "lethe-receipt/"):
		return "receipt"
	}
	return "checkpoint"
}

// trust gathers what the flags name.
func (p *program) trust(ctx context.Context, o verifyOptions) (t trust, err error) {
	t = trust{certificate: o.key, content: o.content, noChain: "no --rpc was given", close: func() {}}
	public := o.public
	if public == "" && o.state {
		public = p.publicDir()
	}
	if public != "" {
		if t.certificate == "" {
			t.certificate = filepath.Join(public, publicKeyFile)
		}
		network, err := p.readNetwork(public)
		if err != nil {
			return t, withHint(fmt.Errorf("what the issuer publishes cannot be read: %w", err), "--public names a copy of the issuer's public folder")
		}
		t.network, t.published = &network, []anchor.Network{network}
		for log := range network.Log {
			before, err := readNetworkFile(filepath.Join(public, earlierNetwork(log)))
			if err != nil {
				return t, fmt.Errorf("what the issuer publishes of log %d cannot be read: %w", log, err)
			}
			t.published = append(t.published, before)
		}
	}
	if o.state && len(o.rpc) == 0 {
		o.rpc = p.config.Anchor.RPC
	}
	if len(o.rpc) > 0 {
		return t, t.dial(ctx, o.rpc)
	}
	if o.state && t.network != nil {
		t.openEmbedded(ctx, filepath.Join(p.dir, chainFolder))
	}
	return t, nil
}

func (t *trust) dial(ctx context.Context, urls []string) error {
	t.close = func() {
		for _, c := range t.providers {
			c.Close()
		}
	}
	if twice(urls) {
		return errors.New("--rpc names one provider twice: two that are to agree must be two")
	}
	for _, u := range urls {
		c, err := evm.Dial(ctx, u)
		if err != nil {
			t.close()
			return err
		}
		t.providers = append(t.providers, c)
	}
	return nil
}

// openEmbedded asks a state folder's own chain, unless somebody else has it open.
func (t *trust) openEmbedded(ctx context.Context, dir string) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.noChain = "the state folder has no chain of its own, and no --rpc was given"
		return
	}
	chain, err := devchain.Open(ctx, devchain.Config{Dir: dir, Manual: true})
	if err != nil {
		t.noChain = "the state folder's chain cannot be opened: " + oneLine(err)
		return
	}
	t.close = func() { _ = chain.Close() }
	t.providers = []*rpc.Client{chain.RPC()}
}

func (p *program) showVerdict(v verdict) error {
	if p.json {
		return p.print(v)
	}
	fmt.Fprintf(p.stdout, "%s: %s\nsigned with key %s\n", v.title(), v.heading(), v.Key)
	for _, e := range v.Entries {
		fmt.Fprintf(p.stdout, "entry %d: %s\n", e.Index, e.Type)
		for _, name := range e.order {
			fmt.Fprintf(p.stdout, "  %-12s %s\n", name, visible(e.Fields[name]))
		}
	}
	p.showLines(v)
	return nil
}

// showLines says what was checked, and what was not.
func (p *program) showLines(v verdict) {
	for _, part := range []struct {
		heading string
		lines   []string
	}{{"checked", v.Checked}, {"not checked", v.NotChecked}, {"not proven by it", v.NotProven}} {
		for _, l := range part.lines {
			fmt.Fprintf(p.stdout, "%s: %s\n", part.heading, l)
		}
	}
}

func (v *verdict) title() string {
	switch v.Kind {
	case "receipt":
		return fmt.Sprintf("receipt for %d entries in a log of %d", len(v.Entries), v.Size)
	case "checkpoint":
		return fmt.Sprintf("checkpoint of a log of %d entries", v.Size)
	}
	return "certificate of erasure, case " + v.Case
}

func (v *verdict) heading() string {
	switch {
	case v.Issuer && v.Anchored:
		return "authentic, and anchored"
	case v.Block > 0 && !v.Issuer:
		return "consistent and on the chain, but WHOSE it is was not checked"
	case v.Issuer:
		return "authentic"
	}
	return "the signature is consistent, but WHOSE it is was not checked"
}

func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, err
}
