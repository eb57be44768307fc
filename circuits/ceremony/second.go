package ceremony

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"

	"lethe/circuits"
)

// secondSize is the length of a contribution to phase 2, and where its two lists of points begin.
func secondSize(c *circuits.Circuit) (total int64, hiddenAt, zAt int) {
	hidden, n := hiddenWires(c), 1<<domainOf(c.Constraints)
	hiddenAt = 2 + g1Size
	zAt = hiddenAt + 4 + hidden*g1Size
	return int64(zAt) + 4 + int64(n-1)*g1Size + g2Size + proofSize + chainSize, hiddenAt, zAt
}

// hiddenWires counts the wires that a verifier does not see.
func hiddenWires(c *circuits.Circuit) int {
	internal, secret, _ := c.R1CS().GetNbVariables()
	return internal + secret
}

// readSecond reads a contribution to phase 2, or its beginning, which has no challenge: whether its lengths are the circuit's is
// seen before gnark reads it, which checks every point.
func readSecond(data []byte, c *circuits.Circuit, beginning bool) (*mpc.Phase2, error) {
	size, hiddenAt, zAt := secondSize(c)
	if beginning {
		size -= sha256.Size
	}
	if int64(len(data)) != size {
		return nil, refuse(AnotherDomain, "%d bytes, not %d", len(data), size)
	}
	be, hidden, z := binary.BigEndian, uint32(hiddenWires(c)), uint32(1)<<domainOf(c.Constraints)-1
	if be.Uint16(data) != 0 || be.Uint32(data[hiddenAt:]) != hidden || be.Uint32(data[zAt:]) != z {
		return nil, refuse(AnotherDomain, "lengths within")
	}
	if n := size - 1; beginning && data[n] != 0 || !beginning && data[size-chainSize] != sha256.Size {
		return nil, refuse(Malformed, "length of the challenge")
	}
	p := new(mpc.Phase2)
	if _, err := p.ReadFrom(bytes.NewReader(data)); err != nil {
		return nil, refuse(NotInGroup, "%v", err)
	}
	return p, nil
}

// contributeSecond multiplies a secret of its own into δ, as gnark's Phase2.Contribute, and overwrites it.
func contributeSecond(ctx context.Context, p *mpc.Phase2) error {
	before, err := hashWritten(p)
	if err != nil {
		return err
	}
	p.Challenge = before[:]
	var delta fr.Element
	defer delta.SetZero()
	p.Delta = mpcsetup.UpdateValues(&delta, p.Challenge, mpc.DST_DELTA) // draws the secret, which is zero before
	return updateSecond(ctx, p, &delta)
}

// updateSecond multiplies δ by a factor.
func updateSecond(ctx context.Context, p *mpc.Phase2, factor *fr.Element) error {
	scaleOne(&p.Parameters.G1.Delta, factor)
	scaleOne(&p.Parameters.G2.Delta, factor)
	var inverse fr.Element
	defer inverse.SetZero()
	inverse.Inverse(factor)
	by := func(int) fr.Element { return inverse }
	if err := scale(ctx, p.Parameters.G1.Z, by); err != nil {
		return err
	}
	return scale(ctx, p.Parameters.G1.PKK, by)
}

// verifySecond says whether next is a contribution that stands on p, which is taken to be right.
func verifySecond(p, next *mpc.Phase2) error {
	before, err := hashWritten(p)
	if err != nil {
		return err
	}
	if !bytes.Equal(next.Challenge, before[:]) {
		return refuse(OutOfOrder, "it stands on another contribution")
	}
	if err := p.Verify(next); err != nil {
		return refuse(Tampered, "%v", err)
	}
	return nil
}
