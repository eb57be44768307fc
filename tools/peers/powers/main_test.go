package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
)

// What a level says of a polynomial's values gives the polynomial's coefficients back: Σ w^(ij)·L_i(τ) = τ^j.
func TestLagrange(t *testing.T) {
	const top = 4
	want := powers(fr.NewElement(3), fr.NewElement(7), 1<<top)
	all := lagrange(want, top)
	for p := range top + 1 {
		level := all[1<<p-1 : 1<<(p+1)-1]
		for j := range level {
			x := powers(fr.One(), power(fft.NewDomain(1<<p).Generator, j), 1<<p)
			var sum, term fr.Element
			for i := range level {
				sum.Add(&sum, term.Mul(&level[i], &x[i]))
			}
			if sum != want[j] {
				t.Errorf("level %d: the sum for τ^%d is %v, not %v", p, j, &sum, &want[j])
			}
		}
	}
}

func power(of fr.Element, n int) fr.Element { return powers(fr.One(), of, n+1)[n] }

// The sections have what snarkjs reads in them: 64 bytes for a point of G1, 128 for one of G2.
func TestSections(t *testing.T) {
	b, err := ptau(3)
	if err != nil {
		t.Fatal(err)
	}
	want := map[uint32]int{1: 44, 2: 15 * 64, 3: 8 * 128, 4: 8 * 64, 5: 8 * 64, 6: 128, 7: 4, 12: 31 * 64, 13: 15 * 128, 14: 15 * 64, 15: 15 * 64}
	for b = b[12:]; len(b) > 0; {
		id, size := binary.LittleEndian.Uint32(b), int(binary.LittleEndian.Uint64(b[4:]))
		if size != want[id] {
			t.Errorf("section %d has %d bytes, not %d", id, size, want[id])
		}
		delete(want, id)
		b = b[12+size:]
	}
	if len(want) > 0 {
		t.Errorf("%v are not there", want)
	}
}

func TestRefusesPowers(t *testing.T) {
	for _, power := range []string{"", "0", "-1", "21", "many"} {
		name := filepath.Join(t.TempDir(), "file")
		if err := run([]string{power, name}); err == nil {
			t.Errorf("%s was taken", strconv.Quote(power))
		}
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s: there is a file", strconv.Quote(power))
		}
	}
}
