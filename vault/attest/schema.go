// Package attest turns a person's FHIR R4 records into what an attester signs of them. A [Schema] names up to 16 attributes and
// says from which elements each is read; [Schema.Attest] reads them, and says of each where it is from, or why it is not known.
// [Sign] makes the attestation, a file for the person alone.
//
// What is not known is unknown, never zero and never no: a value in another unit, with a comparator, of a vague date, or
// contradicted by another resource. Nothing is rounded. A quantity between two steps of its attribute is encoded as between them,
// so that every bound that criteria can have is compared as exactly as if the value were given in full. Arithmetic is that of
// rational numbers.
//
// Days are those of UTC, and a date without a time is all of its day. Cost: a patient's 300 resources take some 10 ms.
package attest

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gowebpki/jcs"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// SchemaFormat is the format's name in a schema's file, and MaxSchema the most bytes that one may have.
const (
	SchemaFormat = "lethe/schema/v1"
	MaxSchema    = 1 << 18
)

// ErrSchema says that a file is not a schema; the text says which attribute is wrong, and how.
var ErrSchema = errors.New("not a schema")

// Schema says what the attributes of an attestation mean, in their order. It never changes.
type Schema struct {
	Format     string      `yaml:"format" json:"format"`
	Name       string      `yaml:"name" json:"name"`
	Version    int         `yaml:"version" json:"version"`
	Attributes []Attribute `yaml:"attributes" json:"attributes"`
}

// Attribute is one attribute: which of its fields it takes is its kind's to say.
type Attribute struct {
	Name       string             `yaml:"name" json:"name"`
	Kind       Kind               `yaml:"kind" json:"kind"`
	Element    string             `yaml:"element" json:"element,omitempty"`
	Codes      []Code             `yaml:"codes" json:"codes,omitempty"`
	Unit       string             `yaml:"unit" json:"unit,omitempty"`       // UCUM
	Convert    map[string]Decimal `yaml:"convert" json:"convert,omitempty"` // other units: how many of ours one of them is
	Decimals   int                `yaml:"decimals" json:"decimals,omitempty"`
	Minimum    *Decimal           `yaml:"minimum" json:"minimum,omitempty"` // the smallest value there is a number for; absent: 0
	Pick       Pick               `yaml:"pick" json:"pick,omitempty"`
	Valid      Days               `yaml:"valid" json:"valid,omitempty"`
	Absent     Absent             `yaml:"absent" json:"absent,omitempty"`
	Categories []Category         `yaml:"categories" json:"categories,omitempty"`
}

// Kind is what an attribute is.
type Kind string

// Kinds of attributes.
const (
	Age       Kind = "age"       // whole years
	Quantity  Kind = "quantity"  // of an Observation
	Condition Kind = "condition" // yes, 1, or no, 0
	Categoric Kind = "category"  // one of a closed list
)

// Pick says which of several results counts.
type Pick string

// Picks. Any is of a condition alone, Highest and Lowest of a quantity.
const (
	Latest  Pick = "latest"
	Highest Pick = "highest"
	Lowest  Pick = "lowest"
	Any     Pick = "any"
)

// Absent says what it means that a condition is not recorded.
type Absent string

// What absence means.
const (
	AbsentNo      Absent = "no"
	AbsentUnknown Absent = "unknown"
)

// Code is a coded concept. With Prefix it stands for all codes that begin with it, as ICD-10-CM's chapters do.
type Code struct {
	System string `yaml:"system" json:"system"`
	Code   string `yaml:"code" json:"code"`
	Prefix bool   `yaml:"prefix" json:"prefix,omitempty"`
}

// Category is a code of a closed list, with its number and its name in criteria. Several codes may share both.
type Category struct {
	Name   string `yaml:"name" json:"name"`
	Number uint32 `yaml:"number" json:"number"`
	System string `yaml:"system" json:"system,omitempty"` // none for Patient.gender
	Code   string `yaml:"code" json:"code"`
}

// Digest is the schema as attestations and policies name it: field.Digest("schema", its canonical form). It is the same however
// the file is spaced and commented.
func (s *Schema) Digest() (field.Element, error) {
	b, err := s.Canonical()
	return field.Digest("schema", b), err
}

// Canonical is the schema as RFC 8785 JSON, with the members of the YAML file, numbers of [Decimal] as text without trailing
// zeros, and absent what is empty or zero.
func (s *Schema) Canonical() ([]byte, error) {
	plain, err := json.Marshal(s)
	if err == nil {
		plain, err = jcs.Transform(plain)
	}
	if err != nil {
		return nil, fmt.Errorf("canonical form of schema %q: %w", s.Name, err)
	}
	return plain, nil
}

// Attribute finds an attribute by its name, with its place.
func (s *Schema) Attribute(name string) (a *Attribute, place uint8, ok bool) {
	for i := range s.Attributes {
		if s.Attributes[i].Name == name {
			return &s.Attributes[i], uint8(i), true
		}
	}
	return nil, 0, false
}

// Span is the numbers from Low to High, both included.
type Span struct{ Low, High uint32 }

// maxAge is the highest age that is attested; a birth date that gives more is a mistake.
const maxAge = 150

// Domain is all numbers that an attribute can have, by size and disjoint.
func (a *Attribute) Domain() []Span {
	switch a.Kind {
	case Age:
		return []Span{{0, maxAge}}
	case Condition:
		return []Span{{0, 1}}
	case Quantity:
		return []Span{{0, 1<<identity.ValueBits - 1}}
	}
	var spans []Span
	for _, n := range a.numbers() {
		spans = append(spans, Span{n, n})
	}
	return spans
}
