package ceremony

import (
	"context"
	"math/big"
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
	ScalarMultiplication(*J, *big.Int) *J
}

// point is one in the coordinates in which it is written.
type point[A, J any] interface {
	*A
	FromJacobian(*J) *A
	Neg(*A) *A
}

// lagrange turns the powers [τⁱ] into the first keep of the points [Lᵢ(τ)], where Lᵢ is 1 at the i-th root of unity and 0 at
// the others: a Fourier transform backwards, all of whose stages are spread over all cores. It takes n·log₂(n)/2 scalar
// multiplications, and as much memory as the powers, three halves of that again while it works.
func lagrange[A, J any, PA point[A, J], PJ jacobian[J, A]](ctx context.Context, powers []A, keep int) ([]A, error) {
	n := len(powers)
	p := make([]J, n)
	for i := range p {
		PJ(&p[i]).FromAffine(&powers[i])
	}
	twiddles := rootsInverse(n)
	for half := n / 2; half > 0; half /= 2 {
		if err := stage[A, J, PJ](ctx, p, half, twiddles); err != nil {
			return nil, err
		}
	}
	var size fr.Element
	var over big.Int
	size.SetUint64(uint64(n)).Inverse(&size).BigInt(&over)
	out := make([]A, keep)
	shift := bits.UintSize - bits.TrailingZeros(uint(n))
	return out, parallel(ctx, keep, func(start, end int) error {
		for i := start; i < end; i++ {
			at := &p[bits.Reverse(uint(i))>>shift]
			PJ(at).ScalarMultiplication(at, &over)
			PA(&out[i]).FromJacobian(at)
		}
		return nil
	})
}

// stage does all butterflies (a, b) ↦ (a+b, (a−b)·ω⁻ʲ) between points that are half apart.
func stage[A, J any, PJ jacobian[J, A]](ctx context.Context, p []J, half int, twiddles []fr.Element) error {
	stride := len(p) / 2 / half
	return parallel(ctx, len(p)/2, func(start, end int) error {
		var k big.Int
		for i := start; i < end; i++ {
			j := i & (half - 1)
			a, b := &p[2*i-j], &p[2*i-j+half]
			sum := *a
			PJ(&sum).AddAssign(b)
			difference := *a
			PJ(&difference).SubAssign(b)
			if j != 0 {
				twiddles[j*stride].BigInt(&k)
				PJ(&difference).ScalarMultiplication(&difference, &k)
			}
			*a, *b = sum, difference
		}
		return nil
	})
}

// rootsInverse are ω⁰, ω⁻¹, … ω^(1−n/2), where ω is the n-th root of unity that gnark takes.
func rootsInverse(n int) []fr.Element {
	d := fft.NewDomain(uint64(n), fft.WithoutPrecompute())
	roots := make([]fr.Element, n/2)
	roots[0].SetOne()
	for i := 1; i < len(roots); i++ {
		roots[i].Mul(&roots[i-1], &d.GeneratorInv)
	}
	return roots
}
