// Package field is the arithmetic that proofs are made of: the scalar field of BN254, how other data becomes an element of it,
// and the two hashes of every statement, natively. Their twins inside circuits are in circuits/gadget.
//
// Both hashes are Poseidon2 (https://eprint.iacr.org/2023/323) with x^5 and its full security margin, in the instances of the
// authors' reference parameters: t = 4 with 8 full and 56 partial rounds for the nodes of trees, t = 8 with 8 and 57 for all
// else. A node costs 11 µs and a hash 21 µs natively, 264 and 363 constraints inside a circuit.
package field

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
)

// Element is an element of BN254's scalar field, which has 254 bits.
type Element = fr.Element

// Size is the length of an encoded element in bytes.
const Size = fr.Bytes

// Tag separates the uses of [Hash] from each other: up to 31 bytes of ASCII, which are the first of the eight elements that
// are permuted.
type Tag string

// Element is the tag as a number, big-endian.
func (t Tag) Element() (e Element) {
	e.SetBytes([]byte(t))
	return e
}

// Arity is the number of children of a tree's node, and MaxInputs the most that one hash takes beside its tag.
const (
	Arity     = 4
	MaxInputs = 7
)

// Rounds of the two permutations, full and partial.
const (
	FullRounds        = 8
	NodePartialRounds = 56
	HashPartialRounds = 57
)

var (
	nodePermutation = poseidon2.NewPermutation(Arity, FullRounds, NodePartialRounds)
	hashPermutation = poseidon2.NewPermutation(MaxInputs+1, FullRounds, HashPartialRounds)
)

// Permutation is one of the two in numbers, for whoever computes it again: what each round adds, to all elements in a full round and to the first in a
// partial one, and the diagonal of the internal matrix less one.
type Permutation struct {
	Rounds   [][]Element
	Diagonal []Element
}

// Permutations are those of [Node] and of [Hash].
func Permutations() (node, hash Permutation) {
	return permutationOf(Arity, NodePartialRounds), permutationOf(MaxInputs+1, HashPartialRounds)
}

func permutationOf(width, partialRounds int) Permutation {
	parameters := poseidon2.NewParameters(width, FullRounds, partialRounds)
	p := Permutation{Diagonal: slices.Clone(parameters.DiagM1)}
	for i, round := range parameters.RoundKeys {
		if i >= FullRounds/2 && i < FullRounds/2+partialRounds {
			round = round[:1]
		}
		p.Rounds = append(p.Rounds, slices.Clone(round))
	}
	return p
}

// ErrNotCanonical is the answer to bytes that are not the one encoding of an element.
var ErrNotCanonical = errors.New("not a field element in canonical form")

// Hash permutes the tag and up to seven elements, zeros behind them, and gives the element after the tag's place: a sponge of one
// block whose capacity holds the tag. How many elements follow a tag is fixed by its use. More than seven are a mistake of the
// program and panic.
func Hash(tag Tag, in ...Element) Element {
	var state [MaxInputs + 1]Element
	state[0] = tag.Element()
	if copy(state[1:], in) < len(in) || len(tag) >= Size {
		panic("field: too many inputs, or too long a tag, for " + string(tag))
	}
	must(hashPermutation.Permutation(state[:]))
	return state[1]
}

// Node is the inner node over four children: the first element of P(c) + c. It has no tag: its width sets it apart from Hash, and
// the depth of a tree is fixed by its circuit.
func Node(children [Arity]Element) Element {
	state := children
	must(nodePermutation.Permutation(state[:]))
	state[0].Add(&state[0], &children[0])
	return state[0]
}

func must(err error) {
	if err != nil {
		panic(err) // the width is a constant
	}
}

// Digest takes data from outside into the field: the first 31 bytes of SHA-256("lethe/v1/" ‖ domain ‖ 0x00 ‖ data).
func Digest(domain string, data []byte) (e Element) {
	h := sha256.New()
	h.Write([]byte("lethe/v1/" + domain + "\x00"))
	h.Write(data)
	e.SetBytes(h.Sum(nil)[:Size-1])
	return e
}

// Random is a uniform element.
func Random() Element {
	e, err := RandomFrom(rand.Reader)
	must(err) // never fails (crypto/rand)
	return e
}

// RandomFrom is a uniform element from a source, by rejection.
func RandomFrom(r io.Reader) (Element, error) {
	for {
		var b [Size]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Element{}, fmt.Errorf("random element: %w", err)
		}
		b[0] &= 0x3f
		if e, err := Parse(b[:]); err == nil {
			return e, nil
		}
	}
}

// Uint64 is a number as an element.
func Uint64(n uint64) Element { return fr.NewElement(n) }

// Bytes is an element's one encoding: 32 bytes, big-endian, below the modulus.
func Bytes(e Element) []byte {
	b := e.Bytes()
	return b[:]
}

// Parse reads an element; anything but its one encoding is [ErrNotCanonical].
func Parse(b []byte) (e Element, err error) {
	if len(b) != Size || e.SetBytesCanonical(b) != nil {
		return Element{}, ErrNotCanonical
	}
	return e, nil
}

// Text is an element as people and JSON see it: 64 lower-case hexadecimal digits.
func Text(e Element) string { return hex.EncodeToString(Bytes(e)) }

// ParseText reads what Text writes, and nothing else.
func ParseText(s string) (Element, error) {
	b, err := hex.DecodeString(s)
	if err != nil || hex.EncodeToString(b) != s {
		return Element{}, ErrNotCanonical
	}
	return Parse(b)
}
