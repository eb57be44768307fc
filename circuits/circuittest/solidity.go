package circuittest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/params"

	"lethe/circuits"
	"lethe/contracts"
)

// Contract is a verifier as it is exported, deployed in go-ethereum's EVM.
type Contract struct {
	abi     abi.ABI
	address common.Address
	filled  *common.Address // of the template with the key in it, where there is one
	config  *runtime.Config
	inputs  int
	gas     uint64 // of the transaction that deploys it
}

// deploymentBudget is what the deployment of a verifier may cost, in gas.
const deploymentBudget = 700_000

// Deploy exports a verifier, compiles it by the compiler that contracts/package-lock.json pins, and deploys it. It skips the test where that
// compiler is not installed.
func Deploy(t *testing.T, v *circuits.Verifier) Contract {
	t.Helper()
	var source bytes.Buffer
	if err := v.ExportSolidity(&source); err != nil {
		t.Fatal(err)
	}
	contract, code := compileSolidity(t, source.String())
	cfg := &runtime.Config{GasLimit: 30_000_000}
	_, address, left, err := runtime.Create(code, cfg)
	if err != nil {
		t.Fatal(err)
	}
	filled := deployFilled(t, v, cfg)
	rules := params.Rules{IsHomestead: true, IsIstanbul: true, IsShanghai: true}
	intrinsic, err := core.IntrinsicGas(code, nil, nil, common.Address{}, nil, nil, rules)
	if err != nil {
		t.Fatal(err)
	}
	return Contract{contract, address, filled, cfg, len(v.Statement().Public), cfg.GasLimit - left + intrinsic}
}

