package circuits

import (
	"lethe/circuits/circuittest/snarkjs"

	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

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
	cases := snarkjs.Cases(t, public, proof)
	if len(cases) != 1+3+12 {
		t.Fatalf("%d cases", len(cases))
	}
	file := filepath.Join(t.TempDir(), "cubic.r1cs")
	var r1cs bytes.Buffer
	if err := k.Circuit.WriteR1CS(&r1cs); err != nil {
		t.Fatal(err)
	}
	mustWriteFile(t, file, r1cs.Bytes())

	a := snarkjs.Ask(t, "testdata/snarkjs", snarkjs.Question{Key: string(key), Circuit: file, Cases: cases})
	if !a.KeyAsWritten {
		t.Error("the key is not what snarkjs would have written")
	}
	for i, c := range cases {
		if accepted := a.Accepted[i]; accepted != (i == 0) {
			t.Errorf("%s: accepted: %v", c.What, accepted)
		}
	}
	want := map[string]int{
		"wires": k.Circuit.wires(), "outputs": 0, "public": 3, "secret": 1, "constraints": k.Circuit.Constraints,
	}
	if fmt.Sprint(a.Circuit) != fmt.Sprint(want) || a.Read != k.Circuit.Constraints {
		t.Errorf("circuit: %v, not %v; %d constraints read", a.Circuit, want, a.Read)
	}
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
