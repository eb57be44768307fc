package trial

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
	"lethe/vault/registry"
)

// submit takes reports in and works until nothing waits.
func (w *world) submit(reports ...Report) {
	w.t.Helper()
	must(w.t, w.seq.Submit(w.t.Context(), w.submission(reports...)))
	must(w.t, w.seq.Work(w.t.Context(), w.protocol.ID, nil))
}

func (w *world) record() *Record {
	w.t.Helper()
	r, err := w.seq.Record(w.protocol.ID)
	must(w.t, err)
	return r
}

func TestATrialFromItsFirstDay(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.person(40), w.person(50), w.person(60)
	w.submit(a.enrols(start), b.enrols(start), c.enrols(start))
	w.submit(a.event(rollup.Visit, start), b.event(rollup.Visit, start), a.event(rollup.SeriousEvent, start))

	second := w.amendment(2)
	w.protocol, _ = second.Compile()
	w.chain.Standing.Protocol, w.chain.Now = w.protocol.Rollup.Digest(), start+2*day
	must(t, w.seq.Amend(t.Context(), second))
	w.consent(a, "what you consent to now")
	again := Report{Event: rollup.Event{Kind: rollup.Reconsent, Tag: a.tag, When: start + 2*day, Version: 1}, Person: a.identity, Consent: a.note, Attestation: a.attested}
	w.submit(again)

	w.chain.Now = start + 4*day
	late := b.event(rollup.Visit, start+4*day) // under the first version
	erased := c.event(rollup.Anonymisation, start+4*day)
	w.submit(a.event(rollup.Visit, start+4*day), late, erased, a.event(rollup.SeriousEvent, start+4*day))

	r := w.record()
	s := r.Cohort.State()
	want := rollup.Activity{Reconsents: 1, Visits: 4, SeriousEvents: 2, Anonymisations: 1}
	if s.Participants != 3 || s.Activity != want || s.Deviations != (rollup.Deviations{Superseded: 1}) || !r.Batches[3].Flag || len(r.Batches) != 4 {
		t.Errorf("%+v", s)
	}
	if s.Digest() != w.chain.State || len(r.Events[0]) != 6 {
		t.Errorf("the chain has another state, or events are missing: %d", len(r.Events[0]))
	}
	var picture bytes.Buffer
	must(t, r.Timeline(&picture))
	if err := xml.Unmarshal(picture.Bytes(), new(any)); err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("the timeline is no XML: %v", err)
	}
	for _, want := range []string{"enrolled: 3", "visits: 4", "serious events: 2", "others: 1", "amendment 1", "safety flag"} {
		if !strings.Contains(picture.String(), want) {
			t.Errorf("the timeline does not say %q", want)
		}
	}
	if err := w.seq.Submit(t.Context(), w.submission(w.person(30).enrols(start+4*day))); !errors.Is(err, ErrPaused) {
		t.Errorf("enrolment under a flag: %v", err)
	}
}

