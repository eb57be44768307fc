package ceremony

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
)

// Format is the first member of a ceremony file, FileName its name in a transcript's folder, and MaxFileSize the most that is
// read.
const (
	Format      = "lethe/ceremony/v1"
	FileName    = "ceremony.yaml"
	MaxFileSize = 64 << 10
)

// DefaultContributions is how many contributions a phase needs, if nothing else is said.
const DefaultContributions = 3

// Bounds of what a file may say.
const (
	leastContributions = 2
	maxContributors    = 64
	minDomain          = 3  // log2; gnark's check of ratios wants some points
	maxDomain          = 24 // log2
)

// File is what the parties review before a ceremony: everything that is not random in it.
type File struct {
	Format      string        `yaml:"format"`
	Name        string        `yaml:"name"` // of this ceremony; as Contributor.Name
	Statement   string        `yaml:"statement"`
	Version     int           `yaml:"version"`
	R1CS        circuits.Hash `yaml:"r1cs_sha256"` // of circuits.Circuit.WriteR1CS
	Constraints int           `yaml:"constraints"`
	Domain      int           `yaml:"domain"` // log2 of the least power of two that is not below constraints

	MinContributions int           `yaml:"min_contributions"` // to each phase, by different contributors
	Contributors     []Contributor `yaml:"contributors"`      // each contributes to a phase once or not at all, in any order
	Phase1           Phase1        `yaml:"phase1"`
	Phase2           Phase2        `yaml:"phase2"`
}

// Contributor is a party of the ceremony.
type Contributor struct {
	Name     string `yaml:"name"` // lower-case letters, digits and hyphens, 32 at most: names of files are made of it
	Verifier string `yaml:"vkey"` // C2SP signed-note verifier key, Ed25519
}

// Phase1 is circuit-independent: contributed here and closed by a beacon, or taken from a file. One of both is given.
type Phase1 struct {
	Beacon *Beacon `yaml:"beacon,omitempty"`
	Ptau   *Ptau   `yaml:"ptau,omitempty"`
}

// Phase2 is about the circuit; it is contributed here.
type Phase2 struct {
	Beacon *Beacon `yaml:"beacon"`
}

// Ptau names a file of powers of τ that others have made.
type Ptau struct {
	SHA256        circuits.Hash `yaml:"sha256"`        // of the whole file
	Source        string        `yaml:"source"`        // where people find it, and its ceremony's attestations
	Contributions []string      `yaml:"contributions"` // names that the file's own records give, in their order
}

// NewFile is what a ceremony file says of a circuit. Contributors and phases are still to be given.
func NewFile(name string, c *circuits.Circuit) File {
	return File{
		Format: Format, Name: name, Statement: c.Statement.ID, Version: c.Statement.Version, R1CS: c.SHA256, Constraints: c.Constraints,
		Domain: domainOf(c.Constraints), MinContributions: DefaultContributions,
	}
}

// ParseFile reads a ceremony file. Members that are unknown or stand twice, anything after the document, and what Check refuses
// are Malformed.
func ParseFile(data []byte) (File, error) {
	var f File
	if len(data) > MaxFileSize {
		return f, refuse(Malformed, "%s: %d bytes", FileName, len(data))
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return f, refuse(Malformed, "%s: %v", FileName, err)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return f, refuse(Malformed, "%s: something after the document", FileName)
	}
	if err := f.Check(); err != nil {
		return f, refuse(Malformed, "%s: %v", FileName, err)
	}
	return f, nil
}

// Marshal writes a file that ParseFile reads.
func (f File) Marshal() ([]byte, error) {
	if err := f.Check(); err != nil {
		return nil, refuse(Malformed, "%s: %v", FileName, err)
	}
	var out bytes.Buffer
	out.WriteString("# A ceremony for the keys of a statement. Every party reviews this file before it contributes, and signs\n" +
		"# its hash with its contribution: a change of any byte makes another ceremony.\n")
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(f), e.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", FileName, err)
	}
	if out.Len() > MaxFileSize {
		return nil, refuse(Malformed, "%s: %d bytes", FileName, out.Len())
	}
	return out.Bytes(), nil
}

