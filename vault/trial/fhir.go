package trial

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
)

// TrialSystem is the system of identifiers in FHIR resources whose value is a trial's id, in 64 hexadecimal digits.
const TrialSystem = "urn:lethe:trial"

// ParticipantSystem is the system of identifiers whose value is a participant's tag in a trial, in 30 hexadecimal digits.
func ParticipantSystem(trial field.Element) string { return TrialSystem + ":" + field.Text(trial) }

// Codes of FHIR R4 that say what an event is.
const (
	seriousnessSystem = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
	snomed            = "http://snomed.info/sct"
	lostToFollowUp    = "399307001" // of SNOMED CT: lost to follow-up (finding)
)

// fhirBundle is a Bundle (https://hl7.org/fhir/R4/bundle.html) as far as events are read from it.
type fhirBundle struct {
	ResourceType string `json:"resourceType"`
	Entry        []struct {
		FullURL  string         `json:"fullUrl"`
		Resource jsontext.Value `json:"resource"`
	} `json:"entry"`
}

// fhirResource is what is read of those resources that are events or say whose they are. Identifier is a list, and of an AdverseEvent one.
type fhirResource struct {
	ResourceType       string         `json:"resourceType"`
	ID                 string         `json:"id"`
	ModifierExtensions jsontext.Value `json:"modifierExtension"`
	Identifier         jsontext.Value `json:"identifier"`
	Status             string         `json:"status"`
	Actuality          string         `json:"actuality"`
	Type               []fhirConcept  `json:"type"`
	Code               fhirConcept    `json:"code"`
	Seriousness        fhirConcept    `json:"seriousness"`
	Subject            fhirReference  `json:"subject"`
	Individual         fhirReference  `json:"individual"`
	Period             struct {
		Start string `json:"start"`
		End   string `json:"end"`
	} `json:"period"`
	Effective    string `json:"effectiveDateTime"`
	Date         string `json:"date"`
	Detected     string `json:"detected"`
	RecordedDate string `json:"recordedDate"`
}

type fhirConcept struct {
	Coding []struct {
		System string `json:"system"`
		Code   string `json:"code"`
	} `json:"coding"`
}

type fhirReference struct {
	Reference  string         `json:"reference"`
	Identifier fhirIdentifier `json:"identifier"`
}

type fhirIdentifier struct {
	System string `json:"system"`
	Value  string `json:"value"`
}

// fhirEntry is a resource with its place in the Bundle, and its own bytes.
type fhirEntry struct {
	fhirResource
	at      int
	fullURL string
	bytes   []byte
}

// fail says which element of which entry cannot be mapped, and nothing of what stands there.
func (e *fhirEntry) fail(element, why string) error {
	return fmt.Errorf("entry %d: %s: %s", e.at, strings.Trim(fmt.Sprintf("%.40s.%s", e.ResourceType, element), "."), why)
}

// FHIR maps a Bundle of FHIR R4 resources to the events that they are, in the order of their times; docs/trials.md has the table. What is no event, and
// does not say whose one is, is an error, and so is what stands twice. A Bundle that is handed in again is refused by [Sequencer.Submit].
func (p *Protocol) FHIR(bundle []byte) ([]Report, error) {
	entries, err := readFHIR(bundle)
	if err != nil {
		return nil, err
	}
	m := &fhirMapping{system: ParticipantSystem(p.ID), phases: p.Plan.Phases, patients: map[string]string{}, tags: map[string]field.Element{}}
	for _, step := range []func(*fhirEntry) error{m.name, m.identify, m.report} {
		for i := range entries {
			if err := step(&entries[i]); err != nil {
				return nil, err
			}
		}
	}
	if len(m.reports) == 0 {
		return nil, errors.New("no resource of the Bundle is an event")
	}
	slices.SortStableFunc(m.reports, func(a, b Report) int { return cmp.Compare(a.When, b.When) })
	return m.reports, nil
}

// contextual are types of resources that are no events and may stand beside them.
var contextual = []string{"Patient", "ResearchStudy", "Organization", "Location", "Practitioner", "PractitionerRole"}

