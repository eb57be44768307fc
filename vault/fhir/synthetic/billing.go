package synthetic

import (
	"fmt"
	"time"
)

type organization struct {
	head
	Identifier []identifier `json:"identifier"`
	Active     bool         `json:"active"`
	Type       []concept    `json:"type"`
	Name       string       `json:"name"`
	Address    []address    `json:"address"`
}

type practitioner struct {
	head
	Identifier []identifier `json:"identifier"`
	Active     bool         `json:"active"`
	Name       []humanName  `json:"name"`
}

type coverage struct {
	head
	Status       string       `json:"status"`
	Identifier   []identifier `json:"identifier"`
	SubscriberID string       `json:"subscriberId"`
	Beneficiary  reference    `json:"beneficiary"`
	Relationship concept      `json:"relationship"`
	Period       period       `json:"period"`
	Payor        []reference  `json:"payor"`
}

type claim struct {
	head
	Identifier     []identifier     `json:"identifier"`
	Status         string           `json:"status"`
	Type           concept          `json:"type"`
	Use            string           `json:"use"`
	Patient        reference        `json:"patient"`
	BillablePeriod period           `json:"billablePeriod"`
	Created        string           `json:"created"`
	Insurer        reference        `json:"insurer"`
	Provider       reference        `json:"provider"`
	Priority       concept          `json:"priority"`
	Diagnosis      []claimDiagnosis `json:"diagnosis,omitempty"`
	Insurance      []claimInsurance `json:"insurance"`
	Item           []claimItem      `json:"item"`
	Total          money            `json:"total"`
}

type claimDiagnosis struct {
	Sequence           int       `json:"sequence"`
	DiagnosisReference reference `json:"diagnosisReference"`
}

type claimInsurance struct {
	Sequence int       `json:"sequence,omitempty"` // a claim has it, an explanation of benefit has not
	Focal    bool      `json:"focal"`
	Coverage reference `json:"coverage"`
}

type claimItem struct {
	Sequence         int            `json:"sequence"`
	ProductOrService concept        `json:"productOrService"`
	ServicedPeriod   period         `json:"servicedPeriod"`
	Net              money          `json:"net"`
	Encounter        []reference    `json:"encounter"`
	Adjudication     []adjudication `json:"adjudication,omitempty"`
}

type adjudication struct {
	Category concept `json:"category"`
	Amount   money   `json:"amount"`
}

type explanationOfBenefit struct {
	head
	Status         string           `json:"status"`
	Type           concept          `json:"type"`
	Use            string           `json:"use"`
	Patient        reference        `json:"patient"`
	BillablePeriod period           `json:"billablePeriod"`
	Created        string           `json:"created"`
	Insurer        reference        `json:"insurer"`
	Provider       reference        `json:"provider"`
	Claim          reference        `json:"claim"`
	Outcome        string           `json:"outcome"`
	Diagnosis      []claimDiagnosis `json:"diagnosis,omitempty"`
	Insurance      []claimInsurance `json:"insurance"`
	Item           []claimItem      `json:"item"`
	Total          []adjudication   `json:"total"`
	Payment        payment          `json:"payment"`
}

type payment struct {
	Date   string `json:"date"`
	Amount money  `json:"amount"`
}

// organizations files the hospital, the insurer and the doctor.
func (c *chart) organizations() {
	town := pick(c, towns())
	c.hospital = c.addOrganization("prov", "Healthcare Provider", town+" Hospital", town)
	c.insurer = c.addOrganization("ins", "Insurance Company", "Mutual of "+town, town)
	h := c.head("Practitioner")
	name := humanName{"official", pick(c, familyNames()), []string{pick(c, givenNames(c.chance(0.5)))}, []string{"Dr."}}
	c.doctor = c.add(h, practitioner{
		head: h, Active: true, Name: []humanName{name}, Identifier: []identifier{{System: practitionerSystem, Value: h.ID}},
	})
}

func (c *chart) addOrganization(code, display, name, town string) reference {
	h := c.head("Organization")
	ref := c.add(h, organization{
		head: h, Active: true, Name: name, Type: []concept{term("organization-type", code, display)},
		Identifier: []identifier{{System: organizationSystem, Value: h.ID}},
		Address:    []address{{Line: []string{"1 " + pick(c, streets())}, City: town, PostalCode: "Z0001", Country: "ZZ"}},
	})
	ref.Display = name
	return ref
}

func (c *chart) addCoverage() {
	h := c.head("Coverage")
	number := "S" + c.person.serial
	c.coverage = c.add(h, coverage{
		head: h, Status: "active", Identifier: []identifier{{System: subscriberSystem, Value: number}}, SubscriberID: number,
		Beneficiary: c.patient, Relationship: term("subscriber-relationship", "self", "Self"),
		Period: period{Start: date(c.person.visits[0].AddDate(-1, 0, 0))}, Payor: []reference{c.insurer},
	})
}

// addBilling files the claim for a visit, and what the insurer made of it: four fifths are paid.
func (c *chart) addBilling(visit reference, kind coding, procedures []coding, spent period) {
	items, total := []claimItem{}, 0.0
	for i, code := range append([]coding{kind}, procedures...) {
		net := round(60+140*c.rng.Float64(), 2)
		total += net
		items = append(items, claimItem{
			Sequence: i + 1, ProductOrService: code.concept(), ServicedPeriod: spent, Net: dollars(net), Encounter: []reference{visit},
		})
	}
	kindOfClaim, created := term("claim-type", "professional", "Professional"), dateTime(c.now().Add(time.Hour))
	diagnoses := c.diagnoses()
	h := c.head("Claim")
	filed := c.add(h, claim{
		head: h, Identifier: []identifier{{System: claimSystem, Value: fmt.Sprintf("C%s-%d", c.person.serial, c.visit)}},
		Status: "active", Type: kindOfClaim, Use: "claim", Patient: c.patient, BillablePeriod: spent, Created: created,
		Insurer: c.insurer, Provider: c.hospital, Priority: term("processpriority", "normal", "Normal"), Diagnosis: diagnoses,
		Insurance: []claimInsurance{{1, true, c.coverage}}, Item: items, Total: dollars(total),
	})
	h = c.head("ExplanationOfBenefit")
	c.add(h, explanationOfBenefit{
		head: h, Status: "active", Type: kindOfClaim, Use: "claim", Patient: c.patient, BillablePeriod: spent,
		Created: dateTime(c.now().AddDate(0, 0, 10)), Insurer: c.insurer, Provider: c.hospital, Claim: filed, Outcome: "complete",
		Diagnosis: diagnoses, Insurance: []claimInsurance{{Focal: true, Coverage: c.coverage}}, Item: adjudicated(items),
		Total:   []adjudication{{term("adjudication", "submitted", "Submitted Amount"), dollars(total)}},
		Payment: payment{date(c.now().AddDate(0, 0, 14)), dollars(total * 0.8)},
	})
}

func adjudicated(items []claimItem) []claimItem {
	out := make([]claimItem, len(items))
	for i, item := range items {
		item.Adjudication = []adjudication{
			{term("adjudication", "submitted", "Submitted Amount"), item.Net},
			{term("adjudication", "benefit", "Benefit Amount"), dollars(item.Net.Value * 0.8)},
		}
		out[i] = item
	}
	return out
}

func (c *chart) diagnoses() (list []claimDiagnosis) {
	for i, active := range c.conditions {
		ref := active.ref
		ref.Display = active.code.Display
		list = append(list, claimDiagnosis{i + 1, ref})
	}
	return list
}
