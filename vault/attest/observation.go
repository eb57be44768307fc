package attest

import (
	"fmt"
	"slices"
	"time"
)

// ucum is the code system of units (https://ucum.org).
const ucum = "http://unitsofmeasure.org"

// readObservation picks one of the results that an attribute is read from.
func (a *Attribute) readObservation(c *chart, at time.Time) found {
	var all []found
	for _, o := range c.observations {
		all = append(all, a.results(o)...)
	}
	all = a.valid(before(all, at), at)
	switch {
	case len(all) == 0:
		return unknown("there is no result that counts on this day")
	case a.Pick == Latest:
		return a.lasting(newest(all))
	}
	return a.lasting(a.extreme(all))
}

// final are the statuses of an Observation that count (https://hl7.org/fhir/R4/valueset-observation-status.html).
var final = []string{"final", "amended", "corrected"}

// results are what an observation says of an attribute, of itself and in its components.
func (a *Attribute) results(o observation) (all []found) {
	if !slices.Contains(final, o.Status) || len(o.Focus) > 0 {
		return nil
	}
	base := found{record: o.record, date: firstText(o.EffectiveDateTime, o.EffectiveInstant, o.EffectivePeriod.Start)}
	base.when = firstKnown(parseDate(o.EffectiveDateTime), parseDate(o.EffectiveInstant), o.EffectivePeriod.within())
	parts := append([]component{{o.Code, nil, o.result}}, o.Component...)
	for _, p := range parts {
		if !p.Code.has(a.Codes) || p.empty() {
			continue
		}
		f := base
		if len(o.ModifierExtensions)+len(p.ModifierExtensions) > 0 {
			f.why = "it has a modifier extension, which may change what it means"
		} else if a.Kind == Quantity {
			f.number, f.raw, f.why = a.quantity(p.Quantity)
		} else {
			f.number, f.raw, f.why = a.category(p.Concept)
		}
		all = append(all, f)
	}
	return all
}

func firstText(all ...string) string {
	for _, t := range all {
		if t != "" {
			return t
		}
	}
	return ""
}

// empty says that nothing was measured, as a dataAbsentReason does.
func (r result) empty() bool { return r.Quantity == nil && r.Concept == nil && !r.given() }

// quantity reads a value in the attribute's unit, or one that the schema converts.
func (a *Attribute) quantity(q *quantity) (n uint32, raw, why string) {
	if q == nil {
		return 0, "", "the result is not a quantity"
	}
	raw = fmt.Sprintf("%s%.70s %.40s", q.Comparator, q.Value, q.Code)
	if q.Comparator != "" {
		return 0, raw, "the result has a comparator"
	}
	factor, convertible := a.Convert[q.Code]
	if q.System != ucum || q.Code != a.Unit && !convertible {
		return 0, raw, "the result is in a unit that the schema does not take"
	}
	v, err := ParseDecimal(string(q.Value))
	if err != nil {
		return 0, raw, "the result is not a decimal number"
	}
	if q.Code != a.Unit {
		v.Mul(&v.Rat, &factor.Rat)
	}
	n, _, ok := a.Place(&v.Rat)
	if !ok {
		return 0, raw, "the result is outside of what the attribute has numbers for"
	}
	return n, raw, ""
}

// category reads a code of the closed list.
func (a *Attribute) category(c *concept) (n uint32, raw, why string) {
	if c == nil {
		return 0, "", "the result is not a code"
	}
	listed := []Category{}
	for _, k := range a.Categories {
		if c.has([]Code{{System: k.System, Code: k.Code}}) {
			listed = append(listed, k)
		}
	}
	for _, k := range listed {
		if k.Number != listed[0].Number {
			return 0, k.Code, "the result has codes of two categories"
		}
	}
	if len(listed) == 0 {
		return 0, "", "the result is none of the list"
	}
	return listed[0].Number, listed[0].Code, ""
}

// valid leaves out what is too old. What may be too old or not, its date being vague, is not known.
func (a *Attribute) valid(all []found, at time.Time) (kept []found) {
	for _, f := range all {
		if !a.expires(f.when.last).After(at) {
			continue
		}
		if !a.expires(f.when.first).After(at) {
			f.why = "its date leaves open whether it is too old"
		}
		kept = append(kept, f)
	}
	return kept
}

// expires is in whole seconds, as attestations are: less than one is no time to prove in.
func (a *Attribute) expires(t time.Time) time.Time {
	return t.AddDate(0, 0, int(a.Valid)).Truncate(time.Second)
}

// lasting says until when a result counts.
func (a *Attribute) lasting(f found) found {
	f.until = a.expires(f.when.first)
	return f
}

// extreme is the highest or the lowest of some results, all of which must be known. Of equal ones it is the one that lasts
// longest.
func (a *Attribute) extreme(all []found) found {
	best := all[0]
	for _, f := range all {
		switch {
		case f.why != "":
			return f
		case f.number == best.number && f.when.first.After(best.when.first),
			a.Pick == Highest && f.number > best.number, a.Pick == Lowest && f.number < best.number:
			best = f
		}
	}
	return best
}
