package ceremony

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"

	"lethe/circuits"
)

// Sections of a .ptau file (https://github.com/iden3/snarkjs, powersoftau_new.js). Those after them are derived, and not read.
const (
	headerSection = iota + 1
	tauG1Section
	tauG2Section
	alphaG1Section
	betaG1Section
	betaG2Section
	recordsSection
)

// Bounds of a .ptau file, and the lengths of its points: coordinates as they are computed with (Montgomery's form,
// little-endian).
const (
	maxSections    = 64
	maxPower       = 28
	maxRecordsSize = 4 << 20
	ptauHeaderSize = 4 + fp.Bytes + 4 + 4

	ptauG1Size = 2 * fp.Bytes
	ptauG2Size = 4 * fp.Bytes
)

// ptau is an open file of powers.
type ptau struct {
	file     io.ReaderAt
	sections map[uint32]section
	power    int
	io.Closer
}

type section struct{ offset, size int64 }

// openPtau reads a file's table of sections and its header. Lengths are held against the file's and against its power before
// anything is read by them.
func openPtau(file io.ReaderAt, size int64) (*ptau, error) {
	p := &ptau{file: file, sections: map[uint32]section{}}
	head, err := p.read(section{0, 12}, 12)
	if err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[8:])
	if string(head[:4]) != "ptau" || binary.LittleEndian.Uint32(head[4:]) != 1 || n > maxSections {
		return nil, refuse(Malformed, "not a .ptau file of version 1")
	}
	at := int64(12)
	for range n {
		h, err := p.read(section{at, 12}, 12)
		if err != nil {
			return nil, err
		}
		kind, length := binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint64(h[4:])
		at += 12
		if _, twice := p.sections[kind]; twice || length > uint64(size-at) {
			return nil, refuse(Malformed, "section %d: stands twice, or ends after the file", kind)
		}
		p.sections[kind] = section{at, int64(length)}
		at += int64(length)
	}
	if at != size {
		return nil, refuse(Malformed, "%d bytes after the last section", size-at)
	}
	return p, p.readHeader()
}

func (p *ptau) readHeader() error {
	h, err := p.read(p.sections[headerSection], ptauHeaderSize)
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	modulus := fp.Modulus().FillBytes(make([]byte, fp.Bytes))
	slices.Reverse(modulus)
	p.power = int(binary.LittleEndian.Uint32(h[4+fp.Bytes:]))
	switch {
	case binary.LittleEndian.Uint32(h) != fp.Bytes || string(h[4:4+fp.Bytes]) != string(modulus):
		return refuse(Malformed, "header: another curve than BN254")
	case p.power < 1 || p.power > maxPower:
		return refuse(Malformed, "header: power %d", p.power)
	}
	n := int64(1) << p.power
	for kind, size := range map[uint32]int64{
		tauG1Section: (2*n - 1) * ptauG1Size, tauG2Section: n * ptauG2Size, alphaG1Section: n * ptauG1Size,
		betaG1Section: n * ptauG1Size, betaG2Section: ptauG2Size,
	} {
		if s := p.sections[kind]; s.size != size {
			return refuse(Malformed, "section %d: %d bytes, not %d", kind, s.size, size)
		}
	}
	return nil
}

// read reads a section that must have a size.
func (p *ptau) read(s section, size int64) ([]byte, error) {
	if s.size != size {
		return nil, refuse(Malformed, "%d bytes, not %d", s.size, size)
	}
	data := make([]byte, size)
	if _, err := p.file.ReadAt(data, s.offset); errors.Is(err, io.EOF) {
		return nil, refuse(Malformed, "the file ends at %d", s.offset)
	} else if err != nil {
		return nil, err
	}
	return data, nil
}

// commons reads as many powers as a domain needs, every point checked to be on its curve and in its group, and holds them to each
// other: the first the generators, one τ throughout, one β in both groups.
func (p *ptau) commons(ctx context.Context, domain int) (*mpc.SrsCommons, error) {
	if p.power < domain {
		return nil, refuse(AnotherDomain, "2^%d powers, and the circuit needs 2^%d", p.power, domain)
	}
	n := 1 << domain
	s := new(mpc.SrsCommons)
	s.G1.Tau, s.G1.AlphaTau, s.G1.BetaTau = make([]bn254.G1Affine, 2*n-1), make([]bn254.G1Affine, n), make([]bn254.G1Affine, n)
	s.G2.Tau = make([]bn254.G2Affine, n)
	beta := make([]bn254.G2Affine, 1)
	for i, read := range []func(at int64) error{
		func(at int64) error { return p.points1(ctx, at, s.G1.Tau) },
		func(at int64) error { return p.points2(ctx, at, s.G2.Tau) },
		func(at int64) error { return p.points1(ctx, at, s.G1.AlphaTau) },
		func(at int64) error { return p.points1(ctx, at, s.G1.BetaTau) },
		func(at int64) error { return p.points2(ctx, at, beta) },
	} {
		kind := uint32(tauG1Section + i)
		if err := read(p.sections[kind].offset); err != nil {
			return nil, fmt.Errorf("section %d: %w", kind, err)
		}
	}
	s.G2.Beta = beta[0]
	return s, checkCommons(s)
}

