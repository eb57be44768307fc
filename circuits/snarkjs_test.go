package circuits

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

type snarkjsCase struct {
	what   string
	Public string `json:"public"`
	Proof  string `json:"proof"`
}

type snarkjsQuestion struct {
	Key     string        `json:"key"`
	Circuit string        `json:"circuit"`
	Cases   []snarkjsCase `json:"cases"`
}

type snarkjsAnswer struct {
	KeyAsWritten bool           `json:"keyAsWritten"`
	Accepted     []bool         `json:"accepted"`
	Circuit      map[string]int `json:"circuit"`
	Read         int            `json:"read"`
}

// Somebody else's software takes our proofs, refuses each that has a number changed, and reads our circuits.
func TestSnarkjs(t *testing.T) {
	k := newKeys(t, cubicStatement())
	key, err := k.Verifier().SnarkjsKey()
	if err != nil {
		t.Fatal(err)
	}
	proof, public, err := k.Verifier().SnarkjsProof(mustProve(t, k, three()))
	if err != nil {
		t.Fatal(err)
	}
	cases := []snarkjsCase{{"as it is", string(public), string(proof)}}
	each(t, public, func(place, text string) { cases = append(cases, snarkjsCase{"public" + place, text, string(proof)}) })
	each(t, proof, func(place, text string) { cases = append(cases, snarkjsCase{"proof" + place, string(public), text}) })
	if len(cases) != 1+3+12 {
		t.Fatalf("%d cases", len(cases))
	}
	file := filepath.Join(t.TempDir(), "cubic.r1cs")
	var r1cs bytes.Buffer
	if err := k.Circuit.WriteR1CS(&r1cs); err != nil {
		t.Fatal(err)
	}
	mustWriteFile(t, file, r1cs.Bytes())

	a := askSnarkjs(t, snarkjsQuestion{string(key), file, cases})
	if !a.KeyAsWritten {
		t.Error("the key is not what snarkjs would have written")
	}
	for i, c := range cases {
		if accepted := a.Accepted[i]; accepted != (i == 0) {
			t.Errorf("%s: accepted: %v", c.what, accepted)
		}
	}
	want := map[string]int{
		"wires": k.Circuit.wires(), "outputs": 0, "public": 3, "secret": 1, "constraints": k.Circuit.Constraints,
	}
	if fmt.Sprint(a.Circuit) != fmt.Sprint(want) || a.Read != k.Circuit.Constraints {
		t.Errorf("circuit: %v, not %v; %d constraints read", a.Circuit, want, a.Read)
	}
}

func askSnarkjs(t *testing.T, q snarkjsQuestion) (a snarkjsAnswer) {
	t.Helper()
	if _, err := os.Stat("testdata/snarkjs/node_modules/snarkjs"); err != nil {
		t.Skip("snarkjs is not installed: npm ci in circuits/testdata/snarkjs")
	}
	in, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "verify.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = "testdata/snarkjs", bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(a.Accepted) != len(q.Cases) {
		t.Fatalf("%d answers to %d questions", len(a.Accepted), len(q.Cases))
	}
	return a
}

// The files are as snarkjs writes them, to the byte: one space of indentation, no newline at the end, no number below zero.
func TestSnarkjsProofForm(t *testing.T) {
	k := newKeys(t, cubicStatement())
	p := mustProve(t, k, three())
	proof, public, err := k.Verifier().SnarkjsProof(p)
	if err != nil {
		t.Fatal(err)
	}
	wantPublic := "[\n \"35\",\n \"9\",\n \"21888242871839275222246405745257275088548364400416034343698204186575808495615\"\n]"
	if string(public) != wantPublic {
		t.Errorf("public.json: %s", public)
	}
	lines := func(numbers ...string) string { return "  \"" + strings.Join(numbers, "\",\n  \"") + "\"\n ]" }
	pair := func(a, b string) string { return "  [\n   \"" + a + "\",\n   \"" + b + "\"\n  ]" }
	wantProof := "{\n \"pi_a\": [\n" + lines(decimal(&p.A.X), decimal(&p.A.Y), "1") +
		",\n \"pi_b\": [\n" + pair(decimal(&p.B.X.A0), decimal(&p.B.X.A1)) + ",\n" +
		pair(decimal(&p.B.Y.A0), decimal(&p.B.Y.A1)) + ",\n" + pair("1", "0") + "\n ]" +
		",\n \"pi_c\": [\n" + lines(decimal(&p.C.X), decimal(&p.C.Y), "1") +
		",\n \"protocol\": \"groth16\",\n \"curve\": \"bn128\"\n}"
	if string(proof) != wantProof {
		t.Errorf("proof.json:\n%s\nnot\n%s", proof, wantProof)
	}
	p.Statement = "quartic"
	_, _, err = k.Verifier().SnarkjsProof(p)
	wantError(t, err, ErrWrongKey, "")
}

// each yields a text of JSON once for each number in a string in it, which is one greater there, and where that is.
func each(t *testing.T, text []byte, yield func(place, text string)) {
	t.Helper()
	var root any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var walk func(place string, v any, set func(any))
	walk = func(place string, v any, set func(any)) {
		switch v := v.(type) {
		case map[string]any:
			for name, e := range v {
				walk(place+"."+name, e, func(e any) { v[name] = e })
			}
		case []any:
			for i, e := range v {
				walk(fmt.Sprintf("%s[%d]", place, i), e, func(e any) { v[i] = e })
			}
		case string:
			n, ok := new(big.Int).SetString(v, 10)
			if !ok {
				return
			}
			set(n.Add(n, big.NewInt(1)).String())
			changed, err := json.Marshal(root)
			if err != nil {
				t.Fatal(err)
			}
			yield(place, string(changed))
			set(v)
		}
	}
	walk("", root, nil)
}
