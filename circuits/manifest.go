package circuits

import (
	"errors"
	"fmt"
	"slices"

	"github.com/consensys/gnark"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Setup says how keys were made.
type Setup string

// Development keys are made by one party, who can prove whatever they like; those of a Ceremony only by all its parties together.
const (
	Development Setup = "development"
	Ceremony    Setup = "ceremony"
)

// Manifest says what keys are for and which files they are in. A file of keys is named by its hash.
type Manifest struct {
	Statement    string   `json:"statement"`
	Version      int      `json:"version"`
	Setup        Setup    `json:"setup"`
	Insecure     bool     `json:"insecure,omitzero"`
	Warning      string   `json:"warning,omitzero"`
	Constraints  int      `json:"constraints"`
	Commitments  int      `json:"commitments"` // none
	PublicInputs []string `json:"public_inputs"`
	R1CS         Hash     `json:"r1cs_sha256"`          // of Circuit.WriteR1CS
	ProvingKey   Hash     `json:"proving_key_sha256"`   // in gnark's uncompressed form
	VerifyingKey Hash     `json:"verifying_key_sha256"` // in gnark's compressed form
	Gnark        string   `json:"gnark"`                // version that wrote the files
}

const warning = "Made on one machine for development: whoever made these keys can prove what is not true."

func newManifest(c *Circuit, setup Setup) Manifest {
	m := Manifest{
		Statement: c.Statement.ID, Version: c.Statement.Version, Setup: setup,
		Constraints: c.Constraints, PublicInputs: c.Statement.Public, R1CS: c.SHA256, Gnark: gnark.Version.String(),
	}
	if setup == Development {
		m.Insecure, m.Warning = true, warning
	}
	return m
}

// check holds a manifest against the circuit, naming the member that differs.
func (m Manifest) check(c *Circuit) error {
	switch want := newManifest(c, m.Setup); {
	case m.Setup != Development && m.Setup != Ceremony:
		return fmt.Errorf("setup: %.40q", m.Setup)
	case m.Statement != want.Statement || m.Version != want.Version:
		return fmt.Errorf("statement: %.40q, version %d", m.Statement, m.Version)
	case m.Insecure != want.Insecure || m.Warning != want.Warning:
		return errors.New("insecure: not as the set-up is")
	case m.Constraints != want.Constraints || m.Commitments != 0:
		return fmt.Errorf("constraints: %d, but the circuit has %d", m.Constraints, want.Constraints)
	case !slices.Equal(m.PublicInputs, want.PublicInputs):
		return errors.New("public_inputs: not the circuit's")
	case m.R1CS != want.R1CS:
		return fmt.Errorf("r1cs_sha256: %s, but the circuit's is %s", m.R1CS, want.R1CS)
	}
	return nil
}

// encodeJSON is the form of our files: two spaces of indentation, members in order, a newline at the end.
func encodeJSON(v any) ([]byte, error) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	return append(b, '\n'), err
}

// decodeJSON refuses members that are unknown or stand twice, names in another case, and anything after the value.
func decodeJSON(data []byte, v any) error {
	return json.Unmarshal(data, v, json.RejectUnknownMembers(true))
}
