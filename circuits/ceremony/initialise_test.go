package ceremony

import (
	"bytes"
	"math/big"
	"os"
	"reflect"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
	"lethe/circuits/authorization"
)

// squaring is the statement "I know x whose 2^rounds-th power, with constants of all kinds on the way, is y".
type squaring struct {
	Y      frontend.Variable `gnark:"y,public"`
	X      frontend.Variable
	rounds int
}

func (c *squaring) Define(api frontend.API) error {
	x := c.X
	for i := range c.rounds {
		x = api.Add(api.Mul(x, api.Sub(x, 2*i)), api.Mul(c.X, -1), api.Mul(x, "98765432109876543210987654321098765432109876543210"), 7)
	}
	api.AssertIsEqual(c.Y, x)
	return nil
}

func squaringStatement(rounds int) circuits.Statement {
	return circuits.Statement{
		ID: "squaring", Version: rounds, Public: []string{"y"}, New: func() frontend.Circuit { return &squaring{rounds: rounds} },
	}
}

func mustCompile(t testing.TB, s circuits.Statement) *circuits.Circuit {
	t.Helper()
	c, err := circuits.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What gnark begins phase 2 with is what this package begins it with, to the byte.
func TestInitialiseIsGnarks(t *testing.T) {
	for _, rounds := range []int{3, 12, 40} {
		c := mustCompile(t, squaringStatement(rounds))
		srs := someCommons(t, domainOf(c.Constraints))
		var theirs mpc.Phase2
		want := theirs.Initialize(c.R1CS(), srs)
		ours, got, err := initialise(t.Context(), c, srs, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&want, got) {
			t.Errorf("%d constraints: the evaluations differ", c.Constraints)
		}
		var a, b bytes.Buffer
		if _, err := theirs.WriteTo(&a); err != nil {
			t.Fatal(err)
		}
		if _, err := ours.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%d constraints: phase 2 differs", c.Constraints)
		}
		if size, _, _ := secondSize(c); int64(b.Len()) != size-32 {
			t.Errorf("%d bytes; a contribution has %d", b.Len(), size)
		}
	}
}

// someCommons are a phase 1 with one contribution.
func someCommons(t testing.TB, domain int) *mpc.SrsCommons {
	t.Helper()
	p := newPowers(domain)
	if err := p.contribute(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &p.srs
}

// Beside gnark's own, one after the other: a small circuit, or the statement that is proven most with LETHE_CAMPAIGN set.
func BenchmarkInitialise(b *testing.B) {
	s := squaringStatement(1000)
	if os.Getenv("LETHE_CAMPAIGN") != "" {
		s = authorization.Statement()
	}
	c := mustCompile(b, s)
	srs := someCommons(b, domainOf(c.Constraints))
	b.Run("gnark", func(b *testing.B) {
		for b.Loop() {
			new(mpc.Phase2).Initialize(c.R1CS(), srs)
		}
		b.ReportMetric(float64(c.Constraints), "constraints")
	})
	b.Run("lethe", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := initialise(b.Context(), c, srs, func(string) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// square is an assignment that satisfies squaring.
func square(rounds int, x int64) *squaring {
	constant, _ := new(big.Int).SetString("98765432109876543210987654321098765432109876543210", 10)
	a, y := big.NewInt(x), big.NewInt(x)
	for i := range rounds {
		next := new(big.Int).Sub(y, big.NewInt(int64(2*i)))
		next.Mul(next, y).Sub(next, a).Add(next, big.NewInt(7))
		y = next.Add(next, new(big.Int).Mul(y, constant)).Mod(next, fr.Modulus())
	}
	return &squaring{X: x, Y: y, rounds: rounds}
}

// Halves are of the scalar, short, and what they are multiplied by is what the library comes to.
func TestHalves(t *testing.T) {
	scalars := make([]fr.Element, 40)
	for i := range scalars {
		scalars[i].SetInt64(int64(i - 10))
		if i >= 20 {
			scalars[i].MustSetRandom()
		}
	}
	g, _, _, _ := bn254.Generators()
	multiply, split := multiplier1(scalars), newSplitter().all(scalars)
	for i, k := range scalars {
		var want, got bn254.G1Jac
		want.ScalarMultiplication(&g, k.BigInt(new(big.Int)))
		got = g
		if multiply(&got, i); !got.Equal(&want) {
			t.Errorf("%s: another point", k.String())
		}
		if n := split[i].places(); n > 130 || i < 20 && n > 5 {
			t.Errorf("%s: %d digits", k.String(), n)
		}
	}
}