// readFHIR reads JSON strictly (RFC 7493), so that nobody else reads another thing in the bytes that are hashed.
func readFHIR(bundle []byte) (entries []fhirEntry, err error) {
	if len(bundle) > MaxSubmission {
		return nil, fmt.Errorf("the Bundle has more than %d bytes", MaxSubmission)
	}
	var b fhirBundle
	if err := json.Unmarshal(bundle, &b); err != nil {
		return nil, fmt.Errorf("not a Bundle: %w", err)
	}
	if b.ResourceType != "Bundle" {
		return nil, errors.New("not a Bundle: resourceType is another")
	}
	for i, written := range b.Entry {
		e := fhirEntry{at: i, fullURL: written.FullURL, bytes: written.Resource}
		var head struct {
			ResourceType string `json:"resourceType"`
		}
		if json.Unmarshal(e.bytes, &head) != nil || head.ResourceType == "" {
			return nil, e.fail("resourceType", "missing")
		}
		e.ResourceType = head.ResourceType
		if slices.Contains(contextual, head.ResourceType) && head.ResourceType != "Patient" {
			continue
		}
		if !slices.Contains([]string{"Patient", "ResearchSubject", "Encounter", "AdverseEvent", "Observation"}, head.ResourceType) {
			return nil, e.fail("", "no event of a trial is such a resource")
		}
		if err := json.Unmarshal(e.bytes, &e.fhirResource); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		if len(e.ModifierExtensions) > 0 {
			return nil, e.fail("modifierExtension", "it may change what the resource means")
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// fhirMapping is what is known on the way through a Bundle.
type fhirMapping struct {
	system   string // of identifiers that are tags
	phases   []string
	patients map[string]string        // by what a reference may call it, a Patient of the Bundle
	tags     map[string]field.Element // by a patient, as patients says or as a reference has it
	reports  []Report
}

// name notes how a Patient may be referred to.
func (m *fhirMapping) name(e *fhirEntry) error {
	if e.ResourceType != "Patient" {
		return nil
	}
	of := fmt.Sprintf("#%d", e.at)
	for _, name := range []string{e.fullURL, "Patient/" + e.ID} {
		if name == "" || name == "Patient/" {
			continue
		}
		if other, twice := m.patients[name]; twice && other != of {
			return e.fail("id", "another Patient has the same")
		}
		m.patients[name] = of
	}
	return m.learn(e, of)
}

// identify notes the tag that a ResearchSubject gives to its patient.
func (m *fhirMapping) identify(e *fhirEntry) error {
	if e.ResourceType != "ResearchSubject" || e.Individual.Reference == "" {
		return nil
	}
	return m.learn(e, m.patient(e.Individual.Reference))
}

func (m *fhirMapping) patient(reference string) string {
	if of, ok := m.patients[reference]; ok {
		return of
	}
	return reference
}

// learn takes a resource's identifier for the tag of a patient, where it has one.
func (m *fhirMapping) learn(e *fhirEntry, patient string) error {
	tags, err := e.tags(m.system)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if other, known := m.tags[patient]; known && other != tag {
			return e.fail("identifier", "one patient has two tags")
		}
		m.tags[patient] = tag
	}
	return nil
}

// tags are those of a resource's identifiers that are a participant's.
func (e *fhirEntry) tags(system string) (tags []field.Element, err error) {
	var identifiers []fhirIdentifier
	if len(e.Identifier) > 0 {
		if err := json.Unmarshal(e.Identifier, &identifiers); err != nil {
			return nil, e.fail("identifier", "not a list of identifiers")
		}
	}
	for _, i := range identifiers {
		tag, ok, err := i.tag(system)
		if err != nil {
			return nil, e.fail("identifier", err.Error())
		}
		if ok {
			tags = append(tags, tag)
		}
	}
	return tags, nil
}

func (i fhirIdentifier) tag(system string) (tag field.Element, ok bool, err error) {
	if i.System != system {
		return tag, false, nil
	}
	const digits = rollup.TagBits / 4
	if len(i.Value) == digits {
		tag, err = field.ParseText(strings.Repeat("0", 2*field.Size-digits) + i.Value)
	}
	if len(i.Value) != digits || err != nil {
		return tag, false, fmt.Errorf("the value is no tag of %d hexadecimal digits", digits)
	}
	return tag, true, nil
}

// participant is whom a resource is about, by all that it says of that.
func (m *fhirMapping) participant(e *fhirEntry) (tag field.Element, err error) {
	subject, element := e.Subject, "subject"
	var found []field.Element
	if e.ResourceType == "ResearchSubject" {
		subject, element = e.Individual, "individual"
		if found, err = e.tags(m.system); err != nil {
			return tag, err
		}
	}
	named, ok, err := subject.Identifier.tag(m.system)
	if err != nil {
		return tag, e.fail(element+".identifier", err.Error())
	}
	if ok {
		found = append(found, named)
	}
	if referred, ok := m.tags[m.patient(subject.Reference)]; ok && subject.Reference != "" {
		found = append(found, referred)
	}
	switch found = slices.Compact(found); {
	case len(found) == 0:
		return tag, e.fail(element, "nobody's tag is there, nor in a Patient or a ResearchSubject that it leads to")
	case len(found) > 1:
		return tag, e.fail(element, "two tags are there")
	}
	return found[0], nil
}

// report appends the event that a resource is, if it is one.
func (m *fhirMapping) report(e *fhirEntry) error {
	of, err := m.event(e)
	if err != nil || of == nil {
		return err
	}
	report := Report{Event: rollup.Event{Kind: of.kind, Phase: of.phase, Entry: field.Digest("trial-entry", e.bytes)}}
	if report.Tag, err = m.participant(e); err != nil {
		return err
	}
	when, err := time.Parse(time.RFC3339, of.when)
	if err != nil || when.Unix() < 0 {
		return e.fail(of.element, "no time to the second, with its zone")
	}
	report.When = uint64(when.Unix())
	if slices.ContainsFunc(m.reports, func(r Report) bool { return report.repeats(r.Event) }) {
		return e.fail("", "it stands twice")
	}
	m.reports = append(m.reports, report)
	return nil
}

// fhirEvent is what a resource says happened, when, and in which of its elements it says so.
type fhirEvent struct {
	kind          rollup.Kind
	phase         uint8
	when, element string
}

// event is what a resource is; nil for one that is none.
func (m *fhirMapping) event(e *fhirEntry) (*fhirEvent, error) {
	switch e.ResourceType {
	case "Encounter":
		return m.encounter(e)
	case "AdverseEvent":
		return e.adverse()
	case "ResearchSubject":
		return e.subject()
	case "Observation":
		return e.observation()
	}
	return nil, nil
}

// encounter is a visit, whose phase a code of its type names.
func (m *fhirMapping) encounter(e *fhirEntry) (*fhirEvent, error) {
	if e.Status != "finished" {
		return nil, e.fail("status", "only what is finished is recorded")
	}
	var phases []int
	for _, t := range e.Type {
		for _, c := range t.Coding {
			if phase := slices.Index(m.phases, c.Code); phase >= 0 {
				phases = append(phases, phase)
			}
		}
	}
	if phases = slices.Compact(phases); len(phases) != 1 {
		return nil, e.fail("type", "one code is the name of a phase: "+strings.Join(m.phases, ", "))
	}
	return &fhirEvent{rollup.Visit, uint8(phases[0]), e.Period.Start, "period.start"}, nil //nolint:gosec // at most eight
}

func (e *fhirEntry) adverse() (*fhirEvent, error) {
	serious := false
	for _, c := range e.Seriousness.Coding {
		serious = serious || c.System == seriousnessSystem && strings.HasPrefix(strings.ToLower(c.Code), "serious")
	}
	switch {
	case e.Actuality != "actual":
		return nil, e.fail("actuality", "only what is actual is recorded")
	case !serious:
		return nil, e.fail("seriousness", "only what is serious is recorded, by a code of "+seriousnessSystem)
	case e.Date != "":
		return &fhirEvent{rollup.SeriousEvent, 0, e.Date, "date"}, nil
	case e.Detected != "":
		return &fhirEvent{rollup.SeriousEvent, 0, e.Detected, "detected"}, nil
	}
	return &fhirEvent{rollup.SeriousEvent, 0, e.RecordedDate, "recordedDate"}, nil
}

// staying are the statuses of a ResearchSubject that end nothing.
var staying = []string{"candidate", "eligible", "follow-up", "ineligible", "not-registered", "on-study", "on-study-intervention",
	"on-study-observation", "pending-on-study", "potential-candidate", "screening"}

func (e *fhirEntry) subject() (*fhirEvent, error) {
	switch {
	case e.Status == "withdrawn":
		return &fhirEvent{rollup.Withdrawal, 0, e.Period.End, "period.end"}, nil
	case e.Status == "off-study":
		return &fhirEvent{rollup.Discontinuation, 0, e.Period.End, "period.end"}, nil
	case slices.Contains(staying, e.Status):
		return nil, nil
	}
	return nil, e.fail("status", "none of FHIR R4")
}

func (e *fhirEntry) observation() (*fhirEvent, error) {
	if !slices.Contains([]string{"final", "amended", "corrected"}, e.Status) {
		return nil, e.fail("status", "only what is final is recorded")
	}
	for _, c := range e.Code.Coding {
		if c.System == snomed && c.Code == lostToFollowUp {
			return &fhirEvent{rollup.LostToFollowUp, 0, e.Effective, "effectiveDateTime"}, nil
		}
	}
	return nil, e.fail("code", "only "+lostToFollowUp+" of "+snomed+" is an event")
}
