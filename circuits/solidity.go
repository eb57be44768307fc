package circuits

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
)

// ExportSolidity writes the source of a contract that verifies proofs by this key, as gnark makes it but without its
// compression of proofs, after a comment that names the statement and the key. Its verifyProof takes what Calldata gives, and
// reverts where a proof does not hold. It is an error if gnark's template is not the one that is known here.
//
// Compiled as the comment says, a statement of 9 public inputs is deployed for 456,000 gas; as gnark has it, for 1.6 million.
func (v *Verifier) ExportSolidity(w io.Writer) error {
	var template bytes.Buffer
	key := *v.key // gnark exchanges points of the key while it writes
	if err := key.ExportSolidity(&template); err != nil {
		return fmt.Errorf("export %s: %w", v.statement.Name(), err)
	}
	source, err := withoutCompression(template.Bytes())
	if err != nil {
		return fmt.Errorf("export %s: %w", v.statement.Name(), err)
	}
	header := fmt.Sprintf("// Verifier of %s by the key %s (SHA-256).\n// Public inputs:", v.statement.Name(), v.hash)
	for i, name := range v.statement.Public {
		header += fmt.Sprintf("\n//   %d  %s", i, name)
	}
	header += "\n// Cheapest to deploy when compiled by: solc --via-ir --optimize --optimize-runs 1 --no-cbor-metadata"
	_, err = fmt.Fprintf(w, "%s\n%s", header, source)
	return err
}

// What gnark's template has for compressed proofs only: its members, and lines of comments about them.
var (
	compressionFunctions = []string{
		"negate", "exp", "invert_Fp", "sqrt_Fp", "isSquare_Fp", "sqrt_Fp2", "compress_g1", "decompress_g1", "compress_g2",
		"decompress_g2", "compressProof", "verifyCompressedProof",
	}
	compressionConstants = []string{
		"PRECOMPILE_MODEXP", "P", "FRACTION_1_2_FP", "FRACTION_27_82_FP", "FRACTION_3_82_FP", "EXP_INVERSE_FP", "EXP_SQRT_FP",
	}
	compressionComments = []string{
		`(?m)^/// @notice Supports verifying Groth16 proofs\.(.*\n/// )+@notice See .*\n`,
		`(?m)^    // Constants in Fp\n\n`,
		`(?m)^    // Exponents for inversions .*\n\n`,
	}
	remainingFunctions = []string{"publicInputMSM", "verifyProof"}

	functionName = regexp.MustCompile(`(?m)^ *function (\w+)`)
)

// withoutCompression takes the compression of proofs out of the contract that gnark writes. Nothing here compresses any, and
// it is more than half of the code.
func withoutCompression(source []byte) ([]byte, error) {
	var parts []string
	for _, name := range compressionFunctions {
		parts = append(parts, `(?m)^(    ///.*\n)+    function `+name+`\((.*\n)+?    \}\n\n`)
	}
	for _, name := range compressionConstants {
		parts = append(parts, `(?m)^    uint256 constant `+name+` = .*;.*\n`)
	}
	for _, part := range append(parts, compressionComments...) {
		places := regexp.MustCompile(part).FindAllIndex(source, -1)
		if len(places) != 1 {
			return nil, fmt.Errorf("gnark's template has changed: %d places like %q, want 1", len(places), part)
		}
		source = slices.Delete(slices.Clone(source), places[0][0], places[0][1])
	}
	return source, checkRemaining(source)
}

// checkRemaining looks for what withoutCompression does not know, or has left.
func checkRemaining(source []byte) error {
	var functions []string
	for _, f := range functionName.FindAllSubmatch(source, -1) {
		functions = append(functions, string(f[1]))
	}
	if !slices.Equal(functions, remainingFunctions) {
		return fmt.Errorf("gnark's template has changed: functions %q are left, want %q", functions, remainingFunctions)
	}
	code := regexp.MustCompile(`//.*`).ReplaceAll(source, nil)
	for _, name := range slices.Concat(compressionFunctions, compressionConstants) {
		if regexp.MustCompile(`\b` + name + `\b`).Match(code) {
			return errors.New("gnark's template has changed: " + name + " is needed by what verifies")
		}
	}
	return nil
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
