package attest

import (
	"bytes"
	"testing"
	"time"

	"lethe/vault/fhir"
	"lethe/vault/fhir/synthetic"
)

// BenchmarkAttest attests a patient with all the records of a synthetic bundle, by the example's schema.
func BenchmarkAttest(b *testing.B) {
	s := schemaOf(b, string(example(b, "cardiometabolic.yaml")))
	data := synthetic.Cohort(7).Bundle(0)
	doc, err := fhir.Scan(bytes.NewReader(data), fhir.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	var all []Resource
	for _, e := range doc.Entries {
		all = append(all, Resource{e.ID, data[e.Offset:e.End()]})
	}
	at := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		if _, err := s.Attest(all, at, at.AddDate(0, 0, 30)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(all)), "resources")
}
