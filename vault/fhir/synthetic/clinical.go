package synthetic

import "time"

type encounter struct {
	head
	Status          string        `json:"status"`
	Class           coding        `json:"class"`
	Type            []concept     `json:"type"`
	Subject         reference     `json:"subject"`
	Participant     []participant `json:"participant"`
	Period          period        `json:"period"`
	ServiceProvider reference     `json:"serviceProvider"`
}

type participant struct {
	Individual reference `json:"individual"`
}

type condition struct {
	head
	ClinicalStatus     concept   `json:"clinicalStatus"`
	VerificationStatus concept   `json:"verificationStatus"`
	Category           []concept `json:"category"`
	Code               concept   `json:"code"`
	Subject            reference `json:"subject"`
	Encounter          reference `json:"encounter"`
	OnsetDateTime      string    `json:"onsetDateTime"`
	AbatementDateTime  string    `json:"abatementDateTime,omitempty"`
	RecordedDate       string    `json:"recordedDate"`
}

type medicationRequest struct {
	head
	Status                    string      `json:"status"`
	Intent                    string      `json:"intent"`
	MedicationCodeableConcept concept     `json:"medicationCodeableConcept"`
	Subject                   reference   `json:"subject"`
	Encounter                 reference   `json:"encounter"`
	AuthoredOn                string      `json:"authoredOn"`
	Requester                 reference   `json:"requester"`
	ReasonReference           []reference `json:"reasonReference"`
	DosageInstruction         []dosage    `json:"dosageInstruction"`
}

type dosage struct {
	Sequence int    `json:"sequence"`
	Text     string `json:"text"`
}

type immunization struct {
	head
	Status             string    `json:"status"`
	VaccineCode        concept   `json:"vaccineCode"`
	Patient            reference `json:"patient"`
	Encounter          reference `json:"encounter"`
	OccurrenceDateTime string    `json:"occurrenceDateTime"`
	PrimarySource      bool      `json:"primarySource"`
}

type procedure struct {
	head
	Status          string    `json:"status"`
	Code            concept   `json:"code"`
	Subject         reference `json:"subject"`
	Encounter       reference `json:"encounter"`
	PerformedPeriod period    `json:"performedPeriod"`
}

type allergyIntolerance struct {
	head
	ClinicalStatus     concept   `json:"clinicalStatus"`
	VerificationStatus concept   `json:"verificationStatus"`
	Type               string    `json:"type"`
	Criticality        string    `json:"criticality"`
	Code               concept   `json:"code"`
	Patient            reference `json:"patient"`
	RecordedDate       string    `json:"recordedDate"`
}

// addVisit writes one encounter and what comes of it. Two of three are check-ups with measurements.
func (c *chart) addVisit(at time.Time) {
	kind, minutes := checkUp(), 20+c.rng.IntN(25)
	routine := c.visit == 0 || c.chance(0.67)
	if !routine {
		kind = symptomVisit()
	}
	h := c.head("Encounter")
	spent := period{dateTime(at), dateTime(at.Add(time.Duration(minutes) * time.Minute))}
	visit := c.add(h, encounter{
		head: h, Status: "finished", Class: coding{hl7 + "v3-ActCode", "AMB", "ambulatory"}, Type: kind.concepts(),
		Subject: c.patient, Participant: []participant{{c.doctor}}, Period: spent, ServiceProvider: c.hospital,
	})
	c.diagnose(visit)
	c.addVitals(visit)
	procedures := []coding{medicationReview()}
	if routine {
		c.addLaboratory(visit)
		c.addImmunizations(visit)
		procedures = c.screenings(procedures)
	} else {
		c.addAcute(visit)
	}
	for _, code := range procedures {
		h := c.head("Procedure")
		c.add(h, procedure{head: h, Status: "completed", Code: code.concept(), Subject: c.patient, Encounter: visit, PerformedPeriod: spent})
	}
	c.addBilling(visit, kind, procedures, spent)
}

func (c *chart) screenings(procedures []coding) []coding {
	if c.chance(0.3) {
		procedures = append(procedures, screening())
	}
	if c.age() > 50 && c.chance(0.1) {
		procedures = append(procedures, colonoscopy())
	}
	return procedures
}

