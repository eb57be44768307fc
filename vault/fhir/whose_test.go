package fhir

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const (
	own     = "11111111-aaaa-4111-8111-111111111111"
	foreign = "22222222-2222-4222-8222-222222222222"
)

func refTo(s string) string { return fmt.Sprintf(`{"reference":%q}`, s) }

func idRef(system, value string) string {
	return fmt.Sprintf(`{"identifier":{"system":%q,"value":%q}}`, system, value)
}

type subjectCase struct{ name, subject string }

// The patient of the tests below is Patient/p, urn:uuid:own, mrn 7.
func subjectsOfThePatient() []subjectCase {
	return []subjectCase{
		{"id", refTo("Patient/p")},
		{"id with version", refTo("Patient/p/_history/3")},
		{"absolute", refTo("https://ehr.example/fhir/Patient/p")},
		{"fullUrl", refTo("urn:uuid:" + own)},
		{"fullUrl in capitals", refTo("urn:uuid:" + strings.ToUpper(own))},
		{"another entry", refTo("urn:uuid:33333333-3333-4333-8333-333333333333")},
		{"a group", refTo("Group/other")},
		{"a group elsewhere", refTo("https://ehr.example/fhir/Group/other")},
		{"identifier", idRef("mrn", "7")},
		{"identifier of another system", idRef("passport", "8")},
		{"identifier of a device", `{"type":"Device","identifier":{"system":"mrn","value":"8"}}`},
		{"identifier of a group", `{"reference":"Group/1","identifier":{"system":"mrn","value":"8"}}`},
		{"identifier without value", `{"identifier":{"system":"mrn"}}`},
		{"search by identifier", refTo("Patient?identifier=mrn|7")},
		{"display only", `{"display":"Canary"}`},
		{"contained device", refTo("#device")},
		{"several of the same", "[" + refTo("Patient/p") + "," + refTo("urn:uuid:"+own) + "]"},
	}
}

func subjectsOfAnother() []subjectCase {
	return []subjectCase{
		{"other id", refTo("Patient/Canary")},
		{"id in other case", refTo("Patient/P")},
		{"other id with version", refTo("Patient/q/_history/p")},
		{"other id with slash", refTo("Patient/q/")},
		{"other id with fragment", refTo("Patient/q#Patient/p")},
		{"absolute, other id", refTo("https://ehr.example/fhir/Patient/q")},
		{"other urn", refTo("urn:uuid:" + foreign)},
		{"urn of the id", refTo("urn:uuid:p")},
		{"other identifier", idRef("mrn", "8")},
		{"own id, other identifier", `{"reference":"Patient/p","identifier":{"system":"mrn","value":"8"}}`},
		{"search by other identifier", refTo("Patient?identifier=mrn%7C8")},
		{"search by name", refTo("Patient?name=p")},
		{"contained patient", refTo("#other")},
		{"second of several", "[" + refTo("Patient/p") + "," + refTo("Patient/q") + "]"},
	}
}

func TestWhoseWithPatient(t *testing.T) {
	patient := `{"fullUrl":"urn:uuid:` + own + `","resource":{"resourceType":"Patient","id":"p","identifier":[{"system":"mrn","value":"7"}]}}`
	device := `{"fullUrl":"urn:uuid:33333333-3333-4333-8333-333333333333","resource":{"resourceType":"Device"}}`
	check := func(name, member, subject string, accept func(*testing.T, string, int)) {
		about := entry(`{"resourceType":"Basic","` + member + `":` + subject +
			`,"contained":[{"resourceType":"Device","id":"device"},{"id":"other","resourceType":"Patient"}]}`)
		t.Run(member+"/"+name, func(t *testing.T) {
			accept(t, bundle(patient, device, about), 2)
			accept(t, bundle(about, patient, device), 0)
		})
	}
	for _, member := range []string{"subject", "patient", "beneficiary"} {
		for _, tt := range subjectsOfThePatient() {
			check(tt.name, member, tt.subject, func(t *testing.T, doc string, _ int) {
				if found := mustScan(t, doc); found.Patient == nil || found.Subjects != nil {
					t.Errorf("%+v", found)
				}
			})
		}
		for _, tt := range subjectsOfAnother() {
			check(tt.name, member, tt.subject, func(t *testing.T, doc string, where int) {
				_, err := scan(doc)
				if e := asError(t, err, ErrTwoPatients); e.Entry != where || doc[e.Offset-1] != '}' {
					t.Errorf("refused at %v, want after the reference in entry %d", e, where)
				}
			})
		}
	}
}

