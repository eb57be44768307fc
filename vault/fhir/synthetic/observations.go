package synthetic

import "math"

type observation struct {
	head
	Status            string      `json:"status"`
	Category          []concept   `json:"category"`
	Code              concept     `json:"code"`
	Subject           reference   `json:"subject"`
	Encounter         reference   `json:"encounter"`
	EffectiveDateTime string      `json:"effectiveDateTime"`
	Issued            string      `json:"issued"`
	ValueQuantity     *quantity   `json:"valueQuantity,omitempty"`
	ValueConcept      *concept    `json:"valueCodeableConcept,omitempty"`
	Component         []component `json:"component,omitempty"`
}

type component struct {
	Code          concept   `json:"code"`
	ValueQuantity *quantity `json:"valueQuantity"`
}

type diagnosticReport struct {
	head
	Status            string      `json:"status"`
	Category          []concept   `json:"category"`
	Code              concept     `json:"code"`
	Subject           reference   `json:"subject"`
	Encounter         reference   `json:"encounter"`
	EffectiveDateTime string      `json:"effectiveDateTime"`
	Issued            string      `json:"issued"`
	Performer         []reference `json:"performer"`
	Result            []reference `json:"result"`
}

// observe files an observation of the current visit; fill sets its value.
func (c *chart) observe(visit reference, category string, code coding, fill func(*observation)) reference {
	h := c.head("Observation")
	o := observation{
		head: h, Status: "final", Category: []concept{term("observation-category", category, "")}, Code: code.concept(),
		Subject: c.patient, Encounter: visit, EffectiveDateTime: dateTime(c.now()), Issued: dateTime(c.now()),
	}
	fill(&o)
	ref := c.add(h, o)
	ref.Display = code.Display
	return ref
}

func (c *chart) measure(visit reference, category string, code coding, value *quantity) reference {
	return c.observe(visit, category, code, func(o *observation) { o.ValueQuantity = value })
}

// bmi is calculated from the values as recorded, in kg/m2.
func (c *chart) bmi() float64 {
	height := round(c.person.height, 1) / 100
	return round(c.weight(), 1) / height / height
}

func (c *chart) addVitals(visit reference) {
	const vital = "vital-signs"
	c.measure(visit, vital, lnc("29463-7", "Body weight"), measured(c.weight(), "kg", 1))
	c.measure(visit, vital, lnc("8302-2", "Body height"), measured(c.person.height, "cm", 1))
	c.measure(visit, vital, lnc("39156-5", "Body mass index (BMI) [Ratio]"), measured(c.bmi(), "kg/m2", 1))
	c.measure(visit, vital, lnc("8867-4", "Heart rate"), measured(c.normal(72, 8), "/min", 0))
	systolic, diastolic := c.bloodPressure()
	c.observe(visit, vital, lnc("85354-9", "Blood pressure panel with all children optional"), func(o *observation) {
		o.Component = []component{
			{lnc("8480-6", "Systolic blood pressure").concept(), measured(systolic, "mm[Hg]", 0)},
			{lnc("8462-4", "Diastolic blood pressure").concept(), measured(diastolic, "mm[Hg]", 0)},
		}
	})
	smoking := sct("266919005", "Never smoked tobacco")
	if c.person.smoked {
		smoking = sct("8517006", "Ex-smoker")
	}
	c.observe(visit, "social-history", lnc("72166-2", "Tobacco smoking status"), func(o *observation) {
		value := smoking.concept()
		o.ValueConcept = &value
	})
}

// bloodPressure rises with age and weight, is high when hypertension is found, and falls by half of that on treatment.
func (c *chart) bloodPressure() (systolic, diastolic float64) {
	systolic = 104 + 0.25*c.age() + 0.4*(c.bmi()-25)
	switch onset := c.person.constitution.hypertension; {
	case c.visit == onset:
		systolic = max(systolic+28, 146)
	case c.visit > onset:
		systolic += 14
	}
	systolic = c.normal(systolic, 4)
	return systolic, c.normal(0.48*systolic+20, 3)
}

