package local_test

import (
	"testing"

	"lethe/keys"
	"lethe/keys/local"
)

// BenchmarkRing measures one operation each; making and destroying wait for the disk.
func BenchmarkRing(b *testing.B) {
	r, err := local.Open(b.TempDir(), local.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	name, kek := keys.NewName(), keys.NewKey()
	if err := r.Create(b.Context(), name); err != nil {
		b.Fatal(err)
	}
	wrapped, err := r.Wrap(b.Context(), name, kek, nil)
	if err != nil {
		b.Fatal(err)
	}
	for what, run := range map[string]func() error{
		"Create":  func() error { return r.Create(b.Context(), keys.NewName()) },
		"Unwrap":  func() error { _, err := r.Unwrap(b.Context(), name, wrapped, nil); return err },
		"Advance": func() error { _, err := r.Advance(b.Context()); return err },
		"CreateDestroy": func() error {
			name := keys.NewName()
			if err := r.Create(b.Context(), name); err != nil {
				return err
			}
			return r.Destroy(b.Context(), name)
		},
	} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
