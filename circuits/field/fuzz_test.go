package field

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func ptr(e Element) *Element { return &e }

// FuzzParse: what is accepted is written again as the same bytes, and so has one encoding.
func FuzzParse(f *testing.F) {
	for _, b := range notCanonical() {
		f.Add(b)
	}
	f.Add(Bytes(Uint64(1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err != nil && !errors.Is(err, ErrNotCanonical) {
			t.Errorf("not ErrNotCanonical: %v", err)
		}
		if err == nil && !bytes.Equal(Bytes(e), b) {
			t.Errorf("%x is written again as %x", b, Bytes(e))
		}
	})
}

// FuzzParseText does the same for text.
func FuzzParseText(f *testing.F) {
	for _, b := range notCanonical() {
		f.Add(hexOf(b))
	}
	f.Add(Text(Uint64(0xabc)))
	f.Add("0X" + Text(Uint64(0xabc))[2:])
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseText(s)
		if err != nil && !errors.Is(err, ErrNotCanonical) {
			t.Errorf("not ErrNotCanonical: %v", err)
		}
		if err == nil && Text(e) != s {
			t.Errorf("%q is written again as %q", s, Text(e))
		}
	})
}
