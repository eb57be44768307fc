package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"lethe/keys/transit"
	"lethe/offchain/index"
)

// thief copies a key store and an index, and puts the copies back later: as folders where they are folders, as an administrator of the
// servers where they are servers.
type thief struct {
	*program
	admin vaultAdmin
	loot  string
}

const vaultLoot = "vault.snapshot"

// onServers says whether the key store is a server, and whether the index is.
func (p *program) onServers() (keys, index bool) {
	return p.config.Keys.Vault.Address != "", !p.config.Index.Postgres.empty()
}

func (t thief) take(ctx context.Context) error {
	vault, postgres := t.onServers()
	return errors.Join(
		t.copyFolder(!vault, keysFolder, t.dir, t.loot), t.copyFolder(!postgres, indexFolder, t.dir, t.loot),
		t.takeSnapshot(ctx, vault), t.withIndexes(ctx, postgres, func(there, copied *index.Store) error {
			_, err := index.Copy(ctx, there, copied)
			return err
		}))
}

func (t thief) putBack(ctx context.Context) error {
	vault, postgres := t.onServers()
	for f, elsewhere := range map[string]bool{keysFolder: vault, indexFolder: postgres} {
		if !elsewhere {
			if err := os.RemoveAll(filepath.Join(t.dir, f)); err != nil {
				return err
			}
		}
	}
	return errors.Join(
		t.copyFolder(!vault, keysFolder, t.loot, t.dir), t.copyFolder(!postgres, indexFolder, t.loot, t.dir),
		t.restoreSnapshot(ctx, vault), t.withIndexes(ctx, postgres, func(there, copied *index.Store) error {
			if err := index.Clear(ctx, there); err != nil {
				return err
			}
			_, err := index.Copy(ctx, copied, there)
			return err
		}))
}

func (t thief) copyFolder(is bool, folder, from, to string) error {
	if !is {
		return nil
	}
	return os.CopyFS(filepath.Join(to, folder), os.DirFS(filepath.Join(from, folder)))
}

func (t thief) takeSnapshot(ctx context.Context, is bool) (err error) {
	if !is {
		return nil
	}
	cfg, err := t.admin.config(t.program)
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(t.loot, vaultLoot))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return transit.Snapshot(ctx, cfg, f)
}

func (t thief) restoreSnapshot(ctx context.Context, is bool) error {
	if !is {
		return nil
	}
	cfg, err := t.admin.config(t.program)
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(t.loot, vaultLoot))
	if err != nil {
		return err
	}
	defer f.Close()
	return transit.RestoreSnapshot(ctx, cfg, f)
}

// withIndexes opens the database and the thief's copy of it.
func (t thief) withIndexes(ctx context.Context, is bool, do func(there, copied *index.Store) error) (err error) {
	if !is {
		return nil
	}
	there, err := t.openIndex(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	copied, err := index.Open(ctx, index.Config{Dir: filepath.Join(t.loot, indexFolder), Tenant: t.config.Tenant, Log: t.log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	return do(there, copied)
}

// prepareServers makes a tenant of the demo's own on the configured servers, so that nothing of anybody else's is touched but by putting
// all of Vault back.
func (d *demo) prepareServers(ctx context.Context) error {
	vault, postgres := d.onServers()
	s3, ledger := &d.config.Objects.S3, &d.config.Ledger.S3
	if !vault && !postgres && s3.URL == "" && ledger.URL == "" {
		return d.prepareChain(ctx)
	}
	if !d.expendable {
		return withHint(errors.New("the configuration names servers, and the demo puts an old copy of all of Vault and of its own rows back"),
			"give --expendable if nothing on them is of value")
	}
	d.config.Tenant = "demo-" + newSuffix()
	for _, b := range []*s3Config{s3, ledger} {
		b.Prefix = filepath.ToSlash(filepath.Join(b.Prefix, d.config.Tenant))
	}
	if vault {
		if err := d.prepareVault(ctx); err != nil {
			return err
		}
	}
	if s3.URL != "" || ledger.URL != "" {
		if err := d.setUpBuckets(ctx, func(string, []string) {}); err != nil {
			return err
		}
	}
	if postgres {
		url, err := d.config.Index.Postgres.text()
		if err == nil {
			err = index.Migrate(ctx, url, d.log)
		}
		if err != nil {
			return err
		}
	}
	return d.prepareChain(ctx)
}

// prepareChain deploys contracts of the demo's own on the configured chain: the accounts of trials have their roles there, if there are any, and the
// submitter's account has the others.
func (d *demo) prepareChain(ctx context.Context) error {
	if len(d.config.Anchor.RPC) == 0 {
		return nil
	}
	signer, err := d.submitter(ctx)
	if err != nil {
		return err
	}
	nobody := common.BytesToAddress([]byte(newSuffix())) // no successor follows here
	o := deployOptions{
		rpc: d.config.Anchor.RPC[0], adminKey: d.config.Anchor.SubmitterKey.File, recovery: signer.Address().Hex(), guardian: nobody.Hex(),
		maxGrowth: defaultMaxGrowth, successorDelay: d.config.Anchor.Delay, maxHeartbeat: defaultMaxHeartbeat,
	}
	if d.config.Trials.SponsorKey != "" {
		sequencer, err := secret{File: d.config.Trials.SequencerKey}.account()
		if err != nil {
			return fmt.Errorf("trials.sequencer_key: %w", err)
		}
		o.adminKey, o.registrar = d.config.Trials.SponsorKey, crypto.PubkeyToAddress(sequencer.PublicKey).Hex()
	}
	if err := d.hushed().chainDeploy(ctx, o); err != nil {
		return fmt.Errorf("deploy on the configured chain: %w", err)
	}
	d.tell("Chain:   contracts were deployed on the configured chain, for this run.")
	return nil
}

// prepareVault sets the demo's tenant up, and logs in as its roles.
func (d *demo) prepareVault(ctx context.Context) error {
	cfg, err := d.thief.admin.config(d.program)
	if err != nil {
		return err
	}
	report, err := transit.Setup(ctx, cfg, transit.SetupConfig{})
	if err != nil {
		return err
	}
	if err := d.writeSecretIDs(ctx, cfg, transit.SetupConfig{}, d.thief.loot); err != nil {
		return err
	}
	d.config.Keys.Vault.Roles = map[transit.Role]vaultLogin{}
	for role, id := range report.RoleIDs {
		d.config.Keys.Vault.Roles[role] = vaultLogin{RoleID: id, SecretID: secret{File: filepath.Join(d.thief.loot, secretIDFile(role))}}
	}
	d.tell("Servers: tenant %s was set up for this run.", fmt.Sprint(d.config.Tenant))
	return nil
}
