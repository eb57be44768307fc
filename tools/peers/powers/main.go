// Command powers writes powers of tau for a benchmark, prepared for phase 2 as `snarkjs powersoftau prepare phase2` does, which takes minutes where
// this takes seconds: it draws the secrets and computes with them. Whoever runs it could keep them, so what is set up by them is for no use.
//
//	powers POWER FILE
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	"github.com/consensys/gnark-crypto/utils"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "powers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: powers POWER FILE")
	}
	power, err := strconv.Atoi(args[0])
	if err != nil || power < 1 || power > 20 {
		return fmt.Errorf("%q is no power from 1 to 20", args[0])
	}
	file, err := ptau(power)
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], file, 0o600)
}

// ptau is the file: https://github.com/iden3/snarkjs/blob/master/src/powersoftau_new.js says what its sections hold.
func ptau(power int) ([]byte, error) {
	var secrets [3]fr.Element
	for i := range secrets {
		if _, err := secrets[i].SetRandom(); err != nil {
			return nil, err
		}
	}
	tau, alpha, beta := secrets[0], secrets[1], secrets[2]
	n := 1 << power
	one := fr.One()
	twice := powers(one, tau, 2*n-1)
	alphas, betas := powers(alpha, tau, n), powers(beta, tau, n)

	var f file
	f.section(1, header(power))
	f.section(2, g1(twice))
	f.section(3, g2(twice[:n]))
	f.section(4, g1(alphas))
	f.section(5, g1(betas))
	f.section(6, g2([]fr.Element{beta}))
	f.section(7, make([]byte, 4))                                     // no contributions
	f.section(12, g1(lagrange(append(twice, fr.Element{}), power+1))) // the last power is not there
	f.section(13, g2(lagrange(twice, power)))
	f.section(14, g1(lagrange(alphas, power)))
	f.section(15, g1(lagrange(betas, power)))
	return append([]byte("ptau\x01\x00\x00\x00\x0b\x00\x00\x00"), f.Bytes()...), nil // version 1, 11 sections
}

// powers are first, first·by, …
func powers(first, by fr.Element, n int) []fr.Element {
	out := make([]fr.Element, n)
	for i := range out {
		out[i] = first
		first.Mul(&first, &by)
	}
	return out
}

// lagrange are the powers in the Lagrange bases of the domains of 1, 2, 4, … up to 2^top places, one after the other.
func lagrange(powers []fr.Element, top int) (out []fr.Element) {
	for p := range top + 1 {
		level := slices.Clone(powers[:1<<p])
		fft.NewDomain(1<<p).FFTInverse(level, fft.DIF)
		utils.BitReverse(level)
		out = append(out, level...)
	}
	return out
}

type file struct{ bytes.Buffer }

func (f *file) section(id uint32, content []byte) {
	f.Write(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(nil, id), uint64(len(content))))
	f.Write(content)
}

// header is the width of a coordinate, its modulus, and twice the power: the file's own, and that of the ceremony.
func header(power int) []byte {
	modulus := fp.Modulus().FillBytes(make([]byte, fp.Bytes))
	b := binary.LittleEndian.AppendUint32(nil, fp.Bytes)
	for i := range modulus {
		b = append(b, modulus[len(modulus)-1-i])
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(power))
	return binary.LittleEndian.AppendUint32(b, uint32(power))
}

func g1(scalars []fr.Element) (b []byte) {
	_, _, base, _ := bn254.Generators()
	for _, p := range bn254.BatchScalarMultiplicationG1(&base, scalars) {
		b = words(b, p.X, p.Y)
	}
	return b
}

func g2(scalars []fr.Element) (b []byte) {
	_, _, _, base := bn254.Generators()
	for _, p := range bn254.BatchScalarMultiplicationG2(&base, scalars) {
		b = words(b, p.X.A0, p.X.A1, p.Y.A0, p.Y.A1)
	}
	return b
}

// words appends coordinates as they lie in memory, in Montgomery form, the lowest word first.
func words(b []byte, coordinates ...fp.Element) []byte {
	for _, c := range coordinates {
		for _, word := range c {
			b = binary.LittleEndian.AppendUint64(b, word)
		}
	}
	return b
}
