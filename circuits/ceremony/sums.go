package ceremony

import (
	"context"

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

// multiples holds the odd multiples of points, and the map that goes with halves.
type multiples[A any] struct {
	odd   []A
	twist func(*A)
}

func newMultiples[A, J any, PA point[A, J], PJ jacobian[J, A]](
	ctx context.Context, points []A, twist func(*A),
) (multiples[A], error) {
	m := multiples[A]{make([]A, oddMultiples*len(points)), twist}
	return m, parallel(ctx, len(points), func(start, end int) error {
		for i := start; i < end; i++ {
			var sum, twice J
			PJ(&sum).FromAffine(&points[i])
			twice = sum
			PJ(&twice).DoubleAssign()
			m.odd[i*oddMultiples] = points[i]
			for j := 1; j < oddMultiples; j++ {
				PJ(&sum).AddAssign(&twice)
				PA(&m.odd[i*oddMultiples+j]).FromJacobian(&sum)
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
func sum[A, J any, PA point[A, J], PJ jacobian[J, A]](wire int, coefficients []halves, of []summand[A]) (total J) {
	longest := 0
	for _, s := range of {
		for _, t := range s.matrix.of(wire) {
			longest = max(longest, coefficients[t.coefficient].places())
		}
	}
	for place := longest - 1; place >= 0; place-- {
		PJ(&total).DoubleAssign()
		for _, s := range of {
			for _, t := range s.matrix.of(wire) {
				for i, digits := range coefficients[t.coefficient] {
					if place < len(digits) && digits[place] != 0 {
						p := digitOf[A, J, PA](s.points, t.constraint, digits[place], i == 1)
						PJ(&total).AddMixed(&p)
					}
				}
			}
		}
	}
	return total
}

// digitOf is an odd multiple of a point, or of what the map makes of it.
func digitOf[A, J any, PA point[A, J]](m multiples[A], at uint32, digit int8, twisted bool) A {
	p := m.odd[int(at)*oddMultiples+int(max(digit, -digit))/2]
	if digit < 0 {
		PA(&p).Neg(&p)
	}
	if twisted {
		m.twist(&p)
	}
	return p
}

// sums are those of all wires.
func sums[A, J any, PA point[A, J], PJ jacobian[J, A]](
	ctx context.Context, wires int, coefficients []halves, of ...summand[A],
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
