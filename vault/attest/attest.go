package attest

import (
	"fmt"
	"strings"
	"time"

	"lethe/circuits/identity"
)

// Result is what the records say of a patient.
type Result struct {
	Values   [identity.Attributes]identity.Value
	Until    time.Time // when the first of the values may cease to be true, or what was asked for
	Readings []Reading // one for each attribute of the schema
}

// Reading says where a value is from, or why there is none. It is for the site that attests, and for nobody else.
type Reading struct {
	Attribute string `json:"attribute"`
	Known     bool   `json:"known"`
	Number    uint32 `json:"number"`
	Words     string `json:"words,omitempty"`
	Record    string `json:"record,omitempty"`
	Date      string `json:"date,omitempty"`
	Raw       string `json:"raw,omitempty"` // as it stands in the record
	Why       string `json:"why,omitempty"` // it is not known
}

// Attest reads a patient's attributes from their resources, as of a moment, to be attested until another at the latest. Resources
// of types that no attribute is read from are passed over; the others must be the patient's own, which the vault sees to at
// import. What cannot be read is [ErrResource].
func (s *Schema) Attest(resources []Resource, at, until time.Time) (*Result, error) {
	at, until = at.UTC().Truncate(time.Second), until.UTC().Truncate(time.Second)
	if !at.Before(until) {
		return nil, fmt.Errorf("an attestation from %s until %s says nothing", at.Format(time.RFC3339), until.Format(time.RFC3339))
	}
	c, err := readChart(resources)
	if err != nil {
		return nil, err
	}
	r := &Result{Until: until}
	for i := range s.Attributes {
		a := &s.Attributes[i]
		got := a.read(c, at)
		reading := Reading{Attribute: a.Name, Known: got.why == "", Record: got.record, Date: got.date, Raw: got.raw, Why: got.why}
		if reading.Known {
			reading.Number, reading.Words = got.number, a.Words(got.number)
			r.Values[i] = identity.KnownValue(got.number)
			if !got.until.IsZero() && got.until.Before(r.Until) {
				r.Until = got.until.Truncate(time.Second)
			}
		}
		r.Readings = append(r.Readings, reading)
	}
	return r, nil
}

// found is a possible value of an attribute. When why is not empty it is none, and says so: what it is from may be what counts.
type found struct {
	number            uint32
	why               string
	record, date, raw string
	when              moments
	until             time.Time // when it ceases to be true, zero: not by itself
}

func unknown(format string, args ...any) found { return found{why: fmt.Sprintf(format, args...)} }

func (a *Attribute) read(c *chart, at time.Time) found {
	switch {
	case a.Kind == Age:
		return readAge(c, at)
	case a.Kind == Condition:
		return a.readCondition(c, at)
	case a.Element == gender:
		return a.readGender(c)
	}
	return a.readObservation(c, at)
}

// person is what all Patient resources agree on.
func (c *chart) person(of func(patient) string) (text, record string, err found) {
	if len(c.patients) == 0 {
		return "", "", unknown("there is no Patient resource")
	}
	first := c.patients[0]
	for _, p := range c.patients {
		if len(p.ModifierExtensions) > 0 {
			return "", "", unknown("record %s has a modifier extension, which may change what it means", p.record)
		}
		if of(p) != of(first) {
			return "", "", unknown("records %s and %s contradict each other", first.record, p.record)
		}
	}
	return of(first), first.record, found{}
}

// readAge is the whole years that a person has lived at the beginning of a day of UTC, which is true until their next birthday.
// Who was born on 29 February has it on 1 March of other years.
func readAge(c *chart, at time.Time) found {
	birth, record, none := c.person(func(p patient) string { return p.BirthDate })
	if none.why != "" {
		return none
	}
	for _, p := range c.patients {
		if p.DeceasedBoolean || p.DeceasedDateTime != "" {
			return unknown("record %s says that the patient has died", p.record)
		}
	}
	born, day := parseDate(birth), at.Truncate(24*time.Hour)
	if !born.known() || len(birth) > len(time.DateOnly) || born.first.After(day) {
		return unknown("record %s has no birth date that one can reckon with", record)
	}
	age, youngest := yearsBetween(born.first, day), yearsBetween(born.last, day)
	if age != youngest || age > maxAge {
		return unknown("record %s has a birth date that leaves the age open, or makes it more than %d", record, maxAge)
	}
	return found{number: uint32(age), record: record, date: birth, raw: birth, until: born.first.AddDate(age+1, 0, 0)}
}

