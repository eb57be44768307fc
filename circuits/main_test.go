package circuits

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/consensys/gnark/frontend"
)

// cubic is the statement "I know x such that x³ + x + 5 = y and x² = square", bound to a context.
type cubic struct {
	Y       frontend.Variable `gnark:"y,public"`
	Square  frontend.Variable `gnark:"square,public"`
	Context frontend.Variable `gnark:"context,public"`
	X       frontend.Variable
}

func (c *cubic) Define(api frontend.API) error {
	api.AssertIsEqual(c.Y, api.Add(api.Mul(c.X, c.X, c.X), c.X, 5))
	api.AssertIsEqual(c.Square, api.Mul(c.X, c.X))
	api.Mul(c.Context, c.Context)
	return nil
}

func cubicStatement() Statement {
	return Statement{
		ID: "cubic", Version: 1, Public: []string{"y", "square", "context"}, New: func() frontend.Circuit { return new(cubic) },
	}
}

// three is an assignment that satisfies cubic. Its context is just below the modulus.
func three() *cubic { return &cubic{X: 3, Y: 35, Square: 9, Context: -2} }

// boolean is another circuit with the same public inputs: x is 0 or 1 besides.
type boolean struct{ cubic }

func (c *boolean) Define(api frontend.API) error {
	api.AssertIsBoolean(c.X)
	return c.cubic.Define(api)
}

// function is a circuit with two public inputs that is defined by a function.
type function struct {
	A      frontend.Variable `gnark:"a,public"`
	B      frontend.Variable `gnark:"b,public"`
	X      frontend.Variable
	define func(api frontend.API, c *function)
}

func (c *function) Define(api frontend.API) error {
	c.define(api, c)
	return nil
}

func functionStatement(define func(api frontend.API, c *function)) Statement {
	return Statement{
		ID: "function", Version: 1, Public: []string{"a", "b"}, New: func() frontend.Circuit { return &function{define: define} },
	}
}

func mustCompile(t testing.TB, s Statement) *Circuit {
	t.Helper()
	c, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newKeys makes keys that say that they are of a ceremony.
func newKeys(t testing.TB, s Statement) *Keys {
	t.Helper()
	k, err := setUp(mustCompile(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if k, err = NewKeys(k.Circuit, Ceremony, k.proving, k.verifier.key); err != nil {
		t.Fatal(err)
	}
	return k
}

func mustProve(t testing.TB, k *Keys, assignment frontend.Circuit) *Proof {
	t.Helper()
	p, err := NewProver(k).Prove(t.Context(), assignment)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wantError holds an error to a sentinel and to what it should say.
func wantError(t *testing.T, err, is error, says string) {
	t.Helper()
	if err == nil || is != nil && !errors.Is(err, is) || !strings.Contains(err.Error(), says) {
		t.Errorf("got error %v; want %v saying %q", err, is, says)
	}
}

// With CIRCUITS_CHILD set, the test binary is a process that other tests start.
func TestMain(m *testing.M) {
	if mode, arg, _ := strings.Cut(os.Getenv("CIRCUITS_CHILD"), ":"); mode != "" {
		err := map[string]func(string) error{"develop": developChild, "leak": leakChild}[mode](arg)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(ctx context.Context, mode, arg string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "CIRCUITS_CHILD="+mode+":"+arg)
	return cmd
}