// Check says what is wrong with a file, naming the member.
func (f File) Check() error {
	switch {
	case f.Format != Format:
		return fmt.Errorf("format: %.40q is not %q", f.Format, Format)
	case !validName(f.Name):
		return fmt.Errorf("name: %.40q is not %s", f.Name, nameRule)
	case !validName(f.Statement):
		return fmt.Errorf("statement: %.40q is not %s", f.Statement, nameRule)
	case f.Version < 1:
		return fmt.Errorf("version: %d", f.Version)
	case f.R1CS == circuits.Hash{}:
		return errors.New("r1cs_sha256: missing")
	case f.Domain < minDomain || f.Domain > maxDomain:
		return fmt.Errorf("domain: %d is not between %d and %d", f.Domain, minDomain, maxDomain)
	case f.Constraints < 1 || domainOf(f.Constraints) != f.Domain:
		return fmt.Errorf("domain: 2^%d is not that of %d constraints", f.Domain, f.Constraints)
	case f.MinContributions < leastContributions || f.MinContributions > maxContributors:
		return fmt.Errorf("min_contributions: %d, not %d to %d", f.MinContributions, leastContributions, maxContributors)
	}
	if err := f.checkContributors(); err != nil {
		return err
	}
	return f.checkPhases()
}

func (f File) checkContributors() error {
	if len(f.Contributors) < f.MinContributions || len(f.Contributors) > maxContributors {
		return fmt.Errorf("contributors: %d of them, of whom %d must contribute", len(f.Contributors), f.MinContributions)
	}
	names, keys := map[string]bool{}, map[string]bool{}
	for i, c := range f.Contributors {
		if !validName(c.Name) {
			return fmt.Errorf("contributors: name %.40q is not %s", c.Name, nameRule)
		}
		if len(c.Verifier) > 256 || strings.ContainsAny(c.Verifier, "\r\n") { // which base64 passes over
			return fmt.Errorf("contributors: vkey of %s: too long, or of several lines", c.Name)
		}
		if _, err := note.NewVerifier(c.Verifier); err != nil {
			return fmt.Errorf("contributors: vkey of %s: %w", c.Name, err)
		}
		key := strings.SplitN(c.Verifier, "+", 3)[2] // after the name and its hash: one key under two names is one party
		if names[c.Name] || keys[key] {
			return fmt.Errorf("contributors: %s, the one at %d, is there already", c.Name, i+1)
		}
		names[c.Name], keys[key] = true, true
	}
	return nil
}

func (f File) checkPhases() error {
	if (f.Phase1.Beacon == nil) == (f.Phase1.Ptau == nil) {
		return errors.New("phase1: give beacon or ptau, one of both")
	}
	if f.Phase2.Beacon == nil {
		return errors.New("phase2.beacon: missing")
	}
	if err := f.Phase2.Beacon.check(); err != nil {
		return fmt.Errorf("phase2.beacon: %w", err)
	}
	if p := f.Phase1.Ptau; p != nil {
		return f.checkPtau(p)
	}
	if err := f.Phase1.Beacon.check(); err != nil {
		return fmt.Errorf("phase1.beacon: %w", err)
	}
	if !f.Phase1.Beacon.Time().Before(f.Phase2.Beacon.Time()) {
		return errors.New("phase2.beacon: its round is not after that of phase 1")
	}
	return nil
}

func (f File) checkPtau(p *Ptau) error {
	switch {
	case p.SHA256 == circuits.Hash{}:
		return errors.New("phase1.ptau.sha256: missing")
	case p.Source == "":
		return errors.New("phase1.ptau.source: missing")
	case len(p.Contributions) < f.MinContributions:
		return fmt.Errorf("phase1.ptau.contributions: %d, but min_contributions is %d", len(p.Contributions), f.MinContributions)
	}
	return nil
}

// hashOf is how files are named in notes.
func hashOf(data []byte) circuits.Hash { return sha256.Sum256(data) }

// domainOf is the domain's size for a number of constraints, as a power of two.
func domainOf(constraints int) int { return bits.Len(uint(constraints - 1)) }

const nameRule = "lower-case letters, digits and hyphens, a letter first, 32 at most"

func validName(name string) bool {
	return name != "" && len(name) <= 32 && name[0] >= 'a' && name[0] <= 'z' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// contributor is the one of a name, nil when there is none.
func (f File) contributor(name string) *Contributor {
	for i := range f.Contributors {
		if f.Contributors[i].Name == name {
			return &f.Contributors[i]
		}
	}
	return nil
}

// window is when a phase may be contributed to. Phase 2 begins with phase 1's beacon, where there is one.
func (f File) window(phase int) (from, until time.Time) {
	if phase == 1 {
		return time.Time{}, f.Phase1.Beacon.Time()
	}
	if f.Phase1.Beacon != nil {
		from = f.Phase1.Beacon.Time()
	}
	return from, f.Phase2.Beacon.Time()
}
