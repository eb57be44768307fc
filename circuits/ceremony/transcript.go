package ceremony

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"

	"lethe/circuits"
)

// Names of files in a transcript's folder.
const (
	beginningName = "000.start"   // of phase 2; derived, so that contributors need not
	beaconName    = "beacon.json" // what closed a phase
	ptauName      = "powers.ptau" // phase 1, where others have made it

	contributionEnd = ".contribution"
	noteEnd         = ".note"

	// KeysFolder is where Seal writes keys.
	KeysFolder = "keys"
)

// Config says which transcript is meant and what it may be of.
type Config struct {
	Dir        string
	Statements []circuits.Statement // one is the ceremony file's
	Progress   func(step string)    // told each step as it begins; may be nil
	Now        func() time.Time     // clock; nil is time.Now
}

// Transcript is a ceremony's folder. One process at a time may change it; any number may verify it.
type Transcript struct {
	File    File
	Hash    circuits.Hash // of the ceremony file
	Circuit *circuits.Circuit

	dir      string
	setup    circuits.Setup
	progress func(string)
	now      func() time.Time
}

// Init makes a transcript's folder with its ceremony file, which must not be there yet, and answers the file's hash.
func Init(dir string, f File) (circuits.Hash, error) {
	data, err := f.Marshal()
	if err != nil {
		return circuits.Hash{}, err
	}
	for _, sub := range []string{"phase1", "phase2"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o750); err != nil {
			return circuits.Hash{}, fmt.Errorf("ceremony: %w", err)
		}
	}
	out, err := os.OpenFile(filepath.Join(dir, FileName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // it is public
	if err != nil {
		return circuits.Hash{}, fmt.Errorf("ceremony: %w", err)
	}
	if _, err = out.Write(data); err == nil {
		err = out.Sync()
	}
	return hashOf(data), errors.Join(err, out.Close())
}

// Open reads the ceremony file of a folder and compiles the statement that it names. A circuit that is not the file's is
// AnotherCircuit.
func Open(c Config) (*Transcript, error) {
	t := &Transcript{dir: c.Dir, setup: circuits.Ceremony, progress: c.Progress, now: c.Now}
	if t.progress == nil {
		t.progress = func(string) {}
	}
	if t.now == nil {
		t.now = time.Now
	}
	data, err := readBounded(filepath.Join(c.Dir, FileName), MaxFileSize)
	if err != nil {
		return nil, fmt.Errorf("ceremony: %w", err)
	}
	if t.File, err = ParseFile(data); err != nil {
		return nil, fmt.Errorf("ceremony: %w", err)
	}
	t.Hash = hashOf(data)
	i := slices.IndexFunc(c.Statements, func(s circuits.Statement) bool {
		return s.ID == t.File.Statement && s.Version == t.File.Version
	})
	if i < 0 {
		return nil, t.wrap(refuse(AnotherCircuit, "no statement %s/v%d is known here", t.File.Statement, t.File.Version))
	}
	t.progress("compiling " + c.Statements[i].Name())
	if t.Circuit, err = circuits.Compile(c.Statements[i]); err != nil {
		return nil, t.wrap(err)
	}
	if got := t.Circuit; got.SHA256 != t.File.R1CS || got.Constraints != t.File.Constraints {
		return nil, t.wrap(refuse(AnotherCircuit, "r1cs_sha256 is %s here, of %d constraints", got.SHA256, got.Constraints))
	}
	return t, nil
}

// wrap says which ceremony an error is of.
func (t *Transcript) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ceremony %s: %w", t.File.Name, err)
}

func (t *Transcript) path(phase int, name string) string {
	return filepath.Join(t.dir, fmt.Sprintf("phase%d", phase), name)
}

func (t *Transcript) has(phase int, name string) bool {
	_, err := os.Stat(t.path(phase, name))
	return err == nil
}

// phase is the one that is open for contributions; 3 when there is none any more.
func (t *Transcript) phase() int {
	switch {
	case !t.has(2, beginningName):
		return 1
	case !t.has(2, beaconName):
		return 2
	}
	return 3
}

// Records are what contributors signed of a phase, in order, each held to the ceremony file, to its place and to the hash of its
// contribution. What the contributions themselves are is for Verify to say.
func (t *Transcript) Records(phase int) ([]Record, error) {
	records, err := t.records(phase)
	if err != nil {
		return nil, t.wrap(fmt.Errorf("phase %d: %w", phase, err))
	}
	return records, nil
}

