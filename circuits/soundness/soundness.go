// Package soundness attacks statements: it changes every input of a true assignment, leaves every group of constraints out in turn, and says
// which attack each change and each gap is noticed by. A group is what one line of a circuit asks for, with what the gadgets that it calls
// ask for line by line; hashes, decompositions into bits and multiplications of points count as one.
//
// A group is needed if an assignment of which the statement is not true is accepted without it, and only without it. Two ways are tried: its
// constraints alone are dropped, or its outputs are, too, what they were in the true assignment, as a prover could choose. Where a statement's
// outputs follow from all else, as a new state does, a third is: they are computed for the prover who has such a gap, see [Gap]. It takes
// some seconds for 10,000 constraints, most of them in evaluating the circuit, 20 ms each time.
package soundness

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/schema"

	"lethe/circuits"
	"lethe/circuits/circuittest"
	"lethe/circuits/field"
)

// Attack is an assignment of which the statement is not true, and the true one that it was made of: what they have in common but for the lie.
type Attack struct{ True, False frontend.Circuit }

// Gap is two true assignments, and how a prover makes the second fit while a group of constraints is missing, whose outputs are still what they
// were in the first. Settle is given what computes a part of the circuit for such a prover.
type Gap struct {
	True, Other frontend.Circuit
	Settle      func(compute Computer) (frontend.Circuit, error)
}

// Computer runs a part of a circuit as [Compute] does, with a gap.
type Computer = func(frontend.Circuit, Part) ([]fr.Element, error)

// Campaign is a statement with true assignments and attacks, by name, and the reasons for what survives: by the place of a group, or
// the name of an input up to its indices, as the report has them.
type Campaign struct {
	Statement circuits.Statement
	True      map[string]frontend.Circuit
	Attacks   map[string]Attack
	Gaps      map[string]Gap
	Reasons   map[string]string // beside those of the gadgets that all statements share
}

// run is a campaign under way.
type run struct {
	Campaign

	traces   map[frontend.Circuit]*trace
	attacks  []attack
	brokeAt  map[frontend.Circuit]int
	groups   []string            // in the order in which the circuit asks for them
	broken   map[string][]string // by attack: the groups
	killedBy map[string]string   // by group
	inputs   map[string]string   // by input, what refused it; "" for one that was accepted
}

type attack struct {
	name string
	Attack
}

