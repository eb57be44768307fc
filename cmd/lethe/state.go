package main

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"lethe/anchor"
	"lethe/anchor/devchain"
	"lethe/keys"
	"lethe/keys/transit"
	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/ledger"
	"lethe/offchain/object"
	"lethe/vault"
	"lethe/vault/certificate"
	"lethe/vault/trial"
)

// Folders of an embedded state folder. parties holds the secrets of the demo's actors, which the service never opens.
const (
	keysFolder    = "keys"
	indexFolder   = "index"
	objectsFolder = "objects"
	logFolder     = "log"
	chainFolder   = "chain"
	publicFolder  = "public"
	ledgerFolder  = "ledger"
	partiesFolder = "parties"
	lockFile      = "lock"
	publicKeyFile = "certificate-key.jwk" // in publicFolder
)

// state is a state folder, opened, with the stores that its configuration names. The embedded default is all of them in one process,
// which therefore holds the rights of all four.
type state struct {
	*vault.Service
	index    *index.Store
	tiles    *tileCopy
	log      vault.Log
	chain    *devchain.Chain              // of the embedded default, nil when another chain is configured
	accounts map[string]*ecdsa.PrivateKey // of that chain
	contract anchor.Chain
	network  anchor.Network
	book     book
	waiting  trial.Keys                  // of what waits in trials; nil unless this process holds all rights
	askKeys  func(context.Context) error // nil where the process has no cheap question
	objects  objectStore                 // as readiness asks it, uncounted
	ready    *readiness
	proving  *vault.Proving // nil when nobody reads by proof
	trials   *trialHouse    // nil where another process runs them
	// accreditor is the verifier key of the accreditation role
	accreditor string
	logDir     string         // "" where another process writes the log
	unmarked   objectStore    // the ledger's second copy, when it is not known as a witness yet
	closers    []func() error // in the order in which they were opened
}

// book is the erasure ledger, with its certificates.
type book interface {
	offchain.Ledger
	Certificate(ctx context.Context, caseID string) ([]byte, error)
}

