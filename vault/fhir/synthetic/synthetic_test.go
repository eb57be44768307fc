package synthetic

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/vault/fhir"
)

const patients = 40

// tree is a bundle as any reader sees it.
type tree struct {
	Entry []struct {
		FullURL  string `json:"fullUrl"`
		Resource map[string]any
		Request  struct{ Method, URL string }
	}
}

func parse(t *testing.T, data []byte) tree {
	t.Helper()
	var b tree
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// walk calls see with every object in a JSON value.
func walk(value any, see func(map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		see(v)
		for _, member := range v {
			walk(member, see)
		}
	case []any:
		for _, element := range v {
			walk(element, see)
		}
	}
}

func TestBundlesAreAcceptedAsOnePatient(t *testing.T) {
	for i := range patients {
		data := Cohort(1).Bundle(i)
		if len(data) < 150<<10 || len(data) > 600<<10 {
			t.Errorf("patient %d: %d KB", i, len(data)>>10)
		}
		doc, err := fhir.Scan(bytes.NewReader(data), fhir.DefaultLimits())
		if err != nil {
			t.Fatalf("patient %d: %v", i, err)
		}
		if doc.BundleType != "transaction" || doc.Patient == nil || len(doc.Patient.Identifiers) < 2 {
			t.Errorf("patient %d: %s of %+v", i, doc.BundleType, doc.Patient)
		}
		for _, e := range doc.Entries {
			if e.ID == "" {
				t.Errorf("patient %d: a %s without id", i, e.Type)
			}
		}
	}
}

func TestReferencesResolve(t *testing.T) {
	for i := range patients {
		b := parse(t, Cohort(2).Bundle(i))
		known := map[string]bool{}
		for _, e := range b.Entry {
			known[e.FullURL] = true
			if e.FullURL != "urn:uuid:"+e.Resource["id"].(string) || e.Request.Method != "POST" || e.Request.URL != e.Resource["resourceType"] {
				t.Errorf("patient %d: entry %s %+v", i, e.FullURL, e.Request)
			}
		}
		if len(known) != len(b.Entry) {
			t.Errorf("patient %d: fullUrls are not unique", i)
		}
		references := 0
		for _, e := range b.Entry {
			walk(e.Resource, func(object map[string]any) {
				if ref, ok := object["reference"].(string); ok {
					references++
					if !known[ref] {
						t.Errorf("patient %d: nothing at %s", i, ref)
					}
				}
			})
		}
		if references < len(b.Entry) {
			t.Errorf("patient %d: %d references in %d entries", i, references, len(b.Entry))
		}
	}
}

func TestCohortHoldsEveryTypeAndCode(t *testing.T) {
	found := map[string]bool{}
	for i := range patients {
		for _, e := range parse(t, Cohort(3).Bundle(i)).Entry {
			found[e.Resource["resourceType"].(string)] = true
			walk(e.Resource, func(object map[string]any) {
				system, _ := object["system"].(string)
				code, _ := object["code"].(string)
				found[system+"|"+code] = true
			})
		}
	}
	want := strings.Fields(`Patient Encounter Condition Observation MedicationRequest Immunization AllergyIntolerance
		DiagnosticReport Procedure Claim ExplanationOfBenefit Coverage Practitioner Organization`)
	for system, codes := range map[string]string{
		snomed: "15777000 59621000 44054006 55822004 162864005 185349003 185345009",
		loinc:  "4548-4 85354-9 8480-6 8462-4 29463-7 8302-2 39156-5 2339-0 2160-0 33914-3 57698-3",
		rxnorm: "860975 314076 312961 313782",
		cvx:    "140 113",
		ucum:   "% mm[Hg] kg cm kg/m2 mg/dL mL/min/{1.73_m2}",
	} {
		for _, code := range strings.Fields(codes) {
			want = append(want, system+"|"+code)
		}
	}
	for _, what := range want {
		if !found[what] {
			t.Errorf("no %s in %d patients", what, patients)
		}
	}
}

func TestBundleDependsOnSeedAndNumberOnly(t *testing.T) {
	g := Cohort(4)
	third := g.Bundle(3)
	g.Bundle(2)
	if !bytes.Equal(g.Bundle(3), third) || !bytes.Equal(Cohort(4).Bundle(3), third) {
		t.Error("the same patient came out differently")
	}
	if bytes.Equal(Cohort(5).Bundle(3), third) || bytes.Equal(g.Bundle(4), third) {
		t.Error("different patients came out the same")
	}
}

func TestPatientsShareNoIdentifier(t *testing.T) {
	seen := map[string]int{}
	for i := range patients {
		mine := map[string]bool{}
		for _, e := range parse(t, Cohort(6).Bundle(i)).Entry {
			mine[e.FullURL] = true
			if _, ok := e.Resource["identifier"]; !ok {
				continue
			}
			walk(e.Resource["identifier"], func(object map[string]any) {
				if value, ok := object["value"].(string); ok {
					mine[object["system"].(string)+"|"+value] = true
				}
			})
		}
		for name := range mine {
			if other, ok := seen[name]; ok {
				t.Errorf("patients %d and %d share %s", other, i, name)
			}
			seen[name] = i
		}
	}
}

func TestSerialIsOneToOne(t *testing.T) {
	seen := map[string]bool{}
	for i := range 200_000 {
		s := serial(i)
		if seen[s] || len(s) != 10 {
			t.Fatalf("serial %s of %d", s, i)
		}
		seen[s] = true
	}
}

// value is the number of an observation or of its component.
func value(resource map[string]any) float64 {
	q, ok := resource["valueQuantity"].(map[string]any)
	if !ok {
		return math.NaN()
	}
	return q["value"].(float64)
}

func codeOf(resource map[string]any) string {
	return resource["code"].(map[string]any)["coding"].([]any)[0].(map[string]any)["code"].(string)
}

// Every value is one that a living person could have, and what depends on another agrees with it.
func TestValuesArePlausibleAndAgree(t *testing.T) {
	bounds := map[string][2]float64{
		"4548-4": {4, 12}, "8480-6": {85, 190}, "8462-4": {50, 115}, "29463-7": {35, 180}, "8302-2": {140, 200},
		"39156-5": {15, 50}, "2339-0": {60, 320}, "2160-0": {0.5, 2.5}, "33914-3": {25, 160}, "2093-3": {100, 320},
		"18262-6": {50, 220}, "2085-9": {25, 80}, "2571-8": {40, 260}, "8867-4": {45, 100}, "2947-0": {133, 147}, "6298-4": {3.3, 5.1},
	}
	for i := range patients {
		for encounter, values := range observations(t, Cohort(7).Bundle(i)) {
			for code, v := range values {
				if b, ok := bounds[code]; !ok || v < b[0] || v > b[1] {
					t.Errorf("patient %d, %s: %s is %v", i, encounter, code, v)
				}
			}
			meters := values["8302-2"] / 100
			if bmi := values["29463-7"] / meters / meters; math.Abs(bmi-values["39156-5"]) > 0.06 {
				t.Errorf("patient %d: BMI %v of %v", i, values["39156-5"], bmi)
			}
			if values["8462-4"] >= values["8480-6"] {
				t.Errorf("patient %d: blood pressure %v/%v", i, values["8480-6"], values["8462-4"])
			}
			if a1c, ok := values["4548-4"]; ok && math.Abs(values["2339-0"]-(28.7*a1c-46.7)) > 16 {
				t.Errorf("patient %d: glucose %v at HbA1c %v", i, values["2339-0"], a1c)
			}
		}
	}
}

// observations are the numbers by encounter and code.
func observations(t *testing.T, data []byte) map[string]map[string]float64 {
	found := map[string]map[string]float64{}
	for _, e := range parse(t, data).Entry {
		if e.Resource["resourceType"] != "Observation" {
			continue
		}
		encounter := e.Resource["encounter"].(map[string]any)["reference"].(string)
		if found[encounter] == nil {
			found[encounter] = map[string]float64{}
		}
		walk(e.Resource, func(object map[string]any) {
			if _, measured := object["valueQuantity"]; measured {
				found[encounter][codeOf(object)] = value(object)
			}
		})
	}
	return found
}

// Who has diabetes has the HbA1c of one, and who has neither it nor prediabetes has not.
func TestConditionsShowInValues(t *testing.T) {
	diabetics, healthy := 0, 0
	for i := range patients {
		data := Cohort(8).Bundle(i)
		var conditions []string
		highest := 0.0
		for _, e := range parse(t, data).Entry {
			if e.Resource["resourceType"] == "Condition" {
				conditions = append(conditions, codeOf(e.Resource))
			}
			if e.Resource["resourceType"] == "Observation" && codeOf(e.Resource) == "4548-4" {
				highest = max(highest, value(e.Resource))
			}
		}
		switch {
		case !slices.Contains(conditions, "15777000"):
			healthy++
			if highest >= 5.7 {
				t.Errorf("patient %d is healthy with an HbA1c of %v", i, highest)
			}
		case highest >= 6.5:
			diabetics++
			if !slices.Contains(conditions, "44054006") {
				t.Errorf("patient %d has an HbA1c of %v and no diabetes", i, highest)
			}
		}
	}
	if diabetics < patients/20 || healthy < patients/4 {
		t.Errorf("%d diabetics and %d healthy of %d", diabetics, healthy, patients)
	}
}

// Time runs forward: born, adult, seen in order, before the records end.
func TestDatesAreInOrder(t *testing.T) {
	for i := range patients {
		var born, last time.Time
		for _, e := range parse(t, Cohort(9).Bundle(i)).Entry {
			switch e.Resource["resourceType"] {
			case "Patient":
				born = instant(t, time.DateOnly, e.Resource["birthDate"])
			case "Encounter":
				p := e.Resource["period"].(map[string]any)
				start, end := instant(t, time.RFC3339, p["start"]), instant(t, time.RFC3339, p["end"])
				if start.Before(born.AddDate(18, 0, 0)) || !start.After(last) || !end.After(start) || end.After(lastVisit().AddDate(0, 0, 1)) {
					t.Errorf("patient %d, born %v: seen from %v to %v after %v", i, born, start, end, last)
				}
				last = end
			}
		}
		if last.IsZero() {
			t.Errorf("patient %d was never seen", i)
		}
	}
}

func instant(t *testing.T, layout string, value any) time.Time {
	t.Helper()
	at, err := time.Parse(layout, value.(string))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Nothing that could reach or name a real person or place.
func TestContactsAreFictional(t *testing.T) {
	for i := range patients {
		for _, e := range parse(t, Cohort(10).Bundle(i)).Entry {
			walk(e.Resource, func(object map[string]any) {
				text, _ := object["value"].(string)
				switch {
				case object["system"] == "phone" && !strings.Contains(text, "-555-01"):
					t.Errorf("telephone %s", text)
				case object["system"] == "email" && !strings.HasSuffix(text, ".example"):
					t.Errorf("mail %s", text)
				case object["country"] != nil && object["country"] != "ZZ":
					t.Errorf("country %v", object["country"])
				}
			})
		}
	}
}

func BenchmarkBundle(b *testing.B) {
	g, size := Cohort(1), 0
	for i := 0; b.Loop(); i++ {
		size += len(g.Bundle(i))
	}
	b.ReportMetric(float64(size)/float64(b.N)/1024, "KB/patient")
}
