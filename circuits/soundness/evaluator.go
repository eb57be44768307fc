package soundness

import (
	"fmt"
	"math/big"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/schema"
)

// evaluator runs a circuit's Define on numbers. Unlike gnark's solver it goes on where a constraint fails, and notes in which group; and it can
// leave a group out. What it has no method for panics: the embedded interface is nil.
type evaluator struct {
	frontend.API

	trace   *trace // nil: nothing is noted
	at      int    // calls so far
	broken  map[int]bool
	brokeAt int // the call that broke a group first
	enough  int // so many broken groups end the evaluation
	without int // a group whose outputs are taken from the trace and whose constraints are not looked at; -1 for none
}

// trace is what the calls of one true assignment were: the group of each, and what it gave. Which calls a circuit makes does not depend on
// its values.
type trace struct {
	recording bool
	groups    []string // by number
	number    map[string]int
	group     []int // by call
	first     []int // the first call of each group
	outputs   [][]fr.Element
}

// wire is a variable that is no constant.
type wire struct {
	value   fr.Element
	boolean bool // it was said to be a bit, which gnark asks for once
}

// wires is a copy of an assignment whose inputs are variables.
func wires(assignment frontend.Circuit) (frontend.Circuit, error) {
	c := clone(assignment)
	take := func(l schema.LeafInfo, in reflect.Value) error {
		var e fr.Element
		if _, err := e.SetInterface(in.Interface()); err != nil {
			return fmt.Errorf("%s: %w", l.FullName(), err)
		}
		in.Set(reflect.ValueOf(&wire{value: e}))
		return nil
	}
	_, err := schema.Walk(fr.Modulus(), c, reflect.TypeFor[frontend.Variable](), take)
	return c, err
}

// clone is a copy of a circuit that shares nothing with it.
func clone(c frontend.Circuit) frontend.Circuit {
	copied := reflect.New(reflect.TypeOf(c).Elem())
	copied.Elem().Set(reflect.ValueOf(c).Elem())
	unshare(copied.Elem())
	return copied.Interface().(frontend.Circuit)
}

// unshare gives every slice within a value memory of its own.
func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			unshare(v.Field(i))
		}
	case reflect.Slice:
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			unshare(v.Index(i))
		}
	default: // a variable
	}
}

// Part is the beginning of what a circuit's Define asks for, which gives some of the variables that it has come to.
type Part func(frontend.API, frontend.Circuit) ([]frontend.Variable, error)

// Compute runs a part of a circuit on an assignment's numbers, whatever constraints they break, and gives the values of the variables that
// the part gives: what a prover who lies would go on with.
func Compute(assignment frontend.Circuit, part Part) ([]fr.Element, error) {
	return (&evaluator{}).compute(assignment, part)
}

func (e *evaluator) compute(assignment frontend.Circuit, part Part) ([]fr.Element, error) {
	c, err := wires(assignment)
	if err != nil {
		return nil, err
	}
	out, err := part(e, c)
	if err != nil {
		return nil, err
	}
	values := make([]fr.Element, len(out))
	for i, v := range out {
		values[i], _ = value(v)
	}
	return values, nil
}

// record evaluates a true assignment.
func record(c frontend.Circuit) (*trace, error) {
	t := &trace{recording: true, number: map[string]int{}}
	broken, _, err := t.evaluate(c, -1, 1)
	t.recording = false
	if err != nil {
		return nil, err
	}
	if len(broken) > 0 {
		return nil, fmt.Errorf("what is to be true breaks %s", t.groups[broken[0]])
	}
	return t, nil
}

// evaluate gives the groups that an assignment breaks, in order, and the call that broke the first; so many are enough.
func (t *trace) evaluate(c frontend.Circuit, without, enough int) (broken []int, at int, err error) {
	e := &evaluator{trace: t, broken: map[int]bool{}, enough: enough, without: without}
	assigned, err := wires(c)
	if err != nil {
		return nil, 0, err
	}
	if err := e.define(assigned); err != nil {
		return nil, 0, err
	}
	for g := range e.broken {
		broken = append(broken, g)
	}
	slices.Sort(broken)
	return broken, e.brokeAt, nil
}

