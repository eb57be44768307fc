package trial

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/policy"
)

// text is an element as the vectors have it.
type text struct{ e field.Element }

func (e *text) UnmarshalText(b []byte) (err error) {
	e.e, err = field.ParseText(string(b))
	return err
}

// vectors are from testdata/vectors.mjs, which shares no code with this package.
type vectors struct {
	Tags []struct {
		Name                                  string
		Person, Trial, Tag, Random, Anonymous text
	}
	Protocols    []protocolVector
	Participants []participantVector
	States       []stateVector
	Trial        text
	Events       []eventVector
}

type protocolVector struct {
	Safety      uint32
	Lateness    uint64
	Sites, Plan text
	Digest      text
	Versions    []struct {
		Terms, Policy text
		From, Until   uint64
	}
}

type participantVector struct {
	Tag, Next, Grant, History, Fields, Leaf       text
	GrantIndex                                    uint32
	GrantUntil, Consented, LastVisit, StatusSince uint64
	Site, Version, Phase                          uint8
	Custodial                                     bool
	Visits, Events                                uint16
	Status                                        Status
}

type stateVector struct {
	Trial, Root, Digest, Counters text
	Participants, Batches         uint16
	Time                          uint64
	SinceFlag                     uint32
	Activity                      [10]uint32
	Deviations                    [7]uint32
}

type eventVector struct {
	Kind                                          Kind
	When                                          uint64
	Phase, Version                                uint8
	Custodial, Ineligible, Deferred               bool
	Entry, Replaced, Tag, History, Chain, Message text
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if len(v.Tags) != 3 || len(v.Protocols) != 2 || len(v.Participants) != 3 || len(v.States) != 3 || len(v.Events) != 4 {
		t.Fatal("other vectors than were made")
	}
	return v
}

func same(t *testing.T, what string, got field.Element, want text) {
	t.Helper()
	if got != want.e {
		t.Errorf("%s: %s, want %s", what, field.Text(got), field.Text(want.e))
	}
}

func TestVectorsOfTags(t *testing.T) {
	for _, v := range readVectors(t).Tags {
		same(t, "trial", policy.Scope(v.Name), v.Trial)
		same(t, "tag", Tag(v.Person.e, v.Trial.e), v.Tag)
		same(t, "anonymous", Anonymous(v.Random.e), v.Anonymous)
	}
}

func TestVectorsOfProtocols(t *testing.T) {
	for _, v := range readVectors(t).Protocols {
		p := Protocol{Safety: v.Safety, Lateness: v.Lateness, Sites: v.Sites.e, Plan: v.Plan.e}
		for _, of := range v.Versions {
			p.Versions = append(p.Versions, Version{of.Terms.e, of.Policy.e, of.From, of.Until})
		}
		if err := p.Check(); err != nil {
			t.Error(err)
		}
		same(t, "protocol", p.Digest(), v.Digest)
	}
}

func TestVectorsOfParticipants(t *testing.T) {
	for _, v := range readVectors(t).Participants {
		p := Participant{
			Tag: v.Tag.e, Next: v.Next.e, Grant: v.Grant.e, GrantIndex: v.GrantIndex, GrantUntil: v.GrantUntil, Site: v.Site, Version: v.Version,
			Consented: v.Consented, Custodial: v.Custodial, Phase: v.Phase, Visits: v.Visits, LastVisit: v.LastVisit, Events: v.Events,
			Status: v.Status, StatusSince: v.StatusSince, History: v.History.e,
		}
		same(t, "fields", p.Fields(), v.Fields)
		same(t, "leaf", p.Leaf(), v.Leaf)
	}
}

func TestVectorsOfStates(t *testing.T) {
	for _, v := range readVectors(t).States {
		a, d := v.Activity, v.Deviations
		s := State{
			Trial: v.Trial.e, Root: v.Root.e, Participants: v.Participants, Time: v.Time, Batches: v.Batches, SinceFlag: v.SinceFlag,
			Activity: Activity{
				Custodial: a[0], Reconsents: a[1], Visits: a[2], SeriousEvents: a[3], Withdrawals: a[4], Discontinuations: a[5], Lost: a[6],
				Unblindings: a[7], Corrections: a[8], Anonymisations: a[9],
			},
			Deviations: Deviations{
				Ineligible: d[0], Deferred: d[1], NoConsent: d[2], Superseded: d[3], Phase: d[4], AfterWithdrawal: d[5], Late: d[6],
			},
		}
		same(t, "state", s.Digest(), v.Digest)
		same(t, "counters", s.Counters(), v.Counters)
	}
}

func TestVectorsOfEvents(t *testing.T) {
	v := readVectors(t)
	var history, chain field.Element
	for _, e := range v.Events {
		event := Event{
			Kind: e.Kind, When: e.When, Phase: e.Phase, Version: e.Version, Custodial: e.Custodial, Ineligible: e.Ineligible,
			Deferred: e.Deferred, Entry: e.Entry.e, Replaced: e.Replaced.e,
		}
		history = event.Extend(history)
		chain = Chain(chain, e.Tag.e, history)
		same(t, "history", history, e.History)
		same(t, "chain", chain, e.Chain)
		same(t, "message", BatchMessage(v.Trial.e, chain), e.Message)
	}
}

func TestVectorsAreWhatNodeMakes(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on the PATH")
	}
	made, err := exec.CommandContext(t.Context(), node, "testdata/vectors.mjs").Output()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, kept) {
		t.Error("testdata/vectors.json is not what testdata/vectors.mjs makes")
	}
}
