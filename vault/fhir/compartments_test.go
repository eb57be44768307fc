package fhir

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestDefaultCompartments(t *testing.T) {
	want := map[string]string{
		"identity":    "Patient Person RelatedPerson",
		"care":        "Observation Condition Encounter MedicationRequest Practitioner Provenance Group Consent NotInR4",
		"billing":     "Claim ClaimResponse ExplanationOfBenefit Coverage CoverageEligibilityRequest Account Invoice ChargeItem PaymentNotice EnrollmentResponse Contract",
		"disclosures": "AuditEvent",
	}
	c := DefaultCompartments()
	for compartment, types := range want {
		for _, name := range strings.Fields(types) {
			if got := c.Of(name); got != compartment {
				t.Errorf("%s is filed under %s, want %s", name, got, compartment)
			}
		}
	}
}

// The types of R4 (https://hl7.org/fhir/R4/resourcelist.html) that are about persons, money or permission, or could be
// taken to be: a misspelt line of the file would file them under care in silence.
func TestDefaultCompartmentsNameTypesOfR4(t *testing.T) {
	known := strings.Fields(`Account AuditEvent ChargeItem ChargeItemDefinition Claim ClaimResponse Contract Coverage
		CoverageEligibilityRequest CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse ExplanationOfBenefit
		InsurancePlan Invoice Linkage Patient PaymentNotice PaymentReconciliation Person RelatedPerson`)
	types := DefaultCompartments().types
	if len(types) != len(known) {
		t.Errorf("%d types listed, want %d", len(types), len(known))
	}
	for _, name := range known {
		if _, ok := types[name]; !ok {
			t.Errorf("%s is not listed", name)
		}
	}
}

func TestReadCompartments(t *testing.T) {
	c, err := ReadCompartments(strings.NewReader("default: billing\ntypes: {Patient: identity, Zoo9: care}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Patient": "identity", "Zoo9": "care", "Observation": "billing"} {
		if got := c.Of(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if c, err := ReadCompartments(strings.NewReader("default: care\n")); err != nil || c.Of("Patient") != "care" {
		t.Errorf("no types: %v", err)
	}
}

func TestReadCompartmentsRefuses(t *testing.T) {
	tests := map[string]struct{ file, want string }{
		"empty":               {"", "EOF"},
		"no default":          {"types: {Patient: identity}", `default: ""`},
		"unknown default":     {"default: cellar", `"cellar"`},
		"unknown compartment": {"default: care\ntypes: {Patient: cellar}", `Patient: "cellar"`},
		"trial":               {"default: care\ntypes: {ResearchSubject: trial}", `ResearchSubject: "trial"`},
		"retained":            {"default: retained", `"retained"`},
		"malformed type":      {"default: care\ntypes: {\"Pati ent\": care}", `"Pati ent"`},
		"type with digit":     {"default: care\ntypes: {1Patient: care}", `"1Patient"`},
		"unknown key":         {"default: care\nfallback: care", "fallback"},
		"type twice":          {"default: care\ntypes:\n  Patient: care\n  Patient: identity", "already defined"},
		"list":                {"- care", "unmarshal"},
		"second document":     {"default: care\n---\ndefault: care", "more than one"},
		"huge":                {"default: care\n#" + strings.Repeat("x", maxCompartmentsFile), "1048576 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ReadCompartments(strings.NewReader(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	gone := errors.New("gone")
	if _, err := ReadCompartments(iotest.ErrReader(gone)); !errors.Is(err, gone) {
		t.Errorf("source that fails: %v", err)
	}
}
