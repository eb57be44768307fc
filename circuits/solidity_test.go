package circuits

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func TestExportSolidity(t *testing.T) {
	k := newKeys(t, cubicStatement())
	var source bytes.Buffer
	if err := k.Verifier().ExportSolidity(&source); err != nil {
		t.Fatal(err)
	}
	header := "// Verifier of cubic/v1 by the key " + k.Manifest.VerifyingKey.String() + " (SHA-256).\n" +
		"// Public inputs:\n//   0  y\n//   1  square\n//   2  context\n"
	if !strings.HasPrefix(source.String(), header) {
		t.Errorf("begins %.300q", source.String())
	}
	var gamma bn254.G2Affine // the contract has −γ
	gamma.Neg(&k.verifier.key.G2.Gamma)
	for _, want := range []string{
		"pragma solidity ^0.8.0;",
		"uint256[3] calldata input",
		"ALPHA_X = " + decimal(&k.verifier.key.G1.Alpha.X) + ";",
		"GAMMA_NEG_Y_1 = " + decimal(&gamma.Y.A1) + ";",
		"PUB_2_Y = " + decimal(&k.verifier.key.G1.K[3].Y) + ";",
	} {
		if strings.Count(source.String(), want) == 0 {
			t.Errorf("%s: missing", want)
		}
	}
	for _, gone := range []string{"CompressedProof", "compressProof", "compress_g", "sqrt", "MODEXP", "\n\n\n"} {
		if at := strings.Index(source.String(), gone); at >= 0 {
			t.Errorf("has %q", source.String()[at:])
		}
	}
	if err := k.Verifier().Verify(mustProve(t, k, three())); err != nil {
		t.Errorf("exporting has changed the key: %v", err)
	}
	full := errors.New("disk full")
	wantError(t, k.Verifier().ExportSolidity(failing{full}), full, "")
}

func TestExportSolidityKnowsItsTemplate(t *testing.T) {
	var template bytes.Buffer
	key := *newKeys(t, cubicStatement()).verifier.key
	if err := key.ExportSolidity(&template); err != nil {
		t.Fatal(err)
	}
	if _, err := withoutCompression(template.Bytes()); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"function gone":       {"function sqrt_Fp2", "function root_Fp2"},
		"function overloaded": {"function compress_g1(", "function compress_g2("},
		"constant gone":       {"uint256 constant FRACTION_3_82_FP", "uint256 constant THREE_82TH"},
		"comment gone":        {"// Constants in Fp\n", ""},
		"function added":      {"    /// Verify an unc", "    function verifyAny() public {}\n\n    /// Verify an unc"},
		"still needed":        {"require(proof.length == 256", "require(proof.length == 256 && P > 0"},
		"compression is used": {" = publicInputMSM(input)", " = decompress_g1(publicInputMSM(input))"},
	} {
		changed := strings.ReplaceAll(template.String(), change[0], change[1])
		if changed == template.String() {
			t.Errorf("%s: nothing changed", name)
		}
		_, err := withoutCompression([]byte(changed))
		wantError(t, err, nil, "template has changed")
	}
}

func TestCalldata(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	proof, input, err := k.Verifier().Calldata(p)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(proof, points(p)) {
		t.Error("not as gnark has it for a contract")
	}
	want := []*big.Int{big.NewInt(35), big.NewInt(9), new(big.Int).Sub(fr.Modulus(), big.NewInt(2))}
	if len(input) != len(want) {
		t.Fatalf("%d inputs", len(input))
	}
	for i, n := range input {
		if n.Cmp(want[i]) != 0 {
			t.Errorf("input %d: %v, not %v", i, n, want[i])
		}
	}
	p.Version = 2
	_, _, err = k.Verifier().Calldata(p)
	wantError(t, err, ErrWrongKey, "cubic/v1")
}
