package transit

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// field is one field of a request. Its value is sent in base64, or as it is where it needs no escaping.
type field struct {
	name     string
	value    []byte
	verbatim bool
}

// object writes a JSON object into one buffer that has room for all of it: growing would leave a copy of a secret behind.
func object(fields ...field) []byte {
	size := len(`{}`)
	for _, f := range fields {
		size += len(f.name) + base64.StdEncoding.EncodedLen(len(f.value)) + len(`"":"",`)
	}
	b := append(make([]byte, 0, size), '{')
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), f.name...), `":"`...)
		if f.verbatim {
			b = append(b, f.value...)
		} else {
			b = base64.StdEncoding.AppendEncode(b, f.value)
		}
		b = append(b, '"')
	}
	return append(b, '}')
}

// secret is a string of base64 in an answer, decoded into a buffer that its holder overwrites. No Go string is made of it.
type secret []byte

// UnmarshalJSON implements [json.Unmarshaler].
func (s *secret) UnmarshalJSON(quoted []byte) error {
	text, err := unquote(quoted)
	if err != nil {
		return err
	}
	*s, err = decode(text)
	return err
}

// versioned is what Transit writes as vault:v1:BASE64, decoded as a [secret] is.
type versioned struct {
	version string
	value   secret
}

// UnmarshalJSON implements [json.Unmarshaler].
func (v *versioned) UnmarshalJSON(quoted []byte) error {
	text, err := unquote(quoted)
	if err != nil {
		return err
	}
	rest, prefixed := bytes.CutPrefix(text, []byte("vault:v"))
	version, digits, separated := bytes.Cut(rest, []byte(":"))
	if !prefixed || !separated {
		return errForm
	}
	v.version = string(version)
	v.value, err = decode(digits)
	return err
}

var errForm = errors.New("not the base64 that Transit writes")

// unquote returns the inside of a JSON string, which is not copied. Escapes stay, and are no base64.
func unquote(quoted []byte) ([]byte, error) {
	if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
		return nil, errForm
	}
	return quoted[1 : len(quoted)-1], nil
}

func decode(digits []byte) ([]byte, error) {
	decoded := make([]byte, base64.StdEncoding.DecodedLen(len(digits)))
	n, err := base64.StdEncoding.Strict().Decode(decoded, digits)
	if err != nil || bytes.ContainsAny(digits, "\r\n") { // Decode skips those
		clear(decoded)
		return nil, errForm
	}
	return decoded[:n], nil
}
