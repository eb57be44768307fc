package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"lethe/circuits/field"
)

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	noError(t, err)
	return b
}

func element(name string) field.Element { return field.Digest("test", []byte(name)) }

func testKey(t testing.TB, name string) *SigningKey {
	t.Helper()
	k, err := NewSigningKey(rand.NewChaCha8(sha256.Sum256([]byte(name))))
	noError(t, err)
	return k
}

func testSign(t testing.TB, k *SigningKey, message field.Element) Signature {
	t.Helper()
	s, err := k.Sign(message)
	noError(t, err)
	return s
}

// torsion are the points of order 1, 8, 4, 8, 2, 8, 4, 8: the multiples of one of order 8.
func torsion(t testing.TB) []Point {
	t.Helper()
	points := make([]Point, 8)
	eighthOrder := Point{}
	for y := byte(2); ; y++ {
		p, err := parsePoint(append([]byte{y}, make([]byte, 31)...))
		if err != nil {
			continue
		}
		eighthOrder = times(p, order)
		if four := times(eighthOrder, big.NewInt(4)); !four.IsZero() {
			break
		}
	}
	for i := range points {
		points[i] = times(eighthOrder, big.NewInt(int64(i)))
	}
	if !points[0].IsZero() || points[4].IsZero() || points[4].Y.IsOne() {
		t.Fatal("not of order 8")
	}
	return points
}

// changedOneByOne gives, for each field of a struct by its name, a copy in which that field alone differs.
func changedOneByOne[T any](t testing.TB, v T) map[string]T {
	t.Helper()
	changed := map[string]T{}
	for i := range reflect.TypeFor[T]().NumField() {
		c := v
		switch f := reflect.ValueOf(&c).Elem().Field(i); f.Interface().(type) {
		case field.Element:
			f.Set(reflect.ValueOf(field.Random()))
		case PublicKey:
			f.Set(reflect.ValueOf(testKey(t, "changed").Public()))
		case Point:
			f.Set(reflect.ValueOf(testKey(t, "changed").Public().Point))
		case Scalar:
			f.Set(reflect.ValueOf(Scalar(field.Bytes(field.Uint64(rand.Uint64())))))
		default:
			f.SetUint(f.Uint() + 1)
		}
		changed[reflect.TypeFor[T]().Field(i).Name] = c
	}
	return changed
}

// eachFieldCounts fails when a field of v can change without a change of its hash.
func eachFieldCounts[T any](t *testing.T, v T, hash func(T) field.Element) {
	t.Helper()
	seen := map[field.Element]string{hash(v): "nothing"}
	for name, c := range changedOneByOne(t, v) {
		if other, ok := seen[hash(c)]; ok {
			t.Errorf("%T: a change of %s is a change of %s", v, name, other)
		}
		seen[hash(c)] = name
	}
}

// strict holds a parser to one encoding per value: each flipped bit is refused or read as another value, and every other length
// is refused. It gives those flipped forms that parse.
func strict[T any](t *testing.T, encoded []byte, parse func([]byte) (T, error), write func(T) []byte) (others []T) {
	t.Helper()
	v, err := parse(encoded)
	noError(t, err)
	if !bytes.Equal(write(v), encoded) {
		t.Fatalf("%x is written again as %x", encoded, write(v))
	}
	n := len(encoded)
	for _, b := range [][]byte{nil, encoded[:1], encoded[1:], encoded[:n-1], slices.Concat(encoded, []byte{0}),
		slices.Concat([]byte{0}, encoded), slices.Concat(encoded, encoded)} {
		if _, err := parse(b); !errors.Is(err, ErrInvalid) {
			t.Errorf("%d bytes instead of %d: %v", len(b), n, err)
		}
	}
	for i := range 8 * n {
		b := bytes.Clone(encoded)
		b[i/8] ^= 1 << (i % 8)
		v, err := parse(b)
		switch {
		case err == nil && !bytes.Equal(write(v), b):
			t.Errorf("bit %d: %x is written again as %x", i, b, write(v))
		case err == nil:
			others = append(others, v)
		case !errors.Is(err, ErrInvalid):
			t.Errorf("bit %d: not ErrInvalid: %v", i, err)
		}
	}
	return others
}
