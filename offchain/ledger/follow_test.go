package ledger_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lethe/offchain"
	"lethe/offchain/ledger"
	"lethe/offchain/object"
)

func (b books) follow(t *testing.T) *ledger.Follower {
	t.Helper()
	mirror, err := object.OpenLocal(b.mirror)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mirror.Close() })
	f, err := ledger.Follow(t.Context(), mirror)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFollowerReadsWhatIsEntered(t *testing.T) {
	b := newBooks(t)
	l, f := b.mustOpen(t), b.follow(t)
	fill(t, l, "a", "b")
	for _, id := range []string{"c", "d"} {
		fill(t, l, id)
		got, err := f.Entries(t.Context())
		if err != nil || got[len(got)-1].Case != id {
			t.Errorf("%v, %v; want one that ends with %s", got, err, id)
		}
	}
	if _, err := f.Append(t.Context(), entry("e")); err == nil {
		t.Error("a follower enters something")
	}
	if _, err := f.PutCertificate(t.Context(), "e", 1, nil); err == nil {
		t.Error("a follower writes a certificate")
	}
	if err := os.Remove(filepath.Join(b.mirror, "ledger", "0000000000000004")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Entries(t.Context()); !errors.Is(err, offchain.ErrLedgerDamaged) {
		t.Errorf("a copy that was put back: %v, want ErrLedgerDamaged", err)
	}
}

func TestFollowerReadsTheNewestEdition(t *testing.T) {
	b := newBooks(t)
	l, f := b.mustOpen(t), b.follow(t)
	if _, err := f.Certificate(t.Context(), "a"); !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("no certificate: %v, want ErrNotFound", err)
	}
	late := b.mustOpen(t)                                                   // of a process that was held up
	for i, edition := range []string{"first", "first", "second", "third"} { // a crash may put one again
		if _, err := l.PutCertificate(t.Context(), "a", 1+i/2+i/3, []byte(edition)); err != nil {
			t.Fatal(err)
		}
		if i > 1 {
			if _, err := late.PutCertificate(t.Context(), "a", 1, []byte("late")); err != nil {
				t.Fatal(err)
			}
		}
		for name, of := range map[string]interface {
			Certificate(ctx context.Context, id string) ([]byte, error)
			Certified(ctx context.Context) ([]string, error)
		}{"keeper": l, "follower": f} {
			data, err := of.Certificate(t.Context(), "a")
			if err != nil || string(data) != edition {
				t.Errorf("%s: %q, %v; want %q", name, data, err, edition)
			}
			if all, err := of.Certified(t.Context()); err != nil || len(all) != 1 || all[0] != "a" {
				t.Errorf("%s: %v, %v", name, all, err)
			}
		}
	}
	if _, err := f.Certificate(t.Context(), "../a"); !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("a name that is none: %v, want ErrNotFound", err)
	}
}
