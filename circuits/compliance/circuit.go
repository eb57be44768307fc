// Package compliance is the statement by which a trial shows what it has come to, whole:
//
// "This state has exactly these participants, counters and results; nobody is left out."
//
// Public, in this order:
//
//	trial        the trial's public id
//	state        digest of the state (trial.State)
//	counters     participants and activities, in lanes of 22 bits (trial.State.Counters)
//	deviations   deviations by kind, in lanes of 22 bits
//	resultsRoot  chain of all histories, in the order of places (Results); 0 while places are left
//	accIn        where the proof before this one has come to: 0 for the first
//	accOut       where this one has come to: 0 when no place is left
//	context      what the proof is bound to
//
// A proof takes 4^k places, which are a branch of the tree; larger cohorts take several, of one version of the statement or of several, one after
// another, each of which goes on where the one before has come to.
//
// What is proven, each a test of this package breaks alone:
//
//  1. the state opens to the counters, the deviations, a number of participants and a root;
//  2. the places are the next branch of the state's tree: it begins where that of the proof before has ended, and is of the same state;
//  3. the results go on with the history of everybody who has a place there, in their order;
//  4. at the end, those who were found are as many as the state says, with the head of the list, and the results are all of them; before the
//     end, accOut commits to where it is.
//
// What is not: that the state is the trial's last (the contract keeps it), and what has been computed from the results.
package compliance

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/gadget"
)

// Circuit is the statement, with its witness. Assign makes one from native values.
type Circuit struct {
	Trial       frontend.Variable `gnark:"trial,public"`
	State       frontend.Variable `gnark:"state,public"`
	Counters    frontend.Variable `gnark:"counters,public"`
	Deviations  frontend.Variable `gnark:"deviations,public"`
	ResultsRoot frontend.Variable `gnark:"resultsRoot,public"`
	AccIn       frontend.Variable `gnark:"accIn,public"`
	AccOut      frontend.Variable `gnark:"accOut,public"`
	Context     frontend.Variable `gnark:"context,public"`

	Now    gadget.TrialState
	From   progress
	First  frontend.Variable // whether the proof is the first
	Last   frontend.Variable // and the last
	Places []place
	Path   []gadget.Step // from the branch to the root
}

// place is what a participant's leaf is made of, where there is one.
type place struct {
	There                             frontend.Variable
	Tag, Next, Grant, Fields, History frontend.Variable
}

// progress is where a chain of proofs is: the place that comes next, how many were taken so far, and the results so far. It counts places, not
// branches: a branch of another version of the statement is another part of the tree.
type progress struct{ Place, Found, Results frontend.Variable }

func (p progress) digest(h *gadget.Hasher, state frontend.Variable) frontend.Variable {
	return h.Hash(field.TagCompliance, state, p.Place, p.Found, p.Results)
}

// Define implements [frontend.Circuit]; the numbers are those of the package's list.
func (c *Circuit) Define(api frontend.API) error {
	h, err := gadget.NewHasher(api)
	if err != nil {
		return err
	}
	c.open(api, h)  // 1
	c.begin(api, h) // 2
	to := c.walk(api, h)
	c.end(api, h, to)             // 4
	api.Mul(c.Context, c.Context) // a public input that stands in no constraint binds nothing
	return nil
}

func (c *Circuit) open(api frontend.API, h *gadget.Hasher) {
	c.Now.AssertBounded(api)
	api.AssertIsEqual(c.Now.Digest(api, h, c.Trial), c.State)
	api.AssertIsEqual(api.Add(c.Now.Participants, gadget.Lane(api, c.Now.Activity, 1)), c.Counters)
	api.AssertIsEqual(c.Now.Deviations, c.Deviations)
}

// begin says where the chain of proofs is: at nothing, or where accIn says.
func (c *Circuit) begin(api frontend.API, h *gadget.Hasher) {
	api.AssertIsBoolean(c.First)
	for _, nothing := range []frontend.Variable{c.From.Place, c.From.Found, c.From.Results} {
		gadget.AssertIf(api, c.First, nothing, 0)
	}
	api.AssertIsEqual(api.Mul(api.Sub(1, c.First), c.From.digest(h, c.State)), c.AccIn)
}

// walk goes through the branch, which is the next of the state's tree, and gives where the chain has come to.
func (c *Circuit) walk(api frontend.API, h *gadget.Hasher) progress {
	branch, to := c.branch(api, h) // 3
	api.AssertIsEqual(gadget.Root(api, h, branch, c.Path), c.Now.Root)
	api.AssertIsEqual(api.Mul(gadget.Index(api, c.Path), len(c.Places)), c.From.Place)
	return to
}

// branch is the node over the places, and where the chain has come to after them.
func (c *Circuit) branch(api frontend.API, h *gadget.Hasher) (node frontend.Variable, to progress) {
	leaves := make([]frontend.Variable, len(c.Places))
	to = c.From
	for i, p := range c.Places {
		api.AssertIsBoolean(p.There)
		leaves[i] = api.Mul(p.There, h.Hash(field.TagParticipant, p.Tag, p.Next, p.Grant, p.Fields, p.History))
		to.Found = api.Add(to.Found, p.There)
		to.Results = api.Select(p.There, h.Hash(field.TagResults, to.Results, p.History), to.Results)
	}
	to.Place = api.Add(c.From.Place, len(c.Places))
	return gadget.Branch(api, h, leaves), to
}

// end says that nobody is left out, or where the next proof goes on.
func (c *Circuit) end(api frontend.API, h *gadget.Hasher, to progress) {
	api.AssertIsBoolean(c.Last)
	gadget.AssertIf(api, c.Last, to.Found, api.Add(c.Now.Participants, 1))
	api.AssertIsEqual(api.Mul(c.Last, to.Results), c.ResultsRoot)
	api.AssertIsEqual(api.Mul(api.Sub(1, c.Last), to.digest(h, c.State)), c.AccOut)
}
