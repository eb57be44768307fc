package synthetic

import "math"

// The datatypes of FHIR R4 that are used, with the elements that are used (https://hl7.org/fhir/R4/datatypes.html).

type coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display,omitempty"`
}

type concept struct {
	Coding []coding `json:"coding"`
	Text   string   `json:"text,omitempty"`
}

func (c coding) concept() concept { return concept{Coding: []coding{c}, Text: c.Display} }

func (c coding) concepts() []concept { return []concept{c.concept()} }

type reference struct {
	Reference string `json:"reference"`
	Display   string `json:"display,omitempty"`
}

type identifier struct {
	Use    string   `json:"use,omitempty"`
	Type   *concept `json:"type,omitempty"`
	System string   `json:"system"`
	Value  string   `json:"value"`
}

type humanName struct {
	Use    string   `json:"use"`
	Family string   `json:"family"`
	Given  []string `json:"given"`
	Prefix []string `json:"prefix,omitempty"`
}

type contactPoint struct {
	System string `json:"system"`
	Value  string `json:"value"`
	Use    string `json:"use,omitempty"`
}

type address struct {
	Use        string   `json:"use,omitempty"`
	Line       []string `json:"line"`
	City       string   `json:"city"`
	PostalCode string   `json:"postalCode"`
	Country    string   `json:"country"`
}

type period struct {
	Start string `json:"start"`
	End   string `json:"end,omitempty"`
}

type quantity struct {
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	System string  `json:"system"`
	Code   string  `json:"code"`
}

// measured is a quantity in a UCUM unit, to a number of decimal places.
func measured(value float64, unit string, places int) *quantity {
	return &quantity{Value: round(value, places), Unit: unit, System: ucum, Code: unit}
}

func round(value float64, places int) float64 {
	scale := math.Pow10(places)
	return math.Round(value*scale) / scale
}

type money struct {
	Value    float64 `json:"value"`
	Currency string  `json:"currency"`
}

func dollars(value float64) money { return money{round(value, 2), "USD"} }
