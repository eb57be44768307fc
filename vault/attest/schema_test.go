package attest

import (
	"bytes"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"

	"lethe/circuits/field"
)

func TestSchemaRefusals(t *testing.T) {
	schemaOf(t, testSchema)
	for says, edit := range map[string][2]string{
		"format":                              {"schema/v1", "schema/v2"},
		"name:":                               {"name: test", "name: Test"},
		"version":                             {"version: 1", "version: 0"},
		"not found in type":                   {"version: 1", "version: 1\nmore: 1"},
		"already defined":                     {"version: 1", "version: 1\nversion: 1"},
		"attributes: 0":                       {testSchema[strings.Index(testSchema, "attributes:"):], "attributes: []"},
		"line 14: write it out":               {`valid: 180d, convert: {mg/g: 0.1}`, `valid: &a 180d}` + "\n  - {name: x, kind: quantity, valid: *a"},
		`"age": the name stands twice`:        {"name: sex", "name: age"},
		"means something else":                {"name: sex", "name: any"},
		"kind: \"number\"":                    {"kind: age", "kind: number"},
		"decimals: the kind age":              {"kind: age", "kind: age, decimals: 1"},
		"valid: the kind condition":           {"absent: no", "absent: no, valid: 10d"},
		"system and a code":                   {`system: sct, code: "1"`, `system: sct, code: ""`},
		"codes: at least one":                 {`codes: [{system: loinc, code: a1c}], `, ``},
		"prefix is for conditions":            {`{system: loinc, code: a1c}`, `{system: loinc, code: a1c, prefix: true}`},
		"UCUM":                                {`unit: "%", decimals: 1`, `decimals: 1`},
		"decimals: 0 to 6":                    {"decimals: 1", "decimals: 7"},
		"minimum: more":                       {"minimum: 2", "minimum: 2.05"},
		"pick: \"any\"":                       {"minimum: 2, pick: latest", "minimum: 2, pick: any"},
		"pick: \"highest\" is neither latest": {"pick: any", "pick: highest"},
		"valid: for how long":                 {"pick: highest, valid: 180d", "pick: highest"},
		"such as 180d":                        {"valid: 180d", "valid: 180"},
		"valid \"36526d\"":                    {"valid: 180d", "valid: 36526d"},
		"valid \"08d\"":                       {"valid: 180d", "valid: 08d"},
		"factor above 0":                      {"mg/g: 0.1", "mg/g: -0.1"},
		"another unit":                        {"mg/g: 0.1", "'%': 2"},
		"\"0x1\" is not a decimal":            {"mg/g: 0.1", "mg/g: 0x1"},
		"\"1e999\" is not a decimal":          {"mg/g: 0.1", "mg/g: 1e999"},
		"neither no nor unknown":              {"absent: unknown", "absent: yes"},
		"is not Patient.gender":               {"element: Patient.gender", "element: Patient.active"},
		"neither codes nor pick":              {"element: Patient.gender", "element: Patient.gender\n    pick: latest"},
		"or else codes":                       {"element: Patient.gender", "pick: latest"},
		"categories: at least two":            {"{name: female, number: 1, code: female}, ", ""},
		"its code stands twice":               {"number: 2, code: male", "number: 2, code: female"},
		"a number one name":                   {"number: 2", "number: 1"},
		"not below 2^24":                      {"number: 2", "number: 16777216"},
		"a system unless":                     {"number: 2, code", "number: 2, system: x, code"},
	} {
		text := strings.Replace(testSchema, edit[0], edit[1], 1)
		if text == testSchema {
			t.Fatalf("%s: nothing to edit", says)
		}
		if _, err := ParseSchema([]byte(text)); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	for _, text := range []string{"", "x", "[]", testSchema + "---\n" + testSchema, strings.Repeat("#", MaxSchema+1)} {
		if _, err := ParseSchema([]byte(text)); !errors.Is(err, ErrSchema) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestSeventeenAttributesAreTooMany(t *testing.T) {
	var names strings.Builder
	for i := range 17 {
		names.WriteString("  - {name: a" + string(rune('a'+i)) + ", kind: age}\n")
	}
	text := "format: lethe/schema/v1\nname: x\nversion: 1\nattributes:\n"
	if _, err := ParseSchema([]byte(text + names.String())); err == nil {
		t.Error("17 attributes")
	}
	if _, err := ParseSchema([]byte(text + strings.TrimSuffix(names.String(), "  - {name: aq, kind: age}\n"))); err != nil {
		t.Error(err)
	}
}

func digest(t *testing.T, text string) field.Element {
	t.Helper()
	d, err := schemaOf(t, text).Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDigestIsOfWhatASchemaSays(t *testing.T) {
	want := digest(t, testSchema)
	for _, same := range [][2]string{
		{"version: 1", "version: 1 # the first"}, {"version: 1\n", "\n\nversion:   1\n\n"}, {"mg/g: 0.1", "mg/g: 1.00e-1"}, {`"%"`, `'%'`},
		{"minimum: 2", "minimum: 2.0"},
	} {
		if digest(t, strings.Replace(testSchema, same[0], same[1], 1)) != want {
			t.Errorf("%q changes the digest", same[1])
		}
	}
	for _, other := range [][2]string{
		{"name: test", "name: tost"}, {"version: 1", "version: 2"}, {"number: 2, code: male", "number: 3, code: male"}, {"mg/g: 0.1", "mg/g: 0.11"},
		{"absent: no", "absent: unknown"}, {"pick: any", "pick: latest"}, {"valid: 180d", "valid: 181d"}, {"minimum: 2, ", ""}, {"prefix: true", "prefix: false"},
		{"name: low", "name: lower"}, {"code: a1c", "code: a1d"}, {"decimals: 1", "decimals: 2"},
	} {
		if digest(t, strings.Replace(testSchema, other[0], other[1], 1)) == want {
			t.Errorf("%q leaves the digest as it is", other[1])
		}
	}
}

// The example's canonical form is kept, so that whoever changes it sees that attestations by it are then of another schema.
func TestCanonicalFormIsKept(t *testing.T) {
	got, err := schemaOf(t, string(example(t, "cardiometabolic.yaml"))).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("testdata/cardiometabolic.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(got, '\n'), kept) {
		t.Errorf("the example's canonical form has changed:\n%s", got)
	}
}

func TestEveryStepComparesExactly(t *testing.T) {
	a, _, _ := schemaOf(t, testSchema).Attribute("hba1c")
	place := func(text string) uint32 {
		d, err := ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		n, _, ok := a.Place(&d.Rat)
		if !ok {
			t.Fatalf("%s has no place", text)
		}
		return n
	}
	values := []string{"2", "2.00001", "2.05", "2.1", "5.6", "5.65", "5.6999999", "5.7", "5.70000001", "6.4", "6.45", "6.5", "100"}
	for _, v := range values {
		for _, b := range []string{"2", "2.1", "5.7", "6.4", "6.5"} {
			x, _ := ParseDecimal(v)
			y, _ := ParseDecimal(b)
			if (place(v) <= place(b)) != (x.Cmp(&y.Rat) <= 0) || (place(v) >= place(b)) != (x.Cmp(&y.Rat) >= 0) {
				t.Errorf("%s and %s compare otherwise as %d and %d", v, b, place(v), place(b))
			}
		}
	}
	for text, want := range map[string]string{"5.75": "1 decimals", "1": "goes from 2.0 %", "1e9": "goes from"} {
		d, _ := ParseDecimal(text)
		if _, err := a.Bound(&d.Rat); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestDecimals(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "-1.50": "-1.5", "1e2": "100", "1E-2": "0.01", "0.10": "0.1"} {
		d, err := ParseDecimal(text)
		if err != nil || decimalText(&d.Rat) != want {
			t.Errorf("%s: %v, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "+1", ".5", "1.", "01", "1/3", "0x1", "1_0", "1e100", "NaN", "Inf", "1 ", strings.Repeat("1", 65)} {
		if _, err := ParseDecimal(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if decimals(big.NewRat(1, 8)) != 3 {
		t.Error("an eighth has three decimals")
	}
}
