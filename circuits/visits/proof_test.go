package visits

import (
	"os"
	"testing"

	"lethe/circuits/circuittest"
)

// prove proves three visits, or eight with LETHE_CAMPAIGN set.
func prove(t testing.TB) circuittest.Proven {
	t.Helper()
	if os.Getenv("LETHE_CAMPAIGN") != "" {
		return circuittest.Prove(t, Statement(1), full(t, 1))
	}
	return circuittest.Prove(t, small(), lie{}.batch(t, newScene(t)))
}

// full is a version's batch without a slot to spare.
func full(t testing.TB, version int) *Circuit {
	t.Helper()
	w, people := enrolled(t)
	b := newBatch(t, w, now+1000)
	for i := range Slots(version) {
		b.add(t, people[i%len(people)], visit(now+uint64(i), 0))
	}
	b.Witness.Seal, b.GrantsRoot = b.World.Seal(t, b.Batch), b.Grants.Root()
	c, err := b.Assign(version)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) { prove(t).WantBoundInGo(t) }

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) { prove(t).WantCanonical(t) }

func TestThreat41GoAndSolidityAgree(t *testing.T) { prove(t).WantAgreement(t, 34) }

func TestSnarkjsAgrees(t *testing.T) { prove(t).WantSnarkjs(t) }

func BenchmarkProve(b *testing.B) {
	circuittest.BenchProve(b, small(), lie{}.batch(b, newScene(b)))
}

// A batch of 8 visits and one of 50; the keys of the latter take minutes the first time.
func BenchmarkProveWhole(b *testing.B) {
	if os.Getenv("LETHE_CAMPAIGN") == "" {
		b.Skip("LETHE_CAMPAIGN is not set: make bench-trials")
	}
	for version, name := range map[int]string{1: "8", 2: "50"} {
		b.Run(name, func(b *testing.B) { circuittest.BenchProve(b, Statement(version), full(b, version)) })
	}
}
