package criteria

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

const examples = "../../docs/examples"

// beside reads a schema of the examples.
func beside(name string) ([]byte, error) { return os.ReadFile(filepath.Join(examples, name)) }

const head = "format: lethe/criteria/v1\nname: test\nfor: NCT1\nschema: cardiometabolic.yaml\nall:\n"

// compiled compiles lines of a list by the example's schema.
func compiled(lines ...string) (*Criteria, error) {
	return Compile([]byte(head+"  - "+strings.Join(lines, "\n  - ")+"\n"), beside)
}

// Places of attributes in the example's schema.
const (
	age, sex, prediabetes, pregnant, hba1c, smoking = 0, 1, 2, 5, 6, 11
	top                                             = 1<<24 - 1
)

func in(attribute uint8, low, high uint32) policy.Literal {
	return policy.Literal{Attribute: attribute, Low: low, High: high}
}

func out(attribute uint8, low, high uint32) policy.Literal {
	return policy.Literal{Attribute: attribute, Low: low, High: high, Outside: true}
}

// Each line is the clauses that it should be, by hand: a quantity's k-th step is 2k, what lies above it 2k + 1.
func TestLinesAreClauses(t *testing.T) {
	for line, want := range map[string][]policy.Clause{
		"age: 18..75":                              {{in(age, 18, 75)}},
		"age: 18 .. 75":                            {{in(age, 18, 75)}},
		`age: ">= 18"`:                             {{in(age, 18, 150)}},
		`age: "> 18"`:                              {{in(age, 19, 150)}},
		`age: "<= 75"`:                             {{in(age, 0, 75)}},
		`age: "< 75"`:                              {{in(age, 0, 74)}},
		`age: "= 18"`:                              {{in(age, 18, 18)}},
		"age: 18":                                  {{in(age, 18, 18)}},
		"hba1c: 5.7..6.4":                          {{in(hba1c, 114, 128)}},
		`hba1c: ">= 5.7"`:                          {{in(hba1c, 114, top)}},
		`hba1c: "> 5.7"`:                           {{in(hba1c, 115, top)}},
		`hba1c: "< 6.5"`:                           {{in(hba1c, 0, 129)}},
		`hba1c: "<= 6.50"`:                         {{in(hba1c, 0, 130)}},
		"prediabetes: yes":                         {{in(prediabetes, 1, 1)}},
		"pregnant: no":                             {{in(pregnant, 0, 0)}},
		"sex: male":                                {{in(sex, 2, 2)}},
		"sex: [male, female]":                      {{in(sex, 1, 2)}},
		"smoking: [never, current]":                {{in(smoking, 0, 0), in(smoking, 2, 2)}},
		"smoking: [current, never, former]":        {{in(smoking, 0, 2)}},
		"any: [{sex: male}, {pregnant: no}]":       {{in(sex, 2, 2), in(pregnant, 0, 0)}},
		"not: {age: 18..75}":                       {{out(age, 18, 75)}},
		"not: {pregnant: yes}":                     {{in(pregnant, 0, 0)}},
		"not: {smoking: [current, daily]}":         {{in(smoking, 0, 1)}},
		"not: {smoking: former}":                   {{in(smoking, 0, 0), in(smoking, 2, 3)}},
		"any: [{not: {age: 18..75}}, {sex: male}]": {{out(age, 18, 75), in(sex, 2, 2)}},
		"not: {any: [{smoking: daily}, {hba1c: '>= 6.5'}]}": {
			{in(smoking, 0, 2)}, {out(hba1c, 130, top)},
		},
	} {
		c, err := compiled(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := c.Policy.Clauses; !slices.EqualFunc(got, want, slices.Equal[policy.Clause]) {
			t.Errorf("%s: %+v, want %+v", line, got, want)
		}
		if err := c.Policy.Check(); err != nil || len(c.Lines) != len(want) || c.Lines[0] != 6 {
			t.Errorf("%s: %v, lines %v", line, err, c.Lines)
		}
	}
}

func TestWhatAPolicyCannotSay(t *testing.T) {
	for line, says := range map[string]string{
		"weight: 3": `line 6: the schema cardiometabolic has no attribute "weight": it has age, sex`,
		"any: [{sex: male}, {any: [{age: 1}, {age: 2}]}]": "cannot nest",
		"any: [{sex: male}, {all: [{age: 1}, {age: 2}]}]": "cannot nest",
		"any: [{sex: male}, {not: {any: [{age: 1}]}}]":    "cannot nest",
		"not: {not: {age: 1}}":                            "cannot nest",
		"not: {any: [{not: {age: 1}}, {age: 2}]}":         "cannot nest",
		"all: [{age: 1}]":                                 "write its lines into the list",
		"any: [{sex: male}]":                              "two comparisons or more",
		"any: {sex: male}":                                "two comparisons or more",
		"any: [{sex: male, age: 1}, {age: 2}]":            "one comparison each",
		"age":                                             "one comparison each",
		"hba1c: 5.75..6.4":                                "has 1 decimals by its schema",
		"age: 18.5":                                       "whole years, 0 to 150",
		"age: -1..3":                                      "whole years, 0 to 150",
		`age: "> 151"`:                                    "whole years, 0 to 150",
		"age: 75..18":                                     "the range is empty",
		`age: "< 0"`:                                      "nobody would match",
		`age: "> 150"`:                                    "nobody would match",
		`hba1c: "< 0"`:                                    "nobody would match",
		"hba1c: 0..1e9":                                   "goes from 0.0 %",
		`age: ">= 0"`:                                     "always holds where age is known",
		"sex: [male, female, other]":                      "always holds where sex is known",
		"any: [{sex: male}, {not: {sex: male}}]":          "always holds where sex is known",
		"any: [{age: '< 18'}, {age: '>= 18'}]":            "always holds where age is known",
		"any: [{age: '< 18'}, {age: '>= 18'}, {sex: male}]":    "always holds where age is known",
		"any: [{hba1c: '<= 6'}, {hba1c: '> 6'}]":               "always holds where hba1c is known",
		"not: {sex: [male, female, other]}":                    "nobody would match",
		"not: {age: 0..150}":                                   "can never hold of age",
		"any: [{not: {age: 0..150}}, {sex: male}]":             "can never hold of age",
		"age: eighteen":                                        `"eighteen" is not a decimal`,
		"age: [18, 19]":                                        "wants a range",
		"pregnant: 1":                                          "is yes or no",
		"pregnant: [no]":                                       "is yes or no",
		"sex: men":                                             "sex is one of female, male, other",
		"sex: []":                                              "an empty list",
		"sex: [[male]]":                                        "sex is one of",
		"age: 18..40\n  - sex: male\n  - age: '> 40'":          "line 8: this cannot hold of age together",
		"hba1c: '< 6'\n  - hba1c: '>= 6'":                      "line 7: this cannot hold of hba1c",
		"pregnant: no\n  - any: [{age: 1}, {pregnant: maybe}]": "line 7: pregnant is yes or no",
	} {
		if c, err := compiled(line); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, %v does not say %q", line, c, err, says)
		}
	}
}

