// Package snarkjs asks snarkjs, in tests, whether it takes proofs and how it reads a circuit.
package snarkjs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Case is a proof with its public inputs, as texts of files.
type Case struct {
	What   string `json:"-"`
	Public string `json:"public"`
	Proof  string `json:"proof"`
}

// Question is a verifying key, the name of a circuit's file or nothing, and cases.
type Question struct {
	Key     string `json:"key"`
	Circuit string `json:"circuit"`
	Cases   []Case `json:"cases"`
}

// Answer is whether snarkjs would have written the key as it is, which cases it takes, and what it makes of the circuit.
type Answer struct {
	KeyAsWritten bool           `json:"keyAsWritten"`
	Accepted     []bool         `json:"accepted"`
	Circuit      map[string]int `json:"circuit"`
	Read         int            `json:"read"`
}

// Ask puts a question; dir is circuits/testdata/snarkjs, from where the test runs. It skips the test where snarkjs is not installed.
func Ask(t *testing.T, dir string, q Question) (a Answer) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "snarkjs")); err != nil {
		t.Skip("snarkjs is not installed: npm ci in circuits/testdata/snarkjs")
	}
	in, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "verify.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(in), os.Stderr
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

// Cases are a proof as it is, and once for each number in it and in its public inputs, which is one greater there.
func Cases(t *testing.T, public, proof []byte) []Case {
	t.Helper()
	cases := []Case{{"as it is", string(public), string(proof)}}
	each(t, public, func(place, text string) { cases = append(cases, Case{"public" + place, text, string(proof)}) })
	each(t, proof, func(place, text string) { cases = append(cases, Case{"proof" + place, string(public), text}) })
	return cases
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
