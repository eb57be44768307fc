package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lethe/anchor"
	"lethe/anchor/tlog"
	"lethe/keys"
	"lethe/offchain"
	"lethe/offchain/ledger"
	"lethe/vault"
)

// drillOptions are the flags of `lethe restore-drill`.
type drillOptions struct {
	from, keeper, scratch string
	all, expendable       bool
	admin                 vaultAdmin
}

func (p *program) drillCommand() *cobra.Command {
	var o drillOptions
	c := &cobra.Command{
		Use: "restore-drill", Short: "prove that a backup can be restored, without touching what is at work",
		Long: `Restores a backup into a scratch folder, opens it with the restore guard, reads a sample of it (the first record of
every compartment, or everything with --all), looks whether everything that the current erasure ledger names is dead, and says
how long that took and how old the backup is. The scratch folder is removed with everything in it.

It uses embedded stores whatever is configured, reads the ledger and the chain and writes to neither: its log cannot be written
to or signed, and it has no account that the contract knows. A state folder's own chain is copied when nobody has the folder
open, and taken from the backup otherwise. With HashiCorp Vault as key store the snapshot goes into the Vault of --config, which
must be another than the one at work and of no value: --expendable says so.

While it runs, the scratch folder holds keys and index together: everything that the backup holds can be read with it. Give
--scratch a folder in memory or on an encrypted disk.`,
		Example: "  lethe restore-drill --from /backup/lethe --keeper /media/safe --scratch /dev/shm",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.drill(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "folder of a backup, or that in which they are made, for the newest (default: backup.to)")
	f.StringVar(&o.keeper, "keeper", "", "the keeper's folder (default: backup.keeper)")
	f.StringVar(&o.scratch, "scratch", "", "folder in which to restore (default: the system's for temporary files)")
	f.BoolVar(&o.all, "all", false, "read every record, not the first of every compartment")
	f.BoolVar(&o.expendable, "expendable", false, "the configured Vault is of no value, and may be replaced")
	f.StringVar(&o.admin.tokenFile, "token-file", "", "file with the administrator's token of that Vault (default: VAULT_TOKEN)")
	return c
}

// drillReport is what `lethe restore-drill --json` prints.
type drillReport struct {
	Backup    string        `json:"backup"`
	At        time.Time     `json:"at"`
	Age       time.Duration `json:"age_ns"` // of the backup: what would be lost now (RPO)
	Took      time.Duration `json:"took_ns"`
	Restored  time.Duration `json:"restored_ns"` // of that, until everything was in its place
	Opened    time.Duration `json:"opened_ns"`   // until the guard was satisfied (with the one before: RTO)
	Bytes     int64         `json:"bytes"`       // of objects
	Objects   int64         `json:"objects"`
	Patients  int           `json:"patients"`
	Read      int           `json:"read"`
	ReadBytes int64         `json:"read_bytes"`
	Failed    []string      `json:"failed"` // ids, with the reason
	Ledger    int           `json:"ledger"`
	Replayed  uint64        `json:"replayed"` // entries since the backup
	Dead      int           `json:"dead"`     // keys of the ledger that are
	Alive     int           `json:"alive"`    // keys and objects of the ledger that are not gone
	Witness   string        `json:"witness"`
}

func (p *program) drill(ctx context.Context, o drillOptions) (err error) {
	began := time.Now()
	b, err := p.openBackup(cmp.Or(o.from, p.config.Backup.To), o.keeper)
	if err != nil {
		return err
	}
	if err := p.hardenProcess(); err != nil {
		return err
	}
	switch {
	case b.m.Keys.Store == keysNone:
		return withHint(errors.New("the key store is not in this backup, and nothing in it can be read without"),
			"`lethe backup verify BACKUP --keeper DIR` says whether it is whole; drill with one that has the keys")
	case b.m.Keys.Store == keysVault && !o.expendable:
		return withHint(errors.New("the key store is a snapshot of all of Vault, which would replace the configured one"),
			"give --config FILE with another Vault, which is of no value, and --expendable",
			"`lethe backup verify BACKUP --keeper DIR` reads without restoring")
	}
	scratch, err := os.MkdirTemp(o.scratch, "lethe-drill-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dropScratch(scratch)) }()
	p.say("restoring into %s, which is removed at the end", scratch)
	q, err := p.understudy(ctx, scratch)
	if err != nil {
		return err
	}
	r := &restoral{program: q, opened: b, o: restoreOptions{replaceVault: true, noWitness: true, admin: o.admin}}
	result, err := r.run(ctx)
	if err != nil {
		return err
	}
	report := drillReport{
		Backup: b.folder, At: b.m.At, Age: began.Sub(b.m.At), Restored: time.Since(began),
		Objects: b.m.Objects.Count, Bytes: b.m.Objects.Bytes,
		Ledger: len(r.book.entries), Replayed: result.Behind, Witness: result.Witness, Failed: []string{},
	}
	if err := q.rehearse(ctx, &report, r.book, o.all); err != nil {
		return err
	}
	report.Took = time.Since(began)
	return p.tellDrill(report)
}

// dropScratch removes what was restored: keys and index are overwritten first.
func dropScratch(dir string) error {
	return errors.Join(removeScratch(filepath.Join(dir, keysFolder)), removeScratch(filepath.Join(dir, indexFolder)),
		os.RemoveAll(dir))
}

// understudy is the program on a folder of its own, with embedded stores, the ledger as it is now, and an account that nobody
// knows.
func (p *program) understudy(ctx context.Context, dir string) (*program, error) {
	q := *p
	q.dir, q.step, q.attested = dir, nil, nil
	q.config.Objects.S3, q.config.Index.Postgres, q.config.Ledger = s3Config{}, secret{}, ledgerConfig{}
	book, err := p.currentLedger(ctx)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, ledgerFolder), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, ledgerFolder, ledger.FileName), ledgerText(book.lines), 0o600); err != nil {
		return nil, err
	}
	if len(q.config.Anchor.RPC) > 0 {
		return &q, q.anonymousAccount()
	}
	return &q, p.copyChain(dir)
}