func TestFilesThatAreNotCriteria(t *testing.T) {
	good := head + "  - age: 18..75\n"
	if _, err := Compile([]byte(good), beside); err != nil {
		t.Fatal(err)
	}
	for says, edit := range map[string][2]string{
		"format: \"lethe/criteria/v2\"": {"criteria/v1", "criteria/v2"},
		"name: what":                    {"name: test\n", ""},
		"for: which":                    {"for: NCT1\n", ""},
		"beside this one":               {"schema: cardio", "schema: ../examples/cardio"},
		"line 5: \"also\" is none":      {"all:", "also:"},
		"stands twice":                  {"for: NCT1\n", "for: NCT1\nfor: NCT2\n"},
		"line 2: name wants a text":     {"name: test", "name: [test]"},
		"all: the list":                 {"all:\n  - age: 18..75\n", ""},
		"line 6: all wants a list":      {"  - age: 18..75", "  age: 18..75"},
		"more than one document":        {"  - age: 18..75\n", "  - age: 18..75\n---\nx: 1\n"},
		"more than 65536 bytes":         {"name: test", "name: test # " + strings.Repeat("x", MaxFile)},
	} {
		text := strings.Replace(good, edit[0], edit[1], 1)
		if text == good {
			t.Fatalf("%s: nothing to edit", says)
		}
		if _, err := Compile([]byte(text), beside); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	for _, text := range []string{"", "x", "- x", "\t"} {
		if _, err := Compile([]byte(text), beside); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Compile([]byte(strings.Replace(good, "cardiometabolic", "none", 1)), beside); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a schema that is not there: %v", err)
	}
}

func TestFortyFourComparisonsFit(t *testing.T) {
	lines := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("not: {hba1c: '= %d'}", i+1))
		}
		return all
	}
	c, err := compiled(lines(policy.Literals)...)
	if err != nil || c.Places() != policy.Literals {
		t.Errorf("44: %v", err)
	}
	if _, err := compiled(lines(policy.Literals + 1)...); err == nil || !strings.Contains(err.Error(), "line 50: 45 comparisons") {
		t.Errorf("45: %v", err)
	}
}

