package ceremony

import (
	"testing"

	"lethe/circuits"
)

func TestRehearse(t *testing.T) {
	var steps []string
	report, err := Rehearse(t.Context(), Config{Dir: t.TempDir(), Statements: []circuits.Statement{squaringStatement(30)}}, func(s Step) {
		t.Log(s.Name, s.Took, s.Bytes)
		steps = append(steps, s.Name)
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := report.Keys.Manifest; m.Setup != circuits.Development || !m.Insecure {
		t.Errorf("a rehearsal's keys say that they are of a %s", m.Setup)
	}
	if len(steps) != 1+2*(3+1)+1 {
		t.Errorf("steps: %q", steps)
	}
	p, err := circuits.NewProver(report.Keys).Prove(t.Context(), square(30, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Keys.Verifier().Verify(p); err != nil {
		t.Error(err)
	}
}
