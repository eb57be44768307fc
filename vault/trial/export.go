package trial

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"text/template"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/offchain"
	"lethe/vault/party"
)

// ArchiveFormat is the format's name in an archive.
const ArchiveFormat = "lethe/trial-archive/v1"

//go:embed archive/verify.mjs
var archiveVerifier []byte

//go:embed archive/README.md
var archiveReadme string

// Archive is a trial's archive: contents by their names, with slashes between folders. Its README.md says what each is.
type Archive map[string][]byte

// Verifiers give the verifier of a version of a statement.
type Verifiers func(statement string, version int) (*circuits.Verifier, error)

// Archive is all that is kept of a trial, to be read without this program: what is recorded, without what waits, and what the contract says of it,
// which must be the same, else [ErrDiverged].
func (r *Record) Archive(on *OnChain, verifiers Verifiers) (Archive, error) {
	p, err := r.Protocol()
	if err != nil {
		return nil, err
	}
	agrees := on.Trial.State == word(r.Cohort.State().Digest()) && on.Trial.Protocol == word(p.Rollup.Digest())
	if !agrees || (on.Entry.PublishedAt != 0) != (r.Published != nil) {
		return nil, ErrDiverged
	}
	a := Archive{"verify.mjs": archiveVerifier}
	index := archiveJSON{Format: ArchiveFormat, Trial: party.Element(p.ID), Name: p.Plan.Name, Stage: on.Stage()}
	steps := []func() error{
		func() error { return a.record(r, on) },
		func() error { return a.protocols(r) },
		func() (err error) { index.Keys, err = a.batches(r, verifiers); return err },
		func() error { return a.document("archive.json", index) },
		func() error { return a.document("constants.json", constants()) },
		func() error { return a.document("chain.json", on) },
		func() error { return a.document("research-study.json", r.study(p, on)) },
		func() error { return a.readme(index, on) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
	}
	a.sums()
	return a, nil
}

func word(e field.Element) string { return "0x" + field.Text(e) }

// archiveJSON is archive.json.
type archiveJSON struct {
	Format string        `json:"format"`
	Trial  party.Element `json:"trial"`
	Name   string        `json:"name"`
	Stage  string        `json:"stage"`
	Keys   []archiveKey  `json:"keys"`
}

// archiveKey is a key that batches are proven by, whose files are keys/STATEMENT-vVERSION.json and .vk.
type archiveKey struct {
	Statement string        `json:"statement"`
	Version   int           `json:"version"`
	Key       circuits.Hash `json:"verifying_key"`
	Public    []string      `json:"public"` // names of the public inputs, in their order
}

func (a Archive) document(name string, v any) error {
	data, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent(" "))
	a[name] = append(data, '\n')
	return err
}

// record is the record without what waits, and the document of results.
func (a Archive) record(r *Record, on *OnChain) error {
	kept := *r
	kept.Queue, kept.Current, kept.Spent, kept.Closed = nil, nil, nil, on.Trial.ClosedAt != 0
	results, err := r.Results()
	if err != nil {
		return err
	}
	digest := sha256.Sum256(results)
	if r.Published != nil && (!bytes.Equal(digest[:], r.Published.Document) || on.Entry.Document != "0x"+hex.EncodeToString(digest[:])) {
		return fmt.Errorf("%w: the results are not those that were published", ErrDiverged)
	}
	a["results.json"] = results
	return a.document(recordFile, &kept)
}

// protocolJSON is a protocol in the numbers that its digest is of.
type protocolJSON struct {
	Plan     string          `json:"plan"` // name of its file
	When     uint64          `json:"in_force_since"`
	Safety   uint32          `json:"safety_threshold"`
	Lateness uint64          `json:"recorded_late_after"`
	Versions []versionJSON   `json:"versions"`
	Sites    []protocolPlace `json:"sites"`
	Text     party.Element   `json:"plan_digest"`
	Digest   party.Element   `json:"digest"`
}