// deployFilled deploys the template with the key in it; nil where no statement of so many public inputs is verified on the chain.
func deployFilled(t *testing.T, v *circuits.Verifier, cfg *runtime.Config) *common.Address {
	t.Helper()
	template, err := contracts.VerifierTemplate(len(v.Statement().Public))
	if err != nil {
		return nil
	}
	code, err := v.SolidityCode(template)
	if err != nil {
		t.Fatal(err)
	}
	_, address, _, err := runtime.Create(code, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &address
}

// Accepts calls verifyProof, of the template too: the two must not disagree.
func (c Contract) Accepts(t *testing.T, proof []byte, inputs []*big.Int) bool {
	t.Helper()
	array := reflect.New(reflect.ArrayOf(c.inputs, reflect.TypeFor[*big.Int]())).Elem() // uint256[n]
	reflect.Copy(array, reflect.ValueOf(inputs))
	data, err := c.abi.Pack("verifyProof", proof, array.Interface())
	if err != nil {
		t.Fatal(err)
	}
	_, _, refused := runtime.Call(c.address, data, c.config)
	if c.filled != nil {
		if _, _, err := runtime.Call(*c.filled, data, c.config); (err == nil) != (refused == nil) {
			t.Errorf("the template with the key in it says %v, what the compiler makes of the source %v", err, refused)
		}
	}
	return refused == nil
}

// WantAgreement puts a proof, other forms of it and some hundred falsified ones to Go and to the exported contract, which must accept and
// refuse the same ones.
func (p Proven) WantAgreement(t *testing.T, rounds int) {
	t.Helper()
	contract := Deploy(t, p.Keys.Verifier())
	points, inputs, err := p.Keys.Verifier().Calldata(p.Proof)
	if err != nil {
		t.Fatal(err)
	}
	count := map[bool]int{}
	compare := func(name string, points []byte, inputs []*big.Int) {
		want := p.accepts(points, inputs)
		if got := contract.Accepts(t, points, inputs); got != want {
			t.Errorf("%s: the contract says %v, Go %v", name, got, want)
		}
		count[want]++
	}
	compare("as it is", points, inputs)
	p.altered(func(name string, inputs []*big.Int) { compare(name, points, inputs) })
	for range rounds {
		other := p.again()
		compare("another form", other, inputs)
		for name, bad := range falsified(other) {
			compare(name, bad, inputs)
		}
	}
	name := p.Keys.Circuit.Statement.Name()
	t.Logf("%s: %d accepted and %d refused by both; deployed for %d gas", name, count[true], count[false], contract.gas)
	if contract.gas > deploymentBudget {
		t.Errorf("deployed for %d gas", contract.gas)
	}
	if count[true] != rounds+1 || count[false] < 8*rounds {
		t.Errorf("%d accepted and %d refused, want %d and at least %d", count[true], count[false], rounds+1, 8*rounds)
	}
}

// accepts says what Go says of points and inputs that may be none.
func (p Proven) accepts(points []byte, inputs []*big.Int) bool {
	other, ok := p.with(inputs)
	if !ok {
		return false
	}
	text, err := other.Marshal()
	if err != nil {
		return false
	}
	was := p.Proof.Points()
	text = bytes.Replace(text, []byte(hex.EncodeToString(was[:])), []byte(hex.EncodeToString(points)), 1)
	read, err := circuits.ParseProof(text)
	return err == nil && p.Keys.Verifier().Verify(read) == nil
}

// again is the same proof in another form, as anybody can make it: [r]A, [1/r]B and C.
func (p Proven) again() []byte {
	var r, inverse fr.Element
	r.MustSetRandom()
	inverse.Inverse(&r)
	other := *p.Proof
	other.A.ScalarMultiplication(&other.A, r.BigInt(new(big.Int)))
	other.B.ScalarMultiplication(&other.B, inverse.BigInt(new(big.Int)))
	b := other.Points()
	return b[:]
}

// falsified are the points of a proof with something wrong.
func falsified(points []byte) map[string][]byte {
	change := func(do func(b []byte)) []byte {
		b := bytes.Clone(points)
		do(b)
		return b
	}
	at, bit := rand.IntN(8), byte(1)<<rand.IntN(8) //nolint:gosec // which place is falsified is no secret
	_, _, g1, g2 := bn254.Generators()
	x, y := g1.X.Bytes(), g1.Y.Bytes()
	outside := outsideOfGroup()
	return map[string][]byte{
		"a bit flipped":   change(func(b []byte) { b[32*at+31] ^= bit }),
		"a coordinate 0":  change(func(b []byte) { clear(b[32*at : 32*at+32]) }),
		"A and C swapped": change(func(b []byte) { copy(b, points[192:]); copy(b[192:], points[:64]) }),
		"A negated":       change(func(b []byte) { negate(b[32:64]) }),
		"C negated":       change(func(b []byte) { negate(b[224:256]) }),
		"A the generator": change(func(b []byte) { copy(b, append(x[:], y[:]...)) }),
		"B the generator": change(func(b []byte) { copy(b[64:], marshalG2(g2)) }),
		"B out of group":  change(func(b []byte) { copy(b[64:], marshalG2(outside)) }),
		"plus modulus": change(func(b []byte) {
			n := new(big.Int).SetBytes(b[32*at : 32*at+32])
			if n.Add(n, fp.Modulus()); n.BitLen() <= 256 {
				n.FillBytes(b[32*at : 32*at+32])
			} else {
				b[32*at] = 0xff
			}
		}),
	}
}

func negate(coordinate []byte) {
	n := new(big.Int).SetBytes(coordinate)
	n.Sub(fp.Modulus(), n).FillBytes(coordinate)
}

// marshalG2 has the imaginary parts first, as EIP-197.
func marshalG2(p bn254.G2Affine) (b []byte) {
	for _, c := range []*fp.Element{&p.X.A1, &p.X.A0, &p.Y.A1, &p.Y.A0} {
		e := c.Bytes()
		b = append(b, e[:]...)
	}
	return b
}

// outsideOfGroup is a point of the twist that is not of the order that pairings need.
func outsideOfGroup() (p bn254.G2Affine) {
	for {
		p.X.MustSetRandom()
		_, _, _, g2 := bn254.Generators()
		// y² = x³ + b, where b is y² − x³ of the generator
		var b, right bn254.E2
		right.Square(&g2.X).Mul(&right, &g2.X)
		b.Square(&g2.Y).Sub(&b, &right)
		right.Square(&p.X).Mul(&right, &p.X).Add(&right, &b)
		if right.Legendre() != 1 {
			continue
		}
		if p.Y.Sqrt(&right); p.IsOnCurve() && !p.IsInSubGroup() {
			return p
		}
	}
}

// compileSolidity compiles a source with one contract that is deployed.
func compileSolidity(t *testing.T, source string) (abi.ABI, []byte) {
	t.Helper()
	solc := filepath.Join("..", "..", "contracts", "bin", "solc")
	if _, err := os.Stat(filepath.Join("..", "..", "contracts", "node_modules", "solc")); err != nil {
		t.Skip("SKIPPED: the Solidity compiler is not installed (make contracts)")
	}
	in, err := json.Marshal(map[string]any{
		"language": "Solidity", "sources": map[string]any{"V.sol": map[string]string{"content": source}},
		"settings": map[string]any{
			"evmVersion": "cancun", "viaIR": true, "optimizer": map[string]any{"enabled": true, "runs": 1},
			"metadata":        map[string]any{"appendCBOR": false, "bytecodeHash": "none"},
			"outputSelection": map[string]any{"*": map[string]any{"*": []string{"abi", "evm.bytecode.object"}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), solc, "--standard-json") //nolint:gosec // the compiler of this repository
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return bytecode(t, out)
}

func bytecode(t *testing.T, out []byte) (abi.ABI, []byte) {
	t.Helper()
	var compiled struct {
		Contracts map[string]map[string]struct {
			ABI json.RawMessage
			EVM struct{ Bytecode struct{ Object string } }
		}
	}
	if err := json.Unmarshal(out, &compiled); err != nil {
		t.Fatal(err)
	}
	for _, c := range compiled.Contracts["V.sol"] {
		if c.EVM.Bytecode.Object == "" {
			continue
		}
		parsed, err := abi.JSON(bytes.NewReader(c.ABI))
		if err != nil {
			t.Fatal(err)
		}
		code, err := hex.DecodeString(strings.TrimSpace(c.EVM.Bytecode.Object))
		if err != nil {
			t.Fatal(err)
		}
		return parsed, code
	}
	t.Fatalf("nothing compiled: %.2000s", out)
	return abi.ABI{}, nil
}
