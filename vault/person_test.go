package vault

import (
	"fmt"
	"strings"

	"lethe/vault/fhir"
)

// person makes small documents of one made-up patient.
type person int

// Systems of a person's identifiers.
const (
	mrn      = "http://hospital.example/mrn"
	national = "http://state.example/id"
)

func (p person) number(system string) fhir.Identifier {
	return fhir.Identifier{System: system, Value: fmt.Sprintf("N-%d-%d", len(system), p)}
}

func identifierJSON(ids ...fhir.Identifier) string {
	var all []string
	for _, id := range ids {
		all = append(all, fmt.Sprintf(`{"system":%q,"value":%q}`, id.System, id.Value))
	}
	return strings.Join(all, ",")
}

// patient is the Patient resource.
func (p person) patient(ids ...fhir.Identifier) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":"p%d","identifier":[%s],"name":[{"family":"Person %d"}]}`, p, identifierJSON(ids...), p)
}

// bundle has a record in each of identity, care and billing; edition tells one bundle of a patient from another.
func (p person) bundle(edition int) []byte { return p.bundleWith(edition, p.number(mrn)) }

func (p person) bundleWith(edition int, ids ...fhir.Identifier) []byte {
	entry := `{"resourceType":%q,"id":"%[3]s%[2]d-%[4]d","subject":{"reference":"Patient/p%[2]d"},"patient":{"reference":"Patient/p%[2]d"}}`
	entries := []string{
		p.patient(ids...),
		fmt.Sprintf(entry, "Observation", p, "o", edition),
		fmt.Sprintf(entry, "Claim", p, "c", edition),
		fmt.Sprintf(entry, "Condition", p, "d", edition),
	}
	return []byte("{\"resourceType\":\"Bundle\", \"type\":\"transaction\",\n \"entry\":[{\"resource\": " +
		strings.Join(entries, "},\n  {\"resource\": ") + "}]}\n")
}
