package keys

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	n := NewName()
	if parsed, err := ParseName(string(n)); err != nil || parsed != n || n == NewName() {
		t.Errorf("NewName gives %q: %v", n, err)
	}
	good := strings.Repeat("0af9", 16)
	for _, s := range []string{
		"", good[1:], good + "0", good[:32], strings.ToUpper(good), good[1:] + "g", good[1:] + "/", "../" + good[3:], good[2:] + "é", good[1:] + "\x00",
	} {
		if parsed, err := ParseName(s); err == nil || parsed != "" || Name(s).Valid() {
			t.Errorf("took %q for a name", s)
		}
	}
}
