package gadget

import (
	"testing"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
)

// digests is a circuit of all that package trial has a digest of.
type digests struct {
	Participant Participant
	Protocol    Protocol
	State       TrialState
	Event       TrialEvent
	Of, Before  frontend.Variable
	Want        [6]frontend.Variable
}

func (d *digests) Define(api frontend.API) error {
	h, err := NewHasher(api)
	if err != nil {
		return err
	}
	d.Participant.AssertBounded(api)
	d.State.AssertBounded(api)
	history := d.Event.Extend(api, h, d.Before)
	for i, got := range []frontend.Variable{
		d.Participant.Leaf(api, h), d.Protocol.Digest(api, h), d.State.Digest(api, h, d.Of), history, Chain(api, h, 1, d.Before, d.Of, history),
		TrialTag(api, h, d.Before, d.Of),
	} {
		api.AssertIsEqual(got, d.Want[i])
	}
	return nil
}

func TestTrialsDigestsAreTheNativeOnes(t *testing.T) {
	cs := compileCircuit(t, &digests{})
	for name, p := range map[string]trial.Participant{
		"nobody": {},
		"most": {Tag: field.Random(), Next: field.Random(), Grant: field.Random(), GrantIndex: 1<<28 - 1, GrantUntil: trial.Forever, Site: 255, Version: 3,
			Consented: trial.Forever, Custodial: true, Phase: 7, Visits: 1<<16 - 1, LastVisit: trial.Forever, Events: 1<<16 - 1, Status: trial.Lost,
			StatusSince: trial.Forever, History: field.Random()},
		"some": {Tag: field.Random(), GrantIndex: 130, GrantUntil: 1_900_000_000, Site: 3, Version: 1, Consented: 5, Phase: 2, Visits: 9, Status: 1},
	} {
		protocol := trial.Protocol{Safety: 3, Lateness: 77, Sites: field.Random(), Versions: []trial.Version{
			{Terms: field.Random(), Policy: field.Random(), From: 5, Until: 9}, {Terms: field.Random(), From: 6, Until: trial.Forever}}}
		state := trial.State{Trial: field.Random(), Root: field.Random(), Participants: p.Visits, Time: p.LastVisit, Batches: p.Events, SinceFlag: 1<<22 - 1}
		state.Activity.Anonymisations, state.Deviations.Late = 1<<22-1, 1<<22-1
		e := trial.Event{Kind: trial.Anonymisation, When: p.LastVisit, Phase: p.Phase, Custodial: true, Version: 3, Deferred: true, Entry: field.Random(),
			Replaced: field.Random()}
		before := field.Random()
		history := e.Extend(before)
		good := digests{
			Participant: ParticipantOf(p), Protocol: ProtocolOf(protocol), State: TrialStateOf(state), Of: state.Trial, Before: before,
			Event: TrialEvent{uint8(e.Kind), e.When, e.Phase, 1, e.Version, 0, 1, e.Entry, e.Replaced},
			Want: [6]frontend.Variable{p.Leaf(), protocol.Digest(), state.Digest(), history, trial.Chain(before, state.Trial, history),
				trial.Tag(before, state.Trial)},
		}
		if !solvesCircuit(t, cs, &good) {
			t.Errorf("%s: another digest", name)
		}
		for i := range good.Want {
			bad := good
			if bad.Want[i] = field.Random(); solvesCircuit(t, cs, &bad) {
				t.Errorf("%s: any digest %d", name, i)
			}
		}
	}
}

func TestAPathWithAnotherLeaf(t *testing.T) {
	const levels = 3
	path := func(in []frontend.Variable) (p [levels]Step) {
		for i := range p {
			at := in[6*i:]
			p[i] = Step{Children: [4]frontend.Variable(at[:4]), Position: [2]frontend.Variable(at[4:6])}
		}
		return p
	}
	cs := compile(t, 6*levels+2, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
		p := path(in)
		api.AssertIsEqual(RootWith(api, h, in[6*levels], p[:]), in[6*levels+1])
	})
	tree := field.NewTree(levels)
	for i := range tree.Capacity() {
		tree.Set(field.Change{Index: i, Leaf: field.Random()})
	}
	for at := range tree.Capacity() {
		var in []frontend.Variable
		for _, s := range tree.Path(at) {
			for _, c := range s.Children {
				in = append(in, c)
			}
			in = append(in, s.Position&1, s.Position>>1)
		}
		leaf, changed := field.Random(), tree.Clone()
		changed.Set(field.Change{Index: at, Leaf: leaf})
		if !solves(t, cs, append(in, leaf, changed.Root())...) || solves(t, cs, append(in, leaf, tree.Root())...) {
			t.Errorf("place %d: another root", at)
		}
	}
	branch := compile(t, 65, func(api frontend.API, h *Hasher, _ *Curve, in []frontend.Variable) {
		api.AssertIsEqual(Branch(api, h, in[:64]), in[64])
	})
	var in []frontend.Variable
	for _, l := range tree.Leaves() {
		in = append(in, l)
	}
	if !solves(t, branch, append(in, tree.Root())...) || solves(t, branch, append(in, field.Random())...) {
		t.Error("a branch of 64 has another node")
	}
}

func TestSignaturesThatAreNotThereAreNotAskedFor(t *testing.T) {
	cs := compile(t, 7, func(api frontend.API, h *Hasher, c *Curve, in []frontend.Variable) {
		c.AssertSignatureIf(h, in[0], c.KeyPoint(point(in[1:])), in[3], Signature{R: point(in[4:]), S: in[6]})
	})
	k, message := newKey(t), field.Random()
	sig, err := k.Sign(message)
	if err != nil {
		t.Fatal(err)
	}
	p := k.Public().Preimage()
	for name, s := range map[string]struct {
		message field.Element
		sig     identity.Signature
		want    [2]bool // where it is not there, where it is
	}{
		"good":    {message, sig, [2]bool{true, true}},
		"another": {field.Random(), sig, [2]bool{true, false}},
		"empty":   {message, identity.Signature{}, [2]bool{true, false}},
	} {
		for there, want := range s.want {
			if got := solves(t, cs, there, p.X, p.Y, s.message, s.sig.R.X, s.sig.R.Y, s.sig.S.BigInt()); got != want {
				t.Errorf("%s, there %d: %v", name, there, got)
			}
		}
	}
}
