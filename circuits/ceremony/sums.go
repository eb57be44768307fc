package ceremony

import (
	"context"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
)

// matrix has, for each wire, the constraints in which it stands on one side, with its coefficients.
type matrix struct {
	begins []int // of a wire's terms; one more than there are wires
	terms  []term
}

// term is a coefficient, by its number in the system, of a constraint.
type term struct{ coefficient, constraint uint32 }

func (m *matrix) of(wire int) []term { return m.terms[m.begins[wire]:m.begins[wire+1]] }

// matrices are those of L · R = O.
func matrices(system *cs.R1CS) (m [3]matrix) {
	internal, secret, public := system.GetNbVariables()
	wires := internal + secret + public
	for s := range m {
		m[s].begins = make([]int, wires+2)
	}
	eachTerm(system, func(side, _ int, t constraint.Term) { m[side].begins[t.WireID()+2]++ })
	for s := range m {
		for w := 2; w < len(m[s].begins); w++ {
			m[s].begins[w] += m[s].begins[w-1]
		}
		m[s].terms = make([]term, m[s].begins[wires+1])
	}
	eachTerm(system, func(side, row int, t constraint.Term) {
		at := &m[side].begins[t.WireID()+1] // ends as the beginning of the next wire
		m[side].terms[*at] = term{uint32(t.CoeffID()), uint32(row)}
		*at++
	})
	return m
}

func eachTerm(system *cs.R1CS, do func(side, row int, t constraint.Term)) {
	it := system.GetR1CIterator()
	row := 0
	for c := it.Next(); c != nil; c = it.Next() {
		for side, l := range []constraint.LinearExpression{c.L, c.R, c.O} {
			for _, t := range l {
				do(side, row, t)
			}
		}
		row++
	}
}

// window is the width of digits: odd ones from −2⁴ to 2⁴, a sixth of all places not zero.
const window = 5

// oddMultiples are how many multiples of each point the digits need: 1, 3, … 15.
const oddMultiples = 1 << (window - 2)

// digits are coefficients in non-adjacent form, least first. Those nearer to 0 from below are written as negatives, so that −1
// is as cheap as 1.
func digits(coefficients []fr.Element) [][]int8 {
	all := make([][]int8, len(coefficients))
	var buffer [fr.Bits + 1]int8
	var k big.Int
	for i, c := range coefficients {
		negative := c.LexicographicallyLargest()
		if negative {
			c.Neg(&c)
		}
		n := ecc.WnafDecomposition(c.BigInt(&k), window, buffer[:])
		all[i] = append([]int8(nil), buffer[:n]...)
		for j := range all[i] {
			if negative {
				all[i][j] = -all[i][j]
			}
		}
	}
	return all
}

// multiples holds the odd multiples of points.
type multiples[A any] []A

func newMultiples[A, J any, PA point[A, J], PJ jacobian[J, A]](ctx context.Context, points []A) (multiples[A], error) {
	m := make(multiples[A], oddMultiples*len(points))
	return m, parallel(ctx, len(points), func(start, end int) error {
		for i := start; i < end; i++ {
			var sum, twice J
			PJ(&sum).FromAffine(&points[i])
			twice = sum
			PJ(&twice).DoubleAssign()
			m[i*oddMultiples] = points[i]
			for j := 1; j < oddMultiples; j++ {
				PJ(&sum).AddAssign(&twice)
				PA(&m[i*oddMultiples+j]).FromJacobian(&sum)
			}
		}
		return nil
	})
}

// summand is one side of the system, with the points that its constraints stand for.
type summand[A any] struct {
	matrix *matrix
	points multiples[A]
}

// sum is what a wire's terms come to in some summands: all are added up together, digit by digit from the greatest, so that the
// doublings are shared (E. G. Straus, 1964).
func sum[A, J any, PA point[A, J], PJ jacobian[J, A]](wire int, coefficients [][]int8, of []summand[A]) (total J) {
	longest := 0
	for _, s := range of {
		for _, t := range s.matrix.of(wire) {
			longest = max(longest, len(coefficients[t.coefficient]))
		}
	}
	for place := longest - 1; place >= 0; place-- {
		PJ(&total).DoubleAssign()
		for _, s := range of {
			for _, t := range s.matrix.of(wire) {
				if d := coefficients[t.coefficient]; place < len(d) && d[place] != 0 {
					addDigit[A, J, PA, PJ](&total, s.points[int(t.constraint)*oddMultiples:], d[place])
				}
			}
		}
	}
	return total
}

// addDigit adds an odd multiple of a point.
func addDigit[A, J any, PA point[A, J], PJ jacobian[J, A]](total *J, odd []A, digit int8) {
	if digit > 0 {
		PJ(total).AddMixed(&odd[digit/2])
		return
	}
	var negative A
	PA(&negative).Neg(&odd[-digit/2])
	PJ(total).AddMixed(&negative)
}

// sums are those of all wires.
func sums[A, J any, PA point[A, J], PJ jacobian[J, A]](
	ctx context.Context, wires int, coefficients [][]int8, of ...summand[A],
) ([]A, error) {
	out := make([]A, wires)
	return out, parallel(ctx, wires, func(start, end int) error {
		for w := start; w < end; w++ {
			total := sum[A, J, PA, PJ](w, coefficients, of)
			PA(&out[w]).FromJacobian(&total)
		}
		return nil
	})
}