// Run puts some of the attacks to the evaluator and to gnark's solver, which must both refuse them. With LETHE_CAMPAIGN set it makes the whole
// campaign, with all of them: it fails the test for whatever survives without a reason, and for a reason that nothing needs, and with LETHE_REPORT set to a folder it
// writes soundness-STATEMENT.md there.
func (c Campaign) Run(t *testing.T) {
	t.Helper()
	r := &run{
		Campaign: c, traces: map[frontend.Circuit]*trace{}, brokeAt: map[frontend.Circuit]int{}, broken: map[string][]string{}, killedBy: map[string]string{},
		inputs: map[string]string{},
	}
	whole := os.Getenv("LETHE_CAMPAIGN") != ""
	if r.prepare(t, whole); !whole {
		return
	}
	r.changeInputs(t)
	r.attackAll(t)
	for _, g := range r.groups {
		if r.killedBy[g] == "" {
			r.leaveOut(t, g)
		}
	}
	r.judge(t)
	if dir := os.Getenv("LETHE_REPORT"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "soundness-"+c.Statement.ID+".md"), []byte(r.report(t)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// sample is of how many attacks one is tried when it is not the whole campaign.
const sample = 12

// prepare evaluates what is true, and holds the evaluator to gnark's own verdict of every attack.
func (r *run) prepare(t *testing.T, whole bool) {
	t.Helper()
	solves := circuittest.Solver(r.Statement)
	for _, name := range slices.Sorted(maps.Keys(r.True)) {
		if trace := r.traceOf(t, r.True[name]); r.groups == nil {
			r.groups = trace.groups
		}
	}
	for i, name := range slices.Sorted(maps.Keys(r.Attacks)) {
		if !whole && i%sample != 0 {
			continue
		}
		a := r.Attacks[name]
		r.attacks = append(r.attacks, attack{name, a})
		broken := r.evaluate(t, a, "", 2)
		if solved := solves(t, a.False); solved || len(broken) == 0 {
			t.Errorf("attack %q: gnark's solver accepts it: %v; groups that it breaks, of two: %d", name, solved, len(broken))
		}
		r.broken[name] = broken
	}
	for name, g := range r.Gaps {
		if whole && len(r.evaluate(t, Attack{g.True, g.Other}, "", 1)) != 0 {
			t.Errorf("gap %q: the other is not true", name)
		}
	}
}

func (r *run) traceOf(t *testing.T, c frontend.Circuit) *trace {
	t.Helper()
	if r.traces[c] == nil {
		recorded, err := record(c)
		if err != nil {
			t.Fatal(err)
		}
		r.traces[c] = recorded
	}
	return r.traces[c]
}

// evaluate gives the groups that an attack breaks, with one of them left out if it is named; so many are enough.
func (r *run) evaluate(t *testing.T, a Attack, without string, enough int) (broken []string) {
	t.Helper()
	trace := r.traceOf(t, a.True)
	n, ok := trace.number[without]
	if !ok {
		n = -1
	}
	found, at, err := trace.evaluate(a.False, n, enough)
	if err != nil {
		t.Fatal(err)
	}
	if n < 0 {
		r.brokeAt[a.False] = at
	}
	for _, g := range found {
		broken = append(broken, trace.groups[g])
	}
	return broken
}

// changeInputs changes each input of each true assignment alone. One is bound if a change of it is refused beside one of the assignments.
func (r *run) changeInputs(t *testing.T) {
	t.Helper()
	seen := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(r.True)) {
		honest := r.True[name]
		for _, l := range leavesOf(t, honest) {
			kind := withoutIndices(l.name)
			if r.inputs[l.name] != "" {
				continue
			}
			for how, change := range changes {
				a := Attack{honest, changed(t, honest, l.name, change)}
				broken := r.evaluate(t, a, "", 2)
				if len(broken) == 0 {
					r.inputs[l.name] = "" // as long as nothing else refuses it
					continue
				}
				r.inputs[l.name] = broken[0]
				if seen[kind+how]++; seen[kind+how] <= ofAKind {
					name := l.name + " " + how
					r.attacks, r.broken[name] = append(r.attacks, attack{name, a}), broken
				}
			}
		}
	}
}

// ofAKind is how many changes of inputs that differ in their indices are attacks for leaving groups out with.
const ofAKind = 4

// changes of an input: to the next number, and to any.
var changes = map[string]func(*fr.Element){
	"plus 1":  func(e *fr.Element) { one := fr.One(); e.Add(e, &one) },
	"another": func(e *fr.Element) { *e = field.Random() },
}

type input struct {
	name  string
	value reflect.Value
}

func leavesOf(t *testing.T, c frontend.Circuit) (found []input) {
	t.Helper()
	take := func(l schema.LeafInfo, in reflect.Value) error {
		found = append(found, input{l.FullName(), in})
		return nil
	}
	if _, err := schema.Walk(fr.Modulus(), c, reflect.TypeFor[frontend.Variable](), take); err != nil {
		t.Fatal(err)
	}
	return found
}

// changed is a copy of an assignment with one input changed.
func changed(t *testing.T, c frontend.Circuit, name string, change func(*fr.Element)) frontend.Circuit {
	t.Helper()
	out := clone(c)
	for _, l := range leavesOf(t, out) {
		if l.name == name {
			e := circuittest.Element(l.value.Interface())
			change(&e)
			l.value.Set(reflect.ValueOf(e))
		}
	}
	return out
}

// withoutIndices is an input's kind: "Grant_Path_3_Children_1" is "Grant_Path_Children".
func withoutIndices(name string) string {
	parts := slices.DeleteFunc(strings.Split(name, "_"), func(p string) bool { return strings.Trim(p, "0123456789") == "" })
	return strings.Join(parts, "_")
}

// attackAll kills every group that some attack breaks alone.
func (r *run) attackAll(t *testing.T) {
	t.Helper()
	for _, a := range r.attacks {
		if broken := r.broken[a.name]; len(broken) == 1 && r.killedBy[broken[0]] == "" {
			r.killedBy[broken[0]] = a.name
		}
	}
}

// leaveOut looks for an attack that is accepted once a group gives what it gave in the true assignment.
func (r *run) leaveOut(t *testing.T, group string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(r.Gaps)) {
		if r.fits(t, r.Gaps[name], group) {
			r.killedBy[group] = name + ", its outputs kept and the rest made to fit"
			return
		}
	}
	for _, a := range r.attacks {
		trace := r.traceOf(t, a.True)
		if n, ok := trace.number[group]; !ok || r.brokeAt[a.False] < trace.first[n] {
			continue // it breaks something before the group can change anything
		}
		if len(r.evaluate(t, a.Attack, group, 1)) == 0 {
			r.killedBy[group] = a.name + ", its outputs kept"
			return
		}
	}
}