// anonymousAccount takes the place of the one that may send checkpoints.
func (p *program) anonymousAccount() error {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	name := filepath.Join(p.dir, "nobody.key")
	p.config.Anchor.SubmitterKey = secret{File: name}
	p.config.Anchor.SubmitterKeystore, p.config.Anchor.SubmitterSigner = keystoreConfig{}, signerConfig{}
	return os.WriteFile(name, []byte(hex.EncodeToString(key[:])+"\n"), 0o600)
}

// copyChain copies a state folder's own chain while nobody has it open.
func (p *program) copyChain(dir string) error {
	from := filepath.Join(p.dir, chainFolder)
	if !holdsFiles(from) {
		return nil
	}
	unlock, inUse := lock(filepath.Join(p.dir, lockFile))
	if inUse != nil {
		p.say("the chain is the one in the backup, and knows nothing of what came after it: %s", oneLine(inUse))
		return nil //nolint:nilerr // a drill goes on beside a service at work
	}
	return errors.Join(os.CopyFS(filepath.Join(dir, chainFolder), os.DirFS(from)), unlock())
}

// errDrill is what the parts of a drill answer that would say something to the world.
var errDrill = errors.New("a drill writes to no log and sends nothing")

// silentWriter neither writes to the log nor signs.
type silentWriter struct{}

var _ vault.LogWriter = silentWriter{}

func (silentWriter) Refresh(context.Context) (bool, error)                    { return false, errDrill }
func (silentWriter) Start(context.Context, *anchor.Accepted) error            { return errDrill }
func (silentWriter) Append(context.Context, []anchor.Hash) ([]uint64, error)  { return nil, errDrill }
func (silentWriter) Publish(context.Context) (c anchor.Checkpoint, err error) { return c, errDrill }

// silentSender sends nothing.
type silentSender struct{}

// Send implements [vault.Sender].
func (silentSender) Send(context.Context, anchor.Submission) (anchor.Attempt, error) {
	return anchor.Attempt{}, errDrill
}

// Follow implements [vault.Sender].
func (silentSender) Follow(context.Context) ([]anchor.Attempt, error) { return nil, nil }

// Pending implements [vault.Sender].
func (silentSender) Pending(context.Context) (*anchor.Attempt, error) { return nil, errDrill }

// rehearsal is a restored state, opened so that it cannot speak.
type rehearsal struct {
	state
	eraser vault.Eraser
}

// open opens the stores as [state.open] does, and starts no jobs and no schedules.
func (r *rehearsal) open(ctx context.Context, q *program) error {
	ring, err := q.openKeys(ctx)
	if err != nil {
		return err
	}
	r.eraser, r.closers = ring.erase, append(r.closers, ring.Close)
	if r.objects, err = q.openObjects(ctx); err != nil {
		return err
	}
	r.closers = append(r.closers, r.objects.Close)
	if r.book, err = ledger.Open(ctx, filepath.Join(q.dir, ledgerFolder), r.objects, nil); err != nil {
		return err
	}
	if r.index, err = q.openIndex(ctx); err != nil {
		return err
	}
	r.closers = append(r.closers, r.index.Close)
	cfg := vault.Config{Store: r.index, Objects: r.objects, Ledger: r.book}
	if err := r.openChain(ctx, q, ring.seeds, &cfg); err != nil {
		return err
	}
	if r.log, err = tlog.Follow(ctx, newTileCopy(r.objects, r.network), r.network.LogKey); err != nil {
		return err
	}
	cfg.Log, cfg.Writer, cfg.Sender = r.log, silentWriter{}, silentSender{}
	return r.openService(ctx, q, ring, cfg)
}

