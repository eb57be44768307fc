package compensation

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/identity"
	"lethe/circuits/soundness"
)

// settle makes everything of an assignment that follows from its numbers again, whatever these are: tree, state and nullifier, and the
// tag unless it is kept. Afterwards only what the numbers themselves break is broken.
func settle(t testing.TB, c *Circuit, tag bool) {
	t.Helper()
	e := compute(t, c)
	if tag {
		c.Participant.Tag = e[0]
	}
	c.Now.Root = circuittest.Lead(t, compute(t, c)[1], 2, c.Path[:])
	c.State = compute(t, c)[2]
	c.Nullifier = field.Hash(field.TagCompensation, circuittest.Element(c.Secret), circuittest.Element(c.Trial), circuittest.Element(c.Visit))
}

// compute is what the circuit itself makes of the tag, the leaf and the state.
func compute(t testing.TB, c *Circuit) []field.Element {
	t.Helper()
	out, err := soundness.Compute(c, func(api frontend.API, circuit frontend.Circuit) ([]frontend.Variable, error) {
		c := circuit.(*Circuit)
		h, err := gadget.NewHasher(api)
		if err != nil {
			return nil, err
		}
		tag := gadget.TrialTag(api, h, h.Hash(field.TagIdentity, c.Secret), c.Trial)
		return []frontend.Variable{tag, c.Participant.Leaf(api, h), c.Now.Digest(api, h, c.Trial)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lies are attacks in which all that follows from what is broken is made to fit.
func lies() map[string]func(c *Circuit) {
	return map[string]func(c *Circuit){
		"participant: site over its bound":          func(c *Circuit) { c.Participant.Site = 256 },
		"participant: grant's place over its bound": func(c *Circuit) { c.Participant.GrantIndex = 1 << 28 },
		"participant: consented over its bound":     func(c *Circuit) { c.Participant.Consented = uint64(1 << 40) },
		"participant: half a status":                func(c *Circuit) { c.Participant.Status[0] = 2 },
		"participant: phase over its bound":         func(c *Circuit) { c.Participant.Phase = 8 },
		"participant: visits over their bound":      func(c *Circuit) { c.Participant.Visits = 1<<16 + 1 },
		"participant: events over their bound":      func(c *Circuit) { c.Participant.Events = 1 << 16 },
		"participant: an institution's":             func(c *Circuit) { c.Participant.Custodial = 1 },
		"participant: an institution's, by reading": func(c *Circuit) { c.Participant.Custodial, c.Participant.Phase = 0, field.Random() },
		"state: time over its bound":                func(c *Circuit) { c.Now.Time = uint64(1 << 40) },
		"state: batches over their bound":           func(c *Circuit) { c.Now.Batches = 1 << 16 },
		"state: participants over their bound":      func(c *Circuit) { c.Now.Participants = 1 << 16 },
		"state: since the flag over its bound":      func(c *Circuit) { c.Now.SinceFlag = 1 << 22 },
		"visit: none":                               func(c *Circuit) { c.Visit = 0 },
		"visit: one more than made":                 func(c *Circuit) { c.Visit = 3 },
		"visit: below zero":                         func(c *Circuit) { c.Visit = circuittest.Plus(0, -1) },
	}
}

// unsettled are attacks that make fit themselves what does.
func unsettled() map[string]func(t testing.TB, c *Circuit) {
	ghost := func(high bool) func(t testing.TB, c *Circuit) {
		return func(t testing.TB, c *Circuit) {
			c.Now.Root, _ = circuittest.Ghost(t, compute(t, c)[1], high, c.Path[:])
			c.State = compute(t, c)[2]
		}
	}
	null := func(c *Circuit, secret field.Element, visit uint16) {
		c.Nullifier = Nullifier(secret, circuittest.Element(c.Trial), visit)
	}
	return map[string]func(t testing.TB, c *Circuit){
		"participant: a ghost, low":  ghost(false),
		"participant: a ghost, high": ghost(true),
		"participant: more made":     func(_ testing.TB, c *Circuit) { c.Participant.Visits = 9 },
		"participant: somebody else": func(t testing.TB, c *Circuit) { c.Secret = field.Random(); settle(t, c, false) },
		"participant: anonymised": func(t testing.TB, c *Circuit) {
			c.Participant.Tag = circuittest.Plus(c.Participant.Tag, 120)
			settle(t, c, false)
		},
		"state: another root": func(t testing.TB, c *Circuit) { c.Now.Root = field.Random(); c.State = compute(t, c)[2] },
		"state":               func(_ testing.TB, c *Circuit) { c.State = field.Random() },
		"trial":               func(_ testing.TB, c *Circuit) { c.Trial = 5; null(c, circuittest.Element(c.Secret), 2) },
		"trial: another's, with its nullifier": func(t testing.TB, c *Circuit) {
			was := c.State
			c.Trial = 5
			settle(t, c, true)
			c.State = was
		},
		"nullifier: another's":           func(_ testing.TB, c *Circuit) { null(c, field.Random(), 2) },
		"nullifier: of another visit":    func(_ testing.TB, c *Circuit) { null(c, circuittest.Element(c.Secret), 1) },
		"visit: another's nullifier":     func(_ testing.TB, c *Circuit) { c.Visit = 1 },
		"nullifier: any":                 func(_ testing.TB, c *Circuit) { c.Nullifier = field.Random() },
		"participant: at another place":  func(_ testing.TB, c *Circuit) { c.Path[0].Position[0] = 1 },
		"participant: a branch too high": func(_ testing.TB, c *Circuit) { c.Path[1].Position[0] = 1 },
	}
}

func TestThreat37EachLieIsRefusedAlone(t *testing.T) {
	w := claim(t, identity.Own)
	c := assigned(t, w)
	if settle(t, c, true); !solves(t, c) {
		t.Fatal("the statement must be true before it is broken")
	}
	for name, breakIt := range lies() {
		c := assigned(t, w)
		breakIt(c)
		if settle(t, c, true); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
	for name, breakIt := range unsettled() {
		c := assigned(t, w)
		if breakIt(t, c); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	w := claim(t, identity.Own)
	honest := assigned(t, w)
	c := soundness.Campaign{
		Statement: Statement(), True: map[string]frontend.Circuit{"the second of two visits": honest},
		Attacks: map[string]soundness.Attack{}, Reasons: reasons,
	}
	for name, breakIt := range lies() {
		bad := assigned(t, w)
		breakIt(bad)
		settle(t, bad, true)
		c.Attacks[name] = soundness.Attack{True: honest, False: bad}
	}
	for name, breakIt := range unsettled() {
		bad := assigned(t, w)
		breakIt(t, bad)
		c.Attacks[name] = soundness.Attack{True: honest, False: bad}
	}
	c.Run(t)
}

var reasons = map[string]string{
	"context": "any context is as good as another for the one who proves; what binds it is its place in the verifying key",
}
