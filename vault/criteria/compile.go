package criteria

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"lethe/circuits/policy"
	"lethe/vault/attest"
)

// compile turns the lines into clauses.
func (c *Criteria) compile(all *yaml.Node) error {
	for _, line := range all.Content {
		clauses, err := c.line(line)
		if err != nil {
			return err
		}
		for _, clause := range clauses {
			if err := c.sayable(line, clause); err != nil {
				return err
			}
			c.Policy.Clauses = append(c.Policy.Clauses, clause)
			c.Lines = append(c.Lines, line.Line)
		}
		if n := c.Places(); n > policy.Literals {
			return at(line, "%d comparisons up to here, and a policy has room for %d: ask for less, "+
				"or give neighbouring categories neighbouring numbers", n, policy.Literals)
		}
	}
	return c.together()
}

// line compiles one line of the list. All of its clauses must hold.
func (c *Criteria) line(n *yaml.Node) ([]policy.Clause, error) {
	key, value, err := single(n)
	if err != nil {
		return nil, err
	}
	switch key.Value {
	case "any":
		clause, err := c.either(value)
		return []policy.Clause{clause}, err
	case "not":
		return c.negated(value)
	case "all":
		return nil, at(key, "all of these must hold anyway: write its lines into the list")
	}
	clause, err := c.comparison(key, value)
	return []policy.Clause{clause}, err
}

// single is the only member of a mapping.
func single(n *yaml.Node) (key, value *yaml.Node, err error) {
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return nil, nil, at(n, "one comparison each, such as age: 18..75")
	}
	return n.Content[0], n.Content[1], nil
}

// items are what a list of any compares; each of them is one comparison, or not one.
func items(n *yaml.Node) ([]*yaml.Node, error) {
	if n.Kind != yaml.SequenceNode || len(n.Content) < 2 {
		return nil, at(n, "any wants a list of two comparisons or more")
	}
	return n.Content, nil
}

// either is the clause of a list of which one must hold.
func (c *Criteria) either(list *yaml.Node) (clause policy.Clause, err error) {
	all, err := items(list)
	if err != nil {
		return nil, err
	}
	for _, item := range all {
		literals, err := c.item(item)
		if err != nil {
			return nil, err
		}
		clause = append(clause, literals...)
	}
	return clause, nil
}

var errDeep = errors.New("a policy cannot nest this: any takes comparisons, and not of one comparison; " +
	"any of (all of a, b) and c is two lines, any of a, c and any of b, c")

func (c *Criteria) item(n *yaml.Node) (policy.Clause, error) {
	key, value, err := single(n)
	if err != nil {
		return nil, err
	}
	switch key.Value {
	case "any", "all":
		return nil, at(key, "%w", errDeep)
	case "not":
		inner, compared, err := single(value)
		if err != nil {
			return nil, err
		}
		if inner.Value == "any" || inner.Value == "all" || inner.Value == "not" {
			return nil, at(inner, "%w", errDeep)
		}
		return c.opposite(inner, compared)
	}
	return c.comparison(key, value)
}

// negated is a line that must not hold: that none of several comparisons does is that each of them does not (De Morgan).
func (c *Criteria) negated(n *yaml.Node) (clauses []policy.Clause, err error) {
	key, value, err := single(n)
	if err != nil {
		return nil, err
	}
	switch key.Value {
	case "not", "all":
		return nil, at(key, "%w", errDeep)
	case "any":
		all, err := items(value)
		if err != nil {
			return nil, err
		}
		for _, item := range all {
			inner, compared, err := single(item)
			if err != nil {
				return nil, err
			}
			if inner.Value == "any" || inner.Value == "all" || inner.Value == "not" {
				return nil, at(inner, "%w", errDeep)
			}
			clause, err := c.opposite(inner, compared)
			if err != nil {
				return nil, err
			}
			clauses = append(clauses, clause)
		}
		return clauses, nil
	}
	clause, err := c.opposite(key, value)
	return []policy.Clause{clause}, err
}

// opposite is what holds where a comparison of a known value does not: of a closed list, all else that is on it.
func (c *Criteria) opposite(key, value *yaml.Node) (policy.Clause, error) {
	a, place, err := c.attribute(key)
	if err != nil {
		return nil, err
	}
	spans, err := compared(a, value)
	if err != nil {
		return nil, err
	}
	if a.Kind == attest.Age || a.Kind == attest.Quantity {
		s := spans[0]
		return policy.Clause{{Attribute: place, Low: s.Low, High: s.High, Outside: true}}, nil
	}
	var rest []uint32
	for _, d := range a.Domain() {
		for n := d.Low; n <= d.High; n++ {
			if !slices.ContainsFunc(spans, func(s attest.Span) bool { return s.Low <= n && n <= s.High }) {
				rest = append(rest, n)
			}
		}
	}
	if len(rest) == 0 {
		return nil, at(value, "%s is always one of these: nobody would match", a.Name)
	}
	return clauseOf(place, runs(rest)), nil
}

func (c *Criteria) comparison(key, value *yaml.Node) (policy.Clause, error) {
	a, place, err := c.attribute(key)
	if err != nil {
		return nil, err
	}
	spans, err := compared(a, value)
	return clauseOf(place, spans), err
}

func clauseOf(place uint8, spans []attest.Span) (clause policy.Clause) {
	for _, s := range spans {
		clause = append(clause, policy.Literal{Attribute: place, Low: s.Low, High: s.High})
	}
	return clause
}

func (c *Criteria) attribute(key *yaml.Node) (*attest.Attribute, uint8, error) {
	a, place, ok := c.Schema.Attribute(key.Value)
	if ok {
		return a, place, nil
	}
	var names []string
	for _, a := range c.Schema.Attributes {
		names = append(names, a.Name)
	}
	return nil, 0, at(key, "the schema %s has no attribute %.40q: it has %s", c.Schema.Name, key.Value, strings.Join(names, ", "))
}
