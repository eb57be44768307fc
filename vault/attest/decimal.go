package attest

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"lethe/circuits/identity"
)

// Decimal is a decimal number, exactly.
type Decimal struct{ big.Rat }

// decimalForm is FHIR's decimal (https://hl7.org/fhir/R4/datatypes.html#decimal), its exponent bounded: what is parsed must stay
// small.
var decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$`)

// maxDecimal bounds a number's text in bytes.
const maxDecimal = 64

// ParseDecimal reads a number as FHIR writes them, of 64 characters and an exponent of two digits at most.
func ParseDecimal(text string) (*Decimal, error) {
	d := new(Decimal)
	if len(text) > maxDecimal || !decimalForm.MatchString(text) {
		return nil, fmt.Errorf("%.70q is not a decimal number", text)
	}
	if _, ok := d.SetString(text); !ok {
		return nil, fmt.Errorf("%.70q is not a decimal number", text)
	}
	return d, nil
}

// UnmarshalYAML implements [yaml.Unmarshaler].
func (d *Decimal) UnmarshalYAML(n *yaml.Node) error {
	v, err := ParseDecimal(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: %.70q is not a decimal number", n.Line, n.Value)
	}
	*d = *v
	return nil
}

// MarshalText implements [encoding.TextMarshaler]: the number without trailing zeros.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(decimalText(&d.Rat)), nil }

// decimalText writes a number that has finitely many decimals.
func decimalText(r *big.Rat) string {
	places, _ := r.FloatPrec()
	return r.FloatString(places)
}

// decimals is how many decimals a decimal number has.
func decimals(r *big.Rat) int {
	places, _ := r.FloatPrec()
	return places
}

// Days is a number of days, in files "180d".
type Days int

// maxDays is a hundred years.
const maxDays = 36525

// UnmarshalYAML implements [yaml.Unmarshaler].
func (d *Days) UnmarshalYAML(n *yaml.Node) error {
	digits, ok := strings.CutSuffix(n.Value, "d")
	days, err := strconv.ParseUint(digits, 10, 16)
	if !ok || err != nil || days < 1 || days > maxDays || strconv.Itoa(int(days)) != digits {
		return fmt.Errorf("line %d: valid %.20q is not a number of days, such as 180d", n.Line, n.Value)
	}
	*d = Days(days)
	return nil
}

// MarshalText implements [encoding.TextMarshaler].
func (d Days) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%dd", int(d)), nil }

// Place is a quantity's number: 2k for k whole steps above the minimum, 2k + 1 for what lies between k and k + 1 of them. Exact
// says which. It is not ok for what is below the minimum, or has no room in 24 bits.
func (a *Attribute) Place(v *big.Rat) (n uint32, exact, ok bool) {
	steps := new(big.Rat).Set(v)
	if a.Minimum != nil {
		steps.Sub(steps, &a.Minimum.Rat)
	}
	steps.Mul(steps, a.stepsPerUnit())
	if steps.Sign() < 0 {
		return 0, false, false
	}
	k := new(big.Int).Quo(steps.Num(), steps.Denom())
	k.Lsh(k, 1)
	if exact = steps.IsInt(); !exact {
		k.SetBit(k, 0, 1)
	}
	if k.BitLen() > identity.ValueBits {
		return 0, exact, false
	}
	return uint32(k.Uint64()), exact, true
}

// Bound is an age's or a quantity's number for a bound of criteria, which must lie on a step of the attribute: exactly, or not at
// all.
func (a *Attribute) Bound(v *big.Rat) (uint32, error) {
	if a.Kind == Age {
		if !v.IsInt() || v.Sign() < 0 || v.Cmp(big.NewRat(maxAge, 1)) > 0 {
			return 0, fmt.Errorf("%s is whole years, 0 to %d", a.Name, maxAge)
		}
		return uint32(v.Num().Uint64()), nil
	}
	n, exact, ok := a.Place(v)
	switch high := a.Domain()[0].High; {
	case !ok:
		return 0, fmt.Errorf("%s goes from %s to %s", a.Name, a.Words(0), a.Words(high-1))
	case !exact:
		return 0, fmt.Errorf("%s has %d decimals by its schema, and the bound has more", a.Name, a.Decimals)
	}
	return n, nil
}

func (a *Attribute) stepsPerUnit() *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(a.Decimals)), nil))
}

// step is the value of k whole steps.
func (a *Attribute) step(k uint32) string {
	v := new(big.Rat).SetInt64(int64(k))
	v.Quo(v, a.stepsPerUnit())
	if a.Minimum != nil {
		v.Add(v, &a.Minimum.Rat)
	}
	return v.FloatString(a.Decimals)
}

// Words says a number of the attribute as people do: "54", "5.7 %", "yes", "never".
func (a *Attribute) Words(n uint32) string {
	switch {
	case a.Kind == Condition && n <= 1:
		return []string{"no", "yes"}[n]
	case a.Kind == Quantity && n%2 == 0:
		return a.step(n/2) + " " + a.Unit
	case a.Kind == Quantity:
		return fmt.Sprintf("between %s and %s %s", a.step(n/2), a.step(n/2+1), a.Unit)
	}
	for _, c := range a.Categories {
		if c.Number == n {
			return c.Name
		}
	}
	return strconv.FormatUint(uint64(n), 10)
}
