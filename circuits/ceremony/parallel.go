package ceremony

import (
	"context"
	"math/big"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// chunk is how many of the units of work, a scalar multiplication each at most, are done between two looks at the context.
const chunk = 64

// parallel does work for all of 0 … n−1, in ranges, on all cores. It stops soon after an error or the end of ctx.
func parallel(ctx context.Context, n int, work func(start, end int) error) error {
	var next atomic.Int64
	var failed error
	var once sync.Once
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) {
		workers.Go(func() {
			for ctx.Err() == nil {
				start := int(next.Add(chunk)) - chunk
				if start >= n {
					return
				}
				if err := work(start, min(start+chunk, n)); err != nil {
					once.Do(func() { failed = err })
					cancel()
				}
			}
		})
	}
	workers.Wait()
	if failed != nil {
		return failed
	}
	return ctx.Err()
}

// affine is a point of either group.
type affine[A any] interface {
	*A
	ScalarMultiplication(*A, *big.Int) *A
}

// scale multiplies each point by a scalar of its own.
func scale[A any, PA affine[A]](ctx context.Context, points []A, by func(i int) fr.Element) error {
	return parallel(ctx, len(points), func(start, end int) error {
		var k big.Int
		defer forget(&k)
		for i := start; i < end; i++ {
			s := by(i)
			s.BigInt(&k)
			PA(&points[i]).ScalarMultiplication(&points[i], &k)
		}
		return nil
	})
}

// forget overwrites a number as far as Go lets it: copies that the library made meanwhile stay until their memory is used again.
func forget(k *big.Int) {
	words := k.Bits()
	clear(words[:cap(words)])
}

// scaleOne multiplies one point.
func scaleOne[A any, PA affine[A]](p *A, by *fr.Element) {
	var k big.Int
	defer forget(&k)
	by.BigInt(&k)
	PA(p).ScalarMultiplication(p, &k)
}
