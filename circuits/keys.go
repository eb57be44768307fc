package circuits

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
)

// Verifying is what whoever does not prove needs of a statement's keys: their manifest, held against the circuit, and the verifier. It
// never changes.
type Verifying struct {
	Manifest Manifest

	verifier *Verifier
}

// Verifier verifies what the keys prove.
func (v *Verifying) Verifier() *Verifier { return v.verifier }

// Keys are a compiled statement with both keys for it. They never change.
type Keys struct {
	Verifying

	Circuit *Circuit
	proving *groth16.ProvingKey
}

// NewKeys takes keys that a set-up has made, and keeps them: neither may be changed afterwards. It refuses what CheckKey refuses,
// and keys that do not fit each other or the circuit.
func NewKeys(c *Circuit, setup Setup, pk *groth16.ProvingKey, vk *groth16.VerifyingKey) (*Keys, error) {
	k := &Keys{Verifying: Verifying{Manifest: newManifest(c, setup)}, Circuit: c, proving: pk}
	var err error
	if k.Manifest.ProvingKey, err = hashOf(pk.WriteRawTo); err != nil {
		return nil, fmt.Errorf("keys for %s: proving key: %w", c.Statement.Name(), err)
	}
	if k.Manifest.VerifyingKey, err = hashOf(vk.WriteTo); err != nil {
		return nil, fmt.Errorf("keys for %s: verifying key: %w", c.Statement.Name(), err)
	}
	k.verifier = &Verifier{statement: c.Statement, key: vk, hash: k.Manifest.VerifyingKey}
	if err := k.check(); err != nil {
		return nil, fmt.Errorf("keys for %s: %w", c.Statement.Name(), err)
	}
	return k, nil
}

func (k *Keys) check() error {
	if err := k.Verifying.check(k.Circuit); err != nil {
		return err
	}
	if err := checkProvingKey(k.proving, k.verifier.key, k.Circuit); err != nil {
		return fmt.Errorf("proving key: %w", err)
	}
	return nil
}

func (v *Verifying) check(c *Circuit) error {
	if err := v.Manifest.check(c); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return CheckKey(v.verifier.key, c.PublicInputs)
}

// CheckKey says why a verifying key for a number of public inputs must not be used, if so: an input whose point is infinity
// binds nothing, so that one proof holds for each of its values; where γ = δ anybody can prove anything.
func CheckKey(vk *groth16.VerifyingKey, publicInputs int) error {
	if len(vk.CommitmentKeys) != 0 || len(vk.PublicAndCommitmentCommitted) != 0 {
		return errors.New("verifying key: has commitments")
	}
	if len(vk.G1.K) != publicInputs+1 {
		return fmt.Errorf("verifying key: for %d public inputs, not %d", len(vk.G1.K)-1, publicInputs)
	}
	points := []struct {
		name string
		point
	}{
		{"α", &vk.G1.Alpha}, {"β in G1", &vk.G1.Beta}, {"δ in G1", &vk.G1.Delta},
		{"β", &vk.G2.Beta}, {"γ", &vk.G2.Gamma}, {"δ", &vk.G2.Delta},
	}
	for _, p := range points {
		if err := checkPoint(p.point); err != nil {
			return fmt.Errorf("verifying key: %s: %w", p.name, err)
		}
	}
	for i := range vk.G1.K[1:] {
		if err := checkPoint(&vk.G1.K[i+1]); err != nil {
			return fmt.Errorf("verifying key: public input %d: %w", i, err)
		}
	}
	if !vk.G1.K[0].IsInSubGroup() {
		return fmt.Errorf("verifying key: constant: %w", errNotInGroup)
	}
	if vk.G2.Gamma.Equal(&vk.G2.Delta) {
		return errors.New("verifying key: γ = δ")
	}
	return nil
}

// point is what there is to check on a point of either group.
type point interface {
	IsInfinity() bool
	IsInSubGroup() bool // on the curve too
}

var (
	errInfinity   = errors.New("the point at infinity")
	errNotInGroup = errors.New("not a point of the group")
)

func checkPoint(p point) error {
	switch {
	case p.IsInfinity():
		return errInfinity
	case !p.IsInSubGroup():
		return errNotInGroup
	}
	return nil
}

// checkProvingKey holds a proving key against the circuit and the verifying key: gnark's prover would not return from one that
// has too few points.
func checkProvingKey(pk *groth16.ProvingKey, vk *groth16.VerifyingKey, c *Circuit) error {
	size := ecc.NextPowerOfTwo(uint64(c.Constraints))
	hidden := c.wires() - c.PublicInputs - 1
	switch {
	case len(pk.CommitmentKeys) != 0:
		return errors.New("has commitments")
	case pk.Domain.Cardinality != size || len(pk.G1.Z) != int(size)-1:
		return fmt.Errorf("for another domain than %d", size)
	case len(pk.InfinityA) != c.wires() || len(pk.InfinityB) != c.wires() || len(pk.G1.K) != hidden:
		return fmt.Errorf("for another circuit than one of %d wires", c.wires())
	case !fills(pk.InfinityA, pk.NbInfinityA, len(pk.G1.A)):
		return errors.New("not one point for each wire in A")
	case !fills(pk.InfinityB, pk.NbInfinityB, len(pk.G1.B)) || len(pk.G1.B) != len(pk.G2.B):
		return errors.New("not one point for each wire in B")
	case !pk.G1.Alpha.Equal(&vk.G1.Alpha) || !pk.G1.Beta.Equal(&vk.G1.Beta) || !pk.G1.Delta.Equal(&vk.G1.Delta),
		!pk.G2.Beta.Equal(&vk.G2.Beta) || !pk.G2.Delta.Equal(&vk.G2.Delta):
		return errors.New("does not belong to the verifying key")
	}
	return nil
}

// fills says whether there is one point for each wire that is not marked as infinity.
func fills(infinity []bool, marked uint64, points int) bool {
	n := 0
	for _, none := range infinity {
		if !none {
			n++
		}
	}
	return n == points && marked == uint64(len(infinity)-n)
}

func hashOf(write func(io.Writer) (int64, error)) (h Hash, err error) {
	s := sha256.New()
	if _, err := write(s); err != nil {
		return Hash{}, err
	}
	s.Sum(h[:0])
	return h, nil
}
