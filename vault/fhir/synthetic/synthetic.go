// Package synthetic makes up patients: FHIR R4 transaction bundles for tests, demonstrations and load, of persons who do
// not exist. Names come from made-up lists, towns are on no map, telephone numbers are of the range kept for fiction
// (555-0100 to 555-0199), mail and systems are under the .example domain (RFC 2606), the country is the
// user-assigned code ZZ. The codes are real: SNOMED CT, LOINC with UCUM, RxNorm, CVX.
//
// A patient is ill in a way that hangs together. Age and weight raise the risk of hypertension and diabetes; these move
// blood pressure, HbA1c, glucose and kidney function over the years, and are diagnosed and treated; what can be
// calculated from other values (BMI, LDL, eGFR) is. It is no epidemiology.
//
// Cost: about 3 ms and 150 to 600 KB of JSON a patient.
package synthetic

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"
)

// Generator makes the patients of one cohort. It holds no state: it may be used by several goroutines.
type Generator struct{ seed uint64 }

// Cohort returns the generator of a cohort. The same seed gives the same patients.
func Cohort(seed uint64) *Generator { return &Generator{seed: seed} }

// Bundle returns patient i of the cohort as an indented transaction bundle. It depends on nothing but seed and i. Patients
// of one cohort share no identifier, resource id or fullUrl.
func (g *Generator) Bundle(i int) []byte {
	c := &chart{rng: rand.New(rand.NewPCG(g.seed, uint64(i)))} //nolint:gosec // reproducible made-up patients, no secret
	c.organizations()
	c.person = c.drawPerson(serial(i))
	c.addPatient()
	c.addCoverage()
	c.addAllergies()
	for c.visit = 0; c.visit < len(c.person.visits); c.visit++ {
		c.addVisit(c.person.visits[c.visit])
	}
	data, err := json.MarshalIndent(c.bundle(), "", "  ")
	if err != nil {
		panic(err) // only NaN could do it, and no formula here divides by zero
	}
	return data
}

// serial scrambles a patient's number one to one within ten digits, so that identifiers are unique and do not count up.
func serial(i int) string {
	const modulus = 10_000_000_000 // the factor is prime to it
	return fmt.Sprintf("%010d", (uint64(i)%modulus*3_141_592_653+2_718_281_829)%modulus)
}

// chart is a patient's record as it is written.
type chart struct {
	rng     *rand.Rand
	entries []bundleEntry
	person  person
	visit   int // index of the current visit

	patient, hospital, insurer, doctor, coverage reference
	conditions                                   []activeCondition
}

type activeCondition struct {
	ref  reference
	code coding
}

type bundle struct {
	ResourceType string        `json:"resourceType"`
	ID           string        `json:"id"`
	Type         string        `json:"type"`
	Entry        []bundleEntry `json:"entry"`
}

type bundleEntry struct {
	FullURL  string  `json:"fullUrl"`
	Resource any     `json:"resource"`
	Request  request `json:"request"`
}

type request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

func (c *chart) bundle() bundle {
	return bundle{ResourceType: "Bundle", ID: c.uuid(), Type: "transaction", Entry: c.entries}
}

// head starts a resource.
type head struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id"`
}

func (c *chart) head(resourceType string) head { return head{resourceType, c.uuid()} }

// add files a resource and returns a reference to it.
func (c *chart) add(h head, resource any) reference {
	url := "urn:uuid:" + h.ID
	c.entries = append(c.entries, bundleEntry{url, resource, request{"POST", h.ResourceType}})
	return reference{Reference: url}
}

// uuid draws a UUID of version 4 (RFC 9562).
func (c *chart) uuid() string {
	hi, lo := c.rng.Uint64(), c.rng.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}

// chance is true with a probability.
func (c *chart) chance(p float64) bool { return c.rng.Float64() < p }

// normal draws around a mean, within three standard deviations.
func (c *chart) normal(mean, deviation float64) float64 {
	return mean + deviation*min(3, max(-3, c.rng.NormFloat64()))
}

func pick[T any](c *chart, from []T) T { return from[c.rng.IntN(len(from))] }

// lastVisit is where the records end: bundles depend on no clock.
func lastVisit() time.Time { return time.Date(2025, time.June, 30, 0, 0, 0, 0, time.UTC) }

func dateTime(t time.Time) string { return t.Format(time.RFC3339) }

func date(t time.Time) string { return t.Format(time.DateOnly) }