type versionJSON struct {
	Terms  string     `json:"terms"`
	From   uint64     `json:"from"`
	Until  uint64     `json:"until"`
	Policy policyJSON `json:"policy"`
}

type policyJSON struct {
	Schema  party.Element   `json:"schema"`
	Clauses [][]literalJSON `json:"clauses"`
}

type literalJSON struct {
	Attribute uint8  `json:"attribute"`
	Low       uint32 `json:"low"`
	High      uint32 `json:"high"`
	Outside   bool   `json:"outside,omitzero"`
}

// protocolPlace is a site, by the coordinates of its key.
type protocolPlace struct {
	Name string        `json:"name"`
	X    party.Element `json:"x"`
	Y    party.Element `json:"y"`
}

// protocols are the plans with their files, each in a folder, with the numbers that they were compiled to beside it.
func (a Archive) protocols(r *Record) error {
	for i, amended := range r.Protocols {
		p, err := amended.Compile()
		if err != nil {
			return err
		}
		plan := "plan.yaml"
		for amended.Files[plan] != nil { // criteria may be called so
			plan = "_" + plan
		}
		folder := fmt.Sprintf("protocols/%d", i+1)
		a[folder+"/"+plan] = amended.Plan
		for name, data := range amended.Files {
			if filepath.Base(name) != name || !filepath.IsLocal(name) {
				return fmt.Errorf("protocol %d: %q is no name of a file", i+1, name)
			}
			a[folder+"/"+name] = data
		}
		j, err := p.numbers()
		if err != nil {
			return err
		}
		j.Plan, j.When = plan, amended.When
		if err := a.document(folder+".json", j); err != nil {
			return err
		}
	}
	return nil
}

func (p *Protocol) numbers() (*protocolJSON, error) {
	j := &protocolJSON{Safety: p.Rollup.Safety, Lateness: p.Rollup.Lateness, Text: party.Element(p.Rollup.Plan), Digest: party.Element(p.Rollup.Digest())}
	for i, v := range p.Rollup.Versions {
		of := p.Criteria[i].Policy
		version := versionJSON{Terms: p.Plan.Versions[i].Terms, From: v.From, Until: v.Until, Policy: policyJSON{Schema: party.Element(of.Schema)}}
		for _, clause := range of.Clauses {
			literals := make([]literalJSON, len(clause))
			for k, l := range clause {
				literals[k] = literalJSON(l)
			}
			version.Policy.Clauses = append(version.Policy.Clauses, literals)
		}
		j.Versions = append(j.Versions, version)
	}
	for _, s := range p.Plan.Sites {
		key, err := identity.ParsePublicKey(s.Key)
		if err != nil {
			return nil, err
		}
		j.Sites = append(j.Sites, protocolPlace{s.Name, party.Element(key.Point.X), party.Element(key.Point.Y)})
	}
	return j, nil
}

// batches are the batches, each beside its proof and public inputs as snarkjs has them, and the keys of their statements.
func (a Archive) batches(r *Record, verifiers Verifiers) ([]archiveKey, error) {
	keys := []archiveKey{}
	known := map[string]*circuits.Verifier{}
	for _, b := range r.Batches {
		name := fmt.Sprintf("%s-v%d", b.Proof.Statement, b.Proof.Version)
		v, there := known[name]
		if !there {
			var err error
			if v, err = verifiers(b.Proof.Statement, b.Proof.Version); err != nil {
				return nil, err
			}
			known[name] = v
			keys = append(keys, archiveKey{b.Proof.Statement, b.Proof.Version, v.Key(), v.Statement().Public})
			if err := a.key("keys/"+name, v); err != nil {
				return nil, err
			}
		}
		if err := a.batch(b, v); err != nil {
			return nil, fmt.Errorf("batch %d: %w", b.Number, err)
		}
	}
	return keys, nil
}

