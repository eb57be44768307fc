package authorization

import (
	"testing"

	"lethe/circuits/circuittest"
)

func prove(t testing.TB, s *scenario) circuittest.Proven {
	t.Helper()
	c, err := s.Assign()
	if err != nil {
		t.Fatal(err)
	}
	return circuittest.Prove(t, Statement(), c)
}

func TestThreat41EachPublicInputIsBoundInGo(t *testing.T) { prove(t, newScenario(t)).WantBoundInGo(t) }

func TestThreat15AnInputPlusTheModulusIsRefused(t *testing.T) {
	prove(t, newScenario(t)).WantCanonical(t)
}

func TestThreat41GoAndSolidityAgree(t *testing.T) { prove(t, newScenario(t)).WantAgreement(t, 34) }

func TestSnarkjsAgrees(t *testing.T) { prove(t, newScenario(t)).WantSnarkjs(t) }
