package authorization

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm/runtime"

	"lethe/circuits"
	"lethe/circuits/field"
)

// proven is one proof of a scenario, made once for all tests of this package.
type proven struct {
	keys  *circuits.Keys
	proof *circuits.Proof
}

var keysOnce = sync.OnceValues(func() (*circuits.Keys, error) {
	return circuits.Develop(context.Background(), "", Statement(), nil)
})

func prove(t testing.TB, s *scenario) proven {
	t.Helper()
	k, err := keysOnce()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Assign()
	if err != nil {
		t.Fatal(err)
	}
	p, err := circuits.NewProver(k).Prove(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return proven{k, p}
}

// altered calls fn with each public input changed alone: by one, to another, and to itself plus the modulus, which only numbers show.
func (p proven) altered(fn func(name string, inputs []*big.Int)) {
	names := p.keys.Circuit.Statement.Public
	for i, name := range names {
		for how, change := range map[string]func(*big.Int){
			"plus 1":       func(v *big.Int) { v.Add(v, big.NewInt(1)).Mod(v, fr.Modulus()) },
			"another":      func(v *big.Int) { e := field.Random(); e.BigInt(v) },
			"zero":         func(v *big.Int) { v.SetUint64(0) },
			"plus modulus": func(v *big.Int) { v.Add(v, fr.Modulus()) },
		} {
			inputs := make([]*big.Int, len(names))
			for j, other := range names {
				e := p.proof.Public[other]
				inputs[j] = e.BigInt(new(big.Int))
			}
			if change(inputs[i]); how == "zero" && p.proof.Public[name] == (field.Element{}) {
				continue
			}
			fn(name+" "+how, inputs)
		}
	}
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) {
	p := prove(t, newScenario(t))
	if err := p.keys.Verifier().Verify(p.proof); err != nil {
		t.Fatal(err)
	}
	p.altered(func(name string, inputs []*big.Int) {
		other := *p.proof
		other.Public = map[string]field.Element{}
		for i, n := range p.keys.Circuit.Statement.Public {
			if inputs[i].Cmp(fr.Modulus()) >= 0 { // it has no form as an element: row 15 is about its text
				return
			}
			var e field.Element
			e.SetBigInt(inputs[i])
			other.Public[n] = e
		}
		if p.keys.Verifier().Verify(&other) == nil {
			t.Errorf("%s: verified", name)
		}
	})
}

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) {
	p := prove(t, newScenario(t))
	good, err := p.proof.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range p.proof.Public {
		more := e.BigInt(new(big.Int))
		more.Add(more, fr.Modulus())
		if more.BitLen() > 256 {
			continue
		}
		bad := bytes.Replace(good, []byte(field.Text(e)), []byte(hex.EncodeToString(more.FillBytes(make([]byte, 32)))), 1)
		if _, err := circuits.ParseProof(bad); err == nil || bytes.Equal(bad, good) {
			t.Errorf("%s + modulus was read", name)
		}
	}
}

// The exported contract, by the compiler that contracts/package-lock.json pins, in go-ethereum's EVM.
func TestThreat41EachPublicInputIsBoundInSolidity(t *testing.T) {
	p := prove(t, newScenario(t))
	contract := deploy(t, p.keys.Verifier())
	proof, inputs, err := p.keys.Verifier().Calldata(p.proof)
	if err != nil {
		t.Fatal(err)
	}
	if !contract.accepts(t, proof, inputs) {
		t.Fatal("the contract refuses a proof that holds")
	}
	p.altered(func(name string, inputs []*big.Int) {
		if contract.accepts(t, proof, inputs) {
			t.Errorf("%s: the contract accepts it", name)
		}
	})
	for i := range 8 {
		bad := bytes.Clone(proof)
		bad[32*i+31] ^= 1
		if contract.accepts(t, bad, inputs) {
			t.Errorf("coordinate %d of the proof: the contract accepts it", i)
		}
	}
}

// verifierContract is a deployed contract.
type verifierContract struct {
	abi     abi.ABI
	address common.Address
	config  *runtime.Config
}

func deploy(t *testing.T, v *circuits.Verifier) verifierContract {
	t.Helper()
	var source bytes.Buffer
	if err := v.ExportSolidity(&source); err != nil {
		t.Fatal(err)
	}
	contract, code := compileSolidity(t, source.String())
	cfg := &runtime.Config{GasLimit: 30_000_000}
	_, address, _, err := runtime.Create(code, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return verifierContract{contract, address, cfg}
}

func (c verifierContract) accepts(t *testing.T, proof []byte, inputs []*big.Int) bool {
	t.Helper()
	var array [9]*big.Int
	copy(array[:], inputs)
	data, err := c.abi.Pack("verifyProof", proof, array)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = runtime.Call(c.address, data, c.config)
	return err == nil
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
			"optimizer":       map[string]any{"enabled": true},
			"outputSelection": map[string]any{"*": map[string]any{"*": []string{"abi", "evm.bytecode.object"}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), solc, "--standard-json")
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
