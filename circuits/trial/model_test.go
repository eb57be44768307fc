package trial

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lethe/circuits/field"
)

// model is a trial as anybody would write it down: everybody's events in their order, and what was said of each when it was recorded.
type model struct {
	people []*person
	since  uint32 // serious events since the last flag
}

type person struct {
	tag    field.Element
	site   uint8
	gone   bool // anonymised
	events []recorded
}

type recorded struct {
	Event
	consent Consent
	batch   uint64 // when it was recorded
	live    bool   // whether the consent's grant stood in the tree then
	until   uint64 // of the version then in force for them
}

func (m *model) find(tag field.Element, site uint8) *person {
	for _, p := range m.people {
		if p.tag == tag && !p.gone && p.site == site {
			return p
		}
	}
	return nil
}

func (m *model) enrolled(tag field.Element) bool {
	return slices.ContainsFunc(m.people, func(p *person) bool { return p.tag == tag && !p.gone })
}

// last is the last event of some kinds, before the n-th.
func (p *person) last(n int, kinds ...Kind) *recorded {
	for i := n - 1; i >= 0; i-- {
		if slices.Contains(kinds, p.events[i].Kind) {
			return &p.events[i]
		}
	}
	return nil
}

func (p *person) status() Status {
	e := p.last(len(p.events), Withdrawal, Discontinuation, LostToFollowUp)
	if e == nil {
		return Active
	}
	return e.status()
}

// state counts it all again.
func (m *model) state(lateness uint64) (a Activity, d Deviations) {
	for _, p := range m.people {
		for i, e := range p.events {
			for k, lane := range map[Kind]*uint32{Reconsent: &a.Reconsents, Visit: &a.Visits, SeriousEvent: &a.SeriousEvents,
				Withdrawal: &a.Withdrawals, Discontinuation: &a.Discontinuations, LostToFollowUp: &a.Lost, Unblinding: &a.Unblindings,
				Correction: &a.Corrections, Anonymisation: &a.Anonymisations} {
				count(lane, e.Kind == k)
			}
			count(&a.Custodial, e.Custodial)
			count(&d.Ineligible, e.Ineligible)
			count(&d.Deferred, e.Deferred)
			count(&d.Late, e.batch-e.When > lateness)
			consents := e.Kind == Enrolment || e.Kind == Reconsent
			count(&d.Superseded, (consents || e.Kind == Visit) && e.until <= e.When)
			if e.Kind == Visit {
				p.visit(i, &d)
			}
		}
	}
	return a, d
}

// visit counts what deviates in a visit.
func (p *person) visit(i int, d *Deviations) {
	e, phase := p.events[i], uint8(0)
	if before := p.last(i, Visit); before != nil {
		phase = before.Phase
	}
	given := p.last(i, Enrolment, Reconsent)
	count(&d.NoConsent, !e.live || e.When < given.When || given.consent.Until <= e.When)
	count(&d.Phase, e.Phase != phase && e.Phase != phase+1)
	out := p.last(i, Withdrawal)
	count(&d.AfterWithdrawal, out != nil && out.When < e.When)
}

// history is one trial with its model beside it.
type history struct {
	t        *rapid.T
	model    model
	cohort   *Cohort
	protocol Protocol
	grants   map[uint32]field.Element
	time     uint64
}

var versions = []Version{{Terms: field.Uint64(1), Policy: field.Uint64(2), From: 10, Until: 60}, {Terms: field.Uint64(3), Policy: field.Uint64(2), From: 40, Until: Forever}}

func newHistory(t *rapid.T) *history {
	p := Protocol{Versions: versions, Safety: rapid.Uint32Range(1, 3).Draw(t, "safety"), Lateness: 15, Sites: field.Uint64(9)}
	return &history{t: t, cohort: NewCohort(field.Uint64(5)), protocol: p, grants: map[uint32]field.Element{}, time: 10}
}

func (h *history) live(index uint32, leaf field.Element) bool {
	return !leaf.IsZero() && h.grants[index] == leaf
}

