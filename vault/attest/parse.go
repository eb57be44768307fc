package attest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"lethe/circuits/identity"
)

// ParseSchema reads a schema's file, YAML. Members that are unknown or stand twice are [ErrSchema], as is what a kind does not
// take.
func ParseSchema(data []byte) (*Schema, error) {
	s := new(Schema)
	if err := decodeYAML(data, s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSchema, err)
	}
	return s, nil
}

// decodeYAML reads one document of known members. Aliases are refused: they make a small file large.
func decodeYAML(data []byte, to any) error {
	if len(data) > MaxSchema {
		return fmt.Errorf("more than %d bytes", MaxSchema)
	}
	var tree yaml.Node
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return err
	}
	if line := aliasIn(&tree); line > 0 {
		return fmt.Errorf("line %d: write it out instead of naming an anchor", line)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil {
		return err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("more than one document")
	}
	return nil
}

func aliasIn(n *yaml.Node) (line int) {
	if n.Kind == yaml.AliasNode {
		return n.Line
	}
	for _, c := range n.Content {
		if line := aliasIn(c); line > 0 {
			return line
		}
	}
	return 0
}

// Limits of a schema's lists and texts.
const (
	maxCodes      = 64
	maxCategories = 64
	maxConvert    = 16
	maxText       = 256
	maxDecimals   = 6
)

// nameForm is what attributes and categories are called; reserved names mean something in criteria.
var (
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	reserved = []string{"all", "any", "not"}
)

func (s *Schema) check() error {
	switch {
	case s.Format != SchemaFormat:
		return fmt.Errorf("format: %.40q is not %s", s.Format, SchemaFormat)
	case !nameForm.MatchString(s.Name):
		return fmt.Errorf("name: %.40q is not up to 32 lower-case letters, digits, - and _", s.Name)
	case s.Version < 1 || s.Version > 1<<30:
		return fmt.Errorf("version: %d is not a whole number from 1", s.Version)
	case len(s.Attributes) < 1 || len(s.Attributes) > identity.Attributes:
		return fmt.Errorf("attributes: %d of them, an attestation has 1 to %d", len(s.Attributes), identity.Attributes)
	}
	for i := range s.Attributes {
		a := &s.Attributes[i]
		if _, at, _ := s.Attribute(a.Name); int(at) != i {
			return fmt.Errorf("attribute %q: the name stands twice", a.Name)
		}
		if err := a.check(); err != nil {
			return fmt.Errorf("attribute %.40q: %w", a.Name, err)
		}
	}
	return nil
}

func (a *Attribute) check() error {
	if !nameForm.MatchString(a.Name) || slices.Contains(reserved, a.Name) {
		return errors.New("name: not up to 32 lower-case letters, digits, - and _, or one that means something else in criteria")
	}
	if err := a.onlyItsOwn(); err != nil {
		return err
	}
	if err := a.checkCodes(); err != nil {
		return err
	}
	switch a.Kind {
	case Quantity:
		return a.checkQuantity()
	case Condition:
		return a.checkCondition()
	case Categoric:
		return a.checkCategories()
	}
	return nil
}

// onlyItsOwn refuses members that an attribute's kind does not take.
func (a *Attribute) onlyItsOwn() error {
	takes, ok := map[Kind][]string{
		Age:       {},
		Quantity:  {"codes", "unit", "convert", "decimals", "minimum", "pick", "valid"},
		Condition: {"codes", "pick", "absent"},
		Categoric: {"element", "codes", "pick", "valid", "categories"},
	}[a.Kind]
	if !ok {
		return fmt.Errorf("kind: %.40q is none of age, quantity, condition and category", a.Kind)
	}
	for name, given := range map[string]bool{
		"element": a.Element != "", "codes": len(a.Codes) > 0, "unit": a.Unit != "", "convert": len(a.Convert) > 0,
		"decimals": a.Decimals != 0, "minimum": a.Minimum != nil, "pick": a.Pick != "", "valid": a.Valid != 0,
		"absent": a.Absent != "", "categories": len(a.Categories) > 0,
	} {
		if given && !slices.Contains(takes, name) {
			return fmt.Errorf("%s: the kind %s does not take it", name, a.Kind)
		}
	}
	return nil
}

