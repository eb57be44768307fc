package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lethe/keys/transit"
	"lethe/offchain/object"
)

// Commands that make the servers what the configuration needs of them, as their administrator, once and after each upgrade.

// vaultAdmin is how an administrator of HashiCorp Vault gets in.
type vaultAdmin struct {
	tokenFile string
	setup     transit.SetupConfig
}

func (a vaultAdmin) config(p *program) (transit.Config, error) {
	v := p.config.Keys.Vault
	if v.Address == "" {
		return transit.Config{}, withHint(errors.New("keys.vault.address is not configured"), "give --config FILE with the server's address")
	}
	token, err := secret{File: a.tokenFile}.text()
	if token = cmp.Or(token, os.Getenv("VAULT_TOKEN")); err == nil && token == "" {
		err = withHint(errors.New("no administrator's token"), "give --token-file FILE, or set VAULT_TOKEN")
	}
	return transit.Config{
		Address: v.Address, CAFile: v.CA, Namespace: v.Namespace, Mount: v.Mount, Tenant: p.config.Tenant,
		Login: transit.Login{Token: func(context.Context) (string, error) { return token, nil }},
	}, err
}

func (p *program) vaultCommand() *cobra.Command {
	var admin vaultAdmin
	var policies bool
	var secretIDs string
	c := &cobra.Command{Use: "vault", Short: "HashiCorp Vault as key store: setup, check"}
	setup := &cobra.Command{
		Use: "setup", Short: "make the mount, keys, policies and AppRoles of this tenant, or bring them back", Args: cobra.NoArgs,
		Long: `Makes what the configured Vault needs for this tenant, as its administrator: a Transit mount that never makes a key by the way, four
AppRoles that can each do one thing (serve, work, erase, witness), and the keys that are nobody's. It can be run again, and changes
nothing that is as it should be. Drop the administrator's token afterwards: Lethe never needs it.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if policies {
				return p.printPolicies()
			}
			return p.setUpVault(c.Context(), admin, secretIDs)
		},
	}
	check := &cobra.Command{
		Use: "check", Short: "compare what is in force with what setup made", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.checkVault(c.Context(), admin) },
	}
	setup.Flags().BoolVar(&policies, "print-policy", false, "print the four policies and do nothing")
	setup.Flags().StringVar(&secretIDs, "secret-ids", "", "make a secret id for each role, in files of this folder, for the processes to log in with")
	setup.Flags().StringVar(&admin.setup.AuditFile, "audit-file", "", "turn on an audit device that writes to this file on the server's disk")
	c.PersistentFlags().StringVar(&admin.tokenFile, "token-file", "", "file with the administrator's token (default: VAULT_TOKEN)")
	c.AddCommand(setup, check)
	return c
}

func (p *program) printPolicies() error {
	mount := cmp.Or(p.config.Keys.Vault.Mount, transit.DefaultMount(p.config.Tenant))
	policies := transit.Policies(mount)
	if p.json {
		return p.print(policies)
	}
	for _, role := range transit.Roles() {
		fmt.Fprintf(p.stdout, "# policy %s\n%s\n", transit.PolicyName(p.config.Tenant, role), policies[role])
	}
	return nil
}

func (p *program) setUpVault(ctx context.Context, admin vaultAdmin, secretIDs string) error {
	cfg, err := admin.config(p)
	if err != nil {
		return err
	}
	report, err := transit.Setup(ctx, cfg, admin.setup)
	if err != nil {
		return err
	}
	if secretIDs != "" {
		if err := p.writeSecretIDs(ctx, cfg, admin.setup, secretIDs); err != nil {
			return err
		}
	}
	if p.json {
		return p.print(report)
	}
	for _, change := range report.Changes {
		fmt.Fprintf(p.stdout, "made: %s\n", change)
	}
	if len(report.Changes) == 0 {
		fmt.Fprintln(p.stdout, "everything was as it should be")
	}
	fmt.Fprintf(p.stdout, "\nfor the configuration:\n\nkeys:\n  vault:\n    roles:\n")
	for _, role := range transit.Roles() {
		file := filepath.Join(cmp.Or(secretIDs, "/etc/lethe"), secretIDFile(role))
		fmt.Fprintf(p.stdout, "      %s: {role_id: %s, secret_id: {file: %s}}\n", role, report.RoleIDs[role], file)
	}
	return nil
}

func secretIDFile(role transit.Role) string { return string(role) + ".secret-id" }

// writeSecretIDs makes a secret id for each role. Those that were made before stay valid.
func (p *program) writeSecretIDs(ctx context.Context, cfg transit.Config, setup transit.SetupConfig, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ids, err := transit.SecretIDs(ctx, cfg, setup)
	if err != nil {
		return err
	}
	for role, id := range ids {
		if err := os.WriteFile(filepath.Join(dir, secretIDFile(role)), []byte(id+"\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) checkVault(ctx context.Context, admin vaultAdmin) error {
	cfg, err := admin.config(p)
	if err != nil {
		return err
	}
	drift, err := transit.Drift(ctx, cfg, admin.setup)
	if err != nil {
		return err
	}
	return p.tellDifferences("Vault", drift, "`lethe vault setup` brings it back")
}

// tellDifferences prints how a server differs from what is meant, which is an error.
func (p *program) tellDifferences(what string, differences []string, hint string) error {
	if p.json {
		if err := p.print(map[string]any{"differences": append([]string{}, differences...)}); err != nil {
			return err
		}
	} else {
		for _, d := range differences {
			fmt.Fprintf(p.stdout, "%s\n", visible(d))
		}
	}
	if len(differences) > 0 {
		return withHint(fmt.Errorf("%s differs from what is meant in %d points", what, len(differences)), hint)
	}
	if !p.json {
		fmt.Fprintf(p.stdout, "%s is what it is meant to be\n", what)
	}
	return nil
}

func (p *program) s3Command() *cobra.Command {
	c := &cobra.Command{Use: "s3", Short: "the buckets for records and for the ledger's copy: setup, check"}
	var policies bool
	setup := &cobra.Command{
		Use: "setup", Short: "make the configured buckets, or bring them to what is meant", Args: cobra.NoArgs,
		Long: `Makes the buckets of objects.s3 and ledger.s3 with the credentials of the configuration: versioned, and the ledger's with an object lock
in compliance mode for lock_days, so that nobody can take an entry away. A lock is chosen when a bucket is made, and for good. Making
users is the server's own business: --print-policy says what the one of each process may do.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if policies {
				return p.printBucketPolicies()
			}
			return p.setUpAndTell(c.Context())
		},
	}
	setup.Flags().BoolVar(&policies, "print-policy", false, "print what each process needs (IAM policies), and do nothing")
	check := &cobra.Command{
		Use: "check", Short: "compare the buckets with what is meant", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var all []string
			err := p.buckets(func(name string, cfg object.S3Config, meant object.S3Setup) error {
				differences, err := object.CheckS3(c.Context(), cfg, meant)
				for _, d := range differences {
					all = append(all, name+": "+d)
				}
				return err
			})
			if err != nil {
				return err
			}
			return p.tellDifferences("S3", all, "`lethe s3 setup` makes the buckets what they are meant to be")
		},
	}
	c.AddCommand(setup, check)
	return c
}

