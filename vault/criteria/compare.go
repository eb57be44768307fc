package criteria

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"lethe/circuits/identity"
	"lethe/circuits/policy"
	"lethe/vault/attest"
)

// compared is the numbers of an attribute that a comparison allows, as ranges.
func compared(a *attest.Attribute, n *yaml.Node) ([]attest.Span, error) {
	switch a.Kind {
	case attest.Condition:
		if n.Kind == yaml.ScalarNode && (n.Value == "yes" || n.Value == "no") {
			return runs([]uint32{map[string]uint32{"no": 0, "yes": 1}[n.Value]}), nil
		}
		return nil, at(n, "%s is yes or no", a.Name)
	case attest.Categoric:
		return chosen(a, n)
	}
	if n.Kind != yaml.ScalarNode {
		return nil, at(n, "%s wants a range such as 18..75, or a bound such as \">= 60\"", a.Name)
	}
	span, err := bounded(a, n)
	return []attest.Span{span}, err
}

// chosen is one category, or several.
func chosen(a *attest.Attribute, n *yaml.Node) ([]attest.Span, error) {
	names := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		names = n.Content
	}
	var numbers []uint32
	for _, name := range names {
		i := slices.IndexFunc(a.Categories, func(c attest.Category) bool { return name.Kind == yaml.ScalarNode && c.Name == name.Value })
		if i < 0 {
			var known []string
			for _, c := range a.Categories {
				known = append(known, c.Name)
			}
			return nil, at(name, "%s is one of %s", a.Name, strings.Join(slices.Compact(known), ", "))
		}
		numbers = append(numbers, a.Categories[i].Number)
	}
	if len(numbers) == 0 {
		return nil, at(n, "an empty list holds of nobody")
	}
	return runs(numbers), nil
}

// runs are the ranges of neighbouring numbers.
func runs(numbers []uint32) (spans []attest.Span) {
	slices.Sort(numbers)
	for _, n := range slices.Compact(numbers) {
		if last := len(spans) - 1; last >= 0 && spans[last].High+1 == n {
			spans[last].High = n
		} else {
			spans = append(spans, attest.Span{Low: n, High: n})
		}
	}
	return spans
}

// bounded reads 18..75, >= 60, > 60, <= 60, < 60, = 60 and 60.
func bounded(a *attest.Attribute, n *yaml.Node) (attest.Span, error) {
	domain := a.Domain()[0]
	text := strings.TrimSpace(n.Value)
	if low, high, ok := strings.Cut(text, ".."); ok {
		from, err := bound(a, n, low)
		if err != nil {
			return attest.Span{}, err
		}
		to, err := bound(a, n, high)
		if err == nil && to < from {
			err = at(n, "the range is empty: write the lower bound first")
		}
		return attest.Span{Low: from, High: to}, err
	}
	for _, op := range []string{">=", "<=", ">", "<", "=", ""} {
		rest, ok := strings.CutPrefix(text, op)
		if !ok {
			continue
		}
		v, err := bound(a, n, rest)
		if err != nil {
			return attest.Span{}, err
		}
		switch {
		case op == ">=":
			return attest.Span{Low: v, High: domain.High}, nil
		case op == "<=":
			return attest.Span{Low: domain.Low, High: v}, nil
		case op == ">" && v < domain.High:
			return attest.Span{Low: v + 1, High: domain.High}, nil
		case op == "<" && v > domain.Low:
			return attest.Span{Low: domain.Low, High: v - 1}, nil
		case op == "=" || op == "":
			return attest.Span{Low: v, High: v}, nil
		}
		break
	}
	return attest.Span{}, at(n, "%s can never be %s: nobody would match", a.Name, text)
}

// bound is a number of the attribute.
func bound(a *attest.Attribute, n *yaml.Node, text string) (uint32, error) {
	d, err := attest.ParseDecimal(strings.TrimSpace(text))
	if err != nil {
		return 0, at(n, "%w: %s wants a range such as 18..75, or a bound such as \">= 60\"", err, a.Name)
	}
	number, err := a.Bound(&d.Rat)
	if err != nil {
		return 0, at(n, "%.40s: %w", strings.TrimSpace(text), err)
	}
	return number, nil
}

// sayable refuses a clause that nobody satisfies, or everybody of whom its attribute is known.
func (c *Criteria) sayable(line *yaml.Node, clause policy.Clause) error {
	for i := range c.Schema.Attributes {
		of := slices.DeleteFunc(slices.Clone(clause), func(l policy.Literal) bool { return int(l.Attribute) != i })
		if len(of) == 0 {
			continue
		}
		a := &c.Schema.Attributes[i]
		satisfied, all := 0, samples(a, of)
		for _, n := range all {
			if of.Holds(valueAt(i, n)) {
				satisfied++
			}
		}
		if satisfied == 0 {
			return at(line, "this can never hold of %s: leave it out", a.Name)
		}
		if satisfied == len(all) {
			return at(line, "this always holds where %s is known: leave it out", a.Name)
		}
	}
	return nil
}

// together refuses lines about one attribute that cannot hold at once.
func (c *Criteria) together() error {
	for i := range c.Schema.Attributes {
		var about []policy.Clause
		var literals policy.Clause
		last := 0
		for j, clause := range c.Policy.Clauses {
			if !slices.ContainsFunc(clause, func(l policy.Literal) bool { return int(l.Attribute) != i }) {
				about, literals, last = append(about, clause), append(literals, clause...), c.Lines[j]
			}
		}
		a := &c.Schema.Attributes[i]
		possible := slices.ContainsFunc(samples(a, literals), func(n uint32) bool {
			return policy.Policy{Clauses: about}.Holds(valueAt(i, n))
		})
		if !possible {
			return at(&yaml.Node{Line: last}, "this cannot hold of %s together with the lines before: nobody would match", a.Name)
		}
	}
	return nil
}

// samples are numbers of an attribute's domain, one at least of every stretch over which no literal changes.
func samples(a *attest.Attribute, literals []policy.Literal) (all []uint32) {
	domain := a.Domain()
	add := func(n uint32) {
		if slices.ContainsFunc(domain, func(s attest.Span) bool { return s.Low <= n && n <= s.High }) {
			all = append(all, n)
		}
	}
	for _, s := range domain {
		add(s.Low)
		add(s.High)
	}
	for _, l := range literals {
		for _, n := range []uint32{l.Low - 1, l.Low, l.High, l.High + 1} { // below 0 and above 2^24 is in no domain
			add(n)
		}
	}
	return all
}

// valueAt is an attestation of which one attribute is known.
func valueAt(i int, n uint32) (values [identity.Attributes]identity.Value) {
	values[i] = identity.KnownValue(n)
	return values
}
