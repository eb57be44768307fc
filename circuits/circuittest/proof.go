package circuittest

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/circuittest/snarkjs"
	"lethe/circuits/field"
)

// Proven is a proof with the keys that it was made with.
type Proven struct {
	Keys  *circuits.Keys
	Proof *circuits.Proof
}

// keys are those that were read before, by the statement's name.
var keys sync.Map

// Keys are this user's development keys for a statement, read once in a process.
func Keys(t testing.TB, s circuits.Statement) *circuits.Keys {
	t.Helper()
	if k, ok := keys.Load(s.Name()); ok {
		return k.(*circuits.Keys)
	}
	k, err := circuits.Develop(t.Context(), "", s, nil)
	if err != nil {
		t.Fatal(err)
	}
	keys.Store(s.Name(), k)
	return k
}

// Prove proves an assignment with this user's development keys.
func Prove(t testing.TB, s circuits.Statement, assignment frontend.Circuit) Proven {
	t.Helper()
	k := Keys(t, s)
	p, err := circuits.NewProver(k).Prove(t.Context(), assignment)
	if err != nil {
		t.Fatal(err)
	}
	return Proven{k, p}
}

// altered calls fn with each public input changed alone: by one, to another, to zero, and to itself plus the modulus, which only numbers
// show.
func (p Proven) altered(fn func(name string, inputs []*big.Int)) {
	names := p.Keys.Circuit.Statement.Public
	for i, name := range names {
		for how, change := range map[string]func(*big.Int){
			"plus 1":       func(v *big.Int) { v.Add(v, big.NewInt(1)).Mod(v, fr.Modulus()) },
			"another":      func(v *big.Int) { e := field.Random(); e.BigInt(v) },
			"zero":         func(v *big.Int) { v.SetUint64(0) },
			"plus modulus": func(v *big.Int) { v.Add(v, fr.Modulus()) },
		} {
			inputs := make([]*big.Int, len(names))
			for j, other := range names {
				e := p.Proof.Public[other]
				inputs[j] = e.BigInt(new(big.Int))
			}
			if change(inputs[i]); how == "zero" && p.Proof.Public[name] == (field.Element{}) {
				continue
			}
			fn(name+" "+how, inputs)
		}
	}
}

// WantBoundInGo fails if a proof verifies with one of its public inputs changed.
func (p Proven) WantBoundInGo(t *testing.T) {
	t.Helper()
	if err := p.Keys.Verifier().Verify(p.Proof); err != nil {
		t.Fatal(err)
	}
	p.altered(func(name string, inputs []*big.Int) {
		other, ok := p.with(inputs)
		if ok && p.Keys.Verifier().Verify(other) == nil {
			t.Errorf("%s: verified", name)
		}
	})
}

// with is the proof beside other inputs, false where one of them is no element: those are refused as text, see WantCanonical.
func (p Proven) with(inputs []*big.Int) (*circuits.Proof, bool) {
	other := *p.Proof
	other.Public = map[string]field.Element{}
	for i, name := range p.Keys.Circuit.Statement.Public {
		if inputs[i].Cmp(fr.Modulus()) >= 0 {
			return nil, false
		}
		var e field.Element
		e.SetBigInt(inputs[i])
		other.Public[name] = e
	}
	return &other, true
}

// WantCanonical fails if a proof's file is read with the modulus added to one of its public inputs.
func (p Proven) WantCanonical(t *testing.T) {
	t.Helper()
	good, err := p.Proof.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range p.Proof.Public {
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

// WantSnarkjs fails unless snarkjs takes the proof, and refuses it with any one of its numbers changed.
func (p Proven) WantSnarkjs(t *testing.T) {
	t.Helper()
	key, err := p.Keys.Verifier().SnarkjsKey()
	if err != nil {
		t.Fatal(err)
	}
	proof, public, err := p.Keys.Verifier().SnarkjsProof(p.Proof)
	if err != nil {
		t.Fatal(err)
	}
	cases := snarkjs.Cases(t, public, proof)
	a := snarkjs.Ask(t, "../testdata/snarkjs", snarkjs.Question{Key: string(key), Cases: cases})
	for i, c := range cases {
		if a.Accepted[i] != (i == 0) {
			t.Errorf("%s: accepted: %v", c.What, a.Accepted[i])
		}
	}
	if !a.KeyAsWritten || len(cases) != 1+len(p.Proof.Public)+12 {
		t.Errorf("key as snarkjs would write it: %v; %d cases", a.KeyAsWritten, len(cases))
	}
}

// BenchProve proves an assignment over and over, and reports the microseconds of a constraint, the seconds of all cores together, which other load
// does not change as much, and the process's peak memory.
func BenchProve(b *testing.B, s circuits.Statement, assignment frontend.Circuit) {
	b.Helper()
	prover := circuits.NewProver(Keys(b, s))
	before := cpu()
	for b.Loop() {
		if _, err := prover.Prove(b.Context(), assignment); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-before).Seconds()/float64(b.N), "cpu-s/op")
	n := float64(Keys(b, s).Manifest.Constraints)
	b.ReportMetric(n, "constraints")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/constraint")
	b.ReportMetric(PeakMB(), "peak-MB")
}

// cpu is the time that this process has had of all cores.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PeakMB is the most memory that this process has held so far, in megabytes.
func PeakMB() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Maxrss) / 1024 // kilobytes on Linux
}
