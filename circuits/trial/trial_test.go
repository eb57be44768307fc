package trial

import (
	"errors"
	"strings"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

func testProtocol() Protocol {
	return Protocol{Versions: []Version{{From: 10, Until: 60}, {From: 40, Until: Forever}}, Safety: 2, Lateness: 15, Sites: field.Uint64(9)}
}

func anyGrant(uint32, field.Element) bool { return true }

func setting(enrols bool, time uint64) Setting {
	return Setting{Enrols: enrols, Protocol: testProtocol(), Time: time, Live: anyGrant}
}

func begin(t *testing.T, c *Cohort, in Setting) *Batch {
	t.Helper()
	b, err := c.Begin(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	given = Consent{Leaf: field.Uint64(77), Index: 3, From: 5, Until: 500}
	tag   = field.Uint64(8)
)

// enrolled is a cohort with one participant.
func enrolled(t *testing.T, time uint64, version uint8) *Cohort {
	t.Helper()
	b := begin(t, NewCohort(field.Uint64(5)), setting(true, time))
	if _, err := b.Enrol(Event{Kind: Enrolment, Tag: tag, When: time, Version: version}, given); err != nil {
		t.Fatal(err)
	}
	_, c := b.End()
	return c
}

func TestProtocolsOutOfBoundsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Protocol){
		"0 versions":         func(p *Protocol) { p.Versions = nil },
		"5 versions":         func(p *Protocol) { p.Versions = make([]Version, 5) },
		"threshold of 0":     func(p *Protocol) { p.Safety = 0 },
		"threshold of 41943": func(p *Protocol) { p.Safety = 1 << LaneBits },
		"lateness":           func(p *Protocol) { p.Lateness = Forever + 1 },
		"version 1 from 60":  func(p *Protocol) { p.Versions[0].From = 60 },
		"version 2 from 10":  func(p *Protocol) { p.Versions[1].From = 10 },
		"version 2 from 40":  func(p *Protocol) { p.Versions[1].Until = Forever + 1 },
	} {
		p := testProtocol()
		change(&p)
		if err := p.Check(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewCohort(tag).Begin(Setting{Protocol: p, Time: 20}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: a batch began: %v", name, err)
		}
	}
	if err := testProtocol().Check(); err != nil {
		t.Error(err)
	}
}

func TestBatchesAreInTheOrderOfTime(t *testing.T) {
	c := enrolled(t, 20, 0)
	for time, want := range map[uint64]error{19: ErrFuture, 20: nil, 21: nil, Forever: nil, Forever + 1: ErrFuture} {
		if _, err := c.Begin(setting(false, time)); !errors.Is(err, want) {
			t.Errorf("at %d: %v, want %v", time, err, want)
		}
	}
	c.state.Batches = most
	if _, err := c.Begin(setting(false, 30)); !errors.Is(err, ErrFull) {
		t.Errorf("one batch too many: %v", err)
	}
}

func TestEventsOutOfBoundsAreRefused(t *testing.T) {
	for name, e := range map[string]Event{
		"no kind":             {},
		"an unlinking":        {Kind: unlinking},
		"time":                {Kind: Visit, When: Forever + 1},
		"phase":               {Kind: Visit, Phase: 8},
		"version":             {Kind: Enrolment, Version: 4},
		"a custodial visit":   {Kind: Visit, Custodial: true},
		"an ineligible visit": {Kind: Visit, Ineligible: true},
		"a deferred one":      {Kind: Reconsent, Deferred: true},
		"a visit's version":   {Kind: Visit, Version: 1},
		"a withdrawn phase":   {Kind: Withdrawal, Phase: 1},
		"more random bits":    {Kind: Anonymisation, Entry: Anonymous(field.Element{})},
		"an enrolment's kind": {Kind: Enrolment},
	} {
		e.Tag = tag
		b := begin(t, enrolled(t, 20, 0), setting(false, 30))
		if _, err := b.Record(e); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReasonsOfEnrolments(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(e *Event, c *Consent, in *Setting)
		want   error
	}{
		"enrolled":          {func(e *Event, _ *Consent, _ *Setting) { e.Tag = tag }, ErrEnrolled},
		"in the future":     {func(e *Event, _ *Consent, _ *Setting) { e.When = 31 }, ErrFuture},
		"before a version":  {func(e *Event, _ *Consent, _ *Setting) { e.Version = 1 }, ErrNotInForce},
		"no such version":   {func(e *Event, _ *Consent, _ *Setting) { e.Version = 2 }, ErrNotInForce},
		"nobody's tag":      {func(e *Event, _ *Consent, _ *Setting) { e.Tag = field.Element{} }, ErrInvalid},
		"a tag too large":   {func(e *Event, _ *Consent, _ *Setting) { e.Tag = Anonymous(tag) }, ErrInvalid},
		"not begun":         {func(_ *Event, c *Consent, _ *Setting) { c.From = 31 }, ErrInvalid},
		"expired":           {func(_ *Event, c *Consent, _ *Setting) { c.Until = 30 }, ErrInvalid},
		"deferred, granted": {func(e *Event, _ *Consent, _ *Setting) { e.Deferred = true }, ErrInvalid},
		"not live": {func(_ *Event, _ *Consent, in *Setting) {
			in.Live = func(uint32, field.Element) bool { return false }
		}, ErrInvalid},
		"among visits": {func(_ *Event, _ *Consent, in *Setting) { in.Enrols = false }, ErrInvalid},
		"a re-consent": {func(e *Event, _ *Consent, _ *Setting) { e.Kind = Reconsent }, ErrInvalid},
	} {
		e, c, in := Event{Kind: Enrolment, Tag: field.Uint64(9), When: 30}, given, setting(true, 30)
		tc.change(&e, &c, &in)
		if _, err := begin(t, enrolled(t, 20, 0), in).Enrol(e, c); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestARefusedEnrolmentCountsNothing(t *testing.T) {
	b := begin(t, enrolled(t, 20, 0), setting(true, 70))
	if _, err := b.Enrol(Event{Kind: Enrolment, Tag: tag, When: 70}, given); !errors.Is(err, ErrEnrolled) || b.after.state.Deviations != (Deviations{}) {
		t.Errorf("%v: %+v", err, b.after.state.Deviations)
	}
}

func TestReasonsOfReconsents(t *testing.T) {
	out := begin(t, enrolled(t, 50, 1), setting(false, 50))
	if _, err := out.Record(Event{Kind: LostToFollowUp, Tag: tag, When: 50}); err != nil {
		t.Fatal(err)
	}
	_, lost := out.End()
	for name, tc := range map[string]struct {
		of   *Cohort
		e    Event
		site uint8
		want error
	}{
		"good":            {enrolled(t, 50, 1), Event{Tag: tag, Version: 1}, 0, nil},
		"earlier version": {enrolled(t, 50, 1), Event{Tag: tag}, 0, ErrNotInForce},
		"nobody":          {enrolled(t, 50, 1), Event{Tag: field.Uint64(9), Version: 1}, 0, ErrUnknown},
		"another site's":  {enrolled(t, 50, 1), Event{Tag: tag, Version: 1}, 1, ErrUnknown},
		"who is lost":     {lost, Event{Tag: tag, Version: 1}, 0, ErrWithdrawn},
	} {
		in := setting(true, 55)
		in.Site = tc.site
		tc.e.Kind, tc.e.When = Reconsent, 55
		if _, err := begin(t, tc.of, in).Reconsent(tc.e, given); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestReasonsOfOtherEvents(t *testing.T) {
	full, withdrawn := enrolled(t, 20, 0), enrolled(t, 20, 0)
	full.places[1].Visits, full.places[1].Events = most, most
	withdrawn.places[1].Status = Withdrawn
	second := enrolled(t, 50, 1)
	one := setting(false, 60)
	one.Protocol.Versions = one.Protocol.Versions[:1]
	for name, tc := range map[string]struct {
		of   *Cohort
		in   Setting
		e    Event
		want error
	}{
		"nobody":                      {full, setting(false, 60), Event{Kind: Visit, Tag: field.Uint64(9)}, ErrUnknown},
		"the head of the list":        {full, setting(false, 60), Event{Kind: Visit}, ErrUnknown},
		"one visit too many":          {full, setting(false, 60), Event{Kind: Visit, Tag: tag}, ErrFull},
		"one serious event too many":  {full, setting(false, 60), Event{Kind: SeriousEvent, Tag: tag}, ErrFull},
		"among enrolments":            {full, setting(true, 60), Event{Kind: Visit, Tag: tag}, ErrInvalid},
		"in the future":               {withdrawn, setting(false, 60), Event{Kind: Visit, Tag: tag, When: 61}, ErrFuture},
		"a withdrawal is for good":    {withdrawn, setting(false, 60), Event{Kind: Discontinuation, Tag: tag}, ErrWithdrawn},
		"a version that is gone":      {second, one, Event{Kind: Visit, Tag: tag}, ErrNotInForce},
		"but no visit":                {second, one, Event{Kind: SeriousEvent, Tag: tag}, nil},
		"a withdrawn one's report is": {withdrawn, setting(false, 60), Event{Kind: SeriousEvent, Tag: tag}, nil},
	} {
		if _, err := begin(t, tc.of, tc.in).Record(tc.e); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestCohortsAreFull(t *testing.T) {
	c := enrolled(t, 20, 0)
	c.places = append(c.places, make([]Participant, c.tree.Capacity()-2)...)
	b := begin(t, c, setting(true, 30))
	if _, err := b.Enrol(Event{Kind: Enrolment, Tag: field.Uint64(9), When: 30}, given); !errors.Is(err, ErrFull) {
		t.Errorf("one participant too many: %v", err)
	}
}

// Numbers over their bounds can have the leaf, or the digest, of others within.
func TestWhatIsRestoredIsBounded(t *testing.T) {
	c := enrolled(t, 21, 0)
	for name, change := range map[string]func(s *State, p *Participant){
		"version":       func(_ *State, p *Participant) { p.Version = Versions },
		"grant's place": func(_ *State, p *Participant) { p.GrantIndex |= 1 << identity.IndexBits },
		"phase":         func(_ *State, p *Participant) { p.Phase = 8 },
		"status":        func(_ *State, p *Participant) { p.Status = 4 },
		"end":           func(_ *State, p *Participant) { p.GrantUntil |= 1 << 40 },
		"consented":     func(_ *State, p *Participant) { p.Consented |= 1 << 40 },
		"last visit":    func(_ *State, p *Participant) { p.LastVisit = 1 << 40 },
		"status since":  func(_ *State, p *Participant) { p.StatusSince = 1 << 40 },
		"time":          func(s *State, _ *Participant) { s.Time |= 1 << 40 },
		"a counter":     func(s *State, _ *Participant) { s.Activity.Custodial = 1 << LaneBits },
		"a deviation":   func(s *State, _ *Participant) { s.Deviations.Late = 1 << LaneBits },
		"since a flag":  func(s *State, _ *Participant) { s.SinceFlag = 1 << LaneBits },
		"more of them":  func(s *State, _ *Participant) { s.Participants = 2 },
		"another root":  func(s *State, _ *Participant) { s.Root = field.Uint64(1) },
	} {
		s, people := c.State(), c.Participants()
		change(&s, &people[0])
		if _, err := Restore(s, people); !errors.Is(err, ErrNotTheState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, twice := c.State(), append(c.Participants(), c.Participants()...)
	s.Participants = 2
	if _, err := Restore(s, twice); !errors.Is(err, ErrNotTheState) {
		t.Errorf("one who stands twice: %v", err)
	}
	if p := (Participant{Version: 4, Consented: 1}); p.Leaf() != (Participant{Consented: 1}).Leaf() {
		t.Error("then a bound is not needed")
	}
}

func TestWordsOfKinds(t *testing.T) {
	for k := Enrolment; k <= Anonymisation; k++ {
		if got, err := ParseKind(k.String()); got != k || err != nil {
			t.Errorf("%v came back as %v: %v", k, got, err)
		}
	}
	for _, s := range []string{"", "none", "Visit", "kind(11)", "visit "} {
		if k, err := ParseKind(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q was read as %v", s, k)
		}
	}
	if unlinking.String() != "kind(11)" || Lost.String() != "lost" || Status(4).String() != "status(4)" {
		t.Error(unlinking, Lost, Status(4))
	}
}

// FuzzKind holds ParseKind to the words that String writes.
func FuzzKind(f *testing.F) {
	for k := None; k <= unlinking; k++ {
		f.Add(k.String())
	}
	f.Fuzz(func(t *testing.T, s string) {
		if k, err := ParseKind(s); err == nil && (k.String() != s || k == None || k > Anonymisation) {
			t.Errorf("%q was read as %v", s, k)
		}
	})
}

// FuzzRestore gives one participant's and the state's numbers: what is restored has the root that it says, and only one reading.
func FuzzRestore(f *testing.F) {
	f.Add(uint64(8), uint32(3), uint64(500), uint8(0), uint8(0), uint8(0), uint64(20), uint32(0))
	f.Fuzz(func(t *testing.T, of uint64, index uint32, until uint64, version, phase, status uint8, time uint64, lane uint32) {
		p := Participant{Tag: field.Uint64(of), GrantIndex: index, GrantUntil: until, Version: version, Phase: phase, Status: Status(status), Consented: time}
		tree := field.NewTree(Levels)
		tree.Set(field.Change{Leaf: Participant{Next: p.Tag}.Leaf()}, field.Change{Index: 1, Leaf: p.Leaf()})
		s := State{Root: tree.Root(), Participants: 1, Time: time, SinceFlag: lane}
		c, err := Restore(s, []Participant{p})
		if err != nil {
			return
		}
		if c.State() != s || c.Participants()[0] != p || p.Version >= Versions || p.Phase > 7 || p.Status > Lost || index >= 1<<28 || time > Forever {
			t.Errorf("%+v was restored", p)
		}
	})
}