// TestThreat50WhatIsRefusedChangesNothing: each of these is refused when it is submitted, and the record stays as it was.
func TestThreat50WhatIsRefusedChangesNothing(t *testing.T) {
	w := newWorld(t)
	p, child, stranger := w.person(40), w.person(12), w.person(33)
	w.submit(p.enrols(start))
	unsigned := w.submission(p.event(rollup.Visit, start))
	unsigned.Reports[0].When--
	replayed := w.submission(p.event(rollup.Visit, start))
	more := *replayed
	more.Reports = []Report{replayed.Reports[0]}
	more.Reports[0].Consent = p.note
	gone := w.person(44)
	must(t, w.grants.Apply([]registry.Change{{Index: gone.note.Grant.Index, Leaf: registry.Tombstone()}}))
	w.submit(p.event(rollup.Visit, start))
	before, err := json.Marshal(w.record(), json.Deterministic(true))
	must(t, err)
	nobody := p.enrols(start)
	nobody.Person = stranger.identity
	if err := w.seq.Submit(t.Context(), replayed); err != nil || w.record().Outcome(replayed.ID()).State != Accepted {
		t.Errorf("what was taken in before: %v", err)
	}
	for name, tc := range map[string]struct {
		sub  *Submission
		want error
	}{
		"replayed with more beside":   {&more, rollup.ErrNotSigned},
		"altered after it was signed": {unsigned, rollup.ErrNotSigned},
		"enrolled twice":              {w.submission(p.enrols(start)), rollup.ErrEnrolled},
		"not eligible":                {w.submission(child.enrols(start)), nil},
		"withdrawn":                   {w.submission(gone.enrols(start)), rollup.ErrInvalid},
		"from the future":             {w.submission(p.event(rollup.Visit, start+1)), rollup.ErrFuture},
		"another's tag":               {w.submission(nobody), ErrSubmission},
		"no events":                   {w.submission(), ErrSubmission},
	} {
		err := w.seq.Submit(t.Context(), tc.sub)
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		after, err := json.Marshal(w.record(), json.Deterministic(true))
		must(t, err)
		if string(after) != string(before) {
			t.Errorf("%s: the record has changed", name)
		}
	}
}

// TestThreat40ACrashAtAnyStep cuts the work off at every save, and loses the chain's answers: the next run goes on, and nothing is
// counted twice.
func TestThreat40ACrashAtAnyStep(t *testing.T) {
	for after := range 3 {
		for _, lose := range []bool{false, true} {
			w := newWorld(t)
			p := w.person(40)
			w.submit(p.enrols(start))
			sub := w.submission(p.event(rollup.Visit, start))
			w.store.after, w.chain.lose = after, lose
			err := w.seq.Submit(t.Context(), sub)
			if (after == 0) != errors.Is(err, errDisk) {
				t.Fatalf("save %d: %v", after, err)
			}
			w.seq.Work(t.Context(), w.protocol.ID, nil)
			w.store.after = -1
			if after == 0 {
				must(t, w.seq.Submit(t.Context(), sub))
			}
			w.seq.Work(t.Context(), w.protocol.ID, nil)
			must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
			if r := w.record(); r.Cohort.State().Activity.Visits != 1 || r.Cohort.State().Digest() != w.chain.State || len(r.Queue) != 0 || r.Current != nil {
				t.Errorf("save %d, answer lost %t: %+v", after, lose, r.Cohort.State())
			}
		}
	}
}

// TestThreat51WhatIsNotClosedAndVerifiedIsNotPublished closes a trial of 17 people, which takes the second size of compliance.
func TestThreat51WhatIsNotClosedAndVerifiedIsNotPublished(t *testing.T) {
	w := newWorld(t)
	var all []*person
	for range 17 {
		all = append(all, w.person(40))
	}
	for i := 0; i < len(all); i += 4 {
		var reports []Report
		for _, p := range all[i:min(i+4, len(all))] {
			reports = append(reports, p.enrols(start))
		}
		w.submit(reports...)
	}
	w.submit(all[3].event(rollup.Visit, start), all[4].event(rollup.Visit, start), all[4].event(rollup.Anonymisation, start))
	if err := w.seq.Comply(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrNotClosed) {
		t.Errorf("before it is closed: %v", err)
	}
	if err := w.seq.NoteClosed(t.Context(), w.protocol.ID); !errors.Is(err, ErrNotClosed) || w.record().Closed {
		t.Errorf("noted before it is closed: %v", err)
	}
	w.chain.Closed = true
	if err := w.seq.NoteClosed(t.Context(), w.protocol.ID); err != nil || !w.record().Closed {
		t.Errorf("not noted: %v", err)
	}
	if _, _, err := w.seq.Publish(t.Context(), w.protocol.ID); !errors.Is(err, ErrRefused) {
		t.Errorf("before it is verified: %v", err)
	}
	must(t, w.seq.Comply(t.Context(), w.protocol.ID, nil))
	document, _, err := w.seq.Publish(t.Context(), w.protocol.ID)
	must(t, err)
	state, root, err := CheckResults(document)
	if err != nil || state != w.record().Cohort.State() || root != w.chain.results || w.record().Published == nil {
		t.Errorf("%+v, %v", state, err)
	}
	if bytes.Contains(document, []byte(field.Text(all[3].tag))) {
		t.Error("the document shows a tag")
	}
	altered := bytes.Replace(document, []byte(`"kind": "visit"`), []byte(`"kind": "unblinding"`), 1)
	if _, _, err := CheckResults(altered); !errors.Is(err, ErrResults) || bytes.Equal(altered, document) {
		t.Errorf("an altered document: %v", err)
	}
}