// buckets calls do for each bucket that is configured.
func (p *program) buckets(do func(name string, cfg object.S3Config, meant object.S3Setup) error) error {
	found := false
	for _, b := range []struct {
		name string
		s3Config
	}{{"objects.s3", p.config.Objects.S3}, {"ledger.s3", p.config.Ledger.S3}} {
		if b.URL == "" {
			continue
		}
		found = true
		cfg, err := b.config()
		if err == nil {
			err = do(b.name, cfg, object.S3Setup{LockDays: b.LockDays})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	if !found {
		return withHint(errors.New("neither objects.s3 nor ledger.s3 is configured"), "give --config FILE with the server and the bucket")
	}
	return nil
}

func (p *program) setUpBuckets(ctx context.Context, tell func(name string, did []string)) error {
	return p.buckets(func(name string, cfg object.S3Config, meant object.S3Setup) error {
		did, err := object.SetupS3(ctx, cfg, meant)
		tell(name, did)
		return err
	})
}

func (p *program) setUpAndTell(ctx context.Context) error {
	made := map[string][]string{}
	err := p.setUpBuckets(ctx, func(name string, did []string) { made[name] = append([]string{}, did...) })
	if err != nil {
		return err
	}
	if p.json {
		return p.print(made)
	}
	for name, did := range made {
		fmt.Fprintf(p.stdout, "%s: %s\n", name, cmp.Or(strings.Join(did, "; "), "everything was as it should be"))
	}
	return nil
}
