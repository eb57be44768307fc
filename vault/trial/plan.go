package trial

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	rollup "lethe/circuits/trial"
	"lethe/vault/criteria"
	"lethe/vault/party"
)

// PlanFormat is the format's name in a plan, and MaxPlan the most bytes that one may have.
const (
	PlanFormat = "lethe/trial/v1"
	MaxPlan    = 1 << 16
)

// ErrPlan is the answer to a plan that no trial can follow; the text says which member, and what to do.
var ErrPlan = errors.New("plan of a trial")

// Plan is a trial's protocol as people write it.
type Plan struct {
	Format       string            `yaml:"format"`
	Name         string            `yaml:"name"` // public: its hash is the trial's id
	Versions     []PlanVersion     `yaml:"versions"`
	Phases       []string          `yaml:"phases"`
	Sites        []PlanSite        `yaml:"sites"`
	Safety       uint32            `yaml:"safety_threshold"`       // serious events until a flag
	Late         string            `yaml:"recorded_late_after"`    // such as 240h
	Thresholds   map[string]uint32 `yaml:"thresholds,omitempty"`   // most deviations of a kind with which results may be published
	Compensation []string          `yaml:"compensation,omitempty"` // wei for each visit, the first one first
}

// PlanVersion is a version of the protocol.
type PlanVersion struct {
	Terms       string    `yaml:"terms"`    // text that participants consent to
	Criteria    string    `yaml:"criteria"` // name of a file beside the plan
	From        time.Time `yaml:"from"`
	ReconsentBy time.Time `yaml:"reconsent_by,omitempty"` // of a later version: when consents to earlier ones are superseded
}

// PlanSite is a site, by its name and its key.
type PlanSite struct {
	Name string    `yaml:"name"`
	Key  party.Hex `yaml:"key"`
}

// Protocol is a plan that was compiled.
type Protocol struct {
	Plan     Plan
	Source   []byte // of the plan, as it was read
	ID       field.Element
	Rollup   rollup.Protocol
	Criteria []*criteria.Criteria // of each version
	Prices   []*big.Int           // in wei, of each visit
	sites    *field.Tree
	files    []string // that the plan and its criteria name
}

// Compile reads a plan. File reads what it names, beside it.
func Compile(source []byte, file func(name string) ([]byte, error)) (*Protocol, error) {
	p := &Protocol{Source: source}
	d := yaml.NewDecoder(bytes.NewReader(source))
	d.KnownFields(true)
	if len(source) > MaxPlan {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrPlan, MaxPlan)
	}
	if err := d.Decode(&p.Plan); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	read := map[string][]byte{}
	beside := func(name string) ([]byte, error) {
		data, err := file(name)
		read[name] = data
		return data, err
	}
	for _, step := range []func() error{
		p.Plan.check, p.compileSites, func() error { return p.compileVersions(beside) }, p.compileNumbers, func() error { return p.Rollup.Check() },
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPlan, err)
		}
	}
	p.files = slices.Sorted(maps.Keys(read))
	p.Rollup.Plan = planDigest(source, read)
	return p, nil
}

// planDigest is of every byte of a plan and of the files that it names, in the order of their names: what the contract knows is this very text.
func planDigest(plan []byte, files map[string][]byte) field.Element {
	sum := sha256.Sum256(plan)
	all := sum[:]
	for _, name := range slices.Sorted(maps.Keys(files)) {
		sum := sha256.Sum256(files[name])
		all = append(all, sum[:]...)
	}
	return field.Digest("trial-plan", all)
}

