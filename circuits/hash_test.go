package circuits

import (
	"crypto/sha256"
	"strings"
	"testing"
)

func TestHash(t *testing.T) {
	const text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, B.1
	h := Hash(sha256.Sum256([]byte("abc")))
	if h.String() != text {
		t.Error(h)
	}
	if parsed, err := ParseHash(text); err != nil || parsed != h {
		t.Error(parsed, err)
	}
	for _, s := range []string{
		"", text[2:], text[1:], text + "00", strings.ToUpper(text), " " + text[1:], "0x" + text[2:], "g" + text[1:],
	} {
		if parsed, err := ParseHash(s); err == nil || parsed != (Hash{}) {
			t.Errorf("%q is read as %s", s, parsed)
		}
	}
}
