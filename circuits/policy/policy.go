// Package policy is what an attestation has to satisfy: clauses, all of which must hold, of literals, one of which is enough. A literal
// says that an attribute lies in a range, or that it lies outside; what is unknown satisfies neither. Membership in a set is a clause of
// ranges, one for each run of neighbouring values.
//
// A policy is data: one circuit takes all of them, and a proof shows the digest. It costs a circuit 84 constraints for each of the 44
// places of literals, whether they are used or not, and two hashes.
package policy

import (
	"errors"
	"fmt"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Literals is how many there are room for, in all clauses together, and PerElement how many of them one element of the digest holds.
const (
	Literals   = 44
	PerElement = 4
)

// Places in bits of a literal's parts in a packed element. The bounds have more room than they need: a circuit that compares them with
// a value bounds them, more loosely, by that alone.
const (
	BoundBits     = 28
	AttributeBits = 4
	literalBits   = 2*BoundBits + AttributeBits + 2
)

// ErrInvalid is the answer to a policy that no circuit takes.
var ErrInvalid = errors.New("not a policy")

// Literal says that Low ≤ value ≤ High for an attribute's value, or with Outside that this is not so. Of a value that is unknown neither
// holds.
type Literal struct {
	Attribute uint8
	Low, High uint32 // below 2^24, see identity.ValueBits
	Outside   bool
}

// Clause holds when one of its literals does.
type Clause []Literal

// Policy is what is asked of somebody, for one scope, by one schema's attributes.
type Policy struct {
	Scope   field.Element // what it is for, a trial or a plan: a person's tag is for this
	Schema  field.Element // says what the attributes are
	Clauses []Clause
}

// Scope is what a trial or a plan is called in a policy, from its name: a person's tag is for this.
func Scope(of string) field.Element { return field.Digest("scope", []byte(of)) }

// Check refuses, as [ErrInvalid], what no circuit takes: no clause, an empty one, more than 44 literals, bounds that are too large or the
// wrong way round, an attribute that there is not.
func (p Policy) Check() error {
	if len(p.Clauses) == 0 {
		return fmt.Errorf("%w: no clause", ErrInvalid)
	}
	n := 0
	for i, c := range p.Clauses {
		if len(c) == 0 {
			return fmt.Errorf("%w: clause %d is empty", ErrInvalid, i+1)
		}
		for _, l := range c {
			if l.Attribute >= identity.Attributes || l.Low > l.High || l.High >= 1<<identity.ValueBits {
				return fmt.Errorf("%w: clause %d: attribute %d from %d to %d", ErrInvalid, i+1, l.Attribute, l.Low, l.High)
			}
		}
		n += len(c)
	}
	if n > Literals {
		return fmt.Errorf("%w: %d literals, there is room for %d", ErrInvalid, n, Literals)
	}
	return nil
}

// Place is a literal as a circuit has it: in one of the 44 places, and whether its clause ends there. What is unused is zero, and ends
// nothing.
type Place struct {
	Literal
	End bool
}

// Places are all places, in order. What Check refuses may not fit, and is cut off.
func (p Policy) Places() (places [Literals]Place) {
	var all []Place
	for _, c := range p.Clauses {
		for i, l := range c {
			all = append(all, Place{l, i == len(c)-1})
		}
	}
	copy(places[:], all)
	return places
}

// Digest is the policy as one element:
//
//	first  = H("policy", scope, schema, e0, …, e4)
//	digest = H("policy-more", first, e5, …, e10)
//
// where each e holds four literals of 62 bits, the first lowest, and a literal, from the lowest bit: low, 28 bits; high, 28;
// attribute, 4; outside, 1; ends its clause, 1. A policy that Check refuses has no digest that means anything.
func (p Policy) Digest() field.Element {
	places := p.Places()
	var e [Literals / PerElement]field.Element
	for i := range e {
		e[i] = pack(places[PerElement*i : PerElement*(i+1)])
	}
	first := field.Hash(field.TagPolicy, append([]field.Element{p.Scope, p.Schema}, e[:5]...)...)
	return field.Hash(field.TagPolicyMore, append([]field.Element{first}, e[5:]...)...)
}

func pack(places []Place) (e field.Element) {
	shift := field.Uint64(1 << literalBits)
	for i := len(places) - 1; i >= 0; i-- {
		l := field.Uint64(places[i].number())
		e.Mul(&e, &shift).Add(&e, &l)
	}
	return e
}

func (p Place) number() uint64 {
	n := uint64(p.Low) | uint64(p.High)<<BoundBits | uint64(p.Attribute)<<(2*BoundBits)
	if p.Outside {
		n |= 1 << (2*BoundBits + AttributeBits)
	}
	if p.End {
		n |= 1 << (2*BoundBits + AttributeBits + 1)
	}
	return n
}

// Holds says whether a literal holds of some values.
func (l Literal) Holds(values [identity.Attributes]identity.Value) bool {
	n, ok := values[l.Attribute].Number()
	return ok && (l.Low <= n && n <= l.High) != l.Outside
}

// Holds says whether one of a clause's literals holds.
func (c Clause) Holds(values [identity.Attributes]identity.Value) bool {
	for _, l := range c {
		if l.Holds(values) {
			return true
		}
	}
	return false
}

// Holds says whether every clause does.
func (p Policy) Holds(values [identity.Attributes]identity.Value) bool {
	for _, c := range p.Clauses {
		if !c.Holds(values) {
			return false
		}
	}
	return true
}