// diagnose records the chronic conditions that set in at this visit, with their treatment.
func (c *chart) diagnose(visit reference) {
	ill := c.person.constitution
	if c.visit == ill.hypertension {
		treatment := lisinopril()
		if c.chance(0.3) {
			treatment = amlodipine()
		}
		c.treat(visit, hypertension(), treatment, "1 tablet a day")
	}
	if c.visit == ill.hyperlipidemia {
		c.treat(visit, hyperlipidemia(), simvastatin(), "1 tablet in the evening")
	}
	if c.visit == ill.prediabetes {
		c.addChronic(visit, prediabetes())
	}
	if c.visit == ill.diabetes {
		c.treat(visit, diabetes(), metformin(), "2 tablets a day with the evening meal")
	}
	if c.visit == 0 && c.bmi() >= 30 {
		c.addChronic(visit, obesity())
	}
}

func (c *chart) treat(visit reference, code, medication coding, text string) {
	c.prescribe(visit, medication, "active", c.addChronic(visit, code), text)
}

func (c *chart) addChronic(visit reference, code coding) reference {
	ref := c.addCondition(visit, code, "active", "")
	c.conditions = append(c.conditions, activeCondition{ref, code})
	return ref
}

func (c *chart) addCondition(visit reference, code coding, status, abated string) reference {
	h := c.head("Condition")
	return c.add(h, condition{
		head: h, ClinicalStatus: term("condition-clinical", status, ""), VerificationStatus: term("condition-ver-status", "confirmed", ""),
		Category: []concept{term("condition-category", "encounter-diagnosis", "Encounter Diagnosis")},
		Code:     code.concept(), Subject: c.patient, Encounter: visit,
		OnsetDateTime: dateTime(c.now()), AbatementDateTime: abated, RecordedDate: dateTime(c.now()),
	})
}

func (c *chart) prescribe(visit reference, medication coding, status string, reason reference, text string) {
	h := c.head("MedicationRequest")
	c.add(h, medicationRequest{
		head: h, Status: status, Intent: "order", MedicationCodeableConcept: medication.concept(), Subject: c.patient,
		Encounter: visit, AuthoredOn: dateTime(c.now()), Requester: c.doctor, ReasonReference: []reference{reason},
		DosageInstruction: []dosage{{1, text}},
	})
}

// addAcute records what the patient came for. It passes within three weeks.
func (c *chart) addAcute(visit reference) {
	abated := dateTime(c.now().AddDate(0, 0, 5+c.rng.IntN(16)))
	reason := c.addCondition(visit, pick(c, acute()), "resolved", abated)
	medication := pick(c, []coding{acetaminophen(), ibuprofen()})
	c.prescribe(visit, medication, "completed", reason, "1 tablet every 6 hours as needed")
}

// addImmunizations gives influenza in autumn and winter, and now and then another.
func (c *chart) addImmunizations(visit reference) {
	var given []coding
	if m := c.now().Month(); m >= time.September || m <= time.February {
		given = append(given, influenza())
	}
	if c.chance(0.1) {
		given = append(given, pick(c, otherVaccines()))
	}
	for _, code := range given {
		h := c.head("Immunization")
		c.add(h, immunization{
			head: h, Status: "completed", VaccineCode: code.concept(), Patient: c.patient, Encounter: visit,
			OccurrenceDateTime: dateTime(c.now()), PrimarySource: true,
		})
	}
}

// addAllergies gives one patient in four an allergy.
func (c *chart) addAllergies() {
	if !c.chance(0.25) {
		return
	}
	h := c.head("AllergyIntolerance")
	c.add(h, allergyIntolerance{
		head: h, ClinicalStatus: term("allergyintolerance-clinical", "active", ""),
		VerificationStatus: term("allergyintolerance-verification", "confirmed", ""),
		Type:               "allergy", Criticality: pick(c, []string{"low", "high"}), Code: pick(c, allergies()).concept(),
		Patient: c.patient, RecordedDate: dateTime(c.now()),
	})
}
