package ceremony

import (
	"context"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
)

// jacobian is a point of either group in the coordinates in which adding needs no division.
type jacobian[J, A any] interface {
	*J
	FromAffine(*A) *J
	AddAssign(*J) *J
	SubAssign(*J) *J
	AddMixed(*A) *J
	DoubleAssign() *J
}

// point is one in the coordinates in which it is written.
type point[A, J any] interface {
	*A
	FromJacobian(*J) *A
	Neg(*A) *A
}

// lagrange turns the powers [τⁱ] into the first keep of the points [Lᵢ(τ)], where Lᵢ is 1 at the i-th root of unity and 0 at the
// others: a Fourier transform backwards, all of whose stages are spread over all cores. It takes n·log₂(n)/2 scalar
// multiplications, by factors whose numbers are those of factors(n), and three halves more memory than the powers.
func lagrange[A, J any, PA point[A, J], PJ jacobian[J, A]](
	ctx context.Context, powers []A, keep int, multiply func(p *J, i int),
) ([]A, error) {
	n := len(powers)
	p := make([]J, n)
	for i := range p {
		PJ(&p[i]).FromAffine(&powers[i])
	}
	for half := n / 2; half > 0; half /= 2 {
		if err := stage[A, J, PJ](ctx, p, half, multiply); err != nil {
			return nil, err
		}
	}
	out := make([]A, keep)
	shift := bits.UintSize - bits.TrailingZeros(uint(n))
	return out, parallel(ctx, keep, func(start, end int) error {
		for i := start; i < end; i++ {
			at := &p[bits.Reverse(uint(i))>>shift]
			multiply(at, n/2)
			PA(&out[i]).FromJacobian(at)
		}
		return nil
	})
}

// stage does all butterflies (a, b) ↦ (a+b, (a−b)·ω⁻ʲ) between points that are half apart.
func stage[A, J any, PJ jacobian[J, A]](ctx context.Context, p []J, half int, multiply func(p *J, i int)) error {
	stride := len(p) / 2 / half
	return parallel(ctx, len(p)/2, func(start, end int) error {
		for i := start; i < end; i++ {
			j := i & (half - 1)
			a, b := &p[2*i-j], &p[2*i-j+half]
			sum := *a
			PJ(&sum).AddAssign(b)
			difference := *a
			PJ(&difference).SubAssign(b)
			if j != 0 {
				multiply(&difference, j*stride)
			}
			*a, *b = sum, difference
		}
		return nil
	})
}

// factors are ω⁰, ω⁻¹, … ω^(1−n/2), where ω is the n-th root of unity that gnark takes, and at last 1/n.
func factors(n int) []fr.Element {
	d := fft.NewDomain(uint64(n), fft.WithoutPrecompute())
	f := make([]fr.Element, n/2+1)
	f[0].SetOne()
	for i := 1; i < n/2; i++ {
		f[i].Mul(&f[i-1], &d.GeneratorInv)
	}
	f[n/2] = d.CardinalityInv
	return f
}
