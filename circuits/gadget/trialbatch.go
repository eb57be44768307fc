package gadget

import (
	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/trial"
)

// TrialBatch is what batches of all kinds of events have in common: the state that they move, the protocol, and the site that signed.
type TrialBatch struct {
	Protocol  Protocol
	Before    TrialState
	Preimage  Point // of the site's key
	Path      [trial.SiteLevels]Step
	Signature Signature
}

// TrialBatchInputs are the public inputs that TrialBatch is about.
type TrialBatchInputs struct{ Trial, OldState, NewState, Protocol, Time frontend.Variable }

// Open says that the state, the protocol and the site are those that the public inputs name, and bounds them. It gives the
// site's number and its key.
func (b TrialBatch) Open(api frontend.API, h *Hasher, curve *Curve, in TrialBatchInputs) (site frontend.Variable, key Point) {
	b.Before.AssertBounded(api)
	api.AssertIsEqual(b.Before.Digest(api, h, in.Trial), in.OldState)
	api.AssertIsEqual(b.Protocol.Digest(api, h), in.Protocol)
	Bits(api, in.Time, identity.TimeBits)
	AssertAtMost(api, b.Before.Time, in.Time, identity.TimeBits)
	key = curve.KeyPoint(b.Preimage)
	leaf := h.Hash(field.TagSite, key.X, key.Y)
	api.AssertIsEqual(Root(api, h, leaf, b.Path[:]), b.Protocol.Sites)
	return Index(api, b.Path[:]), key
}

// Close says that the site has signed the batch's digest, and that the new state is the one that was come to, of which it sets the time and the
// number itself.
func (b TrialBatch) Close(api frontend.API, h *Hasher, curve *Curve, in TrialBatchInputs, key Point, to TrialBatchEnd) {
	message, digest := b.Outcome(api, h, in, to)
	curve.AssertSignature(h, key, message, b.Signature)
	Bits(api, api.Add(b.Before.Batches, 1), trial.CountBits)
	api.AssertIsEqual(digest, in.NewState)
}

// TrialBatchEnd is what a batch's events have come to: the chain of them and the state.
type TrialBatchEnd struct {
	Chain frontend.Variable
	State TrialState
}

// Outcome is what the site signs of a batch that has ended, and the digest of the state after it.
func (b TrialBatch) Outcome(api frontend.API, h *Hasher, in TrialBatchInputs, to TrialBatchEnd) (message, digest frontend.Variable) {
	to.State.Time, to.State.Batches = in.Time, api.Add(b.Before.Batches, 1)
	return h.Hash(field.TagTrialBatchSigned, in.Trial, to.Chain), to.State.Digest(api, h, in.Trial)
}

// Chain is trial.Chain where there is an event, else the digest as it is.
func Chain(api frontend.API, h *Hasher, there, digest, tag, history frontend.Variable) frontend.Variable {
	return api.Select(there, h.Hash(field.TagTrialBatch, digest, tag, history), digest)
}

// TrialBatchOf is a batch's common part as an assignment has it.
func TrialBatchOf(p trial.Protocol, before trial.State, s trial.Seal) (TrialBatch, error) {
	b := TrialBatch{
		Protocol: ProtocolOf(p), Before: TrialStateOf(before), Preimage: PointOf(s.Site.Preimage()), Signature: SignatureOf(s.Signature),
	}
	return b, AssignPath("site", b.Path[:], s.Path)
}
