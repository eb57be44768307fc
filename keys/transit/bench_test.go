package transit_test

import (
	"fmt"
	"testing"

	"lethe/keys"
	"lethe/keys/transit"
)

// BenchmarkRing measures one operation each against a real server, by one client and by eight; making and destroying wait for the
// server's disk.
func BenchmarkRing(b *testing.B) {
	r := newTenant(b).ring(b)
	name, kek := keys.NewName(), keys.NewKey()
	must(b, r.Create(b.Context(), name))
	wrapped, err := r.Wrap(b.Context(), name, kek, nil)
	must(b, err)
	for _, op := range []struct {
		what string
		run  func() error
	}{
		{"Create", func() error { return r.Create(b.Context(), keys.NewName()) }},
		{"Wrap", func() error { _, err := r.Wrap(b.Context(), name, kek, nil); return err }},
		{"Unwrap", func() error { _, err := r.Unwrap(b.Context(), name, wrapped, nil); return err }},
		{"Advance", func() error { _, err := r.Advance(b.Context()); return err }},
	} {
		measure(b, op.what, op.run)
	}
	benchmarkDestroy(b, r)
}

func benchmarkDestroy(b *testing.B, r *transit.Ring) {
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("Destroy/clients=%d", clients), func(b *testing.B) {
			names := make(chan keys.Name, b.N)
			for range b.N {
				name := keys.NewName()
				must(b, r.Create(b.Context(), name))
				names <- name
			}
			b.ResetTimer()
			parallel(b, clients, func() error { return r.Destroy(b.Context(), <-names) })
		})
	}
}

func measure(b *testing.B, what string, run func() error) {
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("%s/clients=%d", what, clients), func(b *testing.B) { parallel(b, clients, run) })
	}
}

// parallel runs b.N operations by so many clients.
func parallel(b *testing.B, clients int, run func() error) {
	work, failed := make(chan struct{}, b.N), make(chan error, clients)
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	for range clients {
		go func() {
			var err error
			for range work {
				if err = run(); err != nil {
					break
				}
			}
			failed <- err
		}()
	}
	for range clients {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}