func (t *Transcript) records(phase int) ([]Record, error) {
	bases, err := t.bases(phase)
	if err != nil {
		return nil, err
	}
	var records []Record
	seen := map[string]bool{}
	for i, b := range bases {
		number, contributor, ok := parseBase(b)
		switch {
		case !ok:
			return nil, refuse(Malformed, "a file named %.80q", b)
		case number > i+1:
			return nil, refuse(Missing, "contribution %d", i+1)
		case number <= i:
			return nil, refuse(OutOfOrder, "%s: there are two of this number", b)
		case seen[contributor]:
			return nil, refuse(Duplicate, "%s", b)
		}
		seen[contributor] = true
		r, err := t.record(phase, number, contributor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b, err)
		}
		if i > 0 && r.Before != records[i-1].Contribution {
			return nil, refuse(OutOfOrder, "%s stands on another contribution than %s", b, bases[i-1])
		}
		records = append(records, r)
	}
	return records, nil
}

// bases are the names of a phase's contributions, sorted. A file that does not belong there is Malformed; names that begin with
// a dot are half-written files, and passed over.
func (t *Transcript) bases(phase int) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(t.path(phase, beaconName)))
	if err != nil {
		return nil, err
	}
	has := map[string]int{}
	for _, e := range entries {
		name, contribution := strings.CutSuffix(e.Name(), contributionEnd)
		base, note := strings.CutSuffix(name, noteEnd)
		switch {
		case strings.HasPrefix(name, "."), t.belongs(phase, name):
		case contribution != note && !t.imported(phase):
			has[base]++
		default:
			return nil, refuse(Malformed, "a file named %.80q", name)
		}
	}
	var bases []string
	for base, files := range has {
		if files != 2 {
			return nil, refuse(Missing, "%s: the note or the contribution", base)
		}
		bases = append(bases, base)
	}
	slices.Sort(bases)
	return bases, nil
}

// belongs says whether a phase may have a file of a name, beside contributions.
func (t *Transcript) belongs(phase int, name string) bool {
	if t.imported(phase) {
		return name == ptauName
	}
	return name == beaconName || phase == 2 && name == beginningName
}

// imported says whether a phase is others' work.
func (t *Transcript) imported(phase int) bool { return phase == 1 && t.File.Phase1.Ptau != nil }

// record reads the note of one contribution.
func (t *Transcript) record(phase, number int, contributor string) (r Record, err error) {
	by := t.File.contributor(contributor)
	if by == nil {
		return r, refuse(Unknown, "%s", contributor)
	}
	data, err := readBounded(t.path(phase, base(number, contributor)+noteEnd), maxNoteSize)
	if err != nil {
		return r, err
	}
	if r, err = openRecord(data, by); err != nil {
		return r, err
	}
	switch {
	case r.Ceremony != t.Hash:
		return r, refuse(AnotherCeremony, "signed for the file %s, and this one is %s", r.Ceremony, t.Hash)
	case r.Phase != phase || r.Number != number:
		return r, refuse(OutOfOrder, "signed as number %d of phase %d", r.Number, r.Phase)
	}
	return r, t.timely(r)
}

// timely holds a contribution's time to its phase's window.
func (t *Transcript) timely(r Record) error {
	from, until := t.File.window(r.Phase)
	if r.Time.Before(from) || !r.Time.Before(until) {
		return refuse(Untimely, "signed at %s; phase %d is open from %s until %s",
			r.Time.Format(time.RFC3339), r.Phase, from.Format(time.RFC3339), until.Format(time.RFC3339))
	}
	return nil
}

// contribution reads the file of a record, whose size is known before, and holds it to the hash that was signed.
func (t *Transcript) contribution(r Record, size int64) ([]byte, error) {
	data, err := readExactly(t.path(r.Phase, base(r.Number, r.Contributor)+contributionEnd), size)
	if err != nil {
		return nil, err
	}
	if hashOf(data) != r.Contribution {
		return nil, refuse(Tampered, "SHA-256 is %s, and %s is signed", hashOf(data), r.Contribution)
	}
	return data, nil
}

func (t *Transcript) readPowers(ctx context.Context, r Record) (*powers, error) {
	data, err := t.contribution(r, powersSize(t.File.Domain))
	if err != nil {
		return nil, err
	}
	return readPowers(ctx, data, t.File.Domain)
}

func (t *Transcript) readSecond(r Record) (*mpc.Phase2, error) {
	size, _, _ := secondSize(t.Circuit)
	data, err := t.contribution(r, size)
	if err != nil {
		return nil, err
	}
	return readSecond(data, t.Circuit, false)
}

// readBeginning reads what phase 2 begins with, as it was derived before. Only verifying everything shows that it is right.
func (t *Transcript) readBeginning() (*mpc.Phase2, error) {
	data, err := t.beginning()
	if err != nil {
		return nil, err
	}
	return readSecond(data, t.Circuit, true)
}

func (t *Transcript) beginning() ([]byte, error) {
	size, _, _ := secondSize(t.Circuit)
	return readExactly(t.path(2, beginningName), size-int64(len(circuits.Hash{})))
}
