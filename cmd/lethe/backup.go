package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lethe/offchain/archive"
)

// backupConfig says where backups are made, and how long they live.
type backupConfig struct {
	To        string `yaml:"to"`
	Keeper    string `yaml:"keeper"`
	EpochDays int    `yaml:"epoch_days"`
	KeepDays  int    `yaml:"keep_days"`
}

func defaultBackup() backupConfig { return backupConfig{EpochDays: 30, KeepDays: 35} }

func (c *backupConfig) check() error {
	if c.EpochDays < 1 || c.KeepDays < 0 {
		return errors.New("backup: epoch_days must be at least 1, keep_days at least 0")
	}
	return nil
}

// expiryGrace is how late the keeper's daily run may destroy a key.
const expiryGrace = day

// epochsFolder is where a state folder has the public parts of epochs, below what it publishes. They do not lie with the
// backups: whoever may write there could put a recipient of their own in the place of the keeper's.
const epochsFolder = "epochs"

// Folders and files of a place where backups are made. What was made in an epoch lies in a folder of its number.
const (
	ownerFile     = "owner"    // of whose stores the backups are
	partialFolder = ".partial" // in an epoch's: what is not whole yet
	stampLayout   = "20060102T150405Z"
	archiveEnd    = ".age"
)

// Parts of a backup, each a file.
const (
	partIndex        = "index"
	partKeys         = "keys"
	partLog          = "log"
	partChain        = "chain"
	partObjects      = "objects" // the list of them
	partPublic       = "public"
	partCertificates = "certificates"
	partTrials       = trialsFolder
	partManifest     = "manifest"
	kindObject       = "object"
)

// What a manifest says of the key store.
const (
	keysEmbedded = "embedded"
	keysVault    = "vault"
	keysNone     = "none"
)

// backupOptions are the flags of `lethe backup`.
type backupOptions struct {
	to, owner   string
	withoutKeys bool
	admin       vaultAdmin
}

func (p *program) backupCommand() *cobra.Command {
	var o backupOptions
	c := &cobra.Command{
		Use: "backup", Short: "back everything up but the erasure ledger, encrypted under a key that expires",
		Long: `Takes the index, then the key store, then the objects that the index names and that are not there yet, with the log and
what is published, into a folder. Everything is encrypted to the public key of the current epoch (see lethe backup epoch), so
that it takes no secret to make a backup, and so that all backups of an epoch are gone on the day on which its key is destroyed.
The erasure ledger is never part of it: it is what a restored backup is measured against, and needs a place of its own
(ledger.copy or ledger.s3).

Stores in the state folder are copied while nobody else has it open. Stores on servers are copied beside a service at work. A
snapshot of HashiCorp Vault holds all of it and needs an administrator's token; --without-keys leaves that to Vault's own
snapshot agent.`,
		Example: "  lethe backup epoch new --keeper /media/safe\n  lethe backup --to /backup/lethe",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.backup(c.Context(), o) },
	}
	c.PersistentFlags().StringVar(&o.to, "to", "", "folder in which backups are made (default: backup.to)")
	c.Flags().BoolVar(&o.withoutKeys, "without-keys", false, "leave the key store to Vault's own snapshots")
	c.Flags().StringVar(&o.admin.tokenFile, "token-file", "",
		"file with a token of Vault that may take snapshots (default: VAULT_TOKEN)")
	c.Flags().StringVar(&o.owner, "owner-url-file", "", "file with the owner's URL of the database (default: index.postgres)")
	c.AddCommand(p.epochCommand(&o.to), p.verifyBackupCommand())
	return c
}

// backupFolder is where backups are made, apart from what they are of.
func (p *program) backupFolder(flag string) (string, error) {
	to := flag
	if to == "" {
		to = p.config.Backup.To
	}
	if to == "" {
		return "", withHint(errors.New("no folder for backups is named"), "give --to DIR, or set backup.to in the configuration")
	}
	if !apart(to, p.dir) {
		return "", withHint(fmt.Errorf("backups in %s would be lost with the state folder", to), "choose another disk or site")
	}
	return to, nil
}

// keeperFolder is where the keys of epochs are, apart from what they open. Empty folders are not compared.
func (p *program) keeperFolder(flag, to string) (archive.Keeper, error) {
	keeper := flag
	if keeper == "" {
		keeper = p.config.Backup.Keeper
	}
	switch {
	case keeper == "":
		return "", withHint(errors.New("no keeper's folder is named"),
			"give --keeper DIR: a folder on another machine, a stick, a safe")
	case !apart(keeper, p.dir):
		return "", withHint(errors.New("the keeper's folder and the state folder lie in each other"),
			"whoever has one has both then: keep the keys of epochs on another machine or a stick")
	case to != "" && !apart(keeper, to):
		return "", withHint(errors.New("the keeper's folder and the backups lie in each other"),
			"a copy of the backups would take the keys along, and they would not expire: keep them on another machine or a stick")
	}
	return archive.Keeper(keeper), nil
}

