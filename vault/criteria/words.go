package criteria

import (
	"fmt"
	"strings"

	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/vault/attest"
)

// Words says a clause of a policy, by the schema whose attributes it is about.
func Words(s *attest.Schema, clause policy.Clause) string {
	var all []string
	for _, l := range clause {
		all = append(all, literal(s, l))
	}
	return strings.Join(all, ", or ")
}

func literal(s *attest.Schema, l policy.Literal) string {
	if int(l.Attribute) >= len(s.Attributes) {
		return fmt.Sprintf("attribute %d, which the schema does not have", l.Attribute)
	}
	a := &s.Attributes[l.Attribute]
	is := "is"
	if l.Outside {
		is = "is not"
	}
	if a.Kind == attest.Age || a.Kind == attest.Quantity {
		return strings.Join([]string{a.Name, is, between(a, l.Low, l.High)}, " ")
	}
	var names []string
	for _, d := range a.Domain() {
		for n := max(d.Low, l.Low); n <= min(d.High, l.High); n++ {
			names = append(names, a.Words(n))
		}
	}
	return strings.Join([]string{a.Name, is, strings.Join(names, " or ")}, " ")
}

// between says a range. A quantity's odd numbers lie between two steps.
func between(a *attest.Attribute, low, high uint32) string {
	domain := a.Domain()[0]
	from, to := "at least "+a.Words(low), "at most "+a.Words(high)
	if a.Kind == attest.Quantity && low%2 == 1 {
		from = "above " + a.Words(low-1)
	}
	if a.Kind == attest.Quantity && high%2 == 1 && high < domain.High {
		to = "below " + a.Words(high+1)
	}
	switch {
	case low == high:
		return a.Words(low)
	case low <= domain.Low:
		return to
	case high >= domain.High:
		return from
	}
	return from + " and " + to
}

// Verdict is what becomes of a clause with somebody's values.
type Verdict string

// Verdicts. Unknown is no match either: nothing can be proven by it.
const (
	Holds   Verdict = "holds"
	Fails   Verdict = "fails"
	Unknown Verdict = "unknown"
)

// Explained is a clause with its verdict.
type Explained struct {
	Line    int     `json:"line"` // of the file
	Words   string  `json:"words"`
	Verdict Verdict `json:"verdict"`
}

// Explain says of each clause whether it holds of somebody's values. It is for the site that attested them.
func (c *Criteria) Explain(values [identity.Attributes]identity.Value) (all []Explained) {
	for i, clause := range c.Policy.Clauses {
		all = append(all, Explained{c.Lines[i], Words(c.Schema, clause), verdict(clause, values)})
	}
	return all
}

// verdict is unknown when a literal that does not hold might, were its attribute known.
func verdict(clause policy.Clause, values [identity.Attributes]identity.Value) Verdict {
	if clause.Holds(values) {
		return Holds
	}
	for _, l := range clause {
		if _, ok := values[l.Attribute].Number(); !ok {
			return Unknown
		}
	}
	return Fails
}
