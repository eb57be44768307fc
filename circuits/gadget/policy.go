package gadget

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

// Attestation is identity.Attestation inside a circuit. Its values are packed as there: 0 for what is unknown, else 2^24 and the number.
type Attestation struct {
	Identity, Key, Schema, From, Until frontend.Variable
	Values                             [identity.Attributes]frontend.Variable
}

// Message is identity.Attestation.Message. It bounds the times and the values, and says of each value that it has one of the two forms.
func (a Attestation) Message(api frontend.API, h *Hasher) frontend.Variable {
	Bits(api, a.From, identity.TimeBits)
	Bits(api, a.Until, identity.TimeBits)
	for _, v := range a.Values {
		known := Bits(api, v, identity.ValueBits+1)[identity.ValueBits]
		n := api.Sub(v, api.Mul(known, 1<<identity.ValueBits))
		api.AssertIsEqual(api.Mul(n, api.Sub(1, known)), 0)
	}
	half := identity.Attributes / 2
	times := api.Add(api.Mul(a.From, 1<<identity.TimeBits), a.Until)
	return h.Hash(field.TagAttestation, a.Identity, a.Key, a.Schema, times,
		packed(api, identity.ValueBits+1, a.Values[:half]...), packed(api, identity.ValueBits+1, a.Values[half:]...))
}

// packed puts numbers of a width into one, the first lowest.
func packed(api frontend.API, width uint, parts ...frontend.Variable) frontend.Variable {
	var e frontend.Variable = 0
	for i := len(parts) - 1; i >= 0; i-- {
		e = api.Add(api.Mul(e, 1<<width), parts[i])
	}
	return e
}

// Policy is policy.Policy inside a circuit, with its literals in their places.
type Policy struct {
	Scope, Schema frontend.Variable
	Literals      [policy.Literals]Literal
}

// Literal is policy.Place inside a circuit; the attribute is given in bits, least significant first.
type Literal struct {
	Low, High, Outside, End frontend.Variable
	Attribute               [policy.AttributeBits]frontend.Variable
}

// Digest is policy.Policy.Digest. It is that of one policy only, once [Policy.AssertHolds] has bounded the parts.
func (p Policy) Digest(api frontend.API, h *Hasher) frontend.Variable {
	var e [policy.Literals / policy.PerElement]frontend.Variable
	for i := range e {
		var places [policy.PerElement]frontend.Variable
		for j := range places {
			places[j] = p.Literals[policy.PerElement*i+j].number(api)
		}
		e[i] = packed(api, 2*policy.BoundBits+policy.AttributeBits+2, places[:]...)
	}
	first := h.Hash(field.TagPolicy, append([]frontend.Variable{p.Scope, p.Schema}, e[:5]...)...)
	return h.Hash(field.TagPolicyMore, append([]frontend.Variable{first}, e[5:]...)...)
}

func (l Literal) number(api frontend.API) frontend.Variable {
	meta := packed(api, 1, append(l.Attribute[:], l.Outside, l.End)...)
	return packed(api, policy.BoundBits, l.Low, l.High, meta)
}

// AssertHolds says that every clause of the policy holds of the values, which were bounded, see [Attestation.Message].
func (p Policy) AssertHolds(api frontend.API, values [identity.Attributes]frontend.Variable) {
	var open frontend.Variable = 0 // whether the clause so far holds
	for _, l := range p.Literals {
		missing := api.Mul(api.Sub(1, open), api.Sub(1, l.holds(api, values)))
		api.AssertIsBoolean(l.End)
		api.AssertIsEqual(api.Mul(l.End, missing), 0)
		open = api.Mul(api.Sub(1, missing), api.Sub(1, l.End))
	}
}

// AssertHoldsIf says it where there is a 1. Where there is a 0, only the parts of the policy are bounded.
func (p Policy) AssertHoldsIf(api frontend.API, there frontend.Variable, values [identity.Attributes]frontend.Variable) {
	for i := range p.Literals {
		end := &p.Literals[i].End
		api.AssertIsBoolean(*end)
		*end = api.Mul(*end, there) // a clause that never ends never fails
	}
	p.AssertHolds(api, values)
}

// holds says whether a literal does. It bounds low and high to less than 2^26 either way of zero by comparing them with the value, which
// is less than the 28 bits that each has in the digest: no other bounds have the same digest.
func (l Literal) holds(api frontend.API, values [identity.Attributes]frontend.Variable) frontend.Variable {
	for _, bit := range l.Attribute {
		api.AssertIsBoolean(bit)
	}
	api.AssertIsBoolean(l.Outside)
	value := choose(api, values[:], l.Attribute[:])
	known := api.Sub(1, api.IsZero(value))
	const top = identity.ValueBits + 1
	n := api.Sub(value, 1<<identity.ValueBits) // −2^24 for what is unknown
	atLeast := Bits(api, api.Add(api.Sub(n, l.Low), 1<<top), top+1)[top]
	atMost := Bits(api, api.Add(api.Sub(l.High, n), 1<<top), top+1)[top]
	within := api.Mul(atLeast, atMost)
	return api.Mul(known, api.Sub(api.Add(within, l.Outside), api.Mul(within, l.Outside, 2)))
}

// choose picks one of 2^n variables by n bits, least significant first.
func choose(api frontend.API, from []frontend.Variable, bits []frontend.Variable) frontend.Variable {
	for _, bit := range bits {
		next := make([]frontend.Variable, len(from)/2)
		for i := range next {
			next[i] = api.Add(from[2*i], api.Mul(bit, api.Sub(from[2*i+1], from[2*i])))
		}
		from = next
	}
	return from[0]
}

// PolicyOf is a policy as an assignment has it.
func PolicyOf(p policy.Policy) (a Policy) {
	a.Scope, a.Schema = p.Scope, p.Schema
	for i, place := range p.Places() {
		l := &a.Literals[i]
		l.Low, l.High, l.Outside, l.End = place.Low, place.High, bit(place.Outside), bit(place.End)
		for j := range l.Attribute {
			l.Attribute[j] = place.Attribute >> j & 1
		}
	}
	return a
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ValuesOf are an attestation's values as an assignment has them.
func ValuesOf(values [identity.Attributes]identity.Value) (out [identity.Attributes]frontend.Variable) {
	for i, v := range values {
		out[i] = uint32(v)
	}
	return out
}