func (a *Attribute) checkCodes() error {
	if len(a.Codes) > maxCodes {
		return fmt.Errorf("codes: more than %d", maxCodes)
	}
	for i, c := range a.Codes {
		switch {
		case c.System == "" || c.Code == "" || len(c.System) > maxText || len(c.Code) > maxText:
			return fmt.Errorf("codes: number %d wants a system and a code, of up to %d bytes each", i+1, maxText)
		case c.Prefix && a.Kind != Condition:
			return fmt.Errorf("codes: number %d: prefix is for conditions", i+1)
		}
	}
	return nil
}

func (a *Attribute) checkQuantity() error {
	switch {
	case len(a.Codes) == 0:
		return errors.New("codes: at least one")
	case a.Unit == "" || len(a.Unit) > maxText:
		return errors.New("unit: a UCUM code")
	case a.Decimals < 0 || a.Decimals > maxDecimals:
		return fmt.Errorf("decimals: 0 to %d", maxDecimals)
	case a.Minimum != nil && decimals(&a.Minimum.Rat) > a.Decimals:
		return fmt.Errorf("minimum: more than the %d decimals of the attribute", a.Decimals)
	case a.Pick != Latest && a.Pick != Highest && a.Pick != Lowest:
		return fmt.Errorf("pick: %.20q is none of latest, highest and lowest", a.Pick)
	case a.Valid == 0:
		return errors.New("valid: for how long a result counts, such as 180d")
	case len(a.Convert) > maxConvert:
		return fmt.Errorf("convert: more than %d units", maxConvert)
	}
	for unit, factor := range a.Convert {
		if unit == "" || len(unit) > maxText || unit == a.Unit || factor.Sign() <= 0 {
			return fmt.Errorf("convert: %.40q wants another unit than the attribute's, and a factor above 0", unit)
		}
	}
	return nil
}

func (a *Attribute) checkCondition() error {
	switch {
	case len(a.Codes) == 0:
		return errors.New("codes: at least one")
	case a.Pick != Latest && a.Pick != Any:
		return fmt.Errorf("pick: %.20q is neither latest nor any", a.Pick)
	case a.Absent != AbsentNo && a.Absent != AbsentUnknown:
		return fmt.Errorf("absent: %.20q is neither no nor unknown", a.Absent)
	}
	return nil
}

// gender is the one element of Patient that a category can be.
const gender = "Patient.gender"

func (a *Attribute) checkCategories() error {
	ofPatient := a.Element == gender
	switch {
	case a.Element != "" && !ofPatient:
		return fmt.Errorf("element: %.40q is not %s", a.Element, gender)
	case ofPatient && (len(a.Codes) > 0 || a.Pick != "" || a.Valid != 0):
		return fmt.Errorf("%s has neither codes nor pick nor valid", gender)
	case !ofPatient && (len(a.Codes) == 0 || a.Pick != Latest || a.Valid == 0):
		return fmt.Errorf("element %s, or else codes, pick: latest and valid, such as 730d", gender)
	case len(a.Categories) > maxCategories:
		return fmt.Errorf("categories: more than %d", maxCategories)
	}
	for i, c := range a.Categories {
		if err := a.checkCategory(i, ofPatient); err != nil {
			return fmt.Errorf("categories: %.40q: %w", c.Name, err)
		}
	}
	if len(a.numbers()) < 2 {
		return errors.New("categories: at least two")
	}
	return nil
}

func (a *Attribute) checkCategory(i int, ofPatient bool) error {
	c := a.Categories[i]
	switch {
	case !nameForm.MatchString(c.Name):
		return errors.New("not up to 32 lower-case letters, digits, - and _")
	case c.Number >= 1<<identity.ValueBits:
		return fmt.Errorf("number %d is not below 2^%d", c.Number, identity.ValueBits)
	case c.Code == "" || len(c.Code) > maxText || len(c.System) > maxText || (c.System == "") != ofPatient:
		return fmt.Errorf("a code, and a system unless it is of %s, of up to %d bytes each", gender, maxText)
	}
	for _, other := range a.Categories[:i] {
		if other.System == c.System && other.Code == c.Code {
			return errors.New("its code stands twice")
		}
		if (other.Name == c.Name) != (other.Number == c.Number) {
			return fmt.Errorf("%q: a name has one number, and a number one name", other.Name)
		}
	}
	return nil
}

// numbers are those of the categories, by size, each once.
func (a *Attribute) numbers() []uint32 {
	var all []uint32
	for _, c := range a.Categories {
		all = append(all, c.Number)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
