package circuits

import (
	"bufio"
	"encoding/binary"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
)

// Sections of iden3's format, and the length of one term: a wire and its coefficient.
const (
	headerSection      = 1
	constraintsSection = 2
	labelsSection      = 3

	termSize = 4 + fr.Bytes
)

// WriteR1CS writes the constraints in version 1 of iden3's binary format, which snarkjs and analysers of circuits read
// (https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md). Unlike gnark's own serialisation it holds what keys
// depend on and no more: neither gnark's version, nor names, nor how a witness is computed. It takes 36 bytes for each term,
// 1 kB for each constraint of a circuit that mostly hashes.
func (c *Circuit) WriteR1CS(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if _, err := out.Write(c.appendHeader(nil)); err != nil {
		return err
	}
	coefficients := make([][fr.Bytes]byte, len(c.system.Coefficients))
	for i, e := range c.system.Coefficients {
		fr.LittleEndian.PutElement(&coefficients[i], e)
	}
	var b []byte
	for l := range c.expressions() {
		b = binary.LittleEndian.AppendUint32(b[:0], uint32(terms(l)))
		for _, t := range l {
			if t.CoeffID() != constraint.CoeffIdZero {
				b = binary.LittleEndian.AppendUint32(b, uint32(t.WireID()))
				b = append(b, coefficients[t.CoeffID()][:]...)
			}
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	b = appendSection(b[:0], labelsSection, 8*c.wires())
	for i := range c.wires() {
		b = binary.LittleEndian.AppendUint64(b, uint64(i))
	}
	if _, err := out.Write(b); err != nil {
		return err
	}
	return out.Flush()
}

// appendHeader is all that comes before the first constraint.
func (c *Circuit) appendHeader(b []byte) []byte {
	le := binary.LittleEndian
	b = append(b, "r1cs"...)
	b = le.AppendUint32(b, 1) // version
	b = le.AppendUint32(b, 3) // sections
	b = appendSection(b, headerSection, 4+fr.Bytes+4*4+8+4)
	b = le.AppendUint32(b, fr.Bytes)
	modulus := fr.Modulus().FillBytes(make([]byte, fr.Bytes))
	slices.Reverse(modulus)
	b = append(b, modulus...)
	b = le.AppendUint32(b, uint32(c.wires()))
	b = le.AppendUint32(b, 0) // outputs, which we count among the inputs
	b = le.AppendUint32(b, uint32(c.PublicInputs))
	b = le.AppendUint32(b, uint32(c.system.GetNbSecretVariables()))
	b = le.AppendUint64(b, uint64(c.wires())) // labels
	b = le.AppendUint32(b, uint32(c.Constraints))
	size := 0
	for l := range c.expressions() {
		size += 4 + termSize*terms(l)
	}
	return appendSection(b, constraintsSection, size)
}

func appendSection(b []byte, section uint32, size int) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(b, section), uint64(size))
}

// terms counts those that do not vanish.
func terms(l constraint.LinearExpression) (n int) {
	for _, t := range l {
		if t.CoeffID() != constraint.CoeffIdZero {
			n++
		}
	}
	return n
}

// wires counts the constant one, the inputs and what is computed from them.
func (c *Circuit) wires() int {
	internal, secret, public := c.system.GetNbVariables()
	return internal + secret + public
}
