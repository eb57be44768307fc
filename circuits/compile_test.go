package circuits

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/frontend"
)

func TestCompile(t *testing.T) {
	c := mustCompile(t, cubicStatement())
	if c.Constraints != 6 || c.PublicInputs != 3 {
		t.Errorf("%d constraints, %d public inputs", c.Constraints, c.PublicInputs)
	}
	if again := mustCompile(t, cubicStatement()); again.SHA256 != c.SHA256 {
		t.Error("compiled twice, the circuit has two hashes")
	}
	s := cubicStatement()
	s.New = func() frontend.Circuit { return new(boolean) }
	if other := mustCompile(t, s); other.SHA256 == c.SHA256 {
		t.Error("two circuits have one hash")
	}
}

// What a circuit prints would be printed by whoever proves, to whichever logger gnark has by then.
func TestThreat06CompileDropsWhatCircuitsPrint(t *testing.T) {
	c := mustCompile(t, functionStatement(func(api frontend.API, c *function) {
		api.Println("the secret is", c.X)
		api.AssertIsEqual(api.Mul(c.A, c.X), c.B)
	}))
	if n := len(c.R1CS().Logs); n != 0 {
		t.Errorf("%d lines to print", n)
	}
}

func TestThreat41CompileRefusesUnboundInput(t *testing.T) {
	for says, define := range map[string]func(frontend.API, *function){
		"in no constraint: b":    func(api frontend.API, c *function) { api.AssertIsEqual(c.A, c.X) },
		"in no constraint: a":    func(api frontend.API, c *function) { api.AssertIsEqual(c.B, c.X) },
		"in no constraint: a, b": func(api frontend.API, c *function) { api.Mul(c.X, c.X) },
		"constraint: b":          func(api frontend.API, c *function) { api.AssertIsEqual(api.Add(c.A, api.Mul(c.B, 0)), c.X) },
	} {
		_, err := Compile(functionStatement(define))
		wantError(t, err, nil, says)
	}
}

func TestCompileRefuses(t *testing.T) {
	for says, define := range map[string]func(frontend.API, *function){
		"needs 1 commitments": func(api frontend.API, c *function) {
			commitment, err := api.Compiler().(frontend.Committer).Commit(c.X, c.A)
			if err != nil {
				panic(err)
			}
			api.AssertIsDifferent(commitment, c.B)
		},
		"non-equal constant": func(api frontend.API, _ *function) { api.AssertIsEqual(1, 2) },
	} {
		_, err := Compile(functionStatement(define))
		wantError(t, err, nil, says)
	}
}

// The file is read by the format's description and evaluated on a witness: it is the constraint system, not just some bytes.
func TestWriteR1CS(t *testing.T) {
	s := cubicStatement()
	s.New = func() frontend.Circuit { return new(boolean) }
	c := mustCompile(t, s)
	var b bytes.Buffer
	if err := c.WriteR1CS(&b); err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(b.Bytes()) != c.SHA256 {
		t.Error("the circuit's hash is not the file's")
	}
	file, err := parseR1CS(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if want := [...]uint32{uint32(c.wires()), 0, 3, 1}; file.counts != want {
		t.Errorf("wires, outputs, public and secret inputs: %v, want %v", file.counts, want)
	}
	if len(file.constraints) != c.Constraints {
		t.Errorf("%d constraints, not %d", len(file.constraints), c.Constraints)
	}
	_, w, err := c.witness(&boolean{cubic{X: 1, Y: 7, Square: 1, Context: -2}})
	if err != nil {
		t.Fatal(err)
	}
	solution, err := c.system.Solve(w)
	if err != nil {
		t.Fatal(err)
	}
	wires := solution.(*cs.R1CSSolution).W
	if n := file.unsatisfied(wires); n != 0 {
		t.Errorf("%d constraints do not hold of a witness", n)
	}
	for i := range wires {
		changed := slices.Clone(wires)
		changed[i].SetUint64(1000)
		if file.unsatisfied(changed) == 0 {
			t.Errorf("wire %d may be anything", i)
		}
	}
}

func TestWriteR1CSFails(t *testing.T) {
	c := mustCompile(t, cubicStatement())
	full := errors.New("disk full")
	if err := c.WriteR1CS(failing{full}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func (f failing) writeTo(io.Writer) (int64, error) { return 0, f.err }

type r1csFile struct {
	counts      [4]uint32
	constraints [][3]map[uint32]fr.Element
}

// parseR1CS reads iden3's format, as its description has it.
func parseR1CS(b []byte) (f r1csFile, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	take := func(n int) []byte { taken := b[:n]; b = b[n:]; return taken }
	u32 := func() uint32 { return binary.LittleEndian.Uint32(take(4)) }
	u64 := func() uint64 { return binary.LittleEndian.Uint64(take(8)) }
	want := func(what string, got, want uint64) {
		if got != want {
			panic(fmt.Sprintf("%s: %d, not %d", what, got, want))
		}
	}
	if string(take(4)) != "r1cs" {
		return f, errors.New("magic")
	}
	want("version", uint64(u32()), 1)
	want("sections", uint64(u32()), 3)
	want("type of header", uint64(u32()), 1)
	want("size of header", u64(), 64)
	want("size of field", uint64(u32()), 32)
	modulus := slices.Clone(take(32))
	slices.Reverse(modulus)
	if !bytes.Equal(modulus, fr.Modulus().Bytes()) {
		return f, errors.New("modulus")
	}
	for i := range f.counts {
		f.counts[i] = u32()
	}
	want("labels", u64(), uint64(f.counts[0]))
	n := u32()
	want("type of constraints", uint64(u32()), 2)
	size := int(u64())
	before := len(b)
	for range n {
		var c [3]map[uint32]fr.Element
		for i := range c {
			c[i] = map[uint32]fr.Element{}
			last := -1
			for range u32() {
				wire := u32()
				coefficient, err := fr.LittleEndian.Element((*[32]byte)(take(32)))
				if err != nil || coefficient.IsZero() || int(wire) <= last || wire >= f.counts[0] {
					panic(fmt.Sprintf("term of wire %d: %v, %v", wire, coefficient, err))
				}
				c[i][wire], last = coefficient, int(wire)
			}
		}
		f.constraints = append(f.constraints, c)
	}
	want("size of constraints", uint64(size), uint64(before-len(b)))
	want("type of labels", uint64(u32()), 3)
	want("size of labels", u64(), uint64(len(b)))
	for i := range f.counts[0] {
		want("label", u64(), uint64(i))
	}
	want("bytes left", uint64(len(b)), 0)
	return f, nil
}

func (f r1csFile) unsatisfied(wires fr.Vector) (n int) {
	for _, c := range f.constraints {
		var value [3]fr.Element
		for i, l := range c {
			for wire, coefficient := range l {
				var term fr.Element
				value[i].Add(&value[i], term.Mul(&coefficient, &wires[wire]))
			}
		}
		if !value[0].Mul(&value[0], &value[1]).Equal(&value[2]) {
			n++
		}
	}
	return n
}
