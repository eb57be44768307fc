package criteria

import (
	"testing"

	"lethe/circuits/identity"
	"lethe/circuits/policy"
)

// Whatever a file of criteria holds, it is refused, or compiled to a policy that a circuit takes and that can be said in words.
func FuzzCompile(f *testing.F) {
	for _, name := range []string{"prediabetes.yaml", "hypertension.yaml", "plan.yaml"} {
		text, err := beside(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(head + "  - not: {any: [{smoking: daily}, {hba1c: '>= 6.5'}]}\n"))
	f.Add([]byte(head + "  - any: [{not: {age: 18..75}}, {sex: [male, other]}]\n  - &a age: 3\n  - *a\n"))
	schema, err := beside("cardiometabolic.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Compile(data, func(string) ([]byte, error) { return schema, nil })
		if err != nil {
			return
		}
		var unknown [identity.Attributes]identity.Value
		if err := c.Policy.Check(); err != nil || c.Policy.Holds(unknown) || c.Places() > policy.Literals || len(c.Lines) != len(c.Policy.Clauses) {
			t.Fatalf("%v: %+v", err, c)
		}
		for _, e := range c.Explain(unknown) {
			if e.Words == "" || e.Verdict != Unknown {
				t.Fatalf("%+v", e)
			}
		}
	})
}
