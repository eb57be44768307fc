package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/vault"
	"lethe/vault/certificate"
	"lethe/vault/fhir/synthetic"
)

// demoResult is the last line that `lethe demo --json` prints.
type demoResult struct {
	Patients         int     `json:"patients"`
	Records          int     `json:"records"`
	Objects          int     `json:"objects"`
	Bytes            int64   `json:"bytes"`
	ImportMBPerS     float64 `json:"import_mb_per_s"`
	ReadsBefore      int     `json:"reads_before"` // bundles and ranges that came back byte for byte
	ErasedPatient    string  `json:"erased_patient"`
	ReadAfterErasure string  `json:"read_after_erasure"` // the error's public name
	ReadAfterRestore string  `json:"read_after_restore"` // the same, with the old key store and index put back
	OthersReadable   int     `json:"others_readable"`    // bundles of other patients after that
	Certificate      string  `json:"certificate"`
	LogSize          uint64  `json:"log_size"`         // entries in the log
	CheckpointBlock  uint64  `json:"checkpoint_block"` // in which the contract accepted the checkpoint of all of them
	Receipts         string  `json:"receipts"`         // a folder of receipts, each checked by a stranger

	ProveMS             int64   `json:"prove_ms"`
	VerifyMS            float64 `json:"verify_ms"`
	Constraints         int     `json:"authorization_constraints"`
	AnonymitySet        int64   `json:"anonymity_set"`         // among how many providers the reader was one
	ReadAfterWithdrawal string  `json:"read_after_withdrawal"` // the problem's name
	Proofs              string  `json:"proofs"`                // a folder of proof files

	ConsentConstraints     int   `json:"consent_constraints"`
	EligibilityConstraints int   `json:"eligibility_constraints"`
	EligibilityMS          int64 `json:"eligibility_prove_ms"`
	Eligible               int   `json:"eligible"`     // who proved that they may take part in a trial
	NotEligible            int   `json:"not_eligible"` // who could not

	TrialParticipants  uint32            `json:"trial_participants"` // as the contract has verified, with the next two
	TrialBatches       uint32            `json:"trial_batches"`
	TrialDeviations    map[string]uint32 `json:"trial_deviations"`
	PublicationRefused string            `json:"publication_refused"` // what the contract answered while a flag was up
	TrialSeconds       float64           `json:"trial_seconds"`
}

// demoSeed makes the cohort the same at every run.
const (
	demoSeed   = 20260401
	demoCohort = 12
)