// brokenEnough ends an evaluation that nothing more is to be learnt of.
type brokenEnough struct{}

func (e *evaluator) define(c frontend.Circuit) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(brokenEnough); !ok {
				panic(r)
			}
		}
	}()
	return c.Define(e)
}

// call numbers a call, and gives its outputs, which compute gives unless they are those of a group that is left out.
func (e *evaluator) call(compute func() []fr.Element) []frontend.Variable {
	out := e.outputs(compute)
	variables := make([]frontend.Variable, len(out))
	for j := range out {
		variables[j] = &wire{value: out[j]}
	}
	return variables
}

func (e *evaluator) outputs(compute func() []fr.Element) []fr.Element {
	t, i := e.trace, e.at
	e.at++
	switch {
	case t == nil:
		return compute()
	case t.recording:
		t.group = append(t.group, t.groupHere())
		t.outputs = append(t.outputs, compute())
	case t.group[i] != e.without:
		return compute()
	}
	return t.outputs[i]
}

// holds notes a constraint.
func (e *evaluator) holds(ok bool) {
	if e.trace == nil {
		return
	}
	t, i := e.trace, e.at
	e.at++
	if t.recording {
		t.group = append(t.group, t.groupHere())
		t.outputs = append(t.outputs, nil)
	}
	if g := t.group[i]; !ok && g != e.without {
		if len(e.broken) == 0 {
			e.brokeAt = i
		}
		if e.broken[g] = true; len(e.broken) == e.enough {
			panic(brokenEnough{})
		}
	}
}

// atomic are the gadgets whose constraints are left out together: they have tests of their own, against the native functions.
var atomic = []string{
	"gadget.(*Hasher).Hash", "gadget.(*Hasher).Node", "gadget.Bits", "gadget.canonicalBits", "gadget.assertBitsAtMost",
	"gadget.(*Curve).VariableBase", "gadget.(*Curve).FixedBase", "gadget.(*Curve).FixedBaseFull", "gadget.choose",
}

// groupHere is the group of the call that is being made: the lines of this module that lead to it, from the circuit's Define on.
func (t *trace) groupHere() int {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var lines []string
	for {
		f, more := frames.Next()
		if name, ok := strings.CutPrefix(f.Function, "lethe/circuits/"); ok && !strings.HasPrefix(name, "soundness.") {
			if lines = append(lines, fmt.Sprintf("%s:%d", f.File, f.Line)); slices.Contains(atomic, name) {
				lines = nil
			}
			if strings.HasSuffix(name, ".Define") {
				break
			}
		}
		if !more {
			break
		}
	}
	slices.Reverse(lines)
	key := strings.Join(lines, "\n")
	n, ok := t.number[key]
	if !ok {
		n = len(t.groups)
		t.number[key], t.groups, t.first = n, append(t.groups, key), append(t.first, len(t.group))
	}
	return n
}

// value is a variable's, and whether it is a constant.
func value(v frontend.Variable) (e fr.Element, constant bool) {
	if w, ok := v.(*wire); ok {
		return w.value, false
	}
	if c, ok := v.(fr.Element); ok {
		return c, true
	}
	if _, err := e.SetInterface(v); err != nil {
		panic(fmt.Sprintf("soundness: a variable of type %T", v))
	}
	return e, true
}

// linear is a result that takes no constraint; constants stay constants.
func linear(e fr.Element, constant bool) frontend.Variable {
	if constant {
		return e
	}
	return &wire{value: e}
}

func fold(by func(sum, v *fr.Element), v1, v2 frontend.Variable, more []frontend.Variable) frontend.Variable {
	sum, constant := value(v1)
	e, c := value(v2)
	by(&sum, &e)
	constant = constant && c
	for _, v := range more {
		e, c = value(v)
		by(&sum, &e)
		constant = constant && c
	}
	return linear(sum, constant)
}

func (e *evaluator) Add(v1, v2 frontend.Variable, more ...frontend.Variable) frontend.Variable {
	return fold(func(sum, v *fr.Element) { sum.Add(sum, v) }, v1, v2, more)
}

func (e *evaluator) Sub(v1, v2 frontend.Variable, more ...frontend.Variable) frontend.Variable {
	return fold(func(sum, v *fr.Element) { sum.Sub(sum, v) }, v1, v2, more)
}

