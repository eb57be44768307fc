package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lethe/offchain/archive"
	"lethe/offchain/ledger"
)

// restoreOptions are the flags of `lethe restore`.
type restoreOptions struct {
	from, keeper, owner, snapshot string
	only                          []string
	replaceVault, noWitness       bool
	admin                         vaultAdmin
}

func (p *program) restoreCommand() *cobra.Command {
	var o restoreOptions
	c := &cobra.Command{
		Use: "restore", Short: "put a backup back, into stores that are empty",
		Long: `Puts a backup into an empty state folder and, where servers are configured, an empty database, an empty part of a
bucket, and HashiCorp Vault. What is not empty is refused. The witnesses may be there, and stay: ledger/ and chain/ of the state
folder, the ledger's second copy. A restore that was interrupted is not taken for a state: run it again, and it is completed.

The erasure ledger is never in a backup. It is looked for where the configuration has it (ledger.copy, ledger.s3), and must be
at least as long as it was when the backup was made. The next start measures the stores against it and against the chain, and
carries out again what the backup has forgotten.

A snapshot of Vault replaces all of Vault, which takes --replace-vault and an administrator's token; for another Vault than the
one it was taken from, --vault-snapshot writes it into a file for Vault's own tools.`,
		Example: "  lethe restore --from /backup/lethe --keeper /media/safe --dir lethe-state",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.restore(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "folder of a backup, or that in which they are made, for the newest (default: backup.to)")
	f.StringVar(&o.keeper, "keeper", "", "the keeper's folder, which has the key of the backup's epoch (default: backup.keeper)")
	f.StringSliceVar(&o.only, "only", nil, "put only these back: index, keys, objects, log, trials, public")
	f.BoolVar(&o.replaceVault, "replace-vault", false, "replace all of the configured Vault by the snapshot")
	f.StringVar(&o.snapshot, "vault-snapshot", "", "write Vault's snapshot into this file instead")
	f.BoolVar(&o.noWitness, "no-witness", false,
		"restore although neither a ledger nor a chain is left: erasures since the backup are forgotten")
	f.StringVar(&o.admin.tokenFile, "token-file", "", "file with the administrator's token of Vault (default: VAULT_TOKEN)")
	f.StringVar(&o.owner, "owner-url-file", "", "file with the owner's URL of the database (default: index.postgres)")
	return c
}

// restoringFile stands in a state folder while a backup is being put into it: what is there is no state yet, and was empty
// before.
const restoringFile = "restoring.json"

// restoring says which backup is being put back, and which parts of it.
type restoring struct {
	Backup   string         `json:"backup"`
	Manifest archive.Digest `json:"manifest"`
	Parts    []string       `json:"parts"`
}

// unfinishedRestore refuses a state folder into which a backup was put in part.
func (p *program) unfinishedRestore() error {
	r, err := p.readRestoring()
	if err != nil || r == nil {
		return err
	}
	return withHint(fmt.Errorf("%s was not completely restored from %s", p.dir, r.Backup),
		"run `lethe restore` again with that backup; or empty the folder and the stores, and remove "+
			filepath.Join(p.dir, restoringFile))
}

// readRestoring reads the mark, nil where there is none.
func (p *program) readRestoring() (*restoring, error) {
	data, err := os.ReadFile(filepath.Join(p.dir, restoringFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r restoring
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	return &r, err
}

// restoral is a backup that is being put back.
type restoral struct {
	*program
	*opened
	o      restoreOptions
	book   ledgerNow
	resume bool // an earlier attempt began it: what is there is of this backup
}

// restored is what `lethe restore --json` prints.
type restored struct {
	Backup  string    `json:"backup"`
	At      time.Time `json:"at"`
	Parts   []string  `json:"parts"`
	Objects int64     `json:"objects"`
	Ledger  uint64    `json:"ledger"`  // entries now
	Behind  uint64    `json:"behind"`  // of these, made since the backup: the next start carries them out again
	Witness string    `json:"witness"` // what the next start measures the stores against
	Millis  int64     `json:"ms"`
}

func (p *program) restore(ctx context.Context, o restoreOptions) (err error) {
	began := time.Now()
	if o.from == "" {
		o.from = p.config.Backup.To
	}
	b, err := p.openBackup(o.from, o.keeper)
	if err != nil {
		return err
	}
	if err := p.hardenProcess(); err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(p.dir, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	r := &restoral{program: p, opened: b, o: o}
	result, err := r.run(ctx)
	if err != nil {
		return err
	}
	result.Millis = time.Since(began).Milliseconds()
	return p.tellRestored(result)
}

// run checks everything that can be checked before anything is written, marks the folder, and puts one part back after the other.
func (r *restoral) run(ctx context.Context) (result restored, err error) {
	parts, err := r.parts()
	if err != nil {
		return result, err
	}
	mark, err := r.readRestoring()
	if err != nil {
		return result, err
	}
	if mark != nil && mark.Manifest != r.manifest {
		return result, r.unfinishedRestore()
	}
	if r.resume = mark != nil; r.resume {
		parts = mark.Parts
	} else if err := r.areEmpty(ctx, parts); err != nil {
		return result, err
	}
	witness, err := r.findWitness(ctx)
	if err != nil {
		return result, err
	}
	if err := r.mark(restoring{Backup: r.folder, Manifest: r.manifest, Parts: parts}); err != nil {
		return result, err
	}
	for _, part := range parts {
		if err := r.putBack(ctx, part); err != nil {
			return result, fmt.Errorf("restore %s: %w", part, err)
		}
		r.at("restore." + part)
	}
	if err := errors.Join(r.makeDir(), syncDir(r.dir)); err != nil {
		return result, err
	}
	r.at("restore.complete")
	if err := errors.Join(os.Remove(filepath.Join(r.dir, restoringFile)), syncDir(r.dir)); err != nil {
		return result, err
	}
	entries := uint64(len(r.book.entries))
	return restored{
		Backup: r.folder, At: r.m.At, Parts: parts, Objects: r.m.Objects.Count, Ledger: entries,
		Behind: entries - min(entries, r.m.Ledger.Entries), Witness: witness,
	}, nil
}

// mark says durably that the folder is no state for now.
func (r *restoral) mark(m restoring) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return publish(filepath.Join(r.dir, restoringFile), append(data, '\n'))
}

// belonging gives the parts that a name of --only stands for, none when it is no such name.
func belonging(name string) []string {
	switch name {
	case partIndex, partKeys, partObjects, partLog, partTrials:
		return []string{name}
	case partPublic:
		return []string{partPublic, partCertificates}
	}
	return nil
}

// parts are those of the backup that are asked for, in the order in which they are put back: the index last.
func (r *restoral) parts() (all []string, err error) {
	asked := map[string]bool{}
	for _, name := range r.o.only {
		belong := belonging(name)
		if belong == nil {
			return nil, fmt.Errorf("--only %s: it is none of index, keys, objects, log, trials and public", name)
		}
		for _, part := range belong {
			asked[part] = true
		}
	}
	for _, part := range []string{partPublic, partCertificates, partTrials, partKeys, partChain, partLog, partObjects, partIndex} {
		_, there := r.m.Part(part)
		if there && (len(r.o.only) == 0 || asked[part]) && (part != partChain || r.needsChain()) {
			all = append(all, part)
		}
	}
	if !slices.Contains(all, partKeys) && len(r.o.only) == 0 {
		r.say("the key store is not in this backup: put it back from Vault's own snapshot of that time, or a newer one")
	}
	if len(all) == 0 {
		return nil, errors.New("nothing of what is asked for is in this backup")
	}
	return all, r.keysFit(slices.Contains(all, partKeys))
}

// needsChain says whether the state folder has a chain of its own, and has lost it.
func (r *restoral) needsChain() bool {
	return len(r.config.Anchor.RPC) == 0 && !holdsFiles(filepath.Join(r.dir, chainFolder))
}

// keysFit refuses to put the keys of one kind of key store into another.
func (r *restoral) keysFit(wanted bool) error {
	vault, _ := r.onServers()
	switch {
	case !wanted:
		return nil
	case vault != (r.m.Keys.Store == keysVault):
		return withHint(fmt.Errorf("the keys in this backup are of the key store %q, and another is configured", r.m.Keys.Store),
			"keys cannot be moved between Vault and the embedded key store: give --config FILE of the stores that were backed up")
	case vault && !r.o.replaceVault && r.o.snapshot == "":
		return withHint(errors.New("the key store is a snapshot of all of Vault, which would replace what is there"),
			"give --replace-vault if that is meant, --vault-snapshot FILE for Vault's own tools, or --only for the other stores")
	}
	return nil
}

// areEmpty refuses stores that hold something.
func (r *restoral) areEmpty(ctx context.Context, parts []string) error {
	for _, part := range parts {
		what, err := r.occupied(ctx, part)
		if err != nil {
			return fmt.Errorf("look whether %s is empty: %w", part, err)
		}
		if what != "" {
			return withHint(fmt.Errorf("%s is not empty, and a backup is put into empty stores only", what),
				"move what is there away, or give --dir another folder; --only puts single stores back")
		}
	}
	return nil
}

// holdsFiles says whether there is a regular file below a folder.
func holdsFiles(dir string) bool {
	found := false
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { // what is not there is empty
		if err == nil && d.Type().IsRegular() && d.Name() != lockFile {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// findWitness says what the next start measures the stores against. Without any, erasures that were carried out since the
// backup would be forgotten, and nobody would know.
func (r *restoral) findWitness(ctx context.Context) (string, error) {
	if err := r.copyIsOurs(); err != nil {
		return "", err
	}
	var err error
	if r.book, err = r.currentLedger(ctx); err != nil {
		return "", err
	}
	var found []string
	if len(r.book.entries) > 0 || r.config.Ledger.Copy != "" || r.config.Ledger.S3.URL != "" {
		found = append(found, "the erasure ledger")
	}
	if len(r.config.Anchor.RPC) > 0 || holdsFiles(filepath.Join(r.dir, chainFolder)) {
		found = append(found, "the chain")
	}
	switch {
	case len(found) == 0 && !r.o.noWitness:
		return "", withHint(errors.New("neither the erasure ledger nor the chain is left: later erasures would be forgotten"),
			"configure the ledger's second copy (ledger.copy, ledger.s3) or put chain/ into the state folder",
			"--no-witness restores all the same: then carry out by hand whatever was erased after "+r.m.At.Format(time.RFC3339))
	case !r.book.begins(r.m.Ledger) && len(r.book.entries) == 0:
		return "", withHint(fmt.Errorf("the erasure ledger had %d entries when the backup was made, and is not found",
			r.m.Ledger.Entries),
			"configure where its second copy is (ledger.copy, ledger.s3), or put erasures.jsonl into "+filepath.Join(r.dir, ledgerFolder))
	case !r.book.begins(r.m.Ledger):
		return "", withHint(fmt.Errorf("the erasure ledger has %d entries, and it is not the one that had %d when the backup was made",
			len(r.book.entries), r.m.Ledger.Entries), "put its newest copy there: an older one is no witness")
	}
	return strings.Join(found, " and "), nil
}

// copyIsOurs refuses a ledger's copy that is known to be of another state folder.
func (r *restoral) copyIsOurs() error {
	if r.config.Ledger.Copy == "" {
		return nil // a bucket is asked at the next start
	}
	data, err := os.ReadFile(filepath.Join(r.config.Ledger.Copy, filepath.FromSlash(copyMark)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	n := r.m.Network
	if err == nil && !bytes.Equal(data, fmt.Appendf(nil, "%d %s\n", n.ChainID, n.Contract)) {
		err = withHint(errors.New("the ledger's second copy is of another state folder than the backup"), "see ledger.copy")
	}
	return err
}

func (p *program) tellRestored(r restored) error {
	if p.json {
		return p.print(r)
	}
	fmt.Fprintf(p.stdout, "restored as of %s: %s\n", r.At.Format(time.RFC3339), strings.Join(r.Parts, ", "))
	if r.Witness == "" {
		fmt.Fprintln(p.stdout, "no witness is left: what was erased since then is not known")
	} else {
		fmt.Fprintf(p.stdout, "the next start measures it against %s; %d of the ledger's %d erasures are younger: carried out again\n",
			r.Witness, r.Behind, r.Ledger)
	}
	if _, err := os.Stat(filepath.Join(p.dir, ledgerFolder, ledger.FileName)); err != nil && r.Ledger > 0 {
		p.say("the ledger's file is completed from its second copy then")
	}
	return nil
}
