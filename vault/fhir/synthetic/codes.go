package synthetic

// Code systems.
const (
	snomed = "http://snomed.info/sct"
	loinc  = "http://loinc.org"
	rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
	cvx    = "http://hl7.org/fhir/sid/cvx"
	ucum   = "http://unitsofmeasure.org"
	hl7    = "http://terminology.hl7.org/CodeSystem/"
)

// Systems of the made-up identifiers.
const (
	mrnSystem          = "https://hospital.example/mrn"
	nationalSystem     = "https://registry.example/national-id"
	passportSystem     = "https://passports.example/number"
	subscriberSystem   = "https://insurer.example/subscriber"
	practitionerSystem = "https://registry.example/practitioner"
	organizationSystem = "https://registry.example/organization"
	claimSystem        = "https://hospital.example/claim"
)

func sct(code, display string) coding { return coding{snomed, code, display} }

func lnc(code, display string) coding { return coding{loinc, code, display} }

func rx(code, display string) coding { return coding{rxnorm, code, display} }

func vaccine(code, display string) coding { return coding{cvx, code, display} }

// Chronic conditions.
func prediabetes() coding    { return sct("15777000", "Prediabetes") }
func diabetes() coding       { return sct("44054006", "Diabetes mellitus type 2") }
func hypertension() coding   { return sct("59621000", "Essential hypertension") }
func hyperlipidemia() coding { return sct("55822004", "Hyperlipidemia") }
func obesity() coding        { return sct("162864005", "Body mass index 30+ - obesity") }

// acute are conditions that pass.
func acute() []coding {
	return []coding{
		sct("444814009", "Viral sinusitis"),
		sct("195662009", "Acute viral pharyngitis"),
		sct("10509002", "Acute bronchitis"),
	}
}

// Medications.
func metformin() coding {
	return rx("860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet")
}
func lisinopril() coding    { return rx("314076", "lisinopril 10 MG Oral Tablet") }
func amlodipine() coding    { return rx("197361", "amlodipine 5 MG Oral Tablet") }
func simvastatin() coding   { return rx("312961", "simvastatin 20 MG Oral Tablet") }
func acetaminophen() coding { return rx("313782", "acetaminophen 325 MG Oral Tablet") }
func ibuprofen() coding     { return rx("310965", "ibuprofen 200 MG Oral Tablet") }

func allergies() []coding {
	return []coding{
		sct("91936005", "Allergy to penicillin"),
		sct("91935009", "Allergy to peanut"),
		sct("419474003", "Allergy to mold"),
		sct("300916003", "Latex allergy"),
	}
}

// Vaccines.
func influenza() coding { return vaccine("140", "Influenza, seasonal, injectable, preservative free") }

func otherVaccines() []coding {
	return []coding{
		vaccine("113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed"),
		vaccine("133", "Pneumococcal conjugate PCV 13"),
		vaccine("121", "zoster, live"),
		vaccine("33", "pneumococcal polysaccharide PPV23"),
	}
}

// Visits and procedures.
func checkUp() coding          { return sct("185349003", "Encounter for check up") }
func symptomVisit() coding     { return sct("185345009", "Encounter for symptom") }
func medicationReview() coding { return sct("430193006", "Medication reconciliation") }
func screening() coding        { return sct("171207006", "Depression screening") }
func colonoscopy() coding      { return sct("73761001", "Colonoscopy") }

// Panels.
func metabolicPanel() coding { return lnc("51990-0", "Basic metabolic panel - Blood") }
func lipidPanel() coding     { return lnc("57698-3", "Lipid panel with direct LDL - Serum or Plasma") }

// category, status and the like, of HL7's own code systems.
func term(system, code, display string) concept {
	return concept{Coding: []coding{{hl7 + system, code, display}}}
}
