package synthetic

import (
	"fmt"
	"strings"
	"time"
)

// person is what a patient is like, and when they are seen.
type person struct {
	female        bool
	born          time.Time
	given, family string
	home          address
	phone         string
	serial        string // ten digits, unique in the cohort
	smoked        bool

	height, weight float64 // cm, kg at the first visit
	gain           float64 // kg a year
	constitution   illness
	visits         []time.Time
}

// illness says at which visit each condition sets in; never is beyond the last.
type illness struct{ prediabetes, diabetes, hypertension, hyperlipidemia int }

const never = 1 << 20

func (c *chart) drawPerson(serial string) person {
	p := person{female: c.chance(0.5), serial: serial, smoked: c.chance(0.3)}
	age := 20 + c.rng.IntN(65)
	p.born = lastVisit().AddDate(-age, 0, -c.rng.IntN(365))
	p.given, p.family = pick(c, givenNames(p.female)), pick(c, familyNames())
	p.home = address{
		Use: "home", Line: []string{fmt.Sprintf("%d %s", 1+c.rng.IntN(250), pick(c, streets()))},
		City: pick(c, towns()), PostalCode: fmt.Sprintf("Z%04d", c.rng.IntN(10_000)), Country: "ZZ",
	}
	p.phone = fmt.Sprintf("+1-%d-555-01%02d", 201+c.rng.IntN(700), c.rng.IntN(100))
	p.height = c.normal(176, 7)
	if p.female {
		p.height = c.normal(163, 6)
	}
	bmi := max(18.5, c.normal(26.5, 4.5))
	p.weight, p.gain = bmi*p.height*p.height/10_000, c.normal(0.4, 0.5)
	p.visits = c.drawVisits(age)
	p.constitution = c.drawIllness(float64(age), bmi, len(p.visits))
	return p
}

// drawVisits spreads visits over up to twelve years of adult life, more of them with age, in office hours.
func (c *chart) drawVisits(age int) []time.Time {
	years := min(12, age-18)
	n := 6 + age/11 + c.rng.IntN(4)
	first := lastVisit().AddDate(-years, 0, 0)
	step := lastVisit().Sub(first) / time.Duration(n)
	visits := make([]time.Time, n)
	for i := range visits {
		day := first.Add(step*time.Duration(i) + time.Duration(c.rng.Int64N(int64(step)*3/4))).Truncate(24 * time.Hour)
		visits[i] = day.Add(8*time.Hour + time.Duration(c.rng.IntN(36))*15*time.Minute)
	}
	return visits
}

// drawIllness lets risks grow with age and weight.
func (c *chart) drawIllness(age, bmi float64, visits int) illness {
	ill := illness{never, never, never, never}
	onset := func(at *int, risk float64) {
		if c.chance(risk) {
			*at = c.rng.IntN(visits * 2 / 3)
		}
	}
	onset(&ill.hypertension, (age-25)/90+(bmi-25)/40)
	onset(&ill.hyperlipidemia, (age-30)/120+(bmi-25)/50)
	onset(&ill.prediabetes, (age-25)/110+(bmi-25)/30)
	if ill.prediabetes != never && c.chance(0.4) {
		ill.diabetes = ill.prediabetes + 2 + c.rng.IntN(6)
	}
	return ill
}

// age is that at the current visit, in years.
func (c *chart) age() float64 { return c.now().Sub(c.person.born).Hours() / 24 / 365.25 }

func (c *chart) now() time.Time { return c.person.visits[c.visit] }

// weight is that at the current visit, in kg.
func (c *chart) weight() float64 {
	years := c.now().Sub(c.person.visits[0]).Hours() / 24 / 365.25
	return max(16*c.person.height*c.person.height/10_000, c.person.weight+c.person.gain*years)
}

type patient struct {
	head
	Identifier []identifier   `json:"identifier"`
	Active     bool           `json:"active"`
	Name       []humanName    `json:"name"`
	Telecom    []contactPoint `json:"telecom"`
	Gender     string         `json:"gender"`
	BirthDate  string         `json:"birthDate"`
	Address    []address      `json:"address"`
}

func (c *chart) addPatient() {
	p := c.person
	typed := func(code, display, system, value string) identifier {
		kind := term("v2-0203", code, display)
		return identifier{Use: "official", Type: &kind, System: system, Value: value}
	}
	ids := []identifier{
		typed("MR", "Medical record number", mrnSystem, "M"+p.serial),
		typed("NI", "National unique individual identifier", nationalSystem, p.born.Format("060102")+"-"+p.serial),
	}
	if c.chance(0.4) {
		ids = append(ids, typed("PPN", "Passport number", passportSystem, "ZZ"+p.serial))
	}
	gender := "male"
	if p.female {
		gender = "female"
	}
	mail := strings.ToLower(p.given+"."+p.family) + "." + p.serial + "@mail.example"
	h := c.head("Patient")
	c.patient = c.add(h, patient{
		head: h, Identifier: ids, Active: true, Gender: gender, BirthDate: date(p.born), Address: []address{p.home},
		Name:    []humanName{{Use: "official", Family: p.family, Given: []string{p.given}}},
		Telecom: []contactPoint{{"phone", p.phone, "home"}, {"email", mail, ""}},
	})
}

func givenNames(female bool) []string {
	if female {
		return []string{"Adela", "Briony", "Celestine", "Dagny", "Elowen", "Fenella", "Gwenda", "Hesper", "Ilse", "Jorunn", "Kerensa", "Liora", "Maelys", "Nerys", "Oriel", "Petra"}
	}
	return []string{"Alaric", "Bertil", "Corwin", "Dunstan", "Evander", "Florian", "Gareth", "Hakon", "Ivo", "Joss", "Kester", "Leander", "Merrick", "Niall", "Osric", "Perrin"}
}

func familyNames() []string {
	return []string{
		"Ashgrovel", "Brindlewick", "Cobblestead", "Dunmarrow", "Elderquill", "Fennimoor", "Gorsewater", "Hollowbrooke",
		"Ironmead", "Juniperley", "Kettlethorn", "Larkenfield", "Mossgarth", "Nettlecombe", "Oakenshade", "Pebblewright",
		"Quillfeather", "Rookhaven", "Saltmarshe", "Thistledown", "Umberlane", "Vexleigh", "Willowmere", "Yarrowgate",
	}
}

func streets() []string {
	return []string{"Lantern Row", "Millrace Lane", "Heronry Walk", "Quarry Steps", "Orchard Wynd", "Tinder Street", "Ropemaker Way"}
}

func towns() []string {
	return []string{"Upper Alderwick", "Brackenhythe", "Carrowmist", "Dimmerdale", "Eskerfold", "Nether Quillby"}
}
