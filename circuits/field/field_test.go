package field

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func sequence(n int) []Element {
	es := make([]Element, n)
	for i := range es {
		es[i] = Uint64(uint64(i + 1))
	}
	return es
}

// notCanonical are encodings of which no byte or digit may be forgiven.
func notCanonical() map[string][]byte {
	above := func(n int64) []byte {
		return new(big.Int).Add(fr.Modulus(), big.NewInt(n)).FillBytes(make([]byte, Size))
	}
	return map[string][]byte{
		"the modulus":           above(0),
		"the modulus and one":   above(1),
		"twice the modulus":     new(big.Int).Lsh(fr.Modulus(), 1).FillBytes(make([]byte, Size)),
		"2^256 - 1":             bytes.Repeat([]byte{0xff}, Size),
		"nothing":               nil,
		"one byte":              {1},
		"31 bytes":              make([]byte, Size-1),
		"33 bytes, zero first":  make([]byte, Size+1),
		"33 bytes, zero behind": append(Bytes(Uint64(1)), 0),
	}
}

func TestThreat15ParseRefusesWhatIsNotCanonical(t *testing.T) {
	for name, b := range notCanonical() {
		if e, err := Parse(b); !errors.Is(err, ErrNotCanonical) || !e.IsZero() {
			t.Errorf("Parse of %s: %s, %v", name, Text(e), err)
		}
		if e, err := ParseText(strings.ToLower(hexOf(b))); !errors.Is(err, ErrNotCanonical) || !e.IsZero() {
			t.Errorf("ParseText of %s: %s, %v", name, Text(e), err)
		}
	}
	good := Text(Digest("test", []byte("letters")))
	for _, s := range []string{strings.ToUpper(good), "0x" + good, "0x" + good[2:], good + "\n", " " + good[1:], good[1:],
		"g" + good[1:]} {
		if _, err := ParseText(s); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("ParseText(%q): %v", s, err)
		}
	}
}

func TestParseReadsWhatIsWritten(t *testing.T) {
	var minusOne Element
	minusOne.Sub(&minusOne, ptr(Uint64(1)))
	for _, e := range []Element{{}, Uint64(1), Uint64(1<<64 - 1), minusOne, Random(), Digest("test", nil)} {
		b, err := Parse(Bytes(e))
		noError(t, err)
		s, err := ParseText(Text(e))
		noError(t, err)
		if b != e || s != e {
			t.Errorf("%s is read as %s and %s", Text(e), Text(b), Text(s))
		}
	}
	if got := Text(Uint64(0xabc)); got != strings.Repeat("0", 61)+"abc" {
		t.Errorf("0xabc is %s", got)
	}
}

// TestThreat13DomainsAreSeparate: equal elements under different tags, in different places, of different number where the last is
// not zero, in a node and in a hash never meet.
func TestThreat13DomainsAreSeparate(t *testing.T) {
	seen := map[Element]string{}
	add := func(what string, e Element) {
		if other, ok := seen[e]; ok {
			t.Errorf("%s is %s", what, other)
		}
		seen[e] = what
	}
	for _, tag := range []Tag{"", "a", "b", "ab", "a\x00", "grant", "grant-terms", Tag(strings.Repeat("z", Size-1))} {
		for n := range MaxInputs + 1 {
			add(string(tag), Hash(tag, sequence(n)...))
		}
		for i := range MaxInputs {
			in := sequence(MaxInputs)
			in[i] = Uint64(1 << 40)
			add(string(tag)+" changed", Hash(tag, in...))
		}
		add("digest in "+string(tag), Digest(string(tag), []byte("data")))
	}
	children := [Arity]Element(sequence(Arity))
	add("node", Node(children))
	for i := range children {
		changed := children
		changed[i] = Uint64(1 << 40)
		add("changed node", Node(changed))
	}
	add("swapped node", Node([Arity]Element{children[1], children[0], children[2], children[3]}))
	// Where the domain ends and the data begins is fixed, too.
	add("digest", Digest("a", []byte("b\x00c")))
	add("other digest", Digest("a\x00b", []byte("d")))
}

func TestHashRefusesWhatDoesNotFit(t *testing.T) {
	for name, hash := range map[string]func(){
		"a tag of 32 bytes": func() { Hash(Tag(strings.Repeat("t", Size))) },
		"eight elements":    func() { Hash("t", sequence(MaxInputs+1)...) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			hash()
		}()
	}
}

func TestNodeLeavesItsChildrenAlone(t *testing.T) {
	children := [Arity]Element(sequence(Arity))
	in := sequence(MaxInputs)
	Node(children)
	Hash("t", in...)
	if children != [Arity]Element(sequence(Arity)) || [MaxInputs]Element(in) != [MaxInputs]Element(sequence(MaxInputs)) {
		t.Error("the input has changed")
	}
}

// TestRandomFromRejects: a draw at or above the modulus is not reduced but thrown away, and its two top bits do not count.
func TestRandomFromRejects(t *testing.T) {
	want := Digest("test", []byte("drawn"))
	masked := Bytes(want)
	masked[0] |= 0xc0
	source := append(append(fr.Modulus().Bytes(), bytes.Repeat([]byte{0xff}, Size)...), masked...)
	e, err := RandomFrom(bytes.NewReader(source))
	noError(t, err)
	if e != want {
		t.Errorf("%s, want %s", Text(e), Text(want))
	}
	if _, err := RandomFrom(bytes.NewReader(source[:2*Size])); !errors.Is(err, io.EOF) {
		t.Errorf("a source that ends after two rejected draws: %v", err)
	}
	if _, err := RandomFrom(bytes.NewReader(source[:2*Size+5])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a source that ends within a draw: %v", err)
	}
	if Random() == Random() {
		t.Error("two random elements are one")
	}
}

func BenchmarkNode(b *testing.B) {
	children := [Arity]Element(sequence(Arity))
	for b.Loop() {
		children[0] = Node(children)
	}
}

func BenchmarkHash(b *testing.B) {
	in := sequence(MaxInputs)
	for b.Loop() {
		in[0] = Hash("benchmark", in...)
	}
}