// apart says that neither of two folders lies in the other.
func apart(a, b string) bool { return !within(a, b) && !within(b, a) }

// epochsDir has the epochs that this state folder makes backups in.
func (p *program) epochsDir() string { return filepath.Join(p.publicDir(), epochsFolder) }

// claimPlace makes a folder that is there the place of this state folder's backups, or finds that it is: the log's tiles of two
// would have the same names.
func (p *program) claimPlace(to string) error {
	n, err := p.readNetwork(p.publicDir())
	if err != nil {
		return withHint(err, "a state folder that has never been opened has nothing to back up")
	}
	if _, err := os.Stat(to); err != nil {
		return withHint(fmt.Errorf("the folder for backups: %w", err), "make it, or mount the disk that it is on")
	}
	name, owner := filepath.Join(to, ownerFile), fmt.Sprintf("%s %s", p.config.Tenant, copyOwner(n))
	have, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return publish(name, []byte(owner))
	}
	if err == nil && string(have) != owner {
		err = withHint(fmt.Errorf("the backups in %s are of other stores", to), "each state folder has a folder of its own for backups")
	}
	return err
}

// currentEpoch is the one that a backup of now belongs into.
func (p *program) currentEpoch(now time.Time) (e archive.Epoch, err error) {
	all, err := archive.Epochs(p.epochsDir())
	if err != nil {
		return e, err
	}
	if len(all) == 0 {
		return e, withHint(errors.New("there is no epoch to make a backup in"),
			"the keeper makes one, `lethe backup epoch new --keeper DIR`, and its public part goes to "+p.epochsDir())
	}
	for _, e := range all {
		if e.Tenant != p.config.Tenant {
			return e, withHint(fmt.Errorf("epoch %d is of tenant %s", e.Number, e.Tenant),
				"look which keeper's public part was put into "+p.epochsDir())
		}
		if e.Destroyed.IsZero() && now.After(e.DestroyAfter.Add(expiryGrace)) {
			p.say("the key of epoch %d was to be destroyed after %s, and nothing says that it was: `lethe backup epoch expire`",
				e.Number, e.DestroyAfter.Format(time.DateOnly))
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Covers(now) {
			return all[i], p.checkPromise(all[i].DestroyAfter, now)
		}
	}
	newest := all[len(all)-1]
	if now.Before(newest.Start) {
		return e, withHint(fmt.Errorf("epoch %d begins only at %s", newest.Number, newest.Start.Format(time.RFC3339)),
			"look at the clocks of both machines")
	}
	return e, withHint(fmt.Errorf("epoch %d has ended at %s", newest.Number, newest.End.Format(time.RFC3339)),
		"the keeper makes the next one, `lethe backup epoch new --keeper DIR`, and its public part goes to "+p.epochsDir())
}

// checkPromise holds the end of a backup against what certificates say of backups.
func (p *program) checkPromise(gone, now time.Time) error {
	days := p.config.Retention.BackupsDays
	if days == 0 {
		p.say("retention.backups_days is 0: certificates of erasures do not say when backups are gone")
		return nil
	}
	if promised := now.Add(time.Duration(days) * day); gone.Add(expiryGrace).After(promised) {
		return withHint(fmt.Errorf("a backup made now would be readable until %s, certificates promise that it is gone %d days on, by %s",
			gone.Format(time.DateOnly), days, promised.Format(time.DateOnly)),
			fmt.Sprintf("retention.backups_days must be at least epoch_days + keep_days + 1, %d now; a shorter epoch will do",
				p.config.Backup.EpochDays+p.config.Backup.KeepDays+1))
	}
	return nil
}

// claim takes the state folder where a store lies in it. On servers a backup is made beside whoever is at work.
func (p *program) claim() (held bool, release func() error, err error) {
	release, err = lock(filepath.Join(p.dir, lockFile))
	if err == nil {
		return true, release, nil
	}
	vault, postgres := p.onServers()
	if vault && postgres && p.config.Objects.S3.URL != "" && len(p.config.Anchor.RPC) > 0 {
		return false, func() error { return nil }, nil
	}
	return false, nil, withHint(fmt.Errorf("stores in the state folder can be copied only while nobody has it open: %w", err),
		"stop that process for the minutes that a backup takes; stores on servers (docs/servers.md) are backed up beside it")
}

// clearLeftovers removes what an interrupted backup has left: nothing of it was ever taken for one.
func (p *program) clearLeftovers(to string) error {
	left, err := filepath.Glob(filepath.Join(to, "*", partialFolder))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return removeScratch(p.scratchFolder())
}

// scratchFolder is where the copy of the index is made that a backup then encrypts.
func (p *program) scratchFolder() string { return filepath.Join(p.dir, ".backup") }

// removeScratch overwrites what is in the folder, as wrapped keys were, and removes it.
func removeScratch(dir string) error {
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return archive.Shred(name)
	})
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.RemoveAll(dir)
}
