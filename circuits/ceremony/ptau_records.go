package ceremony

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
)

// PtauReport is what a .ptau file says of itself. Of the powers in it that the circuit needs, every point was checked, and that
// they are of one τ, one α and one β that nobody can guess. Of its contributions, that there are as many as the ceremony file
// wants, of the names that it gives, and a beacon at the end, and that the last is of the powers in the file. What is not
// verified: that each contribution followed from the one before, that it was made by whom it names, and the beacon. The
// attestations that the source publishes say that; snarkjs verifies the first (`snarkjs powersoftau verify`).
type PtauReport struct {
	Power         int      // log2 of the powers in the file
	Contributions []string // their names, in order
	Beacon        bool     // whether one is the last

	last ptauPoints
}

// ptauPoints are what a record says that the secrets came to.
type ptauPoints struct {
	tau1, alpha1, beta1 bn254.G1Affine
	tau2, beta2         bn254.G2Affine
}

// Lengths in a record: its points, keys, state of a hash, next challenge, kind, and how many bytes of parameters follow.
const (
	recordPoints = 3*ptauG1Size + 2*ptauG2Size
	recordKeys   = 6*ptauG1Size + 3*ptauG2Size
	recordHashes = 216 + 64
	recordFixed  = recordPoints + recordKeys + recordHashes + 4 + 4
)

// Kinds of records, and of their parameters.
const (
	contributionKind = 0
	beaconKind       = 1

	nameParameter       = 1
	iterationsParameter = 2
	hashParameter       = 3
)

// report reads the records of a file.
func (p *ptau) report() (*PtauReport, error) {
	s := p.sections[recordsSection]
	if s.size > maxRecordsSize {
		return nil, refuse(Malformed, "records of %d bytes", s.size)
	}
	data, err := p.read(s, s.size)
	if err != nil {
		return nil, err
	}
	if len(data) < 4 {
		return nil, refuse(Missing, "records of contributions")
	}
	n := binary.LittleEndian.Uint32(data)
	data = data[4:]
	r := &PtauReport{Power: p.power}
	for range n {
		if data, err = r.add(data); err != nil {
			return nil, err
		}
	}
	if len(data) != 0 {
		return nil, refuse(Malformed, "%d bytes after the records", len(data))
	}
	return r, nil
}

// add reads one record from the front of data, and gives the rest.
func (r *PtauReport) add(data []byte) (rest []byte, err error) {
	if len(data) < recordFixed {
		return nil, refuse(Malformed, "a record of %d bytes", len(data))
	}
	if err := r.last.read(data); err != nil {
		return nil, err
	}
	kind, length := binary.LittleEndian.Uint32(data[recordFixed-8:]), binary.LittleEndian.Uint32(data[recordFixed-4:])
	data = data[recordFixed:]
	if kind > beaconKind || uint64(length) > uint64(len(data)) {
		return nil, refuse(Malformed, "a record of kind %d with %d bytes of parameters", kind, length)
	}
	name, err := parameters(data[:length])
	if err != nil {
		return nil, err
	}
	if r.Beacon = kind == beaconKind; !r.Beacon {
		r.Contributions = append(r.Contributions, name)
	}
	return data[length:], nil
}

// parameters reads a record's name, and passes over what is of a beacon.
func parameters(b []byte) (name string, err error) {
	for last := byte(0); len(b) > 0; {
		kind := b[0]
		length := 1
		if kind != iterationsParameter && len(b) > 1 {
			length += int(b[1])
		}
		if kind <= last || kind > hashParameter || len(b) < 1+length {
			return "", refuse(Malformed, "parameters of a record")
		}
		if kind == nameParameter {
			name = strings.ToValidUTF8(string(b[2:1+length]), "\uFFFD")
		}
		last, b = kind, b[1+length:]
	}
	return name, nil
}

func (q *ptauPoints) read(b []byte) error {
	p := ptau{file: sliceReader(b[:recordPoints])}
	var g1 [3]bn254.G1Affine    // τ, α, β
	var g2 [2]bn254.G2Affine    // τ, β
	ctx := context.Background() // five points
	err := errors.Join(
		p.points1(ctx, 0, g1[:1]),
		p.points2(ctx, ptauG1Size, g2[:1]),
		p.points1(ctx, ptauG1Size+ptauG2Size, g1[1:]),
		p.points2(ctx, 3*ptauG1Size+ptauG2Size, g2[1:]),
	)
	*q = ptauPoints{tau1: g1[0], tau2: g2[0], alpha1: g1[1], beta1: g1[2], beta2: g2[1]}
	return err
}

// check holds what a file says of itself to the ceremony file, and to its powers.
func (r *PtauReport) check(s *mpc.SrsCommons, f *File) error {
	want := ptauPoints{tau1: s.G1.Tau[1], tau2: s.G2.Tau[1], alpha1: s.G1.AlphaTau[0], beta1: s.G1.BetaTau[0], beta2: s.G2.Beta}
	switch {
	case len(r.Contributions) < f.MinContributions:
		return refuse(TooFew, "%d of %d in the file of powers", len(r.Contributions), f.MinContributions)
	case !r.Beacon:
		return refuse(Missing, "a beacon at the end of the file of powers")
	case !slices.Equal(r.Contributions, f.Phase1.Ptau.Contributions):
		return refuse(Unknown, "the file of powers names %q, and the ceremony file %q", r.Contributions, f.Phase1.Ptau.Contributions)
	case r.last != want:
		return refuse(Inconsistent, "the last record is of other powers than those in the file")
	}
	return nil
}

// sliceReader reads from memory.
type sliceReader []byte

// ReadAt implements [io.ReaderAt].
func (s sliceReader) ReadAt(b []byte, at int64) (int, error) {
	if n := copy(b, s[min(at, int64(len(s))):]); n < len(b) {
		return n, io.EOF
	}
	return len(b), nil
}

var _ io.ReaderAt = sliceReader(nil)
