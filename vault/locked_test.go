package vault

import (
	"context"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/vault/certificate"
)

// locking keeps the objects that it is told to, as a store with object lock does.
type locking struct {
	offchain.Objects
	keeps func(key string) *offchain.LockedError
}

func (l locking) DeleteAll(ctx context.Context, key string) (int, error) {
	if locked := l.keeps(key); locked != nil {
		return 0, locked
	}
	return l.Objects.DeleteAll(ctx, key)
}

// Row 3: what a lock keeps does not stop an erasure. It stays as ciphertext without a key, and the certificate says how much and until when.
func TestThreat03LockedVersionsAreCertified(t *testing.T) {
	until := time.Date(2031, time.May, 1, 0, 0, 0, 0, time.UTC)
	for name, ends := range map[string]time.Time{"retention": until, "legal hold": {}} {
		t.Run(name, func(t *testing.T) {
			s := siteIn(t, t.TempDir(), "main")
			kept := ""
			s.configure = func(c *Config) {
				c.Objects = locking{c.Objects, func(key string) *offchain.LockedError {
					if kept == "" {
						kept = key
					}
					if key != kept {
						return nil
					}
					return &offchain.LockedError{Versions: 2, Until: ends}
				}}
			}
			s.start()
			done := s.take(person(1).bundle(1))
			c, _, err := certificate.Verify(s.certificate(s.erase(request(done.Patient))))
			must(t, err)
			want := certificate.Gone{ObjectVersions: objectsErased(c) - 1, LockedVersions: 2}
			if !ends.IsZero() {
				want.LockedUntil = "2031-05-01T00:00:00Z"
			}
			if got := c.Gone; got.ObjectVersions != want.ObjectVersions || got.LockedVersions != 2 || got.LockedUntil != want.LockedUntil {
				t.Errorf("%+v, want %+v", got, want)
			}
			if _, err := s.objects.Open(t.Context(), kept); err != nil {
				t.Error(err)
			}
			s.refuses(done.Bundle, "erased")
		})
	}
}
