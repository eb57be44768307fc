package circuits

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Points as snarkjs has them: projective, decimal, the real part of a coordinate before the imaginary.
type (
	snarkjsG1 [3]string
	snarkjsG2 [3][2]string
	snarkjsGT [2][3][2]string
)

func newSnarkjsG1(p *bn254.G1Affine) snarkjsG1 { return snarkjsG1{decimal(&p.X), decimal(&p.Y), "1"} }

func newSnarkjsG2(p *bn254.G2Affine) snarkjsG2 {
	return snarkjsG2{{decimal(&p.X.A0), decimal(&p.X.A1)}, {decimal(&p.Y.A0), decimal(&p.Y.A1)}, {"1", "0"}}
}

func newSnarkjsGT(e *bn254.GT) (g snarkjsGT) {
	for i, half := range []*bn254.E6{&e.C0, &e.C1} {
		for j, c := range []*bn254.E2{&half.B0, &half.B1, &half.B2} {
			g[i][j] = [2]string{decimal(&c.A0), decimal(&c.A1)}
		}
	}
	return g
}

type snarkjsKey struct {
	Protocol  string      `json:"protocol"`
	Curve     string      `json:"curve"`
	NPublic   int         `json:"nPublic"`
	Alpha     snarkjsG1   `json:"vk_alpha_1"`
	Beta      snarkjsG2   `json:"vk_beta_2"`
	Gamma     snarkjsG2   `json:"vk_gamma_2"`
	Delta     snarkjsG2   `json:"vk_delta_2"`
	AlphaBeta snarkjsGT   `json:"vk_alphabeta_12"` // e(α, β), which snarkjs writes and never reads
	IC        []snarkjsG1 `json:"IC"`
}

type snarkjsProof struct {
	A        snarkjsG1 `json:"pi_a"`
	B        snarkjsG2 `json:"pi_b"`
	C        snarkjsG1 `json:"pi_c"`
	Protocol string    `json:"protocol"`
	Curve    string    `json:"curve"`
}

const snarkjsProtocol, snarkjsCurve = "groth16", "bn128"

// SnarkjsKey is the verifying key as snarkjs 0.7 (https://github.com/iden3/snarkjs) writes it, for those who would rather verify
// by software that is none of ours.
func (v *Verifier) SnarkjsKey() ([]byte, error) {
	e, err := bn254.Pair([]bn254.G1Affine{v.key.G1.Alpha}, []bn254.G2Affine{v.key.G2.Beta})
	if err != nil {
		return nil, fmt.Errorf("export for snarkjs: %w", err)
	}
	key := snarkjsKey{
		Protocol: snarkjsProtocol, Curve: snarkjsCurve, NPublic: len(v.statement.Public), Alpha: newSnarkjsG1(&v.key.G1.Alpha),
		Beta: newSnarkjsG2(&v.key.G2.Beta), Gamma: newSnarkjsG2(&v.key.G2.Gamma), Delta: newSnarkjsG2(&v.key.G2.Delta),
		AlphaBeta: newSnarkjsGT(&e),
	}
	for i := range v.key.G1.K {
		key.IC = append(key.IC, newSnarkjsG1(&v.key.G1.K[i]))
	}
	return encodeSnarkjs(key)
}

// SnarkjsProof is a proof, and its public inputs, as snarkjs writes them. Whether the proof holds is not asked.
func (v *Verifier) SnarkjsProof(p *Proof) (proof, public []byte, err error) {
	inputs, err := v.inputs(p)
	if err != nil {
		return nil, nil, fmt.Errorf("export for snarkjs: %w", err)
	}
	numbers := make([]string, len(inputs))
	for i := range inputs {
		numbers[i] = decimal(&inputs[i])
	}
	proof, err = encodeSnarkjs(snarkjsProof{
		A: newSnarkjsG1(&p.A), B: newSnarkjsG2(&p.B), C: newSnarkjsG1(&p.C), Protocol: snarkjsProtocol, Curve: snarkjsCurve,
	})
	if err != nil {
		return nil, nil, err
	}
	public, err = encodeSnarkjs(numbers)
	return proof, public, err
}

func encodeSnarkjs(v any) ([]byte, error) { return json.Marshal(v, jsontext.WithIndent(" ")) }

// decimal is an element as a number; String of an element gives those just below the modulus a minus sign.
func decimal(e interface{ BigInt(*big.Int) *big.Int }) string { return e.BigInt(new(big.Int)).String() }
