package enrolment

import (
	"os"
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/identity"
	"lethe/circuits/trial/trialtest"
)

// prove proves one enrolment of two slots, or four of four with LETHE_CAMPAIGN set.
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
	w := trialtest.New(t)
	b := newBatch(t, w, now, 0)
	for range Slots(version) {
		b.add(t, w.Person(t, identity.Own), enrolment(now))
	}
	return b.sealed(t, version)
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) { prove(t).WantBoundInGo(t) }

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) { prove(t).WantCanonical(t) }

func TestThreat41GoAndSolidityAgree(t *testing.T) { prove(t).WantAgreement(t, 34) }

func TestSnarkjsAgrees(t *testing.T) { prove(t).WantSnarkjs(t) }

func BenchmarkProve(b *testing.B) {
	circuittest.BenchProve(b, small(), lie{}.batch(b, newScene(b)))
}

// A batch of 4 enrolments and one of 17; the keys of the latter take minutes the first time.
func BenchmarkProveWhole(b *testing.B) {
	if os.Getenv("LETHE_CAMPAIGN") == "" {
		b.Skip("LETHE_CAMPAIGN is not set: make bench-trials")
	}
	for version, name := range map[int]string{1: "4", 2: "17"} {
		b.Run(name, func(b *testing.B) { circuittest.BenchProve(b, Statement(version), full(b, version)) })
	}
}
