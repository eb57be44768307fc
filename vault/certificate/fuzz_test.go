package certificate

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzVerify looks for a file that is accepted as the golden key's and is not the one it signed.
func FuzzVerify(f *testing.F) {
	key := goldenKey(f)
	file, issuer := signed(f, sample(), key), ""
	if jwk, err := KeyOf(key.Public()); err == nil {
		issuer = jwk.KeyID
	}
	f.Add(file)
	f.Add(signed(f, Certificate{Format: Format}, key))
	f.Add(bytes.Replace(file, []byte(`"edition": 1`), []byte(`"edition": 1.0`), 1))
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"certificate":{},"jws":"e30..AA"}`))
	known := map[string]bool{string(file): true, string(signed(f, Certificate{Format: Format}, key)): true}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, by, err := Verify(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("%v is not ErrInvalid", err)
			}
			return
		}
		if by.KeyID == issuer && !known[string(data)] {
			t.Fatalf("accepted, and never signed:\n%s", data)
		}
		if c.Format != Format {
			t.Fatalf("format %q", c.Format)
		}
	})
}
