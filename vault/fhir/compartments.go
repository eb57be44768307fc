package fhir

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed compartments.yaml
var defaultCompartments []byte

// importable are the compartments that a resource can be filed in. Trials and what is retained after an erasure have
// ways in of their own.
func importable() []string { return []string{"identity", "care", "billing", "disclosures"} }

// maxCompartmentsFile bounds a mapping file in bytes.
const maxCompartmentsFile = 1 << 20

// Compartments says which compartment each resource type belongs to. It does not change, and may be used by several
// goroutines.
type Compartments struct {
	fallback string
	types    map[string]string
}

// DefaultCompartments returns the mapping that comes with the package.
func DefaultCompartments() *Compartments {
	c, err := ReadCompartments(bytes.NewReader(defaultCompartments))
	if err != nil {
		panic(err) // the embedded file is part of the program
	}
	return c
}

// ReadCompartments reads a mapping as in compartments.yaml: "default", the compartment of types not listed, and
// "types". It refuses unknown keys, unknown compartments, malformed type names and files over 1 MiB.
func ReadCompartments(r io.Reader) (*Compartments, error) {
	var file struct {
		Default string            `yaml:"default"`
		Types   map[string]string `yaml:"types"`
	}
	data, err := io.ReadAll(io.LimitReader(r, maxCompartmentsFile+1))
	if err != nil {
		return nil, fmt.Errorf("compartments: read: %w", err)
	}
	if len(data) > maxCompartmentsFile {
		return nil, fmt.Errorf("compartments: more than %d bytes", maxCompartmentsFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("compartments: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("compartments: more than one YAML document")
	}
	if !slices.Contains(importable(), file.Default) {
		return nil, fmt.Errorf("compartments: default: %q is not one of %v", file.Default, importable())
	}
	for name, compartment := range file.Types {
		if !isTypeName(name) {
			return nil, fmt.Errorf("compartments: types: %q is not the name of a resource type", name)
		}
		if !slices.Contains(importable(), compartment) {
			return nil, fmt.Errorf("compartments: types: %s: %q is not one of %v", name, compartment, importable())
		}
	}
	return &Compartments{fallback: file.Default, types: file.Types}, nil
}

// Of returns the compartment of a resource type.
func (c *Compartments) Of(resourceType string) string {
	if compartment, ok := c.types[resourceType]; ok {
		return compartment
	}
	return c.fallback
}
