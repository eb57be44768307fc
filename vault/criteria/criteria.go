// Package criteria compiles what a trial or a plan asks of people, a readable file, to the policy that a proof is about, and says
// a policy in words again.
//
// All lines of a file must hold. A line compares one attribute of a schema, or is any of several such comparisons, or is not one:
//
//	format: lethe/criteria/v1
//	name: prediabetes prevention
//	for: NCT00000000
//	schema: cardiometabolic.yaml
//	all:
//	  - age: 18..75
//	  - egfr: ">= 60"
//	  - any: [{sex: male}, {pregnant: no}]
//	  - not: {smoking: [current, daily]}
//
// A policy has room for 44 comparisons in all (policy.Literals). What it cannot say is refused with the line and what to do
// instead: lines that are nested deeper, bounds that fall between an attribute's steps, and lines that nobody or everybody
// satisfies. Of what is not known of a person nothing holds, neither a comparison nor its negation.
package criteria

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"lethe/circuits/policy"
	"lethe/vault/attest"
)

// Format is the format's name in a file of criteria, and MaxFile the most bytes that one may have.
const (
	Format  = "lethe/criteria/v1"
	MaxFile = 1 << 16
)

// ErrInvalid is the answer to criteria that cannot be compiled; the text says the line, and what to do.
var ErrInvalid = errors.New("criteria")

// Criteria is a file that was compiled.
type Criteria struct {
	Name   string
	For    string // the trial or the plan: a person's tag is for this
	Schema *attest.Schema
	Policy policy.Policy
	Lines  []int // of each clause of the policy: the line of the file that it is from
}

// Compile reads a file of criteria. Schema reads the file that it names, which lies beside it.
func Compile(data []byte, schema func(name string) ([]byte, error)) (*Criteria, error) {
	f, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	text, err := schema(f.schema)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	c := &Criteria{Name: f.name, For: f.of}
	if c.Schema, err = attest.ParseSchema(text); err != nil {
		return nil, fmt.Errorf("%s: %w", f.schema, err)
	}
	digest, err := c.Schema.Digest()
	if err != nil {
		return nil, err
	}
	c.Policy = policy.Policy{Scope: policy.Scope(f.of), Schema: digest}
	if err := c.compile(f.all); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return c, nil
}

// Places is how many of the policy's places the criteria take.
func (c *Criteria) Places() (n int) {
	for _, clause := range c.Policy.Clauses {
		n += len(clause)
	}
	return n
}

// file is what stands in a file, before it is compiled.
type file struct {
	name, of, schema string
	all              *yaml.Node
}

// maxText bounds names, in bytes.
const maxText = 256

func parse(data []byte) (*file, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("more than %d bytes", MaxFile)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	f, format := &file{}, ""
	texts := map[string]*string{"format": &format, "name": &f.name, "for": &f.of, "schema": &f.schema}
	for key, value := range pairs(doc.Content[0]) {
		to, known := texts[key.Value]
		switch {
		case key.Value == "all" && f.all == nil:
			f.all = value
		case !known || *to != "":
			return nil, at(key, "%.40q is none of format, name, for, schema and all, or stands twice", key.Value)
		case value.Kind != yaml.ScalarNode || value.Value == "" || len(value.Value) > maxText:
			return nil, at(value, "%s wants a text of up to %d bytes", key.Value, maxText)
		default:
			*to = value.Value
		}
	}
	return f, f.check(format)
}

func (f *file) check(format string) error {
	switch {
	case format != Format:
		return fmt.Errorf("format: %.40q is not %s", format, Format)
	case f.name == "":
		return errors.New("name: what are these criteria called?")
	case f.of == "":
		return errors.New("for: which trial or plan are they for? A person's tag is for that")
	case f.schema == "" || f.schema != filepath.Base(f.schema) || strings.HasPrefix(f.schema, "."):
		return errors.New("schema: the name of a file beside this one")
	case f.all == nil:
		return errors.New("all: the list of what must hold")
	case f.all.Kind != yaml.SequenceNode || len(f.all.Content) == 0:
		return at(f.all, "all wants a list of at least one line")
	}
	return nil
}

// pairs are the members of a mapping; of what is none there are none.
func pairs(n *yaml.Node) func(func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// at is an error with its line.
func at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %w", n.Line, fmt.Errorf(format, args...))
}