func (a Archive) key(name string, v *circuits.Verifier) error {
	forSnarkjs, err := v.SnarkjsKey()
	if err != nil {
		return err
	}
	var own bytes.Buffer
	err = v.WriteKey(&own)
	a[name+".json"], a[name+".vk"] = forSnarkjs, own.Bytes()
	return err
}

func (a Archive) batch(b Batch, v *circuits.Verifier) error {
	proof, public, err := v.SnarkjsProof(b.Proof)
	if err != nil {
		return err
	}
	marshalled, err := b.Proof.Marshal()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("batches/%04d", b.Number)
	a[name+".proof.json"], a[name+".public.json"] = proof, public
	return a.document(name+".json", batchJSON{b.Number, stateOf(b.State), b.Transaction, b.Flag, b.Submission, marshalled})
}

// permutationJSON is a permutation as constants.json has it.
type permutationJSON struct {
	Rounds   [][]party.Element `json:"rounds"`
	Diagonal []party.Element   `json:"diagonal"`
}

func constants() map[string]permutationJSON {
	write := func(p field.Permutation) (j permutationJSON) {
		j.Diagonal = elements(p.Diagonal)
		for _, round := range p.Rounds {
			j.Rounds = append(j.Rounds, elements(round))
		}
		return j
	}
	node, hash := field.Permutations()
	return map[string]permutationJSON{"node": write(node), "hash": write(hash)}
}

func elements(of []field.Element) []party.Element {
	written := make([]party.Element, len(of))
	for i, e := range of {
		written[i] = party.Element(e)
	}
	return written
}

func (a Archive) readme(index archiveJSON, on *OnChain) error {
	t, err := template.New("README.md").Parse(archiveReadme)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	err = t.Execute(&text, map[string]any{"Name": index.Name, "Trial": field.Text(field.Element(index.Trial)), "Stage": index.Stage, "On": on})
	a["README.md"] = text.Bytes()
	return err
}

// sums lists all files with their SHA-256, as sha256sum does.
func (a Archive) sums() {
	var list bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(a)) {
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(a[name]), name)
	}
	a["SHA256SUMS"] = list.Bytes()
}

// Write makes a new folder of an archive, whole or not at all; fs.ErrExist where there is something of this name.
func (a Archive) Write(dir string) (err error) {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &fs.PathError{Op: "archive", Path: dir, Err: fs.ErrExist})
	}
	parent := filepath.Dir(filepath.Clean(dir))
	made, err := os.MkdirTemp(parent, ".archive-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(made))
		}
	}()
	for name, data := range a {
		to := filepath.Join(made, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := offchain.ReplaceFile(to, data); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(made, "batches"), 0o700); err != nil { // where none was accepted yet
		return err
	}
	if err := os.Rename(made, dir); err != nil {
		return err
	}
	return offchain.SyncFolder(parent)
}

// Tar gives the archive as a tar file (POSIX pax), sorted by name.
func (a Archive) Tar() ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(a[name]))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(a[name]); err != nil {
			return nil, err
		}
	}
	err := w.Close() // before the bytes are taken: it writes their end
	return out.Bytes(), err
}

// ErrArchive says that a tar file is no archive.
var ErrArchive = errors.New("not a trial's archive")

// ReadArchive reads a tar file, and refuses, as [ErrArchive], names that would lie outside a folder. Whether what it says is true is for its own verifier.
func ReadArchive(data []byte) (Archive, error) {
	a := Archive{}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(h.Name)) || path.Clean(h.Name) != h.Name {
			return nil, fmt.Errorf("%w: it holds %q", ErrArchive, h.Name)
		}
		if a[h.Name], err = io.ReadAll(r); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrArchive, err)
		}
	}
}

// Stage is how far the trial had come: interim, closed or published.
func (a Archive) Stage() (string, error) {
	var index archiveJSON
	if err := json.Unmarshal(a["archive.json"], &index); err != nil || index.Format != ArchiveFormat {
		return "", errors.Join(ErrArchive, err)
	}
	return index.Stage, nil
}