func (p Plan) check() error {
	switch {
	case p.Format != PlanFormat:
		return fmt.Errorf("format: %.40q is not %s", p.Format, PlanFormat)
	case strings.TrimSpace(p.Name) == "":
		return errors.New("name: what is the trial called?")
	case len(p.Versions) == 0 || len(p.Versions) > rollup.Versions:
		return fmt.Errorf("versions: one to %d", rollup.Versions)
	case len(p.Phases) == 0 || len(p.Phases) > 1<<rollup.PhaseBits:
		return fmt.Errorf("phases: one to %d, in their order", 1<<rollup.PhaseBits)
	case slices.ContainsFunc(p.Phases, noName) || len(slices.Compact(slices.Sorted(slices.Values(p.Phases)))) < len(p.Phases):
		return errors.New("phases: each has a name of its own, which is no number")
	case len(p.Sites) == 0 || len(p.Sites) > 1<<rollup.SiteBits:
		return fmt.Errorf("sites: one to %d", 1<<rollup.SiteBits)
	case len(p.Compensation) > MaxPrices:
		return fmt.Errorf("compensation: at most %d visits", MaxPrices)
	}
	for kind := range p.Thresholds {
		lane := slices.Index(rollup.DeviationNames, kind)
		if lane < 0 || slices.Contains(rollup.Critical, lane) {
			return fmt.Errorf("thresholds: %q is not a kind of deviation that may be tolerated", kind)
		}
	}
	return nil
}

// noName says whether a phase's name is none, or would be taken for a number.
func noName(phase string) bool { return strings.Trim(phase, " 0123456789") == "" }

// MaxPrices is the number of visits that a trial can pay for.
const MaxPrices = 32

func (p *Protocol) compileSites() error {
	p.sites = field.NewTree(rollup.SiteLevels)
	for i, s := range p.Plan.Sites {
		key, err := identity.ParsePublicKey(s.Key)
		switch {
		case err != nil:
			return fmt.Errorf("sites: %s: %w", s.Name, err)
		case strings.TrimSpace(s.Name) == "":
			return fmt.Errorf("sites: the %dth has no name", i+1)
		case slices.ContainsFunc(p.Plan.Sites[:i], func(other PlanSite) bool { return other.Name == s.Name || bytes.Equal(other.Key, s.Key) }):
			return fmt.Errorf("sites: %s: its name or its key is another's, too", s.Name)
		}
		p.sites.Set(field.Change{Index: uint32(i), Leaf: rollup.SiteLeaf(key)})
	}
	p.Rollup.Sites = p.sites.Root()
	return nil
}

func (p *Protocol) compileVersions(file func(name string) ([]byte, error)) error {
	p.ID = policy.Scope(p.Plan.Name)
	for i, v := range p.Plan.Versions {
		source, err := file(filepath.Base(v.Criteria))
		if err != nil {
			return fmt.Errorf("version %d: %w", i+1, err)
		}
		c, err := criteria.Compile(source, file)
		switch {
		case err != nil:
			return fmt.Errorf("version %d: %s: %w", i+1, v.Criteria, err)
		case c.For != p.Plan.Name:
			return fmt.Errorf("version %d: %s is for %q", i+1, v.Criteria, c.For)
		case v.Terms == "":
			return fmt.Errorf("version %d: terms: the text that participants consent to", i+1)
		case i > 0 && v.ReconsentBy.IsZero():
			return fmt.Errorf("version %d: reconsent_by: until when must those of version %d consent again?", i+1, i)
		}
		p.Criteria = append(p.Criteria, c)
		until := uint64(rollup.Forever)
		if i+1 < len(p.Plan.Versions) {
			until = uint64(p.Plan.Versions[i+1].ReconsentBy.Unix())
		}
		p.Rollup.Versions = append(p.Rollup.Versions, rollup.Version{
			Terms: Terms(v.Terms), Policy: c.Policy.Digest(), From: uint64(v.From.Unix()), Until: until,
		})
	}
	return nil
}

// Terms is the digest of a text that participants consent to, as a grant has it.
func Terms(text string) field.Element { return field.Digest("terms", []byte(text)) }

func (p *Protocol) compileNumbers() error {
	late, err := time.ParseDuration(p.Plan.Late)
	if err != nil || late <= 0 || late%time.Second != 0 {
		return fmt.Errorf("recorded_late_after: %q is no time in whole seconds, such as 240h", p.Plan.Late)
	}
	p.Rollup.Lateness, p.Rollup.Safety = uint64(late/time.Second), p.Plan.Safety
	for i, text := range p.Plan.Compensation {
		wei, ok := new(big.Int).SetString(text, 10)
		if !ok || wei.Sign() <= 0 || wei.BitLen() > 96 {
			return fmt.Errorf("compensation: visit %d: %q is no number of wei of 96 bits", i+1, text)
		}
		p.Prices = append(p.Prices, wei)
	}
	return nil
}

