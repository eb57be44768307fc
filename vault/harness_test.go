package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/keys"
	"lethe/keys/local"
	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/ledger"
	"lethe/offchain/object"
	"lethe/vault/fhir"
)

// everyStep says whether tests that walk through all steps of something take every one of them, as CI does, or a few of each kind.
var everyStep = os.Getenv("LETHE_EVERY") != ""

// site is an embedded vault in folders of its own. Tests move its clock, watch its steps and put faults into its ports.
type site struct {
	*Service
	t         testing.TB
	dir       string
	tenant    string
	configure func(*Config) // the last word on the configuration
	onStep    func(string)
	clock     *clock
	ports     *ports
	log       *syncBuffer

	chain   *memChain // outside the folders: what is put back does not touch it
	tlog    *memLog
	ring    *local.Ring
	objects *object.Local
	index   *index.Store
	ledger  *ledger.Ledger
}

// Folders of a site, as copies and restores name them.
const (
	keysDir    = "keys"
	indexDir   = "index"
	objectsDir = "objects"
	ledgerDir  = "ledger"
	logDir     = "log"
)

// newSite makes a site that serves.
func newSite(t testing.TB) *site {
	t.Helper()
	s := siteIn(t, t.TempDir(), "main")
	s.start()
	return s
}

func siteIn(t testing.TB, dir, tenant string) *site {
	s := &site{t: t, dir: dir, tenant: tenant, clock: &clock{at: time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)}, ports: &ports{}, log: &syncBuffer{}}
	s.chain = newMemChain()
	t.Cleanup(s.stop)
	return s
}

// start opens the stores and recovers.
func (s *site) start() {
	s.t.Helper()
	s.open()
	must(s.t, s.Recover(s.t.Context()))
}

// open opens the stores, and leaves the service quarantined.
func (s *site) open() {
	s.t.Helper()
	ctx, log := s.t.Context(), slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	step := func(point string) {
		if s.onStep != nil {
			s.onStep(point)
		}
	}
	var err error
	s.ring, err = local.Open(s.folder(keysDir), local.Config{})
	must(s.t, err)
	s.objects, err = object.OpenLocal(s.folder(objectsDir))
	must(s.t, err)
	s.ledger, err = ledger.Open(ctx, s.folder(ledgerDir), &faultyObjects{s.ports, s.objects}, step)
	must(s.t, err)
	s.index, err = index.Open(ctx, index.Config{Dir: s.folder(indexDir), Tenant: s.tenant, Log: log})
	must(s.t, err)
	signer, err := s.ring.Signer(ctx)
	must(s.t, err)
	p := s.ports
	s.tlog = openMemLog(s.t, s.folder(logDir))
	cfg := Config{
		Tenant: s.tenant, Version: "test", Logger: log, Now: s.clock.now, Step: step,
		Log: &faultyLog{s.tlog, p}, Writer: &faultyLog{s.tlog, p}, Chain: s.chain, Sender: &memSender{chain: s.chain, journal: Journal{s.index}, now: s.clock.now}, Network: s.tlog.network(),
		Store: &faultyStore{p, s.index}, Objects: &faultyObjects{p, s.objects}, Ledger: &faultyLedger{s.ledger, p},
		Keys: &faultyKeys{p, s.ring}, Witness: &faultyWitness{p, s.ring}, Eraser: &faultyEraser{p, s.ring}, Blinder: s.ring, Signer: signer,
		Cache: keys.CacheConfig{Now: s.clock.now}, Compartments: fhir.DefaultCompartments(),
		Retention: Retention{DisclosuresFor: 10 * 365 * 24 * time.Hour, DisclosuresGround: "17.3.e", DisclosuresLaw: "limitation of claims"},
	}
	if s.configure != nil {
		s.configure(&cfg)
	}
	s.Service, err = New(cfg)
	must(s.t, err)
}

func (s *site) stop() {
	if s.Service == nil {
		return
	}
	s.Close()
	must(s.t, errors.Join(s.index.Close(), s.objects.Close(), s.ring.Close()))
	s.Service = nil
}

func (s *site) folder(name string) string { return filepath.Join(s.dir, name) }

// copyTo copies every store to another folder. Nothing may be writing.
func (s *site) copyTo(dir string) {
	s.t.Helper()
	for _, f := range []string{keysDir, indexDir, objectsDir, ledgerDir, logDir} {
		copyFolder(s.t, filepath.Join(dir, f), s.folder(f))
	}
}

// putBack replaces stores, or parts of them, by their copies in another folder.
func (s *site) putBack(dir string, stores ...string) {
	s.t.Helper()
	for _, f := range stores {
		must(s.t, os.RemoveAll(s.folder(f)))
		if data, err := os.ReadFile(filepath.Join(dir, f)); err == nil {
			must(s.t, os.WriteFile(s.folder(f), data, 0o600))
			continue
		}
		copyFolder(s.t, s.folder(f), filepath.Join(dir, f))
	}
}