func (e *evaluator) Neg(v frontend.Variable) frontend.Variable { return e.Sub(0, v) }

func (e *evaluator) Mul(v1, v2 frontend.Variable, more ...frontend.Variable) frontend.Variable {
	product := e.times(v1, v2)
	for _, v := range more {
		product = e.times(product, v)
	}
	return product
}

func (e *evaluator) times(v1, v2 frontend.Variable) frontend.Variable {
	a, ca := value(v1)
	b, cb := value(v2)
	a.Mul(&a, &b)
	if ca || cb {
		return linear(a, ca && cb)
	}
	return e.call(func() []fr.Element { return []fr.Element{a} })[0]
}

// DivUnchecked gives 0 for 0/0, as gnark's solver does; a prover might take anything.
func (e *evaluator) DivUnchecked(v1, v2 frontend.Variable) frontend.Variable {
	a, ca := value(v1)
	b, cb := value(v2)
	if cb {
		a.Div(&a, &b)
		return linear(a, ca)
	}
	bottom := b
	out := e.call(func() []fr.Element { q := a; return []fr.Element{*q.Div(&q, &bottom)} })[0]
	e.holds(!b.IsZero() || a.IsZero())
	return out
}

func (e *evaluator) IsZero(v frontend.Variable) frontend.Variable {
	a, _ := value(v)
	return e.call(func() []fr.Element {
		if a.IsZero() {
			return []fr.Element{fr.One()}
		}
		return []fr.Element{{}}
	})[0]
}

func (e *evaluator) Select(b, v1, v2 frontend.Variable) frontend.Variable {
	e.AssertIsBoolean(b)
	return e.Add(v2, e.Mul(b, e.Sub(v1, v2)))
}

func (e *evaluator) FromBinary(digits ...frontend.Variable) frontend.Variable {
	var sum frontend.Variable = 0
	for i := len(digits) - 1; i >= 0; i-- {
		sum = e.Add(e.Mul(sum, 2), digits[i])
	}
	return sum
}

func (e *evaluator) AssertIsEqual(v1, v2 frontend.Variable) {
	a, _ := value(v1)
	b, _ := value(v2)
	e.holds(a == b)
}

func (e *evaluator) AssertIsDifferent(v1, v2 frontend.Variable) {
	a, _ := value(v1)
	b, _ := value(v2)
	e.holds(a != b)
}

func (e *evaluator) AssertIsBoolean(v frontend.Variable) {
	if w, ok := v.(*wire); ok {
		if w.boolean {
			return
		}
		w.boolean = true
	}
	a, _ := value(v)
	e.holds(a.IsZero() || a.IsOne())
}

func (e *evaluator) NewHint(f solver.Hint, n int, inputs ...frontend.Variable) ([]frontend.Variable, error) {
	var failed error
	out := e.call(func() []fr.Element {
		in, out, elements := make([]*big.Int, len(inputs)), make([]*big.Int, n), make([]fr.Element, n)
		for i, v := range inputs {
			a, _ := value(v)
			in[i] = a.BigInt(new(big.Int))
		}
		for i := range out {
			out[i] = new(big.Int)
		}
		failed = f(fr.Modulus(), in, out)
		for i := range out {
			elements[i].SetBigInt(out[i])
		}
		return elements
	})
	return out, failed
}

func (e *evaluator) Compiler() frontend.Compiler { return compiler{e: e} }

// compiler is what gadgets ask for beside arithmetic.
type compiler struct {
	frontend.Compiler

	e *evaluator
}

func (c compiler) ConstantValue(v frontend.Variable) (*big.Int, bool) {
	a, constant := value(v)
	return a.BigInt(new(big.Int)), constant
}

func (c compiler) NewHint(f solver.Hint, n int, inputs ...frontend.Variable) ([]frontend.Variable, error) {
	return c.e.NewHint(f, n, inputs...)
}

func (compiler) Field() *big.Int                  { return fr.Modulus() }
func (compiler) FieldBitLen() int                 { return fr.Bits }
func (compiler) MarkBoolean(frontend.Variable)    {}
func (compiler) IsBoolean(frontend.Variable) bool { return false }
