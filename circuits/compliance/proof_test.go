package compliance

import (
	"os"
	"testing"

	"lethe/circuits/circuittest"
)

// prove proves the second of three chunks, in which no public input but the last one's results is zero.
func prove(t testing.TB) circuittest.Proven {
	t.Helper()
	return circuittest.Prove(t, Statement(1), assigned(t, cohort(t, 35), 1))
}

// TestThreat41TheLastOneIsBoundInGo is of a chain's last proof, whose results are not zero.
func TestThreat41TheLastOneIsBoundInGo(t *testing.T) {
	circuittest.Prove(t, Statement(1), assigned(t, cohort(t, 3), 0)).WantBoundInGo(t)
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) { prove(t).WantBoundInGo(t) }

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) { prove(t).WantCanonical(t) }

func TestThreat41GoAndSolidityAgree(t *testing.T) { prove(t).WantAgreement(t, 34) }

func TestSnarkjsAgrees(t *testing.T) { prove(t).WantSnarkjs(t) }

func BenchmarkProve(b *testing.B) {
	circuittest.BenchProve(b, Statement(1), assigned(b, cohort(b, 15), 0))
}

// A whole cohort of 256 places; its keys take a minute the first time.
func BenchmarkProve256(b *testing.B) {
	if os.Getenv("LETHE_CAMPAIGN") == "" {
		b.Skip("LETHE_CAMPAIGN is not set: make bench-trials")
	}
	c, err := cohort(b, 255).Assign(3, 0)
	if err != nil {
		b.Fatal(err)
	}
	circuittest.BenchProve(b, Statement(3), c)
}
