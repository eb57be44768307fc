package ceremony

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"

	"lethe/circuits"
)

// Sizes in bytes of what contributions are made of.
const (
	g1Size    = bn254.SizeOfG1AffineCompressed
	g2Size    = bn254.SizeOfG2AffineCompressed
	proofSize = g1Size + g2Size
	chainSize = 1 + sha256.Size // the challenge after its length
)

// powers is a contribution to phase 1, to the byte as gnark's mpcsetup.Phase1 writes it. gnark's keeps its values to itself;
// this one is read, changed and verified on all cores, and its secrets are overwritten. Tests hold the two against each other.
type powers struct {
	proofs    [3]mpcsetup.UpdateProof // that τ, α and β were known
	srs       mpc.SrsCommons
	challenge []byte // hash of the contribution before; none for the beginning
}

// Domain separation of the three proofs.
const (
	dstTau = iota
	dstAlpha
	dstBeta
)

// newPowers is what the first contributor begins with: τ = α = β = 1.
func newPowers(domain int) *powers {
	n := 1 << domain
	p := new(powers)
	_, _, g1, g2 := bn254.Generators()
	p.srs.G1.Tau = slices.Repeat([]bn254.G1Affine{g1}, 2*n-1)
	p.srs.G1.AlphaTau = slices.Repeat([]bn254.G1Affine{g1}, n)
	p.srs.G1.BetaTau = slices.Repeat([]bn254.G1Affine{g1}, n)
	p.srs.G2.Tau = slices.Repeat([]bn254.G2Affine{g2}, n)
	p.srs.G2.Beta = g2
	return p
}

// powersSize is the length of a contribution to phase 1.
func powersSize(domain int) int64 {
	n := int64(1) << domain
	return 3*proofSize + 8 + g2Size + (2*n-2)*g1Size + (n-1)*g2Size + 2*n*g1Size + chainSize
}

