package attest

import (
	"bytes"
	"testing"

	"lethe/circuits/identity"
)

// Whatever a schema's file holds, it is refused, or read into one whose canonical form is small and whose attributes have
// numbers.
func FuzzParseSchema(f *testing.F) {
	f.Add([]byte(testSchema))
	f.Add(example(f, "cardiometabolic.yaml"))
	f.Add([]byte("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSchema(data)
		if err != nil {
			return
		}
		b, err := s.Canonical()
		if err != nil || len(b) > 4*MaxSchema {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		for i := range s.Attributes {
			a := &s.Attributes[i]
			for _, d := range a.Domain() {
				if d.Low > d.High || d.High >= 1<<identity.ValueBits || len(a.Words(d.Low))+len(a.Words(d.High)) > 4096 {
					t.Fatalf("%s: %+v", a.Name, d)
				}
			}
		}
	})
}

// Whatever a resource holds, it is refused, or gives values that an attestation takes.
func FuzzAttest(f *testing.F) {
	f.Add([]byte(person(`"birthDate":"2000-03-01","gender":"male"`)))
	f.Add([]byte(ill(`"onsetDateTime":"2020",` + status("active", "confirmed"))))
	f.Add([]byte(a1c("5.65", "2026-02")))
	f.Add([]byte(a1c("1e99", "2026-02")))
	f.Add([]byte(smoke("n")))
	s := schemaOf(f, testSchema)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := s.Attest([]Resource{{"r0", data}, {"r1", []byte(a1c("5", "2026-01-01"))}}, day, day.AddDate(0, 0, 30))
		if err != nil {
			return
		}
		a := identity.Attestation{From: uint64(day.Unix()), Until: uint64(r.Until.Unix()), Values: r.Values}
		if err := a.Check(); err != nil || len(r.Readings) != len(s.Attributes) {
			t.Fatalf("%v: %+v", err, r)
		}
	})
}

// A file that is read is the file of what was read, but for its spacing.
func FuzzDecodeAttestation(f *testing.F) {
	b := encoded(f, signed(f))
	f.Add(b)
	f.Add(bytes.ReplaceAll(b, []byte("null"), []byte("4294967296")))
	f.Add([]byte(`{"values":[` + string(bytes.Repeat([]byte("1,"), 1000)) + `1]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Decode(encoded(t, s))
		if err != nil || *again != *s {
			t.Fatalf("%v: %+v came back as %+v", err, s, again)
		}
	})
}
