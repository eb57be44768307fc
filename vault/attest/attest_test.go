package attest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// day is when the tests attest.
var day = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// testSchema has one attribute of each kind and pick.
const testSchema = `
format: lethe/schema/v1
name: test
version: 1
attributes:
  - {name: age, kind: age}
  - name: sex
    kind: category
    element: Patient.gender
    categories: [{name: female, number: 1, code: female}, {name: male, number: 2, code: male}]
  - {name: ill, kind: condition, codes: [{system: sct, code: "1"}, {system: icd, code: E11, prefix: true}], pick: latest, absent: no}
  - {name: ever, kind: condition, codes: [{system: sct, code: "1"}], pick: any, absent: unknown}
  - {name: hba1c, kind: quantity, codes: [{system: loinc, code: a1c}], unit: "%", decimals: 1, minimum: 2, pick: latest, valid: 180d, convert: {mg/g: 0.1}}
  - {name: high, kind: quantity, codes: [{system: loinc, code: a1c}], unit: "%", decimals: 0, pick: highest, valid: 180d}
  - {name: low, kind: quantity, codes: [{system: loinc, code: a1c}], unit: "%", decimals: 0, pick: lowest, valid: 180d}
  - name: smoking
    kind: category
    codes: [{system: loinc, code: smoke}]
    pick: latest
    valid: 180d
    categories: [{name: never, number: 0, system: sct, code: n}, {name: daily, number: 5, system: sct, code: d}, {name: daily, number: 5, system: sct, code: dd}]
`

