package circuits

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"

	"lethe/circuits/field"
)

// copyOf lets a test change a proof.
func copyOf(p *Proof) *Proof {
	c := *p
	c.Public = maps.Clone(p.Public)
	return &c
}

func TestThreat41EachInputBinds(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	for name := range p.Public {
		for _, e := range []field.Element{{}, field.Uint64(1), field.Random()} {
			changed := copyOf(p)
			changed.Public[name] = e
			wantError(t, k.Verifier().Verify(changed), ErrProof, "cubic/v1")
		}
	}
	swapped := copyOf(p)
	swapped.Public["y"], swapped.Public["square"] = p.Public["square"], p.Public["y"]
	wantError(t, k.Verifier().Verify(swapped), ErrProof, "")
}

func TestVerifyRefusesMalformed(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	for says, change := range map[string]func(*Proof){
		"public: 2 inputs":             func(p *Proof) { delete(p.Public, "context") },
		"public: 4 inputs":             func(p *Proof) { p.Public["more"] = field.Element{} },
		"context is missing":           func(p *Proof) { delete(p.Public, "context"); p.Public["Context"] = field.Element{} },
		`"con text" is not a name`:     func(p *Proof) { p.Public["con text"] = field.Element{} },
		"public: missing":              func(p *Proof) { p.Public = nil },
		"statement":                    func(p *Proof) { p.Statement = "" },
		"version: -1":                  func(p *Proof) { p.Version = -1 },
		"verifying_key: missing":       func(p *Proof) { p.VerifyingKey = Hash{} },
		"proof: the point at infinity": func(p *Proof) { p.A = bn254.G1Affine{} },
		"the point at infinity":        func(p *Proof) { p.B = bn254.G2Affine{} },
		"point at infinity":            func(p *Proof) { p.C = bn254.G1Affine{} },
		"proof: not a point":           func(p *Proof) { p.B = outsideG2(t) },
	} {
		changed := copyOf(p)
		change(changed)
		wantError(t, k.Verifier().Verify(changed), ErrMalformed, says)
	}
	for i := range p.coordinates() {
		changed := copyOf(p)
		one := fp.One()
		c := changed.coordinates()[i]
		c.Add(c, &one)
		wantError(t, k.Verifier().Verify(changed), ErrMalformed, "not a point of the group")
	}
}

func TestVerifyRefusesOtherPoints(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p, other := mustProve(t, k, three()), mustProve(t, k, three())
	for i, change := range []func(*Proof){
		func(p *Proof) { p.A.Neg(&p.A) },
		func(p *Proof) { p.B.Neg(&p.B) },
		func(p *Proof) { p.C.Neg(&p.C) },
		func(p *Proof) { p.A, p.C = p.C, p.A },
		func(p *Proof) { p.A = other.A },
		func(p *Proof) { p.B = other.B },
		func(p *Proof) { p.C = other.C },
		func(p *Proof) { p.A = k.verifier.key.G1.Alpha },
		func(p *Proof) { p.A, p.B = k.verifier.key.G1.Alpha, k.verifier.key.G2.Beta },
	} {
		changed := copyOf(p)
		change(changed)
		if err := k.Verifier().Verify(changed); err == nil {
			t.Errorf("change %d: accepted", i)
		}
		wantError(t, k.Verifier().Verify(changed), ErrProof, "")
	}
}

// Whoever sees a proof can make others of the same: none of them may be remembered as "used".
func TestProofIsNoIdentifier(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	negated := copyOf(p)
	negated.A.Neg(&p.A)
	negated.B.Neg(&p.B)
	if negated.Points() == p.Points() {
		t.Fatal("nothing has changed")
	}
	if err := k.Verifier().Verify(negated); err != nil {
		t.Errorf("(−A, −B, C): %v", err)
	}
	shifted := copyOf(p) // (A, B + δ, C + A)
	shifted.B.Add(&p.B, &k.verifier.key.G2.Delta)
	shifted.C.Add(&p.C, &p.A)
	if err := k.Verifier().Verify(shifted); err != nil {
		t.Errorf("(A, B + δ, C + A): %v", err)
	}
}

func TestThreat33VerifyRefusesOtherKeys(t *testing.T) {
	k, other := newKeys(t, cubicStatement()), newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	wantError(t, other.Verifier().Verify(p), ErrWrongKey, k.Manifest.VerifyingKey.String())
	renamed := copyOf(p)
	renamed.VerifyingKey = other.Verifier().Key()
	wantError(t, other.Verifier().Verify(renamed), ErrProof, "")
	wantError(t, k.Verifier().Verify(renamed), ErrWrongKey, "")
	for _, change := range []func(*Proof){func(p *Proof) { p.Statement = "quartic" }, func(p *Proof) { p.Version = 2 }} {
		changed := copyOf(p)
		change(changed)
		wantError(t, k.Verifier().Verify(changed), ErrWrongKey, "the proof is of")
	}
}

func TestNewVerifier(t *testing.T) {
	k := newKeys(t, cubicStatement())
	var key bytes.Buffer
	if _, err := k.verifier.key.WriteTo(&key); err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(cubicStatement(), key.Bytes(), k.Manifest.VerifyingKey)
	if err != nil {
		t.Fatal(err)
	}
	if v.Key() != k.Manifest.VerifyingKey || v.Statement().Name() != "cubic/v1" {
		t.Error(v.Key(), v.Statement().Name())
	}
	if err := v.Verify(mustProve(t, k, three())); err != nil {
		t.Error(err)
	}
	_, err = NewVerifier(cubicStatement(), key.Bytes(), Hash{})
	wantError(t, err, ErrWrongKey, k.Manifest.VerifyingKey.String())

	two := functionStatement(nil)
	_, err = NewVerifier(two, key.Bytes(), k.Manifest.VerifyingKey)
	wantError(t, err, nil, "function/v1: verifying key: for 3 public inputs, not 2")
	two.ID = ""
	_, err = NewVerifier(two, key.Bytes(), k.Manifest.VerifyingKey)
	wantError(t, err, nil, "id")
}

// A key is read by the checked reader, and to its end, even where its hash is the one pinned.
func TestNewVerifierRefusesMalformed(t *testing.T) {
	k := newKeys(t, cubicStatement())
	write := func(vk *groth16.VerifyingKey) []byte {
		var b bytes.Buffer
		if _, err := vk.WriteRawTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	outside := *k.verifier.key
	outside.G2.Gamma = outsideG2(t)
	unbound := *k.verifier.key
	unbound.G1.K = append([]bn254.G1Affine{}, unbound.G1.K...)
	unbound.G1.K[2] = bn254.G1Affine{}
	raw := write(k.verifier.key)
	for says, key := range map[string][]byte{
		"1 bytes too many":           append(bytes.Clone(raw), 0),
		"EOF":                        raw[:len(raw)-1],
		"verifying key for cubic/v1": nil,
		"subgroup check failed":      write(&outside),
		"public input 1":             write(&unbound),
	} {
		_, err := NewVerifier(cubicStatement(), key, sha256.Sum256(key))
		wantError(t, err, nil, says)
	}
}

func TestVerifyConcurrently(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := k.Verifier().Verify(p); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := k.Verifier().ExportSolidity(new(bytes.Buffer)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
