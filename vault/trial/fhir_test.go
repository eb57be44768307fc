package trial

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
)

// enrolled is the record of a trial in which people with some tags take part, applied and not proven.
func enrolled(t testing.TB, tags ...field.Element) *Record {
	t.Helper()
	noError := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	site, err := party.New(party.Site, "site", "")
	noError(err)
	clinic, err := party.New(party.Site, "clinic", "")
	noError(err)
	a := Amendment{Plan: []byte(planOf(site, clinic)), Files: map[string][]byte{"criteria.yaml": []byte(criteriaText), "schema.yaml": []byte(schemaText)}, When: start}
	p, err := a.Compile()
	noError(err)
	r := &Record{Protocols: []Amendment{a}}
	live := func(uint32, field.Element) bool { return true }
	b, err := rollup.NewCohort(p.ID).Begin(rollup.Setting{Enrols: true, Protocol: p.Rollup, Time: start, Live: live})
	noError(err)
	for _, tag := range tags {
		e := rollup.Event{Kind: rollup.Enrolment, Tag: tag, When: start}
		_, err := b.Enrol(e, rollup.Consent{From: 1, Until: rollup.Forever})
		noError(err)
		r.Events = append(r.Events, []rollup.Event{e})
	}
	_, r.Cohort = b.End()
	return r
}

// Two participants, whose tags the bundle names by PARTICIPANTS, the system of the trial's tags.
const (
	adaTag = "0000000000000000000000000000a1"
	bobTag = "0000000000000000000000000000b2"
)

// siteBundle has ada as a Patient with her tag, who is referred to in both ways, and bob by a ResearchSubject's tag alone.
const siteBundle = `{"resourceType": "Bundle", "type": "collection", "entry": [
 {"fullUrl": "urn:uuid:3f0d1a30-0000-4000-8000-000000000001", "resource": {"resourceType": "Patient", "id": "ada",
  "identifier": [{"system": "http://hospital.example/mrn", "value": "12"}, {"system": "PARTICIPANTS", "value": "0000000000000000000000000000a1"}]}},
 {"resource": {"resourceType": "ResearchStudy", "status": "active", "category": [{"text": "of any shape"}]}},
 {"resource": {"resourceType": "ResearchSubject", "status": "withdrawn", "period": {"end": "2030-03-20T09:00:00+01:00"},
  "study": {"reference": "ResearchStudy/x"}, "individual": {"reference": "Patient/ada"}}},
 {"resource": {"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"type":[{"coding":[{"system":"http://snomed.info/sct","code":"185349003"},
  {"code":"treatment"}]}],"subject":{"reference":"urn:uuid:3f0d1a30-0000-4000-8000-000000000001"},"period":{"start":"2030-03-18T10:00:00.250Z"}}},
 {"resource": {"resourceType": "ResearchSubject", "status": "on-study", "study": {"reference": "ResearchStudy/x"}, "individual": {"reference": "Patient/bob"},
  "identifier": [{"system": "PARTICIPANTS", "value": "0000000000000000000000000000b2"}]}},
 {"resource": {"resourceType": "AdverseEvent", "actuality": "actual", "identifier": {"value": "not a list"}, "subject": {"reference": "Patient/bob"},
  "recordedDate": "2030-03-22T00:00:00Z", "date": "2030-03-19T12:00:00Z",
  "seriousness": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness", "code": "SeriousIsLifeThreatening"}]}}},
 {"resource": {"resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "399307001"}]},
  "subject": {"identifier": {"system": "PARTICIPANTS", "value": "0000000000000000000000000000b2"}}, "effectiveDateTime": "2030-03-21T10:00:00Z"}}
]}`

