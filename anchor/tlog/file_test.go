package tlog

import (
	"math"
	"testing"

	"lethe/anchor"
)

// Files as C2SP tlog-tiles defines them: the n-th hash of level l is of the entries from n × 256^l to (n + 1) × 256^l.
func filesOf(size uint64) map[string]bool {
	out := map[string]bool{}
	for level, span := uint64(0), uint64(1); span <= size; level, span = level+1, span*256 {
		for n := uint64(0); (n*256+1)*span <= size; n++ {
			f := file{level: level, index: n, width: min(256, size/span-n*256)}
			out[f.name()] = true
			if level == 0 {
				f.bundle = true
				out[f.name()] = true
			}
		}
	}
	return out
}

func TestFilesBetween(t *testing.T) {
	sizes := []uint64{0, 1, 2, 100, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 70_000, 131_072}
	for i, from := range sizes {
		for _, to := range sizes[i:] {
			have, want := filesOf(from), filesOf(to)
			for f := range filesBetween(from, to) {
				if have[f.name()] || !want[f.name()] {
					t.Fatalf("%d to %d: %s", from, to, f.name())
				}
				if f.end() > to || f.end() <= from {
					t.Fatalf("%d to %d: %s is there from %d on", from, to, f.name(), f.end())
				}
				delete(want, f.name())
			}
			for name := range want {
				if !have[name] {
					t.Fatalf("%d to %d: lacks %s", from, to, name)
				}
			}
		}
	}
}

func TestExampleOfTheSpecification(t *testing.T) {
	full, partial := map[uint64]int{}, map[uint64]uint64{}
	for f := range filesBetween(0, 70_000) {
		switch {
		case f.bundle:
		case f.width == 256:
			full[f.level]++
		default:
			partial[f.level] = f.width
		}
	}
	if full[0] != 273 || partial[0] != 112 || full[1] != 1 || partial[1] != 17 || full[2] != 0 || partial[2] != 1 {
		t.Errorf("full %v, partial %v", full, partial)
	}
	if f, ok := parseFile("tile/0/x001/x234/067"); !ok || f.index != 1_234_067 {
		t.Errorf("reads as %+v", f)
	}
}

func FuzzFile(f *testing.F) {
	for _, name := range []string{
		"tile/0/000", "tile/0/x001/x234/067.p/9", "tile/entries/001.p/255", "tile/7/000.p/1", "tile/7/001", "tile/0/000.p/256",
		"tile/entries/x999/x999/x999/x999/x999/999", "tile/-1/000", "checkpoint", "tile/0/000.p/01", "tile//000",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got, ok := parseFile(name)
		if !ok {
			return
		}
		if got.name() != name || got.width < 1 || got.width > 256 || got.bytes() > 256*34 {
			t.Errorf("%q reads as %+v", name, got)
		}
		if entries := float64(got.index*256+got.width) * math.Pow(256, float64(got.level)); float64(got.end()) < entries*0.99 {
			t.Errorf("%q: end %d, entries %g", name, got.end(), entries)
		}
	})
}

func FuzzBundle(f *testing.F) {
	f.Add(append([]byte{0, 32}, make([]byte, 32)...))
	f.Add(append([]byte{0, 31}, make([]byte, 32)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := len(data) / entryBytes
		if n == 0 || n > width {
			return
		}
		b := file{bundle: true, width: uint64(n)}
		entries, err := entriesIn(b, data[:b.bytes()])
		if err != nil {
			wants(t, "bundle", err, anchor.ErrInvalid)
			return
		}
		var again []byte
		for _, e := range entries {
			again = append(append(again, 0, 32), e[:]...)
		}
		if string(again) != string(data[:b.bytes()]) {
			t.Errorf("%x is written again as %x", data, again)
		}
	})
}
