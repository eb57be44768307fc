package circuits

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
)

// ExportSolidity writes the source of a contract that verifies proofs by this key, as gnark makes it, after a comment that names
// the statement and the key. Its verifyProof takes what Calldata gives, and reverts where a proof does not hold.
func (v *Verifier) ExportSolidity(w io.Writer) error {
	var source bytes.Buffer
	key := *v.key // gnark exchanges points of the key while it writes
	if err := key.ExportSolidity(&source); err != nil {
		return fmt.Errorf("export %s: %w", v.statement.Name(), err)
	}
	header := fmt.Sprintf("// Verifier of %s by the key %s (SHA-256).\n// Public inputs:", v.statement.Name(), v.hash)
	for i, name := range v.statement.Public {
		header += fmt.Sprintf("\n//   %d  %s", i, name)
	}
	_, err := fmt.Fprintf(w, "%s\n%s", header, source.Bytes())
	return err
}

// Calldata is what the exported contract's verifyProof takes, ABI types bytes and uint256[n]: a proof's points and its public
// inputs. Whether the proof holds is not asked.
func (v *Verifier) Calldata(p *Proof) (proof []byte, input []*big.Int, err error) {
	inputs, err := v.inputs(p)
	if err != nil {
		return nil, nil, fmt.Errorf("calldata of %s: %w", v.statement.Name(), err)
	}
	for i := range inputs {
		input = append(input, inputs[i].BigInt(new(big.Int)))
	}
	points := p.Points()
	return points[:], input, nil
}