// The digest is of what a file asks, for what and by which schema, and of nothing else in it.
func TestDigestOfCriteria(t *testing.T) {
	a, err := compiled("age: 18..75", "sex: male")
	if err != nil {
		t.Fatal(err)
	}
	want := a.Policy.Digest()
	same := "# a comment\n" + strings.Replace(head, "name: test", "name:   another", 1) + "  - {age: 18 .. 75}\n\n  -   sex: [male]\n"
	if b, err := Compile([]byte(same), beside); err != nil || b.Policy.Digest() != want {
		t.Errorf("the same criteria have another digest: %v", err)
	}
	for _, edit := range [][2]string{{"NCT1", "NCT2"}, {"18..75", "18..76"}, {"sex: male", "sex: female"}} {
		other := strings.Replace(head+"  - age: 18..75\n  - sex: male\n", edit[0], edit[1], 1)
		if b, err := Compile([]byte(other), beside); err != nil || b.Policy.Digest() == want {
			t.Errorf("%s: the digest is the same, %v", edit[1], err)
		}
	}
	renamed := func(name string) ([]byte, error) {
		text, err := beside(name)
		return []byte(strings.Replace(string(text), "version: 1", "version: 2", 1)), err
	}
	if b, err := Compile([]byte(head+"  - age: 18..75\n  - sex: male\n"), renamed); err != nil || b.Policy.Digest() == want {
		t.Errorf("another schema: the digest is the same, %v", err)
	}
	if a.Policy.Scope != field.Digest("scope", []byte("NCT1")) {
		t.Error("the scope is not of what the criteria are for")
	}
}

func TestWords(t *testing.T) {
	c, err := compiled("age: 18..75", `egfr: ">= 60"`, `hba1c: "> 5.7"`, `bmi: "< 30"`, "any: [{sex: male}, {pregnant: no}]", "not: {smoking: former}",
		"not: {systolic: 90..120}", "ldl: 100", "hba1c: '< 6.4'")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"age is at least 18 and at most 75", "egfr is at least 60 mL/min/{1.73_m2}", "hba1c is above 5.7 %", "bmi is below 30.0 kg/m2",
		"sex is male, or pregnant is no", "smoking is never, or smoking is current or daily", "systolic is not at least 90 mm[Hg] and at most 120 mm[Hg]",
		"ldl is 100 mg/dL", "hba1c is below 6.4 %",
	}
	for i, e := range c.Explain([identity.Attributes]identity.Value{}) {
		if e.Words != want[i] || e.Verdict != Unknown || e.Line != 6+i {
			t.Errorf("%+v, want %q", e, want[i])
		}
	}
	if got := Words(c.Schema, policy.Clause{in(15, 1, 2)}); !strings.Contains(got, "does not have") {
		t.Error(got)
	}
}

func TestVerdicts(t *testing.T) {
	c, err := compiled("any: [{sex: male}, {pregnant: no}]")
	if err != nil {
		t.Fatal(err)
	}
	k := identity.KnownValue
	for _, v := range []struct {
		sex, pregnant identity.Value
		want          Verdict
	}{
		{k(2), 0, Holds}, {0, k(0), Holds}, {k(1), k(1), Fails}, {k(1), 0, Unknown}, {0, k(1), Unknown}, {0, 0, Unknown}, {k(2), k(1), Holds},
	} {
		if got := c.Explain([identity.Attributes]identity.Value{sex: v.sex, pregnant: v.pregnant}); got[0].Verdict != v.want {
			t.Errorf("%v: %s", v, got[0].Verdict)
		}
	}
}

// Random lines hold of random values exactly when what they say does, computed here by their words' meaning and not by clauses.
func TestNegationIsThatOfKnownValues(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	texts := []string{"age: 40..60", "smoking: [never, current]", "smoking: daily", "pregnant: yes", "hba1c: 5.7..6.4", `hba1c: "> 6"`}
	for range 300 {
		x, y := texts[r.IntN(len(texts))], texts[r.IntN(len(texts))]
		plain, err := compiled("any: [{" + x + "}, {" + y + "}]")
		if err != nil {
			continue // the two together may always hold
		}
		negated, err := compiled("not: {any: [{" + x + "}, {" + y + "}]}")
		if err != nil {
			t.Fatalf("%s, %s: %v", x, y, err)
		}
		var v [identity.Attributes]identity.Value
		for _, a := range []int{age, smoking, pregnant, hba1c} {
			v[a] = identity.KnownValue(r.Uint32N(map[int]uint32{age: 100, smoking: 4, pregnant: 2, hba1c: 140}[a]))
		}
		if plain.Policy.Holds(v) == negated.Policy.Holds(v) {
			t.Fatalf("%s, %s: both or neither hold of %v", x, y, v)
		}
		if v[age], v[smoking], v[pregnant], v[hba1c] = 0, 0, 0, 0; plain.Policy.Holds(v) || negated.Policy.Holds(v) {
			t.Fatalf("%s, %s: holds of nothing known", x, y)
		}
	}
}

func TestExamplesCompile(t *testing.T) {
	for name, places := range map[string]int{"prediabetes.yaml": 7, "hypertension.yaml": 6, "plan.yaml": 4} {
		text, err := beside(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Compile(text, beside)
		if err != nil || c.Places() != places {
			t.Errorf("%s: %v, %+v", name, err, c)
		}
	}
}