// readPowers reads a contribution of powersSize, every point checked to be on its curve and in its group.
func readPowers(ctx context.Context, data []byte, domain int) (*powers, error) {
	if int64(len(data)) != powersSize(domain) {
		return nil, refuse(AnotherDomain, "%d bytes, not %d", len(data), powersSize(domain))
	}
	p := newPowers(domain)
	for i := range p.proofs {
		if _, err := p.proofs[i].ReadFrom(bytes.NewReader(data[:proofSize])); err != nil {
			return nil, refuse(NotInGroup, "proof %d: %v", i, err)
		}
		data = data[proofSize:]
	}
	if n := binary.BigEndian.Uint64(data); n != 1<<domain {
		return nil, refuse(AnotherDomain, "%d powers, not 2^%d", n, domain)
	}
	data = data[8:]
	if _, err := p.srs.G2.Beta.SetBytes(data[:g2Size]); err != nil {
		return nil, refuse(NotInGroup, "β in G2: %v", err)
	}
	data = data[g2Size:]
	for _, s := range []struct {
		name string
		read func(*[]byte) error
	}{
		{"τ in G1", func(d *[]byte) error { return readPoints(ctx, d, p.srs.G1.Tau[1:], g1Size) }},
		{"τ in G2", func(d *[]byte) error { return readPoints(ctx, d, p.srs.G2.Tau[1:], g2Size) }},
		{"β in G1", func(d *[]byte) error { return readPoints(ctx, d, p.srs.G1.BetaTau, g1Size) }},
		{"α in G1", func(d *[]byte) error { return readPoints(ctx, d, p.srs.G1.AlphaTau, g1Size) }},
	} {
		if err := s.read(&data); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if data[0] != sha256.Size {
		return nil, refuse(Malformed, "challenge of %d bytes", data[0])
	}
	p.challenge = slices.Clone(data[1:])
	return p, nil
}

// readable is a point that can be read in its compressed form.
type readable[A any] interface {
	*A
	SetBytes([]byte) (int, error)
}

// readPoints reads points of a size each from the front of data, which it cuts off.
func readPoints[A any, PA readable[A]](ctx context.Context, data *[]byte, to []A, size int) error {
	from := (*data)[:size*len(to)]
	*data = (*data)[size*len(to):]
	return parallel(ctx, len(to), func(start, end int) error {
		for i := start; i < end; i++ {
			if _, err := PA(&to[i]).SetBytes(from[i*size : (i+1)*size]); err != nil {
				return refuse(NotInGroup, "point %d: %v", i, err)
			}
		}
		return nil
	})
}

// WriteTo implements [io.WriterTo].
func (p *powers) WriteTo(w io.Writer) (n int64, err error) {
	for _, part := range []io.WriterTo{&p.proofs[dstTau], &p.proofs[dstAlpha], &p.proofs[dstBeta], &p.srs} {
		m, err := part.WriteTo(w)
		n += m
		if err != nil {
			return n, err
		}
	}
	m, err := w.Write(append([]byte{byte(len(p.challenge))}, p.challenge...))
	return n + int64(m), err
}

var _ io.WriterTo = (*powers)(nil)

// hash is what the next contribution names this one by.
func (p *powers) hash() (circuits.Hash, error) { return hashWritten(p) }

func hashWritten(v io.WriterTo) (h circuits.Hash, err error) {
	s := sha256.New()
	if _, err := v.WriteTo(s); err != nil {
		return h, err
	}
	s.Sum(h[:0])
	return h, nil
}

// contribute multiplies secrets of its own into τ, α and β, proves that it knew them, and overwrites them.
func (p *powers) contribute(ctx context.Context) error {
	before, err := p.hash()
	if err != nil {
		return err
	}
	p.challenge = before[:]
	secrets := make([]fr.Element, 3)
	defer clear(secrets)
	for i := range secrets {
		p.proofs[i] = mpcsetup.UpdateValues(&secrets[i], p.challenge, byte(i)) // draws the secret, which is zero before
	}
	return p.update(ctx, secrets)
}

// update multiplies τ, α and β, in this order, by factors.
func (p *powers) update(ctx context.Context, factors []fr.Element) error {
	tau := make([]fr.Element, len(p.srs.G1.Tau))
	defer clear(tau)
	tau[0].SetOne()
	for i := 1; i < len(tau); i++ {
		tau[i].Mul(&tau[i-1], &factors[dstTau])
	}
	power := func(i int) fr.Element { return tau[i] }
	times := func(f *fr.Element) func(int) fr.Element {
		return func(i int) (e fr.Element) { return *e.Mul(&tau[i], f) }
	}
	for _, do := range []func() error{
		func() error { return scale(ctx, p.srs.G1.Tau, power) },
		func() error { return scale(ctx, p.srs.G2.Tau, power) },
		func() error { return scale(ctx, p.srs.G1.AlphaTau, times(&factors[dstAlpha])) },
		func() error { return scale(ctx, p.srs.G1.BetaTau, times(&factors[dstBeta])) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	scaleOne(&p.srs.G2.Beta, &factors[dstBeta])
	return nil
}

// verify says whether next is a contribution that stands on p, which is taken to be right.
func (p *powers) verify(next *powers) error {
	before, err := p.hash()
	if err != nil {
		return err
	}
	if !bytes.Equal(next.challenge, before[:]) {
		return refuse(OutOfOrder, "it stands on another contribution")
	}
	type update = mpcsetup.ValueUpdate
	for i, u := range [][]update{
		dstTau:   {{Previous: p.srs.G1.Tau[1], Next: next.srs.G1.Tau[1]}},
		dstAlpha: {{Previous: p.srs.G1.AlphaTau[0], Next: next.srs.G1.AlphaTau[0]}},
		dstBeta: {{Previous: p.srs.G1.BetaTau[0], Next: next.srs.G1.BetaTau[0]},
			{Previous: p.srs.G2.Beta, Next: next.srs.G2.Beta}},
	} {
		if err := next.proofs[i].Verify(before[:], byte(i), u...); err != nil {
			return refuse(Tampered, "proof of %s: %v", [...]string{"τ", "α", "β"}[i], err)
		}
	}
	return checkRatios(&next.srs)
}

// checkRatios says whether all powers are of one τ, by pairing random linear combinations.
func checkRatios(s *mpc.SrsCommons) error {
	if err := mpcsetup.SameRatioMany(s.G1.Tau, s.G2.Tau, s.G1.AlphaTau, s.G1.BetaTau); err != nil {
		return refuse(Inconsistent, "powers of τ: %v", err)
	}
	return nil
}

// seal multiplies in what everybody can derive from the beacon, as gnark's Phase1.Seal, which changes p.
func (p *powers) seal(ctx context.Context, randomness []byte) (*mpc.SrsCommons, error) {
	last, err := p.hash()
	if err != nil {
		return nil, err
	}
	factors := mpcsetup.BeaconContributions(last[:], []byte("Groth16 MPC Setup - Phase 1"), randomness, 3)
	if err := p.update(ctx, factors); err != nil {
		return nil, err
	}
	return &p.srs, nil
}