func (p *program) demoCommand() *cobra.Command {
	var data string
	d := &demo{program: p, sources: map[string]string{}, patients: map[string]string{}}
	c := &cobra.Command{
		Use:   "demo",
		Short: "watch records go in, come out, and be forgotten for good",
		Long: `Runs the main story in one process: bundles are taken in and given back byte for byte, a patient lets a hospital read, and
one of its providers does so over HTTP without being known, people prove that they consented and that they may take part in a trial, and
nothing else, a clinical trial runs from its registration to the publication of its results, a patient is erased, a thief puts old
copies of the key store and of the index back, and the certificate is checked. What happened stands in the log, the log is anchored, and
a stranger who has only the published files and a node of the chain checks the receipts. Without --data it makes a cohort of synthetic
patients itself. Without --dir it works in a temporary folder, which is removed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.demo(c.Context(), d, data, c.Flags().Changed("dir"))
		},
	}
	c.Flags().StringVar(&data, "data", "", "folder of FHIR R4 bundles (*.json)")
	c.Flags().BoolVar(&d.expendable, "expendable", false, "the servers of --config are for trying: the demo puts an old copy of all of Vault back")
	c.Flags().BoolVar(&d.noTrial, "no-trial", false, "leave the clinical trial out, which is half of the time, and a minute of key making the first time")
	c.Flags().StringVar(&d.thief.admin.tokenFile, "token-file", "", "file with the token of Vault's administrator (default: VAULT_TOKEN)")
	return c
}

// demo is one run of the story.
type demo struct {
	*program
	state    *state
	files    []string
	sources  map[string]string // bundle id → file
	patients map[string]string // bundle id → patient
	order    []string          // bundle ids
	caseID   string            // of the erasure
	thief    thief

	expendable bool // the configured servers hold nothing of value
	noTrial    bool

	quiet      *program
	patient    string // who is read by proof
	grant      uint32
	disclosure api.Disclosure // by which the reader was let in
	result     demoResult
}

func (p *program) demo(ctx context.Context, d *demo, data string, keep bool) (err error) {
	if !keep {
		if p.dir, err = os.MkdirTemp("", "lethe-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(p.dir)) }()
	} else if found, err := os.ReadDir(p.dir); err == nil && len(found) > 0 {
		return withHint(fmt.Errorf("%s is not empty", p.dir), "the demo needs a new folder")
	}
	p.rpcListen = "127.0.0.1:0" // for the stranger
	cleanup, err := d.cohort(data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cleanup()) }()
	if err := d.run(ctx); err != nil {
		return err
	}
	if p.json {
		return p.print(d.result)
	}
	if keep {
		d.tell("Look around in %s: lethe patients --dir %s", p.dir, p.dir)
	}
	return nil
}

// run tells the story; every sentence is printed after what it says was checked.
func (d *demo) run(ctx context.Context) (err error) {
	d.thief.program = d.program
	if d.thief.loot, err = os.MkdirTemp("", "lethe-thief-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(d.thief.loot)) }()
	if err := d.prepareServers(ctx); err != nil {
		return err
	}
	if err := d.people(ctx); err != nil {
		return err
	}
	if d.state, err = d.openState(ctx, true); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.state.Close()) }()
	d.tell("One process holds all roles here; in production, who serves cannot destroy keys, and who destroys cannot decrypt.")
	for _, chapter := range []func(context.Context) error{d.takeIn, d.giveBack, d.readUnknown, d.runTrial, d.forget, d.witness, d.restore, d.check, d.stranger} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tell prints a sentence of the story: on standard output, or beside the JSON that is to stand there.
func (d *demo) tell(format string, args ...any) {
	to := d.stdout
	if d.json {
		to = d.stderr
	}
	fmt.Fprintf(to, format+"\n", args...)
}

// cohort finds the bundles, or makes some outside the state folder.
func (d *demo) cohort(data string) (cleanup func() error, err error) {
	cleanup = func() error { return nil }
	if data == "" {
		if data, err = os.MkdirTemp("", "lethe-cohort-"); err != nil {
			return cleanup, err
		}
		cleanup = func() error { return os.RemoveAll(data) }
		made := synthetic.Cohort(demoSeed)
		for i := range demoCohort {
			if err := os.WriteFile(filepath.Join(data, fmt.Sprintf("patient-%02d.json", i)), made.Bundle(i), 0o600); err != nil {
				return cleanup, errors.Join(err, cleanup())
			}
		}
	}
	all := expand([]string{data}, false)
	if len(all.files) == 0 || len(all.refused) > 0 {
		return cleanup, errors.Join(fmt.Errorf("%s is no folder of bundles", data), cleanup())
	}
	d.files = all.files
	return cleanup, nil
}

func (d *demo) takeIn(ctx context.Context) error {
	began := time.Now()
	bar := d.progress("importing", d.files)
	defer bar.finish()
	seen := map[string]bool{}
	for _, name := range d.files {
		done, err := d.state.Import(ctx, vault.Import{Open: func() (io.ReadCloser, error) { return bar.open(name) }})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		bar.fileDone()
		if done.Bundle == "" {
			return fmt.Errorf("%s: the demo wants bundles", name)
		}
		d.sources[done.Bundle], d.patients[done.Bundle] = name, done.Patient
		d.order = append(d.order, done.Bundle)
		seen[done.Patient] = true
		d.result.Records += done.Records
		d.result.Objects += done.Objects
		d.result.Bytes += done.Bytes
	}
	bar.finish()
	d.result.Patients = len(seen)
	took := time.Since(began)
	d.result.ImportMBPerS = float64(d.result.Bytes) / 1e6 / took.Seconds()
	d.tell("In:      %d patients, %d records, %s, encrypted into %d objects in %.1f s (%.1f MB/s).", d.result.Patients, d.result.Records,
		humanize.IBytes(uint64(d.result.Bytes)), d.result.Objects, took.Seconds(), d.result.ImportMBPerS)
	return nil
}

func (d *demo) giveBack(ctx context.Context) error {
	for _, id := range d.order {
		if err := d.compare(ctx, id); err != nil {
			return err
		}
		d.result.ReadsBefore++
	}
	d.tell("Out:     all %d bundles came back byte for byte, and each disclosure stands in its patient's access log.", len(d.order))
	return nil
}

// compare reads a bundle, and a range of it, and compares both with what was imported.
func (d *demo) compare(ctx context.Context, id string) (err error) {
	want, err := os.ReadFile(d.sources[id])
	if err != nil {
		return err
	}
	content, err := d.state.Read(ctx, id, custodian())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	for _, span := range [][2]int64{{0, -1}, {content.Size() / 2, min(4096, content.Size()/4)}} {
		part, err := content.Range(span[0], span[1])
		if err != nil {
			return err
		}
		have, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, want[span[0]:span[0]+part.Size()]) {
			return fmt.Errorf("bundle %s came back changed", id)
		}
	}
	return nil
}

func (d *demo) forget(ctx context.Context) (err error) {
	victim := d.order[0]
	d.result.ErasedPatient = d.patients[victim]
	if err := d.reopen(ctx, func() error { return d.thief.take(ctx) }); err != nil {
		return err
	}
	d.tell("Thief:   a copy of the key store and of the index is put aside.")
	d.caseID, d.result.Certificate, err = d.state.Erase(ctx, vault.EraseRequest{
		Patient: d.result.ErasedPatient, Ground: "17.1.b", Filed: "demo: privacy desk", Approve: "demo: data protection officer",
		Execute: "demo: records officer",
	}, func(state string) { d.tell("Erasing: %s", state) })
	if err != nil {
		return err
	}
	if d.result.ReadAfterErasure, err = d.refused(ctx, victim); err != nil {
		return err
	}
	d.tell("Erased:  reading patient %s… answers %q.", d.result.ErasedPatient[:8], d.result.ReadAfterErasure)
	return nil
}

// refused reads a bundle that must not be readable, and returns the error's name.
func (d *demo) refused(ctx context.Context, id string) (string, error) {
	content, err := d.state.Read(ctx, id, custodian())
	if err == nil {
		return "", errors.Join(errors.New("an erased bundle was opened"), content.Close())
	}
	return vault.Code(err), nil
}

func (d *demo) restore(ctx context.Context) error {
	if err := d.reopen(ctx, func() error { return d.thief.putBack(ctx) }); err != nil {
		return err
	}
	var err error
	if d.result.ReadAfterRestore, err = d.refused(ctx, d.order[0]); err != nil {
		return err
	}
	for _, id := range d.order {
		if d.patients[id] == d.result.ErasedPatient {
			continue
		}
		if err := d.compare(ctx, id); err != nil {
			return err
		}
		d.result.OthersReadable++
	}
	d.tell("Thief:   puts both old copies back. The guard finds them behind the erasure ledger and erases again: reading still answers %q,",
		d.result.ReadAfterRestore)
	d.tell("         and the other patients' %d bundles are readable.", d.result.OthersReadable)
	return nil
}

func (d *demo) check(context.Context) error {
	file, err := os.ReadFile(d.result.Certificate)
	if err != nil {
		return err
	}
	c, key, err := certificate.Verify(file)
	if err != nil {
		return err
	}
	if err := checkIssuer(key, d.publishedKey()); err != nil {
		return err
	}
	for i := range file {
		file[i] ^= 1
		if _, _, err := certificate.Verify(file); err == nil {
			return fmt.Errorf("the certificate was accepted with byte %d flipped", i)
		}
		file[i] ^= 1
	}
	d.tell("Proof:   certificate %s is authentic, and refused with any one of its %d bytes flipped.", c.Case, len(file))
	return nil
}

// receiptsFolder is where the demo leaves its receipts.
const receiptsFolder = "receipts"

// witness anchors the log and writes receipts.
func (d *demo) witness(ctx context.Context) error {
	if err := d.state.AnchorNow(ctx, nil); err != nil {
		return err
	}
	info, err := d.state.AnchorStatus(ctx)
	if err != nil {
		return err
	}
	d.result.LogSize, d.result.CheckpointBlock = info.Confirmed, info.Block
	d.tell("Witness: %d blinded entries are in the log; the contract %s… has accepted them in block %d.", info.Confirmed, info.Contract[:10], info.Block)
	d.result.Receipts = filepath.Join(d.dir, receiptsFolder)
	if err := os.MkdirAll(d.result.Receipts, 0o700); err != nil {
		return err
	}
	other := slices.IndexFunc(d.order, func(id string) bool { return d.patients[id] != d.result.ErasedPatient })
	for what, id := range map[string]string{"erasure": d.caseID, "bundle": d.order[max(0, other)]} {
		if _, err := d.state.writeReceipt(ctx, id, filepath.Join(d.result.Receipts, what+".json"), false); err != nil {
			return err
		}
	}
	return nil
}

// stranger checks the receipts with a copy of what is published and a node of the chain, from another folder.
func (d *demo) stranger(ctx context.Context) (err error) {
	home, err := os.MkdirTemp("", "lethe-stranger-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	if err := os.CopyFS(filepath.Join(home, "public"), os.DirFS(d.publicDir())); err != nil {
		return err
	}
	who, err := d.trust(ctx, verifyOptions{public: filepath.Join(home, "public"), rpc: d.nodes()})
	if err != nil {
		return err
	}
	defer who.close()
	for _, what := range []string{"bundle", "erasure"} {
		file, err := os.ReadFile(filepath.Join(d.result.Receipts, what+".json"))
		if err != nil {
			return err
		}
		v, err := who.verifyReceipt(ctx, file)
		if err != nil {
			return fmt.Errorf("the stranger and the receipt of the %s: %w", what, err)
		}
		if !v.Issuer || !v.Anchored {
			return fmt.Errorf("the stranger is not convinced by the receipt of the %s", what)
		}
		file[len(file)/2] ^= 1
		if _, err := who.verifyReceipt(ctx, file); err == nil {
			return fmt.Errorf("the stranger accepts an altered receipt of the %s", what)
		}
		d.tell("Stranger: the receipt of the %s opens %d entries; log, signature and chain agree, and an altered one is refused.", what, len(v.Entries))
	}
	return nil
}

// reopen closes the state folder, does something to it, and opens it again.
func (d *demo) reopen(ctx context.Context, meanwhile func() error) error {
	if err := errors.Join(d.state.Close(), meanwhile()); err != nil {
		return err
	}
	st, err := d.openState(ctx, false)
	if err == nil {
		d.state = st
	}
	return err
}

// nodes are the chain's, as the stranger reaches them.
func (d *demo) nodes() []string {
	if d.state.chain == nil {
		return d.config.Anchor.RPC
	}
	return []string{d.state.chain.URL()}
}