func yearsBetween(born, day time.Time) int {
	n := day.Year() - born.Year()
	if day.Before(born.AddDate(n, 0, 0).Truncate(24 * time.Hour)) {
		n--
	}
	return n
}

func (a *Attribute) readGender(c *chart) found {
	code, record, none := c.person(func(p patient) string { return p.Gender })
	if none.why != "" {
		return none
	}
	for _, k := range a.Categories {
		if k.Code == code {
			return found{number: k.Number, record: record, raw: code}
		}
	}
	return unknown("record %s has none of the genders of the list", record)
}

// Clinical and verification statuses (https://hl7.org/fhir/R4/valueset-condition-clinical.html, …-ver-status.html).
const (
	clinicalSystem     = "http://terminology.hl7.org/CodeSystem/condition-clinical"
	verificationSystem = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
)

func (a *Attribute) readCondition(c *chart, at time.Time) found {
	var all []found
	for _, k := range c.conditions {
		if f, counts := a.condition(k); counts {
			all = append(all, f)
		}
	}
	all = before(all, at)
	if len(all) == 0 && a.Absent == AbsentNo {
		return found{raw: "not recorded"}
	}
	if len(all) == 0 {
		return unknown("it is not recorded, which does not mean no")
	}
	if a.Pick == Any {
		return anyOf(all)
	}
	return newest(all)
}

// condition reads one; it does not count when it is of another code, refuted, or a mistake.
func (a *Attribute) condition(k condition) (f found, counts bool) {
	verification, verified := k.Verification.code(verificationSystem)
	if !k.Code.has(a.Codes) || verification == "refuted" || verification == "entered-in-error" {
		return f, false
	}
	f = found{record: k.record, raw: "no status"}
	f.when = firstKnown(parseDate(k.OnsetDateTime), k.OnsetPeriod.within(), parseDate(k.RecordedDate))
	f.date = strings.TrimSpace(k.OnsetDateTime + k.OnsetPeriod.Start)
	if f.date == "" {
		f.date = k.RecordedDate
	}
	status, _ := k.Clinical.code(clinicalSystem)
	if status != "" {
		f.raw = status
	}
	active := status == "active" || status == "recurrence" || status == "relapse"
	over := status == "inactive" || status == "remission" || status == "resolved"
	switch {
	case len(k.ModifierExtensions) > 0:
		f.why = "it has a modifier extension, which may change what it means"
	case verified && verification != "confirmed" || !verified && len(k.Verification.Coding) > 0:
		f.why = "it is not confirmed"
	case a.Pick == Any:
		f.number = 1
	case !active && !over:
		f.why = "it has no clinical status"
	case active && k.AbatementDateTime != "":
		f.why = "it is active, and over"
	case active:
		f.number = 1
	}
	return f, true
}

// anyOf is yes when one of some conditions is.
func anyOf(all []found) found {
	for _, f := range all {
		if f.why == "" {
			return f
		}
	}
	return all[0]
}

// before leaves out what is of later than a moment. What has no date may be of any moment before.
func before(all []found, at time.Time) (kept []found) {
	for _, f := range all {
		if !f.when.known() {
			f.when = moments{time.Time{}, at}
		}
		if f.when.first.After(at) {
			continue
		}
		if f.when.last.After(at) {
			f.when.last = at
		}
		kept = append(kept, f)
	}
	return kept
}

// newest is the newest of some results. Where dates leave open which that is, all that it may be must say the same.
func newest(all []found) found {
	var latest time.Time
	for _, f := range all {
		if f.when.first.After(latest) {
			latest = f.when.first
		}
	}
	var pick *found
	for i, f := range all {
		switch {
		case f.when.last.Before(latest):
		case f.why != "":
			return f
		case pick != nil && pick.number != f.number:
			return unknown("records %s and %s contradict each other, and neither is newer", pick.record, f.record)
		case pick == nil || f.when.first.Before(pick.when.first):
			pick = &all[i]
		}
	}
	return *pick
}