// TestOpenings: a participant's opening leads to the state, and not when anything of it is changed.
func TestOpenings(t *testing.T) {
	w := newWorld(t)
	a, b := w.person(40), w.person(50)
	w.submit(a.enrols(start), b.enrols(start))
	w.submit(a.event(rollup.Visit, start))
	o, err := w.record().Opening(a.tag)
	must(t, err)
	data, err := json.Marshal(o)
	must(t, err)
	var read Opening
	must(t, json.Unmarshal(data, &read))
	if read.Participant != o.Participant || read.State != w.record().Cohort.State() || len(read.Events) != 2 {
		t.Errorf("%+v", read)
	}
	if _, err := w.record().Opening(field.Uint64(5)); !errors.Is(err, rollup.ErrUnknown) {
		t.Errorf("nobody's: %v", err)
	}
	for _, change := range [][2]string{{`"visits":1`, `"visits":2`}, {`"position":1`, `"position":2`}, {`"kind":"visit"`, `"kind":"unblinding"`}, {OpeningFormat, "other"}} {
		altered := bytes.Replace(data, []byte(change[0]), []byte(change[1]), 1)
		if err := json.Unmarshal(altered, &Opening{}); !errors.Is(err, ErrOpening) || bytes.Equal(altered, data) {
			t.Errorf("%s: %v", change[1], err)
		}
	}
}

