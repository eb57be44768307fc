package trial

import (
	"time"

	"lethe/circuits/field"
)

// researchStudy is a trial as a FHIR R4 ResearchStudy (https://hl7.org/fhir/R4/researchstudy.html), by which other systems know it. Phases are the
// actions of a PlanDefinition, since an arm would be a group of participants; enrolment is a Group's quantity.
type researchStudy struct {
	ResourceType string           `json:"resourceType"`
	Contained    []any            `json:"contained"`
	Identifier   []fhirIdentifier `json:"identifier"`
	Title        string           `json:"title"`
	Protocol     []studyReference `json:"protocol"`
	Status       string           `json:"status"`
	Enrollment   []studyReference `json:"enrollment"`
	Period       studyPeriod      `json:"period"`
	Site         []studyReference `json:"site"`
}

type studyReference struct {
	Reference string `json:"reference,omitzero"`
	Display   string `json:"display,omitzero"`
}

type studyPeriod struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end,omitzero"`
}

type planDefinition struct {
	ResourceType string       `json:"resourceType"`
	ID           string       `json:"id"`
	Status       string       `json:"status"`
	Action       []planAction `json:"action"`
}

type planAction struct {
	Title string `json:"title"`
}

type studyGroup struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id"`
	Type         string `json:"type"`
	Actual       bool   `json:"actual"`
	Quantity     uint16 `json:"quantity"`
}

// study is a trial's ResearchStudy.
func (r *Record) study(p *Protocol, on *OnChain) *researchStudy {
	moment := func(seconds uint64) (t time.Time) {
		if seconds > 0 {
			t = time.Unix(int64(seconds), 0).UTC() //nolint:gosec // of 40 bits
		}
		return t
	}
	actions := make([]planAction, len(p.Plan.Phases))
	for i, phase := range p.Plan.Phases {
		actions[i].Title = phase
	}
	s := &researchStudy{
		ResourceType: "ResearchStudy", Identifier: []fhirIdentifier{{TrialSystem, field.Text(p.ID)}}, Title: p.Plan.Name,
		Contained: []any{
			planDefinition{"PlanDefinition", "protocol", "active", actions},
			studyGroup{"Group", "enrolled", "person", true, r.Cohort.State().Participants},
		},
		Protocol: []studyReference{{Reference: "#protocol"}}, Enrollment: []studyReference{{Reference: "#enrolled"}}, Status: on.studyStatus(),
		Period: studyPeriod{moment(r.Protocols[0].When), moment(on.Trial.ClosedAt)},
	}
	for _, site := range p.Plan.Sites {
		s.Site = append(s.Site, studyReference{Display: site.Name})
	}
	return s
}

// studyStatus is a code of http://hl7.org/fhir/research-study-status.
func (o *OnChain) studyStatus() string {
	switch {
	case o.Trial.ClosedAt != 0:
		return "completed"
	case o.Trial.Flag != 0:
		return "temporarily-closed-to-accrual"
	}
	return "active"
}
