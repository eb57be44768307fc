package gadget

import (
	"fmt"

	"github.com/consensys/gnark/frontend"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Subject is identity.Subject inside a circuit.
type Subject struct {
	Key                     Point
	Identity, Custody, Salt frontend.Variable
}

// Handle is identity.Subject.Handle.
func (s Subject) Handle(h *Hasher) frontend.Variable {
	return h.Hash(field.TagSubject, s.Key.X, s.Key.Y, s.Identity, s.Custody, s.Salt)
}

// Grant is identity.Grant inside a circuit.
type Grant struct {
	Subject, Grantee, Scope, Purpose, From, Until, Basis, Role, Terms, Index, Salt, ViewHash frontend.Variable
}

// Leaf is identity.Grant.Leaf.
func (g Grant) Leaf(h *Hasher) frontend.Variable {
	what := h.Hash(field.TagGrant, g.Subject, g.Grantee, g.Scope, g.Purpose, g.From, g.Until, g.Basis)
	return h.Hash(field.TagGrantTerms, what, g.Role, g.Terms, g.Index, g.Salt, g.ViewHash)
}

// Issuer is identity.Issuer inside a circuit.
type Issuer struct {
	Key         Point
	Role, Until frontend.Variable
}

// Leaf is identity.Issuer.Leaf.
func (i Issuer) Leaf(h *Hasher) frontend.Variable {
	return h.Hash(field.TagIssuer, i.Key.X, i.Key.Y, i.Role, i.Until)
}

// PointOf is a point as an assignment has it.
func PointOf(p identity.Point) Point { return Point{X: p.X, Y: p.Y} }

// SignatureOf is a signature as an assignment has it.
func SignatureOf(s identity.Signature) Signature { return Signature{R: PointOf(s.R), S: s.S.BigInt()} }

// AssignPath fills the steps of an assignment with a path that has as many; whose says in the error which path it was.
func AssignPath(whose string, to []Step, path []field.Step) error {
	if len(path) != len(to) {
		return fmt.Errorf("the %s's path has %d levels, not %d", whose, len(path), len(to))
	}
	for i, s := range path {
		for j, c := range s.Children {
			to[i].Children[j] = c
		}
		to[i].Position = [2]frontend.Variable{s.Position & 1, s.Position >> 1}
	}
	return nil
}
