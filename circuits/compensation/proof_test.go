package compensation

import (
	"testing"

	"lethe/circuits/circuittest"
	"lethe/circuits/identity"
)

func prove(t testing.TB) circuittest.Proven {
	t.Helper()
	return circuittest.Prove(t, Statement(), assigned(t, claim(t, identity.Own)))
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) { prove(t).WantBoundInGo(t) }

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) { prove(t).WantCanonical(t) }

func TestThreat41GoAndSolidityAgree(t *testing.T) { prove(t).WantAgreement(t, 34) }

func TestSnarkjsAgrees(t *testing.T) { prove(t).WantSnarkjs(t) }

func BenchmarkProve(b *testing.B) {
	circuittest.BenchProve(b, Statement(), assigned(b, claim(b, identity.Own)))
}