// checkCommons holds powers that nobody here has made to each other.
func checkCommons(s *mpc.SrsCommons) error {
	_, _, g1, g2 := bn254.Generators()
	if !s.G1.Tau[0].Equal(&g1) || !s.G2.Tau[0].Equal(&g2) {
		return refuse(Inconsistent, "the first power is not the generator")
	}
	if err := checkRatios(s); err != nil {
		return err
	}
	var minus bn254.G1Affine
	minus.Neg(&s.G1.BetaTau[0])
	same, err := bn254.PairingCheck([]bn254.G1Affine{g1, minus}, []bn254.G2Affine{s.G2.Beta, g2})
	if err != nil || !same {
		return refuse(Inconsistent, "β in G2 is another than in G1")
	}
	return nil
}

// points1 reads points of G1 from a place in the file.
func (p *ptau) points1(ctx context.Context, at int64, to []bn254.G1Affine) error {
	return p.points(ctx, at, len(to), ptauG1Size, func(i int, b []byte) bool {
		q := &to[i]
		return coordinates(b, &q.X, &q.Y) && q.IsOnCurve() && q.IsInSubGroup()
	})
}

// points2 reads points of G2 from a place in the file.
func (p *ptau) points2(ctx context.Context, at int64, to []bn254.G2Affine) error {
	return p.points(ctx, at, len(to), ptauG2Size, func(i int, b []byte) bool {
		q := &to[i]
		return coordinates(b, &q.X.A0, &q.X.A1, &q.Y.A0, &q.Y.A1) && q.IsOnCurve() && q.IsInSubGroup()
	})
}

// points reads points in pieces, on all cores; take says whether one is right.
func (p *ptau) points(ctx context.Context, at int64, n, size int, take func(i int, b []byte) bool) error {
	return parallel(ctx, n, func(start, end int) error {
		piece := section{at + int64(start)*int64(size), int64(end-start) * int64(size)}
		data, err := p.read(piece, piece.size)
		if err != nil {
			return err
		}
		for i := start; i < end; i++ {
			if !take(i, data[(i-start)*size:][:size]) {
				return refuse(NotInGroup, "point %d", i)
			}
		}
		return nil
	})
}

// coordinates reads elements in Montgomery's form, which must be below the modulus.
func coordinates(b []byte, to ...*fp.Element) bool {
	for i, e := range to {
		c := b[i*fp.Bytes:][:fp.Bytes]
		if _, err := fp.LittleEndian.Element((*[fp.Bytes]byte)(c)); err != nil {
			return false
		}
		for j := range e {
			e[j] = binary.LittleEndian.Uint64(c[8*j:])
		}
	}
	return true
}

// InspectPtau is what a ceremony file says of a .ptau file, but for its source. Its points are not looked at.
func InspectPtau(name string) (Ptau, error) {
	p, sum, err := hashPtau(name)
	if err != nil {
		return Ptau{}, fmt.Errorf("%s: %w", name, err)
	}
	defer p.Close()
	r, err := p.report()
	if err != nil {
		return Ptau{}, fmt.Errorf("%s: %w", name, err)
	}
	return Ptau{SHA256: sum, Contributions: r.Contributions}, nil
}

// hashPtau opens a file and reads it once.
func hashPtau(name string) (p *ptau, sum circuits.Hash, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, sum, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	h := sha256.New()
	size, err := io.Copy(h, file)
	if err != nil {
		return nil, sum, err
	}
	if p, err = openPtau(file, size); err != nil {
		return nil, sum, err
	}
	p.Closer = file
	return p, circuits.Hash(h.Sum(nil)), nil
}

// readPtau reads phase 1 from a file that the ceremony file names.
func readPtau(ctx context.Context, name string, f *File, progress func(string)) (*mpc.SrsCommons, *PtauReport, error) {
	progress("phase 1: hashing the file of powers")
	p, sum, err := hashPtau(name)
	if err != nil {
		return nil, nil, err
	}
	defer p.Close()
	if sum != f.Phase1.Ptau.SHA256 {
		return nil, nil, refuse(Tampered, "SHA-256 of the file is %s, and the ceremony file's is %s", sum, f.Phase1.Ptau.SHA256)
	}
	progress("phase 1: checking all points and ratios")
	srs, err := p.commons(ctx, f.Domain)
	if err != nil {
		return nil, nil, err
	}
	report, err := p.report()
	if err != nil {
		return nil, nil, err
	}
	return srs, report, report.check(srs, f)
}