func tagOf(t testing.TB, short string) field.Element {
	t.Helper()
	tag, err := field.ParseText(strings.Repeat("0", 34) + short)
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

// siteRecord is the trial of siteBundle, and the bundle.
func siteRecord(t testing.TB) (*Record, string) {
	t.Helper()
	r := enrolled(t, tagOf(t, adaTag), tagOf(t, bobTag))
	return r, strings.ReplaceAll(siteBundle, "PARTICIPANTS", ParticipantSystem(r.Cohort.State().Trial))
}

// resourceAt are the bytes of a resource of siteBundle, cut out by hand.
func resourceAt(bundle string, i int) string {
	all := regexp.MustCompile(`(?s)"resource": (\{.*?\})\}(?:,\n \{|\n\])`).FindAllStringSubmatch(bundle, -1)
	return all[i][1]
}

func TestABundleIsEvents(t *testing.T) {
	r, bundle := siteRecord(t)
	reports, err := mapped(t, r, bundle)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		kind  rollup.Kind
		tag   string
		phase uint8
		when  string
		from  int
	}{
		{rollup.Visit, adaTag, 1, "2030-03-18T10:00:00Z", 3},
		{rollup.SeriousEvent, bobTag, 0, "2030-03-19T12:00:00Z", 5},
		{rollup.Withdrawal, adaTag, 0, "2030-03-20T08:00:00Z", 2},
		{rollup.LostToFollowUp, bobTag, 0, "2030-03-21T10:00:00Z", 6},
	}
	if len(reports) != len(want) {
		t.Fatalf("%d events: %+v", len(reports), reports)
	}
	for i, w := range want {
		e := reports[i].Event
		entry := field.Digest("trial-entry", []byte(resourceAt(bundle, w.from)))
		if at := time.Unix(int64(e.When), 0).UTC().Format(time.RFC3339); e.Kind != w.kind || e.Tag != tagOf(t, w.tag) || e.Phase != w.phase || at != w.when {
			t.Errorf("event %d: %+v at %s", i+1, e, at)
		}
		if e.Entry != entry {
			t.Errorf("event %d: the entry is not the digest of the resource's bytes", i+1)
		}
	}
	off, err := mapped(t, r, strings.Replace(bundle, `"withdrawn"`, `"off-study"`, 1))
	if err != nil || off[2].Kind != rollup.Discontinuation {
		t.Errorf("%+v, %v", off, err)
	}
	later, err := mapped(t, r, strings.Replace(bundle, `"date": "2030-03-19T12:00:00Z",`, ``, 1))
	if err != nil || later[3].Kind != rollup.SeriousEvent {
		t.Errorf("by when it was recorded: %+v, %v", later, err)
	}
}

// TestThreat50WhatIsNotMappedIsNamed: by its entry and element, without what stands there.
func TestThreat50WhatIsNotMappedIsNamed(t *testing.T) {
	for _, c := range []struct{ from, to, says string }{
		{`"resourceType": "Bundle"`, `"resourceType": "Parameters"`, "not a Bundle: resourceType is another"},
		{`"type": "collection"`, `"type": "collection", "type": "batch"`, "not a Bundle: "},
		{`"resourceType": "Patient"`, `"resourceType": 7`, "entry 0: resourceType: missing"},
		{`"resourceType": "Patient", `, ``, "entry 0: resourceType: missing"},
		{`"resourceType": "ResearchStudy"`, `"resourceType": "Condition"`, "entry 1: Condition: no event of a trial is such a resource"},
		{`"id": "ada",`, `"id": 7,`, "entry 0: "},
		{`"resourceType":"Encounter",`, `"resourceType":"Encounter","modifierExtension":[{"url":"x"}],`, "entry 3: Encounter.modifierExtension: "},
		{`"finished"`, `"in-progress"`, "entry 3: Encounter.status: only what is finished"},
		{`"treatment"`, `"surgery"`, "entry 3: Encounter.type: one code is the name of a phase: screening, treatment, follow-up"},
		{`{"code":"treatment"}`, `{"code":"treatment"},{"code":"screening"}`, "entry 3: Encounter.type: "},
		{`"start":"2030-03-18T10:00:00.250Z"`, `"start":"2030-03-18"`, "entry 3: Encounter.period.start: no time to the second"},
		{`"start":"2030-03-18T10:00:00.250Z"`, `"start":"1960-03-18T10:00:00Z"`, "entry 3: Encounter.period.start: "},
		{`"subject":{"reference":"urn:uuid:3f0d`, `"subject":{"reference":"urn:uuid:3f0e`, "entry 3: Encounter.subject: nobody's tag"},
		{`"actual"`, `"potential"`, "entry 5: AdverseEvent.actuality: "},
		{`"SeriousIsLifeThreatening"`, `"Non-serious"`, "entry 5: AdverseEvent.seriousness: "},
		{`http://terminology.hl7.org/CodeSystem/adverse-event-seriousness`, `http://other.example`, "entry 5: AdverseEvent.seriousness: "},
		{`"date": "2030-03-19T12:00:00Z"`, `"date": "2030-03"`, "entry 5: AdverseEvent.date: "},
		{`"withdrawn"`, `"gone"`, "entry 2: ResearchSubject.status: none of FHIR R4"},
		{`"end": "2030-03-20T09:00:00+01:00"`, `"end": ""`, "entry 2: ResearchSubject.period.end: "},
		{`"final"`, `"preliminary"`, "entry 6: Observation.status: "},
		{`"399307001"`, `"399307002"`, "entry 6: Observation.code: "},
		{`"http://snomed.info/sct", "code": "399307001"`, `"http://other.example", "code": "399307001"`, "entry 6: Observation.code: "},
		{adaTag, strings.ToUpper(adaTag), "entry 0: Patient.identifier: the value is no tag"},
		{adaTag, adaTag[1:], "entry 0: Patient.identifier: the value is no tag"},
		{`"Patient/bob"},
  "identifier"`, `"Patient/ada"},
  "identifier"`, "entry 4: ResearchSubject.identifier: one patient has two tags"},
		{`{"resourceType": "ResearchStudy", "status"`, `{"resourceType": "Patient", "id": "ada", "status"`, "entry 1: Patient.id: another Patient has the same"},
		{`"subject": {"identifier"`, `"subject": {"reference": "Patient/ada", "identifier"`, "entry 6: Observation.subject: two tags are there"},
	} {
		r, bundle := siteRecord(t)
		altered := strings.Replace(bundle, c.from, c.to, 1)
		if altered == bundle {
			t.Fatalf("%s is not there", c.from)
		}
		if reports, err := mapped(t, r, altered); err == nil || !strings.HasPrefix(err.Error(), c.says) || reports != nil {
			t.Errorf("%s: %v", c.to, err)
		}
	}
	r, bundle := siteRecord(t)
	other := strings.ReplaceAll(bundle, ParticipantSystem(r.Cohort.State().Trial), ParticipantSystem(field.Uint64(5)))
	if _, err := mapped(t, r, other); err == nil || !strings.Contains(err.Error(), "nobody's tag") {
		t.Errorf("tags of another trial: %v", err)
	}
	if _, err := mapped(t, r, `{"resourceType":"Bundle"}`); err == nil || !strings.Contains(err.Error(), "no resource of the Bundle is an event") {
		t.Errorf("nothing: %v", err)
	}
	if _, err := mapped(t, r, bundle+strings.Repeat(" ", MaxSubmission)); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("too much: %v", err)
	}
}

