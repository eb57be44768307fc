package identity

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSigningKeyHasOneEncoding(t *testing.T) {
	k := testKey(t, "k")
	m := element("m")
	for _, other := range strict(t, k.Bytes(), ParseSigningKey, (*SigningKey).Bytes) {
		if testSign(t, other, m) == testSign(t, k, m) {
			t.Fatal("a flipped bit gives the same signature")
		}
	}
	again, err := ParseSigningKey(k.Bytes())
	noError(t, err)
	if testSign(t, again, m) != testSign(t, k, m) || !again.Public().Equal(k.Public()) {
		t.Error("the key read again signs otherwise")
	}
}

func TestParseSigningKeyRefusesScalars(t *testing.T) {
	prefix := bytes.Repeat([]byte{7}, 32)
	for _, c := range []struct {
		scalar *big.Int
		good   bool
	}{
		{big.NewInt(0), false},
		{big.NewInt(1), true},
		{new(big.Int).Sub(order, big.NewInt(1)), true},
		{order, false},
		{new(big.Int).Add(order, big.NewInt(1)), false},
		{new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)), false},
	} {
		k, err := ParseSigningKey(append(c.scalar.FillBytes(make([]byte, 32)), prefix...))
		if (err == nil) != c.good || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("%x: %v", c.scalar, err)
		}
		if err == nil {
			if want := times(curve.Base, c.scalar); !k.Public().Equal(PublicKey{want}) {
				t.Errorf("%x: another public key", c.scalar)
			}
		}
	}
}

func TestNewSigningKey(t *testing.T) {
	for n, want := range map[int]error{0: io.EOF, 1: io.ErrUnexpectedEOF, 95: io.ErrUnexpectedEOF, 96: nil} {
		source := bytes.NewReader(bytes.Repeat([]byte{0xff}, n))
		if _, err := NewSigningKey(iotest.OneByteReader(source)); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	// What reduces to zero is no zero.
	k, err := NewSigningKey(bytes.NewReader(make([]byte, 96)))
	noError(t, err)
	if !k.Public().Equal(PublicKey{curve.Base}) {
		t.Error("zeros do not give the scalar 1")
	}
	a, err := NewSigningKey(rand.Reader)
	noError(t, err)
	b, err := NewSigningKey(rand.Reader)
	noError(t, err)
	if a.Public().Equal(b.Public()) || bytes.Equal(a.Bytes()[32:], b.Bytes()[32:]) {
		t.Error("two keys are one")
	}
}

func TestZeroedKeyIsRefused(t *testing.T) {
	k := testKey(t, "k")
	public, box := k.Public(), k.box
	encoded := k.Bytes()
	e, _, err := SealEscrow(element("sk"), Disclosure{Auditor: public})
	noError(t, err)
	k.Zero()
	k.Zero()
	if *box.secrets != (secrets{}) {
		t.Error("the secrets are still there")
	}
	if _, err := ParseSigningKey(encoded); err != nil {
		t.Errorf("what Bytes gave was the key's own memory: %v", err)
	}
	for name, k := range map[string]*SigningKey{"zeroed": k, "empty": {}, "nil": nil} {
		k.Zero()
		if _, err := k.Sign(element("m")); err == nil {
			t.Errorf("%s: signs", name)
		}
		if _, _, err := OpenPerson(k, e, element("challenge")); err == nil {
			t.Errorf("%s: opens", name)
		}
		if k.Bytes() != nil || !k.IsZero() {
			t.Errorf("%s: has bytes", name)
		}
	}
	if !k.Public().Equal(public) {
		t.Error("the public key is gone")
	}
}

func TestWipe(t *testing.T) {
	n := new(big.Int).Lsh(big.NewInt(1), 300)
	n.SetBit(n, 0, 1)
	n.Rsh(n, 100) // leaves a word behind the last
	words := n.Bits()
	words = words[:cap(words)]
	wipe(n)
	for i, w := range words {
		if w != 0 {
			t.Errorf("word %d is %x", i, w)
		}
	}
	if n.Sign() != 0 {
		t.Errorf("%v is left", n)
	}
}

func TestThreat06SigningKeyIsNotPrinted(t *testing.T) {
	k := testKey(t, "k")
	type holder struct {
		Key   SigningKey
		Ptr   *SigningKey
		inner SigningKey
		ptr   *SigningKey
	}
	h := holder{*k, k, *k, k}
	var out bytes.Buffer
	for _, v := range []any{k, *k, h, &h, []SigningKey{*k}, map[string]*SigningKey{"k": k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		data, err := json.Marshal(v)
		noError(t, err)
		out.Write(data)
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("key", "key", v)
		}
	}
	if err := gob.NewEncoder(&out).Encode(k); err != nil {
		out.WriteString(err.Error())
	}
	_, err := ParseSigningKey(append(k.Bytes(), 0))
	out.WriteString(err.Error())
	data, err := json.Marshal(k)
	noError(t, err)
	for _, s := range []string{k.String(), k.GoString(), fmt.Sprintf("%d", *k), fmt.Sprintf("%x", k),
		strings.Trim(string(data), `"`), k.LogValue().String()} {
		if s != redacted {
			t.Errorf("%q instead of %s", s, redacted)
		}
	}
	scalar, prefix := k.box.scalar, k.box.prefix
	for _, secret := range [][]byte{scalar[1:9], scalar[24:], prefix[:8], prefix[24:]} {
		decimals := strings.Trim(fmt.Sprint(secret), "[]")
		for _, form := range []string{string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret)[:8],
			decimals, strings.ReplaceAll(decimals, " ", ","), new(big.Int).SetBytes(secret).String()} {
			if strings.Contains(strings.ToLower(out.String()), strings.ToLower(form)) {
				t.Errorf("%q is printed", form)
			}
		}
	}
}
