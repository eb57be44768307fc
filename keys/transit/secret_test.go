package transit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"lethe/keys"
)

// kept remembers where in the answer's buffer it was read from.
type kept struct{ bytes []byte }

func (k *kept) UnmarshalJSON(b []byte) error {
	k.bytes = b
	return nil
}

// TestThreat04BuffersAreOverwritten after a call: what was sent, what was read, and smaller buffers on the way.
func TestThreat04BuffersAreOverwritten(t *testing.T) {
	f := newFake(t)
	for _, size := range []int{32, 5000, 100_000} {
		secretText := strings.Repeat("S", size)
		f.on("POST /v1/lethe-a/decrypt/x", gives(map[string]string{"plaintext": secretText}))
		var answer struct {
			Data struct {
				Plaintext kept `json:"plaintext"`
			} `json:"data"`
		}
		body := object(field{name: "plaintext", value: bytes.Repeat([]byte("S"), size)})
		must(t, f.ring(t).call(t.Context(), http.MethodPost, "lethe-a/decrypt/x", body, &answer))
		if n := len(answer.Data.Plaintext.bytes); n != size+2 {
			t.Fatalf("%d bytes of an answer of %d", n, size)
		}
		for what, b := range map[string][]byte{"sent": body, "read": answer.Data.Plaintext.bytes} {
			if !bytes.Equal(b, make([]byte, len(b))) {
				t.Errorf("%d bytes %s are not overwritten", size, what)
			}
		}
	}
}

// TestThreat04BufferOfAGivenUpCall: the transport may still be sending when ctx ends. Run with -race.
func TestThreat04BufferOfAGivenUpCall(t *testing.T) {
	f := newFake(t)
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	f.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }) // reads nothing
	r := f.ring(t)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		body := object(field{name: "plaintext", value: bytes.Repeat([]byte("S"), 4<<20)})
		if err := r.call(ctx, http.MethodPost, "lethe-a/encrypt/x", body, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		cancel()
		if !bytes.Equal(body, make([]byte, len(body))) {
			t.Fatal("not overwritten")
		}
	}
}

// TestObjectNeverGrows: a buffer that grew would leave its former self behind.
func TestObjectNeverGrows(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 31, 32, 33, 10_000} {
		value := bytes.Repeat([]byte{0xff}, size)
		b := object(field{name: "plaintext", value: value}, field{name: "ciphertext", value: []byte("vault:v1:x"), verbatim: true})
		var back struct{ Plaintext, Ciphertext string }
		must(t, json.Unmarshal(b, &back))
		if back.Plaintext != base64.StdEncoding.EncodeToString(value) || back.Ciphertext != "vault:v1:x" {
			t.Errorf("%d bytes: %+v", size, back)
		}
	}
	if allocs := testing.AllocsPerRun(10, func() { object(field{name: "plaintext", value: make([]byte, 32)}) }); allocs > 2 {
		t.Errorf("%v allocations", allocs)
	}
}

// FuzzSecret: what is taken is the base64 of what comes out, in one spelling; everything else is refused without a panic.
func FuzzSecret(f *testing.F) {
	for _, seed := range []string{
		`""`, `"AAAA"`, `"AA=="`, `"AB=="`, `"AA\n=="`, `"AA==\r"`, `"\u0041AAA"`, `null`, `7`, `"`, `"0`, `{`,
		`"vault:v1:AAAA"`, `"vault:v1:"`,
		`"vault:v:AAAA"`, `"vault:vAAAA"`, `"v1:AAAA"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s secret
		if err := s.UnmarshalJSON(b); err == nil && `"`+base64.StdEncoding.EncodeToString(s)+`"` != string(b) {
			t.Errorf("%q is taken for %x", b, s)
		}
		var v versioned
		err := v.UnmarshalJSON(b)
		if err == nil && `"vault:v`+v.version+":"+base64.StdEncoding.EncodeToString(v.value)+`"` != string(b) {
			t.Errorf("%q is taken for version %q, %x", b, v.version, v.value)
		}
	})
}

// FuzzWrapped: a wrapped key of the right form is base64 of 60 bytes in its one spelling, under a version in its one spelling.
func FuzzWrapped(f *testing.F) {
	for _, seed := range []string{
		shut, "vault:v0" + shut[8:], "vault:v01" + shut[8:], shut + "\n", shut + "A", shut[:88], "",
		"vault:v1:" + strings.Repeat("=", 80),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !wrappedForm.Match(b) {
			return
		}
		version, digits, _ := strings.Cut(strings.TrimPrefix(string(b), "vault:v"), ":")
		raw, err := base64.StdEncoding.Strict().DecodeString(digits)
		again := "vault:v" + version + ":" + base64.StdEncoding.EncodeToString(raw)
		if err != nil || len(raw) != 60 || again != string(b) || version[0] == '0' {
			t.Errorf("%q", b)
		}
	})
}

// TestUnwrapTellsKeyFromCiphertext by Vault's texts: only the ones known count.
func TestUnwrapTellsKeyFromCiphertext(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	r := f.ring(t)
	for _, tt := range []struct {
		status int
		said   string
		want   error
	}{
		{400, "encryption key not found", keys.ErrNoKey},
		{400, "message decryption not supported for key type ed25519", keys.ErrNoKey},
		{400, "'[0].associated_data' provided for non-AEAD cipher suite ed25519", keys.ErrNoKey},
		{400, "cipher: message authentication failed", keys.ErrUnwrap},
		{400, "invalid ciphertext: version is too new", keys.ErrUnwrap},
		{400, "ciphertext or signature version is disallowed by policy (too old)", keys.ErrUnavailable},
		{400, "something new", keys.ErrUnavailable},
		{500, "encryption key not found", keys.ErrUnavailable},
		{404, "encryption key not found", keys.ErrUnavailable},
		{403, "encryption key not found", ErrDenied},
	} {
		f.on("POST /v1/lethe-a/decrypt/"+string(name), says(tt.status, `{"errors":["`+tt.said+`"]}`))
		_, err := r.Unwrap(t.Context(), name, []byte(shut), nil)
		if !errors.Is(err, tt.want) || errors.Is(err, keys.ErrUnavailable) != errors.Is(tt.want, keys.ErrUnavailable) {
			t.Errorf("%d %s: %v, want %v", tt.status, tt.said, err, tt.want)
		}
	}
}

// TestWrapTakesNoForeignCiphertext: what does not unwrap later must not be stored.
func TestWrapTakesNoForeignCiphertext(t *testing.T) {
	f, name := newFake(t), keys.NewName()
	for _, ciphertext := range []string{"", "vault:v1:", shut + "=", "vault:v0" + shut[8:]} {
		f.on("POST /v1/lethe-a/encrypt/"+string(name), gives(map[string]string{"ciphertext": ciphertext}))
		if b, err := f.ring(t).Wrap(t.Context(), name, keys.NewKey(), nil); !errors.Is(err, keys.ErrUnavailable) || b != nil {
			t.Errorf("%q: %v", ciphertext, err)
		}
	}
}
