package consent

import (
	"testing"

	"lethe/circuits/circuittest"
)

func BenchmarkProve(b *testing.B) {
	circuittest.BenchProve(b, Statement(), newScenario(b).circuit(b))
}