// copyFolder copies a folder without SQLite's shared memory, which is made again from the log.
func copyFolder(t testing.TB, to, from string) {
	t.Helper()
	must(t, os.MkdirAll(to, 0o700))
	must(t, fs.WalkDir(os.DirFS(from), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || strings.HasSuffix(name, "-shm"):
			return err
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o600)
	}))
}

// take imports a document, and fails the test when that fails.
func (s *site) take(document []byte) Imported {
	s.t.Helper()
	done, err := s.Import(s.t.Context(), Import{Open: opener(document)})
	must(s.t, err)
	return done
}

// file imports any file.
func (s *site) file(patient, kind string, content []byte) Imported {
	s.t.Helper()
	done, err := s.Import(s.t.Context(), Import{Open: opener(content), Patient: patient, Type: kind})
	must(s.t, err)
	return done
}

func opener(document []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(document)), nil }
}

var reader = Access{Actor: "ward 3", Purpose: "TREAT"}

// get reads a record or bundle whole.
func (s *site) get(id string) ([]byte, error) { return get(s.t.Context(), s.Service, id) }

func get(ctx context.Context, s *Service, id string) (data []byte, err error) {
	c, err := s.Read(ctx, id, reader)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	whole, err := c.Range(0, -1)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(whole)
}

// reads checks that an id gives these bytes.
func (s *site) reads(id string, want []byte) {
	s.t.Helper()
	have, err := s.get(id)
	must(s.t, err)
	if !bytes.Equal(have, want) {
		s.t.Fatalf("%s: %d bytes that differ from the %d stored", id, len(have), len(want))
	}
}

// refuses checks that reading an id gives one of these codes.
func (s *site) refuses(id string, codes ...string) {
	s.t.Helper()
	if _, err := s.get(id); !slices.Contains(codes, Code(err)) {
		s.t.Fatalf("reading %s: %v (%s), want one of %q", id, err, Code(err), codes)
	}
}

func (s *site) records(patient string) []RecordInfo {
	s.t.Helper()
	all, err := s.Records(s.t.Context(), patient)
	must(s.t, err)
	return all
}

// recordOf is the patient's first record of a type.
func (s *site) recordOf(patient, kind string) RecordInfo {
	s.t.Helper()
	all := s.records(patient)
	i := slices.IndexFunc(all, func(r RecordInfo) bool { return r.Type == kind })
	if i < 0 {
		s.t.Fatalf("no %s among %d records", kind, len(all))
	}
	return all[i]
}

func request(patient string) EraseRequest {
	return EraseRequest{Patient: patient, Ground: "17.1.b", Filed: "privacy desk", Approve: "data protection officer", Execute: "records officer"}
}

// keeping is a request of which some parts are refused.
func keeping(patient string, items ...string) EraseRequest {
	r := request(patient)
	r.Retain = &Retain{Items: items, Ground: "17.3.b", Law: "tax code 12", Until: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)}
	return r
}

// approve opens a case without executing it.
func (s *site) approve(r EraseRequest) string {
	s.t.Helper()
	id, err := s.Approve(s.t.Context(), r)
	must(s.t, err)
	return id
}

func (s *site) execute(id string) error {
	return s.ExecuteErasure(s.t.Context(), offchain.ExecuteErasure{Case: id})
}

// erase carries an erasure through, and returns its case.
func (s *site) erase(r EraseRequest) string {
	s.t.Helper()
	id := s.approve(r)
	must(s.t, s.execute(id))
	return id
}

func (s *site) state(id string) string {
	s.t.Helper()
	return s.text(`SELECT state FROM cases WHERE id = ?`, id)
}

// certificate is a case's file, nil when there is none.
func (s *site) certificate(id string) []byte {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.folder(ledgerDir), "certificates", id+".json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatal(err)
	}
	return data
}

// same compares two sets.
func same(t testing.TB, what string, have, want []string) {
	t.Helper()
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("%s: have %d, know %d:\nhave %v\nknow %v", what, len(have), len(want), have, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is checks that an error is the one expected.
func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}

// spoil flips a bit in the files of objects that a query names for a patient.
func (v *victim) spoil(query string) (repair func()) {
	v.t.Helper()
	was := map[string][]byte{}
	for _, key := range v.texts(query, v.Patient) {
		file := filepath.Join(v.folder(objectsDir), key)
		data, err := os.ReadFile(file)
		must(v.t, err)
		was[file] = bytes.Clone(data)
		data[len(data)-1] ^= 1
		must(v.t, os.WriteFile(file, data, 0o600))
	}
	if len(was) == 0 {
		v.t.Fatal("no object to spoil")
	}
	return func() {
		for file, data := range was {
			must(v.t, os.WriteFile(file, data, 0o600))
		}
	}
}
