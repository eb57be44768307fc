package compliance

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/circuittest"
	"lethe/circuits/field"
	"lethe/circuits/gadget"
	"lethe/circuits/soundness"
	"lethe/circuits/trial"
)

// outcome is the branch, the state's digest, the results, and where the chain of proofs is before and after.
func outcome(api frontend.API, c *Circuit) ([]frontend.Variable, error) {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return nil, err
	}
	node, to := c.branch(api, h)
	return []frontend.Variable{node, c.Now.Digest(api, h, c.Trial), to.Results, c.From.digest(h, c.State), to.digest(h, c.State)}, nil
}

func compute(t testing.TB, c *Circuit) []field.Element {
	t.Helper()
	out, err := soundness.Compute(c, func(api frontend.API, c frontend.Circuit) ([]frontend.Variable, error) {
		return outcome(api, c.(*Circuit))
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// settle makes everything of an assignment that follows from its numbers again, whatever these are: the tree, unless path is kept, and the
// digests. Afterwards only what the numbers themselves break is broken.
func settle(t testing.TB, c *Circuit, path bool) {
	t.Helper()
	if path {
		e := circuittest.Element(c.From.Place)
		c.Now.Root = circuittest.Lead(t, compute(t, c)[0], uint32(e.Uint64())/uint32(len(c.Places)), c.Path)
	}
	c.State = compute(t, c)[1]
	e, activity, shift := compute(t, c), circuittest.Element(c.Now.Activity), field.Uint64(1<<trial.LaneBits)
	counters := circuittest.Element(c.Now.Participants)
	activity.Mul(&activity, &shift)
	c.Counters, c.Deviations = *counters.Add(&counters, &activity), c.Now.Deviations
	c.ResultsRoot, c.AccIn, c.AccOut = times(c.Last, e[2]), times(not(c.First), e[3]), times(not(c.Last), e[4])
}

func times(v frontend.Variable, e field.Element) field.Element {
	f := circuittest.Element(v)
	return *e.Mul(&e, &f)
}

func not(v frontend.Variable) field.Element {
	e, one := circuittest.Element(v), field.Uint64(1)
	return *one.Sub(&one, &e)
}

// lie is a change of the chunk of three, from 0, after which everything else is made to fit: the tree, too, unless it stays.
type lie struct {
	chunk int
	stays bool
	do    func(c *Circuit)
}

func lies() map[string]lie {
	minus := circuittest.Plus(0, -1)
	return map[string]lie{
		"state: time over its bound":               {0, false, func(c *Circuit) { c.Now.Time = uint64(1 << 40) }},
		"state: batches over their bound":          {0, false, func(c *Circuit) { c.Now.Batches = 1 << 16 }},
		"state: participants over their bound":     {0, false, func(c *Circuit) { c.Now.Participants = 1 << 16 }},
		"state: since the flag over its bound":     {0, false, func(c *Circuit) { c.Now.SinceFlag = 1 << 22 }},
		"chain: begins twice":                      {0, false, func(c *Circuit) { c.First = 2 }},
		"chain: begins with somebody found":        {0, false, func(c *Circuit) { c.From.Found = 5 }},
		"chain: begins with results":               {0, false, func(c *Circuit) { c.From.Results = 5 }},
		"chain: ends twice":                        {2, false, func(c *Circuit) { c.Last = 2 }},
		"chain: ends before the end":               {1, false, func(c *Circuit) { c.Last = 1 }},
		"chain: ends with one less":                {2, false, func(c *Circuit) { c.From.Found = circuittest.Plus(c.From.Found, -1) }},
		"chain: goes on elsewhere":                 {1, true, func(c *Circuit) { c.From.Place = 32 }},
		"chain: goes on within a branch":           {1, true, func(c *Circuit) { c.From.Place = 4 }},
		"place: taken twice":                       {1, false, func(c *Circuit) { c.Places[0].There = 2 }},
		"place: taken less than not at all":        {1, false, func(c *Circuit) { c.Places[0].There = minus }},
		"place: somebody left out":                 {1, true, func(c *Circuit) { c.Places[4].There = 0 }},
		"place: somebody added":                    {2, true, func(c *Circuit) { c.Places[15].There = 1 }},
		"place: other results":                     {1, true, func(c *Circuit) { c.Places[4].History = 7 }},
		"place: two exchanged":                     {1, true, func(c *Circuit) { c.Places[4], c.Places[5] = c.Places[5], c.Places[4] }},
		"state: another root":                      {1, true, func(c *Circuit) { c.Now.Root = field.Random() }},
		"branch: at another place":                 {1, true, func(c *Circuit) { c.From.Place, c.Path[0].Position[0], c.Path[0].Position[1] = 32, 0, 1 }},
		"branch: at another place, a level higher": {1, true, func(c *Circuit) { c.From.Place, c.Path[1].Position[0] = 80, 1 }},
	}
}

// unsettled are changes after which nothing is made to fit.
func unsettled() map[string]func(t testing.TB, c *Circuit) {
	ghost := func(high bool) func(t testing.TB, c *Circuit) {
		return func(t testing.TB, c *Circuit) {
			root, index := circuittest.Ghost(t, compute(t, c)[0], high, c.Path)
			c.Now.Root, c.From.Place = root, 16*index
			settle(t, c, false)
		}
	}
	return map[string]func(t testing.TB, c *Circuit){
		"branch: a ghost, low":  ghost(false),
		"branch: a ghost, high": ghost(true),
		"trial":                 func(_ testing.TB, c *Circuit) { c.Trial = 5 },
		"state":                 func(_ testing.TB, c *Circuit) { c.State = field.Random() },
		"counters":              func(_ testing.TB, c *Circuit) { c.Counters = circuittest.Plus(c.Counters, -1) },
		"deviations":            func(_ testing.TB, c *Circuit) { c.Deviations = 1 },
		"resultsRoot":           func(_ testing.TB, c *Circuit) { c.ResultsRoot = c.From.Results },
		"accIn":                 func(_ testing.TB, c *Circuit) { c.AccIn = field.Random() },
		"accOut":                func(_ testing.TB, c *Circuit) { c.AccOut = field.Random() },
		"accIn: nothing":        func(_ testing.TB, c *Circuit) { c.AccIn = 0 },
		"chain: goes on with other results": func(t testing.TB, c *Circuit) {
			was := c.AccIn
			c.From.Results = field.Random()
			settle(t, c, false)
			c.AccIn = was
		},
		"accOut: nothing": func(_ testing.TB, c *Circuit) { c.AccOut = 0 },
	}
}

func TestThreat37EachLieIsRefusedAlone(t *testing.T) {
	w := cohort(t, 35)
	for name, l := range lies() {
		c := assigned(t, w, l.chunk)
		if settle(t, c, false); !solves(t, c) {
			t.Fatal("the statement must be true before it is broken")
		}
		l.do(c)
		if settle(t, c, !l.stays); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
	for name, breakIt := range unsettled() {
		c := assigned(t, w, 1)
		if breakIt(t, c); solves(t, c) {
			t.Errorf("%s: it was proven", name)
		}
	}
}

// gaps hold chunks of two cohorts beside each other.
func gaps(t testing.TB, w *Witness) map[string]soundness.Gap {
	t.Helper()
	other := cohort(t, 35)
	all := map[string]soundness.Gap{}
	for i, name := range []string{"the first chunk", "the second chunk", "the last chunk"} {
		of := assigned(t, other, i)
		all[name] = soundness.Gap{True: assigned(t, w, i), Other: of, Settle: func(compute soundness.Computer) (frontend.Circuit, error) {
			out, err := compute(of, func(api frontend.API, c frontend.Circuit) ([]frontend.Variable, error) {
				return ended(api, c.(*Circuit))
			})
			if err != nil {
				return nil, err
			}
			c := *of
			c.ResultsRoot, c.AccOut = times(c.Last, out[0]), times(not(c.Last), out[1])
			return &c, nil
		}}
	}
	return all
}

// ended is what Define asks for up to the end, and the results and the digest there.
func ended(api frontend.API, c *Circuit) ([]frontend.Variable, error) {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return nil, err
	}
	c.open(api, h)
	c.begin(api, h)
	to := c.walk(api, h)
	api.AssertIsBoolean(c.Last)
	gadget.AssertIf(api, c.Last, to.Found, api.Add(c.Now.Participants, 1))
	api.Mul(c.Last, to.Results)
	api.AssertIsEqual(0, 0)
	return []frontend.Variable{to.Results, to.digest(h, c.State)}, nil
}

func TestThreat37EveryConstraintIsNeeded(t *testing.T) {
	w := cohort(t, 35)
	c := soundness.Campaign{
		Statement: Statement(1), True: map[string]frontend.Circuit{
			"the first chunk": assigned(t, w, 0), "the second chunk": assigned(t, w, 1), "the last chunk": assigned(t, w, 2)},
		Attacks: map[string]soundness.Attack{}, Gaps: gaps(t, w), Reasons: reasons,
	}
	chunks := []string{"the first chunk", "the second chunk", "the last chunk"}
	for name, l := range lies() {
		bad := assigned(t, w, l.chunk)
		l.do(bad)
		settle(t, bad, !l.stays)
		c.Attacks[name] = soundness.Attack{True: c.True[chunks[l.chunk]], False: bad}
	}
	for name, breakIt := range unsettled() {
		bad := assigned(t, w, 1)
		breakIt(t, bad)
		c.Attacks[name] = soundness.Attack{True: c.True[chunks[1]], False: bad}
	}
	c.Run(t)
}

var reasons = map[string]string{
	"context": "any context is as good as another for the one who proves; what binds it is its place in the verifying key",
}