// batch takes some events in, of which some are refused.
func (h *history) batch() {
	h.time += rapid.Uint64Range(0, 25).Draw(h.t, "later")
	in := Setting{Enrols: rapid.Bool().Draw(h.t, "enrols"), Protocol: h.protocol, Time: h.time, Site: rapid.Uint8Range(0, 1).Draw(h.t, "site"), Live: h.live}
	b, err := h.cohort.Begin(in)
	if err != nil {
		h.t.Fatal(err)
	}
	for range rapid.IntRange(0, 6).Draw(h.t, "events") {
		state, places, order, digest := b.after.state, b.after.Places(), slices.Clone(b.after.order), b.digest
		if h.event(b) {
			continue
		}
		if b.after.state != state || !slices.Equal(b.after.places, places) || !slices.Equal(b.after.order, order) || b.digest != digest {
			h.t.Fatal("a refused event has changed something")
		}
	}
	before := h.cohort.State()
	flag, after := b.End()
	if again, same := b.End(); again != flag || same.State() != after.State() || h.cohort.State() != before {
		h.t.Fatal("a batch that has ended says something else, or has changed the cohort before it")
	}
	h.ended(in, flag, after)
}

// ended holds the cohort after a batch to the model.
func (h *history) ended(in Setting, flag bool, after *Cohort) {
	if want := !in.Enrols && h.model.since >= h.protocol.Safety; flag != want {
		h.t.Fatalf("flag %v after %d serious events", flag, h.model.since)
	}
	if flag {
		h.model.since = 0
	}
	s := after.State()
	a, d := h.model.state(h.protocol.Lateness)
	if s.Activity != a || s.Deviations != d || int(s.Participants) != len(h.model.people) || s.SinceFlag != h.model.since ||
		s.Time != in.Time || s.Batches != h.cohort.State().Batches+1 || s.Trial != field.Uint64(5) {
		h.t.Fatalf("%+v, the model has %+v and %+v", s, a, d)
	}
	h.cohort = after
	h.wellOrdered()
	h.restored()
}

// event draws an event and gives it to both; whether it was taken.
func (h *history) event(b *Batch) bool {
	e := Event{
		Kind: rapid.SampledFrom([]Kind{Enrolment, Reconsent, Visit, Visit, SeriousEvent, Withdrawal, Discontinuation, Unblinding, LostToFollowUp,
			Correction, Anonymisation}).Draw(h.t, "kind"),
		Tag: field.Uint64(rapid.Uint64Range(0, 6).Draw(h.t, "tag")), When: h.time - min(h.time, rapid.Uint64Range(0, 20).Draw(h.t, "before")),
		Entry: field.Uint64(rapid.Uint64Range(0, 99).Draw(h.t, "entry")),
	}
	if rapid.IntRange(0, 19).Draw(h.t, "future") == 0 {
		e.When = h.time + 1
	}
	switch e.Kind {
	case Enrolment, Reconsent:
		return h.consent(b, e)
	case Visit:
		e.Phase = rapid.Uint8Range(0, 3).Draw(h.t, "phase")
	}
	p := h.model.find(e.Tag, b.Site)
	want := !b.Enrols && p != nil && e.When <= h.time && (e.status() == Active || p.status() != Withdrawn)
	var r recorded
	if p != nil {
		given := p.last(len(p.events), Enrolment, Reconsent)
		r = recorded{Event: e, batch: h.time, live: h.live(given.consent.Index, given.consent.Leaf), until: versions[given.Version].Until}
	}
	if _, err := b.Record(e); (err == nil) != want {
		h.t.Fatalf("%v: %v, want it taken: %v", e.Kind, err, want)
	}
	if want {
		p.events = append(p.events, r)
		p.gone = e.Kind == Anonymisation
		count(&h.model.since, e.Kind == SeriousEvent)
	}
	return want
}

