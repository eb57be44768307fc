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
	Valid      bool     `json:"valid"`          // form and signature
	Issuer     bool     `json:"issuer_checked"` // and the key is the published one
	Case       string   `json:"case"`
	Key        string   `json:"key"` // RFC 7638 thumbprint of the key that signed
	Checked    []string `json:"checked"`
	NotChecked []string `json:"not_checked"`
	NotProven  []string `json:"not_proven"`
}

func (p *program) verifyCommand() *cobra.Command {
	var keyFile string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "check a certificate of erasure",
		Long: `Checks a certificate of erasure: its form, its signature and, with --key or --dir, that the key is the issuer's: --key names
the published key, a JWK file; --dir a state folder that has it in public/. It opens no store and needs no account. What it could
not check it says: without either it cannot say whose certificate it is.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if keyFile == "" && c.Flags().Changed("dir") {
				keyFile = p.publishedKey()
			}
			return p.verify(args[0], keyFile)
		},
	}
	c.Flags().StringVar(&keyFile, "key", "", "the issuer's published key, as a JWK file")
	return c
}

// publishedKey is where a state folder publishes the key that certificates verify with.
func (p *program) publishedKey() string { return filepath.Join(p.dir, publicFolder, publicKeyFile) }

func (p *program) verify(file, keyFile string) error {
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
	if keyFile == "" {
		v.NotChecked = append(v.NotChecked, "whose key signed it: anyone can make a key. Give --key or --dir, or compare the thumbprint")
		return p.showVerdict(v)
	}
	if err := checkIssuer(key, keyFile); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	v.Issuer = true
	v.Checked = append(v.Checked, "the key is the one published in "+keyFile)
	return p.showVerdict(v)
}

// checkIssuer compares the key that signed with the published one.
func checkIssuer(key jose.JSONWebKey, file string) error {
	data, err := readBounded(file, maxCertificate)
	if err != nil {
		return withHint(fmt.Errorf("the published key cannot be read: %w", err), "without --key and --dir only the signature is checked")
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
	heading := "the signature is consistent, but WHOSE it is was not checked"
	if v.Issuer {
		heading = "authentic"
	}
	fmt.Fprintf(p.stdout, "certificate of erasure, case %s: %s\nsigned with key %s\n", v.Case, heading, v.Key)
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