// The fullUrl names the Patient also when the resource has no id, and an absolute one gives the id.
func TestWhosePatientWithoutID(t *testing.T) {
	patient := `{"fullUrl":"https://ehr.example/fhir/Patient/9","resource":{"resourceType":"Patient"}}`
	mustScan(t, bundle(patient, entry(`{"resourceType":"Basic","subject":`+refTo("Patient/9")+`}`)))
	_, err := scan(bundle(patient, entry(`{"resourceType":"Basic","subject":`+refTo("Patient/8")+`}`)))
	asError(t, err, ErrTwoPatients)
	_, err = scan(bundle(entry(`{"resourceType":"Patient"}`), entry(`{"resourceType":"Basic","subject":`+refTo("Patient?name=p")+`}`)))
	asError(t, err, ErrTwoPatients)
}

// The first stranger in the document is told, whatever order they are compared in.
func TestWhoseTellsTheFirst(t *testing.T) {
	entries := []string{entry(`{"resourceType":"Patient","id":"p"}`)}
	for i := range 50 {
		entries = append(entries, entry(fmt.Sprintf(`{"resourceType":"Basic","subject":{"reference":"Patient/q%d"}}`, i)))
	}
	_, err := scan(bundle(entries...))
	if e := asError(t, err, ErrTwoPatients); e.Entry != 1 || e.Line != 2 {
		t.Errorf("refused at %v", e)
	}
}

func TestWhoseWithoutPatient(t *testing.T) {
	about := func(subject string) string { return entry(`{"resourceType":"Basic","subject":` + subject + `}`) }
	tests := map[string]struct {
		entries  []string
		subjects []Identifier
		stranger int // entry of the second patient, 0 when there is none
	}{
		"nobody":   {[]string{entry(`{"resourceType":"Organization"}`)}, nil, 0},
		"one id":   {[]string{about(refTo("Patient/1")), about(refTo("http://h/Patient/1"))}, nil, 0},
		"two ids":  {[]string{about(refTo("Patient/1")), about(refTo("Group/2")), about(refTo("Patient/2"))}, nil, 2},
		"two urns": {[]string{about(refTo("urn:uuid:" + own)), about(refTo("urn:uuid:" + foreign))}, nil, 1},
		"a urn and an entry": {[]string{about(refTo("urn:uuid:" + own)),
			`{"fullUrl":"urn:uuid:` + foreign + `"}`, about(refTo("urn:uuid:" + foreign))}, nil, 0},
		"identifiers": {[]string{about(idRef("b", "1")), about(idRef("a", "2")), about(idRef("b", "1")), about(idRef("", "3"))},
			[]Identifier{{"b", "1"}, {"a", "2"}}, 0},
		"identifier beside a reference": {[]string{about(`{"type":"Patient","reference":"Patient/1","identifier":{"system":"b","value":"1"}}`)},
			[]Identifier{{"b", "1"}}, 0},
		"search": {[]string{about(refTo("http://h/fhir/Patient?identifier=http://sys/a%7C1"))}, []Identifier{{"http://sys/a", "1"}}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			doc, err := scan(bundle(tt.entries...))
			if tt.stranger > 0 {
				if e := asError(t, err, ErrTwoPatients); e.Entry != tt.stranger {
					t.Errorf("refused at %v, want entry %d", e, tt.stranger)
				}
				return
			}
			if err != nil || doc.Patient != nil || !reflect.DeepEqual(doc.Subjects, tt.subjects) {
				t.Errorf("%+v, %v, want subjects %v", doc, err, tt.subjects)
			}
		})
	}
}
