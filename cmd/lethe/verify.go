package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	"lethe/vault/certificate"
)

// maxCertificate bounds what `lethe verify` reads, in bytes.
const maxCertificate = 4 << 20

// verdict is what `lethe verify --json` prints.
type verdict struct {
	Kind       string   `json:"kind"`
	Valid      bool     `json:"valid"`
	Case       string   `json:"case"`
	Key        string   `json:"key"` // RFC 7638 thumbprint of the key that signed
	Checked    []string `json:"checked"`
	NotChecked []string `json:"not_checked"`
	NotProven  []string `json:"not_proven"`
}

func (p *program) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "check a certificate of erasure",
		Long: `Checks a certificate of erasure: its form, its signature and, with --dir, that the key is the one published in the state
folder's public/. It opens no store and needs no account. What it could not check it says.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.verify(args[0], c.Flags().Changed("dir"))
		},
	}
}

func (p *program) verify(file string, withDir bool) error {
	data, err := readBounded(file, maxCertificate)
	if err != nil {
		return err
	}
	c, key, err := certificate.Verify(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	v := verdict{
		Kind: "erasure-certificate", Valid: true, Case: c.Case, Key: key.KeyID,
		Checked:    []string{"the file's form", "the signature over everything in it"},
		NotChecked: []string{"inclusion in the public log and on the chain: chain is " + c.Chain},
		NotProven:  c.DoesNotProve,
	}
	if !withDir {
		v.NotChecked = append(v.NotChecked, "whose key signed it: compare the thumbprint with the published one, or give --dir")
		return p.showVerdict(v)
	}
	if err := p.checkIssuer(key); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	v.Checked = append(v.Checked, "the key is the one published in "+filepath.Join(p.dir, publicFolder))
	return p.showVerdict(v)
}

// checkIssuer compares the key that signed with the published one.
func (p *program) checkIssuer(key jose.JSONWebKey) error {
	data, err := os.ReadFile(filepath.Join(p.dir, publicFolder, publicKeyFile))
	if err != nil {
		return withHint(fmt.Errorf("the published key cannot be read: %w", err), "without --dir only the signature is checked")
	}
	var published jose.JSONWebKey
	if err := json.Unmarshal(data, &published); err != nil {
		return fmt.Errorf("the published key is not a JWK: %w", err)
	}
	issuer, err := certificate.KeyOf(published.Key)
	if err != nil {
		return err
	}
	if issuer.KeyID != key.KeyID {
		return fmt.Errorf("%w: signed with another key (%s) than the published one (%s)", certificate.ErrInvalid, key.KeyID, issuer.KeyID)
	}
	return nil
}

func (p *program) showVerdict(v verdict) error {
	if p.json {
		return p.print(v)
	}
	fmt.Fprintf(p.stdout, "authentic certificate of erasure, case %s\nsigned with key %s\n", v.Case, v.Key)
	for _, part := range []struct {
		heading string
		lines   []string
	}{{"checked", v.Checked}, {"not checked", v.NotChecked}, {"not proven by it", v.NotProven}} {
		for _, l := range part.lines {
			fmt.Fprintf(p.stdout, "%s: %s\n", part.heading, l)
		}
	}
	return nil
}

func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than the %d bytes a certificate may have", name, limit)
	}
	return data, err
}
