package trial

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"lethe/circuits/identity"
)

// TestTheExamplePlanIsOne: what the documentation has one begin with is taken, and says what it seems to.
func TestTheExamplePlanIsOne(t *testing.T) {
	beside := func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join("../../docs/examples/trial", name))
	}
	source, err := beside("plan.yaml")
	must(t, err)
	p, err := Compile(source, beside)
	must(t, err)
	if p.Plan.Name != "PREVENT-2" || len(p.Prices) != 2 || p.Thresholds()[6] != 20 || p.Rollup.Lateness != 240*3600 || p.Rollup.Safety != 3 {
		t.Errorf("%+v", p)
	}
	if from := time.Unix(int64(p.Rollup.Versions[0].From), 0).UTC(); from != time.Date(2030, 1, 15, 0, 0, 0, 0, time.UTC) {
		t.Errorf("in force from %v", from)
	}
	for i, s := range p.Plan.Sites {
		key, err := identity.ParsePublicKey(s.Key)
		must(t, err)
		if number, ok := p.Site(key); !ok || int(number) != i {
			t.Errorf("%s is site %d: %t", s.Name, number, ok)
		}
	}
	policy := p.Criteria[0].Policy
	age := func(years uint32) bool {
		var values [identity.Attributes]identity.Value
		for i, v := range []uint32{years, 0, 0, 120} { // 6.0 %
			values[i] = identity.KnownValue(v)
		}
		return policy.Holds(values)
	}
	if age(17) || !age(18) || !age(75) || age(76) {
		t.Errorf("%+v", policy)
	}
}
