package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

func example() Policy {
	return Policy{
		Scope: field.Uint64(1), Schema: field.Uint64(2),
		Clauses: []Clause{{{Attribute: 0, Low: 18, High: 75}}, {{Attribute: 1, Low: 1, High: 1}, {Attribute: 2, Low: 57, High: 64, Outside: true}}},
	}
}

func TestWhatNoCircuitTakesIsRefused(t *testing.T) {
	if err := example().Check(); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(*Policy){
		"no clause":               func(p *Policy) { p.Clauses = nil },
		"clause 2 is empty":       func(p *Policy) { p.Clauses[1] = nil },
		"attribute 16":            func(p *Policy) { p.Clauses[0][0].Attribute = 16 },
		"from 76 to 75":           func(p *Policy) { p.Clauses[0][0].Low = 76 },
		"18 to 16777216":          func(p *Policy) { p.Clauses[0][0].High = 1 << 24 },
		"45 literals, there is r": func(p *Policy) { p.Clauses[0] = make(Clause, 43) },
	} {
		p := example()
		change(&p)
		if err := p.Check(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	p := example()
	if p.Clauses[0] = make(Clause, 42); p.Check() != nil {
		t.Error("44 literals fit")
	}
}

// What is unknown satisfies neither a literal nor its negation.
func TestUnknownSatisfiesNothing(t *testing.T) {
	values := func(n ...identity.Value) (v [identity.Attributes]identity.Value) { copy(v[:], n); return v }
	k := identity.KnownValue
	for _, c := range []struct {
		values [identity.Attributes]identity.Value
		want   bool
	}{
		{values(k(18), k(1), 0), true},
		{values(k(75), 0, k(56)), true},
		{values(k(75), k(0), k(65)), true},
		{values(k(75), k(0), k(57)), false},
		{values(k(75), k(0), k(64)), false},
		{values(k(17), k(1), 0), false},
		{values(k(76), k(1), 0), false},
		{values(0, k(1), 0), false},
		{values(k(18), 0, 0), false},
		{values(k(18), k(0), 0), false},
	} {
		if got := example().Holds(c.values); got != c.want {
			t.Errorf("%v: %v", c.values[:3], got)
		}
	}
}

// Every part of a policy is in its digest.
func TestDigestsTellPoliciesApart(t *testing.T) {
	seen := map[field.Element]string{example().Digest(): "example"}
	for name, change := range map[string]func(*Policy){
		"scope":     func(p *Policy) { p.Scope = field.Uint64(3) },
		"schema":    func(p *Policy) { p.Schema = field.Uint64(3) },
		"attribute": func(p *Policy) { p.Clauses[0][0].Attribute = 3 },
		"low":       func(p *Policy) { p.Clauses[0][0].Low = 19 },
		"high":      func(p *Policy) { p.Clauses[0][0].High = 76 },
		"outside":   func(p *Policy) { p.Clauses[0][0].Outside = true },
		"order":     func(p *Policy) { p.Clauses[0], p.Clauses[1] = p.Clauses[1], p.Clauses[0] },
		"clauses":   func(p *Policy) { p.Clauses = []Clause{append(p.Clauses[0], p.Clauses[1]...)} },
		"more":      func(p *Policy) { p.Clauses = append(p.Clauses, Clause{{}}) },
		"the last place": func(p *Policy) {
			p.Clauses = append(p.Clauses, make(Clause, 41))
			p.Clauses[2][40].High = 1<<24 - 1
		},
	} {
		p := example()
		change(&p)
		d := p.Digest()
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}

// A circuit reads the clauses back out of the places.
func TestPlacesAreTheClauses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		p := Policy{}
		for range 1 + r.IntN(8) {
			c := make(Clause, 1+r.IntN(5))
			for i := range c {
				c[i] = Literal{Attribute: uint8(r.IntN(16)), High: r.Uint32N(1 << 24), Outside: r.IntN(2) == 0}
			}
			p.Clauses = append(p.Clauses, c)
		}
		var again []Clause
		var open Clause
		for _, place := range p.Places() {
			if open = append(open, place.Literal); place.End {
				again, open = append(again, open), nil
			}
		}
		if (Policy{Clauses: again}).Digest() != p.Digest() || len(again) != len(p.Clauses) {
			t.Fatalf("%+v came back as %+v", p.Clauses, again)
		}
	}
}

// The vectors are from testdata/vectors.mjs, which shares no code with this package.
func TestVectorsOfDigests(t *testing.T) {
	kept, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name    string
		Clauses []Clause
		Digest  string
	}
	if err := json.Unmarshal(kept, &vectors); err != nil || len(vectors) != 3 {
		t.Fatalf("%d vectors: %v", len(vectors), err)
	}
	for _, v := range vectors {
		p := Policy{Scope: field.Digest("scope", []byte(v.Name)), Schema: field.Digest("schema", []byte(v.Name)), Clauses: v.Clauses}
		if err := p.Check(); err != nil || field.Text(p.Digest()) != v.Digest {
			t.Errorf("%s: %s, want %s: %v", v.Name, field.Text(p.Digest()), v.Digest, err)
		}
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	if made, err := exec.CommandContext(t.Context(), node, "testdata/vectors.mjs").Output(); err != nil || !bytes.Equal(made, kept) {
		t.Errorf("testdata/vectors.json is not what testdata/vectors.mjs makes: %v", err)
	}
}
