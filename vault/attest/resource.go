package attest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Resource is a FHIR resource, and what the vault calls the record that it is in.
type Resource struct {
	Record string
	JSON   []byte
}

// ErrResource says that a resource is not what FHIR R4 says; the text names the record and nothing that is in it. Nothing is
// attested then: what it says might be what an absence would be taken for.
var ErrResource = errors.New("not a resource that can be read")

// Types are the resource types that attributes are read from.
func (s *Schema) Types() []string {
	types := []string{}
	for _, a := range s.Attributes {
		t := "Observation"
		switch {
		case a.Kind == Age, a.Element == gender:
			t = "Patient"
		case a.Kind == Condition:
			t = "Condition"
		}
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

// What is read of https://hl7.org/fhir/R4/patient.html, observation.html and condition.html. A modifier extension changes what a
// resource means, in a way that is not known here.
type (
	patient struct {
		BirthDate          string           `json:"birthDate"`
		Gender             string           `json:"gender"`
		DeceasedBoolean    bool             `json:"deceasedBoolean"`
		DeceasedDateTime   string           `json:"deceasedDateTime"`
		ModifierExtensions []jsontext.Value `json:"modifierExtension"`

		record string
	}
	observation struct {
		Status             string           `json:"status"`
		Code               concept          `json:"code"`
		Focus              []jsontext.Value `json:"focus"` // it is about somebody or something else
		EffectiveDateTime  string           `json:"effectiveDateTime"`
		EffectiveInstant   string           `json:"effectiveInstant"`
		EffectivePeriod    period           `json:"effectivePeriod"`
		Component          []component      `json:"component"`
		ModifierExtensions []jsontext.Value `json:"modifierExtension"`
		result

		record string
	}
	component struct {
		Code               concept          `json:"code"`
		ModifierExtensions []jsontext.Value `json:"modifierExtension"`
		result
	}
	result struct {
		Quantity *quantity `json:"valueQuantity"`
		Concept  *concept  `json:"valueCodeableConcept"`
		others
	}
	others struct { // values of types that no attribute is read from
		String   jsontext.Value `json:"valueString"`
		Boolean  jsontext.Value `json:"valueBoolean"`
		Integer  jsontext.Value `json:"valueInteger"`
		Range    jsontext.Value `json:"valueRange"`
		Ratio    jsontext.Value `json:"valueRatio"`
		Sampled  jsontext.Value `json:"valueSampledData"`
		Time     jsontext.Value `json:"valueTime"`
		DateTime jsontext.Value `json:"valueDateTime"`
		Period   jsontext.Value `json:"valuePeriod"`
	}
	condition struct {
		Clinical           concept          `json:"clinicalStatus"`
		Verification       concept          `json:"verificationStatus"`
		Code               concept          `json:"code"`
		OnsetDateTime      string           `json:"onsetDateTime"`
		OnsetPeriod        period           `json:"onsetPeriod"`
		RecordedDate       string           `json:"recordedDate"`
		AbatementDateTime  string           `json:"abatementDateTime"`
		ModifierExtensions []jsontext.Value `json:"modifierExtension"`

		record string
	}
	concept struct {
		Coding []struct {
			System string `json:"system"`
			Code   string `json:"code"`
		} `json:"coding"`
	}
	quantity struct {
		Value      jsontext.Value `json:"value"` // as it stands, for no digit to be lost
		Comparator string         `json:"comparator"`
		System     string         `json:"system"`
		Code       string         `json:"code"`
	}
	period struct {
		Start string `json:"start"`
		End   string `json:"end"`
	}
)

// chart is what was read of a patient.
type chart struct {
	patients     []patient
	observations []observation
	conditions   []condition
}

func readChart(resources []Resource) (*chart, error) {
	c := &chart{}
	for _, r := range resources {
		if err := c.add(r); err != nil {
			return nil, fmt.Errorf("record %s: %w", r.Record, ErrResource)
		}
	}
	return c, nil
}

func (c *chart) add(r Resource) error {
	var probe struct {
		Type string `json:"resourceType"`
	}
	if err := json.Unmarshal(r.JSON, &probe); err != nil {
		return err
	}
	switch probe.Type {
	case "Patient":
		v := patient{record: r.Record}
		err := json.Unmarshal(r.JSON, &v)
		c.patients = append(c.patients, v)
		return err
	case "Observation":
		v := observation{record: r.Record}
		err := json.Unmarshal(r.JSON, &v)
		c.observations = append(c.observations, v)
		return err
	case "Condition":
		v := condition{record: r.Record}
		err := json.Unmarshal(r.JSON, &v)
		c.conditions = append(c.conditions, v)
		return err
	case "":
		return ErrResource
	}
	return nil
}

// given says whether there is one.
func (o others) given() bool {
	all := []jsontext.Value{o.String, o.Boolean, o.Integer, o.Range, o.Ratio, o.Sampled, o.Time, o.DateTime, o.Period}
	return slices.ContainsFunc(all, func(v jsontext.Value) bool { return len(v) > 0 })
}

// has says whether a concept is one of some codes.
func (c concept) has(codes []Code) bool {
	return slices.ContainsFunc(codes, func(want Code) bool {
		for _, have := range c.Coding {
			if have.System == want.System && (have.Code == want.Code || want.Prefix && strings.HasPrefix(have.Code, want.Code)) {
				return true
			}
		}
		return false
	})
}

// code is a concept's code in one system, false when it has none, or several.
func (c concept) code(system string) (code string, ok bool) {
	for _, have := range c.Coding {
		if have.System != system || have.Code == "" || have.Code == code {
			continue
		}
		if code != "" {
			return "", false
		}
		code = have.Code
	}
	return code, code != ""
}

// moments is when something was: at one of the moments from the first to the last. The zero value is unknown.
type moments struct{ first, last time.Time }

func (m moments) known() bool { return !m.first.IsZero() }

// dateForms are the precisions of FHIR's date, dateTime and instant, the coarsest first.
var dateForms = []struct {
	form string
	last func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0).Add(-1) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0).Add(-1) }},
	{time.DateOnly, func(t time.Time) time.Time { return t.AddDate(0, 0, 1).Add(-1) }},
	{time.RFC3339, func(t time.Time) time.Time { return t }},
}

// parseDate reads a date of any precision; what is none is not known.
func parseDate(text string) moments {
	for _, f := range dateForms {
		if t, err := time.Parse(f.form, text); err == nil && t.Year() > 1 {
			return moments{t.UTC(), f.last(t).UTC()}
		}
	}
	return moments{}
}

// within is a period, which may lack its end.
func (p period) within() moments {
	start, end := parseDate(p.Start), parseDate(p.End)
	switch {
	case !start.known():
		return moments{}
	case end.known():
		return moments{start.first, end.last}
	}
	return moments{start.first, time.Unix(1<<40, 0)}
}

func firstKnown(all ...moments) moments {
	for _, m := range all {
		if m.known() {
			return m
		}
	}
	return moments{}
}