// consent draws what an enrolment or a re-consent stands on, and gives it to both.
func (h *history) consent(b *Batch, e Event) bool {
	e.Version = rapid.Uint8Range(0, 2).Draw(h.t, "version")
	if e.Kind == Enrolment {
		e.Custodial, e.Ineligible, e.Deferred = rapid.Bool().Draw(h.t, "custodial"), rapid.Bool().Draw(h.t, "ineligible"), rapid.Bool().Draw(h.t, "deferred")
	}
	if e.Kind == Reconsent {
		e.Ineligible = rapid.Bool().Draw(h.t, "unattested")
	}
	var c Consent
	if !e.Deferred {
		c = Consent{Leaf: field.Random(), Index: uint32(len(h.grants)), From: 5, Until: e.When + rapid.Uint64Range(0, 30).Draw(h.t, "lasts")}
		h.grants[c.Index] = c.Leaf
	}
	p := h.model.find(e.Tag, b.Site)
	want := b.Enrols && e.When <= h.time && int(e.Version) < len(versions) && versions[min(int(e.Version), 1)].From <= e.When &&
		!e.Tag.IsZero() && (e.Deferred || 5 <= e.When && e.When < c.Until)
	var err error
	if e.Kind == Enrolment {
		want = want && !h.model.enrolled(e.Tag)
		_, err = b.Enrol(e, c)
	} else {
		want = want && p != nil && p.status() == Active && p.last(len(p.events), Enrolment, Reconsent).Version <= e.Version
		_, err = b.Reconsent(e, c)
	}
	if (err == nil) != want {
		h.t.Fatalf("%+v: %v, want it taken: %v", e, err, want)
	}
	if !want {
		return false
	}
	if e.Kind == Enrolment {
		p = &person{tag: e.Tag, site: b.Site}
		h.model.people = append(h.model.people, p)
	}
	p.events = append(p.events, recorded{Event: e, consent: c, batch: h.time, until: versions[e.Version].Until})
	return true
}

// wellOrdered holds the list of tags to its order, and the tree to the places.
func (h *history) wellOrdered() {
	var want []field.Element
	for _, p := range h.model.people {
		if !p.gone {
			want = append(want, p.tag)
		}
	}
	slices.SortFunc(want, func(a, b field.Element) int { return a.Cmp(&b) })
	places := h.cohort.Places()
	at := places[0]
	for _, tag := range want {
		if at.Next != tag {
			h.t.Fatalf("%v comes after %v, want %v", at.Next, at.Tag, tag)
		}
		place, p, err := h.cohort.Opening(tag)
		if err != nil || p.Tag != tag || places[place] != p {
			h.t.Fatalf("%v is not where it is found: %v", tag, err)
		}
		if root, ok := field.Climb(p.Leaf(), h.cohort.Path(place)); !ok || root != h.cohort.State().Root {
			h.t.Fatalf("%v's path does not lead to the root", tag)
		}
		at = p
	}
	if !at.Next.IsZero() {
		h.t.Fatal("the list does not end")
	}
	for _, p := range places[1:] {
		if (p.Tag == p.Next) != (p.Tag != low(p.Tag)) {
			h.t.Fatal("somebody is half anonymised")
		}
	}
}

// restored makes the cohort again from what is kept of it.
func (h *history) restored() {
	s := h.cohort.State()
	c, err := Restore(s, h.cohort.Participants())
	if err != nil {
		h.t.Fatal(err)
	}
	if c.State() != s || !slices.Equal(c.places, h.cohort.places) || !slices.Equal(c.order, h.cohort.order) || c.tree.Root() != s.Root {
		h.t.Fatal("restored as another")
	}
	if len(h.model.people) == 0 {
		return
	}
	fewer, other := h.cohort.Participants()[1:], h.cohort.Participants()
	other[0].History = field.Uint64(1)
	for name, people := range map[string][]Participant{"fewer": fewer, "another": other} {
		if _, err := Restore(s, people); !errors.Is(err, ErrNotTheState) {
			h.t.Fatalf("%s: restored with %v", name, err)
		}
	}
}

func TestHistoriesAreWhatAModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t)
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			if h.batch(); len(h.grants) > 0 && rapid.Bool().Draw(t, "withdrawn") {
				delete(h.grants, rapid.Uint32Range(0, uint32(len(h.grants)-1)).Draw(t, "grant"))
			}
		}
	})
}