// rehearse opens what was restored, and looks at it.
func (p *program) rehearse(ctx context.Context, report *drillReport, book ledgerNow, all bool) (err error) {
	began := time.Now()
	r := &rehearsal{}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.open(ctx, p); err != nil {
		return fmt.Errorf("open what was restored: %w", err)
	}
	if err := r.Recover(ctx); err != nil {
		return fmt.Errorf("what was restored does not open: %w", err)
	}
	report.Opened = time.Since(began)
	if err := r.areDead(ctx, report, book); err != nil {
		return err
	}
	return r.readSample(ctx, report, all)
}

// areDead looks for every key and object that the ledger names.
func (r *rehearsal) areDead(ctx context.Context, report *drillReport, book ledgerNow) error {
	for _, e := range book.entries {
		for _, name := range e.Keys {
			alive, err := r.eraser.Exists(ctx, keys.Name(name))
			if err != nil {
				return err
			}
			if alive {
				report.Alive++
			} else {
				report.Dead++
			}
		}
		for _, key := range e.Objects {
			o, err := r.objects.Open(ctx, key)
			if errors.Is(err, offchain.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			report.Alive++
			if err := o.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSample reads the first record of every compartment, or all records and bundles.
func (r *rehearsal) readSample(ctx context.Context, report *drillReport, all bool) error {
	patients, err := r.Patients(ctx)
	if err != nil {
		return err
	}
	report.Patients = len(patients)
	for _, patient := range patients {
		sample, err := r.sample(ctx, patient.ID, all)
		if errors.Is(err, vault.ErrErasing) {
			continue // an erasure that was under way, and cannot end without a log
		}
		if err != nil {
			report.Failed = append(report.Failed, patient.ID+": "+oneLine(err))
			continue
		}
		for id, size := range sample {
			n, err := r.readWhole(ctx, id)
			if err == nil && n != size {
				err = fmt.Errorf("%d bytes of %d", n, size)
			}
			if err != nil {
				report.Failed = append(report.Failed, id+": "+oneLine(err))
				continue
			}
			report.Read, report.ReadBytes = report.Read+1, report.ReadBytes+n
		}
	}
	return ctx.Err()
}

// sample lists what of a patient is read, with sizes in bytes.
func (r *rehearsal) sample(ctx context.Context, patient string, all bool) (map[string]int64, error) {
	records, err := r.Records(ctx, patient)
	if err != nil {
		return nil, err
	}
	sample, seen := map[string]int64{}, map[string]bool{}
	for _, record := range records {
		if all || !seen[record.Compartment] {
			sample[record.ID] = record.Size
		}
		seen[record.Compartment] = true
	}
	if !all {
		return sample, nil
	}
	bundles, err := r.Bundles(ctx, patient)
	for _, b := range bundles {
		sample[b.ID] = b.Size
	}
	return sample, err
}

func (r *rehearsal) readWhole(ctx context.Context, id string) (n int64, err error) {
	content, err := r.Read(ctx, id, custodian())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	part, err := content.Range(0, -1)
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, part)
}

func (p *program) tellDrill(r drillReport) error {
	if p.json {
		if err := p.print(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(p.stdout, "backup     %s, as of %s: restoring it now would lose %s (RPO)\n", r.Backup, r.At.Format(time.RFC3339),
			r.Age.Round(time.Second))
		fmt.Fprintf(p.stdout, "restored   in %s, open after another %s (RTO %s)\n", r.Restored.Round(time.Millisecond),
			r.Opened.Round(time.Millisecond), (r.Restored + r.Opened).Round(time.Millisecond))
		fmt.Fprintf(p.stdout, "read       %d records and bundles (%d bytes) of %d patients; %d did not read\n", r.Read, r.ReadBytes,
			r.Patients, len(r.Failed))
		fmt.Fprintf(p.stdout, "erased     %d entries of the ledger, %d since the backup: %d keys are dead, %d things are alive\n",
			r.Ledger, r.Replayed, r.Dead, r.Alive)
		fmt.Fprintf(p.stdout, "witness    %s\n", cmp.Or(r.Witness, "none"))
		for _, f := range r.Failed {
			fmt.Fprintf(p.stdout, "FAILED     %s\n", visible(f))
		}
	}
	switch {
	case r.Alive > 0:
		return fmt.Errorf("%d things that were erased are alive after the guard has run", r.Alive)
	case len(r.Failed) > 0:
		return fmt.Errorf("%d records or bundles do not read", len(r.Failed))
	case r.Read == 0 && r.Patients > 0:
		return errors.New("nothing could be read")
	}
	return nil
}