// openState opens the state folder, making it when asked to, and brings it to a state that can be served.
func (p *program) openState(ctx context.Context, create bool) (*state, error) {
	for _, refuses := range []func() error{p.checkShared, func() error { return p.checkDir(create) }, p.hardenProcess} {
		if err := refuses(); err != nil {
			return nil, err
		}
	}
	st := &state{}
	err := st.open(ctx, p)
	if err == nil {
		err = st.Recover(ctx)
	}
	if err == nil {
		err = st.markCopy(ctx)
	}
	if err == nil {
		st.trials, err = p.openTrials(st)
	}
	if err == nil {
		err = st.work(ctx, p)
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

func (p *program) checkDir(create bool) error {
	if err := p.unfinishedRestore(); err != nil {
		return err
	}
	known := indexFolder
	if !p.config.Index.Postgres.empty() {
		known = ledgerFolder // the index is elsewhere
	}
	_, err := os.Stat(filepath.Join(p.dir, known))
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !create {
		return withHint(fmt.Errorf("there is no state folder at %s", p.dir), "`lethe import` makes one; --dir names another")
	}
	if _, err := os.Stat(p.publicFile(networkName)); err == nil { // `lethe chain deploy` was here
		return p.makeDir()
	}
	found, err := os.ReadDir(p.dir)
	if err == nil && len(found) > 0 {
		return withHint(fmt.Errorf("%s is not empty, and not a state folder", p.dir), "give --dir a new folder")
	}
	return p.makeDir()
}

func (p *program) makeDir() error {
	folders := []string{publicFolder, ledgerFolder, partiesFolder}
	for f, elsewhere := range map[string]bool{
		keysFolder: p.config.Keys.Vault.Address != "", objectsFolder: p.config.Objects.S3.URL != "", chainFolder: len(p.config.Anchor.RPC) > 0,
	} {
		if !elsewhere {
			folders = append(folders, f)
		}
	}
	for _, f := range folders {
		if err := os.MkdirAll(filepath.Join(p.dir, f), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// open opens the stores in the order of their dependence; Close closes them backwards.
func (st *state) open(ctx context.Context, p *program) error {
	unlock, err := lock(filepath.Join(p.dir, lockFile))
	if err != nil {
		return err
	}
	st.closers = append(st.closers, unlock)
	ring, err := p.openKeys(ctx)
	if err != nil {
		return err
	}
	st.closers = append(st.closers, ring.Close)
	st.askKeys, st.waiting = ring.ask, ring.waiting()
	p.telemetry.keys(ring)
	if st.objects, err = p.openObjects(ctx); err != nil {
		return err
	}
	st.closers = append(st.closers, st.objects.Close)
	objects := p.telemetry.objects(st.objects)
	copies, outside, err := p.openLedgerCopy(ctx, objects, st)
	if err != nil {
		return err
	}
	if st.book, err = p.openLedger(ctx, copies); err != nil {
		return err
	}
	store, err := p.openIndex(ctx)
	if err != nil {
		return err
	}
	st.index = store
	st.closers = append(st.closers, store.Close)
	cfg := vault.Config{Store: store, Objects: objects, Ledger: st.book, LedgerOutside: outside}
	if cfg.Shared = !p.config.Index.Postgres.empty(); cfg.Shared {
		if cfg.Holder, err = p.holder(); err != nil {
			return err
		}
	}
	if err := st.openChain(ctx, p, ring.seeds, &cfg); err != nil {
		return err
	}
	if err := st.openLog(ctx, p, ring.seeds, objects, &cfg); err != nil {
		return err
	}
	cfg.Attested = p.attested
	p.telemetry.ports(&cfg)
	if err := st.openService(ctx, p, ring, cfg); err != nil {
		return err
	}
	st.ready = newReadiness(st.checks(p.config.Tenant))
	st.closers = append(st.closers, st.ready.Close)
	return nil
}

// openLedger opens the ledger: both of its copies where erasures are carried out, elsewhere the one that is outside.
func (p *program) openLedger(ctx context.Context, copies offchain.Objects) (book, error) {
	if p.has(transit.RoleErase) {
		return ledger.Open(ctx, filepath.Join(p.dir, ledgerFolder), copies, p.step)
	}
	return ledger.Follow(ctx, copies)
}

// copyMark is what a folder for the ledger's second copy holds once it has seen the chain agree. Without it the folder is new, or not the
// one that was meant (a disk that is not mounted), and is no witness.
const copyMark = "witness/established"

// openLedgerCopy opens the second copy's place: another folder when one is configured, or the record store. outside says whether it may
// stand in for a chain that does not answer.
func (p *program) openLedgerCopy(ctx context.Context, records objectStore, st *state) (copies objectStore, outside bool, err error) {
	switch c := p.config.Ledger; {
	case c.S3.URL != "":
		copies, err = openBucket(ctx, "ledger.s3", c.S3, object.S3Setup{LockDays: c.S3.LockDays})
	case c.Copy == "":
		return records, false, nil
	case within(c.Copy, p.dir):
		err = withHint(errors.New("ledger.copy lies in the state folder itself"), "whoever puts the folder back puts it back too: choose another disk or site")
	default:
		copies, err = object.OpenLocal(c.Copy)
	}
	if err != nil {
		return nil, false, fmt.Errorf("the ledger's second copy: %w", err)
	}
	st.closers = append(st.closers, copies.Close)
	mark, err := offchain.ReadAll(ctx, copies, copyMark, maxPublished)
	if errors.Is(err, offchain.ErrNotFound) {
		if p.has(transit.RoleErase) {
			st.unmarked = copies
		}
		return copies, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if n, err := p.readNetwork(p.publicDir()); err != nil || string(mark) != copyOwner(n) {
		return nil, false, withHint(errors.New("the ledger's second copy is of another state folder"), "each has a folder or bucket of its own for it")
	}
	return copies, true, nil
}

// copyOwner is whose the ledger's second copy is: the contract stays, also when a log has a successor.
func copyOwner(n anchor.Network) string { return fmt.Sprintf("%d %s\n", n.ChainID, n.CheckpointLog) }

// markCopy makes the ledger's second copy a witness from here on: this start has compared everything with the chain.
func (st *state) markCopy(ctx context.Context) error {
	if st.unmarked == nil || !st.Witnessed() {
		return nil
	}
	err := offchain.WriteAll(ctx, st.unmarked, copyMark, []byte(copyOwner(st.network)))
	if errors.Is(err, offchain.ErrExists) {
		return nil
	}
	return err
}

// within says whether a folder is, or lies in, another one, links resolved.
func within(name, dir string) bool {
	rel, err := filepath.Rel(resolved(dir), resolved(name))
	return err != nil || rel == "." || !strings.HasPrefix(rel, ".."+string(filepath.Separator)) && rel != ".."
}

// resolved is a path without links, as far as it exists.
func resolved(name string) string {
	name, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		return target
	}
	return filepath.Join(resolved(filepath.Dir(name)), filepath.Base(name))
}

func (st *state) openService(ctx context.Context, p *program, ring *keyStore, c vault.Config) error {
	compartments, err := p.config.Import.compartments()
	if err != nil {
		return err
	}
	if ring.signer != nil {
		signer, err := ring.signer(ctx)
		if err != nil {
			return err
		}
		if err := publishKey(filepath.Join(p.dir, publicFolder, publicKeyFile), signer.Public()); err != nil {
			return err
		}
		if ring.erase != nil {
			c.Signer = signer
		}
	}
	if ring.hidden != nil {
		if c.Proving, st.accreditor, err = p.openProving(ctx, ring.hidden); err != nil {
			return err
		}
	}
	st.proving = c.Proving
	c.Tenant, c.Version, c.Logger, c.Step = p.config.Tenant, version(), p.log, p.step
	ring.ports(&c)
	c.Cache = keys.CacheConfig{TTL: p.config.Keys.CacheTTL, MaxKeys: p.config.Keys.CacheSize}
	c.Limits, c.Compartments, c.Retention = p.config.Import.limits(), compartments, p.config.Retention.policy()
	if st.Service, err = vault.New(c); err != nil {
		return err
	}
	st.closers = append(st.closers, func() error { st.Service.Close(); return nil })
	if !p.apart() {
		p.log.Info("one process holds the rights to serve, to erase and to witness, so nothing keeps them apart")
	}
	return nil
}

// ports gives the service what this process holds. An interface that holds a nil is not nil, so each is looked at.
func (k *keyStore) ports(c *vault.Config) {
	if k.serve != nil {
		c.Keys, c.Blinder, c.Census = k.serve, k.serve, k.census
	}
	if k.erase != nil {
		c.Eraser, c.Cases = k.erase, k.cases
	}
	if k.see != nil {
		c.Witness = k.see
	}
}

// handlers are for the jobs of the roles that this process has.
func (st *state) handlers(p *program) (h index.Handlers) {
	for _, role := range p.roles() {
		switch role {
		case transit.RoleServe:
			h.PrepareErasure = st.PrepareErasure
		case transit.RoleWork:
			h.SequenceLog = st.SequenceLog
		case transit.RoleErase:
			h.ExecuteErasure = st.ExecuteErasure
		case transit.RoleWitness:
			h.AnswerQuestion = st.AnswerQuestion
		}
	}
	if st.trials != nil {
		h.MoveTrial = st.trials.Move
	}
	return h
}

// work starts the jobs and the schedules. Each schedule ends at once in a process that it is not for.
func (st *state) work(ctx context.Context, p *program) error {
	if st.trials != nil {
		if err := st.trials.resume(ctx); err != nil {
			return err
		}
	}
	stop, err := st.index.Work(ctx, st.handlers(p))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var schedules sync.WaitGroup
	for _, keep := range []func(context.Context){st.KeepSession, st.KeepWriting, st.KeepAnchoring, st.KeepPublishing, st.KeepErasing} {
		schedules.Go(func() { keep(ctx) })
	}
	st.closers = append(st.closers, func() error {
		cancel()
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err := stop(ctx)
		schedules.Wait() // after the jobs, which they take turns with
		return errors.Join(err, st.Settle(ctx))
	})
	return nil
}

// stopTimeout bounds how long a stop waits for a running erasure step; what is cut off goes on at the next start.
const stopTimeout = 20 * time.Second

// Close closes what was opened, last first.
func (st *state) Close() error {
	var err error
	for i := len(st.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, st.closers[i]())
	}
	st.closers = nil
	return err
}

// holder is who has a state folder open.
type holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// lock takes a state folder, or says who has it. The kernel frees it when the process ends, however it ends.
func lock(name string) (unlock func() error, err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(inUse(filepath.Dir(name), f), f.Close())
	}
	command := "lethe"
	if len(os.Args) > 1 {
		command += " " + os.Args[1]
	}
	note, err := json.Marshal(holder{PID: os.Getpid(), Command: command, Since: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(append(note, '\n'), 0)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

func inUse(dir string, f io.Reader) error {
	var h holder
	if err := json.NewDecoder(io.LimitReader(f, 4096)).Decode(&h); err != nil {
		return fmt.Errorf("%s is in use by another process", dir)
	}
	return withHint(fmt.Errorf("%s is in use by process %d (%s, since %s)", dir, h.PID, h.Command, h.Since.Format(time.RFC3339)),
		"wait until it has ended, or stop it")
}

// publishKey puts the public half of the certificates' key where verifiers find it.
func publishKey(name string, public any) error {
	jwk, err := certificate.KeyOf(public)
	if err != nil {
		return err
	}
	data, err := json.Marshal(jwk)
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if have, err := os.ReadFile(name); err == nil && string(have) == string(data) {
		return nil
	}
	return os.WriteFile(name, data, 0o600)
}

// hardenProcess makes new files the owner's alone, keeps keys out of core dumps, and says when they could reach a disk by way of
// swap.
func (p *program) hardenProcess() error {
	syscall.Umask(0o077)
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("turn core dumps off: %w", err)
	}
	swaps, err := os.ReadFile("/proc/swaps")
	if err != nil || !swapOn(string(swaps)) {
		return nil //nolint:nilerr // a system without /proc/swaps is not known to swap
	}
	if p.config.Process.RefuseSwap {
		return withHint(errors.New("swap is on, so keys could be written to a disk"), "turn it off, encrypt it, or unset process.refuse_swap")
	}
	p.log.Warn("swap is on: keys could be written to a disk")
	return nil
}

// swapOn reads the text of /proc/swaps: a heading, then a line for each swap area.
func swapOn(text string) bool { return strings.Count(strings.TrimSpace(text), "\n") > 0 }