// Thresholds are the most deviations of each kind with which results may be published, in the order of the lanes.
func (p *Protocol) Thresholds() []uint32 {
	lanes := make([]uint32, len(rollup.DeviationNames))
	for i, name := range rollup.DeviationNames {
		lanes[i] = p.Plan.Thresholds[name]
	}
	return lanes
}

// Site is a site's number, by its key.
func (p *Protocol) Site(key identity.PublicKey) (uint8, bool) {
	leaf := rollup.SiteLeaf(key)
	at := slices.Index(p.sites.Leaves(), leaf)
	return uint8(max(at, 0)), at >= 0
}

// siteKey is what a site signs with; rollup.ErrNoSite when the plan has no such site.
func (p *Protocol) siteKey(site uint8) (identity.PublicKey, error) {
	if int(site) >= len(p.Plan.Sites) {
		return identity.PublicKey{}, rollup.ErrNoSite
	}
	return identity.ParsePublicKey(p.Plan.Sites[site].Key)
}

// VersionAt is the latest version that is in force at a time; false before the first.
func (p *Protocol) VersionAt(when uint64) (uint8, bool) {
	for i := len(p.Rollup.Versions) - 1; i >= 0; i-- {
		if p.Rollup.Versions[i].From <= when {
			return uint8(i), true
		}
	}
	return 0, false
}

// Amends says why a plan is not an amendment of a trial that had others, the last of which is in force: what is past must stay as it was. Sites are known by their places and
// phases by their numbers, so others come behind them; a site may have another key under its name, which no site ever had.
func (p *Protocol) Amends(all ...*Protocol) error {
	before := all[len(all)-1]
	old := before.Rollup.Versions
	switch {
	case p.ID != before.ID:
		return fmt.Errorf("%w: name: the trial is %q", ErrPlan, before.Plan.Name)
	case len(p.Rollup.Versions) < len(old):
		return fmt.Errorf("%w: versions: one is missing", ErrPlan)
	case !slices.Equal(p.Thresholds(), before.Thresholds()):
		return fmt.Errorf("%w: thresholds: the contract keeps those that the trial was registered with", ErrPlan)
	case !slices.EqualFunc(p.Prices, before.Prices, func(a, b *big.Int) bool { return a.Cmp(b) == 0 }):
		return fmt.Errorf("%w: compensation: the contract keeps what the trial was registered with", ErrPlan)
	}
	if err := p.keepsSites(all); err != nil {
		return err
	}
	if phases := before.Plan.Phases; len(p.Plan.Phases) < len(phases) || !slices.Equal(p.Plan.Phases[:len(phases)], phases) {
		return fmt.Errorf("%w: phases: they were %s; others come behind them", ErrPlan, strings.Join(phases, ", "))
	}
	for i, v := range old {
		now := p.Rollup.Versions[i]
		if now.Terms != v.Terms || now.Policy != v.Policy || now.From != v.From || v.Until != rollup.Forever && now.Until != v.Until {
			return fmt.Errorf("%w: versions: version %d is not what it was", ErrPlan, i+1)
		}
	}
	return nil
}

func (p *Protocol) keepsSites(all []*Protocol) error {
	before, had := all[len(all)-1].Plan.Sites, map[string]bool{}
	for _, earlier := range all {
		for _, s := range earlier.Plan.Sites {
			had[string(s.Key)] = true
		}
	}
	if len(p.Plan.Sites) < len(before) {
		return fmt.Errorf("%w: sites: one is missing", ErrPlan)
	}
	for i, now := range p.Plan.Sites {
		switch {
		case i < len(before) && now.Name != before[i].Name:
			return fmt.Errorf("%w: sites: where %s was, %s is now, which would be handed its participants; others come behind them", ErrPlan, before[i].Name, now.Name)
		case i < len(before) && bytes.Equal(now.Key, before[i].Key):
		case had[string(now.Key)]:
			return fmt.Errorf("%w: sites: %s has a key that a site had before", ErrPlan, now.Name)
		}
	}
	return nil
}
