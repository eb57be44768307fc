package trial

import (
	"errors"
	"fmt"
	"math/big"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Sizes that circuits share.
const (
	Versions   = 4 // of a protocol
	SiteLevels = 4 // of the tree of sites
	Levels     = 8 // of the tree of participants
	TagBits    = 120
	LaneBits   = 22 // of a counter
	PhaseBits  = 3
	SiteBits   = 2 * SiteLevels
	CountBits  = 2 * Levels // of participants, of one's visits and events, and of batches
)

// most is the highest count.
const most = 1<<CountBits - 1

// Forever is when consents to a version are superseded that no later one supersedes.
const Forever = 1<<identity.TimeBits - 1

// ErrInvalid is what no trial has: a number out of its bounds, a protocol without a version.
var ErrInvalid = errors.New("invalid")

// Tag is what a person is known by in a trial: the low 120 bits of their tag in its scope.
func Tag(person, trial field.Element) field.Element { return low(identity.Tag(person, trial)) }

func low(e field.Element) (tag field.Element) {
	n := e.BigInt(new(big.Int))
	tag.SetBigInt(n.And(n, mask))
	return tag
}

var mask = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), TagBits), big.NewInt(1))

// Anonymous is the tag of somebody who was anonymised, by 120 random bits: above all tags of persons, so that it is nobody's.
func Anonymous(random field.Element) (tag field.Element) {
	tag.SetBigInt(new(big.Int).Lsh(big.NewInt(1), TagBits))
	random = low(random)
	return *tag.Add(&tag, &random)
}

// Version is one of a protocol's versions.
type Version struct {
	Terms  field.Element // digest of what participants consent to
	Policy field.Element // digest of the criteria (policy.Policy)
	From   uint64        // Unix seconds from which one can consent to it
	Until  uint64        // and from which consents to it are superseded; Forever when they are not
}

// Digest commits to a version.
func (v Version) Digest() field.Element {
	return field.Hash(field.TagTrialVersion, v.Terms, v.Policy, pack(part{v.From, identity.TimeBits}, part{v.Until, identity.TimeBits}))
}

// Protocol is what a trial's batches are proven against.
type Protocol struct {
	Versions []Version     // one to four; a later one has a later From
	Safety   uint32        // serious events until a flag is raised; at least 1, below 2^22
	Lateness uint64        // seconds after which an event is recorded late
	Sites    field.Element // root of the tree of sites, see SiteLeaf
	Plan     field.Element // digest of the plan that all this was compiled from
}

// Check refuses, as [ErrInvalid], a protocol that no trial can have, naming what is wrong.
func (p Protocol) Check() error {
	switch {
	case len(p.Versions) == 0 || len(p.Versions) > Versions:
		return fmt.Errorf("protocol: %w: %d versions, not 1 to %d", ErrInvalid, len(p.Versions), Versions)
	case p.Safety == 0 || p.Safety >= 1<<LaneBits:
		return fmt.Errorf("protocol: %w: a safety threshold of %d", ErrInvalid, p.Safety)
	case p.Lateness >= 1<<identity.TimeBits:
		return fmt.Errorf("protocol: %w: lateness of %d seconds", ErrInvalid, p.Lateness)
	}
	for i, v := range p.Versions {
		if v.From > Forever || v.Until > Forever || v.Until <= v.From || i > 0 && v.From <= p.Versions[i-1].From {
			return fmt.Errorf("protocol: %w: version %d from %d until %d", ErrInvalid, i+1, v.From, v.Until)
		}
	}
	return nil
}

// Digest commits to a protocol that Check allows.
func (p Protocol) Digest() field.Element {
	var v [Versions]field.Element
	for i := range p.Versions {
		v[i] = p.Versions[i].Digest()
	}
	numbers := pack(part{uint64(p.Safety), LaneBits}, part{p.Lateness, identity.TimeBits})
	return field.Hash(field.TagTrialProtocol, v[0], v[1], v[2], v[3], numbers, p.Sites, p.Plan)
}

// SiteLeaf is a site's leaf in the tree of sites; its place is the site's number.
func SiteLeaf(k identity.PublicKey) field.Element {
	return field.Hash(field.TagSite, k.Point.X, k.Point.Y)
}

// part is a number of a width in a packed element.
type part struct {
	value uint64
	bits  int
}

// pack puts numbers into one element, the first lowest.
func pack(parts ...part) (e field.Element) {
	n, at := new(big.Int), 0
	for _, p := range parts {
		n.Or(n, new(big.Int).Lsh(new(big.Int).SetUint64(p.value), uint(at)))
		at += p.bits
	}
	e.SetBigInt(n)
	return e
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
