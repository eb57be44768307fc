package keys

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestKeyZeroAndClone(t *testing.T) {
	k := NewKey()
	if k.IsZero() || bytes.Equal(k.Bytes(), NewKey().Bytes()) {
		t.Fatal("new keys are not random")
	}
	clone, alias := k.Clone(), k.Bytes()
	k.Zero()
	if !k.IsZero() || !bytes.Equal(alias, make([]byte, KeySize)) {
		t.Error("Zero left bytes behind")
	}
	if clone.IsZero() {
		t.Error("Zero reached the clone")
	}
	for _, dead := range []*Key{k, k.Clone(), {}, nil} {
		dead.Zero()
		if _, err := Seal(dead, nil, nil); err == nil {
			t.Error("encrypted under a zeroed key")
		}
	}
}

func TestKeyFromCopies(t *testing.T) {
	b := plaintext("key", KeySize)
	k, err := KeyFrom(b)
	must(t, err)
	clear(b)
	if k.IsZero() {
		t.Error("the key shares the caller's bytes")
	}
	for _, size := range []int{0, 16, 31, 33} {
		if _, err := KeyFrom(make([]byte, size)); err == nil {
			t.Errorf("took a key of %d bytes", size)
		}
	}
}

func TestThreat06KeyNeverPrints(t *testing.T) {
	k := testKey(t, "print")
	type holder struct {
		Exported Key
		hidden   Key
		pointer  *Key
	}
	h := holder{*k, *k, k}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb, k, *k, h)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "key", k, "value", *k, "holder", h)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "key", k, "value", *k, "holder", h)
	must(t, json.NewEncoder(&out).Encode([]any{k, *k, h}))
	text, secret := out.String(), k.Bytes()
	for _, leak := range []string{
		string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)),
		strings.Trim(fmt.Sprint(secret), "[]"), strings.Trim(fmt.Sprintf("%#v", secret[:4]), "[]byte{}"),
	} {
		if strings.Contains(text, leak) {
			t.Errorf("the key shows as %q", leak)
		}
	}
	if k.String() != redacted || k.GoString() != redacted || strings.Count(text, redacted) < 20 {
		t.Errorf("not redacted: %s", text)
	}
}