// fits says whether the other assignment of a gap is accepted without a group, and only without it, once the rest fits.
func (r *run) fits(t *testing.T, g Gap, group string) bool {
	t.Helper()
	trace := r.traceOf(t, g.True)
	n, ok := trace.number[group]
	if !ok {
		return false
	}
	settled, err := g.Settle(func(c frontend.Circuit, part Part) ([]fr.Element, error) {
		return (&evaluator{trace: trace, broken: map[int]bool{}, without: n}).compute(c, part)
	})
	if err != nil {
		t.Fatal(err)
	}
	lie := Attack{g.True, settled}
	return len(r.evaluate(t, lie, group, 1)) == 0 && len(r.evaluate(t, lie, "", 1)) != 0
}

// judge fails for what survives without a reason.
func (r *run) judge(t *testing.T) {
	t.Helper()
	needed := map[string]bool{}
	for _, g := range r.groups {
		if place := r.place(g); r.killedBy[g] == "" {
			if needed[place] = true; r.reason(place) == "" {
				t.Errorf("nothing notices when this group is left out: %s", place)
			}
		}
	}
	for name, by := range r.inputs {
		if kind := withoutIndices(name); by == "" {
			if needed[kind] = true; r.Reasons[kind] == "" {
				t.Errorf("an input may be anything: %s", name)
			}
		}
	}
	for what := range r.Reasons {
		if !needed[what] {
			t.Errorf("a reason for what does not survive: %s", what)
		}
	}
}

// reason is why a group may survive: the statement's, or that of the gadget's line which asks for it.
func (r *run) reason(place string) string {
	if why := r.Reasons[place]; why != "" {
		return why
	}
	lines := strings.Split(place, separator)
	return gadgets[lines[len(lines)-1]]
}

// gadgets are constraints that every statement has by the same gadgets, and that no attack on a statement needs alone.
var gadgets = map[string]string{
	"c.AssertIsOnCurve(preimage)": "a key off the curve would have to be in a tree or a handle that somebody honest has signed; " +
		"gadget.TestKeysAreOfPrimeOrder has one refused",
	"c.api.AssertIsDifferent(a.X, 0)": "the neutral element is refused a second time where the key is multiplied: it has no Montgomery form; " +
		"gadget.TestKeysAreOfPrimeOrder has it refused by this alone",
	"low := api.Add(c[0], api.Mul(s.Position[0], api.Sub(c[1], c[0])))":  between,
	"high := api.Add(c[2], api.Mul(s.Position[0], api.Sub(c[3], c[2])))": between,
	"api.Mul(c.Context, c.Context)": "it binds nothing but its public input, and any value satisfies it; that a proof for one context does not " +
		"verify with another is tested on proofs, in Go and in Solidity",
}

const between = "with this product free, a leaf that is not in the tree could be picked; gadget.TestThreat47AGhostLeafIsRefused holds the step " +
	"to the native one. Where a leaf names its place, an attack needs it"
