package circuits

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"regexp"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
)

// keyConstant is a line of an exported contract that holds a coordinate of the verifying key.
var keyConstant = regexp.MustCompile(`(?m)^    uint256 constant ((?:ALPHA|BETA|GAMMA|DELTA|CONSTANT|PUB)_\w+) = (\d+);`)

// WriteSolidityTemplate writes the contract of [Verifier.ExportSolidity] for any key of so many public inputs, with numbers in the
// places of the key's coordinates that [Verifier.SolidityCode] finds again once it is compiled. So keys are deployed without a
// compiler.
func WriteSolidityTemplate(w io.Writer, publicInputs int) error {
	silence()
	_, _, g1, g2 := bn254.Generators()
	key := &groth16.VerifyingKey{}
	key.G1.Alpha, key.G2.Beta, key.G2.Gamma, key.G2.Delta = g1, g2, g2, g2
	key.G1.K = make([]bn254.G1Affine, publicInputs+1)
	for i := range key.G1.K {
		key.G1.K[i] = g1
	}
	if err := key.Precompute(); err != nil {
		return err
	}
	var template bytes.Buffer
	if err := key.ExportSolidity(&template); err != nil {
		return err
	}
	source, err := withoutCompression(template.Bytes())
	if err != nil {
		return err
	}
	_, err = w.Write(keyConstant.ReplaceAllFunc(source, func(line []byte) []byte {
		name := string(keyConstant.FindSubmatch(line)[1])
		return fmt.Appendf(nil, "    uint256 constant %s = %s;", name, new(big.Int).SetBytes(placeholder(name)))
	}))
	return err
}

// placeholder is a number of 256 bits, so that a compiler keeps all of its bytes, which stands nowhere else.
func placeholder(name string) []byte {
	h := sha256.Sum256([]byte("lethe/verifier/" + name))
	h[0] |= 0x80
	return h[:]
}

// SolidityCode is the bytecode that deploys a verifier by this key: the compiled template of its number of public inputs, with the
// key's coordinates in their places.
func (v *Verifier) SolidityCode(template []byte) ([]byte, error) {
	var source bytes.Buffer
	if err := v.ExportSolidity(&source); err != nil {
		return nil, err
	}
	code := bytes.Clone(template)
	for _, line := range keyConstant.FindAllSubmatch(source.Bytes(), -1) {
		place := placeholder(string(line[1]))
		if !bytes.Contains(code, place) {
			return nil, fmt.Errorf("code of %s: the template has no place for %s: it is of another number of inputs", v.statement.Name(), line[1])
		}
		value, _ := new(big.Int).SetString(string(line[2]), 10)
		code = bytes.ReplaceAll(code, place, value.FillBytes(make([]byte, len(place))))
	}
	return code, nil
}