// hba1c in percent: normal below 5.7, prediabetes to 6.4, diabetes from 6.5 (ADA, Standards of Care).
func (c *chart) hba1c() float64 {
	ill := c.person.constitution
	switch {
	case c.visit >= ill.diabetes:
		return min(12, max(6.5, c.normal(7.4, 0.6)))
	case c.visit >= ill.prediabetes:
		return min(6.4, max(5.7, c.normal(6.05, 0.15)))
	}
	return min(5.6, c.normal(5.2, 0.15))
}

func (c *chart) addLaboratory(visit reference) {
	const lab = "laboratory"
	a1c := round(c.hba1c(), 1)
	c.measure(visit, lab, lnc("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), measured(a1c, "%", 1))
	creatinine := round(c.creatinine(), 2)
	c.report(visit, metabolicPanel(), []reference{
		// Average glucose from HbA1c: Nathan et al., Diabetes Care 31 (2008) 1473.
		c.measure(visit, lab, lnc("2339-0", "Glucose [Mass/volume] in Blood"), measured(c.normal(28.7*a1c-46.7, 5), "mg/dL", 0)),
		c.measure(visit, lab, lnc("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"), measured(creatinine, "mg/dL", 2)),
		c.measure(visit, lab, lnc("33914-3", "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum or Plasma by Creatinine-based formula (MDRD)"),
			measured(c.egfr(creatinine), "mL/min/{1.73_m2}", 0)),
		c.measure(visit, lab, lnc("2947-0", "Sodium [Moles/volume] in Blood"), measured(c.normal(140, 1.5), "mmol/L", 0)),
		c.measure(visit, lab, lnc("6298-4", "Potassium [Moles/volume] in Blood"), measured(c.normal(4.2, 0.25), "mmol/L", 1)),
	})
	c.addLipids(visit)
}

// creatinine in mg/dL; long diabetes costs kidney function.
func (c *chart) creatinine() float64 {
	mean := 0.92
	if c.person.female {
		mean = 0.74
	}
	if years := c.visit - c.person.constitution.diabetes; years > 0 {
		mean += 0.02 * float64(years)
	}
	return c.normal(mean+max(0, c.age()-50)*0.003, 0.04)
}

// egfr is the MDRD formula with four variables, without its term for race: Levey et al., Ann Intern Med 145 (2006) 247.
func (c *chart) egfr(creatinine float64) float64 {
	rate := 175 * math.Pow(creatinine, -1.154) * math.Pow(c.age(), -0.203)
	if c.person.female {
		rate *= 0.742
	}
	return rate
}

// addLipids files a lipid panel; total cholesterol follows from the others (Friedewald et al., Clin Chem 18 (1972) 499).
func (c *chart) addLipids(visit reference) {
	const lab = "laboratory"
	ldl, triglycerides := c.normal(105, 12), c.normal(115, 20)
	switch onset := c.person.constitution.hyperlipidemia; {
	case c.visit == onset:
		ldl, triglycerides = c.normal(172, 8), c.normal(190, 15)
	case c.visit > onset:
		ldl = c.normal(98, 8)
	}
	ldl, triglycerides = round(ldl, 0), round(triglycerides, 0)
	hdl := round(c.normal(52, 6), 0)
	c.report(visit, lipidPanel(), []reference{
		c.measure(visit, lab, lnc("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"), measured(ldl+hdl+triglycerides/5, "mg/dL", 0)),
		c.measure(visit, lab, lnc("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma"), measured(triglycerides, "mg/dL", 0)),
		c.measure(visit, lab, lnc("18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay"), measured(ldl, "mg/dL", 0)),
		c.measure(visit, lab, lnc("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"), measured(hdl, "mg/dL", 0)),
	})
}

func (c *chart) report(visit reference, code coding, results []reference) {
	h := c.head("DiagnosticReport")
	c.add(h, diagnosticReport{
		head: h, Status: "final", Category: []concept{term("v2-0074", "LAB", "Laboratory")}, Code: code.concept(),
		Subject: c.patient, Encounter: visit, EffectiveDateTime: dateTime(c.now()), Issued: dateTime(c.now()),
		Performer: []reference{c.hospital}, Result: results,
	})
}