// TestEventsThatCanNoLongerBeProven do not stand in the way: a consent is withdrawn after its enrolment was taken in.
func TestEventsThatCanNoLongerBeProven(t *testing.T) {
	w := newWorld(t)
	p, next := w.person(40), w.person(50)
	gone := w.submission(p.enrols(start))
	must(t, w.seq.Submit(t.Context(), gone))
	must(t, w.grants.Apply([]registry.Change{{Index: p.note.Grant.Index, Leaf: registry.Tombstone()}}))
	if err := w.seq.Work(t.Context(), w.protocol.ID, nil); !errors.Is(err, ErrDropped) || !errors.Is(err, rollup.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if o := w.record().Outcome(gone.ID()); o.State != Refused || o.Reason == "" {
		t.Errorf("%+v", o)
	}
	w.submit(next.enrols(start))
	if s := w.record().Cohort.State(); s.Participants != 1 || len(w.record().Queue) != 0 {
		t.Errorf("%+v", s)
	}
}

// TestThreat13AChainSeesRootsAlone: two histories that differ in what happened to one participant show the same but for the states they come to, and nothing
// that a batch shows is anybody's.
func TestThreat13AChainSeesRootsAlone(t *testing.T) {
	w := newWorld(t)
	p, q := w.person(40), w.person(50)
	w.submit(p.enrols(start), q.enrols(start))
	before, standing := w.record(), w.chain.Standing
	shown := func(reports ...Report) map[string]field.Element {
		must(t, w.store.Save(w.protocol.ID, before))
		w.chain.Standing = standing
		w.submit(reports...)
		proof := w.record().Batches[1].Proof
		data, err := proof.Marshal()
		must(t, err)
		for _, secret := range []field.Element{p.tag, q.tag, p.identity, p.note.Grant.Leaf(), p.note.Subject.Handle()} {
			if bytes.Contains(data, []byte(field.Text(secret))) {
				t.Error("a batch shows somebody")
			}
		}
		return proof.Public
	}
	one := shown(p.event(rollup.Visit, start), q.event(rollup.Visit, start))
	other := shown(p.event(rollup.Visit, start), q.event(rollup.Withdrawal, start), q.event(rollup.Unblinding, start))
	for name := range one {
		if same := one[name] == other[name]; same == (name == "newState") {
			t.Errorf("%s: the same is %t", name, same)
		}
	}
}

// TestThreat50WhatIsNoAmendment is refused before anybody asks the contract, which would take it and so part from the record.
func TestThreat50WhatIsNoAmendment(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string][2]string{
		"another first version": {"{terms: what you consent to,", "{terms: what nobody consented to,"},
		"earlier":               {"2030-03-17T17:46:40Z", "2030-03-16T17:46:40Z"},
		"another trial":         {"name: TEST-1", "name: TEST-2"},
		"looser thresholds":     {"recorded late: 3", "recorded late: 300"},
		"less compensation":     {`["1000", "2000"]`, `["1000"]`},
		"another site's place":  {"General Hospital", "Other Hospital"},
		"other phases":          {"screening, treatment", "treatment, screening"},
		"fewer phases":          {", follow-up", ""},
	} {
		a := w.amendment(2)
		altered := bytes.Replace(a.Plan, []byte(change[0]), []byte(change[1]), 1)
		files := map[string][]byte{"criteria.yaml": a.Files["criteria.yaml"], "schema.yaml": a.Files["schema.yaml"]}
		if name == "another trial" {
			files["criteria.yaml"] = bytes.Replace(files["criteria.yaml"], []byte("TEST-1"), []byte("TEST-2"), 1)
		}
		p, err := (&Amendment{Plan: altered, Files: files}).Compile()
		must(t, err)
		if err := w.seq.MayAmend(p); err == nil || bytes.Equal(altered, a.Plan) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := w.amendment(2)
	p, err := good.Compile()
	must(t, err)
	must(t, w.seq.MayAmend(p))
}

// TestThreat50AnAmendmentHandsNobodyToAnotherSite: participants belong to a site's place, so who stands there stays, under its key or one that no site had.
func TestThreat50AnAmendmentHandsNobodyToAnotherSite(t *testing.T) {
	w := newWorld(t)
	may := func(change func(plan string) string) error {
		a := w.amendment(2)
		a.Plan = []byte(change(string(a.Plan)))
		p, err := a.Compile()
		if err != nil {
			return err
		}
		return w.seq.MayAmend(p)
	}
	site, clinic, fresh := hex.EncodeToString(w.site.Public.Key), hex.EncodeToString(w.clinic.Public.Key), hex.EncodeToString(newParty(t, party.Site).Public.Key)
	another := fmt.Sprintf("  - {name: Third, key: %s}\n", fresh)
	for name, change := range map[string]func(plan string) string{
		"swapped":           strings.NewReplacer("General Hospital", "Clinic", "Clinic", "General Hospital", site, clinic, clinic, site).Replace,
		"keys swapped":      strings.NewReplacer(site, clinic, clinic, site).Replace,
		"one left out":      strings.NewReplacer("  - {name: Clinic, key: "+clinic+"}\n", "").Replace,
		"in front":          strings.NewReplacer("sites:\n", "sites:\n"+another).Replace,
		"one key twice":     strings.NewReplacer(clinic, site).Replace,
		"one name twice":    strings.NewReplacer("Clinic", "General Hospital").Replace,
		"no name":           strings.NewReplacer("name: Clinic", `name: " "`).Replace,
		"a phase twice":     strings.NewReplacer("follow-up]", "screening]").Replace,
		"a phase's number":  strings.NewReplacer("follow-up]", "\"3\"]").Replace,
		"a phase's blank":   strings.NewReplacer("follow-up]", "\" \"]").Replace,
		"half a second":     strings.NewReplacer("240h", "1500ms").Replace,
		"a key of no curve": strings.NewReplacer(clinic, strings.Repeat("ff", 32)).Replace,
	} {
		if err := may(change); !errors.Is(err, ErrPlan) {
			t.Errorf("%s: %v", name, err)
		}
	}
	rotated := w.amendment(2) // the clinic has another key
	rotated.Plan = bytes.Replace(rotated.Plan, []byte(clinic), []byte(fresh), 1)
	first := w.protocol
	second, err := rotated.Compile()
	must(t, err)
	for name, change := range map[string][]string{
		"back to the key of before":       {fresh, clinic},
		"the key of before, of another":   {site, clinic},
		"the key of before, of one added": {"safety_threshold:", "  - {name: Third, key: " + clinic + "}\nsafety_threshold:"},
	} {
		a := rotated
		a.Plan = []byte(strings.NewReplacer(change...).Replace(string(rotated.Plan)))
		p, err := a.Compile()
		must(t, err)
		if err := p.Amends(first, second); !errors.Is(err, ErrPlan) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, second.Amends(first, second)) // once more
	must(t, w.seq.Submit(t.Context(), w.submission(w.person(40).enrols(start))))
	if err := w.seq.MayAmend(second); !errors.Is(err, ErrWaiting) {
		t.Errorf("another key while events wait: %v", err)
	}
	must(t, w.seq.Work(t.Context(), w.protocol.ID, nil))
	must(t, w.seq.MayAmend(second))
	must(t, may(strings.NewReplacer("safety_threshold:", another+"safety_threshold:").Replace))
	must(t, may(strings.NewReplacer(clinic, fresh).Replace))
	must(t, may(strings.NewReplacer("follow-up]", "follow-up, close-out]").Replace))
}

// TestAPlanHasNoOtherFiles: one that it does not name would be kept, and be part of no digest.
func TestAPlanHasNoOtherFiles(t *testing.T) {
	w := newWorld(t)
	a := w.amendment(1)
	a.Files["notes.txt"] = []byte("nothing")
	if _, err := a.Compile(); !errors.Is(err, ErrPlan) {
		t.Errorf("%v", err)
	}
}

// TestAProtocolIsAPlanToTheLetter: whatever is changed in a plan or in a file that it names, it is another protocol.
func TestAProtocolIsAPlanToTheLetter(t *testing.T) {
	w := newWorld(t)
	digest := func(a Amendment) field.Element {
		p, err := a.Compile()
		must(t, err)
		return p.Rollup.Digest()
	}
	known := map[field.Element]string{digest(w.amendment(1)): "the plan"}
	for name, change := range map[string]func(a *Amendment){
		"a phase":  func(a *Amendment) { a.Plan = bytes.Replace(a.Plan, []byte("follow-up"), []byte("surgery"), 1) },
		"a site":   func(a *Amendment) { a.Plan = bytes.Replace(a.Plan, []byte("Clinic"), []byte("Clinique"), 1) },
		"a price":  func(a *Amendment) { a.Plan = bytes.Replace(a.Plan, []byte(`"2000"`), []byte(`"2001"`), 1) },
		"a remark": func(a *Amendment) { a.Plan = append(a.Plan, "# nothing\n"...) },
		"a criteria": func(a *Amendment) {
			a.Files["criteria.yaml"] = append(bytes.Clone(a.Files["criteria.yaml"]), "# nothing\n"...)
		},
		"a schema": func(a *Amendment) {
			a.Files["schema.yaml"] = append(bytes.Clone(a.Files["schema.yaml"]), "# nothing\n"...)
		},
	} {
		a := w.amendment(1)
		change(&a)
		d := digest(a)
		if of, there := known[d]; there {
			t.Errorf("%s: the protocol is that of %s", name, of)
		}
		known[d] = name
	}
}