// TestThreat50ABundleHasNothingTwice: one that is handed in again is for the sequencer to refuse.
func TestThreat50ABundleHasNothingTwice(t *testing.T) {
	r, bundle := siteRecord(t)
	twice := strings.Replace(bundle, "\n]}", fmt.Sprintf(",\n {\"resource\": %s}\n]}", resourceAt(bundle, 3)), 1)
	if _, err := mapped(t, r, twice); err == nil || err.Error() != "entry 7: Encounter: it stands twice" {
		t.Errorf("what stands twice: %v", err)
	}
}

// mapped maps a Bundle by the record's protocol.
func mapped(t testing.TB, r *Record, bundle string) ([]Report, error) {
	t.Helper()
	p, err := r.Protocol()
	if err != nil {
		t.Fatal(err)
	}
	return p.FHIR([]byte(bundle))
}

// FuzzFHIR: what is mapped is an event of a kind that resources have, in the order of time.
func FuzzFHIR(f *testing.F) {
	_, bundle := siteRecord(f)
	f.Add([]byte(bundle))
	for i := range 7 {
		f.Add([]byte(`{"resourceType":"Bundle","entry":[{"resource":` + resourceAt(bundle, i) + `}]}`))
	}
	f.Add([]byte(`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Encounter","type":null,"subject":{}}},{}]}`))
	r, _ := siteRecord(f)
	kinds := map[rollup.Kind]bool{
		rollup.Visit: true, rollup.SeriousEvent: true, rollup.Withdrawal: true, rollup.Discontinuation: true, rollup.LostToFollowUp: true,
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		reports, err := mapped(t, r, string(data))
		if err != nil {
			return
		}
		for i, e := range reports {
			if !kinds[e.Kind] || e.Entry.IsZero() || int(e.Phase) > 2 || e.enrols() || i > 0 && e.When < reports[i-1].When {
				t.Fatalf("%+v", e)
			}
		}
	})
}

// TestTheStudyIsWhatFHIRHas: the ResearchStudy of a trial in each stage.
func TestTheStudyIsWhatFHIRHas(t *testing.T) {
	r, _ := siteRecord(t)
	p, err := r.Protocol()
	must(t, err)
	for status, on := range map[string]OnChainTrial{"active": {}, "temporarily-closed-to-accrual": {Flag: 1}, "completed": {ClosedAt: start + day}} {
		a := Archive{}
		must(t, a.document("study", r.study(p, &OnChain{Trial: on})))
		want, err := os.ReadFile("testdata/research-study.json")
		must(t, err)
		text := strings.NewReplacer("STATUS", status, "TRIAL", field.Text(p.ID)).Replace(string(want))
		if status != "completed" {
			text = strings.Replace(text, ",\n  \"end\": \"2030-03-18T17:46:40Z\"", "", 1)
		}
		if string(a["study"]) != text {
			t.Errorf("%s:\n%s\nis not\n%s", status, a["study"], text)
		}
	}
}
