package circuits

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/pedersen"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"

	"lethe/circuits/field"
)

// gnark itself makes keys for a circuit with an unused public input, and its verifier takes a proof for any value of it.
func TestThreat41CheckKeyRefusesUnboundInput(t *testing.T) {
	unused := func(api frontend.API, c *function) { api.AssertIsEqual(c.A, api.Mul(c.X, c.X)) }
	system, err := frontend.Compile(fr.Modulus(), r1cs.NewBuilder, &function{define: unused})
	if err != nil {
		t.Fatal(err)
	}
	var pk groth16.ProvingKey
	var vk groth16.VerifyingKey
	if err := groth16.Setup(system.(*cs.R1CS), &pk, &vk); err != nil {
		t.Fatal(err)
	}
	w, err := frontend.NewWitness(&function{A: 9, B: 1, X: 3}, fr.Modulus())
	if err != nil {
		t.Fatal(err)
	}
	proof, err := groth16.Prove(system.(*cs.R1CS), &pk, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := groth16.Verify(proof, &vk, []field.Element{field.Uint64(9), field.Uint64(77)}); err != nil {
		t.Fatalf("gnark has come to refuse it: %v", err)
	}
	wantError(t, CheckKey(&vk, 2), nil, "public input 1: the point at infinity")
}

type verifyingKey = groth16.VerifyingKey

func TestCheckKey(t *testing.T) {
	k := newKeys(t, cubicStatement())
	if err := CheckKey(k.verifier.key, 3); err != nil {
		t.Fatal(err)
	}
	wantError(t, CheckKey(k.verifier.key, 2), nil, "for 3 public inputs, not 2")
	wantError(t, CheckKey(k.verifier.key, 4), nil, "for 3 public inputs, not 4")
	wantError(t, CheckKey(new(groth16.VerifyingKey), 0), nil, "for -1 public inputs")
	for says, change := range map[string]func(*groth16.VerifyingKey){
		"commitments": func(vk *verifyingKey) {
			vk.CommitmentKeys = make([]pedersen.VerifyingKey, 1)
		},
		"has commitments":                          func(vk *verifyingKey) { vk.PublicAndCommitmentCommitted = [][]int{{}} },
		"α: the point at infinity":                 func(vk *verifyingKey) { vk.G1.Alpha = bn254.G1Affine{} },
		"key: β in G1: the point at infinity":      func(vk *verifyingKey) { vk.G1.Beta = bn254.G1Affine{} },
		"key: δ in G1: not a point of the group":   func(vk *verifyingKey) { vk.G1.Delta.X.SetOne() },
		"key: β: the point at infinity":            func(vk *verifyingKey) { vk.G2.Beta = bn254.G2Affine{} },
		"γ: the point at infinity":                 func(vk *verifyingKey) { vk.G2.Gamma = bn254.G2Affine{} },
		"key: δ: the point at infinity":            func(vk *verifyingKey) { vk.G2.Delta = bn254.G2Affine{} },
		"δ: not a point of the group":              func(vk *verifyingKey) { vk.G2.Delta = outsideG2(t) },
		"public input 0: the point at infinity":    func(vk *verifyingKey) { vk.G1.K[1] = bn254.G1Affine{} },
		"public input 2: the point at infinity":    func(vk *verifyingKey) { vk.G1.K[3] = bn254.G1Affine{} },
		"public input 1: not a point of the group": func(vk *verifyingKey) { vk.G1.K[2].Y.SetOne() },
		"key: constant: not a point of the group":  func(vk *verifyingKey) { vk.G1.K[0].Y.SetOne() },
		"γ = δ": func(vk *verifyingKey) { vk.G2.Delta = vk.G2.Gamma },
		"verifying key: for 2 public inputs, not 3":  func(vk *verifyingKey) { vk.G1.K = vk.G1.K[:3] },
		"verifying key: for -1 public inputs, not 3": func(vk *verifyingKey) { vk.G1.K = nil },
	} {
		vk := *k.verifier.key
		vk.G1.K = slices.Clone(vk.G1.K)
		change(&vk)
		wantError(t, CheckKey(&vk, 3), nil, says)
		_, err := NewKeys(k.Circuit, Ceremony, k.proving, &vk)
		wantError(t, err, nil, says)
	}
	vk := *k.verifier.key
	vk.G1.K = append([]bn254.G1Affine{{}}, vk.G1.K[1:]...)
	if err := CheckKey(&vk, 3); err != nil {
		t.Errorf("a statement without constants: %v", err)
	}
}

func TestNewKeysRefusesProvingKey(t *testing.T) {
	k, other := newKeys(t, cubicStatement()), newKeys(t, cubicStatement())
	for says, change := range map[string]func(*groth16.ProvingKey){
		"proving key: does not belong": func(pk *groth16.ProvingKey) { *pk = *other.proving },
		"does not belong to the":       func(pk *groth16.ProvingKey) { pk.G2.Delta = other.proving.G2.Delta },
		"has commitments":              func(pk *groth16.ProvingKey) { pk.CommitmentKeys = make([]pedersen.ProvingKey, 1) },
		"another domain than 8":        func(pk *groth16.ProvingKey) { pk.Domain.Cardinality = 4 },
		"for another domain":           func(pk *groth16.ProvingKey) { pk.G1.Z = pk.G1.Z[1:] },
		"another circuit":              func(pk *groth16.ProvingKey) { pk.G1.K = pk.G1.K[1:] },
		"circuit than one of":          func(pk *groth16.ProvingKey) { pk.InfinityA = pk.InfinityA[1:] },
		"than one of 9 wires":          func(pk *groth16.ProvingKey) { pk.InfinityB = nil },
		"wire in A":                    func(pk *groth16.ProvingKey) { pk.G1.A = pk.G1.A[1:] },
		"each wire in A":               func(pk *groth16.ProvingKey) { pk.NbInfinityA++ },
		"wire in B":                    func(pk *groth16.ProvingKey) { pk.G1.B = pk.G1.B[1:] },
		"each wire in B":               func(pk *groth16.ProvingKey) { pk.G2.B = pk.G2.B[1:] },
		"point for each wire in B":     func(pk *groth16.ProvingKey) { pk.InfinityB = make([]bool, len(pk.InfinityB)) },
	} {
		pk := *k.proving
		change(&pk)
		_, err := NewKeys(k.Circuit, Ceremony, &pk, k.verifier.key)
		wantError(t, err, nil, says)
	}
	_, err := NewKeys(k.Circuit, "borrowed", k.proving, k.verifier.key)
	wantError(t, err, nil, `setup: "borrowed"`)
}

// outsideG2 is a point of the twist that is not in the group of order r.
func outsideG2(t *testing.T) (p bn254.G2Affine) {
	t.Helper()
	_, _, _, g := bn254.Generators()
	var b, x3 bn254.E2
	x3.Square(&g.X).Mul(&x3, &g.X)
	b.Square(&g.Y).Sub(&b, &x3)
	for i := uint64(1); i < 100; i++ {
		p.X.A0.SetUint64(i)
		x3.Square(&p.X).Mul(&x3, &p.X).Add(&x3, &b)
		if x3.Legendre() != 1 {
			continue
		}
		p.Y.Sqrt(&x3)
		if p.IsOnCurve() && !p.IsInSubGroup() {
			return p
		}
	}
	t.Fatal("no point found")
	return p
}