func schemaOf(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := ParseSchema([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func person(members string) string { return `{"resourceType":"Patient",` + members + `}` }

func ill(members string) string {
	return `{"resourceType":"Condition","code":{"coding":[{"system":"sct","code":"1"}]},` + members + `}`
}

func status(clinical, verification string) string {
	return fmt.Sprintf(`"clinicalStatus":{"coding":[{"system":%q,"code":%q}]},"verificationStatus":{"coding":[{"system":%q,"code":%q}]}`,
		clinicalSystem, clinical, verificationSystem, verification)
}

func a1c(value, date string) string { return a1cWith(`"status":"final"`, percent(value), date) }

func percent(value string) string {
	return `"valueQuantity":{"value":` + value + `,"unit":"percent","system":"http://unitsofmeasure.org","code":"%"}`
}

func a1cWith(status, value, date string) string {
	return `{"resourceType":"Observation",` + status + `,"code":{"coding":[{"system":"other","code":"x"},{"system":"loinc","code":"a1c"}]},"effectiveDateTime":"` +
		date + `",` + value + `}`
}

func smoke(codes ...string) string {
	var all []string
	for _, c := range codes {
		all = append(all, `{"system":"sct","code":"`+c+`"}`)
	}
	return a1cNamed("smoke", `"valueCodeableConcept":{"coding":[`+strings.Join(all, ",")+`]}`)
}

func a1cNamed(code, value string) string {
	return strings.Replace(a1cWith(`"status":"final"`, value, "2026-02-01"), `"a1c"`, `"`+code+`"`, 1)
}

// read attests one attribute of the test schema from some resources; "?" and why when it is not known.
func read(t *testing.T, attribute string, resources ...string) (string, *Result) {
	t.Helper()
	s := schemaOf(t, testSchema)
	var all []Resource
	for i, r := range resources {
		all = append(all, Resource{fmt.Sprint("r", i), []byte(r)})
	}
	got, err := s.Attest(all, day, day.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	_, i, _ := s.Attribute(attribute)
	if n, known := got.Values[i].Number(); known != got.Readings[i].Known || known && n != got.Readings[i].Number {
		t.Errorf("%s: the value is %d, %v, and the reading %+v", attribute, n, known, got.Readings[i])
	}
	if !got.Readings[i].Known {
		return "? " + got.Readings[i].Why, got
	}
	return got.Readings[i].Words, got
}

type rule struct {
	name, attribute, want string
	resources             []string
}

func (r rule) check(t *testing.T) {
	t.Helper()
	if got, _ := read(t, r.attribute, r.resources...); got != r.want && (r.want == "" || !strings.HasPrefix(r.want, "?") || !strings.Contains(got, r.want[2:])) {
		t.Errorf("%s: %s is %q, want %q", r.name, r.attribute, got, r.want)
	}
}

func TestAge(t *testing.T) {
	born := func(date string) []string { return []string{person(`"birthDate":"` + date + `"`)} }
	for _, r := range []rule{
		{"on the birthday", "age", "26", born("2000-03-01")},
		{"the day before it", "age", "25", born("2000-03-02")},
		{"born on 29 February, on 1 March of a common year", "age", "22", born("2004-02-29")},
		{"born today", "age", "0", born("2026-03-01")},
		{"born tomorrow", "age", "? no birth date", born("2026-03-02")},
		{"a year alone", "age", "? leaves the age open", born("2000")},
		{"a month that leaves it open", "age", "? leaves the age open", born("2000-03")},
		{"a month that does not", "age", "26", born("2000-02")},
		{"a later month", "age", "25", born("2000-04")},
		{"too old to be true", "age", "? more than 150", born("1875-03-01")},
		{"as old as can be", "age", "150", born("1876-03-01")},
		{"no date", "age", "? no birth date", born("unknown")},
		{"a time of birth is no date", "age", "? no birth date", born("2000-03-01T10:00:00Z")},
		{"no birth date", "age", "? no birth date", []string{person(`"gender":"male"`)}},
		{"no patient", "age", "? no Patient", nil},
		{"dead", "age", "? died", []string{person(`"birthDate":"2000-03-01","deceasedBoolean":true`)}},
		{"dead since", "age", "? died", []string{person(`"birthDate":"2000-03-01","deceasedDateTime":"2025"`)}},
		{"not dead", "age", "26", []string{person(`"birthDate":"2000-03-01","deceasedBoolean":false`)}},
		{"twice the same", "age", "26", append(born("2000-03-01"), born("2000-03-01")...)},
		{"contradicted", "age", "? contradict", append(born("2000-03-01"), born("2000-03-02")...)},
		{"contradicted by nothing", "age", "? contradict", append(born("2000-03-01"), person(`"gender":"male"`))},
		{"modified", "age", "? modifier extension", []string{person(`"birthDate":"2000-03-01","modifierExtension":[{"url":"x"}]`)}},
		{"gender", "sex", "male", []string{person(`"gender":"male"`)}},
		{"a gender that is not listed", "sex", "? none of the genders", []string{person(`"gender":"other"`)}},
		{"no gender", "sex", "? none of the genders", born("2000")},
		{"two genders", "sex", "? contradict", []string{person(`"gender":"male"`), person(`"gender":"female"`)}},
	} {
		r.check(t)
	}
}

func TestAnAttestationEndsAtTheNextBirthday(t *testing.T) {
	for birth, want := range map[string]string{
		"2000-03-01": "2027-03-01T00:00:00Z", "2000-03-02": "2026-03-02T00:00:00Z", "2004-02-29": "2027-03-01T00:00:00Z",
		"2000-04": "2026-04-01T00:00:00Z", "2000": "2027-03-01T09:30:00Z", // unknown: as asked
	} {
		if _, got := read(t, "age", person(`"birthDate":"`+birth+`"`)); got.Until.Format(time.RFC3339) != want {
			t.Errorf("born %s: until %s, want %s", birth, got.Until.Format(time.RFC3339), want)
		}
	}
}

func TestQuantity(t *testing.T) {
	now := "2026-02-28"
	other := func(value string) []string { return []string{a1cWith(`"status":"final"`, value, now)} }
	for _, r := range []rule{
		{"on a step", "hba1c", "5.7 %", []string{a1c("5.7", now)}},
		{"trailing zeros", "hba1c", "5.7 %", []string{a1c("5.700", now)}},
		{"an exponent", "hba1c", "5.7 %", []string{a1c("57e-1", now)}},
		{"nothing is rounded up", "hba1c", "between 5.6 and 5.7 %", []string{a1c("5.65", now)}},
		{"nor by a hair", "hba1c", "between 5.6 and 5.7 %", []string{a1c("5.699999999999999999999", now)}},
		{"nor down", "hba1c", "between 6.4 and 6.5 %", []string{a1c("6.4000000000000001", now)}},
		{"the minimum", "hba1c", "2.0 %", []string{a1c("2", now)}},
		{"below it", "hba1c", "? outside", []string{a1c("1.99", now)}},
		{"negative", "high", "? outside", []string{a1c("-1", now)}},
		{"the most there is room for", "high", "8388607 %", []string{a1c("8388607", now)}},
		{"and a bit", "high", "between 8388607 and 8388608 %", []string{a1c("8388607.5", now)}},
		{"no room", "high", "? outside", []string{a1c("8388608", now)}},
		{"far too much", "high", "? outside", []string{a1c("1e99", now)}},
		{"an exponent that fills the memory", "high", "? decimal", []string{a1c("1e999999999", now)}},
		{"text", "high", "? decimal", []string{a1c(`"5.7"`, now)}},
		{"converted", "hba1c", "5.7 %", other(`"valueQuantity":{"value":57,"system":"http://unitsofmeasure.org","code":"mg/g"}`)},
		{"converted, between", "hba1c", "between 5.7 and 5.8 %", other(`"valueQuantity":{"value":57.01,"system":"http://unitsofmeasure.org","code":"mg/g"}`)},
		{"converted where it is not said", "high", "? unit", other(`"valueQuantity":{"value":57,"system":"http://unitsofmeasure.org","code":"mg/g"}`)},
		{"a unit that is not UCUM's", "hba1c", "? unit", other(`"valueQuantity":{"value":5.7,"unit":"%"}`)},
		{"a comparator", "hba1c", "? comparator", other(`"valueQuantity":{"value":5.7,"comparator":"<","system":"http://unitsofmeasure.org","code":"%"}`)},
		{"another type", "hba1c", "? not a quantity", other(`"valueString":"5.7 %"`)},
		{"modified", "hba1c", "? modifier", other(percent("5.7") + `,"modifierExtension":[{"url":"x"}]`)},
		{"nothing measured", "hba1c", "? no result", other(`"dataAbsentReason":{}`)},
		{"of somebody else", "hba1c", "? no result", other(percent("5.7") + `,"focus":[{"reference":"RelatedPerson/1"}]`)},
		{"a component", "hba1c", "5.7 %", []string{`{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"loinc","code":"panel"}]},"effectiveDateTime":"2026-02-01","component":[{"code":{"coding":[{"system":"loinc","code":"a1c"}]},` + percent("5.7") + `},{"code":{"coding":[{"system":"loinc","code":"x"}]},` + percent("9") + `}]}`}},
		{"of another code system", "hba1c", "? no result", []string{strings.ReplaceAll(a1c("5.7", now), "loinc", "local")}},
	} {
		r.check(t)
	}
	for status, counts := range map[string]bool{
		"final": true, "amended": true, "corrected": true, "preliminary": false, "registered": false, "cancelled": false, "entered-in-error": false, "unknown": false, "": false,
	} {
		got, _ := read(t, "hba1c", a1cWith(`"status":"`+status+`"`, percent("5.7"), now))
		if (got == "5.7 %") != counts {
			t.Errorf("status %q: %s", status, got)
		}
	}
}

func TestPicks(t *testing.T) {
	three := []string{a1c("6", "2026-01-10"), a1c("5", "2026-02-10"), a1c("7", "2025-12-10")}
	vague := append([]string{a1c("9", "2025")}, three...)
	undated := append([]string{strings.Replace(a1c("9", "X"), `"effectiveDateTime":"X",`, "", 1)}, three...)
	foreign := append([]string{a1cWith(`"status":"final"`, `"valueQuantity":{"value":5}`, "2026-01-20")}, three...)
	for _, r := range []rule{
		{"latest", "hba1c", "5.0 %", three},
		{"highest", "high", "7 %", three},
		{"lowest", "low", "5 %", three},
		{"what is to come does not count", "hba1c", "5.0 %", append([]string{a1c("8", "2026-03-02")}, three...)},
		{"later today does not either", "hba1c", "5.0 %", append([]string{a1c("8", "2026-03-01T09:31:00Z")}, three...)},
		{"earlier today, by another zone's clock, does", "hba1c", "8.0 %", append([]string{a1c("8", "2026-03-01T11:29:00+02:00")}, three...)},
		{"the same day, another value", "hba1c", "? contradict", append([]string{a1c("8", "2026-02-10")}, three...)},
		{"the same day, the same value", "hba1c", "5.0 %", append([]string{a1c("5", "2026-02-10T10:00:00Z")}, three...)},
		{"a month in which the latest may be", "hba1c", "? contradict", append([]string{a1c("8", "2026-02")}, three...)},
		{"a month that says the same", "hba1c", "5.0 %", append([]string{a1c("5", "2026-02")}, three...)},
		{"a year that may be too old", "high", "? too old", vague},
		{"which cannot be the latest", "hba1c", "5.0 %", vague},
		{"no date", "hba1c", "? too old", undated},
		{"one that cannot be read, not the latest", "hba1c", "5.0 %", foreign},
		{"which may be the highest", "high", "? unit", foreign},
		{"one that cannot be read, the latest", "hba1c", "? unit", append([]string{a1cWith(`"status":"final"`, `"valueQuantity":{"value":5}`, "2026-02-20")}, three...)},
	} {
		r.check(t)
	}
}

// A result counts for 180 days to the second, and the attestation ends when it does not any more.
func TestValidity(t *testing.T) {
	last := day.AddDate(0, 0, -180)
	if got, _ := read(t, "hba1c", a1c("5.7", last.Format(time.RFC3339))); !strings.HasPrefix(got, "? there is no result") {
		t.Errorf("180 days old: %s", got)
	}
	got, r := read(t, "hba1c", a1c("5.7", last.Add(time.Second).Format(time.RFC3339)))
	if got != "5.7 %" || !r.Until.Equal(day.Add(time.Second)) {
		t.Errorf("a second less: %s until %s", got, r.Until)
	}
	if got, _ := read(t, "hba1c", a1c("5.7", last.Add(time.Second/2).Format(time.RFC3339Nano))); !strings.HasPrefix(got, "? there is no result") {
		t.Errorf("half a second less: %s", got)
	}
	_, r = read(t, "hba1c", a1c("5.7", "2026-02"))
	if want := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 180); !r.Until.Equal(want) {
		t.Errorf("some day in February: until %s, want %s", r.Until, want)
	}
	// The highest is the older one, which ceases to count first; the attestation ends with it though the latest lasts longer.
	if _, r = read(t, "high", a1c("8", "2026-01-01"), a1c("7", "2026-02-01")); r.Until.Format(time.DateOnly) != "2026-06-30" {
		t.Errorf("highest of two: until %s", r.Until)
	}
}

func TestCondition(t *testing.T) {
	on := func(date, clinical, verification string) string {
		return ill(`"onsetDateTime":"` + date + `",` + status(clinical, verification))
	}
	for _, r := range []rule{
		{"active", "ill", "yes", []string{on("2020", "active", "confirmed")}},
		{"recurrence", "ill", "yes", []string{on("2020", "recurrence", "confirmed")}},
		{"relapse", "ill", "yes", []string{on("2020", "relapse", "confirmed")}},
		{"resolved", "ill", "no", []string{on("2020", "resolved", "confirmed")}},
		{"remission", "ill", "no", []string{on("2020", "remission", "confirmed")}},
		{"inactive", "ill", "no", []string{on("2020", "inactive", "confirmed")}},
		{"no status", "ill", "? no clinical status", []string{ill(`"onsetDateTime":"2020"`)}},
		{"a status of another system", "ill", "? no clinical status", []string{strings.ReplaceAll(on("2020", "active", "confirmed"), clinicalSystem, "local")}},
		{"nobody said whether it is confirmed", "ill", "yes", []string{ill(`"clinicalStatus":{"coding":[{"system":"` + clinicalSystem + `","code":"active"}]}`)}},
		{"provisional", "ill", "? not confirmed", []string{on("2020", "active", "provisional")}},
		{"differential", "ever", "? not confirmed", []string{on("2020", "active", "differential")}},
		{"provisional, and another confirmed", "ever", "yes", []string{on("2020", "active", "provisional"), on("2010", "resolved", "confirmed")}},
		{"refuted is not recorded", "ill", "no", []string{on("2020", "active", "refuted")}},
		{"refuted is not ever", "ever", "? not recorded", []string{on("2020", "active", "refuted")}},
		{"a mistake is not ever", "ever", "? not recorded", []string{on("2020", "active", "entered-in-error")}},
		{"resolved was once", "ever", "yes", []string{on("2020", "resolved", "confirmed")}},
		{"absence means no", "ill", "no", nil},
		{"absence means nothing", "ever", "? does not mean no", nil},
		{"the newest is over", "ill", "no", []string{on("2020-05", "active", "confirmed"), on("2021", "resolved", "confirmed")}},
		{"the newest is active", "ill", "yes", []string{on("2020-05", "resolved", "confirmed"), on("2021", "active", "confirmed")}},
		{"the newest is not confirmed", "ill", "? not confirmed", []string{on("2020-05", "resolved", "confirmed"), on("2021", "active", "unconfirmed")}},
		{"which is newest is open", "ill", "? contradict", []string{on("2021-05", "resolved", "confirmed"), on("2021", "active", "confirmed")}},
		{"undated", "ill", "? contradict", []string{on("", "resolved", "confirmed"), on("2021", "active", "confirmed")}},
		{"recorded later", "ill", "yes", []string{ill(`"recordedDate":"2022-01-01",` + status("active", "confirmed")), on("2021", "resolved", "confirmed")}},
		{"a period", "ill", "yes", []string{ill(`"onsetPeriod":{"start":"2022-01-01","end":"2022-02-01"},` + status("active", "confirmed")), on("2021", "resolved", "confirmed")}},
		{"to come", "ill", "no", []string{on("2026-03-02", "active", "confirmed")}},
		{"active and over", "ill", "? active, and over", []string{ill(`"abatementDateTime":"2024",` + status("active", "confirmed"))}},
		{"modified", "ever", "? modifier", []string{ill(`"modifierExtension":[{"url":"x"}],` + status("active", "confirmed"))}},
		{"another code", "ill", "no", []string{strings.Replace(on("2020", "active", "confirmed"), `"code":"1"`, `"code":"11"`, 1)}},
		{"a code of a chapter", "ill", "yes", []string{strings.Replace(on("2020", "active", "confirmed"), `"system":"sct","code":"1"`, `"system":"icd","code":"E11.9"`, 1)}},
		{"no prefix", "ill", "no", []string{strings.Replace(on("2020", "active", "confirmed"), `"system":"sct","code":"1"`, `"system":"icd","code":"E1"`, 1)}},
	} {
		r.check(t)
	}
}

func TestCategory(t *testing.T) {
	for _, r := range []rule{
		{"listed", "smoking", "never", []string{smoke("n")}},
		{"beside another code", "smoking", "never", []string{smoke("x", "n")}},
		{"two codes of one category", "smoking", "daily", []string{smoke("d", "dd")}},
		{"two categories", "smoking", "? two categories", []string{smoke("d", "n")}},
		{"not listed", "smoking", "? none of the list", []string{smoke("x")}},
		{"a quantity", "smoking", "? not a code", []string{a1cNamed("smoke", percent("1"))}},
	} {
		r.check(t)
	}
}

func TestWhatCannotBeReadAttestsNothing(t *testing.T) {
	s := schemaOf(t, testSchema)
	secret := "Jane"
	for _, bad := range []string{
		``, `{`, `[]`, `{"resourceType":7}`, `{}`, `{"resourceType":"Patient","birthDate":{"` + secret + `":1}}`,
		`{"resourceType":"Condition","code":"` + secret + `"}`, `{"resourceType":"Observation","status":"final","status":"final"}`,
		`{"resourceType":"Observation","component":{}}`,
	} {
		_, err := s.Attest([]Resource{{"r7", []byte(bad)}}, day, day.AddDate(0, 0, 1))
		if !errors.Is(err, ErrResource) || !strings.Contains(err.Error(), "r7") || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := s.Attest([]Resource{{"r7", []byte(`{"resourceType":"Claim","birthDate":7}`)}}, day, day.AddDate(0, 0, 1)); err != nil {
		t.Error(err)
	}
	if _, err := s.Attest(nil, day, day); err == nil {
		t.Error("an attestation of no time")
	}
}

func TestReadingsSayWhereAValueIsFrom(t *testing.T) {
	_, r := read(t, "hba1c", person(`"birthDate":"2000-03-01"`), a1c("5.65", "2026-02-01"))
	want := Reading{Attribute: "hba1c", Known: true, Number: 73, Words: "between 5.6 and 5.7 %", Record: "r1", Date: "2026-02-01", Raw: "5.65 %"}
	if got := r.Readings[4]; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := fmt.Sprint(schemaOf(t, testSchema).Types()); got != "[Patient Condition Observation]" {
		t.Error(got)
	}
}

func example(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../docs/examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
